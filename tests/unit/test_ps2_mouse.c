/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The mouse alone: packets, the wheel's knock, commands, slow readers. */
#include "device_test.h"

#include "devices/ps2_mouse.h"

static struct ps2_mouse mouse;

static void setup(void)
{
    ps2_mouse_init(&mouse);
    ps2_mouse_class.reset(&mouse, RESET_POWER);
}

static const char *drain(void)
{
    static char text[200];
    size_t n = 0;
    text[0] = 0;
    while (mouse.ready.level && n < sizeof text - 4)
        n += (size_t)snprintf(text + n, sizeof text - n, n ? " %02x" : "%02x",
                              ps2_mouse_read(&mouse));
    return text;
}

static const char *tell(unsigned a) { ps2_mouse_write(&mouse, (uint8_t)a); return drain(); }
static const char *set(unsigned a, unsigned b) { tell(a); return tell(b); }
static const char *move(int x, int y, int z, unsigned b)
{
    ps2_mouse_move(&mouse, x, y, z, b);
    return drain();
}

START_TEST(packets)
{
    ck_assert_str_eq(move(1, 1, 0, 0), "");        /* not enabled */
    ck_assert_str_eq(tell(0xf4), "fa");
    ck_assert_str_eq(move(3, -2, 0, 0), "08 03 02");
    ck_assert_str_eq(move(-1, 5, 0, 1), "39 ff fb");
    ck_assert_str_eq(move(0, 0, 0, 1), "");
    ck_assert_str_eq(move(0, 0, 1, 0), "08 00 00");     /* the button; no wheel yet */
    ck_assert_str_eq(move(300, 0, 0, 0), "08 ff 00 08 2d 00");
    move(-100000, 0, 0, 0);                        /* a leap is limited, not wrapped */
    tell(0xf4);
    ck_assert_str_eq(move(0, 0, 0, 4), "0c 00 00");
}
END_TEST

START_TEST(wheel)
{
    ck_assert_str_eq(tell(0xf2), "fa 00");
    set(0xf3, 200);
    set(0xf3, 100);
    set(0xf3, 80);
    ck_assert_str_eq(tell(0xf2), "fa 03");
    tell(0xf4);
    ck_assert_str_eq(move(0, 0, 1, 0), "08 00 00 ff");
    ck_assert_str_eq(move(0, 0, -9, 2), "0a 00 00 07 0a 00 00 02");
    ck_assert_str_eq(tell(0xff), "fa aa 00");
    ck_assert_str_eq(tell(0xf2), "fa 00");
}
END_TEST

/* Windows knocks for the wheel first, then for the buttons. */
START_TEST(five_buttons)
{
    tell(0xf4);
    ck_assert_str_eq(move(1, 0, 0, 0x18), "08 01 00");      /* nowhere to tell them */
    move(0, 0, 0, 0);
    set(0xf3, 200);
    set(0xf3, 200);
    set(0xf3, 80);
    ck_assert_str_eq(tell(0xf2), "fa 04");
    tell(0xf4);
    ck_assert_str_eq(move(0, 0, 0, 8), "08 00 00 10");
    ck_assert_str_eq(move(0, 0, 1, 0x19), "09 00 00 3f");
    ck_assert_str_eq(move(0, 0, -1, 0), "08 00 00 01");
    ck_assert_str_eq(tell(0xe9), "fa 20 02 50");
    ck_assert_str_eq(tell(0xff), "fa aa 00");
}
END_TEST

START_TEST(commands)
{
    ck_assert_str_eq(set(0xe8, 3), "fa");
    ck_assert_str_eq(set(0xf3, 40), "fa");
    tell(0xe7);
    ps2_mouse_move(&mouse, 0, 0, 0, 5);
    ck_assert_str_eq(tell(0xe9), "fa 16 03 28");
    ck_assert_str_eq(tell(0xf6), "fa");
    ck_assert_str_eq(tell(0xe9), "fa 06 02 64");
    ck_assert_str_eq(tell(0xe1), "fe");
    tell(0xf0);
    ck_assert_str_eq(move(4, 0, 0, 0), "");        /* remote: only when asked */
    ck_assert_str_eq(tell(0xeb), "fa 08 04 00");
    ck_assert_str_eq(tell(0xee), "fa");
    ck_assert_str_eq(tell(0xe9), "e9");
    ck_assert_str_eq(tell(0xec), "fa");
    tell(0xea);
    tell(0xf4);
    tell(0xe7);
    ck_assert_str_eq(move(2, -5, 0, 0), "08 01 09");
    ck_assert_str_eq(move(10, 0, 0, 0), "08 14 00");
    ck_assert_str_eq(tell(0xfe), "00");
}
END_TEST

/* All motion arrives, whatever packets it is cut into, and every state of the buttons in order. */
START_TEST(agrees_with_naive_model)
{
    static const uint8_t second[] = { 0, 100, 200 };
    struct dt_rng r = dt_seed((uint64_t)_i);
    long want[3] = { 0 }, got[3] = { 0 };
    uint8_t states[8], last = 0, all = _i == 2 ? 0x1f : 7;
    unsigned n = 0, told = 0;
    if (_i) {
        set(0xf3, 200);
        set(0xf3, second[_i]);
        set(0xf3, 80);
    }
    tell(0xf4);
    for (int step = 0; step < 3000; step++) {
        int x = (int)dt_below(&r, 601) - 300, y = (int)dt_below(&r, 601) - 300;
        int z = _i ? (int)dt_below(&r, 7) - 3 : 0;
        uint8_t b = dt_below(&r, 3) ? last : (uint8_t)dt_rand(&r) & all;
        ps2_mouse_move(&mouse, x, y, z, b);
        want[0] += x, want[1] -= y, want[2] -= z;
        if (b != last)
            states[n++] = b;
        last = b;
        for (unsigned k = n > 5 ? 9999 : dt_below(&r, 4); k-- && mouse.ready.level;) {
            uint8_t p[4] = { 0 };
            for (unsigned i = 0; i < (_i ? 4u : 3u); i++)
                p[i] = ps2_mouse_read(&mouse);
            ck_assert_uint_eq(p[0] & 0xc8, 8);
            got[0] += p[1] - (p[0] & 0x10 ? 256 : 0);
            got[1] += p[2] - (p[0] & 0x20 ? 256 : 0);
            got[2] += (_i == 2 ? p[3] & 15 : p[3]) - (p[3] & 8 ? _i == 2 ? 16 : 256 : 0);
            uint8_t now = (uint8_t)((p[0] & 7) | (_i == 2 ? p[3] >> 1 & 0x18 : 0));
            if (n) {
                ck_assert_uint_eq(now, states[0]);
                memmove(states, states + 1, --n);
            } else {
                ck_assert_uint_eq(now, last);
            }
            told++;
        }
    }
    while (mouse.ready.level) {
        uint8_t p[4] = { 0 };
        for (unsigned i = 0; i < (_i ? 4u : 3u); i++)
            p[i] = ps2_mouse_read(&mouse);
        got[0] += p[1] - (p[0] & 0x10 ? 256 : 0);
        got[1] += p[2] - (p[0] & 0x20 ? 256 : 0);
        got[2] += (_i == 2 ? p[3] & 15 : p[3]) - (p[3] & 8 ? _i == 2 ? 16 : 256 : 0);
    }
    ck_assert_uint_gt(told, 1000);
    ck_assert_msg(!memcmp(got, want, sizeof got), "%ld %ld %ld, not %ld %ld %ld", got[0], got[1],
                  got[2], want[0], want[1], want[2]);
}
END_TEST

/* A reader too slow for the motion gets the sum; one too slow for the clicks gets them all. */
START_TEST(slow_reader)
{
    tell(0xf4);
    for (int i = 0; i < 50; i++)
        ps2_mouse_move(&mouse, 1, 0, 0, 0);
    ps2_mouse_move(&mouse, 0, 0, 0, 1);
    ps2_mouse_move(&mouse, 0, 0, 0, 0);
    ps2_mouse_move(&mouse, 0, 0, 0, 1);
    ps2_mouse_move(&mouse, 0, 0, 0, 0);
    ck_assert_str_eq(drain(), "09 32 00 08 00 00 09 00 00 08 00 00");
    for (unsigned i = 0; i < 101; i++)
        ps2_mouse_move(&mouse, 0, 0, 0, i & 1);
    drain();
    ck_assert_uint_eq(mouse.buttons, 0);
    ck_assert_str_eq(move(0, 0, 0, 0), "");
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct ps2_mouse *m = arg;
    switch (x & 3) {
    case 0: ps2_mouse_write(m, (uint8_t)(x & 4 ? 0xe6 + (x >> 8) % 26 : x >> 8)); break;
    case 1: ps2_mouse_read(m); break;
    default:
        ps2_mouse_move(m, (int)(x >> 8 & 255) - 128, (int)(x >> 16 & 255) - 128, (int)(x >> 24 & 3),
                       x >> 5);
        break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ps2_mouse twin;
    ps2_mouse_write(&mouse, 0xf4);
    for (int i = 0; i < 200; i++)
        poke(&mouse, dt_rand(&r));
    ps2_mouse_init(&twin);
    dt_copy(&ps2_mouse_class, &mouse, &twin);
    for (int i = 0; i < 200; i++) {
        uint32_t x = dt_rand(&r);
        poke(&mouse, x);
        poke(&twin, x);
    }
    dt_same(&ps2_mouse_class, &mouse, &twin);
    dt_hostile(&ps2_mouse_class, &mouse, &twin, NULL, poke, &twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&ps2_mouse_class, sizeof(struct ps2_mouse)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("ps2_mouse");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, packets);
    tcase_add_test(t, wheel);
    tcase_add_test(t, five_buttons);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 3);
    tcase_add_test(t, commands);
    tcase_add_test(t, slow_reader);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 20);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
