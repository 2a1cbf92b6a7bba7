/* SPDX-License-Identifier: BSD-2-Clause */
/* links: traffic machine devices cpu host core; runs: 200 */
/*
 * Snapshots from strangers: a machine that has lived a little is saved, bytes of its chunks are
 * changed, checksums made right again, and the whole loaded. It is refused with a reason, or the
 * machine lives on without harm, and what it saves then can be loaded again and is the same.
 *
 * Input: kind. Even: how the machine has lived, then changes of seven bytes (chunk, position, what
 * to do, value). Odd: the file itself, behind a header that is right.
 */
#include "pc.h"

#define HEADER 28u               /* of the file and of a chunk: core/snapshot.h */
#define CHUNK  56u

static void repair(uint8_t *p, size_t n)
{
    store_le32(p + 24, crc32_update(0, p, 24));
    for (size_t at = HEADER; n - at >= CHUNK;) {
        uint64_t len = load_le64(p + at + 40);
        if (len > n - at - CHUNK)
            len = n - at - CHUNK;
        store_le32(p + at + 48, crc32_update(0, p + at + CHUNK, (size_t)len));
        store_le32(p + at + 52, crc32_update(0, p + at, 52));
        at += CHUNK + (size_t)len;
    }
}

/* Where chunk number k begins, and its whole length. */
static size_t chunk(const struct buf *b, unsigned k, size_t *len)
{
    size_t at = HEADER;
    for (;;) {
        *len = CHUNK + (size_t)load_le64(b->p + at + 40);
        if (!k-- || at + *len + CHUNK > b->len)
            return at;
        at += *len;
    }
}

static void change(struct buf *b, struct feed *f)
{
    uint8_t *p;
    size_t len, at = chunk(b, feed(f, 1) % 64, &len);
    uint32_t where = feed(f, 2), how = feed(f, 1), v = feed(f, 3);
    if (how & 0x80)
        where = where << 8 | (v & 0xff);
    at += where % (len > CHUNK && how & 0x40 ? len - CHUNK : len);
    if (how & 0x40 && len > CHUNK)
        at += CHUNK;
    p = b->p + at;
    for (unsigned i = 0; i <= (how >> 4 & 3u) && at + i < b->len; i++)
        switch (how & 3) {
        case 0: p[i] = (uint8_t)(v >> 8 * i); break;
        case 1: p[i] ^= (uint8_t)(v >> 8 * i); break;
        case 2: p[i] = 0xff; break;
        default: p[i] = 0; break;
        }
}

static void live(struct pc_rig *r, uint32_t seed, unsigned acts)
{
    struct fuzz_rng rng = fuzz_rng(seed);
    while (acts--)
        pc_do(r, (struct act){ (uint8_t)fuzz_rand(&rng), (uint8_t)fuzz_rand(&rng),
                               (uint16_t)fuzz_rand(&rng), fuzz_rand(&rng), fuzz_rand(&rng) });
}

/* A base to start from, kept from input to input: making one takes long. */
static struct buf *base(unsigned which)
{
    static struct buf made[4];
    struct error err = { 0 };
    struct pc_rig r;
    if (made[which].len)
        return &made[which];
    pc_init(&r, which & 1);
    live(&r, which, which & 2 ? 1000 : 0);
    FUZZ_CHECK(machine_save(r.m, &made[which], &err), "%s", err.text);
    pc_free(&r);
    return &made[which];
}

static void try_file(unsigned which, const uint8_t *p, size_t n)
{
    struct pc_rig r, again;
    struct error err = { 0 };
    struct machine_config cfg = { 0 };
    pc_init(&r, which & 1);
    machine_peek_config(p, n, &cfg, &err);
    err.text[0] = 0;
    if (machine_load(r.m, p, n, &err)) {
        struct buf saved = { 0 };
        FUZZ_CHECK(machine_save(r.m, &saved, &err), "%s", err.text);
        pc_init(&again, which & 1);
        FUZZ_CHECK(machine_load(again.m, saved.p, saved.len, &err), "%s", err.text);
        FUZZ_CHECK(machine_hash(again.m) == machine_hash(r.m), "loaded again it differs");
        buf_free(&saved);
        pc_free(&again);
        live(&r, (uint32_t)n, 60);
    } else {
        FUZZ_CHECK(err.text[0], "no reason is given");
    }
    pc_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct feed f = { p, n };
    unsigned kind = feed(&f, 1), which = kind >> 1 & 3;
    struct buf b = { 0 }, *from = base(which);
    if (kind & 1) {
        buf_put(&b, from->p, HEADER);
        buf_put(&b, f.p, f.n);
    } else {
        buf_put(&b, from->p, from->len);
        while (f.n)
            change(&b, &f);
    }
    if (!(kind & 8))
        repair(b.p, b.len);
    if (kind & 16)
        b.len -= b.len / 3;
    try_file(which, b.p, b.len);
    buf_free(&b);
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    struct fuzz_rng r = fuzz_rng(n);
    size_t len;
    if (n >= 64)
        return false;
    if (n < 4) {                             /* the first chunks as they are */
        buf_put_le(out, n << 1 | 1, 1);
        size_t at = chunk(base(n), 3, &len);
        buf_put(out, base(n)->p + HEADER, at - HEADER);
        return true;
    }
    buf_put_le(out, n << 1 & 6, 1);
    for (unsigned i = 0; i < 1 + n % 4; i++) {
        buf_put_le(out, n < 48 ? n : fuzz_rand(&r), 1);
        buf_put_le(out, fuzz_rand(&r), 2);
        buf_put_le(out, 0x40 | (fuzz_rand(&r) & 0xbf), 1);
        fuzz_noise(out, &r, 3);
    }
    return true;
}
