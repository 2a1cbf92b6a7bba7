/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/bus.h"

#include <assert.h>
#include <stdlib.h>

bool bus_init(struct bus *b, unsigned bits, uint64_t page_span)
{
    *b = (struct bus){ .bits = bits };
    if (bits == 16) {
        b->ports = calloc(65536, sizeof *b->ports);
        return b->ports != NULL;
    }
    b->n_pages = page_span >> PAGE_SHIFT;
    b->pages = calloc((size_t)b->n_pages, sizeof *b->pages);
    b->code = calloc((size_t)b->n_pages, sizeof *b->code);
    if (b->pages && b->code)
        return true;
    bus_free(b);
    return false;
}

void bus_free(struct bus *b)
{
    free(b->pages);
    free(b->code);
    free(b->ports);
    *b = (struct bus){ 0 };
}

static bool covers(const struct region *r, uint64_t a)
{
    return r->enabled && a >= r->base && a - r->base < r->size;
}

/* The winner at one address: highest layer, and the latest mapped among equals. */
static struct region *find(const struct bus *b, uint64_t a)
{
    struct region *best = NULL;
    for (unsigned i = 0; i < b->n_regions; i++)
        if (covers(b->regions[i], a) && (!best || b->regions[i]->layer >= best->layer))
            best = b->regions[i];
    return best;
}

static bool page_is_mixed(const struct bus *b, uint64_t base)
{
    for (unsigned i = 0; i < b->n_regions; i++) {
        const struct region *r = b->regions[i];
        if (!r->enabled || r->base >= base + PAGE_SIZE || r->base + r->size <= base)
            continue;
        if (r->base > base || r->base + r->size < base + PAGE_SIZE)
            return true;
    }
    return false;
}

static void flatten_page(struct bus *b, uint64_t n)
{
    uint64_t a = n << PAGE_SHIFT;
    struct region *r = find(b, a);
    struct page *p = &b->pages[n];
    *p = (struct page){ .region = r, .mixed = page_is_mixed(b, a) };
    if (r && !p->mixed) {
        p->rd = r->rd ? r->rd + (a - r->base) : NULL;
        p->wr = r->wr ? r->wr + (a - r->base) : NULL;
    }
}

static void flatten(struct bus *b, uint64_t base, uint64_t size)
{
    if (b->ports) {
        for (uint64_t i = base; i < base + size && i < 65536; i++)
            b->ports[i] = find(b, i);
        return;
    }
    uint64_t lo = base >> PAGE_SHIFT, hi = (base + size + PAGE_MASK) >> PAGE_SHIFT;
    for (uint64_t n = lo; n < hi && n < b->n_pages; n++)
        flatten_page(b, n);
}

static void remapped(struct bus *b, uint64_t base, uint64_t size)
{
    b->map_gen++;
    if (b->on_remap && size)
        b->on_remap(b->owner, base, size);
}

void bus_map(struct bus *b, struct region *r)
{
    assert(b->n_regions < REGIONS_MAX);
    b->regions[b->n_regions++] = r;
    if (r->enabled) {
        flatten(b, r->base, r->size);
        remapped(b, r->base, r->size);
    }
}

void bus_map_ram(struct bus *b, struct region *r, const char *name, uint8_t *mem, paddr base,
                 uint64_t size, unsigned layer)
{
    *r = (struct region){ .name = name, .rd = mem, .wr = mem, .base = base, .size = size,
                          .layer = (uint8_t)layer, .enabled = true };
    bus_map(b, r);
}

void bus_map_rom(struct bus *b, struct region *r, const char *name, uint8_t *mem, paddr base,
                 uint64_t size, unsigned layer)
{
    *r = (struct region){ .name = name, .rd = mem, .base = base, .size = size,
                          .layer = (uint8_t)layer, .enabled = true };
    bus_map(b, r);
}

void bus_map_io(struct bus *b, struct region *r, const char *name, const struct bus_ops *ops,
                void *dev, uint64_t base, uint64_t size, unsigned layer)
{
    *r = (struct region){ .name = name, .ops = ops, .dev = dev, .base = base, .size = size,
                          .layer = (uint8_t)layer, .enabled = true };
    bus_map(b, r);
}

void bus_update(struct bus *b, struct region *r, bool enabled, uint64_t base, uint64_t size)
{
    uint64_t old_base = r->base, old_size = r->enabled ? r->size : 0;
    if (r->enabled == enabled && r->base == base && r->size == size)
        return;
    r->enabled = enabled;
    r->base = base;
    r->size = size;
    flatten(b, old_base, old_size);
    remapped(b, old_base, old_size);
    if (enabled) {
        flatten(b, base, size);
        remapped(b, base, size);
    }
}

void bus_point(struct bus *b, struct region *r, uint8_t *mem)
{
    if (r->rd == mem)
        return;
    r->rd = r->wr = mem;
    if (r->enabled) {
        flatten(b, r->base, r->size);
        remapped(b, r->base, r->size);
    }
}

void bus_refresh(struct bus *b)
{
    flatten(b, 0, b->ports ? 65536 : b->n_pages << PAGE_SHIFT);
    remapped(b, 0, UINT64_MAX);
}

static struct region *region_at(struct bus *b, uint64_t a)
{
    if (b->ports)
        return b->ports[a & 0xffff];
    struct page *p = bus_page(b, a);
    return p && !p->mixed ? p->region : find(b, a);
}

static uint64_t ones(unsigned size) { return UINT64_MAX >> (64 - 8 * size); }

/* The widest access, at most 'size', that the device decodes. */
static unsigned decoded(const struct bus_ops *ops, unsigned size)
{
    while (size > 1 && !(ops->sizes & size))
        size >>= 1;
    return size;
}

static uint64_t region_read(struct region *r, uint64_t a, unsigned size)
{
    uint64_t off = a - r->base, v = 0;
    if (!r->ops)
        return r->rd ? load_le(r->rd + off, size) : ones(size);
    if (!r->ops->read)
        return ones(size);
    unsigned w = decoded(r->ops, size);
    for (unsigned i = 0; i < size; i += w)
        v |= (r->ops->read(r->dev, (uint32_t)(off + i), w) & ones(w)) << (8 * i);
    return v;
}

static void region_write(struct bus *b, struct region *r, uint64_t a, uint64_t v, unsigned size)
{
    uint64_t off = a - r->base;
    if (!r->ops) {
        if (!r->wr)
            return;
        bus_code_touch(b, a, size);
        store_le(r->wr + off, v, size);
        return;
    }
    if (!r->ops->write)
        return;
    unsigned w = decoded(r->ops, size);
    for (unsigned i = 0; i < size; i += w)
        r->ops->write(r->dev, (uint32_t)(off + i), v >> (8 * i) & ones(w), w);
}

/* Whole when one region answers for all its bytes and a page does not end in between. */
static bool in_one(struct bus *b, struct region *r, uint64_t a, unsigned size)
{
    uint64_t last = a + size - 1;
    if (b->ports)
        return last <= 0xffff && region_at(b, last) == r;
    return (a ^ last) < PAGE_SIZE && (!r || a - r->base + size <= r->size) &&
           region_at(b, last) == r;
}

uint64_t bus_read(struct bus *b, uint64_t a, unsigned size)
{
    struct region *r = region_at(b, a);
    if (size == 1 || in_one(b, r, a, size))
        return r ? region_read(r, a, size) : ones(size);
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= bus_read(b, a + i, 1) << (8 * i);
    return v;
}

void bus_write(struct bus *b, uint64_t a, uint64_t v, unsigned size)
{
    struct region *r = region_at(b, a);
    if (size == 1 || in_one(b, r, a, size)) {
        if (r)
            region_write(b, r, a, v, size);
        return;
    }
    for (unsigned i = 0; i < size; i++)
        bus_write(b, a + i, v >> (8 * i) & 0xff, 1);
}

struct region *bus_bulk_at(struct bus *b, uint64_t a, unsigned n)
{
    struct region *r = region_at(b, a);
    return r && r->bulk && (n == 1 || in_one(b, r, a, n)) ? r : NULL;
}

void bus_dma_read(struct bus *b, paddr a, void *buf, size_t n)
{
    uint8_t *p = buf;
    while (n) {
        size_t part = PAGE_SIZE - (size_t)(a & PAGE_MASK);
        struct page *pg = bus_page(b, a);
        if (part > n)
            part = n;
        if (pg && pg->rd)
            memcpy(p, pg->rd + (a & PAGE_MASK), part);
        else
            for (size_t i = 0; i < part; i++)
                p[i] = (uint8_t)bus_read(b, a + i, 1);
        a += part;
        p += part;
        n -= part;
    }
}

void bus_dma_write(struct bus *b, paddr a, const void *buf, size_t n)
{
    const uint8_t *p = buf;
    while (n) {
        size_t part = PAGE_SIZE - (size_t)(a & PAGE_MASK);
        struct page *pg = bus_page(b, a);
        if (part > n)
            part = n;
        if (pg && pg->wr) {
            bus_code_touch(b, a, (unsigned)part);
            memcpy(pg->wr + (a & PAGE_MASK), p, part);
        } else {
            for (size_t i = 0; i < part; i++)
                bus_write(b, a + i, p[i], 1);
        }
        a += part;
        p += part;
        n -= part;
    }
}
