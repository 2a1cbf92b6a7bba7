/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host core */
/* Media: raw images, overlays and memory, with their limits and errors. */
#define _DEFAULT_SOURCE
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/disk_cow.h"
#include "host/disk_hold.h"
#include "host/disk_mem.h"
#include "host/disk_raw.h"
#include "host/media.h"

static char dir[64], path[100];
static struct error err;

static void setup(void)
{
    strcpy(dir, "/tmp/test_disk.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/image", dir);
    err.text[0] = 0;
}

static void teardown(void)
{
    unlink(path);
    rmdir(dir);
}

static void put(size_t at, const void *p, size_t n, size_t size)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert(!ftruncate(fileno(f), (off_t)size));
    fseek(f, (long)at, SEEK_SET);
    ck_assert_uint_eq(fwrite(p, 1, n, f), n);
    fclose(f);
}

START_TEST(raw_errors_are_one_clear_line)
{
    ck_assert_ptr_null(disk_raw_open(path, 512, true, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no such file"));
    ck_assert_ptr_null(disk_raw_open(dir, 512, true, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "directory"));
    put(0, "", 0, 0);
    ck_assert_ptr_null(disk_raw_open(path, 512, true, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "empty"));
    put(0, "x", 1, 512);
    struct blockdev *a = disk_raw_open(path, 512, true, &err);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_null(disk_raw_open(path, 512, true, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "in use"));
    ck_assert_ptr_null(strchr(err.text, '\n'));
    a->ops->close(a);
    struct blockdev *r1 = disk_raw_open(path, 512, false, &err),
                    *r2 = disk_raw_open(path, 512, false, &err);
    ck_assert(r1 && r2 && r1->read_only);
    uint8_t buf[512] = { 0 };
    ck_assert(!r1->ops->write(r1, 0, 1, buf, &err));
    ck_assert(!r1->ops->read(r1, 1, 1, buf, &err));
    r1->ops->close(r1);
    r2->ops->close(r2);
}
END_TEST

START_TEST(raw_pads_a_partial_last_sector)
{
    uint8_t buf[1024];
    put(600, "tail", 4, 604);
    struct blockdev *d = disk_raw_open(path, 512, true, &err);
    ck_assert_ptr_nonnull(d);
    ck_assert_uint_eq(d->sectors, 2);
    memset(buf, 0xff, sizeof buf);
    ck_assert(d->ops->read(d, 0, 2, buf, &err));
    ck_assert(!memcmp(buf + 600, "tail", 4) && !buf[604] && !buf[1023]);
    memset(buf, 0x5a, sizeof buf);
    ck_assert(d->ops->write(d, 1, 1, buf, &err) && d->ops->flush(d, &err));
    ck_assert(d->ops->read(d, 1, 1, buf + 512, &err) && buf[1023] == 0x5a);
    d->ops->close(d);
    struct stat st;
    ck_assert(!stat(path, &st) && st.st_size == 1024);
}
END_TEST

/* An overlay over random bytes agrees with an array that was written the same way; below stays
 * untouched. */
START_TEST(cow_agrees_with_an_array)
{
    enum { N = 5000 };
    static uint8_t image[N * 512], before[N * 512], model[N * 512], buf[300 * 512];
    static struct disk_mem below;
    srand(1);
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = before[i] = model[i] = (uint8_t)rand();
    struct blockdev *d = disk_cow_open(disk_mem_init(&below, image, sizeof image, 512, true), &err);
    ck_assert(d && !d->read_only && d->sectors == N);
    for (int i = 0; i < 2000; i++) {
        uint32_t lba = (uint32_t)rand() % N, n = 1 + (uint32_t)rand() % (i % 8 ? 4 : 300);
        bool fits = lba + n <= N;
        if (rand() & 1) {
            memset(buf, i, n * 512);
            ck_assert(d->ops->write(d, lba, n, buf, &err) == fits);
            if (fits)
                memcpy(model + lba * 512, buf, n * 512);
        } else {
            ck_assert(d->ops->read(d, lba, n, buf, &err) == fits);
            ck_assert(!fits || !memcmp(buf, model + lba * 512, n * 512));
        }
    }
    ck_assert(!memcmp(image, before, sizeof image));
    ck_assert_uint_gt(disk_cow_held(d), 0);
    d->ops->close(d);
}
END_TEST

/* A medium that fails now and then. */
struct flaky { struct blockdev bd; uint8_t image[600 * 512]; bool full; };
static bool flaky_read(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *e)
{
    memcpy(buf, ((struct flaky *)b)->image + lba * 512, n * 512);
    return true;
}
static bool flaky_write(struct blockdev *b, uint64_t lba, uint32_t n, const void *buf,
                        struct error *e)
{
    struct flaky *f = (struct flaky *)b;
    if (f->full)
        return error_set(e, 1, "full");
    memcpy(f->image + lba * 512, buf, n * 512);
    return true;
}
static const struct blockdev_ops flaky_ops = {
    .read = flaky_read, .write = flaky_write, .flush = NULL, .close = NULL,
};

/* Over a medium that fails at random the guest sees what it wrote, and in the end all is there. */
START_TEST(hold_loses_nothing)
{
    static struct flaky f;
    static uint8_t model[sizeof f.image], buf[200 * 512];
    f.bd = (struct blockdev){ .ops = &flaky_ops, .sectors = 600, .sector_size = 512 };
    struct blockdev *d = disk_hold_open(&f.bd, &err);
    bool waited = false;
    ck_assert_ptr_nonnull(d);
    srand(2);
    for (int i = 0; i < 3000; i++) {
        uint32_t lba = (uint32_t)rand() % 600, n = 1 + (uint32_t)rand() % (i % 8 ? 4 : 200);
        n = lba + n > 600 ? 600 - lba : n;
        f.full = i / 50 % 2;
        if (rand() & 1) {
            memset(buf, i, n * 512);
            ck_assert(d->ops->write(d, lba, n, buf, &err));
            memcpy(model + lba * 512, buf, n * 512);
        } else {
            ck_assert(d->ops->read(d, lba, n, buf, &err));
            ck_assert(!memcmp(buf, model + lba * 512, n * 512));
        }
        waited |= disk_hold_waiting(d) > 0;
        if (i % 100 == 99)
            ck_assert(!disk_hold_retry(d, &err) == (disk_hold_waiting(d) > 0));
        if (i % 300 == 299)
            ck_assert(d->ops->flush(d, &err));
    }
    ck_assert(waited && disk_hold_news(d, &err) && !strcmp(err.text, "full"));
    ck_assert(!disk_hold_news(d, &err));
    f.full = false;
    ck_assert(disk_hold_retry(d, &err) && !disk_hold_waiting(d));
    ck_assert(!memcmp(f.image, model, sizeof model));
    d->ops->close(d);
}
END_TEST

START_TEST(a_deleted_image_is_written_again)
{
    char other[120];
    uint8_t buf[512], old[512];
    put(0, "x", 1, 1 << 20);
    struct blockdev *d = disk_raw_open(path, 512, true, &err);
    ck_assert(d && !disk_raw_deleted(d));
    memset(buf, 0x5a, sizeof buf);
    ck_assert(d->ops->write(d, 1999, 1, buf, &err));
    ck_assert(!disk_raw_deleted(d) && !unlink(path) && disk_raw_deleted(d));
    ck_assert(disk_raw_rescue(d, &err) && strstr(err.text, "written again"));
    ck_assert(disk_raw_rescue(d, &err) && strstr(err.text, ".rescued"));
    ck_assert(!disk_raw_rescue(d, &err));
    d->ops->close(d);
    struct stat st;
    snprintf(other, sizeof other, "%s.rescued", path);
    ck_assert(!stat(other, &st) && st.st_size == 1 << 20 && !unlink(other));
    ck_assert((d = disk_raw_open(path, 512, false, &err)) && d->ops->read(d, 1999, 1, old, &err));
    ck_assert(!memcmp(old, buf, 512));
    d->ops->close(d);
}
END_TEST

START_TEST(a_cut_image_is_noticed)
{
    uint8_t buf[512] = { 1 };
    put(0, "x", 1, 1 << 20);
    struct blockdev *d = disk_raw_open(path, 512, true, &err);
    ck_assert(d && d->ops->write(d, 1999, 1, buf, &err) && !disk_raw_cut(d));
    ck_assert(!truncate(path, 4096) && disk_raw_cut(d));
    ck_assert(d->ops->write(d, 2047, 1, buf, &err) && disk_raw_cut(d));   /* as long again */
    d->ops->close(d);
    ck_assert((d = disk_raw_open(path, 512, true, &err)) && !disk_raw_cut(d));
    d->ops->close(d);
}
END_TEST

START_TEST(media_are_recognised)
{
    enum media_kind k;
    uint8_t boot[512] = { 0 };
    put(32769, "CD001", 5, 40960);
    ck_assert(media_recognise(path, &k, &err) && k == MEDIA_CD);
    put(0, "x", 1, 1474560);
    ck_assert(media_recognise(path, &k, &err) && k == MEDIA_FLOPPY);
    put(0, "x", 1, 512);
    ck_assert(media_recognise(path, &k, &err) && k == MEDIA_FLOPPY);
    put(0, "x", 1, 10 << 20);
    ck_assert(media_recognise(path, &k, &err) && k == MEDIA_DISK);
    ck_assert(!media_recognise(dir, &k, &err));
    boot[510] = 0x55, boot[511] = 0xaa;
    ck_assert(media_kind(1 << 20, boot, false) == MEDIA_FLOPPY);
    boot[446] = 0x80, boot[450] = 6, boot[454] = 63, boot[458] = 1;
    ck_assert(media_kind(1 << 20, boot, false) == MEDIA_DISK);
    ck_assert(media_kind(1474560, boot, false) == MEDIA_FLOPPY);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("disk");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, raw_errors_are_one_clear_line);
    tcase_add_test(t, raw_pads_a_partial_last_sector);
    tcase_add_test(t, cow_agrees_with_an_array);
    tcase_add_test(t, hold_loses_nothing);
    tcase_add_test(t, a_deleted_image_is_written_again);
    tcase_add_test(t, a_cut_image_is_noticed);
    tcase_add_test(t, media_are_recognised);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
