/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files by name. A name is UTF-8 on every host, as the window and the scripts have it; Windows
 * keeps names in UTF-16, and its C library would take them in the code page of the day.
 */
#pragma once
#include <stdio.h>

#include "core/base.h"

enum name_kind { NAME_NONE, NAME_FILE, NAME_FOLDER, NAME_OTHER };

/* Like the C library's functions of such names: what went wrong is in errno. */
FILE *name_open(const char *path, const char *mode);
enum name_kind name_kind(const char *path, uint64_t *bytes);     /* bytes may be NULL */
bool  name_replace(const char *from, const char *to);            /* whether 'to' exists or not */
void  name_remove(const char *path);
bool  name_same(const char *a, const char *b);                   /* one file by both names? */

#ifdef _WIN32
#define NAME_CHARS 4096
/* False: no UTF-8, or too long; errno says which. */
bool  name_wide(wchar_t to[NAME_CHARS], const char *path);
bool  name_utf8(char *to, size_t room, const wchar_t *from);
#endif
