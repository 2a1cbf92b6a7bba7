/* SPDX-License-Identifier: BSD-2-Clause */
#include "frontend/medium.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/cue.h"
#include "host/disk_cow.h"
#include "host/disk_hold.h"
#include "host/disk_raw.h"
#include "host/folder.h"
#include "host/media.h"

static const char *const drives[SLOTS] = { "fda", "fdb", "hda", "hdb", "hdc", "hdd", "cdrom" };
static const uint8_t removable[] = { SLOT_FDA, SLOT_FDB, SLOT_CDROM };

const char *medium_drive(int slot) { return drives[slot]; }

int medium_removable(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(removable); i++)
        if (!strcmp(name, drives[removable[i]]))
            return removable[i];
    return -1;
}

const char *path_last(const char *path)
{
    const char *last = path;
    for (; *path; path++)
#ifdef _WIN32
        if (*path == '\\' || *path == ':')
            last = path + 1;
        else
#endif
        if (*path == '/')
            last = path + 1;
    return last;
}

bool medium_open(struct medium *d, const struct options *o, int slot, const char *path,
                 struct error *err)
{
    bool cd = slot == SLOT_CDROM, discard = !cd && o->discard_writes;
    struct error why = { 0 };
    enum media_kind kind;
    *d = (struct medium){ .drive = drives[slot] };
    if (!media_recognise(path, &kind, err))
        return false;
    if (cd && kind == MEDIA_FLOPPY)
        return error_set(err, 1, "'%s' is no CD image: give it to --fda", path);
    if (!cd && kind == MEDIA_CUE)
        return error_set(err, 1, "'%s' describes a CD: give it to --cdrom", path);
    char full[4096];
    const char *keep = folder_absolute(full, sizeof full, path) ? full : path;
    if (!(d->path = malloc(strlen(keep) + 1)))
        return error_set(err, 1, "not enough memory: close other programs");
    strcpy(d->path, keep);
    struct blockdev *below = NULL;
    if (kind == MEDIA_CUE)
        below = cue_open(path, &why);
    else
        below = d->raw = disk_raw_open(path, cd ? 2048 : 512, !cd && !discard, &why);
    d->hold = d->bd = below ? disk_hold_open(below, &why) : NULL;
    if (d->bd && discard)
        d->bd = disk_cow_open(d->bd, &why);
    if (!d->bd) {
        free(d->path);
        *d = (struct medium){ 0 };
        return error_set(err, why.code, "%s", why.text);
    }
    snprintf(d->name, sizeof d->name, "%.79s", path_last(path));
    return true;
}

bool medium_retry(struct medium *d, struct error *err)
{
    struct error why = { 0 };
    if (!d->hold || disk_hold_retry(d->hold, &why))
        return true;
    uint64_t n = disk_hold_waiting(d->hold);
    return error_set(err, 1, "%s: %llu sector%s that the guest wrote %s not in the image: %s",
                     d->drive, (unsigned long long)n, n == 1 ? "" : "s", n == 1 ? "is" : "are",
                     why.text);
}

/* Told once. */
static bool lost_end(struct medium *d, struct error *err)
{
    if (d->told_cut || !d->raw || !disk_raw_cut(d->raw))
        return false;
    d->told_cut = true;
    error_set(err, 1, "%s: another program made the image shorter while it was in use: what was "
              "beyond its new end is lost", d->drive);
    return true;
}

bool medium_close(struct medium *d, struct error *err)
{
    err->text[0] = 0;
    bool ok = medium_retry(d, err);
    if (d->raw && disk_raw_deleted(d->raw))
        ok = disk_raw_rescue(d->raw, err) && ok;
    if (!err->text[0])
        lost_end(d, err);
    ok = ok && !d->told_cut;
    if (d->bd)
        d->bd->ops->close(d->bd);
    free(d->path);
    *d = (struct medium){ 0 };
    return ok;
}

bool medium_trouble(struct medium *d, bool deleted, struct error *err)
{
    struct error why;
    if (d->hold && disk_hold_news(d->hold, &why)) {
        bool full = disk_hold_waiting(d->hold) > 0;
        error_set(err, 1, "%s: %s%s", d->drive, why.text,
                  full ? ": free some space, or give the disk back" : "");
        return true;
    }
    if (deleted && lost_end(d, err))
        return true;
    if (!deleted || d->told || !d->raw || !disk_raw_deleted(d->raw))
        return false;
    d->told = true;
    error_set(err, 1, "%s: the image was deleted while in use: it will be written again at the end",
              d->drive);
    return true;
}
