/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kind of medium an image file is, by content and size: a CD carries an ISO 9660 descriptor,
 * or is described by a cue sheet, which is a text or has a name in .cue; what is no larger than the
 * largest floppy is a floppy, unless it has a partition table and no floppy's size; everything else
 * is a hard disk.
 */
#pragma once
#include "core/error.h"

enum media_kind { MEDIA_FLOPPY, MEDIA_DISK, MEDIA_CD, MEDIA_CUE };

#define FLOPPY_BYTES_MAX 2949120u    /* 2.88M */

bool media_recognise(const char *path, enum media_kind *kind, struct error *err);
/* The same from what was read: the first 512 bytes (zero padded), and whether "CD001" stands at
 * byte 32769. Knows no cue sheets. */
enum media_kind media_kind(uint64_t bytes, const uint8_t boot[512], bool iso9660);
bool media_ends_in_cue(const char *name);
/* More than small: it has a floppy's size, or a boot sector. */
bool media_surely_floppy(const char *path);
