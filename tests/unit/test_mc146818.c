/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The clock against its data sheet: rates, update cycle, alarms, modes; against a second-by-second
 * calendar; and lazy evaluation against frequent looks.
 */
#include "device_test.h"

#include "devices/mc146818.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

static struct sched sched;
static struct mc146818 rtc;
static struct dt_pin irq;

static unsigned get(struct mc146818 *p, unsigned i)
{
    mc146818_ops.write(p, 0, i, 1);
    return (unsigned)mc146818_ops.read(p, 1, 1);
}
static void put(struct mc146818 *p, unsigned i, unsigned v)
{
    mc146818_ops.write(p, 0, i, 1);
    mc146818_ops.write(p, 1, v, 1);
}
static unsigned rd(unsigned i) { return get(&rtc, i); }
static void wr(unsigned i, unsigned v) { put(&rtc, i, v); }

static void start(int64_t t)
{
    memset(&sched, 0, sizeof sched);
    mc146818_init(&rtc, &sched, t);
    dt_wire(&rtc.irq, &irq);
    mc146818_class.reset(&rtc, RESET_POWER);
}
static void setup(void) { start(INT64_C(946684798)); }        /* 1999-12-31 23:59:58, a Friday */

static void expect(unsigned century, unsigned y, unsigned mo, unsigned d, unsigned dow, unsigned h,
                   unsigned mi, unsigned s)
{
    ck_assert_uint_eq(rd(0x32), century);
    ck_assert_uint_eq(rd(9), y);
    ck_assert_uint_eq(rd(8), mo);
    ck_assert_uint_eq(rd(7), d);
    ck_assert_uint_eq(rd(6), dow);
    ck_assert_uint_eq(rd(4), h);
    ck_assert_uint_eq(rd(2), mi);
    ck_assert_uint_eq(rd(0), s);
}

START_TEST(the_century_turns)
{
    expect(0x19, 0x99, 0x12, 0x31, 6, 0x23, 0x59, 0x58);
    sched_advance(&sched, 2 * SECOND - 1);
    ck_assert_uint_eq(rd(0), 0x59);
    sched_advance(&sched, 2 * SECOND);
    expect(0x20, 0x00, 0x01, 0x01, 7, 0, 0, 0);
    sched_advance(&sched, 2 * SECOND + 86400 * SECOND * 60);
    expect(0x20, 0x00, 0x03, 0x01, 4, 0, 0, 0);                 /* 2000 was a leap year */
    ck_assert(!irq.rises);
    ck_assert_uint_eq(rd(13), 0x80);
}
END_TEST

START_TEST(binary_and_12_hours)
{
    wr(11, 0x00);
    wr(4, 0x91);                                   /* 11 PM in BCD */
    sched_advance(&sched, 2 * SECOND);
    ck_assert_uint_eq(rd(4), 0x12);                /* 12 AM */
    wr(4, 0x11);
    wr(2, 0x59);
    wr(0, 0x59);
    sched_advance(&sched, 3 * SECOND);
    ck_assert_uint_eq(rd(4), 0x92);
    wr(11, 0x06);
    wr(4, 22);
    wr(2, 59);
    wr(0, 59);
    wr(7, 31);
    sched_advance(&sched, 4 * SECOND);
    ck_assert_uint_eq(rd(4), 23);
    ck_assert_uint_eq(rd(7), 31);
    sched_advance(&sched, 3604 * SECOND);
    ck_assert_uint_eq(rd(7), 1);
}
END_TEST

static const unsigned month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
static unsigned days_in(unsigned y, unsigned m)
{
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return month_days[m - 1] + (m == 2 && leap);
}

START_TEST(agrees_with_a_calendar)
{
    unsigned y = 1, m = 1, d = 1, dow = 1;         /* 0001-01-01 was a Monday */
    start(INT64_C(-62135596800));
    wr(11, 6);
    wr(9, 1); wr(0x32, 0); wr(8, 1); wr(7, 1);
    for (vtime t = 0; t < 200 * 366; t++) {        /* 200 years */
        sched_advance(&sched, t * 86400 * SECOND);
        dt_require(rd(0x32) * 100 + rd(9) == y && rd(8) == m && rd(7) == d && rd(6) == dow + 1,
                   "%u-%u-%u", y, m, d);
        dow = (dow + 1) % 7;
        if (++d > days_in(y, m)) {
            d = 1;
            if (++m > 12)
                m = 1, y++;
        }
    }
}
END_TEST

START_TEST(starts_anywhere)
{
    start(0);
    expect(0x19, 0x70, 1, 1, 5, 0, 0, 0);
    start(-1);
    expect(0x19, 0x69, 0x12, 0x31, 4, 0x23, 0x59, 0x59);
    start(INT64_C(4107542399));
    expect(0x21, 0x00, 0x02, 0x28, 1, 0x23, 0x59, 0x59);
    sched_advance(&sched, SECOND);
    expect(0x21, 0x00, 0x03, 0x01, 2, 0, 0, 0);    /* 2100 will not be a leap year */
    start(INT64_MIN);
    expect(0, 0, 1, 1, 7, 0, 0, 0);
    start(INT64_MAX);
    rd(0);
}
END_TEST

START_TEST(update_in_progress)
{
    sched_advance(&sched, SECOND - 3 * MS);
    ck_assert_uint_eq(rd(10), 0x26);
    sched_advance(&sched, SECOND - 2 * MS);
    ck_assert_uint_eq(rd(10), 0xa6);
    wr(11, 0x82);                                  /* SET clears it and freezes the time */
    ck_assert_uint_eq(rd(10), 0x26);
    sched_advance(&sched, SECOND * 5);
    ck_assert_uint_eq(rd(0), 0x58);
    wr(11, 0x02);
    sched_advance(&sched, SECOND * 6);
    ck_assert_uint_eq(rd(0), 0x59);
}
END_TEST

START_TEST(divider_reset)
{
    sched_advance(&sched, SECOND / 4);
    wr(10, 0x66);
    sched_advance(&sched, 10 * SECOND);
    ck_assert_uint_eq(rd(0), 0x58);
    wr(10, 0x26);
    sched_advance(&sched, 10 * SECOND + 499 * MS);
    ck_assert_uint_eq(rd(0), 0x58);
    sched_advance(&sched, 10 * SECOND + 501 * MS);
    ck_assert_uint_eq(rd(0), 0x59);
}
END_TEST

START_TEST(periodic_rates)
{
    static const unsigned hz[] = {0,   256, 128, 8192, 4096, 2048, 1024, 512,
                                  256, 128, 64,  32,   16,   8,    4,    2};
    unsigned count = 0;
    wr(10, 0x20 | (unsigned)_i);
    rd(12);
    wr(11, 0x42);
    for (vtime t = 0; t < SECOND; t += 50000) {
        sched_advance(&sched, t + 50000);
        if (irq.level) {
            ck_assert_uint_eq(rd(12) & 0xc0, 0xc0);
            count++;
        }
        ck_assert(!irq.level);
    }
    ck_assert_uint_eq(count, hz[_i]);
}
END_TEST

START_TEST(flags_without_interrupts)
{
    rd(12);
    sched_advance(&sched, MS / 2);
    ck_assert_uint_eq(rd(12), 0);
    sched_advance(&sched, 3 * MS / 2);
    ck_assert_uint_eq(rd(12), 0x40);
    sched_advance(&sched, SECOND);
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);         /* lazy */
    ck_assert_uint_eq(rd(12), 0x50);
    ck_assert_uint_eq(rd(12), 0);
    sched_advance(&sched, 2 * SECOND);
    wr(11, 0x12); /* a flag that is set already interrupts at once */
    ck_assert(irq.level);
    ck_assert_uint_eq(rd(12), 0xf0);               /* midnight: the alarm bytes are all 0 */
    ck_assert(!irq.level);
}
END_TEST

START_TEST(alarms)
{
    wr(1, 0x10);
    wr(3, 0x00);
    wr(5, 0xff);                                   /* ten seconds past every hour */
    rd(12);
    wr(11, 0x22);
    ck_assert_uint_eq(sched_next(&sched), 12 * SECOND);
    sched_advance(&sched, 12 * SECOND);
    ck_assert(irq.level);
    ck_assert_uint_eq(rd(12) & 0xa0, 0xa0);
    ck_assert_uint_eq(sched_next(&sched), 3612 * SECOND);
    wr(5, 0x25);                                   /* no such hour */
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    wr(1, 0xc0);
    wr(3, 0xc0);
    wr(5, 0xc0);
    ck_assert_uint_eq(sched_next(&sched), 13 * SECOND);
    mc146818_class.reset(&rtc, RESET_HARD);
    ck_assert_uint_eq(rd(11), 2);
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
}
END_TEST

/* Second by second: the alarm flag is set when the three bytes are those of the time, or don't
 * care. In BCD and binary, with 12 hours and 24. */
START_TEST(alarms_agree_with_the_bytes)
{
    static const uint8_t b[4] = { 0x00, 0x02, 0x04, 0x06 };
    struct dt_rng r = dt_seed((uint64_t)_i);
    unsigned rung = 0;
    for (unsigned round = 0; round < 2; round++) {
        unsigned al[3];
        start(INT64_C(946684800) + dt_below(&r, 86400));
        wr(11, b[_i]);
        wr(4, _i & 1 ? 0 : _i & 2 ? 12 : 0x12);    /* midnight, as this mode has it */
        for (unsigned k = 0; k < 3; k++) {
            unsigned care = dt_below(&r, 4), v = dt_below(&r, k == 2 ? 8 : 60);
            v = k == 2 && !(_i & 1) && !v ? 12 : v;
            al[k] = !care ? 0xc0 | v : _i & 2 ? v : v / 10 << 4 | v % 10;
            wr(k * 2 + 1, al[k]);
        }
        rd(12);
        for (unsigned n = 1; n < 30000; n++) {
            sched_advance(&sched, n * SECOND);
            bool match = true;
            for (unsigned k = 0; k < 3; k++)
                match &= al[k] >= 0xc0 || al[k] == rd(k * 2);
            dt_require((rd(12) >> 5 & 1) == match, "second %u", n);
            rung += match;
        }
    }
    ck_assert_uint_gt(rung, 0);
}
END_TEST

START_TEST(afternoon_alarm)
{
    start(INT64_C(946684800));                     /* midnight */
    wr(11, 0x00);                                  /* 12 hours, BCD: the hour is still 00h */
    wr(4, 0x12);
    wr(5, 0x81);                                   /* 1 PM */
    wr(3, 0x30);
    wr(1, 0x00);
    wr(11, 0x20);
    ck_assert_uint_eq(sched_next(&sched), (13 * 3600 + 1800) * SECOND);
}
END_TEST

/* Register B, SET: the time stands still and no update interrupts; the periodic flag goes on. */
START_TEST(set_stops_the_update)
{
    wr(11, 0x92);                                  /* SET clears UIE */
    ck_assert_uint_eq(rd(11), 0x82);
    rd(12);
    sched_advance(&sched, 10 * SECOND);
    ck_assert_uint_eq(rd(0), 0x58);
    ck_assert_uint_eq(rd(12), 0x40);
    wr(0, 0x30);
    wr(11, 0x02);
    sched_advance(&sched, 11 * SECOND);
    ck_assert_uint_eq(rd(0), 0x31);
    ck_assert_uint_eq(rd(12), 0x50);
}
END_TEST

START_TEST(ram_and_index)
{
    wr(0xff, 0x5a);                                /* bit 7 is the NMI's */
    ck_assert_uint_eq(rd(0x7f), 0x5a);
    mc146818_set(&rtc, 0x10, 0x40);
    mc146818_set(&rtc, 0x0b, 0xff);
    ck_assert_uint_eq(rd(0x10), 0x40);
    ck_assert_uint_eq(rd(0x0b), 2);
    ck_assert_uint_eq(mc146818_get(&rtc, 0x7f), 0x5a);
    ck_assert_uint_eq(mc146818_ops.read(&rtc, 0, 1), 0xff);
}
END_TEST

struct twin { struct mc146818 p; struct sched s; };

static void poke(void *arg, uint32_t x)
{
    struct twin *t = arg;
    switch (x & 7) {
    case 0: put(&t->p, x >> 8 & 15, x >> 16 & 0xff); break;
    case 1: put(&t->p, 11, (x >> 8 & 0x76) | (x >> 16 & x >> 24 & 0x80)); break;
    case 2: put(&t->p, 10, 0x20 | (x >> 8 & 15)); break;
    case 3: put(&t->p, x >> 8 & 15, (x >> 16 & 5) << 4 | (x >> 20 & 9)); break;
    case 4: get(&t->p, 12); break;
    case 5: get(&t->p, x >> 8 & 127); break;
    default:
        sched_advance(&t->s, t->s.now + (x & 0x100 ? x >> 9 : (x >> 9) * UINT64_C(3000)));
        break;
    }
}

static void twin_init(struct twin *t, vtime now)
{
    memset(t, 0, sizeof *t);
    mc146818_init(&t->p, &t->s, INT64_C(951782400));
    t->s.now = now;
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct twin a, b;
    twin_init(&a, 0);
    for (int i = 0; i < 200; i++)
        poke(&a, dt_rand(&r));
    twin_init(&b, a.s.now);
    dt_copy(&mc146818_class, &a.p, &b.p);
    sched_rescan(&b.s);
    for (int i = 0; i < 200; i++) {
        uint32_t x = dt_rand(&r);
        poke(&a, x);
        poke(&b, x);
    }
    dt_same(&mc146818_class, &a.p, &b.p);
    if (_i % 10 == 0)
        dt_hostile(&mc146818_class, &a.p, &b.p, &b.s, poke, &b);
}
END_TEST

/* A guest that looks every few milliseconds and one that looks once see the same clock. */
START_TEST(looking_changes_nothing)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct twin a, b;
    twin_init(&a, 0);
    for (int i = 0; i < 50; i++)
        poke(&a, dt_rand(&r));
    twin_init(&b, a.s.now);
    dt_copy(&mc146818_class, &a.p, &b.p);
    sched_rescan(&b.s);
    for (int i = 0; i < 1000; i++) {
        sched_advance(&a.s, a.s.now + dt_below(&r, 400) * MS);
        get(&a.p, dt_below(&r, 10));
    }
    sched_advance(&b.s, a.s.now);
    for (unsigned i = 0; i < 128; i++)
        ck_assert_uint_eq(get(&a.p, i), get(&b.p, i));
    ck_assert_int_eq(a.p.irq.level, b.p.irq.level);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&mc146818_class, sizeof(struct mc146818)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("mc146818");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, the_century_turns);
    tcase_add_test(t, binary_and_12_hours);
    tcase_add_test(t, agrees_with_a_calendar);
    tcase_add_test(t, starts_anywhere);
    tcase_add_test(t, update_in_progress);
    tcase_add_test(t, divider_reset);
    tcase_add_loop_test(t, periodic_rates, 0, 16);
    tcase_add_test(t, flags_without_interrupts);
    tcase_add_test(t, alarms);
    tcase_add_loop_test(t, alarms_agree_with_the_bytes, 0, 4);
    tcase_add_test(t, afternoon_alarm);
    tcase_add_test(t, set_stops_the_update);
    tcase_add_test(t, ram_and_index);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 50);
    tcase_add_loop_test(t, looking_changes_nothing, 0, 20);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
