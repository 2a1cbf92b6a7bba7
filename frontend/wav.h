/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sound files: RIFF WAVE, PCM, 16-bit stereo.      Ref: IBM and Microsoft, "Multimedia Programming
 *                                                  Interface and Data Specifications 1.0"
 *
 * The sizes in the header are filled in at the end; until then, and where one cannot go back, they
 * say "as long as it goes".
 */
#pragma once
#include <stdio.h>

#include "core/audio.h"
#include "core/error.h"

struct wav {
    FILE       *f;                       /* NULL: not open */
    const char *path;
    uint64_t    bytes;                   /* of frames */
    bool        bad;                     /* a write has failed: no more is written */
};

bool wav_create(struct wav *w, const char *path, struct error *err);
bool wav_put(struct wav *w, const struct audio_frame *p, size_t n, struct error *err);
/* False when any of the file could not be written. */
bool wav_close(struct wav *w, struct error *err);
