/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A discardable overlay: reads fall through to a medium below, writes stay in host memory and
 * are gone when the overlay is closed.
 *
 * Kept in clusters of 64 KiB with one bit per sector, found through a two-level table; a sector
 * that was never written costs nothing and is never copied.
 */
#pragma once
#include "core/blockdev.h"

/* Takes over 'below', also when it fails: close() closes both. Never read-only. NULL when memory
 * is short. */
struct blockdev *disk_cow_open(struct blockdev *below, struct error *err);
/* How many bytes of host memory hold written sectors. */
uint64_t disk_cow_bytes(const struct blockdev *b);
