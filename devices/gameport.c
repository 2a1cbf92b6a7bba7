/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/gameport.h"

static const struct field fields[] = {
    FIELD_ARRAY(struct gameport, end),
    FIELD_ARRAY(struct gameport, ohms),
    FIELD_MAX(struct gameport, pressed, 15),
    FIELD_TRANSIENT(struct gameport, sched),
    FIELD_END
};

static void gameport_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct gameport *g = dev;
    vtime now = sched_now(g->sched);
    for (unsigned i = 0; i < 4; i++) {
        if (now < g->end[i])
            continue;
        g->end[i] = g->ohms[i] == GAMEPORT_OPEN ? VTIME_NEVER
                                                : now + 24200 + (uint64_t)g->ohms[i] * 11;
    }
}

static uint64_t gameport_read(void *dev, uint32_t off, unsigned size)
{
    const struct gameport *g = dev;
    vtime now = sched_now(g->sched);
    unsigned v = (~(unsigned)g->pressed & 15) << 4;
    for (unsigned i = 0; i < 4; i++)
        v |= now < g->end[i] ? 1u << i : 0;
    return v;
}

void gameport_axis(struct gameport *g, unsigned axis, uint32_t ohms)
{
    uint32_t *to = &g->ohms[axis & 3];
    vtime *end = &g->end[axis & 3];
    if (ohms == GAMEPORT_OPEN && sched_now(g->sched) < *end)
        *end = VTIME_NEVER;                  /* nothing charges the capacitor any more */
    else if (ohms != GAMEPORT_OPEN && *end == VTIME_NEVER)
        *end = 0;                            /* it has waited for that */
    *to = ohms == GAMEPORT_OPEN || ohms <= GAMEPORT_OHMS ? ohms : GAMEPORT_OHMS;
}

void gameport_buttons(struct gameport *g, unsigned pressed) { g->pressed = pressed & 15; }

/* Sticks have potentiometers of 100 kohm. */
static uint32_t ohms(bool there, int at)
{
    int v = at < -32768 ? 0 : at > 32767 ? 65535 : at + 32768;
    return there ? (uint32_t)((uint64_t)v * 100000 / 65535) : GAMEPORT_OPEN;
}

void gameport_stick(struct gameport *g, unsigned stick, bool there, int x, int y, unsigned pressed)
{
    unsigned shift = stick ? 2 : 0, b = there ? pressed & 3 : 0;
    gameport_axis(g, shift, ohms(there, x));
    gameport_axis(g, shift + 1, ohms(there, y));
    gameport_buttons(g, (g->pressed & ~(3u << shift)) | b << shift);
}

void gameport_init(struct gameport *g, const struct sched *s)
{
    *g = (struct gameport){ .sched = s };
    for (unsigned i = 0; i < 4; i++)
        g->ohms[i] = GAMEPORT_OPEN;
}

static void gameport_reset(void *dev, enum reset_kind kind)
{
    struct gameport *g = dev;
    for (unsigned i = 0; i < 4 && kind == RESET_POWER; i++)
        g->end[i] = 0;
}

const struct bus_ops gameport_ops = { gameport_read, gameport_write, 1 };
const struct device_class gameport_class = { "gameport", 1, 1, fields, gameport_reset, NULL, NULL };
