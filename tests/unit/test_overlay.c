/* SPDX-License-Identifier: BSD-2-Clause */
/* links: machine devices cpu host core */
/*
 * What was written under --discard-writes is part of a snapshot: it comes back with it, in the same
 * machine and in another one; hostile overlays are refused.
 */
#include "unit/device_test.h"

#include "host/disk_cow.h"
#include "machine/machine.h"

enum { SECTORS = 300000 };       /* more than one table of the store */

static uint8_t bios[0x10000];

/* Below the overlay: zeroes, without the memory for them. */
static bool zero_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    memset(buf, 0, (size_t)n * b->sector_size);
    return true;
}
static const struct blockdev_ops zero_ops = { .read = zero_read };

struct pc_with_disk { struct machine *m; struct blockdev below, *disk; };

static void make(struct pc_with_disk *p, bool discard)
{
    struct error err = { 0 };
    p->below = (struct blockdev){ .ops = &zero_ops, .sectors = SECTORS, .sector_size = 512 };
    p->disk = discard ? disk_cow_open(&p->below, &err) : &p->below;
    struct machine_config cfg = { .board = BOARD_PC, .cpu_model = -1, .memory = 1 << 20,
                                  .vram = 1 << 20, .bios = { bios, sizeof bios },
                                  .disk[0] = p->disk };
    p->m = machine_create(&cfg, &err);
    ck_assert_msg(p->m != NULL, "%s", err.text);
}
static void unmake(struct pc_with_disk *p)
{
    machine_destroy(p->m);
    if (p->disk != &p->below)
        p->disk->ops->close(p->disk);
}

static void put(struct pc_with_disk *p, uint64_t lba, uint32_t n, uint8_t v)
{
    static uint8_t data[700 * 512];
    struct error err;
    memset(data, v, (size_t)n * 512);
    ck_assert(p->disk->ops->write(p->disk, lba, n, data, &err));
}
static uint8_t get(struct pc_with_disk *p, uint64_t lba)
{
    uint8_t data[512];
    struct error err;
    ck_assert(p->disk->ops->read(p->disk, lba, 1, data, &err));
    for (unsigned i = 1; i < 512; i++)
        ck_assert_uint_eq(data[i], data[0]);
    return data[0];
}
static struct buf save(struct pc_with_disk *p)
{
    struct buf out = { 0 };
    struct error err = { 0 };
    ck_assert_msg(machine_save(p->m, &out, &err) && !out.bad, "%s", err.text);
    return out;
}
static bool load(struct pc_with_disk *p, const struct buf *b, struct error *err)
{
    *err = (struct error){ 0 };
    return machine_load(p->m, b->p, b->len, err);
}

START_TEST(comes_back)
{
    struct pc_with_disk a, other;
    struct error err;
    make(&a, true);
    struct buf clean = save(&a);
    put(&a, 5, 1, 1);
    put(&a, 100, 700, 2);
    put(&a, SECTORS - 1, 1, 3);
    struct buf b = save(&a);
    put(&a, 5, 1, 9);
    put(&a, 6, 1, 9);
    put(&a, 200000, 1, 9);
    ck_assert_msg(load(&a, &b, &err), "%s", err.text);
    make(&other, true);
    put(&other, 7, 1, 9);
    ck_assert_msg(load(&other, &b, &err), "%s", err.text);
    for (struct pc_with_disk *p = &a;; p = &other) {
        ck_assert_uint_eq(get(p, 5), 1);
        ck_assert_uint_eq(get(p, 6), 0);
        ck_assert_uint_eq(get(p, 7), 0);
        ck_assert_uint_eq(get(p, 99), 0);
        ck_assert_uint_eq(get(p, 100), 2);
        ck_assert_uint_eq(get(p, 799), 2);
        ck_assert_uint_eq(get(p, 800), 0);
        ck_assert_uint_eq(get(p, 200000), 0);
        ck_assert_uint_eq(get(p, SECTORS - 1), 3);
        if (p == &other)
            break;
    }
    ck_assert(load(&a, &clean, &err));
    ck_assert_uint_eq(get(&a, 5), 0);
    buf_free(&b);
    buf_free(&clean);
    unmake(&a);
    unmake(&other);
}
END_TEST

START_TEST(needs_its_overlay)
{
    struct pc_with_disk a, plain;
    struct error err;
    make(&a, true);
    make(&plain, false);
    struct buf clean = save(&a);
    ck_assert(load(&plain, &clean, &err));           /* nothing was written: nothing is missing */
    put(&a, 5, 1, 1);
    struct buf b = save(&a);
    ck_assert(!load(&plain, &b, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "--discard-writes"));
    buf_free(&b);
    buf_free(&clean);
    unmake(&a);
    unmake(&plain);
}
END_TEST

/* The overlay's own bytes, cut and changed. */
START_TEST(hostile)
{
    struct pc_with_disk a;
    struct error err;
    struct buf b = { 0 };
    struct dt_rng r = dt_seed(1);
    make(&a, true);
    put(&a, 5, 3, 1);
    put(&a, 1000, 2, 2);
    ck_assert(a.disk->ops->save(a.disk, &b, &err));
    for (size_t n = 1; n < b.len; n++) {
        uint8_t *cut = malloc(n);
        memcpy(cut, b.p, n);
        bool whole = n == 12 || n == 12 + 12 + 3 * 512;        /* at the end of a run */
        ck_assert_msg(a.disk->ops->load(a.disk, cut, n, &err) == whole, "%zu bytes", n);
        free(cut);
    }
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t *bad = malloc(b.len);
        memcpy(bad, b.p, b.len);
        for (unsigned k = 1 + dt_below(&r, 3); k--;)
            bad[dt_below(&r, 64)] = (uint8_t)dt_rand(&r);
        uint8_t sector[512];
        if (a.disk->ops->load(a.disk, bad, b.len, &err))
            ck_assert(a.disk->ops->read(a.disk, dt_below(&r, SECTORS), 1, sector, &err));
        free(bad);
    }
    buf_free(&b);
    unmake(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("overlay");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, comes_back);
    tcase_add_test(t, needs_its_overlay);
    tcase_add_test(t, hostile);
    suite_add_tcase(s, t);
    return dt_run(s);
}
