/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VESA BIOS extensions over the DISPI registers.          Ref: VESA VBE Core Functions 3.0; EDID
 * 1.3
 *
 * The functions of protected mode are in vbe_pm.S. Not provided: hardware triple buffering, stereo.
 */
#include "rom.h"

#define OK     0x004f
#define FAILED 0x014f

static u16 hw_get(u16 i) { outw(0x1ce, i); return inw(0x1cf); }
static int real(void) { return (hw_get(D_ID) & 0xfff0) == 0xb0c0; }
static int present(void) { return real() || cirrus_present(); }

void dispi(u16 i, u16 v)
{
    if (real()) {
        outw(0x1ce, i);
        outw(0x1cf, v);
    } else if (cirrus_present()) {
        cirrus_set(i, v);
    }
}

u16 dispi_get(u16 i)
{
    return real() ? hw_get(i) : cirrus_present() ? cirrus_get(i) : 0xffff;
}

void vbe_off(void)
{
    if (present())
        dispi(D_ENABLE, 0);
    bset16(B_VBE_MODE, 0);
}

struct size { u16 w, h; };
static const struct size size[] = {
    { 320, 200 }, { 640, 400 }, { 640, 480 }, { 800, 600 }, { 1024, 768 }, { 1280, 1024 },
    { 1600, 1200 }, { 1152, 864 }, { 1280, 720 }, { 1280, 800 }, { 1440, 900 }, { 1600, 900 },
    { 1680, 1050 }, { 1920, 1080 }, { 1920, 1200 },
};
#define SIZES (sizeof size / sizeof *size)

/* VESA's numbers, then 32-bit forms of the same sizes, then ours: 0x150 + 5 * size + depth. */
struct vmode { u16 number; u8 size, bpp; };
static const struct vmode vmodes[] = {
    { 0x100, 1, 8 }, { 0x101, 2, 8 }, { 0x102, 3, 4 }, { 0x103, 3, 8 }, { 0x104, 4, 4 },
    { 0x105, 4, 8 }, { 0x106, 5, 4 }, { 0x107, 5, 8 }, { 0x10d, 0, 15 }, { 0x10e, 0, 16 },
    { 0x10f, 0, 24 }, { 0x110, 2, 15 },
    { 0x111, 2, 16 }, { 0x112, 2, 24 }, { 0x113, 3, 15 }, { 0x114, 3, 16 }, { 0x115, 3, 24 },
    { 0x116, 4, 15 }, { 0x117, 4, 16 }, { 0x118, 4, 24 }, { 0x119, 5, 15 }, { 0x11a, 5, 16 },
    { 0x11b, 5, 24 }, { 0x11c, 6, 8 }, { 0x11d, 6, 15 }, { 0x11e, 6, 16 }, { 0x11f, 6, 24 },
    { 0x140, 0, 32 }, { 0x141, 1, 32 }, { 0x142, 2, 32 }, { 0x143, 3, 32 }, { 0x144, 4, 32 },
    { 0x145, 5, 32 }, { 0x146, 0, 8 }, { 0x147, 6, 32 },
};
#define VMODES (sizeof vmodes / sizeof *vmodes)
#define OURS_FIRST 0x150u
#define OURS_SIZE  7u                            /* sizes before this have VESA numbers */
#define OURS       ((SIZES - OURS_SIZE) * 5)

/* Number, size and depth of the n-th mode in one word: bpp << 24 | size << 16 | number. */
static u32 nth_mode(u32 n)
{
    static const u8 depth[5] = { 8, 15, 16, 24, 32 };
    if (n < VMODES)
        return (u32)vmodes[n].bpp << 24 | (u32)vmodes[n].size << 16 | vmodes[n].number;
    n -= VMODES;
    return (u32)depth[n % 5] << 24 | (n / 5 + OURS_SIZE) << 16 | (OURS_FIRST + n);
}

static u32 m_bpp(u32 m) { return m >> 24; }
static u32 m_w(u32 m) { return size[m >> 16 & 0xff].w; }
static u32 m_h(u32 m) { return size[m >> 16 & 0xff].h; }
static u32 m_pitch(u32 m) { return m_bpp(m) == 4 ? m_w(m) / 8 : m_w(m) * ((m_bpp(m) + 7) / 8); }
static u32 memory_64k(void) { return dispi_get(D_MEMORY); }
static int fits(u32 m)
{
    if (!real() && !cirrus_fits(m_w(m), m_h(m), m_bpp(m)))
        return 0;
    return m_pitch(m) * m_h(m) * (m_bpp(m) == 4 ? 4 : 1) <= memory_64k() << 16;
}

/* 0: no such mode. */
static u32 find_mode(u16 number)
{
    for (u32 n = 0; n < VMODES + OURS; n++)
        if ((nth_mode(n) & 0xffff) == number)
            return fits(nth_mode(n)) ? nth_mode(n) : 0;
    return 0;
}

/* The frame buffer: the first base address of the first VGA on bus 0, by configuration mechanism 1.
 * Without PCI it has its place, and a Cirrus has none. */
static u32 frame_buffer(void)
{
    u32 saved = inl(0xcf8), base = cirrus_present() ? 0 : 0xe0000000;
    for (u32 dev = 0; dev < 32; dev++) {
        outl(0xcf8, 0x80000008 | dev << 11);
        if (inl(0xcfc) >> 8 != 0x030000)
            continue;
        outl(0xcf8, 0x80000010 | dev << 11);
        base = inl(0xcfc) & 0xfffffff0;
        break;
    }
    outl(0xcf8, saved);
    return base;
}

static const char vendor[] = "Vitrine", product[] = "Vitrine VGA", revision[] = "1.0";
extern const u8 window_entry[];

static void far_ptr(u16 es, u32 at, u16 seg, u16 off)
{
    poke16(es, at, off);
    poke16(es, at + 2, seg);
}

static u16 controller_info(u16 es, u32 di)
{
    int v2 = peek32(es, di) == 0x32454256;       /* "VBE2": the caller has room for 512 bytes */
    u32 list = di + (v2 ? 0x100 : 0x22);

    for (u32 i = 0; i < (v2 ? 512u : 256u); i++)
        poke8(es, di + i, 0);
    poke32(es, di, 0x41534556);                  /* "VESA" */
    poke16(es, di + 4, 0x0300);
    far_ptr(es, di + 6, rom_seg(), rom_off(vendor));
    poke32(es, di + 0x0a, real());               /* the DAC switches to 8 bits */
    far_ptr(es, di + 0x0e, es, (u16)list);
    poke16(es, di + 0x12, (u16)memory_64k());
    if (v2) {
        poke16(es, di + 0x14, 0x0100);
        far_ptr(es, di + 0x16, rom_seg(), rom_off(vendor));
        far_ptr(es, di + 0x1a, rom_seg(), rom_off(product));
        far_ptr(es, di + 0x1e, rom_seg(), rom_off(revision));
    }
    for (u32 n = 0; n < VMODES + OURS; n++)
        if (fits(nth_mode(n))) {
            poke16(es, list, (u16)nth_mode(n));
            list += 2;
        }
    poke16(es, list, 0xffff);
    return OK;
}

/* Size and position of red, green, blue and the rest, for one depth. */
static const u8 masks[4][8] = {
    { 5, 10, 5, 5, 5, 0, 1, 15 }, { 5, 11, 6, 5, 5, 0, 0, 0 }, { 8, 16, 8, 8, 8, 0, 0, 0 },
    { 8, 16, 8, 8, 8, 0, 8, 24 },
};

static u16 mode_info(u16 number, u16 es, u32 di)
{
    u32 m = find_mode(number & 0x1ff), bpp = m_bpp(m), pitch, pages;
    if (!m)
        return FAILED;
    pitch = m_pitch(m);
    u32 linear = bpp == 4 ? 0 : frame_buffer();
    pages = (memory_64k() << 16) / (pitch * m_h(m) * (bpp == 4 ? 4 : 1)) - 1;
    for (u32 i = 0; i < 256; i++)
        poke8(es, di + i, 0);
    /* supported, colour, graphics; TTY; LFB */
    poke16(es, di, bpp == 4 ? 0x1f : linear ? 0x9b : 0x1b);
    poke8(es, di + 2, 7);                        /* window A: exists, readable, writable */
    poke16(es, di + 4, 64);
    poke16(es, di + 6, 64);
    poke16(es, di + 8, 0xa000);
    far_ptr(es, di + 0x0c, rom_seg(), rom_off(window_entry));
    poke16(es, di + 0x10, (u16)pitch);
    poke16(es, di + 0x12, (u16)m_w(m));
    poke16(es, di + 0x14, (u16)m_h(m));
    poke8(es, di + 0x16, 8);
    poke8(es, di + 0x17, 16);
    poke8(es, di + 0x18, bpp == 4 ? 4 : 1);
    poke8(es, di + 0x19, (u8)bpp);
    poke8(es, di + 0x1a, 1);
    poke8(es, di + 0x1b, bpp == 4 ? 3 : bpp == 8 ? 4 : 6);
    poke8(es, di + 0x1d, (u8)(pages > 255 ? 255 : pages));
    poke8(es, di + 0x1e, 1);
    if (bpp > 8) {
        const u8 *k = masks[bpp == 15 ? 0 : bpp / 8 - 1];
        for (u32 i = 0; i < 8; i++) {
            poke8(es, di + 0x1f + i, k[i]);
            poke8(es, di + 0x36 + i, k[i]);
        }
        if (bpp == 32)
            poke8(es, di + 0x27, 2);             /* the fourth byte is the program's to use */
    }
    poke32(es, di + 0x28, linear);
    poke16(es, di + 0x32, (u16)pitch);
    poke8(es, di + 0x34, (u8)(pages > 255 ? 255 : pages));
    poke8(es, di + 0x35, (u8)(pages > 255 ? 255 : pages));
    poke32(es, di + 0x3e, 230000000);
    return OK;
}

static u16 set_vbe_mode(u16 bx)
{
    u16 number = bx & 0x3fff;
    if (number < 0x100) {
        if (number > 0x13)
            return FAILED;
        set_mode((u8)(number | (bx & 0x8000 ? 0x80 : 0)));
        return OK;
    }
    u32 m = find_mode(number & 0x1ff);
    if (!m || !present() || (bx & 0x4000 && (m_bpp(m) == 4 || !frame_buffer())))
        return FAILED;
    program_mode(m_bpp(m) == 4 ? 0x12 : 0x13, 0);
    dispi(D_XRES, (u16)m_w(m));
    dispi(D_YRES, (u16)m_h(m));
    dispi(D_BPP, (u16)m_bpp(m));
    dispi(D_ENABLE, (u16)(0x01 | (bx & 0x4000 ? 0x40 : 0) | (bx & 0x8000 ? 0x80 : 0)));
    if (!(dispi_get(D_ENABLE) & 1))
        return FAILED;
    bset16(B_VBE_MODE, (number & 0x1ff) | (bx & 0xc000));
    bset16(B_COLS, (u16)(m_w(m) / 8));
    bset8(B_ROWS, (u8)(m_h(m) / 16 - 1));
    bset16(B_HEIGHT, 16);
    bset8(B_MODE, (u8)(number & 0x7f));
    graphics_font(16);
    screen_on();
    return OK;
}

static u32 current(void) { return find_mode(b16(B_VBE_MODE) & 0x1ff); }

static u16 get_vbe_mode(u32 f)
{
    w16(f, BX, b16(B_VBE_MODE) ? b16(B_VBE_MODE) & 0x7fff : b8(B_MODE));
    return OK;
}

static u16 window(u32 f)
{
    if (!b16(B_VBE_MODE) || r8(f, BL))
        return FAILED;
    if (r8(f, BH) == 1)
        w16(f, DX, dispi_get(D_BANK));
    else
        dispi(D_BANK, r16(f, DX));
    return OK;
}

static u32 line_bytes(u32 pixels, u32 bpp)
{
    return bpp == 4 ? pixels / 8 : pixels * ((bpp + 7) / 8);
}

static u16 logical_line(u32 f)
{
    u32 m = current(), bpp = m_bpp(m), n = r16(f, CX), wide = (bpp + 7) / 8;
    if (!m)
        return FAILED;
    u32 most = (memory_64k() << 16) / (bpp == 4 ? 4 : 1) / m_h(m);
    u32 max = bpp == 4 ? most * 8 : most / wide;
    if (max > 0x7ff8)
        max = 0x7ff8;
    switch (r8(f, BL)) {
    case 2:
        n = bpp == 4 ? n * 8 : (n + wide - 1) / wide;
        /* fall through: set */
        __attribute__((fallthrough));
    case 0:
        if (n > max)
            return 0x024f;
        dispi(D_VIRT_W, (u16)((n + 7) & ~7u));
        n = dispi_get(D_VIRT_W);
        break;
    case 1: n = dispi_get(D_VIRT_W); break;
    case 3: n = max & ~7u; break;
    default: return FAILED;
    }
    w16(f, BX, (u16)line_bytes(n, bpp));
    w16(f, CX, (u16)n);
    w16(f, DX, r8(f, BL) == 3 ? (u16)m_h(m) : dispi_get(D_VIRT_H));
    return OK;
}

static void wait_retrace(void)
{
    u32 guard = 1000000;
    while (inb(0x3da) & 8 && --guard)
        ;
    while (!(inb(0x3da) & 8) && --guard)
        ;
}

static u16 display_start(u32 f)
{
    if (!current())
        return FAILED;
    switch (r8(f, BL) & 0x7f) {
    case 2: case 3: return 0x024f;               /* no scheduled flips, no stereo */
    case 0:
        if (r8(f, BL) & 0x80)
            wait_retrace();
        dispi(D_X, r16(f, CX));
        dispi(D_Y, r16(f, DX));
        return dispi_get(D_X) == r16(f, CX) && dispi_get(D_Y) == r16(f, DX) ? OK : FAILED;
    case 1:
        w8(f, BH, 0);
        w16(f, CX, dispi_get(D_X));
        w16(f, DX, dispi_get(D_Y));
        return OK;
    default: return FAILED;
    }
}

/* 4F0A: the code for protected mode. */
static u16 protected_mode(u32 f)
{
    extern const u8 vbe_pm[], vbe_pm_end[];
    if (r8(f, BL) || !real())                    /* it is for DISPI registers */
        return FAILED;
    w16(f, ES, rom_seg());
    w16(f, DI, rom_off(vbe_pm));
    w16(f, CX, (u16)(vbe_pm_end - vbe_pm));
    return OK;
}

/* 4F0B: the clocks are what the mode needs; DX names the mode. Any wish is granted as far as 230
 * MHz go. */
static u16 pixel_clock(u32 f)
{
    if (r8(f, BL) || !find_mode(r16(f, DX) & 0x1ff))
        return FAILED;
    if (r32(f, CX) > 230000000)
        w32(f, CX, 230000000);
    return OK;
}

static u16 dac_width(u32 f)
{
    u16 e = dispi_get(D_ENABLE);
    if (!b16(B_VBE_MODE))
        return 0x034f;
    if (r8(f, BL) == 0 && real()) {
        e = (u16)((e & ~0x20) | (r8(f, BH) >= 8 ? 0x20 : 0) | 0x80);
        dispi(D_ENABLE, e);
    }
    w8(f, BH, e & 0x20 ? 8 : 6);
    return OK;
}

static u16 palette(u32 f)
{
    u16 es = r16(f, ES), n = r16(f, CX), first = r16(f, DX);
    u32 di = r16(f, DI);
    u8 bl = r8(f, BL) & 0x7f;

    if (bl == 2 || bl == 3)
        return 0x024f;                           /* there is no second palette */
    if (bl > 1 || first > 255 || n > 256 - first)
        return FAILED;
    outb(bl ? 0x3c7 : 0x3c8, (u8)first);
    for (; n; n--, di += 4)
        for (u32 i = 3; i--;) {                  /* blue, green, red, pad in memory */
            if (bl)
                poke8(es, di + i, inb(0x3c9));
            else
                outb(0x3c9, peek8(es, di + i));
        }
    return OK;
}

static u16 state(u32 f)
{
    u16 what = r16(f, CX) & 15;
    switch (r8(f, DL)) {
    case 0: w16(f, BX, state_size(what)); return OK;
    case 1: state_save(what, r16(f, ES), r16(f, BX)); return OK;
    case 2: state_load(what, r16(f, ES), r16(f, BX)); return OK;
    default: return FAILED;
    }
}

static u16 power(u32 f)
{
    switch (r8(f, BL)) {
    case 0: w16(f, BX, 0x0720); return OK;       /* standby, suspend, off; DPMS 2.0 */
    case 1: {
        u8 old = ini(0x3c4, 1);
        outi(0x3c4, 1, (u8)((old & ~0x20) | (r8(f, BH) ? 0x20 : 0)));
        return OK;
    }
    case 2: w8(f, BH, ini(0x3c4, 1) & 0x20 ? 4 : 0); return OK;
    default: return FAILED;
    }
}

/* EDID 1.3 of a monitor that prefers 1024x768 at 60 Hz; the last byte makes the sum zero. */
static const u8 edid[127] = {
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
    0x59, 0x34, 0x01, 0x00, 1, 0, 0, 0,          /* VIT, product 1 */
    1, 36, 1, 3,                                 /* week 1 of 2026; EDID 1.3 */
    0x0e, 33, 25, 120, 0x0a,                     /* analogue; 33 x 25 cm; gamma 2.2 */
    0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
    0x20, 0x08, 0x00,                            /* 640x480, 800x600, 1024x768 at 60 Hz */
    0x81, 0xc0, 0x81, 0x80, 0x95, 0x00, 0xa9, 0x40, 0xb3, 0x00, 0xd1, 0xc0, 0xd1, 0x00, 0x01, 0x01,
    0x64, 0x19, 0x00, 0x40, 0x41, 0x00, 0x26, 0x30, 0x18, 0x88, 0x36, 0x00, 0x4a, 0xfa, 0x10, 0x00,
    0x00, 0x18,                                  /* 65 MHz, 1344 x 806 in all */
    0, 0, 0, 0xfc, 0, 'V', 'i', 't', 'r', 'i', 'n', 'e', 10, ' ', ' ', ' ', ' ', ' ',
    0, 0, 0, 0xfd, 0, 50, 90, 30, 90, 23, 0, 10, ' ', ' ', ' ', ' ', ' ', ' ',
    0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0,
};

static u16 ddc(u32 f)
{
    u16 es = r16(f, ES);
    u32 di = r16(f, DI), sum = 0;

    if (r8(f, BL) == 0) {
        w16(f, BX, 0x0102);
        return OK;
    }
    if (r8(f, BL) != 1 || r16(f, DX))
        return FAILED;
    for (u32 i = 0; i < sizeof edid; i++) {
        poke8(es, di + i, edid[i]);
        sum += edid[i];
    }
    poke8(es, di + 127, (u8)(0u - sum));
    return OK;
}

void vbe_call(u32 f) /* long: table */
{
    u16 r;

    if (!present()) {
        w16(f, AX, 0x0100);
        return;
    }
    switch (r8(f, AL)) {
    case 0x00: r = controller_info(r16(f, ES), r16(f, DI)); break;
    case 0x01: r = mode_info(r16(f, CX), r16(f, ES), r16(f, DI)); break;
    case 0x02: r = set_vbe_mode(r16(f, BX)); break;
    case 0x03: r = get_vbe_mode(f); break;
    case 0x04: r = state(f); break;
    case 0x05: r = window(f); break;
    case 0x06: r = logical_line(f); break;
    case 0x07: r = display_start(f); break;
    case 0x08: r = dac_width(f); break;
    case 0x09: r = palette(f); break;
    case 0x0a: r = protected_mode(f); break;
    case 0x0b: r = pixel_clock(f); break;
    case 0x10: r = power(f); break;
    case 0x15: r = ddc(f); break;
    default:   r = 0x0100; break;
    }
    w16(f, AX, r);
}
