/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the unit tests of chips have in common: a seeded generator, a pin that counts, the
 * field coverage check, save/load equivalence and hostile snapshots.
 *
 *     dt_covers(&x_class, sizeof(struct x));      every byte is a field, transient or padding
 *     dt_copy(&x_class, &a, &b);                  saves a, loads it into b (an initialised twin)
 *     dt_same(&x_class, &a, &b);                  fails with the name of the first unequal field
 *     dt_hostile(&x_class, &a, &twin, &sched, poke, arg);    mutated saves: refused or harmless
 */
#pragma once
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/device.h"

/* For loops with millions of rounds: ck_assert makes a system call each time. */
#define dt_require(condition, ...) \
    do { \
        if (!(condition)) \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

/* xorshift64*: the same on every host. The seed must not be 0. */
struct dt_rng { uint64_t s; };
static inline struct dt_rng dt_seed(uint64_t n)
{
    return (struct dt_rng){ (n + 1) * UINT64_C(0x9e3779b97f4a7c15) };
}
static inline uint32_t dt_rand(struct dt_rng *r)
{
    r->s ^= r->s >> 12;
    r->s ^= r->s << 25;
    r->s ^= r->s >> 27;
    return (uint32_t)((r->s * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}
static inline uint32_t dt_below(struct dt_rng *r, uint32_t n) { return dt_rand(r) % n; }

/* The far end of an output line. dt_wire() connects it and takes over the present level. */
struct dt_pin { bool level; unsigned rises, falls; };
static inline void dt_pin_set(void *sink, int pin, bool level)
{
    struct dt_pin *p = sink;
    (void)pin;
    p->level = level;
    if (level)
        p->rises++;
    else
        p->falls++;
}
static inline void dt_wire(struct line *l, struct dt_pin *p)
{
    *p = (struct dt_pin){ .level = l->level };
    l->set = dt_pin_set;
    l->sink = p;
}

/* The longest run of padding that can end at offset 'end' of a struct. */
static inline size_t dt_padding(size_t end)
{
    size_t align = 1;
    while (align < 8 && end % (align * 2) == 0)
        align *= 2;
    return align - 1;
}

/* Every byte is state, declared transient, or can be alignment padding. */
static inline void dt_covers(const struct device_class *cls, size_t size)
{
    uint8_t *seen = calloc(1, size);
    size_t gap = 0;
    fields_cover(cls->fields, seen);
    for (size_t i = 0; i <= size; i++) {
        if (i < size && !seen[i]) {
            gap++;
            continue;
        }
        ck_assert_msg(gap <= dt_padding(i), "%s: byte %zu is in no field", cls->name, i - gap);
        gap = 0;
    }
    free(seen);
}

static inline struct buf dt_save(const struct device_class *cls, void *dev)
{
    struct buf b = { 0 };
    if (cls->pre_save)
        cls->pre_save(dev);
    fields_save(&b, cls->fields, dev);
    ck_assert(!b.bad);
    return b;
}

/* What the machine does with a chunk; the caller calls sched_rescan() after the last one. */
static inline bool dt_load(const struct device_class *cls, void *dev, const uint8_t *p, size_t n)
{
    struct error err = { 0 };
    return fields_load(p, n, cls->fields, dev) &&
           (!cls->post_load || cls->post_load(dev, cls->version, &err));
}

static inline void dt_copy(const struct device_class *cls, void *from, void *to)
{
    struct buf b = dt_save(cls, from);
    ck_assert_msg(dt_load(cls, to, b.p, b.len), "%s refuses its own state", cls->name);
    buf_free(&b);
}

/* The name of the record that holds byte 'at' of a save. */
static inline const char *dt_field_at(const struct buf *b, size_t at, char *text, size_t n)
{
    size_t i = 0;
    while (i < b->len) {
        size_t len = b->p[i], end = i + len + 10 + load_le32(b->p + i + 6 + len);
        if (at < end) {
            snprintf(text, n, "%.*s, byte %zu", (int)len, (const char *)b->p + i + 1,
                     at - (i + len + 10));
            return text;
        }
        i = end;
    }
    return "length";
}

static inline void dt_same(const struct device_class *cls, void *one, void *two)
{
    struct buf a = dt_save(cls, one), b = dt_save(cls, two);
    char text[80];
    ck_assert_uint_eq(a.len, b.len);
    for (size_t i = 0; i < a.len; i++)
        ck_assert_msg(a.p[i] == b.p[i], "%s differ: %s (%02x, %02x)", cls->name,
                      dt_field_at(&a, i, text, sizeof text), a.p[i], b.p[i]);
    buf_free(&a);
    buf_free(&b);
}

/* Loads mutated saves of 'from' into 'twin'; whatever is accepted must survive poke(). 's' is the
 * scheduler of the twin, or NULL. The twin is left in an arbitrary accepted state. */
static inline void dt_hostile(const struct device_class *cls, void *from, void *twin,
                              struct sched *s, void (*poke)(void *arg, uint32_t random), void *arg)
{
    struct buf good = dt_save(cls, from);
    struct dt_rng r = dt_seed(good.len);
    uint8_t *bad = malloc(good.len ? good.len : 1);
    for (int round = 0; round < 500; round++) {
        if (good.len)
            memcpy(bad, good.p, good.len);
        for (unsigned n = 1 + dt_below(&r, 8); n--;) {
            uint8_t *p = &bad[dt_below(&r, (uint32_t)good.len)];
            uint32_t how = dt_below(&r, 4);
            *p = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)(*p ^ 1u << dt_below(&r, 8));
        }
        if (!dt_load(cls, twin, bad, good.len)) {
            ck_assert(dt_load(cls, twin, good.p, good.len));
            continue;
        }
        if (s)
            sched_rescan(s);
        for (int i = 0; i < 20; i++)
            poke(arg, dt_rand(&r));
    }
    free(bad);
    buf_free(&good);
}

static inline int dt_run(Suite *s)
{
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
