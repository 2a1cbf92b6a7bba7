/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages to look at: text, 256 colours, planes, frame buffer. */
#include "demo.h"

void page_text(void)
{
    page_begin("text and colours");
    frame(1, 2, 38, 20, A_FRAME, "Attributes");
    for (int bg = 0; bg < 16; bg++) {
        put_hex(3, 5 + bg, A_DIM, (u32)bg, 1);
        put_hex(5 + 2 * bg, 4, A_DIM, (u32)bg, 1);
        for (int fg = 0; fg < 16; fg++) {
            putch(5 + 2 * fg, 5 + bg, (u8)(bg << 4 | fg), (u8)('A' + fg));
            putch(6 + 2 * fg, 5 + bg, (u8)(bg << 4 | fg), 0xdc);
        }
    }
    frame(41, 2, 38, 20, A_FRAME, "Code page 437");
    for (int y = 0; y < 16; y++) {
        put_hex(43, 5 + y, A_DIM, (u32)y, 1);
        put_hex(46 + 2 * y, 4, A_DIM, (u32)y, 1);
        for (int x = 0; x < 16; x++)
            putch(46 + 2 * x, 5 + y, y & 1 ? A_TITLE : A_BRIGHT, (u8)(16 * y + x));
    }
    put(2, 22, A_WARM,
        "\xc9\xcd\xcb\xcd\xbb \xda\xc4\xc2\xc4\xbf \xd6\xc4\xd2\xc4\xb7 \xd5\xcd\xd1\xcd\xb8"
                       "  \xb0\xb0\xb1\xb1\xb2\xb2\xdb\xdb  \xdc\xdf\xdc\xdf  "
                       "\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe8\xea  \x81\x84\x94\x8e\x99\x9a\xe1");
    put(2, 23, A_WARM,
        "\xc8\xcd\xca\xcd\xbc \xc0\xc4\xc1\xc4\xd9 \xd3\xc4\xd0\xc4\xbd \xd4\xcd\xcf\xcd\xbe");
    say_at(40, 23, A_GOOD, "TEXT PAGE SHOWN");
    page_end("Any key: back to the menu");
    key_wait();
}

/* One period of a sine, 256 steps, 0..254: by a rotation in fixed point. */
static u8 wave[256];
static void make_wave(void)
{
    s32 s = 0, c = 126 << 16;
    for (int i = 0; i < 256; i++) {
        s32 v = 127 + (s >> 16);                 /* errors add up to a step or two */
        wave[i] = (u8)(v < 0 ? 0 : v > 254 ? 254 : v);
        s += c / 41 + c / 20000 * 12;            /* 2 pi / 256 is about 1 / 40.74 */
        c -= s / 41 + s / 20000 * 12;
    }
}

static void set_mode(u32 mode)
{
    struct regs r = { .eax = mode };
    bios(0x10, &r);
}

static void plasma_palette(void)
{
    outb(0x3c8, 0);
    for (u32 i = 0; i < 256; i++) {
        outb(0x3c9, (u8)(wave[(i + 20) & 255] >> 2));
        outb(0x3c9, (u8)(wave[(i + 100) & 255] >> 3));
        outb(0x3c9, (u8)(wave[(i + 160) & 255] >> 2));
    }
}

static void finish(const char *line, u32 n)
{
    char s[80], *p = fmt_str(s, line);
    if (n)
        fmt_num(p, n);
    text_mode();
    fill(0, 0, COLS, ROWS, A_BACK, ' ');
    say(s);
}

void page_plasma(void)
{
    volatile u32 *screen = (volatile u32 *)0xa0000;
    u32 t = 0;

    make_wave();
    set_mode(0x13);
    plasma_palette();
    say("PLASMA RUNNING");
    while (!key_poll()) {
        for (u32 y = 0; y < 200; y++) {
            u32 rows = wave[(y + t * 2) & 255] +
                       (u32)wave[(wave[(y * 2 + 256 - t) & 255] + t) & 255];
            for (u32 x = 0; x < 320; x += 4) {
                u32 px = 0;
                for (u32 k = 4; k--;) {
                    u32 v = rows + wave[(x + k + t * 3) & 255] +
                            wave[((x + k) * 2 + y + 256 - t) & 255];
                    px = px << 8 | (v >> 2 & 255);
                }
                screen[y * 80 + x / 4] = px;
            }
        }
        t++;
    }
    finish("PLASMA FRAMES ", t);
}

/* A dot by write mode 2: the bit mask picks it, the byte written is its colour. */
static void dot(int x, int y, u8 colour)
{
    volatile u8 *p = (volatile u8 *)0xa0000 + y * 80 + (x >> 3);
    outw(0x3ce, (u16)(0x80 >> (x & 7) << 8 | 8));
    (void)*p;
    *p = colour;
}

static int abs_of(int v) { return v < 0 ? -v : v; }

static void line(int x0, int y0, int x1, int y1, u8 colour)
{
    int dx = abs_of(x1 - x0), dy = -abs_of(y1 - y0), sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1;
    int err = dx + dy;
    for (;;) {
        dot(x0, y0, colour);
        if (x0 == x1 && y0 == y1)
            return;
        int e2 = 2 * err;
        if (e2 >= dy) {
            err += dy;
            x0 += sx;
        }
        if (e2 <= dx) {
            err += dx;
            y0 += sy;
        }
    }
}

void page_lines(void)
{
    static const u8 ring[8] = { 1, 9, 3, 11, 15, 13, 5, 12 };
    set_mode(0x12);
    outw(0x3ce, 0x0205);
    for (int i = 0; i <= 24; i++) {              /* envelopes of lines in the four corners */
        u8 c = ring[i / 4 & 7];
        line(i * 13, 0, 0, 239 - i * 239 / 24, c);
        line(639 - i * 13, 0, 639, 239 - i * 239 / 24, c);
        line(i * 13, 479, 0, 240 + i * 239 / 24, c);
        line(639 - i * 13, 479, 639, 240 + i * 239 / 24, c);
    }
    make_wave();
    for (int i = 0; i < 64; i++) {               /* a rose in the middle */
        int a = i * 4, b = (i * 4 + 92) & 255;
        line(320 + (wave[(a + 64) & 255] - 127) * 3 / 2, 240 + (wave[a] - 127) * 3 / 2,
             320 + (wave[(b + 64) & 255] - 127) * 3 / 2, 240 + (wave[b] - 127) * 3 / 2,
             (u8)(i & 1 ? 14 : 10));
    }
    outw(0x3ce, 0xff08);
    outw(0x3ce, 0x0005);
    say("LINES SHOWN");
    key_wait();
    finish("LINES DONE", 0);
}

int vbe_version(u32 *kb)
{
    struct regs r = { .eax = 0x4f00, .es = LOW_SEG };
    LOW_BUF[0] = 'V', LOW_BUF[1] = 'B', LOW_BUF[2] = 'E', LOW_BUF[3] = '2';
    bios(0x10, &r);
    if ((r.eax & 0xffff) != 0x004f)
        return 0;
    *kb = *(u16 *)(LOW_BUF + 0x12) * 64u;
    return *(u16 *)(LOW_BUF + 4);
}

struct screen { u8 *base; u32 pitch, w, h, bpp; };

/* The first of these sizes that comes with a frame buffer of 32 or 16 bits. */
static int open_frame_buffer(struct screen *s)
{
    static const u16 modes[] = { 0x144, 0x118, 0x117, 0x115, 0x143, 0x114, 0x112, 0x111 };
    for (u32 i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct regs r = { .eax = 0x4f01, .ecx = modes[i], .es = LOW_SEG };
        bios(0x10, &r);
        if ((r.eax & 0xffff) != 0x004f || !(LOW_BUF[0] & 0x80) || !(LOW_BUF[0] & 1))
            continue;
        s->base = *(u8 **)(LOW_BUF + 0x28);
        s->pitch = *(u16 *)(LOW_BUF + 0x10);
        s->w = *(u16 *)(LOW_BUF + 0x12);
        s->h = *(u16 *)(LOW_BUF + 0x14);
        s->bpp = LOW_BUF[0x19];
        r = (struct regs){ .eax = 0x4f02, .ebx = 0x4000u | modes[i] };
        bios(0x10, &r);
        return (r.eax & 0xffff) == 0x004f;
    }
    return 0;
}

static void pixel(const struct screen *s, u32 x, u32 y, u32 rgb)
{
    volatile u8 *p = s->base + y * s->pitch + x * (s->bpp / 8);
    if (s->bpp == 16) {
        *(volatile u16 *)p = (u16)((rgb >> 8 & 0xf800) | (rgb >> 5 & 0x7e0) | (rgb >> 3 & 0x1f));
    } else if (s->bpp == 24) {
        p[0] = (u8)rgb;
        p[1] = (u8)(rgb >> 8);
        p[2] = (u8)(rgb >> 16);
    } else {
        *(volatile u32 *)p = rgb;
    }
}

static u32 root(u32 n)
{
    u32 r = 0;
    for (u32 bit = 1u << 14; bit; bit >>= 1)
        if ((r + bit) * (r + bit) <= n)
            r += bit;
    return r;
}

static u32 mix(u32 a, u32 b, u32 part)           /* part of 256 */
{
    u32 rb = ((a & 0xff00ff) * (256 - part) + (b & 0xff00ff) * part) >> 8 & 0xff00ff;
    u32 g = ((a & 0x00ff00) * (256 - part) + (b & 0x00ff00) * part) >> 8 & 0x00ff00;
    return rb | g;
}

/* Dusk: a sky, a lit ball, a floor of tiles, then a caption in the BIOS's own font. */
static u32 scene(const struct screen *s, int x, int y)
{
    int cx = (int)s->w / 2, horizon = (int)s->h * 5 / 8, r = (int)s->h / 4,
        cy = horizon - r * 3 / 4;
    int dx = x - cx, dy = y - cy;
    if (dx * dx + dy * dy < r * r) {
        int z = (int)root((u32)(r * r - dx * dx - dy * dy));
        int light = (-dx * 5 - dy * 6 + z * 6) * 26 / r;  /* the lamp is up and to the left */
        u32 base = light > 0 ? mix(0x18123c, 0xff7a2a, (u32)(light > 255 ? 255 : light)) : 0x18123c;
        return light > 205 ? mix(base, 0xffffff, (u32)(light > 255 ? 200 : (light - 205) * 4))
            : base;
    }
    if (y < horizon)
        return y < horizon / 2 ? mix(0x0b1038, 0x5a2d86, (u32)(y * 510 / horizon))
                               : mix(0x5a2d86, 0xe8688a, (u32)(y * 510 / horizon - 255));
    int depth = y - horizon + 8, u = dx * 64 / depth, v = 16384 / depth;
    int shade = depth * 255 / ((int)s->h - horizon + 8);
    u32 tile = ((u >> 5) ^ (v >> 5)) & 1 ? 0x3c3a78 : 0xc8c4e8;
    int sh = dx * dx / 4 + (y - horizon - r / 3) * (y - horizon - r / 3) * 6;
    if (sh < r * r / 3)
        tile = mix(tile, 0x080820, 170);
    return mix(0x5c2a66, tile, (u32)shade);
}

static void caption(const struct screen *s, u32 x, u32 y, const char *text, u32 rgb)
{
    struct regs r = { .eax = 0x1130, .ebx = 0x0600 };
    bios(0x10, &r);
    const u8 *font = (const u8 *)((u32)r.es * 16 + (r.ebp & 0xffff));
    for (; *text; text++, x += 9)
        for (u32 i = 0; i < 16; i++)
            for (u32 k = 0; k < 8; k++)
                if (font[(u8)*text * 16 + i] & 0x80 >> k) {
                    pixel(s, x + k + 1, y + i + 1, 0x101020);
                    pixel(s, x + k, y + i, rgb);
                }
}

void page_vbe(void)
{
    struct screen s;
    char text[64], *p;

    if (!open_frame_buffer(&s)) {
        page_begin("frame buffer");
        say_at(4, 4, A_BAD, "FRAME BUFFER NOT AVAILABLE");
        page_end("Any key: back to the menu");
        key_wait();
        return;
    }
    for (u32 y = 0; y < s.h; y++)
        for (u32 x = 0; x < s.w; x++)
            pixel(&s, x, y, scene(&s, (int)x, (int)y));
    p = fmt_num(text, s.w);
    p = fmt_num(fmt_str(p, " x "), s.h);
    p = fmt_num(fmt_str(p, ", "), s.bpp);
    fmt_str(p, " bits a pixel, frame buffer at ");
    while (*p)
        p++;
    fmt_hex(p, (u32)s.base, 8);
    caption(&s, 16, s.h - 28, text, 0xffffff);
    caption(&s, 16, 14, "Vitrine", 0xffd27a);
    say("FRAME BUFFER SHOWN");
    key_wait();
    finish("FRAME BUFFER DONE", 0);
}
