/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The whole 8254 beside a naive one that goes CLK by CLK (ref_pit.h): three counters in any modes,
 * binary and decimal, counts of one and two bytes, latches, read-back, the gate of counter 2.
 */
#include "device_test.h"

#include "devices/i8254.h"
#include "ref_pit.h"

static struct sched sched;
static struct i8254 pit;
static struct ref_pit ref;
static struct dt_pin pin[3];
static uint64_t tick;

static void out(unsigned port, unsigned v)
{
    i8254_ops.write(&pit, port, v, 1);
    ref_pit_write(&ref, port, v);
}

static void in(unsigned port)
{
    bool known;
    unsigned got = (unsigned)i8254_ops.read(&pit, port, 1);
    unsigned want = ref_pit_read(&ref, port, &known);
    dt_require(!known || got == want, "tick %llu, counter %u (mode %u): %02x, model %02x",
               (unsigned long long)tick, port, ref.c[port].mode, got, want);
}

static void compare(void)
{
    for (unsigned i = 0; i < 3; i++) {
        if (!ref_settled(&ref.c[i]))
            continue;
        dt_require(i8254_out(&pit, i) == ref.c[i].out && pin[i].level == ref.c[i].out,
                   "tick %llu, counter %u (mode %u): OUT %d, pin %d, model %d",
                   (unsigned long long)tick, i, ref.c[i].mode, i8254_out(&pit, i),
                   pin[i].level, ref.c[i].out);
    }
}

static void later(unsigned ticks)
{
    while (ticks--) {
        sched_advance(&sched, clk_when(I8254_CLK, ++tick));
        ref_pit_clk(&ref);
        compare();
    }
}

static unsigned decimal(unsigned v)
{
    return v % 10 + v / 10 % 10 * 16 + v / 100 % 10 * 256 + v / 1000 % 10 * 4096;
}

/* Counts that are legal in every mode, mostly small ones. */
static void write_count(struct dt_rng *r, unsigned i)
{
    const struct ref_counter *c = &ref.c[i];
    unsigned v = dt_below(r, 12) ? 2 + dt_below(r, 30) : dt_rand(r) & 0xffff;
    v = v == 1 ? 0 : v;
    v = c->bcd ? decimal(v % 10000 == 1 ? 0 : v % 10000) : v;
    if (c->rw == 1)
        out(i, (v & 0xff) == 1 ? 0 : v & 0xff);
    else if (c->rw == 2)
        out(i, dt_below(r, 10) ? dt_below(r, 3) : c->bcd ? 0x98 : v >> 8);
    else if (!c->write_high)
        out(i, v & 0xff);
    else
        out(i, c->low == 1 ? 1 : dt_below(r, 6) ? 0 : v >> 8);
}

static void gate(bool level)
{
    i8254_gate(&pit, 2, level);
    ref_pit_gate(&ref, 2, level);
}

static void step(struct dt_rng *r)
{
    unsigned i = dt_below(r, 3), v = dt_rand(r) & 0xff;
    if (ref.c[2].mode == 4 && !ref.c[2].out)
        gate(v & 2);                                 /* which is rarely to be had */
    switch (dt_below(r, 10)) {
    case 0:
        if (dt_below(r, 3))
            break;
        out(3, i << 6 | (1 + dt_below(r, 3)) << 4 | (v & 15));
        if (dt_below(r, 4))
            write_count(r, i);
        if (ref.c[i].write_high && dt_below(r, 4))
            write_count(r, i);
        break;
    case 1: out(3, i << 6 | (v & 15)); break;        /* latch */
    case 2: out(3, 0xc0 | v); break;                 /* read back */
    case 3:
        write_count(r, i);
        if (ref.c[i].write_high && dt_below(r, 4))
            write_count(r, i);
        break;
    case 4: case 5: in(i); break;
    case 6: gate(v & 1); break;
    default: later(dt_below(r, 20) ? dt_below(r, 12) : dt_below(r, 3000)); break;
    }
    compare();
}

START_TEST(agrees_clock_by_clock)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    memset(&sched, 0, sizeof sched);
    tick = 0;
    i8254_init(&pit, &sched);
    for (unsigned i = 0; i < 3; i++)
        dt_wire(&pit.out[i], &pin[i]);
    i8254_class.reset(&pit, RESET_POWER);
    ref_pit_init(&ref);
    for (int n = 0; n < 20000; n++) {
        step(&r);
        if (n % 5000 == 0)
            later(70000);
    }
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_gt(pin[i].rises, 300);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i8254_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_clock_by_clock, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
