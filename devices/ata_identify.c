/* SPDX-License-Identifier: BSD-2-Clause */
/* IDENTIFY DEVICE, IDENTIFY PACKET DEVICE.            Ref: ATA/ATAPI-6, tables 26, 27; ATA-1, -3 */
#include "devices/ata.h"

#define CHS_MOST 16514064u       /* 16383 * 16 * 63: beyond, there is only LBA */

static void text(uint8_t *to, unsigned bytes, const char *s)
{
    for (unsigned i = 0; i < bytes; i++)         /* first character in the high byte */
        to[i ^ 1] = (uint8_t)(*s ? *s++ : ' ');
}

/* The bit of the chosen mode, in words 62, 63 and 88. */
static uint16_t chosen(const struct ata_drive *d, uint8_t kind)
{
    return (d->xfer & 0xf8) == kind ? (uint16_t)(0x100u << (d->xfer & 7)) : 0;
}

static void put_words(uint8_t *b, const uint16_t (*words)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        store_le16(b + 2 * words[i][0], words[i][1]);
}

/* Transfer modes, times of a cycle, standards, the cable: disks and CD drives alike. */
static void put_common(struct ata_drive *d, const char *model)
{
    char serial[] = "VT00000000000 ";
    const uint16_t words[][2] = {
        { 50, 0x4000 }, { 51, 0x0200 }, { 52, 0x0200 }, { 62, 0x0007u | chosen(d, 0x10) },
        { 63, 0x0007u | chosen(d, 0x20) }, { 64, 3 }, { 65, 120 }, { 66, 120 }, { 67, 120 },
        { 68, 120 }, { 80, 0x007e }, { 81, 0x0019 }, { 88, 0x003fu | chosen(d, 0x40) },
        { 93, d->serial & 1 ? 0x600b : 0x6b00 },
    };
    serial[12] = d->serial;
    put_words(d->buf, words, ARRAY_LEN(words));
    text(d->buf + 20, 20, serial);
    text(d->buf + 46, 8, "1.0");
    text(d->buf + 54, 40, model);
}

/* Word 255: the sum of all bytes is 0. */
static void send(struct ata_drive *d)
{
    uint8_t sum = 0;
    d->buf[510] = 0xa5;
    d->buf[511] = 0;
    for (unsigned i = 0; i < 512; i++)
        sum = (uint8_t)(sum + d->buf[i]);
    d->buf[511] = (uint8_t)(0u - sum);
    d->left = 0;
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_IN, true);
}

void ata_identify(struct ata_drive *d)
{
    uint64_t total = ata_capacity(d), lba28 = total > 0x0fffffff ? 0x0fffffff : total;
    uint32_t track = (uint32_t)d->heads * d->spt;
    uint32_t cyls = (uint32_t)(total > CHS_MOST ? CHS_MOST : total) / track;
    cyls = cyls > 65535 ? 65535 : cyls;
    uint32_t chs = cyls * track;
    uint32_t native = (uint32_t)(total > CHS_MOST ? CHS_MOST : total) / (16 * 63);
    uint64_t erase = total / (20 * 2048 * 120) + 1;      /* of two minutes each, at 20 MB/s */
    uint8_t security = d->security;
    uint16_t on = (uint16_t)(0x7408 | (security & SECURITY_ENABLED) | (d->write_cache ? 0x20 : 0) |
                             (d->look_ahead ? 0x40 : 0) | (d->smart ? 1 : 0));
    const uint16_t words[][2] = {
        { 0, 0x0040 }, { 1, d->max ? (uint16_t)(native ? native : 1) : d->def_cyls },
        { 3, d->def_heads }, { 6, d->def_spt },
        { 22, 4 }, { 47, 0x8010 }, { 48, 1 }, { 49, 0x2f00 }, { 53, 7 }, { 54, (uint16_t)cyls },
        { 55, d->heads }, { 56, d->spt }, { 57, (uint16_t)chs }, { 58, (uint16_t)(chs >> 16) },
        { 59, d->multiple ? 0x100u | d->multiple : 0 },
        { 60, (uint16_t)lba28 }, { 61, (uint16_t)(lba28 >> 16) },
        /* NOP, READ and WRITE BUFFER, protected area, look-ahead, write cache, power management,
         * security, SMART */
        { 82, 0x746b },
        { 83, 0x7400 },                          /* both FLUSH CACHEs, 48 bits */
        { 84, 0x4003 },                          /* SMART self-test and error log */
        { 85, on }, { 86, 0x3400 }, { 87, 0x4003 },
        { 89, (uint16_t)(erase > 255 ? 255 : erase) }, { 92, d->master_revision },
        { 128, (uint16_t)(1 | (security & 0x1e) | (security & SECURITY_MAXIMUM ? 0x100 : 0)) },
    };
    memset(d->buf, 0, 512);
    put_common(d, "VITRINE HARD DISK");
    put_words(d->buf, words, ARRAY_LEN(words));
    store_le64(d->buf + 200, total);
    send(d);
}

void ata_identify_packet(struct ata_drive *d)
{
    const uint16_t words[][2] = {
        { 0, 0x85c0 }, { 49, 0x0f00 }, { 53, 6 },
        { 82, 0x4218 }, { 83, 0x4000 }, { 84, 0x4000 },  /* NOP, DEVICE RESET, PACKET, power */
        { 85, 0x4218 }, { 86, 0 }, { 87, 0x4000 },
    };
    memset(d->buf, 0, 512);
    put_common(d, "VITRINE CD-ROM DRIVE");
    put_words(d->buf, words, ARRAY_LEN(words));
    d->limit = 512;
    send(d);
}
