/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* A monitor's memory on two wires, as an adapter reads it, and with any levels at all. */
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
    tcase_add_test(t, any_levels);
    tcase_add_test(t, firmware_says_the_same);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
