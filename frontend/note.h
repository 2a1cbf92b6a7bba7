/* SPDX-License-Identifier: BSD-2-Clause */
/* What the window tells its user at the bottom: a text for some seconds, the longer the longer it
 * is, over one that stays as long as its cause. Knows nothing of SDL. */
#pragma once
#include "core/error.h"
#include "frontend/canvas.h"

#define NOTE_TEXT sizeof(((struct error *)0)->text)
#define NOTE_LINES 6

struct note {
    char     text[NOTE_TEXT], held[NOTE_TEXT];
    uint64_t until;              /* host time; text is shown before it */
};

/* For some seconds from now on. */
void note_say(struct note *n, uint64_t now, const char *text);
/* Until it is called with another, or with "". */
void note_hold(struct note *n, const char *text);
/* What is shown now, "" for nothing, and how strongly, up to 255. */
const char *note_now(const struct note *n, uint64_t now, unsigned *strength);
/* In lines that are no wider than this. */
bool note_draw(struct canvas *c, const char *text, int max_w);
