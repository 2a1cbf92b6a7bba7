/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/ps2_mouse.h"

enum { ACK = 0xfa, RESEND = 0xfe };
enum { SCALE_11 = 0xe6, SCALE_21 = 0xe7, SET_RESOLUTION = 0xe8, STATUS = 0xe9, STREAM = 0xea,
       READ_DATA = 0xeb, UNWRAP = 0xec, WRAP = 0xee, REMOTE = 0xf0, READ_ID = 0xf2, SET_RATE = 0xf3,
       ENABLE = 0xf4, DISABLE = 0xf5, DEFAULTS = 0xf6, RESET = 0xff };
#define COUNTER_MAX 0x3fff

static const struct field fields[] = {
    FIELD(struct ps2_mouse, expect),          FIELD_MAX(struct ps2_mouse, id, 4),
    FIELD(struct ps2_mouse, rate),            FIELD(struct ps2_mouse, resolution),
    FIELD_ARRAY(struct ps2_mouse, rates),     FIELD_MAX(struct ps2_mouse, buttons, 31),
    FIELD_MAX(struct ps2_mouse, change_n, 8), FIELD_ARRAY_MAX(struct ps2_mouse, changes, 31),
    FIELD(struct ps2_mouse, scale21),         FIELD(struct ps2_mouse, remote),
    FIELD(struct ps2_mouse, wrap),            FIELD(struct ps2_mouse, reporting),
    FIELD(struct ps2_mouse, moved),           FIELD(struct ps2_mouse, last),
    FIELD(struct ps2_mouse, dx),              FIELD(struct ps2_mouse, dy),
    FIELD(struct ps2_mouse, dz),              FIELD_MAX(struct ps2_mouse, queue_n, 8),
    FIELD_ARRAY(struct ps2_mouse, queue),     FIELD(struct ps2_mouse, ready),
    FIELD_END
};

static int value(uint16_t v) { return v < 0x8000 ? v : (int)v - 0x10000; }

static int clamp(int v, int lo, int hi) { return v < lo ? lo : v > hi ? hi : v; }

static void count(uint16_t *c, int by)
{
    by = clamp(by, -COUNTER_MAX, COUNTER_MAX);
    *c = (uint16_t)clamp(value(*c) + by, -COUNTER_MAX, COUNTER_MAX);
}

/* Takes at most lo..hi out of a counter. */
static int take(uint16_t *c, int lo, int hi)
{
    int v = clamp(value(*c), lo, hi);
    *c = (uint16_t)(value(*c) - v);
    return v;
}

static uint8_t buttons_now(const struct ps2_mouse *m)
{
    return m->change_n ? m->changes[m->change_n - 1] : m->buttons;
}

static void clear_counters(struct ps2_mouse *m)
{
    m->buttons = buttons_now(m);
    m->dx = m->dy = m->dz = 0;
    m->change_n = 0;
    m->moved = false;
}

static void update(struct ps2_mouse *m)
{
    line_set(&m->ready, m->queue_n || (m->moved && m->reporting && !m->remote && !m->wrap));
}

static void queue(struct ps2_mouse *m, uint8_t v)
{
    if (m->queue_n < sizeof m->queue)
        m->queue[m->queue_n++] = v;
}

/* The 2:1 scale: small steps are made smaller, large ones doubled. */
static int scaled(int v)
{
    static const uint8_t small[6] = { 0, 1, 1, 3, 6, 9 };
    int n = v < 0 ? -v : v, r = n < 6 ? small[n] : 2 * n;
    return v < 0 ? -r : r;
}

static void queue_packet(struct ps2_mouse *m, bool stream)
{
    bool twice = stream && m->scale21;
    int dx = take(&m->dx, twice ? -127 : -255, twice ? 127 : 255);
    int dy = take(&m->dy, twice ? -127 : -255, twice ? 127 : 255);
    if (twice) {
        dx = scaled(dx);
        dy = scaled(dy);
    }
    if (m->change_n) {
        m->buttons = m->changes[0];
        memmove(m->changes, m->changes + 1, --m->change_n);
    }
    queue(m, (uint8_t)(0x08 | (m->buttons & 7) | (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0)));
    queue(m, (uint8_t)dx);
    queue(m, (uint8_t)dy);
    if (m->id == 3)
        queue(m, (uint8_t)take(&m->dz, -8, 7));
    else if (m->id == 4)
        queue(m, (uint8_t)((take(&m->dz, -8, 7) & 15) | (m->buttons & 0x18) << 1));
    else
        m->dz = 0;
    m->moved = m->dx || m->dy || m->dz || m->change_n;
}

static void change_buttons(struct ps2_mouse *m, uint8_t v)
{
    if (v == buttons_now(m))
        return;
    if (m->change_n == sizeof m->changes)
        m->change_n--;                       /* the last state is the one that must get through */
    m->changes[m->change_n++] = v;
    m->moved = true;
}

void ps2_mouse_move(struct ps2_mouse *m, int dx, int dy, int wheel, unsigned buttons)
{
    change_buttons(m, buttons & 31);
    m->moved = m->moved || dx || dy || wheel;
    count(&m->dx, dx);
    count(&m->dy, -clamp(dy, -COUNTER_MAX, COUNTER_MAX));
    count(&m->dz, -clamp(wheel, -COUNTER_MAX, COUNTER_MAX));
    update(m);
}

void ps2_mouse_nudge(struct ps2_mouse *m)
{
    m->moved = true;
    update(m);
}

static void defaults(struct ps2_mouse *m)
{
    m->rate = 100;
    m->resolution = 2;
    m->scale21 = m->remote = m->reporting = false;
    clear_counters(m);
}

static void set_rate(struct ps2_mouse *m, uint8_t v)
{
    if (m->rates[0] == 200 && m->rates[1] == 100 && v == 80)
        m->id = 3;
    if (m->rates[0] == 200 && m->rates[1] == 200 && v == 80)
        m->id = 4;
    m->rates[0] = m->rates[1];
    m->rates[1] = v;
    m->rate = v;
}

static void queue_status(struct ps2_mouse *m)
{
    unsigned now = buttons_now(m), b = (now & 1) << 2 | (now & 4) >> 1 | (now & 2) >> 1;
    queue(m, (uint8_t)(m->remote << 6 | m->reporting << 5 | m->scale21 << 4 | b));
    queue(m, m->resolution);
    queue(m, m->rate);
}

static void command(struct ps2_mouse *m, uint8_t v)
{
    switch (v) {
    case SCALE_11: case SCALE_21:
        m->scale21 = v == SCALE_21;
        break;
    case SET_RESOLUTION: case SET_RATE:
        m->expect = v;
        break;
    case STATUS:
        queue_status(m);
        break;
    case STREAM: case REMOTE:
        m->remote = v == REMOTE;
        clear_counters(m);
        break;
    case READ_DATA:
        queue_packet(m, false);
        break;
    case UNWRAP: case WRAP:
        m->wrap = v == WRAP;
        clear_counters(m);
        break;
    case READ_ID:
        queue(m, m->id);
        break;
    case ENABLE: case DISABLE:
        m->reporting = v == ENABLE;
        clear_counters(m);
        break;
    case DEFAULTS:
        defaults(m);
        break;
    case RESET:
        defaults(m);
        m->id = 0;
        queue(m, 0xaa);
        queue(m, 0);
        break;
    default:
        m->queue[0] = RESEND;                /* in place of the acknowledgement */
        break;
    }
}

void ps2_mouse_write(struct ps2_mouse *m, uint8_t v)
{
    uint8_t waiting = m->expect;
    m->queue_n = 0;                          /* a command ends a packet half sent */
    m->expect = 0;
    if (m->wrap && v != UNWRAP && v != RESET) {
        queue(m, v);
    } else if (!waiting && v == RESEND) {
        queue(m, m->last);
    } else {
        queue(m, ACK);
        if (v == RESET)
            m->wrap = false;
        if (waiting == SET_RATE)
            set_rate(m, v);
        else if (waiting)
            m->resolution = v & 3;
        else
            command(m, v);
    }
    update(m);
}

uint8_t ps2_mouse_read(struct ps2_mouse *m)
{
    if (!m->queue_n && m->ready.level)
        queue_packet(m, true);
    if (m->queue_n) {
        m->last = m->queue[0];
        memmove(m->queue, m->queue + 1, --m->queue_n);
    }
    update(m);
    return m->last;
}

void ps2_mouse_init(struct ps2_mouse *m)
{
    *m = (struct ps2_mouse){ 0 };
    defaults(m);
}

static void mouse_reset(void *dev, enum reset_kind kind)
{
    struct ps2_mouse *m = dev;
    if (kind == RESET_INIT)
        return;
    struct line ready = m->ready;
    uint8_t buttons = buttons_now(m);
    ps2_mouse_init(m);
    m->ready = ready;
    m->buttons = buttons;
    update(m);
}

const struct device_class ps2_mouse_class = { "ps2_mouse", 2, 1, fields, mouse_reset, NULL, NULL };
