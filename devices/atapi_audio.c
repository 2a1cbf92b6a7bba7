/* SPDX-License-Identifier: BSD-2-Clause */
/* Audio of a CD-ROM drive: 75 sectors of 588 frames a second.      Ref: MMC-3 annex; SFF-8020i */
#include "devices/atapi.h"

#define SECOND       UINT64_C(1000000000)
#define PER_SECOND   75u
#define FRAMES       588u
#define LONGEST      (10000 * SECOND)            /* no disc plays so long */

static bool playing(const struct ata_drive *d) { return d->audio == ATAPI_PLAYING; }

static uint64_t since(const struct ata_drive *d, vtime now)
{
    uint64_t t = now > d->audio_since ? now - d->audio_since : 0;
    return t < LONGEST ? t : LONGEST;
}

uint32_t atapi_audio_position(const struct ata_drive *d)
{
    if (!playing(d))
        return d->head;
    uint64_t at = d->audio_from + since(d, sched_now(d->ch->sched)) * PER_SECOND / SECOND;
    return at < d->audio_to ? (uint32_t)at : d->audio_to;
}

uint8_t atapi_audio_status(const struct ata_drive *d)
{
    return playing(d) && atapi_audio_position(d) >= d->audio_to ? ATAPI_PLAYED : d->audio;
}

void atapi_audio_stop(struct ata_drive *d)
{
    d->head = atapi_audio_position(d);
    d->audio = ATAPI_SILENT;
}

/* ---- commands ---- */

static void play(struct ata_drive *d, uint32_t from, uint32_t to)
{
    uint32_t total = atapi_sectors(d);
    if (from == UINT32_MAX)                      /* "from where it is" */
        from = atapi_audio_position(d);
    if (from > to || from >= total || to > total) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    atapi_audio_stop(d);
    d->head = from;
    for (uint32_t at = from; at < to;) {         /* nothing but audio on the way */
        struct disc_track t = atapi_track(d, atapi_track_at(d, at));
        if (t.mode != DISC_AUDIO) {
            atapi_fail(d, ILLEGAL_REQUEST, 0x64, 0);
            return;
        }
        at = t.end > at ? t.end : to;
    }
    if (from < to) {
        d->audio = ATAPI_PLAYING;
        d->audio_from = from;
        d->audio_to = to;
        d->audio_since = sched_now(d->ch->sched);
    }
    atapi_done(d);
}

static void play_length(struct ata_drive *d, uint32_t n)
{
    uint32_t from = load_be32(d->packet + 2);
    uint32_t at = from == UINT32_MAX ? atapi_audio_position(d) : from;
    play(d, from, n > UINT32_MAX - at ? UINT32_MAX : at + n);
}

void atapi_play_10(struct ata_drive *d) { play_length(d, load_be16(d->packet + 7)); }
void atapi_play_12(struct ata_drive *d) { play_length(d, load_be32(d->packet + 6)); }

static uint32_t address(const uint8_t *msf)
{
    uint32_t f = (msf[0] * 60u + msf[1]) * 75u + msf[2];
    return f < DISC_PREGAP ? 0 : f - DISC_PREGAP;
}

void atapi_play_msf(struct ata_drive *d)
{
    static const uint8_t here[3] = { 0xff, 0xff, 0xff };
    const uint8_t *p = d->packet;
    bool bad = p[4] > 59 || p[5] > 74 || p[7] > 59 || p[8] > 74;
    if (!memcmp(p + 3, here, 3) && p[7] <= 59 && p[8] <= 74)
        play(d, UINT32_MAX, address(p + 6));
    else if (bad || address(p + 6) < address(p + 3))
        atapi_bad_field(d);
    else
        play(d, address(p + 3), address(p + 6));
}

/* By tracks; indexes within them are not known. */
void atapi_play_track(struct ata_drive *d)
{
    unsigned first = atapi_first_track(d), last = first + atapi_tracks(d) - 1;
    unsigned from = d->packet[4], to = d->packet[7];
    from = from < first ? first : from;
    to = to > last ? last : to;
    if (from > to)
        atapi_bad_field(d);
    else
        play(d, atapi_track(d, from - first).start, atapi_track(d, to - first).end);
}

void atapi_pause_resume(struct ata_drive *d)
{
    bool resume = d->packet[8] & 1;
    if (atapi_audio_status(d) != ATAPI_PLAYING && d->audio != ATAPI_PAUSED) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x2c, 0);         /* sequence error: nothing plays */
        return;
    }
    if (resume && d->audio == ATAPI_PAUSED) {
        d->audio = ATAPI_PLAYING;
        d->audio_from = d->head;
        d->audio_since = sched_now(d->ch->sched);
    } else if (!resume && playing(d)) {
        d->head = atapi_audio_position(d);
        d->audio = ATAPI_PAUSED;
    }
    atapi_done(d);
}

void atapi_stop_play(struct ata_drive *d)
{
    atapi_audio_stop(d);
    atapi_done(d);
}

/* ---- sound ---- */

/* One output port: the channels it is switched to, at its volume. */
static int16_t port(const uint8_t *page, const int sample[2])
{
    int v = (page[0] & 1 ? sample[0] : 0) + (page[0] & 2 ? sample[1] : 0);
    if ((page[0] & 3) == 3)
        v /= 2;
    return (int16_t)(v * page[1] / 255);
}

size_t atapi_audio_read(const struct ata_drive *d, vtime from, int16_t (*out)[2], size_t n)
{
    uint8_t raw[DISC_RAW];
    uint32_t have = UINT32_MAX;
    size_t count = 0;
    memset(out, 0, n * sizeof *out);
    if (!playing(d) || !atapi_loaded(d) || !d->bd->disc || from < d->audio_since)
        return 0;
    uint64_t at = since(d, from) * (PER_SECOND * FRAMES) / SECOND;
    for (size_t i = 0; i < n; i++, at++) {
        uint64_t lba = d->audio_from + at / FRAMES;
        if (lba >= d->audio_to || lba >= d->bd->sectors)
            break;
        if (have != lba && !d->bd->disc->read_raw(d->bd->disc, (uint32_t)lba, raw, NULL))
            memset(raw, 0, sizeof raw);
        have = (uint32_t)lba;
        int sample[2];
        for (unsigned c = 0; c < 2; c++) {
            int v = load_le16(raw + at % FRAMES * 4 + 2 * c);
            sample[c] = v < 0x8000 ? v : v - 0x10000;
        }
        out[i][0] = port(d->volume, sample);
        out[i][1] = port(d->volume + 2, sample);
        count++;
    }
    return count;
}

static int16_t add(int16_t to, uint64_t part, int16_t a, int16_t b)
{
    int64_t v = to + (a * (int64_t)(SECOND - part) + b * (int64_t)part) / (int64_t)SECOND;
    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

/* Between two frames of the disc a straight line. Positions are frames times SECOND. */
void atapi_audio_mix(const struct ata_drive *d, vtime from, struct audio_frame *out, size_t n)
{
    enum { CHUNK = 480 };
    const uint64_t rate = PER_SECOND * FRAMES, step = SECOND * rate / AUDIO_RATE;
    int16_t in[CHUNK + 2][2];
    if (!playing(d))
        return;
    if (from < d->audio_since) {
        uint64_t skip = ((d->audio_since - from) * AUDIO_RATE + SECOND - 1) / SECOND;
        if (d->audio_since - from > SECOND || skip >= n)
            return;
        out += skip;
        n -= (size_t)skip;
        from = d->audio_since;
    }
    for (uint64_t at = since(d, from) * rate; n;) {
        uint64_t first = at / SECOND;
        size_t part = n < CHUNK ? n : CHUNK;
        atapi_audio_read(d, d->audio_since + (first * SECOND + rate - 1) / rate, in, CHUNK + 2);
        for (size_t i = 0; i < part; i++, at += step) {
            const int16_t (*s)[2] = (const int16_t (*)[2])&in[at / SECOND - first];
            out[i].left = add(out[i].left, at % SECOND, s[0][0], s[1][0]);
            out[i].right = add(out[i].right, at % SECOND, s[0][1], s[1][1]);
        }
        out += part;
        n -= part;
    }
}
