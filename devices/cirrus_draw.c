/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CL-GD5446: the picture in packed modes, and the hardware cursor.
 *   Ref: CL-GD5446 Technical Reference Manual, CR1A, CR1B, CR1D, SR7, SR10..SR13, GRE, hidden DAC
 */
#include "devices/cirrus.h"

#define PATTERNS 0x4000u             /* cursors stand in the last 16 KB of memory */
#define ROW_MAX  (SURFACE_MAX_W * 4u)

/* What the hidden DAC register says: bits 7 and 6 together, of bits 3..0; bit 7 alone 5-5-5. */
enum { DAC_555, DAC_565, DAC_888 = 5, DAC_OFF = 6, DAC_GREY = 8, DAC_332 = 9, DAC_PALETTE = 16 };

static unsigned dac_mode(const struct cirrus *c)
{
    if (!(c->hidden & 0x80))
        return DAC_PALETTE;
    return c->hidden & 0x40 ? c->hidden & 15u : DAC_555;
}

static unsigned depth(const struct cirrus *c)
{
    switch (c->sr[7] >> 1 & 7) {
    case 1: case 3: return dac_mode(c) == DAC_555 ? 15 : 16;
    case 2:  return 24;
    case 4:  return 32;
    default: return 8;
    }
}

/* Bytes that are colours themselves are a palette of their own. */
static void palette(const struct cirrus *c, const struct vga *v, uint32_t pal[256])
{
    unsigned mode = dac_mode(c);
    vga_palette(v, pal);
    if (mode != DAC_GREY && mode != DAC_332)
        return;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t r = i >> 5, g = i >> 2 & 7, b = i & 3;
        pal[i] = mode == DAC_GREY ? i * 0x010101 :
                 (r << 5 | r << 2 | r >> 1) << 16 | (g << 5 | g << 2 | g >> 1) << 8 | b * 0x55;
    }
}

/* A row that wraps at the end of memory is put together first. */
static void row(const struct cirrus *c, const uint32_t *pal, uint32_t at, uint32_t *px, unsigned w)
{
    const struct vga *v = c->vga;
    unsigned bpp = depth(c);
    uint32_t n = w * ((bpp + 7) / 8), mask = v->vram_size - 1;
    uint8_t whole[ROW_MAX];
    const uint8_t *p = v->vram + (at & mask);

    if (n > v->vram_size - (at & mask)) {
        for (uint32_t i = 0; i < n; i++)
            whole[i] = v->vram[(at + i) & mask];
        p = whole;
    }
    vga_pixels(bpp, pal, p, w, px);
}

/* Power management holds a sync signal, or the DAC is off: nothing on the monitor. */
static bool standby(const struct cirrus *c)
{
    return c->gr[0x0e] & 6 || dac_mode(c) == DAC_OFF;
}

static void blacken(struct surface *out)
{
    for (uint32_t y = 0; y < out->height; y++)
        memset(out->px + (size_t)y * out->stride, 0, out->width * sizeof *out->px);
}

static void packed_rows(const struct cirrus *c, vtime now, struct surface *out)
{
    const struct vga *v = c->vga;
    struct vga_replay r;
    bool replay = vga_replay_begin(&r, v, now);
    uint32_t pal[256], pitch = (v->cr[0x13] * 2u + v->more_pitch) * 4;
    uint32_t start = vga_start(v, now) * 4;
    unsigned compare = v->cr[0x18] | (v->cr[7] & 0x10u) << 4 | (v->cr[9] & 0x40u) << 3;
    unsigned interlaced = c->cr[0x1a] & 1, twice = interlaced + (v->cr[0x17] >> 2 & 1);
    unsigned lines = (v->cr[9] & 0x1fu) + 1;

    palette(c, replay ? &r.v : v, pal);
    for (unsigned y = 0; y < out->height; y++) {
        bool split = y >> twice > compare;
        unsigned scan = split ? y - ((compare + 1) << twice) : y;
        if (replay && vga_replay_line(&r, y >> interlaced))
            palette(c, &r.v, pal);
        if (v->cr[9] & 0x80)
            scan >>= 1;
        row(c, pal, (split ? 0 : start) + scan / lines * pitch, out->px + (size_t)y * out->stride,
            out->width);
    }
}

bool cirrus_draw(void *dev, vtime now, struct surface *out)
{
    struct cirrus *c = dev;
    const struct vga *v = c->vga;
    if (!cirrus_packed(c))
        return false;
    out->width = out->stride = (v->cr[1] + 1u) * 8;
    out->height = (uint32_t)vga_timing(v).show_lines << (c->cr[0x1a] & 1);   /* of a field */
    if (out->height > SURFACE_MAX_H)
        out->height = SURFACE_MAX_H;
    out->doubled = out->paired = false;
    if (!standby(c))
        packed_rows(c, now, out);
    cirrus_cursor(dev, out, 0, 0);
    return true;
}

static uint32_t rgb(const uint8_t *c)
{
    uint32_t v = (uint32_t)(c[0] & 63) << 16 | (uint32_t)(c[1] & 63) << 8 | (c[2] & 63u);
    return v << 2 | (v >> 4 & 0x030303);
}

/* Two planes: 00 nothing, 01 inverted, 10 background, 11 foreground (plane 1 first). The small
 * cursor has one plane after the other, the large one eight bytes of each in turn. */
void cirrus_cursor(void *dev, struct surface *out, unsigned x0, unsigned y0)
{
    const struct cirrus *c = dev;
    const struct vga *v = c->vga;
    bool large = c->sr[0x12] & 4;
    uint32_t base = v->vram_size - PATTERNS + (c->sr[0x13] & (large ? 0x3cu : 0x3fu)) * 256u;
    uint32_t ink[2] = { rgb(c->colours), rgb(c->colours + 45) };
    unsigned size = large ? 64 : 32, pitch = large ? 16 : 4, plane = large ? 8 : 128;
    unsigned left = c->cursor_x + x0, top = c->cursor_y + y0;

    if (standby(c))
        blacken(out);
    if (!(c->sr[0x12] & 1) || standby(c))
        return;
    for (unsigned y = 0; y < size && top + y < out->height; y++) {
        const uint8_t *p = v->vram + base + y * pitch;
        uint32_t *px = out->px + (size_t)(top + y) * out->stride;
        for (unsigned x = 0; x < size && left + x < out->width; x++) {
            unsigned s = 7 - (x & 7), a = p[x / 8] >> s & 1, b = p[plane + x / 8] >> s & 1;
            uint32_t *at = &px[left + x];
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
    const uint16_t at[] = { c->cursor_x, c->cursor_y, c->hidden, c->gr[0x0e] };
    hash = hash_bytes(hash_bytes(hash, c->sr, sizeof c->sr), c->cr, sizeof c->cr);
    return hash_bytes(hash_bytes(hash, at, sizeof at), c->colours, sizeof c->colours);
}

/* A split shows the beginning of memory, the cursor its end. */
void cirrus_shown(void *dev, vtime now, struct vga_span *s)
{
    const struct cirrus *c = dev;
    const struct vga *v = c->vga;
    uint64_t lines = (vga_timing(v).show_lines << (c->cr[0x1a] & 1)) + 1;
    uint64_t pitch = (v->cr[0x13] * 2u + v->more_pitch) * 4;
    uint64_t to = vga_start(v, now) * UINT64_C(4) + pitch * lines + ROW_MAX;

    if (!cirrus_packed(c) && !(c->sr[0x12] & 1))
        return;
    s->from = 0;
    s->len = c->sr[0x12] & 1 || to > v->vram_size ? v->vram_size : (uint32_t)to;
}
