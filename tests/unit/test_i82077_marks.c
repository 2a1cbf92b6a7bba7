/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/* The floppy controller's rarer sides: deleted marks beside a model, sectors that are not there,
 * scanning every other one, relative seeks, a disk of 40 tracks in a drive of 80, locked set-up. */
#include "unit/fdc_rig.h"

static void data(uint8_t cmd, uint8_t s, uint8_t eot, size_t n, uint8_t res[7])
{
    dma(0, n);
    transfer(cmd, 2, 0, s, eot, res);
}

static void ended(const uint8_t *res, uint8_t st0, uint8_t st1, uint8_t st2, uint8_t s)
{
    ck_assert_msg(res[0] == st0 && res[1] == st1 && res[2] == st2 && res[5] == s,
                  "%02x %02x %02x, sector %u", res[0], res[1], res[2], res[5]);
}

/* 290166, tables 5-3 and 5-4, of sectors 5 and 6 with deleted marks. */
START_TEST(deleted_marks)
{
    uint8_t res[7];
    const uint8_t *track = r.image + 2 * 36 * 512;
    go(2);
    memset(r.memory, 0x11, 1024);
    data(0x49, 5, 18, 1024, res);                  /* WRITE DELETED DATA */
    ended(res, 0, 0, 0, 7);
    ck_assert(track[4 * 512] == 0x11 && track[6 * 512 - 1] == 0x11);
    data(0x46, 4, 18, 4 * 512, res);               /* READ: read, told, and no further */
    ended(res, 0, 0, 0x40, 5);
    ck_assert(r.at == 1024 && r.memory[512] == 0x11);
    data(0x66, 4, 18, 2 * 512, res);               /* SK: passed over */
    ended(res, 0, 0, 0x40, 8);
    ck_assert(!memcmp(r.memory + 512, track + 6 * 512, 512));
    data(0x4c, 5, 18, 1024, res);                  /* READ DELETED DATA */
    ended(res, 0, 0, 0, 7);
    data(0x4c, 5, 18, 4 * 512, res);
    ended(res, 0, 0, 0x40, 7);
    ck_assert_uint_eq(r.at, 3 * 512);
    data(0x6c, 1, 18, 1024, res);                  /* SK: none but they */
    ended(res, 0, 0, 0x40, 7);
    ck_assert(r.memory[0] == 0x11 && r.memory[1023] == 0x11);
    data(0x6c, 7, 18, 512, res);                   /* there are no more */
    ended(res, 0x40, 0x80, 0x40, 18);
    ck_assert_uint_eq(r.at, 0);
    data(0x42, 0, 18, 18 * 512, res);              /* READ TRACK takes them all */
    ck_assert(!res[0] && res[2] == 0x40 && r.at == 18 * 512);
    send(9, (const uint8_t[]){ 0x56, 0, 2, 0, 1, 2, 18, 0x1b, 0xff });   /* VERIFY like READ */
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x40, 5);
    data(0x45, 5, 18, 512, res);                   /* written anew, it is plain data again */
    data(0x46, 5, 18, 512, res);
    ended(res, 0, 0, 0, 6);
    i82077_insert(&r.fdc, 0, &r.disk.bd);          /* the image has no room for them */
    go(3);
    go(2);
    data(0x46, 6, 18, 512, res);
    ended(res, 0, 0, 0, 7);
}
END_TEST

/* READ and READ DELETED, with and without SK, over random marks: which sectors come, what is told.
 */
START_TEST(marks_agree_with_naive_model)
{
    struct dt_rng rng = dt_seed(300 + (uint64_t)_i);
    bool marked[19] = { false };
    uint8_t res[7];
    go(2);
    for (unsigned round = 0; round < 60; round++) {
        uint8_t s = (uint8_t)(1 + dt_below(&rng, 18));
        if (dt_below(&rng, 2)) {
            marked[s] = dt_below(&rng, 2);
            data(marked[s] ? 0x49 : 0x45, s, s, 512, res);
            continue;
        }
        bool del = dt_below(&rng, 2), skip = dt_below(&rng, 2), cm = false, stopped = false;
        unsigned want = 1 + dt_below(&rng, 18), got = 0, at = s;
        uint8_t expect[18 * 512];
        for (; at <= 18 && got < want && !stopped; at++) {
            bool other = marked[at] != del;
            cm |= other;
            if (other && skip)
                continue;
            memcpy(expect + got++ * 512, r.image + (2 * 36 + at - 1) * 512, 512);
            stopped = other;
        }
        data((uint8_t)((del ? 0x4c : 0x46) | (skip ? 0x20 : 0)), s, 18, want * 512, res);
        bool over = got < want && !stopped;        /* the cylinder's end */
        ck_assert_uint_eq(r.at, got * 512);
        ck_assert(!memcmp(r.memory, expect, got * 512));
        ck_assert_uint_eq(res[2], cm ? 0x40 : 0);
        ck_assert(res[0] == (over ? 0x40 : 0) && res[1] == (over ? 0x80 : 0));
        if (stopped)
            ck_assert_uint_eq(res[5], at - 1);
    }
}
END_TEST

START_TEST(what_an_image_cannot_hold)
{
    uint8_t res[7];
    go(2);
    for (uint8_t n = 0; n < 8; n++) {              /* sectors of other sizes are not found */
        dma(0, 512);
        send(9, (const uint8_t[]){ 0x46, 0, 2, 0, 1, n, 18, 0x1b, 0x80 });
        wait_irq();
        results(7, res);
        ck_assert_msg(n == 2 ? !res[0] : res[0] == 0x40 && res[1] == 4, "size %u", n);
    }
    const uint8_t before = r.image[2 * 36 * 512];
    for (uint8_t i = 0; i < 8; i++)                /* and not made */
        memcpy(r.memory + 4 * i, (const uint8_t[]){ 2, 0, (uint8_t)(i + 1), 3 }, 4);
    dma(0, 32);
    send(6, (const uint8_t[]){ 0x4d, 0, 3, 8, 0x54, 0xf6 });
    wait_irq();
    results(7, res);
    ck_assert(!res[0] && res[6] == 3 && r.image[2 * 36 * 512] == before);
    for (uint8_t i = 0; i < 18; i++)               /* any order of sectors formats them all */
        memcpy(r.memory + 4 * i, (const uint8_t[]){ 2, 0, (uint8_t)(i * 5 % 18 + 1), 2 }, 4);
    dma(0, 72);
    send(6, (const uint8_t[]){ 0x4d, 0, 2, 18, 0x54, 0xf6 });
    wait_irq();
    results(7, res);
    for (unsigned i = 0; i < 18; i++)
        ck_assert(r.image[(2 * 36 + i) * 512] == 0xf6);
    send(1, (const uint8_t[]){ 0x0e });            /* DUMPREG: SC in the place of EOT */
    uint8_t b[10];
    results(10, b);
    ck_assert_uint_eq(b[6], 18);
}
END_TEST

START_TEST(scans)
{
    uint8_t res[7];
    go(2);
    for (unsigned i = 0; i < 18; i++)
        memset(r.image + (2 * 36 + i) * 512, (int)(i + 1), 512);
    memset(r.memory, 7, 18 * 512);
    dma(0, 18 * 512);                              /* every other one from 1 on: 7 is met */
    send(9, (const uint8_t[]){ 0x51, 0, 2, 0, 1, 2, 17, 0x1b, 2 });
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x08, 9);
    ck_assert_uint_eq(r.at, 4 * 512);
    memset(r.memory, 8, 18 * 512);                 /* 8 is passed over */
    dma(0, 18 * 512);
    send(9, (const uint8_t[]){ 0x51, 0, 2, 0, 1, 2, 17, 0x1b, 2 });
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x04, 17);
    dma(0, 18 * 512);                              /* every one: equal or higher, lower */
    send(9, (const uint8_t[]){ 0x5d, 0, 2, 0, 1, 2, 18, 0x1b, 1 });
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x08, 9);
    dma(0, 18 * 512);
    send(9, (const uint8_t[]){ 0x59, 0, 2, 0, 3, 2, 18, 0x1b, 1 });
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x00, 4);
    memset(r.memory, 0xff, 512);                   /* FFh matches all */
    dma(0, 512);
    send(9, (const uint8_t[]){ 0x51, 0, 2, 0, 3, 2, 18, 0x1b, 1 });
    wait_irq();
    results(7, res);
    ended(res, 0, 0, 0x08, 4);
}
END_TEST

static void relative(uint8_t cmd, uint8_t n, uint8_t pcn, uint8_t track)
{
    send(3, (const uint8_t[]){ cmd, 0, n });
    wait_irq();
    sense(0x20, pcn);
    ck_assert_uint_eq(r.fdc.drive[0].track, track);
}

START_TEST(relative_seeks)
{
    relative(0xcf, 10, 10, 10);
    relative(0x8f, 3, 7, 7);
    relative(0x8f, 9, 254, 0);                     /* the number wraps, the head stops */
    relative(0xcf, 5, 3, 5);
    out(MSR, 0x80);                                /* a reset: the number is forgotten */
    wait_irq();
    for (uint8_t i = 0; i < 4; i++)
        sense(0xc0 | i, 0);
    relative(0x0f, 4, 4, 9);
}
END_TEST

START_TEST(implied_seeks)
{
    uint8_t res[7];
    send(4, (const uint8_t[]){ 0x13, 0, 0x60, 0 });
    dma(0, 512);
    transfer(0x46, 33, 1, 4, 18, res);
    ck_assert(!(res[0] & 0xc0) && res[3] == 33);
    ck_assert(!memcmp(r.memory, r.image + (33 * 36 + 18 + 3) * 512, 512));
    ck_assert_uint_eq(r.fdc.drive[0].pcn, 33);
}
END_TEST

/* A 1.2M drive has 96 tracks an inch, a disk of 360K 48. */
START_TEST(double_steps)
{
    static uint8_t image[720 * 512];
    struct disk_mem d;
    uint8_t res[7];
    for (unsigned i = 0; i < 720; i++)
        store_le16(image + i * 512, (uint16_t)i);
    i82077_attach(&r.fdc, 0, FLOPPY_1200K, disk_mem_init(&d, image, sizeof image, 512, false));
    i82077_dir_ops.write(&r.fdc, 0, 1, 1);         /* 300 kbit/s */
    for (uint8_t c = 0; c < 40; c += 13) {
        go((uint8_t)(2 * c));
        send(2, (const uint8_t[]){ 0x4a, 0 });
        wait_irq();
        results(7, res);
        ck_assert(!res[0] && res[3] == c);
        dma(0, 512);
        transfer(0x46, c, 1, 9, 9, res);
        ck_assert(!(res[0] & 0xc0) && load_le16(r.memory) == (c * 2 + 1) * 9 + 8);
        for (uint8_t i = 0; i < 9; i++)
            memcpy(r.memory + 4 * i, (const uint8_t[]){ c, 0, (uint8_t)(i + 1), 2 }, 4);
        dma(0, 36);
        send(6, (const uint8_t[]){ 0x4d, 0, 2, 9, 0x50, 0xf6 });
        wait_irq();
        results(7, res);
        ck_assert(!res[0] && image[(c * 18 + 8) * 512] == 0xf6);
        ck_assert(image[(c * 18 + 9) * 512] != 0xf6);
    }
    go(30);                                        /* who steps once finds it, too */
    dma(0, 512);
    transfer(0x46, 30, 0, 1, 9, res);
    ck_assert(!(res[0] & 0xc0) && load_le16(r.memory) == 30 * 18);
    dma(0, 512);
    transfer(0x46, 20, 0, 1, 9, res);              /* but nothing else */
    ck_assert(res[0] == 0x40 && res[1] == 4 && res[2] == 0x10);
}
END_TEST

START_TEST(locked_setup)
{
    uint8_t b[10];
    for (unsigned locked = 0; locked < 2; locked++) {
        send(4, (const uint8_t[]){ 0x13, 0, 0x1a, 7 });
        send(1, (const uint8_t[]){ locked ? 0x94 : 0x14 });
        results(1, b);
        ck_assert_uint_eq(b[0], locked << 4);
        send(2, (const uint8_t[]){ 0x12, 0xbf });
        out(MSR, 0x80);
        sched_advance(&r.sched, r.sched.now + MS);
        while (r.irq.level)
            sense(r.fdc.drive[0].pending ? 0xc0 : r.fdc.drive[1].pending ? 0xc1 :
                  r.fdc.drive[2].pending ? 0xc2 : 0xc3, 0);
        for (unsigned i = 0; i < 4; i++)
            r.fdc.drive[i].pending = 0;
        send(1, (const uint8_t[]){ 0x0e });
        results(10, b);
        ck_assert_uint_eq(b[8], locked ? 0x1a : 0x20);
        ck_assert_uint_eq(b[9], locked ? 7 : 0);
        ck_assert_uint_eq(b[7], locked << 7 | 0x3c);   /* WGATE and GAP go, the drives stay */
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i82077 marks");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, deleted_marks);
    tcase_add_loop_test(t, marks_agree_with_naive_model, 0, 8);
    tcase_add_test(t, what_an_image_cannot_hold);
    tcase_add_test(t, scans);
    tcase_add_test(t, relative_seeks);
    tcase_add_test(t, implied_seeks);
    tcase_add_test(t, double_steps);
    tcase_add_test(t, locked_setup);
    suite_add_tcase(s, t);
    return dt_run(s);
}
