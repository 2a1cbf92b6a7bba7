/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing byte buffer for snapshots. A failed allocation sets 'bad' and drops what follows. */
#pragma once
#include <stdlib.h>

#include "core/base.h"

struct buf { uint8_t *p; size_t len, cap; bool bad; };

static inline bool buf_room(struct buf *b, size_t n)
{
    if (b->bad)
        return false;
    if (b->cap - b->len >= n)
        return true;
    size_t cap = b->cap ? b->cap : 4096;
    while (cap - b->len < n)
        cap *= 2;
    uint8_t *p = realloc(b->p, cap);
    if (!p) {
        b->bad = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}
static inline void buf_put(struct buf *b, const void *p, size_t n)
{
    if (!n || !buf_room(b, n))
        return;
    memcpy(b->p + b->len, p, n);
    b->len += n;
}
static inline void buf_put_le(struct buf *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++, v >>= 8) {
        uint8_t c = (uint8_t)v;
        buf_put(b, &c, 1);
    }
}
static inline void buf_free(struct buf *b) { free(b->p); *b = (struct buf){ 0 }; }
