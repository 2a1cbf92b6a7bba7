/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 10h AH=12h, 1Ah, 1Bh, 1Ch: options, adapter identity, and saving the video state.
 */
#include "rom.h"

static void vertical_lines(u32 f)
{
    u8 flags = b8(B_FLAGS) & 0x6f;
    switch (r8(f, AL)) {
    case 0:  flags |= 0x80; break;
    case 1:  break;
    case 2:  flags |= 0x10; break;
    default: return;
    }
    bset8(B_FLAGS, flags);
    w8(f, AL, 0x12);
}

void alternate_select(u32 f) /* long: table */
{
    u8 al = r8(f, AL), flags = b8(B_FLAGS);

    switch (r8(f, BL)) {
    case 0x10:
        w8(f, BH, crtc() == 0x3b4);
        w8(f, BL, 3);                            /* 256 KB */
        w16(f, CX, b8(B_SWITCHES) & 15);
        return;
    case 0x30: vertical_lines(f); return;
    case 0x31: bset8(B_FLAGS, (u8)((flags & ~8) | (al & 1 ? 8 : 0))); break;
    case 0x32: outb(0x3c3, (al & 1) ^ 1); break;
    case 0x33: bset8(B_FLAGS, (u8)((flags & ~2) | (al & 1 ? 0 : 2))); break;
    case 0x35: break;                            /* there is one display only */
    case 0x34: bset8(B_CONTROL, (u8)((b8(B_CONTROL) & ~1) | (al & 1))); break;
    case 0x36: {
        u8 old = ini(0x3c4, 1);
        outi(0x3c4, 1, (u8)((old & ~0x20) | (al & 1) << 5));
        break;
    }
    default: return;
    }
    w8(f, AL, 0x12);
}

void display_code(u32 f)
{
    if (r8(f, AL) == 0)
        w16(f, BX, b8(B_DCC));                   /* 8: VGA with a colour monitor */
    else if (r8(f, AL) == 1)
        bset8(B_DCC, r8(f, BL));
    w8(f, AL, 0x1a);
}

/* What the adapter can do: modes, scan lines, fonts, functions. */
static const u8 abilities[16] = {
    0xff, 0xe0, 0x0f, 0, 0, 0, 0, 7, 2, 8, 0xff, 0x0e, 0, 0, 0x3f, 0
};

void state_info(u32 f)
{
    u16 es = r16(f, ES);
    u32 di = r16(f, DI);

    if (r16(f, BX) != 0)
        return;
    for (u32 i = 0; i < 64; i++)
        poke8(es, di + i, 0);
    poke16(es, di, rom_off(abilities));
    poke16(es, di + 2, rom_seg());
    for (u16 i = 0; i < 30; i++)
        poke8(es, di + 4 + i, b8((u16)(B_MODE + i)));
    poke8(es, di + 0x22, (u8)(b8(B_ROWS) + 1));
    poke16(es, di + 0x23, b16(B_HEIGHT));
    poke8(es, di + 0x25, b8(B_DCC));
    int kind = mode_kind();
    poke16(es, di + 0x27, kind == LINEAR ? 256 : kind == CGA4 ? 4 : kind == CGA2 ? 2 : 16);
    poke8(es, di + 0x29, kind == TEXT ? 8 : 1);
    poke8(es, di + 0x2a, b8(B_MODE) == 0x11 || b8(B_MODE) == 0x12 ? 3 : kind == TEXT ? 2 : 0);
    poke8(es, di + 0x2d, 1);
    poke8(es, di + 0x31, 3);
    w8(f, AL, 0x1b);
}

/* Saved: hardware (bit 0), data area (bit 1), DAC (bit 2), DISPI registers (bit 3). */
enum { SIZE_HW = 80, SIZE_BDA = 64, SIZE_DAC = 772, SIZE_VBE = 24 };

u16 state_size(u16 what)
{
    u32 n = (what & 1 ? SIZE_HW : 0) + (what & 2 ? SIZE_BDA : 0) + (what & 4 ? SIZE_DAC : 0) +
            (what & 8 ? SIZE_VBE : 0);
    return (u16)((n + 63) / 64);
}

static u32 save_group(u16 seg, u32 at, u16 port, u8 n)
{
    for (u8 i = 0; i < n; i++)
        poke8(seg, at++, ini(port, i));
    return at;
}

static void save_hw(u16 seg, u32 at)
{
    u16 crt = crtc();
    poke16(seg, at, crt);
    poke8(seg, at + 2, inb(0x3cc));
    poke8(seg, at + 3, inb(0x3c4));
    poke8(seg, at + 4, inb(crt));
    poke8(seg, at + 5, inb(0x3ce));
    at = save_group(seg, at + 6, 0x3c4, 5);
    at = save_group(seg, at, crt, 25);
    at = save_group(seg, at, 0x3ce, 9);
    for (u8 i = 0; i < 21; i++)
        poke8(seg, at++, ar_get(i));
}

static void load_hw(u16 seg, u32 at)
{
    u16 crt = peek16(seg, at);
    u32 from = at + 6;

    outi(0x3c4, 0, 1);
    for (u8 i = 1; i < 5; i++)
        outi(0x3c4, i, peek8(seg, from + i));
    outb(0x3c2, peek8(seg, at + 2));
    outi(0x3c4, 0, 3);
    from += 5;
    outi(crt, 0x11, 0);
    for (u8 i = 0; i < 25; i++)
        if (i != 0x11)
            outi(crt, i, peek8(seg, from + i));
    outi(crt, 0x11, peek8(seg, from + 0x11));
    from += 25;
    for (u8 i = 0; i < 9; i++)
        outi(0x3ce, i, peek8(seg, from + i));
    from += 9;
    inb((u16)(crt + 6));
    for (u8 i = 0; i < 21; i++) {
        outb(0x3c0, i);
        outb(0x3c0, peek8(seg, from + i));
    }
    outb(0x3c0, 0x20);
    outb(0x3c4, peek8(seg, at + 3));
    outb(crt, peek8(seg, at + 4));
    outb(0x3ce, peek8(seg, at + 5));
}

/* The data area's video bytes and the vectors of the fonts. */
static void save_bda(u16 seg, u32 at, int load)
{
    static const struct { u16 from, n; } part[] = {
        { 0x449, 30 }, { 0x484, 7 }, { 0x4a8, 4 }, { 0x4ba, 2 }, { 0x1f * 4, 4 }, { 0x43 * 4, 4 },
    };
    for (u32 p = 0; p < sizeof part / sizeof *part; p++)
        for (u32 i = 0; i < part[p].n; i++, at++) {
            if (load)
                poke8(seg_low(), part[p].from + i, peek8(seg, at));
            else
                poke8(seg, at, peek8(seg_low(), part[p].from + i));
        }
}

static void save_dac(u16 seg, u32 at, int load)
{
    if (load) {
        outb(0x3c6, peek8(seg, at + 1));
        outb(0x3c8, 0);
    } else {
        poke8(seg, at + 1, inb(0x3c6));
        outb(0x3c7, 0);
    }
    for (u32 i = 0; i < 768; i++) {
        if (load)
            outb(0x3c9, peek8(seg, at + 3 + i));
        else
            poke8(seg, at + 3 + i, inb(0x3c9));
    }
}

/* ENABLE comes after the geometry and before what it would reset. */
static const u8 vbe_order[9] = { 1, 2, 3, 4, 5, 6, 8, 9, 0xff };

static void save_vbe(u16 seg, u32 at, int load)
{
    if (load)
        dispi(4, 0);
    for (u32 i = 0; vbe_order[i] != 0xff; i++, at += 2) {
        u16 v = vbe_order[i];
        if (!load)
            poke16(seg, at, dispi_get(v));
        else
            dispi(v, (u16)(peek16(seg, at) | (v == 4 ? 0x80 : 0)));
    }
}

void state_save(u16 what, u16 seg, u16 off)
{
    u32 at = off;
    if (what & 1)
        save_hw(seg, at), at += SIZE_HW;
    if (what & 2)
        save_bda(seg, at, 0), at += SIZE_BDA;
    if (what & 4)
        save_dac(seg, at, 0), at += SIZE_DAC;
    if (what & 8)
        save_vbe(seg, at, 0);
}

void state_load(u16 what, u16 seg, u16 off)
{
    u32 at = off, vbe = off + (what & 1 ? SIZE_HW : 0u) + (what & 2 ? SIZE_BDA : 0u) +
                        (what & 4 ? SIZE_DAC : 0u);
    if (what & 8)
        save_vbe(seg, vbe, 1);
    if (what & 1)
        load_hw(seg, at), at += SIZE_HW;
    if (what & 2)
        save_bda(seg, at, 1), at += SIZE_BDA;
    if (what & 4)
        save_dac(seg, at, 1);
}

void save_restore(u32 f)
{
    u16 what = r16(f, CX) & 7;
    switch (r8(f, AL)) {
    case 0: w16(f, BX, state_size(what)); break;
    case 1: state_save(what, r16(f, ES), r16(f, BX)); break;
    case 2: state_load(what, r16(f, ES), r16(f, BX)); break;
    default: return;
    }
    w8(f, AL, 0x1c);
}
