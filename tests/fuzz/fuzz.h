/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets have in common. A target is one file, fuzz_NAME.c, with the two functions
 * below: libFuzzer calls the first, and so does replay.c, which makes each target an ordinary test.
 *
 * An input is read through a feed: bytes, then zeroes for ever. What needs more chance than an
 * input has bytes takes a seed from it and goes on with fuzz_rand().
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#ifndef _WIN32
#include <unistd.h>
#endif

#include "core/base.h"
#include "core/buf.h"

/* One input; returns 0. Trouble ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
/* Appends input number n of the seed corpus; false: there are no more. */
bool fuzz_seed(unsigned n, struct buf *out);

/* A property of the program that does not hold: says so and ends the process. */
#define FUZZ_CHECK(ok, ...) \
    do { \
        if (!(ok)) { \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #ok); \
            fprintf(stderr, __VA_ARGS__); \
            fputc('\n', stderr); \
            abort(); \
        } \
    } while (0)

struct feed { const uint8_t *p; size_t n; };

static inline uint32_t feed(struct feed *f, unsigned bytes)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < bytes && f->n; i++, f->n--)
        v |= (uint32_t)*f->p++ << 8 * i;
    return v;
}

/* Up to n bytes as they are; how many there were. */
static inline size_t feed_bytes(struct feed *f, void *to, size_t n)
{
    if (n > f->n)
        n = f->n;
    if (n)
        memcpy(to, f->p, n);
    f->p += n;
    f->n -= n;
    return n;
}

/* xorshift64*: the same on every host. */
struct fuzz_rng { uint64_t s; };
static inline struct fuzz_rng fuzz_rng(uint64_t seed)
{
    struct fuzz_rng r = { (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) };
    r.s += !r.s;
    return r;
}
static inline uint32_t fuzz_rand(struct fuzz_rng *r)
{
    r->s ^= r->s >> 12;
    r->s ^= r->s << 25;
    r->s ^= r->s >> 27;
    return (uint32_t)((r->s * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}
static inline uint32_t fuzz_below(struct fuzz_rng *r, uint32_t n) { return fuzz_rand(r) % n; }
/* True in one of n cases. */
static inline bool fuzz_one_in(struct fuzz_rng *r, uint32_t n) { return fuzz_rand(r) % n == 0; }

/* The name of the field that byte i of saved fields belongs to, outermost first (core/field.h). */
static inline void fuzz_field_at(const uint8_t *p, size_t len, size_t i, char *text, size_t room)
{
    enum { STRUCT = 8 };                     /* FT_STRUCT */
    for (size_t at = 0; at < len;) {
        size_t name = p[at], head = at + name + 10, end = head + load_le32(p + head - 4);
        unsigned type = p[at + name + 1];
        if (i >= end) {
            at = end;
            continue;
        }
        int n = snprintf(text, room, "%.*s", (int)name, (const char *)p + at + 1);
        for (unsigned k = 0; type == STRUCT && i >= head; k++) {
            size_t size = load_le32(p + head);
            if (i < head + 4 + size) {
                n += snprintf(text + n, room - (size_t)n, "[%u].", k);
                if (i >= head + 4)
                    fuzz_field_at(p + head + 4, size, i - head - 4, text + n, room - (size_t)n);
                return;
            }
            head += 4 + size;
        }
        if (i >= head)
            snprintf(text + n, room - (size_t)n, ", byte %u", (unsigned)(i - head));
        return;
    }
    snprintf(text, room, "length");
}

/* A scratch file in the working directory, of this process alone. */
static inline void fuzz_file_name(char *path, size_t room, const char *name)
{
#ifdef _WIN32
    snprintf(path, room, "fuzz-%s.tmp", name);
#else
    snprintf(path, room, "fuzz-%s-%ld.tmp", name, (long)getpid());
#endif
}

/* Pseudo-random bytes for seeds. */
static inline void fuzz_noise(struct buf *out, struct fuzz_rng *r, size_t n)
{
    while (n--)
        buf_put_le(out, fuzz_rand(r), 1);
}
