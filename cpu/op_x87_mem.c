/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87 instructions with a memory operand: loads, stores, and arithmetic with one.
 * Governing document: Intel SDM volume 1, chapter 8; volume 2 for each instruction.
 */
#include "cpu/x87.h"

enum format { M32, M64, I16, I32, I64 };

static ALWAYS_INLINE unsigned format_size(enum format f)
{
    return f == I16 ? 2 : f == M32 || f == I32 ? 4 : 8;
}

/* The memory operand, widened exactly. */
static ALWAYS_INLINE bool load(struct cpu *c, const struct op *op, enum format f, struct f80 *v,
                               bool *denormal)
{
    uint64_t ea = op_ea(c, op), raw;
    if (UNLIKELY(!seg_read(c, op->in.seg, ea, format_size(f), &raw)))
        return false;
    x87_note_mem(c, op, ea);
    *denormal = false;
    switch (f) {
    case M32: *v = f80_from_f32((uint32_t)raw, denormal); break;
    case M64: *v = f80_from_f64(raw, denormal); break;
    default: *v = f80_from_int(sext(raw, 8 * format_size(f))); break;
    }
    return true;
}

/* ---- arithmetic ---- */

typedef struct f80 binary(struct fp_env *e, struct f80 a, struct f80 b);

static ALWAYS_INLINE bool arith(struct cpu *c, const struct op *op, binary *f, enum format fmt,
                                bool reverse)
{
    struct f80 m, r;
    bool denormal;
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    if (UNLIKELY(!load(c, op, fmt, &m, &denormal)))
        return false;
    struct fp_env e = x87_env(c);
    if (UNLIKELY(x87_is_empty(c, 0))) {
        r = x87_underflow(&e);
    } else {
        struct f80 st = x87_st(c, 0);
        r = reverse ? f(&e, m, st) : f(&e, st, m);
        /* NaNs, invalid operations and division by zero come before the denormal operand. */
        if (UNLIKELY(denormal) && !f80_is_nan(r) && !(e.ex & FP_ZE))
            e.ex |= FP_DE;
    }
    if (LIKELY(x87_commit(c, &e)))
        x87_set_st(c, 0, r);
    return true;
}

/* clang-format off */
HANDLER(fadd_m32)   { return x87_next(c, op, arith(c, op, f80_add, M32, false)); }
HANDLER(fmul_m32)   { return x87_next(c, op, arith(c, op, f80_mul, M32, false)); }
HANDLER(fsub_m32)   { return x87_next(c, op, arith(c, op, f80_sub, M32, false)); }
HANDLER(fsubr_m32)  { return x87_next(c, op, arith(c, op, f80_sub, M32, true)); }
HANDLER(fdiv_m32)   { return x87_next(c, op, arith(c, op, f80_div, M32, false)); }
HANDLER(fdivr_m32)  { return x87_next(c, op, arith(c, op, f80_div, M32, true)); }
HANDLER(fadd_m64)   { return x87_next(c, op, arith(c, op, f80_add, M64, false)); }
HANDLER(fmul_m64)   { return x87_next(c, op, arith(c, op, f80_mul, M64, false)); }
HANDLER(fsub_m64)   { return x87_next(c, op, arith(c, op, f80_sub, M64, false)); }
HANDLER(fsubr_m64)  { return x87_next(c, op, arith(c, op, f80_sub, M64, true)); }
HANDLER(fdiv_m64)   { return x87_next(c, op, arith(c, op, f80_div, M64, false)); }
HANDLER(fdivr_m64)  { return x87_next(c, op, arith(c, op, f80_div, M64, true)); }
HANDLER(fiadd_m16)  { return x87_next(c, op, arith(c, op, f80_add, I16, false)); }
HANDLER(fimul_m16)  { return x87_next(c, op, arith(c, op, f80_mul, I16, false)); }
HANDLER(fisub_m16)  { return x87_next(c, op, arith(c, op, f80_sub, I16, false)); }
HANDLER(fisubr_m16) { return x87_next(c, op, arith(c, op, f80_sub, I16, true)); }
HANDLER(fidiv_m16)  { return x87_next(c, op, arith(c, op, f80_div, I16, false)); }
HANDLER(fidivr_m16) { return x87_next(c, op, arith(c, op, f80_div, I16, true)); }
HANDLER(fiadd_m32)  { return x87_next(c, op, arith(c, op, f80_add, I32, false)); }
HANDLER(fimul_m32)  { return x87_next(c, op, arith(c, op, f80_mul, I32, false)); }
HANDLER(fisub_m32)  { return x87_next(c, op, arith(c, op, f80_sub, I32, false)); }
HANDLER(fisubr_m32) { return x87_next(c, op, arith(c, op, f80_sub, I32, true)); }
HANDLER(fidiv_m32)  { return x87_next(c, op, arith(c, op, f80_div, I32, false)); }
HANDLER(fidivr_m32) { return x87_next(c, op, arith(c, op, f80_div, I32, true)); }
/* clang-format on */

/* ---- comparison ---- */

static ALWAYS_INLINE bool compare(struct cpu *c, const struct op *op, enum format fmt, bool pop)
{
    struct f80 m;
    bool denormal;
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    if (UNLIKELY(!load(c, op, fmt, &m, &denormal)))
        return false;
    struct fp_env e = x87_env(c);
    unsigned cc = FP_C3 | FP_C2 | FP_C0;
    if (UNLIKELY(x87_is_empty(c, 0))) {
        x87_underflow(&e);
    } else {
        cc = f80_compare(&e, x87_st(c, 0), m, false);
        if (UNLIKELY(denormal) && cc != (FP_C3 | FP_C2 | FP_C0))
            e.ex |= FP_DE;
    }
    bool ok = x87_commit(c, &e);
    c->x87.sw = (uint16_t)((c->x87.sw & ~(FP_C3 | FP_C2 | FP_C0)) | cc);
    if (ok && pop)
        x87_pop(c);
    return true;
}

/* clang-format off */
HANDLER(fcom_m32)   { return x87_next(c, op, compare(c, op, M32, false)); }
HANDLER(fcomp_m32)  { return x87_next(c, op, compare(c, op, M32, true)); }
HANDLER(fcom_m64)   { return x87_next(c, op, compare(c, op, M64, false)); }
HANDLER(fcomp_m64)  { return x87_next(c, op, compare(c, op, M64, true)); }
HANDLER(ficom_m16)  { return x87_next(c, op, compare(c, op, I16, false)); }
HANDLER(ficomp_m16) { return x87_next(c, op, compare(c, op, I16, true)); }
HANDLER(ficom_m32)  { return x87_next(c, op, compare(c, op, I32, false)); }
HANDLER(ficomp_m32) { return x87_next(c, op, compare(c, op, I32, true)); }
/* clang-format on */

/* ---- loads ---- */

static ALWAYS_INLINE bool push_value(struct cpu *c, const struct fp_env *e, struct f80 v)
{
    if (LIKELY(x87_commit(c, e)))
        x87_push(c, v);
    return true;
}

static ALWAYS_INLINE bool load_push(struct cpu *c, const struct op *op, enum format fmt)
{
    struct f80 v;
    bool denormal;
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    if (UNLIKELY(!load(c, op, fmt, &v, &denormal)))
        return false;
    struct fp_env e = x87_env(c);
    if (UNLIKELY(!x87_is_empty(c, 7)))
        v = x87_overflow(&e);
    else if (UNLIKELY(f80_exp(v) == 0x7fff && v.mant << 1))
        v = f80_nan1(&e, v);
    if (LIKELY(!denormal || (e.ex & FP_IE)))
        return push_value(c, &e, v);
    e.ex |= FP_DE; /* which does not hold the value back, even unmasked */
    x87_commit(c, &e);
    x87_push(c, v);
    return true;
}

/* clang-format off */
HANDLER(fld_m32)  { return x87_next(c, op, load_push(c, op, M32)); }
HANDLER(fld_m64)  { return x87_next(c, op, load_push(c, op, M64)); }
HANDLER(fild_m16) { return x87_next(c, op, load_push(c, op, I16)); }
HANDLER(fild_m32) { return x87_next(c, op, load_push(c, op, I32)); }
HANDLER(fild_m64) { return x87_next(c, op, load_push(c, op, I64)); }
/* clang-format on */

/* Ten bytes: significand or low digits, and the rest. */
static bool load_ten(struct cpu *c, const struct op *op, uint64_t *lo, uint64_t *hi)
{
    uint64_t ea = op_ea(c, op);
    if (!seg_read(c, op->in.seg, ea, 8, lo) ||
        !seg_read(c, op->in.seg, (ea + 8) & op->amask, 2, hi))
        return false;
    x87_note_mem(c, op, ea);
    return true;
}

static bool store_ten(struct cpu *c, const struct op *op, uint64_t lo, uint16_t hi)
{
    uint8_t b[10];
    uint64_t ea = op_ea(c, op);
    store_le64(b, lo);
    store_le16(b + 8, hi);
    return x87_write_bytes(c, op, ea, b, 10);
}

HANDLER(fld_m80)
{
    uint64_t lo, hi;
    TRY(x87_begin(c, op));
    TRY(load_ten(c, op, &lo, &hi));
    struct fp_env e = x87_env(c);
    struct f80 v = {lo, (uint16_t)hi};
    if (!x87_is_empty(c, 7))
        v = x87_overflow(&e);
    return x87_next(c, op, push_value(c, &e, v));
}

HANDLER(fbld)
{
    uint64_t lo, hi;
    TRY(x87_begin(c, op));
    TRY(load_ten(c, op, &lo, &hi));
    struct fp_env e = x87_env(c);
    struct f80 v = f80_from_bcd(lo, (uint16_t)hi);
    if (!x87_is_empty(c, 7))
        v = x87_overflow(&e);
    return x87_next(c, op, push_value(c, &e, v));
}

/* ---- stores ---- */

static ALWAYS_INLINE bool store_pop(struct cpu *c, const struct op *op, enum format fmt, bool pop)
{
    if (UNLIKELY(!x87_begin(c, op)))
        return false;
    struct fp_env e = x87_env(c);
    uint64_t v, ea = op_ea(c, op);
    struct f80 st = x87_st(c, 0);
    unsigned size = format_size(fmt);
    if (UNLIKELY(x87_is_empty(c, 0))) {
        struct f80 nan = x87_underflow(&e);
        struct fp_env none = {FP_ALL, 0, false};
        v = fmt == M32   ? f80_to_f32(&none, nan)
            : fmt == M64 ? f80_to_f64(&none, nan)
                         : UINT64_C(1) << (8 * size - 1);
    } else {
        v = fmt == M32   ? f80_to_f32(&e, st)
            : fmt == M64 ? f80_to_f64(&e, st)
                         : f80_to_int(&e, st, 8 * size);
    }
    bool ok = x87_may_store(&e);
    if (UNLIKELY(ok && !seg_write(c, op->in.seg, ea, v, size)))
        return false;
    x87_note_mem(c, op, ea);
    x87_commit(c, &e);
    if (ok && pop)
        x87_pop(c);
    return true;
}

/* clang-format off */
HANDLER(fst_m32)   { return x87_next(c, op, store_pop(c, op, M32, false)); }
HANDLER(fstp_m32)  { return x87_next(c, op, store_pop(c, op, M32, true)); }
HANDLER(fst_m64)   { return x87_next(c, op, store_pop(c, op, M64, false)); }
HANDLER(fstp_m64)  { return x87_next(c, op, store_pop(c, op, M64, true)); }
HANDLER(fist_m16)  { return x87_next(c, op, store_pop(c, op, I16, false)); }
HANDLER(fistp_m16) { return x87_next(c, op, store_pop(c, op, I16, true)); }
HANDLER(fist_m32)  { return x87_next(c, op, store_pop(c, op, I32, false)); }
HANDLER(fistp_m32) { return x87_next(c, op, store_pop(c, op, I32, true)); }
HANDLER(fistp_m64) { return x87_next(c, op, store_pop(c, op, I64, true)); }
/* clang-format on */

HANDLER(fstp_m80)
{
    TRY(x87_begin(c, op));
    struct fp_env e = x87_env(c);
    struct f80 v = x87_st(c, 0);
    if (UNLIKELY(x87_is_empty(c, 0)))
        v = x87_underflow(&e);
    bool ok = x87_may_store(&e);
    if (ok)
        TRY(store_ten(c, op, v.mant, v.se));
    x87_note_mem(c, op, op_ea(c, op));
    x87_commit(c, &e);
    if (ok)
        x87_pop(c);
    return NEXT(c, op);
}

HANDLER(fbstp)
{
    TRY(x87_begin(c, op));
    struct fp_env e = x87_env(c);
    uint64_t lo;
    uint16_t hi;
    struct f80 v = x87_st(c, 0);
    if (x87_is_empty(c, 0))
        v = x87_underflow(&e);
    f80_to_bcd(&e, v, &lo, &hi);
    bool ok = x87_may_store(&e);
    if (ok)
        TRY(store_ten(c, op, lo, hi));
    x87_note_mem(c, op, op_ea(c, op));
    x87_commit(c, &e);
    if (ok)
        x87_pop(c);
    return NEXT(c, op);
}
