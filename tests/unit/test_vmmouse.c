/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The absolute pointer: as a driver finds it, packets, errors, save and load; random accesses
 * beside a naive model. */
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
    ck_assert_uint_eq(call(40, 0), 0xffff0000);    /* drivers warn if it is none */
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

/* The protocol's rules, with the words that wait in an array from which the first go. */
struct ref { uint32_t word[256]; unsigned n; bool absolute, error; unsigned buttons; };

static uint32_t ref_word(struct ref *m)
{
    uint32_t v = m->word[0];
    memmove(m->word, m->word + 1, --m->n * sizeof *m->word);
    return v;
}

static uint32_t ref_screen(int at)
{
    return at < 0 ? 0 : at >= 32767 ? 0xffff : (uint32_t)at * 2 + (at >= 16384);
}

static void ref_move(struct ref *m, int x, int y, int wheel, unsigned buttons)
{
    if (!m->absolute)
        return;
    bool only_moved = m->buttons == buttons && !wheel;
    if (m->n > 252 || (m->n >= 8 && only_moved && m->word[m->n - 1] == 0))
        m->n -= 4;                           /* nobody reads so fast: the newest gives way */
    m->buttons = buttons;
    m->word[m->n++] = (buttons & 1) * 0x20 | (buttons >> 1 & 1) * 0x10 | (buttons >> 2) * 0x08;
    m->word[m->n++] = ref_screen(x);
    m->word[m->n++] = ref_screen(y);
    m->word[m->n++] = (uint32_t)(256 - wheel) % 256;
}

static void ref_command(struct ref *m, uint32_t v)
{
    if (v == 0x45414552 || v == 0xf5) {      /* enable, disable */
        m->n = 0;
        m->error = v == 0xf5;
        m->absolute &= v != 0xf5;
    }
    if (v == 0x45414552)
        m->word[m->n++] = 0x3442554a;
    if (v == 0x53424152 || v == 0x4c455252)  /* absolute, relative */
        m->absolute = v == 0x53424152;
}

/* What the registers hold afterwards: EAX, ECX, EDX, EBX. */
static void ref_call(struct ref *m, uint32_t want[4])
{
    uint32_t command = want[1] & 0xffff, arg = want[3];
    if (want[0] != MAGIC || (command != 10 && (command < 39 || command > 41))) {
        want[0] = 0xffffffff;
    } else if (command == 10) {
        want[0] = 6;
        want[3] = MAGIC;
    } else if (command == 40) {
        want[0] = m->error ? 0xffff0000 : m->n;
    } else if (command == 41) {
        want[0] = MAGIC;
        ref_command(m, arg);
    } else if (arg < 1 || arg > 4 || arg > m->n) {
        m->error = true;
        want[0] = 0xffff0000;
    } else {
        want[0] = ref_word(m);
        want[3] = arg > 1 ? ref_word(m) : arg;
        want[1] = arg > 2 ? ref_word(m) : want[1];
        want[2] = arg > 3 ? ref_word(m) : want[2];
    }
}

START_TEST(agrees_with_naive_model)
{
    static const uint32_t args[] = { 0x45414552, 0x53424152, 0xf5, 0x4c455252 };
    static struct ref m;
    struct dt_rng r = dt_seed((uint64_t)_i);
    m = (struct ref){ .n = 0 };
    for (int i = 0; i < 50000; i++) {
        uint32_t want[4], v = dt_rand(&r);
        if (v & 3) {
            int x = (int)dt_below(&r, 34000) - 500, y = (int)dt_below(&r, 34000) - 500;
            int wheel = v & 0x30 ? 0 : (int)(v >> 8 & 7) - 4;
            vmmouse_move(&p, x, y, wheel, v >> 12 & v >> 15 & 7);
            ref_move(&m, x, y, wheel, v >> 12 & v >> 15 & 7);
            continue;
        }
        reg[0] = v >> 8 & 0x1f ? MAGIC : v;
        reg[1] = v >> 13 & 15 ? (v >> 17 & 7 ? 39 + (v >> 20 & 1) : 41) : v & 0x1003f;
        reg[2] = 0x5658;
        reg[3] = reg[1] == 41 ? args[v >> 21 & 3 & v >> 23] : v >> 13 & 16 ? v & 7 : 4;
        memcpy(want, reg, sizeof want);
        ref_call(&m, want);
        reg[0] = (uint32_t)vmmouse_ops.read(&p, 0, 4);
        dt_require(!memcmp(reg, want, sizeof want), "step %d: %x %x %x %x, model %x %x %x %x", i,
                   reg[0], reg[1], reg[2], reg[3], want[0], want[1], want[2], want[3]);
    }
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
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 10);
    tcase_add_test(t, saved_and_loaded);
    suite_add_tcase(s, t);
    return dt_run(s);
}
