/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: has anything changed that a picture shows?
 *
 * What the last picture was drawn from is kept: a hash of the registers that matter, with the
 * phases of blinking that can be seen, and a copy of the memory that is displayed. Comparing
 * memory costs a fraction of turning it into pixels, and finds whatever wrote it. In DISPI modes
 * it also tells which rows alone have to be turned.
 */
#include "devices/vga.h"

#define CHUNK 4096u

static uint64_t put(uint64_t h, const void *p, size_t n) { return hash_bytes(h, p, n); }

/* What is lit and dark by turns now, if there is such a thing. */
static unsigned phases(const struct vga *v, vtime now)
{
    uint64_t n = vga_frames(v, now);
    bool text = !vbe_on(v) && !(v->ar[0x10] & 1);
    unsigned p = text && !(v->cr[0x0a] & 0x20) ? (unsigned)(n >> 3 & 1) : 0;
    if (!vbe_linear(v) && v->ar[0x10] & 8)
        p |= (unsigned)(n >> 4 & 1) << 1;
    return p;
}

static uint64_t registers(const struct vga *v, vtime now)
{
    const uint16_t vbe[] = { v->vbe_xres, v->vbe_yres, v->vbe_bpp, v->vbe_enable, v->vbe_virt_w,
                             v->vbe_x, v->vbe_y };
    const uint8_t few[] = { v->misc, v->sr[0], v->sr[1], v->sr[3], v->sr[4] & 2, v->gr[5],
                            v->ar_index & 0x20, v->dac_mask, v->border,
                            (uint8_t)phases(v, now) };
    uint64_t h = put(put(HASH_SEED, vbe, sizeof vbe), few, sizeof few);
    h = put(put(put(h, v->cr, sizeof v->cr), v->ar, sizeof v->ar), v->dac, sizeof v->dac);
    h = hash_u64(hash_u64(h, vga_start(v, now)), v->more_pitch);
    return v->ext ? v->ext->look(v->ext_dev, h) : h;
}

/* The first 256 KB are all that a VGA's own modes can reach. */
static struct vga_span shown(const struct vga *v)
{
    uint32_t wide = (v->vbe_bpp + 7u) / 8;
    if (vbe_on(v) ? v->vbe_bpp == 4 : v->address_mask > 0xffff)
        return (struct vga_span){ 0, v->vram_size };
    if (!vbe_on(v))
        return (struct vga_span){ 0, 0x40000 };
    uint64_t from = (uint64_t)vbe_pitch(v) * v->vbe_y + v->vbe_x * wide;
    uint64_t to = from + (uint64_t)vbe_pitch(v) * (v->vbe_yres - 1u) + v->vbe_xres * wide;
    to = to < v->vram_size ? to : v->vram_size;
    return (struct vga_span){ (uint32_t)from, (uint32_t)(from < to ? to - from : 0) };
}

static void compare(const struct vga *v, struct vga_look *l, struct vga_span s)
{
    l->from = UINT32_MAX;
    l->to = 0;
    for (uint32_t at = s.from, end = s.from + s.len, n; at < end; at += n) {
        n = CHUNK - (at & (CHUNK - 1));
        n = n < end - at ? n : end - at;
        if (memcmp(l->vram + at, v->vram + at, n)) {
            memcpy(l->vram + at, v->vram + at, n);
            l->from = l->from < at ? l->from : at;
            l->to = at + n;
        }
    }
}

bool vga_look(const struct vga *v, vtime now, struct vga_look *l)
{
    struct vga_span s = shown(v);
    uint64_t key = registers(v, now);
    bool moving = vga_raster_active(v, now);

    l->whole = !l->known || moving || key != l->key;
    if (v->ext)
        v->ext->shown(v->ext_dev, now, &s);
    compare(v, l, s);
    l->key = key;
    l->known = !moving;                      /* the picture after the last moving one is another */
    return l->whole || l->to;
}
