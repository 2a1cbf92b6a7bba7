/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 82077AA floppy disk controller in AT mode, with its drives.     Ref: Intel 290166 "82077AA"
 *
 *   3F0h..3F5h  +2 DOR  +3 TDR  +4 MSR/DSR  +5 FIFO              (i82077_ops, 6 ports)
 *   3F7h        DIR/CCR                               (i82077_dir_ops, 1 port; 3F6h belongs to IDE)
 *   irq         INT, gated by DOR: ISA 6  dma  channel 2, or bytes through the FIFO in non-DMA mode
 *
 * A command collects its bytes, executes a sector at a time, and leaves its result bytes; a sector
 * on its way waits in buf[]. Seeks have events of their own, one a drive, at SPECIFY's step rate.
 *
 * A disk turns while its drive's motor is on in DOR: 300 times a minute, in a 1.2M drive 360 times.
 * Where it is follows from virtual time, index pulses being at its multiples; sectors lie on the
 * track in order, with equal gaps. So a track takes a turn, a sector asked for too late another
 * one, and what is not there is missed at the second index pulse. With the motor off a command
 * waits. The head is loaded and unloaded as SPECIFY says.
 *
 * An image holds the data of sectors of 512 bytes, numbered from 1, and nothing else of a track:
 * other sizes and numbers are not found, formatting them writes nothing, the order of sectors and
 * the gaps are always the same. Deleted marks are remembered as long as the disk is in the drive.
 * An image of a known size has that format's geometry; any other is taken for a 1.44M (or 2.88M)
 * disk that reads as zeroes beyond the image.
 *
 * By DMA a sector moves when it has passed. In non-DMA mode INT and RQM come as its bytes do: with
 * each one, or as often as CONFIGURE's threshold asks for; a host who is late causes an overrun.
 * FORMAT's come four at once.
 *
 * i82077_data.c has the commands that move sectors, i82077_drive.c the heads, i82077_media.c
 * formats and tracks; i82077_cmd.h is between them.
 *
 * Not modelled:  PS/2 and Model 30 registers, tape, power down, FM.
 * Deviations:    a drive takes media of any format, and reads them as soon as its motor is on; a
 *                disk of 40 tracks in a 1.2M drive is found by double and by single steps; at
 *                a drive without a disk a command fails at once, instead of waiting for a disk as
 *                long as its caller's patience lasts; DMA may be late for 100 ms.
 */
#pragma once
#include "core/blockdev.h"
#include "core/bus.h"
#include "core/device.h"
#include "core/dma.h"

/* As CMOS register 10h has them. */
enum floppy_type { FLOPPY_NONE, FLOPPY_360K, FLOPPY_1200K, FLOPPY_720K, FLOPPY_1440K,
                   FLOPPY_2880K };

enum i82077_phase { FDC_IDLE, FDC_COMMAND, FDC_EXECUTE, FDC_DATA /* non-DMA */, FDC_RESULT,
                    FDC_PHASES };

#define FDC_FIFO  16
#define FDC_MARKS 720            /* the sectors of a 2.88M disk, in bits */

struct i82077;

struct i82077_drive {
    uint8_t      track;          /* where the head is */
    uint8_t      pcn;            /* where the controller thinks it is */
    uint8_t      target, steps;
    bool         inwards, seeking, recalibrating;
    bool         changed;        /* the DSKCHG latch */
    uint8_t      pending;        /* what SENSE INTERRUPT has to report: 0 nothing, 1 reset, 2
                                    seek */
    uint8_t      st0;
    uint8_t      deleted[FDC_MARKS];   /* a bit a sector: the marks that the image has no room
                                          for */
    struct event seek;
    /* wiring */
    struct i82077   *fdc;
    struct blockdev *bd;
    uint8_t          type;       /* enum floppy_type of the drive */
    uint8_t          n;
    uint8_t          cyls, heads, spt, rates;   /* of the medium; rates: bit n: CCR rate n reads
                                                   it */
};

struct i82077 {
    struct i82077_drive drive[4];
    uint8_t      dor, dsr, ccr, tdr;
    uint8_t      phase;
    uint8_t      cmd[9], cmd_pos;
    uint8_t      result[10], res_pos, res_len;
    uint8_t      specify[2], config, pretrk, perpendicular;
    bool         locked;
    bool         resetting;      /* the event will report the end of a reset */
    bool         int_result, int_sense;
    uint8_t      c, h, r, head;  /* sector in work */
    uint8_t      st2;            /* collected while a scan goes on */
    uint8_t      count;          /* FORMAT, VERIFY with a count: sectors left */
    uint8_t      loaded;         /* the drive whose head is down ... */
    uint64_t     unload;         /* ... until then */
    bool         full;           /* buf holds the sector in work */
    bool         overrun;        /* non-DMA: what the FIFO holds is the last of it */
    uint16_t     pos, tries;     /* bytes moved; DMA attempts without one */
    uint16_t     avail;          /* non-DMA: as far as the FIFO lets the host go, and beyond */
    uint8_t      buf[512];
    struct event step;
    struct line  irq;
    struct dma_port dma;
    struct sched   *sched;
};

extern const struct device_class i82077_class;
extern const struct bus_ops i82077_ops, i82077_dir_ops;

/* Wire irq and dma afterwards. All drives are absent. */
void i82077_init(struct i82077 *p, struct sched *s);
/* At machine creation: a drive (0 or 1) stands there, with a medium of 512-byte sectors or NULL. */
void i82077_attach(struct i82077 *p, unsigned drive, enum floppy_type type, struct blockdev *bd);
/* Changes the medium; bd NULL ejects. Input: logged by the machine. */
void i82077_insert(struct i82077 *p, unsigned drive, struct blockdev *bd);
/* ---- i82077_media.c for the others (i82077_cmd.h) ---- */

/* Puts a medium's geometry into a drive. */
void i82077_set_medium(struct i82077_drive *d, struct blockdev *bd);
/* When things pass under the head of a drive at CCR's data rate. The n-th index pulse after 'from';
 * the end of sector r's data, their beginning and the sector's own, and the end of the next ID
 * field, of sector *r, of those that begin no earlier. What FORMAT TRACK takes for a sector of that
 * size with that gap, and what passes with a byte. */
vtime i82077_index(const struct i82077_drive *d, vtime from, unsigned n);
vtime i82077_sector_end(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from);
vtime i82077_sector_data(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from);
vtime i82077_sector_start(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from);
vtime i82077_next_id(const struct i82077_drive *d, uint8_t rate, vtime from, uint8_t *r);
vtime i82077_format_time(uint8_t rate, uint8_t n, uint8_t gap);
vtime i82077_byte_time(uint8_t rate);
/* A step of the head, its loading, and the time it stays loaded. */
vtime i82077_step_time(const struct i82077 *p);
vtime i82077_load_time(const struct i82077 *p);
vtime i82077_unload_time(const struct i82077 *p);
/* The drive that suits a medium of so many sectors; 0: the usual one. */
enum floppy_type floppy_type_for(uint64_t sectors);
