/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Double-extended to and from integers, single, double and packed BCD; rounding to an integer;
 * scaling and taking apart. Governing document: Intel SDM volume 1, 4.2, 4.8 and 8.
 */
#include "cpu/fpu/f80.h"

/* ---- integers ---- */

/* |a| rounded to an integer in *out; false when it is 2^64 or more. PE and up follow the rounding.
 */
static bool round_mag(struct fp_env *e, unsigned sign, int exp, uint64_t m, uint64_t *out)
{
    int shift = F80_BIAS + 63 - exp; /* binary places behind the point */
    if (shift < 0)
        return false;
    uint64_t hi = m, frac = 0;
    shr128_sticky(&hi, &frac, (unsigned)shift);
    unsigned rc = e->cw & FP_RC;
    bool up = rc == FP_RC_NEAR   ? frac > F80_J || (frac == F80_J && (hi & 1))
              : rc == FP_RC_ZERO ? false
                                 : frac && (rc == FP_RC_DOWN) == (sign != 0);
    if (frac)
        e->ex |= FP_PE;
    e->up = up;
    *out = hi + up;
    return *out || !up;
}

uint64_t f80_to_int(struct fp_env *e, struct f80 a, unsigned bits)
{
    unsigned exp = f80_exp(a), sign = f80_sign(a);
    uint64_t v, limit = (UINT64_C(1) << (bits - 1)) - 1 + sign;
    if (exp == 0 && a.mant == 0)
        return 0;
    uint16_t before = e->ex;
    if ((exp && !(a.mant >> 63)) || exp == 0x7fff ||
        !round_mag(e, sign, (int)(exp ? exp : 1), a.mant, &v) || v > limit) {
        e->ex = before | FP_IE;
        e->up = false;
        return sext(UINT64_C(1) << (bits - 1), bits);
    }
    return sign ? 0 - v : v;
}

struct f80 f80_from_int(uint64_t v)
{
    if (v == 0)
        return f80_zero(0);
    unsigned sign = (unsigned)(v >> 63);
    if (sign)
        v = 0 - v;
    unsigned n = 63 - bit_high(v);
    return f80_make(sign, F80_BIAS + 63 - n, v << n);
}

struct f80 f80_round_int(struct fp_env *e, struct f80 a)
{
    enum f80_class k = f80_classify(a);
    uint64_t v;
    if (k >= F80_QNAN)
        return f80_nan1(e, a);
    if (k == F80_DENORMAL)
        e->ex |= FP_DE;
    int exp = (int)f80_exp(a);
    if (k == F80_ZERO || exp >= F80_BIAS + 63)
        return a;
    unsigned sign = f80_sign(a);
    round_mag(e, sign, exp ? exp : 1, a.mant, &v);
    struct f80 r = f80_from_int(v);
    if (v >> 63) /* not a negative number: 2^63 */
        r.se = F80_BIAS + 63;
    r.se |= (uint16_t)(sign << 15);
    return r;
}

/* ---- packed BCD ---- */

void f80_to_bcd(struct fp_env *e, struct f80 a, uint64_t *lo, uint16_t *hi)
{
    uint16_t before = e->ex;
    uint64_t v = f80_to_int(e, a, 64);
    unsigned sign = f80_sign(a);
    if (sign)
        v = 0 - v;
    if ((e->ex & FP_IE) || v > UINT64_C(999999999999999999)) {
        e->ex = before | FP_IE;
        e->up = false;
        *lo = UINT64_C(0xc000000000000000);
        *hi = 0xffff;
        return;
    }
    uint64_t d = 0;
    for (int i = 0; i < 16; i++, v /= 10)
        d |= (v % 10) << (4 * i);
    *lo = d;
    *hi = (uint16_t)(sign << 15 | v / 10 << 4 | v % 10);
}

struct f80 f80_from_bcd(uint64_t lo, uint16_t hi)
{
    uint64_t v = (hi >> 4 & 15u) * 10 + (hi & 15u);
    for (int i = 15; i >= 0; i--)
        v = v * 10 + (lo >> (4 * i) & 15);
    struct f80 r = f80_from_int(v);
    r.se |= hi & 0x8000;
    return r;
}

/* ---- single and double ---- */

/* A binary interchange format: fraction bits and largest biased exponent. */
struct format {
    unsigned frac, exp_max;
};
static const struct format single = {23, 0xff}, dbl = {52, 0x7ff};

static uint64_t pack(const struct format *f, unsigned sign, unsigned exp, uint64_t frac)
{
    unsigned width = f->frac == 23 ? 31 : 63;
    return (uint64_t)sign << width | (uint64_t)exp << f->frac | frac;
}

static uint64_t narrow_finite(struct fp_env *e, struct f80 a, const struct format *f)
{
    unsigned sign = f80_sign(a), drop = 63 - f->frac, rc = e->cw & FP_RC;
    int exp = (int)f80_exp(a);
    exp = (exp ? exp : 1) - F80_BIAS + (int)(f->exp_max >> 1);
    uint64_t hi = a.mant, lo = 0, unit = UINT64_C(1) << drop;
    uint64_t frac = hi << (64 - drop);
    bool up = rc == FP_RC_NEAR   ? frac > F80_J || (frac == F80_J && (hi & unit))
              : rc == FP_RC_ZERO ? false
                                 : frac && (rc == FP_RC_DOWN) == (sign != 0);
    if (exp < 1 && !(exp == 0 && up && (hi | (unit - 1)) == UINT64_MAX)) {
        shr128_sticky(&hi, &lo, (unsigned)(1 - exp));
        exp = 1;
        frac = hi << (64 - drop) | (lo != 0);
        up = rc == FP_RC_NEAR   ? frac > F80_J || (frac == F80_J && (hi & unit))
             : rc == FP_RC_ZERO ? false
                                : frac && (rc == FP_RC_DOWN) == (sign != 0);
        if (frac || !(e->cw & FP_UE))
            e->ex |= FP_UE;
    } else if (exp < 1) {
        exp = 0;
    }
    uint64_t m = hi >> drop;
    if (frac)
        e->ex |= FP_PE;
    e->up = up;
    m += up;
    if (m >> (f->frac + 1)) {
        m >>= 1;
        exp++;
    }
    if (exp >= (int)f->exp_max) {
        e->ex |= FP_OE | FP_PE;
        bool to_max = rc == FP_RC_ZERO || rc == (sign ? FP_RC_UP : FP_RC_DOWN);
        e->up = !to_max;
        return to_max ? pack(f, sign, f->exp_max - 1, (UINT64_C(1) << f->frac) - 1)
                      : pack(f, sign, f->exp_max, 0);
    }
    uint64_t j = UINT64_C(1) << f->frac;
    return pack(f, sign, m & j ? (unsigned)exp : 0, m & (j - 1));
}

static uint64_t narrow(struct fp_env *e, struct f80 a, const struct format *f)
{
    switch (f80_classify(a)) {
    case F80_ZERO: return pack(f, f80_sign(a), 0, 0);
    case F80_INF: return pack(f, f80_sign(a), f->exp_max, 0);
    case F80_NORMAL:
    case F80_DENORMAL: {
        uint64_t v = narrow_finite(e, a, f);
        if (e->ex & ~e->cw & (FP_OE | FP_UE)) { /* nothing is stored, so nothing was rounded */
            e->ex &= (uint16_t)~FP_PE;
            e->up = false;
        }
        return v;
    }
    default:
        a = f80_nan1(e, a);
        return pack(f, f80_sign(a), f->exp_max, a.mant << 1 >> (64 - f->frac));
    }
}

/* A normal result, rounded to nearest: a carry out of the fraction belongs into the exponent. */
static ALWAYS_INLINE uint64_t narrow_fast(struct fp_env *e, struct f80 a, const struct format *f,
                                          int exp)
{
    unsigned drop = 63 - f->frac;
    uint64_t frac = a.mant << (64 - drop), m = a.mant << 1 >> 1 >> drop;
    bool up = frac > F80_J - (m & 1);
    if (frac)
        e->ex |= FP_PE;
    e->up = up;
    return pack(f, f80_sign(a), (unsigned)exp, m) + up;
}

uint64_t f80_to_f64(struct fp_env *e, struct f80 a)
{
    int exp = (int)f80_exp(a) - F80_BIAS + 0x3ff;
    if (LIKELY((unsigned)(exp - 1) < 0x7fd && a.mant >> 63 && (e->cw & FP_RC) == FP_RC_NEAR))
        return narrow_fast(e, a, &dbl, exp);
    return narrow(e, a, &dbl);
}

uint32_t f80_to_f32(struct fp_env *e, struct f80 a)
{
    int exp = (int)f80_exp(a) - F80_BIAS + 0x7f;
    if (LIKELY((unsigned)(exp - 1) < 0xfd && a.mant >> 63 && (e->cw & FP_RC) == FP_RC_NEAR))
        return (uint32_t)narrow_fast(e, a, &single, exp);
    return (uint32_t)narrow(e, a, &single);
}

static struct f80 widen(uint64_t v, const struct format *f, bool *denormal)
{
    unsigned width = f->frac == 23 ? 31 : 63;
    unsigned sign = (unsigned)(v >> width) & 1, exp = (unsigned)(v >> f->frac) & f->exp_max;
    uint64_t frac = v & ((UINT64_C(1) << f->frac) - 1), m = frac << (63 - f->frac);
    *denormal = false;
    if (exp == f->exp_max)
        return f80_make(sign, 0x7fff, m | F80_J);
    if (exp)
        return f80_make(sign, exp + F80_BIAS - (f->exp_max >> 1), m | F80_J);
    if (frac == 0)
        return f80_zero(sign);
    *denormal = true;
    unsigned n = 63 - bit_high(m);
    return f80_make(sign, 1 + F80_BIAS - (f->exp_max >> 1) - n, m << n);
}

struct f80 f80_from_f32(uint32_t v, bool *denormal) { return widen(v, &single, denormal); }

struct f80 f80_from_f64(uint64_t v, bool *denormal)
{
    unsigned exp = (unsigned)(v >> 52) & 0x7ff;
    if (LIKELY(exp - 1 < 0x7fe)) {
        *denormal = false;
        return f80_make((unsigned)(v >> 63), exp + F80_BIAS - 0x3ff, v << 11 | F80_J);
    }
    return widen(v, &dbl, denormal);
}

/* ---- FSCALE, FXTRACT ---- */

struct f80 f80_scale(struct fp_env *e, struct f80 a, struct f80 b)
{
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    unsigned sa = f80_sign(a), sb = f80_sign(b);
    if (ka >= F80_QNAN || kb >= F80_QNAN)
        return f80_nan2(e, a, b);
    if (kb == F80_INF && ((ka == F80_INF && sb) || (ka == F80_ZERO && !sb)))
        return f80_invalid(e);
    if (ka == F80_DENORMAL || kb == F80_DENORMAL)
        e->ex |= FP_DE;
    if (kb == F80_INF)
        return sb ? f80_zero(sa) : f80_inf(sa);
    if (ka == F80_INF || ka == F80_ZERO)
        return a;
    uint64_t m;
    int exp = f80_unpack(e, a, &m), n = 0, eb = (int)f80_exp(b);
    if (kb == F80_ZERO) { /* a itself: no underflow, even unmasked */
        struct fp_env masked = {FP_ALL, 0, false};
        return f80_round_pack(&masked, FP_PC_64, sa, exp, m, 0);
    }
    if (eb >= F80_BIAS &&
        kb == F80_NORMAL) /* truncated; beyond 2^16 every result is out of range */
        n = eb > F80_BIAS + 16 ? 0x1ffff : (int)(b.mant >> (63 - (eb - F80_BIAS)));
    return f80_round_pack(e, FP_PC_64, sa, sb ? exp - n : exp + n, m, 0);
}

struct f80 f80_extract(struct fp_env *e, struct f80 a, struct f80 *exponent)
{
    enum f80_class k = f80_classify(a);
    unsigned sign = f80_sign(a);
    if (k >= F80_QNAN)
        return *exponent = f80_nan1(e, a);
    if (k == F80_INF) {
        *exponent = f80_inf(0);
        return a;
    }
    if (k == F80_ZERO) {
        e->ex |= FP_ZE;
        *exponent = f80_inf(1);
        return a;
    }
    uint64_t m;
    int exp = f80_unpack(e, a, &m) - F80_BIAS;
    *exponent = f80_from_int((uint64_t)(int64_t)exp);
    return f80_make(sign, F80_BIAS, m);
}
