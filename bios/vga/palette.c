/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 10h AH=0Bh and AH=10h: attribute palette and DAC.
 */
#include "rom.h"

void ar_set(u8 i, u8 v)
{
    inb((u16)(crtc() + 6));
    outb(0x3c0, i);
    outb(0x3c0, v);
    outb(0x3c0, 0x20);
}

u8 ar_get(u8 i)
{
    inb((u16)(crtc() + 6));
    outb(0x3c0, i);
    u8 v = inb(0x3c1);
    screen_on();
    return v;
}

void screen_on(void)
{
    inb((u16)(crtc() + 6));
    outb(0x3c0, 0x20);
}

/* BH=0: border, or background and intensity in CGA modes; BH=1: CGA palette. */
void old_palette(u8 bh, u8 bl)
{
    u8 saved = b8(B_PALETTE);
    if (bh == 0) {
        u8 colour = (u8)((bl & 7) | (bl << 1 & 0x10));
        ar_set(0x11, colour);
        if (mode_kind() != TEXT)
            ar_set(0, colour);
        saved = (u8)((saved & 0xe0) | (bl & 0x1f));
    } else {
        saved = (u8)((saved & ~0x20) | (bl & 1 ? 0x20 : 0));
    }
    bset8(B_PALETTE, saved);
    if (mode_kind() != CGA4)
        return;
    for (u8 i = 1; i < 4; i++)
        ar_set(i, (u8)(2 * i + (saved >> 5 & 1) + (saved & 0x10)));
}

static void dac_put(u8 r, u8 g, u8 b)
{
    outb(0x3c9, r);
    outb(0x3c9, g);
    outb(0x3c9, b);
}

static void grey(u8 first, u16 n)
{
    for (u16 i = 0; i < n; i++, first++) {
        outb(0x3c7, first);
        u32 r = inb(0x3c9), g = inb(0x3c9), b = inb(0x3c9);
        u8 v = (u8)((r * 77 + g * 151 + b * 28 + 128) >> 8);   /* 30, 59 and 11 per cent */
        outb(0x3c8, first);
        dac_put(v, v, v);
    }
}

static void paging(u8 bh, u8 bl)
{
    u8 mode = ar_get(0x10);
    if (bl == 0) {
        ar_set(0x10, (u8)((mode & 0x7f) | (bh & 1) << 7));
    } else {
        if (!(mode & 0x80))
            bh = (u8)(bh << 2);
        ar_set(0x14, bh & 15);
    }
}

void palette_call(u32 f) /* long: table */
{
    u16 es = r16(f, ES), bx = r16(f, BX), cx = r16(f, CX);
    u32 dx = r16(f, DX);
    u8 bl = r8(f, BL), bh = r8(f, BH);

    switch (r8(f, AL)) {
    case 0x00: ar_set(bl & 0x1f, bh); break;
    case 0x01: ar_set(0x11, bh); break;
    case 0x02:
        for (u8 i = 0; i < 16; i++)
            ar_set(i, peek8(es, dx + i));
        ar_set(0x11, peek8(es, dx + 16));
        break;
    case 0x03:
        ar_set(0x10, (u8)((ar_get(0x10) & ~8) | (bl & 1) << 3));
        bset8(B_MODE_REG, (u8)((b8(B_MODE_REG) & ~0x20) | (bl & 1) << 5));
        break;
    case 0x07: w8(f, BH, ar_get(bl & 0x1f)); break;
    case 0x08: w8(f, BH, ar_get(0x11)); break;
    case 0x09:
        for (u8 i = 0; i < 16; i++)
            poke8(es, dx + i, ar_get(i));
        poke8(es, dx + 16, ar_get(0x11));
        break;
    case 0x10:
        outb(0x3c8, bl);
        dac_put(r8(f, DH), r8(f, CH), r8(f, CL));
        break;
    case 0x12:
        outb(0x3c8, bl);
        for (u32 i = 0; i < 3u * cx; i++)
            outb(0x3c9, peek8(es, dx + i));
        break;
    case 0x13: paging(bh, bl); break;
    case 0x15:
        outb(0x3c7, bl);
        w8(f, DH, inb(0x3c9));
        w8(f, CH, inb(0x3c9));
        w8(f, CL, inb(0x3c9));
        break;
    case 0x17:
        outb(0x3c7, bl);
        for (u32 i = 0; i < 3u * cx; i++)
            poke8(es, dx + i, inb(0x3c9));
        break;
    case 0x18: outb(0x3c6, bl); break;
    case 0x19: w8(f, BL, inb(0x3c6)); break;
    case 0x1a: {
        u8 paged = ar_get(0x10) >> 7, page = ar_get(0x14) & 15;
        w8(f, BL, paged);
        w8(f, BH, paged ? page : page >> 2);
        break;
    }
    case 0x1b: grey((u8)bx, cx); break;
    default: break;
    }
}
