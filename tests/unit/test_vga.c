/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The VGA: registers by their documented behaviour, the memory path against a plane-by-plane model
 * with random stimuli, small scenes pixel by pixel, and state.
 */
#include "vga_rig.h"

START_TEST(registers_read_back)
{
    outi(0x3c4, 2, 0xff);
    ck_assert_uint_eq(inb(0x3c5), 0x0f);
    outi(0x3ce, 8, 0xa5);
    ck_assert_uint_eq(inb(0x3cf), 0xa5);
    outi(0x3d4, 0x0f, 0x5a);
    ck_assert_uint_eq(inb(0x3d5), 0x5a);
    ck_assert_uint_eq(inb(0x3b5), 0xff);         /* the monochrome address is silent */
    outb(0x3c2, 0x66);
    ck_assert_uint_eq(inb(0x3b5), 0x5a);
    ck_assert_uint_eq(inb(0x3d5), 0xff);
    ck_assert_uint_eq(inb(0x3cc), 0x66);
}
END_TEST

START_TEST(attribute_flip_flop)
{
    attr(5, 0x2a);
    outb(0x3c0, 5);
    ck_assert_uint_eq(inb(0x3c1), 0x2a);
    outb(0x3c0, 0x11);                           /* data: the index was written before */
    ck_assert_uint_eq(inb(0x3c1), 0x11);
    outb(0x3c0, 0x06);
    inb(0x3da);                                  /* resets the flip-flop */
    outb(0x3c0, 0x25);
    ck_assert_uint_eq(inb(0x3c0), 0x25);
    ck_assert_uint_eq(inb(0x3c1), 0x11);
}
END_TEST

START_TEST(crtc_protection)
{
    outi(0x3d4, 0, 0x11);
    outi(0x3d4, 7, 0x00);
    outi(0x3d4, 0x11, 0x80);
    outi(0x3d4, 0, 0x22);
    outi(0x3d4, 7, 0xff);
    ck_assert_uint_eq(inb(0x3d5), 0x10);
    outb(0x3d4, 0);
    ck_assert_uint_eq(inb(0x3d5), 0x11);
}
END_TEST

START_TEST(dac_entries_are_atomic_and_advance)
{
    outb(0x3c8, 7);
    ck_assert_uint_eq(inb(0x3c7), 0);
    outb(0x3c9, 1);
    outb(0x3c9, 2);
    outb(0x3c7, 7);
    ck_assert_uint_eq(inb(0x3c7), 3);
    ck_assert_uint_eq(inb(0x3c9), 0);            /* two components change nothing */
    outb(0x3c8, 7);
    for (unsigned i = 1; i <= 6; i++)
        outb(0x3c9, 0xc0 | i);
    outb(0x3c7, 7);
    for (unsigned i = 1; i <= 6; i++)
        ck_assert_uint_eq(inb(0x3c9), i);
    ck_assert_uint_eq(inb(0x3c8), 10);           /* it is an entry ahead */
    dispi(4, VBE_8BIT_DAC);
    outb(0x3c8, 9);
    for (unsigned i = 0; i < 3; i++)
        outb(0x3c9, 0xfe);
    outb(0x3c7, 9);
    ck_assert_uint_eq(inb(0x3c9), 0xfe);
}
END_TEST

/* 720x400 at 28.322 MHz: 449 lines of 900 dots, 70.09 Hz. */
START_TEST(status_follows_the_beam)
{
    const struct clk dot = { 14161, 500000 };
    set_mode(&TEXT80);
    struct { uint64_t line, col; unsigned want; } at[] = {
        { 0, 0, 0 }, { 0, 719, 0 }, { 0, 720, 1 }, { 399, 0, 0 }, { 400, 0, 1 }, { 411, 0, 1 },
        { 412, 0, 9 }, { 413, 899, 9 }, { 414, 0, 1 }, { 448, 899, 1 }, { 449, 0, 0 },
    };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        sched.now = clk_when(dot, at[i].line * 900 + at[i].col);
        ck_assert_msg(inb(0x3da) == at[i].want, "line %d dot %d", (int)at[i].line, (int)at[i].col);
    }
    ck_assert_uint_eq(vga_frames(&vga, UINT64_C(1000000000)), 70);
}
END_TEST

/* Counted as a game counts them, over ten seconds; and the lines of one frame. */
START_TEST(retraces_come_at_60_and_70_hz)
{
    static const struct { const struct mode *m; unsigned retraces, lines; } want[] = {
        { &TEXT80, 700, 400 }, { &MODE12, 599, 480 }, { &MODE13, 700, 400 }, { &CGA4, 700, 400 },
    };
    unsigned retraces = 0, lines = 0, was, is;
    set_mode(want[_i].m);
    was = inb(0x3da);
    for (; sched.now < UINT64_C(10000000000); was = is) {
        sched.now += 25000;
        is = inb(0x3da);
        retraces += is & ~was & 8 ? 1 : 0;
    }
    ck_assert_msg(retraces == want[_i].retraces || retraces == want[_i].retraces + 1, "%u",
                  retraces);
    while (!(inb(0x3da) & 8))
        sched.now += 1000;
    while (inb(0x3da) & 8)
        sched.now += 1000;
    for (was = inb(0x3da); !(inb(0x3da) & 8); was = is) {
        sched.now += 1000;
        is = inb(0x3da);
        lines += was & ~is & 1;
    }
    ck_assert_uint_eq(lines, want[_i].lines);
}
END_TEST

/* The remembered status is what a fresh look gives, for polls at random intervals. */
START_TEST(status_cache_is_invisible)
{
    static const struct mode *const modes[] = { &TEXT80, &MODE12, &CGA4, &TEXT80 };
    srand((unsigned)_i);
    set_mode(modes[_i]);
    if (_i == 3)
        for (unsigned i = 0; i < 25; i++)
            outi(0x3d4, i, (unsigned)rand() & (i == 0x11 ? 0x7f : 0xff));
    for (int n = 0; n < 200000; n++) {
        unsigned got = inb(0x3da), want;
        struct vga fresh = vga;
        fresh.beam_from = fresh.beam_until = 0;
        want = vga_port_read(&fresh, 0x3da);
        ck_assert_msg(got == want, "at %llu: %u, %u", (unsigned long long)sched.now, got, want);
        sched.now += (vtime)(rand() % (n % 50 ? 900 : 900000));
    }
}
END_TEST

/* One plane at a time, one bit at a time. */
struct model { uint8_t plane[4][65536], latch[4]; };
static struct model model;

static bool model_where(uint32_t a, unsigned *offset)
{
    unsigned map = vga.gr[6] >> 2 & 3;
    static const uint32_t lo[4] = { 0, 0, 0x10000, 0x18000 };
    static const uint32_t hi[4] = { 0x20000, 0x10000, 0x18000, 0x20000 };
    if (a < lo[map] || a >= hi[map])
        return false;
    a -= lo[map];
    if (vga.sr[4] & 8)
        *offset = (a & 0xfffc) | (a >> 16 & 3);
    else if (vga.gr[6] & 2)
        *offset = (a & 0xfffe) | (!(vga.sr[4] & 2) ? a >> 14 & 1 :
                                  map ? !(vga.misc & 0x20) : a >> 16 & 1);
    else
        *offset = a & 0xffff;
    if (!(vga.sr[4] & 2))
        *offset %= 16384;
    return true;
}

static bool model_written(unsigned plane, uint32_t a)
{
    if (!(vga.sr[2] >> plane & 1))
        return false;
    if (vga.sr[4] & 8)
        return plane == (a & 3);
    return vga.sr[4] & 4 || (plane & 1) == (a & 1);
}

static bool model_bit(unsigned plane, unsigned bit, uint8_t val)
{
    unsigned turn = vga.gr[3] & 7, mode = vga.gr[5] & 3;
    bool cpu = val >> ((bit + turn) & 7) & 1, latch = model.latch[plane] >> bit & 1, d = cpu;
    bool mask = vga.gr[8] >> bit & 1, set = vga.gr[0] >> plane & 1;
    if (mode == 1)
        return latch;
    if (mode == 0 && vga.gr[1] >> plane & 1)
        d = set;
    if (mode == 2)
        d = val >> plane & 1;
    if (mode == 3) {
        d = set;
        mask = mask && cpu;
    }
    if (!mask)
        return latch;
    switch (vga.gr[3] >> 3) {
    case 1:  return d && latch;
    case 2:  return d || latch;
    case 3:  return d != latch;
    default: return d;
    }
}

static void model_write(uint32_t a, uint8_t val)
{
    unsigned off;
    if (!model_where(a, &off))
        return;
    for (unsigned p = 0; p < 4; p++) {
        uint8_t r = 0;
        if (!model_written(p, a))
            continue;
        for (unsigned b = 0; b < 8; b++)
            r = (uint8_t)(r | model_bit(p, b, val) << b);
        model.plane[p][off] = r;
    }
}

static uint8_t model_read(uint32_t a)
{
    unsigned off, plane = vga.gr[4], r = 0;
    if (!model_where(a, &off))
        return 0xff;
    for (unsigned p = 0; p < 4; p++)
        model.latch[p] = model.plane[p][off];
    if (vga.gr[5] & 8) {
        for (unsigned b = 0; b < 8; b++) {
            bool same = true;
            for (unsigned p = 0; p < 4; p++)
                if (vga.gr[7] >> p & 1 && (model.latch[p] >> b & 1) != (vga.gr[2] >> p & 1))
                    same = false;
            r |= (unsigned)same << b;
        }
        return (uint8_t)r;
    }
    if (vga.sr[4] & 8)
        plane = a & 3;
    else if (vga.gr[5] & 0x10)
        plane = (plane & 2) | (a & 1);
    return model.latch[plane];
}

static void random_setting(void)
{
    unsigned what = (unsigned)rand() % 13, val = (unsigned)rand() & 0xff;
    if (what < 9)
        outi(0x3ce, what, what == 8 && val & 1 ? 0xff : what == 6 ? val | 1 : val);
    else if (what == 9)
        outi(0x3c4, 2, val & 1 ? 15 : val >> 1);
    else if (what == 10)
        outb(0x3c2, 0x47 | (val & 0x20));
    else
        outi(0x3c4, 4, val);
}

START_TEST(memory_agrees_with_plane_model)
{
    srand((unsigned)_i + 1);
    memset(&model, 0, sizeof model);
    for (int step = 0; step < 30000; step++) {
        unsigned size = 1u << rand() % 3;
        uint32_t a = (uint32_t)(rand() % 6 ? rand() % 64 : rand() % 0x20000);
        uint32_t val = (uint32_t)rand() ^ (uint32_t)rand() << 16, got, want = 0;
        if (rand() % 3)
            a += (uint32_t)(rand() % 4) * 0x8000u;
        if (a + size > 0x20000)
            continue;
        if (((a ^ (a + size - 1)) & 0x8000) != 0)    /* bus regions do not make such accesses */
            continue;
        switch (rand() % 4) {
        case 0:
            random_setting();
            break;
        case 1:
            got = (uint32_t)vga_mem_ops.read(&vga, a, size);
            for (unsigned i = 0; i < size; i++)
                want |= (uint32_t)model_read(a + i) << 8 * i;
            if (size < 4)
                got &= (1u << 8 * size) - 1;
            ck_assert_msg(got == want, "step %d at %x size %u: %x, model %x", step, a, size, got,
                          want);
            break;
        default:
            vga_mem_ops.write(&vga, a, val, size);
            for (unsigned i = 0; i < size; i++)
                model_write(a + i, (uint8_t)(val >> 8 * i));
        }
    }
    for (uint32_t i = 0; i < 0x40000; i++)
        ck_assert_msg(vram[i] == model.plane[i & 3][i >> 2], "byte %x of plane %u", i >> 2, i & 3);
}
END_TEST

START_TEST(memory_closed_without_ram_enable)
{
    set_mode(&MODE13);
    poke(0xa0000, 0x12);
    outb(0x3c2, 0x61);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    poke(0xa0000, 0x34);
    outb(0x3c2, 0x63);
    ck_assert_uint_eq(peek(0xa0000), 0x12);
}
END_TEST

static void put_glyph(unsigned map_offset, unsigned ch, unsigned row, uint8_t bits)
{
    vram[4 * (map_offset + ch * 32 + row) + 2] = bits;
}

START_TEST(text_scene)
{
    set_mode(&TEXT80);
    put_glyph(0, 'A', 3, 0x81);
    put_glyph(0x4000, 'A', 3, 0xff);
    put_glyph(0, 0xc4, 7, 0x01);
    poke(0xb8000, 'A');
    poke(0xb8001, 0x1e);
    poke(0xb8002, 0xc4);
    poke(0xb8003, 0x9e);
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 720 && out.height == 400 && !out.doubled && !out.paired);
    ck_assert_uint_eq(px(0, 3), colour(14));
    ck_assert_uint_eq(px(1, 3), colour(1));
    ck_assert_uint_eq(px(7, 3), colour(14));
    ck_assert_uint_eq(px(8, 3), colour(1));      /* the ninth dot is background */
    ck_assert_uint_eq(px(16, 7), colour(14));
    ck_assert_uint_eq(px(17, 7), colour(14));    /* but for line graphics */
    ck_assert_uint_eq(px(9, 0), colour(1));      /* blink, not a bright background */
    vga_draw(&vga, UINT64_C(16500000000) / 70, &out);
    ck_assert_uint_eq(px(16, 7), colour(1));     /* the dark half */
    attr(0x10, 0x04);
    outb(0x3c0, 0x20);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(9, 0), colour(9));
    outi(0x3c4, 3, 0x04);                        /* map A (bit 3 set) is the one at 16 KB */
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(1, 3), colour(14));
}
END_TEST

START_TEST(cursor_and_text_screen)
{
    static struct text_screen t;
    set_mode(&TEXT80);
    poke(0xb8000 + 2 * (80 * 2 + 5), 'Q');
    outi(0x3d4, 0x0f, 80 * 2 + 6);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(6 * 9, 2 * 16 + 13), colour(0));
    poke(0xb8000 + 2 * (80 * 2 + 6) + 1, 7);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(6 * 9, 2 * 16 + 13), colour(7));
    ck_assert_uint_eq(px(6 * 9, 2 * 16 + 15), colour(0));
    vga_text(&vga, &t);
    ck_assert(t.cols == 80 && t.rows == 25 && t.ch[2][5] == 'Q' && t.cursor_on);
    ck_assert(t.cursor_col == 6 && t.cursor_row == 2);
    outi(0x3d4, 0x0d, 80);                       /* start address: one row down */
    vga_text(&vga, &t);
    ck_assert(t.ch[1][5] == 'Q' && t.cursor_row == 1);
    set_mode(&MODE13);
    vga_text(&vga, &t);
    ck_assert(t.cols == 0 && t.rows == 0);
}
END_TEST

#define FRAME_60 UINT64_C(16683218)          /* ns of a frame of 525 lines */

START_TEST(planar_scene)
{
    set_mode(&MODE12);
    outi(0x3c4, 2, 0x05);
    poke(0xa0000 + 80 * 10, 0x90);
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 640 && out.height == 480 && !out.doubled);
    ck_assert_uint_eq(px(0, 10), colour(5));
    ck_assert_uint_eq(px(1, 10), colour(0));
    ck_assert_uint_eq(px(3, 10), colour(5));
    attr(0x13, 3);                               /* panned left by three */
    outb(0x3c0, 0x20);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(0, 10), colour(5));
    ck_assert_uint_eq(px(1, 10), colour(0));
    attr(0x13, 0);
    outb(0x3c0, 0x20);
    outi(0x3d4, 0x18, 99);                       /* line 100 shows address 0 again */
    outi(0x3d4, 7, 0x2e);
    outi(0x3d4, 9, 0x00);
    outi(0x3d4, 0x0d, 160);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(0, 8), colour(0));      /* from the next retrace on */
    ck_assert_uint_eq(px(0, 10), colour(5));
    vga_draw(&vga, FRAME_60 - 1, &out);
    ck_assert_uint_eq(px(0, 8), colour(5));
    ck_assert_uint_eq(px(0, 110), colour(5));
    ck_assert_uint_eq(px(0, 10), colour(0));
}
END_TEST

START_TEST(mode13_and_unchained_scenes)
{
    set_mode(&MODE13);
    for (unsigned i = 0; i < 320 * 200; i++)
        poke(0xa0000 + i, i * 7 % 251);
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 320 && out.height == 400 && out.doubled && out.paired);
    for (unsigned y = 0; y < 400; y += 13)
        for (unsigned x = 0; x < 320; x++)
            ck_assert_uint_eq(px(x, y), colour((y / 2 * 320 + x) * 7 % 251));
    outi(0x3c4, 4, 6);
    outi(0x3d4, 0x14, 0);
    outi(0x3d4, 0x17, 0xe3);
    memset(vram, 0, sizeof vram);
    outi(0x3c4, 2, 4);
    poke(0xa0000 + 80 * 5 + 1, 0x77);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(6, 10), colour(0x77));
    ck_assert_uint_eq(px(6, 11), colour(0x77));
    ck_assert_uint_eq(px(5, 10), colour(0));
}
END_TEST

/* 449 lines of 800 dots: dot 700 of a line, where the beam is on its way back. */
static vtime in_line(unsigned frame, unsigned line)
{
    const struct clk dot = { 1007, 40000 };
    return clk_when(dot, (frame * UINT64_C(449) + line) * 800 + 700);
}

static void entry0(unsigned frame, unsigned line, unsigned red)
{
    sched.now = in_line(frame, line);
    outb(0x3c8, 0);
    outb(0x3c9, red);
    outb(0x3c9, 0);
    outb(0x3c9, 0);
}

START_TEST(palette_bars)
{
    set_mode(&MODE13);
    for (unsigned frame = 1; frame < 4; frame++) {
        entry0(frame, 99, 21);
        entry0(frame, 199, 42);
        entry0(frame, 420, 0);
    }
    static const unsigned when[] = { 10, 99, 150, 250, 410, 448 };
    static struct vga before;
    for (unsigned frame = 4; frame < 6; frame++) {   /* steady, and the frame after too */
        for (unsigned i = 0; i < 6; i++) {
            if (frame == 4 && when[i] > 99)
                break;
            before = vga;
            vga_draw(&vga, in_line(frame, when[i]) - 10, &out);
            ck_assert(!memcmp(&before, &vga, sizeof vga));
            ck_assert(px(0, 99) == colour(0) && px(0, 399) == colour(frame == 4 ? 42 : 0));
            ck_assert_uint_eq(px(0, 100), colour(frame == 4 ? 21 : 0));
        }
    }
    entry0(6, 150, 63);                          /* one change alone: from its line on */
    for (unsigned line = 151; line < 400; line += 83) {
        vga_draw(&vga, in_line(6, line), &out);
        ck_assert(px(0, 150) == colour(0) && px(0, 151) == colour(63) && px(0, 399) == colour(63));
    }
    vga_draw(&vga, in_line(7, 10), &out);        /* and whole in the next frame */
    ck_assert(px(0, 0) == colour(63) && px(0, 150) == colour(63) && px(0, 399) == colour(63));
    entry0(7, 100, 21);
    vga_draw(&vga, in_line(7, 120), &out);
    ck_assert(px(0, 100) == colour(63) && px(0, 101) == colour(21));
}
END_TEST

/* Text above, 256 colours below; and the picture after loading in between. */
START_TEST(modes_within_a_frame)
{
    static uint8_t a[65536];
    static uint32_t first[720 * 400];
    static struct vga v2;
    set_mode(&MODE13);
    memset(vram, 0x55, 4096);
    for (unsigned frame = 0; frame < 3; frame++) {
        sched.now = in_line(frame, 420);
        attr(0x10, 0x41);
        outb(0x3c0, 0x20);
        outi(0x3ce, 5, 0x40);
        sched.now = in_line(frame + 1, 199);
        attr(0x10, 0x01);
        outb(0x3c0, 0x20);
        outi(0x3ce, 5, 0);
    }
    vga_draw(&vga, in_line(3, 300), &out);
    ck_assert(out.width == 640 && out.height == 400 && !out.doubled);
    ck_assert(px(0, 0) == colour(0x55) && px(639, 0) == colour(0x55));
    ck_assert(px(639, 199) == colour(0) && px(0, 399) == colour(0));
    memcpy(first, pixels, out.width * out.height * sizeof *pixels);
    struct buf o = { a, 0, sizeof a, false };
    fields_save(&o, vga_class.fields, &vga);
    vga_init(&v2, &sched, vram, VRAM);
    ck_assert(fields_load(a, o.len, vga_class.fields, &v2) && vga_class.post_load(&v2, 2, NULL));
    vga_draw(&v2, in_line(3, 300), &out);
    ck_assert(out.width == 640 && !memcmp(first, pixels, 640 * 400 * sizeof *pixels));
}
END_TEST

/* Where text would blink, bit 3 of a dot does. */
START_TEST(graphics_blink)
{
    set_mode(&MODE12);
    attr(0x10, 0x09);
    outb(0x3c0, 0x20);
    vram[2] = 0x80;
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(0, 0), colour(4));
    vga_draw(&vga, 17 * FRAME_60, &out);
    ck_assert_uint_eq(px(0, 0), colour(12));
}
END_TEST

START_TEST(cursor_shapes)
{
    static const struct { uint8_t start, end, skew; unsigned first, last; } c[] = {
        { 13, 14, 0, 13, 14 }, { 0, 31, 0, 0, 15 }, { 7, 7, 0, 7, 7 }, { 9, 3, 0, 16, 0 },
        { 0x2d, 14, 0, 16, 0 }, { 2, 5, 1, 2, 5 }, { 14, 20, 3, 14, 15 },
    };
    set_mode(&TEXT80);
    for (unsigned i = 0; i < 80 * 25; i++)
        poke(0xb8001 + 2 * i, 7);
    outi(0x3d4, 0x0f, 3);
    for (unsigned i = 0; i < sizeof c / sizeof *c; i++) {
        outi(0x3d4, 0x0a, c[i].start);
        outi(0x3d4, 0x0b, (unsigned)c[i].end | (unsigned)c[i].skew << 5);
        vga_draw(&vga, 0, &out);
        for (unsigned y = 0; y < 16; y++)
            ck_assert_uint_eq(px((3u + c[i].skew) * 9, y),
                              colour(y >= c[i].first && y <= c[i].last ? 7 : 0));
        vga_draw(&vga, UINT64_C(8500000000) / 70, &out);
        ck_assert_uint_eq(px((3u + c[i].skew) * 9, c[i].last), colour(0));
    }
}
END_TEST

START_TEST(panning_stays_above_the_split)
{
    set_mode(&MODE12);
    outi(0x3d4, 0x18, 99);
    outi(0x3d4, 7, 0x2e);
    outi(0x3d4, 9, 0);
    outi(0x3d4, 8, 0x20);                        /* a byte, and two dots */
    vram[4] = vram[4 + 640] = 0x20;
    vram[0] = 0x80;
    attr(0x13, 2);
    attr(0x10, 0x21);
    outb(0x3c0, 0x20);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(0, 0), colour(1));
    ck_assert(px(0, 100) == colour(1) && px(8 + 2, 100) == colour(1));
    attr(0x10, 0x01);
    outb(0x3c0, 0x20);
    vga_draw(&vga, 0, &out);
    ck_assert(px(0, 100) == colour(1) && px(8, 100) == colour(0));
}
END_TEST

START_TEST(cga_scene)
{
    set_mode(&CGA4);
    poke(0xb8000, 0x1b);                         /* 0 1 2 3 */
    poke(0xb8001, 0xe4);                         /* 3 2 1 0 */
    poke(0xba000, 0xff);                         /* odd lines lie 8 KB on */
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 320 && out.height == 400 && out.doubled && out.paired);
    static const unsigned want[8] = { 0, 1, 2, 3, 3, 2, 1, 0 };
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(px(i, 0), colour(want[i]));
    ck_assert_uint_eq(px(0, 2), colour(3));
}
END_TEST

static void vbe_mode(unsigned w, unsigned h, unsigned bpp)
{
    dispi(4, 0);
    dispi(1, w);
    dispi(2, h);
    dispi(3, bpp);
    dispi(4, VBE_ENABLED | VBE_LFB);
}

START_TEST(vbe_scenes)
{
    set_mode(&TEXT80);
    ck_assert_uint_eq(dispi_get(0), 0xb0c5);
    dispi(4, VBE_GETCAPS);
    ck_assert(dispi_get(1) == VBE_MAX_W && dispi_get(2) == VBE_MAX_H && dispi_get(3) == 32);
    ck_assert_uint_eq(dispi_get(10), VRAM >> 16);
    static const struct { unsigned bpp; uint32_t raw, rgb; } c[] = {
        { 15, 0x7c00, 0xff0000 }, { 16, 0x07e0, 0x00ff00 }, { 24, 0x123456, 0x123456 },
        { 32, 0xff654321, 0x654321 },
    };
    for (unsigned i = 0; i < 4; i++) {
        vbe_mode(320, 200, c[i].bpp);
        ck_assert_uint_eq(dispi_get(4), VBE_ENABLED | VBE_LFB);
        memcpy(vram + (3 * 320 + 2) * ((c[i].bpp + 7) / 8), &c[i].raw, (c[i].bpp + 7) / 8);
        vga_draw(&vga, 0, &out);
        ck_assert(out.width == 320 && out.height == 200);
        ck_assert_uint_eq(px(2, 3), c[i].rgb);
        ck_assert_uint_eq(px(2, 2), 0);
    }
    vbe_mode(640, 480, 8);
    dispi(6, 1024);
    ck_assert_uint_eq(dispi_get(7), 1024);
    dispi(9, 500);
    dispi(8, 100);
    dispi(5, 7);                                 /* bank 7 begins at line 448 */
    vga_mem_ops.write(&vga, 60 * 1024 + 105, 0x44, 1);
    ck_assert_ptr_eq(vga_window(&vga), vram + 0x70000);
    vga_draw(&vga, 0, &out);
    ck_assert_uint_eq(px(5, 8), colour(0x44));
    dispi(9, 900);                               /* beyond memory: refused */
    ck_assert_uint_eq(dispi_get(9), 500);
}
END_TEST

START_TEST(vbe_modes_that_do_not_fit_stay_off)
{
    vbe_mode(1024, 768, 32);
    ck_assert_uint_eq(dispi_get(4), VBE_LFB);
    vbe_mode(800, 600, 4);
    ck_assert_uint_eq(dispi_get(4), VBE_ENABLED | VBE_LFB);
    dispi(6, 0xffff);
    vga.ar_index = 0x20;
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 800 && out.height == 600);
}
END_TEST

/* Anything may be written; drawing never leaves memory or the surface. */
static void random_act(struct vga *v)
{
    unsigned r = (unsigned)rand();
    switch (r % 8) {
    case 0: case 1: case 2: vga_ops.write(v, (r >> 4) % VGA_PORTS, r >> 12 & 0xff, 1); break;
    case 3: vga_ops.read(v, (r >> 4) % VGA_PORTS, 1); break;
    case 4: vga_mem_ops.write(v, (r >> 4) % 0x1fffd, (unsigned)rand(), 1u << (r >> 24) % 3); break;
    case 5: vga_mem_ops.read(v, (r >> 4) % 0x1fffd, 1u << (r >> 24) % 3); break;
    case 6: vbe_ops.write(v, 0, (r >> 4) % 12, 2); break;
    case 7: vbe_ops.write(v, 1, r >> 4 & ((r >> 20 & 1) ? 0x1ff : 0xffff), 2); break;
    }
}

START_TEST(save_load_is_invisible)
{
    static uint8_t a[65536], b[65536], vram2[VRAM];
    srand((unsigned)_i);
    for (int i = 0; i < 600; i++)
        random_act(&vga);
    struct buf o = { a, 0, sizeof a, false };
    fields_save(&o, vga_class.fields, &vga);
    ck_assert(!o.bad);
    struct vga v2;
    vga_init(&v2, &sched, vram2, VRAM);
    vga_class.reset(&v2, RESET_POWER);
    memcpy(vram2, vram, VRAM);
    ck_assert(fields_load(a, o.len, vga_class.fields, &v2) && vga_class.post_load(&v2, 1, NULL));
    unsigned seed = (unsigned)rand();
    srand(seed);
    for (int i = 0; i < 600; i++)
        random_act(&vga);
    srand(seed);
    for (int i = 0; i < 600; i++)
        random_act(&v2);
    struct buf o1 = { a, 0, sizeof a, false }, o2 = { b, 0, sizeof b, false };
    fields_save(&o1, vga_class.fields, &vga);
    fields_save(&o2, vga_class.fields, &v2);
    ck_assert(o1.len == o2.len && !memcmp(a, b, o1.len) && !memcmp(vram, vram2, VRAM));
    vga_draw(&vga, (vtime)rand(), &out);
    for (int i = 0; i < 40; i++) {               /* hostile files may fail, never crash */
        size_t at = (size_t)rand() % o1.len;
        a[at] ^= (uint8_t)(1u << rand() % 8);
        if (fields_load(a, o1.len, vga_class.fields, &v2) && vga_class.post_load(&v2, 1, NULL)) {
            random_act(&v2);
            if (i % 20 == 0)
                vga_draw(&v2, 0, &out);
        }
    }
}
END_TEST

/* Registers that index tables cannot be loaded with bits they do not have. */
START_TEST(loads_are_checked)
{
    ck_assert(vga_class.post_load(&vga, 1, NULL));
    vga.gr[1] = 0x10;
    ck_assert(!vga_class.post_load(&vga, 1, NULL));
    vga.gr[1] = 0;
    vga.sr[2] = 0xff;
    ck_assert(!vga_class.post_load(&vga, 1, NULL));
    vga.sr[2] = 0;
    vga.vbe_enable = VBE_ENABLED;
    ck_assert(!vga_class.post_load(&vga, 1, NULL));
}
END_TEST

START_TEST(no_field_is_forgotten)
{
    static uint8_t seen[sizeof(struct vga)];
    size_t gap = 0;
    fields_cover(vga_class.fields, seen);
    for (size_t i = 0; i < sizeof seen; i++) {
        gap = seen[i] ? 0 : gap + 1;
        ck_assert_msg(gap < 8, "byte %zu of struct vga is in no field", i);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vga");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, registers_read_back);
    tcase_add_test(t, attribute_flip_flop);
    tcase_add_test(t, crtc_protection);
    tcase_add_test(t, dac_entries_are_atomic_and_advance);
    tcase_add_test(t, status_follows_the_beam);
    tcase_add_loop_test(t, retraces_come_at_60_and_70_hz, 0, 4);
    tcase_add_loop_test(t, status_cache_is_invisible, 0, 4);
    tcase_add_loop_test(t, memory_agrees_with_plane_model, 0, 5);
    tcase_add_test(t, memory_closed_without_ram_enable);
    tcase_add_test(t, text_scene);
    tcase_add_test(t, cursor_and_text_screen);
    tcase_add_test(t, planar_scene);
    tcase_add_test(t, mode13_and_unchained_scenes);
    tcase_add_test(t, palette_bars);
    tcase_add_test(t, modes_within_a_frame);
    tcase_add_test(t, graphics_blink);
    tcase_add_test(t, cursor_shapes);
    tcase_add_test(t, panning_stays_above_the_split);
    tcase_add_test(t, cga_scene);
    tcase_add_test(t, vbe_scenes);
    tcase_add_test(t, vbe_modes_that_do_not_fit_stay_off);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 12);
    tcase_add_test(t, loads_are_checked);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
