/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/* The floppy controller: commands, DMA and polled transfers, formats, seeks, random traffic. */
#include "unit/fdc_rig.h"

static struct rig twin;

START_TEST(reads_across_the_cylinder)
{
    uint8_t res[7];
    go(7);
    dma(0, 20 * 512);                              /* sectors 10..18 of head 0, 1..11 of head 1 */
    transfer(0xe6, 7, 0, 10, 18, res);
    const uint8_t want[7] = { 0x04, 0, 0, 7, 1, 12, 2 };
    ck_assert(!memcmp(res, want, 7));
    ck_assert(!memcmp(r.memory, r.image + (7 * 36 + 9) * 512, 20 * 512));
    dma(0, 512);
    transfer(0x46, 7, 1, 18, 18, res);             /* to the end: the next would be C + 1, R 1 */
    ck_assert(res[0] == 4 && !res[1] && res[3] == 8 && res[4] == 1 && res[5] == 1);
    dma(0, 40000);
    transfer(0x46, 7, 0, 18, 18, res);             /* no terminal count: end of cylinder */
    ck_assert(res[0] == 0x40 && res[1] == 0x80);
}
END_TEST

START_TEST(writes_and_formats)
{
    uint8_t res[7];
    for (unsigned i = 0; i < 18 * 512; i++)
        r.memory[i] = (uint8_t)(i * 13);
    go(40);
    dma(0, 18 * 512);
    transfer(0xc5, 40, 1, 1, 18, res);
    ck_assert(res[0] == 4 && !res[1] && !res[2]);
    ck_assert(!memcmp(r.image + (40 * 36 + 18) * 512, r.memory, 18 * 512));
    for (uint8_t i = 0; i < 18; i++)
        memcpy(r.memory + 4 * i, (const uint8_t[]){ 40, 0, (uint8_t)(i + 1), 2 }, 4);
    dma(0, 72);
    send(6, (const uint8_t[]){ 0x4d, 0, 2, 18, 0x54, 0xf6 });
    wait_irq();
    results(7, res);
    ck_assert(!res[0] && !res[1]);
    for (unsigned i = 0; i < 18 * 512; i++)
        ck_assert_msg(r.image[40 * 36 * 512 + i] == 0xf6, "byte %u", i);
    ck_assert_uint_eq(r.image[(40 * 36 + 18) * 512 + 1], 13);
    r.disk.bd.read_only = true;
    dma(0, 512);
    transfer(0x45, 40, 0, 1, 18, res);
    ck_assert(res[0] == 0x40 && res[1] == 2);
    send(2, (const uint8_t[]){ 4, 0 });
    results(1, res);
    ck_assert_uint_eq(res[0], 0x68);
}
END_TEST

START_TEST(errors)
{
    uint8_t res[7];
    go(3);
    dma(0, 512);
    transfer(0x46, 4, 0, 1, 18, res);              /* wrong cylinder */
    ck_assert(res[0] == 0x40 && res[1] == 4 && res[2] == 0x10);
    transfer(0x46, 3, 0, 19, 18, res);
    ck_assert(res[0] == 0x40 && res[1] == 4);
    i82077_dir_ops.write(&r.fdc, 0, 2, 1);         /* wrong data rate */
    transfer(0x46, 3, 0, 1, 18, res);
    ck_assert(res[0] == 0x40 && res[1] == 1);
    i82077_dir_ops.write(&r.fdc, 0, 0, 1);
    r.masked = true;                               /* nobody serves DREQ */
    transfer(0x46, 3, 0, 1, 18, res);
    ck_assert(res[0] == 0x40 && res[1] == 0x10);
    send(2, (const uint8_t[]){ 7, 1 });            /* no drive there: track 0 is never found */
    wait_irq();
    sense(0x71, 0);
    send(1, (const uint8_t[]){ 8 });
    results(1, res);
    ck_assert_uint_eq(res[0], 0x80);
    send(1, (const uint8_t[]){ 0x1f });
    results(1, res);
    ck_assert_uint_eq(res[0], 0x80);
}
END_TEST

START_TEST(motor_and_recalibration)
{
    uint8_t res[7];
    go(83);
    send(2, (const uint8_t[]){ 7, 0 });            /* 79 steps are not enough */
    wait_irq();
    sense(0x70, 0);
    ck_assert_uint_eq(r.fdc.drive[0].track, 4);
    send(2, (const uint8_t[]){ 7, 0 });
    wait_irq();
    sense(0x20, 0);
    out(DOR, 0x0c);                                /* nothing turns: it waits */
    dma(0, 512);
    send(9, (const uint8_t[]){ 0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff });
    sched_advance(&r.sched, r.sched.now + 3 * SECOND);
    ck_assert(!r.irq.level && in(MSR) == 0x10);
    out(DOR, 0x1c);
    wait_irq();
    results(7, res);
    ck_assert(!res[0] && !memcmp(r.memory, r.image, 512));
}
END_TEST

START_TEST(all_media)
{
    static uint8_t image[5760 * 512];
    static const struct { uint16_t kib; uint8_t rate, track, head, sector; } media[] = {
        { 160, 2, 39, 0, 8 },  { 180, 1, 39, 0, 9 },  { 320, 2, 39, 1, 8 },  { 360, 1, 39, 1, 9 },
        { 720, 2, 79, 1, 9 },  { 1200, 0, 79, 1, 15 }, { 1440, 0, 79, 1, 18 },
        { 1680, 0, 79, 1, 21 }, { 1722, 0, 81, 1, 21 }, { 2880, 3, 79, 1, 36 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(media); i++) {
        struct disk_mem d;
        uint8_t res[7], t = media[i].track, h = media[i].head, s = media[i].sector;
        uint32_t size = media[i].kib * 1024u;
        image[size - 512] = (uint8_t)(i + 1);      /* the last sector */
        i82077_insert(&r.fdc, 0, disk_mem_init(&d, image, size, 512, false));
        i82077_dir_ops.write(&r.fdc, 0, media[i].rate, 1);
        go(t);
        dma(0, 512);
        transfer(0x46, t, h, s, s, res);
        ck_assert_msg(!(res[0] & 0xc0) && r.memory[0] == i + 1, "%u KiB", media[i].kib);
        dma(0, 512);
        transfer(0x46, t, h, (uint8_t)(s + 1), (uint8_t)(s + 1), res);
        ck_assert_uint_eq(res[1], 4);
        i82077_dir_ops.write(&r.fdc, 0, media[i].rate ^ 3u, 1);   /* a rate it does not have */
        transfer(0x46, t, h, s, s, res);
        ck_assert_msg(res[1] == 1 || media[i].rate == 1 || media[i].rate == 2, "%u", i);
        for (uint8_t k = 0; k < s; k++)            /* FORMAT TRACK */
            memcpy(r.memory + 4 * k, (const uint8_t[]){ t, h, (uint8_t)(k + 1), 2 }, 4);
        i82077_dir_ops.write(&r.fdc, 0, media[i].rate, 1);
        dma(0, 4u * s);
        send(6, (const uint8_t[]){ 0x4d, (uint8_t)(h << 2), 2, s, 0x54, 0xe5 });
        wait_irq();
        results(7, res);
        ck_assert(!(res[0] & 0xc0) && image[size - 1] == 0xe5 && image[size - 512] == 0xe5);
        memset(image, 0, sizeof image);
    }
}
END_TEST

START_TEST(small_commands)
{
    uint8_t b[10];
    send(1, (const uint8_t[]){ 0x10 });
    results(1, b);
    ck_assert_uint_eq(b[0], 0x90);
    send(4, (const uint8_t[]){ 0x13, 0, 0x57, 9 });
    send(2, (const uint8_t[]){ 0x12, 0x84 });
    send(1, (const uint8_t[]){ 0x94 });
    results(1, b);
    ck_assert_uint_eq(b[0], 0x10);
    go(5);
    send(1, (const uint8_t[]){ 0x0e });
    results(10, b);
    const uint8_t want[10] = { 5, 0, 0, 0, 0xaf, 2, 0, 0x84, 0x57, 9 };
    ck_assert(!memcmp(b, want, 10));
    out(MSR, 0x80);                                /* DSR reset; locked: CONFIGURE survives */
    sched_advance(&r.sched, r.sched.now + 1000000);
    send(1, (const uint8_t[]){ 0x0e });
    results(10, b);
    ck_assert(b[0] == 0 && b[8] == 0x57);
    send(2, (const uint8_t[]){ 7, 0 });
    wait_irq();
    sense(0x20, 0);
    uint8_t id[7], first;
    send(2, (const uint8_t[]){ 0x4a, 4 });
    wait_irq();
    results(7, id);
    ck_assert(id[0] == 4 && id[3] == 0 && id[4] == 1 && id[6] == 2);
    first = id[5];
    send(2, (const uint8_t[]){ 0x4a, 4 });
    wait_irq();
    results(7, id);
    ck_assert_uint_eq(id[5], first % 18 + 1);
}
END_TEST

/* Virtual time from a command's last byte to its interrupt, to 10 us. */
static uint64_t timed(unsigned n, const uint8_t *command)
{
    send(n, command);
    vtime from = r.sched.now;
    for (int i = 0; i < 200000 && !r.irq.level; i++)
        sched_advance(&r.sched, r.sched.now + 10000);
    ck_assert(r.irq.level);
    return r.sched.now - from;
}

static void about(uint64_t got, uint64_t want, uint64_t within)
{
    ck_assert_msg(got >= want - within && got <= want + within, "%u us, not %u",
                  (unsigned)(got / 1000), (unsigned)(want / 1000));
}

static void read_timed(uint8_t first, uint8_t last, uint64_t want, uint64_t within)
{
    uint8_t res[7];
    dma(0, (last - first + 1u) * 512u);
    about(timed(9, (const uint8_t[]){ 0x46, 0, 0, 0, first, 2, 18, 0x1b, 0xff }), want, within);
    results(7, res);
    ck_assert(!res[0] && res[5] == last % 18 + 1);
}

/* SPECIFY AFh, 02h: steps of 6 ms, 240 ms to unload, 2 ms to load the head. */
START_TEST(times_are_those_of_a_disk)
{
    uint8_t b[7];
    const uint64_t sector = TURN / 18;
    about(timed(3, (const uint8_t[]){ 0x0f, 0, 30 }), 30 * 6 * MS, 100000);
    sense(0x20, 30);
    i82077_dir_ops.write(&r.fdc, 0, 2, 1);         /* half the rate: twice the time */
    about(timed(2, (const uint8_t[]){ 0x07, 0 }), 30 * 12 * MS, 100000);
    sense(0x20, 0);
    i82077_dir_ops.write(&r.fdc, 0, 0, 1);
    r.memory[0] = 0;
    sched_advance(&r.sched, 20 * TURN);
    read_timed(1, 18, TURN - sector / 8, sector / 4);      /* from the index on: a track a turn */
    read_timed(1, 1, sector, sector / 2);          /* its next one is the next to come */
    read_timed(2, 2, sector, sector / 8);
    read_timed(2, 2, TURN, sector / 8);            /* just missed */
    read_timed(1, 1, TURN - sector, sector / 8);
    sched_advance(&r.sched, 40 * TURN - 1 * MS);   /* the head is up: sector 1 is not caught */
    read_timed(3, 3, 1 * MS + 3 * sector, sector / 4);
    sched_advance(&r.sched, 50 * TURN);
    about(timed(9, (const uint8_t[]){ 0x46, 0, 0, 0, 19, 2, 19, 0x1b, 0xff }), 2 * TURN, 3 * MS);
    results(7, b);                                 /* not found in two turns */
    for (uint8_t i = 0; i < 18; i++)
        memcpy(r.memory + 4 * i, (const uint8_t[]){ 0, 0, (uint8_t)(i + 1), 2 }, 4);
    sched_advance(&r.sched, 60 * TURN + 10 * MS);
    dma(0, 72);                                    /* from index to index */
    about(timed(6, (const uint8_t[]){ 0x4d, 0, 2, 18, 0x54, 0xf6 }), 390 * MS, 100000);
    results(7, b);
    ck_assert(!b[0]);
}
END_TEST

/* A program that measures the speed of a drive counts READ IDs of one sector. */
START_TEST(speed_can_be_measured)
{
    uint8_t b[7];
    vtime seen[2] = { 0 };
    for (unsigned i = 0, n = 0; n < 2; i++) {
        ck_assert_uint_lt(i, 40);
        timed(2, (const uint8_t[]){ 0x4a, 0 });
        results(7, b);
        if (b[5] == 7)
            seen[n++] = r.sched.now;
    }
    about(seen[1] - seen[0], TURN, 50000);
    static uint8_t image[2400 * 512];
    struct disk_mem d;
    i82077_attach(&r.fdc, 0, FLOPPY_1200K, disk_mem_init(&d, image, sizeof image, 512, false));
    for (unsigned i = 0, n = 0; n < 2; i++) {
        ck_assert_uint_lt(i, 40);
        timed(2, (const uint8_t[]){ 0x4a, 0 });
        results(7, b);
        if (b[5] == 15)
            seen[n++] = r.sched.now;
    }
    about(seen[1] - seen[0], 166667000, 50000);    /* 360 turns a minute */
}
END_TEST

START_TEST(disk_change)
{
    uint8_t res[7];
    ck_assert_uint_eq(i82077_dir_ops.read(&r.fdc, 0, 1), 0x80);
    go(0);                                         /* no step, no change */
    ck_assert_uint_eq(i82077_dir_ops.read(&r.fdc, 0, 1), 0x80);
    go(1);
    ck_assert_uint_eq(i82077_dir_ops.read(&r.fdc, 0, 1), 0);
    i82077_insert(&r.fdc, 0, NULL);
    go(2);
    ck_assert_uint_eq(i82077_dir_ops.read(&r.fdc, 0, 1), 0x80);
    transfer(0x46, 2, 0, 1, 18, res);
    ck_assert(res[0] == 0x40 && res[1] == 1);
    static uint8_t small[1024];                    /* an odd little image is a 1.44M disk */
    struct disk_mem d;
    small[513] = 0x77;
    i82077_insert(&r.fdc, 0, disk_mem_init(&d, small, sizeof small, 512, false));
    go(0);
    dma(0, 3 * 512);
    memset(r.memory, 0xee, 2000);
    transfer(0xe6, 0, 0, 1, 18, res);
    ck_assert(!res[0] && r.memory[513] == 0x77 && r.memory[1024] == 0 && r.memory[1535] == 0);
}
END_TEST

START_TEST(formats_by_size)
{
    static const struct { uint16_t sectors; uint8_t cyls, heads, spt, type; } want[] = {
        { 320, 40, 1, 8, FLOPPY_1200K }, { 720, 40, 2, 9, FLOPPY_1200K },
        { 1440, 80, 2, 9, FLOPPY_1440K }, { 2400, 80, 2, 15, FLOPPY_1200K },
        { 2880, 80, 2, 18, FLOPPY_1440K }, { 3360, 80, 2, 21, FLOPPY_1440K },
        { 5760, 80, 2, 36, FLOPPY_2880K }, { 1, 80, 2, 18, FLOPPY_1440K },
        { 4000, 80, 2, 36, FLOPPY_2880K },
    };
    for (unsigned i = 0; i < ARRAY_LEN(want); i++) {
        r.disk.bd.sectors = want[i].sectors;
        i82077_insert(&r.fdc, 0, &r.disk.bd);
        const struct i82077_drive *d = &r.fdc.drive[0];
        ck_assert(d->cyls == want[i].cyls && d->heads == want[i].heads && d->spt == want[i].spt);
        ck_assert_int_eq((int)floppy_type_for(want[i].sectors), want[i].type);
    }
}
END_TEST

static void wait_request(void)
{
    for (int i = 0; i < 500000 && !r.irq.level; i++)
        sched_advance(&r.sched, r.sched.now + 1000);
    ck_assert(r.irq.level);
}

/* As from a program that waits for each request; the longest run of bytes without one. */
static unsigned by_hand(unsigned n, uint8_t *b, uint8_t msr, bool reading)
{
    unsigned run = 0, most = 0;
    for (unsigned i = 0; i < n; i++, run++) {
        if (!(in(MSR) & 0x80)) {
            ck_assert(!r.irq.level);
            wait_request();
            most = run > most ? run : most;
            run = 0;
        }
        ck_assert_uint_eq(in(MSR), msr);
        if (reading)
            b[i] = in(FIFO);
        else
            out(FIFO, b[i]);
    }
    return run > most ? run : most;
}

/* CONFIGURE's second byte; bytes a request when reading, and most of them when writing. */
START_TEST(without_dma)
{
    static const uint8_t fifo[4][3] = { { 0x20, 1, 1 }, { 0x00, 15, 16 }, { 0x0a, 5, 16 },
                                        { 0x0f, 1, 16 } };
    uint8_t res[7], b[1024];
    send(3, (const uint8_t[]){ 3, 0xaf, 3 });
    send(4, (const uint8_t[]){ 0x13, 0, fifo[_i][0], 0 });
    go(9);
    send(9, (const uint8_t[]){ 0x46, 0, 9, 0, 17, 2, 18, 0x1b, 0xff });
    ck_assert_uint_eq(by_hand(1024, b, 0xf0, true), fifo[_i][1]);
    wait_irq();
    results(7, res);
    ck_assert(res[0] == 0x40 && res[1] == 0x80);
    ck_assert(!memcmp(b, r.image + (9 * 36 + 16) * 512, 1024));
    send(9, (const uint8_t[]){ 0x45, 4, 9, 1, 18, 2, 18, 0x1b, 0xff });
    memset(b, 0x3c, sizeof b);
    ck_assert_uint_eq(by_hand(512, b, 0xb0, false), fifo[_i][2]);
    wait_irq();
    results(7, res);
    ck_assert_uint_eq(r.image[(9 * 36 + 35) * 512 + 511], 0x3c);
    for (uint8_t i = 0; i < 18; i++)
        memcpy(b + 4 * i, (const uint8_t[]){ 9, 0, (uint8_t)(i + 1), 2 }, 4);
    send(6, (const uint8_t[]){ 0x4d, 0, 2, 18, 0x54, 0xf6 });
    ck_assert_uint_eq(by_hand(72, b, 0xb0, false), 4);
    wait_irq();
    results(7, res);
    ck_assert(!res[0] && r.image[(9 * 36 + 17) * 512 + 511] == 0xf6);
}
END_TEST

/* Who is late by more than the FIFO holds has lost: told at once, not at the end of the track. */
START_TEST(without_dma_too_late)
{
    static const uint8_t fifo[2] = { 0x20, 0x08 };
    uint8_t res[7], b[520] = { 0 };
    const uint8_t *sector = r.image + 9 * 36 * 512;
    memcpy(b, sector, 512);
    send(3, (const uint8_t[]){ 3, 0xaf, 3 });
    go(9);
    for (unsigned i = 0; i < 4; i++) {
        bool reading = i & 1;
        send(4, (const uint8_t[]){ 0x13, 0, fifo[i / 2], 0 });
        send(9, (const uint8_t[]){ reading ? 0x46 : 0x45, 0, 9, 0, 1, 2, 18, 0x1b, 0xff });
        by_hand(100, b, reading ? 0xf0 : 0xb0, reading);
        sched_advance(&r.sched, r.sched.now + 40 * 16000);
        unsigned left = 0;                         /* in the FIFO: it has to go first */
        for (; reading && in(MSR) == 0xf0; left++)
            in(FIFO);
        ck_assert_uint_eq(left, !reading ? 0 : i / 2 ? 16 : 1);
        wait_irq();
        ck_assert_uint_eq(in(MSR), 0xd0);
        results(7, res);
        ck_assert(res[0] == 0x40 && res[1] == 0x10 && res[5] == 1);
        for (unsigned k = 0; k < 512; k++)         /* written: the rest is zeroes */
            ck_assert_uint_eq(sector[k], k < 100 ? b[k] : 0);
    }
    send(9, (const uint8_t[]){ 0x46, 0, 9, 0, 1, 2, 18, 0x1b, 0xff });   /* a sector, and enough */
    by_hand(512 + 7, b, 0xf0, true);
    sched_advance(&r.sched, r.sched.now + TURN);
    while (in(MSR) == 0xf0)
        in(FIFO);
    wait_irq();
    results(7, res);
    ck_assert(res[0] == 0x40 && res[1] == 0x10 && res[5] == 2);
}
END_TEST

/* The host's bytes take the time that the disk takes for them: a track still takes a turn. */
START_TEST(without_dma_in_time)
{
    static uint8_t b[18 * 512];
    uint8_t res[7];
    send(3, (const uint8_t[]){ 3, 0xaf, 3 });
    sched_advance(&r.sched, 20 * TURN);
    send(9, (const uint8_t[]){ 0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff });
    by_hand(512, b, 0xf0, true);
    about(r.sched.now % TURN, TURN / 18 - 1 * MS, 2 * MS);
    by_hand(17 * 512, b + 512, 0xf0, true);
    about(r.sched.now, 21 * TURN - 1 * MS, 1 * MS);
    wait_irq();
    results(7, res);
    ck_assert(res[0] == 0x40 && res[1] == 0x80);
    ck_assert(!memcmp(b, r.image, sizeof b));
}
END_TEST

START_TEST(verify_and_scan)
{
    uint8_t res[7];
    go(2);
    transfer(0x56, 2, 0, 1, 18, res);
    ck_assert(!res[0] && !res[1]);
    memcpy(r.memory, r.image + (2 * 36 + 4) * 512, 1024);
    dma(0, 1024);
    transfer(0x51, 2, 0, 5, 18, res);
    ck_assert(!res[0] && res[2] == 8 && res[5] == 6);
    r.memory[10] ^= 1;
    r.memory[520] ^= 1;
    dma(0, 1024);
    transfer(0x51, 2, 0, 5, 18, res);
    ck_assert(!res[0] && res[2] == 4);
}
END_TEST

/* READ DATA and WRITE DATA sector by sector, as the manual's tables tell it: how many sectors move,
 * and the result. */
static unsigned model(uint8_t cmd, uint8_t c, uint8_t h, uint8_t s, uint8_t eot, unsigned want,
                      uint8_t res[7])
{
    unsigned moved = 0;
    uint8_t track = c, head = h, st0 = 0, st1 = 0;
    for (;;) {
        if (s > 18) {                              /* there is no such sector */
            st0 = 0x40, st1 = 4, head = h;
            break;
        }
        moved++;
        head = h;
        bool last = s == eot, over = last && !(cmd & 0x80 && h == 0);
        s = last ? 1 : (uint8_t)(s + 1);
        if (last && cmd & 0x80)
            h = !h;
        if (over)
            c++;
        if (moved == want)
            break;
        if (over) {                                /* the host wanted more */
            st0 = 0x40, st1 = 0x80, c = track, h = head, s = eot;
            break;
        }
    }
    const uint8_t all[7] = { (uint8_t)(st0 | head << 2), st1, 0, c, h, s, 2 };
    memcpy(res, all, 7);
    return moved;
}

START_TEST(agrees_with_naive_model)
{
    static uint8_t disk[SECTORS * 512];
    struct dt_rng rng = dt_seed(70 + (uint64_t)_i);
    memcpy(disk, r.image, sizeof disk);
    for (unsigned round = 0; round < 40; round++) {
        static const uint8_t commands[] = { 0x46, 0xc6, 0xe6, 0x45, 0xc5 };
        uint8_t cmd = commands[dt_below(&rng, 5)], t = (uint8_t)dt_below(&rng, 80), got[7], res[7];
        uint8_t h = (uint8_t)dt_below(&rng, 2), s = (uint8_t)(1 + dt_below(&rng, 18));
        uint8_t eot = (uint8_t)(dt_below(&rng, 6) ? 18 : s + dt_below(&rng, 22u - s));
        unsigned want = 1 + dt_below(&rng, 40);
        bool reading = (cmd & 0x1f) == 6;
        size_t at = ((t * 2u + h) * 18 + s - 1) * 512;
        for (unsigned i = 0; i < 40 * 512; i += 4)
            store_le32(r.memory + i, dt_rand(&rng));
        unsigned n = model(cmd, t, h, s, eot, want, res);
        if (eot != 18 && h == 0 && cmd & 0x80)
            continue;                              /* the other head's sectors are elsewhere */
        if (!reading)
            memcpy(disk + at, r.memory, n * 512);
        go(t);
        dma(0, want * 512);
        transfer(cmd, t, h, s, eot, got);
        for (unsigned i = 0; i < 7; i++)
            ck_assert_msg(got[i] == res[i],
                          "%02x %u/%u/%u to %u, %u sectors: result %u is %02x, not %02x", cmd, t, h,
                          s, eot, want, i, got[i], res[i]);
        ck_assert_uint_eq(r.at, n * 512);
        ck_assert(!memcmp(disk + at, reading ? r.memory : r.image + at, n * 512));
    }
    ck_assert(!memcmp(disk, r.image, sizeof disk));
}
END_TEST

static void poke(void *arg, uint32_t v)
{
    struct rig *x = arg;
    static const uint8_t first[] = { 0xe6, 0x46, 0x45, 0xc5, 0x4d, 0x4a, 0x07, 0x0f, 0x08, 0x03,
                                     0x56, 0x51, 0x0c, 0x13, 0x8f, 0x42, 0x0e, 0x04, 0x12, 0x49,
                                     0x66, 0x6c, 0xcf, 0x59 };
    uint32_t w = v >> 4;
    switch (v % 8) {
    case 0: case 1: sched_advance(&x->sched, x->sched.now + w % 60000000); break;
    case 2:
        if (x->fdc.phase == FDC_IDLE)
            i82077_ops.write(&x->fdc, FIFO, first[w % sizeof first], 1);
        break;
    case 3:
        for (uint32_t i = w % 600; i--;)
            if (i82077_ops.read(&x->fdc, MSR, 1) & 0x40)
                i82077_ops.read(&x->fdc, FIFO, 1);
            else if (x->fdc.phase == FDC_DATA)
                i82077_ops.write(&x->fdc, FIFO, w, 1);
        break;
    case 4: case 5: {
        uint8_t pos = x->fdc.cmd_pos, b = (uint8_t)(pos == 5 ? 2 : pos == 6 ? 18 : w >> 4 & 5);
        i82077_ops.write(&x->fdc, FIFO, b, 1);
        break;
    }
    case 6:
        x->at = 0;
        x->left = w % 8192;
        x->masked = w % 7 == 0;
        break;
    default:
        if (w % 40 == 0)
            i82077_ops.write(&x->fdc, DOR, w >> 8 & 0x1c, 1);
        else
            i82077_ops.write(&x->fdc, DOR, 0x1c, 1);
        break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng rng = dt_seed((uint64_t)_i);
    build(&twin);
    for (int i = 0; i < 1500; i++)
        poke(&r, dt_rand(&rng));
    dt_copy(&i82077_class, &r.fdc, &twin.fdc);
    memcpy(twin.image, r.image, sizeof r.image);
    memcpy(twin.memory, r.memory, sizeof r.memory);
    twin.at = r.at, twin.left = r.left, twin.dreq = r.dreq, twin.masked = r.masked;
    twin.sched.now = r.sched.now;
    sched_rescan(&twin.sched);
    for (int i = 0; i < 1500; i++) {
        uint32_t v = dt_rand(&rng);
        poke(&r, v);
        poke(&twin, v);
    }
    dt_same(&i82077_class, &r.fdc, &twin.fdc);
    ck_assert(!memcmp(r.image, twin.image, sizeof r.image) &&
              !memcmp(r.memory, twin.memory, sizeof r.memory));
}
END_TEST

START_TEST(hostile_snapshots)
{
    struct dt_rng rng = dt_seed((uint64_t)_i + 50);
    build(&twin);
    for (int i = 0; i < 200; i++)
        poke(&r, dt_rand(&rng));
    dt_hostile(&i82077_class, &r.fdc, &twin.fdc, &twin.sched, poke, &twin);
    dt_covers(&i82077_class, sizeof(struct i82077));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i82077");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, reads_across_the_cylinder);
    tcase_add_test(t, writes_and_formats);
    tcase_add_test(t, errors);
    tcase_add_test(t, motor_and_recalibration);
    tcase_add_test(t, all_media);
    tcase_add_test(t, small_commands);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 8);
    tcase_add_test(t, disk_change);
    tcase_add_test(t, times_are_those_of_a_disk);
    tcase_add_test(t, speed_can_be_measured);
    tcase_add_test(t, formats_by_size);
    tcase_add_loop_test(t, without_dma, 0, 4);
    tcase_add_test(t, without_dma_in_time);
    tcase_add_test(t, without_dma_too_late);
    tcase_add_test(t, verify_and_scan);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 20);
    tcase_add_loop_test(t, hostile_snapshots, 0, 4);
    suite_add_tcase(s, t);
    return dt_run(s);
}
