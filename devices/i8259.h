/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 8259A programmable interrupt controller, as a pair in a PC.
 *                               Ref: Intel 231468 "8259A"; Intel 290562 (PIIX3) for the ELCR
 *
 *   port +0  W ICW1, OCW2, OCW3   R IRR, ISR or poll      IR n  i8259_ir() (a line's 'set')
 *   port +1  W ICW2..4, OCW1      R IMR or poll           INT   line intr
 *   ELCR     bit n: IR n is level-triggered (4D0h, 4D1h)
 *
 * IRR is not stored: a request is an input that is high now, and either level-triggered or not yet
 * acknowledged since it rose. An edge that goes away before INTA thus ends in IR7, as on the chip.
 *
 * Which inputs have slaves, and who answers, is in ICW3; that the slave is on IR2 is the board's.
 * The processor gives two acknowledge pulses and never the third that MCS-80 mode waits for.
 *
 * Not modelled:  buffered mode (the bus has no buffers); that requests are frozen between a poll
 *                command and its read.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct i8259 {
    uint8_t       lines;         /* IR pins */
    uint8_t       latch;         /* inputs that rose and were not acknowledged since */
    uint8_t       isr, imr;
    uint8_t       elcr;
    uint8_t       icw1, icw2, icw3, icw4;
    uint8_t       expect;        /* the ICW (2..4) that port +1 takes next; 0: none */
    bool          ready;         /* initialised since reset */
    uint8_t       lowest;        /* the IR with the lowest priority, 0..7 */
    bool          rotate_aeoi;
    bool          smm;           /* special mask mode */
    bool          poll;          /* the next read polls */
    bool          read_isr;
    struct line   intr;
    uint8_t       elcr_mask;     /* inputs that may be level-triggered */
    struct i8259 *slave;         /* on IR2; NULL: none */
};

extern const struct device_class i8259_class;
extern const struct bus_ops i8259_ops;                     /* two ports */
extern const struct bus_ops elcr_ops;                      /* one port; dev is the struct i8259 */

/* elcr_mask: F8h for the master and DEh for the slave of a PIIX, 0 on an AT. */
void i8259_init(struct i8259 *p, uint8_t elcr_mask);
/* Wires the slave's INT to IR2 of the master. */
void i8259_cascade(struct i8259 *master, struct i8259 *slave);
void i8259_ir(void *pic, int pin, bool level);             /* fits line.set */
/* The processor's acknowledge cycles: the vector, 0..255. Without a request: that of IR7. */
int  i8259_inta(void *master);
