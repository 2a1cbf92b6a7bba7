/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The keyboard controller beside a naive model that goes in steps of 50 us, after the PS/2 Hardware
 * Interface Technical Reference: commands, both ports, translation, the order and time of bytes.
 * The devices behind it are lists of bytes; they have tests of their own.
 */
#include "device_test.h"

#include "devices/i8042.h"

enum { REPLY = 1, BYTE = 12 };                   /* in steps */
enum { LIST = 64 };

struct list { unsigned byte[LIST], n; };
struct ref {
    unsigned    ram[32], out, command, buffer, resets, timer;
    bool        a2, full, aux, broke;
    struct list reply, kbd_answers, kbd_keys, mouse_answers;
    bool        reply_aux[LIST];
};
static struct ref ref;

static struct sched sched;
static struct ps2_kbd kbd;
static struct ps2_mouse mouse;
static struct i8042 kbc;
static struct dt_pin irq1, irq12, a20, reset;

/* ---- the model ---- */

static void add(struct list *l, unsigned v) { l->byte[l->n++] = v; }
static unsigned first(struct list *l)
{
    unsigned v = l->byte[0];
    memmove(l->byte, l->byte + 1, --l->n * sizeof *l->byte);
    return v;
}

static void reply(unsigned v, bool aux)
{
    if (ref.reply.n == 8)
        return;
    ref.reply_aux[ref.reply.n] = aux;
    add(&ref.reply, v);
}

static bool kbd_waits(void)
{
    return (ref.kbd_answers.n || ref.kbd_keys.n) && !(ref.ram[0] & 0x10);
}
static bool mouse_waits(void) { return ref.mouse_answers.n && !(ref.ram[0] & 0x20); }

static void set_out(void)
{
    if (!ref.full && !ref.timer)
        ref.timer = ref.reply.n ? REPLY : kbd_waits() || mouse_waits() ? BYTE : 0;
}

static void fill(unsigned v, bool aux)
{
    ref.buffer = v;
    ref.full = true;
    ref.aux = aux;
}

/* The usual keys of set 2, as the controller's table has them in set 1. */
static void from_keyboard(unsigned v)
{
    static const struct { uint8_t two, one; } table[] = {
        { 0x1c, 0x1e }, { 0x32, 0x30 }, { 0x21, 0x2e }, { 0x23, 0x20 }, { 0x83, 0x41 },
        { 0x5a, 0x1c }, { 0x12, 0x2a },
    };
    if (!(ref.ram[0] & 0x40)) {
        fill(v, false);
        return;
    }
    if (v == 0xf0) {
        ref.broke = true;
        return;
    }
    for (unsigned i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].two == v) {
            v = table[i].one;
            break;
        }
    fill(v | (ref.broke ? 0x80 : 0), false);
    ref.broke = false;
}

static void transfer(void)
{
    if (ref.reply.n) {
        bool aux = ref.reply_aux[0];
        memmove(ref.reply_aux, ref.reply_aux + 1, LIST - 1);
        fill(first(&ref.reply), aux);
    } else if (kbd_waits()) {
        from_keyboard(first(ref.kbd_answers.n ? &ref.kbd_answers : &ref.kbd_keys));
    } else if (mouse_waits()) {
        fill(first(&ref.mouse_answers), true);
    }
}

static void ref_step(void)
{
    if (!ref.timer || --ref.timer)
        return;
    transfer();
    set_out();
}

static bool ref_irq1(void) { return ref.full && !ref.aux && ref.ram[0] & 1; }
static bool ref_irq12(void) { return ref.full && ref.aux && ref.ram[0] & 2; }

static void to_keyboard(unsigned v)
{
    ref.ram[0] &= ~0x10u;
    ref.broke = false;
    ref.kbd_answers.n = 0;
    if (v == 0xee) {
        add(&ref.kbd_answers, 0xee);
    } else if (v == 0xf2) {
        add(&ref.kbd_answers, 0xfa);
        add(&ref.kbd_answers, 0xab);
        add(&ref.kbd_answers, 0x83);
    } else {
        add(&ref.kbd_answers, 0xfe);
    }
}

static void to_mouse(unsigned v)
{
    ref.ram[0] &= ~0x20u;
    ref.mouse_answers.n = 0;
    add(&ref.mouse_answers, 0xfa);
    if (v == 0xf2)
        add(&ref.mouse_answers, 0x00);
}

static void write_60(unsigned v)
{
    unsigned command = ref.command;
    ref.command = 0;
    ref.a2 = false;
    if (!command)
        to_keyboard(v);
    else if (command < 0x80)
        ref.ram[command - 0x60] = v;
    else if (command == 0xd4)
        to_mouse(v);
    else if (command != 0xd1)
        reply(v, command == 0xd3);
    else {
        ref.out = v & 0xcf;
        ref.resets += !(v & 1);
    }
    set_out();
}

static void write_64(unsigned v)
{
    ref.command = 0;
    ref.a2 = true;
    if (v >= 0x20 && v < 0x40)
        reply(ref.ram[v - 0x20], false);
    if ((v >= 0x60 && v < 0x80) || (v >= 0xd1 && v <= 0xd4))
        ref.command = v;
    if (v >= 0xf0)
        ref.resets += !(v & 1);
    switch (v) {
    case 0xa4: reply(0xf1, false); break;
    case 0xa7: ref.ram[0] |= 0x20; break;
    case 0xa8: ref.ram[0] &= ~0x20u; break;
    case 0xa9: case 0xab: case 0xe0: reply(0, false); break;
    case 0xaa:
        ref.ram[0] |= 4;
        ref.broke = false;
        reply(0x55, false);
        break;
    case 0xad: ref.ram[0] |= 0x10; break;
    case 0xae: ref.ram[0] &= ~0x10u; break;
    case 0xc0: reply(0xb0, false); break;
    case 0xd0: reply(ref.out | (ref_irq1() ? 0x10u : 0) | (ref_irq12() ? 0x20u : 0), false); break;
    case 0xdd: ref.out &= ~2u; break;
    case 0xdf: ref.out |= 2; break;
    default: break;
    }
    set_out();
}

static unsigned read_60(void)
{
    ref.full = false;
    set_out();
    return ref.buffer;
}

static unsigned read_64(void)
{
    return (ref.full ? 1u : 0) | (ref.ram[0] & 4) | (ref.a2 ? 8u : 0) | 0x10 |
           (ref.full && ref.aux ? 0x20u : 0);
}

/* ---- both ---- */

static void start(void)
{
    memset(&sched, 0, sizeof sched);
    ps2_kbd_init(&kbd, &sched);
    ps2_mouse_init(&mouse);
    i8042_init(&kbc, &sched, &kbd, &mouse);
    dt_wire(&kbc.irq1, &irq1);
    dt_wire(&kbc.irq12, &irq12);
    dt_wire(&kbc.a20, &a20);
    dt_wire(&kbc.reset, &reset);
    ps2_kbd_class.reset(&kbd, RESET_POWER);
    ps2_mouse_class.reset(&mouse, RESET_POWER);
    i8042_class.reset(&kbc, RESET_POWER);
    memset(&ref, 0, sizeof ref);
    ref.ram[0] = 0x30;
    ref.out = 0xcf;
}

static void out_60(unsigned v)
{
    i8042_data_ops.write(&kbc, 0, v, 1);
    write_60(v);
}
static void out_64(unsigned v)
{
    i8042_cmd_ops.write(&kbc, 0, v, 1);
    write_64(v);
}

static void key(struct dt_rng *r)
{
    static const struct { uint16_t key; uint8_t code; } keys[] = {
        { 0x1e, 0x1c }, { 0x30, 0x32 }, { 0x2e, 0x21 }, { 0x41, 0x83 }, { 0x1c, 0x5a },
    };
    unsigned i = dt_below(r, ARRAY_LEN(keys));
    bool down = dt_below(r, 2), fits = ref.kbd_keys.n + (down ? 1 : 2) <= PS2_KBD_FIFO;
    dt_require(ps2_kbd_key(&kbd, keys[i].key, down, false) == fits, "the keyboard's FIFO");
    if (!fits)
        return;
    if (!down)
        add(&ref.kbd_keys, 0xf0);
    add(&ref.kbd_keys, keys[i].code);
    set_out();
}

static void later(unsigned steps)
{
    sched_advance(&sched, sched.now + steps * UINT64_C(50000));
    while (steps--)
        ref_step();
}

static void step(struct dt_rng *r)
{
    static const uint8_t commands[] = { 0x60, 0x60, 0xd1, 0xd2, 0xd3, 0xd4, 0xd4, 0xd4 };
    unsigned v = dt_rand(r) & 0xff, c = commands[dt_below(r, 8)];
    switch (dt_below(r, 12)) {
    case 0: out_64(dt_below(r, 4) ? 0xae : v); break;
    case 1:
        out_64(c);
        if (c == 0x60)
            v = dt_below(r, 4) ? (v & 0x44) | 3 : v;
        out_60(c == 0xd4 ? (v & 1 ? 0xf2 : 0xe6) : c == 0xd1 ? v | (dt_below(r, 8) ? 1 : 0) : v);
        break;
    case 3: out_64(v & 1 ? 0xae : 0xad); break;
    case 4: out_64(v & 1 ? 0xa8 : 0xa7); break;
    case 5:
        if (dt_below(r, 4) == 0)
            out_64(v & 1 ? 0xd0 : v & 2 ? 0x20 : 0xaa);
        break;
    case 6:
        if (ref.command == 0 || ref.command > 0xd3)
            v = v & 1 ? 0xee : v & 2 ? 0xf2 : 0x12;
        if (ref.command == 0xd4)
            v = 0xe6;
        out_60(v);
        break;
    case 7: case 8: key(r); break;
    case 2: case 9:
        v = (unsigned)i8042_data_ops.read(&kbc, 0, 1);
        dt_require(v == read_60(), "60h: %02x, model %02x", v, ref.buffer);
        break;
    default: later(dt_below(r, dt_below(r, 4) ? 8 : 40)); break;
    }
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    unsigned before;
    start();
    before = a20.rises;
    for (int i = 0; i < 20000; i++) {
        step(&r);
        unsigned got = (unsigned)i8042_cmd_ops.read(&kbc, 0, 1);
        dt_require(got == read_64(), "step %d: status %02x, model %02x", i, got, read_64());
        dt_require(irq1.level == ref_irq1() && irq12.level == ref_irq12(), "step %d: %d %d", i,
                   irq1.level, irq12.level);
        dt_require(a20.level == (ref.out >> 1 & 1), "step %d: A20 %d", i, a20.level);
        dt_require(reset.rises == ref.resets && !reset.level, "step %d: %u resets", i, reset.rises);
    }
    ck_assert_uint_gt(irq1.rises, 300);
    ck_assert_uint_gt(irq12.rises, 100);
    ck_assert_uint_gt(a20.rises, before + 20);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i8042_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
