/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 10h AH=11h: character generators. The chip has none: text modes read plane 2, which is loaded
 * here.
 */
#include "rom.h"

/* Opens plane 2 at A0000, and back to the text mode's way. */
static void open_plane2(void)
{
    outi(0x3c4, 0, 1);
    outi(0x3c4, 2, 4);
    outi(0x3c4, 4, 7);
    outi(0x3c4, 0, 3);
    outi(0x3ce, 4, 2);
    outi(0x3ce, 5, 0);
    outi(0x3ce, 6, 4);
}

static void close_plane2(void)
{
    outi(0x3c4, 0, 1);
    outi(0x3c4, 2, 3);
    outi(0x3c4, 4, 2);
    outi(0x3c4, 0, 3);
    outi(0x3ce, 4, 0);
    outi(0x3ce, 5, 0x10);
    outi(0x3ce, 6, crtc() == 0x3b4 ? 0x0a : 0x0e);
}

void load_font(u16 seg, u16 off, u16 n, u16 first, u8 block, u8 height)
{
    u32 to = ((u32)(block & 3) << 14) + ((u32)(block & 4) << 11) + first * 32u;
    u32 from = off;

    open_plane2();
    for (; n; n--, to += 32)
        for (u32 r = 0; r < 32; r++)
            poke8(seg_a000(), to + r, r < height ? peek8(seg, from++) : 0);
    close_plane2();
}

static const u8 *rom_font(u8 height)
{
    return height == 8 ? font8x8 : height == 14 ? font8x14 : font8x16;
}

void load_rom_font(u8 height, u8 block)
{
    load_font(rom_seg(), rom_off(rom_font(height)), 256, 0, block, height);
}

/* The text mode takes on a character height: rows, cursor and page size follow. */
static void use_height(u8 h)
{
    u8 old = ini(crtc(), 9), high = ini(crtc(), 7);
    u32 lines = ini(crtc(), 0x12) + ((high & 2u) << 7) + ((high & 0x40u) << 3) + 1;

    if (!h || h > 32)
        return;
    lines = lines > 375 ? 400 : lines > 300 ? 350 : lines;       /* an earlier height left a rest */
    if (old & 0x80)
        lines = 200;
    outi(crtc(), 9, (u8)((old & 0xe0) | (h - 1)));
    u32 rows = lines / h, shown = rows * h - 1;
    if (lines == 200)
        shown = shown * 2 + 1;
    outi(crtc(), 0x12, (u8)shown);
    outi(crtc(), 7, (u8)((ini(crtc(), 7) & ~0x42) | (shown >> 7 & 2) | (shown >> 3 & 0x40)));
    bset16(B_HEIGHT, h);
    bset8(B_ROWS, (u8)(rows - 1));
    bset16(B_PAGE_SIZE, (u16)((rows * b16(B_COLS) * 2 + 0xff) & ~0xffu));
    if (crtc() == 0x3b4)
        outi(crtc(), 0x14, (u8)(h - 1));
    put_shape();
}

static void set_vector43(u16 seg, u16 off)
{
    poke16(seg_low(), 0x43 * 4, off);
    poke16(seg_low(), 0x43 * 4 + 2, seg);
}

void graphics_font(u8 height)
{
    set_vector43(rom_seg(), rom_off(rom_font(height)));
}

static void graphics_rows(u8 bl, u8 dl, u8 height)
{
    static const u8 rows[4] = { 0, 14, 25, 43 };
    bset16(B_HEIGHT, height);
    bset8(B_ROWS, (u8)((bl && bl < 4 ? rows[bl] : dl) - 1));
}

static void font_info(u32 f)
{
    const u8 *p = font8x16;
    u16 seg = rom_seg(), off;

    switch (r8(f, BH)) {
    case 2: p = font8x14; break;
    case 3: p = font8x8; break;
    case 4: p = font8x8 + 128 * 8; break;
    default: break;
    }
    off = rom_off(p);
    if (r8(f, BH) < 2) {
        u32 v = r8(f, BH) ? 0x43 * 4 : 0x1f * 4;
        off = peek16(seg_low(), v);
        seg = peek16(seg_low(), v + 2);
    }
    w16(f, ES, seg);
    w16(f, BP, off);
    w16(f, CX, b16(B_HEIGHT));
    w8(f, DL, b8(B_ROWS));
}

void font_call(u32 f) /* long: table */
{
    u8 al = r8(f, AL), bl = r8(f, BL), bh = r8(f, BH);
    u16 es = r16(f, ES), bp = r16(f, BP);

    switch (al) {
    case 0x00: case 0x10:
        load_font(es, bp, r16(f, CX), r16(f, DX), bl, bh);
        if (al == 0x10)
            use_height(bh);
        break;
    case 0x01: load_rom_font(14, bl); break;
    case 0x02: load_rom_font(8, bl); break;
    case 0x04: load_rom_font(16, bl); break;
    case 0x11: load_rom_font(14, bl); use_height(14); break;
    case 0x12: load_rom_font(8, bl); use_height(8); break;
    case 0x14: load_rom_font(16, bl); use_height(16); break;
    case 0x03: outi(0x3c4, 3, bl); break;
    case 0x20:
        poke16(seg_low(), 0x1f * 4, bp);
        poke16(seg_low(), 0x1f * 4 + 2, es);
        break;
    case 0x21:
        set_vector43(es, bp);
        graphics_rows(bl, r8(f, DL), (u8)r16(f, CX));
        break;
    case 0x22: graphics_font(14); graphics_rows(bl, r8(f, DL), 14); break;
    case 0x23: graphics_font(8); graphics_rows(bl, r8(f, DL), 8); break;
    case 0x24: graphics_font(16); graphics_rows(bl, r8(f, DL), 16); break;
    case 0x30: font_info(f); break;
    default: break;
    }
}
