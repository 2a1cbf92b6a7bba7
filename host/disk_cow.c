/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_cow.h"

#include <stdlib.h>

#include "core/buf.h"
#include "host/sector_store.h"

struct disk_cow {
    struct blockdev     bd;      /* first: the two are cast to each other */
    struct blockdev    *below;
    struct sector_store kept;
};

static bool in_range(const struct blockdev *b, uint64_t lba, uint32_t n, struct error *err)
{
    return (lba <= b->sectors && n <= b->sectors - lba) ||
           error_set(err, 1, "a sector beyond the end of the medium");
}

static bool cow_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disk_cow *d = (struct disk_cow *)b;
    uint8_t *p = buf;
    b->uses++;
    if (!in_range(b, lba, n, err))
        return false;
    while (n) {
        bool held;
        uint32_t len = sector_store_run(&d->kept, lba, n, &held);
        if (held)
            sector_store_get(&d->kept, lba, len, p);
        else if (!d->below->ops->read(d->below, lba, len, p, err))
            return false;
        p += (size_t)len * b->sector_size;
        lba += len;
        n -= len;
    }
    return true;
}

static bool cow_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                      struct error *err)
{
    struct disk_cow *d = (struct disk_cow *)b;
    b->uses++;
    return in_range(b, lba, n, err) &&
           (sector_store_put(&d->kept, lba, n, buf) ||
            error_set(err, 1, "not enough memory to keep what the guest writes"));
}

static bool cow_flush(struct blockdev *b, struct error *err) { return true; }

static void cow_close(struct blockdev *b)
{
    struct disk_cow *d = (struct disk_cow *)b;
    sector_store_free(&d->kept);
    if (d->below->ops->close)
        d->below->ops->close(d->below);
    free(d);
}

/* ---- in a snapshot (docs/SNAPSHOT.md, "Overlay") ---- */

enum { HEAD = 12, RUN = 12 };

static bool cow_save(const struct blockdev *b, struct buf *out, struct error *err)
{
    const struct sector_store *s = &((const struct disk_cow *)b)->kept;
    if (!s->held)
        return true;
    buf_put_le(out, b->sectors, 8);
    buf_put_le(out, b->sector_size, 4);
    for (uint64_t lba = 0; sector_store_next(s, &lba);) {
        bool held;
        uint32_t n = sector_store_run(s, lba, s->per_cluster, &held);
        size_t bytes = (size_t)n * b->sector_size;
        buf_put_le(out, lba, 8);
        buf_put_le(out, n, 4);
        if (!buf_room(out, bytes))
            return error_set(err, 1, "not enough memory for a snapshot: close other programs");
        sector_store_get(s, lba, n, out->p + out->len);
        out->len += bytes;
        lba += n;
    }
    return true;
}

/* Is it whole, and of a medium of this size? */
static bool saved_valid(const struct blockdev *b, const uint8_t *p, size_t n)
{
    if (n < HEAD || load_le64(p) != b->sectors || load_le32(p + 8) != b->sector_size)
        return false;
    for (p += HEAD, n -= HEAD; n;) {
        if (n < RUN)
            return false;
        uint64_t lba = load_le64(p), count = load_le32(p + 8), bytes = count * b->sector_size;
        if (!count || lba > b->sectors || count > b->sectors - lba || bytes > n - RUN)
            return false;
        p += RUN + bytes;
        n -= RUN + (size_t)bytes;
    }
    return true;
}

static bool cow_load(struct blockdev *b, const uint8_t *p, size_t n, struct error *err)
{
    struct sector_store s, *kept = &((struct disk_cow *)b)->kept;
    if (n && !saved_valid(b, p, n))
        return error_set(err, 1, "what was written to its disk is damaged, or of another disk");
    bool ok = sector_store_init(&s, b->sectors, b->sector_size);
    for (size_t at = HEAD; ok && at < n;) {
        uint32_t count = load_le32(p + at + 8);
        ok = sector_store_put(&s, load_le64(p + at), count, p + at + RUN);
        at += RUN + (size_t)count * b->sector_size;
    }
    if (!ok) {
        sector_store_free(&s);
        return error_set(err, 1, "not enough memory for what was written to its disk");
    }
    sector_store_free(kept);
    *kept = s;
    return true;
}

static const struct blockdev_ops cow_ops = {
    cow_read, cow_write, cow_flush, cow_close, cow_save, cow_load,
};

struct blockdev *disk_cow_open(struct blockdev *below, struct error *err)
{
    struct disk_cow *d = calloc(1, sizeof *d);
    if (d && sector_store_init(&d->kept, below->sectors, below->sector_size)) {
        d->bd = (struct blockdev){ .ops = &cow_ops, .sectors = below->sectors,
                                   .sector_size = below->sector_size };
        d->below = below;
        return &d->bd;
    }
    free(d);
    if (below->ops->close)
        below->ops->close(below);
    error_set(err, 1, "not enough memory for an overlay");
    return NULL;
}

uint64_t disk_cow_held(const struct blockdev *b)
{
    return ((const struct disk_cow *)b)->kept.held;
}
