/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: the processor's view of video memory at A0000..BFFFF.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "Graphics Controller", "Sequencer"
 *
 * A byte address becomes a planar offset and a set of planes, in one of three ways:
 *     chain-4    plane = A1..A0, offset = the address without them
 *     odd/even   planes of A0's parity, offset = the address without A0; in its place there is
 *                A16 in a window of 128 KB, else the reverse of Misc Output bit 5: all standard
 *                modes set it, and their pictures come from even offsets
 *     planar     all planes the Map Mask allows
 * Without Extended Memory (Memory Mode bit 1) offsets have 14 bits, and A14 takes the place of A0,
 * as counter bit 13 does for the picture (CR17 bit 5): so an EGA has room for its 640 x 350.
 * The write modes then work on four planes at once in one 32-bit word.
 */
#include "devices/vga_scan.h"

/* Bit p of a nibble spread over byte p. */
static const uint32_t spread[16] = {
    0x00000000, 0x000000ff, 0x0000ff00, 0x0000ffff, 0x00ff0000, 0x00ff00ff, 0x00ffff00, 0x00ffffff,
    0xff000000, 0xff0000ff, 0xff00ff00, 0xff00ffff, 0xffff0000, 0xffff00ff, 0xffffff00, 0xffffffff,
};

static bool chain4(const struct vga *v) { return v->sr[4] & 8; }

/* Where in the window 'off' (from A0000) lies, or VGA_CLOSED. */
uint32_t vga_window_offset(const struct vga *v, uint32_t off)
{
    if (vbe_on(v))
        return off < 0x10000 ? off : VGA_CLOSED;
    if (!(v->misc & 2))
        return VGA_CLOSED;
    switch (v->gr[6] >> 2 & 3) {
    case 0:  return off;
    case 1:  return off < 0x10000 ? off : VGA_CLOSED;
    case 2:  return off >= 0x10000 && off < 0x18000 ? off - 0x10000 : VGA_CLOSED;
    default: return off >= 0x18000 ? off - 0x18000 : VGA_CLOSED;
    }
}

/* An extension's banks are added to the window's address. */
static uint32_t planar(const struct vga *v, uint32_t a)
{
    a &= 0xffff;
    return v->ext ? (a + v->bank[a >> 15]) & (v->vram_size / 4 - 1) : a;
}

static uint32_t odd_even(const struct vga *v, uint32_t a)
{
    bool whole = !(v->gr[6] & 0x0c);
    uint32_t low = !(v->sr[4] & 2) ? a >> 14 : whole ? a >> 16 : ~(uint32_t)v->misc >> 5;
    return (a & 0xfffe) | (low & 1);
}

/* The four planes' bytes at address a of the window. */
static uint8_t *cell(const struct vga *v, uint32_t a)
{
    uint32_t n;
    if (vbe_on(v))                                   /* 4 bits a pixel, banks of 64 KB of a plane */
        return v->vram + ((((uint32_t)v->vbe_bank << 16 | a) << 2) & (v->vram_size - 1));
    if (chain4(v))
        n = (a & 0xfffc) | (a >> 16 & 3);
    else if (v->gr[6] & 2)
        n = odd_even(v, a);
    else
        n = planar(v, a);
    return v->vram + (size_t)4 * (n & vga_memory_mask(v));
}

static unsigned write_planes(const struct vga *v, uint32_t a)
{
    unsigned planes = v->sr[2];
    if (vbe_on(v))
        return planes;
    if (chain4(v))
        return planes & 1u << (a & 3);
    return v->sr[4] & 4 ? planes : planes & (a & 1 ? 0xau : 0x5u);
}

static uint32_t combine(const struct vga *v, uint32_t d, uint32_t mask)
{
    switch (v->gr[3] >> 3) {
    case 1:  d &= v->latch; break;
    case 2:  d |= v->latch; break;
    case 3:  d ^= v->latch; break;
    default: break;
    }
    return (d & mask) | (v->latch & ~mask);
}

static uint32_t write_value(const struct vga *v, uint8_t val)
{
    unsigned n = v->gr[3] & 7;
    uint32_t turned = (uint32_t)(val >> n | val << (8 - n)) & 0xff, sr = spread[v->gr[1]];
    uint32_t mask = v->gr[8] * 0x01010101u;

    switch (v->gr[5] & 3) {
    case 0:  return combine(v, (turned * 0x01010101u & ~sr) | (spread[v->gr[0]] & sr), mask);
    case 1:  return v->latch;
    case 2:  return combine(v, spread[val & 15], mask);
    default: return combine(v, spread[v->gr[0]], mask & turned * 0x01010101u);
    }
}

static void write_byte(struct vga *v, uint32_t a, uint8_t val)
{
    uint8_t *p = cell(v, a);
    uint32_t m = spread[write_planes(v, a)];
    store_le32(p, (load_le32(p) & ~m) | (write_value(v, val) & m));
}

static uint8_t read_byte(struct vga *v, uint32_t a)
{
    v->latch = load_le32(cell(v, a));
    if (v->gr[5] & 8) {                              /* read mode 1: bits where all planes match */
        uint32_t t = (v->latch ^ spread[v->gr[2]]) & spread[v->gr[7]];
        t |= t >> 16;
        return (uint8_t)~(t | t >> 8);
    }
    unsigned plane = v->gr[4];
    if (!vbe_on(v)) {
        if (chain4(v))
            plane = a & 3;
        else if (v->gr[5] & 0x10)
            plane = (plane & 2) | (a & 1);
    }
    return (uint8_t)(v->latch >> 8 * plane);
}

/* Bytes arrive in memory as they are: write mode 0 and nothing that alters them. */
static bool plain_writes(const struct vga *v)
{
    return !(v->gr[5] & 3) && !v->gr[3] && !v->gr[1] && v->gr[8] == 0xff;
}

/* Chain-4 keeps an aligned group of four addresses in one cell. */
static bool whole_cell(const struct vga *v, uint32_t a, unsigned size)
{
    return chain4(v) && !vbe_on(v) && (a & 3) + size <= 4;
}

/* All planes side by side, neighbouring addresses in neighbouring cells. */
static bool in_a_row(const struct vga *v, uint32_t a, unsigned size)
{
    return (v->sr[4] & 0x0e) == 6 && !(v->gr[6] & 2) && !vbe_on(v) && !v->ext &&
           (a & 0xffff) + size <= 0x10000;
}

static void write_row(struct vga *v, uint32_t a, uint64_t val, unsigned size)
{
    uint32_t m = spread[v->sr[2]];
    bool plain = plain_writes(v);
    for (uint8_t *p = cell(v, a), *end = p + (size_t)size * 4; p < end; p += 4, val >>= 8) {
        uint32_t d = plain ? (uint32_t)(val & 0xff) * 0x01010101u : write_value(v, (uint8_t)val);
        store_le32(p, (load_le32(p) & ~m) | (d & m));
    }
}

/* Read mode 0. */
static uint64_t read_row(struct vga *v, uint32_t a, unsigned size)
{
    const uint8_t *p = cell(v, a);
    uint64_t val = 0;
    for (unsigned i = 0; i < size; i++)
        val |= (uint64_t)p[4 * i + v->gr[4]] << (8 * i);
    v->latch = load_le32(p + (size_t)4 * (size - 1));
    return val;
}

uint8_t *vga_window(const struct vga *v)
{
    if (!vbe_linear(v))
        return NULL;
    return v->vram + (((uint32_t)v->vbe_bank << 16) & (v->vram_size - 1));
}

static uint64_t mem_read(void *dev, uint32_t off, unsigned size)
{
    struct vga *v = dev;
    uint32_t a = vga_window_offset(v, off);
    uint64_t val = 0;

    if (v->ext && v->ext->mem_read(v->ext_dev, off, size, &val))
        return val;
    if (a == VGA_CLOSED || off + size > VGA_MEM_SIZE)
        return UINT64_MAX;
    if (vbe_linear(v))
        return a + size <= 0x10000 ? load_le(vga_window(v) + a, size) : UINT64_MAX;
    if (whole_cell(v, a, size) && !(v->gr[5] & 8)) {
        v->latch = load_le32(cell(v, a));
        return v->latch >> 8 * (a & 3);
    }
    if (in_a_row(v, a, size) && !(v->gr[5] & 0x18))
        return read_row(v, a, size);
    for (unsigned i = 0; i < size; i++)
        val |= (uint64_t)read_byte(v, a + i) << (8 * i);
    return val;
}

static void mem_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct vga *v = dev;
    uint32_t a = vga_window_offset(v, off);

    if (v->ext && v->ext->mem_write(v->ext_dev, off, val, size))
        return;
    if (a == VGA_CLOSED || off + size > VGA_MEM_SIZE)
        return;
    if (vbe_linear(v)) {
        if (a + size <= 0x10000)
            store_le(vga_window(v) + a, val, size);
        return;
    }
    if (whole_cell(v, a, size) && plain_writes(v) && v->sr[2] == 15) {
        store_le(cell(v, a) + (a & 3), val, size);
        return;
    }
    if (in_a_row(v, a, size)) {
        write_row(v, a, val, size);
        return;
    }
    for (unsigned i = 0; i < size; i++)
        write_byte(v, a + i, (uint8_t)(val >> (8 * i)));
}

const struct bus_ops vga_mem_ops = { mem_read, mem_write, 1 | 2 | 4 };

/* ---- string instructions: within a page, where what holds for one byte holds for all ---- */

/* An extension sees every access, a linear bank is plain memory: both one by one. */
static bool takes_bulk(const struct vga *v, uint32_t a)
{
    return !v->ext && !vbe_linear(v) && a != VGA_CLOSED;
}

static void bulk_chain4(struct vga *v, uint32_t a, const uint8_t *from, uint32_t bytes)
{
    while (bytes && (a & 3 || bytes < 4)) {
        cell(v, a)[a & 3] = *from++;
        a++;
        bytes--;
    }
    uint8_t *p = cell(v, a);
    for (; bytes >= 4; bytes -= 4, a += 4, from += 4, p += 16)
        memcpy(p, from, 4);
    for (unsigned i = 0; i < bytes; i++)
        cell(v, a)[i] = from[i];
}

static void bulk_row(struct vga *v, uint32_t a, const uint8_t *from, uint32_t bytes)
{
    unsigned planes = v->sr[2];
    uint8_t *p = cell(v, a);
    if (plain_writes(v) && planes && !(planes & (planes - 1))) {     /* bytes of one plane */
        p += planes >> 1 < 3 ? planes >> 1 : 3;
        for (uint32_t i = 0; i < bytes; i++)
            p[4 * i] = from[i];
        return;
    }
    for (uint32_t i = 0; i < bytes; i++)
        write_row(v, a + i, from[i], 1);
}

static unsigned bulk_write(void *dev, uint32_t off, const void *from, unsigned n, unsigned size)
{
    struct vga *v = dev;
    uint32_t a = vga_window_offset(v, off), bytes = n * size;
    const uint8_t *b = from;

    if (!takes_bulk(v, a))
        return 0;
    if (chain4(v) && v->sr[4] & 2 && !vbe_on(v) && plain_writes(v) && v->sr[2] == 15)
        bulk_chain4(v, a, b, bytes);
    else if (in_a_row(v, a, bytes))
        bulk_row(v, a, b, bytes);
    else
        for (uint32_t i = 0; i < bytes; i++)
            write_byte(v, a + i, b[i]);
    return n;
}

static unsigned bulk_read(void *dev, uint32_t off, void *to, unsigned n, unsigned size)
{
    struct vga *v = dev;
    uint32_t a = vga_window_offset(v, off), bytes = n * size;
    uint8_t *b = to;

    if (!takes_bulk(v, a))
        return 0;
    for (uint32_t i = 0; i < bytes; i++)
        b[i] = read_byte(v, a + i);
    return n;
}

/* MOVSB in write mode 1 moves all four planes by the latches. */
static void copy_cells(struct vga *v, uint32_t to, uint32_t from, unsigned n)
{
    uint32_t m = spread[v->sr[2]];
    uint8_t *d = cell(v, to);
    const uint8_t *s = cell(v, from);
    for (unsigned i = 0; i < n; i++, s += 4, d += 4) {
        v->latch = load_le32(s);
        store_le32(d, (load_le32(d) & ~m) | (v->latch & m));
    }
}

static unsigned bulk_copy(void *dev, uint32_t to, uint32_t from, unsigned n, unsigned size)
{
    struct vga *v = dev;
    uint32_t a = vga_window_offset(v, to), b = vga_window_offset(v, from);

    if (!takes_bulk(v, a) || !takes_bulk(v, b))
        return 0;
    if (size == 1 && (v->gr[5] & 3) == 1 && in_a_row(v, a, n) && in_a_row(v, b, n))
        copy_cells(v, a, b, n);
    else
        for (uint32_t i = 0; i < n * size; i += size)
            mem_write(v, to + i, mem_read(v, from + i, size), size);
    return n;
}

const struct bus_bulk vga_mem_bulk = { bulk_read, bulk_write, bulk_copy };
