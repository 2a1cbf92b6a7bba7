/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sound on its way out of a machine: signed 16-bit stereo frames at one fixed rate of virtual time.
 * A source is asked for frames and renders them from its chip's state; that changes none of it, so
 * a machine that is listened to does what one does that is not.
 */
#pragma once
#include "core/base.h"

#define AUDIO_RATE 48000u

struct audio_frame { int16_t left, right; };
