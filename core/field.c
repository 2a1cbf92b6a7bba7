/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/field.h"

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = bytes; i--;)
        v = v << 8 | p[i];
    return v;
}

static unsigned wire_size(enum field_type t)
{
    switch (t) {
    case FT_U8: case FT_BOOL: case FT_LINE: return 1;
    case FT_U16:                            return 2;
    case FT_U32:                            return 4;
    case FT_U64: case FT_EVENT:             return 8;
    default:                                return 0;
    }
}

static uint64_t field_read(enum field_type t, const void *p)
{
    switch (t) {
    case FT_U8:    return *(const uint8_t *)p;
    case FT_BOOL:  return *(const bool *)p;
    case FT_U16:   return *(const uint16_t *)p;
    case FT_U32:   return *(const uint32_t *)p;
    case FT_U64:   return *(const uint64_t *)p;
    case FT_EVENT: return ((const struct event *)p)->when;
    case FT_LINE:  return ((const struct line *)p)->level;
    default:       return 0;
    }
}

static void field_write(enum field_type t, void *p, uint64_t v)
{
    switch (t) {
    case FT_U8:    *(uint8_t *)p = (uint8_t)v; break;
    case FT_BOOL:  *(bool *)p = v != 0; break;
    case FT_U16:   *(uint16_t *)p = (uint16_t)v; break;
    case FT_U32:   *(uint32_t *)p = (uint32_t)v; break;
    case FT_U64:   *(uint64_t *)p = v; break;
    case FT_EVENT: ((struct event *)p)->when = v; break;
    case FT_LINE:  ((struct line *)p)->level = v != 0; break;   /* no side effect on load */
    default: break;
    }
}

static void patch_length(struct buf *out, size_t mark)
{
    if (out->bad)
        return;
    store_le32(out->p + mark, (uint32_t)(out->len - mark - 4));
}

/* record := u8 namelen, name, u8 type, u32 count, u32 bytes, payload */
void fields_save(struct buf *out, const struct field *f, const void *obj)
{
    for (; f->type != FT_END; f++) {
        if (f->type == FT_TRANSIENT)
            continue;
        size_t n = strlen(f->name);
        buf_put_le(out, n, 1);
        buf_put(out, f->name, n);
        buf_put_le(out, f->type, 1);
        buf_put_le(out, f->count, 4);
        size_t mark = out->len;
        buf_put_le(out, 0, 4);
        for (uint32_t i = 0; i < f->count; i++) {
            const uint8_t *at = (const uint8_t *)obj + f->offset + (size_t)i * f->size;
            if (f->type == FT_STRUCT) {
                size_t sub = out->len;
                buf_put_le(out, 0, 4);
                fields_save(out, f->sub, at);
                patch_length(out, sub);
            } else {
                buf_put_le(out, field_read(f->type, at), wire_size(f->type));
            }
        }
        patch_length(out, mark);
    }
}

static bool load_one(const uint8_t *p, size_t len, const struct field *f, void *obj,
                     unsigned type, uint64_t count)
{
    if (type != (unsigned)f->type || count != f->count)
        return false;
    for (uint32_t i = 0; i < f->count; i++) {
        uint8_t *at = (uint8_t *)obj + f->offset + (size_t)i * f->size;
        size_t n = wire_size(f->type);
        if (f->type == FT_STRUCT) {
            if (len < 4 || (n = (size_t)get(p, 4)) > len - 4)
                return false;
            if (!fields_load(p + 4, n, f->sub, at))
                return false;
            n += 4;
        } else {
            uint64_t v = len >= n ? get(p, (unsigned)n) : UINT64_MAX;
            if (len < n || v > f->max)        /* a snapshot is hostile input */
                return false;
            field_write(f->type, at, v);
        }
        p += n;
        len -= n;
    }
    return len == 0;
}

bool fields_load(const uint8_t *p, size_t len, const struct field *table, void *obj)
{
    while (len) {
        size_t n = p[0];
        if (len < n + 10)
            return false;
        const char *name = (const char *)p + 1;
        unsigned type = p[1 + n];
        uint64_t count = get(p + 2 + n, 4);
        size_t body = (size_t)get(p + 6 + n, 4);
        p += n + 10;
        len -= n + 10;
        if (body > len)
            return false;
        for (const struct field *f = table; f->type != FT_END; f++)
            if (f->type != FT_TRANSIENT && strlen(f->name) == n && !memcmp(f->name, name, n))
                if (!load_one(p, body, f, obj, type, count))
                    return false;
        p += body;
        len -= body;
    }
    return true;
}

/* A 64-bit mix with good avalanche (multiply, fold); speed matters for RAM, not secrecy. */
uint64_t hash_u64(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

uint64_t hash_bytes(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;
    for (; n >= 8; n -= 8, b += 8)
        h = hash_u64(h, load_le64(b));
    for (; n; n--, b++)
        h = hash_u64(h, *b);
    return h;
}

uint64_t fields_hash(uint64_t h, const struct field *f, const void *obj)
{
    for (; f->type != FT_END; f++) {
        const uint8_t *at = (const uint8_t *)obj + f->offset;
        if (f->type == FT_TRANSIENT)
            continue;
        if (f->type == FT_U8) {
            h = hash_bytes(h, at, f->count);
            continue;
        }
        for (uint32_t i = 0; i < f->count; i++, at += f->size)
            h = f->type == FT_STRUCT ? fields_hash(h, f->sub, at)
                                     : hash_u64(h, field_read(f->type, at));
    }
    return h;
}

void fields_cover(const struct field *f, uint8_t *seen)
{
    for (; f->type != FT_END; f++)
        for (uint32_t i = 0; i < f->count; i++) {
            uint8_t *at = seen + f->offset + (size_t)i * f->size;
            if (f->type == FT_STRUCT)
                fields_cover(f->sub, at);
            else
                memset(at, 1, f->size);
        }
}
