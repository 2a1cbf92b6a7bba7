/* SPDX-License-Identifier: BSD-2-Clause */
/* links: core */
/* Field tables: round trips, limits, versions that differ, and files made to hurt. */
#include "device_test.h"

struct inner { uint8_t a; uint16_t b[3]; };
struct outer {
    bool         on;
    uint8_t      u8;
    uint16_t     u16;
    uint32_t     u32;
    uint64_t     u64;
    uint8_t      bytes[11];
    struct inner one, two[2];
    struct event ev;
    struct line  pin;
    void        *wiring;
};

static const struct field inner_fields[] = {
    FIELD_MAX(struct inner, a, 9), FIELD_ARRAY_MAX(struct inner, b, 1000), FIELD_END
};
static const struct field outer_fields[] = {
    FIELD(struct outer, on),                 FIELD_MAX(struct outer, u8, 200),
    FIELD(struct outer, u16),                FIELD(struct outer, u32),
    FIELD(struct outer, u64),                FIELD_ARRAY(struct outer, bytes),
    FIELD_STRUCT(struct outer, one, inner_fields),
    FIELD_STRUCTS(struct outer, two, inner_fields),
    FIELD(struct outer, ev),                 FIELD(struct outer, pin),
    FIELD_TRANSIENT(struct outer, wiring),   FIELD_END
};
static const struct device_class outer_class = { "outer", 1, 1, outer_fields, NULL, NULL, NULL };

static struct outer sample(struct dt_rng *r)
{
    struct outer o = {.on = dt_rand(r) & 1,
                      .u8 = (uint8_t)dt_below(r, 201),
                      .u16 = (uint16_t)dt_rand(r),
                      .u32 = dt_rand(r),
                      .one = {.a = 3, .b = {1, 2, 3}}};
    o.u64 = (uint64_t)dt_rand(r) << 32 | dt_rand(r);
    for (unsigned i = 0; i < sizeof o.bytes; i++)
        o.bytes[i] = (uint8_t)dt_rand(r);
    o.two[1].a = (uint8_t)dt_below(r, 10);
    o.two[1].b[2] = (uint16_t)dt_below(r, 1001);
    o.ev.when = dt_rand(r);
    o.pin.level = dt_rand(r) & 1;
    return o;
}

static unsigned moved;
static void on_pin(void *sink, int pin, bool level) { (void)sink; (void)pin; (void)level; moved++; }

START_TEST(round_trip)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct outer a = sample(&r), b = { .pin.set = on_pin, .wiring = &b };
    moved = 0;
    dt_copy(&outer_class, &a, &b);
    dt_same(&outer_class, &a, &b);
    ck_assert(b.u64 == a.u64 && b.two[1].b[2] == a.two[1].b[2] && b.ev.when == a.ev.when);
    ck_assert(!moved && b.wiring == &b &&
              b.pin.set == on_pin); /* no side effects, wiring untouched */
    ck_assert_uint_eq(fields_hash(HASH_SEED, outer_fields, &a),
                      fields_hash(HASH_SEED, outer_fields, &b));
    dt_covers(&outer_class, sizeof a);
}
END_TEST

/* Any one bit of state changes the hash. */
START_TEST(hash_sees_everything)
{
    struct dt_rng r = dt_seed(5);
    struct outer a = sample(&r);
    uint64_t h = fields_hash(HASH_SEED, outer_fields, &a);
    a.bytes[10] ^= 1;
    ck_assert(fields_hash(HASH_SEED, outer_fields, &a) != h);
    a.bytes[10] ^= 1;
    a.two[0].b[1] ^= 0x100;
    ck_assert(fields_hash(HASH_SEED, outer_fields, &a) != h);
    a.two[0].b[1] ^= 0x100;
    a.pin.level = !a.pin.level;
    ck_assert(fields_hash(HASH_SEED, outer_fields, &a) != h);
    a.pin.level = !a.pin.level;
    a.wiring = &a;
    ck_assert_uint_eq(fields_hash(HASH_SEED, outer_fields, &a), h);
}
END_TEST

struct small { uint8_t x, y; };
struct large { uint8_t y; uint16_t z; uint8_t x; };
struct other { uint16_t x; };
static const struct field small_fields[] = {FIELD(struct small, x), FIELD(struct small, y),
                                            FIELD_END};
static const struct field large_fields[] = { FIELD(struct large, y), FIELD(struct large, z),
                                             FIELD_MAX(struct large, x, 7), FIELD_END };
static const struct field other_fields[] = { FIELD(struct other, x), FIELD_END };

START_TEST(matched_by_name)
{
    struct small s = { 5, 6 };
    struct large l = { 0, 77, 0 };
    struct other o = { 0 };
    struct buf b = { 0 };
    fields_save(&b, small_fields, &s);
    ck_assert(fields_load(b.p, b.len, large_fields, &l));
    ck_assert(l.x == 5 && l.y == 6 && l.z == 77);  /* an absent field keeps its value */
    ck_assert(!fields_load(b.p, b.len, other_fields, &o));            /* another type */
    buf_free(&b);
    s.x = 8;
    fields_save(&b, small_fields, &s);
    ck_assert(!fields_load(b.p, b.len, large_fields, &l));            /* beyond the maximum */
    buf_free(&b);
    fields_save(&b, large_fields, &l);
    ck_assert(fields_load(b.p, b.len, small_fields, &s)); /* an unknown name is passed over */
    buf_free(&b);
}
END_TEST

START_TEST(every_truncation_is_refused_or_whole)
{
    struct dt_rng r = dt_seed(9);
    struct outer a = sample(&r);
    struct buf b = { 0 };
    unsigned whole = 0;
    fields_save(&b, outer_fields, &a);
    for (size_t n = 0; n < b.len; n++) {
        uint8_t *exact = malloc(n ? n : 1);        /* so that a sanitizer sees a read beyond */
        struct outer o = { 0 };
        memcpy(exact, b.p, n);
        whole += fields_load(exact, n, outer_fields, &o);
        free(exact);
    }
    ck_assert_uint_eq(whole, 10);                  /* the cuts between two records */
    buf_free(&b);
}
END_TEST

static void within(const struct inner *i)
{
    ck_assert_uint_le(i->a, 9);
    for (unsigned n = 0; n < 3; n++)
        ck_assert_uint_le(i->b[n], 1000);
}

START_TEST(hostile_bytes_stay_within_limits)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct outer a = sample(&r);
    struct buf b = { 0 };
    fields_save(&b, outer_fields, &a);
    for (int round = 0; round < 3000; round++) {
        struct outer o = { 0 };
        uint8_t *bad = malloc(b.len);
        memcpy(bad, b.p, b.len);
        for (unsigned n = dt_below(&r, 6); n--;)
            bad[dt_below(&r, (uint32_t)b.len)] = (uint8_t)(dt_rand(&r) & 1 ? 0xff : dt_rand(&r));
        fields_load(bad, b.len - (dt_rand(&r) & 1 ? dt_below(&r, (uint32_t)b.len) : 0),
                    outer_fields, &o);
        ck_assert_uint_le(o.u8, 200);
        ck_assert(*(uint8_t *)&o.on <= 1);
        within(&o.one);
        within(&o.two[0]);
        within(&o.two[1]);
        free(bad);
    }
    buf_free(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_field");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, round_trip, 0, 20);
    tcase_add_test(t, hash_sees_everything);
    tcase_add_test(t, matched_by_name);
    tcase_add_test(t, every_truncation_is_refused_or_whole);
    tcase_add_loop_test(t, hostile_bytes_stay_within_limits, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
