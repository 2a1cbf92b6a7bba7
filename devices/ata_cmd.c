/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of hard disks.                                       Ref: ATA/ATAPI-6, clause 8 */
#include "devices/ata.h"

#define LBA      0x40            /* in the device register */
#define BLOCK_NS 20000           /* READ/WRITE: to the next block */

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

static bool get_address(struct ata_drive *d)
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

static void put_address(struct ata_drive *d, uint64_t lba)
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
    put_address(d, lba);
    d->count = (uint8_t)d->left;
    if (ata_cmd_flags(d->cmd) & CMD_EXT)
        d->hob_count = (uint8_t)(d->left >> 8);
}

/* ---- medium and buffer ---- */

static bool out_of_range(struct ata_drive *d)
{
    if (d->bd && d->lba < d->bd->sectors)
        return false;
    put_progress(d, d->lba);
    ata_fail(d, ATA_IDNF);
    return true;
}

static uint32_t in_range(const struct ata_drive *d, uint32_t n)
{
    uint64_t room = d->bd->sectors - d->lba;
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
    return true;
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
    if (!get_address(d)) {
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
    if (!get_address(d)) {
        ata_fail(d, ATA_IDNF);
        return;
    }
    while (d->left)
        if (!ata_cmd_fill(d, ATA_BUF / 512))
            return;
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

/* ---- IDENTIFY DEVICE ---- */

static void text(uint8_t *to, unsigned bytes, const char *s)
{
    for (unsigned i = 0; i < bytes; i++)         /* first character in the high byte */
        to[i ^ 1] = (uint8_t)(*s ? *s++ : ' ');
}

static uint16_t mode_bit(const struct ata_drive *d, uint8_t kind)
{
    return d->xfer >> 5 == kind >> 5 && d->xfer >= 0x20 ? (uint16_t)(0x100u << (d->xfer & 7)) : 0;
}

static void identify(struct ata_drive *d)
{
    uint64_t total = d->bd ? d->bd->sectors : 0, lba28 = total > 0x0fffffff ? 0x0fffffff : total;
    uint32_t track = (uint32_t)d->heads * d->spt;
    uint64_t cyls = total / track > 65535 ? 65535 : total / track, chs = cyls * track;
    char serial[] = "VT00000000000 ";
    uint8_t *b = d->buf, sum = 0;
    serial[12] = d->serial;
    const uint16_t words[][2] = {
        { 0, 0x0040 }, { 1, d->def_cyls }, { 3, d->def_heads }, { 6, d->def_spt }, { 47, 0x8010 },
        { 48, 1 }, { 49, 0x0f00 }, { 50, 0x4000 }, { 51, 0x0200 }, { 52, 0x0200 }, { 53, 7 },
        { 54, (uint16_t)cyls }, { 55, d->heads }, { 56, d->spt },
        { 57, (uint16_t)chs }, { 58, (uint16_t)(chs >> 16) },
        { 59, d->multiple ? 0x100u | d->multiple : 0 },
        { 60, (uint16_t)lba28 }, { 61, (uint16_t)(lba28 >> 16) },
        { 63, 0x0007u | mode_bit(d, 0x20) }, { 64, 3 }, { 65, 120 }, { 66, 120 }, { 67, 120 },
        { 68, 120 }, { 80, 0x007e }, { 81, 0x0019 }, { 82, 0x4028 }, { 83, 0x7400 }, { 84, 0x4000 },
        { 85, d->write_cache ? 0x4028 : 0x4008 }, { 86, 0x3400 }, { 87, 0x4000 },
        { 88, 0x003fu | mode_bit(d, 0x40) }, { 93, d->serial & 1 ? 0x600b : 0x6b00 },
    };
    memset(b, 0, 512);
    for (unsigned i = 0; i < ARRAY_LEN(words); i++)
        store_le16(b + 2 * words[i][0], words[i][1]);
    text(b + 20, 20, serial);
    text(b + 46, 8, "1.0");
    text(b + 54, 40, "VITRINE HARD DISK");
    store_le64(b + 200, total);
    b[510] = 0xa5;
    for (unsigned i = 0; i < 511; i++)
        sum = (uint8_t)(sum + b[i]);
    b[511] = (uint8_t)(0u - sum);
    d->pos = 0;
    d->stop = d->len = 512;
    ata_drq(d, ATA_IN, true);
}

/* ---- commands without data ---- */

static void done(struct ata_drive *d) { ata_finish(d, ATA_DRDY | ATA_DSC); }

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

static bool mode_exists(uint8_t m)
{
    return m <= 1 || (m >= 0x08 && m <= 0x0c) || (m >= 0x20 && m <= 0x22) ||
           (m >= 0x40 && m <= 0x45);
}

static void set_features(struct ata_drive *d)
{
    switch (d->feature) {
    case 0x02: d->write_cache = true;  break;
    case 0x82: d->write_cache = false; break;
    case 0x03:
        if (!mode_exists(d->count)) {
            ata_fail(d, ATA_ABRT);
            return;
        }
        d->xfer = d->count;
        break;
    case 0x55: case 0xaa: case 0x66: case 0xcc:  /* look-ahead, defaults: nothing to do */
        break;
    default:
        ata_fail(d, ATA_ABRT);
        return;
    }
    done(d);
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

static void native_max(struct ata_drive *d)
{
    uint64_t last = d->bd && d->bd->sectors ? d->bd->sectors - 1 : 0;
    if (!(ata_cmd_flags(d->cmd) & CMD_EXT) && last > 0x0ffffffe)
        last = 0x0ffffffe;
    d->select |= LBA;
    put_address(d, last);
    done(d);
}

static void standby(struct ata_drive *d) { d->power = 0x00; done(d); }
static void idle(struct ata_drive *d)    { d->power = 0x80; done(d); }
static void sleep_now(struct ata_drive *d) { d->power = 0x00; done(d); }

static void check_power(struct ata_drive *d)
{
    d->count = d->power;
    done(d);
}

/* Sorted by use, not by number; unknown commands abort. */
static const struct command commands[] = {
    { 0x20, 0x21, 0, transfer },                      { 0x24, 0x24, CMD_EXT, transfer },
    { 0xc4, 0xc4, CMD_MULT, transfer },               { 0x29, 0x29, CMD_MULT | CMD_EXT, transfer },
    { 0xc8, 0xc9, CMD_DMA, transfer },                { 0x25, 0x25, CMD_DMA | CMD_EXT, transfer },
    { 0x30, 0x31, CMD_WRITE, transfer },              { 0x34, 0x34, CMD_WRITE | CMD_EXT, transfer },
    { 0xc5, 0xc5, CMD_WRITE | CMD_MULT, transfer },
    { 0x39, 0x39, CMD_WRITE | CMD_MULT | CMD_EXT, transfer },
    { 0xca, 0xcb, CMD_WRITE | CMD_DMA, transfer },
    { 0x35, 0x35, CMD_WRITE | CMD_DMA | CMD_EXT, transfer },
    { 0x40, 0x41, 0, verify },                        { 0x42, 0x42, CMD_EXT, verify },
    { 0xec, 0xec, 0, identify },                      { 0x10, 0x1f, 0, recalibrate },
    { 0x70, 0x7f, 0, done },                          { 0x90, 0x90, 0, diagnose },
    { 0x91, 0x91, 0, set_geometry },                  { 0xc6, 0xc6, 0, set_multiple },
    { 0xef, 0xef, 0, set_features },                  { 0xe7, 0xe7, 0, flush },
    { 0xea, 0xea, CMD_EXT, flush },                   { 0xf8, 0xf8, 0, native_max },
    { 0x27, 0x27, CMD_EXT, native_max },
    { 0xe0, 0xe0, 0, standby },                       { 0x94, 0x94, 0, standby },
    { 0xe2, 0xe2, 0, standby },                       { 0x96, 0x96, 0, standby },
    { 0xe1, 0xe1, 0, idle },                          { 0x95, 0x95, 0, idle },
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
    if (c)
        c->run(d);
    else
        ata_fail(d, ATA_ABRT);
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
    if (!ata_cmd_drain(d))
        return;
    if (d->left)
        await_block(d, true);
    else
        done(d);
}
