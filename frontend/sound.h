/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a machine's sound goes: "sdl" (the host's loudspeakers), "wav:FILE" or "none". A WAV file
 * is written in the guest's time, whatever that of the host is: a run that repeats repeats it.
 */
#pragma once
#include "frontend/sdl_audio.h"
#include "frontend/wav.h"
#include "machine/machine.h"

struct sound {
    struct sdl_audio *device;            /* NULL: no such sink; likewise wav.f */
    struct wav        wav;
    bool              failed;            /* told already */
};

bool sound_open(struct sound *s, const char *spec, struct machine *m, struct error *err);
/* Takes what the machine has sounded. audible: the guest runs at its true speed. False: something
 * could not be written; told once. */
bool sound_pump(struct sound *s, struct machine *m, bool audible, struct error *err);
/* The machine stands still: silence. */
void sound_hush(struct sound *s);
/* The rest of the sound, and the end of the file. False: the file is not complete. */
bool sound_close(struct sound *s, struct machine *m, struct error *err);
/* The same when the run has not begun, or has ended so: nothing more is told. */
void sound_abandon(struct sound *s);
