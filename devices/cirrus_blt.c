/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CL-GD5446: the BitBLT engine.
 *   Ref: CL-GD5446 Technical Reference Manual, "BitBLT Engine"; GR20..GR39
 *
 *   source       display memory, or the processor's writes (bytes of a line, or of a pattern)
 *   forms        copy forward and backward; 8x8 pattern; one bit a pixel made foreground or
 *                background (or left alone); 8x8 pattern of bits; foreground alone
 *   destination  display memory; pixels equal to the key in the source may be left alone
 *
 * Each byte becomes a function of source and destination, which the four AND terms of two bits say.
 * Every address is taken modulo memory; a BLT touches at most 8192 bytes of 2048 lines.
 */
#include "devices/cirrus.h"

enum { BACKWARD = 1, TO_SYSTEM = 2, FROM_SYSTEM = 4, TRANSPARENT = 8, PATTERN = 0x40,
       EXPAND = 0x80 };                          /* GR30 */
enum { DWORDS = 1, INVERT = 2, SOLID = 4 };      /* GR33 */
enum { BUSY = 1, START = 2, RESET = 4, PROGRESS = 8 };               /* GR31 */
enum { NOR = 1, NOT_S_AND_D = 2, S_AND_NOT_D = 4, S_AND_D = 8 };

static uint8_t rop_terms(uint8_t code) /* long: table */
{
    switch (code) {
    case 0x00: return 0;
    case 0x05: return S_AND_D;
    case 0x09: return S_AND_NOT_D;
    case 0x0b: return NOR | S_AND_NOT_D;
    case 0x0d: return S_AND_NOT_D | S_AND_D;
    case 0x0e: return NOR | NOT_S_AND_D | S_AND_NOT_D | S_AND_D;
    case 0x50: return NOT_S_AND_D;
    case 0x59: return NOT_S_AND_D | S_AND_NOT_D;
    case 0x6d: return NOT_S_AND_D | S_AND_NOT_D | S_AND_D;
    case 0x90: return NOR;
    case 0x95: return NOR | S_AND_D;
    case 0xad: return NOR | S_AND_NOT_D | S_AND_D;
    case 0xd0: return NOR | NOT_S_AND_D;
    case 0xd6: return NOR | NOT_S_AND_D | S_AND_D;
    case 0xda: return NOR | NOT_S_AND_D | S_AND_NOT_D;
    default:   return NOT_S_AND_D | S_AND_D;     /* 06, and codes that are none: nothing happens */
    }
}

/* One line at work. */
struct work {
    const struct cirrus_blt *b;
    uint8_t       *vram;
    uint32_t       mask;
    const uint8_t *from;                         /* the processor's bytes, or NULL */
    uint8_t        term[4];
    unsigned       bytes;                        /* of a pixel */
};

static unsigned pixel_bytes(const struct cirrus_blt *b) { return (b->mode >> 4 & 3u) + 1; }

static struct work begin(struct cirrus *c, const uint8_t *from)
{
    const struct cirrus_blt *b = &c->blt;
    struct work w = { .b = b, .vram = c->vga->vram, .mask = c->vga->vram_size - 1, .from = from,
                      .bytes = pixel_bytes(b) };
    for (unsigned i = 0; i < 4; i++)
        w.term[i] = b->rop >> i & 1 ? 0xff : 0;
    return w;
}

static void put(const struct work *w, uint32_t at, unsigned s)
{
    uint8_t *p = &w->vram[at & w->mask];
    unsigned d = *p;
    *p = (uint8_t)((~s & ~d & w->term[0]) | (~s & d & w->term[1]) | (s & ~d & w->term[2]) |
                   (s & d & w->term[3]));
}

static void put_pixel(const struct work *w, uint32_t at, uint32_t colour)
{
    for (unsigned i = 0; i < w->bytes; i++)
        put(w, at + i, colour >> 8 * i);
}

static uint8_t source(const struct work *w, uint32_t base, uint32_t off)
{
    return w->from ? w->from[off & (CIRRUS_LINE - 1)] : w->vram[(base + off) & w->mask];
}

static uint32_t source_pixel(const struct work *w, uint32_t base, uint32_t off)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < w->bytes; i++)
        v |= (uint32_t)source(w, base, off + i) << 8 * i;
    return v;
}

/* The key has 8 or 16 bits; wider pixels have none. */
static bool keyed(const struct work *w)
{
    return (w->b->mode & (TRANSPARENT | EXPAND)) == TRANSPARENT && w->bytes <= 2;
}

static bool is_key(const struct work *w, uint32_t pixel)
{
    return pixel == (w->bytes == 1 ? w->b->key & 0xffu : w->b->key);
}

/* ---- one line of each form ---- */

/* A plain copy between two stretches that neither overlap nor wrap. */
static bool copy_fast(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    uint32_t n = b->width, s = b->src & w->mask, d = b->dst & w->mask;

    if (b->rop != (S_AND_NOT_D | S_AND_D) || b->mode & BACKWARD)
        return false;
    if (n > w->mask + 1 - d || (!w->from && (n > w->mask + 1 - s || (s < d + n && d < s + n))))
        return false;
    memcpy(w->vram + d, w->from ? w->from : w->vram + s, n);
    return true;
}

static void copy_bytes(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    bool back = b->mode & BACKWARD;

    if (copy_fast(w))
        return;
    for (uint32_t i = 0; i < b->width; i++) {
        uint32_t o = back ? 0u - i : i;
        put(w, b->dst + o, w->from ? w->from[i] : w->vram[(b->src + o) & w->mask]);
    }
}

static void copy_keyed(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    unsigned px = w->bytes;
    bool back = b->mode & BACKWARD;

    for (uint32_t i = 0; i + px <= b->width; i += px) {
        uint32_t o = back ? 0u - i - (px - 1) : i;
        uint32_t s = source_pixel(w, b->src, w->from ? i : o);
        if (!is_key(w, s))
            put_pixel(w, b->dst + o, s);
    }
}

/* Pixels at the left that are passed over: GR2F, in bytes where a pixel has three. */
static unsigned skip_of(const struct work *w)
{
    return w->bytes == 3 ? (w->b->skip & 31u) / 3 : w->b->skip & 7u;
}

static void put_bit(const struct work *w, uint32_t at, bool bit)
{
    const struct cirrus_blt *b = w->b;
    bool invert = b->ext & INVERT;

    if (!(b->mode & TRANSPARENT))
        put_pixel(w, at, bit ? b->fg : b->bg);
    else if (bit != invert)
        put_pixel(w, at, invert ? b->bg : b->fg);
}

static void expand(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    uint32_t n = b->width / w->bytes;
    for (uint32_t x = skip_of(w); x < n; x++)
        put_bit(w, b->dst + x * w->bytes, source(w, b->src, x >> 3) >> (7 - (x & 7)) & 1);
}

/* The lowest three bits of the source address say in which row the pattern begins. */
static void pattern(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    uint32_t n = b->width / w->bytes, base = b->src & ~7u, row = (b->src + b->row) & 7;
    uint32_t pitch = w->bytes == 3 ? 32 : 8 * w->bytes;

    for (uint32_t x = skip_of(w); x < n; x++) {
        uint32_t at = b->dst + x * w->bytes;
        if (b->mode & EXPAND) {
            put_bit(w, at, source(w, base, row) >> (7 - (x & 7)) & 1);
            continue;
        }
        uint32_t s = source_pixel(w, base, row * pitch + (x & 7) * w->bytes);
        if (!keyed(w) || !is_key(w, s))
            put_pixel(w, at, s);
    }
}

static void solid(const struct work *w)
{
    const struct cirrus_blt *b = w->b;
    uint32_t n = b->width / w->bytes, d = b->dst & w->mask;
    unsigned skip = skip_of(w);

    if (w->bytes == 1 && b->rop == (S_AND_NOT_D | S_AND_D) && n <= w->mask + 1 - d) {
        if (skip < n)
            memset(w->vram + d + skip, (int)(b->fg & 0xff), n - skip);
        return;
    }
    for (uint32_t x = skip; x < n; x++)
        put_pixel(w, b->dst + x * w->bytes, b->fg);
}

/* ---- whole BLTs ---- */

static bool is_solid(const struct cirrus_blt *b)
{
    return b->ext & SOLID && (b->mode & (EXPAND | PATTERN)) == (EXPAND | PATTERN);
}

/* Bytes of a line of one bit a pixel. */
static uint32_t bit_bytes(const struct cirrus_blt *b)
{
    return (b->width / pixel_bytes(b) + 7) / 8;
}

static void line(struct cirrus *c, const uint8_t *from)
{
    struct cirrus_blt *b = &c->blt;
    struct work w = begin(c, from);
    bool back = b->mode & BACKWARD && !(b->mode & (EXPAND | PATTERN));

    if (is_solid(b))
        solid(&w);
    else if (b->mode & PATTERN)
        pattern(&w);
    else if (b->mode & EXPAND)
        expand(&w);
    else if (keyed(&w))
        copy_keyed(&w);
    else
        copy_bytes(&w);
    b->dst += back ? 0u - b->dpitch : b->dpitch;
    if (!(b->mode & PATTERN))                    /* bits follow one another without a pitch */
        b->src += b->mode & EXPAND ? bit_bytes(b) : back ? 0u - b->spitch : b->spitch;
    b->row++;
    b->lines--;
}

static void finish(struct cirrus *c)
{
    c->blt.active = false;
    c->blt.got = c->blt.need = 0;
    c->gr[0x31] &= (uint8_t)~(BUSY | START | PROGRESS);
    cirrus_changed(c);
}

/* What the processor supplies before a line, or all lines of a pattern, can be drawn. */
static uint32_t needed(const struct cirrus_blt *b)
{
    unsigned px = pixel_bytes(b);
    if (b->mode & PATTERN)
        return b->mode & EXPAND ? 8 : px == 3 ? 256 : 64 * px;
    if (!(b->mode & EXPAND))
        return (b->width + 3u) & ~3u;
    return b->ext & DWORDS ? (bit_bytes(b) + 3) & ~3u : bit_bytes(b);
}

bool cirrus_blt_valid(const struct cirrus_blt *b)
{
    return !b->active || (b->lines && b->width && b->need == needed(b) && b->got < b->need);
}

static uint32_t gr24(const struct cirrus *c, unsigned i)
{
    return c->gr[i] | (uint32_t)c->gr[i + 1] << 8 | (uint32_t)c->gr[i + 2] << 16;
}

static uint32_t colour(const struct cirrus *c, unsigned low)
{
    return c->gr[low] | (uint32_t)c->gr[0x10 + low] << 8 | (uint32_t)c->gr[0x12 + low] << 16 |
           (uint32_t)c->gr[0x14 + low] << 24;
}

void cirrus_blt_start(struct cirrus *c)
{
    struct cirrus_blt *b = &c->blt;
    b->mode = c->gr[0x30];
    b->ext = c->gr[0x33];
    b->rop = rop_terms(c->gr[0x32]);
    b->skip = c->gr[0x2f];
    b->width = (uint16_t)((c->gr[0x20] | c->gr[0x21] << 8) + 1);
    b->lines = (uint16_t)((c->gr[0x22] | c->gr[0x23] << 8) + 1);
    b->dpitch = (uint16_t)(c->gr[0x24] | c->gr[0x25] << 8);
    b->spitch = (uint16_t)(c->gr[0x26] | c->gr[0x27] << 8);
    b->key = (uint16_t)(c->gr[0x34] | c->gr[0x35] << 8);
    b->dst = gr24(c, 0x28);
    b->src = gr24(c, 0x2c);
    b->fg = colour(c, 1);
    b->bg = colour(c, 0);
    b->row = 0;
    b->got = 0;
    b->need = (uint16_t)needed(b);
    b->active = b->mode & FROM_SYSTEM && !(b->mode & TO_SYSTEM) && !is_solid(b) && b->need;
    if (b->active) {
        c->gr[0x31] |= BUSY | START | PROGRESS;
        cirrus_changed(c);
        return;
    }
    while (b->lines && !(b->mode & (TO_SYSTEM | FROM_SYSTEM) && !is_solid(b)))
        line(c, NULL);
    finish(c);
}

/* Bytes that come after the last line's, in the same access, are padding. */
void cirrus_blt_feed(struct cirrus *c, uint64_t val, unsigned size)
{
    struct cirrus_blt *b = &c->blt;
    for (unsigned i = 0; i < size && b->active; i++) {
        b->buf[b->got++] = (uint8_t)(val >> 8 * i);
        if (b->got < b->need)
            continue;
        b->got = 0;
        do
            line(c, b->buf);
        while (b->mode & PATTERN && b->lines);
        if (!b->lines)
            finish(c);
    }
}

void cirrus_blt_control(struct cirrus *c, uint8_t val)
{
    uint8_t old = c->gr[0x31];
    c->gr[0x31] = (uint8_t)((val & ~(BUSY | PROGRESS)) | (old & (BUSY | PROGRESS)));
    if (val & RESET || (old & START && !(val & START)))
        finish(c);
    else if (val & START && !(old & START))
        cirrus_blt_start(c);
}
