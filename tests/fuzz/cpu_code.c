/* SPDX-License-Identifier: BSD-2-Clause */
/* Random instructions, made from the rows of insns.def, so that most of them are valid. */
#include "cpu/operands.h"
#include "cpu_world.h"

static uint32_t nearby(struct fuzz_rng *r)
{
    static const uint32_t at[] = { 0x10000, 0x20000, 0x30000, 0x1000, 0x3000, 0x4000, 0xa0000,
                                   0x30ffe, 0x31ffd, 0 };
    return at[fuzz_below(r, ARRAY_LEN(at))] + fuzz_below(r, fuzz_one_in(r, 4) ? 0x1000 : 64);
}

static unsigned prefixes(uint8_t *b, const struct insn_row *row, struct fuzz_rng *r)
{
    static const uint8_t mandatory[5] = { 0, 0, 0x66, 0xf3, 0xf2 };
    static const uint8_t any[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67, 0x66, 0xf0, 0x66 };
    unsigned n = 0;
    if (fuzz_one_in(r, 6))
        b[n++] = any[fuzz_below(r, ARRAY_LEN(any))];
    if (fuzz_one_in(r, 40))
        b[n++] = any[fuzz_below(r, ARRAY_LEN(any))];
    if ((row->attr & STRING) && fuzz_one_in(r, 3))
        b[n++] = (uint8_t)(0xf2 + (fuzz_rand(r) & 1));
    if (mandatory[row->ext >> 12])
        b[n++] = mandatory[row->ext >> 12];
    return n;
}

static uint8_t modrm(const struct insn_row *row, struct fuzz_rng *r)
{
    static const uint8_t mod[8] = { 0, 0, 0x40, 0x40, 0x40, 0xc0, 0xc0, 0x80 };
    unsigned m = mod[fuzz_rand(r) & 7] | (fuzz_rand(r) & 0x3f);
    if ((row->ext & 0xf00) == 0x200)
        return (uint8_t)row->ext;
    if ((row->ext & 0xf00) && (row->ext & 0xff) < 0x30)
        m = (m & 0xc7) | (row->ext & 7) << 3;
    if ((row->ext & 0xff0) == 0x110 || (row->ext & 0xfff) == MEMONLY)
        m = m >= 0xc0 ? m & 0x7f : m;
    if ((row->ext & 0xff0) == 0x120 || (row->ext & 0xfff) == REGONLY)
        m |= 0xc0;
    return (uint8_t)m;
}

/* What follows the modrm byte: small numbers, addresses of the world, selectors. */
static void tail(uint8_t *p, unsigned n, struct fuzz_rng *r)
{
    for (unsigned i = 0; i < n;) {
        uint32_t v = fuzz_rand(r);
        unsigned size = 1 + (v & 3);
        switch (v >> 2 & 3) {
        case 0: v = v >> 8 & 0xff; break;
        case 1: v = nearby(r); break;
        case 2: v = v >> 8 & 0x7b; break;
        }
        for (; size-- && i < n; v >>= 8)
            p[i++] = (uint8_t)v;
    }
}

/* Lengths are those of a first guess: where the next begins is of no account. */
static unsigned one(uint8_t b[32], unsigned bits, struct fuzz_rng *r)
{
    static const uint8_t escape[4] = { 0, 0, 0x38, 0x3a };
    const struct insn_row *row = &insn_rows[fuzz_below(r, insn_row_count)];
    unsigned n = prefixes(b, row, r);
    if (row->map != M1)
        b[n++] = 0x0f;
    if (escape[row->map])
        b[n++] = escape[row->map];
    b[n++] = (uint8_t)(row->opcode + (row->attr & ROW8 ? fuzz_rand(r) & 7 : 0));
    b[n] = modrm(row, r);
    tail(b + n + 1, 14, r);
    static struct decoder d;     /* constant once made */
    static bool made;
    struct insn in;
    if (!made)
        decoder_init(&d);
    made = true;
    int len = insn_decode(&d, &in, (struct decode_mode){ (uint8_t)bits, CPU_MODEL_DEFAULT }, b, 15);
    if (len <= 0)
        return 0;
    /* Branches stay near, and HLT is seldom. */
    if ((row->attr & JUMP) && len > 2 && fuzz_rand(r) % 4)
        for (int i = 2; i < len; i++)
            b[i] = 0;
    if (row->opcode == 0xf4 && row->map == M1 && fuzz_rand(r) % 8)
        return 0;
    return (unsigned)len;
}

void world_code(uint8_t *p, unsigned n, unsigned bits, struct fuzz_rng *r)
{
    uint8_t b[32];
    for (unsigned i = 0; i < n;) {
        unsigned len = one(b, bits, r);
        if (len > n - i)
            len = n - i;
        memcpy(p + i, b, len);
        i += len;
    }
}
