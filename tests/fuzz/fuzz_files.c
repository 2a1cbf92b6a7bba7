/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host core; runs: 2000 */
/*
 * Files that hold media: what kind they are, and the layers a drive is made of, as they are opened,
 * read, written past their ends, held back and closed. What is written is read again, as in a model
 * in memory.
 *
 * Input: kind of layers, size, acts of six bytes; the rest is the file. A format that has a parser
 * of its own gets a case in try_format().
 */
#include "fuzz.h"
#include "host/disk_cow.h"
#include "host/disk_hold.h"
#include "host/disk_mem.h"
#include "host/disk_raw.h"
#include "host/file.h"
#include "host/media.h"
#include "host/whole_file.h"

#define SECTORS_MAX 24u

static char path[40];

static void try_format(const uint8_t *p, size_t n)
{
    uint8_t boot[512] = { 0 };
    enum media_kind kind, same;
    struct error err = { 0 };
    bool iso = n >= 32774 && !memcmp(p + 32769, "CD001", 5);
    memcpy(boot, p, n < sizeof boot ? n : sizeof boot);
    same = media_kind(n, boot, iso);
    if (media_recognise(path, &kind, &err))
        FUZZ_CHECK(kind == same || kind == MEDIA_CUE, "kinds %d, %d", (int)kind, (int)same);
    else
        FUZZ_CHECK(err.text[0], "no reason");
}

/* One read or write, beside the model; beyond the end it must be refused. */
static void act(struct blockdev *b, uint8_t *model, uint64_t sectors, struct feed *f)
{
    static uint8_t buf[SECTORS_MAX * 2048];
    struct error err = { 0 };
    uint32_t how = feed(f, 1), n = 1 + feed(f, 1) % (SECTORS_MAX - 1), size = b->sector_size;
    uint64_t lba = feed(f, 2);
    uint8_t fill = (uint8_t)feed(f, 2);
    if (how & 0x40)
        lba |= (uint64_t)fill << 56 | fill;
    bool fits = lba <= sectors && n <= sectors - lba;
    if (!fits && !(how & 0x80))
        lba = 0, n = (uint32_t)(sectors < n ? sectors : n), fits = true;
    if (how & 1) {
        memset(buf, fill, (size_t)n * size);
        bool ok = b->ops->write(b, lba, n, buf, &err);
        FUZZ_CHECK(ok == (fits && !b->read_only), "write: %d %s", ok, err.text);
        if (ok)
            memcpy(model + lba * size, buf, (size_t)n * size);
    } else if (how & 2) {
        bool ok = b->ops->read(b, lba, n, buf, &err);
        FUZZ_CHECK(ok == fits, "read: %d %s", ok, err.text);
        FUZZ_CHECK(!ok || !memcmp(buf, model + lba * size, (size_t)n * size), "other bytes");
    } else {
        FUZZ_CHECK(b->ops->flush(b, &err), "%s", err.text);
    }
}

static struct blockdev *layers(unsigned kind, struct blockdev *b)
{
    struct error err;
    if (b && kind & 2)
        b = disk_hold_open(b, &err);
    if (b && kind & 4)
        b = disk_cow_open(b, &err);
    return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct feed f = { p, n }, acts;
    struct error err = { 0 };
    unsigned kind = feed(&f, 1), sector = kind & 1 ? 2048 : 512, count = feed(&f, 1) % 32;
    size_t size = feed(&f, 2);
    fuzz_file_name(path, sizeof path, "files");
    acts = (struct feed){ f.p, f.n < count * 6u ? f.n : count * 6u };
    f.p += acts.n;
    f.n -= acts.n;
    uint8_t *model = calloc(1, size + 2048);
    feed_bytes(&f, model, size);
    if (kind & 8 && size > 32774)
        memcpy(model + 32769, "CD001", 5);
    FUZZ_CHECK(model && whole_file_write(path, model, size, &err), "%s", err.text);
    if (kind & 16)
        try_format(model, size);
    else {
        struct blockdev *b = layers(kind, disk_raw_open(path, sector, !(kind & 32), &err));
        FUZZ_CHECK(b || (!size && err.text[0]), "size %zu: %s", size, err.text);
        FUZZ_CHECK(!b || b->sectors == (size + sector - 1) / sector, "%zu bytes", size);
        while (b && acts.n)
            act(b, model, b->sectors, &acts);
        if (b)
            b->ops->close(b);
    }
    remove(path);
    free(model);
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    struct fuzz_rng r = fuzz_rng(n);
    if (n >= 64)
        return false;
    buf_put_le(out, n, 1);
    buf_put_le(out, 31, 1);
    buf_put_le(out, n & 1 ? fuzz_rand(&r) : fuzz_below(&r, 30) * 512, 2);
    fuzz_noise(out, &r, 31 * 6);
    fuzz_noise(out, &r, 512);
    buf_put(out, "\x55\xaa", 2);
    return true;
}
