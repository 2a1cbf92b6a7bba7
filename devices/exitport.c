/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/exitport.h"

static void exitport_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct exitport *p = dev;
    if (!off && p->exit)
        p->exit(p->owner, (uint32_t)v);
}

void exitport_init(struct exitport *p, void (*on_exit)(void *owner, uint32_t value), void *owner)
{
    *p = (struct exitport){ on_exit, owner };
}

const struct bus_ops exitport_ops = { NULL, exitport_write, 1 | 2 | 4 };
