/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failures of the host or of the user, never of the guest: one line of text that says what is
 * wrong and what to do about it. Functions that can fail take a struct error * and return false.
 */
#pragma once
#include "core/base.h"

struct error { int code; char text[400]; };

/* Sets text (cut to fit) and code; e may be NULL. Always returns false, so that callers can
 * write 'return error_set(err, ...)'. */
bool error_set(struct error *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
