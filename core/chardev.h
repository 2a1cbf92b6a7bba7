/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a serial or debug port's output goes. Input never comes this way: it enters a machine
 * only through machine_input(), stamped and logged.
 */
#pragma once
#include "core/base.h"

struct chardev {
    void (*put)(void *self, const uint8_t *p, size_t n);   /* NULL: discarded */
    void *self;
};
static inline void chardev_put(const struct chardev *c, uint8_t v)
{
    if (c->put)
        c->put(c->self, &v, 1);
}
