/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer that loses nothing when the host fails: what cannot be written to the medium below, for
 * the disk is full or has been taken away, is kept in memory and read back from there, and the
 * guest is not told. Whoever runs the machine pauses it, says so, and tries again.
 */
#pragma once
#include "core/blockdev.h"

/* Takes over 'below', also when it fails: close() closes both. NULL when memory is short. */
struct blockdev *disk_hold_open(struct blockdev *below, struct error *err);
/* How many sectors wait to be written. */
uint64_t disk_hold_waiting(const struct blockdev *b);
/* Writes what waits. False: something still does, and err says why. */
bool disk_hold_retry(struct blockdev *b, struct error *err);
/* True when something went wrong since the last call: err says what. */
bool disk_hold_news(struct blockdev *b, struct error *err);
