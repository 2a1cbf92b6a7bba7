/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of the host, by position: what disk images need and the C library does not promise, that
 * is 64-bit offsets, locks against a second writer, and flushing to the medium.
 *
 * A writer holds the file alone; readers share it with other readers.
 */
#pragma once
#include "core/error.h"

struct host_file {
    intptr_t handle;             /* POSIX descriptor, or Windows HANDLE */
    uint64_t size;               /* bytes, when it was opened or last extended by a write */
    bool     read_only;
};

/* Opens an existing file. With want_write, a file that may only be read is opened read-only
 * instead, and read_only says so. Directories and files in use are refused. */
bool file_open(struct host_file *f, const char *path, bool want_write, struct error *err);
/* Reads up to n bytes at a position; *got is less than n only at the end of the file. */
bool file_read(struct host_file *f, uint64_t at, void *buf, size_t n, size_t *got,
               struct error *err);
bool file_write(struct host_file *f, uint64_t at, const void *buf, size_t n, struct error *err);
bool file_flush(struct host_file *f, struct error *err);
/* Has the open file been deleted, so that closing it loses it? (POSIX; Windows does not delete
 * open files.) */
bool file_deleted(const struct host_file *f);
/* Has another program cut something off the open file? (POSIX; Windows does not let it.) */
bool file_shrunk(const struct host_file *f);
/* A copy at a path where there is no file yet; runs of zeroes become holes. */
bool file_copy(struct host_file *f, const char *path, struct error *err);
void file_close(struct host_file *f);
