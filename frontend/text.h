/* SPDX-License-Identifier: BSD-2-Clause */
/* Text: the screen in UTF-8, and UTF-8 itself. */
#pragma once
#include "core/buf.h"
#include "core/surface.h"

/* Appends one line a row, without trailing blanks, and ends the buffer with a zero byte that len
 * does not count. With 'joined', rows follow each other without line breaks and with their
 * blanks, so that text that wraps is found. */
void text_write(struct buf *out, const struct text_screen *t, bool joined);

/* The next character of a text that is not at its end; p moves on. A byte that begins no UTF-8 is
 * taken as Latin-1. */
uint32_t utf8_next(const char **p);
/* A character's place in code page 437, 0 when it has none. */
uint8_t text_cp437(uint32_t c);
