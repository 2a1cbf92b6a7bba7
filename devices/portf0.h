/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The coprocessor's error logic of the AT: FERR# of the processor becomes interrupt 13, and a write
 * to port F0h takes the interrupt away and lets the processor go on.
 *                          Ref: IBM 5170 Technical Reference; Intel 290562 (PIIX3), "Coprocessor
 *                               Error"; Intel 241618 (Pentium), appendix on FERR# and IGNNE#
 *
 *   FERR# falls (an error)     line irq rises
 *   write to F0h               line irq falls; while FERR# still asks, line ignne rises
 *   FERR# goes away            line ignne falls
 *
 * Port F1h, which resets the coprocessor of an AT, does the same as F0h. Reads give FFh.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct portf0 {
    bool        ferr;
    struct line irq, ignne;
};

extern const struct device_class portf0_class;
extern const struct bus_ops portf0_ops;                    /* two ports */

void portf0_init(struct portf0 *p);
void portf0_ferr(struct portf0 *p, bool level);
