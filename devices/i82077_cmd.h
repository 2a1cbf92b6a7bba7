/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the floppy controller share: commands, status bits, and each other.
 *                                                                   Ref: Intel 290166 "82077AA"
 *   i82077.c        registers, phases, resets, commands without data
 *   i82077_data.c   commands that move sectors or write tracks
 *   i82077_drive.c  heads that step and are let down
 *   i82077_media.c  formats, and what passes under a head when
 */
#pragma once
#include "devices/i82077.h"

#define TRIES      1000          /* DMA that does not answer for 100 ms is an overrun */
#define LAST_TRACK 84
#define FDC_ID_TO_DATA 62        /* bytes from a sector's start to its data */

enum { DOR_RESET = 0x04, DOR_GATE = 0x08 };      /* not reset; INT and DRQ enabled */
enum { MSR_RQM = 0x80, MSR_DIO = 0x40, MSR_NDM = 0x20, MSR_CB = 0x10 };
enum { ST0_ABNORMAL = 0x40, ST0_INVALID = 0x80, ST0_READY_CHANGED = 0xc0, ST0_SE = 0x20,
       ST0_EC = 0x10 };
enum { ST1_EN = 0x80, ST1_DE = 0x20, ST1_OR = 0x10, ST1_ND = 0x04, ST1_NW = 0x02, ST1_MA = 0x01 };
enum { ST2_CM = 0x40, ST2_DD = 0x20, ST2_WC = 0x10, ST2_SH = 0x08, ST2_SN = 0x04 };
enum { CONFIG_EIS = 0x40, CONFIG_EFIFO_OFF = 0x20, CONFIG_POLL_OFF = 0x10 };
enum { MT = 0x80, MFM = 0x40, SK = 0x20 };
enum { READ_TRACK = 0x02, SPECIFY = 0x03, SENSE_DRIVE = 0x04, WRITE = 0x05, READ = 0x06,
       RECALIBRATE = 0x07, SENSE_INTERRUPT = 0x08, WRITE_DELETED = 0x09, READ_ID = 0x0a,
       READ_DELETED = 0x0c, FORMAT = 0x0d, DUMPREG = 0x0e, SEEK = 0x0f, VERSION = 0x10,
       SCAN_EQUAL = 0x11, PERPENDICULAR = 0x12, CONFIGURE = 0x13, LOCK = 0x14, VERIFY = 0x16,
       SCAN_LOW = 0x19, SCAN_HIGH = 0x1d };

static inline uint8_t fdc_opcode(const struct i82077 *p) { return p->cmd[0] & 0x1f; }
static inline struct i82077_drive *fdc_drive(struct i82077 *p) { return &p->drive[p->cmd[1] & 3]; }
static inline bool fdc_non_dma(const struct i82077 *p) { return p->specify[1] & 1; }
/* May the host move a byte now? */
static inline bool fdc_requests(const struct i82077 *p)
{
    return p->phase == FDC_DATA && p->pos < p->avail && p->pos < 512;
}
static inline bool fdc_reads(uint8_t op)
{
    return op == READ || op == READ_TRACK || op == READ_DELETED || op == VERIFY;
}

/* i82077.c */
void fdc_update_irq(struct i82077 *p);
void fdc_arm(struct i82077 *p, vtime delay);
void fdc_dreq(struct i82077 *p, bool level);
void fdc_idle(struct i82077 *p);
void fdc_finish(struct i82077 *p, uint8_t st0, uint8_t st1, uint8_t st2);

/* i82077_data.c: a command begins; the event comes; the host has moved a byte; the motor or the
 * medium came */
void fdc_begin_transfer(struct i82077 *p);
void fdc_begin_format(struct i82077 *p);
void fdc_begin_read_id(struct i82077 *p);
void fdc_data_step(struct i82077 *p);
void fdc_data_moved(struct i82077 *p);
void fdc_turning_changed(struct i82077 *p);

/* i82077_drive.c */
void  fdc_recalibrate(struct i82077 *p);
void  fdc_seek(struct i82077 *p);
vtime fdc_implied_seek(struct i82077 *p, uint8_t c);     /* how long it takes */
vtime fdc_head_load(const struct i82077 *p);
void  fdc_on_seek(void *drive, vtime when);
