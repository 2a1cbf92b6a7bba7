/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/ps2_kbd.h"

enum { ACK = 0xfa, BAT_OK = 0xaa, RESEND = 0xfe };
enum { SET_LEDS = 0xed, ECHO = 0xee, SCAN_SET = 0xf0, READ_ID = 0xf2, SET_RATE = 0xf3,
       ENABLE = 0xf4, DISABLE = 0xf5, DEFAULTS = 0xf6, ALL_TYPEMATIC = 0xf7, ALL_MAKE_BREAK = 0xf8,
       ALL_MAKE = 0xf9, ALL_BOTH = 0xfa, KEY_TYPEMATIC = 0xfb, KEY_MAKE_BREAK = 0xfc,
       KEY_MAKE = 0xfd, RESET = 0xff };
enum { KEY_PRINT = 0x137, KEY_PAUSE = 0x145, KEY_BREAK = 0x146 };
enum { LSHIFT = 1, RSHIFT = 2, LCTRL = 4, RCTRL = 8, LALT = 16, RALT = 32 };
#define SHIFTS (LSHIFT | RSHIFT)
#define CTRLS  (LCTRL | RCTRL)
#define ALTS   (LALT | RALT)
#define NUM_LOCK 2

static const struct field fields[] = {
    FIELD_MAX(struct ps2_kbd, set, 3),        FIELD_MAX(struct ps2_kbd, leds, 7),
    FIELD(struct ps2_kbd, rate),              FIELD(struct ps2_kbd, expect),
    FIELD(struct ps2_kbd, last),              FIELD_MAX(struct ps2_kbd, mods, 63),
    FIELD(struct ps2_kbd, scanning),          FIELD_MAX(struct ps2_kbd, resp_n, 8),
    FIELD_MAX(struct ps2_kbd, fifo_n, PS2_KBD_FIFO),
    FIELD_ARRAY(struct ps2_kbd, resp),        FIELD_ARRAY(struct ps2_kbd, fifo),
    FIELD_ARRAY(struct ps2_kbd, breaks),      FIELD_ARRAY(struct ps2_kbd, repeats),
    FIELD_MAX(struct ps2_kbd, held, 0x17f),   FIELD(struct ps2_kbd, repeat),
    FIELD(struct ps2_kbd, ready),             FIELD_TRANSIENT(struct ps2_kbd, sched),
    FIELD_END
};

/* clang-format off */
const uint8_t ps2_set2_to_set1[0x85] = {
    0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
    0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
    0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
    0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
    0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
    0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
    0x80, 0x81, 0x82, 0x41, 0x54,
};

/* Set 3 by set 1 code: the plain keys, then those with E0. 0: no such key. */
static const uint8_t set3_plain[0x59] = {
    0x00, 0x08, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d,
    0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x11, 0x1c, 0x1b,
    0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5c, 0x1a, 0x22, 0x21, 0x2a,
    0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7e, 0x19, 0x29, 0x14, 0x07, 0x0f, 0x17, 0x1f, 0x27,
    0x2f, 0x37, 0x3f, 0x47, 0x4f, 0x76, 0x5f, 0x6c, 0x75, 0x7d, 0x84, 0x6b, 0x73, 0x74, 0x7c, 0x69,
    0x72, 0x7a, 0x70, 0x71, 0x00, 0x00, 0x13, 0x56, 0x5e,
};
static const uint8_t set3_e0[][2] = {
    { 0x1c, 0x79 }, { 0x1d, 0x58 }, { 0x35, 0x77 }, { 0x37, 0x57 }, { 0x38, 0x39 }, { 0x45, 0x62 },
    { 0x46, 0x62 }, { 0x47, 0x6e }, { 0x48, 0x63 }, { 0x49, 0x6f }, { 0x4b, 0x61 }, { 0x4d, 0x6a },
    { 0x4f, 0x65 }, { 0x50, 0x60 }, { 0x51, 0x6d }, { 0x52, 0x67 }, { 0x53, 0x64 }, { 0x5b, 0x8b },
    { 0x5c, 0x8c }, { 0x5d, 0x8d },
};
/* Keys that in set 3 send break codes from the start: Shift, left Ctrl, left Alt, Caps Lock; and
 * those that do not repeat: these, Esc, F1 to F12, locks, right Ctrl and Alt, all but the arrows
 * and Del between the blocks, the keypad but for plus. */
static const uint8_t default_breaks[] = { 0x12, 0x59, 0x11, 0x19, 0x14 };
static const uint8_t default_single[] = {
    0x12, 0x59, 0x11, 0x19, 0x14, 0x08, 0x07, 0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x47, 0x4f,
    0x56, 0x5e, 0x57, 0x5f, 0x62, 0x76, 0x58, 0x39, 0x67, 0x6e, 0x6f, 0x65, 0x6d, 0x77, 0x7e, 0x84,
    0x6c, 0x75, 0x7d, 0x6b, 0x73, 0x74, 0x69, 0x72, 0x7a, 0x70, 0x71, 0x79,
};
/* clang-format on */

struct seq { uint8_t b[8]; unsigned n; };

static void add(struct seq *s, uint8_t v) { s->b[s->n++] = v; }

static uint8_t to_set2(uint8_t code)
{
    for (unsigned i = sizeof ps2_set2_to_set1; i-- > 1;)     /* from above: 83h is F7, not 02h */
        if (ps2_set2_to_set1[i] == code)
            return (uint8_t)i;
    return 0;
}

static uint8_t to_set3(uint16_t code)
{
    if (code < sizeof set3_plain)
        return set3_plain[code];
    for (unsigned i = 0; i < ARRAY_LEN(set3_e0); i++)
        if (code == (0x100u | set3_e0[i][0]))
            return set3_e0[i][1];
    return 0;
}

/* One make or break code in set 1 or 2; code is a set 1 code. */
static void add_code(const struct ps2_kbd *k, struct seq *s, uint16_t code, bool down)
{
    uint8_t c = code & 0x7f;
    if (code & 0x100)
        add(s, 0xe0);
    if (k->set == 1) {
        add(s, down ? c : c | 0x80);
        return;
    }
    if (!down)
        add(s, 0xf0);
    add(s, to_set2(c));
}

/* Pause has no break code, and is another key with Ctrl (Break). */
static void add_pause(const struct ps2_kbd *k, struct seq *s)
{
    if (k->mods & CTRLS) {
        add_code(k, s, KEY_BREAK, true);
        add_code(k, s, KEY_BREAK, false);
        return;
    }
    for (int down = 1; down >= 0; down--) {
        add(s, 0xe1);
        add_code(k, s, 0x1d, down);
        add_code(k, s, 0x45, down);
    }
}

/* PrintScreen shifts itself, unless a modifier is held; with Alt it is SysRq. */
static void add_print(const struct ps2_kbd *k, struct seq *s, bool down)
{
    if (k->mods & ALTS) {
        add_code(k, s, 0x54, down);
        return;
    }
    bool plain = !(k->mods & (SHIFTS | CTRLS));
    if (plain && down)
        add_code(k, s, 0x12a, true);
    add_code(k, s, KEY_PRINT, down);
    if (plain && !down)
        add_code(k, s, 0x12a, false);
}

/* Insert to PgDn and the arrows, and the keypad's slash. */
static bool undoes_shift(uint16_t code)
{
    return (code >= 0x147 && code <= 0x153) || code == 0x135;
}

/* In sets 1 and 2 the grey keys come with Shift up, or down where Num Lock would turn them into
 * digits: before their make code and, the other way round, after their break code. */
static void add_grey(const struct ps2_kbd *k, struct seq *s, uint16_t code, bool down)
{
    bool digits = k->leds & NUM_LOCK && code != 0x135;
    if (!down)
        add_code(k, s, code, false);
    if (digits && !(k->mods & SHIFTS))
        add_code(k, s, 0x12a, down);
    if (!digits && k->mods & LSHIFT)
        add_code(k, s, 0x12a, !down);
    if (!digits && k->mods & RSHIFT)
        add_code(k, s, 0x136, !down);
    if (down)
        add_code(k, s, code, true);
}

static struct seq sequence(const struct ps2_kbd *k, uint16_t code, bool down)
{
    struct seq s = { { 0 }, 0 };
    if (k->set == 3) {
        uint8_t c = to_set3(code);
        if (!c || (!down && !(k->breaks[c >> 3] >> (c & 7) & 1)))
            return s;
        if (!down)
            add(&s, 0xf0);
        add(&s, c);
    } else if (code == KEY_PAUSE || code == KEY_BREAK) {
        if (down)
            add_pause(k, &s);
    } else if (code == KEY_PRINT) {
        add_print(k, &s, down);
    } else if (undoes_shift(code)) {
        add_grey(k, &s, code, down);
    } else if (code & 0x7f && to_set2(code & 0x7f)) {
        add_code(k, &s, code, down);
    }
    return s;
}

/* What a held key sends again: its make code alone. */
static struct seq repetition(const struct ps2_kbd *k)
{
    struct seq s = { { 0 }, 0 };
    if (k->set == 3)
        add(&s, to_set3(k->held));
    else
        add_code(k, &s, k->held == KEY_PRINT && k->mods & ALTS ? 0x54 : k->held, true);
    return s;
}

static bool may_repeat(const struct ps2_kbd *k, uint16_t code)
{
    uint8_t c = to_set3(code);
    if (k->set != 3)
        return code != KEY_PAUSE && code != KEY_BREAK && sequence(k, code, true).n;
    return c && k->repeats[c >> 3] >> (c & 7) & 1;
}

static void note_modifier(struct ps2_kbd *k, uint16_t code, bool down)
{
    uint8_t m = code == 0x2a ? LSHIFT : code == 0x36 ? RSHIFT : code == 0x1d ? LCTRL
              : code == 0x11d ? RCTRL : code == 0x38 ? LALT : code == 0x138 ? RALT : 0;
    k->mods = down ? k->mods | m : k->mods & (uint8_t)~m;
}

static void update(struct ps2_kbd *k) { line_set(&k->ready, k->resp_n || k->fifo_n); }

static bool enqueue(struct ps2_kbd *k, struct seq s)
{
    if (k->fifo_n + s.n > PS2_KBD_FIFO)
        return false;
    memcpy(k->fifo + k->fifo_n, s.b, s.n);
    k->fifo_n = (uint8_t)(k->fifo_n + s.n);
    return true;
}

/* F3h: bits 5 and 6 quarters of a second less one; the period is (8 + bits 0..2) << bits 3..4 times
 * 1/240 s. */
static vtime delay(const struct ps2_kbd *k) { return ((k->rate >> 5 & 3) + 1u) * 250000000u; }
static vtime period(const struct ps2_kbd *k)
{
    return (vtime)(8 + (k->rate & 7)) * UINT64_C(4166667) << (k->rate >> 3 & 3);
}

static void hold(struct ps2_kbd *k, uint16_t code)
{
    k->held = code;
    sched_arm(k->sched, &k->repeat, code ? sched_now(k->sched) + delay(k) : VTIME_NEVER);
}

static void on_repeat(void *dev, vtime when)
{
    struct ps2_kbd *k = dev;
    if (!k->held || !k->scanning)
        return;
    if (may_repeat(k, k->held))
        enqueue(k, repetition(k));
    sched_arm(k->sched, &k->repeat, k->sched->now + period(k));
    update(k);
}

bool ps2_kbd_key(struct ps2_kbd *k, uint16_t code, bool down, bool typematic)
{
    code &= 0x17f;
    if (down && typematic && code && code == k->held)
        return true;                             /* it does so itself */
    if (k->scanning && !enqueue(k, sequence(k, code, down)))
        return false;
    if (down)
        hold(k, typematic && k->scanning && may_repeat(k, code) ? code : 0);
    else if (code == k->held)
        hold(k, 0);
    note_modifier(k, code, down);
    update(k);
    return true;
}

static void respond(struct ps2_kbd *k, uint8_t v)
{
    if (k->resp_n < sizeof k->resp)
        k->resp[k->resp_n++] = v;
}

static void set_types(struct ps2_kbd *k, bool breaks, bool repeats)
{
    memset(k->breaks, breaks ? 0xff : 0, sizeof k->breaks);
    memset(k->repeats, repeats ? 0xff : 0, sizeof k->repeats);
}

static void set_type(struct ps2_kbd *k, uint8_t key, bool breaks, bool repeats)
{
    uint8_t *b = &k->breaks[key >> 3], *r = &k->repeats[key >> 3], bit = (uint8_t)(1u << (key & 7));
    *b = breaks ? *b | bit : *b & (uint8_t)~bit;
    *r = repeats ? *r | bit : *r & (uint8_t)~bit;
}

static void defaults(struct ps2_kbd *k)
{
    k->set = 2;
    k->rate = 0x2b;                          /* 10.9 a second, after half a second */
    k->leds = k->expect = k->fifo_n = 0;
    hold(k, 0);
    set_types(k, false, true);
    for (unsigned i = 0; i < sizeof default_single; i++)
        set_type(k, default_single[i], false, false);
    for (unsigned i = 0; i < sizeof default_breaks; i++)
        set_type(k, default_breaks[i], true, false);
}

static void set_scan_set(struct ps2_kbd *k, uint8_t v)
{
    if (v > 3) {
        respond(k, RESEND);
        return;
    }
    respond(k, ACK);
    if (v)
        k->set = v;
    else
        respond(k, k->set);
}

static void set_key_type(struct ps2_kbd *k, uint8_t command, uint8_t key)
{
    respond(k, ACK);
    if (key >> 3 < (int)sizeof k->breaks)
        set_type(k, key, command == KEY_MAKE_BREAK, command == KEY_TYPEMATIC);
}

static void argument(struct ps2_kbd *k, uint8_t v)
{
    uint8_t command = k->expect;
    k->expect = 0;
    switch (command) {
    case SET_LEDS:
        k->leds = v & 7;
        respond(k, ACK);
        break;
    case SET_RATE:
        k->rate = v;
        respond(k, ACK);
        break;
    case SCAN_SET:
        set_scan_set(k, v);
        break;
    default:                                 /* a list of keys, until the next command */
        k->expect = command;
        set_key_type(k, command, v);
        break;
    }
}

static void command(struct ps2_kbd *k, uint8_t v)
{
    k->expect = 0;
    if (v == RESEND) {
        respond(k, k->last);
        return;
    }
    respond(k, v == ECHO ? ECHO : v < SET_LEDS || v == 0xef || v == 0xf1 ? RESEND : ACK);
    switch (v) {
    case SET_LEDS: case SCAN_SET: case SET_RATE:
    case KEY_TYPEMATIC: case KEY_MAKE_BREAK: case KEY_MAKE:
        k->expect = v;
        break;
    case READ_ID:
        respond(k, 0xab);
        respond(k, 0x83);
        break;
    case ENABLE:
        k->fifo_n = 0;
        hold(k, 0);
        k->scanning = true;
        break;
    case DISABLE: case DEFAULTS:
        defaults(k);
        k->scanning = v == DEFAULTS;
        break;
    case ALL_TYPEMATIC: case ALL_MAKE: case ALL_MAKE_BREAK: case ALL_BOTH:
        set_types(k, v == ALL_MAKE_BREAK || v == ALL_BOTH, v == ALL_TYPEMATIC || v == ALL_BOTH);
        break;
    case RESET:
        defaults(k);
        k->scanning = true;
        respond(k, BAT_OK);
        break;
    }
}

void ps2_kbd_write(struct ps2_kbd *k, uint8_t v)
{
    k->resp_n = 0;                           /* whatever was on its way is given up */
    if (k->expect && v < SET_LEDS)
        argument(k, v);
    else
        command(k, v);
    update(k);
}

uint8_t ps2_kbd_read(struct ps2_kbd *k)
{
    if (k->resp_n) {
        k->last = k->resp[0];
        memmove(k->resp, k->resp + 1, --k->resp_n);
    } else if (k->fifo_n) {
        k->last = k->fifo[0];
        memmove(k->fifo, k->fifo + 1, --k->fifo_n);
    }
    update(k);
    return k->last;
}

void ps2_kbd_init(struct ps2_kbd *k, struct sched *s)
{
    *k = (struct ps2_kbd){ .set = 2, .sched = s };
    sched_add(s, &k->repeat, "kbd.repeat", on_repeat, k);
    defaults(k);
}

static void kbd_reset(void *dev, enum reset_kind kind)
{
    struct ps2_kbd *k = dev;
    if (kind == RESET_INIT)
        return;
    defaults(k);
    k->scanning = true;
    k->resp_n = k->last = 0;
    if (kind == RESET_POWER)
        k->mods = 0;
    update(k);
}

static bool kbd_post_load(void *dev, unsigned version, struct error *err)
{
    struct ps2_kbd *k = dev;
    return k->set ? true : error_set(err, 1, "ps2_kbd: no scan code set");
}

const struct device_class ps2_kbd_class = { "ps2_kbd", 2, 1, fields, kbd_reset, kbd_post_load,
                                            NULL };
