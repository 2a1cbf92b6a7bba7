/* SPDX-License-Identifier: BSD-2-Clause */
/* A CD-ROM drive's disc: sectors and their parts, subchannels, tables.          Ref: MMC-3, 6 */
#include "devices/atapi.h"

enum { TIME = 2 };                               /* packet byte 1: addresses as minutes, seconds */

uint32_t atapi_sectors(const struct ata_drive *d)
{
    uint64_t n = atapi_loaded(d) ? d->bd->sectors : 0;
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static const struct disc *disc_of(const struct ata_drive *d)
{
    return atapi_loaded(d) ? d->bd->disc : NULL;
}

unsigned atapi_tracks(const struct ata_drive *d) { return disc_of(d) ? disc_of(d)->n : 1; }

uint8_t atapi_first_track(const struct ata_drive *d) { return disc_of(d) ? disc_of(d)->first : 1; }

struct disc_track atapi_track(const struct ata_drive *d, unsigned i)
{
    if (disc_of(d))
        return disc_of(d)->track[i < disc_of(d)->n ? i : disc_of(d)->n - 1u];
    return (struct disc_track){ .end = atapi_sectors(d), .mode = DISC_MODE1, .control = 4 };
}

unsigned atapi_track_at(const struct ata_drive *d, uint32_t lba)
{
    unsigned i = 0, n = atapi_tracks(d);
    while (i + 1 < n && lba >= atapi_track(d, i).end)
        i++;
    return i;
}

/* ---- sectors ---- */

/* Kinds of sectors, as READ CD codes which are expected. */
enum kind { KIND_ANY, KIND_AUDIO, KIND_MODE1, KIND_MODE2, KIND_FORM1, KIND_FORM2, KINDS };
/* Main channel flags, packet byte 9. */
enum { SYNC = 0x80, SUBHEADER = 0x40, HEADER = 0x20, USER = 0x10, ECC = 0x08, C2 = 0x06 };

static uint8_t main_flags(const struct ata_drive *d) { return d->packet[9] & 0xf8; }

static bool get_raw(const struct ata_drive *d, uint32_t lba, uint8_t *raw)
{
    const struct disc *disc = disc_of(d);
    if (disc) {
        d->bd->uses++;
        return disc->read_raw(disc, lba, raw, NULL);
    }
    if (!d->bd->ops->read(d->bd, lba, 1, raw + 16, NULL))
        return false;
    if (main_flags(d) & ECC)
        disc_mode1(raw, lba);
    else
        disc_header(raw, lba, 1);
    return true;
}

static enum kind kind_of(const struct ata_drive *d, uint32_t lba, const uint8_t *raw)
{
    switch (atapi_track(d, atapi_track_at(d, lba)).mode) {
    case DISC_AUDIO: return KIND_AUDIO;
    case DISC_MODE1: return KIND_MODE1;
    default:
        if (!disc_of(d)->xa || memcmp(raw + 16, raw + 20, 4))
            return KIND_MODE2;                   /* subheaders are there twice */
        return raw[18] & 0x20 ? KIND_FORM2 : KIND_FORM1;
    }
}

/* MMC-3, READ CD: the parts that were asked for must lie side by side. False: they do not. */
static bool parts(enum kind kind, uint8_t flags, uint32_t *from, uint32_t *n)
{
    static const uint16_t bytes[KINDS][5] = {    /* sync, header, subheader, user data, EDC/ECC */
        [KIND_AUDIO] = { 0, 0, 0, 2352, 0 },     [KIND_MODE1] = { 12, 4, 0, 2048, 288 },
        [KIND_MODE2] = { 12, 4, 0, 2336, 0 },    [KIND_FORM1] = { 12, 4, 8, 2048, 280 },
        [KIND_FORM2] = { 12, 4, 8, 2328, 0 },
    };
    static const uint8_t flag[5] = { SYNC, HEADER, SUBHEADER, USER, ECC };
    uint32_t at = 0;
    bool over = false;
    *from = *n = 0;
    for (unsigned i = 0; i < 5; at += bytes[kind][i++]) {
        if (!bytes[kind][i])
            continue;
        if (!(flags & flag[i])) {
            over = *n > 0;
            continue;
        }
        if (over)
            return false;
        if (!*n)
            *from = at;
        *n += bytes[kind][i];
    }
    return true;
}

static uint32_t c2_bytes(const struct ata_drive *d)
{
    static const uint16_t bytes[4] = { 0, 294, 296, 0 };
    return bytes[d->packet[9] >> 1 & 3];
}

static uint32_t sub_bytes(const struct ata_drive *d)
{
    static const uint8_t bytes[8] = { 0, 96, 16, 0, 96, 0, 0, 0 };
    return bytes[d->packet[10] & 7];
}

static void bcd_time(uint8_t *to, uint32_t frames)
{
    to[0] = disc_bcd((uint8_t)(frames / 4500));
    to[1] = disc_bcd((uint8_t)(frames / 75 % 60));
    to[2] = disc_bcd((uint8_t)(frames % 75));
}

/* IEC 60908, 17.5: the Q channel of a sector, mode 1: where it is. */
static void put_q(const struct ata_drive *d, uint32_t lba, uint8_t q[16])
{
    unsigned i = atapi_track_at(d, lba);
    struct disc_track t = atapi_track(d, i);
    uint32_t crc = 0;
    memset(q, 0, 16);
    q[0] = (uint8_t)(t.control << 4 | 1);
    q[1] = disc_bcd((uint8_t)(atapi_first_track(d) + i));
    q[2] = lba >= t.start;
    bcd_time(q + 3, lba >= t.start ? lba - t.start : t.start - lba);
    bcd_time(q + 7, lba + DISC_PREGAP);
    for (unsigned n = 0; n < 80; n++) {          /* x^16 + x^12 + x^5 + 1 */
        uint32_t bit = (uint32_t)(q[n / 8] >> (7 - n % 8) & 1) ^ (crc >> 15 & 1);
        crc = (crc << 1 ^ (bit ? 0x1021u : 0)) & 0xffff;
    }
    store_be16(q + 10, ~crc);
    q[15] = lba < t.start ? 0x80 : 0;            /* P: set in the pause */
}

static void put_sub(const struct ata_drive *d, uint32_t lba, uint8_t *to)
{
    uint8_t q[16];
    put_q(d, lba, q);
    memset(to, 0, sub_bytes(d));
    if ((d->packet[10] & 7) == 2)
        memcpy(to, q, 16);
    if ((d->packet[10] & 7) == 1)
        for (unsigned i = 0; i < 96; i++)
            to[i] = (uint8_t)((q[15] ? 0x80 : 0) | (q[i / 8] >> (7 - i % 8) & 1) << 6);
}

bool atapi_is_read_cd(const struct ata_drive *d)
{
    return d->packet[0] == 0xbe || d->packet[0] == 0xb9;
}

static bool wrong_mode(struct ata_drive *d)
{
    atapi_fail(d, ILLEGAL_REQUEST, 0x64, 0);
    return false;
}

static bool unreadable(struct ata_drive *d)
{
    atapi_fail(d, MEDIUM_ERROR, 0x11, 0);
    return false;
}

bool atapi_read_plain(struct ata_drive *d, uint32_t lba, uint32_t n, uint8_t *to)
{
    if (atapi_is_read_cd(d) || disc_of(d) || d->unit != 2048 ||
        !d->bd->ops->read(d->bd, lba, n, to, NULL))
        return false;
    d->head = lba + n;
    return true;
}

bool atapi_read_sector(struct ata_drive *d, uint32_t lba, uint8_t *to)
{
    uint8_t raw[DISC_RAW], want = d->packet[1] >> 2 & 7;
    uint32_t from, n;
    d->head = lba + 1;
    if (!atapi_is_read_cd(d)) {
        if (atapi_track(d, atapi_track_at(d, lba)).mode == DISC_AUDIO || d->unit != 2048)
            return wrong_mode(d);
        return d->bd->ops->read(d->bd, lba, 1, to, NULL) || unreadable(d);
    }
    if (!get_raw(d, lba, raw))
        return unreadable(d);
    enum kind kind = kind_of(d, lba, raw);
    if ((want && want != (uint8_t)kind) || !parts(kind, main_flags(d), &from, &n) ||
        n + c2_bytes(d) + sub_bytes(d) != d->unit)
        return wrong_mode(d);
    memcpy(to, raw + from, n);
    memset(to + n, 0, c2_bytes(d));              /* no errors */
    put_sub(d, lba, to + n + c2_bytes(d));
    return true;
}

void atapi_read_capacity(struct ata_drive *d)
{
    store_be32(d->buf, atapi_sectors(d) - 1);
    store_be32(d->buf + 4, 2048);
    atapi_reply(d, 8, 8);
}

void atapi_read_10(struct ata_drive *d)
{
    atapi_send(d, load_be32(d->packet + 2), load_be16(d->packet + 7), 2048);
}

void atapi_read_12(struct ata_drive *d)
{
    atapi_send(d, load_be32(d->packet + 2), load_be32(d->packet + 6), 2048);
}

/* The first sector says how many bytes each will have. */
static void read_cd_from(struct ata_drive *d, uint32_t lba, uint32_t n)
{
    uint8_t raw[DISC_RAW], sub = d->packet[10] & 7;
    uint32_t from, bytes, total = atapi_sectors(d);
    if ((d->packet[9] & C2) == C2 || (sub && !sub_bytes(d)) || (d->packet[1] >> 2 & 7) >= KINDS) {
        atapi_bad_field(d);
    } else if (lba > total || n > total - lba) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
    } else if (!n) {
        atapi_done(d);
    } else if (!get_raw(d, lba, raw)) {
        unreadable(d);
    } else if (!parts(kind_of(d, lba, raw), main_flags(d), &from, &bytes)) {
        atapi_bad_field(d);
    } else {
        bytes += c2_bytes(d) + sub_bytes(d);
        if (bytes)
            atapi_send(d, lba, n, (uint16_t)bytes);
        else
            atapi_done(d);
    }
}

void atapi_read_cd(struct ata_drive *d)
{
    const uint8_t *p = d->packet;
    read_cd_from(d, load_be32(p + 2), (uint32_t)p[6] << 16 | load_be16(p + 7));
}

static uint32_t frames(const uint8_t *msf) { return (msf[0] * 60u + msf[1]) * 75u + msf[2]; }

void atapi_read_cd_msf(struct ata_drive *d)
{
    uint32_t from = frames(d->packet + 3), to = frames(d->packet + 6);
    if (from < DISC_PREGAP || to < from)
        atapi_bad_field(d);
    else
        read_cd_from(d, from - DISC_PREGAP, to - from);
}

void atapi_rezero(struct ata_drive *d)
{
    atapi_audio_stop(d);
    d->head = 0;
    atapi_done(d);
}

/* What is there can be read. */
void atapi_verify(struct ata_drive *d)
{
    uint32_t lba = load_be32(d->packet + 2), n = load_be16(d->packet + 7), total = atapi_sectors(d);
    if (d->packet[1] & 2) {                      /* compare with data from the host */
        atapi_bad_field(d);
    } else if (lba > total || n > total - lba) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
    } else {
        atapi_audio_stop(d);
        atapi_done(d);
    }
}

/* READ DVD STRUCTURE (MMC-3, 6.23): one layer of a DVD-ROM from sector 30000h on; not encrypted. */
void atapi_read_structure(struct ata_drive *d)
{
    uint8_t *p = d->buf, format = d->packet[7];
    uint32_t n = format == 0 ? 2052 : 8;
    if (!atapi_is_dvd(d)) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x30, 2);     /* this medium has no such format */
        return;
    }
    if (d->packet[6] || format > 1) {
        atapi_bad_field(d);
        return;
    }
    memset(p, 0, n);
    store_be16(p, n - 2);
    if (format == 0) {
        p[4] = 0x01;                             /* DVD-ROM, version 1 */
        p[5] = 0x0f;                             /* 120 mm, no speed named */
        p[6] = 0x01;                             /* one layer, embossed */
        store_be32(p + 8, 0x30000);
        store_be32(p + 12, 0x30000 + atapi_sectors(d) - 1);
    }
    atapi_reply(d, n, load_be16(d->packet + 8));
}

void atapi_seek(struct ata_drive *d)
{
    uint32_t lba = load_be32(d->packet + 2);
    if (lba >= atapi_sectors(d)) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    atapi_audio_stop(d);
    d->head = lba;
    atapi_done(d);
}

/* ---- tables ---- */

static void put_time(uint8_t *p, uint32_t frames_)
{
    p[0] = 0;
    p[1] = (uint8_t)(frames_ / 4500);
    p[2] = (uint8_t)(frames_ / 75 % 60);
    p[3] = (uint8_t)(frames_ % 75);
}

static void put_position(uint8_t *p, uint32_t lba, bool msf)
{
    if (msf)
        put_time(p, lba + DISC_PREGAP);
    else
        store_be32(p, lba);
}

static uint8_t *put_track(uint8_t *p, uint8_t control, uint8_t track, uint32_t lba, bool msf)
{
    p[0] = 0;
    p[1] = (uint8_t)(0x10 | control);            /* position in Q */
    p[2] = track;
    p[3] = 0;
    put_position(p + 4, lba, msf);
    return p + 8;
}

static uint8_t *put_full(uint8_t *p, uint8_t control, uint8_t point, uint8_t a, uint8_t b,
                         uint8_t c)
{
    const uint8_t entry[11] = { 1, (uint8_t)(0x10 | control), 0, point, 0, 0, 0, 0, a, b, c };
    memcpy(p, entry, 11);
    return p + 11;
}

/* Formats 0 and 1: tracks from a number on, and the lead-out; or the last session's first track. */
static uint8_t *put_toc(struct ata_drive *d, uint8_t *p, uint8_t start, bool session)
{
    bool msf = d->packet[1] & TIME;
    uint8_t first = atapi_first_track(d);
    unsigned n = atapi_tracks(d);
    for (unsigned i = 0; i < (session ? 1 : n); i++) {
        struct disc_track t = atapi_track(d, i);
        if (session || first + i >= start)
            p = put_track(p, t.control, (uint8_t)(first + i), t.start, msf);
    }
    if (!session)
        p = put_track(p, atapi_track(d, n - 1).control, 0xaa, atapi_sectors(d), msf);
    return p;
}

/* Format 2: what the lead-in says. */
static uint8_t *put_lead_in(struct ata_drive *d, uint8_t *p)
{
    uint8_t first = atapi_first_track(d), msf[3];
    unsigned n = atapi_tracks(d);
    struct disc_track a = atapi_track(d, 0), z = atapi_track(d, n - 1);
    p = put_full(p, a.control, 0xa0, first, disc_of(d) && disc_of(d)->xa ? 0x20 : 0, 0);
    p = put_full(p, z.control, 0xa1, (uint8_t)(first + n - 1), 0, 0);
    disc_msf(atapi_sectors(d), msf);
    p = put_full(p, z.control, 0xa2, msf[0], msf[1], msf[2]);
    for (unsigned i = 0; i < n; i++) {
        struct disc_track t = atapi_track(d, i);
        disc_msf(t.start, msf);
        p = put_full(p, t.control, (uint8_t)(first + i), msf[0], msf[1], msf[2]);
    }
    return p;
}

void atapi_read_toc(struct ata_drive *d)
{
    uint8_t format = d->packet[2] & 15, start = d->packet[6], *p = d->buf + 4;
    uint8_t first = atapi_first_track(d), last = (uint8_t)(first + atapi_tracks(d) - 1);
    if (!format)
        format = d->packet[9] >> 6;              /* SFF-8020i had it there */
    if (format > 2 || (format == 0 && start > last && start != 0xaa)) {
        atapi_bad_field(d);
        return;
    }
    d->buf[2] = format ? 1 : first;
    d->buf[3] = format ? 1 : last;
    p = format == 2 ? put_lead_in(d, p) : put_toc(d, p, start, format == 1);
    store_be16(d->buf, (uint32_t)(p - d->buf) - 2);
    atapi_reply(d, (uint32_t)(p - d->buf), load_be16(d->packet + 7));
}

void atapi_read_disc_info(struct ata_drive *d)
{
    uint8_t first = atapi_first_track(d);
    memset(d->buf, 0, 34);
    d->buf[1] = 32;
    d->buf[2] = 0x0e;                            /* complete session, finalised disc */
    d->buf[3] = d->buf[5] = first;
    d->buf[4] = 1;
    d->buf[6] = (uint8_t)(first + atapi_tracks(d) - 1);
    d->buf[7] = 0x20;                            /* unrestricted use */
    d->buf[8] = disc_of(d) && disc_of(d)->xa ? 0x20 : 0;
    memset(d->buf + 16, 0xff, 8);
    atapi_reply(d, 34, load_be16(d->packet + 7));
}

void atapi_read_track_info(struct ata_drive *d)
{
    static const uint8_t data_mode[] = { [DISC_AUDIO] = 15, [DISC_MODE1] = 1, [DISC_MODE2] = 2 };
    uint32_t where = load_be32(d->packet + 2);
    unsigned i = 0, n = atapi_tracks(d), first = atapi_first_track(d);
    uint8_t by = d->packet[1] & 3;
    if ((by == 0 && where >= atapi_sectors(d)) || by == 3 || (by == 2 && where > 1) ||
        (by == 1 && (where < first || where >= first + n))) {
        atapi_bad_field(d);
        return;
    }
    i = by == 0 ? atapi_track_at(d, where) : by == 1 ? where - first : 0;
    struct disc_track t = atapi_track(d, i);
    memset(d->buf, 0, 36);
    d->buf[1] = 34;
    d->buf[2] = (uint8_t)(first + i);
    d->buf[3] = 1;
    d->buf[5] = t.control;
    d->buf[6] = data_mode[t.mode];
    store_be32(d->buf + 8, t.start);
    store_be32(d->buf + 24, t.end - t.start);
    atapi_reply(d, 36, load_be16(d->packet + 7));
}

void atapi_read_header(struct ata_drive *d)
{
    uint32_t lba = load_be32(d->packet + 2);
    if (lba >= atapi_sectors(d)) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    uint8_t mode = atapi_track(d, atapi_track_at(d, lba)).mode;
    if (mode == DISC_AUDIO) {
        wrong_mode(d);
        return;
    }
    memset(d->buf, 0, 8);
    d->buf[0] = mode == DISC_MODE2 ? 2 : 1;
    put_position(d->buf + 4, lba, d->packet[1] & TIME);
    atapi_reply(d, 8, load_be16(d->packet + 7));
}

/* READ SUB-CHANNEL format 1: where the head is. */
static void put_current(const struct ata_drive *d, uint8_t *p)
{
    bool msf = d->packet[1] & TIME;
    uint32_t total = atapi_sectors(d), lba = atapi_audio_position(d);
    lba = lba < total ? lba : total ? total - 1 : 0;
    unsigned i = atapi_track_at(d, lba);
    struct disc_track t = atapi_track(d, i);
    p[1] = (uint8_t)(0x10 | t.control);
    p[2] = (uint8_t)(atapi_first_track(d) + i);
    p[3] = lba >= t.start;
    put_position(p + 4, lba, msf);
    if (msf)
        put_time(p + 8, lba >= t.start ? lba - t.start : t.start - lba);
    else
        store_be32(p + 8, lba - t.start);        /* negative in the pause */
}

/* Formats 2 and 3: the disc's number, or a track's; 'n' characters. */
static void put_code(uint8_t *p, const char *code, unsigned n)
{
    if (!code || !code[0])
        return;
    p[4] = 0x80;
    memcpy(p + 5, code, n);
}

void atapi_read_subchannel(struct ata_drive *d)
{
    const struct disc *disc = disc_of(d);
    uint8_t format = d->packet[3], track = d->packet[6], first = atapi_first_track(d), *p = d->buf;
    uint32_t n = 4;
    memset(p, 0, 24);
    p[1] = atapi_audio_status(d);
    if (p[1] == ATAPI_PLAYED || p[1] == ATAPI_AUDIO_ERROR)       /* told once */
        atapi_audio_stop(d);
    if (d->packet[2] & 0x40) {
        n = format == 1 ? 16 : 24;
        p[4] = format;
        if (!format || format > 3 ||
            (format == 3 && (track < first || track >= first + atapi_tracks(d)))) {
            atapi_bad_field(d);
            return;
        }
        if (format == 1)
            put_current(d, p + 4);
        else if (format == 2)
            put_code(p + 4, disc ? disc->catalog : NULL, 13);
        else
            put_code(p + 4, disc ? disc->track[track - first].isrc : NULL, 12);
        if (format == 3) {
            p[5] = (uint8_t)(0x10 | atapi_track(d, track - first).control);
            p[6] = track;
        }
    }
    store_be16(p + 2, n - 4);
    atapi_reply(d, n, load_be16(d->packet + 7));
}
