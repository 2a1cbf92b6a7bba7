/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The 8254 against its datasheet: worked examples, and save/load at random moments;
 * test_i8254_model.c has it at random.
 */
#include "device_test.h"

#include "devices/i8254.h"

static const struct clk CLK = { 105, 88000 };
static struct sched sched;
static struct i8254 pit;
static int rises;

static void irq0(void *sink, int pin, bool level) { (void)sink; (void)pin; rises += level; }
static void ignore(void *sink, int pin, bool level) { (void)sink; (void)pin; (void)level; }

static void i8254_write(struct i8254 *p, unsigned off, uint8_t v) { i8254_ops.write(p, off, v, 1); }
static uint8_t i8254_read(struct i8254 *p, unsigned off)
{
    return (uint8_t)i8254_ops.read(p, off, 1);
}

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    i8254_init(&pit, &sched);
    pit.out[0].set = irq0;
    pit.out[2].set = ignore;
    i8254_class.reset(&pit, RESET_POWER);
    i8254_gate(&pit, 2, true);
    rises = 0;
}

static void to_tick(uint64_t t) { sched_advance(&sched, clk_when(CLK, t)); }

static unsigned read16(unsigned ch)
{
    unsigned lo = i8254_read(&pit, ch);
    return lo | i8254_read(&pit, ch) << 8;
}

START_TEST(clocks_round_trip)
{
    for (uint64_t n = 1; n < 5000000; n += 977) {
        ck_assert_uint_eq(clk_ticks(CLK, clk_when(CLK, n)), n);
        ck_assert_uint_eq(clk_ticks(CLK, clk_when(CLK, n) - 1), n - 1);
    }
}
END_TEST

START_TEST(mode2_interrupts_at_18_2_hz)
{
    i8254_write(&pit, 3, 0x34);
    i8254_write(&pit, 0, 0);
    i8254_write(&pit, 0, 0);
    ck_assert_int_eq(rises, 1);                    /* the control word itself raises OUT */
    sched_advance(&sched, UINT64_C(1000000000));
    ck_assert_int_eq(rises, 1 + 18);
    ck_assert(i8254_out(&pit, 0));
}
END_TEST

START_TEST(latch_holds_while_counting)
{
    i8254_write(&pit, 3, 0xb4);
    i8254_write(&pit, 2, 0x34);
    i8254_write(&pit, 2, 0x12);
    to_tick(1 + 0x34);
    i8254_write(&pit, 3, 0x80);
    to_tick(500);
    ck_assert_uint_eq(read16(2), 0x1200);
}
END_TEST

START_TEST(read_back_reports_null_count)
{
    i8254_write(&pit, 3, 0xb6);
    i8254_write(&pit, 3, 0xe8);                    /* status of counter 2 */
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xf6);  /* OUT, NULL, RW 3, mode 3 */
    i8254_write(&pit, 2, 10);
    i8254_write(&pit, 2, 0);
    to_tick(2);
    i8254_write(&pit, 3, 0xe8);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xb6);
}
END_TEST

/* 231164, mode 0: "Writing the first byte disables counting. OUT is set low immediately"; and
 * "null count goes to 1 when the second byte is written". */
START_TEST(mode0_stops_between_bytes)
{
    i8254_write(&pit, 3, 0xb0);
    i8254_write(&pit, 2, 5);
    i8254_write(&pit, 2, 0);
    to_tick(1 + 8);
    ck_assert(i8254_out(&pit, 2));
    ck_assert_uint_eq(read16(2), 0xfffd);
    i8254_write(&pit, 2, 4);
    ck_assert(!i8254_out(&pit, 2));
    i8254_gate(&pit, 2, false);
    i8254_gate(&pit, 2, true);
    to_tick(100);
    ck_assert(!i8254_out(&pit, 2));
    i8254_write(&pit, 3, 0xc8);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0x30);
    ck_assert_uint_eq(read16(2), 0xfffd);
    i8254_write(&pit, 2, 0);
    to_tick(101 + 3);
    ck_assert_uint_eq(read16(2), 1);
    ck_assert(!i8254_out(&pit, 2));
    to_tick(101 + 4);
    ck_assert(i8254_out(&pit, 2));
}
END_TEST

/* 231164, mode 4: "GATE has no effect on OUT", so a strobe is one CLK long in any case. */
START_TEST(mode4_strobe_ends_without_gate)
{
    i8254_write(&pit, 3, 0x98);
    i8254_write(&pit, 2, 5);
    to_tick(1 + 5);
    ck_assert(!i8254_out(&pit, 2));
    i8254_gate(&pit, 2, false);
    ck_assert(!i8254_out(&pit, 2));
    to_tick(1 + 6);
    ck_assert(i8254_out(&pit, 2) && pit.out[2].level);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0);
    to_tick(50);
    i8254_gate(&pit, 2, true);
    ck_assert(i8254_out(&pit, 2));
    ck_assert_uint_eq(i8254_read(&pit, 2), 0);
    to_tick(53);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xfd);
    to_tick(50 + 65536);
    ck_assert(i8254_out(&pit, 2));
}
END_TEST

/* CR moves to CE with the next CLK: of two counts before it the second is the one. */
START_TEST(two_counts_before_a_clk)
{
    i8254_write(&pit, 3, 0x94);
    i8254_write(&pit, 2, 100);
    i8254_write(&pit, 2, 10);
    to_tick(1 + 9);
    ck_assert(!i8254_out(&pit, 2));
    i8254_write(&pit, 3, 0x92);                    /* mode 1: the trigger, then the count */
    i8254_write(&pit, 2, 100);
    i8254_gate(&pit, 2, false);
    i8254_gate(&pit, 2, true);
    i8254_write(&pit, 2, 10);
    to_tick(11 + 9);
    ck_assert(!i8254_out(&pit, 2));
    to_tick(11 + 10);
    ck_assert(i8254_out(&pit, 2));
}
END_TEST

static void poke(struct i8254 *p, struct sched *s, int what, vtime dt)
{
    switch (what % 6) {
    case 0: i8254_write(p, 3, (uint8_t)(what >> 3)); break;
    case 1: case 2: i8254_write(p, (unsigned)(what >> 3) % 3, (uint8_t)(what >> 5)); break;
    case 3: i8254_read(p, (unsigned)(what >> 3) % 3); break;
    case 4: i8254_gate(p, 2, what >> 3 & 1); break;
    case 5: sched_advance(s, s->now + dt); break;
    }
}

struct twin { struct i8254 p; struct sched s; };

static void twin_init(struct twin *t)
{
    t->s = (struct sched){ .now = sched.now };
    i8254_init(&t->p, &t->s);
    t->p.out[0].set = ignore;
    t->p.out[2].set = ignore;
}

static void poke_twin(void *arg, uint32_t random)
{
    struct twin *t = arg;
    poke(&t->p, &t->s, (int)(random & 0xffff), random >> 16);
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct twin t;
    for (int i = 0; i < 200; i++)
        poke(&pit, &sched, (int)(dt_rand(&r) >> 8), dt_below(&r, 100000));
    twin_init(&t);
    dt_copy(&i8254_class, &pit, &t.p);
    sched_rescan(&t.s);
    for (int i = 0; i < 200; i++) {
        int what = (int)(dt_rand(&r) >> 8);
        vtime dt = dt_below(&r, 100000);
        poke(&pit, &sched, what, dt);
        poke(&t.p, &t.s, what, dt);
    }
    dt_same(&i8254_class, &pit, &t.p);
    if (_i % 10 == 0)
        dt_hostile(&i8254_class, &pit, &t.p, &t.s, poke_twin, &t);
}
END_TEST

START_TEST(no_field_is_forgotten)
{
    dt_covers(&i8254_class, sizeof(struct i8254));
}
END_TEST

/* 231164, "Read-Back Command Example": what is latched stays until it is read. */
START_TEST(read_back_example)
{
    uint64_t t = 0;
    for (unsigned i = 0; i < 3; i++) {
        i8254_write(&pit, 3, (uint8_t)(i << 6 | 0x34));
        i8254_write(&pit, i, 0x00);
        i8254_write(&pit, i, 0x10);
    }
    to_tick(t += 11);
    i8254_write(&pit, 3, 0xc2);                    /* count and status of counter 0 */
    i8254_write(&pit, 3, 0xe4);                    /* status of counter 1 */
    i8254_write(&pit, 3, 0x54);                    /* (it is reprogrammed: LSB only, mode 2) */
    i8254_write(&pit, 1, 50);
    i8254_write(&pit, 3, 0xec);                    /* status of 2, but not of 1: latched already */
    i8254_write(&pit, 3, 0xd8);                    /* count of counter 2 */
    to_tick(t += 10);
    i8254_write(&pit, 3, 0xc2);                    /* ignored */
    i8254_write(&pit, 3, 0xd8);                    /* ignored */
    to_tick(t += 10);
    ck_assert_uint_eq(i8254_read(&pit, 0), 0xb4);  /* the status first */
    ck_assert_uint_eq(read16(0), 0x1000 - 10);
    ck_assert_uint_eq(read16(0), 0x1000 - 30);     /* live again */
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xb4);
    ck_assert_uint_eq(read16(2), 0x1000 - 10);
}
END_TEST

static unsigned as_bcd(unsigned v)
{
    return v % 10 | v / 10 % 10 << 4 | v / 100 % 10 << 8 | v / 1000 % 10 << 12;
}

/* Four decades: 0 is 10000, zero is followed by 9999. */
START_TEST(counts_in_decimal)
{
    static const unsigned start[] = { 0x0000, 0x1000, 0x0123, 0x9999, 0x0010 };
    uint64_t t = 0;
    for (unsigned mode = 0; mode < 5; mode += 2) {
        for (size_t i = 0; i < ARRAY_LEN(start); i++) {
            unsigned n = (start[i] >> 12) * 1000 + (start[i] >> 8 & 15) * 100 +
                         (start[i] >> 4 & 15) * 10 + (start[i] & 15);
            n = n ? n : 10000;
            i8254_write(&pit, 3, (uint8_t)(0xb1 | mode << 1));
            i8254_write(&pit, 2, (uint8_t)start[i]);
            i8254_write(&pit, 2, (uint8_t)(start[i] >> 8));
            for (unsigned e = 0; e < 12000; e += 7) {
                unsigned want = mode == 2 ? n - e % n : (n + 20000 - e) % 10000;
                to_tick(t + 1 + e);
                ck_assert_uint_eq(read16(2), as_bcd(want));
            }
            to_tick(t += 12002);
        }
    }
    i8254_write(&pit, 3, 0xb7);                    /* mode 3 counts by two, twice a period */
    i8254_write(&pit, 2, 0x00);
    i8254_write(&pit, 2, 0x01);
    for (unsigned e = 0; e < 300; e++) {
        to_tick(t + 1 + e);
        ck_assert_uint_eq(read16(2), as_bcd(100 - 2 * e % 100));
        ck_assert_uint_eq(i8254_out(&pit, 2), e % 100 < 50);
    }
}
END_TEST

/* One byte only: the other is zero when written and is not read. */
START_TEST(single_bytes)
{
    i8254_write(&pit, 3, 0xa4);                    /* counter 2, MSB only, mode 2 */
    i8254_write(&pit, 2, 0x12);
    to_tick(1);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0x12);
    to_tick(2);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0x11);
    i8254_write(&pit, 3, 0x80);
    to_tick(0x1200);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0x11);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0x00);
    i8254_write(&pit, 3, 0x94);                    /* LSB only: 0 is 65536 */
    i8254_write(&pit, 2, 0);
    to_tick(0x1200 + 1 + 5);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xfb);
    ck_assert_uint_eq(i8254_read(&pit, 2), 0xfb);
    ck_assert_uint_eq(i8254_hz(&pit, 2), 18);
}
END_TEST

START_TEST(pitch_of_the_square_wave)
{
    ck_assert_uint_eq(i8254_hz(&pit, 2), 0);
    i8254_write(&pit, 3, 0xb6);
    i8254_write(&pit, 2, 0xa9);                    /* 1193: about 1000 Hz */
    i8254_write(&pit, 2, 0x04);
    ck_assert_uint_eq(i8254_hz(&pit, 2), 1000);
    i8254_gate(&pit, 2, false);
    ck_assert_uint_eq(i8254_hz(&pit, 2), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i8254");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, clocks_round_trip);
    tcase_add_test(t, mode2_interrupts_at_18_2_hz);
    tcase_add_test(t, latch_holds_while_counting);
    tcase_add_test(t, read_back_reports_null_count);
    tcase_add_test(t, read_back_example);
    tcase_add_test(t, counts_in_decimal);
    tcase_add_test(t, single_bytes);
    tcase_add_test(t, mode0_stops_between_bytes);
    tcase_add_test(t, mode4_strobe_ends_without_gate);
    tcase_add_test(t, two_counts_before_a_clk);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 100);
    tcase_add_test(t, pitch_of_the_square_wave);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
