/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The absolute pointer: as a driver finds it, packets, errors, save and load, random accesses. */
#include "device_test.h"

#include "devices/vmmouse.h"

#define MAGIC 0x564d5868u
static uint32_t reg[4];          /* EAX, ECX, EDX, EBX */
static struct ps2_mouse mouse;
static struct vmmouse p;

static uint32_t get(void *owner, unsigned r) { return reg[r]; }
static void set(void *owner, unsigned r, uint32_t v) { reg[r] = v; }

static void setup(void)
{
    ps2_mouse_init(&mouse);
    vmmouse_init(&p, &mouse, (struct vmmouse_cpu){ NULL, get, set });
    vmmouse_class.reset(&p, RESET_POWER);
    ps2_mouse_write(&mouse, 0xf4);
    ck_assert_uint_eq(ps2_mouse_read(&mouse), 0xfa);
}

static uint32_t call(uint32_t command, uint32_t arg)
{
    reg[0] = MAGIC, reg[1] = command, reg[2] = 0x5658, reg[3] = arg;
    return reg[0] = (uint32_t)vmmouse_ops.read(&p, 0, 4);
}

static void enable(void)
{
    call(41, 0x45414552);
    ck_assert_uint_eq(call(40, 0), 1);
    ck_assert_uint_eq(call(39, 1), 0x3442554a);
    call(41, 0x53424152);
}

static void packet(uint32_t b, uint32_t x, uint32_t y, uint32_t z)
{
    ck_assert_uint_eq(call(39, 4), b);
    ck_assert_uint_eq(reg[3], x);
    ck_assert_uint_eq(reg[1], y);
    ck_assert_uint_eq(reg[2], z);
}

START_TEST(as_a_driver_finds_it)
{
    ck_assert_uint_eq(call(10, ~MAGIC), 6);
    ck_assert_uint_eq(reg[3], MAGIC);
    vmmouse_move(&p, 1, 1, 0, 0);
    ck_assert_uint_eq(call(40, 0), 0);             /* not asked for */
    enable();
    ck_assert(p.absolute);
    vmmouse_move(&p, 0, 32767, 0, 1);
    ck_assert(mouse.ready.level);                  /* the interrupt, and an idle packet */
    ck_assert_uint_eq(ps2_mouse_read(&mouse), 0x08);
    vmmouse_move(&p, 16384, 40000, -1, 6);
    ck_assert_uint_eq(call(40, 0), 8);
    packet(0x20, 0, 0xffff, 0);
    packet(0x18, 0x8001, 0xffff, 1);
    call(41, 0xf5);
    ck_assert(!p.absolute);
}
END_TEST

START_TEST(motion_is_replaced_but_clicks_are_not)
{
    enable();
    for (int i = 0; i < 100; i++)
        vmmouse_move(&p, i, i, 0, 0);
    vmmouse_move(&p, 7, 7, 0, 1);
    vmmouse_move(&p, 7, 7, 0, 0);
    ck_assert_uint_eq(call(40, 0), 16);
    packet(0, 0, 0, 0);
    packet(0, 198, 198, 0);
    packet(0x20, 14, 14, 0);
    for (int i = 0; i < 1000; i++)
        vmmouse_move(&p, i, i, 1, (unsigned)i);    /* the newest stay */
    ck_assert_uint_eq(call(40, 0), VMMOUSE_WORDS);
}
END_TEST

START_TEST(errors)
{
    enable();
    ck_assert_uint_eq(call(39, 4), 0xffff0000);
    ck_assert_uint_eq(call(40, 0), 0xffff0000);
    enable();
    ck_assert_uint_eq(call(40, 0), 0);
    ck_assert_uint_eq(call(99, 0), 0xffffffff);
    reg[0] = 1;
    ck_assert_uint_eq(vmmouse_ops.read(&p, 0, 4), UINT64_MAX);
    ck_assert_uint_eq(vmmouse_ops.read(&p, 0, 1), UINT64_MAX);
}
END_TEST

static void poke(void *dev, void *arg, struct dt_rng *r)
{
    static const uint32_t commands[] = { 10, 39, 39, 40, 41, 41 };
    static const uint32_t args[] = { 0x45414552, 0x53424152, 0xf5, 0x4c455252, 1, 4, 3, 0 };
    struct vmmouse *v = dev;
    if (dt_rand(r) & 1) {
        vmmouse_move(v, (int)dt_below(r, 40000) - 100, (int)dt_below(r, 33000),
                     (int)dt_below(r, 3) - 1, dt_below(r, 8));
        return;
    }
    reg[0] = MAGIC, reg[1] = commands[dt_below(r, 6)], reg[3] = args[dt_below(r, 8)];
    vmmouse_ops.read(v, 0, 4);
}

START_TEST(saved_and_loaded)
{
    static struct vmmouse twin;
    struct dt_rng r = dt_seed(5);
    dt_covers(&vmmouse_class, sizeof p);
    vmmouse_init(&twin, &mouse, p.cpu);
    for (int i = 0; i < 2000; i++) {
        poke(&p, NULL, &r);
        if (i % 50 == 0) {
            dt_copy(&vmmouse_class, &p, &twin);
            struct dt_rng again = r;
            poke(&p, NULL, &r);
            poke(&twin, NULL, &again);
            dt_same(&vmmouse_class, &p, &twin);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vmmouse");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, as_a_driver_finds_it);
    tcase_add_test(t, motion_is_replaced_but_clicks_are_not);
    tcase_add_test(t, errors);
    tcase_add_test(t, saved_and_loaded);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
