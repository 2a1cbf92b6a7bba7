/* SPDX-License-Identifier: BSD-2-Clause */
/* The window. Without SDL in the build, video_open() says so. */
#pragma once
#include "frontend/menu.h"
#include "frontend/session.h"

struct video;
enum video_state { VIDEO_RUNS, VIDEO_PAUSED, VIDEO_OFF, VIDEO_DEAD };
struct status {
    enum video_state state;
    int      speed;              /* as in WANT_SPEED */
    unsigned mips, percent;      /* of the last second; 0 percent: not known yet */
};

struct video *video_open(const struct options *o, struct error *err);
void video_close(struct video *v);
/* Waits for events at most ns, hands keys and mouse to the machine; true when the user wants
 * something of us. */
bool video_poll(struct video *v, struct session *s, uint64_t ns, bool feed, struct want *w);
/* Shows the screen if a frame is due. */
void video_show(struct video *v, struct session *s, const struct status *st, uint64_t now);
/* A text for the user, for some seconds; and one that stays until another, or "". */
void video_message(struct video *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The user has put this image into a drive. */
void video_inserted(struct video *v, int slot, const char *path);
void video_hold(struct video *v, const char *text);
