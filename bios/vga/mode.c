/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting modes, initialisation, and the dispatcher of INT 10h.
 *   Ref: IBM PS/2 and PC BIOS Interface Technical Reference, "INT 10h"
 */
#include "rom.h"

extern const u8 int10_entry[], nothing_entry[], save_table[];       /* entry.S */

u8   b8(u16 a) { return peek8(seg_low(), 0x400u + a); }
u16  b16(u16 a) { return peek16(seg_low(), 0x400u + a); }
void bset8(u16 a, u8 v) { poke8(seg_low(), 0x400u + a, v); }
void bset16(u16 a, u16 v) { poke16(seg_low(), 0x400u + a, v); }

int mode_kind(void)
{
    u8 m = b8(B_MODE);
    if (b16(B_VBE_MODE))
        return (b16(B_VBE_MODE) & 0x1ff) == 0x102 ? PLANAR : OTHER;
    if (m <= 3 || m == 7)
        return TEXT;
    if (m <= 5)
        return CGA4;
    return m == 6 ? CGA2 : m == 0x13 ? LINEAR : PLANAR;
}

u16 mode_segment(void)
{
    u8 m = b8(B_MODE);
    return b16(B_VBE_MODE) ? seg_a000() : m == 7 ? seg_b000() : m <= 6 ? seg_b800() : seg_a000();
}

static void dac(u8 r, u8 g, u8 b)
{
    outb(0x3c9, r);
    outb(0x3c9, g);
    outb(0x3c9, b);
}

/* EGA monitor colours: bits 0..2 two thirds of blue, green, red; bits 3..5 one third. */
static void dac_ega(void)
{
    for (u32 i = 0; i < 64; i++)
        dac((u8)((i >> 2 & 1) * 42 + (i >> 5 & 1) * 21),
            (u8)((i >> 1 & 1) * 42 + (i >> 4 & 1) * 21),
            (u8)((i & 1) * 42 + (i >> 3 & 1) * 21));
}

/* CGA monitor colours: bits 0..2 and intensity in 'bright'; dark yellow is brown. */
static void dac_cga(u32 i, u32 bright)
{
    u32 up = bright ? 21 : 0, g = (i >> 1 & 1) * 42;
    if ((i & 7) == 6 && !bright)
        g = 21;
    dac((u8)((i >> 2 & 1) * 42 + up), (u8)(g + up), (u8)((i & 1) * 42 + up));
}

static void dac_mono(void)
{
    static const u8 grey[4] = { 0, 42, 21, 63 };
    for (u32 i = 0; i < 64; i++) {
        u8 v = grey[i >> 3 & 3];
        dac(v, v, v);
    }
}

/* One component of the colour circle of 24 steps that begins at blue: k steps from its peak. */
static u8 hue(u32 k, u32 low, u32 high)
{
    if (k > 12)
        k = 24 - k;
    if (k <= 4)
        return (u8)high;
    return k >= 8 ? (u8)low : (u8)(low + ((high - low) * (8 - k) + 1) / 4);
}

static void dac_256(void)
{
    static const u8 grey[16] = { 0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63 };
    static const u8 high[3] = { 63, 28, 16 }, low[9] = { 0, 31, 45, 0, 14, 20, 0, 8, 11 };
    for (u32 i = 0; i < 16; i++)
        dac_cga(i, i & 8);
    for (u32 i = 0; i < 16; i++)
        dac(grey[i], grey[i], grey[i]);
    for (u32 g = 0; g < 9; g++)
        for (u32 i = 0; i < 24; i++) {
            u32 lo = low[g], hi = high[g / 3];
            dac(hue((i + 16) % 24, lo, hi), hue((i + 8) % 24, lo, hi), hue(i, lo, hi));
        }
    for (u32 i = 0; i < 8; i++)
        dac(0, 0, 0);
}

void load_dac(u8 mode)
{
    outb(0x3c6, 0xff);
    outb(0x3c8, 0);
    if (mode == 7 || mode == 0x0f)
        dac_mono();
    else if (mode <= 3 && (b8(B_FLAGS) & 0x90) == 0x80)
        for (u32 i = 0; i < 64; i++)
            dac_cga(i, i & 0x10);
    else if (mode == 0x13)
        dac_256();
    else if (mode <= 3 || mode >= 0x10)
        dac_ega();
    else
        for (u32 i = 0; i < 64; i++)
            dac_cga(i, i & 0x10);
}

static void program_regs(const struct mode_regs *m)
{
    u16 crt = m->misc & 1 ? 0x3d4 : 0x3b4;

    outi(0x3c4, 0, 1);
    for (u8 i = 0; i < 4; i++)
        outi(0x3c4, (u8)(i + 1), m->sr[i]);
    outb(0x3c2, m->misc);
    outi(0x3c4, 0, 3);
    outi(crt, 0x11, 0);                          /* lift the protection of CR0..CR7 */
    for (u8 i = 0; i < 25; i++)
        outi(crt, i, m->cr[i]);
    for (u8 i = 0; i < 9; i++)
        outi(0x3ce, i, m->gr[i]);
    inb(0x3da);
    inb(0x3ba);
    for (u8 i = 0; i < 20; i++) {
        outb(0x3c0, i);
        outb(0x3c0, m->ar[i]);
    }
    outb(0x3c0, 0x14);
    outb(0x3c0, 0);
    bset16(B_CRTC, crt);
}

static void clear_memory(u8 mode)
{
    if (mode <= 3 || mode == 7)
        far_fill16(mode == 7 ? seg_b000() : seg_b800(), 0, 0x0720, 0x4000);
    else if (mode <= 6)
        far_fill16(seg_b800(), 0, 0, 0x2000);
    else
        far_fill16(seg_a000(), 0, 0, 0x8000);
}

/* Registers, colours, memory, fonts and data area of a mode that exists. */
void program_mode(u8 mode, int clear)
{
    const struct mode_regs *m = &mode_regs[mode_entry(mode)];

    vbe_off();
    inb(0x3da);
    outb(0x3c0, 0);                              /* dark meanwhile */
    if (!(b8(B_FLAGS) & 8))
        load_dac(mode);
    program_regs(m);
    bset8(B_MODE, mode);
    bset16(B_COLS, m->cols);
    bset16(B_PAGE_SIZE, (u16)(m->page_hi << 8 | m->page_lo));
    bset16(B_PAGE_START, 0);
    bset8(B_PAGE, 0);
    bset8(B_ROWS, m->rows_less_1);
    bset16(B_HEIGHT, m->height);
    bset8(B_CONTROL, (u8)((b8(B_CONTROL) & 0x7f) | 0x60 | (clear ? 0 : 0x80)));
    bset8(B_SWITCHES, 0xf9);
    bset8(B_PALETTE, mode == 6 ? 0x3f : 0x30);
    static const u8 old_mode_reg[8] = { 0x2c, 0x28, 0x2d, 0x29, 0x2a, 0x2e, 0x1e, 0x29 };
    bset8(B_MODE_REG, mode < 8 ? old_mode_reg[mode] : 0x29);
    for (u16 i = 0; i < 8; i++)
        bset16((u16)(B_CURSOR + 2 * i), 0);
    bset16(B_SHAPE, 0x0607);
    if (clear)
        clear_memory(mode);
    if (mode_kind() == TEXT)
        load_rom_font(m->height, 0);
    graphics_font(m->height);
    screen_on();
}

void set_mode(u8 al)
{
    u8 mode = al & 0x7f;
    if (mode > 0x13 || !mode_regs[mode_entry(mode)].cols)
        return;
    program_mode(mode, !(al & 0x80));
}

/* Shapes are given for a character 8 lines high; taller ones keep the distance from the foot. */
static u16 scaled_shape(u16 cx)
{
    u8 from = (u8)(cx >> 8 & 0x3f), to = (u8)(cx & 0x1f), h = b8(B_HEIGHT);
    if (b8(B_CONTROL) & 1 || h <= 8 || from & 0x20 || from > 7 || to > 7 || mode_kind() != TEXT)
        return cx;
    if (from <= 3)
        return (u16)(from * h / 8 << 8 | ((to + 1) * h / 8 - 1));
    return (u16)((from + h - 9) << 8 | (to < from ? to : to + h - 9));
}

void put_shape(void)
{
    u16 cx = scaled_shape(b16(B_SHAPE));
    outi(crtc(), 0x0a, (u8)(cx >> 8 & 0x3f));
    outi(crtc(), 0x0b, (u8)(cx & 0x1f));
}

void set_shape(u16 cx)
{
    bset16(B_SHAPE, cx & 0x7f1f);
    put_shape();
}

static void set_vector(u16 n, u16 off)
{
    poke16(seg_low(), (u32)n * 4, off);
    poke16(seg_low(), (u32)n * 4 + 2, rom_seg());
}

void vga_init(void)
{
    set_vector(0x10, rom_off(int10_entry));
    set_vector(0x42, rom_off(nothing_entry));
    set_vector(0x1f, rom_off(font8x8 + 128 * 8));
    outb(0x3c3, 1);
    bset8(B_CONTROL, 0x60);
    bset8(B_SWITCHES, 0xf9);
    bset8(B_FLAGS, 0x51);                        /* 400 lines, VGA active */
    bset8(B_DCC, 8);
    bset16(B_VBE_MODE, 0);
    bset16(0x10, (u16)((b16(0x10) & ~0x30) | 0x20));
    bset16(B_SAVE_PTR, rom_off(save_table));
    bset16(B_SAVE_PTR + 2, rom_seg());
    set_mode(3);
}

static void get_mode(u32 f)
{
    w8(f, AL, (u8)(b8(B_MODE) | (b8(B_CONTROL) & 0x80)));
    w8(f, AH, (u8)b16(B_COLS));
    w8(f, BH, b8(B_PAGE));
}

static void get_cursor(u32 f)
{
    w16(f, CX, b16(B_SHAPE));
    w16(f, DX, b16((u16)(B_CURSOR + 2 * (r8(f, BH) & 7))));
}

void int10(u32 f) /* long: table */
{
    switch (r8(f, AH)) {
    case 0x00:
        set_mode(r8(f, AL));
        w8(f, AL, (r8(f, AL) & 0x7f) == 6 ? 0x3f : (r8(f, AL) & 0x7f) > 7 ? 0x20 : 0x30);
        break;
    case 0x01: set_shape(r16(f, CX)); break;
    case 0x02: move_cursor(r8(f, BH), r16(f, DX)); break;
    case 0x03: get_cursor(f); break;
    case 0x04: w8(f, AH, 0); break;              /* no light pen */
    case 0x05: set_page(r8(f, AL)); break;
    case 0x06: case 0x07:
        scroll(r8(f, AL), r8(f, BH), r16(f, CX), r16(f, DX), r8(f, AH) == 7);
        break;
    case 0x08: w16(f, AX, read_char(r8(f, BH))); break;
    case 0x09: write_chars(r8(f, BH), r8(f, AL), r8(f, BL), r16(f, CX), 1); break;
    case 0x0a: write_chars(r8(f, BH), r8(f, AL), r8(f, BL), r16(f, CX), 0); break;
    case 0x0b: old_palette(r8(f, BH), r8(f, BL)); break;
    case 0x0c: write_pixel(r8(f, BH), r16(f, CX), r16(f, DX), r8(f, AL)); break;
    case 0x0d: w8(f, AL, read_pixel(r8(f, BH), r16(f, CX), r16(f, DX))); break;
    case 0x0e: tty(b8(B_PAGE), r8(f, AL), r8(f, BL), 0); break;
    case 0x0f: get_mode(f); break;
    case 0x10: palette_call(f); break;
    case 0x11: font_call(f); break;
    case 0x12: alternate_select(f); break;
    case 0x13: write_string(f); break;
    case 0x1a: display_code(f); break;
    case 0x1b: state_info(f); break;
    case 0x1c: save_restore(f); break;
    case 0x4f: vbe_call(f); break;
    default: break;
    }
}
