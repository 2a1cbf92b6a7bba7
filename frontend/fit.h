/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the guest's picture goes in a window. Pictures of the VGA's own modes were made for a tube
 * that shows all of them 4:3, whatever their numbers; larger ones have square pixels.
 */
#pragma once
#include "core/base.h"

enum scaling {
    SCALE_SMOOTH,                /* as large as it fits: whole enlargement first, then the rest */
    SCALE_CRISP                  /* rows and columns by whole numbers, as near to the shape as they
                                    come */
};
struct picture { int w, h; bool doubled, paired; };      /* as in struct surface */
struct fit {
    int x, y, w, h;
    int kx, ky;                  /* enlarge so often by repetition, then smooth to w x h: which
                                    leaves equal lines as they are */
};

/* The smallest size that loses no pixel. */
void fit_natural(struct picture p, bool aspect, int *w, int *h);
/* Into the area room_w x room_h. aspect: 4:3 where it is due; else square pixels. */
struct fit fit_picture(struct picture p, enum scaling how, bool aspect, int room_w, int room_h);
