/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/port61.h"

#define REFRESH_TICKS 18

enum { GATE2 = 1, SPKR = 2, REFRESH = 0x10, OUT2 = 0x20 };

static const struct field fields[] = {
    FIELD_MAX(struct port61, ctl, 15),
    FIELD_TRANSIENT(struct port61, pit),
    FIELD_TRANSIENT(struct port61, sched),
    FIELD_TRANSIENT(struct port61, speaker),
    FIELD_END
};

static uint64_t port61_read(void *dev, uint32_t off, unsigned size)
{
    struct port61 *p = dev;
    uint64_t ticks = clk_ticks(I8254_CLK, sched_now(p->sched));
    unsigned v = p->ctl;
    if (ticks / REFRESH_TICKS & 1)
        v |= REFRESH;
    if (i8254_out(p->pit, 2))
        v |= OUT2;
    return v;
}

static void port61_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct port61 *p = dev;
    p->ctl = v & 15;
    if (p->speaker)
        speaker_data(p->speaker, v & SPKR);
    i8254_gate(p->pit, 2, v & GATE2);
}

static void port61_reset(void *dev, enum reset_kind kind)
{
    if (kind != RESET_INIT)
        port61_write(dev, 0, 0, 1);
}

static bool port61_post_load(void *dev, unsigned version, struct error *err)
{
    struct port61 *p = dev;
    if (p->speaker)
        speaker_loaded(p->speaker, p->ctl & SPKR);
    return true;
}

void port61_init(struct port61 *p, struct sched *s, struct i8254 *pit)
{
    *p = (struct port61){ .sched = s, .pit = pit };
}

bool port61_speaker(const struct port61 *p, uint32_t *hz)
{
    *hz = (p->ctl & (GATE2 | SPKR)) == (GATE2 | SPKR) ? i8254_hz(p->pit, 2) : 0;
    return *hz >= 20 && *hz <= 20000;
}

const struct bus_ops port61_ops = { port61_read, port61_write, 1 };
const struct device_class port61_class = { "port61", 1, 1, fields, port61_reset,
                                           port61_post_load, NULL };
