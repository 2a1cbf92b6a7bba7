/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A compact disc beside its blockdev: the tracks of one session, and sectors in all their 2352
 * bytes.                                    Ref: ECMA-130 "CD-ROM"; IEC 60908 "Compact disc"
 *
 * A blockdev without a disc is one Mode 1 data track. Addresses are logical: 0 is the first sector
 * after the two seconds (150 sectors) that precede the first track.
 */
#pragma once
#include "core/blockdev.h"

#define DISC_TRACKS  99u
#define DISC_RAW     2352u       /* bytes of a sector: sync, header, data, EDC, ECC */
#define DISC_PREGAP  150u        /* logical 0 is at 00:02:00 */
#define DISC_SECTORS 449850u     /* 99:59:74; what is larger is a DVD */

enum disc_mode { DISC_AUDIO, DISC_MODE1, DISC_MODE2 };

struct disc_track {
    uint32_t pregap;             /* where its index 0 begins; == start: it has none */
    uint32_t start, end;         /* index 1; the sector after its last */
    uint8_t  mode, control;      /* enum disc_mode; the Q channel's: 4 data, 2 copy permitted,
                                    1 pre-emphasis */
    char     isrc[13];           /* "": none */
};

struct disc {
    uint8_t           first, n;  /* number of the first track, how many there are (1..99) */
    bool              xa;        /* Mode 2 sectors have subheaders */
    char              catalog[14];      /* "": none */
    struct disc_track track[DISC_TRACKS];
    /* All DISC_RAW bytes of a sector; false: it cannot be read. */
    bool (*read_raw)(const struct disc *d, uint32_t lba, uint8_t *raw, struct error *err);
};

/* In the DISC_RAW bytes of a Mode 1 sector, whose data are at raw + 16: makes sync pattern and
 * header before them, EDC and ECC after them. */
void disc_mode1(uint8_t *raw, uint32_t lba);
/* Sync pattern and header alone. */
void disc_header(uint8_t *raw, uint32_t lba, uint8_t mode);
/* The same as disc_mode1() for Mode 2 Form 1, whose data are at raw + 24. */
void disc_mode2_form1(uint8_t *raw, uint32_t lba);
/* Error detection code of n bytes (ECMA-130, 14.3). */
uint32_t disc_edc(const uint8_t *p, size_t n);
/* Minute, second, frame of an address, 2 seconds added, in binary. */
void disc_msf(uint32_t lba, uint8_t msf[3]);
static inline uint8_t disc_bcd(uint8_t v) { return (uint8_t)(v / 10 % 10 << 4 | v % 10); }
