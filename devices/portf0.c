/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/portf0.h"

static const struct field fields[] = {
    FIELD(struct portf0, ferr), FIELD(struct portf0, irq), FIELD(struct portf0, ignne), FIELD_END
};

void portf0_ferr(struct portf0 *p, bool level)
{
    p->ferr = level;
    if (level)
        line_set(&p->irq, true);
    else
        line_set(&p->ignne, false);
}

static uint64_t portf0_read(void *dev, uint32_t off, unsigned size) { return 0xff; }

static void portf0_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct portf0 *p = dev;
    line_set(&p->irq, false);
    line_set(&p->ignne, p->ferr);
}

void portf0_init(struct portf0 *p) { *p = (struct portf0){ 0 }; }

static void portf0_reset(void *dev, enum reset_kind kind)
{
    struct portf0 *p = dev;
    if (kind == RESET_INIT)
        return;
    line_set(&p->irq, false);
    line_set(&p->ignne, false);
}

const struct bus_ops portf0_ops = { portf0_read, portf0_write, 1 };
const struct device_class portf0_class = { "portf0", 1, 1, fields, portf0_reset, NULL, NULL };
