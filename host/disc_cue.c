/* SPDX-License-Identifier: BSD-2-Clause */
/* The medium of a cue sheet: sectors from the files of its tracks (cue.h). */
#include <stdio.h>
#include <stdlib.h>

#include "host/cue.h"
#include "host/file.h"
#include "host/whole_file.h"

struct disc_cue {
    struct blockdev  bd;         /* first: the two are cast to each other */
    struct disc      disc;
    struct cue       cue;
    struct host_file file[CUE_FILES];
    uint64_t         from[CUE_FILES];    /* where the sectors begin: after a WAVE's header */
    unsigned         n_open;
};

static struct disc_cue *of_disc(const struct disc *d)
{
    return (struct disc_cue *)((uintptr_t)d - offsetof(struct disc_cue, disc));
}

static const struct cue_track *track_at(const struct disc_cue *d, uint32_t lba, unsigned *i)
{
    for (*i = 0; *i < d->cue.n_tracks; ++*i)
        if (lba < d->disc.track[*i].end)
            return &d->cue.track[*i];
    return NULL;
}

/* The bytes that the file holds of a sector of track k; zeroes in gaps. */
static bool fetch(struct disc_cue *d, const struct cue_track *k, uint32_t lba, uint8_t *to,
                  struct error *err)
{
    uint32_t bytes = k->bytes > DISC_RAW ? DISC_RAW : k->bytes;
    size_t got;
    memset(to, 0, bytes);
    if (lba < k->first || lba - k->first >= k->frames)
        return true;
    const struct host_file *f = &d->file[k->file];
    uint64_t at = k->at + (uint64_t)(lba - k->first) * k->bytes + d->from[k->file];
    if (!file_read(&d->file[k->file], at, to, bytes, &got, err))
        return false;
    if (got < bytes && at + got < f->size)
        return error_set(err, 1, "'%s' became shorter while it was in use",
                         d->cue.file[k->file].name);
    return true;
}

static bool read_raw(const struct disc *disc, uint32_t lba, uint8_t *raw, struct error *err)
{
    struct disc_cue *d = of_disc(disc);
    unsigned i;
    const struct cue_track *k = track_at(d, lba, &i);
    if (!k)
        return error_set(err, 1, "a sector beyond the end of the disc");
    bool gap = lba < k->first || lba - k->first >= k->frames;
    unsigned skip = k->mode == DISC_AUDIO || k->bytes >= DISC_RAW ? 0 :
                    k->bytes == 2336 || k->mode == DISC_MODE1 ? 16 : 24;
    memset(raw, 0, DISC_RAW);
    if (!fetch(d, k, lba, raw + skip, err))
        return false;
    if (k->mode == DISC_AUDIO) {
        for (unsigned n = 0; n < DISC_RAW && d->cue.file[k->file].format == CUE_MOTOROLA; n += 2) {
            uint8_t low = raw[n];
            raw[n] = raw[n + 1];
            raw[n + 1] = low;
        }
    } else if (k->mode == DISC_MODE1 && (gap || k->bytes == 2048)) {
        disc_mode1(raw, lba);
    } else if (k->bytes == 2048) {
        disc_mode2_form1(raw, lba);
    } else if (gap || k->bytes == 2336) {
        disc_header(raw, lba, 2);
    }
    return true;
}

static bool cue_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disc_cue *d = (struct disc_cue *)b;
    uint8_t raw[DISC_RAW], *to = buf;
    unsigned i;
    b->uses++;
    for (; n--; lba++, to += 2048) {
        if (lba >= b->sectors)
            return error_set(err, 1, "a sector beyond the end of the disc");
        if (!read_raw(&d->disc, (uint32_t)lba, raw, err))
            return false;
        const struct cue_track *k = track_at(d, (uint32_t)lba, &i);
        if (k->mode == DISC_AUDIO)
            return error_set(err, 1, "sector %u is audio", (unsigned)lba);
        memcpy(to, raw + (k->mode == DISC_MODE1 ? 16 : 24), 2048);
    }
    return true;
}

static bool cue_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                      struct error *err)
{
    return error_set(err, 1, "the disc is read-only");
}

static bool cue_flush(struct blockdev *b, struct error *err) { return true; }

static void cue_close(struct blockdev *b)
{
    struct disc_cue *d = (struct disc_cue *)b;
    while (d->n_open)
        file_close(&d->file[--d->n_open]);
    free(d);
}

static const struct blockdev_ops cue_ops = {
    .read = cue_read, .write = cue_write, .flush = cue_flush, .close = cue_close,
};

/* RIFF WAVE of CD sound: finds the samples. */
static bool find_samples(struct host_file *f, const char *name, uint64_t *from, uint64_t *bytes,
                         struct error *err)
{
    uint8_t h[24];
    size_t got;
    uint64_t at = 12;
    bool format = false;
    if (!file_read(f, 0, h, 12, &got, err))
        return false;
    if (got < 12 || memcmp(h, "RIFF", 4) || memcmp(h + 8, "WAVE", 4))
        return error_set(err, 1, "'%s' is no WAVE file", name);
    for (unsigned chunks = 0; chunks < 64; chunks++) {
        if (!file_read(f, at, h, sizeof h, &got, err))
            return false;
        if (got < 8)
            break;
        uint32_t size = load_le32(h + 4);
        if (!memcmp(h, "fmt ", 4))
            format = got == sizeof h && load_le16(h + 8) == 1 && load_le16(h + 10) == 2 &&
                     load_le32(h + 12) == 44100 && load_le16(h + 22) == 16;
        if (!memcmp(h, "data", 4) && format) {
            *from = at + 8;
            *bytes = size < f->size - *from ? size : f->size - *from;
            return true;
        }
        at += 8 + (uint64_t)size + (size & 1);
    }
    return error_set(err, 1, "'%s' is no stereo sound of 44.1 kHz and 16 bits: convert it", name);
}

/* Names are relative to the folder of the sheet. */
static bool path_beside(char *to, size_t room, const char *sheet, const char *name)
{
    size_t folder = 0;
    bool absolute = name[0] == '/';
#ifdef _WIN32
    absolute |= name[0] == '\\' || (name[0] && name[1] == ':');
#endif
    for (size_t i = 0; sheet[i] && !absolute; i++)
#ifdef _WIN32
        if (sheet[i] == '\\' || sheet[i] == ':' || sheet[i] == '/')
#else
        if (sheet[i] == '/')
#endif
            folder = i + 1;
    return snprintf(to, room, "%.*s%s", (int)folder, sheet, name) < (int)room;
}

static bool open_files(struct disc_cue *d, const char *path, uint64_t *bytes, struct error *err)
{
    char beside[4096];
    for (unsigned i = 0; i < d->cue.n_files; i++) {
        const struct cue_file *f = &d->cue.file[i];
        struct error why = { 0 };
        if (!path_beside(beside, sizeof beside, path, f->name))
            return error_set(err, 1, "%s: the name '%.80s' is too long", path, f->name);
        if (!file_open(&d->file[i], beside, false, &why))
            return error_set(err, 1, "%s: %s", path, why.text);
        d->n_open++;
        bytes[i] = d->file[i].size;
        if (f->format == CUE_WAVE &&
            !find_samples(&d->file[i], beside, &d->from[i], &bytes[i], err))
            return false;
    }
    return true;
}

struct blockdev *cue_open(const char *path, struct error *err)
{
    uint64_t bytes[CUE_FILES] = { 0 };
    uint8_t *text = NULL;
    size_t n;
    struct disc_cue *d = calloc(1, sizeof *d);
    if (!d) {
        error_set(err, 1, "not enough memory to open '%s'", path);
        return NULL;
    }
    bool ok = whole_file_read(path, CUE_TEXT_MAX, &text, &n, err) &&
              cue_parse(&d->cue, path, text, n, err) && open_files(d, path, bytes, err) &&
              cue_layout(&d->cue, path, bytes, &d->disc, err);
    free(text);
    if (!ok) {
        cue_close(&d->bd);
        return NULL;
    }
    d->disc.read_raw = read_raw;
    d->bd = (struct blockdev){ .ops = &cue_ops, .sectors = d->disc.track[d->disc.n - 1].end,
                               .sector_size = 2048, .read_only = true, .disc = &d->disc };
    return &d->bd;
}
