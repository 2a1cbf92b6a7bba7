/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/port92.h"

enum { RESET = 1, A20 = 2 };

static const struct field fields[] = {
    FIELD(struct port92, v), FIELD(struct port92, a20), FIELD(struct port92, reset), FIELD_END
};

static uint64_t port92_read(void *dev, uint32_t off, unsigned size)
{
    return ((struct port92 *)dev)->v;
}

static void port92_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct port92 *p = dev;
    bool rose = v & RESET && !(p->v & RESET);
    p->v = (uint8_t)v;
    line_set(&p->a20, v & A20);
    line_set(&p->reset, rose);
    line_set(&p->reset, false);
}

void port92_init(struct port92 *p) { *p = (struct port92){ 0 }; }

static void port92_reset(void *dev, enum reset_kind kind)
{
    if (kind != RESET_INIT)
        port92_write(dev, 0, 0, 1);
}

const struct bus_ops port92_ops = { port92_read, port92_write, 1 };
const struct device_class port92_class = { "port92", 1, 1, fields, port92_reset, NULL, NULL };

void port92_set_a20(struct port92 *p, bool level)
{
    p->v = (uint8_t)(level ? p->v | A20 : p->v & ~A20);
    p->a20.level = level;
}
