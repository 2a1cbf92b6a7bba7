/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cirrus Logic CL-GD5446: what it adds to a VGA.
 *   Ref: CL-GD5446 Technical Reference Manual, second edition (November 1996)
 *
 * The VGA (vga.h) stays as it is and asks this chip first: struct vga_ext. Added are
 *   registers      SR6..SR1F behind the key in SR6, GR9..GR39, CR19..CR27, the hidden DAC register
 *                  (3C6 after four reads of it), two cursor colours behind the DAC
 *   memory         64 KB window with two banks (GR9, GRA, GRB), linear frame buffer of 16 MB with
 *                  four views of memory: as it is, words swapped, double words swapped, as it is
 *   packed modes   SR7 bit 0: 8, 15, 16, 24 and 32 bits a pixel, bytes in line; write modes 4 and 5
 *   blanking       CR1A, CR1B: two more bits of either end, or where nothing is displayed
 *   BitBLT         GR20..GR39, also in memory at B8000, at the end of the frame buffer or in the
 *                  window of PCI base address 1; cirrus_blt.c
 *   cursor         32x32 or 64x64, over any picture; cirrus_draw.c
 *
 * Not modelled:  video overlay and its colour keys, line draw, screen-to-system BLTs (they end at
 *                once), palette pixels within 5-5-5, EEPROM, signature generator; in packed modes
 *                border and blanking, and of what changes with the beam all but colours.
 * Deviations:    Clocking Mode's screen-off bit leaves packed modes lit, as a common video BIOS
 *                sets them with it; a BLT is over when it has been started, unless the processor
 *                supplies its source; in packed modes the write logic of the VGA (bit mask, map
 *                mask, rotation) does not act; while locked, registers can still be read; SR15
 *                starts as Cirrus' own BIOS would leave it: 4 MB.
 */
#pragma once
#include "devices/ddc.h"
#include "devices/vga.h"

#define CIRRUS_VRAM      0x400000u
#define CIRRUS_LFB_SIZE  0x1000000u
#define CIRRUS_MMIO_SIZE 0x1000u
#define CIRRUS_LINE      8192u       /* bytes of a BLT's longest line */

/* A BLT whose source comes from the processor. */
struct cirrus_blt {
    bool     active;
    uint8_t  mode, ext, rop, skip;   /* GR30, GR33, GR32, GR2F */
    uint16_t width, lines;           /* bytes of a line; lines still to come */
    uint16_t dpitch, spitch, key;    /* GR34, GR35 */
    uint32_t dst, src, fg, bg;
    uint32_t row;                    /* lines done */
    uint16_t got, need;              /* bytes of the present line (or pattern) */
    uint8_t  buf[CIRRUS_LINE];
};

struct cirrus {
    uint8_t  sr_index, gr_index, cr_index;
    uint8_t  sr[32];                 /* of the VGA's registers only SR2, with its eight bits */
    uint8_t  gr[64];                 /* of the VGA's only GR0, GR1 and GR5 */
    uint8_t  cr[64];
    uint16_t cursor_x, cursor_y;
    uint8_t  hidden, dac_reads;      /* hidden DAC register; reads of 3C6 so far */
    uint8_t  colours[48];            /* DAC entries behind SR12 bit 1; 0, 2 and 15 mean something */
    uint8_t  latch[8];
    struct cirrus_blt blt;
    struct ddc monitor;              /* on the pins of SR8 */

    struct vga *vga;
    bool     direct;                 /* what remap was last told */
    bool     tail;
    void   (*remap)(void *owner);    /* cirrus_direct() has changed; the board's, may be NULL */
    void    *owner;
};

extern const struct device_class cirrus_class;
/* The frame buffer (16 MB) and the register window of PCI base address 1 (4 KiB). */
extern const struct bus_ops cirrus_lfb_ops, cirrus_mmio_ops;

/* The VGA must have CIRRUS_VRAM bytes; it is reset before this chip. */
void cirrus_init(struct cirrus *c, struct vga *v);

/* Bytes of the frame buffer's first view, from its beginning, that are plain memory at present. */
uint32_t cirrus_direct(const struct cirrus *c);

/* Between the files of this chip. */
static inline bool cirrus_packed(const struct cirrus *c) { return c->sr[7] & 1; }
void cirrus_changed(struct cirrus *c);                   /* registers behind the memory map */
bool cirrus_mem_read(void *dev, uint32_t off, unsigned size, uint64_t *val);
bool cirrus_mem_write(void *dev, uint32_t off, uint64_t val, unsigned size);
void cirrus_gr_write(struct cirrus *c, unsigned reg, uint8_t val);
void cirrus_blt_control(struct cirrus *c, uint8_t val);  /* a write to GR31 */
void cirrus_blt_start(struct cirrus *c);
void cirrus_blt_feed(struct cirrus *c, uint64_t val, unsigned size);
bool cirrus_blt_valid(const struct cirrus_blt *b);
bool cirrus_draw(void *dev, vtime now, struct surface *out);
void cirrus_cursor(void *dev, struct surface *out, unsigned x0, unsigned y0);
uint64_t cirrus_look(void *dev, uint64_t hash);
void cirrus_shown(void *dev, vtime now, struct vga_span *s);
