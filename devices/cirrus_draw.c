/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CL-GD5446: the picture in packed modes, and the hardware cursor.
 *   Ref: CL-GD5446 Technical Reference Manual, CR1A, CR1B, CR1D, SR7, SR10..SR13, hidden DAC
 */
#include "devices/cirrus.h"

#define PATTERNS 0x4000u             /* cursors stand in the last 16 KB of memory */
#define ROW_MAX  (SURFACE_MAX_W * 4u)

static unsigned depth(const struct cirrus *c)
{
    switch (c->sr[7] >> 1 & 7) {
    case 1: case 3: return (c->hidden & 0x8f) == 0x80 ? 15 : 16;
    case 2:  return 24;
    case 4:  return 32;
    default: return 8;
    }
}

/* A row that wraps at the end of memory is put together first. */
static void row(const struct vga *v, unsigned bpp, const uint32_t *pal, uint32_t at, uint32_t *px,
                unsigned w)
{
    uint32_t n = w * ((bpp + 7) / 8), mask = v->vram_size - 1;
    uint8_t whole[ROW_MAX];

    at &= mask;
    if (n > v->vram_size - at) {
        for (uint32_t i = 0; i < n; i++)
            whole[i] = v->vram[(at + i) & mask];
        vga_pixels(bpp, pal, whole, w, px);
    } else {
        vga_pixels(bpp, pal, v->vram + at, w, px);
    }
}

bool cirrus_draw(void *dev, struct surface *out)
{
    struct cirrus *c = dev;
    const struct vga *v = c->vga;
    struct vga_timing t = vga_timing(v);
    uint32_t pal[256], pitch = (v->cr[0x13] * 2u + v->more_pitch) * 4;
    uint32_t start = ((uint32_t)(v->cr[0x0c] << 8 | v->cr[0x0d]) + v->more_start) * 4;
    unsigned compare = v->cr[0x18] | (v->cr[7] & 0x10u) << 4 | (v->cr[9] & 0x40u) << 3;
    unsigned interlaced = c->cr[0x1a] & 1, twice = interlaced + (v->cr[0x17] >> 2 & 1);
    unsigned lines = (v->cr[9] & 0x1fu) + 1, bpp = depth(c);

    if (!cirrus_packed(c))
        return false;
    vga_palette(v, pal);
    out->width = out->stride = (v->cr[1] + 1u) * 8;
    out->height = (uint32_t)t.show_lines << interlaced;  /* counts are a field's */
    if (out->height > SURFACE_MAX_H)
        out->height = SURFACE_MAX_H;
    out->doubled = false;
    for (unsigned y = 0; y < out->height; y++) {
        bool split = y >> twice > compare;
        unsigned scan = split ? y - ((compare + 1) << twice) : y;
        if (v->cr[9] & 0x80)
            scan >>= 1;
        row(v, bpp, pal, (split ? 0 : start) + scan / lines * pitch,
            out->px + (size_t)y * out->stride, out->width);
    }
    cirrus_cursor(dev, out);
    return true;
}

static uint32_t rgb(const uint8_t *c)
{
    uint32_t v = (uint32_t)(c[0] & 63) << 16 | (uint32_t)(c[1] & 63) << 8 | (c[2] & 63u);
    return v << 2 | (v >> 4 & 0x030303);
}

/* Two planes: 00 nothing, 01 inverted, 10 background, 11 foreground (plane 1 first). The small
 * cursor has one plane after the other, the large one eight bytes of each in turn. */
void cirrus_cursor(void *dev, struct surface *out)
{
    const struct cirrus *c = dev;
    const struct vga *v = c->vga;
    bool large = c->sr[0x12] & 4;
    uint32_t base = v->vram_size - PATTERNS + (c->sr[0x13] & (large ? 0x3cu : 0x3fu)) * 256u;
    uint32_t ink[2] = { rgb(c->colours), rgb(c->colours + 45) };
    unsigned size = large ? 64 : 32, pitch = large ? 16 : 4, plane = large ? 8 : 128;

    if (!(c->sr[0x12] & 1))
        return;
    for (unsigned y = 0; y < size && c->cursor_y + y < out->height; y++) {
        const uint8_t *p = v->vram + base + y * pitch;
        uint32_t *px = out->px + (size_t)(c->cursor_y + y) * out->stride;
        for (unsigned x = 0; x < size && c->cursor_x + x < out->width; x++) {
            unsigned s = 7 - (x & 7), a = p[x / 8] >> s & 1, b = p[plane + x / 8] >> s & 1;
            uint32_t *at = &px[c->cursor_x + x];
            if (b)
                *at = ink[a];
            else if (a)
                *at ^= 0xffffff;
        }
    }
}

uint64_t cirrus_look(void *dev, uint64_t hash)
{
    const struct cirrus *c = dev;
    const uint16_t at[] = { c->cursor_x, c->cursor_y, c->hidden };
    hash = hash_bytes(hash_bytes(hash, c->sr, sizeof c->sr), c->cr, sizeof c->cr);
    return hash_bytes(hash_bytes(hash, at, sizeof at), c->colours, sizeof c->colours);
}

/* A split shows the beginning of memory, the cursor its end. */
void cirrus_shown(void *dev, struct vga_span *s)
{
    const struct cirrus *c = dev;
    const struct vga *v = c->vga;
    uint64_t lines = (vga_timing(v).show_lines << (c->cr[0x1a] & 1)) + 1;
    uint64_t from = ((uint64_t)(v->cr[0x0c] << 8 | v->cr[0x0d]) + v->more_start) * 4;
    uint64_t to = from + (v->cr[0x13] * 2u + v->more_pitch) * 4 * lines + ROW_MAX;

    if (!cirrus_packed(c) && !(c->sr[0x12] & 1))
        return;
    s->from = 0;
    s->len = c->sr[0x12] & 1 || to > v->vram_size ? v->vram_size : (uint32_t)to;
}
