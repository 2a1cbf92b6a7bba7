/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user of the window wants of the machine, done; each with a line that says so. */
#pragma once
#include "frontend/pacing.h"
#include "frontend/video.h"

struct desk {
    struct session *s;
    struct pacing  *pace;
    struct video   *v;
    bool            paused, quit;
    bool            again;       /* the machine was reset or loaded: it runs again */
    int             speed;       /* as in WANT_SPEED */
};
void desk_act(struct desk *d, const struct want *w);
