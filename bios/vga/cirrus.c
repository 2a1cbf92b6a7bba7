/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Cirrus Logic CL-GD5446 as if it had DISPI registers, for vbe.c. What the chip does not say by
 * itself is kept in its scratch registers: SR9 columns / 8, SRA lines / 8, SR14 depth and bit 7
 * while a mode is on; SR15 is the size of memory, where Cirrus' own BIOS has it.
 *   Ref: CL-GD5446 Technical Reference Manual; VESA Monitor Timing Standard (all at 60 Hz)
 */
#include "rom.h"

#define SEQ 0x3c4
#define GFX 0x3ce
enum { PITCH_MAX = 511 };                        /* in units of eight bytes */

static u16 crt(void) { return inb(0x3cc) & 1 ? 0x3d4 : 0x3b4; }

/* Also unlocks the registers. */
int cirrus_present(void)
{
    outi(SEQ, 6, 0x12);
    return ini(SEQ, 6) == 0x12 && ini(crt(), 0x27) == 0xb8;
}

/* Characters of a line, lines of a frame, and where their syncs are; the clock is 14.318 MHz *
 * num * 2 / den. Lines beyond ten bits are counted in twos. */
struct timing { u16 w, h, ht, hs, he, vt, vs, ve; u8 num, den, misc; };
static const struct timing timings[] = {
    { 640, 400, 100, 82, 94, 449, 412, 414, 0x66, 0x3b, 0x6f },
    { 640, 480, 100, 82, 94, 525, 490, 492, 0x66, 0x3b, 0xef },
    { 800, 600, 132, 105, 121, 628, 601, 605, 81, 0x3a, 0x2f },
    { 1024, 768, 168, 131, 148, 806, 771, 777, 59, 0x1a, 0xef },
    { 1280, 1024, 211, 166, 180, 1066, 1025, 1028, 83, 0x16, 0x2f },
};

static const struct timing *timing(u32 w, u32 h)
{
    for (u32 i = 0; i < sizeof timings / sizeof *timings; i++)
        if (timings[i].w == w && timings[i].h == h)
            return &timings[i];
    return 0;
}

int cirrus_fits(u32 w, u32 h, u32 bpp)
{
    return timing(w, h) && (bpp == 4 || w * ((bpp + 7) / 8) <= PITCH_MAX * 8);
}

static u32 depth(void) { return ini(SEQ, 0x14) & 0x3f; }
static u32 wide(void) { return (depth() + 7) / 8; }
static int planar(void) { return depth() == 4; }

static void cr_bits(u8 i, u8 mask, u32 v) { outi(crt(), i, (u8)((ini(crt(), i) & ~mask) | v)); }

/* Of a line; of one plane where there are planes. */
static u32 pitch(void)
{
    u32 n = ini(crt(), 0x13) | (ini(crt(), 0x1b) & 0x10u) << 4;
    return planar() ? n * 2 : n * 8;
}

static void set_pitch(u32 pixels)
{
    u32 n = planar() ? (pixels + 15) / 16 : (pixels * wide() + 7) / 8;
    if (n > PITCH_MAX)
        n = PITCH_MAX;
    outi(crt(), 0x13, (u8)n);
    cr_bits(0x1b, 0x10, n >> 4 & 0x10);
}

/* In units of four bytes, one of each plane. */
static u32 start(void)
{
    u32 b = ini(crt(), 0x1b);
    return (u32)ini(crt(), 0x0c) << 8 | ini(crt(), 0x0d) | (b & 1) << 16 | (b & 0x0c) << 15 |
           (ini(crt(), 0x1d) & 0x80u) << 12;
}

static void set_start(u32 x, u32 y)
{
    u32 at = planar() ? y * pitch() + x / 8 : (y * pitch() + x * wide()) / 4;
    outi(crt(), 0x0c, (u8)(at >> 8));
    outi(crt(), 0x0d, (u8)at);
    cr_bits(0x1b, 0x0d, (at >> 16 & 1) | (at >> 15 & 0x0c));
    cr_bits(0x1d, 0x80, at >> 12 & 0x80);
}

static u32 start_y(void) { return start() * (planar() ? 1 : 4) / (pitch() ? pitch() : 1); }
static u32 start_x(void)
{
    u32 rest = start() * (planar() ? 1 : 4) - start_y() * pitch();
    return planar() ? rest * 8 : rest / (wide() ? wide() : 1);
}

static void hidden_dac(u8 v)
{
    inb(0x3c8);
    for (u32 i = 0; i < 4; i++)
        inb(0x3c6);
    outb(0x3c6, v);
}

static void off(void)
{
    u16 c = crt();
    outi(SEQ, 7, 0);
    outi(SEQ, 0x0e, 0x7e);
    outi(SEQ, 0x1e, 0x33);
    outi(SEQ, 0x12, 0);                          /* the cursor */
    outi(SEQ, 0x14, (u8)depth());
    outi(SEQ, 0x15, 4);
    outi(SEQ, 0x17, (u8)(ini(SEQ, 0x17) & ~0x44));
    outi(GFX, 0x31, 4);
    outi(GFX, 0x31, 0);
    outi(GFX, 9, 0);
    outi(GFX, 0x0a, 0);
    outi(GFX, 0x0b, 0);
    outi(c, 0x1a, 0);
    outi(c, 0x1b, 0);
    outi(c, 0x1d, 0);
    hidden_dac(0);
    outb(0x3c6, 0xff);
}

static void program_timing(const struct timing *t)
{
    u16 c = crt();
    u32 two = t->vt > 1024, vt = (t->vt >> two) - 2u, vs = t->vs >> two, ve = t->ve >> two;
    u32 last = (t->h >> two) - 1u, he = t->ht - 1u;

    outi(SEQ, 0x0e, t->num);
    outi(SEQ, 0x1e, t->den);
    outb(0x3c2, t->misc);
    outi(c, 0x11, 0);
    outi(c, 0, (u8)(t->ht - 5));
    outi(c, 1, (u8)(t->w / 8 - 1));
    outi(c, 2, (u8)(t->w / 8));
    outi(c, 3, (u8)(0x80 | (he & 31)));
    outi(c, 4, (u8)t->hs);
    outi(c, 5, (u8)((he & 32) << 2 | (t->he & 31)));
    outi(c, 6, (u8)vt);
    outi(c, 7, (u8)((vt >> 8 & 1) | (last >> 7 & 2) | (vs >> 6 & 4) | (last >> 5 & 8) | 0x10 |
                    (vt >> 4 & 0x20) | (last >> 3 & 0x40) | (vs >> 2 & 0x80)));
    outi(c, 9, (u8)(0x40 | (last >> 4 & 0x20)));
    outi(c, 0x10, (u8)vs);
    outi(c, 0x11, (u8)(0x80 | (ve & 15)));
    outi(c, 0x12, (u8)last);
    outi(c, 0x14, 0);
    outi(c, 0x15, (u8)last);
    outi(c, 0x16, (u8)(vt + 1));
    outi(c, 0x17, (u8)(0xe3 | two << 2));
    outi(c, 0x18, 0xff);
}

/* All that a line holds, all lines: a BLT that writes zeroes. */
static void clear(u32 lines)
{
    u32 n = pitch() - 1, p = pitch(), h = lines - 1;
    for (u8 i = 0x28; i < 0x30; i++)
        outi(GFX, i, 0);
    outi(GFX, 0x20, (u8)n);
    outi(GFX, 0x21, (u8)(n >> 8));
    outi(GFX, 0x22, (u8)h);
    outi(GFX, 0x23, (u8)(h >> 8));
    outi(GFX, 0x24, (u8)p);
    outi(GFX, 0x25, (u8)(p >> 8));
    outi(GFX, 0x30, 0xc0);
    outi(GFX, 0x33, 4);
    outi(GFX, 0x32, 0);
    outi(GFX, 0x31, 2);
    while (ini(GFX, 0x31) & 1)
        ;
}

static void on(int keep)
{
    u32 w = (u32)ini(SEQ, 9) * 8, h = (u32)ini(SEQ, 0x0a) * 8, bpp = depth();
    const struct timing *t = timing(w, h);
    if (!t || !cirrus_fits(w, h, bpp))
        return;
    program_timing(t);
    outi(crt(), 0x1b, 0x02);                     /* addresses of more than 16 bits */
    outi(GFX, 0x0b, 0x20);                       /* banks in units of 16 KB */
    set_pitch(w);
    if (bpp != 4) {
        outi(SEQ, 2, 0xff);
        outi(SEQ, 7, (u8)(0xf0 | (bpp == 8 ? 1 : bpp <= 16 ? 7 : bpp == 24 ? 5 : 9)));
        hidden_dac(bpp == 8 ? 0 : bpp == 15 ? 0xf0 : bpp == 16 ? 0xe1 : 0xe5);
        outb(0x3c6, 0xff);
    }
    if (!keep && bpp != 4)
        clear(h);
    for (u32 bank = 0; !keep && bpp == 4 && bank < 3; bank++) {
        outi(GFX, 9, (u8)(bank << 2));
        far_fill16(seg_a000(), 0, 0, 0x8000);
    }
    outi(GFX, 9, 0);
    outi(SEQ, 0x14, (u8)(bpp | 0x80));
}

void cirrus_set(u16 i, u16 v)
{
    switch (i) {
    case D_XRES:   outi(SEQ, 9, (u8)(v / 8)); break;
    case D_YRES:   outi(SEQ, 0x0a, (u8)(v / 8)); break;
    case D_BPP:    outi(SEQ, 0x14, (u8)v); break;
    case D_ENABLE:
        if (v & 1)
            on(v & 0x80);
        else
            off();
        break;
    case D_BANK:   outi(GFX, 9, (u8)(v << 2)); break;
    case D_VIRT_W: set_pitch(v); break;
    case D_X:      set_start(v, start_y()); break;
    case D_Y:      set_start(start_x(), v); break;
    default: break;
    }
}

u16 cirrus_get(u16 i)
{
    u32 p = pitch();
    switch (i) {
    case D_ID:     return 0xb0c5;
    case D_XRES:   return (u16)(ini(SEQ, 9) * 8);
    case D_YRES:   return (u16)(ini(SEQ, 0x0a) * 8);
    case D_BPP:    return (u16)depth();
    case D_ENABLE: return ini(SEQ, 0x14) >> 7;
    case D_BANK:   return ini(GFX, 9) >> 2;
    case D_VIRT_W: return (u16)(planar() ? p * 8 : wide() ? p / wide() : 0);
    case D_VIRT_H: return (u16)(p ? (planar() ? 0x100000u : 0x400000u) / p : 0);
    case D_X:      return (u16)start_x();
    case D_Y:      return (u16)start_y();
    case D_MEMORY: return 64;
    default:       return 0;
    }
}
