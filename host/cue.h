/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cue sheets: text that describes the tracks of a compact disc, and the files that hold them.
 *                                        Ref: the cue sheet commands as documented for CDRWIN
 *
 *     FILE name BINARY|MOTOROLA|WAVE     CATALOG digits     REM ...
 *     TRACK nn AUDIO|MODE1/2048|MODE1/2352|MODE2/2048|MODE2/2336|MODE2/2352|CDG|CDI/2336|CDI/2352
 *     FLAGS DCP PRE 4CH SCMS     ISRC code     PREGAP mm:ss:ff     INDEX nn mm:ss:ff
 *     POSTGAP mm:ss:ff           TITLE, PERFORMER, SONGWRITER, CDTEXTFILE: read and left
 *
 * Indexes count frames from the beginning of their file; gaps are not in any file and are silent.
 * Two seconds of the first track's PREGAP are the ones that every disc begins with.
 *
 * Not modelled:  indexes above 1, subchannels that the files hold, more than one session.
 */
#pragma once
#include "core/disc.h"

#define CUE_TEXT_MAX 262144u     /* bytes of a sheet */
#define CUE_FILES    DISC_TRACKS

enum cue_format { CUE_BINARY, CUE_MOTOROLA, CUE_WAVE };

struct cue_file { char name[512]; uint8_t format; };

struct cue_track {
    uint8_t  file, mode;         /* enum disc_mode */
    uint8_t  control;
    uint16_t bytes;              /* of a sector in the file */
    bool     has0, has1;
    uint32_t index0, index1;     /* frames into the file */
    uint32_t pregap, postgap;    /* frames that are not in the file */
    uint32_t line;               /* of its TRACK */
    char     isrc[13];
    /* set by cue_layout() */
    uint32_t first;              /* logical address of its first frame in the file */
    uint32_t frames;             /* how many it has there */
    uint64_t at;                 /* position of the first in the file */
};

struct cue {
    uint8_t          n_files, n_tracks, first;
    char             catalog[14];
    struct cue_file  file[CUE_FILES];
    struct cue_track track[DISC_TRACKS];
};

/* Does the text look like a cue sheet? */
bool cue_recognise(const uint8_t *p, size_t n);
/* Parses n bytes of text; 'name' stands in messages. False: err has name, line and what to do. */
bool cue_parse(struct cue *c, const char *name, const uint8_t *p, size_t n, struct error *err);
/* Lays the tracks out, given how many bytes of sectors each file holds. */
bool cue_layout(struct cue *c, const char *name, const uint64_t *bytes, struct disc *disc,
                struct error *err);
/* Opens a cue sheet and its files, which stand beside it: a read-only medium of 2048-byte sectors,
 * with disc. NULL, and one line in err. */
struct blockdev *cue_open(const char *path, struct error *err);
