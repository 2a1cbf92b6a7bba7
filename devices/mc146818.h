/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Motorola MC146818 real-time clock, with 128 bytes of CMOS RAM as in the AT and its followers.
 *                            Ref: Motorola MC146818 data sheet; Intel 290562 (PIIX3) "RTC"
 *
 *   port +0  W  index (bit 7 masks the NMI: for the board)      IRQ  line irq (IRQ8)
 *   port +1  RW the byte at the index
 *   00h..09h time, alarm, date   0Ah..0Dh registers A..D   0Eh..7Fh RAM; 32h is the century
 *
 * The clock is evaluated, not ticked: the time bytes are right as of the last access, 'next' is the
 * tick of the 32.768 kHz crystal at which they are due to change, and settle() catches up. Only
 * an enabled interrupt whose flag is not yet set costs an event. The time is that given at power-on
 * plus virtual time.
 *
 * Not modelled:  daylight saving (DSE), the square wave pin, other crystals (DV selects run or
 *                reset).
 * Deviations:    bytes read during an update are the old ones, not garbage; the century byte is
 *                kept by the clock, as in the chips that followed.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct mc146818 {
    uint8_t       index;
    uint8_t       ram[128];      /* the flags of register C are computed when it is read */
    uint64_t      next;          /* crystal tick of the next update */
    uint64_t      pf_from;       /* periodic boundaries up to this tick are accounted for */
    struct event  event;
    struct line   irq;
    struct sched *sched;
};

extern const struct device_class mc146818_class;
extern const struct bus_ops mc146818_ops;                  /* two ports */

/* start: seconds since 1970-01-01 00:00:00, in the guest's idea of local time. */
void    mc146818_init(struct mc146818 *p, struct sched *s, int64_t start);
/* The board's own access to the CMOS RAM (0Eh..7Fh): equipment, memory sizes, boot order. */
void    mc146818_set(struct mc146818 *p, unsigned off, uint8_t v);
uint8_t mc146818_get(const struct mc146818 *p, unsigned off);
