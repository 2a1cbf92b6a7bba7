/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* CD drives: a disc of data and audio tracks, packets that read, play, tell and set. */
#include "unit/device_test.h"

#include "devices/atapi.h"

/* Track 1: Mode 1, 0..99; track 2: audio, pause 100..109, 110..399; track 3: Mode 2 Form 1 and 2
 * (odd sectors), 400..499. */
enum { SECTORS = 500 };
enum { ERR = 1, FEATURE = 1, COUNT = 2, LCYL = 4, HCYL = 5, DEVICE = 6, COMMAND = 7, STATUS = 7 };

struct rig {
    struct sched    sched;
    struct ata      ata;
    struct blockdev bd;
    struct disc     disc;
};
static struct rig r, twin;
static uint8_t answer[40000];

static bool raw_of(const struct disc *d, uint32_t lba, uint8_t *raw, struct error *err)
{
    for (unsigned i = 0; i < DISC_RAW; i++)
        raw[i] = (uint8_t)(lba * 3 + i * 5);
    if (lba < 100)
        disc_mode1(raw, lba);
    else if (lba >= 400)
        disc_mode2_form1(raw, lba);
    if (lba >= 400 && lba & 1)
        raw[18] = raw[22] = 0x20;
    return lba < SECTORS;
}

static bool read_user(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    uint8_t raw[DISC_RAW];
    for (uint32_t i = 0; i < n; i++) {
        if (!raw_of(b->disc, (uint32_t)lba + i, raw, err))
            return false;
        memcpy((uint8_t *)buf + i * 2048, raw + (lba + i < 400 ? 16 : 24), 2048);
    }
    return true;
}

static const struct blockdev_ops ops = {
    .read = read_user, .write = NULL, .flush = NULL, .close = NULL,
};

static void build(struct rig *x)
{
    memset(x, 0, sizeof *x);
    x->disc = (struct disc){ .first = 1, .n = 3, .xa = true, .catalog = "1234567890123",
                             .read_raw = raw_of };
    x->disc.track[0] = (struct disc_track){ 0, 0, 100, DISC_MODE1, 4, "" };
    x->disc.track[1] = (struct disc_track){ 100, 110, 400, DISC_AUDIO, 2, "ABCDE1234567" };
    x->disc.track[2] = (struct disc_track){ 400, 400, 500, DISC_MODE2, 4, "" };
    x->bd = (struct blockdev){ .ops = &ops, .sectors = SECTORS, .sector_size = 2048,
                               .read_only = true, .disc = &x->disc };
    ata_init(&x->ata, &x->sched, 0);
    ata_attach(&x->ata, 0, ATA_CDROM, &x->bd);
    x->ata.drive[0].attention = false;
}

static void setup(void) { build(&r); }

static void out(unsigned reg, unsigned v) { ata_cmd_ops.write(&r.ata, reg, v, 1); }
static uint8_t in(unsigned reg) { return (uint8_t)ata_cmd_ops.read(&r.ata, reg, 1); }

static uint8_t wait_ready(void)
{
    for (int i = 0; i < 5000 && ata_ctl_ops.read(&r.ata, 0, 1) & ATA_BSY; i++)
        sched_advance(&r.sched, r.sched.now + 10000);
    return in(STATUS);
}

static uint8_t start(const uint8_t *p, unsigned limit)
{
    out(DEVICE, 0xa0);
    out(FEATURE, 0);
    out(LCYL, limit & 0xff);
    out(HCYL, limit >> 8);
    out(COMMAND, 0xa0);
    ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    for (int i = 0; i < 12; i += 2)
        ata_cmd_ops.write(&r.ata, 0, load_le16(p + i), 2);
    return wait_ready();
}

/* The answer to a packet, or UINT_MAX when it fails. */
#define PACKET(...) packet((const uint8_t[12]){ __VA_ARGS__ })
static unsigned packet(const uint8_t p[12])
{
    unsigned got = 0;
    uint8_t s = start(p, 4096);
    while (s & ATA_DRQ) {
        unsigned n = in(LCYL) | (unsigned)in(HCYL) << 8;
        ck_assert_uint_eq(in(COUNT), 2);
        ck_assert(n && got + n <= sizeof answer);
        for (unsigned i = 0; i < n; i += 2)
            store_le16(answer + got + i, (uint16_t)ata_cmd_ops.read(&r.ata, 0, 2));
        got += n;
        s = wait_ready();
    }
    ck_assert_uint_eq(in(COUNT), 3);
    return s & ATA_ERR ? ~0u : got;
}

static void fails(unsigned got, unsigned key, unsigned asc)
{
    ck_assert_uint_eq(got, ~0u);
    ck_assert_uint_eq(PACKET(3, 0, 0, 0, 18), 18);
    ck_assert_uint_eq(answer[2], key);
    ck_assert_uint_eq(answer[12], asc);
}

static void run(vtime t)
{
    sched_advance(&r.sched, r.sched.now + t);
}

START_TEST(tables_of_contents)
{
    ck_assert_uint_eq(PACKET(0x43, 0, 0, 0, 0, 0, 0, 2), 36);
    const uint8_t lba[36] = { 0, 34, 1, 3, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x12, 2, 0, 0, 0, 0, 110,
                              0, 0x14, 3, 0, 0, 0, 1, 0x90, 0, 0x14, 0xaa, 0, 0, 0, 1, 0xf4 };
    ck_assert(!memcmp(answer, lba, 36));
    ck_assert_uint_eq(PACKET(0x43, 2, 0, 0, 0, 0, 3, 2), 20);    /* from track 3, times */
    ck_assert(answer[6] == 3 && answer[10] == 7 && answer[11] == 25);
    fails(PACKET(0x43, 2, 0, 0, 0, 0, 4, 2), 5, 0x24);
    ck_assert_uint_eq(PACKET(0x43, 0, 1, 0, 0, 0, 0, 2), 12);
    ck_assert(answer[2] == 1 && answer[3] == 1 && answer[6] == 1);
    ck_assert_uint_eq(PACKET(0x43, 0, 2, 0, 0, 0, 0, 2), 4 + 6 * 11);
    ck_assert(answer[7] == 0xa0 && answer[12] == 1 && answer[13] == 0x20);
    ck_assert(answer[18] == 0xa1 && answer[23] == 3 && answer[29] == 0xa2 && answer[35] == 8);
    ck_assert(answer[49] == 0x12 && answer[51] == 2);
    ck_assert_uint_eq(PACKET(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34);
    ck_assert(answer[3] == 1 && answer[6] == 3 && answer[8] == 0x20);
    ck_assert_uint_eq(PACKET(0x52, 1, 0, 0, 0, 2, 0, 0, 36), 36);
    ck_assert(answer[2] == 2 && answer[6] == 15 && answer[11] == 110 && answer[26] == 1);
    ck_assert_uint_eq(PACKET(0x44, 2, 0, 0, 1, 0x90, 0, 0, 8), 8);
    ck_assert(answer[0] == 2 && answer[6] == 7 && answer[7] == 25);
}
END_TEST

START_TEST(read_cd_takes_sectors_apart)
{
    uint8_t raw[DISC_RAW];
    static const struct { uint8_t lba_hi, lba, type, flags; uint16_t from, n; } ok[] = {
        { 0, 5, 0, 0xf8, 0, 2352 },   { 0, 5, 2, 0x10, 16, 2048 },  { 0, 5, 0, 0xb8, 0, 2352 },
        { 0, 5, 0, 0x30, 12, 2052 },  { 0, 5, 0, 0x18, 16, 2336 },  { 0, 5, 0, 0x08, 2064, 288 },
        { 0, 5, 0, 0x20, 12, 4 },     { 0, 200, 1, 0x10, 0, 2352 }, { 0, 200, 0, 0xf8, 0, 2352 },
        { 1, 0x90, 4, 0x10, 24, 2048 }, { 1, 0x91, 5, 0x10, 24, 2328 },
        { 1, 0x90, 0, 0x50, 16, 2056 }, { 1, 0x90, 0, 0x70, 12, 2060 },
        { 1, 0x91, 0, 0xf8, 0, 2352 }, { 1, 0x90, 0, 0x40, 16, 8 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(ok); i++) {
        unsigned got = PACKET(0xbe, (uint8_t)(ok[i].type << 2), 0, 0, ok[i].lba_hi, ok[i].lba, 0, 0,
                              1, ok[i].flags);
        ck_assert_msg(got == ok[i].n, "%u: %u", i, got);
        raw_of(NULL, (uint32_t)ok[i].lba_hi << 8 | ok[i].lba, raw, NULL);
        ck_assert_msg(!memcmp(answer, raw + ok[i].from, got), "%u", i);
    }
    ck_assert_uint_eq(PACKET(0xbe, 0, 0, 0, 0, 5, 0, 0, 1, 0), 0);
    fails(PACKET(0xbe, 0, 0, 0, 0, 5, 0, 0, 1, 0x90), 5, 0x24);  /* sync and data, no header */
    fails(PACKET(0xbe, 4, 0, 0, 0, 5, 0, 0, 1, 0x10), 5, 0x64);  /* expected audio */
    fails(PACKET(0xbe, 0, 0, 0, 0, 99, 0, 0, 2, 0x10), 5, 0x64); /* and then there is audio */
    fails(PACKET(0xbe, 0, 0, 0, 1, 0xf3, 0, 0, 2, 0x10), 5, 0x21);
    fails(PACKET(0x28, 0, 0, 0, 0, 200, 0, 0, 1), 5, 0x64);
    ck_assert_uint_eq(PACKET(0x28, 0, 0, 0, 1, 0x90, 0, 0, 1), 2048);
    ck_assert_uint_eq(PACKET(0xb9, 0, 0, 0, 2, 5, 0, 2, 8, 0x10), 3 * 2048);     /* by time */
    ck_assert_uint_eq(PACKET(0xbe, 0, 0, 0, 0, 200, 0, 0, 2, 0xf8 | 4, 1), 2 * (2352 + 296 + 96));
    ck_assert_uint_eq(PACKET(0xbe, 0, 0, 0, 0, 200, 0, 0, 1, 0xf8, 2), 2368);
    const uint8_t q[10] = { 0x21, 2, 1, 0, 1, 0x15, 0, 0, 4, 0x50 };
    ck_assert(!memcmp(answer + 2352, q, 10));
    uint32_t crc = 0;                            /* data and inverted check make 1D0Fh */
    for (unsigned n = 0; n < 96; n++) {
        uint32_t bit = (answer[2352 + n / 8] >> (7 - n % 8) & 1) ^ (crc >> 15 & 1);
        crc = (crc << 1 ^ (bit ? 0x1021u : 0)) & 0xffff;
    }
    ck_assert_uint_eq(crc, 0x1d0f);
}
END_TEST

static void where(uint8_t status, uint32_t lba)
{
    ck_assert_uint_eq(PACKET(0x42, 0, 0x40, 1, 0, 0, 0, 0, 16), 16);
    ck_assert_uint_eq(answer[1], status);
    ck_assert_uint_eq(load_be32(answer + 8), lba);
}

START_TEST(audio_is_mixed)
{
    static struct audio_frame out[1000], whole[1000];
    static int16_t sound[1000][2];
    ck_assert_uint_eq(PACKET(0x45, 0, 0, 0, 0, 110, 0, 0, 150), 0);
    const struct ata_drive *d = &r.ata.drive[0];
    atapi_audio_read(d, d->audio_since, sound, 1000);
    out[0].left = 0x7fff;
    atapi_audio_mix(d, d->audio_since, out, 1000);
    int32_t first = 0x7fff + sound[0][0];
    ck_assert_int_eq(out[0].left, first > 0x7fff ? 0x7fff : first);
    for (unsigned i = 0; i < 6; i++)               /* each 160th frame falls on a 147th */
        ck_assert_int_eq(out[160 * i].right, sound[147 * i][1]);
    memset(out, 0, sizeof out);
    atapi_audio_mix(d, d->audio_since, whole, 1000);
    for (unsigned i = 0; i < 960; i += 48)         /* in portions it is the same */
        atapi_audio_mix(d, d->audio_since + i / 48 * 1000000, out + i, 48);
    ck_assert(!memcmp(out, whole, 960 * sizeof *out));
}
END_TEST

START_TEST(audio_plays_by_time)
{
    static int16_t sound[2000][2];
    uint8_t raw[DISC_RAW];
    where(0x15, 0);
    ck_assert_uint_eq(PACKET(0x45, 0, 0, 0, 0, 110, 0, 0, 150), 0);
    vtime t0 = r.ata.drive[0].audio_since;
    run(1000000000);
    where(0x11, 110 + 75);
    ck_assert_uint_eq(answer[6], 2);
    ck_assert_uint_eq(load_be32(answer + 12), 75);
    ck_assert_uint_eq(atapi_audio_read(&r.ata.drive[0], t0 + 40000000, sound, 2000), 2000);
    raw_of(NULL, 113, raw, NULL);
    ck_assert_int_eq(sound[0][0], (int16_t)load_le16(raw));
    ck_assert_int_eq(sound[587][1], (int16_t)load_le16(raw + 2350));
    raw_of(NULL, 114, raw, NULL);
    ck_assert_int_eq(sound[588][0], (int16_t)load_le16(raw));
    ck_assert_uint_eq(atapi_audio_read(&r.ata.drive[0], t0 + 1990000000, sound, 2000), 441);
    ck_assert_uint_eq(PACKET(0x4b), 0);
    uint32_t at = r.ata.drive[0].head;
    run(500000000);
    where(0x12, at);
    ck_assert_uint_eq(atapi_audio_read(&r.ata.drive[0], r.sched.now, sound, 10), 0);
    ck_assert_uint_eq(PACKET(0x4b, 0, 0, 0, 0, 0, 0, 0, 1), 0);
    run(2000000000);
    ck_assert_uint_eq(PACKET(3, 0, 0, 0, 18), 18);
    ck_assert(answer[2] == 0 && answer[13] == 0x13);
    where(0x13, 260);
    where(0x15, 260);                            /* told once */
    fails(PACKET(0x4b), 5, 0x2c);
    fails(PACKET(0x45, 0, 0, 0, 0, 50, 0, 0, 10), 5, 0x64);
    fails(PACKET(0x45, 0, 0, 0, 1, 0, 0, 1, 0), 5, 0x21);
    ck_assert_uint_eq(PACKET(0x47, 0, 0, 0, 4, 0, 0, 5, 0), 0);
    run(100000000);
    where(0x11, 157);
    ck_assert_uint_eq(PACKET(0x28, 0, 0, 0, 0, 5, 0, 0, 1), 2048);       /* reading stops it */
    where(0x15, 6);
    ck_assert_uint_eq(PACKET(0x48, 0, 0, 0, 2, 1, 0, 2, 1), 0);
    ck_assert(r.ata.drive[0].audio_from == 110 && r.ata.drive[0].audio_to == 400);
    ck_assert_uint_eq(PACKET(0x4e), 0);
    where(0x15, 110);
    ck_assert_uint_eq(PACKET(0x42, 0, 0x40, 2, 0, 0, 0, 0, 24), 24);
    ck_assert(answer[8] == 0x80 && !memcmp(answer + 9, "1234567890123", 13));
    ck_assert_uint_eq(PACKET(0x42, 0, 0x40, 3, 0, 0, 2, 0, 24), 24);
    ck_assert(answer[6] == 2 && answer[8] == 0x80 && !memcmp(answer + 9, "ABCDE1234567", 12));
}
END_TEST

static uint8_t give(const uint8_t *p, const uint8_t *data, unsigned n)
{
    uint8_t s = start(p, 0xfffe);
    ck_assert_uint_eq(s & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    ck_assert(in(COUNT) == 0 && in(LCYL) == n);
    for (unsigned i = 0; i < n; i += 2)
        ata_cmd_ops.write(&r.ata, 0, load_le16(data + i), 2);
    return wait_ready() & ATA_ERR;
}

START_TEST(lesser_commands)
{
    PACKET(0x2b, 0, 0, 0, 0, 120);
    ck_assert_uint_eq(PACKET(0x01), 0);
    ck_assert_uint_eq(r.ata.drive[0].head, 0);
    ck_assert_uint_eq(PACKET(0x2f, 0, 0, 0, 0, 100, 0, 1, 0x90), 0);
    fails(PACKET(0x2f, 0, 0, 0, 0, 100, 0, 1, 0x91), 5, 0x21);
    fails(PACKET(0x2f, 2, 0, 0, 0, 0, 0, 0, 1), 5, 0x24);
    ck_assert_uint_eq(PACKET(0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 1), 24);
    ck_assert(load_be32(answer) == 20 && load_be32(answer + 12) == 706 &&
              load_be32(answer + 16) == SECTORS - 1);
    fails(PACKET(0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 3), 5, 0x24);
    ck_assert_uint_eq(PACKET(0x5a, 0, 0x1a, 0, 0, 0, 0, 1), 20);
    ck_assert(answer[8] == 0x1a && answer[9] == 10);
    fails(PACKET(0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4), 5, 0x30);     /* a CD has none */
    r.bd.disc = NULL;
    r.bd.sectors = 2295104;
    ck_assert_uint_eq(PACKET(0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4), 2052);
    ck_assert(load_be16(answer) == 2050 && load_be32(answer + 8) == 0x30000 &&
              load_be32(answer + 12) == 0x30000 + 2295103);
    ck_assert_uint_eq(PACKET(0xad, 0, 0, 0, 0, 0, 0, 1, 8, 4), 8);
    fails(PACKET(0xad, 0, 0, 0, 0, 0, 0, 4, 8, 4), 5, 0x24);
}
END_TEST

START_TEST(mode_pages)
{
    static int16_t sound[4][2];
    uint8_t raw[DISC_RAW], data[24] = { [8] = 0x0e, 14, 4, [16] = 2, 128, 1, 255 };
    const uint8_t select[12] = { 0x55, 0x10, 0, 0, 0, 0, 0, 0, 24 };
    ck_assert_uint_eq(PACKET(0x5a, 0, 0x3f, 0, 0, 0, 0, 1), 8 + 8 + 8 + 16 + 12 + 20);
    ck_assert(answer[1] == 70 && answer[2] == 1 && answer[8] == 1 && answer[16] == 0x0d);
    ck_assert_uint_eq(PACKET(0x5a, 0, 0x4e, 0, 0, 0, 0, 1), 24);          /* changeable */
    ck_assert(answer[10] == 0 && answer[16] == 0x0f && answer[17] == 255);
    fails(PACKET(0x5a, 0, 0xce, 0, 0, 0, 0, 1), 5, 0x39);
    fails(PACKET(0x5a, 0, 0x05, 0, 0, 0, 0, 1), 5, 0x24);
    ck_assert_uint_eq(give(select, data, 24), 0);
    ck_assert_uint_eq(PACKET(0x1a, 0, 0x0e, 0, 24), 20);
    ck_assert(answer[12] == 2 && answer[13] == 128 && answer[14] == 1);
    PACKET(0x45, 0, 0, 0, 0, 110, 0, 0, 150);    /* channels exchanged, one at half volume */
    ck_assert_uint_eq(atapi_audio_read(&r.ata.drive[0], r.ata.drive[0].audio_since, sound, 4), 4);
    raw_of(NULL, 110, raw, NULL);
    ck_assert_int_eq(sound[1][1], (int16_t)load_le16(raw + 4));
    ck_assert_int_eq(sound[1][0], (int16_t)load_le16(raw + 6) * 128 / 255);
    data[9] = 13;
    ck_assert_uint_eq(give(select, data, 24), ATA_ERR);
    fails(~0u, 5, 0x26);
    ck_assert_uint_eq(PACKET(0x12, 1, 0, 0, 40), 7);
    ck_assert(answer[3] == 3 && answer[5] == 0x80 && answer[6] == 0x83);
    ck_assert_uint_eq(PACKET(0x12, 1, 0x80, 0, 40), 17);
    fails(PACKET(0x12, 1, 0x81, 0, 40), 5, 0x24);
    ck_assert_uint_eq(PACKET(0x46, 2, 1, 3, 0, 0, 0, 0, 100), 16);        /* one feature */
    ck_assert(answer[8] == 1 && answer[9] == 3 && answer[7] == 8);
    ck_assert_uint_eq(PACKET(0xbb, 0, 1, 0), 0);
    ck_assert_uint_eq(PACKET(0x5a, 0, 0x2a, 0, 0, 0, 0, 1), 28);
    ck_assert_uint_eq(load_be16(answer + 8 + 14), 256);
}
END_TEST

START_TEST(media_come_and_go)
{
    PACKET(0x45, 0, 0, 0, 0, 110, 0, 0, 150);
    fails((PACKET(0x1e, 0, 0, 0, 1), PACKET(0x1b, 0, 0, 0, 2)), 5, 0x53);
    PACKET(0x1e);
    ck_assert_uint_eq(PACKET(0x1b, 0, 0, 0, 2), 0);
    ck_assert_uint_eq(r.ata.drive[0].audio, ATAPI_SILENT);
    fails(PACKET(0), 2, 0x3a);
    ck_assert_uint_eq(PACKET(0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8), 8);
    ck_assert_uint_eq(answer[1], 0x10);
    ck_assert_uint_eq(PACKET(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), 8);
    ck_assert(answer[4] == 3 && answer[5] == 1);
    ck_assert_uint_eq(PACKET(0x1b, 0, 0, 0, 3), 0);
    ck_assert_uint_eq(PACKET(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), 8);
    ck_assert(answer[4] == 2 && answer[5] == 2);
    fails(PACKET(0), 6, 0x28);
    ck_assert_uint_eq(PACKET(0), 0);
    ata_insert(&r.ata, 0, NULL);
    fails(PACKET(0x43, 0, 0, 0, 0, 0, 0, 2), 2, 0x3a);
    ck_assert_uint_eq(PACKET(0x46, 0, 0, 0, 0, 0, 0, 1), 8 + 12 + 8 * 3 + 12 + 8 * 2 + 4 + 8 + 4);
    ck_assert_uint_eq(answer[7], 0);
}
END_TEST

/* ---- state ---- */

/* One packet with plausible fields, moved to its end; or time, or another medium. */
static void poke(void *arg, uint32_t v)
{
    struct rig *x = arg;
    static const uint8_t codes[] = { 0x00, 0x03, 0x12, 0x15, 0x1a, 0x1b, 0x25, 0x28, 0x2b, 0x42,
                                     0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x4b, 0x4e, 0x51,
                                     0x52, 0x55, 0x5a, 0xa5, 0xb9, 0xbb, 0xbd, 0xbe, 0xbe, 0xbe };
    struct dt_rng rng = dt_seed(v);
    uint8_t p[12] = { codes[dt_below(&rng, sizeof codes)] };
    if (v % 8 == 0) {
        sched_advance(&x->sched, x->sched.now + dt_rand(&rng));
        return;
    }
    if (v % 64 == 1)
        ata_insert(&x->ata, 0, v % 128 == 1 ? NULL : &x->bd);
    for (unsigned i = 1; i < 12; i++)
        p[i] = (uint8_t)(dt_below(&rng, 3) ? dt_below(&rng, 4) : dt_rand(&rng));
    static const unsigned regs[] = { FEATURE, LCYL, HCYL, DEVICE, COMMAND };
    const unsigned values[] = { 0, dt_rand(&rng) & 0xff, 2, 0xa0, 0xa0 };
    for (unsigned i = 0; i < 5; i++)
        ata_cmd_ops.write(&x->ata, regs[i], values[i], 1);
    for (unsigned i = 0; i < 40; i++) {
        sched_advance(&x->sched, x->sched.now + 50000);
        uint8_t s = (uint8_t)ata_cmd_ops.read(&x->ata, STATUS, 1);
        for (unsigned n = 0; s & ATA_DRQ && n < 600; n++)
            if (x->ata.drive[0].phase == ATA_IN)
                ata_cmd_ops.read(&x->ata, 0, 2);
            else
                ata_cmd_ops.write(&x->ata, 0, n < 6 ? load_le16(p + 2 * n) : dt_below(&rng, 20), 2);
    }
}

START_TEST(save_load_is_invisible)
{
    static struct audio_frame one[500], two[500];
    struct dt_rng rng = dt_seed((uint64_t)_i);
    build(&twin);
    for (int i = 0; i < 300; i++)
        poke(&r, dt_rand(&rng));
    twin.ata.drive[0].bd = r.ata.drive[0].bd ? &twin.bd : NULL;
    dt_copy(&ata_class, &r.ata, &twin.ata);
    twin.sched.now = r.sched.now;
    sched_rescan(&twin.sched);
    for (int i = 0; i < 100; i++) {
        uint32_t v = dt_rand(&rng);
        poke(&r, v);
        poke(&twin, v);
    }
    memset(one, 0, sizeof one);
    memset(two, 0, sizeof two);
    atapi_audio_mix(&r.ata.drive[0], r.sched.now, one, 500);
    atapi_audio_mix(&twin.ata.drive[0], r.sched.now, two, 500);
    ck_assert(!memcmp(one, two, sizeof one));
    dt_same(&ata_class, &r.ata, &twin.ata);
}
END_TEST

START_TEST(hostile_snapshots)
{
    static struct audio_frame out[500];
    struct dt_rng rng = dt_seed((uint64_t)_i + 7);
    build(&twin);
    for (int i = 0; i < 40; i++)
        poke(&r, dt_rand(&rng));
    PACKET(0x45, 0, 0, 0, 0, 110, 0, 0, 150);
    dt_hostile(&ata_class, &r.ata, &twin.ata, &twin.sched, poke, &twin);
    atapi_audio_mix(&twin.ata.drive[0], twin.sched.now, out, 500);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("atapi");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, tables_of_contents);
    tcase_add_test(t, read_cd_takes_sectors_apart);
    tcase_add_test(t, audio_is_mixed);
    tcase_add_test(t, audio_plays_by_time);
    tcase_add_test(t, mode_pages);
    tcase_add_test(t, lesser_commands);
    tcase_add_test(t, media_come_and_go);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 8);
    tcase_add_loop_test(t, hostile_snapshots, 0, 2);
    suite_add_tcase(s, t);
    return dt_run(s);
}
