/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the window remembers from one run to the next: lines of a name and a value. Whatever the
 * file holds, the result is usable; what is not understood is left out.
 */
#pragma once
#include "core/buf.h"
#include "frontend/fit.h"

#define PREFS_PATH 1024
#define PREFS_RECENT 6
struct prefs {
    int          w, h;           /* of the window; 0: not chosen yet */
    enum scaling scaling;
    bool         aspect, bar;    /* 4:3 where it is due; the bar stays */
    char         host_key[16];   /* by name; empty: the usual one */
    char         keymap[8];      /* the guest's keyboard, by name; empty: the usual one */
    char         folder[PREFS_PATH];             /* where the last image came from */
    char         recent[2][PREFS_RECENT][PREFS_PATH];    /* floppies and CDs, the last one first */
};
/* An image was inserted. */
void prefs_recent(struct prefs *p, bool cd, const char *path);
void prefs_init(struct prefs *p);
void prefs_parse(struct prefs *p, const char *text);
void prefs_write(const struct prefs *p, struct buf *out);
