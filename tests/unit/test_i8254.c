/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The 8254 against its datasheet: worked examples, then a clock-by-clock model of one
 * counter driven with the same random stimuli, then save/load at random moments.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/i8254.h"

static const struct clk CLK = { 105, 88000 };
static struct sched sched;
static struct i8254 pit;
static int rises;

static void irq0(void *sink, int pin, bool level) { (void)sink; (void)pin; rises += level; }
static void ignore(void *sink, int pin, bool level) { (void)sink; (void)pin; (void)level; }

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    i8254_init(&pit, &sched);
    pit.out[0].set = irq0;
    pit.out[2].set = ignore;
    i8254_reset(&pit);
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

/* One counter, one CLK at a time, straight from the mode descriptions. */
struct ref { int mode; bool gate, out, pending, armed, trig, fired; uint32_t cr, ce; };

static void ref_mode(struct ref *r, int mode)
{
    *r = (struct ref){ .mode = mode, .gate = r->gate, .out = mode != 0 };
}

static void ref_count(struct ref *r, uint32_t n)
{
    r->cr = n;
    if (r->mode == 0) { r->out = false; r->armed = false; }
    r->pending = r->mode != 1 && r->mode != 5 && !((r->mode == 2 || r->mode == 3) && r->armed);
    if (r->pending) r->fired = false;
}

static void ref_gate(struct ref *r, bool g)
{
    bool rose = g && !r->gate;
    r->gate = g;
    if (r->mode == 1 || r->mode == 5) {
        if (rose && r->cr) { r->pending = true; r->fired = false; if (r->mode == 1) r->out = false; }
    } else if ((r->mode == 2 || r->mode == 3) && (r->armed || r->pending)) {
        if (!g) { r->out = true; r->trig = false; }
        if (rose) r->pending = true;
    }
}

static void ref_load(struct ref *r) { r->ce = r->mode == 3 ? r->cr & ~1u : r->cr; r->trig = r->cr & 1; }

static void ref_clk(struct ref *r)
{
    if (r->pending) { r->pending = false; r->armed = true; r->out = r->mode > 1; ref_load(r); return; }
    if (!r->armed) return;
    switch (r->mode) {
    case 0: if (!r->gate) return; /* fall through */
    case 1: if (--r->ce == 0) r->out = true; r->ce &= 0xffff; break;
    case 2:
        if (!r->gate) return;
        if (r->ce == 1) { ref_load(r); r->out = true; } else if (--r->ce == 1) r->out = false;
        break;
    case 3:
        if (!r->gate) return;
        if (r->out && r->trig ? r->ce == 0 : r->ce == 2) { r->out = !r->out; ref_load(r); }
        else r->ce -= 2;
        break;
    default:
        if (r->mode == 4 && !r->gate) { if (r->fired) r->out = true; return; }
        r->ce = (r->ce - 1) & 0xffff;
        r->out = !(r->ce == 0 && !r->fired);
        if (r->ce == 0) r->fired = true;
    }
}

START_TEST(agrees_with_clock_by_clock_model)
{
    struct ref r = { .gate = true };
    uint64_t t = 0;
    int since = 9;
    srand((unsigned)_i + 1);
    ref_mode(&r, _i);
    i8254_write(&pit, 3, (uint8_t)(0x90 | _i << 1));
    for (int step = 0; step < 20000; step++, t++, since++) {
        to_tick(t);
        if (since > 2 && (_i < 4 || r.out) && rand() % 23 == 0) {
            if (rand() % 2) {
                uint8_t n = (uint8_t)(2 + rand() % 14);
                i8254_write(&pit, 2, n);
                ref_count(&r, n);
                since = 0;
            } else {
                bool g = !r.gate;
                i8254_gate(&pit, 2, g);
                ref_gate(&r, g);
                since = 0;
            }
        }
        ck_assert_msg(i8254_out(&pit, 2) == r.out && pit.out[2].level == r.out,
                      "mode %d tick %d: OUT %d, model %d", _i, step, i8254_out(&pit, 2), r.out);
        if (r.armed && !r.pending) {
            unsigned ce = i8254_read(&pit, 2);
            ck_assert_msg(ce == (r.ce & 0xff), "mode %d tick %d: CE %u, model %u", _i, step, ce, r.ce);
        }
        ref_clk(&r);
    }
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

START_TEST(save_load_is_invisible)
{
    static uint8_t a[8192], b[8192];
    srand((unsigned)_i);
    for (int i = 0; i < 200; i++)
        poke(&pit, &sched, rand(), (vtime)rand() % 100000);

    struct buf out = { a, 0, sizeof a, false };
    fields_save(&out, i8254_fields, &pit);
    ck_assert(!out.bad);

    struct sched s2 = { .now = sched.now };
    struct i8254 p2;
    i8254_init(&p2, &s2);
    p2.out[0].set = ignore;
    p2.out[2].set = ignore;
    i8254_reset(&p2);
    ck_assert(fields_load(a, out.len, i8254_fields, &p2) && i8254_post_load(&p2));
    for (int i = 0; i < 200; i++) {
        int what = rand();
        vtime dt = (vtime)rand() % 100000;
        poke(&pit, &sched, what, dt);
        poke(&p2, &s2, what, dt);
    }
    struct buf o1 = { a, 0, sizeof a, false }, o2 = { b, 0, sizeof b, false };
    fields_save(&o1, i8254_fields, &pit);
    fields_save(&o2, i8254_fields, &p2);
    ck_assert(o1.len == o2.len && !memcmp(a, b, o1.len));

    for (size_t i = 0; i < o1.len; i++) {          /* hostile files may fail, never crash */
        a[i] = rand() % 4 ? a[i] ^ (uint8_t)(1u << rand() % 8) : 0;
        if (fields_load(a, o1.len, i8254_fields, &p2) && i8254_post_load(&p2))
            poke(&p2, &s2, rand(), 1000);
    }
}
END_TEST

/* Every byte of the chip is state, declared transient, or alignment padding. */
START_TEST(no_field_is_forgotten)
{
    static uint8_t seen[sizeof(struct i8254)];
    size_t gap = 0;
    fields_cover(i8254_fields, seen);
    for (size_t i = 0; i < sizeof seen; i++) {
        gap = seen[i] ? 0 : gap + 1;
        ck_assert_msg(gap < 8, "byte %zu of struct i8254 is in no field", i);
    }
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
    tcase_add_loop_test(t, agrees_with_clock_by_clock_model, 0, 6);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 100);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
