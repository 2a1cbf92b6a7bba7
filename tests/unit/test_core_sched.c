/* SPDX-License-Identifier: BSD-2-Clause */
/* links: core */
/* Virtual time: exact clocks, the order of events, slices, and a naive model of the queue. */
#include "device_test.h"

#include "core/sched.h"

static struct sched sched;
static struct event ev[8];
static unsigned fired[64], fired_n;
static vtime fired_at[64];

static void fire(void *owner, vtime when)
{
    if (fired_n < ARRAY_LEN(fired)) {
        fired_at[fired_n] = when;
        fired[fired_n++] = (unsigned)((struct event *)owner - ev);
    }
}

static void setup(void)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    memset(&sched, 0, sizeof sched);
    fired_n = 0;
    for (unsigned i = 0; i < ARRAY_LEN(ev); i++)
        sched_add(&sched, &ev[i], names[i], fire, &ev[i]);
}

START_TEST(clocks_never_round_up_early)
{
    static const struct clk clks[] = {
        {105, 88000}, {32768, 1000000000},        {1152, 625000},  {1, 1},
        {3, 1},       {4294967295u, 4294967294u}, {1, 4294967295u}};
    struct dt_rng r = dt_seed(1);
    for (unsigned i = 0; i < ARRAY_LEN(clks); i++) {
        struct clk c = clks[i];
        for (int k = 0; k < 2000; k++) {
            vtime t = dt_rand(&r) & (k & 1 ? 0xffff : 0xffffffff);
            uint64_t n = clk_ticks(c, t);
            ck_assert_uint_eq(n, t / c.den * c.num + t % c.den * c.num / c.den);
            ck_assert(clk_when(c, n) <= t);
            ck_assert(clk_when(c, n + 1) > t);
            if (c.num > c.den)
                continue; /* more than one tick a ns: not every one has its own time */
            ck_assert_uint_eq(clk_ticks(c, clk_when(c, n)), n);
            ck_assert(!n || clk_ticks(c, clk_when(c, n) - 1) == n - 1);
        }
    }
}
END_TEST

START_TEST(ties_go_by_registration)
{
    sched_arm(&sched, &ev[5], 100);
    sched_arm(&sched, &ev[2], 100);
    sched_arm(&sched, &ev[7], 50);
    sched_arm(&sched, &ev[3], 100);
    ck_assert_uint_eq(sched_next(&sched), 50);
    sched_advance(&sched, 99);
    ck_assert_uint_eq(fired_n, 1);
    ck_assert_uint_eq(sched_now(&sched), 99);
    sched_arm(&sched, &ev[3], VTIME_NEVER);
    sched_arm(&sched, &ev[0], 40); /* overdue: at once, and time does not run back */
    sched_advance(&sched, 200);
    static const unsigned want[] = { 7, 0, 2, 5 };
    ck_assert(fired_n == 4 && !memcmp(fired, want, sizeof want));
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    ck_assert_uint_eq(sched_now(&sched), 200);
}
END_TEST

static unsigned beats;
static void beat(void *owner, vtime when)
{
    struct event *e = owner;
    ck_assert_uint_eq(sched_now(&sched), when);
    beats++;
    sched_arm(&sched, e, when + 10);
}

START_TEST(an_event_may_rearm_itself)
{
    struct event e;
    beats = 0;
    sched_add(&sched, &e, "beat", beat, &e);
    sched_arm(&sched, &e, 10);
    sched_advance(&sched, 1000);
    ck_assert_uint_eq(beats, 100);
    ck_assert_uint_eq(sched_next(&sched), 1010);
}
END_TEST

static vtime slice_now;
static unsigned kicks;
static vtime in_slice(void *cpu) { (void)cpu; return slice_now; }
static void kick(void *cpu) { (void)cpu; kicks++; }

START_TEST(a_nearer_event_ends_the_slice)
{
    kicks = 0;
    sched.in_slice = in_slice;
    sched.kick = kick;
    sched.slice_end = 1000;
    slice_now = 300;
    ck_assert_uint_eq(sched_now(&sched), 300);
    sched_arm(&sched, &ev[0], 1000);
    ck_assert_uint_eq(kicks, 0);
    sched_arm(&sched, &ev[1], 999);
    ck_assert_uint_eq(kicks, 1);
    sched_arm(&sched, &ev[1], 999);                /* nothing new */
    ck_assert_uint_eq(kicks, 1);
}
END_TEST

/* The soonest by looking at all of them. */
static unsigned soonest(void)
{
    unsigned best = 0;
    for (unsigned i = 1; i < ARRAY_LEN(ev); i++)
        if (ev[i].when < ev[best].when)
            best = i;
    return best;
}

START_TEST(agrees_with_naive_queue)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (int step = 0; step < 5000; step++) {
        uint32_t x = dt_rand(&r);
        if (x & 3)
            sched_arm(&sched, &ev[x >> 8 & 7], x & 4 ? VTIME_NEVER : sched.now + (x >> 16 & 31));
        if (x & 8) {
            for (unsigned i = 0; i < 8; i++)       /* as a snapshot would */
                ev[i].when = x >> (8 + i) & 1 ? ev[i].when : VTIME_NEVER;
            sched_rescan(&sched);
        }
        unsigned s = soonest();
        vtime due = ev[s].when;
        ck_assert_uint_eq(sched_next(&sched), due);
        fired_n = 0;
        if (due != VTIME_NEVER && x & 16) {
            sched_advance(&sched, due > sched.now ? due : sched.now);
            ck_assert(fired_n && fired[0] == s && fired_at[0] == due);
            for (unsigned i = 1; i < fired_n; i++)
                ck_assert(fired_at[i] > fired_at[i - 1] ||
                          (fired_at[i] == fired_at[i - 1] && fired[i] > fired[i - 1]));
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_sched");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, clocks_never_round_up_early);
    tcase_add_test(t, ties_go_by_registration);
    tcase_add_test(t, an_event_may_rearm_itself);
    tcase_add_test(t, a_nearer_event_ends_the_slice);
    tcase_add_loop_test(t, agrees_with_naive_queue, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
