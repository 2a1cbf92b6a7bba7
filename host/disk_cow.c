/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_cow.h"

#include <stdlib.h>

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

static const struct blockdev_ops cow_ops = { cow_read, cow_write, cow_flush, cow_close };

struct blockdev *disk_cow_open(struct blockdev *below, struct error *err)
{
    struct disk_cow *d = calloc(1, sizeof *d);
    if (d && sector_store_init(&d->kept, below->sectors, below->sector_size)) {
        d->bd = (struct blockdev){ &cow_ops, below->sectors, below->sector_size, false, 0, NULL };
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
