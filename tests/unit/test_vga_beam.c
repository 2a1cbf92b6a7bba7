/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The VGA's timing seen from outside: borders, blanking, what registers do while lines are shown,
 * the status registers, the vertical interrupt; and addresses in the smaller memories of older
 * adapters.
 */
#include "vga_rig.h"

/* ---- the border ---- */

/* On all sides as wide as the monitors' timings say: VESA has 8 dots and lines at 640 x 480. Where
 * lines come twice, the seventh is left out. */
START_TEST(borders_of_modes)
{
    static const struct {
        const struct mode *m;
        unsigned w, h, x, y;                     /* whole picture, where the displayed part is */
    } want[] = {
        { &TEXT80, 738, 414, 9, 7 }, { &MODE12, 656, 496, 8, 8 }, { &MODE13, 328, 412, 4, 6 },
        { &MODE10, 656, 362, 8, 6 }, { &CGA4, 336, 412, 8, 6 },
    };
    set_mode(want[_i].m);
    vga_draw(&vga, 0, &out);
    unsigned w = out.width, h = out.height;
    attr(0x11, 5);
    screen_on();
    vga_draw(&vga, 0, &out);
    ck_assert_msg(out.width == want[_i].w && out.height == want[_i].h, "%u %u", out.width,
                  out.height);
    for (unsigned y = 0; y < out.height; y++)
        for (unsigned x = 0; x < out.width; x++) {
            bool in = x - want[_i].x < w && y - want[_i].y < h;
            ck_assert_uint_eq(px(x, y), colour(in ? 0 : 5));
        }
}
END_TEST

static bool has_border(void)
{
    vga_draw(&vga, sched.now, &out);
    ck_assert(out.width == 640 || out.width == 656);
    return out.width == 656;
}

static void entry9(unsigned red)
{
    outb(0x3c8, 9);
    outb(0x3c9, red);
    outb(0x3c9, 0);
    outb(0x3c9, 0);
}

/* From when it is given a colour until a mode is set. */
START_TEST(border_comes_and_goes)
{
    set_mode(&MODE12);
    ck_assert(!has_border());
    entry9(0);
    attr(0x11, 9);                               /* black */
    screen_on();
    ck_assert(!has_border());
    entry9(1);
    ck_assert(has_border());
    entry9(0);
    ck_assert(has_border());
    set_mode(&MODE12);
    ck_assert(!has_border());
    attr(0x11, 0);
    screen_on();
    ck_assert(!has_border());
    attr(0x11, 9);
    screen_on();
    ck_assert(has_border());
    attr(0x11, 0);
    screen_on();
    ck_assert(has_border() && px(0, 0) == colour(0));
    set_mode(&MODE12);                           /* the same: only the sequencer is reset */
    ck_assert(!has_border());
    attr(0x11, 9);
    screen_on();
    outi(0x3d4, 0x11, 0x0c);
    outi(0x3d4, 6, 0x0c);                        /* another timing, and the colour is still there */
    ck_assert(has_border());
    outi(0x3d4, 6, 0x0b);
    attr(0x11, 0);
    screen_on();
    ck_assert(!has_border());
    attr(0x11, 9);
    screen_on();
    outi(0x3c4, 1, 0x21);                        /* screen off: neither picture nor border */
    vga_draw(&vga, 0, &out);
    for (unsigned y = 0; y < out.height; y++)
        for (unsigned x = 0; x < out.width; x++)
            ck_assert_uint_eq(px(x, y), 0);
    outi(0x3c4, 1, 1);
    inb(0x3da);
    outb(0x3c0, 0);                              /* the palette is away */
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 656 && out.height == 496);
    for (unsigned y = 0; y < out.height; y++)
        for (unsigned x = 0; x < out.width; x++)
            ck_assert_uint_eq(px(x, y), colour(9));
}
END_TEST

/* ---- blanking ---- */

START_TEST(blanking_cuts_into_the_picture)
{
    set_mode(&MODE12);
    memset(vram, 0xff, 640 * 480 / 2);
    outi(0x3d4, 0x11, 0x0c);
    outi(0x3d4, 0x15, 99);                       /* lines 100 to 199 */
    outi(0x3d4, 7, 0x36);
    outi(0x3d4, 9, 0x40);
    outi(0x3d4, 0x16, 199);
    outi(0x3d4, 2, 60);                          /* characters 61 to 70 */
    outi(0x3d4, 3, 0x80 | 70 % 32);
    outi(0x3d4, 5, 0);
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 640 && out.height == 480);
    for (unsigned y = 0; y < 480; y++)
        for (unsigned x = 0; x < 640; x++) {
            bool dark = (y >= 100 && y < 200) || (x >= 61 * 8 && x < 71 * 8);
            ck_assert_msg(px(x, y) == (dark ? 0 : colour(15)), "%u,%u", x, y);
        }
    outi(0x3d4, 0x15, 0xe7);
    outi(0x3d4, 7, 0x3e);
    outi(0x3d4, 0x16, 19);                       /* on into the next frame, and the next line */
    outi(0x3d4, 2, 90);
    outi(0x3d4, 3, 0x80 | 9);
    vga_draw(&vga, 0, &out);
    for (unsigned y = 0; y < 480; y++)
        for (unsigned x = 0; x < 640; x++)
            ck_assert_uint_eq(px(x, y), y < 20 || x < 80 ? 0 : colour(15));
    outi(0x3d4, 2, 100);                         /* a count that never comes blanks nothing */
    outi(0x3d4, 9, 0x60);
    vga_draw(&vga, 0, &out);
    ck_assert(px(0, 0) == colour(15) && px(639, 479) == colour(15));
    outi(0x3d4, 2, 40);                          /* an end that never comes leaves nothing */
    outi(0x3d4, 0, 45);
    outi(0x3d4, 1, 39);
    outi(0x3d4, 3, 0x80 | 60 % 32);
    outi(0x3d4, 5, 0x80);
    vga_draw(&vga, 0, &out);
    ck_assert(out.width == 320 && px(0, 0) == 0 && px(319, 479) == 0);
}
END_TEST

/* ---- changes while lines are shown: 525 lines of 800 dots; dot 700, between two lines ---- */

static vtime in_line(unsigned frame, unsigned line)
{
    const struct clk dot = { 1007, 40000 };
    return clk_when(dot, (frame * UINT64_C(525) + line) * 800 + 700);
}

START_TEST(blanking_within_a_frame)
{
    set_mode(&MODE12);
    memset(vram, 0xff, 640 * 480 / 2);
    outi(0x3d4, 0x11, 0x0c);
    sched.now = in_line(1, 49);
    outi(0x3d4, 2, 39);                          /* the right half goes dark */
    sched.now = in_line(1, 299);
    outi(0x3d4, 2, 80);
    vga_draw(&vga, in_line(1, 400), &out);
    for (unsigned y = 0; y < 480; y++)
        for (unsigned x = 0; x < 640; x++)
            ck_assert_uint_eq(px(x, y), x >= 320 && y >= 50 && y < 300 ? 0 : colour(15));
}
END_TEST

/* What a log cannot hold shows as it is at present, below what it could. */
START_TEST(too_many_changes)
{
    set_mode(&MODE12);
    for (unsigned i = 0; i < VGA_LOG_MAX + 300; i++) {
        sched.now = in_line(1, 9 + i / 10);
        outb(0x3c8, 0);
        outb(0x3c9, 10 + i / 10 % 50);
        outb(0x3c9, 0);
        outb(0x3c9, i % 10);
    }
    outb(0x3c8, 0);
    outb(0x3c9, 63);
    outb(0x3c9, 0);
    outb(0x3c9, 0);
    for (unsigned frame = 1; frame < 3; frame++) {
        vga_draw(&vga, in_line(frame, frame == 1 ? 300 : 2), &out);
        uint32_t last = (frame == 1 ? 10 + (VGA_LOG_MAX - 1) / 10 % 50 : 63) * 4;
        ck_assert_uint_eq(px(0, 0), frame == 1 ? 0 : 0xff0000);
        ck_assert_uint_eq(px(0, 10) >> 16 & 0xfc, 40);
        ck_assert_uint_eq(px(0, 11) >> 16 & 0xfc, 44);
        if (frame == 1)
            ck_assert_uint_eq(px(0, 10 + VGA_LOG_MAX / 10 - 1) >> 16 & 0xfc, last - 4);
        ck_assert_uint_eq(px(0, 10 + VGA_LOG_MAX / 10 + 1), 0xff0000);
        ck_assert_uint_eq(px(0, 479), 0xff0000);
    }
}
END_TEST

/* ---- status ---- */

#define PORT_TIME 2000u

/* 40 dots take 1589 ns. */
START_TEST(status_stays_for_the_time_of_a_port)
{
    static struct vga twin;
    static uint8_t other[VRAM];
    struct sched s2;
    set_mode(&MODE12);
    sched.now = in_line(2, 99) + 5000;           /* at the left of a line */
    inb(0x3da);
    sched.now += PORT_TIME;
    ck_assert_uint_eq(inb(0x3da), 0);
    memset(vram, 0xff, 640 * 480 / 2);
    sched.now += PORT_TIME - 1;
    ck_assert_uint_eq(inb(0x3da), 0);
    s2 = sched;
    vga_init(&twin, &s2, other, VRAM);
    memcpy(other, vram, VRAM);
    dt_copy(&vga_class, &vga, &twin);
    ck_assert_uint_eq(vga_port_read(&twin, 0x3da), 0);
    s2.now = ++sched.now;
    ck_assert_uint_eq(inb(0x3da), 0x30);
    ck_assert_uint_eq(vga_port_read(&twin, 0x3da), 0x30);
    attr(0x12, 0x1f);                            /* another pair of bits: at once */
    screen_on();
    ck_assert_uint_eq(inb(0x3da), 0);
    attr(0x12, 0x2f);
    screen_on();
    ck_assert_uint_eq(inb(0x3da), 0x30);
}
END_TEST

/* As a video BIOS finds out what hangs on the connector: the whole screen in one colour, and the
 * comparators where it is displayed. */
static unsigned sense(unsigned r, unsigned g, unsigned b)
{
    outb(0x3c8, 0);
    outb(0x3c9, r);
    outb(0x3c9, g);
    outb(0x3c9, b);
    while (inb(0x3da) & 1)
        sched.now += 1000;
    return inb(0x3c2) & 0x10;
}

START_TEST(comparators_find_a_colour_monitor)
{
    set_mode(&TEXT80);
    ck_assert_uint_eq(sense(0x12, 0x12, 0x12), 0x10);    /* 200 mV, without a monitor 400 */
    ck_assert_uint_eq(sense(0x1f, 0x1f, 0x1f), 0x10);
    ck_assert_uint_eq(sense(0x20, 0, 0), 0);             /* 356 mV */
    ck_assert_uint_eq(sense(0, 0x20, 0), 0);
    ck_assert_uint_eq(sense(0, 0, 0x3f), 0);
    while (!(inb(0x3da) & 8))                            /* blanked: nothing comes out */
        sched.now += 1000;
    ck_assert_uint_eq(inb(0x3c2) & 0x10, 0x10);
}
END_TEST

/* Another timing leaves the beam where it is: how far it is to the next frame follows from the line
 * that it was in. 320 x 200 with 449 lines, and with 60 more at another clock. */
START_TEST(beam_goes_on)
{
    const struct clk slow = { 1007, 40000 }, fast = { 14161, 500000 };
    set_mode(&MODE13);
    outi(0x3d4, 0x11, 0x0e);
    sched.now = clk_when(slow, UINT64_C(449) * 800 * 3 + 100 * 800 + 8);
    outi(0x3d4, 6, 0xfb);
    outb(0x3c2, 0x67);
    vtime from = sched.now, dots = UINT64_C(409) * 800 - 8;
    while (!(inb(0x3da) & 8))
        sched.now += 100;
    while (inb(0x3da) & 8)
        sched.now += 100;
    while (inb(0x3da) & 1)
        sched.now += 100;                        /* line 0 again */
    ck_assert_uint_ge(sched.now, from + clk_when(fast, dots) - 100);
    ck_assert_uint_le(sched.now, from + clk_when(fast, dots) + 200);
    vtime at = sched.now;
    outi(0x3d4, 0x14, 0x60);                     /* of no concern to it */
    outi(0x3c4, 1, 0);                           /* characters of nine dots */
    while (!(inb(0x3da) & 1))
        sched.now += 100;
    ck_assert_uint_ge(sched.now, at + clk_when(fast, 80 * 9) - 200);
    ck_assert_uint_le(sched.now, at + clk_when(fast, 80 * 9) + 200);
}
END_TEST

/* ---- registers ---- */

START_TEST(palette_in_use_cannot_be_written)
{
    attr(3, 0x15);
    attr(0x23, 0x2a);
    ck_assert_uint_eq(vga.ar[3], 0x15);
    attr(0x31, 0x2a);                            /* the others can */
    ck_assert_uint_eq(vga.ar[0x11], 0x2a);
    attr(3, 0x2a);
    ck_assert_uint_eq(vga.ar[3], 0x2a);
}
END_TEST

START_TEST(latches_and_flip_flop_read_back)
{
    set_mode(&MODE12);
    for (unsigned i = 0; i < 4; i++)
        vram[i] = (uint8_t)(0x11 * (i + 1));
    peek(0xa0000);
    for (unsigned i = 0; i < 4; i++) {
        outi(0x3ce, 4, i);
        ck_assert_uint_eq(ini(0x3d4, 0x22), 0x11 * (i + 1));
    }
    inb(0x3da);
    ck_assert_uint_eq(ini(0x3d4, 0x24), 0);
    outb(0x3c0, 0x20);
    ck_assert_uint_eq(ini(0x3d4, 0x24), 0x80);
    inb(0x3da);
    ck_assert_uint_eq(ini(0x3d4, 0x24), 0);
    ck_assert_uint_eq(ini(0x3d4, 0x3f), 0);
}
END_TEST

/* ---- memory as older adapters have it ---- */

/* An EGA's mode 10h with 64 KB: two planes chained to one of twice the length, loaded at every
 * second character; bits 0 and 2 of a dot count. */
START_TEST(serializers_are_chained)
{
    set_mode(&MODE10);
    outi(0x3c4, 1, 5);
    outi(0x3c4, 4, 0);
    outi(0x3ce, 5, 0x10);
    outi(0x3ce, 6, 7);
    outi(0x3d4, 0x13, 0x14);
    outi(0x3d4, 0x17, 0x8b);
    attr(0x12, 5);
    screen_on();
    outi(0x3c4, 2, 3);
    poke(0xa0000, 0x81);                         /* plane 0: dots 0 to 7 */
    poke(0xa0001, 0x40);                         /* plane 1: 8 to 15 */
    poke(0xa0002, 0xff);                         /* 16 to 23 */
    outi(0x3c4, 2, 12);
    poke(0xa0001, 0xc0);                         /* plane 3 */
    poke(0xa0000 + 80, 1);                       /* the next line */
    poke(0xa0000 + 340 * 80, 0x80);              /* beyond the 16 KB of a plane */
    vga_draw(&vga, 0, &out);
    ck_assert(px(0, 340) == colour(4) && px(1, 340) == colour(0));
    for (unsigned x = 0; x < 640; x++) {
        bool low = x == 0 || x == 7 || x == 9 || (x >= 16 && x < 24), high = x == 8 || x == 9;
        ck_assert_msg(px(x, 0) == colour((low ? 1 : 0) | (high ? 4 : 0)), "dot %u", x);
        ck_assert_uint_eq(px(x, 1), colour(x == 7 ? 4 : 0));
    }
}
END_TEST

START_TEST(serializers_last_for_four)
{
    set_mode(&MODE12);
    outi(0x3c4, 1, 0x11);
    outi(0x3d4, 0x14, 0x20);                     /* one count in four characters */
    vram[0] = 0x80;
    vram[1] = 0x40;
    vram[2] = 0x20;
    vram[3] = 0x10;
    vram[4] = 0xff;                              /* the next 32 dots: plane 0 begins them */
    vga_draw(&vga, 0, &out);
    static const uint8_t plane0[] = { 0, 9, 18, 27 };
    for (unsigned x = 0; x < 32; x++) {
        unsigned want = 0;
        for (unsigned p = 0; p < 4; p++)
            for (unsigned i = p; i < 4; i++)
                if (x == plane0[i] - 8 * p)
                    want |= 1u << p;
        ck_assert_msg(px(x, 0) == colour(want), "dot %u", x);
    }
    for (unsigned x = 32; x < 48; x++)
        ck_assert_uint_eq(px(x, 0), colour(x < 40 ? 1 : 0));
}
END_TEST

START_TEST(odd_and_even_pages)
{
    set_mode(&TEXT80);
    poke(0xb8000, 'A');
    poke(0xb8001, 7);
    ck_assert(vram[0] == 'A' && vram[1] == 7);
    outb(0x3c2, 0x47);                           /* the other page: odd offsets */
    poke(0xb8000, 'B');
    poke(0xb8001, 9);
    ck_assert(vram[0] == 'A' && vram[4] == 'B' && vram[5] == 9);
    ck_assert(peek(0xb8000) == 'B' && peek(0xb8001) == 9);
    outi(0x3ce, 6, 2);                           /* a window of 128 KB: A16 */
    ck_assert(peek(0xa0000) == 'A' && peek(0xb0000) == 'B');
    outb(0x3c2, 0x67);
    outi(0x3ce, 6, 0x0e);
    ck_assert(peek(0xb8000) == 'A');
}
END_TEST

START_TEST(sixty_four_kilobytes)
{
    set_mode(&MODE12);
    outi(0x3c4, 4, 4);
    poke(0xa0000 + 0x4000, 0x80);
    ck_assert(vram[0] == 0x80 && peek(0xac000) == 0x80);
    vga_mem_ops.write(&vga, 0x3ffe, 0x04030201, 4);
    ck_assert(vram[0] == 3 && vram[4] == 4 && vram[4 * 0x3fff] == 2);
    outi(0x3d4, 0x0c, 0x40);                     /* the picture from 16384 on: from 0 */
    sched.now = 30000000;
    vga_draw(&vga, sched.now, &out);
    ck_assert(px(5, 0) == colour(0) && px(6, 0) == colour(15) && px(13, 0) == colour(15));
    set_mode(&TEXT80);
    outi(0x3c4, 3, 4);                           /* map A at 16 KB, for attributes with bit 3 */
    vram[4 * ('A' * 32) + 2] = 0xf0;
    vram[4 * (0x4000 + 'A' * 32) + 2] = 0x0f;
    poke(0xb8000, 'A');
    poke(0xb8001, 15);
    vga_draw(&vga, sched.now, &out);
    ck_assert(px(0, 0) == colour(0) && px(7, 0) == colour(15));
    outi(0x3c4, 4, 0);                           /* no choice of maps */
    vga_draw(&vga, sched.now, &out);
    ck_assert(px(0, 0) == colour(15) && px(7, 0) == colour(0));
}
END_TEST

/* ---- the vertical interrupt ---- */

static struct dt_pin pin;
static bool pending(void) { return inb(0x3c2) & 0x80; }

static vtime frame_time(void)
{
    struct vga_timing t = vga_timing(&vga);
    return clk_when(t.dot, t.lines * t.line_dots);
}

START_TEST(vertical_interrupt)
{
    small_mode();
    dt_wire(&vga.irq, &pin);
    sched_advance(&sched, 10 * frame_time());
    ck_assert(!pending() && !pin.rises);         /* bit 4 is 0 */
    outi(0x3d4, 0x11, 0x32);                     /* to be polled */
    ck_assert(!pending());                       /* what was held cleared waits for a retrace */
    sched_advance(&sched, sched.now + 2 * frame_time());
    ck_assert(pending() && !pin.rises);
    outi(0x3d4, 0x11, 0x12);
    ck_assert(pin.level);                        /* no longer masked */
    outi(0x3d4, 0x11, 0x02);
    ck_assert(!pin.level && !pending());
    for (unsigned n = 2; n < 9; n++) {
        outi(0x3d4, 0x11, 0x12);
        ck_assert(!pending());
        while (!(inb(0x3da) & 8))
            sched_advance(&sched, sched.now + 500);
        ck_assert(pin.level && pin.rises == n && pending());
        outi(0x3d4, 0x11, 0x02);
        while (inb(0x3da) & 8)
            sched_advance(&sched, sched.now + 500);
    }
    outi(0x3d4, 0x11, 0x12);
    sched_advance(&sched, sched.now + 2 * frame_time());
    ck_assert(pin.level);
    vga_class.reset(&vga, RESET_POWER);
    ck_assert(!pin.level && vga.retrace.when == VTIME_NEVER);
}
END_TEST

/* A twin that is loaded at any moment goes on in the same way. */
START_TEST(interrupt_state_is_saved)
{
    static struct vga twin;
    static struct dt_pin pin2;
    static uint8_t copy[VRAM];
    struct sched other = { 0 };
    struct dt_rng r = dt_seed((uint64_t)_i);
    small_mode();
    dt_wire(&vga.irq, &pin);
    for (int n = 0; n < 60; n++) {
        if (dt_rand(&r) & 1)
            outi(0x3d4, 0x11, 2 | (dt_rand(&r) & 0x30));
        sched_advance(&sched, sched.now + dt_below(&r, 2000000));
    }
    other.now = sched.now;
    vga_init(&twin, &other, copy, VRAM);
    dt_wire(&twin.irq, &pin2);
    dt_copy(&vga_class, &vga, &twin);
    sched_rescan(&other);
    for (int n = 0; n < 40; n++) {
        unsigned val = 2 | (dt_rand(&r) & 0x30);
        vtime t = sched.now + dt_below(&r, 2000000);
        vga_port_write(&vga, 0x3d5, (uint8_t)val);
        vga_port_write(&twin, 0x3d5, (uint8_t)val);
        sched_advance(&sched, t);
        sched_advance(&other, t);
        ck_assert(vga.irq.level == twin.irq.level && vga_vint(&vga) == vga_vint(&twin));
    }
    dt_same(&vga_class, &vga, &twin);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vga_beam");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, borders_of_modes, 0, 5);
    tcase_add_test(t, border_comes_and_goes);
    tcase_add_test(t, blanking_cuts_into_the_picture);
    tcase_add_test(t, blanking_within_a_frame);
    tcase_add_test(t, too_many_changes);
    tcase_add_test(t, status_stays_for_the_time_of_a_port);
    tcase_add_test(t, comparators_find_a_colour_monitor);
    tcase_add_test(t, beam_goes_on);
    tcase_add_test(t, palette_in_use_cannot_be_written);
    tcase_add_test(t, latches_and_flip_flop_read_back);
    tcase_add_test(t, serializers_are_chained);
    tcase_add_test(t, serializers_last_for_four);
    tcase_add_test(t, odd_and_even_pages);
    tcase_add_test(t, sixty_four_kilobytes);
    tcase_add_test(t, vertical_interrupt);
    tcase_add_loop_test(t, interrupt_state_is_saved, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
