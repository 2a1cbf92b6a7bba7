/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The keyboard beside a naive model with the tables of the PS/2 Hardware Interface Technical
 * Reference, a row a key: what it sends in each set, what comes with Shift, Num Lock, Ctrl and Alt,
 * which keys repeat and when; and the commands. All at random.
 */
#include "device_test.h"

#include "devices/ps2_kbd.h"

/* The key as a host names it, and its make code in set 2 (E0 as 1xxh) and set 3. What it does in
 * set 3 from the start: T typematic, M make code only, B make and break codes. */
enum { T, M, B };
struct row { uint16_t key, two; uint8_t three, type; };
static const struct row rows[] = {
    { 0x29, 0x0e, 0x0e, T }, { 0x02, 0x16, 0x16, T }, { 0x03, 0x1e, 0x1e, T },
    { 0x04, 0x26, 0x26, T }, { 0x05, 0x25, 0x25, T }, { 0x06, 0x2e, 0x2e, T },
    { 0x07, 0x36, 0x36, T }, { 0x08, 0x3d, 0x3d, T }, { 0x09, 0x3e, 0x3e, T },
    { 0x0a, 0x46, 0x46, T }, { 0x0b, 0x45, 0x45, T }, { 0x0c, 0x4e, 0x4e, T },
    { 0x0d, 0x55, 0x55, T }, { 0x0e, 0x66, 0x66, T }, { 0x0f, 0x0d, 0x0d, T },
    { 0x10, 0x15, 0x15, T }, { 0x11, 0x1d, 0x1d, T }, { 0x12, 0x24, 0x24, T },
    { 0x13, 0x2d, 0x2d, T }, { 0x14, 0x2c, 0x2c, T }, { 0x15, 0x35, 0x35, T },
    { 0x16, 0x3c, 0x3c, T }, { 0x17, 0x43, 0x43, T }, { 0x18, 0x44, 0x44, T },
    { 0x19, 0x4d, 0x4d, T }, { 0x1a, 0x54, 0x54, T }, { 0x1b, 0x5b, 0x5b, T },
    { 0x1c, 0x5a, 0x5a, T }, { 0x3a, 0x58, 0x14, B }, { 0x1e, 0x1c, 0x1c, T },
    { 0x1f, 0x1b, 0x1b, T }, { 0x20, 0x23, 0x23, T }, { 0x21, 0x2b, 0x2b, T },
    { 0x22, 0x34, 0x34, T }, { 0x23, 0x33, 0x33, T }, { 0x24, 0x3b, 0x3b, T },
    { 0x25, 0x42, 0x42, T }, { 0x26, 0x4b, 0x4b, T }, { 0x27, 0x4c, 0x4c, T },
    { 0x28, 0x52, 0x52, T }, { 0x2b, 0x5d, 0x5c, T }, { 0x2a, 0x12, 0x12, B },
    { 0x56, 0x61, 0x13, T }, { 0x2c, 0x1a, 0x1a, T }, { 0x2d, 0x22, 0x22, T },
    { 0x2e, 0x21, 0x21, T }, { 0x2f, 0x2a, 0x2a, T }, { 0x30, 0x32, 0x32, T },
    { 0x31, 0x31, 0x31, T }, { 0x32, 0x3a, 0x3a, T }, { 0x33, 0x41, 0x41, T },
    { 0x34, 0x49, 0x49, T }, { 0x35, 0x4a, 0x4a, T }, { 0x36, 0x59, 0x59, B },
    { 0x1d, 0x14, 0x11, B }, { 0x38, 0x11, 0x19, B }, { 0x39, 0x29, 0x29, T },
    { 0x138, 0x111, 0x39, M }, { 0x11d, 0x114, 0x58, M }, { 0x15b, 0x11f, 0x8b, T },
    { 0x15c, 0x127, 0x8c, T }, { 0x15d, 0x12f, 0x8d, T }, { 0x152, 0x170, 0x67, M },
    { 0x147, 0x16c, 0x6e, M }, { 0x149, 0x17d, 0x6f, M }, { 0x153, 0x171, 0x64, T },
    { 0x14f, 0x169, 0x65, M }, { 0x151, 0x17a, 0x6d, M }, { 0x148, 0x175, 0x63, T },
    { 0x14b, 0x16b, 0x61, T }, { 0x150, 0x172, 0x60, T }, { 0x14d, 0x174, 0x6a, T },
    { 0x45, 0x77, 0x76, M }, { 0x135, 0x14a, 0x77, M }, { 0x37, 0x7c, 0x7e, M },
    { 0x4a, 0x7b, 0x84, M }, { 0x4e, 0x79, 0x7c, T }, { 0x11c, 0x15a, 0x79, M },
    { 0x53, 0x71, 0x71, M }, { 0x52, 0x70, 0x70, M }, { 0x4f, 0x69, 0x69, M },
    { 0x50, 0x72, 0x72, M }, { 0x51, 0x7a, 0x7a, M }, { 0x4b, 0x6b, 0x6b, M },
    { 0x4c, 0x73, 0x73, M }, { 0x4d, 0x74, 0x74, M }, { 0x47, 0x6c, 0x6c, M },
    { 0x48, 0x75, 0x75, M }, { 0x49, 0x7d, 0x7d, M }, { 0x01, 0x76, 0x08, M },
    { 0x3b, 0x05, 0x07, M }, { 0x3c, 0x06, 0x0f, M }, { 0x3d, 0x04, 0x17, M },
    { 0x3e, 0x0c, 0x1f, M }, { 0x3f, 0x03, 0x27, M }, { 0x40, 0x0b, 0x2f, M },
    { 0x41, 0x83, 0x37, M }, { 0x42, 0x0a, 0x3f, M }, { 0x43, 0x01, 0x47, M },
    { 0x44, 0x09, 0x4f, M }, { 0x57, 0x78, 0x56, M }, { 0x58, 0x07, 0x5e, M },
    { 0x46, 0x7e, 0x5f, M }, { 0x137, 0x17c, 0x57, M }, { 0x145, 0x177, 0x62, M },
};
enum { PRINT = 0x137, PAUSE = 0x145 };
enum { SHIFT_L = 0x2a, SHIFT_R = 0x36, CTRL_L = 0x1d, CTRL_R = 0x11d, ALT_L = 0x38, ALT_R = 0x138 };

struct bytes { uint8_t b[64]; unsigned n; };
struct ref {
    unsigned     set, leds, rate, command, sent_last;
    bool         scanning, down[0x180], breaks[256], repeats[256];
    struct bytes answers, keys;
    const struct row *held;
    vtime        next;
};
static struct ref ref;
static struct sched sched;
static struct ps2_kbd kbd;

/* ---- the model: what keys send ---- */

static void say(struct bytes *to, unsigned v) { to->b[to->n++] = (uint8_t)v; }
static unsigned take(struct bytes *from)
{
    unsigned v = from->b[0];
    memmove(from->b, from->b + 1, --from->n);
    return v;
}

/* A code of set 2 or, by the host's name for the key, of set 1. */
static void code(struct bytes *to, unsigned key, unsigned two, bool down)
{
    if (key & 0x100)
        say(to, 0xe0);
    if (ref.set == 1) {
        say(to, (key & 0x7f) | (down ? 0 : 0x80));
        return;
    }
    if (!down)
        say(to, 0xf0);
    say(to, two & 0xff);
}

static bool shifted(void) { return ref.down[SHIFT_L] || ref.down[SHIFT_R]; }

/* "Shift case" and "Num Lock on" columns: what surrounds the keys between the blocks. */
static void fakes(struct bytes *to, const struct row *k, bool down)
{
    bool num = ref.leds & 2 && k->key != 0x135;
    if (num && !shifted())
        code(to, 0x12a, 0x112, down);
    if (!num && ref.down[SHIFT_L])
        code(to, 0x12a, 0x112, !down);
    if (!num && ref.down[SHIFT_R])
        code(to, 0x136, 0x159, !down);
}

static struct bytes sends(const struct row *k, bool down)
{
    struct bytes s = { { 0 }, 0 };
    bool ctrl = ref.down[CTRL_L] || ref.down[CTRL_R], alt = ref.down[ALT_L] || ref.down[ALT_R];
    bool between = (k->key >= 0x147 && k->key <= 0x153) || k->key == 0x135;
    if (ref.set == 3) {
        if (!down && !ref.breaks[k->three])
            return s;
        if (!down)
            say(&s, 0xf0);
        say(&s, k->three);
    } else if (k->key == PAUSE && down && ctrl) {
        code(&s, 0x146, 0x17e, true);
        code(&s, 0x146, 0x17e, false);
    } else if (k->key == PAUSE && down) {
        for (unsigned i = 0; i < 2; i++) {
            say(&s, 0xe1);
            code(&s, 0x1d, 0x14, !i);
            code(&s, 0x45, 0x77, !i);
        }
    } else if (k->key == PAUSE) {
        ;
    } else if (k->key == PRINT && alt) {
        code(&s, 0x54, 0x84, down);
    } else if (k->key == PRINT && !ctrl && !shifted()) {
        if (down)
            code(&s, 0x12a, 0x112, true);
        code(&s, k->key, k->two, down);
        if (!down)
            code(&s, 0x12a, 0x112, false);
    } else {
        if (between && down)
            fakes(&s, k, true);
        code(&s, k->key, k->two, down);
        if (between && !down)
            fakes(&s, k, false);
    }
    return s;
}

static bool repeats(const struct row *k)
{
    return ref.set == 3 ? ref.repeats[k->three] : k->key != PAUSE;
}

static bool queue(const struct bytes *s)
{
    if (ref.keys.n + s->n > 16)
        return false;
    for (unsigned i = 0; i < s->n; i++)
        say(&ref.keys, s->b[i]);
    return true;
}

static vtime quarter_seconds(void) { return ((ref.rate / 32 & 3) + 1) * UINT64_C(250000000); }
static vtime period(void)
{
    return (8 + (ref.rate & 7)) * UINT64_C(4166667) * (1u << (ref.rate / 8 & 3));
}

static bool ref_key(const struct row *k, bool down, bool typematic)
{
    struct bytes s = sends(k, down);
    if (down && typematic && ref.held == k)
        return true;
    if (ref.scanning && !queue(&s))
        return false;
    if (down) {
        ref.held = typematic && ref.scanning && repeats(k) ? k : NULL;
        ref.next = sched.now + quarter_seconds();
    } else if (ref.held == k) {
        ref.held = NULL;
    }
    ref.down[k->key] = down;
    return true;
}

/* The make code once more. */
static void ref_repeat(void)
{
    struct bytes s = { { 0 }, 0 };
    const struct row *k = ref.held;
    if (ref.set == 3)
        say(&s, k->three);
    else if (k->key == PRINT && (ref.down[ALT_L] || ref.down[ALT_R]))
        code(&s, 0x54, 0x84, true);
    else
        code(&s, k->key, k->two, true);
    if (repeats(k))
        queue(&s);
}

/* ---- the model: commands ---- */

static void types(bool breaks, bool typematic)
{
    for (unsigned i = 0; i < 256; i++)
        ref.breaks[i] = breaks, ref.repeats[i] = typematic;
}

static void defaults(void)
{
    ref.set = 2;
    ref.leds = ref.command = ref.keys.n = 0;
    ref.rate = 0x2b;
    ref.held = NULL;
    types(false, true);
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        ref.breaks[rows[i].three] = rows[i].type == B;
        ref.repeats[rows[i].three] = rows[i].type == T;
    }
}

static void argument(unsigned v)
{
    unsigned c = ref.command;
    bool bad = c == 0xf0 && v > 3;
    say(&ref.answers, bad ? 0xfe : 0xfa);
    if (c < 0xfb)
        ref.command = 0;
    if (c == 0xed)
        ref.leds = v & 7;
    if (c == 0xf3)
        ref.rate = v;
    if (c == 0xf0 && v == 0)
        say(&ref.answers, ref.set);
    else if (c == 0xf0 && !bad)
        ref.set = v;
    if (c >= 0xfb && v < 144) {
        ref.breaks[v] = c == 0xfc;
        ref.repeats[v] = c == 0xfb;
    }
}

static void ref_write(unsigned v)
{
    ref.answers.n = 0;
    if (ref.command && v < 0xed) {
        argument(v);
        return;
    }
    ref.command = v == 0xed || v == 0xf0 || v == 0xf3 || (v >= 0xfb && v <= 0xfd) ? v : 0;
    say(&ref.answers, v == 0xfe   ? ref.sent_last
                      : v == 0xee ? 0xee
                      : v < 0xed || v == 0xef || v == 0xf1 ? 0xfe : 0xfa);
    switch (v) {
    case 0xf2: say(&ref.answers, 0xab), say(&ref.answers, 0x83); break;
    case 0xf4: ref.keys.n = 0, ref.held = NULL, ref.scanning = true; break;
    case 0xf5: case 0xf6: defaults(), ref.scanning = v == 0xf6; break;
    case 0xf7: case 0xf8: case 0xf9: case 0xfa:
        types(v == 0xf8 || v == 0xfa, v == 0xf7 || v == 0xfa);
        break;
    case 0xff: defaults(), ref.scanning = true, say(&ref.answers, 0xaa); break;
    default: break;
    }
}

static unsigned ref_read(void)
{
    if (ref.answers.n)
        ref.sent_last = take(&ref.answers);
    else if (ref.keys.n)
        ref.sent_last = take(&ref.keys);
    return ref.sent_last;
}

/* ---- both ---- */

static void later(vtime ns)
{
    vtime end = sched.now + ns;
    while (ref.held && ref.next <= end) {
        sched.now = ref.next;                    /* for the model's own repeat */
        ref_repeat();
        ref.next += period();
    }
    sched.now = end - ns;
    sched_advance(&sched, end);
}

static void step(struct dt_rng *r)
{
    static const uint16_t odd[] = { SHIFT_L, SHIFT_R, CTRL_L, ALT_R, PRINT, PAUSE, 0x148, 0x135 };
    const struct row *k = &rows[dt_below(r, ARRAY_LEN(rows))];
    unsigned v = dt_rand(r), want = odd[v >> 8 & 7];
    bool down = v & 1, typematic = v & 0x30;
    for (unsigned i = 0; v & 0x40 && i < ARRAY_LEN(rows); i++)
        if (rows[i].key == want)
            k = &rows[i];
    switch (dt_below(r, 12)) {
    case 0:
        v = dt_below(r, 3) ? 0xed + dt_below(r, 19) : dt_below(r, 256);
        v = (v == 0xff || v == 0xf5 || v == 0xf6) && dt_below(r, 4) ? 0xf4 : v;
        ps2_kbd_write(&kbd, (uint8_t)v);
        ref_write(v);
        break;
    case 1:
        if (!ref.command)
            break;
        v = ref.command == 0xf0 ? dt_below(r, 5) : ref.command == 0xed ? dt_below(r, 8)
                                                                       : dt_below(r, 0xa0);
        ps2_kbd_write(&kbd, (uint8_t)v);
        ref_write(v);
        break;
    case 2: later(dt_below(r, 3000) * UINT64_C(1000000)); break;
    case 3: case 4: case 5: case 6: {
        bool fits = ps2_kbd_key(&kbd, k->key, down, typematic);
        dt_require(fits == ref_key(k, down, typematic), "key %x %d: %d", k->key, down, fits);
        break;
    }
    default:
        for (unsigned n = dt_below(r, 8); n--;) {
            v = ps2_kbd_read(&kbd);
            want = ref_read();
            dt_require(v == want, "read: %02x, model %02x", v, want);
        }
        break;
    }
}

START_TEST(agrees_with_the_tables)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    memset(&sched, 0, sizeof sched);
    ps2_kbd_init(&kbd, &sched);
    ps2_kbd_class.reset(&kbd, RESET_POWER);
    memset(&ref, 0, sizeof ref);
    defaults();
    ref.scanning = true;
    for (int i = 0; i < 20000; i++) {
        step(&r);
        dt_require(kbd.ready.level == (ref.answers.n || ref.keys.n), "step %d: ready %d", i,
                   kbd.ready.level);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ps2_kbd_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_the_tables, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
