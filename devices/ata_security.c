/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keeps a host out of a disk: the host protected area and the security feature set.
 *                                  Ref: ATA/ATAPI-6, 6.9, 6.13, 8.27, 8.36 to 8.41, 8.47, 8.48
 *
 * A password keeps the disk locked from the next hardware reset on. All of it is the drive's state,
 * the image behind it stays readable.
 */
#include "devices/ata.h"

#define LBA      0x40            /* in the device register */
#define ERASE_NS 800000          /* for a buffer: 20 MB/s */

enum { NON_VOLATILE = 1 };       /* SET MAX, sector count */
enum { SET_PASSWORD = 0xf1, UNLOCK, ERASE_PREPARE, ERASE_UNIT, FREEZE, DISABLE_PASSWORD };
enum { MASTER = 0x0001, MAXIMUM = 0x0100 };      /* word 0 of the data */

static void done(struct ata_drive *d) { ata_finish(d, ATA_DRDY | ATA_DSC); }

/* Power-on and hardware reset: they thaw, and lock. */
void ata_security_reset(struct ata_drive *d)
{
    d->max = d->max_kept;
    d->max_fixed = false;
    d->native = d->erase = 0;
    d->attempts = 5;
    d->security &= SECURITY_ENABLED | SECURITY_MAXIMUM;
    if (d->security & SECURITY_ENABLED)
        d->security |= SECURITY_LOCKED;
}

/* ---- host protected area ---- */

void ata_native_max(struct ata_drive *d)
{
    uint64_t last = d->bd && d->bd->sectors ? d->bd->sectors - 1 : 0;
    if (!(ata_cmd_flags(d->cmd) & CMD_EXT) && last > 0x0ffffffe)
        last = 0x0ffffffe;
    d->select |= LBA;
    ata_put_address(d, last);
    d->native = 2;
    done(d);
}

/* SET MAX ADDRESS: only right after READ NATIVE MAX ADDRESS, and to be kept only once. */
void ata_set_max(struct ata_drive *d)
{
    bool kept = d->count & NON_VOLATILE, there = ata_get_address(d);
    uint64_t n = d->lba + 1;
    d->left = 0;
    if (d->native != 1 || (d->feature && !(ata_cmd_flags(d->cmd) & CMD_EXT))) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    if (!there || !d->bd || n > d->bd->sectors || (kept && d->max_fixed)) {
        ata_fail(d, ATA_IDNF);
        return;
    }
    d->max = n == d->bd->sectors ? 0 : n;
    if (kept) {
        d->max_kept = d->max;
        d->max_fixed = true;
    }
    done(d);
}

/* ---- security ---- */

static bool refused(const struct ata_drive *d)
{
    uint8_t s = d->security;
    switch (d->cmd) {
    case SET_PASSWORD: case DISABLE_PASSWORD: return s & (SECURITY_LOCKED | SECURITY_FROZEN);
    case UNLOCK:       return s & (SECURITY_FROZEN | SECURITY_EXPIRED);
    case ERASE_UNIT:   return s & (SECURITY_FROZEN | SECURITY_EXPIRED) || d->erase != 1;
    case FREEZE:       return s & SECURITY_LOCKED;
    default:           return s & SECURITY_FROZEN;
    }
}

void ata_security(struct ata_drive *d)
{
    if (refused(d)) {
        ata_fail(d, ATA_ABRT);
    } else if (d->cmd == FREEZE) {
        d->security |= SECURITY_FROZEN;
        done(d);
    } else if (d->cmd == ERASE_PREPARE) {
        d->erase = 2;
        done(d);
    } else {
        ata_await_sector(d);
    }
}

static void set_password(struct ata_drive *d, bool master)
{
    uint16_t revision = (uint16_t)load_le16(d->buf + 34);
    memcpy(d->passwords[master], d->buf + 2, sizeof d->passwords[0]);
    if (master) {
        d->master_revision = revision && revision != 0xffff ? revision : d->master_revision;
        return;
    }
    d->security = SECURITY_ENABLED;              /* locks with the next reset */
    if (load_le16(d->buf) & MAXIMUM)
        d->security |= SECURITY_MAXIMUM;
}

/* At the highest level the master's password only erases. */
static bool matches(const struct ata_drive *d, bool master)
{
    if (master && d->security & SECURITY_MAXIMUM && d->cmd != ERASE_UNIT)
        return false;
    return !memcmp(d->passwords[master], d->buf + 2, sizeof d->passwords[0]);
}

static void mismatch(struct ata_drive *d)
{
    if (d->cmd == UNLOCK && d->security & SECURITY_LOCKED && d->attempts && !--d->attempts)
        d->security |= SECURITY_EXPIRED;
    ata_fail(d, ATA_ABRT);
}

void ata_security_data(struct ata_drive *d)
{
    bool master = load_le16(d->buf) & MASTER;
    if (d->cmd == SET_PASSWORD) {
        set_password(d, master);
    } else if (!matches(d, master)) {
        mismatch(d);
        return;
    } else if (d->cmd == UNLOCK) {
        d->security &= (uint8_t)~SECURITY_LOCKED;
    } else if (d->cmd == DISABLE_PASSWORD) {
        d->security = 0;
    } else {
        memset(d->buf, 0, sizeof d->buf);
        d->lba = 0;
        d->pos = 0;                              /* of 'stop': there is more to do */
        ata_busy(d, ATA_NEXT, ERASE_NS);
        return;
    }
    done(d);
}

/* The next part of the disk. When all is gone it is nobody's secret any more. */
void ata_security_erase(struct ata_drive *d)
{
    uint64_t all = ata_capacity(d), room = d->lba < all ? all - d->lba : 0;
    uint32_t n = room < ATA_BUF / 512 ? (uint32_t)room : ATA_BUF / 512;
    if (n && (d->bd->read_only || !d->bd->ops->write(d->bd, d->lba, n, d->buf, NULL))) {
        d->error = ATA_ABRT;
        ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR | ATA_DF);
        return;
    }
    d->lba += n;
    if (n < room) {
        ata_busy(d, ATA_NEXT, ERASE_NS);
        return;
    }
    d->security = 0;
    done(d);
}
