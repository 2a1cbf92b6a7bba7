/* SPDX-License-Identifier: BSD-2-Clause */
/* A small file of the user's, read with suspicion. */
#include "frontend/prefs.h"

#include <stdio.h>

#define SIZE_LEAST 160
#define SIZE_MOST 16384

void prefs_init(struct prefs *p) { *p = (struct prefs){ .aspect = true }; }

static int size(const char *s)
{
    long v = strtol(s, NULL, 10);
    return v < SIZE_LEAST || v > SIZE_MOST ? 0 : (int)v;
}

static void text(char *to, size_t room, const char *from)
{
    if (strlen(from) < room)
        strcpy(to, from);
}

void prefs_recent(struct prefs *p, bool cd, const char *path)
{
    char (*list)[PREFS_PATH] = p->recent[cd];
    int i = 0;
    if (!*path || strlen(path) >= PREFS_PATH)
        return;
    while (i < PREFS_RECENT - 1 && strcmp(list[i], path))
        i++;
    for (; i; i--)
        strcpy(list[i], list[i - 1]);
    strcpy(list[0], path);
}

/* In the file the last one comes first, too. */
static void append(struct prefs *p, bool cd, const char *path)
{
    int i = 0;
    while (i < PREFS_RECENT && p->recent[cd][i][0])
        i++;
    if (i < PREFS_RECENT)
        text(p->recent[cd][i], PREFS_PATH, path);
}

static void set(struct prefs *p, const char *name, const char *value)
{
    if (!strcmp(name, "width"))
        p->w = size(value);
    else if (!strcmp(name, "height"))
        p->h = size(value);
    else if (!strcmp(name, "scaling"))
        p->scaling = !strcmp(value, "crisp") ? SCALE_CRISP : SCALE_SMOOTH;
    else if (!strcmp(name, "pixels"))
        p->aspect = strcmp(value, "square") != 0;
    else if (!strcmp(name, "bar"))
        p->bar = !strcmp(value, "always");
    else if (!strcmp(name, "host-key"))
        text(p->host_key, sizeof p->host_key, value);
    else if (!strcmp(name, "folder"))
        text(p->folder, sizeof p->folder, value);
    else if (!strcmp(name, "keymap"))
        text(p->keymap, sizeof p->keymap, value);
    else if (!strcmp(name, "floppy") || !strcmp(name, "cd"))
        append(p, name[0] == 'c', value);
}

void prefs_parse(struct prefs *p, const char *s)
{
    char line[1200];
    while (*s) {
        size_t n = strcspn(s, "\r\n");
        if (n < sizeof line) {
            memcpy(line, s, n);
            line[n] = 0;
            char *value = strchr(line, ' ');
            if (value) {
                *value++ = 0;
                set(p, line, value);
            }
        }
        s += n + (s[n] != 0);
    }
    if (!p->w || !p->h)
        p->w = p->h = 0;
}

static void put(struct buf *out, const char *name, const char *value)
{
    if (!*value || strpbrk(value, "\r\n"))
        return;
    buf_put(out, name, strlen(name));
    buf_put(out, " ", 1);
    buf_put(out, value, strlen(value));
    buf_put(out, "\n", 1);
}

void prefs_write(const struct prefs *p, struct buf *out)
{
    char number[2][16] = { "", "" };
    if (p->w && p->h) {
        snprintf(number[0], sizeof number[0], "%d", p->w);
        snprintf(number[1], sizeof number[1], "%d", p->h);
    }
    put(out, "width", number[0]);
    put(out, "height", number[1]);
    put(out, "scaling", p->scaling == SCALE_CRISP ? "crisp" : "smooth");
    put(out, "pixels", p->aspect ? "4:3" : "square");
    put(out, "bar", p->bar ? "always" : "auto");
    put(out, "host-key", p->host_key);
    put(out, "keymap", p->keymap);
    put(out, "folder", p->folder);
    for (int i = 0; i < 2 * PREFS_RECENT; i++)
        put(out, i & 1 ? "cd" : "floppy", p->recent[i & 1][i / 2]);
}
