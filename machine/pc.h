/* SPDX-License-Identifier: BSD-2-Clause */
/* The board as one struct: every chip by value, and the regions it answers in. */
#pragma once
#include "devices/acpi_pm.h"
#include "devices/ata.h"
#include "devices/cirrus_pci.h"
#include "devices/debugcon.h"
#include "devices/exitport.h"
#include "devices/gameport.h"
#include "devices/i440fx.h"
#include "devices/i8042.h"
#include "devices/i82077.h"
#include "devices/i8237.h"
#include "devices/i8254.h"
#include "devices/i8259.h"
#include "devices/ioapic.h"
#include "devices/kload.h"
#include "devices/kload_pci.h"
#include "devices/lapic.h"
#include "devices/lpt.h"
#include "devices/mc146818.h"
#include "devices/ns16550.h"
#include "devices/pci.h"
#include "devices/piix4.h"
#include "devices/piix_ide.h"
#include "devices/port61.h"
#include "devices/port92.h"
#include "devices/portf0.h"
#include "devices/speaker.h"
#include "devices/testdev.h"
#include "devices/vga.h"
#include "devices/vga_pci.h"
#include "devices/vmmouse.h"

#define BOARD_PORTS 56

struct pc {
    bool             has_pci, has_apic;
    struct i8259     pic[2];
    struct i8254     pit;
    struct port61    port61;
    struct speaker   speaker;
    struct mc146818  rtc;
    struct i8237_pair dma;
    struct i82077    fdc;
    struct port92    port92;
    struct portf0    portf0;
    struct debugcon  debugcon;
    struct exitport  exitport;
    struct testdev   testdev;
    struct i8042     kbc;
    struct ps2_kbd   kbd;
    struct ps2_mouse mouse;
    struct vmmouse   vmmouse;
    struct ns16550   com[4];
    struct lpt       lpt;
    struct gameport  gameport;
    struct vga       vga;
    struct cirrus    cirrus;             /* of --vga cirrus, as is cirrus_pci */
    struct ata       ata[2];
    struct pci_bus   pci;
    struct i440fx    north;
    struct piix4     isa;
    struct piix_ide  ide;
    struct acpi_pm   pm;
    struct vga_pci   vga_pci;
    struct cirrus_pci cirrus_pci;
    struct apic_bus  apics;
    struct lapic     lapic;
    struct ioapic    ioapic;
    struct kload     kload;
    struct kload_pci kload_pci;

    struct region    io[BOARD_PORTS];
    unsigned         n_io, ide_io;       /* ide_io: the first of the four of IDE */
    struct region    r_ram, r_bios, r_bios286, r_bios_a20, r_rom, r_vgamem, r_vgabank, r_lfb,
                     r_direct, r_mmio, r_vgarom, r_kload, r_lapic, r_ioapic;
    uint8_t          rom[0x40000];       /* C0000..FFFFF as ROMs show there */
    uint8_t          kload_rom[KLOAD_ROM_SIZE];
};
