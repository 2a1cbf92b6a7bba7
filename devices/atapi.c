/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets, their data, and whether the drive is ready. */
#include "devices/atapi.h"

#define BLOCK_NS  5000           /* to the next block that is already in the buffer */
#define MEDIUM_NS 40000          /* ... that comes from the medium */

enum { CD = 1, IO = 2 };                         /* interrupt reason, in the count register */

bool atapi_loaded(const struct ata_drive *d) { return d->bd && !d->open; }

void atapi_defaults(struct ata_drive *d)
{
    static const uint8_t volume[8] = { 1, 255, 2, 255, 0, 0, 0, 0 };
    memcpy(d->volume, volume, sizeof volume);
    d->recovery = 0;
    d->retries = 3;
    d->inactivity = 13;
    d->speed = 706;
    d->audio = ATAPI_SILENT;
    d->audio_from = d->audio_to = d->head = 0;
    d->audio_since = 0;
}

void atapi_medium_changed(struct ata_drive *d)
{
    d->audio = ATAPI_SILENT;
    d->head = 0;
}

/* ---- ends of commands ---- */

void atapi_done(struct ata_drive *d)
{
    d->error = 0;
    d->count = CD | IO;
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

void atapi_fail(struct ata_drive *d, uint8_t sense, uint8_t asc, uint8_t ascq)
{
    d->sense = sense;
    d->asc = asc;
    d->ascq = ascq;
    d->left = d->pos = d->stop = d->len = 0;
    d->count = CD | IO;
    d->error = (uint8_t)(sense << 4 | ATA_ABRT);
    ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR);
}

void atapi_bad_field(struct ata_drive *d) { atapi_fail(d, ILLEGAL_REQUEST, 0x24, 0); }

/* ---- data ---- */

/* MODE SELECT is the only one. */
bool atapi_takes_data(const struct ata_drive *d)
{
    return d->cmd == 0xa0 && (d->packet[0] == 0x15 || d->packet[0] == 0x55);
}

/* The next DRQ block: as much as is there, and as the byte count limit allows. */
static void move_block(struct ata_drive *d)
{
    bool out = atapi_takes_data(d);
    uint32_t n = d->len - d->pos;
    n = n < d->limit ? n : d->limit;
    d->stop = d->pos + n;
    d->count = out ? 0 : IO;
    d->lcyl = (uint8_t)n;
    d->hcyl = (uint8_t)(n >> 8);
    ata_drq(d, out ? ATA_OUT : ATA_IN, true);
}

void atapi_reply(struct ata_drive *d, uint32_t n, uint32_t most)
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
        move_block(d);
}

void atapi_take(struct ata_drive *d, uint32_t n)
{
    atapi_reply(d, n, ATA_BUF);
}

bool atapi_drain(struct ata_drive *d) { return atapi_mode_select(d); }

bool atapi_fill(struct ata_drive *d)
{
    uint32_t n = ATA_BUF / d->unit, total = atapi_sectors(d);
    n = n < d->left ? n : d->left;
    if (d->lba >= total || n > total - d->lba) {
        if (!atapi_loaded(d))
            atapi_fail(d, NOT_READY, 0x3a, 0);
        else
            atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
        return false;
    }
    uint32_t done = atapi_read_plain(d, (uint32_t)d->lba, n, d->buf) ? n : 0;
    for (; done < n; done++)
        if (!atapi_read_sector(d, (uint32_t)d->lba + done, d->buf + done * d->unit))
            return false;
    d->pos = 0;
    d->stop = d->len = n * d->unit;
    d->lba += n;
    d->left -= n;
    return true;
}

void atapi_next(struct ata_drive *d)
{
    if (d->pos >= d->len) {
        if (atapi_takes_data(d)) {
            if (atapi_drain(d))
                atapi_done(d);
            return;
        }
        if (!d->left) {
            atapi_done(d);
            return;
        }
        if (!atapi_fill(d))
            return;
    }
    move_block(d);
}

void atapi_send(struct ata_drive *d, uint32_t lba, uint32_t n, uint16_t unit)
{
    uint32_t total = atapi_sectors(d);
    if (lba > total || n > total - lba) {
        atapi_fail(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    atapi_audio_stop(d);
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

/* ---- readiness and media ---- */

static void test_unit_ready(struct ata_drive *d) { atapi_done(d); }

/* Without an error to tell, what the audio does (MMC-3, 6.37). */
static void request_sense(struct ata_drive *d)
{
    uint8_t status = atapi_audio_status(d);
    memset(d->buf, 0, 18);
    d->buf[0] = 0x70;
    d->buf[2] = d->sense;
    d->buf[7] = 10;
    d->buf[12] = d->asc;
    d->buf[13] = d->sense || status == ATAPI_SILENT ? d->ascq : status;
    d->sense = d->asc = d->ascq = 0;
    atapi_reply(d, 18, d->packet[4]);
}

static void start_stop(struct ata_drive *d)
{
    uint8_t what = d->packet[4] & 3;
    if (what == 2) {                             /* eject */
        if (d->locked) {
            atapi_fail(d, atapi_loaded(d) ? ILLEGAL_REQUEST : NOT_READY, 0x53, 2);
            return;
        }
        d->event_gone |= atapi_loaded(d);
        d->open = true;
        atapi_medium_changed(d);
    } else if (what == 3 && d->open) {           /* load */
        d->open = false;
        d->attention = d->event_new = d->bd != NULL;
    } else if (what == 0) {                      /* stop */
        atapi_audio_stop(d);
    }
    atapi_done(d);
}

static void prevent_allow(struct ata_drive *d)
{
    d->locked = d->packet[4] & 1;
    atapi_done(d);
}

static void get_event(struct ata_drive *d)
{
    if (!(d->packet[1] & 1)) {                   /* only polled operation */
        atapi_bad_field(d);
        return;
    }
    memset(d->buf, 0, 8);
    d->buf[3] = 0x10;                            /* the media class is supported */
    if (!(d->packet[4] & 0x10)) {
        d->buf[1] = 2;
        d->buf[2] = 0x80;
        atapi_reply(d, 4, load_be16(d->packet + 7));
        return;
    }
    d->buf[1] = 6;
    d->buf[2] = 4;
    d->buf[4] = d->event_gone ? 3 : d->event_new ? 2 : 0;
    d->buf[5] = (uint8_t)((atapi_loaded(d) ? 2 : 0) | (d->open ? 1 : 0));
    if (d->event_gone)
        d->event_gone = false;
    else
        d->event_new = false;
    atapi_reply(d, 8, load_be16(d->packet + 7));
}

enum { MEDIUM = 1, QUIET = 2 };      /* needs a medium; does not report unit attention */

static const struct { uint8_t code, flags; void (*run)(struct ata_drive *); } commands[] = {
    { 0x00, MEDIUM, test_unit_ready },        { 0x01, MEDIUM, atapi_rezero },
    { 0x03, QUIET, request_sense },           { 0x2f, MEDIUM, atapi_verify },
    { 0xac, 0, atapi_get_performance },       { 0xad, MEDIUM, atapi_read_structure },
    { 0x12, QUIET, atapi_inquiry },           { 0x15, 0, atapi_mode_select_6 },
    { 0x1a, 0, atapi_mode_sense },            { 0x1b, 0, start_stop },
    { 0x1e, 0, prevent_allow },               { 0x25, MEDIUM, atapi_read_capacity },
    { 0x28, MEDIUM, atapi_read_10 },          { 0x2b, MEDIUM, atapi_seek },
    { 0x42, MEDIUM, atapi_read_subchannel },  { 0x43, MEDIUM, atapi_read_toc },
    { 0x44, MEDIUM, atapi_read_header },      { 0x45, MEDIUM, atapi_play_10 },
    { 0x46, QUIET, atapi_get_configuration }, { 0x47, MEDIUM, atapi_play_msf },
    { 0x48, MEDIUM, atapi_play_track },       { 0x4a, QUIET, get_event },
    { 0x4b, MEDIUM, atapi_pause_resume },     { 0x4e, MEDIUM, atapi_stop_play },
    { 0x51, MEDIUM, atapi_read_disc_info },   { 0x52, MEDIUM, atapi_read_track_info },
    { 0x55, 0, atapi_mode_select_10 },        { 0x5a, 0, atapi_mode_sense },
    { 0xa5, MEDIUM, atapi_play_12 },          { 0xa8, MEDIUM, atapi_read_12 },
    { 0xb9, MEDIUM, atapi_read_cd_msf },      { 0xbb, 0, atapi_set_speed },
    { 0xbd, 0, atapi_mechanism_status },      { 0xbe, MEDIUM, atapi_read_cd },
};

static void run_packet(struct ata_drive *d)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        if (commands[i].code != d->packet[0])
            continue;
        if (d->attention && !(commands[i].flags & QUIET) && d->bd) {
            d->attention = false;
            atapi_fail(d, UNIT_ATTENTION, 0x28, 0);
        } else if (commands[i].flags & MEDIUM && !atapi_loaded(d)) {
            atapi_fail(d, NOT_READY, 0x3a, d->open ? 2 : 1);
        } else {
            if (d->packet[0] != 0x03)
                d->sense = d->asc = d->ascq = 0;
            commands[i].run(d);
        }
        return;
    }
    atapi_fail(d, ILLEGAL_REQUEST, 0x20, 0);
}

/* ---- ATA commands of a packet drive ---- */

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
        ata_identify_packet(d);
        break;
    case 0x00: case 0x90: case 0xef:
    case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0xe5: case 0xe6:
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
