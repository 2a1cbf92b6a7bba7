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
#include "devices/vga_scan.h"

#define VGA_COLS_MAX 256

struct frame {
    const struct vga *v;
    uint32_t pal[256];       /* DAC entry to XRGB */
    uint32_t attr[16];       /* attribute value to XRGB */
    unsigned cols, dots;     /* character clocks shown; dots a character */
    unsigned width, height;  /* of the displayed part */
    struct vga_border edge;  /* around it */
    unsigned wide;           /* columns of the picture that a character has */
    unsigned compare;        /* line compare */
    uint32_t start;          /* address of the first character */
    bool     blink_off;      /* blinking characters are in their dark half */
    bool     cursor_off;
    struct vga_span cut[2];  /* characters displayed, but blanked */
    struct vga_blanking dark;    /* lines blanked */
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

/* The columns that blanking takes from the displayed part: where it begins, and where it ends when
 * it goes on at the beginning of the next line. */
static void cut_columns(struct frame *f)
{
    struct vga_blanking b = vga_hblanking(f->v);
    unsigned end = b.from + b.len, from = b.from < f->cols ? b.from : f->cols;
    unsigned to = end < f->cols ? end : f->cols, rest = end > b.total ? end - b.total : 0;
    f->cut[0] = (struct vga_span){ from, b.len ? to - from : 0 };
    f->cut[1] = (struct vga_span){ 0, rest < f->cols ? rest : f->cols };
}

/* What of a frame may differ from line to line. */
static void frame_load(struct frame *f, const struct vga *v)
{
    f->v = v;
    vga_palette(v, f->pal);
    unsigned turn = vga_turn(v, f->blink_off);
    for (unsigned i = 0; i < 16; i++)
        f->attr[i] = f->pal[vga_attribute(v, i, turn)];
    f->compare = vga_compare(v);
    cut_columns(f);
    f->dark = vga_vblanking(v);
}

static struct frame frame_begin(const struct vga *v, vtime now)
{
    struct frame f = { .start = vga_start(v, now) };
    uint64_t n = vga_frames(v, now);

    f.cols = v->cr[1] + 1u;
    f.dots = vga_dots(v);
    f.edge = vga_border(v);
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
        l->base += vga_pitch(v);
    } else {
        l->row = (l->row + 1) & 0x1f;
    }
}

/* One text row's characters, decoded once for all its scan lines. */
struct cell {
    struct glyph g;
    uint32_t fg, bg;
};
struct text_row {
    uint32_t key;            /* what the cells were decoded from */
    struct cell cell[VGA_COLS_MAX + 1];
};
#define NO_ROW UINT32_MAX

static void decode_row(const struct frame *f, struct scanline l, struct text_row *t)
{
    uint32_t key = l.counter << 2 | ((f->v->cr[0x17] & 3) == 3 ? 0 : l.row & 3);
    if (t->key == key)
        return;
    t->key = key;
    struct wires w = vga_wires(f->v, l.row);
    for (unsigned x = 0; x <= f->cols; x++) {        /* one more: panning shows part of it */
        struct glyph g = vga_glyph(f->v, vga_planes(f->v, &w, vga_counter(&w, l.counter, x)));
        t->cell[x] = (struct cell){ g, f->attr[g.fg], f->attr[g.bg] };
    }
}

static unsigned cell_bits(const struct frame *f, const struct cell *c, uint32_t counter,
                          unsigned row)
{
    if (!f->cursor_off && vga_cursor_at(f->v, counter, row))
        return 0x1ff;
    return vga_glyph_bits(f->v, &c->g, row, f->blink_off);
}

static void text_line(const struct frame *f, struct scanline l, uint32_t *px, struct text_row *t)
{
    unsigned skip = vga_text_pan(f->v, &l);
    uint32_t *end = px + f->width;
    struct wires w = vga_wires(f->v, l.row);

    decode_row(f, l, t);
    for (unsigned x = 0; px < end; x++) {
        const struct cell *c = &t->cell[x];
        unsigned bits = cell_bits(f, c, vga_counter(&w, l.counter, x), l.row), n = f->dots - skip;
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

static uint32_t *put_deep(const struct frame *f, const uint8_t *p, unsigned skip, uint32_t *px,
                          const uint32_t *end)
{
    for (unsigned i = skip; i < 4 && px < end; i++)
        *px++ = f->pal[p[i]];
    return px;
}

static void planar_line(const struct frame *f, struct scanline l, uint32_t *px)
{
    const struct vga *v = f->v;
    struct wires w = vga_wires(v, l.row);
    uint32_t *end = px + f->width;
    unsigned skip = l.pan & 7;

    for (unsigned x = 0; px < end; x++, skip = 0)
        px = put_dots(f, eight_dots(v, vga_planes(v, &w, vga_counter(&w, l.counter, x))), skip, px,
                      end);
}

static void deep_line(const struct frame *f, struct scanline l, uint32_t *px)
{
    const struct vga *v = f->v;
    struct wires w = vga_wires(v, l.row);
    uint32_t *end = px + f->width;
    unsigned skip = l.pan >> 1 & 3;

    for (unsigned x = 0; px < end; x++, skip = 0)
        px = put_deep(f, vga_planes(v, &w, vga_counter(&w, l.counter, x)), skip, px, end);
}

/* Either, where not every character loads the serializers. */
static void late_line(const struct frame *f, struct scanline l, uint32_t *px)
{
    bool deep = vga_is_deep(f->v);
    uint32_t *end = px + f->width;
    unsigned skip = deep ? l.pan >> 1 & 3 : l.pan & 7;
    uint8_t own[4];

    for (unsigned x = 0; px < end; x++, skip = 0) {
        const uint8_t *p = vga_serial(f->v, &l, x, own);
        px = deep ? put_deep(f, p, skip, px, end) : put_dots(f, eight_dots(f->v, p), skip, px, end);
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

    f->width = f->wide = v->vbe_xres;
    f->height = v->vbe_yres;
    f->cols = 1;
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

static void fill(uint32_t *px, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        px[i] = c;
}

static uint32_t overscan(const struct frame *f)
{
    return vga_blank(f->v) ? 0 : f->pal[f->v->ar[0x11]];
}

/* A line of 256-colour dots among others that are half as wide. */
static void widen(uint32_t *px, unsigned width)
{
    for (unsigned x = width; x-- > 0;)
        px[x] = px[x / 2];
}

static void displayed(struct frame *f, struct scanline *l, uint32_t *px, struct text_row *text)
{
    const struct vga *v = f->v;
    vga_pan(v, l);
    if (vga_dark(v))
        fill(px, f->width, overscan(f));
    else if (vga_is_text(v))
        text_line(f, *l, px, text);
    else if (vga_load(v) > 1)
        late_line(f, *l, px);
    else if (vga_is_deep(v))
        deep_line(f, *l, px);
    else
        planar_line(f, *l, px);
}

static unsigned whole_width(const struct frame *f)
{
    return (f->edge.left + f->cols + f->edge.right) * f->wide;
}

/* A line whose displayed part is in place: the border beside it, and what is blanked. */
static void finish_line(const struct frame *f, uint32_t *px, bool blanked)
{
    unsigned left = f->edge.left * f->wide, right = f->edge.right * f->wide;
    if (blanked) {
        fill(px, left + f->width + right, 0);
        return;
    }
    fill(px, left, overscan(f));
    fill(px + left + f->width, right, overscan(f));
    for (unsigned i = 0; i < 2; i++)
        fill(px + left + f->cut[i].from * f->wide, f->cut[i].len * f->wide, 0);
}

/* Lines above or below the displayed ones. */
static uint32_t *edge_lines(const struct frame *f, uint32_t *px, unsigned n)
{
    for (unsigned width = whole_width(f); n-- > 0; px += width) {
        fill(px, width, overscan(f));
        finish_line(f, px, false);
    }
    return px;
}

static void draw_vga(struct frame *f, struct vga_replay *r, struct surface *out)
{
    const struct vga *v = f->v;
    bool mixed = r && r->mixed, deep = vga_is_deep(v) && !mixed;
    struct text_row text = { .key = NO_ROW };
    uint32_t *px = out->px;

    f->wide = deep ? 4 : vga_is_text(v) || mixed ? f->dots : 8;
    f->width = f->cols * f->wide;
    out->doubled = deep || v->sr[1] & 8;
    out->paired = vga_paired(v);
    if (r)
        frame_load(f, &r->v);
    struct scanline l = first_line(f);
    px = edge_lines(f, px, f->edge.top);
    for (unsigned y = 0; y < f->height; y++, px += whole_width(f)) {
        uint32_t *shown = px + f->edge.left * f->wide;
        if (r && vga_replay_line(r, y)) {
            frame_load(f, &r->v);
            text.key = NO_ROW;
        }
        displayed(f, &l, shown, &text);
        if (mixed && vga_is_deep(f->v))
            widen(shown, f->width);
        finish_line(f, px, vga_blanked(&f->dark, y));
        next_line(f, &l, y);
    }
    edge_lines(f, px, f->edge.bottom);
}

static void draw_dark(struct frame *f, struct surface *out)
{
    const struct vga *v = f->v;
    f->wide = f->dots;
    f->width = f->cols * f->wide;
    out->doubled = out->paired = false;
    if (vbe_on(v) || f->width < 160 || f->height < 100) {    /* or the firmware has set no mode */
        f->edge = (struct vga_border){ 0 };
        f->cols = 1;
        f->wide = vbe_on(v) ? v->vbe_xres : 720;
        f->height = vbe_on(v) ? v->vbe_yres : 400;
    }
    fill(out->px, (size_t)whole_width(f) * (f->edge.top + f->height + f->edge.bottom), overscan(f));
}

void vga_draw(const struct vga *v, vtime now, struct surface *out)
{
    struct frame f = frame_begin(v, now);
    struct vga_replay r;
    bool off = vga_dark(v), replay = vga_replay_begin(&r, v, now);
    if (v->ar_index & 0x20 && v->ext && v->ext->draw(v->ext_dev, now, out))
        return;
    if (off && !replay)
        draw_dark(&f, out);
    else if (vbe_on(v))
        draw_vbe(&f, out, 0, v->vbe_yres);
    else
        draw_vga(&f, replay ? &r : NULL, out);
    out->width = out->stride = whole_width(&f);
    out->height = f.edge.top + f.height + f.edge.bottom;
    if (!off && v->ext)
        v->ext->overlay(v->ext_dev, out, f.edge.left * f.wide, f.edge.top);
}

void vga_draw_changed(const struct vga *v, vtime now, const struct vga_look *l,
                      struct surface *out, unsigned *first, unsigned *last)
{
    if (l->whole || !vbe_linear(v) || vga_dark(v)) {
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
    if (vbe_on(v) || v->ar[0x10] & 1 || vga_dark(v))
        return;
    struct frame f = frame_begin(v, 0);
    uint32_t pitch = v->cr[0x13] * 2u, start = (uint32_t)(v->cr[0x0c] << 8 | v->cr[0x0d]);
    unsigned lines = v->cr[9] & 0x80 ? f.height / 2 : f.height;

    out->cols = at_most(f.cols, TEXT_MAX_COLS);
    out->rows = at_most(lines / ((v->cr[9] & 0x1fu) + 1), TEXT_MAX_ROWS);
    struct wires w = vga_wires(v, 0);
    for (unsigned y = 0; y < out->rows; y++)
        for (unsigned x = 0; x < out->cols; x++) {
            const uint8_t *cell = vga_planes(v, &w, start + y * pitch + x);
            out->ch[y][x] = cell[0];
            out->attr[y][x] = cell[1];
        }
    uint32_t at = ((uint32_t)(v->cr[0x0e] << 8 | v->cr[0x0f]) - start) & 0xffff;
    out->cursor_row = pitch ? at / pitch : 0;
    out->cursor_col = pitch ? at % pitch : 0;
    out->cursor_on = !(v->cr[0x0a] & 0x20) && out->cursor_row < out->rows &&
                     out->cursor_col < out->cols;
}
