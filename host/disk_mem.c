/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/disk_mem.h"

#include <stdlib.h>

static bool in_range(const struct blockdev *b, uint64_t lba, uint32_t n, struct error *err)
{
    return (lba <= b->sectors && n <= b->sectors - lba) ||
           error_set(err, 1, "a sector beyond the end of the medium");
}

static bool mem_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    struct disk_mem *d = (struct disk_mem *)b;
    if (!in_range(b, lba, n, err))
        return false;
    b->uses++;
    memcpy(buf, d->p + (size_t)(lba * b->sector_size), (size_t)n * b->sector_size);
    return true;
}

static bool mem_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                      struct error *err)
{
    struct disk_mem *d = (struct disk_mem *)b;
    if (b->read_only)
        return error_set(err, 1, "the medium is read-only");
    if (!in_range(b, lba, n, err))
        return false;
    b->uses++;
    memcpy(d->p + (size_t)(lba * b->sector_size), buf, (size_t)n * b->sector_size);
    return true;
}

static bool mem_flush(struct blockdev *b, struct error *err) { return true; }
static void mem_close(struct blockdev *b) { }

static void owned_close(struct blockdev *b)
{
    free(((struct disk_mem *)b)->p);
    free(b);
}

static const struct blockdev_ops mem_ops = {
    .read = mem_read, .write = mem_write, .flush = mem_flush, .close = mem_close,
};
static const struct blockdev_ops owned_ops = {
    .read = mem_read, .write = mem_write, .flush = mem_flush, .close = owned_close,
};

static void make(struct disk_mem *d, const struct blockdev_ops *ops, uint8_t *p, uint64_t sectors,
                 uint32_t sector_size, bool read_only)
{
    *d = (struct disk_mem){ { .ops = ops, .sectors = sectors, .sector_size = sector_size,
                              .read_only = read_only }, p };
}

struct blockdev *disk_mem_init(struct disk_mem *d, void *p, uint64_t size, uint32_t sector_size,
                               bool read_only)
{
    make(d, &mem_ops, p, size / sector_size, sector_size, read_only);
    return &d->bd;
}

struct blockdev *disk_mem_create(const void *from, uint64_t n, uint32_t sector_size,
                                 struct error *err)
{
    struct disk_mem *d = calloc(1, sizeof *d);
    uint64_t sectors = (n + sector_size - 1) / sector_size;
    uint8_t *p = sectors ? calloc((size_t)sectors, sector_size) : NULL;
    if (!d || !p) {
        free(d);
        free(p);
        error_set(err, 1, "not enough memory for a medium of %llu bytes", (unsigned long long)n);
        return NULL;
    }
    if (from)
        memcpy(p, from, (size_t)n);
    make(d, &owned_ops, p, sectors, sector_size, false);
    return &d->bd;
}
