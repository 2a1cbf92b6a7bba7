/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/media.h"

#include "host/cue.h"
#include "host/file.h"

static bool floppy_size(uint64_t bytes)
{
    static const uint16_t kib[] = { 160, 180, 320, 360, 720, 1200, 1440, 1680, 1722, 1743, 2880 };
    for (unsigned i = 0; i < ARRAY_LEN(kib); i++)
        if (bytes == kib[i] * 1024u)
            return true;
    return false;
}

/* Four plausible entries, at least one of them in use, and the signature. A boot sector of code
 * seldom has zero or 80h at all four of the active-flag bytes. */
static bool partitioned(const uint8_t *boot)
{
    bool used = false;
    if (boot[510] != 0x55 || boot[511] != 0xaa)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *e = boot + 446 + 16 * i;
        if (e[0] & 0x7f)
            return false;
        if (e[4] && load_le32(e + 8) && load_le32(e + 12))
            used = true;
    }
    return used;
}

enum media_kind media_kind(uint64_t bytes, const uint8_t boot[512], bool iso9660)
{
    if (iso9660)
        return MEDIA_CD;
    if (floppy_size(bytes))
        return MEDIA_FLOPPY;
    return bytes <= FLOPPY_BYTES_MAX && !partitioned(boot) ? MEDIA_FLOPPY : MEDIA_DISK;
}

bool media_ends_in_cue(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (dot[1] == 'c' || dot[1] == 'C') && (dot[2] == 'u' || dot[2] == 'U') &&
           (dot[3] == 'e' || dot[3] == 'E') && !dot[4];
}

bool media_recognise(const char *path, enum media_kind *kind, struct error *err)
{
    struct host_file f;
    uint8_t boot[512] = { 0 }, id[5] = { 0 };
    size_t got, first = 0;
    if (!file_open(&f, path, false, err))
        return false;
    bool ok = file_read(&f, 0, boot, sizeof boot, &first, err) &&
              file_read(&f, 32769, id, sizeof id, &got, err);
    if (ok && !f.size)
        ok = error_set(err, 1, "'%s' is empty: it is no disk image", path);
    *kind = media_kind(f.size, boot, !memcmp(id, "CD001", 5));
    if (ok && f.size <= CUE_TEXT_MAX && (media_ends_in_cue(path) || cue_recognise(boot, first)))
        *kind = MEDIA_CUE;
    file_close(&f);
    return ok;
}

bool media_surely_floppy(const char *path)
{
    struct host_file f;
    uint8_t boot[512] = { 0 };
    size_t got;
    if (!file_open(&f, path, false, NULL))
        return false;
    bool read = file_read(&f, 0, boot, sizeof boot, &got, NULL);
    bool boots = (boot[510] == 0x55 && boot[511] == 0xaa) || (boot[0] == 0xeb && boot[2] == 0x90);
    uint64_t size = f.size;
    file_close(&f);
    return read && size <= FLOPPY_BYTES_MAX && (floppy_size(size) || boots);
}
