/* SPDX-License-Identifier: BSD-2-Clause */
/* links: core */
/*
 * The snapshot container: what is written comes back, every truncation and thousands of random
 * mutations are refused or read without harm, and the rules about unknown chunks hold.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"

struct toy { uint8_t index; uint16_t table[4]; uint64_t wide; bool on; };
static const struct field toy_fields[] = {
    FIELD_MAX(struct toy, index, 3), FIELD_ARRAY(struct toy, table), FIELD(struct toy, wide),
    FIELD(struct toy, on), FIELD_END
};
static int saves, loads;
static void toy_pre_save(void *dev) { (void)dev; saves++; }
static bool toy_post_load(void *dev, unsigned version, struct error *err)
{
    struct toy *t = dev;
    loads++;
    ck_assert_uint_eq(version, 2);
    if (t->on && t->table[t->index] == 0)
        return error_set(err, 1, "on without a value");
    return true;
}
static const struct device_class toy_class = {
    "toy", 2, 2, toy_fields, NULL, toy_post_load, toy_pre_save
};

#define MEM (3 * 65536 + 4096)
static uint8_t mem[MEM], mem2[MEM];
static struct toy a, b;
static struct device_list list;
static struct buf out;
static uint32_t seed;

static uint32_t rnd(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void fill(void)
{
    seed = 7;
    memset(mem, 0xcc, MEM);                                   /* group 0: one byte */
    for (unsigned i = 65536; i < 131072; i++)
        mem[i] = (uint8_t)rnd();                              /* group 1: does not compress */
    for (unsigned i = 131072; i < 196608; i++)
        mem[i] = (uint8_t)(i % 7);                            /* group 2: does */
    mem[MEM - 1] = 1;                                         /* a short group */
    a = (struct toy){ 2, { 1, 2, 3, 4 }, UINT64_C(0x123456789abcdef0), true };
    b = (struct toy){ 0, { 9, 9, 9, 9 }, 5, false };
}

static void setup(void)
{
    fill();
    list = (struct device_list){ 0 };
    device_add(&list, &toy_class, &a, "toy0");
    device_add(&list, &toy_class, &b, "toy1");
    saves = loads = 0;
    out = (struct buf){ 0 };
}

static void teardown(void) { buf_free(&out); }

static void write_all(size_t memory)
{
    struct error err;
    snapshot_begin(&out, 0x1122334455667788);
    snapshot_bytes(&out, "Config", "", 1, "pc 128M", 7);
    snapshot_devices(&out, &list);
    snapshot_memory(&out, "RAM", "main", mem, memory);
    ck_assert(snapshot_end(&out, &err));
}

static size_t want_memory;
static bool other(void *owner, const struct snapshot_chunk *c, bool *known, struct error *err)
{
    (void)owner;
    *known = snapshot_is(c, "Config") || snapshot_is(c, "RAM");
    if (snapshot_is(c, "RAM"))
        return snapshot_load_memory(c, mem2, want_memory, err);
    return true;
}

static bool read_all(const uint8_t *p, size_t n, size_t memory, struct error *err)
{
    struct snapshot s;
    want_memory = memory;
    err->text[0] = 0;
    bool ok = snapshot_open(&s, p, n, err) && snapshot_load(&s, &list, other, NULL, err);
    if (!ok)
        ck_assert(err->text[0]);
    return ok;
}

START_TEST(comes_back)
{
    struct toy a0 = a, b0 = b;
    struct error err;
    write_all(MEM);
    ck_assert_int_eq(saves, 2);
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    memset(mem2, 1, MEM);
    ck_assert_msg(read_all(out.p, out.len, MEM, &err), "%s", err.text);
    ck_assert_int_eq(loads, 2);
    ck_assert(!memcmp(mem, mem2, MEM));
    ck_assert_uint_eq(a.wide, a0.wide);
    ck_assert(!memcmp(a.table, a0.table, sizeof a.table) && a.on && a.index == 2);
    ck_assert(!memcmp(b.table, b0.table, sizeof b.table) && !b.on);
    struct snapshot s;
    ck_assert(snapshot_open(&s, out.p, out.len, &err));
    ck_assert_uint_eq(s.config_hash, 0x1122334455667788);
    ck_assert_uint_lt(out.len, 3 * 65536);                   /* equal groups are small, deflated
                                                                or not */
}
END_TEST

START_TEST(same_bytes_twice)
{
    write_all(MEM);
    struct buf first = out;
    out = (struct buf){ 0 };
    write_all(MEM);
    ck_assert_uint_eq(first.len, out.len);
    ck_assert(!memcmp(first.p, out.p, out.len));
    buf_free(&first);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct error err;
    write_all(100);
    for (size_t n = 0; n < out.len; n++) {
        uint8_t *copy = malloc(n ? n : 1);                    /* exact size: a sanitizer sees any
                                                                 overrun */
        memcpy(copy, out.p, n);
        fill();
        ck_assert(!read_all(copy, n, 100, &err));
        free(copy);
    }
    buf_put_le(&out, 0, 1);
    ck_assert(!read_all(out.p, out.len, 100, &err));
}
END_TEST

/* Mutated bytes; with the checksums made right again half of the time, so that what is behind
 * them is tried too. */
static void repair(uint8_t *p, size_t n)
{
    store_le32(p + 24, crc32_update(0, p, 24));
    for (size_t at = 28; n - at >= 56;) {
        uint64_t len = load_le64(p + at + 40);
        if (len > n - at - 56)
            len = n - at - 56;
        store_le32(p + at + 48, crc32_update(0, p + at + 56, (size_t)len));
        store_le32(p + at + 52, crc32_update(0, p + at, 52));
        at += 56 + (size_t)len;
    }
}

START_TEST(mutations_do_no_harm)
{
    struct error err;
    unsigned taken = 0;
    write_all(300);
    uint8_t *copy = malloc(out.len);
    for (unsigned round = 0; round < 4000; round++) {
        memcpy(copy, out.p, out.len);
        seed = round;
        for (unsigned k = 1 + rnd() % 3; k--;)
            copy[rnd() % out.len] = (uint8_t)rnd();
        if (round & 1)
            repair(copy, out.len);
        fill();
        taken += read_all(copy, out.len, 300, &err);
        ck_assert(a.index <= 3 && b.index <= 3);
    }
    ck_assert_uint_lt(taken, 3000);
    free(copy);
}
END_TEST

START_TEST(unknown_chunks)
{
    struct error err;
    snapshot_begin(&out, 0);
    snapshot_bytes(&out, "thumbnail", "", 9, "x", 1);
    ck_assert(snapshot_end(&out, &err));
    ck_assert(read_all(out.p, out.len, 0, &err));
    buf_free(&out);
    snapshot_begin(&out, 0);
    snapshot_bytes(&out, "Overlay", "", 9, "x", 1);
    ck_assert(snapshot_end(&out, &err));
    ck_assert(!read_all(out.p, out.len, 0, &err));
    ck_assert(strstr(err.text, "Overlay"));
}
END_TEST

START_TEST(other_versions_and_doubles)
{
    struct error err;
    snapshot_begin(&out, 0);
    snapshot_bytes(&out, "toy", "toy0", 3, "", 0);
    snapshot_end(&out, &err);
    ck_assert(!read_all(out.p, out.len, 0, &err));
    buf_free(&out);
    snapshot_begin(&out, 0);
    snapshot_devices(&out, &list);
    snapshot_device(&out, &list.d[1]);
    snapshot_end(&out, &err);
    ck_assert(!read_all(out.p, out.len, 0, &err));
    buf_free(&out);
    a.table[2] = 0;                                           /* post_load finds the
                                                                 contradiction */
    snapshot_begin(&out, 0);
    snapshot_devices(&out, &list);
    snapshot_end(&out, &err);
    ck_assert(!read_all(out.p, out.len, 0, &err));
    ck_assert(strstr(err.text, "toy0"));
}
END_TEST

START_TEST(foreign_files)
{
    struct error err;
    static const uint8_t png[100] = { 0x89, 'P', 'N', 'G' };
    ck_assert(!read_all(png, sizeof png, 0, &err));
    ck_assert(strstr(err.text, "not a Vitrine snapshot"));
    ck_assert(!read_all(png, 0, 0, &err));
    write_all(100);
    store_le32(out.p + 8, 77);
    store_le32(out.p + 24, crc32_update(0, out.p, 24));
    ck_assert(!read_all(out.p, out.len, 100, &err));
    ck_assert(strstr(err.text, "77"));
}
END_TEST

START_TEST(wrong_memory_size)
{
    struct error err;
    write_all(4096);
    ck_assert(!read_all(out.p, out.len, 8192, &err));
    ck_assert(strstr(err.text, "4096"));
}
END_TEST

START_TEST(crc_check_value)
{
    ck_assert_uint_eq(crc32_update(0, "123456789", 9), 0xcbf43926);
    ck_assert_uint_eq(crc32_update(crc32_update(0, "1234", 4), "56789", 5), 0xcbf43926);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comes_back);
    tcase_add_test(t, same_bytes_twice);
    tcase_add_test(t, every_truncation_is_refused);
    tcase_add_test(t, mutations_do_no_harm);
    tcase_add_test(t, unknown_chunks);
    tcase_add_test(t, other_versions_and_doubles);
    tcase_add_test(t, foreign_files);
    tcase_add_test(t, wrong_memory_size);
    tcase_add_test(t, crc_check_value);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
