/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing and reading input logs. A log is a stranger's file: every line is checked before any
 * is used. */
#include "frontend/inputlog.h"

#include <errno.h>
#include <stdlib.h>

#include "frontend/session.h"
#include "host/names.h"
#include "host/whole_file.h"

#define MAGIC "vitrine-input-log 1\n"
#define LOG_MAX ((size_t)1 << 30)

static const char *const kinds[] = { "key", "mouse", "serial", "mouse-at", "joystick" };
_Static_assert(ARRAY_LEN(kinds) == IN_KINDS, "each kind of input has a name in the log");
static const char *const acts[] = {
    [LOGGED_RESET] = "reset", [LOGGED_POWER] = "power", [LOGGED_RATE] = "rate",
    [LOGGED_INSERT] = "insert", [LOGGED_EJECT] = "eject", [LOGGED_SAVE] = "save",
    [LOGGED_LOAD] = "load", [LOGGED_END] = "end",
};

/* ---- writing ---- */

bool input_log_create(struct input_log *l, const char *path, struct error *err)
{
    *l = (struct input_log){ name_open(path, "wb"), path };
    if (!l->f)
        return error_set(err, 1, "%s: %s: choose another place for the input log", path,
                         strerror(errno));
    return true;
}

void input_log_head(struct input_log *l, const struct log_head *h)
{
    fprintf(l->f, MAGIC "rtc %lld ips %llu start %016llx\n", (long long)h->rtc,
            (unsigned long long)h->ips, (unsigned long long)h->start);
    fflush(l->f);
}

static void put_path(FILE *f, const char *path)
{
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        fprintf(f, c <= ' ' || c == '%' || c == 0x7f ? "%%%02x" : "%c", c);
    }
}

void input_log_put(struct input_log *l, const struct log_entry *e)
{
    FILE *f = l->f;
    unsigned long long v = e->value;
    fprintf(f, "%llu %llu %s", (unsigned long long)e->icount, (unsigned long long)e->time,
            e->what == LOGGED_INPUT ? kinds[e->in.kind] : acts[e->what]);
    if (e->what == LOGGED_INPUT)
        fprintf(f, " %u %d %d %d", e->in.code, e->in.a, e->in.b, e->in.c);
    if (e->what == LOGGED_INSERT || e->what == LOGGED_EJECT)
        fprintf(f, " %s", medium_drive(e->slot));
    if (e->what == LOGGED_INSERT || e->what == LOGGED_SAVE || e->what == LOGGED_LOAD) {
        putc(' ', f);
        put_path(f, e->path);
    }
    if (e->what == LOGGED_RATE)
        fprintf(f, " %llu", v);
    if (e->what == LOGGED_LOAD)
        fprintf(f, " %08llx", v);
    if (e->what == LOGGED_END)
        fprintf(f, " %016llx", v);
    putc('\n', f);
    fflush(f);                               /* whole lines, whatever ends the program */
}

bool input_log_close(struct input_log *l, struct error *err)
{
    if (!l->f)
        return true;
    bool bad = fflush(l->f) || ferror(l->f);
    bad |= fclose(l->f) != 0;
    l->f = NULL;
    return bad ? error_set(err, 1, "%s: the input log is not complete: free some space", l->path)
               : true;
}

/* ---- reading: each function takes a word off the line, false when it is not there ---- */

static bool word(const char **p, char *w, size_t room)
{
    size_t n = strcspn(*p, " \n");
    if (!n || n >= room)
        return false;
    memcpy(w, *p, n);
    w[n] = 0;
    *p += n;
    *p += **p == ' ';
    return true;
}

static bool number(const char **p, uint64_t *v)
{
    char w[24];
    return word(p, w, sizeof w) && parse_count(w, v);
}

static bool in_range(const char **p, int lo, int hi, int *v)
{
    char w[24], *end;
    if (!word(p, w, sizeof w))
        return false;
    long n = strtol(w, &end, 10);
    *v = (int)n;
    return !*end && n >= lo && n <= hi;
}

static bool hex(const char **p, uint64_t *v)
{
    char w[24];
    if (!word(p, w, sizeof w) || strlen(w) > 16 || strspn(w, "0123456789abcdef") != strlen(w))
        return false;
    *v = strtoull(w, NULL, 16);
    return true;
}

static int digit(char c)
{
    static const char all[] = "0123456789abcdef";
    const char *p = c ? strchr(all, c) : NULL;
    return p ? (int)(p - all) : -1;
}

static bool read_path(const char **p, char *to)
{
    size_t n = 0;
    for (; **p && **p != ' ' && **p != '\n'; (*p)++) {
        int c = **p;
        if (c == '%') {
            int a = digit((*p)[1]), b = a < 0 ? -1 : digit((*p)[2]);
            if (b < 0 || !(a | b))
                return false;
            c = a << 4 | b;
            *p += 2;
        }
        if (n == LOG_PATH_MAX - 1)
            return false;
        to[n++] = (char)c;
    }
    to[n] = 0;
    *p += **p == ' ';
    return n != 0;
}

static bool read_input(const char **p, const char *kind, struct input *in)
{
    int code, a, b, c;
    uint8_t k = 0;
    while (k < IN_KINDS && strcmp(kind, kinds[k]))
        k++;
    if (k == IN_KINDS || !in_range(p, 0, UINT16_MAX, &code) ||
        !in_range(p, INT16_MIN, INT16_MAX, &a) || !in_range(p, INT16_MIN, INT16_MAX, &b) ||
        !in_range(p, INT16_MIN, INT16_MAX, &c))
        return false;
    *in = (struct input){ k, (uint16_t)code, (int16_t)a, (int16_t)b, (int16_t)c };
    return true;
}

static bool read_slot(const char **p, int *slot)
{
    char w[16];
    return word(p, w, sizeof w) && (*slot = medium_removable(w)) >= 0;
}

static bool read_entry(const char **p, struct log_entry *e)
{
    char w[16];
    e->what = LOGGED_RESET;
    if (!number(p, &e->icount) || !number(p, &e->time) || !word(p, w, sizeof w))
        return false;
    while (e->what <= LOGGED_END && strcmp(w, acts[e->what]))
        e->what++;
    switch (e->what) {
    case LOGGED_RESET: case LOGGED_POWER: return true;
    case LOGGED_RATE:   return number(p, &e->value);
    case LOGGED_INSERT: return read_slot(p, &e->slot) && read_path(p, e->path);
    case LOGGED_EJECT:  return read_slot(p, &e->slot);
    case LOGGED_SAVE:   return read_path(p, e->path);
    case LOGGED_LOAD:   return read_path(p, e->path) && hex(p, &e->value);
    case LOGGED_END:    return hex(p, &e->value);
    default: break;
    }
    e->what = LOGGED_INPUT;
    return read_input(p, w, &e->in);
}

static bool read_head(const char **p, struct log_head *h)
{
    char w[24], rtc[24], *end;
    bool ok = word(p, w, sizeof w) && !strcmp(w, "rtc") && word(p, rtc, sizeof rtc);
    if (!ok)
        return false;
    h->rtc = strtoll(rtc, &end, 10);
    return !*end && word(p, w, sizeof w) && !strcmp(w, "ips") && number(p, &h->ips) &&
           word(p, w, sizeof w) && !strcmp(w, "start") && hex(p, &h->start) && **p == '\n';
}

bool log_reader_next(struct log_reader *r, struct log_entry *e)
{
    if (!*r->at)
        return false;
    read_entry(&r->at, e);
    r->at += *r->at == '\n';
    r->line++;
    return true;
}

static bool check(struct log_reader *r, struct error *err)
{
    static const char later[] = "%s:%u: not a line of an input log: record it again";
    struct log_entry *e = calloc(1, sizeof *e);
    uint64_t icount = 0;
    vtime time = 0;
    bool ok = e != NULL, ended = false;
    if (!ok)
        return error_set(err, 1, "not enough memory: close other programs");
    for (const char *p = r->at; *p && ok; r->line++) {
        ok = !ended && read_entry(&p, e) && *p == '\n' && e->icount >= icount && e->time >= time;
        p += ok;
        bool back = e->what == LOGGED_LOAD;          /* what was loaded may be long ago */
        icount = back ? 0 : e->icount;
        time = back ? 0 : e->time;
        ended = e->what == LOGGED_END;
    }
    free(e);
    return ok ? true : error_set(err, 1, later, r->path, r->line - 1);
}

bool log_reader_open(struct log_reader *r, const char *path, struct error *err)
{
    uint8_t *p;
    size_t n;
    *r = (struct log_reader){ .path = path, .line = 3 };
    if (!whole_file_read(path, LOG_MAX, &p, &n, err))
        return false;
    r->text = (char *)p;
    r->at = r->text + strlen(MAGIC);
    if (memchr(p, 0, n) || strncmp(r->text, MAGIC, strlen(MAGIC)) || !read_head(&r->at, &r->head))
        return error_set(err, 1,
                         "%s: not an input log of this version: give one that --record wrote",
                         path);
    r->at++;
    if (r->head.ips < 1000000 || r->head.ips > UINT64_C(4000000000))
        return error_set(err, 1, "%s:2: no machine runs at that rate: record it again", path);
    if (!check(r, err))
        return false;
    r->line = 2;
    return true;
}

void log_reader_close(struct log_reader *r)
{
    free(r->text);
    r->text = NULL;
}
