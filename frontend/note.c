/* SPDX-License-Identifier: BSD-2-Clause */
/* Which text, and its lines. */
#include "frontend/note.h"

#include <stdio.h>

#include "frontend/text.h"

#define MS        UINT64_C(1000000)
#define TIME      (4000 * MS)
#define SHORT     50u                        /* characters that are read in that time */
#define TIME_MORE (60 * MS)                  /* for each further one */
#define FADE      (600 * MS)
#define EDGE      3                          /* above and below the lines */
#define GROUND    0xe8404830u
#define TEXT      0xffe8e8e8u

void note_say(struct note *n, uint64_t now, const char *text)
{
    size_t length = strlen(text);
    snprintf(n->text, sizeof n->text, "%s", text);
    n->until = now + TIME + (length > SHORT ? (length - SHORT) * TIME_MORE : 0);
}

void note_hold(struct note *n, const char *text)
{
    snprintf(n->held, sizeof n->held, "%s", text);
}

const char *note_now(const struct note *n, uint64_t now, unsigned *strength)
{
    uint64_t left = now < n->until ? n->until - now : 0;
    *strength = left && left < FADE && !n->held[0] ? (unsigned)(left * 255 / FADE) : 255;
    return left ? n->text : n->held;
}

/* How many bytes go into a line: up to a blank where that is possible. */
static size_t line_length(const char *text, int most)
{
    const char *p = text, *blank = NULL;
    for (int i = 0; *p && *p != '\n' && i < most; i++) {
        if (*p == ' ')
            blank = p;
        utf8_next(&p);
    }
    bool all = !*p || *p == '\n' || *p == ' ';
    return (size_t)((all || !blank ? p : blank) - text);
}

bool note_draw(struct canvas *c, const char *text, int max_w)
{
    struct { const char *p; size_t n; int chars; } line[NOTE_LINES];
    char one[NOTE_TEXT];
    int lines = 0, wide = 0, most = max_w / FONT_W - 2;
    for (; *text && lines < NOTE_LINES && most > 0; lines++) {
        size_t n = line_length(text, most);
        snprintf(one, sizeof one, "%.*s", (int)n, text);
        line[lines].p = text;
        line[lines].n = lines == NOTE_LINES - 1 ? strlen(text) : n;      /* cut, and seen to be */
        line[lines].chars = canvas_text_chars(one);
        wide = line[lines].chars > wide ? line[lines].chars : wide;
        text += n + (text[n] == ' ' || text[n] == '\n');
    }
    if (!lines || !canvas_size(c, (wide + 2) * FONT_W, lines * FONT_H + 2 * EDGE))
        return false;
    canvas_rect(c, 0, 0, c->w, c->h, GROUND);
    for (int i = 0; i < lines; i++) {
        snprintf(one, sizeof one, "%.*s", (int)line[i].n, line[i].p);
        canvas_text(c, FONT_W, EDGE + i * FONT_H, one, wide, TEXT);
    }
    return true;
}
