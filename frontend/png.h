/* SPDX-License-Identifier: BSD-2-Clause */
/* PNG files, for screenshots. */
#pragma once
#include "core/buf.h"
#include "core/surface.h"

/* Appends the picture as a PNG; trouble with memory shows in out->bad. */
void png_write(struct buf *out, const struct surface *s);
