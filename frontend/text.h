/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of the screen in UTF-8. */
#pragma once
#include "core/buf.h"
#include "core/surface.h"

/* Appends one line a row, without trailing blanks, and ends the buffer with a zero byte that len
 * does not count. With 'joined', rows follow each other without line breaks and with their
 * blanks, so that text that wraps is found. */
void text_write(struct buf *out, const struct text_screen *t, bool joined);
