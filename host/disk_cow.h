/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A discardable overlay: reads fall through to a medium below, writes stay in host memory and
 * are gone when the overlay is closed. They are part of a snapshot.
 */
#pragma once
#include "core/blockdev.h"

/* Takes over 'below', also when it fails: close() closes both. Never read-only. NULL when memory
 * is short. */
struct blockdev *disk_cow_open(struct blockdev *below, struct error *err);
/* How many sectors have been written. */
uint64_t disk_cow_held(const struct blockdev *b);
