/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sectors of a medium kept in host memory: what an overlay has instead of its lower medium.
 *
 * Clusters of 64 KiB with one bit per sector, found through a two-level table; a sector that was
 * never put costs nothing.
 */
#pragma once
#include "core/base.h"

struct sector_table;
struct sector_store {
    struct sector_table **tables;
    uint64_t              n_tables, clusters, held;      /* clusters allocated, sectors held */
    uint32_t              sector_size, per_cluster;      /* bytes, sectors */
};

/* For a medium of that many sectors of 512 or 2048 bytes. False: not enough memory. */
bool sector_store_init(struct sector_store *s, uint64_t sectors, uint32_t sector_size);
void sector_store_free(struct sector_store *s);
/* Sectors from lba on, at most n, that are all held or all not held; n > 0. */
uint32_t sector_store_run(const struct sector_store *s, uint64_t lba, uint32_t n, bool *held);
/* n sectors of one run that is held. */
void sector_store_get(const struct sector_store *s, uint64_t lba, uint32_t n, void *buf);
/* False: not enough memory; the sectors before the one that failed are held. */
bool sector_store_put(struct sector_store *s, uint64_t lba, uint32_t n, const void *buf);
void sector_store_drop(struct sector_store *s, uint64_t lba, uint32_t n);
/* The first sector held at or after *lba. False: none. */
bool sector_store_next(const struct sector_store *s, uint64_t *lba);
