/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The display adapter's place on the PCI bus: function 1234:1111, as the Bochs-style DISPI adapter
 * has
 * had it since the first drivers for it.          Ref: PCI Local Bus Specification 2.1, chapter 6
 *
 *   BAR 0  frame buffer, prefetchable, as large as video memory
 *   BAR 2  4 KiB of registers: VGA ports at 400h, DISPI at 500h (vga_mmio_ops)
 *   ROM    the video BIOS, 64 KiB, for firmware that looks for it there
 */
#pragma once
#include "devices/pci.h"

struct vga_pci { struct pci_func func; };

extern const struct device_class vga_pci_class;

/* lfb, mmio and rom (64 KiB; NULL: none): regions on the memory bus, disabled, base 0. */
void vga_pci_init(struct vga_pci *p, struct pci_bus *pci, struct bus *mem, uint32_t vram_size,
                  struct region *lfb, struct region *mmio, struct region *rom);
