/* SPDX-License-Identifier: BSD-2-Clause */
#if !defined _WIN32
#define _DEFAULT_SOURCE              /* flock(); must precede the first system header */
#define _DARWIN_C_SOURCE
#define _FILE_OFFSET_BITS 64
#endif
#include "host/file.h"

#if defined _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "host/names.h"

static bool fail(struct error *err, const char *what, const char *path)
{
    wchar_t wide[160];
    char text[480] = "";
    DWORD code = GetLastError();
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code,
                             0, wide, ARRAY_LEN(wide), NULL);
    while (n && (wide[n - 1] == '\n' || wide[n - 1] == '\r' || wide[n - 1] == '.'))
        wide[--n] = 0;
    if (n)
        name_utf8(text, sizeof text, wide);
    if (code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION)
        return error_set(err, 1, "'%s' is in use by another program: close it there first", path);
    return error_set(err, 1, "cannot %s '%s': %s", what, path, *text ? text : "unknown error");
}

static HANDLE open_shared(const wchar_t *path, bool write)
{
    return CreateFileW(path, GENERIC_READ | (write ? GENERIC_WRITE : 0),
                       write ? 0 : FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL,
                       NULL);
}

bool file_open(struct host_file *f, const char *path, bool want_write, struct error *err)
{
    wchar_t wide[NAME_CHARS];
    LARGE_INTEGER size;
    if (!name_wide(wide, path))
        return error_set(err, 1, "'%.100s' is not a usable file name", path);
    DWORD attr = GetFileAttributesW(wide);
    if (attr != INVALID_FILE_ATTRIBUTES && (attr & FILE_ATTRIBUTE_DIRECTORY))
        return error_set(err, 1, "'%s' is a directory: name an image file", path);
    HANDLE h = want_write ? open_shared(wide, true) : INVALID_HANDLE_VALUE;
    bool denied = GetLastError() == ERROR_ACCESS_DENIED || GetLastError() == ERROR_WRITE_PROTECT;
    bool read_only = !want_write;
    if (h == INVALID_HANDLE_VALUE && (!want_write || denied)) {
        h = open_shared(wide, false);
        read_only = true;
    }
    if (h == INVALID_HANDLE_VALUE)
        return fail(err, "open", path);
    if (!GetFileSizeEx(h, &size)) {
        fail(err, "size", path);
        CloseHandle(h);
        return false;
    }
    *f = (struct host_file){ (intptr_t)h, (uint64_t)size.QuadPart, read_only };
    return true;
}

static OVERLAPPED position(uint64_t at)
{
    OVERLAPPED o;
    memset(&o, 0, sizeof o);
    o.Offset = (DWORD)at;
    o.OffsetHigh = (DWORD)(at >> 32);
    return o;
}

bool file_read(struct host_file *f, uint64_t at, void *buf, size_t n, size_t *got,
               struct error *err)
{
    uint8_t *p = buf;
    for (*got = 0; *got < n;) {
        OVERLAPPED o = position(at + *got);
        DWORD part = n - *got > 1u << 24 ? 1u << 24 : (DWORD)(n - *got), done = 0;
        if (!ReadFile((HANDLE)f->handle, p + *got, part, &done, &o)) {
            if (GetLastError() == ERROR_HANDLE_EOF)
                return true;
            return fail(err, "read", "the image");
        }
        if (!done)
            return true;
        *got += done;
    }
    return true;
}

bool file_write(struct host_file *f, uint64_t at, const void *buf, size_t n, struct error *err)
{
    const uint8_t *p = buf;
    while (n) {
        OVERLAPPED o = position(at);
        DWORD part = n > 1u << 24 ? 1u << 24 : (DWORD)n, done = 0;
        if (!WriteFile((HANDLE)f->handle, p, part, &done, &o) || !done)
            return fail(err, "write", "the image");
        at += done;
        p += done;
        n -= done;
    }
    if (at > f->size)
        f->size = at;
    return true;
}

bool file_flush(struct host_file *f, struct error *err)
{
    if (f->read_only || FlushFileBuffers((HANDLE)f->handle))
        return true;
    return fail(err, "flush", "the image");
}

bool file_deleted(const struct host_file *f) { return false; }
bool file_shrunk(const struct host_file *f) { return false; }

bool file_copy(struct host_file *f, const char *path, struct error *err)
{
    return error_set(err, 1, "'%s' cannot be written again", path);
}

void file_close(struct host_file *f)
{
    CloseHandle((HANDLE)f->handle);
    f->handle = -1;
}

#else
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct error *err, const char *what, const char *path)
{
    const char *why = errno == ENOENT ? "no such file" : strerror(errno);
    return error_set(err, 1, "cannot %s '%s': %s", what, path, why);
}

static bool refuse(int fd, struct error *err, const char *what, const char *path)
{
    fail(err, what, path);
    close(fd);
    return false;
}

/* flock and not fcntl locks: those belong to the process, so that two machines in one process
 * would not keep each other out, and they vanish when any descriptor of the file is closed. File
 * systems without locks are used without. */
static bool locked_out(int fd, bool write)
{
    return flock(fd, (write ? LOCK_EX : LOCK_SH) | LOCK_NB) &&
           (errno == EWOULDBLOCK || errno == EAGAIN);
}

bool file_open(struct host_file *f, const char *path, bool want_write, struct error *err)
{
    struct stat st;
    bool read_only = !want_write;
    if (stat(path, &st))
        return fail(err, "open", path);
    if (S_ISDIR(st.st_mode))
        return error_set(err, 1, "'%s' is a directory: name an image file", path);
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))    /* opening a pipe would wait for its
                                                            other end */
        return error_set(err, 1, "'%s' is a pipe or a socket: name an image file", path);
    int fd = open(path, (want_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0 && want_write && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        read_only = true;
    }
    if (fd < 0)
        return fail(err, "open", path);
    if (fstat(fd, &st))
        return refuse(fd, err, "examine", path);
    off_t size = S_ISREG(st.st_mode) ? st.st_size : lseek(fd, 0, SEEK_END);
    if (size < 0)
        return refuse(fd, err, "find the size of", path);
    if (locked_out(fd, !read_only)) {
        close(fd);
        return error_set(err, 1, "'%s' is in use by another machine: stop that one, or let both "
                                 "discard their writes", path);
    }
    *f = (struct host_file){ fd, (uint64_t)size, read_only };
    return true;
}

bool file_read(struct host_file *f, uint64_t at, void *buf, size_t n, size_t *got,
               struct error *err)
{
    uint8_t *p = buf;
    for (*got = 0; *got < n;) {
        ssize_t done = pread((int)f->handle, p + *got, n - *got, (off_t)(at + *got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(err, "read", "the image");
        if (!done)
            return true;
        *got += (size_t)done;
    }
    return true;
}

bool file_write(struct host_file *f, uint64_t at, const void *buf, size_t n, struct error *err)
{
    const uint8_t *p = buf;
    while (n) {
        ssize_t done = pwrite((int)f->handle, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail(err, "write", "the image");
        at += (uint64_t)done;
        p += done;
        n -= (size_t)done;
    }
    if (at > f->size)
        f->size = at;
    return true;
}

bool file_flush(struct host_file *f, struct error *err)
{
    if (f->read_only || !fsync((int)f->handle) || errno == EINVAL)   /* pipes and some devices */
        return true;
    return fail(err, "flush", "the image");
}

bool file_deleted(const struct host_file *f)
{
    struct stat st;
    return !fstat((int)f->handle, &st) && S_ISREG(st.st_mode) && !st.st_nlink;
}

bool file_shrunk(const struct host_file *f)
{
    struct stat st;
    return !fstat((int)f->handle, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size < f->size;
}

bool file_copy(struct host_file *f, const char *path, struct error *err)
{
    static const uint8_t zeroes[65536];
    uint8_t part[sizeof zeroes];
    struct host_file to = { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666), 0, false };
    size_t got = 0;
    if (to.handle < 0)
        return fail(err, "create", path);
    bool ok = true;
    for (uint64_t at = 0; ok && at < f->size; at += got) {
        ok = file_read(f, at, part, sizeof part, &got, err);
        if (!got)
            break;
        ok = ok && (!memcmp(part, zeroes, got) || file_write(&to, at, part, got, err));
    }
    if (ok && (ftruncate((int)to.handle, (off_t)f->size) || fsync((int)to.handle)))
        ok = fail(err, "write", path);
    file_close(&to);
    return ok;
}

void file_close(struct host_file *f)
{
    close((int)f->handle);
    f->handle = -1;
}
#endif
