/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 82371SB (PIIX3) PCI-to-ISA bridge: PCI function 01:00.0.         Ref: Intel 290550 "PIIX3"
 *
 *   60h..63h  PIRQRC[A:D]  bit 7: not routed; bits 3..0: interrupt 0..15  (in configuration space)
 *   CF9h      RCR          bit 2 rising: reset; bit 1: a hard one        (piix3_rcr_ops, 1 port)
 *   B2h, B3h  APMC, APMS   a write of APMC asks for system management     (piix3_apm_ops, 2 ports)
 *   pirq      inputs, active high: piix3_pirq()
 *   isa       interrupt requests of the ISA bus: piix3_isa_irq(); wired-OR with what PIRQs are
 *             routed there
 *   irq[n]    to IR n of the pair of 8259As
 *
 * ELCR (4D0h) is in the 8259A, its other ISA functions in chips of their own. Map CF9h one layer
 * above the PCI configuration ports.
 *
 * Not modelled:  X-bus chip select, top of memory, deterministic latency, SMI sources and timers.
 */
#pragma once
#include "devices/pci.h"

struct piix3 {
    struct pci_func func;
    uint8_t     rcr, apmc, apms;
    uint8_t     pirq;                /* levels of PIRQA..D */
    uint16_t    isa;                 /* levels of the ISA bus's requests */
    struct line irq[16];
    /* wire these */
    void      (*reset)(void *sink, enum reset_kind kind);    /* RCR: RESET_HARD, or RESET_INIT
                                                                for a soft one */
    void       *reset_sink;
    void      (*apm)(void *sink, uint8_t command);           /* APMC written:
                                                                acpi_pm_apm_command() */
    void       *apm_sink;
};

extern const struct device_class piix3_class;
extern const struct bus_ops piix3_rcr_ops, piix3_apm_ops;

/* Wires the bus's four PIRQ lines to itself. */
void piix3_init(struct piix3 *p, struct pci_bus *pci);
void piix3_pirq(void *p, int pin, bool level);               /* fits line.set */
void piix3_isa_irq(void *p, int pin, bool level);            /* fits line.set */
