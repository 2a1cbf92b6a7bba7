/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * National NS16550A serial port.                Ref: National Semiconductor PC16550D data sheet
 *
 *   +0 RBR/THR (DLL)   +1 IER (DLM)   +2 IIR/FCR   +3 LCR          IRQ  line irq
 *   +4 MCR             +5 LSR         +6 MSR       +7 SCR
 *
 * Sending takes the time that divisor and frame give it: one event a character. A character is
 * handed to the chardev when its transmission starts, so that what a guest prints just before it
 * exits is not lost. Reception comes from the machine's input queue by ns16550_receive(); the
 * character timeout is a function of time, with an event only where its interrupt is enabled.
 *
 * As on a PC, OUT2 gates the interrupt. A wired port sees DCD, DSR and CTS. A break reaches the
 * receiver in loopback; nothing at the other end of the wire could tell it from silence.
 *
 * Not modelled:  parity and framing errors but those of a break, DMA modes; that the transmitter's
 *                interrupt waits for a character's time after a single byte in the FIFO.
 * Deviations:    OUT2 gates the interrupt in loopback too; a divisor of 0 acts as 1.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"
#include "core/device.h"

#define NS16550_FIFO 16

struct ns16550 {
    uint8_t  ier, lcr, mcr, scr, dll, dlm;
    uint8_t  fcr;                      /* FIFO enable and trigger level */
    uint8_t  delta;                    /* MSR bits 0..3 */
    bool     overrun;
    bool     thri;                     /* THR became empty and nobody was told yet */
    bool     connected;
    bool     busy;                     /* the shift register sends 'shift' */
    uint8_t  shift;
    uint8_t  rx_n, tx_n;               /* in the FIFOs, oldest first; without FIFO at most 1 */
    uint8_t  rx[NS16550_FIFO], tx[NS16550_FIFO];
    uint16_t breaks;                   /* bit i: rx[i] is a break */
    uint64_t rx_at;                    /* tick of the last reception or read of RBR */
    struct event   sent, timeout, brk;
    struct line    irq;
    struct chardev out;
    struct sched  *sched;
};

extern const struct device_class ns16550_class;
extern const struct bus_ops ns16550_ops;                   /* eight ports */

/* number: 0..3, for COM1..COM4. out: where it is wired to; put == NULL: nowhere. */
void ns16550_init(struct ns16550 *p, struct sched *s, unsigned number, struct chardev out);
bool ns16550_can_receive(const struct ns16550 *p);
void ns16550_receive(struct ns16550 *p, uint8_t v);
