/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's loudspeakers, by SDL. Frames wait in SDL's queue; how long the queue is tells whether
 * the host's crystal runs ahead of the guest's time or behind it, and a frame in a hundred more or
 * less keeps it as it should be. It starts to sound when there is something in hand, and again,
 * with more in hand, after the host was late.
 */
#pragma once
#include "core/audio.h"
#include "core/error.h"

struct sdl_audio;
/* NULL, and why, when there is no sound device. */
struct sdl_audio *sdl_audio_open(struct error *err);
void sdl_audio_put(struct sdl_audio *a, const struct audio_frame *p, size_t n);
/* Silence at once: the machine stands still, or is faster than the clock on the wall. */
void sdl_audio_hush(struct sdl_audio *a);
void sdl_audio_close(struct sdl_audio *a);              /* NULL is fine */
