/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CL-GD5446's place on the PCI bus: function 1013:00B8.
 *   Ref: CL-GD5446 Technical Reference Manual, "PCI Configuration Registers"
 *
 *   BAR 0  frame buffer, prefetchable, 16 MB: four views of memory (cirrus_lfb_ops). As much of the
 *          first as is plain memory at present (cirrus_direct) is a region above it.
 *   BAR 1  4 KiB of registers: VGA ports at 0, BLT registers at 100h (cirrus_mmio_ops)
 *   ROM    the video BIOS, 64 KiB
 */
#pragma once
#include "devices/cirrus.h"
#include "devices/pci.h"

struct cirrus_pci {
    struct pci_func func;
    struct cirrus  *chip;
    struct bus     *mem;
    struct region  *lfb, *direct;
};

extern const struct device_class cirrus_pci_class;

/* Regions on the memory bus, disabled, base 0: lfb, mmio and rom (NULL: none), and 'direct' on a
 * higher layer, with video memory behind it. */
void cirrus_pci_init(struct cirrus_pci *p, struct pci_bus *pci, struct bus *mem, struct cirrus *c,
                     struct region *lfb, struct region *direct, struct region *mmio,
                     struct region *rom);
