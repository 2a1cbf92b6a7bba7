/* SPDX-License-Identifier: BSD-2-Clause */
/* The window. Without SDL in the build, video_open() says so. */
#pragma once
#include "frontend/session.h"

struct video;
enum video_want { WANT_NOTHING, WANT_QUIT, WANT_PAUSE, WANT_RESET, WANT_POWER, WANT_SCREENSHOT };
enum video_state { VIDEO_RUNS, VIDEO_PAUSED, VIDEO_OFF, VIDEO_DEAD };

struct video *video_open(const struct options *o, struct error *err);
void video_close(struct video *v);
/* Waits for events at most ns, hands keys and mouse to the machine, and says what the user wants
 * of us. */
enum video_want video_poll(struct video *v, struct session *s, uint64_t ns, bool feed);
/* Shows the screen if a frame is due. */
void video_show(struct video *v, struct session *s, enum video_state state, uint64_t now);
