/* SPDX-License-Identifier: BSD-2-Clause */
/* Small instructions: flag bits, conversions, bit tests and scans, byte swaps, XLAT. Intel SDM
 * volume 2. */
#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/mem.h"
#include "cpu/operands.h"

static ALWAYS_INLINE unsigned size_of(const struct op *op) { return 1u << op->in.osize; }

/* ---- single flags ---- */

/* CF := v, the others stay: flipping both top bits leaves OF alone. */
static void set_cf(struct cpu *c, unsigned v)
{
    uint64_t flip = (c->fl_aux >> 63) ^ v;
    c->fl_aux ^= flip << 63 | flip << 62;
}

HANDLER(clc)
{
    set_cf(c, 0);
    return NEXT(c, op);
}
HANDLER(stc)
{
    set_cf(c, 1);
    return NEXT(c, op);
}
HANDLER(cmc)
{
    set_cf(c, !flag_cf(c));
    return NEXT(c, op);
}
HANDLER(cld)
{
    c->eflags &= ~FL_DF;
    return NEXT(c, op);
}
HANDLER(std)
{
    c->eflags |= FL_DF;
    return NEXT(c, op);
}
HANDLER(salc)
{
    reg_set(c, 0, flag_cf(c) ? 0xff : 0, 1);
    return NEXT(c, op);
}

/* ---- conversions and moves ---- */

HANDLER(cbw)
{
    unsigned n = size_of(op);
    reg_set(c, 0, sext(c->gpr[R_AX], n * 4), n);
    return NEXT(c, op);
}

HANDLER(cwd)
{
    unsigned n = size_of(op);
    reg_set(c, REG_OFF(R_DX), c->gpr[R_AX] >> (n * 8 - 1) & 1 ? UINT64_MAX : 0, n);
    return NEXT(c, op);
}

/* A 16-bit BSWAP is undefined by the manual; processors clear the register. */
HANDLER(bswap)
{
    uint32_t v = (uint32_t)reg_get(c, op->in.reg[0], 4);
    if (size_of(op) == 2)
        reg_set(c, op->in.reg[0], 0, 2);
    else
        reg_set(c, op->in.reg[0], v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24, 4);
    return NEXT(c, op);
}

HANDLER(xlat)
{
    uint64_t v, off = (c->gpr[R_BX] + (c->gpr[R_AX] & 0xff)) & op->amask;
    AT(c, op);
    TRY(seg_read(c, op->in.seg, off, 1, &v));
    reg_set(c, 0, v, 1);
    return NEXT(c, op);
}

HANDLER(nop) { return NEXT(c, op); }
HANDLER(nop_m) { return NEXT(c, op); }

/* ---- bit tests ---- */

enum bit_op { BIT_TEST, BIT_SET, BIT_RESET, BIT_FLIP };

static uint64_t bit_result(enum bit_op what, uint64_t v, unsigned bit)
{
    uint64_t m = UINT64_C(1) << bit;
    return what == BIT_SET ? v | m : what == BIT_RESET ? v & ~m : what == BIT_FLIP ? v ^ m : v;
}

/* With a memory operand, a register bit number reaches beyond the operand: whole operands are
 * added to the address (SDM volume 2, BT, and figure 3-2). An immediate is taken modulo the
 * operand's width. */
static bool bit_memory(struct cpu *c, const struct op *op, enum bit_op what)
{
    unsigned n = size_of(op), bits = n * 8, bit;
    uint64_t off = op_ea(c, op), v;
    if (insn_rows[op->in.id].opnd[1] == Ib || insn_rows[op->in.id].opnd[1] == Ibs) {
        bit = (unsigned)op->in.imm & (bits - 1);
    } else {
        uint64_t index = sext(reg_get(c, op->in.reg[1], n), bits);
        bit = (unsigned)index & (bits - 1);
        off = (off + sar64(index, n == 2 ? 4 : n == 4 ? 5 : 6) * n) & op->amask;
    }
    if (what != BIT_TEST && !seg_probe_write(c, op->in.seg, off, n))
        return false;
    if (!seg_read(c, op->in.seg, off, n, &v))
        return false;
    if (what != BIT_TEST && !seg_write(c, op->in.seg, off, bit_result(what, v, bit), n))
        return false;
    set_cf(c, (unsigned)(v >> bit) & 1);
    return true;
}

static void bit_register(struct cpu *c, const struct op *op, enum bit_op what)
{
    unsigned n = size_of(op);
    bool imm = insn_rows[op->in.id].opnd[1] == Ib || insn_rows[op->in.id].opnd[1] == Ibs;
    uint64_t v = reg_get(c, op->in.reg[0], n);
    uint64_t index = imm ? op->in.imm : reg_get(c, op->in.reg[1], n);
    unsigned bit = (unsigned)index & (n * 8 - 1);
    if (what != BIT_TEST)
        reg_set(c, op->in.reg[0], bit_result(what, v, bit), n);
    set_cf(c, (unsigned)(v >> bit) & 1);
}

#define BIT_HANDLER(name, what) \
    HANDLER(name) \
    { \
        AT(c, op); \
        if (op->in.mem == 0) \
            TRY(bit_memory(c, op, what)); \
        else \
            bit_register(c, op, what); \
        return NEXT(c, op); \
    }
BIT_HANDLER(bt, BIT_TEST)
BIT_HANDLER(bts, BIT_SET)
BIT_HANDLER(btr, BIT_RESET)
BIT_HANDLER(btc, BIT_FLIP)

static bool source(struct cpu *c, const struct op *op, uint64_t *v)
{
    unsigned n = size_of(op);
    if (op->in.mem == 1)
        return seg_read(c, op->in.seg, op_ea(c, op), n, v);
    *v = reg_get(c, op->in.reg[1], n);
    return true;
}

/* A zero source sets ZF and leaves the destination; the other flags are undefined and stay those
 * of a result (SDM: BSF, BSR). */
static const struct op *scan(struct cpu *c, const struct op *op, bool high)
{
    uint64_t v;
    AT(c, op);
    TRY(source(c, op, &v));
    if (v)
        reg_set(c, op->in.reg[0], high ? bit_high(v) : bit_low(v), size_of(op));
    flags_set(c, 0, 1, 0, v == 0, 0, 0);
    return NEXT(c, op);
}
HANDLER(bsf) { return scan(c, op, false); }
HANDLER(bsr) { return scan(c, op, true); }

/* ---- double shifts, rotates through carry ---- */

static unsigned count_of(const struct op *op, const struct cpu *c, unsigned slot)
{
    unsigned kind = insn_rows[op->in.id].opnd[slot];
    return (kind == CL ? (unsigned)c->gpr[R_CX] : kind == I1 ? 1 : (unsigned)op->in.imm) & 31;
}

/* The destination, checked for writing; put() stores it back. */
static bool get_dest(struct cpu *c, const struct op *op, uint64_t *v, uint64_t *off)
{
    unsigned n = size_of(op);
    *off = 0;
    if (op->in.mem != 0) {
        *v = reg_get(c, op->in.reg[0], n);
        return true;
    }
    *off = op_ea(c, op);
    return seg_probe_write(c, op->in.seg, *off, n) && seg_read(c, op->in.seg, *off, n, v);
}
static bool put_dest(struct cpu *c, const struct op *op, uint64_t v, uint64_t off)
{
    if (op->in.mem == 0)
        return seg_write(c, op->in.seg, off, v, size_of(op));
    reg_set(c, op->in.reg[0], v, size_of(op));
    return true;
}

static void shift_flags(struct cpu *c, uint64_t r, unsigned bits, unsigned cf, unsigned of)
{
    c->fl_res = sext(r, bits);
    c->fl_aux = (uint64_t)cf << 63 | (uint64_t)(cf ^ of) << 62;
}

/* Counts above 16 with 16-bit operands are undefined; the bits then come round from the
 * destination. */
static const struct op *double_shift(struct cpu *c, const struct op *op, bool left)
{
    unsigned n = count_of(op, c, 2), bits = size_of(op) * 8;
    uint64_t a, off, m = UINT64_MAX >> (64 - bits);
    AT(c, op);
    TRY(get_dest(c, op, &a, &off));
    if (!n)
        return NEXT(c, op);
    uint64_t b = reg_get(c, op->in.reg[1], size_of(op)), r;
    unsigned cf;
    if (bits == 16) {
        uint64_t t = a << 32 | b << 16 | a;  /* the same ring whichever way it turns */
        r = (left ? t << n >> 32 : t >> n) & m;
        cf = (unsigned)(left ? t << n >> 48 : t >> (n - 1)) & 1;
    } else {
        r = (left ? a << n | b >> (32 - n) : a >> n | b << (32 - n)) & m;
        cf = (unsigned)(left ? a >> (32 - n) : a >> (n - 1)) & 1;
    }
    TRY(put_dest(c, op, r, off));
    shift_flags(c, r, bits, cf, (unsigned)((r ^ a) >> (bits - 1)) & 1);
    return NEXT(c, op);
}
HANDLER(shld) { return double_shift(c, op, true); }
HANDLER(shrd) { return double_shift(c, op, false); }

/* RCL, RCR rotate bits + 1 wide, modulo that width after masking with 31. */
static const struct op *rotate_carry(struct cpu *c, const struct op *op, bool left)
{
    unsigned bits = size_of(op) * 8, raw = count_of(op, c, 1), n = raw % (bits + 1);
    uint64_t a, off, m = UINT64_MAX >> (64 - bits);
    AT(c, op);
    TRY(get_dest(c, op, &a, &off));
    if (!raw)
        return NEXT(c, op);
    uint64_t w = (uint64_t)flag_cf(c) << bits | a, wm = m << 1 | 1;
    if (n)
        w = (left ? w << n | w >> (bits + 1 - n) : w >> n | w << (bits + 1 - n)) & wm;
    uint64_t r = w & m;
    unsigned cf = (unsigned)(w >> bits) & 1;
    TRY(put_dest(c, op, r, off));
    uint64_t other = left ? r >> (bits - 1) : r >> (bits - 1) ^ r >> (bits - 2) ^ cf;
    c->fl_aux = (c->fl_aux & (UINT64_MAX >> 2)) | (uint64_t)cf << 63 | (other & 1) << 62;
    return NEXT(c, op);
}
HANDLER(rcl) { return rotate_carry(c, op, true); }
HANDLER(rcr) { return rotate_carry(c, op, false); }

HANDLER(cmpxchg8b)
{
    uint64_t v, off = op_ea(c, op);
    AT(c, op);
    TRY(seg_probe_write(c, op->in.seg, off, 8));
    TRY(seg_read(c, op->in.seg, off, 8, &v));
    bool same = v == ((uint32_t)c->gpr[R_AX] | c->gpr[R_DX] << 32);
    TRY(seg_write(c, op->in.seg, off, same ? (uint32_t)c->gpr[R_BX] | c->gpr[R_CX] << 32 : v, 8));
    if (!same) {
        reg_set(c, REG_OFF(R_AX), v, 4);
        reg_set(c, REG_OFF(R_DX), v >> 32, 4);
    }
    flags_set(c, flag_cf(c), flag_pf(c), flag_af(c), same, flag_sf(c), flag_of(c));
    return NEXT(c, op);
}
