/* SPDX-License-Identifier: BSD-2-Clause */
/* Keystrokes in a queue. */
#include "frontend/typer.h"

#include <stdlib.h>

#include "frontend/keys.h"
#include "frontend/text.h"

#define KEY_PACE UINT64_C(20000000)          /* ns between two events: 25 characters a second */

void typer_put(struct typer *t, struct input in)
{
    if (t->queued == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        struct input *more = realloc(t->queue, cap * sizeof *more);
        if (!more)
            return;
        t->queue = more;
        t->cap = cap;
    }
    t->queue[t->queued++] = in;
}

void typer_key(struct typer *t, unsigned code, bool down)
{
    typer_put(t, (struct input){ IN_KEY, (uint16_t)code, down, 0, 0 });
}

void typer_combo(struct typer *t, const uint16_t *keys, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        typer_key(t, keys[i], true);
    for (unsigned i = n; i--;)
        typer_key(t, keys[i], false);
}

unsigned typer_text(struct typer *t, const char *text)
{
    unsigned unknown = 0;
    while (*text) {
        struct stroke k[2];
        bool after_cr = *text == '\r';
        unsigned n = layout_strokes(t->layout, utf8_next(&text), k);
        if (after_cr && *text == '\n')       /* one Enter for the line ends of DOS */
            continue;
        unknown += !n;
        for (unsigned i = 0; i < n; i++) {
            uint16_t keys[3];
            unsigned used = 0;
            if (k[i].with & WITH_SHIFT)
                keys[used++] = KEY_LSHIFT;
            if (k[i].with & WITH_ALTGR)
                keys[used++] = KEY_ALTGR;
            keys[used++] = k[i].code;
            typer_combo(t, keys, used);
        }
    }
    return unknown;
}

bool typer_run(struct typer *t, struct session *s, vtime now)
{
    if (t->next > now + KEY_PACE)            /* time has gone back */
        t->next = now;
    while (t->sent < t->queued) {
        if (now < t->next || !session_input(s, t->queue[t->sent]))
            return false;
        t->sent++;
        t->next = now + KEY_PACE;
    }
    typer_clear(t);
    return true;
}

void typer_clear(struct typer *t) { t->sent = t->queued = 0; }

void typer_free(struct typer *t)
{
    free(t->queue);
    t->queue = NULL;
    t->sent = t->queued = t->cap = 0;
}
