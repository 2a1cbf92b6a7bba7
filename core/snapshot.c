/* SPDX-License-Identifier: BSD-2-Clause */
/* The snapshot container: see the header for the format. Deflate is RFC 1950, by zlib where it
 * is built in. */
#include "core/snapshot.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

static const uint8_t magic[8] = { 'V', 'I', 'T', 'R', 'I', 'N', 'E', 0x1a };

#define FILE_HEADER  28u
#define CHUNK_HEADER 56u             /* up to the bytes */
#define AT_LENGTH    40u             /* within the chunk header */
#define AT_CRC       48u
#define AT_HEAD_CRC  52u
#define GROUP        65536u          /* bytes of memory compressed together */

enum form { FORM_PLAIN, FORM_MEMORY };
enum group { GROUP_FILL, GROUP_PLAIN, GROUP_DEFLATE };

#ifdef HAVE_ZLIB
uint32_t crc32_update(uint32_t crc, const void *p, size_t n)
{
    const uint8_t *b = p;
    while (n) {
        uInt part = n > 0x40000000 ? 0x40000000u : (uInt)n;
        crc = (uint32_t)crc32(crc, b, part);
        b += part;
        n -= part;
    }
    return crc;
}
#else
uint32_t crc32_update(uint32_t crc, const void *p, size_t n)
{
    static const uint32_t nibble[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *b = p;
    crc = ~crc;
    while (n--) {
        crc ^= *b++;
        crc = crc >> 4 ^ nibble[crc & 15];
        crc = crc >> 4 ^ nibble[crc & 15];
    }
    return ~crc;
}
#endif

/* ---- writing ---- */

void snapshot_begin(struct buf *out, uint64_t config_hash)
{
    size_t at = out->len;
    buf_put(out, magic, sizeof magic);
    buf_put_le(out, SNAPSHOT_FORMAT, 4);
    buf_put_le(out, 0, 4);
    buf_put_le(out, config_hash, 8);
    if (!out->bad)
        buf_put_le(out, crc32_update(0, out->p + at, out->len - at), 4);
}

static void put_name(struct buf *out, const char *s)
{
    char name[SNAPSHOT_NAME + 1] = { 0 };
    for (unsigned i = 0; i < SNAPSHOT_NAME && s[i]; i++)
        name[i] = s[i];
    buf_put(out, name, sizeof name);
}

static size_t open_chunk(struct buf *out, const char *tag, const char *instance, uint16_t version,
                         enum form form)
{
    size_t mark = out->len;
    put_name(out, tag);
    put_name(out, instance);
    buf_put_le(out, version, 2);
    buf_put_le(out, form, 2);
    buf_put_le(out, 0, 4);
    buf_put_le(out, 0, 8);               /* length and checksums: at close */
    buf_put_le(out, 0, 8);
    return mark;
}

size_t snapshot_open_chunk(struct buf *out, const char *tag, const char *instance, uint16_t version)
{
    return open_chunk(out, tag, instance, version, FORM_PLAIN);
}

void snapshot_close_chunk(struct buf *out, size_t mark)
{
    if (out->bad)
        return;
    uint8_t *h = out->p + mark;
    size_t n = out->len - mark - CHUNK_HEADER;
    store_le64(h + AT_LENGTH, n);
    store_le32(h + AT_CRC, crc32_update(0, h + CHUNK_HEADER, n));
    store_le32(h + AT_HEAD_CRC, crc32_update(0, h, AT_HEAD_CRC));
}

void snapshot_bytes(struct buf *out, const char *tag, const char *instance, uint16_t version,
                    const void *p, size_t n)
{
    size_t mark = snapshot_open_chunk(out, tag, instance, version);
    buf_put(out, p, n);
    snapshot_close_chunk(out, mark);
}

void snapshot_device(struct buf *out, const struct device *d)
{
    if (d->cls->pre_save)
        d->cls->pre_save(d->self);
    size_t mark = snapshot_open_chunk(out, d->cls->name, d->id, d->cls->version);
    fields_save(out, d->cls->fields, d->self);
    snapshot_close_chunk(out, mark);
}

void snapshot_devices(struct buf *out, const struct device_list *l)
{
    for (unsigned i = 0; i < l->n; i++)
        snapshot_device(out, &l->d[i]);
}

static void put_group(struct buf *out, const uint8_t *mem, uint32_t n)
{
    if (n == 1 || !memcmp(mem, mem + 1, n - 1)) {
        buf_put_le(out, GROUP_FILL, 1);
        buf_put(out, mem, 1);
        return;
    }
#ifdef HAVE_ZLIB
    uLong bound = compressBound(n);
    size_t head = out->len;
    if (!buf_room(out, bound + 5))
        return;
    uLongf got = bound;
    if (compress2(out->p + head + 5, &got, mem, n, 1) == Z_OK && got < n) {
        out->p[head] = GROUP_DEFLATE;
        store_le32(out->p + head + 1, (uint32_t)got);
        out->len = head + 5 + got;
        return;
    }
#endif
    buf_put_le(out, GROUP_PLAIN, 1);
    buf_put(out, mem, n);
}

void snapshot_memory(struct buf *out, const char *tag, const char *instance, const uint8_t *mem,
                     uint64_t size)
{
    size_t mark = open_chunk(out, tag, instance, 1, FORM_MEMORY);
    buf_put_le(out, size, 8);
    for (uint64_t at = 0; at < size; at += GROUP)
        put_group(out, mem + at, size - at < GROUP ? (uint32_t)(size - at) : GROUP);
    snapshot_close_chunk(out, mark);
}

bool snapshot_end(struct buf *out, struct error *err)
{
    snapshot_bytes(out, "End", "", 1, NULL, 0);
    if (out->bad)
        return error_set(err, 1,
                         "not enough memory for a snapshot: close other programs and try again");
    return true;
}

/* ---- reading ---- */

static bool damaged(struct error *err, const char *what)
{
    return error_set(err, 1, "the snapshot is damaged (%s): use another copy of it", what);
}

static bool cut_short(struct error *err)
{
    return error_set(err, 1, "the snapshot is cut short: use a complete copy of it");
}

bool snapshot_open(struct snapshot *s, const void *p, size_t n, struct error *err)
{
    *s = (struct snapshot){ .p = p, .n = n, .at = FILE_HEADER };
    if (n < sizeof magic ? n == 0 || memcmp(p, magic, n) : memcmp(p, magic, sizeof magic))
        return error_set(err, 1, "this is not a Vitrine snapshot: give a file that --save wrote");
    if (n < FILE_HEADER)
        return cut_short(err);
    if (load_le32(s->p + 24) != crc32_update(0, p, 24))
        return damaged(err, "header");
    uint32_t format = load_le32(s->p + 8);
    if (format != SNAPSHOT_FORMAT || load_le32(s->p + 12))
        return error_set(err, 1, "the snapshot has format %u, and this version reads format %u: "
                         "use the version that wrote it", (unsigned)format, SNAPSHOT_FORMAT);
    s->config_hash = load_le64(s->p + 16);
    return true;
}

/* A name is printable, and all zeroes after its end. */
static bool get_name(char *to, const uint8_t *p)
{
    bool ended = false;
    for (unsigned i = 0; i <= SNAPSHOT_NAME; i++) {
        if (ended ? p[i] != 0 : p[i] && (p[i] < 0x20 || p[i] > 0x7e))
            return false;
        ended |= !p[i];
        to[i] = (char)p[i];
    }
    return ended;
}

bool snapshot_next(struct snapshot *s, struct snapshot_chunk *c, bool *end, struct error *err)
{
    *end = false;
    if (s->n - s->at < CHUNK_HEADER)
        return cut_short(err);
    const uint8_t *h = s->p + s->at;
    if (load_le32(h + AT_HEAD_CRC) != crc32_update(0, h, AT_HEAD_CRC))
        return damaged(err, "chunk header");
    if (!get_name(c->tag, h) || !get_name(c->instance, h + 16))
        return damaged(err, "chunk name");
    uint64_t n = load_le64(h + AT_LENGTH);
    if (n > s->n - s->at - CHUNK_HEADER)
        return cut_short(err);
    c->version = load_le16(h + 32);
    c->form = load_le16(h + 34);
    c->p = h + CHUNK_HEADER;
    c->n = (size_t)n;
    if (load_le32(h + AT_CRC) != crc32_update(0, c->p, c->n))
        return error_set(err, 1, "the snapshot is damaged (chunk %s %s): use another copy of it",
                         c->tag, c->instance);
    s->at += CHUNK_HEADER + c->n;
    s->chunks++;
    if (snapshot_is(c, "End")) {
        *end = true;
        if (s->at != s->n)
            error_set(err, 1, "the snapshot has something after its end: use another copy of it");
        *end = s->at == s->n;
        return false;
    }
    return true;
}

static int find_device(const struct snapshot_chunk *c, const struct device_list *l)
{
    for (unsigned i = 0; i < l->n; i++)
        if (snapshot_is(c, l->d[i].cls->name) && !strcmp(c->instance, l->d[i].id))
            return (int)i;
    return -1;
}

bool snapshot_load_device(const struct snapshot_chunk *c, const struct device_list *l, bool *found,
                          struct error *err)
{
    int i = find_device(c, l);
    *found = i >= 0;
    if (i < 0)
        return true;
    const struct device_class *cls = l->d[i].cls;
    if (c->version < cls->oldest || c->version > cls->version)
        return error_set(err, 1,
                         "the snapshot's %s has version %u, and %u to %u can be read: use the "
                         "version of Vitrine that wrote it",
                         cls->name, (unsigned)c->version, (unsigned)cls->oldest,
                         (unsigned)cls->version);
    if (c->form != FORM_PLAIN || !fields_load(c->p, c->n, cls->fields, l->d[i].self))
        return error_set(err, 1,
                         "the snapshot is damaged (values of %s %s): use another copy of it",
                         cls->name, l->d[i].id);
    return true;
}

/* One group into mem; how many bytes of p it took, or 0. */
static size_t get_group(const uint8_t *p, size_t n, uint8_t *mem, uint32_t want, struct error *err)
{
    if (n < 2) {
        damaged(err, "memory");
        return 0;
    }
    if (p[0] == GROUP_FILL) {
        memset(mem, p[1], want);
        return 2;
    }
    if (p[0] == GROUP_PLAIN && n - 1 >= want) {
        memcpy(mem, p + 1, want);
        return 1 + (size_t)want;
    }
    if (p[0] == GROUP_DEFLATE && n >= 5 && load_le32(p + 1) <= n - 5) {
#ifdef HAVE_ZLIB
        uLongf got = want;
        if (uncompress(mem, &got, p + 5, load_le32(p + 1)) == Z_OK && got == want)
            return 5 + (size_t)load_le32(p + 1);
#else
        error_set(err, 1, "the snapshot is compressed and this build has no zlib: build with zlib");
        return 0;
#endif
    }
    damaged(err, "memory");
    return 0;
}

bool snapshot_load_memory(const struct snapshot_chunk *c, uint8_t *mem, uint64_t size,
                          struct error *err)
{
    if (c->form != FORM_MEMORY || c->version != 1 || c->n < 8)
        return damaged(err, "memory");
    if (load_le64(c->p) != size)
        return error_set(err, 1,
                         "the snapshot's %s has %llu bytes and this machine's has %llu: give the "
                         "options the snapshot was taken with",
                         c->tag, (unsigned long long)load_le64(c->p), (unsigned long long)size);
    size_t in = 8;
    for (uint64_t at = 0; at < size; at += GROUP) {
        uint32_t want = size - at < GROUP ? (uint32_t)(size - at) : GROUP;
        size_t took = get_group(c->p + in, c->n - in, mem + at, want, err);
        if (!took)
            return false;
        in += took;
    }
    return in == c->n ? true : damaged(err, "memory");
}

bool snapshot_post_load(const struct device_list *l, const uint16_t *versions, struct error *err)
{
    for (unsigned i = 0; i < l->n; i++) {
        const struct device *d = &l->d[i];
        uint16_t version = versions[i] ? versions[i] : d->cls->version;
        struct error why = { 0 };
        if (!d->cls->post_load || d->cls->post_load(d->self, version, &why))
            continue;
        return error_set(
            err, 1, "the snapshot is damaged (%s contradicts itself%s%s): use another copy of it",
            d->id, why.text[0] ? ": " : "", why.text);
    }
    return true;
}

bool snapshot_load(struct snapshot *s, const struct device_list *l,
                   bool (*other)(void *owner, const struct snapshot_chunk *c, bool *known,
                                 struct error *err),
                   void *owner, struct error *err)
{
    uint16_t versions[DEVICES_MAX] = { 0 };
    struct snapshot_chunk c;
    bool end;
    while (snapshot_next(s, &c, &end, err)) {
        int i = find_device(&c, l);
        bool known = i >= 0;
        if (known) {
            if (versions[i])
                return damaged(err, "the same device twice");
            versions[i] = c.version ? c.version : 1;
            if (!snapshot_load_device(&c, l, &known, err))
                return false;
        } else if (other && !other(owner, &c, &known, err)) {
            return false;
        }
        if (!known && snapshot_critical(&c))
            return error_set(err, 1,
                             "the snapshot holds %s %s, which this version does not know: use the "
                             "version that wrote it",
                             c.tag, c.instance);
    }
    return end && snapshot_post_load(l, versions, err);
}
