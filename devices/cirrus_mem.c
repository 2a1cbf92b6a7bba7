/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CL-GD5446: the processor's view of memory: window, frame buffer, BLT registers in memory.
 *   Ref: CL-GD5446 Technical Reference Manual, GR0, GR1, GR5, GRB, SR2, SR7, SR17; PCI10, PCI14
 *
 * In packed modes a byte is a byte, but for write mode 1 (eight latches), 4 (bits of the byte
 * written: foreground or nothing) and 5 (foreground or background). These may take an address in
 * units of 8 or 16 bytes. While a BLT waits for its source, every write is that.
 */
#include "devices/cirrus.h"

enum { DUAL = 1, BY8 = 2, EXTENDED = 4, LATCH8 = 8, BY16 = 16 };     /* GRB */

static unsigned write_mode(const struct cirrus *c)
{
    return c->gr[0x0b] & EXTENDED ? c->gr[5] & 7u : c->gr[5] & 3u;
}

/* ---- BLT registers, at B8000, at the end of the frame buffer and in the window of BAR 1 ---- */

static bool mmio_low(const struct cirrus *c) { return (c->sr[0x17] & 0x44) == 0x04; }
static bool mmio_end(const struct cirrus *c) { return (c->sr[0x17] & 0x44) == 0x44; }

#define NONE 0xff
static unsigned blt_reg(uint32_t off)
{
    static const uint8_t reg[0x24] = {
        0x00, 0x10, 0x12, 0x14, 0x01, 0x11, 0x13, 0x15, 0x20, 0x21, 0x22, 0x23,
        0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, NONE, 0x2c, 0x2d, 0x2e, 0x2f,
        0x30, NONE, 0x32, 0x33, 0x34, 0x35, NONE, NONE, 0x38, 0x39, NONE, NONE,
    };
    off &= 0xff;
    return off < sizeof reg ? reg[off] : off == 0x40 ? 0x31 : NONE;
}

static uint64_t regs_read(const struct cirrus *c, uint32_t off, unsigned size)
{
    uint64_t val = 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned r = blt_reg(off + i);
        val |= (uint64_t)(r == NONE ? 0xff : c->gr[r]) << 8 * i;
    }
    return val;
}

static void regs_write(struct cirrus *c, uint32_t off, uint64_t val, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned r = blt_reg(off + i);
        if (r != NONE)
            cirrus_gr_write(c, r, (uint8_t)(val >> 8 * i));
    }
}

/* ---- linear memory ---- */

static uint32_t mask_of(const struct cirrus *c) { return c->vga->vram_size - 1; }

static uint32_t scaled(const struct cirrus *c, uint32_t a)
{
    unsigned b = c->gr[0x0b];
    return a << (b & BY16 && b & EXTENDED ? 4 : b & BY8 ? 3 : 0);
}

static uint8_t read_byte(struct cirrus *c, uint32_t a)
{
    a = scaled(c, a);
    if (c->gr[0x0b] & LATCH8 || write_mode(c) == 1)
        memcpy(c->latch, c->vga->vram + (a & mask_of(c) & ~7u), 8);
    return c->vga->vram[a & mask_of(c)];
}

/* Write modes 4 and 5: a pixel for each bit that SR2 lets through, the leftmost first. */
static void write_bits(struct cirrus *c, uint32_t a, unsigned bits, bool both)
{
    unsigned wide = c->gr[0x0b] & BY16 ? 2 : 1;
    for (unsigned i = 0; i < 8; i++, bits <<= 1) {
        bool fg = bits & 0x80;
        if (!(c->sr[2] << i & 0x80) || (!fg && !both))
            continue;
        for (unsigned k = 0; k < wide; k++)
            c->vga->vram[(a + i * wide + k) & mask_of(c)] = c->gr[(k ? 0x10 : 0) + fg];
    }
}

static void write_byte(struct cirrus *c, uint32_t a, uint8_t val)
{
    uint8_t *vram = c->vga->vram;
    a = scaled(c, a) & mask_of(c);
    switch (write_mode(c)) {
    case 1:
        if (c->gr[0x0b] & (BY8 | BY16))
            memcpy(vram + (a & ~7u), c->latch, 8);
        else
            vram[a] = c->latch[a & 7];
        break;
    case 4:  write_bits(c, a, val, false); break;
    case 5:  write_bits(c, a, val, true); break;
    default: vram[a] = val; break;
    }
}

/* Plain bytes, which the board can map. */
static bool plain(const struct cirrus *c)
{
    return !c->blt.active && !write_mode(c) && !(c->gr[0x0b] & (BY8 | LATCH8 | BY16));
}

uint32_t cirrus_direct(const struct cirrus *c)
{
    if (!cirrus_packed(c) || !plain(c))
        return 0;
    return mmio_end(c) ? CIRRUS_VRAM - PAGE_SIZE : CIRRUS_VRAM;
}

static uint64_t linear_read(struct cirrus *c, uint32_t a, unsigned size)
{
    uint64_t val = 0;
    for (unsigned i = 0; i < size; i++)
        val |= (uint64_t)read_byte(c, a + i) << 8 * i;
    return val;
}

static void linear_write(struct cirrus *c, uint32_t a, uint64_t val, unsigned size)
{
    if (c->blt.active) {
        cirrus_blt_feed(c, val, size);
        return;
    }
    a &= mask_of(c);
    if (plain(c) && a + size <= c->vga->vram_size) {
        store_le(c->vga->vram + a, val, size);
        return;
    }
    for (unsigned i = 0; i < size; i++)
        write_byte(c, a + i, (uint8_t)(val >> 8 * i));
}

/* ---- the window at A0000 ---- */

static uint32_t banked(const struct cirrus *c, uint32_t a) { return a + c->vga->bank[a >> 15 & 1]; }

bool cirrus_mem_read(void *dev, uint32_t off, unsigned size, uint64_t *val)
{
    struct cirrus *c = dev;
    uint32_t a = vga_window_offset(c->vga, off);

    if (mmio_low(c) && off >= 0x18000 && off < 0x18100) {
        *val = regs_read(c, off, size);
        return true;
    }
    if (!cirrus_packed(c) || a == VGA_CLOSED)
        return false;
    *val = linear_read(c, banked(c, a), size);
    return true;
}

bool cirrus_mem_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct cirrus *c = dev;
    uint32_t a = vga_window_offset(c->vga, off);

    if (mmio_low(c) && off >= 0x18000 && off < 0x18100) {
        regs_write(c, off, val, size);
        return true;
    }
    if ((!cirrus_packed(c) && !c->blt.active) || a == VGA_CLOSED)
        return false;
    linear_write(c, banked(c, a), val, size);
    return true;
}

/* ---- the frame buffer: four views of 4 MB ---- */

/* In the views that swap, the bytes of each word or double word change places. */
static unsigned swap_of(uint32_t off)
{
    static const uint8_t swap[4] = { 0, 1, 3, 0 };
    return swap[off >> 22 & 3];
}

static uint64_t swapped(uint64_t val, unsigned size, unsigned swap)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < size; i++)
        r |= (val >> 8 * (i ^ swap) & 0xff) << 8 * i;
    return r;
}

static uint64_t lfb_read(void *dev, uint32_t off, unsigned size)
{
    struct cirrus *c = dev;
    unsigned swap = swap_of(off);
    uint32_t a = off & mask_of(c);

    if (mmio_end(c) && a >= CIRRUS_VRAM - 0x100)
        return regs_read(c, a, size);
    return swapped(linear_read(c, a ^ (swap & ~(size - 1)), size), size, swap & (size - 1));
}

static void lfb_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct cirrus *c = dev;
    unsigned swap = swap_of(off);
    uint32_t a = off & mask_of(c);

    if (mmio_end(c) && a >= CIRRUS_VRAM - 0x100)
        regs_write(c, a, val, size);
    else
        linear_write(c, a ^ (swap & ~(size - 1)), swapped(val, size, swap & (size - 1)), size);
}

const struct bus_ops cirrus_lfb_ops = { lfb_read, lfb_write, 1 | 2 | 4 };

/* ---- PCI base address 1: the VGA's ports from 3C0 on, then the BLT registers ---- */

static uint64_t mmio_read(void *dev, uint32_t off, unsigned size)
{
    struct cirrus *c = dev;
    if (off < 0x20)
        return vga_port_read(c->vga, 0x3c0 + off);
    return off >= 0x100 && off < 0x200 ? regs_read(c, off, 1) : 0xff;
}

static void mmio_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct cirrus *c = dev;
    if (off < 0x20)
        vga_port_write(c->vga, 0x3c0 + off, (uint8_t)val);
    else if (off >= 0x100 && off < 0x200)
        regs_write(c, off, val, 1);
}

const struct bus_ops cirrus_mmio_ops = { mmio_read, mmio_write, 1 };
