/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IDE interface of the PIIX4: PCI function 01:01.0, two ATA channels at their legacy ports, and
 * a bus master.     Ref: Intel 290562 "PIIX4"; SFF-8038i "Bus Master Programming Interface for IDE"
 *
 *   BMIBA (BAR 4)  +0 BMIC  +2 BMIS  +4 BMIDTP, and the same at +8 for the secondary channel
 *   irq[n]         interrupt request of channel n: ISA 14, 15
 *
 * The bus master walks a table of (address, count, end) in memory whenever the drive has or wants
 * data.
 *
 *   40h IDETIM, 44h SIDETIM, 48h UDMACTL, 4Ah UDMATIM (in configuration space): bit 15 of each half
 *                  of IDETIM lets its channel answer at the legacy ports; the rest is timing
 *
 * Deviations:    a transfer takes as long in each mode, and works whether or not drive and
 *                controller agree on one.
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
    struct bus     *mem, *ports;
    struct region   window;
    struct region  *legacy[2][2];    /* of each channel: command and control block */
};

extern const struct device_class piix_ide_class;

/* Takes over the irq lines and the DMA of both channels; the board wires irq[]. */
void piix_ide_init(struct piix_ide *p, struct pci_bus *pci, struct bus *mem, struct bus *ports,
                   struct ata *primary, struct ata *secondary);
/* The regions of a channel's ata_cmd_ops and ata_ctl_ops, which the board has mapped at 1F0h, 3F6h
 * and 170h, 376h: they come and go with IDETIM. */
void piix_ide_legacy(struct piix_ide *p, unsigned channel, struct region *cmd, struct region *ctl);
