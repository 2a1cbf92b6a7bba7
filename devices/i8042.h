/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 8042 keyboard controller with the PS/2 auxiliary port.
 *                       Ref: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
 *                            Auxiliary Device Controller"
 *
 *   60h  R output buffer, W data       IRQ1   line irq1     a byte of the keyboard or of its own
 *   64h  R status,        W command    IRQ12  line irq12    a byte of the mouse
 *                                      A20    line a20      output port bit 1
 *                                      RESET  line reset    pulses high: reset the processor
 *
 * Bytes reach the output buffer one at a time and after the time they take on the wire, by one
 * event. The controller itself takes what is written at once.
 *
 * Not modelled:  passwords (A4h says: none), polling the input port (C1h, C2h), parity errors and
 *                time-outs; the input buffer is never full.
 * Deviations:    further answers wait for the output buffer instead of overwriting it.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "devices/ps2_kbd.h"
#include "devices/ps2_mouse.h"

struct i8042 {
    uint8_t           ram[32];       /* ram[0]: the command byte */
    uint8_t           outport;
    uint8_t           command;       /* waits for its argument at 60h; 0: none */
    bool              a2;            /* the last write was to 64h */
    bool              obf, obf_aux;
    uint8_t           dbb;           /* output buffer */
    bool              broke;         /* translation: F0h came */
    uint8_t           reply_n;
    uint8_t           reply[8];      /* bytes of the controller's own */
    uint8_t           reply_aux;     /* bit n: reply[n] counts as the mouse's */
    struct event      transfer;
    struct line       irq1, irq12, a20, reset;
    struct ps2_kbd   *kbd;
    struct ps2_mouse *mouse;         /* NULL: none */
    struct sched     *sched;
};

extern const struct device_class i8042_class;
extern const struct bus_ops i8042_data_ops, i8042_cmd_ops;      /* one port each: 60h, 64h */

/* Wires the devices' ready lines to itself. */
void i8042_init(struct i8042 *p, struct sched *s, struct ps2_kbd *kbd, struct ps2_mouse *mouse);
/* Another driver of the same A20 gate moved it: the output port and the line follow, silently. */
void i8042_set_a20(struct i8042 *p, bool level);
