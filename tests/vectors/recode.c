/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/vectors/recode.h"

#include "cpu/models.h"
#include "cpu/operands.h"

#define CODE 0x100000u           /* the vectors' page of code */

static bool is_prefix(uint8_t b)
{
    return (b & 0xe7) == 0x26 || (b >= 0x64 && b <= 0x67) || b == 0xf0 || b == 0xf2 || b == 0xf3;
}

/* Bytes of modrm, SIB and displacement, or of a direct offset. */
static unsigned address_bytes(const uint8_t *p, bool modrm)
{
    unsigned mod = p[0] >> 6, base = p[0] & 7, n = 1;
    if (!modrm)
        return 4;
    if (base == 4) {
        base = p[1] & 7;
        n = 2;
    }
    return n + (mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
}

static uint32_t address(const struct insn *in, const uint32_t gpr[8])
{
    uint32_t base = in->base == REG_NONE ? 0 : gpr[in->base / 8];
    uint32_t index = in->index == REG_NONE ? 0 : gpr[in->index / 8];
    return base + (index << in->scale) + (uint32_t)in->disp;
}

/* May the memory operand have a 16-bit address? */
static bool movable(const struct insn *in, uint32_t at)
{
    const struct insn_row *r = &insn_rows[in->id];
    bool bits = r->name[0] == 'b' && r->name[1] == 't' && r->opnd[1] == Gv;
    return in->mem != NO_MEM && in->asize == 2 && r->opnd[1] != M_ && !bits &&
           (at & 0xffff) < 0xff00 && at - CODE >= 0x1000;
}

bool recode(const struct decoder *d, const uint8_t *insn, unsigned n, const uint32_t gpr[8],
            unsigned code_bits, unsigned address_bits, struct recoded *out)
{
    struct insn in;
    unsigned op = 0;
    *out = (struct recoded){.n = 0};
    if (insn_decode(d, &in, (struct decode_mode){32, CPU_MODEL_DEFAULT}, insn, n) != (int)n)
        return false;
    const struct insn_row *r = &insn_rows[in.id];
    uint32_t at = address(&in, gpr);
    bool near = address_bits == 16, other = code_bits == 16;
    if ((r->attr & (ENDS | JUMP)) || in.seg == SEG_CS || (near && !movable(&in, at)))
        return false;
    bool o = (in.prefix & PRE_OPSIZE) != 0, a = near || (in.prefix & PRE_ADSIZE);
    if (o != other && (r->ext & 0xf000) != PNP)
        out->bytes[out->n++] = 0x66;
    if (a != other)
        out->bytes[out->n++] = 0x67;
    for (; is_prefix(insn[op]); op++)
        if (insn[op] != 0x66 && insn[op] != 0x67 && (insn[op] >= 0xf0 || !near))
            out->bytes[out->n++] = insn[op];
    for (unsigned i = r->map == M1 ? 1 : r->map == M2 ? 2 : 3; i; i--)
        out->bytes[out->n++] = insn[op++];
    if (near) {
        bool modrm = d->modrm[(unsigned)r->map << 8 | r->opcode] != 0;
        if (modrm)
            out->bytes[out->n++] = (uint8_t)((insn[op] & 0x38) | 6);
        op += address_bytes(insn + op, modrm);
        store_le16(out->bytes + out->n, (uint16_t)at);
        out->n += 2;
        out->ds = at & 0xffff0000u;
    }
    while (op < n)
        out->bytes[out->n++] = insn[op++];
    return true;
}
