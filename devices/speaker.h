/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC speaker: a cone that is pushed while bit 1 of port 61h and OUT of PIT counter 2 are both
 * high.                                      Ref: IBM 5170 Technical Reference, "System Board"
 *
 * The speaker keeps a copy of counter 2 as it was when something last moved. Until the next move
 * the wave follows from the copy, edge by edge, so listening costs the machine no events and no
 * guest state. Each frame is the exact average of the cone's drive over the frame's time: tones
 * by the counter, by bit 1 alone and by pulse widths above the audible all come out as they should.
 * Then come the coupling capacitor (a high pass) and the inertia of a small cone (a low pass). All
 * of it is integer arithmetic: the same frames on every host.
 *
 * Frames are made from speaker_start() on and wait in a ring; what nobody takes is lost, oldest
 * first. After a snapshot was loaded the sound goes on from the new moment.
 *
 * Not modelled:  the resonance of the case.
 */
#pragma once
#include "core/audio.h"
#include "devices/i8254.h"

#define SPEAKER_RING 16384u                  /* frames; a third of a second */

struct speaker {                             /* none of it is guest state */
    const struct i8254 *pit;
    const struct sched *sched;
    bool            on;                      /* somebody listens */
    bool            data;                    /* bit 1 of port 61h */
    bool            stale;                   /* a snapshot was loaded: begin anew */
    struct i8254_ch ch;                      /* counter 2 since the last move */
    vtime           at;                      /* rendered so far */
    uint32_t        phase;                   /* of the frame in the making, in thirds of ns */
    uint32_t        high;                    /* of those, with the cone pushed */
    int32_t         coil, cone, rest;        /* the filters */
    uint32_t        first, count;
    int16_t         ring[SPEAKER_RING];
};

void speaker_init(struct speaker *s, const struct sched *sched, const struct i8254 *pit);
void speaker_start(struct speaker *s);
/* Bit 1 of port 61h; and counter 2, after it was written or gated. */
void speaker_data(struct speaker *s, bool level);
void speaker_moved(void *speaker, unsigned counter);
/* A snapshot was loaded in which bit 1 is so. */
void speaker_loaded(struct speaker *s, bool level);
/* Up to n of the frames that are complete by now; how many. */
size_t speaker_take(struct speaker *s, struct audio_frame *out, size_t n);
