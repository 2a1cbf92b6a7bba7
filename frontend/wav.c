/* SPDX-License-Identifier: BSD-2-Clause */
#include "frontend/wav.h"

#include <errno.h>

#include "host/names.h"

#define HEADER 44
#define LIMIT  (UINT64_C(0xffffffff) - HEADER)

static void header(uint8_t *h, uint32_t bytes)
{
    memcpy(h, "RIFF....WAVEfmt ", 16);
    store_le32(h + 4, bytes > LIMIT ? UINT32_MAX : bytes + HEADER - 8);
    store_le32(h + 16, 16);
    store_le16(h + 20, 1);                           /* PCM */
    store_le16(h + 22, 2);
    store_le32(h + 24, AUDIO_RATE);
    store_le32(h + 28, AUDIO_RATE * 4);
    store_le16(h + 32, 4);
    store_le16(h + 34, 16);
    memcpy(h + 36, "data", 4);
    store_le32(h + 40, bytes);
}

static bool trouble(struct wav *w, struct error *err)
{
    int why = errno;
    w->bad = true;
    return error_set(err, 1, "%s: the sound cannot be written (%s): free some space or choose "
                     "another place", w->path, why ? strerror(why) : "no room");
}

bool wav_create(struct wav *w, const char *path, struct error *err)
{
    uint8_t h[HEADER];
    *w = (struct wav){ .path = path };
    w->f = name_open(path, "wb");
    if (!w->f)
        return error_set(err, 1, "%s: cannot be written (%s): choose another place", path,
                         strerror(errno));
    header(h, UINT32_MAX);
    if (fwrite(h, 1, sizeof h, w->f) == sizeof h && !fflush(w->f))
        return true;
    trouble(w, err);
    fclose(w->f);
    w->f = NULL;
    return false;
}

bool wav_put(struct wav *w, const struct audio_frame *p, size_t n, struct error *err)
{
    uint8_t out[4 * 256];
    if (w->bad)
        return true;
    if (n * 4 > LIMIT - w->bytes) {
        w->bad = true;
        return error_set(err, 1, "%s: a WAV file ends at 4 GB: the rest of the sound is left out",
                         w->path);
    }
    while (n) {
        size_t some = n < 256 ? n : 256;
        for (size_t i = 0; i < some; i++) {
            store_le16(out + 4 * i, (uint16_t)p[i].left);
            store_le16(out + 4 * i + 2, (uint16_t)p[i].right);
        }
        errno = 0;
        if (fwrite(out, 4, some, w->f) != some)
            return trouble(w, err);
        w->bytes += some * 4;
        p += some;
        n -= some;
    }
    return true;
}

bool wav_close(struct wav *w, struct error *err)
{
    uint8_t h[HEADER];
    header(h, (uint32_t)w->bytes);
    errno = 0;
    bool ok = !fflush(w->f);
    if (ok && !fseek(w->f, 0, SEEK_SET))             /* a pipe keeps what it got */
        ok = fwrite(h, 1, sizeof h, w->f) == sizeof h;
    if (fclose(w->f))
        ok = false;
    w->f = NULL;
    if (w->bad)                                      /* told when it happened */
        return error_set(err, 1, "%s: the sound is not complete", w->path);
    return ok || trouble(w, err);
}
