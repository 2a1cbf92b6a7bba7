/* SPDX-License-Identifier: BSD-2-Clause */
/* What the window draws itself: rectangles, and text in the firmware's 8x16 font, as ARGB. */
#pragma once
#include "core/base.h"

#define FONT_W 8
#define FONT_H 16

struct canvas { uint32_t *px; int w, h; };

/* A new size, cleared; false: no memory, and no pixels. */
bool canvas_size(struct canvas *c, int w, int h);
void canvas_free(struct canvas *c);
void canvas_rect(struct canvas *c, int x, int y, int w, int h, uint32_t argb);
/* UTF-8; at most 'most' characters, of which the last shows that the text was cut. Returns the x
 * behind it. */
int  canvas_text(struct canvas *c, int x, int y, const char *text, int most, uint32_t argb);
int  canvas_text_chars(const char *text);
