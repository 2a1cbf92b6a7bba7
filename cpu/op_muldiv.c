/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiplication and division by the accumulator. Intel SDM volume 2. Flags the manual leaves
 * undefined follow the low half of a product; division leaves all flags alone.
 */
#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/mem.h"
#include "cpu/operands.h"

static ALWAYS_INLINE unsigned size_of(const struct op *op) { return 1u << op->in.osize; }

/* Operand 'slot', register or memory, to c->scratch. */
static ALWAYS_INLINE bool get_operand(struct cpu *c, const struct op *op, unsigned slot)
{
    unsigned n = size_of(op);
    if (op->in.mem == slot)
        return seg_read(c, op->in.seg, op_ea(c, op), n, &c->scratch);
    c->scratch = reg_get(c, op->in.reg[slot], n);
    return true;
}

static void product_flags(struct cpu *c, uint64_t low, unsigned bits, bool overflow)
{
    c->fl_res = sext(low, bits);
    c->fl_aux = (uint64_t)overflow << 63;    /* CF = OF */
}

/* The double-width product goes to AX, DX:AX or EDX:EAX. */
static void put_product(struct cpu *c, uint64_t p, unsigned n)
{
    if (n == 1) {
        reg_set(c, 0, p, 2);
        return;
    }
    reg_set(c, REG_OFF(R_AX), p, n);
    reg_set(c, REG_OFF(R_DX), p >> (n * 8), n);
}

HANDLER(mul)
{
    unsigned n = size_of(op);
    AT(c, op);
    TRY(get_operand(c, op, 0));
    uint64_t v = c->scratch;
    uint64_t p = reg_get(c, 0, n) * v;
    put_product(c, p, n);
    product_flags(c, p, n * 8, p >> (n * 8) != 0);
    return NEXT(c, op);
}

HANDLER(imul1)
{
    unsigned n = size_of(op), bits = n * 8;
    AT(c, op);
    TRY(get_operand(c, op, 0));
    uint64_t v = c->scratch;
    uint64_t p = sext(reg_get(c, 0, n), bits) * sext(v, bits);
    put_product(c, p, n);
    product_flags(c, p, bits, sext(p, bits) != p);
    return NEXT(c, op);
}

static uint64_t dividend(const struct cpu *c, unsigned n)
{
    if (n == 1)
        return reg_get(c, 0, 2);
    return reg_get(c, REG_OFF(R_DX), n) << (n * 8) | reg_get(c, REG_OFF(R_AX), n);
}

static void put_quotient(struct cpu *c, uint64_t q, uint64_t r, unsigned n)
{
    reg_set(c, REG_OFF(R_AX), q, n);
    reg_set(c, n == 1 ? 1 : REG_OFF(R_DX), r, n);
}

HANDLER(div)
{
    unsigned n = size_of(op);
    AT(c, op);
    TRY(get_operand(c, op, 0));
    uint64_t d = c->scratch;
    uint64_t a = dividend(c, n);
    if (!d || a / d >> (n * 8))
        TRY(cpu_raise(c, EXC_DE));
    put_quotient(c, a / d, a % d, n);
    return NEXT(c, op);
}

/* Signed division by magnitudes: C's own would overflow on the most negative dividend. */
HANDLER(idiv)
{
    unsigned n = size_of(op), bits = n * 8;
    AT(c, op);
    TRY(get_operand(c, op, 0));
    uint64_t d = c->scratch;
    uint64_t a = sext(dividend(c, n), bits * 2);
    d = sext(d, bits);
    bool an = a >> 63, dn = d >> 63;
    uint64_t ua = an ? 0 - a : a, ud = dn ? 0 - d : d;
    if (!ud)
        TRY(cpu_raise(c, EXC_DE));
    uint64_t q = ua / ud, r = ua % ud, most = UINT64_C(1) << (bits - 1);
    if (q > (an != dn ? most : most - 1))
        TRY(cpu_raise(c, EXC_DE));
    put_quotient(c, an != dn ? 0 - q : q, an ? 0 - r : r, n);
    return NEXT(c, op);
}
