/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SMBus host of the 82371AB (PIIX4), in its function 3, on a bus without devices.
 *                                                          Ref: Intel 290562 "PIIX4", chapter 7.4
 *
 *   SMBBA (90h, enabled by D2h bit 0 and I/O space enable), 16 ports:
 *     +0 SMBHSTSTS  +1 SMBSLVSTS  +2 SMBHSTCNT  +3 SMBHSTCMD  +4 SMBHSTADD  +5 SMBHSTDAT0
 *     +6 SMBHSTDAT1  +7 SMBBLKDAT  +8 SMBSLVCNT  +9 SMBSHDWCMD  +A SMBSLVEVT  +C SMBSLVDAT
 *   irq  what SMBHSTCNT's interrupt enable lets through: acpi_pm joins it to the SCI
 *
 * Nobody acknowledges an address: whatever is started has ended with a device error when the guest
 * looks, and drivers find the bus free and empty.
 *
 * Not modelled:  devices on the bus; so the slave side never has anything to say.
 */
#pragma once
#include "core/bus.h"
#include "core/field.h"

struct piix4_smb {
    uint8_t hststs, hstcnt, hstcmd, hstadd;
    uint8_t dat[2], block[32], index;    /* index: where SMBBLKDAT is */
    uint8_t slvcnt, slvevt[2];
};

extern const struct field piix4_smb_fields[];

void    piix4_smb_reset(struct piix4_smb *p);
uint8_t piix4_smb_read(struct piix4_smb *p, unsigned off);
void    piix4_smb_write(struct piix4_smb *p, unsigned off, uint8_t v);
bool    piix4_smb_irq(const struct piix4_smb *p);
