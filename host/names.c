/* SPDX-License-Identifier: BSD-2-Clause */
#if !defined _WIN32
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#endif
#include "host/names.h"

#include <errno.h>
#include <sys/stat.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

bool name_wide(wchar_t to[NAME_CHARS], const char *path)
{
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, to, NAME_CHARS))
        return true;
    errno = GetLastError() == ERROR_INSUFFICIENT_BUFFER ? ENAMETOOLONG : EILSEQ;
    return false;
}

bool name_utf8(char *to, size_t room, const wchar_t *from)
{
    return WideCharToMultiByte(CP_UTF8, 0, from, -1, to, (int)room, NULL, NULL) != 0;
}

FILE *name_open(const char *path, const char *mode)
{
    wchar_t wide[NAME_CHARS], how[8];
    if (!name_wide(wide, path) || !MultiByteToWideChar(CP_UTF8, 0, mode, -1, how, 8))
        return NULL;
    return _wfopen(wide, how);
}

enum name_kind name_kind(const char *path, uint64_t *bytes)
{
    wchar_t wide[NAME_CHARS];
    struct _stat64 st;
    if (!name_wide(wide, path) || _wstat64(wide, &st))
        return NAME_NONE;
    if (bytes)
        *bytes = (uint64_t)st.st_size;
    return st.st_mode & _S_IFDIR ? NAME_FOLDER : st.st_mode & _S_IFREG ? NAME_FILE : NAME_OTHER;
}

bool name_replace(const char *from, const char *to)
{
    wchar_t wide[2][NAME_CHARS];
    if (!name_wide(wide[0], from) || !name_wide(wide[1], to))
        return false;
    if (MoveFileExW(wide[0], wide[1], MOVEFILE_REPLACE_EXISTING))
        return true;
    errno = EACCES;                          /* read-only, or in use by another program */
    return false;
}

void name_remove(const char *path)
{
    wchar_t wide[NAME_CHARS];
    if (name_wide(wide, path))
        DeleteFileW(wide);
}

static bool identity(const char *path, BY_HANDLE_FILE_INFORMATION *id)
{
    wchar_t wide[NAME_CHARS];
    if (!name_wide(wide, path))
        return false;
    /* without access: that no sharing mode forbids */
    HANDLE h = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    bool ok = h != INVALID_HANDLE_VALUE && GetFileInformationByHandle(h, id);
    if (h != INVALID_HANDLE_VALUE)
        CloseHandle(h);
    return ok;
}

bool name_same(const char *a, const char *b)
{
    BY_HANDLE_FILE_INFORMATION p, q;
    return identity(a, &p) && identity(b, &q) &&
           p.dwVolumeSerialNumber == q.dwVolumeSerialNumber &&
           p.nFileIndexHigh == q.nFileIndexHigh && p.nFileIndexLow == q.nFileIndexLow;
}

#else
FILE *name_open(const char *path, const char *mode) { return fopen(path, mode); }

enum name_kind name_kind(const char *path, uint64_t *bytes)
{
    struct stat st;
    if (stat(path, &st))
        return NAME_NONE;
    if (bytes)
        *bytes = (uint64_t)st.st_size;
    return S_ISDIR(st.st_mode) ? NAME_FOLDER : S_ISREG(st.st_mode) ? NAME_FILE : NAME_OTHER;
}

bool name_replace(const char *from, const char *to) { return !rename(from, to); }
void name_remove(const char *path) { remove(path); }

bool name_same(const char *a, const char *b)
{
    struct stat p, q;
    return !stat(a, &p) && !stat(b, &q) && p.st_dev == q.st_dev && p.st_ino == q.st_ino;
}
#endif
