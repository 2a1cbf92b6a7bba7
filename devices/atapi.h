/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet commands of a CD-ROM drive.
 *                               Ref: SFF-8020i r2.6; INCITS MMC-3; ATA/ATAPI-6 clause 9.10
 *
 * Part of struct ata_drive (ata.h): ata.c owns registers and phases and calls in here for drives of
 * kind ATA_CDROM. A drive knows one data track in one session.
 *
 * Not modelled:  audio, subchannels, writing, MODE SELECT.
 * Deviations:    READ CD of raw sectors builds headers and leaves EDC and ECC zero.
 */
#pragma once
#include "devices/ata.h"

void atapi_start(struct ata_drive *d);           /* a command was written, or its packet is
                                                    complete */
void atapi_next(struct ata_drive *d);            /* the host took a block */
bool atapi_fill(struct ata_drive *d);            /* medium to buf; false: the command has failed */
void atapi_done(struct ata_drive *d);            /* all data moved */
