/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parallel port of the AT with a printer on its cable.
 *             Ref: IBM 5170 Technical Reference, "Serial/Parallel Adapter"; SMC FDC37C665GT data
 *             sheet, "Parallel Port" (what the AT left open); IEEE 1284-1994
 *
 *   +0  data      RW                                bits 0..7, latched
 *   +1  status    R   7 -BUSY  6 -ACK  5 PE  4 SLCT  3 -ERROR  2..0 0
 *   +2  control   RW  0 STROBE  1 AUTO FD  2 -INIT  3 SLCT IN  4 interrupt  7..5 0
 *
 * The printer takes the data when STROBE comes and is busy; then it is ready, and acknowledges
 * ("Ack after busy": some firmware waits for -ACK only and sends at once). What it took goes to the
 * chardev. The interrupt comes with the end of the acknowledgement and lasts until the next one
 * begins, as the line follows -ACK. Without a cable the inputs float high.
 *
 * Not modelled:  PS/2 direction bit, EPP, ECP; a printer out of paper or off line.
 * Deviations:    setting bit 4 of control gives no edge of its own while -ACK is high.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"
#include "core/device.h"

struct lpt {
    uint8_t  data, ctl;
    uint8_t  phase;              /* 0 ready, 1 has taken a byte, 2 acknowledges it */
    bool     acked;              /* since the interrupt was enabled */
    bool     connected;
    struct event   step;
    struct line    irq;
    struct chardev out;
    struct sched  *sched;
};

extern const struct device_class lpt_class;
extern const struct bus_ops lpt_ops;                       /* three ports */

/* out: the printer; put == NULL: no cable. */
void lpt_init(struct lpt *p, struct sched *s, struct chardev out);
