/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address space: guest physical memory, or the I/O ports.
 *
 * Regions (RAM, ROM, a device's window) carry a layer; the highest enabled layer wins a byte
 * range. In memory, regions flatten into one entry per 4 KiB page:
 *     rd, wr   host pointers for plain memory; NULL sends the access down the slow path
 *     region   who answers there (NULL: open bus, reads are all ones, writes vanish)
 * so ROM is wr == NULL with a region whose write is ignored, shadow RAM has rd != wr, and a
 * device window has neither. A page that several regions share resolves by scan.
 * Ports are a table of one region per port.
 *
 * A remap bumps map_gen and calls on_remap, whereupon CPUs drop what they know of that range.
 */
#pragma once
#include "core/base.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096u
#define PAGE_MASK  UINT64_C(0xfff)        /* the offset bits */

struct bus_ops {                 /* off is relative to the region; size is one the device decodes */
    uint64_t (*read)(void *dev, uint32_t off, unsigned size);
    void     (*write)(void *dev, uint32_t off, uint64_t v, unsigned size);
    uint8_t  sizes;              /* OR of 1, 2, 4, 8: widths the device decodes; the bus splits
                                    others downwards (4 as 2+2 or 1+1+1+1), low address first */
};

/* For string instructions: n elements of 'size' bytes at once, with the same effect as one access
 * after another in rising order: in memory from 'off' on, within a page; on ports all at 'off'.
 * They say how many they did; 0: the first one must go through bus_ops. copy: from one place of the
 * region to another, each element read and then written. Any may be NULL. */
struct bus_bulk {
    unsigned (*read)(void *dev, uint32_t off, void *to, unsigned n, unsigned size);
    unsigned (*write)(void *dev, uint32_t off, const void *from, unsigned n, unsigned size);
    unsigned (*copy)(void *dev, uint32_t to, uint32_t from, unsigned n, unsigned size);
};

struct region {
    const char           *name;
    const struct bus_ops *ops;   /* NULL: plain memory */
    void                 *dev;
    uint8_t              *rd, *wr; /* host memory behind reads / writes; either may be NULL */
    uint64_t              base, size;
    uint8_t               layer; /* the highest enabled layer wins */
    bool                  enabled;
    bool                  shared; /* plain memory that changes otherwise than by stores to this
                                    region, too: code and page tables in it are not remembered */
    const struct bus_bulk *bulk; /* beside ops; NULL: none */
};

struct page { uint8_t *rd, *wr; struct region *region; bool mixed; };

struct code_page {               /* for RAM pages that hold decoded code or page tables in use */
    uint64_t lines;              /* bit n: bytes [64n, 64n+63] belong to some block; all of them
                                    in a page of tables */
    bool     tables;             /* some TLB entry was made from an entry in this page */
    bool     stores;             /* some TLB entry may allow fast stores to it */
    uint8_t  maps;               /* of a page of tables: 0 nothing, 1 addresses from 'first' on, 2
                                    several ranges */
    uint32_t first;              /* the linear address that its first entry maps */
    uint16_t gap, gap_end;       /* no block has a byte at these offsets; equal: not known */
    void    *blocks;             /* the CPU's list of them, and of those that reach in from the
                                    page before */
    void    *straddlers;
};

#define REGIONS_MAX 128

struct bus {
    unsigned          bits;      /* 16: ports; 32 or more: memory */
    struct region    *regions[REGIONS_MAX];
    unsigned          n_regions;
    struct page      *pages;     /* memory: pages below page_limit; above, everything is open or
                                    found by scan */
    uint64_t          n_pages;
    struct code_page *code;      /* parallel to pages */
    struct region   **ports;     /* port space: 65536 entries */
    uint32_t          map_gen;
    void            (*on_remap)(void *owner, uint64_t base, uint64_t size);
    /* Called before n bytes at a change, when some of them lie in lines that hold code. */
    void            (*on_code_write)(void *owner, paddr a, unsigned n);
    void             *owner;
};

/* bits: 16 for ports, 32..40 for memory. page_span: bytes of memory space with a page table
 * entry (a multiple of 4 KiB); device regions above it still work, by scan. False when memory is
 * short. */
bool bus_init(struct bus *b, unsigned bits, uint64_t page_span);
void bus_free(struct bus *b);

/* Adds a region (kept by pointer) and maps it if enabled. Memory-backed regions must be
 * page-aligned in base and size. */
void bus_map(struct bus *b, struct region *r);
/* Convenience: fills r and maps it, enabled, with the given layer. */
void bus_map_ram(struct bus *b, struct region *r, const char *name, uint8_t *mem, paddr base,
                 uint64_t size, unsigned layer);
void bus_map_rom(struct bus *b, struct region *r, const char *name, uint8_t *mem, paddr base,
                 uint64_t size, unsigned layer);
void bus_map_io(struct bus *b, struct region *r, const char *name, const struct bus_ops *ops,
                void *dev, uint64_t base, uint64_t size, unsigned layer);
/* Moves, enables or disables a region. */
void bus_update(struct bus *b, struct region *r, bool enabled, uint64_t base, uint64_t size);
/* The memory behind a plain region becomes another. */
void bus_point(struct bus *b, struct region *r, uint8_t *mem);
/* Recomputes everything: after several regions were changed by hand. */
void bus_refresh(struct bus *b);

/* The region that answers n bytes at addr and takes them in bulk, or NULL. */
struct region *bus_bulk_at(struct bus *b, uint64_t addr, unsigned n);

/* One access of 1, 2, 4 or 8 bytes, through devices where there are any. Any alignment; an access
 * that crosses a page or a region is split into bytes. The region that has the first and the last
 * byte gets the access whole, whatever lies in between: a PC's reset register at CF9h sits inside
 * the double word at CF8h and must not see writes to that. Open bus reads as all ones. */
uint64_t bus_read(struct bus *b, uint64_t addr, unsigned size);
void     bus_write(struct bus *b, uint64_t addr, uint64_t v, unsigned size);

/* DMA: bytes between a host buffer and memory, device windows included. Marks code changed. */
void bus_dma_read(struct bus *b, paddr a, void *buf, size_t n);
void bus_dma_write(struct bus *b, paddr a, const void *buf, size_t n);

/* The page entry for a physical address; a constant open page beyond the table. */
static inline struct page *bus_page(struct bus *b, paddr a)
{
    uint64_t n = a >> PAGE_SHIFT;
    return n < b->n_pages ? &b->pages[n] : NULL;
}
/* Tells the CPU that n bytes at a, within one page, are about to change. */
static inline void bus_code_touch(struct bus *b, paddr a, unsigned n)
{
    uint64_t pn = a >> PAGE_SHIFT;
    if (pn >= b->n_pages || !b->code[pn].lines)
        return;
    unsigned lo = (unsigned)(a & PAGE_MASK) >> 6, hi = (unsigned)((a & PAGE_MASK) + n - 1) >> 6;
    uint64_t span = (UINT64_MAX << lo) & (UINT64_MAX >> (63 - hi));
    if (b->code[pn].lines & span)
        b->on_code_write(b->owner, a, n);
}
