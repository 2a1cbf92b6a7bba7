/* SPDX-License-Identifier: BSD-2-Clause */
/* A medium in memory: built-in disks, and tests. */
#pragma once
#include "core/blockdev.h"

struct disk_mem {
    struct blockdev bd;
    uint8_t        *p;
};

/* size must be a multiple of sector_size. The memory is the caller's and stays his; close()
 * frees nothing. */
struct blockdev *disk_mem_init(struct disk_mem *d, void *p, uint64_t size, uint32_t sector_size,
                               bool read_only);
/* A zeroed or copied (from != NULL, n bytes) medium that owns its memory; the last sector is
 * padded. NULL when memory is short. */
struct blockdev *disk_mem_create(const void *from, uint64_t n, uint32_t sector_size,
                                 struct error *err);
