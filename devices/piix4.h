/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PCI-to-ISA bridge of the 82371AB (PIIX4): PCI function 01:00.0.    Ref: Intel 290562 "PIIX4"
 *
 *   60h..63h  PIRQRC[A:D]  bit 7: not routed; bits 3..0: interrupt 0..15  (in configuration space)
 *   CF9h      RCR          bit 2 rising: reset; bit 1: a hard one        (piix4_rcr_ops, 1 port)
 *   B2h, B3h  APMC, APMS   a write of APMC asks for system management     (piix4_apm_ops, 2 ports)
 *   pirq      inputs, active high: piix4_pirq()
 *   isa       interrupt requests of the ISA bus: piix4_isa_irq(); wired-OR with what PIRQs are
 *             routed there
 *   irq[n]    to IR n of the pair of 8259As
 *
 * ELCR (4D0h) is in the 8259A, its other ISA functions in chips of their own. Map CF9h one layer
 * above the PCI configuration ports.
 *
 * Functions 1 and 3 are piix_ide.h and acpi_pm.h; revisions are those of the 82371MB, whose power
 * management timer reads without fault.
 *
 * Not modelled:  the USB controller (function 2), distributed and PC/PCI DMA, serial interrupts,
 *                positive decode, SMI sources and timers: their registers are kept.
 * Deviations:    clock, keyboard controller, coprocessor error and I/O APIC answer whatever XBCS
 *                says, for firmware that relies on it; a bus is ISA whatever GENCFG says.
 */
#pragma once
#include "devices/pci.h"

struct piix4 {
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

extern const struct device_class piix4_class;
extern const struct bus_ops piix4_rcr_ops, piix4_apm_ops;

/* Wires the bus's four PIRQ lines to itself. */
void piix4_init(struct piix4 *p, struct pci_bus *pci);
void piix4_pirq(void *p, int pin, bool level);               /* fits line.set */
void piix4_isa_irq(void *p, int pin, bool level);            /* fits line.set */
