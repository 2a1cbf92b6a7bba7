/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_cow.h"

#include <stdlib.h>

#define CLUSTER   65536u
#define PER_TABLE 1024u          /* clusters that one second-level table covers: 64 MiB */

struct cluster { uint64_t held[2]; uint8_t data[CLUSTER]; };   /* bit per sector, at most 128 */
struct table   { struct cluster *c[PER_TABLE]; };

struct disk_cow {
    struct blockdev  bd;         /* first: the two are cast to each other */
    struct blockdev *below;
    struct table   **tables;
    uint64_t         n_tables, clusters;
    uint32_t         per_cluster;    /* sectors */
};

static struct cluster *cluster_at(const struct disk_cow *d, uint64_t n)
{
    struct table *t = d->tables[n / PER_TABLE];
    return t ? t->c[n % PER_TABLE] : NULL;
}

static struct cluster *cluster_make(struct disk_cow *d, uint64_t n)
{
    struct table **t = &d->tables[n / PER_TABLE];
    if (!*t && !(*t = calloc(1, sizeof **t)))
        return NULL;
    struct cluster **c = &(*t)->c[n % PER_TABLE];
    if (!*c && (*c = calloc(1, sizeof **c)))
        d->clusters++;
    return *c;
}

static bool holds(const struct cluster *c, uint32_t s)
{
    return c && c->held[s / 64] >> s % 64 & 1;
}

static bool in_range(const struct blockdev *b, uint64_t lba, uint32_t n, struct error *err)
{
    return (lba <= b->sectors && n <= b->sectors - lba) ||
           error_set(err, 1, "a sector beyond the end of the medium");
}

/* Sectors from lba on that come from the same place, within one cluster. */
static uint32_t run_length(const struct disk_cow *d, const struct cluster *c, uint64_t lba,
                           uint32_t n)
{
    uint32_t s = (uint32_t)(lba % d->per_cluster), len = 1;
    bool first = holds(c, s);
    while (len < n && s + len < d->per_cluster && holds(c, s + len) == first)
        len++;
    return len;
}

static bool cow_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disk_cow *d = (struct disk_cow *)b;
    uint8_t *p = buf;
    if (!in_range(b, lba, n, err))
        return false;
    while (n) {
        struct cluster *c = cluster_at(d, lba / d->per_cluster);
        uint32_t s = (uint32_t)(lba % d->per_cluster), len = run_length(d, c, lba, n);
        size_t bytes = (size_t)len * b->sector_size;
        if (holds(c, s))
            memcpy(p, c->data + (size_t)s * b->sector_size, bytes);
        else if (!d->below->ops->read(d->below, lba, len, p, err))
            return false;
        p += bytes;
        lba += len;
        n -= len;
    }
    return true;
}

static bool cow_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                      struct error *err)
{
    struct disk_cow *d = (struct disk_cow *)b;
    const uint8_t *p = buf;
    if (!in_range(b, lba, n, err))
        return false;
    for (; n; n--, lba++, p += b->sector_size) {
        struct cluster *c = cluster_make(d, lba / d->per_cluster);
        uint32_t s = (uint32_t)(lba % d->per_cluster);
        if (!c)
            return error_set(err, 1, "not enough memory to keep what the guest writes");
        memcpy(c->data + (size_t)s * b->sector_size, p, b->sector_size);
        c->held[s / 64] |= UINT64_C(1) << s % 64;
    }
    return true;
}

static bool cow_flush(struct blockdev *b, struct error *err) { return true; }

static void cow_close(struct blockdev *b)
{
    struct disk_cow *d = (struct disk_cow *)b;
    for (uint64_t i = 0; i < d->n_tables; i++) {
        for (unsigned j = 0; d->tables[i] && j < PER_TABLE; j++)
            free(d->tables[i]->c[j]);
        free(d->tables[i]);
    }
    free(d->tables);
    if (d->below->ops->close)
        d->below->ops->close(d->below);
    free(d);
}

static const struct blockdev_ops cow_ops = { cow_read, cow_write, cow_flush, cow_close };

struct blockdev *disk_cow_open(struct blockdev *below, struct error *err)
{
    struct disk_cow *d = calloc(1, sizeof *d);
    uint32_t per = CLUSTER / below->sector_size;
    uint64_t tables = (below->sectors / per + PER_TABLE) / PER_TABLE;
    if (d && (d->tables = calloc((size_t)tables, sizeof *d->tables)) != NULL) {
        d->bd = (struct blockdev){ &cow_ops, below->sectors, below->sector_size, false };
        d->below = below;
        d->n_tables = tables;
        d->per_cluster = per;
        return &d->bd;
    }
    free(d);
    if (below->ops->close)
        below->ops->close(below);
    error_set(err, 1, "not enough memory for an overlay");
    return NULL;
}

uint64_t disk_cow_bytes(const struct blockdev *b)
{
    return ((const struct disk_cow *)b)->clusters * CLUSTER;
}
