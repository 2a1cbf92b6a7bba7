/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of hard disks.                                       Ref: ATA/ATAPI-6, clause 8 */
#include "devices/ata.h"

#include "core/snapshot.h"

#define LBA      0x40            /* in the device register */
#define BLOCK_NS 20000           /* READ/WRITE: to the next block */

enum { WRITE_BUFFER = 0xe8, READ_LONG = 0x22, WRITE_LONG = 0x32, FORMAT_TRACK = 0x50,
       SECURITY = 0xf1, ERASE_UNIT = 0xf4, LAST_SECURITY = 0xf6 };

#define LONG     4               /* bytes of ECC */

struct command {
    uint8_t first, last, flags;
    void  (*run)(struct ata_drive *d);
};
static const struct command *lookup(uint8_t cmd);

uint8_t ata_cmd_flags(uint8_t cmd)
{
    const struct command *c = lookup(cmd);
    return c ? c->flags : 0;
}

/* ---- addresses ---- */

bool ata_get_address(struct ata_drive *d)
{
    uint8_t flags = ata_cmd_flags(d->cmd);
    if (flags & CMD_EXT) {
        d->lba = (uint64_t)d->hob_hcyl << 40 | (uint64_t)d->hob_lcyl << 32 |
                 (uint64_t)d->hob_sector << 24 | (uint64_t)d->hcyl << 16 | (uint64_t)d->lcyl << 8 |
                 d->sector;
        d->left = (uint32_t)d->hob_count << 8 | d->count;
        d->left = d->left ? d->left : 65536;
        return true;
    }
    d->left = d->count ? d->count : 256;
    if (d->select & LBA) {
        d->lba = (uint32_t)(d->select & 15) << 24 | (uint32_t)d->hcyl << 16 |
                 (uint32_t)d->lcyl << 8 | d->sector;
        return true;
    }
    uint32_t cyl = (uint32_t)d->hcyl << 8 | d->lcyl, head = d->select & 15;
    if (!d->sector || d->sector > d->spt || head >= d->heads)
        return false;
    d->lba = (uint64_t)(cyl * d->heads + head) * d->spt + d->sector - 1;
    return true;
}

void ata_put_address(struct ata_drive *d, uint64_t lba)
{
    if (!(d->select & LBA) && !(ata_cmd_flags(d->cmd) & CMD_EXT)) {
        uint64_t track = lba / d->spt, cyl = track / d->heads;
        d->sector = (uint8_t)(lba % d->spt + 1);
        d->select = (uint8_t)((d->select & 0xf0) | track % d->heads);
        d->lcyl = (uint8_t)cyl;
        d->hcyl = (uint8_t)(cyl >> 8);
        return;
    }
    d->sector = (uint8_t)lba;
    d->lcyl = (uint8_t)(lba >> 8);
    d->hcyl = (uint8_t)(lba >> 16);
    if (ata_cmd_flags(d->cmd) & CMD_EXT) {
        d->hob_sector = (uint8_t)(lba >> 24);
        d->hob_lcyl = (uint8_t)(lba >> 32);
        d->hob_hcyl = (uint8_t)(lba >> 40);
    } else {
        d->select = (uint8_t)((d->select & 0xf0) | (lba >> 24 & 15));
    }
}

/* Reports where a transfer stands: the last good sector, or the one that failed. */
static void put_progress(struct ata_drive *d, uint64_t lba)
{
    ata_put_address(d, lba);
    d->count = (uint8_t)d->left;
    if (ata_cmd_flags(d->cmd) & CMD_EXT)
        d->hob_count = (uint8_t)(d->left >> 8);
}

/* ---- medium and buffer ---- */

uint64_t ata_capacity(const struct ata_drive *d)
{
    uint64_t all = d->bd ? d->bd->sectors : 0;
    return d->max && d->max < all ? d->max : all;
}

static bool out_of_range(struct ata_drive *d)
{
    if (d->lba < ata_capacity(d))
        return false;
    put_progress(d, d->lba);
    ata_fail(d, ATA_IDNF);
    return true;
}

static uint32_t in_range(const struct ata_drive *d, uint32_t n)
{
    uint64_t room = ata_capacity(d) - d->lba;
    n = n < d->left ? n : d->left;
    return n < room ? n : (uint32_t)room;
}

bool ata_cmd_fill(struct ata_drive *d, uint32_t most)
{
    if (out_of_range(d))
        return false;
    uint32_t n = in_range(d, most);
    if (!d->bd->ops->read(d->bd, d->lba, n, d->buf, NULL)) {     /* name the sector at fault */
        for (n = 0; d->bd->ops->read(d->bd, d->lba, 1, d->buf, NULL) && n < d->left; n++)
            d->lba++;
        put_progress(d, d->lba);
        ata_fail(d, ATA_UNC);
        return false;
    }
    d->pos = 0;
    d->stop = d->len = n * 512;
    d->lba += n;
    d->left -= n;
    put_progress(d, d->lba - 1);
    return true;
}

bool ata_cmd_drain(struct ata_drive *d)
{
    if (out_of_range(d))
        return false;
    uint32_t n = in_range(d, d->stop / 512);
    if (d->bd->read_only || !d->bd->ops->write(d->bd, d->lba, n, d->buf, NULL)) {
        put_progress(d, d->lba);
        d->error = ATA_ABRT;
        ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR | (d->bd->read_only ? 0 : ATA_DF));
        return false;
    }
    d->lba += n;
    d->left -= n;
    put_progress(d, d->lba - 1);
    return n == d->stop / 512 || !out_of_range(d);       /* the block ran over the end */
}

/* ---- data commands ---- */

static uint32_t block_size(const struct ata_drive *d)
{
    return ata_cmd_flags(d->cmd) & CMD_MULT && d->multiple ? d->multiple : 1;
}

static void send_block(struct ata_drive *d)
{
    if (ata_cmd_fill(d, block_size(d)))
        ata_drq(d, ATA_IN, true);
}

static void await_block(struct ata_drive *d, bool interrupt)
{
    uint32_t n = block_size(d);
    d->pos = 0;
    d->stop = d->len = 512 * (n < d->left ? n : d->left);
    ata_drq(d, ATA_OUT, interrupt);
}

static void transfer(struct ata_drive *d)
{
    uint8_t flags = ata_cmd_flags(d->cmd);
    if (flags & CMD_MULT && !d->multiple) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    if (!ata_get_address(d)) {
        ata_fail(d, ATA_IDNF);
        return;
    }
    d->power = 0xff;
    if (flags & CMD_WRITE && d->bd && d->bd->read_only) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    if (flags & CMD_DMA)
        ata_busy(d, ATA_DMA, BLOCK_NS);
    else if (out_of_range(d))
        return;
    else if (flags & CMD_WRITE)
        await_block(d, false);
    else
        send_block(d);
}

static void verify(struct ata_drive *d)
{
    if (!ata_get_address(d)) {
        ata_fail(d, ATA_IDNF);
        return;
    }
    while (d->left)
        if (!ata_cmd_fill(d, ATA_BUF / 512))
            return;
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

/* ---- READ BUFFER, WRITE BUFFER: the first 512 bytes of buf ---- */

static void read_buffer(struct ata_drive *d)
{
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_IN, true);
}

void ata_await_sector(struct ata_drive *d)
{
    d->left = 0;
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_OUT, false);
}

static void write_buffer(struct ata_drive *d) { ata_await_sector(d); }

/* ---- READ LONG, WRITE LONG: one sector and its ECC (ATA-1, 9.10) ---- */

static void read_long(struct ata_drive *d)
{
    if (d->count != 1) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    if (!ata_get_address(d)) {
        ata_fail(d, ATA_IDNF);
        return;
    }
    d->power = 0xff;
    if (!ata_cmd_fill(d, 1))
        return;
    store_le32(d->buf + 512, crc32_update(0, d->buf, 512));
    d->stop = d->len = 512 + LONG;
    ata_drq(d, ATA_IN, true);
}

static void write_long(struct ata_drive *d)
{
    if (d->count != 1) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    transfer(d);
    if (d->phase == ATA_OUT)
        d->stop = d->len = 512 + LONG;
}

/* ---- FORMAT TRACK (ATA-1, 9.5): a descriptor a sector, 0 in its low byte for a good one. What is
 * formatted reads as zeroes. ---- */

static void format_track(struct ata_drive *d)
{
    uint8_t sector = d->sector;
    if (!(d->select & LBA))
        d->sector = 1;                           /* means nothing here */
    bool ok = ata_get_address(d);
    d->sector = sector;
    d->power = 0xff;
    if (d->bd && d->bd->read_only)
        ata_fail(d, ATA_ABRT);
    else if (!ok || d->lba >= ata_capacity(d) || d->left != d->spt)
        ata_fail(d, ATA_IDNF);
    else
        ata_await_sector(d);
}

static void format_sectors(struct ata_drive *d)
{
    static const uint8_t zeroes[512];
    uint64_t room = ata_capacity(d);
    for (uint32_t i = 0; i < d->spt && d->bd && d->lba + i < room; i++)
        if (!d->buf[2 * i] && !d->bd->ops->write(d->bd, d->lba + i, 1, zeroes, NULL)) {
            d->error = ATA_ABRT;
            ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR | ATA_DF);
            return;
        }
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

/* ---- commands without data ---- */

static void done(struct ata_drive *d) { ata_finish(d, ATA_DRDY | ATA_DSC); }

static void nop(struct ata_drive *d) { ata_fail(d, ATA_ABRT); }

static void seek(struct ata_drive *d)
{
    d->power = 0xff;
    if (!ata_get_address(d) || d->lba >= ata_capacity(d))
        ata_fail(d, ATA_IDNF);
    else
        done(d);
    d->left = 0;
}

static void recalibrate(struct ata_drive *d)
{
    d->lcyl = d->hcyl = 0;
    done(d);
}

static void diagnose(struct ata_drive *d)
{
    ata_signature(d);
    if (d == &d->ch->drive[0])
        ata_finish(d, d->status);
    else
        d->phase = ATA_IDLE;                     /* drive 0 interrupts for both */
}

static void set_geometry(struct ata_drive *d)
{
    if (!d->count) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    d->spt = d->count;
    d->heads = (uint8_t)((d->select & 15) + 1);
    done(d);
}

static void set_multiple(struct ata_drive *d)
{
    if (d->count > 16 || d->count & (d->count - 1)) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    d->multiple = d->count;
    done(d);
}

/* PIO modes leave the DMA mode alone. */
static bool set_mode(struct ata_drive *d, uint8_t m)
{
    if (m <= 1)                                  /* the default, with and without IORDY */
        d->pio = 0x0c;
    else if (m >= 0x08 && m <= 0x0c)
        d->pio = m;
    else if ((m >= 0x10 && m <= 0x12) || (m >= 0x20 && m <= 0x22) || (m >= 0x40 && m <= 0x45))
        d->xfer = m;
    else
        return false;
    return true;
}

static void set_features(struct ata_drive *d)
{
    bool disk = d->kind == ATA_DISK, ok = true;
    switch (d->feature) {
    case 0x02: case 0x82: d->write_cache = d->feature == 0x02; ok = disk; break;
    case 0x55: case 0xaa: d->look_ahead = d->feature == 0xaa;  ok = disk; break;
    case 0x66: case 0xcc: d->revert = d->feature == 0xcc;      break;
    case 0x03:            ok = set_mode(d, d->count);          break;
    case 0x44: case 0xbb: ok = disk;                           break;  /* ECC: 4 bytes */
    default:              ok = false;                          break;
    }
    if (ok)
        done(d);
    else
        ata_fail(d, ATA_ABRT);
}

static void flush(struct ata_drive *d)
{
    if (d->bd && d->bd->ops->flush && !d->bd->ops->flush(d->bd, NULL)) {
        d->error = ATA_ABRT;
        ata_finish(d, ATA_DRDY | ATA_DF | ATA_ERR);
        return;
    }
    done(d);
}

/* ---- power (ATA/ATAPI-6, 6.6 and tables 22, 23) ---- */

static void standby_now(struct ata_drive *d) { d->power = 0x00; done(d); }
static void idle_now(struct ata_drive *d)    { d->power = 0x80; done(d); }
static void standby(struct ata_drive *d)
{
    d->standby = d->count;
    standby_now(d);
}
static void idle(struct ata_drive *d)
{
    d->standby = d->count;
    idle_now(d);
}

/* 0: it does not run. */
static vtime standby_time(uint8_t code)
{
    const vtime s = UINT64_C(1000000000);
    return code <= 240   ? code * 5 * s
           : code <= 251 ? (code - 240u) * 1800 * s
           : code == 252 ? 21 * 60 * s
           : code == 253 ? 8 * 3600 * s
           : code == 254 ? 0 : (21 * 60 + 15) * s;
}
static void sleep_now(struct ata_drive *d)
{
    d->power = 0x00;
    done(d);
    d->sleeping = true;
}

static void check_power(struct ata_drive *d)
{
    vtime limit = standby_time(d->standby);
    if (limit && sched_now(d->ch->sched) - d->awake >= limit)
        d->power = 0x00;
    d->count = d->power;
    done(d);
}

/* Sorted by use, not by number; unknown commands abort. */
static const struct command commands[] = {
    { 0x20, 0x21, CMD_MEDIA, transfer },
    { 0x24, 0x24, CMD_MEDIA | CMD_EXT, transfer },
    { 0xc4, 0xc4, CMD_MEDIA | CMD_MULT, transfer },
    { 0x29, 0x29, CMD_MEDIA | CMD_MULT | CMD_EXT, transfer },
    { 0xc8, 0xc9, CMD_MEDIA | CMD_DMA, transfer },
    { 0x25, 0x25, CMD_MEDIA | CMD_DMA | CMD_EXT, transfer },
    { 0x30, 0x31, CMD_MEDIA | CMD_WRITE, transfer },
    { 0x34, 0x34, CMD_MEDIA | CMD_WRITE | CMD_EXT, transfer },
    { 0xc5, 0xc5, CMD_MEDIA | CMD_WRITE | CMD_MULT, transfer },
    { 0x3c, 0x3c, CMD_MEDIA | CMD_WRITE, transfer },
    { 0x39, 0x39, CMD_MEDIA | CMD_WRITE | CMD_MULT | CMD_EXT, transfer },
    { 0xca, 0xcb, CMD_MEDIA | CMD_WRITE | CMD_DMA, transfer },
    { 0x35, 0x35, CMD_MEDIA | CMD_WRITE | CMD_DMA | CMD_EXT, transfer },
    { 0x40, 0x41, CMD_MEDIA, verify },                { 0x42, 0x42, CMD_MEDIA | CMD_EXT, verify },
    { 0x22, 0x23, CMD_MEDIA, read_long },
    { 0x32, 0x33, CMD_MEDIA | CMD_WRITE, write_long },
    { 0x50, 0x50, CMD_MEDIA | CMD_WRITE, format_track },
    { 0xec, 0xec, 0, ata_identify },                  { 0x10, 0x1f, 0, recalibrate },
    { 0x70, 0x7f, 0, seek },                          { 0x90, 0x90, 0, diagnose },
    { 0x91, 0x91, 0, set_geometry },                  { 0xc6, 0xc6, 0, set_multiple },
    { 0xef, 0xef, 0, set_features },                  { 0xe7, 0xe7, CMD_MEDIA, flush },
    { 0xea, 0xea, CMD_MEDIA | CMD_EXT, flush },       { 0xf8, 0xf8, 0, ata_native_max },
    { 0x27, 0x27, CMD_EXT, ata_native_max },          { 0xf9, 0xf9, CMD_MEDIA, ata_set_max },
    { 0x37, 0x37, CMD_MEDIA | CMD_EXT, ata_set_max }, { 0x00, 0x00, 0, nop },
    { 0xe4, 0xe4, 0, read_buffer },                   { 0xe8, 0xe8, CMD_WRITE, write_buffer },
    { 0xb0, 0xb0, 0, ata_smart },                     { 0xf1, 0xf6, CMD_WRITE, ata_security },
    { 0xe0, 0xe0, 0, standby_now },                   { 0x94, 0x94, 0, standby_now },
    { 0xe2, 0xe2, 0, standby },                       { 0x96, 0x96, 0, standby },
    { 0xe1, 0xe1, 0, idle_now },                      { 0x95, 0x95, 0, idle_now },
    { 0xe3, 0xe3, 0, idle },                          { 0x97, 0x97, 0, idle },
    { 0xe5, 0xe5, 0, check_power },                   { 0x98, 0x98, 0, check_power },
    { 0xe6, 0xe6, 0, sleep_now },                     { 0x99, 0x99, 0, sleep_now },
};

static const struct command *lookup(uint8_t cmd)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
        if (cmd >= commands[i].first && cmd <= commands[i].last)
            return &commands[i];
    return NULL;
}

void ata_cmd_start(struct ata_drive *d)
{
    const struct command *c = lookup(d->cmd);
    bool asks = c && c->run == check_power;
    if (d->native)
        d->native--;
    if (d->erase)
        d->erase--;
    bool locked = d->kind == ATA_DISK && d->security & SECURITY_LOCKED;
    if (!c || (c->flags & CMD_MEDIA && locked))
        ata_fail(d, ATA_ABRT);
    else
        c->run(d);
    if (!asks)
        d->awake = sched_now(d->ch->sched);
}

void ata_cmd_next(struct ata_drive *d)
{
    if (!(ata_cmd_flags(d->cmd) & CMD_WRITE)) {
        if (d->left)
            send_block(d);
        else
            done(d);
        return;
    }
    if (d->cmd == WRITE_BUFFER) {
        done(d);
        return;
    }
    if (d->cmd == FORMAT_TRACK) {
        format_sectors(d);
        return;
    }
    if (d->cmd >= SECURITY && d->cmd <= LAST_SECURITY) {
        if (d->pos < d->stop)
            ata_security_erase(d);
        else
            ata_security_data(d);
        return;
    }
    if (!ata_cmd_drain(d))
        return;
    if (d->left)
        await_block(d, true);
    else
        done(d);
}
