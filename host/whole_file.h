/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files, with errors that say what is wrong with which file. */
#pragma once
#include "core/error.h"

/* The contents of a regular file of at most 'limit' bytes, or of standard input for "-". The caller
 * frees *p, which is never NULL after success and has a zero byte after its end. */
bool whole_file_read(const char *path, size_t limit, uint8_t **p, size_t *n, struct error *err);
/* Writes beside the file and renames, so that a failure leaves the old contents; "-" is standard
 * output, and what is not a regular file (a pipe, a device) is written directly. */
bool whole_file_write(const char *path, const void *p, size_t n, struct error *err);
bool whole_file_exists(const char *path);
