/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct kernel boot's place on the PCI bus: a function whose only window is the expansion ROM
 * with bios/kload.S, since firmware that clears C0000-EFFFF runs only ROMs it finds so.
 * Ref: PCI Local Bus Specification 2.1, section 6.3
 *
 *   ROM    4 KiB, the boot ROM; its PCI data structure names the same vendor and device
 *
 * The device itself answers at fixed ports (devices/kload.h), which the ROM knows.
 */
#pragma once
#include "devices/pci.h"

enum { KLOAD_ROM_SIZE = 4096 };

struct kload_pci { struct pci_func func; };

extern const struct device_class kload_pci_class;

/* rom: a region of KLOAD_ROM_SIZE on the memory bus, disabled, base 0. */
void kload_pci_init(struct kload_pci *p, struct pci_bus *pci, struct bus *mem, struct region *rom);
