/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/atapi.h"

#define BLOCK_NS  5000           /* to the next block that is already in the buffer */
#define MEDIUM_NS 40000          /* ... that comes from the medium */

enum { CD = 1, IO = 2 };                         /* interrupt reason, in the count register */
enum { NOT_READY = 2, MEDIUM_ERROR = 3, ILLEGAL_REQUEST = 5, UNIT_ATTENTION = 6 };
enum { CD_MAX_SECTORS = 449850 };                /* 99:59:74; more is a DVD */

static void store_be16(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static void store_be32(uint8_t *p, uint32_t v) { store_be16(p, v >> 16); store_be16(p + 2, v); }
static uint32_t load_be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t load_be32(const uint8_t *p) { return load_be16(p) << 16 | load_be16(p + 2); }

static bool loaded(const struct ata_drive *d) { return d->bd && !d->open; }

static uint32_t sectors(const struct ata_drive *d)
{
    uint64_t n = loaded(d) ? d->bd->sectors : 0;
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* ---- ends of commands ---- */

void atapi_done(struct ata_drive *d)
{
    d->error = 0;
    d->count = CD | IO;
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

static void check_condition(struct ata_drive *d, uint8_t sense, uint8_t asc, uint8_t ascq)
{
    d->sense = sense;
    d->asc = asc;
    d->ascq = ascq;
    d->left = d->pos = d->stop = d->len = 0;
    d->count = CD | IO;
    d->error = (uint8_t)(sense << 4 | ATA_ABRT);
    ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR);
}

static void bad_field(struct ata_drive *d) { check_condition(d, ILLEGAL_REQUEST, 0x24, 0); }

/* ---- data to the host ---- */

/* The next DRQ block: as much as is there, and as the byte count limit allows. */
static void send_block(struct ata_drive *d)
{
    uint32_t n = d->len - d->pos;
    n = n < d->limit ? n : d->limit;
    d->stop = d->pos + n;
    d->count = IO;
    d->lcyl = (uint8_t)n;
    d->hcyl = (uint8_t)(n >> 8);
    ata_drq(d, ATA_IN, true);
}

/* n bytes of buf are the answer, of which the host wants at most 'most'. */
static void reply(struct ata_drive *d, uint32_t n, uint32_t most)
{
    n = n < most ? n : most;
    d->left = 0;
    d->pos = 0;
    d->stop = d->len = n;
    if (!n)
        atapi_done(d);
    else if (ata_wants_dma(d))
        ata_busy(d, ATA_DMA, BLOCK_NS);
    else
        send_block(d);
}

static void raw_sector(uint8_t *p, uint32_t lba)
{
    uint32_t f = lba + 150, msf[3] = { f / 4500, f / 75 % 60, f % 75 };
    memmove(p + 16, p, 2048);
    memset(p + 1, 0xff, 10);
    p[0] = p[11] = 0;
    for (unsigned i = 0; i < 3; i++)
        p[12 + i] = (uint8_t)(msf[i] / 10 % 10 << 4 | msf[i] % 10);
    p[15] = 1;                                   /* mode 1 */
    memset(p + 16 + 2048, 0, 2352 - 16 - 2048);
}

bool atapi_fill(struct ata_drive *d)
{
    uint32_t n = ATA_BUF / d->unit, total = sectors(d);
    n = n < d->left ? n : d->left;
    if (d->lba >= total || n > total - d->lba) {
        if (!loaded(d))
            check_condition(d, NOT_READY, 0x3a, 0);
        else
            check_condition(d, ILLEGAL_REQUEST, 0x21, 0);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *p = d->buf + i * d->unit;
        if (!d->bd->ops->read(d->bd, d->lba + i, 1, p, NULL)) {
            check_condition(d, MEDIUM_ERROR, 0x11, 0);
            return false;
        }
        if (d->unit == 2352)
            raw_sector(p, (uint32_t)d->lba + i);
    }
    d->pos = 0;
    d->stop = d->len = n * d->unit;
    d->lba += n;
    d->left -= n;
    return true;
}

void atapi_next(struct ata_drive *d)
{
    if (d->pos >= d->len) {
        if (!d->left) {
            atapi_done(d);
            return;
        }
        if (!atapi_fill(d))
            return;
    }
    send_block(d);
}

static void read_sectors(struct ata_drive *d, uint32_t lba, uint32_t n, uint16_t unit)
{
    uint32_t total = sectors(d);
    if (lba > total || n > total - lba) {
        check_condition(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    if (!n) {
        atapi_done(d);
        return;
    }
    d->lba = lba;
    d->left = n > 65536 ? 65536 : n;             /* READ(12) beyond 128 MiB: more than any driver
                                                    asks */
    d->unit = unit;
    d->pos = d->stop = d->len = 0;
    ata_busy(d, ata_wants_dma(d) ? ATA_DMA : ATA_NEXT, MEDIUM_NS);
}

/* ---- packet commands ---- */

static void test_unit_ready(struct ata_drive *d) { atapi_done(d); }

static void request_sense(struct ata_drive *d)
{
    memset(d->buf, 0, 18);
    d->buf[0] = 0x70;
    d->buf[2] = d->sense;
    d->buf[7] = 10;
    d->buf[12] = d->asc;
    d->buf[13] = d->ascq;
    d->sense = d->asc = d->ascq = 0;
    reply(d, 18, d->packet[4]);
}

static void inquiry(struct ata_drive *d)
{
    if (d->packet[1] & 1) {
        bad_field(d);
        return;
    }
    memset(d->buf, 0, 8);
    d->buf[0] = 5;
    d->buf[1] = 0x80;
    d->buf[3] = 0x21;
    d->buf[4] = 31;
    memcpy(d->buf + 8, "VITRINE CD-ROM DRIVE    1.0 ", 28);
    reply(d, 36, d->packet[4]);
}

static void read_capacity(struct ata_drive *d)
{
    store_be32(d->buf, sectors(d) - 1);
    store_be32(d->buf + 4, 2048);
    reply(d, 8, 8);
}

static void read_10(struct ata_drive *d)
{
    read_sectors(d, load_be32(d->packet + 2), load_be16(d->packet + 7), 2048);
}

static void read_12(struct ata_drive *d)
{
    read_sectors(d, load_be32(d->packet + 2), load_be32(d->packet + 6), 2048);
}

static void read_cd_as(struct ata_drive *d, uint32_t lba, uint32_t n)
{
    switch (d->packet[9] & 0xf8) {               /* MMC-3, table 238: which parts of a sector */
    case 0x00: atapi_done(d);                     break;
    case 0x10: read_sectors(d, lba, n, 2048);     break;
    case 0xf8: read_sectors(d, lba, n, 2352);     break;
    default:   bad_field(d);                      break;
    }
}

static void read_cd(struct ata_drive *d)
{
    const uint8_t *p = d->packet;
    read_cd_as(d, load_be32(p + 2), (uint32_t)p[6] << 16 | load_be16(p + 7));
}

static uint32_t frames(const uint8_t *msf) { return (msf[0] * 60u + msf[1]) * 75u + msf[2]; }

static void read_cd_msf(struct ata_drive *d)
{
    uint32_t from = frames(d->packet + 3), to = frames(d->packet + 6);
    if (from < 150 || to < from)
        bad_field(d);
    else
        read_cd_as(d, from - 150, to - from);
}

static void put_position(uint8_t *p, uint32_t lba, bool msf)
{
    uint32_t f = lba + 150;
    if (msf)
        store_be32(p, f / 4500 << 16 | f / 75 % 60 << 8 | f % 75);
    else
        store_be32(p, lba);
}

static uint8_t *put_track(uint8_t *p, uint8_t track, uint32_t lba, bool msf)
{
    p[0] = 0;
    p[1] = 0x14;                                 /* position in Q; data track, digital copy
                                                    prohibited */
    p[2] = track;
    p[3] = 0;
    put_position(p + 4, lba, msf);
    return p + 8;
}

static uint8_t *put_full(uint8_t *p, uint8_t point, uint8_t a, uint8_t b, uint8_t c)
{
    const uint8_t entry[11] = { 1, 0x14, 0, point, 0, 0, 0, 0, a, b, c };
    memcpy(p, entry, 11);
    return p + 11;
}

static void read_toc(struct ata_drive *d)
{
    bool msf = d->packet[1] & 2;
    uint8_t format = d->packet[2] & 15, start = d->packet[6], *p = d->buf + 4;
    uint32_t out = sectors(d) + 150;
    if (!format)
        format = d->packet[9] >> 6;              /* SFF-8020i had it there */
    d->buf[2] = d->buf[3] = 1;
    if (format == 0 && (start <= 1 || start == 0xaa)) {
        if (start <= 1)
            p = put_track(p, 1, 0, msf);
        p = put_track(p, 0xaa, sectors(d), msf);
    } else if (format == 1) {
        p = put_track(p, 1, 0, msf);
    } else if (format == 2) {
        p = put_full(p, 0xa0, 1, 0, 0);
        p = put_full(p, 0xa1, 1, 0, 0);
        p = put_full(p, 0xa2, (uint8_t)(out / 4500), (uint8_t)(out / 75 % 60), (uint8_t)(out % 75));
        p = put_full(p, 1, 0, 2, 0);
    } else {
        bad_field(d);
        return;
    }
    store_be16(d->buf, (uint32_t)(p - d->buf) - 2);
    reply(d, (uint32_t)(p - d->buf), load_be16(d->packet + 7));
}

/* MMC-3 5.3: header by the caller; pages from 'to' on. Returns the end, or NULL for an unknown
 * page. */
static uint8_t *put_pages(const struct ata_drive *d, uint8_t *to, uint8_t page)
{
    static const uint8_t recovery[] = { 0x01, 6, 0, 3, 0, 0, 0, 0 };
    static const uint8_t parameters[] = { 0x0d, 6, 0, 13, 0, 60, 0, 75 };
    static const uint8_t audio[] = { 0x0e, 14, 4, 0, 0, 0, 0, 75, 1, 255, 2, 255, 0, 0, 0, 0 };
    uint8_t caps[] = { 0x2a, 18, 0x3b, 0, 0x01, 0x60, 0x29, 0, 2, 0xc2, 0, 0, 2, 0, 2, 0xc2, 0, 0,
                       0, 0 };
    const struct { const uint8_t *p; uint8_t n; } pages[] = {
        { recovery, sizeof recovery }, { parameters, sizeof parameters }, { audio, sizeof audio },
        { caps, sizeof caps },
    };
    uint8_t *end = to;
    if (d->locked)
        caps[6] |= 2;
    for (unsigned i = 0; i < ARRAY_LEN(pages); i++)
        if (page == 0x3f || page == pages[i].p[0]) {
            memcpy(end, pages[i].p, pages[i].n);
            end += pages[i].n;
        }
    return end == to ? NULL : end;
}

static void mode_sense(struct ata_drive *d)
{
    bool ten = d->packet[0] == 0x5a;
    uint8_t header = ten ? 8 : 4, medium = d->open ? 0x71 : d->bd ? 0x01 : 0x70;
    memset(d->buf, 0, header);
    uint8_t *end = put_pages(d, d->buf + header, d->packet[2] & 0x3f);
    if (d->packet[2] >> 6 == 3) {
        check_condition(d, ILLEGAL_REQUEST, 0x39, 0);    /* saved values: none */
        return;
    }
    if (!end) {
        bad_field(d);
        return;
    }
    uint32_t n = (uint32_t)(end - d->buf);
    if (ten)
        store_be16(d->buf, n - 2);
    else
        d->buf[0] = (uint8_t)(n - 1);
    d->buf[ten ? 2 : 1] = medium;
    reply(d, n, ten ? load_be16(d->packet + 7) : d->packet[4]);
}

static void start_stop(struct ata_drive *d)
{
    uint8_t what = d->packet[4] & 3;
    if (what == 2) {                             /* eject */
        if (d->locked) {
            check_condition(d, loaded(d) ? ILLEGAL_REQUEST : NOT_READY, 0x53, 2);
            return;
        }
        d->event_gone = loaded(d);
        d->open = true;
    } else if (what == 3 && d->open) {           /* load */
        d->open = false;
        d->attention = d->event_new = d->bd != NULL;
    }
    atapi_done(d);
}

static void prevent_allow(struct ata_drive *d)
{
    d->locked = d->packet[4] & 1;
    atapi_done(d);
}

static void mechanism_status(struct ata_drive *d)
{
    memset(d->buf, 0, 8);
    d->buf[1] = d->open ? 0x10 : 0;
    reply(d, 8, load_be16(d->packet + 8));
}

static uint32_t profile(const struct ata_drive *d)
{
    return !loaded(d) ? 0 : sectors(d) > CD_MAX_SECTORS ? 0x10 : 0x08;
}

static void get_configuration(struct ata_drive *d)
{
    uint32_t now = profile(d), first = load_be16(d->packet + 2);
    uint8_t rt = d->packet[1] & 3, *p = d->buf + 8;
    uint8_t all[] = {
        /* profiles */
        0x00, 0x00, 0x03, 8, 0x00, 0x10, now == 0x10, 0, 0x00, 0x08, now == 0x08, 0,
        /* core: ATAPI */
        0x00, 0x01, 0x03, 4, 0, 0, 0, 2,
        /* morphing */
        0x00, 0x02, 0x03, 4, 0, 0, 0, 0,
        0x00, 0x03, 0x03, 4, 0x29, 0, 0, 0,                                            /* tray */
        /* readable */
        0x00, 0x10, (uint8_t)(now != 0), 8, 0, 0, 8, 0, 0, 1, 0, 0,
        0x00, 0x1e, now == 0x08, 4, 0, 0, 0, 0,                                        /* CD read */
        /* DVD read */
        0x00, 0x1f, now == 0x10, 4, 0, 0, 0, 0,
    };
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
    reply(d, n, load_be16(d->packet + 7));
}

static void get_event(struct ata_drive *d)
{
    if (!(d->packet[1] & 1)) {                   /* only polled operation */
        bad_field(d);
        return;
    }
    memset(d->buf, 0, 8);
    d->buf[3] = 0x10;                            /* the media class is supported */
    if (!(d->packet[4] & 0x10)) {
        d->buf[1] = 2;
        d->buf[2] = 0x80;
        reply(d, 4, load_be16(d->packet + 7));
        return;
    }
    d->buf[1] = 6;
    d->buf[2] = 4;
    d->buf[4] = d->event_gone ? 3 : d->event_new ? 2 : 0;
    d->buf[5] = (uint8_t)((loaded(d) ? 2 : 0) | (d->open ? 1 : 0));
    if (d->event_gone)
        d->event_gone = false;
    else
        d->event_new = false;
    reply(d, 8, load_be16(d->packet + 7));
}

static void read_disc_info(struct ata_drive *d)
{
    memset(d->buf, 0, 34);
    d->buf[1] = 32;
    d->buf[2] = 0x0e;                            /* complete session, finalised disc */
    d->buf[3] = d->buf[4] = d->buf[5] = d->buf[6] = 1;
    d->buf[7] = 0x20;                            /* unrestricted use */
    memset(d->buf + 16, 0xff, 8);
    reply(d, 34, load_be16(d->packet + 7));
}

static void read_track_info(struct ata_drive *d)
{
    memset(d->buf, 0, 36);
    d->buf[1] = 34;
    d->buf[2] = d->buf[3] = 1;
    d->buf[5] = 4;                               /* data, uninterrupted */
    d->buf[6] = 1;
    store_be32(d->buf + 24, sectors(d));
    reply(d, 36, load_be16(d->packet + 7));
}

static void read_subchannel(struct ata_drive *d)
{
    memset(d->buf, 0, 4);
    d->buf[1] = 0x15;                            /* no audio status */
    reply(d, 4, load_be16(d->packet + 7));
}

static void seek(struct ata_drive *d)
{
    if (load_be32(d->packet + 2) >= sectors(d))
        check_condition(d, ILLEGAL_REQUEST, 0x21, 0);
    else
        atapi_done(d);
}

enum { MEDIUM = 1, QUIET = 2 };      /* needs a medium; does not report unit attention */

static const struct { uint8_t code, flags; void (*run)(struct ata_drive *); } commands[] = {
    { 0x00, MEDIUM, test_unit_ready }, { 0x03, QUIET, request_sense },    { 0x12, QUIET, inquiry },
    { 0x1a, 0, mode_sense }, { 0x5a, 0, mode_sense }, { 0x1b, 0, start_stop },
    { 0x1e, 0, prevent_allow }, { 0x25, MEDIUM, read_capacity }, { 0x28, MEDIUM, read_10 },
    { 0xa8, MEDIUM, read_12 }, { 0xbe, MEDIUM, read_cd }, { 0xb9, MEDIUM, read_cd_msf },
    { 0x43, MEDIUM, read_toc }, { 0x46, QUIET, get_configuration }, { 0x4a, QUIET, get_event },
    { 0x51, MEDIUM, read_disc_info }, { 0x52, MEDIUM, read_track_info },
    { 0x42, MEDIUM, read_subchannel }, { 0xbd, 0, mechanism_status }, { 0x2b, MEDIUM, seek },
    { 0xbb, 0, atapi_done },
};

static void run_packet(struct ata_drive *d)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        if (commands[i].code != d->packet[0])
            continue;
        if (d->attention && !(commands[i].flags & QUIET) && d->bd) {
            d->attention = false;
            check_condition(d, UNIT_ATTENTION, 0x28, 0);
        } else if (commands[i].flags & MEDIUM && !loaded(d)) {
            check_condition(d, NOT_READY, 0x3a, d->open ? 2 : 1);
        } else {
            if (d->packet[0] != 0x03)
                d->sense = d->asc = d->ascq = 0;
            commands[i].run(d);
        }
        return;
    }
    check_condition(d, ILLEGAL_REQUEST, 0x20, 0);
}

/* ---- ATA commands of a packet drive ---- */

static void text(uint8_t *to, unsigned bytes, const char *s)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i ^ 1] = (uint8_t)(*s ? *s++ : ' ');
}

static void identify(struct ata_drive *d)
{
    uint32_t mw = d->xfer >> 5 == 1 ? 0x100u << (d->xfer & 7) : 0;
    uint32_t ultra = d->xfer >> 5 == 2 ? 0x100u << (d->xfer & 7) : 0;
    const uint16_t words[][2] = {
        { 0, 0x85c0 }, { 49, 0x0f00 }, { 50, 0x4000 }, { 51, 0x0200 }, { 52, 0x0200 }, { 53, 6 },
        { 63, (uint16_t)(7 | mw) }, { 64, 3 }, { 65, 120 }, { 66, 120 }, { 67, 120 }, { 68, 120 },
        { 80, 0x007e }, { 81, 0x0019 }, { 82, 0x4210 }, { 83, 0x4000 }, { 84, 0x4000 },
        { 85, 0x4210 }, { 86, 0 }, { 87, 0x4000 }, { 88, (uint16_t)(0x3f | ultra) },
    };
    char serial[] = "VT00000000000 ";
    serial[12] = d->serial;
    memset(d->buf, 0, 512);
    for (unsigned i = 0; i < ARRAY_LEN(words); i++)
        store_le16(d->buf + 2 * words[i][0], words[i][1]);
    text(d->buf + 20, 20, serial);
    text(d->buf + 46, 8, "1.0");
    text(d->buf + 54, 40, "VITRINE CD-ROM DRIVE");
    d->limit = 512;
    d->left = 0;
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_IN, true);
}

static void take_packet(struct ata_drive *d)
{
    uint32_t limit = (uint32_t)d->hcyl << 8 | d->lcyl;
    d->limit = limit == 0 || limit == 0xffff ? 0xfffe : limit;
    if (d->limit > 1)
        d->limit &= ~1u;                         /* only the last block may be odd */
    d->pos = 0;
    d->stop = 12;
    d->count = CD;
    ata_drq(d, ATA_PACKET, false);
}

void atapi_start(struct ata_drive *d)
{
    switch (d->cmd) {
    case 0xa0:
        if (d->stop == 12)                       /* the packet is complete */
            run_packet(d);
        else
            take_packet(d);
        break;
    case 0xa1:
        identify(d);
        break;
    case 0x90: case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0xe5: case 0xe6: case 0xef:
        ata_cmd_start(d);
        break;
    case 0xec: case 0x20:                        /* "I am a packet drive" */
        ata_signature(d);
        ata_fail(d, ATA_ABRT);
        break;
    default:
        ata_fail(d, ATA_ABRT);
        break;
    }
}
