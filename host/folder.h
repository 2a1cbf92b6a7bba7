/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in a folder of the host, for choosing a file. */
#pragma once
#include "core/error.h"

#define FOLDER_MAX 4096                      /* entries; more are left out */

struct folder_entry { char *name; bool folder; uint64_t bytes; };
struct folder { struct folder_entry *e; size_t n; };

/* Folders first, then by name; what is hidden and what is neither file nor folder is left out. */
bool folder_read(struct folder *f, const char *path, struct error *err);
void folder_free(struct folder *f);
/* The absolute name of the current folder. */
/* A path that means the same from every folder; false: too long. */
bool folder_absolute(char *to, size_t room, const char *path);
bool folder_current(char *path, size_t room);
