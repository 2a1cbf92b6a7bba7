/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PNG (ISO/IEC 15948), 8-bit RGB, no filter, one IDAT chunk. Deflate by zlib where it is built in;
 * otherwise stored blocks (RFC 1951, 3.2.4), which every reader takes.
 */
#include "frontend/png.h"

#include "core/snapshot.h"
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

static void put_be32(struct buf *out, uint32_t v)
{
    uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
    buf_put(out, b, 4);
}

static void put_chunk(struct buf *out, const char *type, const uint8_t *p, size_t n)
{
    put_be32(out, (uint32_t)n);
    size_t at = out->len;
    buf_put(out, type, 4);
    buf_put(out, p, n);
    if (!out->bad)
        put_be32(out, crc32_update(0, out->p + at, out->len - at));
}

#ifdef HAVE_ZLIB
static void put_zlib(struct buf *out, const uint8_t *p, size_t n)
{
    uLong bound = compressBound((uLong)n);
    if (!buf_room(out, bound))
        return;
    uLongf got = bound;
    if (compress2(out->p + out->len, &got, p, (uLong)n, 6) == Z_OK)
        out->len += got;
    else
        out->bad = true;
}
#else
static void put_zlib(struct buf *out, const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    buf_put_le(out, 0x0178, 2);
    for (size_t at = 0; at < n; at += 0xffff) {
        size_t part = n - at < 0xffff ? n - at : 0xffff;
        buf_put_le(out, at + part == n, 1);
        buf_put_le(out, part, 2);
        buf_put_le(out, ~part & 0xffff, 2);
        buf_put(out, p + at, part);
    }
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    put_be32(out, b << 16 | a);
}
#endif

void png_write(struct buf *out, const struct surface *s)
{
    static const uint8_t magic[8] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10 };
    unsigned wide = s->doubled ? 2 : 1;
    struct buf rows = { 0 }, packed = { 0 }, head = { 0 };
    for (uint32_t y = 0; y < s->height; y++) {
        buf_put_le(&rows, 0, 1);
        for (uint32_t x = 0; x < s->width * wide; x++) {
            uint32_t c = s->px[(size_t)y * s->stride + x / wide];
            uint8_t rgb[3] = { (uint8_t)(c >> 16), (uint8_t)(c >> 8), (uint8_t)c };
            buf_put(&rows, rgb, 3);
        }
    }
    put_be32(&head, s->width * wide);
    put_be32(&head, s->height);
    buf_put(&head, "\x08\x02\x00\x00\x00", 5);
    if (!rows.bad)
        put_zlib(&packed, rows.p, rows.len);
    buf_put(out, magic, 8);
    put_chunk(out, "IHDR", head.p, head.len);
    put_chunk(out, "IDAT", packed.p, packed.len);
    put_chunk(out, "IEND", NULL, 0);
    out->bad |= rows.bad || packed.bad || head.bad;
    buf_free(&rows);
    buf_free(&packed);
    buf_free(&head);
}
