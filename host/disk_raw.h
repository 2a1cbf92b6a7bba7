/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A raw image: the sectors of a medium, one after the other, in a file.
 *
 * A last sector that the file holds only in part reads as padded with zeroes; writing it completes
 * the file. What was written is in the file when write() returns, and on the host's disk after
 * flush().
 */
#pragma once
#include "core/blockdev.h"

/* sector_size: 512, or 2048 for CDs. With want_write, an image that may only be read is opened
 * read-only and blockdev.read_only says so. NULL, and one line in err: no such file, a
 * directory, empty, in use... */
struct blockdev *disk_raw_open(const char *path, uint32_t sector_size, bool want_write,
                               struct error *err);
/* Has the image been deleted while it is open, and would what the guest wrote be lost? */
bool disk_raw_deleted(const struct blockdev *b);
/* Has another program made it shorter, so that what the guest wrote may be lost? */
bool disk_raw_cut(const struct blockdev *b);
/* Writes it again where it was, or beside that with the ending .rescued; err names the place, and
 * when it fails why. */
bool disk_raw_rescue(struct blockdev *b, struct error *err);
