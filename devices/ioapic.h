/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 82093AA I/O APIC: 24 inputs, each with a redirection entry.
 *                                                                Ref: Intel 290566 "82093AA IOAPIC"
 *
 *   FEC00000h  IOREGSEL  index                pin n  ioapic_pin() (a line's 'set')
 *   FEC00010h  IOWIN     register             bus    messages go by apic_send()
 *   0 ID   1 version   2 arbitration ID   10h + 2n, 11h + 2n redirection entry n
 *
 * Edges on masked inputs are lost, as the data sheet says; a level is delivered again when it is
 * still there at the end of its interrupt.
 *
 * Deviations:  lines say "asserted" and no voltage, since an ISA interrupt that PCI is routed to
 *              keeps PCI's sense: polarity is kept and has no effect. Messages arrive at once:
 *              delivery status is always idle.
 */
#pragma once
#include "devices/lapic.h"

#define IOAPIC_BASE UINT64_C(0xfec00000)
#define IOAPIC_SIZE 0x1000u
#define IOAPIC_PINS 24

struct ioapic {
    uint8_t   index, id, arb;
    uint32_t  pins;              /* levels */
    uint32_t  entry[IOAPIC_PINS];            /* the low halves: vector, modes, mask */
    uint8_t   dest[IOAPIC_PINS];
    struct apic_bus *bus;
};

extern const struct device_class ioapic_class;
extern const struct bus_ops ioapic_ops;                    /* one page */

/* Takes the bus's ends of interrupts. */
void ioapic_init(struct ioapic *p, struct apic_bus *bus);
void ioapic_pin(void *p, int pin, bool level);             /* fits line.set */
