/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/* ATA channel, disks and CD drives: identification, transfers by PIO, errors, packets, random
 * traffic. */
#include "unit/ata_rig.h"

static struct rig twin;

START_TEST(identify_tells_geometry_and_size)
{
    uint8_t b[512], sum = 0;
    command(0, 0, 0, 0xec);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC | ATA_DRQ);
    ck_assert_uint_eq(r.irq.rises, 1);
    ck_assert(!r.irq.level);
    take(b, 512);
    ck_assert_uint_eq(in(STATUS), ATA_DRDY | ATA_DSC);
    ck_assert_uint_eq(load_le16(b + 2), SECTORS / 1008);
    ck_assert_uint_eq(load_le16(b + 6), 16);
    ck_assert_uint_eq(load_le16(b + 12), 63);
    ck_assert_uint_eq(load_le32(b + 120), SECTORS);
    ck_assert_uint_eq(load_le64(b + 200), SECTORS);
    for (int i = 0; i < 512; i++)
        sum = (uint8_t)(sum + b[i]);
    ck_assert_uint_eq(sum, 0);
    command(1, 0, 0, 0xec);                        /* a packet drive answers with its signature */
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(LCYL), 0x14);
    ck_assert_uint_eq(in(HCYL), 0xeb);
    command(1, 0, 0, 0xa1);
    ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    take(b, 512);
    ck_assert_uint_eq(load_le16(b), 0x85c0);
    ck_assert_uint_eq(in(STATUS), ATA_DRDY | ATA_DSC);
}
END_TEST

static void read_check(unsigned cmd, uint64_t lba, unsigned n, unsigned block)
{
    static uint8_t b[256 * 512];
    unsigned interrupts = r.irq.rises;
    command(0, n, lba, cmd);
    for (unsigned i = 0; i < n; i += block) {
        unsigned part = n - i < block ? n - i : block;
        ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC | ATA_DRQ);
        take(b + i * 512, part * 512);
    }
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    ck_assert(!memcmp(b, image + lba * 512, n * 512));
    ck_assert_uint_eq(r.irq.rises - interrupts, (n + block - 1) / block);
    ck_assert_uint_eq(in(SECTOR), (lba + n - 1) & 0xff);
    ck_assert_uint_eq(in(COUNT), 0);
}

START_TEST(pio_reads)
{
    read_check(0x20, 1, 1, 1);
    read_check(0x20, 100, 17, 1);
    read_check(0x24, 9000, 40, 1);
    command(0, 1, 0, 0xc4);                        /* READ MULTIPLE needs SET MULTIPLE first */
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(ERR), ATA_ABRT);
    command(0, 8, 0, 0xc6);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    read_check(0xc4, 33, 27, 8);
    read_check(0x29, 5, 16, 8);
}
END_TEST

START_TEST(chs_and_geometry)
{
    uint8_t b[512];
    out(DEVICE, 0xa0 | 4);                         /* 5 heads, 17 sectors */
    out(COUNT, 17);
    out(COMMAND, 0x91);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    out(DEVICE, 0xa0 | 3);
    out(COUNT, 1);
    out(SECTOR, 17);
    out(LCYL, 20);
    out(HCYL, 0);
    out(COMMAND, 0x20);
    wait_ready();
    take(b, 512);
    ck_assert(!memcmp(b, image + ((20 * 5 + 3) * 17 + 16) * 512, 512));
    ck_assert_uint_eq(in(SECTOR), 17);
    ck_assert_uint_eq(in(DEVICE), 0xa3);
    out(SECTOR, 18);
    out(COMMAND, 0x20);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(ERR), ATA_IDNF);
}
END_TEST

START_TEST(pio_writes)
{
    uint8_t b[512 * 20];
    struct dt_rng rng = dt_seed(3);
    static const unsigned cmds[4] = { 0x30, 0x34, 0xc5, 0x39 };
    command(0, 4, 0, 0xc6);
    wait_ready();
    for (unsigned k = 0; k < 4; k++) {
        unsigned block = k < 2 ? 1 : 4, n = 18, lba = 700 + 50 * k;
        for (size_t i = 0; i < sizeof b; i++)
            b[i] = (uint8_t)dt_rand(&rng);
        unsigned interrupts = r.irq.rises;
        command(0, n, lba, cmds[k]);
        for (unsigned i = 0; i < n; i += block) {
            ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
            give(b + i * 512, 512 * (n - i < block ? n - i : block));
        }
        ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
        ck_assert(!memcmp(b, image + lba * 512, n * 512));
        ck_assert_uint_eq(r.irq.rises - interrupts, (n + block - 1) / block);
    }
}
END_TEST

START_TEST(errors)
{
    uint8_t b[512] = { 0 };
    command(0, 2, SECTORS - 1, 0x20);
    ck_assert_uint_eq(wait_ready() & ATA_DRQ, ATA_DRQ);
    take(b, 512);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC | ATA_ERR);
    ck_assert_uint_eq(in(ERR), ATA_IDNF);
    ck_assert_uint_eq(in(SECTOR), SECTORS & 0xff);
    command(0, 1, SECTORS, 0x40);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    command(0, 0, SECTORS - 256, 0x40);            /* 256 sectors */
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    command(0, 1, 0, 0x5c);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(ERR), ATA_ABRT);
    command(0, 4, 0, 0xc6);
    wait_ready();
    command(0, 8, SECTORS - 2, 0xc5);              /* no block is asked for after that one */
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC | ATA_DRQ);
    for (unsigned i = 0; i < 4; i++)
        give(b, 512);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC | ATA_ERR);
    ck_assert_uint_eq(in(SECTOR), SECTORS & 0xff);
    ck_assert_uint_eq(in(COUNT), 6);
    r.disk.bd.read_only = true;
    command(0, 1, 5, 0x30);
    ck_assert_uint_eq(wait_ready() & (ATA_ERR | ATA_DRQ), ATA_ERR);
    r.disk.bd.read_only = false;
    r.disk.bd.sectors = 10;                        /* the medium below fails */
    r.ata.drive[0].bd = &r.disk.bd;
    command(0, 1, 10, 0x20);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
}
END_TEST

START_TEST(resets_and_absent_drives)
{
    out(DEVICE, 0xb0);
    out(COUNT, 55);
    ata_ctl_ops.write(&r.ata, 0, 4, 1);
    ck_assert_uint_eq(in(STATUS), ATA_BSY);
    sched_advance(&r.sched, r.sched.now + 1000000);
    ck_assert_uint_eq(in(STATUS), ATA_BSY);
    ata_ctl_ops.write(&r.ata, 0, 0, 1);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    ck_assert(in(ERR) == 1 && in(COUNT) == 1 && in(SECTOR) == 1 && !in(LCYL) && !in(HCYL));
    out(DEVICE, 0xb0);
    ck_assert_uint_eq(in(STATUS), 0);
    ck_assert(in(LCYL) == 0x14 && in(HCYL) == 0xeb);
    unsigned interrupts = r.irq.rises;
    out(COMMAND, 0x90);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    ck_assert_uint_eq(r.irq.rises - interrupts, 1);
    ata_ctl_ops.write(&r.ata, 0, 2, 1);            /* nIEN */
    command(0, 0, 0, 0xec);
    wait_ready();
    ck_assert_uint_eq(r.irq.rises - interrupts, 1);
    struct ata lone;
    ata_init(&lone, &r.sched, 1);
    ck_assert_uint_eq(ata_cmd_ops.read(&lone, STATUS, 1), 0x7f);
    ck_assert_uint_eq(ata_cmd_ops.read(&lone, COUNT, 1), 0xff);
    ata_attach(&lone, 0, ATA_DISK, &r.disk.bd);
    ata_cmd_ops.write(&lone, DEVICE, 0xb0, 1);
    ck_assert_uint_eq(ata_cmd_ops.read(&lone, STATUS, 1), 0);
    ata_cmd_ops.write(&lone, DEVICE, 0xa0, 1);
    ck_assert_uint_eq(ata_cmd_ops.read(&lone, STATUS, 1), ATA_DRDY | ATA_DSC);
}
END_TEST

static uint8_t identified(unsigned word)
{
    uint8_t b[512];
    command(0, 0, 0, 0xec);
    wait_ready();
    take(b, 512);
    return b[2 * word];
}

static uint8_t features(unsigned feature, unsigned count)
{
    out(DEVICE, 0xa0);
    out(FEATURE, feature);
    out(COUNT, count);
    out(COMMAND, 0xef);
    return wait_ready() & ATA_ERR;
}

START_TEST(modes_and_features)
{
    uint8_t b[512];
    ck_assert_uint_eq(features(3, 0x44), 0);
    ck_assert_uint_eq(features(3, 0x0b), 0);       /* a PIO mode leaves the DMA mode */
    command(0, 0, 0, 0xec);
    wait_ready();
    take(b, 512);
    ck_assert_uint_eq(load_le16(b + 176), 0x103f);
    ck_assert_uint_eq(load_le16(b + 126), 7);
    ck_assert_uint_eq(load_le16(b + 170), 0x746b & ~2);
    features(3, 0x22);
    features(0x82, 0);
    features(0x55, 0);
    command(0, 0, 0, 0xec);
    wait_ready();
    take(b, 512);
    ck_assert_uint_eq(load_le16(b + 176), 0x3f);
    ck_assert_uint_eq(load_le16(b + 126), 0x407);
    ck_assert_uint_eq(load_le16(b + 170), 0x7409);
    ck_assert_uint_eq(features(3, 0x46), ATA_ERR);
    ck_assert_uint_eq(features(0x77, 0), ATA_ERR);
    command(0, 8, 0, 0xc6);
    wait_ready();
    ata_ctl_ops.write(&r.ata, 0, 4, 1);
    ata_ctl_ops.write(&r.ata, 0, 0, 1);
    wait_ready();
    ck_assert_uint_eq(identified(59), 8);          /* survives a software reset, until CCh */
    features(0xcc, 0);
    ata_ctl_ops.write(&r.ata, 0, 4, 1);
    ata_ctl_ops.write(&r.ata, 0, 0, 1);
    wait_ready();
    ck_assert_uint_eq(identified(59), 0);
}
END_TEST

START_TEST(buffer_seek_and_sleep)
{
    uint8_t b[512], c[512];
    for (unsigned i = 0; i < 512; i++)
        b[i] = (uint8_t)(i * 11);
    command(0, 0, 0, 0xe8);
    ck_assert_uint_eq(wait_ready() & ATA_DRQ, ATA_DRQ);
    give(b, 512);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    command(0, 0, 0, 0xe4);
    wait_ready();
    take(c, 512);
    ck_assert(!memcmp(b, c, 512));
    command(0, 0, SECTORS - 1, 0x70);
    ck_assert_uint_eq(wait_ready(), ATA_DRDY | ATA_DSC);
    command(0, 0, SECTORS, 0x70);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    command(0, 0, 0, 0x00);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    command(0, 0, 0, 0xe1);
    wait_ready();
    command(0, 0, 0, 0xe5);
    wait_ready();
    ck_assert_uint_eq(in(COUNT), 0x80);
    command(0, 0, 0, 0xe6);
    wait_ready();
    command(0, 1, 0, 0x20);                        /* asleep: nothing but a reset */
    sched_advance(&r.sched, r.sched.now + 10000000);
    ck_assert_uint_eq(in(STATUS), ATA_DRDY | ATA_DSC);
    ata_ctl_ops.write(&r.ata, 0, 4, 1);
    ata_ctl_ops.write(&r.ata, 0, 0, 1);
    wait_ready();
    read_check(0x20, 1, 1, 1);
}
END_TEST

static uint8_t smart(unsigned what, unsigned count, unsigned sector)
{
    out(DEVICE, 0xa0);
    out(FEATURE, what);
    out(COUNT, count);
    out(SECTOR, sector);
    out(LCYL, 0x4f);
    out(HCYL, 0xc2);
    out(COMMAND, 0xb0);
    return wait_ready();
}

START_TEST(smart_is_content)
{
    uint8_t b[512], sum;
    static const uint8_t reads[3] = { 0xd0, 0xd1, 0xd5 };
    ck_assert_uint_eq(smart(0xda, 0, 0), ATA_DRDY | ATA_DSC);
    ck_assert(in(LCYL) == 0x4f && in(HCYL) == 0xc2);
    ck_assert_uint_eq(smart(0xd4, 0, 1), ATA_DRDY | ATA_DSC);
    for (unsigned k = 0; k < 3; k++) {
        ck_assert_uint_eq(smart(reads[k], 1, 6) & (ATA_DRQ | ATA_ERR), ATA_DRQ);
        take(b, 512);
        sum = 0;
        for (unsigned i = 0; i < 512; i++)
            sum = (uint8_t)(sum + b[i]);
        ck_assert_uint_eq(sum, 0);
        ck_assert_uint_eq(b[0], k < 2 ? 16 : 1);
        ck_assert(k == 2 || b[2] == 1);
    }
    ck_assert_uint_eq(b[508], 1);                  /* one self-test in the log */
    ck_assert_uint_eq(smart(0xd9, 0, 0), ATA_DRDY | ATA_DSC);
    ck_assert_uint_eq(smart(0xd0, 1, 0) & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(identified(85) & 1, 0);
    ck_assert_uint_eq(smart(0xd8, 0, 0), ATA_DRDY | ATA_DSC);
    ck_assert_uint_eq(identified(85) & 1, 1);
    out(LCYL, 0);
    out(FEATURE, 0xda);
    out(COMMAND, 0xb0);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(smart(0xdb, 0xf8, 0), ATA_DRDY | ATA_DSC);
}
END_TEST

START_TEST(beyond_137_gigabytes)
{
    static const uint64_t big = UINT64_C(0x123456789);
    r.disk.bd.sectors = big;                       /* the memory below ends long before */
    ata_attach(&r.ata, 0, ATA_DISK, &r.disk.bd);
    uint8_t b[512];
    command(0, 0, 0, 0xec);
    wait_ready();
    take(b, 512);
    ck_assert(load_le64(b + 200) == big && load_le32(b + 120) == 0x0fffffff);
    ck_assert(load_le16(b + 2) == 16383 && load_le16(b + 108) == 16383);
    ck_assert_uint_eq(load_le32(b + 114), 16514064);
    command(0, 0, 0, 0x27);
    wait_ready();
    ck_assert(in(SECTOR) == 0x88 && in(LCYL) == 0x67 && in(HCYL) == 0x45);
    ata_ctl_ops.write(&r.ata, 0, 0x80, 1);         /* HOB */
    ck_assert(in(SECTOR) == 0x23 && in(LCYL) == 1 && in(HCYL) == 0);
    out(COUNT, 0);                                 /* a write clears it */
    ck_assert_uint_eq(in(SECTOR), 0x88);
    command(0, 0, 0, 0xf8);
    wait_ready();
    ck_assert(in(SECTOR) == 0xfe && in(DEVICE) == 0xef);
    command(0, 1, big, 0x24);
    ck_assert_uint_eq(wait_ready() & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(ERR), ATA_IDNF);
}
END_TEST

/* ---- packet commands ---- */

static uint8_t packet(const uint8_t *p, unsigned limit)
{
    out(DEVICE, 0xb0);
    out(FEATURE, 0);
    out(LCYL, limit & 0xff);
    out(HCYL, limit >> 8);
    out(COMMAND, 0xa0);
    ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    ck_assert_uint_eq(in(COUNT), 1);
    give(p, 12);
    return wait_ready();
}

/* All the data of a packet command, and the number of blocks it came in. */
static size_t packet_data(const uint8_t *p, unsigned limit, uint8_t *to, size_t room,
                          unsigned *blocks)
{
    size_t got = 0;
    uint8_t s = packet(p, limit);
    for (*blocks = 0; s & ATA_DRQ; ++*blocks) {
        unsigned n = in(LCYL) | (unsigned)in(HCYL) << 8;
        ck_assert_uint_eq(in(COUNT), 2);
        ck_assert(n && n <= limit && got + n <= room);
        take(to + got, n);
        got += n;
        s = wait_ready();
    }
    ck_assert_uint_eq(s & ATA_ERR, 0);
    ck_assert_uint_eq(in(COUNT), 3);
    return got;
}

static void sense(uint8_t key, uint8_t asc)
{
    uint8_t b[18], p[12] = { 3, 0, 0, 0, 18 };
    unsigned blocks;
    ck_assert_uint_eq(packet_data(p, 18, b, sizeof b, &blocks), 18);
    ck_assert_uint_eq(b[2], key);
    ck_assert_uint_eq(b[12], asc);
}

START_TEST(cd_reads)
{
    static uint8_t b[100 * 2352];
    const uint8_t ready[12] = { 0 }, capacity[12] = { 0x25 };
    uint8_t read10[12] = { 0x28, 0, 0, 0, 0, 30, 0, 0, 40 },
            raw[12] = { 0xbe, 0, 0, 0, 0, 16, 0, 0, 20, 0xf8 };
    unsigned blocks;
    ck_assert_uint_eq(packet(ready, 0) & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(ERR) >> 4, 6);
    sense(6, 0x28);
    sense(0, 0);
    ck_assert_uint_eq(packet(ready, 0) & ATA_ERR, 0);
    ck_assert_uint_eq(packet_data(capacity, 8, b, 8, &blocks), 8);
    ck_assert(b[2] == (CD_SECTORS - 1) >> 8 && b[3] == ((CD_SECTORS - 1) & 0xff) && b[6] == 8);
    ck_assert_uint_eq(packet_data(read10, 2048, b, sizeof b, &blocks), 40 * 2048);
    ck_assert_uint_eq(blocks, 40);
    ck_assert(!memcmp(b, cd_image + 30 * 2048, 40 * 2048));
    ck_assert_uint_eq(packet_data(read10, 0xfffe, b, sizeof b, &blocks), 40 * 2048);
    ck_assert(!memcmp(b, cd_image + 30 * 2048, 40 * 2048));
    ck_assert_uint_eq(packet_data(raw, 2352, b, sizeof b, &blocks), 20 * 2352);
    ck_assert(!memcmp(b + 16, cd_image + 16 * 2048, 2048));
    ck_assert(b[0] == 0 && b[1] == 0xff && b[12] == 0 && b[13] == 2 && b[14] == 0x16 && b[15] == 1);
    read10[4] = CD_SECTORS >> 8, read10[5] = (CD_SECTORS - 10) & 0xff;
    ck_assert_uint_eq(packet(read10, 2048) & ATA_ERR, ATA_ERR);
    sense(5, 0x21);
}
END_TEST

START_TEST(cd_tables)
{
    uint8_t b[512];
    unsigned blocks;
    uint8_t toc[12] = { 0x43, 2, 0, 0, 0, 0, 0, 0, 200 },
            mode[12] = { 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 200 };
    const uint8_t config[12] = { 0x46, 0, 0, 0, 0, 0, 0, 0, 200 },
                  inquiry[12] = { 0x12, 0, 0, 0, 36 };
    const uint8_t event[12] = { 0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8 },
                  disc[12] = { 0x51, 0, 0, 0, 0, 0, 0, 0, 34 };
    r.ata.drive[1].attention = false;
    ck_assert_uint_eq(packet_data(toc, 200, b, sizeof b, &blocks), 20);
    ck_assert(b[1] == 18 && b[2] == 1 && b[3] == 1 && b[6] == 1 && b[10] == 2 && b[14] == 0xaa);
    ck_assert_uint_eq((b[17] * 60u + b[18]) * 75u + b[19], CD_SECTORS + 150);
    ck_assert_uint_eq(packet_data(mode, 200, b, sizeof b, &blocks), 28);
    ck_assert(b[1] == 26 && b[8] == 0x2a);
    ck_assert_uint_eq(packet_data(inquiry, 36, b, sizeof b, &blocks), 36);
    ck_assert(b[0] == 5 && b[1] == 0x80 && !memcmp(b + 8, "VITRINE ", 8));
    size_t n = packet_data(config, 200, b, sizeof b, &blocks);
    ck_assert(n > 20 && b[3] == n - 4 && b[7] == 8);
    ck_assert_uint_eq(packet_data(disc, 34, b, sizeof b, &blocks), 34);
    ata_insert(&r.ata, 1, NULL);
    ck_assert_uint_eq(packet(toc, 200) & ATA_ERR, ATA_ERR);
    sense(2, 0x3a);
    ck_assert_uint_eq(packet_data(event, 8, b, sizeof b, &blocks), 8);
    ck_assert(b[4] == 3 && b[5] == 0);
    ata_insert(&r.ata, 1, &r.cd.bd);
    ck_assert_uint_eq(packet_data(event, 8, b, sizeof b, &blocks), 8);
    ck_assert(b[4] == 2 && b[5] == 2);
    ck_assert_uint_eq(packet(toc, 200) & ATA_ERR, ATA_ERR);
    sense(6, 0x28);
    const uint8_t lock[12] = { 0x1e, 0, 0, 0, 1 }, eject[12] = { 0x1b, 0, 0, 0, 2 };
    packet(lock, 0);
    ck_assert_uint_eq(packet(eject, 0) & ATA_ERR, ATA_ERR);
    sense(5, 0x53);
}
END_TEST

/* ---- state ---- */

static void poke(void *arg, uint32_t v)
{
    struct rig *x = arg;
    static const uint8_t cmds[] = { 0x20, 0x30, 0xc4, 0xc5, 0x24, 0x34, 0xec, 0xa1, 0xa0, 0xa0,
                                    0xa0, 0xc6, 0x91, 0xef, 0x90, 0x40, 0xe7, 0x08, 0xc8, 0xca,
                                    0xb0, 0xe4, 0xe8, 0x70, 0xe6, 0x3c, 0x22, 0x32, 0x50,
                                    0xf1, 0xf2, 0xf3, 0xf4, 0xf6, 0xf8, 0xf9, 0xe3, 0xe5 };
    static const uint8_t packets[] = { 0, 3, 0x12, 0x28, 0x28, 0xbe, 0x43, 0x5a, 0x4a, 0x46, 0x25,
                                       0x1b, 0x42, 0x45, 0x47, 0x4b, 0x55, 0x15, 0x51, 0x52 };
    uint32_t w = v >> 4;
    switch (v % 8) {
    case 0: case 1: sched_advance(&x->sched, x->sched.now + w % 60000); break;
    case 2:
        ata_cmd_ops.write(&x->ata, COMMAND, w % 40 ? cmds[w % sizeof cmds] : w & 0xff, 1);
        break;
    case 3: ata_cmd_ops.write(&x->ata, 1 + w % 5, w >> 8 & 0x1f, 1); break;
    case 4: ata_cmd_ops.write(&x->ata, DEVICE, w >> 8 & 0x50, 1); break;
    case 5: ata_cmd_ops.read(&x->ata, w % 8, 1); break;
    case 6:
        if (w % 50 == 0)
            ata_ctl_ops.write(&x->ata, 0, w >> 8 & 6, 1);
        break;
    default:
        for (uint32_t i = w % 300; i--;)
            if (x->ata.drive[x->ata.dev].phase == ATA_PACKET)
                ata_cmd_ops.write(&x->ata, 0, i % 6 == 0 ? packets[w % sizeof packets] : i & 0x10,
                                  2);
            else if (x->ata.drive[x->ata.dev].phase == ATA_OUT)
                ata_cmd_ops.write(&x->ata, 0, 0x5a5a, 2);
            else
                ata_cmd_ops.read(&x->ata, 0, 2);
        break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng rng = dt_seed((uint64_t)_i);
    build(&twin);
    for (int i = 0; i < 2000; i++)
        poke(&r, dt_rand(&rng));
    dt_copy(&ata_class, &r.ata, &twin.ata);
    twin.sched.now = r.sched.now;
    sched_rescan(&twin.sched);
    for (int i = 0; i < 2000; i++) {
        uint32_t v = dt_rand(&rng);
        poke(&r, v);
        poke(&twin, v);
    }
    dt_same(&ata_class, &r.ata, &twin.ata);
}
END_TEST

START_TEST(hostile_snapshots)
{
    struct dt_rng rng = dt_seed(99);
    build(&twin);
    for (int i = 0; i < 500; i++)
        poke(&r, dt_rand(&rng));
    dt_hostile(&ata_class, &r.ata, &twin.ata, &twin.sched, poke, &twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&ata_class, sizeof(struct ata)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("ata");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, identify_tells_geometry_and_size);
    tcase_add_test(t, pio_reads);
    tcase_add_test(t, chs_and_geometry);
    tcase_add_test(t, pio_writes);
    tcase_add_test(t, errors);
    tcase_add_test(t, resets_and_absent_drives);
    tcase_add_test(t, modes_and_features);
    tcase_add_test(t, buffer_seek_and_sleep);
    tcase_add_test(t, smart_is_content);
    tcase_add_test(t, beyond_137_gigabytes);
    tcase_add_test(t, cd_reads);
    tcase_add_test(t, cd_tables);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 10);
    tcase_add_test(t, hostile_snapshots);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
