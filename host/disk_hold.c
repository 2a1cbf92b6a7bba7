/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_hold.h"

#include <stdlib.h>

#include "host/sector_store.h"

struct disk_hold {
    struct blockdev     bd;      /* first: the two are cast to each other */
    struct blockdev    *below;
    struct sector_store kept;
    struct error        trouble;
    bool                news;
};

/* The same trouble again is no news: a guest may ask for a bad sector for ever. */
static void trouble(struct disk_hold *d, const struct error *why)
{
    if (!strcmp(d->trouble.text, why->text))
        return;
    d->trouble = *why;
    d->news = true;
}

static bool read_below(struct disk_hold *d, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct error why = { 0 };
    if (d->below->ops->read(d->below, lba, n, buf, &why))
        return true;
    trouble(d, &why);
    return error_set(err, why.code, "%s", why.text);
}

static bool hold_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disk_hold *d = (struct disk_hold *)b;
    uint8_t *p = buf;
    b->uses++;
    if (!d->kept.held || lba > b->sectors || n > b->sectors - lba)
        return read_below(d, lba, n, buf, err);
    while (n) {
        bool held;
        uint32_t len = sector_store_run(&d->kept, lba, n, &held);
        if (held)
            sector_store_get(&d->kept, lba, len, p);
        else if (!read_below(d, lba, len, p, err))
            return false;
        p += (size_t)len * b->sector_size;
        lba += len;
        n -= len;
    }
    return true;
}

static bool hold_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                       struct error *err)
{
    struct disk_hold *d = (struct disk_hold *)b;
    struct error why = { 0 };
    b->uses++;
    b->writes++;
    if (d->below->read_only || lba > b->sectors || n > b->sectors - lba)
        return d->below->ops->write(d->below, lba, n, buf, err);
    if (d->below->ops->write(d->below, lba, n, buf, &why)) {
        if (d->kept.held)
            sector_store_drop(&d->kept, lba, n);
        return true;
    }
    trouble(d, &why);
    return sector_store_put(&d->kept, lba, n, buf) ||
           error_set(err, 1, "not enough memory to keep what the guest writes");
}

bool disk_hold_retry(struct blockdev *b, struct error *err)
{
    struct disk_hold *d = (struct disk_hold *)b;
    uint8_t sector[2048];
    if (!d->kept.held)
        return true;
    for (uint64_t lba = 0; sector_store_next(&d->kept, &lba); lba++) {
        sector_store_get(&d->kept, lba, 1, sector);
        if (!d->below->ops->write(d->below, lba, 1, sector, err))
            return false;
        sector_store_drop(&d->kept, lba, 1);
    }
    d->trouble.text[0] = 0;      /* the next one is news again */
    return true;
}

static bool hold_flush(struct blockdev *b, struct error *err)
{
    struct disk_hold *d = (struct disk_hold *)b;
    struct error why = { 0 };
    if (!disk_hold_retry(b, &why) ||
        (d->below->ops->flush && !d->below->ops->flush(d->below, &why)))
        trouble(d, &why);
    return true;
}

static void hold_close(struct blockdev *b)
{
    struct disk_hold *d = (struct disk_hold *)b;
    disk_hold_retry(b, NULL);
    sector_store_free(&d->kept);
    if (d->below->ops->close)
        d->below->ops->close(d->below);
    free(d);
}

uint64_t disk_hold_waiting(const struct blockdev *b)
{
    return ((const struct disk_hold *)b)->kept.held;
}

bool disk_hold_news(struct blockdev *b, struct error *err)
{
    struct disk_hold *d = (struct disk_hold *)b;
    bool news = d->news;
    d->news = false;
    if (news)
        error_set(err, 1, "%s", d->trouble.text);
    return news;
}

static const struct blockdev_ops hold_ops = {
    .read = hold_read, .write = hold_write, .flush = hold_flush, .close = hold_close,
};

struct blockdev *disk_hold_open(struct blockdev *below, struct error *err)
{
    struct disk_hold *d = calloc(1, sizeof *d);
    if (d && sector_store_init(&d->kept, below->sectors, below->sector_size)) {
        d->bd = *below;
        d->bd.ops = &hold_ops;
        d->below = below;
        return &d->bd;
    }
    free(d);
    if (below->ops->close)
        below->ops->close(below);
    error_set(err, 1, "not enough memory for a disk");
    return NULL;
}
