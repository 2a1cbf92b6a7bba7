/* SPDX-License-Identifier: BSD-2-Clause */
/* links: traffic machine devices cpu host core; runs: 250 */
/*
 * Every chip of a PC or an AT under random port, memory and DMA traffic, inputs, media changes and
 * time: nothing may crash, hang or reach out of bounds. Somewhere in the middle the machine is
 * saved and loaded into a second one, which must then read and become the same.
 *
 * Input: board; at which act to save; acts of twelve bytes; from a seed, more of them.
 */
#include "pc.h"

#define ACTS_MAX 400u

static struct act some_act(struct feed *f, struct fuzz_rng *r)
{
    if (f->n)
        return pc_act(f);
    return (struct act){ .what = (uint8_t)fuzz_rand(r), .size = (uint8_t)fuzz_rand(r),
                         .where = (uint16_t)fuzz_rand(r), .v = fuzz_rand(r), .w = fuzz_rand(r) };
}

/* Machine k of that board, just switched on. */
static struct pc_rig *machine(unsigned board, unsigned k)
{
    static struct pc_rig rigs[4][2];
    static struct buf fresh[4];
    struct pc_rig *r = &rigs[board][k];
    struct error err = { 0 };
    if (r->m) {
        pc_again(r, &fresh[board]);
    } else {
        pc_init(r, board);
        if (!fresh[board].len)
            FUZZ_CHECK(machine_save(r->m, &fresh[board], &err), "%s", err.text);
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct feed f = { p, n };
    unsigned board = feed(&f, 1), save = feed(&f, 1), more = feed(&f, 1);
    struct fuzz_rng r = fuzz_rng(feed(&f, 4));
    unsigned acts = (unsigned)(f.n + 11) / 12 + more;
    acts = acts < ACTS_MAX ? acts : ACTS_MAX;
    save = acts ? save % acts : 0;
    struct pc_rig *a = machine(board & 3, 0), *b = machine(board & 3, 1);
    for (unsigned i = 0; i < acts; i++) {
        struct act x = some_act(&f, &r);
        if (i == save) {
            pc_copy(b, a);
            pc_same(a, b, "loaded");
        }
        uint64_t v = pc_do(a, x);
        FUZZ_CHECK(i < save || v == pc_do(b, x), "act %u (%u): reads otherwise", i, x.what & 63);
    }
    if (acts)
        pc_same(a, b, "at the end");
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    struct fuzz_rng r = fuzz_rng(n);
    if (n >= 224)
        return false;
    buf_put_le(out, n & 3, 1);
    buf_put_le(out, fuzz_rand(&r), 1);
    buf_put_le(out, 255, 1);
    fuzz_noise(out, &r, 4);
    for (unsigned i = 0; i < 40; i++) {
        buf_put_le(out, n < 192 ? n >> 2 : fuzz_rand(&r), 1);     /* all of a kind, or mixed */
        fuzz_noise(out, &r, 11);
    }
    return true;
}
