/* SPDX-License-Identifier: BSD-2-Clause */
/* Decimal adjustment. Intel SDM volume 2; OF after DAA and DAS, which it leaves open, is that of
 * the addition or subtraction made. */
#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/mem.h"

static void al_flags(struct cpu *c, uint8_t al, unsigned cf, unsigned af, unsigned of)
{
    c->fl_res = sext(al, 8);
    c->fl_aux = (uint64_t)cf << 63 | (uint64_t)(cf ^ of) << 62 | (uint64_t)af << 4;
}

static const struct op *adjust(struct cpu *c, const struct op *op, bool sub)
{
    uint8_t al = (uint8_t)c->gpr[R_AX], old = al;
    unsigned cf = flag_cf(c), af = flag_af(c), carry = 0;
    bool low = (al & 15) > 9 || af, high = old > 0x99 || cf;
    uint8_t by = (uint8_t)((low ? 6 : 0) + (high ? 0x60 : 0));
    if (sub && low && (cf || al < 6))
        carry = 1;
    if (!sub && low && (cf || al > 0xf9))
        carry = 1;
    al = (uint8_t)(sub ? al - by : al + by);
    if (high)
        carry = 1;
    unsigned of = sub ? ((old ^ by) & (old ^ al)) >> 7 : (~(old ^ by) & (old ^ al) & 0xff) >> 7;
    reg_set(c, 0, al, 1);
    al_flags(c, al, carry, low, of);
    return NEXT(c, op);
}
HANDLER(daa) { return adjust(c, op, false); }
HANDLER(das) { return adjust(c, op, true); }

static const struct op *ascii_adjust(struct cpu *c, const struct op *op, bool sub)
{
    uint16_t ax = (uint16_t)c->gpr[R_AX];
    bool yes = (ax & 15) > 9 || flag_af(c);
    if (yes)
        ax = (uint16_t)(sub ? ax - 0x106 : ax + 0x106);
    ax &= 0xff0f;
    reg_set(c, 0, ax, 2);
    al_flags(c, (uint8_t)ax, yes, yes, 0);
    return NEXT(c, op);
}
HANDLER(aaa) { return ascii_adjust(c, op, false); }
HANDLER(aas) { return ascii_adjust(c, op, true); }

HANDLER(aam)
{
    uint8_t al = (uint8_t)c->gpr[R_AX], base = (uint8_t)op->in.imm;
    AT(c, op);
    if (!base)
        TRY(cpu_raise(c, EXC_DE));
    reg_set(c, 0, (uint64_t)(al / base) << 8 | al % base, 2);
    al_flags(c, al % base, 0, 0, 0);
    return NEXT(c, op);
}

HANDLER(aad)
{
    uint16_t ax = (uint16_t)c->gpr[R_AX];
    uint8_t al = (uint8_t)(ax + (ax >> 8) * (unsigned)op->in.imm);
    reg_set(c, 0, al, 2);
    al_flags(c, al, 0, 0, 0);
    return NEXT(c, op);
}
