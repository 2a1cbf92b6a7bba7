/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard C files, after a look whether they are files. */
#include "host/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

#include "host/names.h"

static const char *advice(int e)
{
    switch (e) {
    case ENOENT: return "check the name";
    case EACCES: return "check its permissions";
    case ENOSPC: return "free some space";
    default:     return "check the file and its disk";
    }
}

static bool failed(struct error *err, const char *path, int e)
{
    return error_set(err, 1, "%s: %s: %s", path, strerror(e), advice(e));
}

static bool read_stream(FILE *f, const char *path, size_t limit, uint8_t **p, size_t *n,
                        struct error *err)
{
    size_t cap = 65536, len = 0;
    uint8_t *b = malloc(cap + 1);
    while (b) {
        size_t got = fread(b + len, 1, cap - len, f);
        len += got;
        if (len > limit) {
            free(b);
            return error_set(err, 1, "%s: larger than %llu bytes: give the right file", path,
                             (unsigned long long)limit);
        }
        if (!got)
            break;
        if (cap - len < 4096) {
            uint8_t *more = realloc(b, cap * 2 + 1);
            if (!more) {
                free(b);
                b = NULL;
                break;
            }
            b = more;
            cap *= 2;
        }
    }
    if (!b)
        return error_set(err, 1, "%s: not enough memory to read it: close other programs", path);
    if (ferror(f)) {
        int e = errno;
        free(b);
        return failed(err, path, e);
    }
    b[len] = 0;
    *p = b;
    *n = len;
    return true;
}

bool whole_file_read(const char *path, size_t limit, uint8_t **p, size_t *n, struct error *err)
{
    if (!strcmp(path, "-")) {
#ifdef _WIN32
        _setmode(_fileno(stdin), _O_BINARY);
#endif
        return read_stream(stdin, "standard input", limit, p, n, err);
    }
    enum name_kind kind = name_kind(path, NULL);
    if (kind == NAME_NONE)
        return failed(err, path, errno);
    if (kind == NAME_FOLDER)
        return error_set(err, 1, "%s: is a directory: give a file", path);
    FILE *f = name_open(path, "rb");
    if (!f)
        return failed(err, path, errno);
    bool ok = read_stream(f, path, limit, p, n, err);
    fclose(f);
    return ok;
}

static bool write_stream(FILE *f, const char *path, const void *p, size_t n, struct error *err)
{
    bool ok = fwrite(p, 1, n, f) == n && !fflush(f);
    return ok ? true : failed(err, path, errno);
}

bool whole_file_write(const char *path, const void *p, size_t n, struct error *err)
{
    if (!strcmp(path, "-"))
        return write_stream(stdout, "standard output", p, n, err);
    enum name_kind kind = name_kind(path, NULL);
    bool direct = kind == NAME_OTHER;
    if (kind == NAME_FOLDER)
        return error_set(err, 1, "%s: is a directory: give the name of a file", path);
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s%s", path, direct ? "" : ".part") >= sizeof part)
        return error_set(err, 1, "the file name is too long: choose a shorter one");
    FILE *f = name_open(part, "wb");
    if (!f)
        return failed(err, path, errno);
    bool ok = write_stream(f, path, p, n, err);
    if (fclose(f) && ok)
        ok = failed(err, path, errno);
    if (direct)
        return ok;
    if (ok && !name_replace(part, path))
        ok = failed(err, path, errno);
    if (!ok)
        name_remove(part);
    return ok;
}

bool whole_file_exists(const char *path)
{
    return name_kind(path, NULL) != NAME_NONE;
}
