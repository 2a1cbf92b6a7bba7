/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parallel port with a printer on its cable: that of the AT, with the modes of the ports that
 * followed.
 *             Ref: IBM 5170 Technical Reference, "Serial/Parallel Adapter"; SMC FDC37C665GT data
 *             sheet, "Parallel Port"; IEEE 1284-1994; Microsoft, "Extended Capabilities Port" 1.06
 *
 *   +0  data      RW                                bits 0..7, latched; in mode 3 to the FIFO
 *   +1  status    R   7 -BUSY  6 -ACK  5 PE  4 SLCT  3 -ERROR  2..1 0  0 EPP time-out
 *   +2  control   RW  0 STROBE  1 AUTO FD  2 -INIT  3 SLCT IN  4 interrupt  5 input  7..6 0
 *   +3  EPP address, +4..7 EPP data
 *   +400h  FIFO, cnfgA   +401h  cnfgB   +402h  ECR  7..5 mode: 0 SPP, 1 PS/2, 2 SPP by FIFO, 3 ECP,
 *                                               4 EPP, 6 test, 7 configuration
 *
 * The printer takes the data when STROBE comes and is busy; then it is ready, and acknowledges
 * ("Ack after busy": some firmware waits for -ACK only and sends at once). What it took goes to the
 * chardev. The interrupt comes with the end of the acknowledgement and lasts until the next one
 * begins, as the line follows -ACK. Without a cable the inputs float high.
 *
 * The printer is a plain one: it never sends, knows nothing of IEEE 1284, and lets EPP cycles time
 * out. What is written to the FIFO in modes 2 and 3 goes to it at its pace. -FAULT never falls, so
 * bit 4 of ECR, which would let it interrupt, is only kept.
 *
 * dma (ISA channel 3) fills or empties the FIFO while ECR has bit 3 set and bit 2 clear; terminal
 * count sets bit 2 and interrupts. Nobody tells a device that its channel was opened, so one that
 * waits looks again every 20 us.
 *
 * Not modelled:  a printer out of paper or off line.
 * Deviations:    setting bit 4 of control gives no edge of its own while -ACK is high.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"
#include "core/device.h"
#include "core/dma.h"

#define LPT_FIFO 16

struct lpt {
    uint8_t  data, ctl;
    uint8_t  phase;              /* 0 ready, 1 has taken a byte, 2 acknowledges it */
    bool     acked;              /* since the interrupt was enabled */
    bool     connected;
    bool     timeout;            /* an EPP cycle found nobody */
    bool     serviced;           /* a service interrupt is on the line */
    uint8_t  ecr;                /* bits 2..7 */
    uint8_t  fifo_n;
    uint8_t  fifo[LPT_FIFO];
    struct event   step, retry;
    struct line    irq;
    struct chardev out;
    struct sched  *sched;
    struct dma_port dma;         /* wire it; none: no DMA */
};

extern const struct device_class lpt_class;
extern const struct bus_ops lpt_ops;                       /* eight ports */
extern const struct bus_ops lpt_ecp_ops;                   /* three, 400h further up */

/* out: the printer; put == NULL: no cable. */
void lpt_init(struct lpt *p, struct sched *s, struct chardev out);
