/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The CL-GD5446: registers, memory views and write modes, BLTs beside a model that works pixel by
 * pixel, the picture and the cursor, state at random moments, and random traffic.
 */
#include "device_test.h"

#include "devices/cirrus_pci.h"

static struct sched sched;
struct card { struct vga vga; struct cirrus c; uint8_t vram[CIRRUS_VRAM]; };
static struct card a, b;
static struct card *now = &a;
static uint32_t pixels[SURFACE_MAX_W * SURFACE_MAX_H];

static void power(struct card *k)
{
    memset(k->vram, 0, sizeof k->vram);
    vga_init(&k->vga, &sched, k->vram, CIRRUS_VRAM);
    cirrus_init(&k->c, &k->vga);
    vga_class.reset(&k->vga, RESET_POWER);
    cirrus_class.reset(&k->c, RESET_POWER);
}
static void outb(unsigned port, unsigned v) { vga_ops.write(&now->vga, port - 0x3b0, v, 1); }
static unsigned inb(unsigned port) { return (unsigned)vga_ops.read(&now->vga, port - 0x3b0, 1); }
static void outi(unsigned port, unsigned i, unsigned v) { outb(port, i); outb(port + 1, v); }
static unsigned ini(unsigned port, unsigned i) { outb(port, i); return inb(port + 1); }
static void gr(unsigned i, unsigned v) { outi(0x3ce, i, v); }
static void sr(unsigned i, unsigned v) { outi(0x3c4, i, v); }
static void cr(unsigned i, unsigned v) { outi(0x3d4, i, v); }
static void hidden(unsigned v)
{
    inb(0x3c8);
    for (unsigned i = 0; i < 4; i++)
        inb(0x3c6);
    outb(0x3c6, v);
}
static void lfb(uint32_t at, uint32_t v, unsigned n) { cirrus_lfb_ops.write(&now->c, at, v, n); }
static uint32_t lfb_get(uint32_t at, unsigned n)
{
    return (uint32_t)cirrus_lfb_ops.read(&now->c, at, n);
}
static void window(uint32_t at, uint32_t v, unsigned n)
{
    vga_mem_ops.write(&now->vga, at - VGA_MEM_BASE, v, n);
}
static uint32_t window_get(uint32_t at, unsigned n)
{
    return (uint32_t)vga_mem_ops.read(&now->vga, at - VGA_MEM_BASE, n);
}

/* Unlocked, 8 bits a pixel, window at A0000. */
static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    now = &a;
    power(&a);
    outb(0x3c2, 0x67);
    sr(6, 0x12);
    sr(7, 0xf1);
    gr(6, 0x05);
}

START_TEST(key)
{
    sr(6, 0);
    ck_assert_uint_eq(ini(0x3c4, 6), 0x0f);
    sr(9, 0x55);
    gr(9, 0x55);
    cr(0x1b, 0x55);
    sr(6, 0xb2);                                 /* bits 7, 5 and 3 are not looked at */
    ck_assert_uint_eq(ini(0x3c4, 6), 0x12);
    ck_assert_uint_eq(ini(0x3c4, 9), 0);
    ck_assert_uint_eq(ini(0x3ce, 9), 0);
    ck_assert_uint_eq(ini(0x3d4, 0x1b), 0);
    sr(9, 0x55);
    ck_assert_uint_eq(ini(0x3c4, 9), 0x55);
    ck_assert_uint_eq(ini(0x3d4, 0x27), 0xb8);
    ck_assert_uint_eq(ini(0x3c4, 0x0f) & 0x98, 0x98);        /* 4 MB */
}
END_TEST

/* The monitor is on the pins of SR8: what is read there follows the clock. */
static unsigned wires(bool scl, bool sda)
{
    sr(8, 0x40u | scl | (unsigned)sda << 1);
    unsigned v = ini(0x3c4, 8);
    ck_assert(!(v & 4) == !scl);
    return v >> 7;
}

START_TEST(monitor)
{
    static const unsigned start[] = { 3, 1, 0 };
    unsigned v = 0;
    setup();
    ck_assert_uint_eq(wires(true, false), 0);
    for (unsigned i = 0; i < 3; i++)
        wires(start[i] & 1, start[i] & 2);
    for (unsigned i = 0; i < 9 + 16 + 2; i++) {      /* A1h, then two bytes that are acknowledged */
        bool out = i < 8 ? 0xa1 >> (7 - i) & 1 : i != 17 && i != 26;
        wires(false, out);
        v = v << 1 | wires(true, out);
        wires(false, out);
    }
    ck_assert_uint_eq(v & 0x7ffffff, 0xa1u << 19 | 0u << 18 | 0x00u << 10 | 0u << 9 | 0xffu << 1);
}
END_TEST

START_TEST(hidden_dac)
{
    outb(0x3c6, 0xff);
    hidden(0xe1);
    ck_assert_uint_eq(a.c.hidden, 0xe1);
    ck_assert_uint_eq(inb(0x3c6), 0xff);
    for (unsigned i = 0; i < 3; i++)
        inb(0x3c6);
    ck_assert_uint_eq(inb(0x3c6), 0xe1);
    ck_assert_uint_eq(inb(0x3c6), 0xff);
    inb(0x3c6);
    inb(0x3c8);                                  /* starts the count anew */
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(inb(0x3c6), 0xff);
}
END_TEST

START_TEST(cursor_colours)
{
    outb(0x3c8, 0x0f);
    for (unsigned i = 0; i < 3; i++)
        outb(0x3c9, 1 + i);
    sr(0x12, 2);
    outb(0x3c8, 0xff);                           /* only four bits count */
    for (unsigned i = 0; i < 3; i++)
        outb(0x3c9, 0x31 + i);
    outb(0x3c7, 0x0f);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(inb(0x3c9), 0x31 + i);
    sr(0x12, 0);
    outb(0x3c7, 0x0f);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(inb(0x3c9), 1 + i);
}
END_TEST

START_TEST(banks)
{
    gr(9, 0x10);                                 /* of 4 KB */
    window(0xa0005, 0x77, 1);
    ck_assert_uint_eq(a.vram[0x10005], 0x77);
    gr(0x0b, 0x20);                              /* of 16 KB */
    window(0xa0005, 0x78, 1);
    ck_assert_uint_eq(a.vram[0x40005], 0x78);
    gr(0x0b, 0x01);                              /* two windows of 32 KB */
    gr(0x0a, 0x30);
    window(0xa8006, 0x79, 1);
    ck_assert_uint_eq(a.vram[0x30006], 0x79);
    ck_assert_uint_eq(window_get(0xa8006, 1) & 0xff, 0x79);
    window(0xa7fff, 0x7a, 1);
    ck_assert_uint_eq(a.vram[0x17fff], 0x7a);
    gr(9, 0xff);
    gr(0x0b, 0x20);
    window(0xaffff, 0x7b, 1);                    /* wraps */
    ck_assert_uint_eq(a.vram[0x3fc000 + 0xffff - 0x400000], 0x7b);
}
END_TEST

START_TEST(frame_buffer_views)
{
    lfb(0x1000, 0x44332211, 4);
    ck_assert_uint_eq(lfb_get(0x1000, 4), 0x44332211);
    ck_assert_uint_eq(lfb_get(0x401000, 4), 0x33441122);
    ck_assert_uint_eq(lfb_get(0x401000, 2), 0x1122);
    ck_assert_uint_eq(lfb_get(0x401000, 1), 0x22);
    ck_assert_uint_eq(lfb_get(0x801000, 4), 0x11223344);
    ck_assert_uint_eq(lfb_get(0x801000, 2), 0x3344);
    ck_assert_uint_eq(lfb_get(0x801003, 1), 0x11);
    ck_assert_uint_eq(lfb_get(0xc01000, 4), 0x44332211);
    lfb(0x801004, 0x01020304, 4);
    ck_assert_uint_eq(lfb_get(0x1004, 4), 0x04030201);
    lfb(0x401008, 0x0102, 2);
    ck_assert_uint_eq(lfb_get(0x1008, 2), 0x0201);
}
END_TEST

START_TEST(write_modes)
{
    gr(0x0b, 0x06);                              /* extended, eight bytes an address */
    gr(5, 4);
    gr(1, 0xa5);
    gr(0, 0x5a);
    sr(2, 0xff);
    memset(a.vram, 0xee, 64);
    window(0xa0001, 0x81, 1);
    ck_assert_uint_eq(a.vram[8], 0xa5);
    ck_assert_uint_eq(a.vram[9], 0xee);
    ck_assert_uint_eq(a.vram[15], 0xa5);
    gr(5, 5);
    sr(2, 0x7f);                                 /* all but the first pixel */
    window(0xa0002, 0x40, 1);
    ck_assert_uint_eq(a.vram[16], 0xee);
    ck_assert_uint_eq(a.vram[17], 0xa5);
    ck_assert_uint_eq(a.vram[18], 0x5a);
    ck_assert_uint_eq(ini(0x3ce, 1), 0xa5);
    gr(0x0b, 0x0e);                              /* eight latches */
    gr(5, 1);
    window_get(0xa0001, 1);
    window(0xa0003, 0, 1);
    ck_assert_mem_eq(a.vram + 24, a.vram + 8, 8);
    ck_assert_uint_eq(cirrus_direct(&a.c), 0);
    gr(0x0b, 0);
    gr(5, 0x40);
    ck_assert_uint_eq(cirrus_direct(&a.c), CIRRUS_VRAM);
    ck_assert_uint_eq(ini(0x3ce, 1), 0x05);      /* four bits again */
    gr(0x0b, 0x14);                              /* pixels of 16 bits */
    gr(5, 4);
    gr(0x11, 0x99);
    gr(0x0b, 0x14);
    sr(2, 0xff);
    window(0xa0004, 0x80, 1);
    ck_assert_uint_eq(a.vram[64], 0xa5);
    ck_assert_uint_eq(a.vram[65], 0x99);
}
END_TEST

/* ---- BLTs ---- */

struct blt {
    uint32_t dst, src;
    unsigned width, height, dpitch, spitch, mode, ext, rop, skip, key, fg, bg;
};
static const uint8_t rops[16] = {
    0x00, 0x05, 0x06, 0x09, 0x0b, 0x0d, 0x0e, 0x50, 0x59, 0x6d, 0x90, 0x95, 0xad, 0xd0, 0xd6, 0xda
};

static unsigned rop(unsigned code, unsigned s, unsigned d)
{
    switch (code) {
    case 0x00: return 0;
    case 0x05: return s & d;
    case 0x06: return d;
    case 0x09: return s & ~d;
    case 0x0b: return ~d;
    case 0x0d: return s;
    case 0x0e: return 0xff;
    case 0x50: return ~s & d;
    case 0x59: return s ^ d;
    case 0x6d: return s | d;
    case 0x90: return ~(s | d);
    case 0x95: return ~(s ^ d);
    case 0xad: return s | ~d;
    case 0xd0: return ~s;
    case 0xd6: return ~s | d;
    default:   return ~(s & d);
    }
}

static void program(const struct blt *t, bool start)
{
    unsigned w = t->width - 1, h = t->height - 1;
    const unsigned v[][2] = {
        { 0x20, w }, { 0x21, w >> 8 }, { 0x22, h }, { 0x23, h >> 8 }, { 0x24, t->dpitch },
        { 0x25, t->dpitch >> 8 }, { 0x26, t->spitch }, { 0x27, t->spitch >> 8 }, { 0x28, t->dst },
        { 0x29, t->dst >> 8 }, { 0x2a, t->dst >> 16 }, { 0x2c, t->src }, { 0x2d, t->src >> 8 },
        { 0x2e, t->src >> 16 }, { 0x2f, t->skip }, { 0x30, t->mode }, { 0x32, t->rop },
        { 0x33, t->ext }, { 0x34, t->key }, { 0x35, t->key >> 8 }, { 0x0b, 4 }, { 1, t->fg },
        { 0x11, t->fg >> 8 }, { 0x13, t->fg >> 16 }, { 0x15, t->fg >> 24 }, { 0, t->bg },
        { 0x10, t->bg >> 8 }, { 0x12, t->bg >> 16 }, { 0x14, t->bg >> 24 },
    };
    for (unsigned i = 0; i < sizeof v / sizeof *v; i++)
        gr(v[i][0], v[i][1] & 0xff);
    if (start)
        gr(0x31, 2);
}

static void model_pixel(uint8_t *m, const struct blt *t, uint32_t at, unsigned bytes, uint32_t v)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t *p = &m[(at + i) & (CIRRUS_VRAM - 1)];
        *p = (uint8_t)rop(t->rop, v >> 8 * i & 0xff, *p);
    }
}

/* What the manual says of each pixel; 'cpu': what the processor sends, line after line. */
static void model(uint8_t *m, const struct blt *t, const uint8_t *cpu, unsigned cpu_line)
{
    unsigned bytes = (t->mode >> 4 & 3) + 1, n = t->width / bytes, first = 0;
    bool bits = t->mode & 0x80, tile = t->mode & 0x40, clear = t->mode & 8, back = t->mode & 1;
    bool solid = bits && tile && t->ext & 4;

    if (bits || tile)
        first = bytes == 3 ? (t->skip & 31) / 3 : t->skip & 7;
    for (unsigned y = 0; y < t->height; y++)
        for (unsigned x = first; x < n; x++) {
            uint32_t line = (back && !bits && !tile ? 0u - y * t->dpitch : y * t->dpitch);
            uint32_t to = t->dst + line + x * bytes, from, v = 0;
            if (back && !bits && !tile)
                to = t->dst + line - x * bytes - (bytes - 1);
            if (bits) {
                unsigned k = tile ? (x & 7) : x, row = (t->src + y) & 7;
                if (tile)
                    from = (t->src & ~7u) + row;
                else
                    from = t->src + y * ((n + 7) / 8) + k / 8;
                uint8_t by = cpu ? (tile ? cpu[row] : cpu[y * cpu_line + k / 8])
                                 : m[from & (CIRRUS_VRAM - 1)];
                bool on = by << (k & 7) & 0x80;
                if (solid)
                    v = t->fg;
                else if (clear && on == !!(t->ext & 2))
                    continue;
                else
                    v = clear ? (t->ext & 2 ? t->bg : t->fg) : on ? t->fg : t->bg;
                model_pixel(m, t, to, bytes, v);
                continue;
            }
            for (unsigned i = 0; i < bytes; i++) {
                unsigned row = (t->src + y) & 7, pitch = bytes == 3 ? 32 : 8 * bytes;
                uint32_t off = tile ? row * pitch + (x & 7) * bytes + i : x * bytes + i;
                if (tile)
                    from = (t->src & ~7u) + off;
                else if (back)
                    from = t->src - y * t->spitch - x * bytes - (bytes - 1) + i;
                else
                    from = t->src + y * t->spitch + off;
                uint8_t by = cpu ? cpu[tile ? off : y * cpu_line + off]
                                 : m[from & (CIRRUS_VRAM - 1)];
                v |= (uint32_t)by << 8 * i;
            }
            if (clear && bytes <= 2 && v == (bytes == 1 ? t->key & 0xff : t->key))
                continue;
            model_pixel(m, t, to, bytes, v);
        }
}

/* Source and destination do not overlap, but the destination may wrap. Whole pixels. */
static struct blt some_blt(struct dt_rng *r)
{
    struct blt t = { 0 };
    unsigned bytes;
    t.mode = dt_rand(r) & 0xf8;
    if (!dt_below(r, 3))
        t.mode &= 0x38;
    bytes = (t.mode >> 4 & 3) + 1;
    if (!(t.mode & 0xc0))
        t.mode |= dt_rand(r) & 1;
    t.width = bytes * (1 + dt_below(r, 60));
    t.height = 1 + dt_below(r, 12);
    t.dpitch = dt_below(r, 400);
    t.spitch = dt_below(r, 400);
    t.src = 0x100000 + dt_below(r, 0x1000);
    t.dst = 0x3ff000 + dt_below(r, 0x1000);
    if (t.mode & 1)
        t.dst = 0x2000 + dt_below(r, 0x1000);
    t.ext = dt_rand(r) & 7;
    t.rop = rops[dt_below(r, 16)];
    t.skip = dt_rand(r) & 0x1f;
    t.key = dt_below(r, 3) * 0x0101;
    t.fg = dt_rand(r);
    t.bg = dt_rand(r);
    return t;
}

static void noise(uint8_t *p, size_t n, struct dt_rng *r)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(dt_rand(r) & (dt_rand(r) & 1 ? 0xff : 1));
}

/* Some 12 lines of at most 400 bytes on either side of each place. */
static void fill(struct dt_rng *r)
{
    noise(a.vram, 0x8000, r);
    noise(a.vram + 0xfe000, 0x6000, r);
    noise(a.vram + 0x3fa000, 0x6000, r);
}

static void same_memory(const uint8_t *m, const struct blt *t)
{
    for (uint32_t i = 0; i < CIRRUS_VRAM; i++)
        if (m[i] != a.vram[i])
            ck_abort_msg("mode %02x ext %x rop %02x width %u skip %u: byte %x is %02x, not %02x",
                         t->mode, t->ext, t->rop, t->width, t->skip, i, a.vram[i], m[i]);
}

START_TEST(blts_in_memory)
{
    static uint8_t m[CIRRUS_VRAM];
    struct dt_rng r = dt_seed((uint64_t)_i);
    fill(&r);
    memcpy(m, a.vram, sizeof m);
    for (int i = 0; i < 60; i++) {
        struct blt t = some_blt(&r);
        model(m, &t, NULL, 0);
        program(&t, true);
        ck_assert_uint_eq(ini(0x3ce, 0x31), 0);
        if (i % 10 == 9)
            same_memory(m, &t);
    }
}
END_TEST

START_TEST(blts_from_the_processor)
{
    static uint8_t m[CIRRUS_VRAM], cpu[8192];
    struct dt_rng r = dt_seed((uint64_t)_i + 1000);
    fill(&r);
    memcpy(m, a.vram, sizeof m);
    for (int i = 0; i < 40; i++) {
        struct blt t = some_blt(&r);
        unsigned bytes = (t.mode >> 4 & 3) + 1, line = (t.width / bytes + 7) / 8, n;
        t.mode = (t.mode & ~1u) | 4;
        if ((t.mode & 0xc0) == 0xc0)
            t.ext &= 3;
        if (!(t.mode & 0x80))
            line = (t.width + 3) & ~3u;
        else if (t.ext & 1)
            line = (line + 3) & ~3u;
        n = line * t.height;
        if (t.mode & 0x40)
            n = t.mode & 0x80 ? 8 : bytes == 3 ? 256 : 64 * bytes;
        noise(cpu, sizeof cpu, &r);
        model(m, &t, cpu, line);
        program(&t, true);
        for (unsigned at = 0; at < n;) {
            unsigned size = 1u << dt_below(&r, 3);
            ck_assert_uint_eq(ini(0x3ce, 0x31) & 9, 9);
            if (dt_rand(&r) & 1)
                lfb(dt_below(&r, 0x100000) * 4, load_le32(cpu + at), size);
            else
                window(0xa0000 + dt_below(&r, 0x4000) * 4, load_le32(cpu + at), size);
            at += size;
        }
        ck_assert_uint_eq(ini(0x3ce, 0x31), 0);
        if (i % 10 == 9)
            same_memory(m, &t);
    }
}
END_TEST

START_TEST(overlapping_copies)
{
    struct blt t = { .dst = 0x1001, .src = 0x1000, .width = 16, .height = 1, .rop = 0x0d };
    for (unsigned i = 0; i < 32; i++)
        a.vram[0x1000 + i] = (uint8_t)i;
    t.mode = 1;
    t.dst += 15;
    t.src += 15;
    program(&t, true);                           /* backward: shifted */
    for (unsigned i = 1; i < 17; i++)
        ck_assert_uint_eq(a.vram[0x1000 + i], i - 1);
    t = (struct blt){ .dst = 0x1001, .src = 0x1000, .width = 16, .height = 1, .rop = 0x0d };
    a.vram[0x1000] = 0x42;
    program(&t, true);                           /* forward: the first byte spreads */
    for (unsigned i = 0; i < 17; i++)
        ck_assert_uint_eq(a.vram[0x1000 + i], 0x42);
}
END_TEST

START_TEST(largest_blts_end)
{
    struct blt t = { .dst = 0x3fffff, .src = 0x3ffffe, .width = 8192, .height = 2048,
                     .dpitch = 0x1fff, .spitch = 0x1fff, .rop = 0x59 };
    static const uint8_t modes[] = { 0x00, 0x01, 0x80, 0x40, 0xb8, 0xf0, 0x02 };
    t.mode = modes[_i];
    program(&t, true);
    ck_assert_uint_eq(ini(0x3ce, 0x31), 0);
}
END_TEST

START_TEST(autostart_registers_in_memory_and_reset)
{
    struct blt t = { .dst = 0x5000, .src = 0, .width = 4, .height = 1, .rop = 0x0d, .mode = 0xc0,
                     .ext = 4, .fg = 0x77 };
    program(&t, false);
    sr(0x17, 0x24);                              /* at B8000 */
    window(0xb8040, 0x80, 1);
    ck_assert_uint_eq(a.vram[0x5000], 0);
    window(0xb8010, 0x5008, 2);
    window(0xb8012, 0, 1);                       /* GR2A starts */
    ck_assert_mem_eq(a.vram + 0x5008, "\x77\x77\x77\x77\0", 5);
    ck_assert_uint_eq(window_get(0xb801a, 1) & 0xff, 0x0d);
    sr(0x17, 0x64);                              /* at the end of the frame buffer */
    ck_assert_uint_eq(lfb_get(0x3fff1a, 1), 0x0d);
    ck_assert_uint_eq(cirrus_direct(&a.c), 0x3ff000);
    lfb(0x3fff10, 0x6000, 4);
    ck_assert_mem_eq(a.vram + 0x6000, "\x77\x77\x77\x77\0", 5);
    cirrus_mmio_ops.write(&a.c, 0x118, 0x04, 1);
    cirrus_mmio_ops.write(&a.c, 0x11b, 0, 1);
    cirrus_mmio_ops.write(&a.c, 0x140, 2, 1);
    ck_assert_uint_eq(cirrus_mmio_ops.read(&a.c, 0x140, 1) & 1, 1);
    ck_assert_uint_eq(cirrus_direct(&a.c), 0);
    cirrus_mmio_ops.write(&a.c, 0x140, 4, 1);
    ck_assert_uint_eq(cirrus_mmio_ops.read(&a.c, 0x140, 1) & 3, 0);
    cirrus_mmio_ops.write(&a.c, 4, 0x1f, 1);     /* VGA ports from 3C0 on */
    ck_assert_uint_eq(cirrus_mmio_ops.read(&a.c, 5, 1), 0x1c);
}
END_TEST

/* ---- the picture ---- */

static struct surface draw(void)
{
    struct surface s = { .px = pixels };
    vga_draw(&now->vga, sched.now + UINT64_C(100000000), &s);    /* the start has been taken over */
    return s;
}

/* 64 by 16 dots; pitch 512 bytes, start 0x40000 * 4 + 16. */
static void small_mode(unsigned sr7, unsigned dac)
{
    inb(0x3da);
    outb(0x3c0, 0x20);
    sr(7, sr7);
    hidden(dac);
    cr(0x11, 0);
    cr(1, 7);
    cr(0x12, 15);
    cr(7, 0);
    cr(9, 0x40);
    cr(0x18, 0xff);
    cr(7, 0x10);
    cr(0x13, 0x40);
    cr(0x17, 0xe3);
    cr(0x0c, 0);
    cr(0x0d, 4);
    cr(0x1b, 0x08);                              /* start bit 18 */
    outb(0x3c6, 0xff);
}

START_TEST(packed_pictures)
{
    static const struct { unsigned sr7, dac, at; uint32_t raw, want; } t[] = {
        { 0xf1, 0x00, 3, 0x07, 0x82c310 }, { 0xf7, 0xc1, 6, 0xf81f, 0xff00ff },
        { 0xf7, 0xf0, 6, 0x7c1f, 0xff00ff }, { 0xf3, 0xc1, 6, 0x07e0, 0x00ff00 },
        { 0xf5, 0xc5, 9, 0x123456, 0x123456 }, { 0xf9, 0xc5, 12, 0xff123456, 0x123456 },
        { 0xf1, 0xc8, 3, 0x5a, 0x5a5a5a }, { 0xf1, 0xc9, 3, 0xa6, 0xb624aa },
        { 0xf7, 0xc0, 6, 0xfc1f, 0xff00ff }, { 0xf7, 0xc6, 6, 0xffff, 0 },
    };
    uint32_t base = 0x40000 * 4 + 16;
    struct surface s;
    small_mode(t[_i].sr7, t[_i].dac);
    outb(0x3c8, 7);
    outb(0x3c9, 0x20);
    outb(0x3c9, 0x30);
    outb(0x3c9, 0x04);
    store_le(a.vram + base + 512 * 2 + t[_i].at, t[_i].raw, 4);
    s = draw();
    ck_assert_uint_eq(s.width, 64);
    ck_assert_uint_eq(s.height, 16);
    ck_assert_uint_eq(pixels[2 * s.stride + 3], t[_i].want);
    cr(0x1b, 0x18);                              /* pitch bit 8 */
    store_le(a.vram + base + (512 + 2048) * 2 + t[_i].at, t[_i].raw, 4);
    pixels[2 * s.stride + 3] = 1;
    s = draw();
    ck_assert_uint_eq(pixels[2 * s.stride + 3], t[_i].want);
}
END_TEST

START_TEST(line_compare)
{
    struct surface s;
    small_mode(0xf9, 0xc5);
    cr(7, 0);
    cr(9, 0);
    cr(0x18, 9);
    store_le32(a.vram, 0x00abcdef);
    s = draw();
    ck_assert_uint_eq(pixels[9 * s.stride], 0);
    ck_assert_uint_eq(pixels[10 * s.stride], 0xabcdef);
}
END_TEST

/* The whole address waits for the retrace, and palettes follow the beam. */
START_TEST(the_beam_in_packed_modes)
{
    struct surface s = { .px = pixels };
    small_mode(0xf1, 0);
    cr(0, 0x3f), cr(6, 0x20), cr(0x10, 0x11), cr(0x11, 0x03);
    struct vga_timing t = vga_timing(&a.vga);
    vtime line = clk_when(t.dot, t.line_dots), frame = clk_when(t.dot, t.line_dots * t.lines);
    a.vram[0x40000 * 4 + 16] = 1;
    a.vram[0x80000 + 16] = 2;
    outb(0x3c8, 0);
    for (unsigned i = 0; i < 9; i++)             /* entry i is grey i */
        outb(0x3c9, i / 3);
    sched.now = 10 * frame + 2 * line;
    cr(0x1b, 2);
    cr(0x1d, 0);
    cr(0x0c, 0x02), cr(0x1b, 0);                 /* 0x204 * 4 */
    a.vram[0x204 * 4] = 2;
    vga_draw(&a.vga, sched.now + line, &s);
    ck_assert_uint_eq(pixels[0], 0x040404);
    vga_draw(&a.vga, sched.now + frame, &s);
    ck_assert_uint_eq(pixels[0], 0x080808);
    for (unsigned n = 12; n < 16; n++)
        for (unsigned y = 4; y <= 8; y += 4) {
            sched.now = n * frame + y * line;
            outb(0x3c8, 0);
            for (unsigned i = 0; i < 3; i++)
                outb(0x3c9, y);
        }
    vga_draw(&a.vga, sched.now + frame - 6 * line, &s);
    ck_assert(pixels[3 * s.stride + 1] == 0x202020 && pixels[6 * s.stride + 1] == 0x101010);
    ck_assert_uint_eq(pixels[10 * s.stride + 1], 0x202020);
}
END_TEST

/* 200 characters and 700 lines, of which 100 and 300 are shown; planes all set. CR1B bit 7 lets
 * CR1A tell where blanking ends, bit 5 that it is there where nothing is displayed. */
START_TEST(blanking)
{
    struct surface s;
    small_mode(0xf0, 0);
    memset(a.vram, 0xff, sizeof a.vram);
    memset(a.vga.dac, 0x3f, sizeof a.vga.dac);
    sr(0, 3), sr(1, 1), sr(4, 6);
    inb(0x3da), outb(0x3c0, 0x30), outb(0x3c0, 1);
    outb(0x3c0, 0x31), outb(0x3c0, 1);
    cr(0, 195), cr(1, 99), cr(2, 19), cr(3, 0x80 | 159 % 32), cr(4, 110), cr(5, 20);
    cr(6, 698 & 255), cr(7, 0x33), cr(9, 0x40), cr(0x10, 350 & 255), cr(0x11, 2);
    cr(0x12, 299 & 255), cr(0x15, 19), cr(0x16, 550 & 255);
    s = draw();
    ck_assert_uint_eq(pixels[0], 0xffffff);      /* the border */
    ck_assert_uint_gt(s.width, 800);
    struct vga_border edge = vga_border(&a.vga);
    uint32_t *in = pixels + edge.top * s.stride + edge.left * 8;
    ck_assert_uint_eq(in[19 * s.stride], 0xffffff);
    ck_assert_uint_eq(in[20 * s.stride], 0);     /* up to line 38, whose low byte is that of 550 */
    ck_assert_uint_eq(in[39 * s.stride], 0xffffff);
    ck_assert(in[20 * 8 - 1] == 0xffffff && in[20 * 8] == 0 && in[32 * 8] == 0xffffff);
    cr(0x1b, 0x88);
    cr(0x1a, 0x80 | (159 & 0xc0) >> 2);
    s = draw();
    edge = vga_border(&a.vga);
    in = pixels + edge.top * s.stride + edge.left * 8;
    ck_assert(in[20 * s.stride] == 0 && in[299 * s.stride] == 0);
    ck_assert(in[20 * 8 - 1] == 0xffffff && in[20 * 8] == 0 && in[99 * 8] == 0);
    cr(0x1b, 0x28);
    s = draw();
    ck_assert(s.width == 800 && s.height == 300);
    for (unsigned y = 0; y < 300; y++)
        for (unsigned x = 0; x < 800; x++)
            ck_assert_uint_eq(pixels[y * s.stride + x], 0xffffff);
}
END_TEST

START_TEST(standby)
{
    struct surface s;
    small_mode(0xf9, 0xc5);
    memset(a.vram, 0xff, sizeof a.vram);
    s = draw();
    ck_assert_uint_eq(pixels[5 * s.stride + 5], 0xffffff);
    gr(0x0e, 0x02);                              /* HSYNC stands still */
    s = draw();
    ck_assert_uint_eq(pixels[5 * s.stride + 5], 0);
    gr(0x0e, 0);
    s = draw();
    ck_assert_uint_eq(pixels[5 * s.stride + 5], 0xffffff);
    sr(0x17, 0xff);
    ck_assert_uint_eq(ini(0x3c4, 0x17), 0xe7);   /* the bus cannot be chosen */
}
END_TEST

/* 640x480 with VCLK 3 at 14.31818 MHz * 0x42 / 0x0e / 2: 33.75 MHz, 832 by 520 dots. */
START_TEST(refresh_rate)
{
    small_mode(0xf1, 0);
    cr(0, 0x63), cr(1, 0x4f), cr(6, 0x06), cr(7, 0x3e), cr(0x12, 0xdf), cr(0x10, 0xea);
    outb(0x3c2, 0x2f);
    sr(1, 1);
    sr(0x0e, 0x42);
    sr(0x1e, 0x1c | 1);
    struct vga_timing t = vga_timing(&a.vga);
    double mhz = t.dot.num * 1e3 / t.dot.den, hz = mhz * 1e6 / (double)(t.line_dots * t.lines);
    ck_assert_msg(mhz > 33.74 && mhz < 33.76 && hz > 77.9 && hz < 78.1, "%f MHz, %f Hz", mhz, hz);
    unsigned frames = 0;
    for (bool was = false, is; sched.now < 1000000000; sched.now += 20000, was = is) {
        is = inb(0x3da) & 8;
        frames += is && !was;
    }
    ck_assert(frames == 77 || frames == 78);
}
END_TEST

START_TEST(cursor)
{
    uint32_t at = CIRRUS_VRAM - 0x4000;
    struct surface s;
    small_mode(0xf9, 0xc5);
    memset(a.vram + 0x100000, 0x10, 0x10000);
    sr(0x12, 2);
    outb(0x3c8, 0);
    outb(0x3c9, 63), outb(0x3c9, 0), outb(0x3c9, 0);
    outb(0x3c8, 15);
    outb(0x3c9, 0), outb(0x3c9, 63), outb(0x3c9, 0);
    sr(0x13, 5);
    at += 5 * 256;
    a.vram[at + 4] = 0x50;                       /* second line: 00 01 10 11 */
    a.vram[at + 4 + 128] = 0x30;
    outi(0x3c4, 0x10 | 3 << 5, 1);               /* x 11 */
    outi(0x3c4, 0x11 | 2 << 5, 0);               /* y 2 */
    sr(0x12, 1);
    s = draw();
    ck_assert_uint_eq(pixels[3 * s.stride + 11], 0x101010);
    ck_assert_uint_eq(pixels[3 * s.stride + 12], 0xefefef);
    ck_assert_uint_eq(pixels[3 * s.stride + 13], 0xff0000);
    ck_assert_uint_eq(pixels[3 * s.stride + 14], 0x00ff00);
    sr(0x12, 5);                                 /* 64 by 64: the pattern's number ends in 00 */
    at = CIRRUS_VRAM - 0x4000 + 4 * 256;
    memset(a.vram + at, 0, 1024);
    a.vram[at + 16 + 8] = 0x80;
    s = draw();
    ck_assert_uint_eq(pixels[3 * s.stride + 11], 0xff0000);
    outi(0x3c4, 0xf0, 0xff);                     /* beyond the edge */
    outi(0x3c4, 0xf1, 0xff);
    draw();
}
END_TEST

/* ---- state ---- */

static void traffic(struct dt_rng *r)
{
    uint32_t x = dt_rand(r), y = dt_rand(r);
    unsigned size = 1u << x % 3;
    switch (x >> 4 & 15) {
    case 0: case 1: outb(0x3c4 + (x >> 8 & 1), y & 0xff); break;
    case 2: case 3: case 4: gr(y >> 8 & 0x3f, y & 0xff); break;
    case 5: cr(y >> 8 & 0x3f, y & 0xff); break;
    case 6: sr(y >> 8 & 0xff, y & 0xff); break;
    case 7: outb(0x3c0 + (x >> 8 & 15), y & 0xff); break;
    case 8: inb(0x3b0 + (x >> 8) % 0x30); break;
    case 9: lfb(y & 0xffffff, x, size); break;
    case 10: lfb_get(y & 0xffffff, size); break;
    case 11: window(VGA_MEM_BASE + (y & 0x1fffc), x, size); break;
    case 12: window_get(VGA_MEM_BASE + (y & 0x1fffc), size); break;
    case 13: cirrus_mmio_ops.write(&now->c, y & 0x1ff, x >> 8 & 0xff, 1); break;
    case 14: sr(6, 0x12); break;
    default: gr(0x23, 0); break;                 /* keep BLTs short */
    }
}

START_TEST(saved_and_loaded_cards_agree)
{
    struct dt_rng r = dt_seed((uint64_t)_i), same;
    power(&b);
    for (int i = 0; i < 3000; i++)
        traffic(&r);
    draw();
    dt_copy(&vga_class, &a.vga, &b.vga);
    dt_copy(&cirrus_class, &a.c, &b.c);
    memcpy(b.vram, a.vram, CIRRUS_VRAM);
    same = r;
    for (int i = 0; i < 1000; i++)
        traffic(&r);
    now = &b;
    for (int i = 0; i < 1000; i++)
        traffic(&same);
    draw();
    dt_same(&vga_class, &a.vga, &b.vga);
    dt_same(&cirrus_class, &a.c, &b.c);
    ck_assert(!memcmp(a.vram, b.vram, CIRRUS_VRAM));
    ck_assert_uint_eq(cirrus_direct(&a.c), cirrus_direct(&b.c));
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct dt_rng r = dt_seed(x);
    now = &b;
    gr(0x23, 0);
    traffic(&r);
}

START_TEST(hostile_state)
{
    struct dt_rng r = dt_seed(7);
    struct blt t = some_blt(&r);
    t.mode = 4;
    power(&b);
    program(&t, true);
    lfb(0, 0, 1);
    dt_covers(&cirrus_class, sizeof(struct cirrus));
    dt_covers(&cirrus_pci_class, sizeof(struct cirrus_pci));
    dt_hostile(&cirrus_class, &a.c, &b.c, NULL, poke, NULL);
    now = &b;
    draw();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cirrus");
    TCase *t = tcase_create("cirrus");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, key);
    tcase_add_test(t, monitor);
    tcase_add_test(t, hidden_dac);
    tcase_add_test(t, cursor_colours);
    tcase_add_test(t, banks);
    tcase_add_test(t, frame_buffer_views);
    tcase_add_test(t, write_modes);
    tcase_add_loop_test(t, blts_in_memory, 0, 8);
    tcase_add_loop_test(t, blts_from_the_processor, 0, 8);
    tcase_add_test(t, overlapping_copies);
    tcase_add_loop_test(t, largest_blts_end, 0, 7);
    tcase_add_test(t, autostart_registers_in_memory_and_reset);
    tcase_add_loop_test(t, packed_pictures, 0, 10);
    tcase_add_test(t, line_compare);
    tcase_add_test(t, the_beam_in_packed_modes);
    tcase_add_test(t, blanking);
    tcase_add_test(t, standby);
    tcase_add_test(t, refresh_rate);
    tcase_add_test(t, cursor);
    tcase_add_loop_test(t, saved_and_loaded_cards_agree, 0, 6);
    tcase_add_test(t, hostile_state);
    suite_add_tcase(s, t);
    return dt_run(s);
}
