/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The CL-GD5446's window and frame buffer in packed modes beside a model that moves one byte at a
 * time, and its extension registers beside a table of what can be read back, under random stimuli.
 */
#include "device_test.h"

#include "devices/cirrus.h"

static struct sched sched;
static struct vga vga;
static struct cirrus chip;
static uint8_t vram[CIRRUS_VRAM], mem[CIRRUS_VRAM], latch[8];

static void outb(unsigned port, unsigned v) { vga_ops.write(&vga, port - 0x3b0, v & 0xff, 1); }
static unsigned inb(unsigned port) { return (unsigned)vga_ops.read(&vga, port - 0x3b0, 1); }
static void outi(unsigned port, unsigned i, unsigned v) { outb(port, i); outb(port + 1, v); }
static unsigned ini(unsigned port, unsigned i) { outb(port, i); return inb(port + 1); }

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    memset(vram, 0, sizeof vram);
    memset(mem, 0, sizeof mem);
    memset(latch, 0, sizeof latch);
    vga_init(&vga, &sched, vram, CIRRUS_VRAM);
    cirrus_init(&chip, &vga);
    vga_class.reset(&vga, RESET_POWER);
    cirrus_class.reset(&chip, RESET_POWER);
    outb(0x3c2, 0x67);
}

/* ---- memory ---- */

static unsigned grb, gr9, gra, gr5, ink[4], mask;    /* ink: GR0, GR1, GR10, GR11 */

static void settings(struct dt_rng *r)
{
    grb = dt_rand(r) & 0x37;
    gr9 = dt_rand(r) >> 8 & 0xff;
    gra = dt_rand(r) >> 8 & 0xff;
    gr5 = dt_below(r, 3) ? dt_rand(r) >> 8 & (grb & 4 ? 5 : 1) : 0;
    mask = dt_rand(r) & 1 ? 0xff : dt_rand(r) >> 8 & 0xff;
    outi(0x3ce, 0x0b, grb | 4);
    outi(0x3c4, 2, mask);
    for (unsigned i = 0; i < 4; i++) {
        ink[i] = dt_rand(r) >> 8 & 0xff;
        outi(0x3ce, i & 1 ? (i & 2 ? 0x11 : 1) : i & 2 ? 0x10 : 0, ink[i]);
    }
    outi(0x3ce, 9, gr9);
    outi(0x3ce, 0x0a, gra);
    outi(0x3ce, 5, gr5);
    outi(0x3ce, 0x0b, grb);
}

/* The place of a byte of the 64 KB window: a bank of 4 or 16 KB steps is added, of the upper half
 * another one if there are two. */
static uint32_t banked(uint32_t a)
{
    uint32_t step = grb & 0x20 ? 16384 : 4096;
    if (grb & 1 && a >= 32768)
        return a - 32768 + gra * step;
    return a + gr9 * step;
}

static uint32_t placed(uint32_t a)
{
    if (grb & 0x10 && grb & 4)
        a *= 16;
    else if (grb & 2)
        a *= 8;
    return a % CIRRUS_VRAM;
}

static uint8_t model_read(uint32_t a)
{
    a = placed(a);
    if (gr5 == 1)
        for (unsigned i = 0; i < 8; i++)
            latch[i] = mem[a / 8 * 8 + i];
    return mem[a];
}

static void model_write(uint32_t a, unsigned val)
{
    a = placed(a);
    switch (gr5) {
    case 0:
        mem[a] = (uint8_t)val;
        break;
    case 1:
        for (unsigned i = 0; i < 8; i++)
            if (grb & 0x12 || i == a % 8)
                mem[a / 8 * 8 + i] = latch[i];
        break;
    default:
        for (unsigned i = 0; i < 8; i++) {
            unsigned fg = val >> (7 - i) & 1, wide = grb & 0x10 ? 2 : 1;
            if (!(mask >> (7 - i) & 1) || (gr5 == 4 && !fg))
                continue;
            for (unsigned k = 0; k < wide; k++)
                mem[(a + i * wide + k) % CIRRUS_VRAM] = (uint8_t)ink[2 * k + fg];
        }
    }
}

static uint32_t some_place(struct dt_rng *r, uint32_t size)
{
    return (dt_rand(r) & 1 ? dt_below(r, 64) : dt_below(r, size)) & ~3u;
}

static void access_window(struct dt_rng *r)
{
    unsigned size = 1u << dt_below(r, 3);
    uint32_t a = some_place(r, 65536) + dt_below(r, 5 - size), val = dt_rand(r), want = 0;
    if (dt_rand(r) & 1) {
        vga_mem_ops.write(&vga, a, val, size);
        for (unsigned i = 0; i < size; i++)
            model_write(banked(a + i), val >> 8 * i & 0xff);
        return;
    }
    val = (uint32_t)vga_mem_ops.read(&vga, a, size);
    for (unsigned i = 0; i < size; i++)
        want |= (uint32_t)model_read(banked(a + i)) << 8 * i;
    ck_assert_uint_eq(val & UINT32_MAX >> (32 - 8 * size), want);
}

/* Four views: as it is, bytes of words and of double words the other way round, as it is. */
static void access_frame_buffer(struct dt_rng *r)
{
    static const unsigned turn[4] = { 0, 1, 3, 0 };
    unsigned size = 1u << dt_below(r, 3), view = dt_below(r, 4), swap = turn[view];
    uint32_t a = some_place(r, CIRRUS_VRAM) + (dt_below(r, 4) & ~(size - 1)), val = dt_rand(r);
    uint32_t low = a ^ (swap & ~(size - 1)), want = 0;           /* the lowest byte touched */
    if (dt_rand(r) & 1) {
        cirrus_lfb_ops.write(&chip, view << 22 | a, val, size);
        for (unsigned i = 0; i < size; i++)
            model_write(low + i, val >> 8 * (i ^ (swap & (size - 1))) & 0xff);
        return;
    }
    val = (uint32_t)cirrus_lfb_ops.read(&chip, view << 22 | a, size);
    for (unsigned i = 0; i < size; i++)
        want |= (uint32_t)model_read(low + i) << 8 * (i ^ (swap & (size - 1)));
    ck_assert_uint_eq(val & UINT32_MAX >> (32 - 8 * size), want);
}

START_TEST(memory_agrees_with_the_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    outi(0x3c4, 6, 0x12);
    outi(0x3c4, 7, 0xf1);
    outi(0x3ce, 6, 0x05);
    for (int n = 0; n < 20000; n++) {
        if (n % 20 == 0)
            settings(&r);
        if (dt_rand(&r) & 1)
            access_window(&r);
        else
            access_frame_buffer(&r);
    }
    ck_assert(!memcmp(mem, vram, sizeof mem));
}
END_TEST

/* ---- registers ---- */

struct file { unsigned port, first, count; uint8_t is[64]; };

/* What a write of val to register i makes of it. */
static uint8_t kept(const struct file *f, unsigned i, unsigned val)
{
    static const uint8_t blt[32] = {
        0xff, 0x1f, 0xff, 0x07, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0xff, 0x3f, 0, 0xff, 0xff, 0x3f, 0x7f
    };
    if (f->port == 0x3c4 && i == 0x17)           /* the bus */
        return (uint8_t)((val & 0xc7) | 0x20);
    if (f->port == 0x3ce && i >= 0x20)
        return (uint8_t)(val & (i < 0x30 ? blt[i - 0x20] : i == 0x33 ? 0x1f : 0xff));
    return (uint8_t)val;
}

/* Read-only, or with a meaning that other tests look at. */
static bool special(const struct file *f, unsigned i)
{
    if (f->port == 0x3d4)
        return i == 0x22 || (i >= 0x24 && i <= 0x27);
    return f->port == 0x3c4 ? i == 6 || i == 8 : i == 0x31 || i == 0x2a;
}

START_TEST(registers_read_back)
{
    struct file files[3] = { { 0x3c4, 6, 26, { 0 } }, { 0x3ce, 9, 55, { 0 } },
                             { 0x3d4, 0x19, 39, { 0 } } };
    struct dt_rng r = dt_seed((uint64_t)_i);
    bool open = false;
    for (unsigned k = 0; k < 3; k++)
        for (unsigned i = files[k].first; i < files[k].first + files[k].count; i++)
            files[k].is[i] = (uint8_t)ini(files[k].port, i);
    for (int n = 0; n < 20000; n++) {
        struct file *f = &files[dt_below(&r, 3)];
        unsigned i = f->first + dt_below(&r, f->count), val = dt_rand(&r) >> 8 & 0xff;
        if (n % 50 == 0) {
            open = dt_below(&r, 3);
            outi(0x3c4, 6, open ? 0x12 | (val & 0xe8) : 0);
            ck_assert_uint_eq(ini(0x3c4, 6), open ? 0x12 : 0x0f);
        }
        if (special(f, i))
            continue;
        if (dt_rand(&r) & 1) {
            outi(f->port, i, val);
            if (open)
                f->is[i] = kept(f, i, val);
        }
        ck_assert_msg(ini(f->port, i) == f->is[i], "%x index %02x: %02x, not %02x", f->port, i,
                      ini(f->port, i), f->is[i]);
    }
    static const unsigned fixed[][2] = { { 0x25, 0x45 }, { 0x27, 0xb8 } };
    for (unsigned i = 0; i < 2; i++) {
        outi(0x3d4, fixed[i][0], 0);
        ck_assert_uint_eq(ini(0x3d4, fixed[i][0]), fixed[i][1]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cirrus_memory");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, memory_agrees_with_the_model, 0, 8);
    tcase_add_loop_test(t, registers_read_back, 0, 4);
    suite_add_tcase(s, t);
    return dt_run(s);
}
