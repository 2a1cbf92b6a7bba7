/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A medium as a disk controller sees it. Calls are synchronous: when the guest learns of
 * completion is the controller's event at a fixed virtual latency. Layers stack:
 * raw <- copy-on-write overlay <- snapshot overlay.
 */
#pragma once
#include "core/error.h"

struct blockdev;
struct buf;
struct disc;
struct blockdev_ops {
    bool (*read)(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err);
    bool (*write)(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf, struct error *err);
    bool (*flush)(struct blockdev *b, struct error *err);
    void (*close)(struct blockdev *b);
    /* An overlay whose sectors belong to the machine's state: for a snapshot as bytes, none when
     * nothing was written, and back. NULL: what is written stays written. */
    bool (*save)(const struct blockdev *b, struct buf *out, struct error *err);
    bool (*load)(struct blockdev *b, const uint8_t *p, size_t n, struct error *err);
};
struct blockdev {
    const struct blockdev_ops *ops;
    uint64_t sectors;            /* of sector_size bytes */
    uint32_t sector_size;        /* 512, or 2048 for CDs */
    bool     read_only;
    uint64_t uses;               /* reads and writes so far, for the host's lights */
    uint64_t writes;             /* writes that stay, so far */
    const struct disc *disc;     /* tracks and raw sectors of a CD (core/disc.h); NULL: one data
                                    track, or no CD */
};
