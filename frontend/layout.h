/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keyboards of several countries: which keys, pressed how, make a character. The guest believes to
 * have one of them (--keymap); scripts and pasted text are typed on it.
 */
#pragma once
#include "core/base.h"

enum { WITH_SHIFT = 1, WITH_ALTGR = 2 };
struct stroke { uint8_t code, with; };       /* set 1 scan code */

struct layout;
/* By name (us, uk, de...); NULL: there is none. */
const struct layout *layout_find(const char *name);
const struct layout *layout_at(unsigned i);  /* NULL: no more of them */
const char *layout_name(const struct layout *l);
const char *layout_title(const struct layout *l);    /* for people */
/* "us uk de ...", for messages. */
const char *layout_names(void);
/* One character as keys struck one after the other: a dead key comes before its letter. How many;
 * 0: this keyboard cannot make it. */
unsigned layout_strokes(const struct layout *l, uint32_t c, struct stroke out[2]);
