/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The power management function of the 82371AB (PIIX4): PCI function 01:03.0.
 *                                 Ref: Intel 290562 "PIIX4", chapters 7 and 11; ACPI 1.0b, 4.7
 *
 *   PMBA (40h, enabled by 80h bit 0), 64 ports:
 *     +00 PMSTS  +02 PMEN  +04 PMCNTRL  +08 PMTMR  +0C GPSTS  +0E GPEN  +10..+37 storage,
 *     nothing behind it
 *   SMBBA (90h): the SMBus host, piix4_smb.h
 *   sci        level, active high: ISA interrupt 9, also of the SMBus host
 *   power_off  rises when the guest enters S5: the board stops the machine
 *   acpi_gpe_ops: GPSTS and GPEN once more, for firmware whose tables put them at AFE0h
 *
 * The timer is 24 bits of 3.579545 MHz; TMROF_STS is found when looked at, and costs an event only
 * when it would interrupt. A write of F1h to APMC switches to ACPI, F0h back, as a BIOS's SMI
 * handler would; DEVACTB says that this handler is installed.
 *
 * Not modelled:  sleep states other than S5, device monitors, burst and clock control.
 */
#pragma once
#include "devices/pci.h"
#include "devices/piix4_smb.h"

struct acpi_pm {
    struct pci_func func;
    uint16_t     pmsts, pmen, pmcntrl;
    uint16_t     gpsts, gpen;
    uint8_t      regs[64];           /* what is only kept */
    uint64_t     seen;               /* timer tick up to which TMROF_STS is known */
    struct event overflow;
    struct line  sci, power_off;
    struct sched *sched;
    struct bus   *ports;
    struct region window;
    struct piix4_smb smb;
    struct region smb_window;
};

extern const struct device_class acpi_pm_class;
extern const struct bus_ops acpi_gpe_ops;            /* 4 ports; may stay unmapped */

/* Wire sci (through piix4_isa_irq, pin 9) and power_off. */
void acpi_pm_init(struct acpi_pm *p, struct sched *s, struct pci_bus *pci, struct bus *ports);
/* Fits piix4.apm. */
void acpi_pm_apm_command(void *p, uint8_t command);
/* The power button, pressed once; whether an operating system has asked to hear of it. */
void acpi_pm_power_button(struct acpi_pm *p);
bool acpi_pm_button_heard(const struct acpi_pm *p);
