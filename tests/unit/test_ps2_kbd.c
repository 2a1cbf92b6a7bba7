/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The keyboard alone: codes of all sets, the odd keys, commands, a full FIFO. */
#include "device_test.h"

#include "devices/ps2_kbd.h"

static struct ps2_kbd kbd;
static struct sched sched;
#define MS UINT64_C(1000000)

static void setup(void)
{
    sched = (struct sched){ 0 };
    ps2_kbd_init(&kbd, &sched);
    ps2_kbd_class.reset(&kbd, RESET_POWER);
}

/* Everything the keyboard has to say now, as hexadecimal text. */
static const char *drain(void)
{
    static char text[200];
    size_t n = 0;
    text[0] = 0;
    while (kbd.ready.level && n < sizeof text - 4)
        n += (size_t)snprintf(text + n, sizeof text - n, n ? " %02x" : "%02x", ps2_kbd_read(&kbd));
    return text;
}

static const char *tell(unsigned a, int b)
{
    ps2_kbd_write(&kbd, (uint8_t)a);
    if (b >= 0) {
        drain();
        ps2_kbd_write(&kbd, (uint8_t)b);
    }
    return drain();
}

static const char *press(unsigned code)
{
    ck_assert(ps2_kbd_key(&kbd, (uint16_t)code, true, true));
    return drain();
}
static const char *release(unsigned code)
{
    ck_assert(ps2_kbd_key(&kbd, (uint16_t)code, false, true));
    return drain();
}

START_TEST(set_2)
{
    ck_assert_str_eq(press(0x1e), "1c");
    ck_assert_str_eq(release(0x1e), "f0 1c");
    ck_assert_str_eq(press(0x148), "e0 75");
    ck_assert_str_eq(release(0x148), "e0 f0 75");
    ck_assert_str_eq(press(0x41), "83");           /* F7 */
    ck_assert_str_eq(press(0x58), "07");           /* F12 */
    ck_assert_str_eq(press(0x73), "51");
    ck_assert_str_eq(press(0x15b), "e0 1f");
    ck_assert_str_eq(press(0), "");
    ck_assert_str_eq(press(0x137), "e0 12 e0 7c");
    ck_assert_str_eq(release(0x137), "e0 f0 7c e0 f0 12");
    ck_assert_str_eq(press(0x145), "e1 14 77 e1 f0 14 f0 77");
    ck_assert_str_eq(release(0x145), "");
}
END_TEST

START_TEST(set_1)
{
    ck_assert_str_eq(tell(0xf0, 1), "fa");
    ck_assert_str_eq(press(0x1e), "1e");
    ck_assert_str_eq(release(0x1e), "9e");
    ck_assert_str_eq(release(0x148), "e0 c8");
    ck_assert_str_eq(press(0x137), "e0 2a e0 37");
    ck_assert_str_eq(release(0x137), "e0 b7 e0 aa");
    ck_assert_str_eq(press(0x145), "e1 1d 45 e1 9d c5");
    press(0x1d);
    ck_assert_str_eq(press(0x146), "e0 46 e0 c6");
    ck_assert_str_eq(press(0x137), "e0 37");
    release(0x1d);
    press(0x138);
    ck_assert_str_eq(press(0x137), "54");
    ck_assert_str_eq(release(0x137), "d4");
}
END_TEST

START_TEST(set_3)
{
    ck_assert_str_eq(tell(0xf0, 3), "fa");
    ck_assert_str_eq(tell(0xf0, 0), "fa 03");
    ck_assert_str_eq(press(0x1e), "1c");
    ck_assert_str_eq(release(0x1e), "");           /* make only, until told otherwise */
    ck_assert_str_eq(press(0x2a), "12");
    ck_assert_str_eq(release(0x2a), "f0 12");
    ck_assert_str_eq(tell(0xfc, 0x1c), "fa");
    ck_assert_str_eq(release(0x1e), "f0 1c");
    ck_assert_str_eq(tell(0xfa, -1), "fa");
    ck_assert_str_eq(release(0x148), "f0 63");
    ck_assert_str_eq(press(0x137), "57");
    ck_assert_str_eq(press(0x145), "62");
    ck_assert_str_eq(release(0x145), "f0 62");
    ck_assert_str_eq(tell(0xfd, 0x63), "fa");
    ck_assert_str_eq(tell(0xff, -1), "fa aa");
    ck_assert_str_eq(press(0x1e), "1c");
    ck_assert_str_eq(release(0x1e), "f0 1c");
}
END_TEST

START_TEST(commands)
{
    ck_assert_str_eq(tell(0xee, -1), "ee");
    ck_assert_str_eq(tell(0xf2, -1), "fa ab 83");
    ck_assert_str_eq(tell(0xed, 2), "fa");
    ck_assert_uint_eq(kbd.leds, 2);
    ck_assert_str_eq(tell(0xf3, 0x20), "fa");
    ck_assert_str_eq(tell(0xed, 0xf4), "fa");      /* a command in place of the argument */
    ck_assert_uint_eq(kbd.leds, 2);
    ck_assert_str_eq(tell(0x12, -1), "fe");
    ck_assert_str_eq(tell(0xf0, 7), "fe");
    ck_assert_str_eq(tell(0xf2, -1), "fa ab 83");
    ck_assert_str_eq(tell(0xfe, -1), "83");
    ck_assert_str_eq(tell(0xf5, -1), "fa");
    ck_assert_str_eq(press(0x1e), "");
    ck_assert_uint_eq(kbd.leds, 0);
    ck_assert_str_eq(tell(0xf4, -1), "fa");
    ck_assert_str_eq(press(0x1e), "1c");
}
END_TEST

START_TEST(a_full_fifo_refuses_whole_keys)
{
    for (int i = 0; i < 16; i++)
        ck_assert(ps2_kbd_key(&kbd, 0x1e, true, false));
    ck_assert(!ps2_kbd_key(&kbd, 0x2a, true, true));
    ck_assert_uint_eq(kbd.mods, 0);
    ps2_kbd_read(&kbd);
    ck_assert(!ps2_kbd_key(&kbd, 0x145, true, true));
    ck_assert(ps2_kbd_key(&kbd, 0x1e, true, true));
    ps2_kbd_write(&kbd, 0xee);                     /* answers go past the keys */
    ck_assert_uint_eq(ps2_kbd_read(&kbd), 0xee);
    ck_assert_uint_eq(ps2_kbd_read(&kbd), 0x1c);
}
END_TEST

/* What came within so many ms, as hexadecimal text. */
static const char *within(unsigned ms)
{
    static char text[400];
    text[0] = 0;
    while (ms--) {
        sched_advance(&sched, sched.now + MS);
        const char *s = drain();
        if (*s)
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s", s);
    }
    return text;
}

/* Half a second, then 10.9 a second; F3h sets both; the last key pressed is the one. */
START_TEST(held_keys_repeat)
{
    press(0x1e);
    ck_assert_str_eq(within(499), "");
    ck_assert_str_eq(within(2), " 1c");
    ck_assert_str_eq(within(1000), " 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c");
    ck_assert_str_eq(press(0x1e), "");             /* the host's own repeat */
    tell(0xf3, 0x00);                              /* 250 ms, 30 a second */
    ck_assert_str_eq(press(0x148), "e0 75");
    ck_assert_str_eq(within(251), " e0 75");
    ck_assert_str_eq(within(100), " e0 75 e0 75 e0 75");
    ck_assert_str_eq(release(0x1e), "f0 1c");      /* another one ends: it goes on */
    ck_assert_str_eq(within(34), " e0 75");
    release(0x148);
    ck_assert_str_eq(within(1000), "");
    tell(0xf3, 0x7f);                              /* 1 s, 2 a second */
    press(0x2a);
    ck_assert_str_eq(within(999), "");
    ck_assert_str_eq(within(2), " 12");
    ck_assert_str_eq(within(1000), " 12 12");
    release(0x2a);
    press(0x137);                                  /* the fake Shift is not repeated */
    ck_assert_str_eq(within(1001), " e0 7c");
    release(0x137);
    press(0x145);
    ck_assert_str_eq(within(3000), "");
    ck_assert(ps2_kbd_key(&kbd, 0x1e, true, false));
    ck_assert_str_eq(drain(), "1c");
    ck_assert_str_eq(within(3000), "");            /* whoever presses repeats */
    ck_assert(ps2_kbd_key(&kbd, 0x1e, true, false));
    ck_assert_str_eq(drain(), "1c");
    press(0x30);
    tell(0xf5, -1);
    ck_assert_str_eq(within(3000), "");
}
END_TEST

START_TEST(types_of_set_3)
{
    tell(0xf0, 3);
    press(0x1e);
    ck_assert_str_eq(within(501), " 1c");
    press(0x01);                                   /* Esc makes only */
    ck_assert_str_eq(within(2000), "");
    ck_assert_str_eq(release(0x01), "");
    tell(0xfb, 0x08);
    press(0x01);
    ck_assert_str_eq(within(501), " 08");
    tell(0xf8, -1);
    ck_assert_str_eq(release(0x01), "f0 08");
    press(0x1e);
    ck_assert_str_eq(within(2000), "");
    ck_assert_str_eq(release(0x1e), "f0 1c");
    tell(0xf7, -1);
    press(0x1e);
    ck_assert_str_eq(within(501), " 1c");
    ck_assert_str_eq(release(0x1e), "");
    tell(0xf9, -1);
    press(0x1e);
    ck_assert_str_eq(within(2000), "");
}
END_TEST

/* The reference's tables of the keys with Shift or Num Lock. */
START_TEST(grey_keys_undo_shift)
{
    press(0x2a);
    ck_assert_str_eq(press(0x148), "e0 f0 12 e0 75");
    ck_assert_str_eq(release(0x148), "e0 f0 75 e0 12");
    ck_assert_str_eq(press(0x135), "e0 f0 12 e0 4a");
    ck_assert_str_eq(release(0x135), "e0 f0 4a e0 12");
    press(0x36);
    ck_assert_str_eq(press(0x153), "e0 f0 12 e0 f0 59 e0 71");
    ck_assert_str_eq(release(0x153), "e0 f0 71 e0 12 e0 59");
    release(0x2a);
    release(0x36);
    tell(0xed, 2);
    ck_assert_str_eq(press(0x14b), "e0 12 e0 6b");
    ck_assert_str_eq(release(0x14b), "e0 f0 6b e0 f0 12");
    ck_assert_str_eq(press(0x135), "e0 4a");
    press(0x2a);
    ck_assert_str_eq(press(0x14b), "e0 6b");
    ck_assert_str_eq(release(0x14b), "e0 f0 6b");
    ck_assert_str_eq(press(0x11c), "e0 5a");
    tell(0xf0, 1);
    tell(0xed, 0);
    ck_assert_str_eq(press(0x14b), "e0 aa e0 4b");
    ck_assert_str_eq(release(0x14b), "e0 cb e0 2a");
}
END_TEST

/* Each key has distinct, non-empty codes in every set. */
START_TEST(no_two_keys_alike)
{
    char seen[200][24];
    unsigned n = 0;
    tell(0xf0, _i);
    tell(0xfa, -1);
    for (unsigned code = 1; code < 0x160; code++) {
        if ((code > 0x58 && code < 0x147 && code != 0x11c && code != 0x11d && code != 0x135 &&
             code != 0x138 && code != 0x137 && code != 0x145) ||
            (code > 0x53 && code < 0x56) || code == 0x14a || code == 0x14c || code == 0x14e ||
            (code > 0x153 && code < 0x15b) || code > 0x15d)
            continue;
        const char *s = press(code);
        ck_assert_msg(*s, "key %x says nothing", code);
        for (unsigned i = 0; i < n; i++)
            ck_assert_msg(strcmp(s, seen[i]) != 0, "key %x speaks like another: %s", code, s);
        snprintf(seen[n++], sizeof seen[0], "%s", s);
        release(code);
    }
    ck_assert_uint_eq(n, 105);
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct ps2_kbd *k = arg;
    sched_advance(k->sched, k->sched->now + (x >> 20) * 200000);
    switch (x & 3) {
    case 0: ps2_kbd_write(k, (uint8_t)(x & 4 ? 0xed + (x >> 8) % 19 : x >> 8 & 7)); break;
    case 1: ps2_kbd_read(k); break;
    default: ps2_kbd_key(k, x >> 8 & 0x1ff, x & 4, x >> 18 & 1); break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ps2_kbd twin;
    struct sched other = { 0 };
    for (int i = 0; i < 200; i++)
        poke(&kbd, dt_rand(&r));
    ps2_kbd_init(&twin, &other);
    dt_copy(&ps2_kbd_class, &kbd, &twin);
    other.now = sched.now;
    sched_rescan(&other);
    for (int i = 0; i < 200; i++) {
        uint32_t x = dt_rand(&r);
        poke(&kbd, x);
        poke(&twin, x);
    }
    dt_same(&ps2_kbd_class, &kbd, &twin);
    dt_hostile(&ps2_kbd_class, &kbd, &twin, &other, poke, &twin);
}
END_TEST

/* What the 8042 makes of set 2 is set 1, whatever is pressed, held and lit. */
START_TEST(set_1_is_set_2_translated)
{
    struct ps2_kbd second;
    struct sched other = { 0 };
    struct dt_rng r = dt_seed(40 + (uint64_t)_i);
    bool broke = false;
    unsigned n = 0;
    ps2_kbd_init(&second, &other);
    ps2_kbd_class.reset(&second, RESET_POWER);
    tell(0xf0, 1);
    for (int step = 0; step < 1500; step++) {
        uint16_t code = (uint16_t)((dt_below(&r, 3) ? 0x101 : 1) + dt_below(&r, 0x58));
        bool down = dt_rand(&r) & 1;
        vtime t = dt_below(&r, 350) * MS;            /* no FIFO fills up */
        if (dt_below(&r, 30) == 0) {
            uint8_t leds = (uint8_t)dt_below(&r, 8);
            tell(0xed, leds);
            ps2_kbd_write(&second, 0xed), ps2_kbd_read(&second);
            ps2_kbd_write(&second, leds), ps2_kbd_read(&second);
        }
        if (dt_below(&r, 4) == 0)
            code = (const uint16_t[]){ 0x2a, 0x36, 0x1d, 0x138, 0x137, 0x145 }[dt_below(&r, 6)];
        if ((code & 0x7f) == 0x54 || (code & 0x7f) == 0x55)
            continue;                              /* Alt+PrintScreen is a key of its own */
        ck_assert(ps2_kbd_key(&kbd, code, down, true) && ps2_kbd_key(&second, code, down, true));
        sched_advance(&sched, sched.now + t);
        sched_advance(&other, other.now + t);
        while (second.ready.level) {
            uint8_t v = ps2_kbd_read(&second);
            if (v == 0xf0) {
                broke = true;
                continue;
            }
            v = v < sizeof ps2_set2_to_set1 ? ps2_set2_to_set1[v] : v;
            v |= broke ? 0x80 : 0;
            broke = false;
            ck_assert(kbd.ready.level);
            ck_assert_uint_eq(ps2_kbd_read(&kbd), v);
            n++;
        }
        ck_assert(!kbd.ready.level);
    }
    ck_assert_uint_gt(n, 1500);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&ps2_kbd_class, sizeof(struct ps2_kbd)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("ps2_kbd");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, set_2);
    tcase_add_test(t, set_1);
    tcase_add_test(t, set_3);
    tcase_add_test(t, held_keys_repeat);
    tcase_add_test(t, types_of_set_3);
    tcase_add_test(t, grey_keys_undo_shift);
    tcase_add_test(t, commands);
    tcase_add_test(t, a_full_fifo_refuses_whole_keys);
    tcase_add_loop_test(t, no_two_keys_alike, 1, 4);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 20);
    tcase_add_loop_test(t, set_1_is_set_2_translated, 0, 4);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
