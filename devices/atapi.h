/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet commands of a CD-ROM drive.
 *                               Ref: SFF-8020i r2.6; INCITS MMC-3; ATA/ATAPI-6 clause 9.10
 *
 * Part of struct ata_drive (ata.h): ata.c owns registers and phases and calls in here for drives of
 * kind ATA_CDROM. A blockdev with a disc (core/disc.h) has tracks, any other is one data track.
 *
 *   atapi.c        packets, data phases, readiness, media     atapi_mode.c   inquiry, mode pages,
 *   atapi_disc.c   reading, tables of contents                               configuration
 *   atapi_audio.c  playing
 *
 * Playing is a function of time: the drive remembers where and when it began, and where it is
 * follows.
 *
 * Not modelled:  several sessions, writing, DVD keys, CD text, audio scanning.
 * Deviations:    errors of the medium are found at once, without retries; a disc spins up at once.
 */
#pragma once
#include "core/audio.h"
#include "core/disc.h"
#include "devices/ata.h"

#define ATAPI_UNIT_MAX (DISC_RAW + 296 + 96)     /* a sector with C2 pointers and subchannels */

/* What the drive does with audio, as READ SUB-CHANNEL codes it. */
enum atapi_audio { ATAPI_PLAYING = 0x11, ATAPI_PAUSED, ATAPI_PLAYED, ATAPI_AUDIO_ERROR,
                   ATAPI_SILENT };

/* Sound that the drive makes from virtual time 'from' on: n frames of 44.1 kHz, left and right,
 * with the volume and channels of mode page 0Eh. Changes no state; returns how many frames were
 * playing, all others are 0. */
size_t atapi_audio_read(const struct ata_drive *d, vtime from, int16_t (*out)[2], size_t n);
/* Adds the same to n frames at AUDIO_RATE. */
void atapi_audio_mix(const struct ata_drive *d, vtime from, struct audio_frame *out, size_t n);

/* ---- for ata.c ---- */
void atapi_start(struct ata_drive *d);           /* a command was written, or its packet is
                                                    complete */
void atapi_next(struct ata_drive *d);            /* a block was moved */
bool atapi_fill(struct ata_drive *d);            /* medium to buf; false: the command has failed */
bool atapi_drain(struct ata_drive *d);           /* buf has what the host sent; the same */
void atapi_done(struct ata_drive *d);            /* all data moved */
bool atapi_takes_data(const struct ata_drive *d);    /* the packet command has data from the host */
void atapi_defaults(struct ata_drive *d);        /* mode pages, audio */
void atapi_medium_changed(struct ata_drive *d);

/* ---- between the files ---- */
enum { NOT_READY = 2, MEDIUM_ERROR = 3, ILLEGAL_REQUEST = 5, UNIT_ATTENTION = 6 };

static inline void store_be16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void store_be32(uint8_t *p, uint32_t v)
{
    store_be16(p, v >> 16);
    store_be16(p + 2, v);
}
static inline uint32_t load_be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static inline uint32_t load_be32(const uint8_t *p) { return load_be16(p) << 16 | load_be16(p + 2); }

void atapi_fail(struct ata_drive *d, uint8_t sense, uint8_t asc, uint8_t ascq);
void atapi_bad_field(struct ata_drive *d);
/* n bytes of buf are the answer, of which the host wants at most 'most'. */
void atapi_reply(struct ata_drive *d, uint32_t n, uint32_t most);
/* Waits for n bytes from the host: atapi_drain() takes them. */
void atapi_take(struct ata_drive *d, uint32_t n);
/* n sectors of 'unit' bytes follow, from lba on. */
void atapi_send(struct ata_drive *d, uint32_t lba, uint32_t n, uint16_t unit);
bool atapi_loaded(const struct ata_drive *d);
bool atapi_mode_select(struct ata_drive *d);     /* the parameters are in buf */

/* atapi_disc.c */
uint32_t atapi_sectors(const struct ata_drive *d);
unsigned atapi_tracks(const struct ata_drive *d);
uint8_t  atapi_first_track(const struct ata_drive *d);
struct disc_track atapi_track(const struct ata_drive *d, unsigned i);    /* 0..; of a medium */
unsigned atapi_track_at(const struct ata_drive *d, uint32_t lba);
bool atapi_read_plain(struct ata_drive *d, uint32_t lba, uint32_t n, uint8_t *to); /* a data
                                disc's, at once; false: one by one, which finds the one at fault */
bool atapi_read_sector(struct ata_drive *d, uint32_t lba, uint8_t *to);  /* d->unit bytes */
bool atapi_is_dvd(const struct ata_drive *d);
bool atapi_is_read_cd(const struct ata_drive *d);

/* atapi_audio.c: at this moment */
uint8_t  atapi_audio_status(const struct ata_drive *d);
uint32_t atapi_audio_position(const struct ata_drive *d);
void     atapi_audio_stop(struct ata_drive *d);

/* Packet commands by file. */
void atapi_read_capacity(struct ata_drive *d);
void atapi_read_10(struct ata_drive *d);
void atapi_read_12(struct ata_drive *d);
void atapi_read_cd(struct ata_drive *d);
void atapi_read_cd_msf(struct ata_drive *d);
void atapi_read_toc(struct ata_drive *d);
void atapi_read_disc_info(struct ata_drive *d);
void atapi_read_track_info(struct ata_drive *d);
void atapi_read_header(struct ata_drive *d);
void atapi_read_subchannel(struct ata_drive *d);
void atapi_seek(struct ata_drive *d);
void atapi_rezero(struct ata_drive *d);
void atapi_verify(struct ata_drive *d);
void atapi_read_structure(struct ata_drive *d);
void atapi_inquiry(struct ata_drive *d);
void atapi_mode_sense(struct ata_drive *d);
void atapi_mode_select_6(struct ata_drive *d);
void atapi_mode_select_10(struct ata_drive *d);
void atapi_mechanism_status(struct ata_drive *d);
void atapi_get_configuration(struct ata_drive *d);
void atapi_get_performance(struct ata_drive *d);
void atapi_set_speed(struct ata_drive *d);
void atapi_play_10(struct ata_drive *d);
void atapi_play_12(struct ata_drive *d);
void atapi_play_msf(struct ata_drive *d);
void atapi_play_track(struct ata_drive *d);
void atapi_pause_resume(struct ata_drive *d);
void atapi_stop_play(struct ata_drive *d);
