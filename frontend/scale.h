/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enlarging the picture by the processor, where the host has nothing better: as fit.h says, by
 * repetition first, then smoothly, but any range of lines by itself.
 */
#pragma once
#include "core/base.h"

struct scale_step { uint16_t a, b, weight; };    /* (256 - weight) of a, weight of b */
struct scaler {
    int sw, sh, dw, dh, kx, ky;
    struct scale_step *col, *row;                /* dw and dh of them */
    uint32_t *line[2];                           /* two lines of the picture, dw wide */
    int       held[2];                           /* which; -1: none */
};

/* False: no memory, or sizes that are none. Calls with the same sizes cost nothing. */
bool scaler_set(struct scaler *s, int sw, int sh, int dw, int dh, int kx, int ky);
void scaler_free(struct scaler *s);
/* The range of lines of the result that lines y0..y1-1 of the picture show in. */
void scaler_range(const struct scaler *s, int y0, int y1, int *d0, int *d1);
/* Lines d0..d1-1 of the result, pitch in pixels; the picture's lines are sw long. */
void scaler_run(struct scaler *s, const uint32_t *from, uint32_t *to, int pitch, int d0, int d1);
