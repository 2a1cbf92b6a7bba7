/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The game port: one-shots in virtual time, buttons, nothing plugged in; beside a naive model. */
#include "device_test.h"

#include "devices/gameport.h"

static struct sched sched;
static struct gameport game;

static unsigned in(void) { return (unsigned)gameport_ops.read(&game, 0, 1); }
static void start(void) { gameport_ops.write(&game, 0, 0xff, 1); }
static void later(vtime ns) { sched_advance(&sched, sched.now + ns); }

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    gameport_init(&game, &sched);
    gameport_class.reset(&game, RESET_POWER);
}

/* How software finds out that there is no stick: the axes never end. */
START_TEST(nothing_plugged_in)
{
    ck_assert_uint_eq(in(), 0xf0);
    start();
    ck_assert_uint_eq(in(), 0xff);
    later(UINT64_C(3600000000000));
    ck_assert_uint_eq(in(), 0xff);
    gameport_axis(&game, 0, 0);
    ck_assert_uint_eq(in(), 0xfe);
}
END_TEST

/* 24.2 us + 0.011 us an ohm. */
START_TEST(axes_are_times)
{
    gameport_axis(&game, 0, 0);
    gameport_axis(&game, 1, 50000);
    gameport_axis(&game, 2, 100000);
    gameport_axis(&game, 3, 1000000);              /* held to what a stick can have */
    later(1000);
    start();
    later(24199);
    ck_assert_uint_eq(in(), 0xff);
    later(1);
    ck_assert_uint_eq(in(), 0xfe);
    later(549999);
    ck_assert_uint_eq(in(), 0xfe);
    start();                                       /* those that run go on; axis 0 begins again */
    ck_assert_uint_eq(in(), 0xff);
    later(1);
    ck_assert_uint_eq(in(), 0xfd);
    later(550000);
    ck_assert_uint_eq(in(), 0xf8);
    later(550000);
    ck_assert_uint_eq(in(), 0xf0);
}
END_TEST

START_TEST(buttons_pull_down)
{
    for (unsigned b = 0; b < 16; b++) {
        gameport_buttons(&game, b | 0x30);
        ck_assert_uint_eq(in(), (~b & 15) << 4);
    }
}
END_TEST

static unsigned run(unsigned bit)
{
    unsigned us = 0;
    start();
    for (; us < 5000 && in() >> bit & 1; us++)
        later(1000);
    return us;
}

START_TEST(sticks)
{
    gameport_stick(&game, 1, true, -32768, 32767, 2);
    ck_assert_uint_eq(in() >> 4, 7);
    ck_assert_uint_eq(run(0), 5000);               /* the other one is not there */
    ck_assert_uint_eq(run(2), 25);
    ck_assert_uint_eq(run(3), 1100);               /* it ran already */
    gameport_stick(&game, 0, true, 0, 0, 1);
    ck_assert_uint_eq(in() >> 4, 6);
    ck_assert_uint_eq(run(0), 575);                /* the middle of 100 kohm */
    gameport_stick(&game, 1, false, 0, 0, 3);
    ck_assert_uint_eq(in() >> 4, 14);
    ck_assert_uint_eq(run(2), 5000);
}
END_TEST

/* Each one-shot counts down in units of 11 ns, that is of one ohm; 2200 of them are the 24.2 us. */
struct ref { unsigned left[4], ohms[4], buttons; bool open[4], stuck[4]; };

static void ref_axis(struct ref *g, unsigned a, uint32_t ohms)
{
    bool runs = g->left[a] || g->stuck[a];
    g->open[a] = ohms == GAMEPORT_OPEN;
    g->ohms[a] = ohms > 150000 ? 150000 : ohms;
    if (!runs)
        return;
    if (g->open[a])
        g->left[a] = 0;
    g->stuck[a] = g->open[a];
}

/* 100 kohm from one end to the other. */
static uint32_t ref_ohms(bool there, int at)
{
    return there ? (uint32_t)((at + 32768) * UINT64_C(100000) / 65535) : GAMEPORT_OPEN;
}

static void ref_stick(struct ref *g, unsigned n, bool there, int x, int y, unsigned pressed)
{
    unsigned bit = n ? 4 : 1;
    ref_axis(g, 2 * n, ref_ohms(there, x));
    ref_axis(g, 2 * n + 1, ref_ohms(there, y));
    g->buttons &= ~(3 * bit);
    g->buttons |= there ? (pressed & 3) * bit : 0;
}

static void ref_start(struct ref *g)
{
    for (unsigned a = 0; a < 4; a++) {
        if (g->left[a] || g->stuck[a])
            continue;
        g->stuck[a] = g->open[a];
        g->left[a] = g->open[a] ? 0 : 2200 + g->ohms[a];
    }
}

static unsigned ref_in(const struct ref *g)
{
    unsigned v = (15 - g->buttons) * 16;
    for (unsigned a = 0; a < 4; a++)
        v += g->left[a] || g->stuck[a] ? 1u << a : 0;
    return v;
}

static void ref_later(struct ref *g, unsigned units)
{
    while (units--)
        for (unsigned a = 0; a < 4; a++)
            g->left[a] -= g->left[a] ? 1 : 0;
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ref g = { .open = { true, true, true, true } };
    for (int i = 0; i < 3000; i++) {
        unsigned a = dt_below(&r, 4), n = dt_below(&r, 60000), v = dt_below(&r, 16);
        switch (dt_below(&r, 8)) {
        case 0:
            n = dt_below(&r, 6) ? dt_below(&r, 160000) : GAMEPORT_OPEN;
            gameport_axis(&game, a, n);
            ref_axis(&g, a, n);
            break;
        case 1:
            gameport_buttons(&game, v);
            g.buttons = v;
            break;
        case 2: {
            int x = (int)dt_below(&r, 65536) - 32768, y = (int)dt_below(&r, 65536) - 32768;
            gameport_stick(&game, a & 1, v > 2, x, y, v);
            ref_stick(&g, a & 1, v > 2, x, y, v);
            break;
        }
        case 3: case 4:
            start();
            ref_start(&g);
            break;
        default:
            later(n * UINT64_C(11));
            ref_later(&g, n);
            break;
        }
        dt_require(in() == ref_in(&g), "step %d: %02x, model %02x", i, in(), ref_in(&g));
    }
}
END_TEST

START_TEST(save_load_and_coverage)
{
    struct gameport twin, good;
    struct dt_rng r = dt_seed(1);
    dt_covers(&gameport_class, sizeof(struct gameport));
    gameport_init(&twin, &sched);
    for (int i = 0; i < 2000; i++) {
        gameport_axis(&game, dt_below(&r, 4),
                      dt_below(&r, 9) ? dt_below(&r, 150000) : GAMEPORT_OPEN);
        gameport_buttons(&game, dt_below(&r, 16));
        if (dt_below(&r, 3))
            start();
        later(dt_below(&r, 400000));
        good = game;
        dt_copy(&gameport_class, &good, &twin);
        dt_same(&gameport_class, &game, &twin);
        ck_assert_uint_eq(in(), gameport_ops.read(&twin, 0, 1));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gameport");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, nothing_plugged_in);
    tcase_add_test(t, axes_are_times);
    tcase_add_test(t, buttons_pull_down);
    tcase_add_test(t, sticks);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 4);
    tcase_add_test(t, save_load_and_coverage);
    suite_add_tcase(s, t);
    return dt_run(s);
}
