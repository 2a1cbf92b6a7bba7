/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port E9h: what a guest writes goes to the host. Reading gives E9h, so that a guest can tell
 * whether anybody listens. Ref: the convention of the Bochs emulator. There is no state.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"

struct debugcon { struct chardev out; };

extern const struct bus_ops debugcon_ops;                  /* one port */

void debugcon_init(struct debugcon *p, struct chardev out);
