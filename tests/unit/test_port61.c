/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* Port 61h: gate, refresh toggle, and the pitch of the speaker; beside a naive timer. */
#include "device_test.h"

#include "devices/port61.h"
#include "ref_pit.h"

static struct sched sched;
static struct i8254 pit;
static struct port61 p61;

static uint8_t in61(void) { return (uint8_t)port61_ops.read(&p61, 0, 1); }
static void out61(uint8_t v) { port61_ops.write(&p61, 0, v, 1); }
static void out4x(unsigned off, uint8_t v) { i8254_ops.write(&pit, off, v, 1); }

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    i8254_init(&pit, &sched);
    port61_init(&p61, &sched, &pit);
    i8254_class.reset(&pit, RESET_POWER);
    port61_class.reset(&p61, RESET_POWER);
}

START_TEST(refresh_toggles_every_15_us)
{
    unsigned toggles = 0;
    uint8_t last = in61();
    for (vtime t = 0; t < 1000000; t += 1000) {
        sched_advance(&sched, t);
        toggles += (in61() ^ last) >> 4 & 1;
        last = in61();
    }
    ck_assert_uint_eq(toggles, 66);                /* 1 ms / 15.085 us */
}
END_TEST

/* How firmware measures time without interrupts: mode 0 on counter 2, wait for bit 5. */
START_TEST(counter_2_reaches_bit_5)
{
    out61(1);
    out4x(3, 0xb0);
    out4x(2, 0xa9);
    out4x(2, 0x04);
    ck_assert_uint_eq(in61() & 0x20, 0);
    sched_advance(&sched, 999000);
    ck_assert_uint_eq(in61() & 0x20, 0);
    sched_advance(&sched, 1001000);
    ck_assert_uint_eq(in61() & 0x2f, 0x21);
}
END_TEST

START_TEST(speaker_sounds)
{
    uint32_t hz;
    out4x(3, 0xb6);
    out4x(2, 0xa9);
    out4x(2, 0x04);
    ck_assert(!port61_speaker(&p61, &hz));
    out61(3);
    ck_assert(port61_speaker(&p61, &hz));
    ck_assert_uint_eq(hz, 1000);
    out61(1);
    ck_assert(!port61_speaker(&p61, &hz));
    port61_class.reset(&p61, RESET_HARD);
    ck_assert_uint_eq(in61() & 15, 0);
}
END_TEST

/* What each bit is, from the table of the port, with a timer that goes CLK by CLK behind it. */
static unsigned ref_in61(unsigned ctl, uint64_t tick, const struct ref_pit *p)
{
    return ctl | (unsigned)(tick / 18 % 2) << 4 | (unsigned)p->c[2].out << 5;
}

static uint32_t ref_pitch(unsigned ctl, const struct ref_pit *p)
{
    const struct ref_counter *c = &p->c[2];
    bool wave = (c->mode == 2 || c->mode == 3) && c->started && c->gate;
    return wave && (ctl & 3) == 3 ? (uint32_t)(1193181.81 / c->n) : 0;
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ref_pit ref;
    unsigned ctl = 0, sounded = 0;
    uint64_t tick = 0;
    ref_pit_init(&ref);
    for (int i = 0; i < 20000; i++) {
        unsigned v = dt_rand(&r) & 0xff, n = dt_below(&r, 3);
        uint32_t hz = 0;
        switch (dt_below(&r, 8)) {
        case 0: case 1:
            out61((uint8_t)v);
            ctl = v & 15;
            ref_pit_gate(&ref, 2, v & 1);
            break;
        case 2:
            v = dt_below(&r, 3) ? 0xb0 | (v & 14) : n << 6 | 0x30 | (v & 14);
            out4x(3, (uint8_t)v);
            ref_pit_write(&ref, 3, v);
            break;
        case 3:
            n = dt_below(&r, 3) ? 2 : n;
            v = ref.c[n].write_high ? dt_below(&r, 4) : v < 2 ? 2 : v;
            out4x(n, (uint8_t)v);
            ref_pit_write(&ref, n, v);
            break;
        default:
            for (n = dt_below(&r, dt_below(&r, 9) ? 30 : 2000); n--; tick++)
                ref_pit_clk(&ref);
            sched_advance(&sched, clk_when(I8254_CLK, tick));
            break;
        }
        if (!ref_settled(&ref.c[2]))
            continue;
        dt_require(in61() == ref_in61(ctl, tick, &ref), "step %d: %02x, model %02x", i, in61(),
                   ref_in61(ctl, tick, &ref));
        bool sounds = port61_speaker(&p61, &hz);
        dt_require(hz == ref_pitch(ctl, &ref), "step %d: %u Hz", i, hz);
        dt_require(sounds == (hz >= 20 && hz <= 20000), "step %d: sounds %d", i, sounds);
        sounded += sounds;
    }
    ck_assert_uint_gt(sounded, 100);
}
END_TEST

START_TEST(state_is_complete)
{
    struct port61 twin;
    dt_covers(&port61_class, sizeof(struct port61));
    out61(0x0e);
    port61_init(&twin, &sched, &pit);
    dt_copy(&port61_class, &p61, &twin);
    dt_same(&port61_class, &p61, &twin);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("port61");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, refresh_toggles_every_15_us);
    tcase_add_test(t, counter_2_reaches_bit_5);
    tcase_add_test(t, speaker_sounds);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 5);
    tcase_add_test(t, state_is_complete);
    suite_add_tcase(s, t);
    return dt_run(s);
}
