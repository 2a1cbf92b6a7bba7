/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Declarative state tables. A device lists the fields that make up its guest-visible
 * state once; saving, loading, hashing and the "nothing was forgotten" test
 * are all walks over that list. Widths and types come from the C declaration itself.
 */
#pragma once
#include "core/base.h"
#include "core/buf.h"
#include "core/line.h"
#include "core/sched.h"

enum field_type { FT_END, FT_U8, FT_U16, FT_U32, FT_U64, FT_BOOL, FT_EVENT, FT_LINE,
                  FT_STRUCT, FT_TRANSIENT };

struct field {
    const char         *name;
    enum field_type     type;
    uint32_t            offset, size, count;  /* size of one element */
    uint64_t            max;                  /* largest value a loader may accept */
    const struct field *sub;                  /* FT_STRUCT */
};

#define FIELD_AT(T, m) (((T *)0)->m)
#define FIELD_TYPE(x) _Generic((x), \
    bool: FT_BOOL, uint8_t: FT_U8, uint16_t: FT_U16, uint32_t: FT_U32, uint64_t: FT_U64, \
    struct event: FT_EVENT, struct line: FT_LINE)

#define FIELD(T, m)       FIELD_MAX(T, m, UINT64_MAX)
#define FIELD_MAX(T, m, hi) \
    { #m, FIELD_TYPE(FIELD_AT(T, m)), offsetof(T, m), sizeof FIELD_AT(T, m), 1, hi, NULL }
/* A one-dimensional array; each element is held to 'hi'. */
#define FIELD_ARRAY_MAX(T, m, hi) \
    { #m, FIELD_TYPE(FIELD_AT(T, m)[0]), offsetof(T, m), sizeof FIELD_AT(T, m)[0], \
      sizeof FIELD_AT(T, m) / sizeof FIELD_AT(T, m)[0], hi, NULL }
#define FIELD_ARRAY(T, m) FIELD_ARRAY_MAX(T, m, UINT64_MAX)
/* An array of structs, and a single struct. */
#define FIELD_STRUCTS(T, m, table) \
    { #m, FT_STRUCT, offsetof(T, m), sizeof FIELD_AT(T, m)[0], \
      sizeof FIELD_AT(T, m) / sizeof FIELD_AT(T, m)[0], UINT64_MAX, table }
#define FIELD_STRUCT(T, m, table) \
    { #m, FT_STRUCT, offsetof(T, m), sizeof FIELD_AT(T, m), 1, UINT64_MAX, table }
/* Not guest state: wiring set by init, or a cache rebuilt by post_load. */
#define FIELD_TRANSIENT(T, m) \
    { #m, FT_TRANSIENT, offsetof(T, m), sizeof FIELD_AT(T, m), 1, UINT64_MAX, NULL }
#define FIELD_END { NULL, FT_END, 0, 0, 0, 0, NULL }

/* Named, typed and little-endian: readers match by name, ignore unknown names, and
 * leave a field that is absent from the file at its present (reset) value. A load that returns
 * false may have written some fields: the caller discards the object. */
void fields_save(struct buf *out, const struct field *f, const void *obj);
bool fields_load(const uint8_t *p, size_t len, const struct field *f, void *obj);

/* Folds every field's value, in table order, into the running hash. */
uint64_t fields_hash(uint64_t h, const struct field *f, const void *obj);
uint64_t hash_u64(uint64_t h, uint64_t v);
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);
#define HASH_SEED UINT64_C(0x243f6a8885a308d3)

/* Marks in seen[] every byte of the object that the table mentions. */
void fields_cover(const struct field *f, uint8_t *seen);
