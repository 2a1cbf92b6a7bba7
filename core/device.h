/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every chip has in common: a name, a field table, a reset, and checks after a load.
 * There is no init here: each chip has its own typed x_init(), called by the board.
 */
#pragma once
#include "core/error.h"
#include "core/field.h"

enum reset_kind {
    RESET_POWER,                 /* the machine was switched on: everything */
    RESET_HARD,                  /* bus RESET: CPU and chips, RAM keeps its contents */
    RESET_INIT,                  /* INIT pin: the CPU only; chips ignore it */
};

struct device_class {
    const char         *name;    /* "i8254"; tag of the snapshot chunk, at most 15 characters */
    uint16_t            version, oldest;
    const struct field *fields;
    void              (*reset)(void *dev, enum reset_kind kind);  /* NULL: nothing to reset */
    bool              (*post_load)(void *dev, unsigned version, struct error *err); /* NULL: none */
    void              (*pre_save)(void *dev);     /* settle caches into fields; no guest effect;
                                                     NULL: none */
};

struct device {
    const struct device_class *cls;
    void                      *self;
    const char                *id;       /* instance: "pic0"; unique in a machine */
};

#define DEVICES_MAX 64
struct device_list { struct device d[DEVICES_MAX]; unsigned n; };

/* In wiring order, which is also reset, save and hash order. */
void device_add(struct device_list *l, const struct device_class *cls, void *self, const char *id);
void device_reset_all(struct device_list *l, enum reset_kind kind);
