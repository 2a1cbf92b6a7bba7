/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/debugcon.h"

static uint64_t debugcon_read(void *dev, uint32_t off, unsigned size) { return 0xe9; }

static void debugcon_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    chardev_put(&((struct debugcon *)dev)->out, (uint8_t)v);
}

void debugcon_init(struct debugcon *p, struct chardev out) { *p = (struct debugcon){ out }; }

const struct bus_ops debugcon_ops = { debugcon_read, debugcon_write, 1 };
