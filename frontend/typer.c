/* SPDX-License-Identifier: BSD-2-Clause */
/* Keystrokes in a queue. */
#include "frontend/typer.h"

#include <stdlib.h>

#include "frontend/keys.h"
#include "frontend/text.h"

#define PATIENCE UINT64_C(60000000000)       /* of guest time, with a guest that takes no keys */
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

/* What stands for a character that only printers' types have. */
static uint32_t plainer(uint32_t c)
{
    if (c == 0x2018 || c == 0x2019 || c == 0x201a)
        return '\'';
    if (c == 0x201c || c == 0x201d || c == 0x201e)
        return '"';
    if ((c >= 0x2010 && c <= 0x2014) || c == 0x2212)
        return '-';
    return c == 0xa0 || (c >= 0x2002 && c <= 0x200a) || c == 0x202f ? ' ' : c;
}

unsigned typer_text(struct typer *t, const char *text)
{
    unsigned unknown = 0;
    while (*text) {
        struct stroke k[2];
        bool after_cr = *text == '\r';
        uint32_t c = utf8_next(&text);
        unsigned n = layout_strokes(t->layout, c, k);
        if (!n)
            n = layout_strokes(t->layout, plainer(c), k);
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

/* A BIOS drops keys that no program fetches: those that read a disk between two lines, say. */
static bool must_wait(struct typer *t, const struct session *s, struct input in, vtime now)
{
    if (in.kind != IN_KEY || !in.a || t->deaf || !machine_keys_full(s->m)) {
        t->since = 0;
        return false;
    }
    if (!t->since || now < t->since)
        t->since = now;
    t->deaf = now - t->since > PATIENCE;
    return !t->deaf;
}

bool typer_run(struct typer *t, struct session *s, vtime now)
{
    if (t->next > now + KEY_PACE)            /* time has gone back */
        t->next = now;
    while (t->sent < t->queued) {
        struct input in = t->queue[t->sent];
        if (now < t->next || must_wait(t, s, in, now) || !session_input(s, in))
            return false;
        t->sent++;
        t->next = now + KEY_PACE;
    }
    typer_clear(t);
    return true;
}

void typer_clear(struct typer *t)
{
    t->sent = t->queued = 0;
    t->deaf = false;
}

void typer_free(struct typer *t)
{
    free(t->queue);
    t->queue = NULL;
    t->sent = t->queued = t->cap = 0;
}
