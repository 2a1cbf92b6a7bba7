/* SPDX-License-Identifier: BSD-2-Clause */
/* An ATA channel with a disk and a CD drive, and somebody who types commands: for test programs of
 * the drives, which include this once. */
#pragma once
#include "unit/device_test.h"

#include "devices/ata.h"
#include "host/disk_mem.h"

enum { SECTORS = 20000, CD_SECTORS = 400 };
enum { ERR = 1, FEATURE = 1, COUNT = 2, SECTOR = 3, LCYL = 4, HCYL = 5, DEVICE = 6, COMMAND = 7,
       STATUS = 7 };

struct rig {
    struct sched    sched;
    struct ata      ata;
    struct dt_pin   irq;
    struct disk_mem disk, cd;
};
static struct rig r;
static uint8_t image[SECTORS * 512], cd_image[CD_SECTORS * 2048];

static void build(struct rig *x)
{
    memset(x, 0, sizeof *x);
    ata_init(&x->ata, &x->sched, 0);
    ata_attach(&x->ata, 0, ATA_DISK, disk_mem_init(&x->disk, image, sizeof image, 512, false));
    ata_attach(&x->ata, 1, ATA_CDROM, disk_mem_init(&x->cd, cd_image, sizeof cd_image, 2048, true));
    dt_wire(&x->ata.irq, &x->irq);
}

static void setup(void)
{
    struct dt_rng rng = dt_seed(7);
    for (size_t i = 0; i < sizeof image; i += 4)
        store_le32(image + i, dt_rand(&rng));
    for (size_t i = 0; i < sizeof cd_image; i += 4)
        store_le32(cd_image + i, dt_rand(&rng));
    build(&r);
}

static inline void out(unsigned reg, unsigned v) { ata_cmd_ops.write(&r.ata, reg, v, 1); }
static inline uint8_t in(unsigned reg) { return (uint8_t)ata_cmd_ops.read(&r.ata, reg, 1); }

/* Time passes until the drive is no longer busy; returns the status, which clears the interrupt. */
static inline uint8_t wait_ready(void)
{
    for (int i = 0; i < 5000 && ata_ctl_ops.read(&r.ata, 0, 1) & ATA_BSY; i++)
        sched_advance(&r.sched, r.sched.now + 10000);
    return in(STATUS);
}

static inline void command(unsigned dev, unsigned count, uint64_t lba, unsigned cmd)
{
    bool ext = cmd == 0x24 || cmd == 0x34 || cmd == 0x29 || cmd == 0x39;
    out(DEVICE, 0xe0 | dev << 4 | (ext ? 0 : (unsigned)(lba >> 24) & 15));
    if (ext) {
        out(COUNT, count >> 8);
        out(SECTOR, (unsigned)(lba >> 24) & 0xff);
        out(LCYL, (unsigned)(lba >> 32) & 0xff);
        out(HCYL, (unsigned)(lba >> 40) & 0xff);
    }
    out(COUNT, count & 0xff);
    out(SECTOR, lba & 0xff);
    out(LCYL, (unsigned)(lba >> 8) & 0xff);
    out(HCYL, (unsigned)(lba >> 16) & 0xff);
    out(COMMAND, cmd);
}

static inline void take(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 2)
        store_le16(p + i, (uint16_t)ata_cmd_ops.read(&r.ata, 0, 2));
}

static inline void give(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 4)
        ata_cmd_ops.write(&r.ata, 0, load_le32(p + i), 4);
}
