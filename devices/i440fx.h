/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 82441FX (440FX) host bridge: PCI function 00:00.0.      Ref: Intel 290549 "82440FX PCIset"
 *
 *   59h..5Fh  PAM0..6   C0000h-FFFFFh in 13 segments: reads and writes, each to DRAM or to PCI
 *   72h       SMRAM     D_OPEN shows the DRAM below the VGA window at A0000h
 *
 * "PCI" at C0000h-FFFFFh is an array of 256 KiB that the board fills: option ROMs, the system BIOS
 * at its end, and FFh where nothing answers. Each segment is one region whose read and write
 * pointers lead to DRAM, to that array, or (writes) nowhere.
 *
 * Not modelled:  DRAM rows and timing, the hole of FDHC, turbo and reset control (93h), error
 *                reporting: the registers are kept. System management mode.
 */
#pragma once
#include "devices/pci.h"

#define I440FX_SEGMENTS 13

struct i440fx {
    struct pci_func func;
    struct region   segment[I440FX_SEGMENTS];
    struct region   smram;
    struct bus     *mem;
    uint8_t        *ram, *rom;
};

extern const struct device_class i440fx_class;

/* ram: guest memory from address 0, at least 1 MiB. rom: the 256 KiB described above, whose
 * contents may still change. The bridge maps C0000h-FFFFFh at 'layer'; the board maps everything
 * else, the BIOS below 4 GiB too. The VGA window at A0000h must have a layer below 'layer'. */
void i440fx_init(struct i440fx *p, struct pci_bus *pci, struct bus *mem, uint8_t *ram, uint8_t *rom,
                 unsigned layer);
