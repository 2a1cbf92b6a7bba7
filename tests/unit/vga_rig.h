/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VGA with its memory and a picture, its ports, and IBM's values for some modes. Define VRAM
 * first for another size than 1 MB.
 */
#pragma once
#include "device_test.h"

#include "devices/vga.h"

#ifndef VRAM
#define VRAM (1u << 20)
#endif

static struct sched sched;
static struct vga vga;
static uint8_t vram[VRAM];
static uint32_t pixels[SURFACE_MAX_W * SURFACE_MAX_H];
static struct surface out = { .px = pixels };

static inline void outb(unsigned port, unsigned val)
{
    vga_ops.write(&vga, port - 0x3b0, val & 0xff, 1);
}
static inline unsigned inb(unsigned port) { return (unsigned)vga_ops.read(&vga, port - 0x3b0, 1); }
static inline void outi(unsigned port, unsigned i, unsigned val)
{
    outb(port, i);
    outb(port + 1, val);
}
static inline unsigned ini(unsigned port, unsigned i)
{
    outb(port, i);
    return inb(port + 1);
}
static inline void attr(unsigned i, unsigned val)
{
    inb(0x3da);
    outb(0x3c0, i);
    outb(0x3c0, val);
}
static inline void screen_on(void) { outb(0x3c0, 0x20); }
static inline void dispi(unsigned i, unsigned val)
{
    vbe_ops.write(&vga, 0, i, 2);
    vbe_ops.write(&vga, 1, val, 2);
}
static inline unsigned dispi_get(unsigned i)
{
    vbe_ops.write(&vga, 0, i, 2);
    return (unsigned)vbe_ops.read(&vga, 1, 2);
}
static inline void poke(uint32_t a, unsigned val)
{
    vga_mem_ops.write(&vga, a - 0xa0000, val, 1);
}
static inline unsigned peek(uint32_t a)
{
    return (unsigned)vga_mem_ops.read(&vga, a - 0xa0000, 1) & 0xff;
}
static inline uint32_t px(unsigned x, unsigned y) { return pixels[(size_t)y * out.stride + x]; }

static inline void setup(void)
{
    memset(&sched, 0, sizeof sched);
    memset(vram, 0, sizeof vram);
    vga_init(&vga, &sched, vram, VRAM);
    vga_class.reset(&vga, RESET_POWER);
    outb(0x3c2, 0x67);
    outi(0x3c4, 0, 3);
}

/* misc, SR1..4, CR0..18, GR0..8, AR10..14. */
struct mode { uint8_t misc, sr[4], cr[25], gr[9], ar[5]; };
static const struct mode TEXT80 = { 0x67, { 0, 3, 0, 2 },
    { 0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e,
      0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff },
    { 0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff }, { 0x0c, 0, 0x0f, 8, 0 } };
static const struct mode MODE12 = { 0xe3, { 1, 0x0f, 0, 6 },
    { 0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0, 0x40, 0, 0, 0, 0, 0, 0, 0xea, 0x8c, 0xdf,
      0x28, 0, 0xe7, 0x04, 0xe3, 0xff },
    { 0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff }, { 1, 0, 0x0f, 0, 0 } };
static const struct mode MODE13 = { 0x63, { 1, 0x0f, 0, 0x0e },
    { 0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x41, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f,
      0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff },
    { 0, 0, 0, 0, 0, 0x40, 5, 0x0f, 0xff }, { 0x41, 0, 0x0f, 0, 0 } };
static const struct mode MODE10 = { 0xa3, { 1, 0x0f, 0, 6 },
    { 0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x40, 0, 0, 0, 0, 0, 0, 0x83, 0x85, 0x5d,
      0x28, 0x0f, 0x63, 0xba, 0xe3, 0xff },
    { 0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff }, { 1, 0, 0x0f, 0, 0 } };
static const struct mode CGA4 = { 0x63, { 9, 3, 0, 2 },
    { 0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f,
      0x14, 0, 0x96, 0xb9, 0xa2, 0xff },
    { 0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff }, { 1, 0, 3, 0, 0 } };

static inline void set_mode(const struct mode *m)
{
    outb(0x3c2, m->misc);
    outi(0x3c4, 0, 3);
    for (unsigned i = 0; i < 4; i++)
        outi(0x3c4, i + 1, m->sr[i]);
    outi(0x3d4, 0x11, 0);
    for (unsigned i = 0; i < 25; i++)
        outi(0x3d4, i, m->cr[i]);
    for (unsigned i = 0; i < 9; i++)
        outi(0x3ce, i, m->gr[i]);
    for (unsigned i = 0; i < 16; i++)
        attr(i, i);
    for (unsigned i = 0; i < 5; i++)
        attr(0x10 + i, m->ar[i]);
    screen_on();
    outb(0x3c8, 0);
    for (unsigned i = 0; i < 256; i++) {         /* entry i: a colour that names it */
        outb(0x3c9, i & 63);
        outb(0x3c9, i >> 6);
        outb(0x3c9, 0);
    }
}

static inline uint32_t colour(unsigned i)
{
    unsigned r = i & 63, g = i >> 6;
    return (uint32_t)(r << 2 | r >> 4) << 16 | (uint32_t)(g << 2 | g >> 4) << 8;
}

/* 20 columns, 60 lines of 70; the rest of the frame is quick. */
static inline void small_mode(void)
{
    static const uint8_t cr[25] = {
        0x1f, 0x13, 0x14, 0x82, 0x15, 0x81, 0x44, 0x10, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 5, 0x3e, 0x02,
        0x3b, 0x0a, 0x1f, 0x3c, 0x44, 0xa3, 0xff
    };
    outi(0x3d4, 0x11, 0);
    for (unsigned i = 0; i < 25; i++)
        outi(0x3d4, i, cr[i]);
    outi(0x3c4, 1, 1);
    outi(0x3c4, 4, 6);
    for (unsigned i = 0; i < 16; i++)
        attr(i, i);
    attr(0x10, 0x0c);
    attr(0x12, 15);
    outb(0x3c0, 0x20);
}
