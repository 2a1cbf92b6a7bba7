/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core; runs: 2000 */
/*
 * The decoder and the disassembler on any bytes, for each model and code size. An instruction is
 * what its own bytes say and no others, fewer bytes are never enough, and its text fits in any
 * room. (tests/peer has the comparison with another decoder.)
 *
 * Input: model, code size; bytes, decoded from each position.
 */
#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"
#include "fuzz.h"

static struct decoder dec;

static void print(const struct insn *in, struct decode_mode m)
{
    char whole[128], part[128];
    insn_print(whole, sizeof whole, in, m, 0x12345678);
    size_t n = strlen(whole);
    FUZZ_CHECK(n && n < sizeof whole - 1, "text of %zu", n);
    for (size_t room = 0; room <= n; room++) {
        memset(part, 0x7f, sizeof part);
        insn_print(part, room, in, m, 0x12345678);
        FUZZ_CHECK(part[room] == 0x7f, "\"%s\" beyond %zu", whole, room);
        FUZZ_CHECK(!room || (strlen(part) < room && !strncmp(part, whole, strlen(part))),
                   "\"%s\" cut to \"%s\"", whole, part);
    }
}

static void check(const struct insn *in, int len, struct decode_mode m, const uint8_t *p)
{
    const struct insn_row *r = &insn_rows[in->id];
    struct insn other;
    uint8_t copy[15];
    FUZZ_CHECK(len <= 15 && in->len == len && in->id < insn_row_count, "length %d", len);
    FUZZ_CHECK(!(r->need & ~cpu_models[m.model].features), "%s on model %u", r->name, m.model);
    FUZZ_CHECK(in->seg <= SEG_GS && in->scale <= 3 && in->osize <= 3 && in->asize <= 3, "sizes");
    FUZZ_CHECK(in->mem == NO_MEM || in->mem < 3, "memory slot");
    memset(copy, 0xff, sizeof copy);
    memcpy(copy, p, (size_t)len);
    FUZZ_CHECK(insn_decode(&dec, &other, m, copy, 15) == len, "%s looks further", r->name);
    FUZZ_CHECK(!memcmp(in, &other, sizeof other), "%s looks further", r->name);
    FUZZ_CHECK(insn_decode(&dec, &other, m, p, (size_t)len) == len, "%s alone", r->name);
    FUZZ_CHECK(!memcmp(in, &other, sizeof other), "%s alone", r->name);
    for (int n = 0; n < len; n++)
        FUZZ_CHECK(insn_decode(&dec, &other, m, p, (size_t)n) == 0, "%s from %d of %d bytes",
                   r->name, n, len);
    print(in, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const uint8_t bits[] = { 16, 32, 64, 32 };
    struct feed f = { p, n };
    struct decode_mode m;
    m.model = (uint8_t)(feed(&f, 1) % CPU_MODEL_COUNT);
    m.code_bits = bits[feed(&f, 1) & 3];
    if (m.model < CPU_386)
        m.code_bits = 16;
    if (!dec.first[4 * 256])
        decoder_init(&dec);
    for (; f.n; f.p++, f.n--) {
        struct insn in;
        int len = insn_decode(&dec, &in, m, f.p, f.n);
        if (len > 0)
            check(&in, len, m, f.p);
        else
            FUZZ_CHECK(len == 0 || len == -6 || len == -13, "result %d", len);
    }
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    struct fuzz_rng r = fuzz_rng(n);
    if (n >= 4 * 256)
        return false;
    buf_put_le(out, n % 5 ? CPU_PENTIUM2 : n / 5, 1);
    buf_put_le(out, fuzz_rand(&r), 1);
    if (fuzz_one_in(&r, 3))
        buf_put_le(out, fuzz_one_in(&r, 2) ? 0x66 : 0x67, 1);
    if (n >> 8)
        buf_put_le(out, 0x0f, 1);
    if (n >> 8 > 1)
        buf_put_le(out, n >> 8 == 2 ? 0x38 : 0x3a, 1);
    buf_put_le(out, n & 0xff, 1);
    fuzz_noise(out, &r, 14);
    return true;
}
