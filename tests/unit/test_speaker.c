/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The PC speaker: tones, bit 1 of port 61h, pulse widths; the sound of a machine that is saved,
 * loaded or not listened to. */
#include "device_test.h"

#include "devices/port61.h"
#include "ref_pit.h"

static struct sched sched;
static struct i8254 pit;
static struct speaker spk;
static struct port61 p61;
static struct audio_frame got[200000];
static size_t n_got;

static void out61(uint8_t v) { port61_ops.write(&p61, 0, v, 1); }
static void out4x(unsigned off, uint8_t v) { i8254_ops.write(&pit, off, v, 1); }

static void count2(uint8_t control, unsigned n)
{
    out4x(3, control);
    out4x(2, (uint8_t)n);
    out4x(2, (uint8_t)(n >> 8));
}

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    i8254_init(&pit, &sched);
    speaker_init(&spk, &sched, &pit);
    port61_init(&p61, &sched, &pit);
    p61.speaker = &spk;
    pit.moved = speaker_moved;
    pit.moved_owner = &spk;
    i8254_class.reset(&pit, RESET_POWER);
    port61_class.reset(&p61, RESET_POWER);
    n_got = 0;
}

static void take(void)
{
    n_got += speaker_take(&spk, got + n_got, ARRAY_LEN(got) - n_got);
}

/* Plays on for so long, looking every 10 ms as a front end does. */
static void play(vtime ns)
{
    vtime end = sched.now + ns;
    while (sched.now < end) {
        sched_advance(&sched, end - sched.now > 10000000 ? sched.now + 10000000 : end);
        take();
    }
}

/* Crossings of zero, upwards; what a carrier leaves on the way does not count. */
static unsigned rising(size_t from)
{
    unsigned n = 0;
    bool below = false;
    for (size_t i = from; i < n_got; i++) {
        n += below && got[i].left > 800;
        below = got[i].left < -800 || (below && got[i].left <= 800);
    }
    return n;
}

static int loudest(size_t from)
{
    int max = 0;
    for (size_t i = from; i < n_got; i++)
        max = abs(got[i].left) > max ? abs(got[i].left) : max;
    return max;
}

START_TEST(silence_is_zeroes_and_time_is_exact)
{
    play(50000000);
    ck_assert_uint_eq(n_got, 0);                 /* nobody listened */
    speaker_start(&spk);
    play(1000000000);
    ck_assert_uint_eq(n_got, 48000);
    ck_assert_int_eq(loudest(0), 0);
    play(20832);                                 /* a frame is 20833 1/3 ns */
    ck_assert_uint_eq(n_got, 48000);
    play(2);
    ck_assert_uint_eq(n_got, 48001);
}
END_TEST

START_TEST(tones_have_their_pitch)
{
    static const unsigned counts[] = { 1193, 2712, 119, 11932, 65536 };
    speaker_start(&spk);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        count2(0xb6, counts[i] & 0xffff);
        out61(3);
        play(300000000);                         /* the capacitor settles */
        size_t from = n_got = 0;
        play(1000000000);
        unsigned hz = (unsigned)(1193182 / counts[i]), r = rising(from);
        ck_assert_msg(r + 1 >= hz && r <= hz + 1, "count %u: %u Hz", counts[i], r);
        ck_assert_int_gt(loudest(0), 3000);
        ck_assert_int_lt(loudest(0), 12001);
        for (size_t k = 0; k < n_got; k++)
            ck_assert_int_eq(got[k].left, got[k].right);
    }
    out61(1);                                    /* the counter runs on, unheard */
    play(500000000);
    n_got = 0;
    play(10000000);
    ck_assert_int_eq(loudest(0), 0);
}
END_TEST

/* Programs of the first PCs leave the gate off and move bit 1 themselves. */
START_TEST(bit_1_alone_sounds)
{
    speaker_start(&spk);
    count2(0xb6, 1000);                          /* GATE is low: OUT stays high */
    for (int i = 0; i < 500; i++) {
        out61(i & 1 ? 0 : 2);
        play(1000000);
        if (i == 100)
            n_got = 0;
    }
    unsigned r = rising(0);
    ck_assert_msg(r >= 198 && r <= 201, "%u", r);
}
END_TEST

/* The average of pulses above the audible is the sound: a sine by pulse widths, mode 0 on
 * counter 2, a new width every 64 ticks (18.6 kHz). */
START_TEST(pulse_widths_make_a_wave)
{
    static const uint8_t width[16] = { 32, 42, 51, 57, 60, 57, 51, 42,
                                       32, 22, 13, 7, 4, 7, 13, 22 };
    speaker_start(&spk);
    out61(3);
    out4x(3, 0x90);                              /* LSB only, mode 0 */
    uint64_t tick = 0;
    for (int i = 0; i < 16 * 1200; i++) {
        out4x(2, width[i % 16]);
        tick += 64;
        sched_advance(&sched, clk_when(I8254_CLK, tick));
        take();
        if (i == 16 * 35)
            n_got = 0;
    }
    unsigned r = rising(0);                      /* 1193182 / 64 / 16 is 1165 Hz; for 1 s */
    ck_assert_msg(r >= 1160 && r <= 1170, "%u", r);
    ck_assert_int_gt(loudest(0), 2500);
}
END_TEST

/* A width that does not change is a level, and the capacitor takes it away. */
START_TEST(pulse_widths_average)
{
    speaker_start(&spk);
    out61(3);
    count2(0xb4, 50);                            /* mode 2: low for one tick of 50, 23.9 kHz */
    play(1000000000);
    n_got = 0;
    play(100000000);
    ck_assert_int_lt(loudest(0), 400);
    count2(0xb6, 24);                            /* 49.7 kHz, half of the time high */
    sched_advance(&sched, sched.now + 2000000);
    n_got = 0;
    take();
    ck_assert_int_lt(got[20].left, -3000);       /* the cone goes back to the middle */
}
END_TEST

/* The same tone however often one looks, and whatever else is read meanwhile. */
START_TEST(looking_changes_nothing)
{
    static struct audio_frame first[48000];
    for (int round = 0; round < 2; round++) {
        struct dt_rng r = dt_seed(3);
        setup();
        speaker_start(&spk);
        out61(3);
        for (int i = 0; i < 60; i++) {
            count2(dt_below(&r, 2) ? 0xb6 : 0xb4, 200 + dt_below(&r, 5000));
            vtime end = sched.now + 7000000;
            while (round && sched.now < end) {
                sched_advance(&sched, sched.now + 70000);
                out4x(3, 0x80);
                i8254_ops.read(&pit, 2, 1);
                i8254_ops.read(&pit, 2, 1);
                take();
            }
            sched_advance(&sched, end);
            take();
        }
        ck_assert_uint_eq(n_got, 60 * 336);
        if (round)
            ck_assert(!memcmp(first, got, n_got * sizeof *got));
        memcpy(first, got, n_got * sizeof *got);
    }
}
END_TEST

/* A cone that follows OUT and bit 1 tick by tick, averaged over each frame; the two filters in
 * floating point. */
struct ref_cone { uint64_t at, high; double coil, cone, rest; struct ref_pit pit; bool data; };

/* The level that it has until so many thirds of a nanosecond; true: a frame is complete. */
static bool ref_hold(struct ref_cone *c, uint64_t until, double *frame)
{
    uint64_t end = (c->at / 62500 + 1) * 62500;
    uint64_t to = until < end ? until : end;
    c->high += c->data && c->pit.c[2].out ? to - c->at : 0;
    c->at = to;
    if (to < end)
        return false;
    c->coil += ((double)c->high * 12000 / 62500 - c->coil) * 5 / 8;
    c->cone += (c->coil - c->cone) * 5 / 8;
    c->rest += (c->cone - c->rest) / 256;
    *frame = c->cone - c->rest;
    c->high = 0;
    return true;
}

static void ref_act(struct ref_cone *c, struct dt_rng *r)
{
    static const unsigned modes[] = { 0xb0, 0xb4, 0xb6, 0xb6 };
    unsigned v = dt_rand(r) & 3, n = 2 + dt_below(r, dt_below(r, 3) ? 4000 : 100);
    if (dt_below(r, 3)) {
        out61((uint8_t)v);
        c->data = v & 2;
        ref_pit_gate(&c->pit, 2, v & 1);
        return;
    }
    count2((uint8_t)modes[v], n);
    ref_pit_write(&c->pit, 3, modes[v]);
    ref_pit_write(&c->pit, 2, n & 0xff);
    ref_pit_write(&c->pit, 2, n >> 8);
}

START_TEST(agrees_with_naive_cone)
{
    static double want[60000];
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ref_cone c = { .at = 0 };
    uint64_t tick = 0;
    size_t frames = 0;
    ref_pit_init(&c.pit);
    speaker_start(&spk);
    for (int i = 0; i < 500; i++) {
        ref_act(&c, &r);
        for (unsigned n = 1 + dt_below(&r, dt_below(&r, 3) ? 300 : 9000); n--;) {
            uint64_t next = clk_when(I8254_CLK, ++tick) * 3;
            while (c.at < next)
                frames += ref_hold(&c, next, &want[frames]);
            ref_pit_clk(&c.pit);
        }
        sched_advance(&sched, clk_when(I8254_CLK, tick));
        if (dt_below(&r, 4) && i < 499)
            continue;                            /* nobody looks meanwhile */
        take();
        dt_require(n_got == frames, "%zu frames, model %zu", n_got, frames);
    }
    ck_assert_uint_gt(frames, 20000);
    for (size_t i = 0; i < frames; i++)
        dt_require(got[i].left >= want[i] - 4 && got[i].left <= want[i] + 4,
                   "frame %zu: %d, model %f", i, got[i].left, want[i]);
}
END_TEST

/* The guest sees nothing of it, and a loaded snapshot sounds as the machine it was taken from. */
START_TEST(guest_state_is_untouched)
{
    struct dt_rng r = dt_seed(7);
    uint64_t hash[2];
    for (int round = 0; round < 2; round++) {
        r = dt_seed(7);
        setup();
        if (round)
            speaker_start(&spk);
        for (int i = 0; i < 3000; i++) {
            unsigned what = dt_below(&r, 8), v = dt_below(&r, 256);
            if (what < 4)
                out4x(what, (uint8_t)v);
            else if (what < 6)
                out61((uint8_t)v);
            sched_advance(&sched, sched.now + dt_below(&r, 300000));
            take();
            n_got = 0;
        }
        hash[round] = fields_hash(fields_hash(HASH_SEED, i8254_class.fields, &pit),
                                  port61_class.fields, &p61);
    }
    ck_assert_uint_eq(hash[0], hash[1]);
    setup();
    speaker_start(&spk);
    count2(0xb6, 1193);
    out61(3);
    struct buf b = dt_save(&i8254_class, &pit), c = dt_save(&port61_class, &p61);
    play(2000000000);
    out61(0);
    sched.now = 100;                             /* back to then */
    ck_assert(dt_load(&i8254_class, &pit, b.p, b.len) && dt_load(&port61_class, &p61, c.p, c.len));
    buf_free(&b);
    buf_free(&c);
    play(500000000);
    n_got = 0;
    play(1000000000);
    ck_assert_uint_ge(rising(0), 999);
    ck_assert_uint_le(rising(0), 1001);
}
END_TEST

/* Nobody takes anything for an hour, and the fastest wave there is. */
START_TEST(long_silences_cost_nothing)
{
    speaker_start(&spk);
    count2(0xb6, 2);
    out61(3);
    sched_advance(&sched, UINT64_C(3600000000000));
    take();
    ck_assert_uint_le(n_got, SPEAKER_RING);
    play(10000000);
    sched_advance(&sched, sched.now + 900000000);    /* more than the ring has room for */
    n_got = 0;
    take();
    ck_assert_uint_eq(n_got, SPEAKER_RING);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("speaker");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, silence_is_zeroes_and_time_is_exact);
    tcase_add_test(t, tones_have_their_pitch);
    tcase_add_test(t, bit_1_alone_sounds);
    tcase_add_test(t, pulse_widths_make_a_wave);
    tcase_add_test(t, pulse_widths_average);
    tcase_add_test(t, looking_changes_nothing);
    tcase_add_loop_test(t, agrees_with_naive_cone, 0, 4);
    tcase_add_test(t, guest_state_is_untouched);
    tcase_add_test(t, long_silences_cost_nothing);
    suite_add_tcase(s, t);
    return dt_run(s);
}
