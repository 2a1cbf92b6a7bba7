/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: from a place on the screen to a place in memory, and from what is there to a colour's
 * number: what the picture (vga_draw.c) and the status registers (vga_beam.c) have in common.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "CRT Controller", "Attribute Controller"
 */
#pragma once
#include "devices/vga.h"

struct scanline {
    uint32_t base;           /* address of the row's first character */
    uint32_t counter;        /* and with byte panning: address counter at the left edge */
    unsigned row;            /* scan line within the character row */
    unsigned pan;            /* dots to skip */
    bool     again;          /* the second of a doubled line */
    bool     split;          /* below the line compare */
};

static inline unsigned vga_dots(const struct vga *v) { return v->sr[1] & 1 ? 8 : 9; }

/* The sequencer stands still, screen off, or no retrace: the monitor shows nothing. */
static inline bool vga_blank(const struct vga *v)
{
    return v->sr[1] & 0x20 || (!vbe_on(v) && (!(v->cr[0x17] & 0x80) || (v->sr[0] & 3) != 3));
}

/* Nor does it while the processor has the palette registers, but for the overscan colour. */
static inline bool vga_dark(const struct vga *v) { return !(v->ar_index & 0x20) || vga_blank(v); }

static inline bool vga_is_text(const struct vga *v) { return !(v->ar[0x10] & 1); }
static inline bool vga_is_deep(const struct vga *v)
{
    return !vga_is_text(v) && v->gr[5] & 0x40;
}

/* Lines come twice by double scanning, or in rows of two whose second has no address of its own. */
static inline bool vga_paired(const struct vga *v)
{
    bool rows = !vga_is_text(v) && (v->cr[9] & 0x1f) == 1 && v->cr[0x17] & 1;
    return v->cr[9] & 0x80 || rows;
}

static inline unsigned vga_compare(const struct vga *v)
{
    unsigned n = v->cr[0x18] | (v->cr[7] & 0x10u) << 4 | (v->cr[9] & 0x40u) << 3;
    return v->cr[0x17] & 4 ? n * 2 + 1 : n;
}

/* Panning, by bytes and dots; Mode Control bit 5 keeps it from the split screen. */
static inline void vga_pan(const struct vga *v, struct scanline *l)
{
    bool still = l->split && v->ar[0x10] & 0x20;
    l->counter = l->base + (still ? 0 : v->cr[8] >> 5 & 3);
    l->pan = !still ? v->ar[0x13] & 15 : vga_dots(v) == 9 ? 8 : 0;
}

/* The same in dots of a text mode's characters. */
static inline unsigned vga_text_pan(const struct vga *v, const struct scanline *l)
{
    return vga_dots(v) == 8 ? l->pan & 7 : l->pan >= 8 ? 0 : l->pan + 1;
}

static inline uint32_t vga_pitch(const struct vga *v) { return v->cr[0x13] * 2u + v->more_pitch; }

/* Without Extended Memory (Memory Mode bit 1) there are 64 KB, 16 of them in each plane. */
static inline uint32_t vga_memory_mask(const struct vga *v)
{
    return v->sr[4] & 2 ? UINT32_MAX : 0x3fff;
}

/* How the address counter's bits reach memory in a scan line. CR14 bit 5 and CR17 bit 3 let the
 * counter wait for 4 or 2 characters; CR14 bit 6 and CR17 bits 6 and 5 shift its bits up and bring
 * others in from below; CR17 bits 1 and 0 put bits of the row in place of two. */
struct wires {
    unsigned wait, shift, from;
    uint32_t low, keep, set;
};

static inline struct wires vga_wires(const struct vga *v, unsigned row)
{
    uint8_t mode = v->cr[0x17];
    struct wires w = { .wait = v->cr[0x14] & 0x20 ? 2 : mode >> 3 & 1,
                       .keep = v->address_mask & vga_memory_mask(v) };
    if (v->cr[0x14] & 0x40) {
        w.shift = 2;
        w.from = 14;
        w.low = 3;
    } else if (!(mode & 0x40)) {
        w.shift = 1;
        w.from = mode & 0x20 ? 15 : 13;
        w.low = 1;
    }
    w.set = ((mode & 1 ? 0 : (row & 1u) << 13) | (mode & 2 ? 0 : (row >> 1 & 1u) << 14)) & w.keep;
    w.keep &= ~((mode & 1 ? 0 : 0x2000u) | (mode & 2 ? 0 : 0x4000u));
    return w;
}

static inline uint32_t vga_counter(const struct wires *w, uint32_t first, unsigned x)
{
    return first + (x >> w->wait);
}

/* The four planes' bytes at count c. */
static inline const uint8_t *vga_planes(const struct vga *v, const struct wires *w, uint32_t c)
{
    uint32_t a = ((c << w->shift | (c >> w->from & w->low)) & w->keep) | w->set;
    return v->vram + (size_t)4 * a;
}

/* Planes enabled, bits turned by blinking, palette register, then Mode Control bit 7 and Color
 * Select for the upper bits. */
static inline unsigned vga_attribute(const struct vga *v, unsigned i, unsigned turn)
{
    unsigned c = v->ar[(i & v->ar[0x12] & 15) ^ turn] & 0x3f;
    if (v->ar[0x10] & 0x80)
        c = (c & 0x0f) | (v->ar[0x14] & 3u) << 4;
    return c | (v->ar[0x14] & 0xcu) << 4;
}

/* Where graphics modes blink, bit 3 of a dot does. */
static inline unsigned vga_turn(const struct vga *v, bool blink_off)
{
    return (v->ar[0x10] & 9) == 9 && blink_off ? 8 : 0;
}

/* ---- text ---- */

struct glyph {
    uint8_t fg, bg;
    const uint8_t *rows;     /* 4 bytes apart: plane 2 */
    bool wide, under, blinks;/* the ninth dot repeats the eighth; underlined */
};

/* The character map's place in plane 2: two bits of 16 KB and one of 8 KB. */
static inline uint32_t vga_font(unsigned select)
{
    return (select & 3) << 14 | (select >> 2 & 1) << 13;
}

/* Without Extended Memory Character Map Select does nothing. */
static inline struct glyph vga_glyph(const struct vga *v, const uint8_t *p)
{
    unsigned map = v->sr[4] & 2 ? v->sr[3] : 0;
    unsigned b = (map & 3) | (map >> 2 & 4), a = (map >> 2 & 3) | (map >> 3 & 4);
    uint8_t mode = v->ar[0x10], attr = p[1];
    bool blinks = mode & 8 && attr & 0x80;

    if (blinks)
        attr &= 0x7f;
    return (struct glyph){
        .fg = attr & 15, .bg = attr >> 4, .blinks = blinks,
        .rows = v->vram + 4 * (vga_font(attr & 8 ? a : b) + p[0] * 32u) + 2,
        .wide = mode & 4 && (p[0] & 0xe0) == 0xc0, .under = (attr & 7) == 1,
    };
}

static inline bool vga_cursor_at(const struct vga *v, uint32_t counter, unsigned row)
{
    uint32_t at = (uint32_t)(v->cr[0x0e] << 8 | v->cr[0x0f]) + (v->cr[0x0b] >> 5 & 3);   /* skew */
    return !(v->cr[0x0a] & 0x20) && (counter & 0xffff) == (at & 0xffff) &&
           row >= (v->cr[0x0a] & 0x1fu) && row <= (v->cr[0x0b] & 0x1fu);
}

/* Nine bits, bit 8 leftmost. */
static inline unsigned vga_glyph_bits(const struct vga *v, const struct glyph *g, unsigned row,
                                      bool blink_off)
{
    unsigned bits = g->rows[4 * row], nine = bits << 1;
    if (g->wide)
        nine |= bits & 1;
    if (g->under && row == (v->cr[0x14] & 0x1fu))
        nine = 0x1ff;
    return g->blinks && blink_off ? 0 : nine;
}

/* ---- graphics ---- */

/* Characters of which only the first loads the serializers: Clocking Mode bits 4 and 2. */
static inline unsigned vga_load(const struct vga *v)
{
    return v->sr[1] & 0x10 ? 4 : v->sr[1] & 4 ? 2 : 1;
}

/* What the serializers hold in character x of a line, by 'own' where they have been loaded before:
 * plane n is continued by plane n + 1, the last one by zeros. The other shift modes take more than
 * a bit of each dot and have used up all that was loaded. */
static inline const uint8_t *vga_serial(const struct vga *v, const struct scanline *l, unsigned x,
                                        uint8_t own[4])
{
    unsigned late = x & (vga_load(v) - 1);
    struct wires w = vga_wires(v, l->row);
    const uint8_t *p = vga_planes(v, &w, vga_counter(&w, l->counter, x - late));
    if (!late)
        return p;
    for (unsigned i = 0; i < 4; i++)
        own[i] = i + late < 4 && !(v->gr[5] & 0x60) ? p[i + late] : 0;
    return own;
}
