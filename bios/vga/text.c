/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters, cursor, scrolling and single pixels, in text and in graphics modes.
 */
#include "rom.h"

static u32 page_base(u8 page) { return (u32)page * b16(B_PAGE_SIZE); }

void move_cursor(u8 page, u16 pos)
{
    page &= 7;
    bset16((u16)(B_CURSOR + 2 * page), pos);
    if (page != b8(B_PAGE))
        return;
    u32 at = page_base(page) / 2 + (pos >> 8) * b16(B_COLS) + (pos & 0xff);
    if (mode_kind() != TEXT)
        return;
    outi(crtc(), 0x0e, (u8)(at >> 8));
    outi(crtc(), 0x0f, (u8)at);
}

void set_page(u8 page)
{
    if (page > 7 || mode_kind() == LINEAR || mode_kind() == OTHER)
        return;
    u32 start = page_base(page);
    bset8(B_PAGE, page);
    bset16(B_PAGE_START, (u16)start);
    if (mode_kind() != PLANAR)
        start /= 2;
    outi(crtc(), 0x0c, (u8)(start >> 8));
    outi(crtc(), 0x0d, (u8)start);
    move_cursor(page, b16((u16)(B_CURSOR + 2 * page)));
}

/* Graphics: bytes a character cell is wide, and where scan line y begins. */
static u32 cell_bytes(int kind) { return kind == LINEAR ? 8 : kind == CGA4 ? 2 : 1; }

static u32 line_start(int kind, u8 page, u32 y)
{
    if (kind == CGA4 || kind == CGA2)
        return (y >> 1) * 80 + ((y & 1) << 13);
    if (kind == LINEAR)
        return y * 320;
    return page_base(page) + y * b16(B_COLS);
}

static void planar_mode(u8 write_mode)
{
    outi(0x3c4, 2, 0x0f);
    outi(0x3ce, 1, 0);
    outi(0x3ce, 3, 0);
    outi(0x3ce, 5, write_mode);
    outi(0x3ce, 8, 0xff);
}

static void fill_line(int kind, u32 at, u32 n, u8 attr)
{
    u16 seg = mode_segment();
    u8 v = attr;
    if (kind == CGA4)
        v = (u8)((attr & 3) * 0x55);
    else if (kind == CGA2)
        v = attr & 1 ? 0xff : 0;
    if (kind == PLANAR)
        outi(0x3ce, 5, 2);
    far_fill8(seg, at, v, n);
}

static void copy_line(int kind, u32 to, u32 from, u32 n)
{
    if (kind == PLANAR)
        outi(0x3ce, 5, 1);
    far_copy8(mode_segment(), to, from, n);
}

static void scroll_graphics(u8 lines, u8 attr, u32 top, u32 left, u32 bottom, u32 right, int down)
{
    int kind = mode_kind();
    u32 h = b16(B_HEIGHT), w = cell_bytes(kind), n = (right - left + 1) * w, x = left * w;
    u32 count = (bottom - top + 1) * h, shift = lines * h;
    u8 page = b8(B_PAGE);

    if (kind == PLANAR)
        planar_mode(0);
    for (u32 i = 0; i < count; i++) {
        u32 y = down ? bottom * h + h - 1 - i : top * h + i;
        u32 to = line_start(kind, page, y) + x;
        if (i + shift < count)
            copy_line(kind, to, line_start(kind, page, down ? y - shift : y + shift) + x, n);
        else
            fill_line(kind, to, n, attr);
    }
    if (kind == PLANAR)
        planar_mode(0);
}

static void scroll_text(u8 lines, u8 attr, u32 top, u32 left, u32 bottom, u32 right, int down)
{
    u32 cols = b16(B_COLS), n = right - left + 1, count = bottom - top + 1;
    u32 base = page_base(b8(B_PAGE)) + left * 2;
    u16 seg = mode_segment();

    for (u32 i = 0; i < count; i++) {
        u32 y = down ? bottom - i : top + i, to = base + y * cols * 2;
        if (i + lines < count)
            far_copy16(seg, to, base + (down ? y - lines : y + lines) * cols * 2, n);
        else
            far_fill16(seg, to, (u16)(attr << 8 | ' '), n);
    }
}

void scroll(u8 lines, u8 attr, u16 from, u16 to, int down)
{
    u32 top = from >> 8, left = from & 0xff, bottom = to >> 8, right = to & 0xff;
    u32 rows = b8(B_ROWS), cols = b16(B_COLS);
    int kind = mode_kind();

    if (bottom > rows)
        bottom = rows;
    if (right >= cols)
        right = cols - 1;
    if (top > bottom || left > right || kind == OTHER)
        return;
    if (!lines || lines > bottom - top + 1)
        lines = (u8)(bottom - top + 1);
    if (kind == TEXT)
        scroll_text(lines, attr, top, left, bottom, right, down);
    else
        scroll_graphics(lines, attr, top, left, bottom, right, down);
}

/* Row r of a character: INT 43h points to the font, INT 1Fh to the upper half in CGA modes. */
static u8 glyph(int kind, u8 ch, u32 r)
{
    u32 v = 0x43 * 4, i = ch;
    if ((kind == CGA4 || kind == CGA2) && ch >= 128) {
        v = 0x1f * 4;
        i -= 128;
    }
    return peek8(peek16(seg_low(), v + 2), peek16(seg_low(), v) + i * b16(B_HEIGHT) + r);
}

/* Bits of a CGA row, each doubled. */
static u16 doubled(u8 bits)
{
    u16 v = 0;
    for (u32 i = 0; i < 8; i++)
        if (bits >> i & 1)
            v = (u16)(v | 3u << 2 * i);
    return v;
}

static void put_row(int kind, u32 at, u8 bits, u8 attr)
{
    u16 seg = mode_segment();
    int mix = attr & 0x80 && kind != LINEAR;

    if (kind == LINEAR) {
        for (u32 i = 0; i < 8; i++)
            poke8(seg, at + i, bits & 0x80 >> i ? attr : 0);
    } else if (kind == CGA2) {
        u8 v = attr & 1 ? bits : 0;
        poke8(seg, at, mix ? peek8(seg, at) ^ v : v);
    } else if (kind == CGA4) {
        u16 v = doubled(bits) & (u16)((attr & 3) * 0x5555);
        v = (u16)(v << 8 | v >> 8);
        poke16(seg, at, mix ? peek16(seg, at) ^ v : v);
    } else {
        peek8(seg, at);                          /* fill the latches */
        if (!mix) {
            outi(0x3ce, 8, 0xff);
            poke8(seg, at, 0);
            peek8(seg, at);
        }
        outi(0x3ce, 8, bits);
        poke8(seg, at, attr & 15);
    }
}

static void draw_char(int kind, u8 page, u32 row, u32 col, u8 ch, u8 attr)
{
    u32 h = b16(B_HEIGHT);
    if (kind == PLANAR) {
        planar_mode(2);
        if (attr & 0x80)
            outi(0x3ce, 3, 0x18);
    }
    for (u32 r = 0; r < h; r++)
        put_row(kind, line_start(kind, page, row * h + r) + col * cell_bytes(kind),
                glyph(kind, ch, r), attr);
    if (kind == PLANAR)
        planar_mode(0);
}

/* Which dots of a cell's row are not background. */
static u8 get_row(int kind, u32 at)
{
    u16 seg = mode_segment();
    u8 bits = 0;

    if (kind == CGA2)
        return peek8(seg, at);
    if (kind == PLANAR) {                        /* read mode 1: which dots are colour 0 */
        outi(0x3ce, 2, 0);
        outi(0x3ce, 7, 0x0f);
        outi(0x3ce, 5, 8);
        bits = (u8)~peek8(seg, at);
        outi(0x3ce, 5, 0);
        return bits;
    }
    for (u32 i = 0; i < 8; i++) {
        u8 dot = kind == LINEAR ? peek8(seg, at + i)
                                : peek8(seg, at + i / 4) >> (6 - 2 * (i & 3)) & 3;
        if (dot)
            bits |= (u8)(0x80 >> i);
    }
    return bits;
}

static u8 find_char(int kind, u8 page, u32 row, u32 col)
{
    u32 h = b16(B_HEIGHT), r;
    for (u32 ch = 0; ch < 256; ch++) {
        for (r = 0; r < h; r++)
            if (get_row(kind, line_start(kind, page, row * h + r) + col * cell_bytes(kind)) !=
                glyph(kind, (u8)ch, r))
                break;
        if (r == h)
            return (u8)ch;
    }
    return 0;
}

static u32 text_at(u8 page, u32 row, u32 col)
{
    return page_base(page) + (row * b16(B_COLS) + col) * 2;
}

u16 read_char(u8 page)
{
    page &= 7;
    u16 pos = b16((u16)(B_CURSOR + 2 * page));
    int kind = mode_kind();
    if (kind == OTHER)
        return 0;
    if (kind == TEXT)
        return peek16(mode_segment(), text_at(page, pos >> 8, pos & 0xff));
    return find_char(kind, page, pos >> 8, pos & 0xff);
}

static void put_char(u8 page, u32 row, u32 col, u8 ch, u8 attr, int with_attr)
{
    int kind = mode_kind();
    if (kind == TEXT) {
        u32 at = text_at(page, row, col);
        if (with_attr)
            poke16(mode_segment(), at, (u16)(attr << 8 | ch));
        else
            poke8(mode_segment(), at, ch);
    } else if (kind != OTHER) {
        draw_char(kind, page, row, col, ch, attr);
    }
}

void write_chars(u8 page, u8 ch, u8 attr, u16 n, int with_attr)
{
    page &= 7;
    if (mode_kind() == LINEAR)
        page = 0;
    u16 pos = b16((u16)(B_CURSOR + 2 * page));
    u32 row = pos >> 8, col = pos & 0xff;
    while (n-- && row <= b8(B_ROWS)) {
        put_char(page, row, col, ch, attr, with_attr);
        if (++col >= b16(B_COLS)) {
            col = 0;
            row++;
        }
    }
}

/* A short tone; its length is counted in the toggles of the refresh bit, about 15 us each. */
static void beep(void)
{
    u8 old = inb(0x61), was = old & 0x10;
    outb(0x43, 0xb6);
    outb(0x42, 0x33);
    outb(0x42, 0x05);
    outb(0x61, old | 3);
    for (u32 n = 8000, guard = 2000000; n && guard; guard--) {
        u8 is = inb(0x61) & 0x10;
        if (is != was)
            n--;
        was = is;
    }
    outb(0x61, old);
}

void tty(u8 page, u8 ch, u8 attr, int with_attr)
{
    u16 pos = b16((u16)(B_CURSOR + 2 * (page & 7)));
    u32 row = pos >> 8, col = pos & 0xff;

    switch (ch) {
    case 7:  beep(); return;
    case 8:  col -= col ? 1 : 0; break;
    case 10: row++; break;
    case 13: col = 0; break;
    default:
        put_char(page, row, col, ch, attr, with_attr);
        if (++col >= b16(B_COLS)) {
            col = 0;
            row++;
        }
    }
    if (row > b8(B_ROWS)) {
        u8 fill = 0;
        row = b8(B_ROWS);
        if (mode_kind() == TEXT)
            fill = peek8(mode_segment(), text_at(page, row, col) + 1);
        scroll(1, fill, 0, (u16)(b8(B_ROWS) << 8 | 0xff), 0);
    }
    move_cursor(page, (u16)(row << 8 | col));
}

/* AL bit 0: the cursor moves along; bit 1: the string holds attributes. */
void write_string(u32 f)
{
    u8 page = r8(f, BH) & 7, attr = r8(f, BL), how = r8(f, AL);
    u16 n = r16(f, CX), seg = r16(f, ES), at = r16(f, BP);
    u16 old = b16((u16)(B_CURSOR + 2 * page));

    if (how > 3)
        return;
    move_cursor(page, r16(f, DX));
    while (n--) {
        u8 ch = peek8(seg, at++);
        if (how & 2)
            attr = peek8(seg, at++);
        tty(page, ch, attr, 1);
    }
    if (!(how & 1))
        move_cursor(page, old);
}

void write_pixel(u8 page, u16 x, u16 y, u8 colour)
{
    int kind = mode_kind();
    u16 seg = mode_segment();
    u32 at = line_start(kind, page, y);

    if (kind == LINEAR) {
        poke8(seg, at + x, colour);
    } else if (kind == CGA4 || kind == CGA2) {
        u32 per = kind == CGA4 ? 4 : 8, bits = 8 / per, s = 8 - bits - x % per * bits;
        u8 mask = (u8)((per == 4 ? 3u : 1u) << s), v = (u8)(colour << s & mask);
        at += x / per;
        u8 old = peek8(seg, at);
        poke8(seg, at, colour & 0x80 ? old ^ v : (u8)((old & ~mask) | v));
    } else if (kind == PLANAR) {
        at += x / 8u;
        planar_mode(2);
        if (colour & 0x80)
            outi(0x3ce, 3, 0x18);
        outi(0x3ce, 8, (u8)(0x80 >> (x & 7)));
        peek8(seg, at);
        poke8(seg, at, colour & 15);
        planar_mode(0);
    }
}

u8 read_pixel(u8 page, u16 x, u16 y)
{
    int kind = mode_kind();
    u16 seg = mode_segment();
    u32 at = line_start(kind, page, y);
    u8 v = 0;

    if (kind == LINEAR)
        return peek8(seg, at + x);
    if (kind == CGA4)
        return peek8(seg, at + x / 4u) >> (6 - 2 * (x & 3)) & 3;
    if (kind == CGA2)
        return peek8(seg, at + x / 8u) >> (7 - (x & 7)) & 1;
    if (kind == PLANAR)
        for (u8 p = 0; p < 4; p++) {
            outi(0x3ce, 4, p);
            v |= (u8)((peek8(seg, at + x / 8u) >> (7 - (x & 7)) & 1) << p);
        }
    return v;
}
