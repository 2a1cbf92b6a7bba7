/* SPDX-License-Identifier: BSD-2-Clause */
/* The grammar of scripts: one command a line, words and quoted texts, # comments. */
#include "frontend/script.h"

#include <stdlib.h>

#include "frontend/keys.h"
#include "frontend/text.h"

#define WORDS_MAX 6
#define DEFAULT_WAIT (UINT64_C(60) * 1000000000)

/* Words of one line, with quotes and escapes undone, one after the other in 'space'. */
struct words {
    char *w[WORDS_MAX];
    bool  quoted[WORDS_MAX];
    unsigned n;
    char *space;
};

static bool trouble(struct error *err, const struct script *s, unsigned line, const char *what)
{
    return error_set(err, 2, "%s:%u: %s", s->name, line, what);
}

/* ---- words ---- */

static int hex(char c)
{
    const char *all = "0123456789abcdef0123456789ABCDEF", *p = c ? strchr(all, c) : NULL;
    return p ? (int)((p - all) & 15) : -1;
}

/* The character an escape stands for; p is behind the backslash and moves on. -1: \x without two
 * digits. */
static int escape(const char **p)
{
    char c = **p;
    *p += c != 0;
    switch (c) {
    case 'n':  return '\n';
    case 'r':  return '\r';
    case 't':  return '\t';
    case 'b':  return '\b';
    case 'e':  return 27;
    case '\\': return '\\';
    case '"':  return '"';
    case 'x':
        if (hex((*p)[0]) >= 0 && hex((*p)[1]) >= 0) {
            *p += 2;
            return hex((*p)[-2]) << 4 | hex((*p)[-1]);
        }
        return -1;
    default:                                 /* "A:\>": a backslash that escapes nothing is one */
        *p -= c != 0;
        return '\\';
    }
}

/* NULL when all went well, or what is wrong. */
static const char *split(struct words *w, const char *p)
{
    char *to = w->space;
    for (w->n = 0;; w->n++) {
        p += strspn(p, " \t\r");
        if (!*p || *p == '#')
            return NULL;
        if (w->n == WORDS_MAX)
            return "too many words: see docs/SCRIPTS.md";
        w->w[w->n] = to;
        w->quoted[w->n] = *p == '"';
        if (*p != '"') {
            while (*p && !strchr(" \t\r", *p))
                *to++ = *p++;
            *to++ = 0;
            continue;
        }
        for (p++; *p != '"';) {
            int c = *p ? (unsigned char)*p++ : -1;
            if (c == '\\')
                c = escape(&p);
            if (c <= 0)
                return *p ? "\\x wants two hexadecimal digits, and no zero byte"
                          : "the closing quote is missing";
            *to++ = (char)c;
        }
        p++;
        *to++ = 0;
    }
}

/* ---- values ---- */

static bool parse_time(const char *w, vtime *t)
{
    char number[32];
    size_t n = strlen(w);
    uint64_t unit = 0;
    if (n > 2 && !strcmp(w + n - 2, "ms"))
        unit = 1000, n -= 2;
    else if (n > 1 && w[n - 1] == 's')
        unit = 1, n -= 1;
    else if (n > 1 && w[n - 1] == 'm')
        unit = 60, n -= 1;
    if (!unit || n >= sizeof number)
        return false;
    memcpy(number, w, n);
    number[n] = 0;
    uint64_t ns;
    if (!parse_seconds(number, &ns) || ns > UINT64_MAX / 60)
        return false;
    *t = unit == 1000 ? ns / 1000 : ns * unit;
    return true;
}

static bool parse_int(const char *w, int lo, int hi, int *out)
{
    char *end;
    long v = strtol(w, &end, 10);
    if (end == w || *end || v < lo || v > hi)
        return false;
    *out = (int)v;
    return true;
}

static bool parse_combo(const char *w, struct command *c)
{
    for (;;) {
        const char *plus = *w ? strchr(w + 1, '+') : NULL;
        size_t n = plus ? (size_t)(plus - w) : strlen(w);
        unsigned code = key_by_name(w, n);
        if (!code || c->n_keys == COMBO_MAX)
            return false;
        c->keys[c->n_keys++] = (uint16_t)code;
        if (!plus)
            return true;
        w = plus + 1;
    }
}

/* ---- commands: each returns NULL, or what is wrong ---- */

static const char *take_text(struct command *c, const char *w)
{
    c->text = malloc(strlen(w) + 1);
    if (!c->text)
        return "not enough memory: close other programs";
    strcpy(c->text, w);
    return *w ? NULL : "the text is empty: give some";
}

static const char *parse_wait(struct command *c, const struct words *w)
{
    static const char usage[] =
        "write: wait screen \"text\" [TIME], wait serial \"text\" [TIME], wait idle [TIME] or "
        "wait poweroff [TIME]";
    static const char *const what[] = { "screen", "serial", "idle", "poweroff" };
    unsigned i = 0, next = 2;
    while (w->n > 1 && i < ARRAY_LEN(what) && strcmp(w->w[1], what[i]))
        i++;
    if (w->n < 2 || i == ARRAY_LEN(what))
        return usage;
    c->op = (enum op)(OP_WAIT_SCREEN + i);
    c->time = DEFAULT_WAIT;
    if (i < 2) {
        const char *wrong = w->n > 2 ? take_text(c, w->w[2]) : usage;
        if (wrong)
            return wrong;
        next = 3;
    }
    if (w->n > next && !parse_time(w->w[next], &c->time))
        return "not a time: write a number with ms, s or m, such as 500ms or 30s";
    return w->n > next + 1 ? usage : NULL;
}

static const char *parse_mouse(struct command *c, const struct words *w)
{
    static const char *const buttons[] = { "left", "right", "middle" };
    static const char *const acts[] = { "click", "down", "up" };
    static const char usage[] =
        "write: mouse move DX DY, mouse to X Y, or mouse click|down|up left|right|middle";
    if (w->n == 4 && (!strcmp(w->w[1], "move") || !strcmp(w->w[1], "to"))) {
        c->op = w->w[1][0] == 'm' ? OP_MOUSE_MOVE : OP_MOUSE_TO;
        bool ok =
            parse_int(w->w[2], -32000, 32000, &c->a) && parse_int(w->w[3], -32000, 32000, &c->b);
        return ok ? NULL : usage;
    }
    for (unsigned i = 0; w->n == 3 && i < 3; i++)
        for (unsigned k = 0; k < 3; k++)
            if (!strcmp(w->w[1], acts[i]) && !strcmp(w->w[2], buttons[k])) {
                c->op = (enum op)(OP_MOUSE_CLICK + i);
                c->a = 1 << k;
                return NULL;
            }
    return usage;
}

static const char *parse_simple(struct command *c, const struct words *w);

static const char *parse_command(struct command *c, const struct words *w)
{
    const char *name = w->w[0];
    if (w->quoted[0])
        return "a command is missing before the text: see docs/SCRIPTS.md";
    if (!strcmp(name, "wait"))
        return parse_wait(c, w);
    if (!strcmp(name, "mouse"))
        return parse_mouse(c, w);
    if (!strcmp(name, "sleep")) {
        c->op = OP_SLEEP;
        return w->n == 2 && parse_time(w->w[1], &c->time)
                   ? NULL
                   : "write: sleep TIME, such as sleep 500ms";
    }
    if (!strcmp(name, "key")) {
        c->op = OP_KEY;
        return w->n == 2 && parse_combo(w->w[1], c)
                   ? NULL
                   : "write: key NAME[+NAME...], such as key ctrl+alt+del (docs/SCRIPTS.md has the "
                     "names)";
    }
    if (!strcmp(name, "insert") || !strcmp(name, "eject")) {
        bool in = name[0] == 'i';
        c->op = in ? OP_INSERT : OP_EJECT;
        c->a = w->n == 2u + in ? medium_removable(w->w[1]) : -1;
        if (c->a < 0)
            return in ? "write: insert fda|fdb|cdrom FILE" : "write: eject fda|fdb|cdrom";
        return in ? take_text(c, w->w[2]) : NULL;
    }
    if (!strcmp(name, "quit")) {
        c->op = OP_QUIT;
        return w->n == 1 || (w->n == 2 && parse_int(w->w[1], 0, 255, &c->a)) ? NULL
               : "write: quit [STATUS], with a status from 0 to 255";
    }
    return parse_simple(c, w);
}

static const char *parse_simple(struct command *c, const struct words *w)
{
    static const struct { const char *name; enum op op; bool text; const char *usage; } simple[] = {
        { "type", OP_TYPE, true, "write: type \"text\"" },
        { "send", OP_SEND, true, "write: send \"text\"" },
        { "screenshot", OP_SCREENSHOT, true, "write: screenshot FILE.png" },
        { "screen", OP_SCREEN, true, "write: screen FILE.txt" },
        { "save", OP_SAVE, true, "write: save FILE" },
        { "load", OP_LOAD, true, "write: load FILE" },
        { "reset", OP_RESET, false, "write: reset" },
        { "poweroff", OP_POWEROFF, false, "write: poweroff [TIME]" },
    };
    for (size_t i = 0; i < ARRAY_LEN(simple); i++) {
        if (strcmp(w->w[0], simple[i].name))
            continue;
        c->op = simple[i].op;
        c->time = DEFAULT_WAIT;
        if (c->op == OP_POWEROFF && w->n == 2)
            return parse_time(w->w[1], &c->time) ? NULL : simple[i].usage;
        if (w->n != 1u + simple[i].text)
            return simple[i].usage;
        return simple[i].text ? take_text(c, w->w[1]) : NULL;
    }
    return "no such command: see docs/SCRIPTS.md";
}

/* ---- the file ---- */

static bool parse_line(struct script *s, struct words *w, const char *line, unsigned no,
                       struct error *err)
{
    struct command c = { .line = no };
    const char *wrong = split(w, line);
    if (!wrong && !w->n)
        return true;
    if (!wrong)
        wrong = parse_command(&c, w);
    struct stroke strokes[2];
    for (const char *p = c.op == OP_TYPE && !wrong ? c.text : ""; *p && !wrong;)
        if (!layout_strokes(s->typer.layout, utf8_next(&p), strokes))
            wrong = "a character that the keyboard does not have: use key instead, or another "
                    "--keymap";
    struct command *more = wrong ? NULL : realloc(s->cmd, (s->n + 1) * sizeof *more);
    if (!more) {
        free(c.text);
        return trouble(err, s, no, wrong ? wrong : "not enough memory: close other programs");
    }
    s->cmd = more;
    s->cmd[s->n++] = c;
    return true;
}

bool script_parse(struct script *s, const char *name, const char *text, const struct layout *l,
                  struct error *err)
{
    *s = (struct script){ .name = name, .typer = { .layout = l } };
    size_t room = strlen(text) + WORDS_MAX + 1;
    char *line = malloc(room);
    struct words w = { .space = malloc(room) };
    bool ok = line && w.space;
    if (!ok)
        error_set(err, 1, "not enough memory: close other programs");
    for (unsigned no = 1; ok && *text; no++) {
        size_t n = strcspn(text, "\n");
        memcpy(line, text, n);
        line[n] = 0;
        ok = parse_line(s, &w, line, no, err);
        text += n + (text[n] == '\n');
    }
    free(line);
    free(w.space);
    return ok;
}

void script_free(struct script *s)
{
    for (unsigned i = 0; i < s->n; i++)
        free(s->cmd[i].text);
    free(s->cmd);
    typer_free(&s->typer);
    *s = (struct script){ 0 };
}
