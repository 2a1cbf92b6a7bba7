/* SPDX-License-Identifier: BSD-2-Clause */
/* A frame as the guest's display adapter draws it: XRGB8888, rows top down. */
#pragma once
#include "core/base.h"

#define SURFACE_MAX_W 2560
#define SURFACE_MAX_H 1600

struct surface {
    uint32_t *px;                /* owned by the caller, SURFACE_MAX_W * SURFACE_MAX_H pixels */
    uint32_t  width, height;     /* of the present mode, set by the drawing function */
    uint32_t  stride;            /* in pixels, set by the drawing function */
    bool      doubled;           /* the picture's pixels are half as wide as high (e.g. 320x400) */
    bool      paired;            /* each line stands there twice, as in modes of 200 lines */
};

/* A text mode's characters, for scripts and --screen-text. */
#define TEXT_MAX_COLS 132
#define TEXT_MAX_ROWS 60
struct text_screen {
    unsigned cols, rows;         /* 0 x 0 in a graphics mode */
    uint8_t  ch[TEXT_MAX_ROWS][TEXT_MAX_COLS];    /* code page 437 */
    uint8_t  attr[TEXT_MAX_ROWS][TEXT_MAX_COLS];
    unsigned cursor_col, cursor_row;
    bool     cursor_on;
};
