/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a cue sheet and the disc it makes; its files are in disc_cue.c. */
#include "host/cue.h"

#include <stdio.h>

struct text {
    const uint8_t *p, *end;      /* rest of the line, and of the sheet */
    const char    *name;
    uint32_t       line;
    bool           quoted;       /* the last word was in quotes */
    struct error  *err;
};

static bool wrong(const struct text *t, uint32_t line, const char *what)
{
    return error_set(t->err, 1, "%s: line %u: %s", t->name, (unsigned)line, what);
}

static bool bad(const struct text *t, const char *what) { return wrong(t, t->line, what); }

static bool blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The next word of the line, cut at the room there is; false: there is none. */
static bool word(struct text *t, char *to, size_t room, bool *cut)
{
    size_t n = 0;
    bool any = false;
    while (t->p < t->end && blank(*t->p))
        t->p++;
    t->quoted = t->p < t->end && *t->p == '"';
    if (t->quoted)
        t->p++, any = true;
    while (t->p < t->end && *t->p != '\n' && (t->quoted ? *t->p != '"' : !blank(*t->p))) {
        any = true;
        if (n + 1 < room && *t->p)
            to[n++] = (char)*t->p;
        else
            *cut = true;
        t->p++;
    }
    if (t->quoted && t->p < t->end && *t->p == '"')
        t->p++;
    to[n] = 0;
    return any;
}

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

static bool same(const char *a, const char *b)   /* b in capitals */
{
    while (*a && upper(*a) == *b)
        a++, b++;
    return !*a && !*b;
}

static bool number(const char *s, size_t most, uint32_t *v)
{
    *v = 0;
    if (!*s || strlen(s) > most)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return false;
        *v = *v * 10 + (uint32_t)(*s - '0');
    }
    return true;
}

/* mm:ss:ff */
static bool time_of(struct text *t, uint32_t *frames)
{
    char w[16], *p = w;
    bool cut = false;
    uint32_t part[3];
    static const uint32_t most[3] = { 99, 59, 74 };
    if (!word(t, w, sizeof w, &cut) || cut)
        return bad(t, "a time is mm:ss:ff, in minutes, seconds and frames");
    for (unsigned i = 0; i < 3; i++) {
        char *colon = strchr(p, ':');
        if ((i < 2) != (colon != NULL))
            return bad(t, "a time is mm:ss:ff, in minutes, seconds and frames");
        if (colon)
            *colon = 0;
        if (!number(p, 2, &part[i]) || part[i] > most[i])
            return bad(t, "a time goes up to 99:59:74");
        p = colon ? colon + 1 : p;
    }
    *frames = (part[0] * 60 + part[1]) * 75 + part[2];
    return true;
}

static struct cue_track *last_track(struct cue *c)
{
    return c->n_tracks ? &c->track[c->n_tracks - 1] : NULL;
}

/* ---- commands ---- */

/* A name with blanks is in quotes, but not everywhere: the format is the last word. */
static bool take_file(struct cue *c, struct text *t)
{
    static const char *const formats[] = { "BINARY", "MOTOROLA", "WAVE" };
    struct cue_file *f = &c->file[c->n_files];
    char w[16];
    bool cut = false;
    if (c->n_files == CUE_FILES)
        return bad(t, "too many FILEs: a disc has at most 99 tracks");
    if (!word(t, f->name, sizeof f->name, &cut) || !f->name[0] || cut)
        return bad(t, "FILE needs a name (in quotes when it has blanks) of at most 500 bytes");
    if (!word(t, w, sizeof w, &cut))
        return bad(t, "FILE needs a format after the name: BINARY, MOTOROLA or WAVE");
    for (uint8_t i = 0; i < ARRAY_LEN(formats); i++)
        if (same(w, formats[i])) {
            f->format = i;
            c->n_files++;
            return true;
        }
    return bad(t, "the format of a FILE can be BINARY, MOTOROLA or WAVE (put names with blanks in "
                  "quotes)");
}

static bool take_track(struct cue *c, struct text *t)
{
    static const struct { const char *name; uint8_t mode; uint16_t bytes; } modes[] = {
        { "AUDIO", DISC_AUDIO, 2352 },      { "CDG", DISC_AUDIO, 2448 },
        { "MODE1/2048", DISC_MODE1, 2048 }, { "MODE1/2352", DISC_MODE1, 2352 },
        { "MODE2/2048", DISC_MODE2, 2048 }, { "MODE2/2336", DISC_MODE2, 2336 },
        { "MODE2/2352", DISC_MODE2, 2352 }, { "CDI/2336", DISC_MODE2, 2336 },
        { "CDI/2352", DISC_MODE2, 2352 },
    };
    const struct cue_track *before = last_track(c);
    uint32_t n;
    char w[16];
    bool cut = false;
    if (!c->n_files)
        return bad(t, "TRACK needs a FILE before it");
    if (before && !before->has1)
        return wrong(t, before->line, "the track has no INDEX 01");
    if (!word(t, w, sizeof w, &cut) || !number(w, 2, &n) || !n)
        return bad(t, "TRACK needs a number from 01 to 99");
    if (before && n != (uint32_t)c->first + c->n_tracks)
        return bad(t, "tracks are numbered one after the other");
    if (!word(t, w, sizeof w, &cut))
        return bad(t, "TRACK needs a mode, such as AUDIO or MODE1/2352");
    for (unsigned i = 0; i < ARRAY_LEN(modes); i++) {
        if (!same(w, modes[i].name))
            continue;
        if (!before)
            c->first = (uint8_t)n;
        c->track[c->n_tracks++] = (struct cue_track){
            .file = (uint8_t)(c->n_files - 1), .mode = modes[i].mode, .bytes = modes[i].bytes,
            .control = modes[i].mode == DISC_AUDIO ? 0 : 4, .line = t->line,
        };
        return true;
    }
    return bad(t, "the mode of a TRACK can be AUDIO, CDG, MODE1/2048, MODE1/2352, MODE2/2048, "
                  "MODE2/2336, MODE2/2352, CDI/2336 or CDI/2352");
}

static bool take_index(struct cue *c, struct text *t)
{
    struct cue_track *k = last_track(c), *before = c->n_tracks > 1 ? k - 1 : NULL;
    uint32_t n, at;
    char w[8];
    bool cut = false;
    if (!k)
        return bad(t, "INDEX needs a TRACK before it");
    if (!word(t, w, sizeof w, &cut) || !number(w, 2, &n))
        return bad(t, "INDEX needs a number from 00 to 99");
    if (!time_of(t, &at))
        return false;
    if (n > 1)
        return k->has1 || bad(t, "INDEX 01 comes first");
    if (n ? k->has1 : k->has0 || k->has1)
        return bad(t, "this index was there already");
    if (n && k->has0 && k->file != c->n_files - 1) {
        k->has0 = false;                         /* index 0 at the end of the file before */
        k->index0 = 0;
    }
    if (!k->has0 || !n)
        k->file = (uint8_t)(c->n_files - 1);
    if (before && before->file == k->file && at < before->index1)
        return bad(t, "the index is before that of the track before");
    if (n && k->has0 && at < k->index0)
        return bad(t, "INDEX 01 is before INDEX 00");
    k->has1 |= n == 1;
    k->has0 |= n == 0;
    *(n ? &k->index1 : &k->index0) = at;
    if (n && !k->has0)
        k->index0 = at;
    return true;
}

static bool take_gap(struct cue *c, struct text *t, bool post)
{
    struct cue_track *k = last_track(c);
    if (!k)
        return bad(t, "a gap needs a TRACK before it");
    if (post ? !k->has1 : k->has0 || k->has1)
        return bad(t, post ? "POSTGAP comes after the indexes" : "PREGAP comes before the indexes");
    return time_of(t, post ? &k->postgap : &k->pregap);
}

static bool take_flags(struct cue *c, struct text *t)
{
    struct cue_track *k = last_track(c);
    char w[8];
    bool cut = false;
    if (!k)
        return bad(t, "FLAGS needs a TRACK before it");
    while (word(t, w, sizeof w, &cut)) {
        if (same(w, "DCP"))
            k->control |= 2;
        else if (same(w, "PRE"))
            k->control |= 1;
        else if (same(w, "4CH"))
            k->control |= 8;
        else if (!same(w, "SCMS") && !same(w, "DATA"))
            return bad(t, "FLAGS can be DCP, PRE, 4CH, SCMS");
    }
    return true;
}

static bool take_isrc(struct cue *c, struct text *t)
{
    struct cue_track *k = last_track(c);
    char w[13];
    bool cut = false;
    if (!k)
        return bad(t, "ISRC needs a TRACK before it");
    if (!word(t, w, sizeof w, &cut) || cut || strlen(w) != 12)
        return bad(t, "an ISRC has 12 characters");
    memcpy(k->isrc, w, sizeof w);
    return true;
}

static bool take_catalog(struct cue *c, struct text *t)
{
    char w[14];
    bool cut = false;
    if (!word(t, w, sizeof w, &cut) || cut || strlen(w) != 13 || strspn(w, "0123456789") != 13)
        return bad(t, "a CATALOG number has 13 digits");
    memcpy(c->catalog, w, sizeof w);
    return true;
}

static bool is_one_of(const char *w, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (same(w, names[i]))
            return true;
    return false;
}

static bool take_line(struct cue *c, struct text *t)
{
    static const char *const left[] = { "REM", "TITLE", "PERFORMER", "SONGWRITER", "CDTEXTFILE" };
    char w[16];
    bool cut = false;
    if (!word(t, w, sizeof w, &cut) || is_one_of(w, left, ARRAY_LEN(left)))
        return true;
    if (same(w, "FILE"))
        return take_file(c, t);
    if (same(w, "TRACK"))
        return take_track(c, t);
    if (same(w, "INDEX"))
        return take_index(c, t);
    if (same(w, "PREGAP") || same(w, "POSTGAP"))
        return take_gap(c, t, upper(w[1]) == 'O');
    if (same(w, "FLAGS"))
        return take_flags(c, t);
    if (same(w, "ISRC"))
        return take_isrc(c, t);
    if (same(w, "CATALOG"))
        return take_catalog(c, t);
    return bad(t, "no command of cue sheets");
}

static size_t mark(const uint8_t *p, size_t n)   /* some editors begin UTF-8 with one */
{
    return n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? 3 : 0;
}

bool cue_parse(struct cue *c, const char *name, const uint8_t *p, size_t n, struct error *err)
{
    struct text t = { p + mark(p, n), p + n, name, 1, false, err };
    memset(c, 0, sizeof *c);
    for (; t.p < t.end; t.line++) {
        if (!take_line(c, &t))
            return false;
        while (t.p < t.end && *t.p++ != '\n')
            ;
    }
    if (!c->n_tracks)
        return bad(&t, "the sheet has no TRACK");
    const struct cue_track *k = last_track(c);
    return k->has1 || wrong(&t, k->line, "the track has no INDEX 01");
}

bool cue_recognise(const uint8_t *p, size_t n)
{
    static const char *const first[] = { "REM", "FILE", "CATALOG", "CDTEXTFILE", "TITLE",
                                         "PERFORMER", "SONGWRITER" };
    struct text t = { p + mark(p, n), p + n, "", 1, false, NULL };
    char w[16];
    bool cut = false;
    while (t.p < t.end && (*t.p == '\n' || blank(*t.p)))
        t.p++;
    return n <= CUE_TEXT_MAX && word(&t, w, sizeof w, &cut) && !cut &&
           is_one_of(w, first, ARRAY_LEN(first));
}

/* ---- the disc ---- */

/* Frames of a track in its file, which end where the next one's begin or with the file. */
static bool measure(struct cue *c, unsigned i, const char *name, const uint64_t *bytes,
                    struct error *err)
{
    struct cue_track *k = &c->track[i];
    bool alone = i == 0 || k[-1].file != k->file, last = i + 1 == c->n_tracks;
    uint64_t size = bytes[k->file];
    k->at = alone ? (uint64_t)k->index0 * k->bytes :
                    k[-1].at + (uint64_t)k[-1].frames * k[-1].bytes;
    uint64_t room = k->at < size ? (size - k->at + (k->bytes == 2048 ? 2047 : 0)) / k->bytes : 0;
    uint64_t want = last || k[1].file != k->file ? room : k[1].index0 - k->index0;
    if (room <= k->index1 - k->index0 || want > room)
        return error_set(err, 1,
                         "%s: line %u: '%s' ends before the track: it is not the right file, or "
                         "incomplete", name, (unsigned)k->line, c->file[k->file].name);
    if (want <= k->index1 - k->index0 || want > DISC_SECTORS)
        return error_set(err, 1, "%s: line %u: the track is %s", name, (unsigned)k->line,
                         want > DISC_SECTORS ? "longer than a CD" : "empty");
    k->frames = (uint32_t)want;
    return true;
}

bool cue_layout(struct cue *c, const char *name, const uint64_t *bytes, struct disc *disc,
                struct error *err)
{
    uint32_t at = 0;
    memset(disc, 0, sizeof *disc);
    disc->first = c->first;
    disc->n = c->n_tracks;
    memcpy(disc->catalog, c->catalog, sizeof disc->catalog);
    for (unsigned i = 0; i < c->n_tracks; i++) {
        struct cue_track *k = &c->track[i];
        struct disc_track *d = &disc->track[i];
        uint32_t gap = i ? k->pregap : k->pregap > DISC_PREGAP ? k->pregap - DISC_PREGAP : 0;
        if (!measure(c, i, name, bytes, err))
            return false;
        if (!i && k->index0) {                   /* what is before the first track's index */
            k->at = 0;
            k->frames += k->index0;
            k->index0 = 0;
        }
        d->pregap = at;
        k->first = at + gap;
        d->start = k->first + (k->index1 - k->index0);
        d->end = at = k->first + k->frames + k->postgap;
        d->mode = k->mode;
        d->control = k->control;
        memcpy(d->isrc, k->isrc, sizeof d->isrc);
        disc->xa |= k->mode == DISC_MODE2;
        if (at > DISC_SECTORS)
            return error_set(err, 1, "%s: line %u: here the disc becomes longer than a CD", name,
                             (unsigned)k->line);
    }
    return true;
}
