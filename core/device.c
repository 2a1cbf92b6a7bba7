/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/device.h"

#include <assert.h>

void device_add(struct device_list *l, const struct device_class *cls, void *self, const char *id)
{
    assert(l->n < DEVICES_MAX);
    l->d[l->n++] = (struct device){ cls, self, id };
}

void device_reset_all(struct device_list *l, enum reset_kind kind)
{
    for (unsigned i = 0; i < l->n; i++)
        if (l->d[i].cls->reset)
            l->d[i].cls->reset(l->d[i].self, kind);
}
