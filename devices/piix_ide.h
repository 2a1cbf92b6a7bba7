/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IDE interface of the PIIX3: PCI function 01:01.0, two ATA channels at their legacy ports, and
 * a bus master.     Ref: Intel 290550 "PIIX3"; SFF-8038i "Bus Master Programming Interface for IDE"
 *
 *   BMIBA (BAR 4)  +0 BMIC  +2 BMIS  +4 BMIDTP, and the same at +8 for the secondary channel
 *   irq[n]         interrupt request of channel n: ISA 14, 15
 *
 * The bus master walks a table of (address, count, end) in memory whenever the drive has or wants
 * data.
 *
 * Not modelled:  timing registers are kept and do nothing; the legacy ports answer whatever IDETIM
 * says.
 */
#pragma once
#include "devices/ata.h"
#include "devices/pci.h"

struct piix_bm {                     /* one channel's bus master */
    uint8_t  bmic, bmis;
    uint32_t bmidtp;                 /* descriptor table, as the guest wrote it */
    uint32_t next;                   /* next descriptor */
    uint32_t addr, left;             /* of the descriptor in work */
    bool     last;                   /* it carries the end mark */
    struct piix_ide *ide;
};

struct piix_ide {
    struct pci_func func;
    struct piix_bm  bm[2];
    struct line     irq[2];
    struct ata     *ata[2];
    struct bus     *mem;
    struct region   window;
};

extern const struct device_class piix_ide_class;

/* Takes over the irq lines and the DMA of both channels. The board maps ata_cmd_ops and
 * ata_ctl_ops at 1F0h, 3F6h and 170h, 376h, and wires irq[]. */
void piix_ide_init(struct piix_ide *p, struct pci_bus *pci, struct bus *mem, struct bus *ports,
                   struct ata *primary, struct ata *secondary);
