/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port F4h: a write of 1, 2 or 4 bytes ends the machine with that value. There is no state; what it
 * means to end is the board's.
 */
#pragma once
#include "core/bus.h"

struct exitport {
    void (*exit)(void *owner, uint32_t value);
    void  *owner;
};

extern const struct bus_ops exitport_ops;                  /* four ports, for wide writes */

void exitport_init(struct exitport *p, void (*on_exit)(void *owner, uint32_t value), void *owner);
