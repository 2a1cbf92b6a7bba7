/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The real-time clock beside a naive one that goes tick by tick of its crystal, after the MC146818
 * data sheet: seconds that carry into minutes and so on, flags, interrupts, the update cycle, in
 * all four ways to write a time.
 */
#include "device_test.h"

#include "devices/mc146818.h"

enum { HZ = 32768, REG_A = 10, REG_B, REG_C, REG_D, CENTURY = 0x32 };
enum { SET = 0x80, PIE = 0x40, AIE = 0x20, UIE = 0x10, BINARY = 4, HOURS_24 = 2 };

struct ref {
    unsigned byte[128];
    unsigned divider;                        /* ticks of the present second */
    bool     pf, af, uf;
};
static struct ref ref;
static const struct clk CRYSTAL = { HZ, 1000000000 };
static struct sched sched;
static struct mc146818 rtc;
static struct dt_pin irq;
static uint64_t tick;

/* ---- the model ---- */

static unsigned digits(unsigned v)
{
    return ref.byte[REG_B] & BINARY ? v : v / 10 * 16 + v % 10;
}
static unsigned number(unsigned v)
{
    return ref.byte[REG_B] & BINARY ? v : v / 16 * 10 + v % 16;
}

static unsigned hour_byte(unsigned h)
{
    if (ref.byte[REG_B] & HOURS_24)
        return digits(h);
    return digits(h % 12 ? h % 12 : 12) + (h < 12 ? 0 : 0x80);
}
static unsigned hour(void)
{
    unsigned v = ref.byte[4];
    if (ref.byte[REG_B] & HOURS_24)
        return number(v);
    return number(v & 0x7f) % 12 + (v & 0x80 ? 12 : 0);
}

static unsigned days_of_month(unsigned month, unsigned year)
{
    static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Adds one; true: it went from 'last' back to 'first'. */
static bool carry(unsigned reg, unsigned first, unsigned last)
{
    unsigned v = number(ref.byte[reg]);
    ref.byte[reg] = digits(v == last ? first : v + 1);
    return v == last;
}

static void next_day(void)
{
    unsigned month = number(ref.byte[8]);
    unsigned year = number(ref.byte[CENTURY]) * 100 + number(ref.byte[9]);
    carry(6, 1, 7);
    if (carry(7, 1, days_of_month(month, year)) && carry(8, 1, 12) && carry(9, 0, 99))
        carry(CENTURY, 0, 99);
}

static void second(void)
{
    if (carry(0, 0, 59) && carry(2, 0, 59)) {
        unsigned h = hour() + 1;
        ref.byte[4] = hour_byte(h % 24);
        if (h == 24)
            next_day();
    }
    ref.uf = true;
    bool alarm = true;
    for (unsigned reg = 0; reg < 6; reg += 2)
        alarm &= ref.byte[reg + 1] >= 0xc0 || ref.byte[reg + 1] == ref.byte[reg];
    ref.af |= alarm;
}

static bool held_in_reset(void) { return (ref.byte[REG_A] & 0x60) == 0x60; }

/* Table 5: the periodic rate, in ticks. */
static unsigned period(void)
{
    static const unsigned ticks[16] = { 0,  128, 256, 4,   8,    16,   32,   64,
                                        128, 256, 512, 1024, 2048, 4096, 8192, 16384 };
    return ticks[ref.byte[REG_A] & 15];
}

static void ref_tick(void)
{
    if (held_in_reset())
        return;
    ref.divider = (ref.divider + 1) % HZ;
    if (period() && ref.divider % period() == 0)
        ref.pf = true;
    if (ref.divider == 0 && !(ref.byte[REG_B] & SET))
        second();
}

static bool interrupts(void)
{
    unsigned b = ref.byte[REG_B];
    return (ref.pf && b & PIE) || (ref.af && b & AIE) || (ref.uf && b & UIE);
}

static void ref_write(unsigned reg, unsigned v)
{
    bool held = held_in_reset();
    if (reg == REG_B && v & SET)
        v &= 0xff ^ UIE;
    if (reg == REG_A)
        v &= 0x7f;
    if (reg != REG_C && reg != REG_D)
        ref.byte[reg] = v;
    if (reg == REG_A && held && !held_in_reset())
        ref.divider = HZ / 2;                /* the first update comes half a second later */
}

/* 244 us of warning and 1984 us of update: 73 ticks. */
static unsigned ref_read(unsigned reg)
{
    unsigned v = ref.byte[reg];
    if (reg == REG_A && !held_in_reset() && !(ref.byte[REG_B] & SET) && ref.divider >= HZ - 73)
        v |= 0x80;
    if (reg == REG_C) {
        v = (interrupts() ? 0x80u : 0u) | (unsigned)ref.pf << 6 | (unsigned)ref.af << 5 |
            (unsigned)ref.uf << 4;
        ref.pf = ref.af = ref.uf = false;
    }
    return v;
}

/* ---- both ---- */

static void out(unsigned reg, unsigned v)
{
    mc146818_ops.write(&rtc, 0, reg, 1);
    mc146818_ops.write(&rtc, 1, v, 1);
    ref_write(reg, v & 0xff);
}

static void in(unsigned reg)
{
    mc146818_ops.write(&rtc, 0, reg | 0x80, 1);
    unsigned got = (unsigned)mc146818_ops.read(&rtc, 1, 1), want = ref_read(reg);
    dt_require(got == want, "tick %llu, register %u: %02x, model %02x", (unsigned long long)tick,
               reg, got, want);
}

static void later(unsigned ticks)
{
    tick += ticks;
    sched_advance(&sched, clk_when(CRYSTAL, tick));
    while (ticks--)
        ref_tick();
}

/* A time of day and a date, often the last moments of a day, month, year or century. */
static void set_clock(struct dt_rng *r)
{
    bool late = dt_below(r, 2), stop = dt_below(r, 2);
    unsigned b = ref.byte[REG_B] & 0x71, year = dt_below(r, 4) ? dt_below(r, 100) : 99;
    unsigned month = dt_below(r, 3) ? 1 + dt_below(r, 12) : dt_below(r, 2) ? 2 : 12;
    unsigned century = dt_below(r, 100);
    unsigned last = days_of_month(month, century * 100 + year);
    unsigned mode = dt_rand(r) & (BINARY | HOURS_24);
    out(REG_B, b | mode | (stop ? SET : 0));
    out(0, digits(late ? 59 : dt_below(r, 60)));
    out(2, digits(late ? 59 : dt_below(r, 60)));
    out(4, hour_byte(late ? 23 : dt_below(r, 24)));
    out(6, digits(1 + dt_below(r, 7)));
    out(7, digits(late ? last : 1 + dt_below(r, 28)));
    out(8, digits(month));
    out(9, digits(year));
    out(CENTURY, digits(century));
    for (unsigned reg = 1; reg < 6; reg += 2)
        out(reg, digits(dt_below(r, reg == 5 ? 12 : 60)));
    if (stop)
        out(REG_B, b | mode);
}

/* Most alarms are about to come. */
static void set_alarm(struct dt_rng *r)
{
    for (unsigned reg = 0; reg < 6; reg += 2) {
        unsigned v = dt_below(r, 3) ? ref.byte[reg] : dt_rand(r) & 0xff;
        if (reg == 0 && dt_below(r, 2))
            v = digits((number(ref.byte[0]) + 1 + dt_below(r, 3)) % 60);
        out(reg + 1, dt_below(r, 3) ? v : 0xc0 | v);
    }
}

static void step(struct dt_rng *r)
{
    unsigned v = dt_rand(r) & 0xff;
    switch (dt_below(r, 16)) {
    case 0:
        if (dt_below(r, 4) == 0)
            set_clock(r);
        break;
    case 1: set_alarm(r); break;
    case 2: out(REG_A, (dt_below(r, 8) ? 0x20 : v & 0xf0) | (v & 15)); break;
    case 3: case 4:
        out(REG_B, (ref.byte[REG_B] & (BINARY | HOURS_24)) | (v & (PIE | AIE | UIE)) |
                       (dt_below(r, 8) ? 0 : SET));
        break;
    case 5: out(0x0c + dt_below(r, 0x26), v); break;         /* RAM, and C and D */
    case 6: case 7: in(REG_C); break;
    case 8: in(dt_below(r, 128)); break;
    case 9:
        for (unsigned reg = 0; reg < 12; reg++)
            in(reg);
        break;
    case 10: later(HZ - 80 - ref.divider % (HZ - 80)); break;        /* about to update */
    default: later(dt_below(r, 3) ? dt_below(r, 100) : dt_below(r, 50000)); break;
    }
}

START_TEST(agrees_tick_by_tick)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    memset(&sched, 0, sizeof sched);
    tick = 0;
    mc146818_init(&rtc, &sched, INT64_C(951782399));         /* 2000-02-28 23:59:59, a Monday */
    dt_wire(&rtc.irq, &irq);
    mc146818_class.reset(&rtc, RESET_POWER);
    ref = (struct ref){ .byte = { 0x59, 0, 0x59, 0, 0x23, 0, 2, 0x28, 2, 0, 0x26, 2, 0, 0x80 } };
    ref.byte[CENTURY] = 0x20;
    for (int i = 0; i < 20000; i++) {
        step(&r);
        dt_require(irq.level == interrupts(), "step %d, tick %llu: interrupt %d, model %d", i,
                   (unsigned long long)tick, irq.level, interrupts());
    }
    for (unsigned reg = 0; reg < 128; reg++)
        in(reg);
    ck_assert_uint_gt(irq.rises, 500);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mc146818_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_tick_by_tick, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
