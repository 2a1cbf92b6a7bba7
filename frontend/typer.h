/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types for a script or for pasted text: a queue of inputs that leave one by one, at the pace of a
 * fast typist in the guest's time.
 */
#pragma once
#include "frontend/layout.h"
#include "frontend/session.h"

struct typer {
    const struct layout *layout;
    struct input        *queue;
    size_t               queued, sent, cap;
    vtime                next;               /* when the next may go */
    vtime                since;              /* since when there has been no room for a key; or 0 */
    bool                 deaf;               /* and is not waited for any more */
};

void typer_put(struct typer *t, struct input in);
void typer_key(struct typer *t, unsigned code, bool down);
/* Pressed in order, let go in the opposite one. */
void typer_combo(struct typer *t, const uint16_t *keys, unsigned n);
/* UTF-8 as keystrokes; returns how many characters the keyboard does not have, which are left
 * out. */
unsigned typer_text(struct typer *t, const char *text);
/* Sends what is due; true when all has gone. */
bool typer_run(struct typer *t, struct session *s, vtime now);
void typer_clear(struct typer *t);
void typer_free(struct typer *t);
