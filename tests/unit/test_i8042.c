/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The keyboard controller with its two devices: commands, translation, timing, lines. */
#include "device_test.h"

#include "devices/i8042.h"

struct pc { struct sched s; struct ps2_kbd kbd; struct ps2_mouse mouse; struct i8042 kbc; };

static struct pc pc;
static struct dt_pin irq1, irq12, a20, reset;

static void command(unsigned v) { i8042_cmd_ops.write(&pc.kbc, 0, v, 1); }
static void data(unsigned v) { i8042_data_ops.write(&pc.kbc, 0, v, 1); }
static unsigned status(void) { return (unsigned)i8042_cmd_ops.read(&pc.kbc, 0, 1); }
static unsigned in(void) { return (unsigned)i8042_data_ops.read(&pc.kbc, 0, 1); }

/* Waits as a guest would; 1000h when nothing comes within 5 ms. */
static unsigned wait(void)
{
    for (int i = 0; i < 500; i++) {
        if (status() & 1)
            return in();
        sched_advance(&pc.s, pc.s.now + 10000);
    }
    return 0x1000;
}
static unsigned ask(unsigned v) { command(v); return wait(); }

static void pc_init(struct pc *p, vtime now)
{
    memset(p, 0, sizeof *p);
    p->s.now = now;
    ps2_kbd_init(&p->kbd, &p->s);
    ps2_mouse_init(&p->mouse);
    i8042_init(&p->kbc, &p->s, &p->kbd, &p->mouse);
}

static void setup(void)
{
    pc_init(&pc, 0);
    dt_wire(&pc.kbc.irq1, &irq1);
    dt_wire(&pc.kbc.irq12, &irq12);
    dt_wire(&pc.kbc.a20, &a20);
    dt_wire(&pc.kbc.reset, &reset);
    ps2_kbd_class.reset(&pc.kbd, RESET_POWER);
    ps2_mouse_class.reset(&pc.mouse, RESET_POWER);
    i8042_class.reset(&pc.kbc, RESET_POWER);
    command(0x60);
    data(0x47);                                    /* translate, both interrupts, both ports on */
}

START_TEST(power_on_sequence_of_a_bios)
{
    ck_assert_uint_eq(ask(0xaa), 0x55);
    ck_assert_uint_eq(ask(0xab), 0x00);
    ck_assert_uint_eq(ask(0xa9), 0x00);
    data(0xff);
    ck_assert_uint_eq(wait(), 0xfa);
    ck_assert_uint_eq(wait(), 0xaa);
    ck_assert_uint_eq(ask(0x20), 0x47);
    ck_assert_uint_eq(status(), 0x1c);
    ck_assert_uint_eq(wait(), 0x1000);
}
END_TEST

START_TEST(keys_are_translated)
{
    ps2_kbd_key(&pc.kbd, 0x148, true, true);
    ps2_kbd_key(&pc.kbd, 0x148, false, true);
    ps2_kbd_key(&pc.kbd, 0x145, true, true);
    static const uint8_t want[] = { 0xe0, 0x48, 0xe0, 0xc8, 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5 };
    for (unsigned i = 0; i < sizeof want; i++)
        ck_assert_uint_eq(wait(), want[i]);
    ck_assert_uint_eq(irq1.rises, sizeof want);
    data(0xf2);
    ck_assert_uint_eq(wait(), 0xfa);
    ck_assert_uint_eq(wait(), 0xab);
    ck_assert_uint_eq(wait(), 0x41);               /* 83h, translated */
    command(0x60);
    data(0x07);
    ps2_kbd_key(&pc.kbd, 0x1e, false, true);
    ck_assert_uint_eq(wait(), 0xf0);
    ck_assert_uint_eq(wait(), 0x1c);
}
END_TEST

START_TEST(bytes_take_their_time)
{
    ps2_kbd_key(&pc.kbd, 0x1e, true, true);
    ps2_kbd_key(&pc.kbd, 0x30, true, true);
    ck_assert_uint_eq(status() & 1, 0);
    sched_advance(&pc.s, 599999);
    ck_assert_uint_eq(status() & 1, 0);
    sched_advance(&pc.s, 600000);
    ck_assert_uint_eq(status() & 0x21, 1);
    ck_assert(irq1.level);
    sched_advance(&pc.s, 5000000);
    ck_assert_uint_eq(in(), 0x1e);
    ck_assert(!irq1.level);
    ck_assert_uint_eq(in(), 0x1e);                 /* the buffer keeps its contents */
    sched_advance(&pc.s, 5600000);
    ck_assert_uint_eq(in(), 0x30);
    ck_assert_uint_eq(sched_next(&pc.s), 500000000);       /* B will repeat */
}
END_TEST

START_TEST(ports_can_be_stopped)
{
    command(0xad);
    ps2_kbd_key(&pc.kbd, 0x1e, true, true);
    ck_assert_uint_eq(wait(), 0x1000);
    ck_assert_uint_eq(ask(0x20), 0x57);
    command(0xae);
    ck_assert_uint_eq(wait(), 0x1e);
    command(0xa7);
    ck_assert_uint_eq(ask(0x20), 0x67);
    command(0xa8);
    ck_assert_uint_eq(ask(0x20), 0x47);
    command(0xad);
    data(0xee);                                    /* talking to the keyboard starts its clock */
    ck_assert_uint_eq(wait(), 0xee);
}
END_TEST

START_TEST(mouse_and_keyboard)
{
    command(0xd4);
    data(0xf4);
    sched_advance(&pc.s, 700000);
    ck_assert_uint_eq(status() & 0x21, 0x21);
    ck_assert(irq12.level && !irq1.level);
    ck_assert_uint_eq(in(), 0xfa);
    ps2_mouse_move(&pc.mouse, 5, -7, 0, 1);
    ps2_kbd_key(&pc.kbd, 0x1e, true, true);
    ck_assert_uint_eq(wait(), 0x1e);               /* the keyboard goes first */
    ck_assert_uint_eq(wait(), 0x09);
    ck_assert_uint_eq(wait(), 0x05);
    ck_assert_uint_eq(wait(), 0x07);
    command(0xd3);
    data(0x5a);
    sched_advance(&pc.s, pc.s.now + 100000);
    ck_assert_uint_eq(status() & 0x21, 0x21);
    ck_assert_uint_eq(in(), 0x5a);
    command(0xd2);
    data(0xa5);
    sched_advance(&pc.s, pc.s.now + 100000);
    ck_assert_uint_eq(status() & 0x21, 1);
    ck_assert_uint_eq(in(), 0xa5);
}
END_TEST

START_TEST(a20_and_reset)
{
    ck_assert(a20.level);                          /* as the pins come up */
    command(0xd1);
    data(0xdd);
    ck_assert(!a20.level);
    ck_assert_uint_eq(ask(0xd0) & 3, 1);
    command(0xdf);
    ck_assert(a20.level);
    command(0xdd);
    ck_assert(!a20.level);
    unsigned rises = a20.rises;
    i8042_set_a20(&pc.kbc, true);                  /* somebody else opened the gate: silently */
    ck_assert_uint_eq(ask(0xd0) & 3, 3);
    ck_assert_uint_eq(a20.rises, rises);
    command(0xdd);
    command(0xff);
    ck_assert_uint_eq(reset.rises, 0);
    command(0xfe);
    ck_assert(reset.rises == 1 && !reset.level);
    command(0xd1);
    data(0xde);
    ck_assert_uint_eq(reset.rises, 2);
    i8042_class.reset(&pc.kbc, RESET_HARD);
    ck_assert(a20.level);
}
END_TEST

START_TEST(controller_ram)
{
    for (unsigned i = 1; i < 32; i++) {
        command(0x60 + i);
        data(i * 3);
    }
    for (unsigned i = 1; i < 32; i++)
        ck_assert_uint_eq(ask(0x20 + i), i * 3);
    ck_assert_uint_eq(ask(0xa4), 0xf1);
    for (int i = 0; i < 20; i++)
        command(0xaa);
    for (int i = 0; i < 8; i++)
        ck_assert_uint_eq(wait(), 0x55);
    ck_assert_uint_eq(wait(), 0x1000);
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct pc *p = arg;
    switch (x & 7) {
    case 0: i8042_cmd_ops.write(&p->kbc, 0, x >> 8 & 0xff, 1); break;
    case 1: i8042_data_ops.write(&p->kbc, 0, x >> 8 & 0xff, 1); break;
    case 2: i8042_data_ops.write(&p->kbc, 0, 0xe6 + (x >> 8) % 26, 1); break;
    case 3: ps2_kbd_key(&p->kbd, x >> 8 & 0x1ff, x & 8, true); break;
    case 4: ps2_mouse_move(&p->mouse, (int)(x >> 8 & 7), (int)(x >> 16 & 7), 0, x >> 20); break;
    case 5: case 6: i8042_data_ops.read(&p->kbc, 0, 1); break;
    case 7: sched_advance(&p->s, p->s.now + (x >> 8) % 1000000); break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    static struct pc twin;
    for (int i = 0; i < 300; i++)
        poke(&pc, dt_rand(&r));
    pc_init(&twin, pc.s.now);
    dt_copy(&ps2_kbd_class, &pc.kbd, &twin.kbd);
    dt_copy(&ps2_mouse_class, &pc.mouse, &twin.mouse);
    dt_copy(&i8042_class, &pc.kbc, &twin.kbc);
    sched_rescan(&twin.s);
    for (int i = 0; i < 300; i++) {
        uint32_t x = dt_rand(&r);
        poke(&pc, x);
        poke(&twin, x);
    }
    dt_same(&ps2_kbd_class, &pc.kbd, &twin.kbd);
    dt_same(&ps2_mouse_class, &pc.mouse, &twin.mouse);
    dt_same(&i8042_class, &pc.kbc, &twin.kbc);
    if (_i % 10 == 0)
        dt_hostile(&i8042_class, &pc.kbc, &twin.kbc, &twin.s, poke, &twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&i8042_class, sizeof(struct i8042)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("i8042");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, power_on_sequence_of_a_bios);
    tcase_add_test(t, keys_are_translated);
    tcase_add_test(t, bytes_take_their_time);
    tcase_add_test(t, ports_can_be_stopped);
    tcase_add_test(t, mouse_and_keyboard);
    tcase_add_test(t, a20_and_reset);
    tcase_add_test(t, controller_ram);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 50);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
