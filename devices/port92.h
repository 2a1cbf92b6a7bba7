/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port 92h, system control port A of the PS/2.
 *           Ref: IBM PS/2 Hardware Interface Technical Reference; Intel 290562 (PIIX3), "Port 92"
 *
 *   bit 0  RW  a rise resets the processor: line reset pulses high
 *   bit 1  RW  A20: line a20                       the other bits are kept and do nothing
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct port92 {
    uint8_t     v;
    struct line a20, reset;
};

extern const struct device_class port92_class;
extern const struct bus_ops port92_ops;                    /* one port */

void port92_init(struct port92 *p);
/* Another driver of the same A20 gate moved it: the register and the line follow, silently. */
void port92_set_a20(struct port92 *p, bool level);
