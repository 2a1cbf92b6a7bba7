/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ATA channel with up to two drives: hard disks, or CD-ROM drives (atapi.h).
 *                                              Ref: ANSI NCITS 361 "ATA/ATAPI-6"; NCITS 317 (ATA-4)
 *
 *   command block +0 data   +1 error/features   +2 count   +3..+5 LBA low, mid, high
 *                 +6 device +7 status/command   (ata_cmd_ops, 8 ports)
 *   control block +0 alternate status/device control   (ata_ctl_ops, 1 port)
 *   irq           INTRQ of the selected drive, gated by nIEN
 *   dma           DMARQ/DMACK: the bus master, or nothing
 *
 * A drive is a small state machine (enum ata_phase). Between phases it is busy for a fixed virtual
 * time and its event does the work, medium and all; data waits in buf[] on its way, so any moment
 * can be saved.
 *
 * ata_cmd.c has the commands of disks, ata_security.c passwords and the host protected area,
 * ata_identify.c and ata_smart.c what they say of themselves.
 *
 * Not modelled:  overlapped and queued commands, advanced power and acoustic management, passwords
 *                for SET MAX, general purpose logs.
 * Deviations:    drives are always ready and need no time to seek or to spin up. An image has no
 *                ECC: READ LONG computes it, WRITE LONG's is dropped. Passwords and a protected
 *                area last as long as the machine, not as the image.
 */
#pragma once
#include "core/blockdev.h"
#include "core/bus.h"
#include "core/device.h"

#define ATA_BUF 16384u           /* 32 sectors: what moves between medium and host at once */

enum ata_kind { ATA_NONE, ATA_DISK, ATA_CDROM };

enum ata_phase {
    ATA_IDLE,
    ATA_RESET,                   /* SRST, until the event after its end */
    ATA_START,                   /* a command was written */
    ATA_IN, ATA_OUT,             /* DRQ: the host moves data */
    ATA_NEXT,                    /* a data block is complete */
    ATA_DMA,                     /* data moves as the bus master lets it */
    ATA_PACKET,                  /* DRQ: waiting for the command packet */
    ATA_PHASES
};

struct ata_dma {
    void    *ctl;
    /* Moves up to n bytes; less, or nothing, when the bus master is not ready. ata_dma_ready()
     * later. */
    uint32_t (*move)(void *ctl, void *buf, uint32_t n, bool to_memory);
};

struct ata_drive {
    uint8_t  feature, count, sector, lcyl, hcyl, select;
    /* previous contents, for LBA48 */
    uint8_t  hob_feature, hob_count, hob_sector, hob_lcyl, hob_hcyl;
    uint8_t  status, error;
    bool     intrq;
    uint8_t  phase, cmd;
    uint64_t lba;                /* next sector between medium and buffer */
    uint32_t left;               /* sectors still to go there */
    uint32_t pos, stop, len;     /* in buf: next byte for the host, end of this DRQ block, end of
                                    data */
    uint32_t limit;              /* PACKET: most bytes in a DRQ block */
    uint16_t unit;               /* bytes in a sector, as transferred */
    uint8_t  heads, spt;         /* present CHS translation */
    uint8_t  multiple;           /* sectors in a block of READ/WRITE MULTIPLE; 0: not set */
    uint8_t  xfer;               /* transfer mode, as SET FEATURES 03h coded it */
    uint8_t  pio;                /* the same of the PIO modes */
    bool     write_cache, look_ahead;
    bool     revert;             /* a software reset restores the defaults (SET FEATURES CCh) */
    uint8_t  power;              /* as CHECK POWER MODE reports it, but for the standby timer */
    uint8_t  standby;            /* that timer, as IDLE and STANDBY code it */
    vtime    awake;              /* ... since when it counts */
    uint64_t max, max_kept;      /* host protected area: sectors before it, 0: there is none; what a
                                    hardware reset goes back to */
    bool     max_fixed;          /* it was set for good since the last one */
    uint8_t  native;             /* READ NATIVE MAX ADDRESS: 2 now, 1 with the next command */
    uint8_t  security;           /* enabled, locked, frozen ... */
    uint8_t  attempts;           /* to unlock, that are left */
    uint8_t  erase;              /* the same since SECURITY ERASE PREPARE */
    uint16_t master_revision;
    uint8_t  passwords[2][32];   /* the user's, the master's */
    bool     sleeping;           /* only a reset wakes it */
    bool     smart, smart_autosave;
    uint8_t  self_test;          /* SMART: result of the last one, and how many there were */
    uint8_t  self_tests;
    /* CD-ROM drives */
    uint8_t  packet[12];
    uint8_t  sense, asc, ascq;
    bool     attention;          /* unit attention: the medium may have changed */
    bool     event_new, event_gone;   /* for GET EVENT STATUS NOTIFICATION */
    bool     locked, open;       /* medium removal prevented; tray open */
    uint8_t  recovery, retries, inactivity;   /* mode pages 01h, 0Dh */
    uint8_t  volume[8];          /* page 0Eh: channels and volume of each output port */
    uint16_t speed;              /* SET CD SPEED, kB/s */
    uint8_t  audio;              /* enum atapi_audio */
    uint32_t audio_from, audio_to;    /* sectors: where playing began, and will end */
    vtime    audio_since;        /* when it began */
    uint32_t head;               /* the sector after the last one read or played */
    uint8_t  buf[ATA_BUF];
    struct event event;
    /* wiring */
    struct ata      *ch;
    struct blockdev *bd;
    uint8_t          kind;
    char             serial;     /* distinguishes the drives of a machine */
    uint8_t          def_heads, def_spt;
    uint16_t         def_cyls;
};

struct ata {
    struct ata_drive drive[2];
    uint8_t          control;    /* device control: HOB, SRST, nIEN */
    uint8_t          dev;        /* selected drive */
    struct line      irq;        /* wire: interrupt controller, or the bus master's interrupt pin */
    struct ata_dma   dma;        /* wired by piix_ide_init(); move NULL: no bus master */
    struct sched    *sched;
};

extern const struct device_class ata_class;
extern const struct bus_ops ata_cmd_ops;       /* 8 ports: 1F0h, 170h */
extern const struct bus_bulk ata_bulk;         /* for the same region: its data port */
extern const struct bus_ops ata_ctl_ops;       /* 1 port: 3F6h, 376h */

/* channel: 0 primary, 1 secondary. No drives yet. */
void ata_init(struct ata *p, struct sched *s, unsigned channel);
/* At machine creation, before the first reset. A disk needs a medium of 512-byte sectors; a CD-ROM
 * drive may stand empty (bd NULL), and takes 2048-byte sectors. */
void ata_attach(struct ata *p, unsigned drive, enum ata_kind kind, struct blockdev *bd);
/* Changes the medium of a CD-ROM drive: bd NULL ejects. Input: logged by the machine. */
void ata_insert(struct ata *p, unsigned drive, struct blockdev *bd);
/* The bus master became ready to move data. */
void ata_dma_ready(struct ata *p);

/* ---- between ata*.c and atapi*.c ---- */
enum { ATA_BSY = 0x80, ATA_DRDY = 0x40, ATA_DF = 0x20, ATA_DSC = 0x10, ATA_DRQ = 0x08,
       ATA_ERR = 0x01 };
enum { ATA_UNC = 0x40, ATA_IDNF = 0x10, ATA_ABRT = 0x04 };

void ata_busy(struct ata_drive *d, enum ata_phase next, vtime delay);
void ata_drq(struct ata_drive *d, enum ata_phase phase, bool interrupt);
void ata_finish(struct ata_drive *d, uint8_t status);           /* idle, and INTRQ */
void ata_fail(struct ata_drive *d, uint8_t error);
void ata_signature(struct ata_drive *d);
void ata_intrq(struct ata_drive *d, bool level);
void ata_defaults(struct ata_drive *d);
bool ata_wants_dma(const struct ata_drive *d);  /* the running command moves its data by DMA */
bool ata_to_host(const struct ata_drive *d);    /* ... from the drive */

void ata_cmd_start(struct ata_drive *d);        /* disk: a command, its next block, its DMA */
void ata_cmd_next(struct ata_drive *d);
bool ata_cmd_fill(struct ata_drive *d, uint32_t most);  /* medium to buf; false: the command has
                                                           failed */
bool ata_cmd_drain(struct ata_drive *d);                /* buf to medium */
uint8_t ata_cmd_flags(uint8_t cmd);
void ata_identify(struct ata_drive *d);
void ata_identify_packet(struct ata_drive *d);
void ata_smart(struct ata_drive *d);
enum { CMD_EXT = 1, CMD_MULT = 2, CMD_DMA = 4, CMD_WRITE = 8, CMD_MEDIA = 16 /* not when locked */
};

uint64_t ata_capacity(const struct ata_drive *d);   /* sectors that the host may reach */
bool ata_get_address(struct ata_drive *d);  /* registers to lba and left; false: no such CHS */
void ata_put_address(struct ata_drive *d, uint64_t lba);
void ata_native_max(struct ata_drive *d);
void ata_set_max(struct ata_drive *d);
void ata_security(struct ata_drive *d);         /* F1h..F6h; their data; a step of erasing */
void ata_security_data(struct ata_drive *d);
void ata_security_erase(struct ata_drive *d);
void ata_security_reset(struct ata_drive *d);
void ata_await_sector(struct ata_drive *d);     /* 512 bytes from the host */
/* In 'security'; but for the last as in IDENTIFY's word 128, where that is bit 8. */
enum { SECURITY_ENABLED = 2, SECURITY_LOCKED = 4, SECURITY_FROZEN = 8, SECURITY_EXPIRED = 16,
       SECURITY_MAXIMUM = 32 };
