/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87 instructions on registers: arithmetic, comparison, moves, stack, constants, functions.
 * Governing document: Intel SDM volume 1, chapter 8; volume 2 for each instruction.
 * The forms with a memory operand are in op_x87_mem.c, control and images in op_x87_env.c.
 */
#include "cpu/flags.h"
#include "cpu/x87.h"

static ALWAYS_INLINE unsigned sti(const struct op *op) { return op->in.modrm & 7; }

/* ---- arithmetic ---- */

typedef struct f80 binary(struct fp_env *e, struct f80 a, struct f80 b);

/* ST(dst) := f(ST(a), ST(b)) */
static ALWAYS_INLINE bool arith(struct cpu *c, const struct op *op, binary *f, unsigned dst,
                                unsigned a, unsigned b, bool pop)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 r;
    if (UNLIKELY(x87_is_empty(c, a) || x87_is_empty(c, b)))
        r = x87_underflow(&e);
    else
        r = f(&e, x87_st(c, a), x87_st(c, b));
    if (LIKELY(x87_commit(c, &e))) {
        x87_set_st(c, dst, r);
        if (pop)
            x87_pop(c);
    }
    return true;
}

/* D8: ST := ST op STi; DC with the suffix _r: STi := STi op ST; DE pops. The 'r' operations
 * swap the operands, whichever is the destination. */
/* clang-format off */
HANDLER(fadd)    { return x87_next(c, op, arith(c, op, f80_add, 0, 0, sti(op), false)); }
HANDLER(fadd_r)  { return x87_next(c, op, arith(c, op, f80_add, sti(op), sti(op), 0, false)); }
HANDLER(faddp)   { return x87_next(c, op, arith(c, op, f80_add, sti(op), sti(op), 0, true)); }
HANDLER(fmul)    { return x87_next(c, op, arith(c, op, f80_mul, 0, 0, sti(op), false)); }
HANDLER(fmul_r)  { return x87_next(c, op, arith(c, op, f80_mul, sti(op), sti(op), 0, false)); }
HANDLER(fmulp)   { return x87_next(c, op, arith(c, op, f80_mul, sti(op), sti(op), 0, true)); }
HANDLER(fsub)    { return x87_next(c, op, arith(c, op, f80_sub, 0, 0, sti(op), false)); }
HANDLER(fsub_r)  { return x87_next(c, op, arith(c, op, f80_sub, sti(op), sti(op), 0, false)); }
HANDLER(fsubp)   { return x87_next(c, op, arith(c, op, f80_sub, sti(op), sti(op), 0, true)); }
HANDLER(fsubr)   { return x87_next(c, op, arith(c, op, f80_sub, 0, sti(op), 0, false)); }
HANDLER(fsubr_r) { return x87_next(c, op, arith(c, op, f80_sub, sti(op), 0, sti(op), false)); }
HANDLER(fsubrp)  { return x87_next(c, op, arith(c, op, f80_sub, sti(op), 0, sti(op), true)); }
HANDLER(fdiv)    { return x87_next(c, op, arith(c, op, f80_div, 0, 0, sti(op), false)); }
HANDLER(fdiv_r)  { return x87_next(c, op, arith(c, op, f80_div, sti(op), sti(op), 0, false)); }
HANDLER(fdivp)   { return x87_next(c, op, arith(c, op, f80_div, sti(op), sti(op), 0, true)); }
HANDLER(fdivr)   { return x87_next(c, op, arith(c, op, f80_div, 0, sti(op), 0, false)); }
HANDLER(fdivr_r) { return x87_next(c, op, arith(c, op, f80_div, sti(op), 0, sti(op), false)); }
HANDLER(fdivrp)  { return x87_next(c, op, arith(c, op, f80_div, sti(op), 0, sti(op), true)); }
HANDLER(fscale)  { return x87_next(c, op, arith(c, op, f80_scale, 0, 0, 1, false)); }
/* clang-format on */

/* ST := f(ST) */
typedef struct f80 unary(struct fp_env *e, struct f80 a);

static ALWAYS_INLINE bool apply(struct cpu *c, const struct op *op, unary *f)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 r;
    if (UNLIKELY(x87_is_empty(c, 0)))
        r = x87_underflow(&e);
    else
        r = f(&e, x87_st(c, 0));
    if (LIKELY(x87_commit(c, &e)))
        x87_set_st(c, 0, r);
    return true;
}

static struct f80 change_sign(struct fp_env *e, struct f80 a)
{
    a.se ^= 0x8000;
    return a;
}
static struct f80 magnitude(struct fp_env *e, struct f80 a)
{
    a.se &= 0x7fff;
    return a;
}
/* clang-format off */
HANDLER(fchs)    { return x87_next(c, op, apply(c, op, change_sign)); }
HANDLER(fabs)    { return x87_next(c, op, apply(c, op, magnitude)); }
HANDLER(fsqrt)   { return x87_next(c, op, apply(c, op, f80_sqrt)); }
HANDLER(frndint) { return x87_next(c, op, apply(c, op, f80_round_int)); }
HANDLER(f2xm1)   { return x87_next(c, op, apply(c, op, f80_2xm1)); }
/* clang-format on */

/* ST(1) := f(ST, ST(1)), pop */
/* clang-format off */
HANDLER(fyl2x)   { return x87_next(c, op, arith(c, op, f80_yl2x, 1, 0, 1, true)); }
HANDLER(fyl2xp1) { return x87_next(c, op, arith(c, op, f80_yl2xp1, 1, 0, 1, true)); }
HANDLER(fpatan)  { return x87_next(c, op, arith(c, op, f80_atan2, 1, 1, 0, true)); }
/* clang-format on */

static ALWAYS_INLINE bool remainder_step(struct cpu *c, const struct op *op, bool nearest)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 r;
    unsigned q = 0;
    bool more = false, empty = x87_is_empty(c, 0) || x87_is_empty(c, 1);
    if (empty)
        r = x87_underflow(&e);
    else
        r = f80_rem(&e, x87_st(c, 0), x87_st(c, 1), nearest, &q, &more);
    c->x87.sw &= (uint16_t)~FP_C2;
    if (!x87_commit(c, &e))
        return true;
    x87_set_st(c, 0, r);
    if (empty || f80_is_nan(r)) /* C0 and C3 stay as they were */
        return true;
    /* The quotient's bits 2, 1, 0 in C0, C3, C1. */
    c->x87.sw &= (uint16_t)~SW_CC;
    c->x87.sw |= (uint16_t)((more ? FP_C2 : 0) | (q & 4 ? FP_C0 : 0) | (q & 2 ? FP_C3 : 0) |
                            (q & 1 ? FP_C1 : 0));
    return true;
}
HANDLER(fprem) { return x87_next(c, op, remainder_step(c, op, false)); }
HANDLER(fprem1) { return x87_next(c, op, remainder_step(c, op, true)); }

/* ---- comparison ---- */

static ALWAYS_INLINE unsigned compare_st(struct cpu *c, struct fp_env *e, unsigned i, bool quiet)
{
    if (UNLIKELY(x87_is_empty(c, 0) || x87_is_empty(c, i))) {
        x87_underflow(e);
        return FP_C3 | FP_C2 | FP_C0;
    }
    return f80_compare(e, x87_st(c, 0), x87_st(c, i), quiet);
}

static ALWAYS_INLINE bool compare(struct cpu *c, const struct op *op, unsigned i, bool quiet,
                                  unsigned pops)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    unsigned cc = compare_st(c, &e, i, quiet);
    bool ok = x87_commit(c, &e);
    c->x87.sw = (uint16_t)((c->x87.sw & ~(FP_C3 | FP_C2 | FP_C0)) | cc);
    while (ok && pops--)
        x87_pop(c);
    return true;
}
/* clang-format off */
HANDLER(fcom)    { return x87_next(c, op, compare(c, op, sti(op), false, 0)); }
HANDLER(fcomp)   { return x87_next(c, op, compare(c, op, sti(op), false, 1)); }
HANDLER(fcompp)  { return x87_next(c, op, compare(c, op, 1, false, 2)); }
HANDLER(fucom)   { return x87_next(c, op, compare(c, op, sti(op), true, 0)); }
HANDLER(fucomp)  { return x87_next(c, op, compare(c, op, sti(op), true, 1)); }
HANDLER(fucompp) { return x87_next(c, op, compare(c, op, 1, true, 2)); }
/* clang-format on */

static ALWAYS_INLINE bool compare_flags(struct cpu *c, const struct op *op, bool quiet, bool pop)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    unsigned cc = compare_st(c, &e, sti(op), quiet);
    flags_set(c, (cc & FP_C0) != 0, (cc & FP_C2) != 0, 0, (cc & FP_C3) != 0, 0, 0);
    if (x87_commit(c, &e) && pop)
        x87_pop(c);
    return true;
}
/* clang-format off */
HANDLER(fcomi)   { return x87_next(c, op, compare_flags(c, op, false, false)); }
HANDLER(fcomip)  { return x87_next(c, op, compare_flags(c, op, false, true)); }
HANDLER(fucomi)  { return x87_next(c, op, compare_flags(c, op, true, false)); }
HANDLER(fucomip) { return x87_next(c, op, compare_flags(c, op, true, true)); }
/* clang-format on */

HANDLER(ftst)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    unsigned cc = FP_C3 | FP_C2 | FP_C0;
    if (x87_is_empty(c, 0))
        x87_underflow(&e);
    else
        cc = f80_compare(&e, x87_st(c, 0), f80_zero(0), false);
    x87_commit(c, &e);
    c->x87.sw = (uint16_t)((c->x87.sw & ~(FP_C3 | FP_C2 | FP_C0)) | cc);
    return NEXT(c, op);
}

HANDLER(fxam)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    struct f80 a = x87_st(c, 0);
    unsigned cc = 0;
    switch (f80_classify(a)) {
    case F80_UNSUPPORTED: break;
    case F80_QNAN:
    case F80_SNAN: cc = FP_C0; break;
    case F80_NORMAL: cc = FP_C2; break;
    case F80_INF: cc = FP_C2 | FP_C0; break;
    case F80_ZERO: cc = FP_C3; break;
    case F80_DENORMAL: cc = FP_C3 | FP_C2; break;
    }
    if (x87_is_empty(c, 0))
        cc = FP_C3 | FP_C0;
    c->x87.sw = (uint16_t)((c->x87.sw & ~SW_CC) | cc | (f80_sign(a) ? FP_C1 : 0));
    return NEXT(c, op);
}

/* ---- moves ---- */

static ALWAYS_INLINE bool push_value(struct cpu *c, const struct fp_env *e, struct f80 v)
{
    if (LIKELY(x87_commit(c, e)))
        x87_push(c, v);
    return true;
}

static ALWAYS_INLINE bool load_st(struct cpu *c, const struct op *op)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    unsigned i = sti(op);
    struct f80 v = x87_st(c, i);
    if (UNLIKELY(x87_is_empty(c, i))) /* also when there is no room */
        v = x87_underflow(&e);
    else if (UNLIKELY(!x87_is_empty(c, 7)))
        v = x87_overflow(&e);
    return push_value(c, &e, v);
}
HANDLER(fld) { return x87_next(c, op, load_st(c, op)); }

static ALWAYS_INLINE bool store_st(struct cpu *c, const struct op *op, bool pop)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 v = x87_st(c, 0);
    if (UNLIKELY(x87_is_empty(c, 0)))
        v = x87_underflow(&e);
    if (LIKELY(x87_commit(c, &e))) {
        x87_set_st(c, sti(op), v);
        if (pop)
            x87_pop(c);
    }
    return true;
}
HANDLER(fst) { return x87_next(c, op, store_st(c, op, false)); }
HANDLER(fstp) { return x87_next(c, op, store_st(c, op, true)); }

/* D9 /3: from an empty register it only pops, and raises nothing. */
HANDLER(fstp_alias)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    if (!x87_is_empty(c, 0))
        x87_set_st(c, sti(op), x87_st(c, 0));
    c->x87.sw &= (uint16_t)~FP_C1;
    x87_pop(c);
    return NEXT(c, op);
}

static ALWAYS_INLINE bool exchange(struct cpu *c, const struct op *op)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    unsigned i = sti(op);
    struct f80 a = x87_st(c, 0), b = x87_st(c, i);
    if (UNLIKELY(x87_is_empty(c, 0)))
        a = x87_underflow(&e);
    if (UNLIKELY(x87_is_empty(c, i)))
        b = x87_underflow(&e);
    if (LIKELY(x87_commit(c, &e))) {
        x87_set_st(c, 0, b);
        x87_set_st(c, i, a);
    }
    return true;
}
HANDLER(fxch) { return x87_next(c, op, exchange(c, op)); }

static ALWAYS_INLINE bool cmov(struct cpu *c, const struct op *op, bool take)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    unsigned i = sti(op);
    if (LIKELY(!x87_is_empty(c, 0) && !x87_is_empty(c, i))) {
        if (take)
            x87_set_st(c, 0, x87_st(c, i));
        return true;
    }
    struct fp_env e = x87_env(c);
    struct f80 v = x87_underflow(&e);
    if (x87_commit(c, &e))
        x87_set_st(c, 0, v);
    return true;
}
/* clang-format off */
HANDLER(fcmovb)   { return x87_next(c, op, cmov(c, op, flag_cf(c))); }
HANDLER(fcmove)   { return x87_next(c, op, cmov(c, op, flag_zf(c))); }
HANDLER(fcmovbe)  { return x87_next(c, op, cmov(c, op, flag_cf(c) | flag_zf(c))); }
HANDLER(fcmovu)   { return x87_next(c, op, cmov(c, op, flag_pf(c))); }
HANDLER(fcmovnb)  { return x87_next(c, op, cmov(c, op, !flag_cf(c))); }
HANDLER(fcmovne)  { return x87_next(c, op, cmov(c, op, !flag_zf(c))); }
HANDLER(fcmovnbe) { return x87_next(c, op, cmov(c, op, !(flag_cf(c) | flag_zf(c)))); }
HANDLER(fcmovnu)  { return x87_next(c, op, cmov(c, op, !flag_pf(c))); }
/* clang-format on */

/* ---- the stack itself ---- */

HANDLER(fincstp)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    c->x87.top = (c->x87.top + 1) & 7;
    c->x87.sw &= (uint16_t)~FP_C1;
    return NEXT(c, op);
}

HANDLER(fdecstp)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    c->x87.top = (c->x87.top - 1) & 7;
    c->x87.sw &= (uint16_t)~FP_C1;
    return NEXT(c, op);
}

static ALWAYS_INLINE bool set_free(struct cpu *c, const struct op *op, bool pop)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    c->x87.empty |= (uint8_t)(1u << x87_phys(c, sti(op)));
    c->x87.sw &= (uint16_t)~FP_C1;
    if (pop)
        x87_pop(c);
    return true;
}
HANDLER(ffree) { return x87_next(c, op, set_free(c, op, false)); }
HANDLER(ffreep) { return x87_next(c, op, set_free(c, op, true)); }

/* ---- constants ---- */

/* mant is rounded towards zero; nearest tells which way the rest rounds. */
static ALWAYS_INLINE bool constant(struct cpu *c, const struct op *op, unsigned exp, uint64_t mant,
                                   bool nearest_up, bool exact)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    unsigned rc = c->x87.cw & FP_RC;
    if (!exact && (rc == FP_RC_UP || (rc == FP_RC_NEAR && nearest_up)))
        mant++;
    struct fp_env e = x87_env(c);
    struct f80 v = f80_make(0, exp, mant);
    if (UNLIKELY(!x87_is_empty(c, 7)))
        v = x87_overflow(&e);
    return push_value(c, &e, v);
}
/* clang-format off */
#define CONSTANT(...) return x87_next(c, op, constant(c, op, __VA_ARGS__))
HANDLER(fld1)   { CONSTANT(0x3fff, F80_J, false, true); }
HANDLER(fldz)   { CONSTANT(0, 0, false, true); }
HANDLER(fldl2t) { CONSTANT(0x4000, UINT64_C(0xd49a784bcd1b8afe), false, false); }
HANDLER(fldl2e) { CONSTANT(0x3fff, UINT64_C(0xb8aa3b295c17f0bb), true, false); }
HANDLER(fldpi)  { CONSTANT(0x4000, UINT64_C(0xc90fdaa22168c234), true, false); }
HANDLER(fldlg2) { CONSTANT(0x3ffd, UINT64_C(0x9a209a84fbcff798), true, false); }
HANDLER(fldln2) { CONSTANT(0x3ffe, UINT64_C(0xb17217f7d1cf79ab), true, false); }
#undef CONSTANT
/* clang-format on */

/* ---- two results ---- */

/* ST := first, then second is pushed. Needs room: an overflow makes both NaNs. */
static ALWAYS_INLINE bool replace_and_push(struct cpu *c, const struct fp_env *e, struct f80 first,
                                           struct f80 second)
{
    if (x87_commit(c, e)) {
        x87_set_st(c, 0, first);
        x87_push(c, second);
    }
    return true;
}

/* The stack faults of such an instruction. */
static bool two_results_fault(struct cpu *c, struct fp_env *e)
{
    if (x87_is_empty(c, 0))
        x87_underflow(e);
    else if (!x87_is_empty(c, 7))
        x87_overflow(e);
    return e->ex != 0;
}

HANDLER(fxtract)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 sig = f80_default_nan(), exp = sig;
    if (!two_results_fault(c, &e))
        sig = f80_extract(&e, x87_st(c, 0), &exp);
    return x87_next(c, op, replace_and_push(c, &e, exp, sig));
}

HANDLER(fptan)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 t = f80_default_nan(), one = t;
    c->x87.sw &= (uint16_t)~FP_C2;
    if (!two_results_fault(c, &e)) {
        if (!f80_tan(&e, x87_st(c, 0), &t)) {
            c->x87.sw = (uint16_t)((c->x87.sw & ~FP_C1) | FP_C2);
            return NEXT(c, op);
        }
        one = f80_is_nan(t) ? t : f80_make(0, F80_BIAS, F80_J);
    }
    return x87_next(c, op, replace_and_push(c, &e, t, one));
}

HANDLER(fsincos)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 s = f80_default_nan(), cosine = s;
    c->x87.sw &= (uint16_t)~FP_C2;
    if (!two_results_fault(c, &e) && !f80_sincos(&e, x87_st(c, 0), &s, &cosine)) {
        c->x87.sw = (uint16_t)((c->x87.sw & ~FP_C1) | FP_C2);
        return NEXT(c, op);
    }
    return x87_next(c, op, replace_and_push(c, &e, s, cosine));
}

static ALWAYS_INLINE bool trig(struct cpu *c, const struct op *op, bool cosine)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    x87_note(c, op);
    struct fp_env e = x87_env(c);
    struct f80 r;
    c->x87.sw &= (uint16_t)~FP_C2;
    if (x87_is_empty(c, 0)) {
        r = x87_underflow(&e);
    } else if (!f80_sincos(&e, x87_st(c, 0), cosine ? NULL : &r, cosine ? &r : NULL)) {
        c->x87.sw = (uint16_t)((c->x87.sw & ~FP_C1) | FP_C2);
        return true;
    }
    if (x87_commit(c, &e))
        x87_set_st(c, 0, r);
    return true;
}
HANDLER(fsin) { return x87_next(c, op, trig(c, op, false)); }
HANDLER(fcos) { return x87_next(c, op, trig(c, op, true)); }
