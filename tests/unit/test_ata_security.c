/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/* Disks: the host protected area, passwords, READ and WRITE LONG, FORMAT TRACK, the standby timer.
 */
#include "unit/ata_rig.h"

#define SECOND UINT64_C(1000000000)

static uint16_t identify(unsigned word)
{
    uint8_t b[512];
    command(0, 0, 0, 0xec);
    ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    take(b, 512);
    return (uint16_t)load_le16(b + 2 * word);
}

static uint8_t run(unsigned count, uint64_t lba, unsigned cmd)
{
    command(0, count, lba, cmd);
    return wait_ready();
}

static void good(uint8_t status) { ck_assert_uint_eq(status, ATA_DRDY | ATA_DSC); }

static void bad(uint8_t status, uint8_t error)
{
    ck_assert_uint_eq(status & (ATA_ERR | ATA_DRQ), ATA_ERR);
    ck_assert_uint_eq(in(ERR), error);
}

static bool readable(uint64_t lba)
{
    uint8_t b[512];
    uint8_t s = run(1, lba, 0x20);
    if (s & ATA_ERR)
        return false;
    take(b, 512);
    return !memcmp(b, image + lba * 512, 512);
}

static void hard_reset(void) { ata_class.reset(&r.ata, RESET_HARD); }

/* ---- host protected area ---- */

static uint8_t set_max(uint64_t last, bool kept)
{
    good(run(0, 0, 0xf8));
    out(FEATURE, 0);
    return run(kept, last, 0xf9);
}

START_TEST(protected_area)
{
    bad(run(0, 9999, 0xf9), ATA_ABRT);             /* not without asking for the native maximum */
    good(run(0, 0, 0xf8));
    good(run(0, 0, 0x40));
    bad(run(0, 9999, 0xf9), ATA_ABRT);             /* and right after it */
    bad(set_max(SECTORS, false), ATA_IDNF);
    good(set_max(9999, false));
    ck_assert(identify(60) == 10000 && identify(100) == 10000 && identify(1) == 10000 / 1008);
    ck_assert_uint_eq(identify(85) & 0x400, 0x400);
    ck_assert(readable(9999) && !readable(10000));
    ck_assert_uint_eq(in(ERR), ATA_IDNF);
    good(run(0, 0, 0xf8));                         /* the native one stays */
    ck_assert_uint_eq(in(SECTOR) | (unsigned)in(LCYL) << 8, SECTORS - 1);
    hard_reset();
    ck_assert(readable(10000) && identify(60) == SECTORS);
    good(set_max(4999, true));                     /* for good, and once */
    bad(set_max(5999, true), ATA_IDNF);
    good(set_max(5999, false));
    ck_assert(readable(5999) && !readable(6000));
    hard_reset();
    ck_assert(readable(4999) && !readable(5000));
    good(set_max(SECTORS - 1, true));
    hard_reset();
    ck_assert(readable(SECTORS - 1));
    good(run(0, 0, 0x27));                         /* the same with 48 bits */
    out(COUNT, 0);
    out(SECTOR, 0);
    out(LCYL, 0);
    out(HCYL, 0);
    out(COUNT, 0);
    out(SECTOR, 99);
    out(LCYL, 0);
    out(HCYL, 0);
    out(COMMAND, 0x37);
    good(wait_ready());
    ck_assert_uint_eq(identify(60), 100);
}
END_TEST

/* ---- passwords ---- */

static uint8_t say(unsigned cmd, unsigned word0, const char *password, unsigned word17)
{
    uint8_t b[512] = { 0 };
    store_le16(b, (uint16_t)word0);
    memcpy(b + 2, password, strlen(password));
    store_le16(b + 34, (uint16_t)word17);
    uint8_t s = run(0, 0, cmd);
    if (!(s & ATA_DRQ))
        return s;
    give(b, 512);
    return wait_ready();
}

enum { MASTER = 1, MAXIMUM = 0x100 };

START_TEST(passwords_lock)
{
    ck_assert_uint_eq(identify(128), 1);
    good(say(0xf1, MASTER, "boss", 0x1234));
    ck_assert(identify(128) == 1 && identify(92) == 0x1234);
    good(say(0xf1, 0, "me", 0));
    ck_assert(identify(128) == 3 && (identify(85) & 2) && readable(5));
    hard_reset();
    ck_assert_uint_eq(identify(128), 7);
    ck_assert(!readable(5));
    ck_assert_uint_eq(in(ERR), ATA_ABRT);
    bad(run(1, 5, 0x30), ATA_ABRT);
    bad(say(0xf1, 0, "you", 0), ATA_ABRT);
    bad(say(0xf6, 0, "me", 0), ATA_ABRT);
    bad(run(0, 0, 0xf5), ATA_ABRT);
    bad(say(0xf2, 0, "you", 0), ATA_ABRT);
    good(say(0xf2, 0, "me", 0));
    ck_assert(identify(128) == 3 && readable(5));
    hard_reset();
    for (unsigned i = 0; i < 5; i++)               /* five attempts */
        bad(say(0xf2, 0, "you", 0), ATA_ABRT);
    ck_assert_uint_eq(identify(128), 0x17);
    bad(say(0xf2, 0, "me", 0), ATA_ABRT);
    hard_reset();
    good(say(0xf2, MASTER, "boss", 0));            /* the master may, at the lower level */
    good(say(0xf6, 0, "me", 0));
    ck_assert_uint_eq(identify(128), 1);
    hard_reset();
    ck_assert(readable(5));
}
END_TEST

START_TEST(passwords_freeze_and_erase)
{
    good(run(0, 0, 0xf5));
    ck_assert_uint_eq(identify(128), 9);
    bad(say(0xf1, 0, "me", 0), ATA_ABRT);
    bad(run(0, 0, 0xf3), ATA_ABRT);
    hard_reset();
    good(say(0xf1, MASTER, "boss", 0));
    good(say(0xf1, MAXIMUM, "me", 0));
    ck_assert_uint_eq(identify(128), 0x103);
    hard_reset();
    bad(say(0xf2, MASTER, "boss", 0), ATA_ABRT);   /* the master may only erase */
    bad(say(0xf4, MASTER, "boss", 0), ATA_ABRT);   /* when that was prepared */
    good(run(0, 0, 0xf3));
    ck_assert_uint_eq(identify(128), 0x107);       /* a command between */
    bad(say(0xf4, MASTER, "boss", 0), ATA_ABRT);
    good(run(0, 0, 0xf3));
    bad(say(0xf4, MASTER, "you", 0), ATA_ABRT);
    ck_assert_uint_ne(image[0] | image[sizeof image - 1] | image[9999], 0);
    good(run(0, 0, 0xf3));
    uint8_t status = say(0xf4, MASTER, "boss", 0);
    for (unsigned i = 0; i < 100 && status & ATA_BSY; i++)
        status = wait_ready();
    good(status);
    for (size_t i = 0; i < sizeof image; i++)
        ck_assert_uint_eq(image[i], 0);
    ck_assert(identify(128) == 1 && readable(0));
}
END_TEST

/* ---- READ LONG, WRITE LONG, FORMAT TRACK ---- */

START_TEST(long_sectors)
{
    uint8_t b[516], c[516];
    bad(run(2, 7, 0x22), ATA_ABRT);
    ck_assert_uint_eq(identify(22), 4);
    ck_assert_uint_eq(run(1, 7, 0x22) & ATA_DRQ, ATA_DRQ);
    take(b, 512);
    ck_assert_uint_eq(in(STATUS) & ATA_DRQ, ATA_DRQ);
    for (unsigned i = 512; i < 516; i++)
        b[i] = in(0);
    ck_assert_uint_eq(in(STATUS) & (ATA_DRQ | ATA_ERR), 0);
    ck_assert(!memcmp(b, image + 7 * 512, 512) && load_le32(b + 512));
    b[3] ^= 0x10;
    ck_assert_uint_eq(run(1, 7, 0x33) & ATA_DRQ, ATA_DRQ);
    give(b, 516);
    good(wait_ready());
    ck_assert_uint_eq(image[7 * 512 + 3], b[3]);
    ck_assert_uint_eq(run(1, 7, 0x23) & ATA_DRQ, ATA_DRQ);
    take(c, 516);
    ck_assert(!memcmp(b, c, 512) && load_le32(b + 512) != load_le32(c + 512));
    bad(run(1, SECTORS, 0x22), ATA_IDNF);
    ck_assert(readable(7));
}
END_TEST

START_TEST(formatted_tracks)
{
    uint8_t b[512] = { 0 };
    out(DEVICE, 0xa0 | 3);                         /* cylinder 2, head 3 */
    out(SECTOR, 0);
    out(LCYL, 2);
    out(HCYL, 0);
    out(COUNT, 62);
    out(COMMAND, 0x50);
    bad(wait_ready(), ATA_IDNF);                   /* it has 63 */
    b[2 * 9] = 0x80;                               /* the tenth is to be bad: left alone */
    out(COUNT, 63);
    out(COMMAND, 0x50);
    ck_assert_uint_eq(wait_ready() & (ATA_DRQ | ATA_ERR), ATA_DRQ);
    give(b, 512);
    good(wait_ready());
    const uint8_t *track = image + (2 * 16 + 3) * 63 * 512;
    for (unsigned s = 0; s < 63; s++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < 512; i++)
            sum += track[s * 512 + i];
        ck_assert_msg((sum == 0) == (s != 9), "sector %u", s + 1);
    }
    ck_assert(track[-1] | track[-2] | track[-3] | track[-4]);
    ck_assert(track[63 * 512] | track[63 * 512 + 1] | track[63 * 512 + 2] | track[63 * 512 + 3]);
    r.disk.bd.read_only = true;
    out(COMMAND, 0x50);
    bad(wait_ready(), ATA_ABRT);
}
END_TEST

/* ---- power ---- */

static uint8_t power(void)
{
    good(run(0, 0, 0xe5));
    return in(COUNT);
}

START_TEST(standby_timer)
{
    static const struct { uint8_t code; unsigned seconds; } timers[] = {
        { 1, 5 }, { 240, 1200 }, { 241, 1800 }, { 251, 19800 }, { 252, 1260 }, { 253, 28800 },
        { 255, 1275 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(timers); i++) {
        good(run(timers[i].code, 0, 0xe3));        /* IDLE */
        ck_assert_uint_eq(power(), 0x80);
        sched_advance(&r.sched, r.sched.now + (timers[i].seconds - 1) * SECOND);
        ck_assert_uint_eq(power(), 0x80);          /* asking does not keep it awake */
        sched_advance(&r.sched, r.sched.now + 2 * SECOND);
        ck_assert_msg(power() == 0, "timer %u", timers[i].code);
        ck_assert(readable(3));
        ck_assert_uint_eq(power(), 0xff);
        sched_advance(&r.sched, r.sched.now + (timers[i].seconds + 1) * SECOND);
        ck_assert_uint_eq(power(), 0);
    }
    good(run(0, 0, 0xe2));                         /* STANDBY, and no timer */
    ck_assert_uint_eq(power(), 0);
    ck_assert(readable(3));
    sched_advance(&r.sched, r.sched.now + 100000 * SECOND);
    ck_assert_uint_eq(power(), 0xff);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ata security");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, protected_area);
    tcase_add_test(t, passwords_lock);
    tcase_add_test(t, passwords_freeze_and_erase);
    tcase_add_test(t, long_sectors);
    tcase_add_test(t, formatted_tracks);
    tcase_add_test(t, standby_timer);
    suite_add_tcase(s, t);
    return dt_run(s);
}
