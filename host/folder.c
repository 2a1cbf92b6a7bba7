/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX directories; on Windows its own, and the drives as the folder above them. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include "host/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dirent.h>
#include <unistd.h>
#endif

#include "host/names.h"

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

static int by_name(const void *a, const void *b)
{
    const struct folder_entry *x = a, *y = b;
    if (x->folder != y->folder)
        return x->folder ? -1 : 1;
    const unsigned char *p = (const unsigned char *)x->name, *q = (const unsigned char *)y->name;
    while (*p && lower(*p) == lower(*q))
        p++, q++;
    return *p == *q ? strcmp(x->name, y->name) : lower(*p) - lower(*q);
}

static void put(struct folder *f, const char *name, bool folder, uint64_t bytes)
{
    char *copy = f->n < FOLDER_MAX ? malloc(strlen(name) + 1) : NULL;
    if (!copy)
        return;
    strcpy(copy, name);
    f->e[f->n++] = (struct folder_entry){ copy, folder, bytes };
}

static void add(struct folder *f, const char *path, const char *name)
{
    char full[4096];
    uint64_t bytes = 0;
    if (name[0] == '.' || (size_t)snprintf(full, sizeof full, "%s/%s", path, name) >= sizeof full)
        return;
    enum name_kind kind = name_kind(full, &bytes);
    if (kind == NAME_FOLDER || kind == NAME_FILE)
        put(f, name, kind == NAME_FOLDER, bytes);
}

#ifdef _WIN32
static bool read_all(struct folder *f, const char *path)
{
    wchar_t wide[NAME_CHARS];
    char name[1024] = "A:";
    WIN32_FIND_DATAW d;
    DWORD drives = *path ? 0 : GetLogicalDrives();
    for (; drives; drives >>= 1, name[0]++)
        if (drives & 1)
            put(f, name, true, 0);
    if (!*path)
        return true;
    if ((size_t)snprintf(name, sizeof name, "%s/*", path) >= sizeof name || !name_wide(wide, name))
        return false;
    HANDLE h = FindFirstFileW(wide, &d);
    errno = ENOENT;
    if (h == INVALID_HANDLE_VALUE)
        return false;
    do
        if (!(d.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN) &&
            name_utf8(name, sizeof name, d.cFileName))
            add(f, path, name);
    while (FindNextFileW(h, &d));
    FindClose(h);
    return true;
}

bool folder_current(char *path, size_t room)
{
    wchar_t wide[NAME_CHARS];
    DWORD n = GetCurrentDirectoryW(NAME_CHARS, wide);
    return n && n < NAME_CHARS && name_utf8(path, room, wide);
}

bool folder_absolute(char *to, size_t room, const char *path)
{
    wchar_t wide[NAME_CHARS], full[NAME_CHARS];
    DWORD n = name_wide(wide, path) ? GetFullPathNameW(wide, NAME_CHARS, full, NULL) : 0;
    return n && n < NAME_CHARS && name_utf8(to, room, full);
}
#else
static bool read_all(struct folder *f, const char *path)
{
    struct dirent *d;
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    while ((d = readdir(dir)))
        add(f, path, d->d_name);
    closedir(dir);
    return true;
}

bool folder_current(char *path, size_t room) { return getcwd(path, room) != NULL; }

bool folder_absolute(char *to, size_t room, const char *path)
{
    if (*path != '/' && !folder_current(to, room))
        return false;
    size_t n = *path == '/' ? 0 : strlen(to);
    if (n && to[n - 1] == '/')
        n--;
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    return (size_t)snprintf(to + n, room - n, "%s%s", *path == '/' ? "" : "/", path) < room - n;
}
#endif

bool folder_read(struct folder *f, const char *path, struct error *err)
{
    *f = (struct folder){ malloc(FOLDER_MAX * sizeof *f->e), 0 };
    if (!f->e || !read_all(f, path)) {
        int e = errno;
        folder_free(f);
        return error_set(err, 1, "%s: %s", path, strerror(e));
    }
    qsort(f->e, f->n, sizeof *f->e, by_name);
    return true;
}

void folder_free(struct folder *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->e[i].name);
    free(f->e);
    *f = (struct folder){ 0 };
}
