/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* A monitor's memory on two wires, as an adapter reads it, and with any levels at all; beside a
 * naive model. */
#include "device_test.h"

#include "devices/ddc.h"
#include "frontend/builtin.h"

static struct ddc d;

static void start(void)
{
    ddc_pins(&d, d.scl, true);
    ddc_pins(&d, true, true);
    ddc_pins(&d, true, false);
    ddc_pins(&d, false, false);
}

static void stop(void)
{
    ddc_pins(&d, false, false);
    ddc_pins(&d, true, false);
    ddc_pins(&d, true, true);
}

static bool clock_bit(bool bit)
{
    ddc_pins(&d, false, bit);
    ddc_pins(&d, true, bit);
    bool level = ddc_sda(&d);
    ddc_pins(&d, false, bit);
    return level;
}

/* True: acknowledged. */
static bool put(unsigned byte)
{
    for (unsigned i = 8; i--;)
        clock_bit(byte >> i & 1);
    return !clock_bit(true);
}

static unsigned get(bool more)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 8; i++)
        v = v << 1 | clock_bit(true);
    clock_bit(!more);
    return v;
}

START_TEST(whole)
{
    unsigned sum = 0;
    ddc_init(&d);
    start();
    ck_assert(put(0xa0));
    ck_assert(put(0));
    start();                                         /* again, without a stop */
    ck_assert(put(0xa1));
    for (unsigned i = 0; i < EDID_SIZE; i++) {
        unsigned v = get(i < EDID_SIZE - 1);
        ck_assert_uint_eq(v, edid[i]);
        sum += v;
    }
    ck_assert_uint_eq(sum & 0xff, 0);
    stop();
    ck_assert(ddc_sda(&d) && ddc_scl(&d));
    start();                                         /* goes on where it was; nothing more there */
    ck_assert(put(0xa1));
    ck_assert_uint_eq(get(false), 0xff);
    ck_assert_uint_eq(get(false), 0xff);             /* not asked to: the wire is let go */
    stop();
}
END_TEST

START_TEST(refused)
{
    ddc_init(&d);
    start();
    ck_assert(!put(0x6e));
    ck_assert(!put(0xa0));                           /* only after a start */
    stop();
    start();
    ck_assert(put(0xa0));
    ck_assert(put(8));
    ck_assert(!put(0x55));                           /* it cannot be written */
    stop();
    start();
    ck_assert(put(0xa1));
    ck_assert_uint_eq(get(true), 0x59);
    ck_assert_uint_eq(get(false), 0x34);
    stop();
}
END_TEST

/* All bits since the last start: the I2C specification and the 24C02's data sheet say of each whose
 * it is and what it means. */
struct ref { bool started, scl, sda, low, bit[4096]; unsigned clocks, place; };

static unsigned ref_byte(const struct ref *m, unsigned n)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 8; i++)
        v = v * 2 + m->bit[n * 9 + i];
    return v;
}

/* Does the memory send byte n? It does until a byte is not acknowledged. */
static bool ref_sends(const struct ref *m, unsigned n)
{
    bool sends = n > 0 && ref_byte(m, 0) == 0xa1;
    for (unsigned i = 1; i < n; i++)
        sends &= !m->bit[i * 9 + 8];
    return sends;
}

/* Does it acknowledge byte n of the adapter's? */
static bool ref_takes(const struct ref *m, unsigned n)
{
    return (ref_byte(m, 0) & 0xfe) == 0xa0 && (n == 0 || (n == 1 && ref_byte(m, 0) == 0xa0));
}

static void ref_falls(struct ref *m)
{
    unsigned byte = m->clocks / 9, bit = m->clocks % 9;
    bool sends = ref_sends(m, byte);
    if (bit == 8 && byte == 1 && ref_byte(m, 0) == 0xa0)
        m->place = ref_byte(m, 1);
    if (sends && bit == 0 && m->clocks)
        m->place = (m->place + 1) % 256;     /* as of this byte it has gone on */
    unsigned v = m->place && m->place <= EDID_SIZE ? edid[m->place - 1] : 0xff;
    m->low = bit == 8 ? !sends && ref_takes(m, byte) : sends && !(v >> (7 - bit) & 1);
}

static void ref_pins(struct ref *m, bool scl, bool sda)
{
    if (m->scl && scl && m->sda != sda) {
        m->started = !sda;
        m->clocks = 0;
        m->low = false;
    } else if (m->started && scl && !m->scl && m->clocks < 4096) {
        m->bit[m->clocks++] = sda;
    } else if (m->started && !scl && m->scl && m->clocks) {
        ref_falls(m);
    }
    m->scl = scl;
    m->sda = sda;
}

static struct ref ref;

static void both(bool scl, bool sda)
{
    ddc_pins(&d, scl, sda);
    ref_pins(&ref, scl, sda);
    dt_require(ddc_scl(&d) == scl && ddc_sda(&d) == (sda && !ref.low),
               "clock %u: the memory pulls %d, model %d", ref.clocks, d.low, ref.low);
}

/* A byte and its acknowledgement, as long as nothing slips. */
static void transfer(struct dt_rng *r, unsigned byte, bool ack)
{
    for (unsigned i = 0; i < 9; i++) {
        bool bit = i == 8 ? ack : byte >> (7 - i) & 1;
        both(false, bit);
        if (dt_below(r, 500) == 0)
            both(dt_below(r, 2), dt_below(r, 2));
        both(true, bit);
        both(false, bit);
    }
}

static void begin(void)
{
    both(ref.scl, true);
    both(true, true);
    both(true, false);
    both(false, false);
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    ddc_init(&d);
    ref = (struct ref){ .scl = true, .sda = true };
    for (unsigned i = 0; i < 5000; i++) {
        begin();
        if (dt_below(&r, 10) == 0) {
            for (unsigned n = dt_below(&r, 60); n--;)
                both(dt_below(&r, 2), dt_below(&r, 2));
            continue;
        }
        transfer(&r, dt_below(&r, 9) ? 0xa0 : dt_rand(&r) & 0xff, true);
        if (dt_below(&r, 3))
            transfer(&r, dt_rand(&r) & 0xff, true);
        if (dt_below(&r, 9) == 0)
            transfer(&r, dt_rand(&r) & 0xff, true);
        begin();
        transfer(&r, 0xa1, true);
        for (unsigned n = dt_below(&r, 20); n--;)
            transfer(&r, 0xff, dt_below(&r, 30) == 0);
        transfer(&r, 0xff, dt_below(&r, 9));
    }
}
END_TEST

START_TEST(any_levels)
{
    struct dt_rng r = dt_seed(7);
    static const struct device_class cls = { "ddc", 1, 1, ddc_fields, NULL, NULL, NULL };
    static struct ddc twin;
    dt_covers(&cls, sizeof d);
    ddc_init(&d);
    for (unsigned i = 0; i < 20000; i++) {
        if (dt_below(&r, 10) == 0)
            put(0xa0 | (unsigned)dt_below(&r, 2));
        else if (dt_below(&r, 10) == 0)
            start();
        else
            ddc_pins(&d, dt_below(&r, 2), dt_below(&r, 2));
        ck_assert(d.bits <= 9 && (d.sda || !ddc_sda(&d)));
        if (dt_below(&r, 50) == 0) {
            dt_copy(&cls, &d, &twin);
            dt_same(&cls, &d, &twin);
        }
    }
}
END_TEST

/* The VGA BIOS tells of the same monitor; it works the last byte out. */
START_TEST(firmware_says_the_same)
{
    bool found = false;
    for (size_t i = 0; i + EDID_SIZE <= builtin_vgabios.n; i++)
        found |= !memcmp(builtin_vgabios.p + i, edid, EDID_SIZE - 1);
    ck_assert(found);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ddc");
    TCase *t = tcase_create("ddc");
    suite_add_tcase(s, t);
    tcase_add_test(t, whole);
    tcase_add_test(t, refused);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 8);
    tcase_add_test(t, any_levels);
    tcase_add_test(t, firmware_says_the_same);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
