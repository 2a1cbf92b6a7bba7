/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CD-ROM drive says of itself: INQUIRY, mode pages, configuration.    Ref: MMC-3, 5.2 ff */
#include "devices/atapi.h"

enum { ONE_X = 176, MOST = 706 };                /* kB/s */

/* ---- INQUIRY ---- */

static uint32_t put_vital(const struct ata_drive *d, uint8_t page, uint8_t *p)
{
    static const uint8_t pages[] = { 0x00, 0x80, 0x83 };
    char serial[] = "VT00000000000 ";
    serial[12] = d->serial;
    serial[13] = 0;
    if (page == 0x00) {
        memcpy(p, pages, sizeof pages);
        return sizeof pages;
    }
    if (page == 0x80) {
        memcpy(p, serial, 13);
        return 13;
    }
    p[0] = 2;                                    /* ASCII */
    p[1] = 1;                                    /* vendor, then what the vendor chose */
    p[2] = 0;
    p[3] = 8 + 13;
    memcpy(p + 4, "VITRINE ", 8);
    memcpy(p + 12, serial, 13);
    return 4 + 8 + 13;
}

void atapi_inquiry(struct ata_drive *d)
{
    uint8_t page = d->packet[2], vital = d->packet[1] & 1;
    if (vital ? page && page != 0x80 && page != 0x83 : page) {
        atapi_bad_field(d);
        return;
    }
    memset(d->buf, 0, 96);
    d->buf[0] = 5;
    if (vital) {
        uint32_t n = put_vital(d, page, d->buf + 4);
        d->buf[1] = page;
        d->buf[3] = (uint8_t)n;
        atapi_reply(d, n + 4, d->packet[4]);
        return;
    }
    d->buf[1] = 0x80;
    d->buf[3] = 0x21;
    d->buf[4] = 31;
    memcpy(d->buf + 8, "VITRINE CD-ROM DRIVE    1.0 ", 28);
    atapi_reply(d, 36, d->packet[4]);
}

/* ---- mode pages ---- */

enum { CURRENT, CHANGEABLE, DEFAULT, SAVED };

/* Values, the bits that MODE SELECT changes, or the defaults. Returns the length; 0: no such
 * page. */
static unsigned put_page(const struct ata_drive *d, uint8_t page, uint8_t which, uint8_t p[20])
{
    struct ata_drive_pages { uint8_t recovery, retries, inactivity, volume[8]; uint16_t speed; };
    struct ata_drive_pages v = { d->recovery, d->retries, d->inactivity, { 0 }, d->speed };
    memcpy(v.volume, d->volume, 8);
    if (which == CHANGEABLE)
        v = (struct ata_drive_pages){ 0xff, 0xff, 0x0f,
                                      { 0x0f, 255, 0x0f, 255, 0x0f, 255, 0x0f, 255 }, 0 };
    if (which == DEFAULT)
        v = (struct ata_drive_pages){ 0, 3, 13, { 1, 255, 2, 255 }, MOST };
    bool fixed = which != CHANGEABLE;
    memset(p, 0, 20);
    p[0] = page;
    switch (page) {
    case 0x01:
        p[1] = 6;
        p[2] = v.recovery;
        p[3] = v.retries;
        break;
    case 0x0d:
        p[1] = 6;
        p[3] = v.inactivity;
        p[5] = fixed ? 60 : 0;
        p[7] = fixed ? 75 : 0;
        break;
    case 0x0e:
        p[1] = 14;
        p[2] = fixed ? 4 : 0;                    /* PLAY returns at once */
        memcpy(p + 8, v.volume, 8);
        break;
    case 0x1a:                                   /* power condition: no timers */
        p[1] = 10;
        break;
    case 0x2a:
        p[1] = 18;
        if (!fixed)
            break;
        p[2] = 0x3b;                             /* reads CD-R, CD-RW, DVDs */
        p[4] = 0x71;                             /* sessions, Mode 2 forms 2 and 1, audio */
        p[5] = 0x63;                             /* UPC, ISRC, accurate READ CD of audio */
        p[6] = (uint8_t)(0x29 | (d->locked ? 2 : 0));    /* tray, eject, lock */
        p[7] = 3;                                /* volume and muting of each channel */
        store_be16(p + 8, MOST);
        store_be16(p + 10, 256);                 /* volume levels */
        store_be16(p + 12, ATA_BUF / 1024);
        store_be16(p + 14, v.speed);
        break;
    default:
        return 0;
    }
    return p[1] + 2u;
}

void atapi_mode_sense(struct ata_drive *d)
{
    static const uint8_t pages[] = { 0x01, 0x0d, 0x0e, 0x1a, 0x2a };
    bool ten = d->packet[0] == 0x5a;
    uint8_t header = ten ? 8 : 4, medium = d->open ? 0x71 : 0x70, page = d->packet[2] & 0x3f;
    uint32_t n = header;
    if (d->packet[2] >> 6 == SAVED) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x39, 0);
        return;
    }
    if (atapi_loaded(d)) {
        bool data = atapi_track(d, atapi_tracks(d) - 1).mode != DISC_AUDIO;
        bool sound = atapi_track(d, 0).mode == DISC_AUDIO || atapi_tracks(d) > 1;
        medium = data ? 1 : atapi_track(d, 0).mode == DISC_AUDIO ? 2 : sound ? 3 : 1;
    }
    memset(d->buf, 0, header);
    for (unsigned i = 0; i < ARRAY_LEN(pages); i++)
        if (page == 0x3f || page == pages[i])
            n += put_page(d, pages[i], d->packet[2] >> 6, d->buf + n);
    if (n == header) {
        atapi_bad_field(d);
        return;
    }
    if (ten)
        store_be16(d->buf, n - 2);
    else
        d->buf[0] = (uint8_t)(n - 1);
    d->buf[ten ? 2 : 1] = medium;
    atapi_reply(d, n, ten ? load_be16(d->packet + 7) : d->packet[4]);
}

static void set_page(struct ata_drive *d, const uint8_t *p)
{
    switch (p[0] & 0x3f) {
    case 0x01:
        d->recovery = p[2];
        d->retries = p[3];
        break;
    case 0x0d:
        d->inactivity = p[3] & 0x0f;
        break;
    case 0x0e:
        for (unsigned i = 0; i < 8; i++)
            d->volume[i] = i & 1 ? p[8 + i] : p[8 + i] & 0x0f;
        break;
    }
}

/* Nothing changes unless everything is right. */
bool atapi_mode_select(struct ata_drive *d)
{
    bool ten = d->packet[0] == 0x55;
    uint32_t at = ten ? 8 : 4, n = d->len;
    uint8_t now[20];
    if (n >= at)
        at += ten ? load_be16(d->buf + 6) : d->buf[3];   /* block descriptors */
    if (n < at) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x1a, 0);         /* parameter list length error */
        return false;
    }
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = at; i < n; i += d->buf[i + 1] + 2u) {
            const uint8_t *p = d->buf + i;
            unsigned size = n - i < 2 ? 0 : put_page(d, p[0] & 0x3f, CURRENT, now);
            if (!size || p[1] != size - 2 || size > n - i) {
                atapi_fail(d, ILLEGAL_REQUEST, size && p[1] == size - 2 ? 0x1a : 0x26, 0);
                return false;
            }
            if (pass)
                set_page(d, p);
        }
    return true;
}

static void take_pages(struct ata_drive *d, uint32_t n)
{
    if (d->packet[1] & 1 || !(d->packet[1] & 0x10) || n > 256)
        atapi_bad_field(d);                      /* saving; pages that are not SCSI's */
    else
        atapi_take(d, n);
}

void atapi_mode_select_6(struct ata_drive *d) { take_pages(d, d->packet[4]); }
void atapi_mode_select_10(struct ata_drive *d) { take_pages(d, load_be16(d->packet + 7)); }

/* ---- the rest ---- */

void atapi_set_speed(struct ata_drive *d)
{
    uint32_t v = load_be16(d->packet + 2);
    d->speed = (uint16_t)(v > MOST ? MOST : v < ONE_X ? ONE_X : v);
    atapi_done(d);
}

void atapi_mechanism_status(struct ata_drive *d)
{
    uint32_t lba = atapi_audio_position(d);
    memset(d->buf, 0, 8);
    bool playing = atapi_audio_status(d) == ATAPI_PLAYING;
    d->buf[1] = (uint8_t)((playing ? 0x20 : 0) | (d->open ? 0x10 : 0));
    store_be16(d->buf + 3, lba);
    d->buf[2] = (uint8_t)(lba >> 16);
    atapi_reply(d, 8, load_be16(d->packet + 8));
}

bool atapi_is_dvd(const struct ata_drive *d)
{
    return atapi_loaded(d) && atapi_sectors(d) > DISC_SECTORS;
}

/* MMC-3, 6.8: one stretch at one speed, from the first sector to the last. */
void atapi_get_performance(struct ata_drive *d)
{
    uint8_t *p = d->buf;
    uint32_t total = atapi_sectors(d), room = load_be16(d->packet + 8);
    if (d->packet[10] || d->packet[1] & 3) {     /* other types than performance; exceptions */
        atapi_bad_field(d);
        return;
    }
    uint32_t n = 8 + (room && total ? 16 : 0);
    memset(p, 0, 24);
    store_be32(p, n - 4);
    store_be32(p + 12, d->speed);
    store_be32(p + 16, total ? total - 1 : 0);
    store_be32(p + 20, d->speed);
    atapi_reply(d, n, n);
}

static uint32_t profile(const struct ata_drive *d)
{
    return !atapi_loaded(d) ? 0 : atapi_is_dvd(d) ? 0x10 : 0x08;
}

void atapi_get_configuration(struct ata_drive *d)
{
    uint32_t now = profile(d), first = load_be16(d->packet + 2);
    uint8_t rt = d->packet[1] & 3, *p = d->buf + 8;
    const uint8_t all[] = {
        0x00, 0x00, 0x03, 8, 0x00, 0x10, now == 0x10, 0, 0x00, 0x08, now == 0x08, 0, /* profiles */
        0x00, 0x01, 0x03, 4, 0, 0, 0, 2,                                     /* core: ATAPI */
        0x00, 0x02, 0x03, 4, 0, 0, 0, 0,                                     /* morphing */
        0x00, 0x03, 0x03, 4, 0x29, 0, 0, 0,                                  /* tray */
        0x00, 0x10, now != 0, 8, 0, 0, 8, 0, 0, 1, 0, 0,                     /* readable */
        0x00, 0x1e, now == 0x08, 4, 0, 0, 0, 0,                              /* CD read */
        0x00, 0x1f, now == 0x10, 4, 0, 0, 0, 0,                              /* DVD read */
        0x01, 0x00, 0x03, 0,                                                 /* power management */
        0x01, 0x03, now == 0x08, 4, 3, 0, 1, 0,                              /* audio play */
        0x01, 0x05, 0x03, 0,                                                 /* time-outs */
    };
    if (rt == 3) {
        atapi_bad_field(d);
        return;
    }
    for (unsigned i = 0; i < sizeof all; i += 4u + all[i + 3]) {
        uint32_t code = load_be16(all + i);
        if (rt == 2 ? code != first : code < first || (rt == 1 && !(all[i + 2] & 1)))
            continue;
        memcpy(p, all + i, 4u + all[i + 3]);
        p += 4 + all[i + 3];
    }
    uint32_t n = (uint32_t)(p - d->buf);
    store_be32(d->buf, n - 4);
    store_be32(d->buf + 4, now);
    atapi_reply(d, n, load_be16(d->packet + 7));
}
