/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMART of a disk that never ages: its attributes stay what they are, no error was ever logged and
 * each self-test succeeds at once.                          Ref: ATA/ATAPI-6, 8.55; SFF-8035i
 */
#include "devices/ata.h"

enum { READ_DATA = 0xd0, READ_THRESHOLDS = 0xd1, AUTOSAVE = 0xd2, SAVE = 0xd3, OFF_LINE = 0xd4,
       READ_LOG = 0xd5, WRITE_LOG = 0xd6, ENABLE = 0xd8, DISABLE = 0xd9, RETURN_STATUS = 0xda,
       AUTO_OFF_LINE = 0xdb };
enum { PASSED_HOURS = 1 };

static const struct { uint8_t id, flags, threshold; } attributes[] = {
    { 1, 0x0b, 16 },             /* raw read error rate */
    { 3, 0x07, 24 },             /* spin-up time */
    { 5, 0x33, 5 },              /* reallocated sectors */
    { 9, 0x12, 0 },              /* power-on hours */
    { 12, 0x32, 0 },             /* power cycles */
    { 197, 0x22, 0 },            /* pending sectors */
    { 199, 0x0a, 0 },            /* UDMA CRC errors */
};

static void done(struct ata_drive *d) { ata_finish(d, ATA_DRDY | ATA_DSC); }

static void send(struct ata_drive *d)            /* with the checksum in the last byte */
{
    uint8_t sum = 0;
    for (unsigned i = 0; i < 511; i++)
        sum = (uint8_t)(sum + d->buf[i]);
    d->buf[511] = (uint8_t)(0u - sum);
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_IN, true);
}

static void read_data(struct ata_drive *d)
{
    uint8_t *p = d->buf;
    memset(p, 0, 512);
    store_le16(p, 16);                           /* revision */
    for (unsigned i = 0; i < ARRAY_LEN(attributes); i++) {
        uint8_t *a = p + 2 + 12 * i;
        a[0] = attributes[i].id;
        a[1] = attributes[i].flags;
        a[3] = a[4] = 100;                       /* now, and the worst ever */
        if (a[0] == 12)
            a[5] = 1;
    }
    p[362] = 0x82;                               /* off-line collection: completed, automatic */
    p[363] = d->self_test;
    p[367] = 0x1b;                               /* execute immediate, automatic, self-tests */
    p[368] = 3;                                  /* attributes are saved */
    p[370] = 1;                                  /* error logging */
    p[372] = p[373] = 1;                         /* minutes of the self-tests */
    send(d);
}

static void read_thresholds(struct ata_drive *d)
{
    memset(d->buf, 0, 512);
    store_le16(d->buf, 16);
    for (unsigned i = 0; i < ARRAY_LEN(attributes); i++) {
        d->buf[2 + 12 * i] = attributes[i].id;
        d->buf[3 + 12 * i] = attributes[i].threshold;
    }
    send(d);
}

/* Log 0: directory. 1: summary of errors. 6: self-tests, the latest of which the index names. */
static void read_log(struct ata_drive *d)
{
    if (d->sector > 6 || (d->sector > 1 && d->sector < 6) || d->count != 1) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    memset(d->buf, 0, 512);
    d->buf[0] = 1;                               /* version */
    if (d->sector == 0)
        d->buf[2] = d->buf[12] = 1;              /* sectors of logs 1 and 6 */
    for (unsigned i = 0; d->sector == 6 && i < d->self_tests; i++) {
        d->buf[2 + 24 * i] = 1;                  /* short; status 0: no error */
        store_le16(d->buf + 4 + 24 * i, PASSED_HOURS);
    }
    if (d->sector == 6)
        d->buf[508] = d->self_tests;
    send(d);
}

static void off_line(struct ata_drive *d)
{
    switch (d->sector) {
    case 0x00: case 0x7f:
        break;
    case 0x01: case 0x02: case 0x81: case 0x82:
        d->self_test = 0;
        d->self_tests = d->self_tests < 21 ? (uint8_t)(d->self_tests + 1) : 21;
        break;
    default:
        ata_fail(d, ATA_ABRT);
        return;
    }
    done(d);
}

void ata_smart(struct ata_drive *d)
{
    if (d->lcyl != 0x4f || d->hcyl != 0xc2 || (!d->smart && d->feature != ENABLE)) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    switch (d->feature) {
    case READ_DATA:       read_data(d);       return;
    case READ_THRESHOLDS: read_thresholds(d); return;
    case READ_LOG:        read_log(d);        return;
    case OFF_LINE:        off_line(d);        return;
    case ENABLE:          d->smart = true;    break;
    case DISABLE:         d->smart = false;   break;
    case SAVE: case RETURN_STATUS:            break;     /* 4Fh, C2h stay: no threshold exceeded */
    case AUTO_OFF_LINE:                       break;     /* obsolete since ATA-6, but used */
    case AUTOSAVE:
        if (d->count && d->count != 0xf1) {
            ata_fail(d, ATA_ABRT);
            return;
        }
        d->smart_autosave = d->count != 0;
        break;
    default:
        ata_fail(d, ATA_ABRT);
        return;
    }
    done(d);
}
