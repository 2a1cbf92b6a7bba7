/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_raw.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/file.h"

struct disk_raw {
    struct blockdev  bd;         /* first: the two are cast to each other */
    struct host_file file;
    bool             written;    /* since it was opened */
    bool             cut;        /* by another program, before a write that hid it */
    char             path[];
};

static bool in_range(const struct blockdev *b, uint64_t lba, uint32_t n, struct error *err)
{
    if (lba <= b->sectors && n <= b->sectors - lba)
        return true;
    return error_set(err, 1, "sector %llu is beyond the end of the image",
                     (unsigned long long)(lba + n - 1));
}

static bool raw_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disk_raw *d = (struct disk_raw *)b;
    size_t want = (size_t)n * b->sector_size, got;
    if (!in_range(b, lba, n, err) ||
        !file_read(&d->file, lba * b->sector_size, buf, want, &got, err))
        return false;
    b->uses++;
    if (got < want && lba * b->sector_size + got < d->file.size)
        return error_set(err, 1, "the image became shorter while it was in use");
    memset((uint8_t *)buf + got, 0, want - got);
    return true;
}

static bool raw_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                      struct error *err)
{
    struct disk_raw *d = (struct disk_raw *)b;
    if (b->read_only)
        return error_set(err, 1, "the image is read-only");
    d->written = true;
    d->cut = d->cut || file_shrunk(&d->file);
    b->uses++;
    return in_range(b, lba, n, err) &&
           file_write(&d->file, lba * b->sector_size, buf, (size_t)n * b->sector_size, err);
}

static bool raw_flush(struct blockdev *b, struct error *err)
{
    return file_flush(&((struct disk_raw *)b)->file, err);
}

static void raw_close(struct blockdev *b)
{
    file_close(&((struct disk_raw *)b)->file);
    free(b);
}

static const struct blockdev_ops raw_ops = {
    .read = raw_read, .write = raw_write, .flush = raw_flush, .close = raw_close,
};

struct blockdev *disk_raw_open(const char *path, uint32_t sector_size, bool want_write,
                               struct error *err)
{
    size_t length = strlen(path) + 1;
    struct disk_raw *d = calloc(1, sizeof *d + length);
    uint8_t probe;
    size_t got;
    if (!d) {
        error_set(err, 1, "not enough memory to open '%s'", path);
        return NULL;
    }
    if (!file_open(&d->file, path, want_write, err)) {
        free(d);
        return NULL;
    }
    memcpy(d->path, path, length);
    uint64_t sectors = d->file.size / sector_size + (d->file.size % sector_size != 0);
    d->bd = (struct blockdev){ .ops = &raw_ops, .sectors = sectors, .sector_size = sector_size,
                               .read_only = d->file.read_only };
    if (!sectors)
        error_set(err, 1, "'%s' is empty: it is no disk image", path);
    else if (file_read(&d->file, 0, &probe, 1, &got, err))
        return &d->bd;
    raw_close(&d->bd);
    return NULL;
}

bool disk_raw_deleted(const struct blockdev *b)
{
    const struct disk_raw *d = (const struct disk_raw *)b;
    return d->written && file_deleted(&d->file);
}

bool disk_raw_cut(const struct blockdev *b)
{
    const struct disk_raw *d = (const struct disk_raw *)b;
    return d->cut || (d->written && file_shrunk(&d->file));
}

bool disk_raw_rescue(struct blockdev *b, struct error *err)
{
    struct disk_raw *d = (struct disk_raw *)b;
    struct error why = { 0 };
    char other[4096];
    if (file_copy(&d->file, d->path, &why)) {
        error_set(err, 1, "'%s' had been deleted while in use: it has been written again", d->path);
        return true;
    }
    if (snprintf(other, sizeof other, "%s.rescued", d->path) < (int)sizeof other &&
        file_copy(&d->file, other, &why)) {
        error_set(err, 1, "'%s' had been deleted while in use: its contents are in '%s'", d->path,
                  other);
        return true;
    }
    return error_set(err, 1, "'%s' was deleted while in use, and cannot be written again: %s",
                     d->path, why.text);
}
