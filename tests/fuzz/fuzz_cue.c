/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host core; runs: 3000 */
/*
 * Cue sheets: whatever the text and however long the files, there is one reason why not, with the
 * sheet and a line, or a disc whose tracks follow each other within their files.
 *
 * Input: size of each file in 2352 bytes; the rest is the sheet.
 */
#include "fuzz.h"
#include "host/cue.h"

static void check_disc(const struct cue *c, const struct disc *d, const uint64_t *bytes)
{
    uint32_t at = 0;
    FUZZ_CHECK(d->n && d->n <= DISC_TRACKS && d->first && d->first + d->n <= 100,
               "%u tracks", d->n);
    for (unsigned i = 0; i < d->n; i++) {
        const struct disc_track *t = &d->track[i];
        const struct cue_track *k = &c->track[i];
        FUZZ_CHECK(t->pregap == at && t->start >= at && t->end > t->start, "track %u", i);
        FUZZ_CHECK(k->first >= at && k->first <= t->start && k->first + k->frames <= t->end,
                   "track %u", i);
        FUZZ_CHECK(k->file < c->n_files, "file %u", k->file);
        FUZZ_CHECK(k->at + (uint64_t)k->frames * k->bytes < bytes[k->file] + 2048,
                   "track %u ends at %llu", i,
                   (unsigned long long)(k->at + (uint64_t)k->frames * k->bytes));
        at = t->end;
    }
    FUZZ_CHECK(at <= DISC_SECTORS, "%u sectors", at);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct cue c;
    static struct disc d;
    struct feed f = { p, n };
    struct error err = { 0 };
    uint64_t bytes[CUE_FILES];
    uint32_t size = feed(&f, 3);
    for (unsigned i = 0; i < CUE_FILES; i++)
        bytes[i] = (uint64_t)size * (i & 1 ? 2048 : 2352) + (size & 3);
    cue_recognise(f.p, f.n);
    if (cue_parse(&c, "x.cue", f.p, f.n, &err) && cue_layout(&c, "x.cue", bytes, &d, &err))
        check_disc(&c, &d, bytes);
    else
        FUZZ_CHECK(!strncmp(err.text, "x.cue: line ", 12) && !strchr(err.text, '\n'), "'%s'",
                   err.text);
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    static const char *const modes[] = { "AUDIO", "MODE1/2048", "MODE1/2352", "MODE2/2336",
                                         "MODE2/2352", "CDG" };
    struct fuzz_rng r = fuzz_rng(n);
    char line[200];
    unsigned at = 0;
    if (n >= 48)
        return false;
    buf_put_le(out, 1000 + fuzz_below(&r, 100000), 3);
    if (n & 1)
        buf_put(out, "CATALOG 1234567890123\r\nREM x\r\n", 31);
    for (unsigned i = 1; i <= 1 + n % 9; i++) {
        int len = 0;
        if (i == 1 || fuzz_one_in(&r, 4)) {
            len += snprintf(line, sizeof line, "FILE \"a b %u.bin\" %s\n", i,
                            fuzz_one_in(&r, 3) ? "MOTOROLA" : "BINARY");
            at = 0;
        }
        len += snprintf(line + len, sizeof line - (size_t)len, "TRACK %02u %s\n", i,
                        modes[fuzz_below(&r, ARRAY_LEN(modes))]);
        if (fuzz_one_in(&r, 3))
            len += snprintf(line + len, sizeof line - (size_t)len, "PREGAP 00:02:00\n");
        else if (fuzz_one_in(&r, 3))
            len += snprintf(line + len, sizeof line - (size_t)len, " INDEX 00 00:%02u:00\n", at);
        at += 2;
        len += snprintf(line + len, sizeof line - (size_t)len, " INDEX 01 00:%02u:10\n", at);
        at += 1 + fuzz_below(&r, 4);
        if (fuzz_one_in(&r, 5))
            len += snprintf(line + len, sizeof line - (size_t)len, "FLAGS DCP\nPOSTGAP 0:0:5\n");
        buf_put(out, line, (size_t)len);
    }
    return true;
}
