/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX directories, which the Windows compiler's library has as well. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include "host/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void add(struct folder *f, const char *path, const char *name)
{
    char full[4096];
    struct stat st;
    if (name[0] == '.' || f->n == FOLDER_MAX ||
        (size_t)snprintf(full, sizeof full, "%s/%s", path, name) >= sizeof full ||
        stat(full, &st) || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
        return;
    char *copy = malloc(strlen(name) + 1);
    if (!copy)
        return;
    strcpy(copy, name);
    f->e[f->n++] = (struct folder_entry){ copy, S_ISDIR(st.st_mode), (uint64_t)st.st_size };
}

bool folder_read(struct folder *f, const char *path, struct error *err)
{
    struct dirent *d;
    *f = (struct folder){ malloc(FOLDER_MAX * sizeof *f->e), 0 };
    DIR *dir = f->e ? opendir(path) : NULL;
    if (!dir) {
        int e = errno;
        folder_free(f);
        return error_set(err, 1, "%s: %s", path, strerror(e));
    }
    while ((d = readdir(dir)))
        add(f, path, d->d_name);
    closedir(dir);
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

bool folder_current(char *path, size_t room) { return getcwd(path, room) != NULL; }
