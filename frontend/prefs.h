/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the window remembers from one run to the next: lines of a name and a value. Whatever the
 * file holds, the result is usable; what is not understood is left out.
 */
#pragma once
#include "core/buf.h"
#include "frontend/fit.h"

struct prefs {
    int          w, h;           /* of the window; 0: not chosen yet */
    enum scaling scaling;
    bool         aspect, bar;    /* 4:3 where it is due; the bar stays */
    char         host_key[16];   /* by name; empty: the usual one */
    char         folder[1024];   /* where the last image came from */
};
void prefs_init(struct prefs *p);
void prefs_parse(struct prefs *p, const char *text);
void prefs_write(const struct prefs *p, struct buf *out);
