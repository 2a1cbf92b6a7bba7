/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: the picture, as a function of registers, video memory and time.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "CRT Controller", "Attribute Controller"
 *
 * Each scan line is worked out as the chip does it: counters for the row's first address and the
 * line within the row go down the frame, and line compare clears them; per character clock an
 * address counter, which byte, word or doubleword mode and the CGA row bits turn into a planar
 * offset; the four bytes there become 8 dots (or 4 in 256-colour modes). Surfaces get all scan
 * lines; 'doubled' says that dots are two columns wide, 'paired' that lines come twice.
 */
#include "devices/vga.h"

#define VGA_COLS_MAX 256

struct scanline {
    uint32_t base;           /* address of the row's first character */
    uint32_t counter;        /* and with byte panning: address counter at the left edge */
    unsigned row;            /* scan line within the character row */
    unsigned pan;            /* dots to skip */
    bool     again;          /* the second of a doubled line */
    bool     split;          /* below the line compare */
};

struct frame {
    const struct vga *v;
    uint32_t pal[256];       /* DAC entry to XRGB */
    uint32_t attr[16];       /* attribute value to XRGB */
    unsigned cols, dots;     /* character clocks shown; dots a character */
    unsigned width, height;
    unsigned compare;        /* line compare */
    uint32_t start;          /* address of the first character */
    bool     blink_off;      /* blinking characters are in their dark half */
    bool     cursor_off;
};

static uint32_t dac_colour(const struct vga *v, unsigned i)
{
    const uint8_t *c = &v->dac[(i & v->dac_mask) * 3];
    if (v->vbe_enable & VBE_8BIT_DAC)
        return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
    uint32_t rgb = (uint32_t)(c[0] & 63) << 16 | (uint32_t)(c[1] & 63) << 8 | (c[2] & 63u);
    return rgb << 2 | (rgb >> 4 & 0x030303);
}

void vga_palette(const struct vga *v, uint32_t pal[256])
{
    for (unsigned i = 0; i < 256; i++)
        pal[i] = dac_colour(v, i);
}

/* Planes enabled, bits turned by blinking, palette register, then Mode Control bit 7 and Color
 * Select for the upper bits. */
static unsigned attr_index(const struct vga *v, unsigned i, unsigned turn)
{
    unsigned c = v->ar[(i & v->ar[0x12] & 15) ^ turn] & 0x3f;
    if (v->ar[0x10] & 0x80)
        c = (c & 0x0f) | (v->ar[0x14] & 3u) << 4;
    return c | (v->ar[0x14] & 0xcu) << 4;
}

/* What of a frame may differ from line to line. */
static void frame_load(struct frame *f, const struct vga *v)
{
    f->v = v;
    vga_palette(v, f->pal);
    unsigned turn = (v->ar[0x10] & 9) == 9 && f->blink_off ? 8 : 0;    /* blink in graphics */
    for (unsigned i = 0; i < 16; i++)
        f->attr[i] = f->pal[attr_index(v, i, turn)];
    f->compare = v->cr[0x18] | (v->cr[7] & 0x10u) << 4 | (v->cr[9] & 0x40u) << 3;
    if (v->cr[0x17] & 4)
        f->compare = f->compare * 2 + 1;
}

static struct frame frame_begin(const struct vga *v, vtime now)
{
    struct frame f = { .start = vga_start(v, now) };
    uint64_t n = vga_frames(v, now);

    f.cols = v->cr[1] + 1u;
    f.dots = v->sr[1] & 1 ? 8 : 9;
    uint64_t lines = vga_timing(v).show_lines;
    f.height = (unsigned)(lines < SURFACE_MAX_H ? lines : SURFACE_MAX_H);
    f.blink_off = n >> 4 & 1;                        /* 16 frames lit, 16 dark; the cursor 8 */
    f.cursor_off = n >> 3 & 1;
    frame_load(&f, v);
    return f;
}

static struct scanline first_line(const struct frame *f)
{
    return (struct scanline){ .base = f->start, .row = f->v->cr[8] & 0x1f };
}

/* Panning, by bytes and dots; Mode Control bit 5 keeps it from the split screen. */
static void pan_line(const struct frame *f, struct scanline *l)
{
    const struct vga *v = f->v;
    bool still = l->split && v->ar[0x10] & 0x20;
    l->counter = l->base + (still ? 0 : v->cr[8] >> 5 & 3);
    l->pan = !still ? v->ar[0x13] & 15 : f->dots == 9 ? 8 : 0;
}

/* From line y to the next. Past the line compare memory starts over at 0. */
static void next_line(const struct frame *f, struct scanline *l, unsigned y)
{
    const struct vga *v = f->v;
    if (y == f->compare) {
        *l = (struct scanline){ .split = true };
        return;
    }
    l->again = v->cr[9] & 0x80 && !l->again;
    if (l->again)
        return;
    if (l->row == (v->cr[9] & 0x1fu)) {
        l->row = 0;
        l->base += v->cr[0x13] * 2u + v->more_pitch;
    } else {
        l->row = (l->row + 1) & 0x1f;
    }
}

/* The address counter at character x: CR14 bit 5 and CR17 bit 3 let it wait for 4 or 2 of them. */
static uint32_t counter_at(const struct vga *v, uint32_t first, unsigned x)
{
    return first + (v->cr[0x14] & 0x20 ? x >> 2 : v->cr[0x17] & 8 ? x >> 1 : x);
}

/* CR14 bit 6, CR17 bits 6, 5, 1, 0: from the counter to a planar offset. */
static uint32_t address(const struct vga *v, uint32_t c, unsigned row)
{
    uint8_t mode = v->cr[0x17];
    uint32_t a = c;
    if (v->cr[0x14] & 0x40)
        a = c << 2 | (c >> 14 & 3);
    else if (!(mode & 0x40))
        a = c << 1 | (c >> (mode & 0x20 ? 15 : 13) & 1);
    if (!(mode & 1))
        a = (a & ~0x2000u) | (row & 1u) << 13;
    if (!(mode & 2))
        a = (a & ~0x4000u) | (row >> 1 & 1u) << 14;
    return a & v->address_mask;
}

static const uint8_t *planes_at(const struct vga *v, uint32_t c, unsigned row)
{
    return v->vram + 4 * address(v, c, row);
}

/* The character map's place in plane 2: two bits of 16 KB and one of 8 KB. */
static uint32_t font_base(unsigned select)
{
    return (select & 3) << 14 | (select >> 2 & 1) << 13;
}

static bool cursor_here(const struct frame *f, uint32_t counter, unsigned row)
{
    const struct vga *v = f->v;
    uint32_t at = (uint32_t)(v->cr[0x0e] << 8 | v->cr[0x0f]) + (v->cr[0x0b] >> 5 & 3);   /* skew */
    return !f->cursor_off && !(v->cr[0x0a] & 0x20) && (counter & 0xffff) == (at & 0xffff) &&
           row >= (v->cr[0x0a] & 0x1fu) && row <= (v->cr[0x0b] & 0x1fu);
}

/* One text row's characters, decoded once for all its scan lines. */
struct cell {
    uint32_t fg, bg;
    const uint8_t *glyph;    /* rows are 4 bytes apart: plane 2 */
    bool wide, under, hide;  /* the ninth dot repeats the eighth; underlined; in its dark half */
};
struct text_row {
    uint32_t key;            /* what the cells were decoded from */
    struct cell cell[VGA_COLS_MAX + 1];
};
#define NO_ROW UINT32_MAX

static struct cell decode(const struct frame *f, uint32_t counter, unsigned row)
{
    const struct vga *v = f->v;
    const uint8_t *p = planes_at(v, counter, row);
    unsigned map = v->sr[3], b = (map & 3) | (map >> 2 & 4), a = (map >> 2 & 3) | (map >> 3 & 4);
    uint8_t mode = v->ar[0x10], attr = p[1];
    bool blinks = mode & 8 && attr & 0x80;

    if (blinks)
        attr &= 0x7f;
    return (struct cell){
        .fg = f->attr[attr & 15], .bg = f->attr[attr >> 4],
        .glyph = v->vram + 4 * (font_base(attr & 8 ? a : b) + p[0] * 32u) + 2,
        .wide = mode & 4 && (p[0] & 0xe0) == 0xc0, .under = (attr & 7) == 1,
        .hide = blinks && f->blink_off,
    };
}

static void decode_row(const struct frame *f, struct scanline l, struct text_row *t)
{
    uint32_t key = l.counter << 2 | ((f->v->cr[0x17] & 3) == 3 ? 0 : l.row & 3);
    if (t->key == key)
        return;
    t->key = key;
    for (unsigned x = 0; x <= f->cols; x++)          /* one more: panning shows part of it */
        t->cell[x] = decode(f, counter_at(f->v, l.counter, x), l.row);
}

/* Nine bits, bit 8 leftmost. */
static unsigned glyph_bits(const struct frame *f, const struct cell *c, struct scanline l,
                           unsigned x)
{
    unsigned bits = c->glyph[4 * l.row], nine = bits << 1;
    if (c->wide)
        nine |= bits & 1;
    if (c->under && l.row == (f->v->cr[0x14] & 0x1fu))
        nine = 0x1ff;
    if (c->hide)
        nine = 0;
    return cursor_here(f, counter_at(f->v, l.counter, x), l.row) ? 0x1ff : nine;
}

static void text_line(const struct frame *f, struct scanline l, uint32_t *px, struct text_row *t)
{
    unsigned skip = f->dots == 9 ? (l.pan >= 8 ? 0 : l.pan + 1) : l.pan & 7;
    uint32_t *end = px + f->width;

    decode_row(f, l, t);
    for (unsigned x = 0; px < end; x++) {
        const struct cell *c = &t->cell[x];
        unsigned bits = glyph_bits(f, c, l, x), n = f->dots - skip;
        uint32_t bg = c->bg, diff = c->fg ^ bg;
        if (n > (size_t)(end - px))
            n = (unsigned)(end - px);
        for (unsigned i = 0; i < n; i++)
            px[i] = bg ^ (diff & (0u - (bits >> (8 - skip - i) & 1)));
        px += n;
        skip = 0;
    }
}

/* A byte's bits, leftmost first, as the low bits of eight nibbles from the lowest. */
#define N1(n, b) ((uint32_t)((n) >> (7 - (b)) & 1) << 4 * (b))
#define N4(n, b) (N1(n, b) | N1(n, b + 1) | N1(n, b + 2) | N1(n, b + 3))
#define N8(n) (N4(n, 0) | N4(n, 4))
#define R4(n) N8(n), N8((n) + 1), N8((n) + 2), N8((n) + 3)
#define R16(n) R4(n), R4((n) + 4), R4((n) + 8), R4((n) + 12)
#define R64(n) R16(n), R16((n) + 16), R16((n) + 32), R16((n) + 48)
static const uint32_t nibbles[256] = { R64(0), R64(64), R64(128), R64(192) };

/* Attribute values of the 8 dots of four plane bytes, a nibble each, first dot lowest. */
static uint32_t eight_dots(const struct vga *v, const uint8_t *p)
{
    if (!(v->gr[5] & 0x20))
        return nibbles[p[0]] | nibbles[p[1]] << 1 | nibbles[p[2]] << 2 | nibbles[p[3]] << 3;
    uint32_t dots = 0;                               /* CGA: two bits a dot, planes 0+2, then 1+3 */
    for (unsigned i = 0; i < 8; i++) {
        unsigned s = 6 - 2 * (i & 3), odd = i >> 2;
        dots |= ((p[odd] >> s & 3u) | (p[2 + odd] >> s & 3u) << 2) << 4 * i;
    }
    return dots;
}

/* Shows up to 8 dots; returns the next pixel. */
static uint32_t *put_dots(const struct frame *f, uint32_t dots, unsigned skip, uint32_t *px,
                          const uint32_t *end)
{
    dots >>= 4 * skip;
    for (unsigned n = 8 - skip; n && px < end; n--, dots >>= 4)
        *px++ = f->attr[dots & 15];
    return px;
}

static void planar_line(const struct frame *f, struct scanline l, uint32_t *px)
{
    uint32_t *end = px + f->width;
    unsigned skip = l.pan & 7;

    for (unsigned x = 0; px < end; x++, skip = 0)
        px = put_dots(f, eight_dots(f->v, planes_at(f->v, counter_at(f->v, l.counter, x), l.row)),
                      skip, px, end);
}

static void deep_line(const struct frame *f, struct scanline l, uint32_t *px)
{
    uint32_t *end = px + f->width;
    unsigned skip = l.pan >> 1 & 3;

    for (unsigned x = 0; px < end; x++) {
        const uint8_t *p = planes_at(f->v, counter_at(f->v, l.counter, x), l.row);
        for (unsigned i = skip; i < 4 && px < end; i++)
            *px++ = f->pal[p[i]];
        skip = 0;
    }
}

void vga_pixels(unsigned bpp, const uint32_t pal[256], const uint8_t *p, unsigned w, uint32_t *px)
{
    switch (bpp) {
    case 8:
        for (unsigned x = 0; x < w; x++)
            px[x] = pal[p[x]];
        break;
    case 15:                                         /* top bits fill the low ones */
        for (unsigned x = 0; x < w; x++) {
            uint32_t c = load_le16(p + 2 * x);
            c = (c & 0x7c00) << 9 | (c & 0x3e0) << 6 | (c & 0x1f) << 3;
            px[x] = c | (c >> 5 & 0x070707);
        }
        break;
    case 16:
        for (unsigned x = 0; x < w; x++) {
            uint32_t c = load_le16(p + 2 * x);
            c = (c & 0xf800) << 8 | (c & 0x7e0) << 5 | (c & 0x1f) << 3;
            px[x] = c | (c >> 5 & 0x070007) | (c >> 6 & 0x000300);
        }
        break;
    case 24:
        for (unsigned x = 0; x < w; x++)
            px[x] = (uint32_t)p[3 * x + 2] << 16 | (uint32_t)p[3 * x + 1] << 8 | p[3 * x];
        break;
    default:
        for (unsigned x = 0; x < w; x++)
            px[x] = load_le32(p + 4 * x) & 0xffffff;
        break;
    }
}

static void vbe_planar_row(const struct frame *f, uint32_t at, uint32_t *px)
{
    const struct vga *v = f->v;
    unsigned skip = v->vbe_x & 7;
    uint32_t *end = px + f->width;

    for (; px < end; at++, skip = 0)
        px = put_dots(f, eight_dots(v, v->vram + ((at << 2) & (v->vram_size - 1))), skip, px, end);
}

static void draw_vbe(struct frame *f, struct surface *out, unsigned first, unsigned last)
{
    const struct vga *v = f->v;
    uint32_t pitch = vbe_pitch(v), wide = (v->vbe_bpp + 7u) / 8, len = v->vbe_xres * wide;

    f->width = v->vbe_xres;
    f->height = v->vbe_yres;
    for (unsigned y = first; y < last; y++) {
        uint32_t *px = out->px + (size_t)y * f->width;
        uint64_t at = (uint64_t)pitch * (v->vbe_y + y);
        if (v->vbe_bpp == 4)
            vbe_planar_row(f, (uint32_t)at + v->vbe_x / 8u, px);
        else if (at + v->vbe_x * wide + len <= v->vram_size)
            vga_pixels(v->vbe_bpp, f->pal, v->vram + at + v->vbe_x * wide, f->width, px);
        else
            memset(px, 0, f->width * sizeof *px);
    }
    out->doubled = out->paired = false;
}

/* The sequencer stands still, screen off, or no retrace: the monitor shows nothing. */
static bool blank(const struct vga *v)
{
    return v->sr[1] & 0x20 || (!vbe_on(v) && (!(v->cr[0x17] & 0x80) || (v->sr[0] & 3) != 3));
}

/* Nor does it while the processor has the palette registers, but for the overscan colour. */
static bool dark(const struct vga *v) { return !(v->ar_index & 0x20) || blank(v); }

static void fill_dark(const struct frame *f, uint32_t *px, size_t n)
{
    uint32_t c = blank(f->v) ? 0 : f->pal[f->v->ar[0x11]];
    for (size_t i = 0; i < n; i++)
        px[i] = c;
}

/* A line of 256-colour dots among others that are half as wide. */
static void widen(uint32_t *px, unsigned width)
{
    for (unsigned x = width; x-- > 0;)
        px[x] = px[x / 2];
}

static void draw_line(struct frame *f, struct scanline *l, uint32_t *px, struct text_row *text)
{
    const struct vga *v = f->v;
    pan_line(f, l);
    if (dark(v))
        fill_dark(f, px, f->width);
    else if (!(v->ar[0x10] & 1))
        text_line(f, *l, px, text);
    else if (v->gr[5] & 0x40)
        deep_line(f, *l, px);
    else
        planar_line(f, *l, px);
}

static bool is_deep(const struct vga *v) { return v->ar[0x10] & 1 && v->gr[5] & 0x40; }

/* By double scanning, or by a row of two lines whose second has no address of its own. */
static bool is_paired(const struct vga *v)
{
    bool rows = v->ar[0x10] & 1 && (v->cr[9] & 0x1f) == 1 && v->cr[0x17] & 1;
    return v->cr[9] & 0x80 || rows;
}

static void draw_vga(struct frame *f, struct vga_replay *r, struct surface *out)
{
    const struct vga *v = f->v;
    bool graphics = v->ar[0x10] & 1, mixed = r && r->mixed, deep = is_deep(v) && !mixed;
    struct text_row text = { .key = NO_ROW };

    f->width = f->cols * (deep ? 4 : graphics && !mixed ? 8 : f->dots);
    out->doubled = deep || v->sr[1] & 8;
    out->paired = is_paired(v);
    if (r)
        frame_load(f, &r->v);
    struct scanline l = first_line(f);
    for (unsigned y = 0; y < f->height; y++) {
        uint32_t *px = out->px + (size_t)y * f->width;
        if (r && vga_replay_line(r, y)) {
            frame_load(f, &r->v);
            text.key = NO_ROW;
        }
        draw_line(f, &l, px, &text);
        if (mixed && is_deep(f->v))
            widen(px, f->width);
        next_line(f, &l, y);
    }
}

static void draw_dark(struct frame *f, struct surface *out)
{
    const struct vga *v = f->v;
    f->width = vbe_on(v) ? v->vbe_xres : f->cols * f->dots;
    f->height = vbe_on(v) ? v->vbe_yres : f->height;
    if (f->width < 160 || f->height < 100) {         /* before the firmware has set a mode */
        f->width = 720;
        f->height = 400;
    }
    out->doubled = out->paired = false;
    fill_dark(f, out->px, (size_t)f->width * f->height);
}

void vga_draw(const struct vga *v, vtime now, struct surface *out)
{
    struct frame f = frame_begin(v, now);
    struct vga_replay r;
    bool off = dark(v), replay = vga_replay_begin(&r, v, now);
    if (v->ar_index & 0x20 && v->ext && v->ext->draw(v->ext_dev, now, out))
        return;
    if (off && !replay)
        draw_dark(&f, out);
    else if (vbe_on(v))
        draw_vbe(&f, out, 0, v->vbe_yres);
    else
        draw_vga(&f, replay ? &r : NULL, out);
    out->width = out->stride = f.width;
    out->height = f.height;
    if (!off && v->ext)
        v->ext->overlay(v->ext_dev, out);
}

void vga_draw_changed(const struct vga *v, vtime now, const struct vga_look *l,
                      struct surface *out, unsigned *first, unsigned *last)
{
    if (l->whole || !vbe_linear(v) || dark(v)) {
        vga_draw(v, now, out);
        *first = 0;
        *last = out->height;
        return;
    }
    struct frame f = frame_begin(v, now);
    uint32_t pitch = vbe_pitch(v), top = v->vbe_y;
    uint32_t from = l->from / pitch, to = (l->to - 1) / pitch + 1;
    *first = from > top ? from - top : 0;
    *last = to > top ? to - top : 0;
    *last = *last < v->vbe_yres ? *last : v->vbe_yres;
    draw_vbe(&f, out, *first, *last);
}

static unsigned at_most(unsigned n, unsigned max) { return n < max ? n : max; }

void vga_text(const struct vga *v, struct text_screen *out)
{
    memset(out, 0, sizeof *out);
    if (vbe_on(v) || v->ar[0x10] & 1 || dark(v))
        return;
    struct frame f = frame_begin(v, 0);
    uint32_t pitch = v->cr[0x13] * 2u, start = (uint32_t)(v->cr[0x0c] << 8 | v->cr[0x0d]);
    unsigned lines = v->cr[9] & 0x80 ? f.height / 2 : f.height;

    out->cols = at_most(f.cols, TEXT_MAX_COLS);
    out->rows = at_most(lines / ((v->cr[9] & 0x1fu) + 1), TEXT_MAX_ROWS);
    for (unsigned y = 0; y < out->rows; y++)
        for (unsigned x = 0; x < out->cols; x++) {
            const uint8_t *cell = planes_at(v, start + y * pitch + x, 0);
            out->ch[y][x] = cell[0];
            out->attr[y][x] = cell[1];
        }
    uint32_t at = ((uint32_t)(v->cr[0x0e] << 8 | v->cr[0x0f]) - start) & 0xffff;
    out->cursor_row = pitch ? at / pitch : 0;
    out->cursor_col = pitch ? at % pitch : 0;
    out->cursor_on = !(v->cr[0x0a] & 0x20) && out->cursor_row < out->rows &&
                     out->cursor_col < out->cols;
}
