/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Double-extended arithmetic: add, subtract, multiply, divide, square root, remainder, comparison.
 * Governing document: Intel SDM volume 1, chapters 4.8 (formats, NaNs), 4.9 (exceptions) and 8.
 *
 * Each operation first tries the case of two normal numbers, which needs no classification, and
 * hands hi:lo, the significand and what follows it, to f80_round_pack(). The rest is done by
 * a slow twin that unpacks operands of any kind.
 */
#include "cpu/fpu/f80.h"

enum f80_class f80_classify(struct f80 a)
{
    unsigned exp = f80_exp(a);
    if (exp == 0)
        return a.mant ? F80_DENORMAL : F80_ZERO;
    if (!(a.mant >> 63))
        return F80_UNSUPPORTED;
    if (exp != 0x7fff)
        return F80_NORMAL;
    if (!(a.mant << 1))
        return F80_INF;
    return a.mant & F80_QUIET ? F80_QNAN : F80_SNAN;
}

struct f80 f80_invalid(struct fp_env *e)
{
    e->ex |= FP_IE;
    return f80_default_nan();
}

struct f80 f80_nan1(struct fp_env *e, struct f80 a)
{
    enum f80_class k = f80_classify(a);
    if (k == F80_UNSUPPORTED)
        return f80_invalid(e);
    if (k == F80_SNAN)
        e->ex |= FP_IE;
    a.mant |= F80_QUIET;
    return a;
}

/* SDM volume 1, table 4-7. */
struct f80 f80_nan2(struct fp_env *e, struct f80 a, struct f80 b)
{
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    if (ka == F80_UNSUPPORTED || kb == F80_UNSUPPORTED)
        return f80_invalid(e);
    if (ka == F80_SNAN || kb == F80_SNAN)
        e->ex |= FP_IE;
    bool an = ka == F80_QNAN || ka == F80_SNAN, bn = kb == F80_QNAN || kb == F80_SNAN;
    bool take_a = an;
    if (an && bn) {
        if (ka != kb)
            take_a = ka == F80_QNAN;
        else if (a.mant != b.mant)
            take_a = a.mant > b.mant;
        else
            take_a = a.se < b.se;
    }
    struct f80 r = take_a ? a : b;
    r.mant |= F80_QUIET;
    return r;
}

static bool nan_like(struct f80 a)
{
    enum f80_class k = f80_classify(a);
    return k >= F80_QNAN;
}

int f80_unpack(struct fp_env *e, struct f80 a, uint64_t *mant)
{
    int exp = (int)f80_exp(a);
    uint64_t m = a.mant;
    if (exp == 0) {
        unsigned n = 63 - bit_high(m);
        e->ex |= FP_DE;
        exp = 1 - (int)n;
        m <<= n;
    }
    *mant = m;
    return exp;
}

/* ---- rounding ---- */

/* Does this fraction (bits below the last one kept, as 0.frac) round the magnitude up? */
static bool rounds_up(unsigned rc, unsigned sign, bool odd, uint64_t frac)
{
    switch (rc) {
    case FP_RC_NEAR: return frac > F80_J || (frac == F80_J && odd);
    case FP_RC_DOWN: return sign && frac;
    case FP_RC_UP: return !sign && frac;
    default: return false;
    }
}

static struct f80 overflow(struct fp_env *e, uint64_t keep, unsigned sign)
{
    unsigned rc = e->cw & FP_RC;
    e->ex |= FP_OE | FP_PE;
    if (rc == FP_RC_ZERO || rc == (sign ? FP_RC_UP : FP_RC_DOWN)) {
        e->up = false;
        return f80_make(sign, 0x7ffe, keep);
    }
    e->up = true;
    return f80_inf(sign);
}

/* The general case: any precision, any exponent. */
static NOINLINE struct f80 round_slow(struct fp_env *e, unsigned pc, unsigned sign, int exp,
                                      uint64_t hi, uint64_t lo)
{
    unsigned drop = pc & FP_PC_RESERVED ? 0 : pc == FP_PC_53 ? 11 : 40, rc = e->cw & FP_RC;
    uint64_t low = drop ? (UINT64_C(1) << drop) - 1 : 0, unit = UINT64_C(1) << drop;
    uint64_t frac = drop ? hi << (64 - drop) | (lo != 0) : lo;
    bool up = rounds_up(rc, sign, (hi & unit) != 0, frac);
    /* Tiny: below the normal range after rounding with an unbounded exponent. */
    if (exp < 1 && !(exp == 0 && up && (hi | low) == UINT64_MAX)) {
        if (!(e->cw & FP_UE) && exp + 24576 < 1) { /* only FSCALE goes so far */
            e->ex |= FP_UE | FP_PE;
            e->up = false;
            return f80_zero(sign);
        }
        if (e->cw & FP_UE) {
            shr128_sticky(&hi, &lo, (unsigned)(1 - exp));
            exp = 1;
            frac = drop ? hi << (64 - drop) | (lo != 0) : lo;
            up = rounds_up(rc, sign, (hi & unit) != 0, frac);
            if (frac)
                e->ex |= FP_UE;
        } else {
            e->ex |= FP_UE;
            exp += 24576;
        }
    } else if (exp < 1) { /* 0.111..1 that rounds to the smallest normal */
        exp = 0;
    }
    hi &= ~low;
    if (frac)
        e->ex |= FP_PE;
    e->up = up;
    if (up) {
        hi += unit;
        if (hi == 0) {
            hi = F80_J;
            exp++;
        }
    }
    if (exp >= 0x7fff) {
        if (!(e->cw & FP_OE) && exp - 24576 >= 0x7fff) {
            e->ex |= FP_OE | FP_PE;
            e->up = true;
            return f80_inf(sign);
        }
        if (e->cw & FP_OE)
            return overflow(e, ~low, sign);
        e->ex |= FP_OE;
        exp -= 24576;
    }
    if (!(hi >> 63))
        exp = 0;
    return f80_make(sign, (unsigned)exp & 0x7fff, hi);
}

static ALWAYS_INLINE struct f80 round_pack(struct fp_env *e, unsigned pc, unsigned sign, int exp,
                                           uint64_t hi, uint64_t lo)
{
    if (LIKELY((pc & FP_PC_RESERVED) && (unsigned)(exp - 1) < 0x7ffd)) {
        if (lo == 0)
            return f80_make(sign, (unsigned)exp, hi);
        e->ex |= FP_PE;
        unsigned rc = e->cw & FP_RC;
        bool up =
            LIKELY(rc == FP_RC_NEAR) ? lo > F80_J - (hi & 1) : rounds_up(rc, sign, hi & 1, lo);
        e->up = up;
        hi += up;
        if (UNLIKELY(hi == 0)) {
            hi = F80_J;
            exp++;
        }
        return f80_make(sign, (unsigned)exp, hi);
    }
    return round_slow(e, pc, sign, exp, hi, lo);
}

struct f80 f80_round_pack(struct fp_env *e, unsigned pc, unsigned sign, int exp, uint64_t hi,
                          uint64_t lo)
{
    return round_pack(e, pc, sign, exp, hi, lo);
}

/* ---- add, subtract ---- */

/* Sum of magnitudes, ea >= eb. */
static struct f80 add_mag(struct fp_env *e, unsigned sign, int ea, uint64_t a, int eb, uint64_t b)
{
    uint64_t lo = 0;
    shr128_sticky(&b, &lo, (unsigned)(ea - eb));
    uint64_t hi = a + b;
    if (hi < a) {
        lo = hi << 63 | lo >> 1 | (lo & 1);
        hi = hi >> 1 | F80_J;
        ea++;
    }
    return round_pack(e, e->cw & FP_PC, sign, ea, hi, lo);
}

/* Difference of magnitudes a - b, in either order; sign is that of a. */
static struct f80 sub_mag(struct fp_env *e, unsigned sign, int ea, uint64_t a, int eb, uint64_t b)
{
    if (ea < eb || (ea == eb && a < b)) {
        int te = ea;
        uint64_t t = a;
        ea = eb;
        eb = te;
        a = b;
        b = t;
        sign ^= 1;
    }
    uint64_t lo = 0;
    shr128_sticky(&b, &lo, (unsigned)(ea - eb));
    uint64_t hi = a - b - (lo != 0);
    lo = 0 - lo;
    if (hi == 0) {
        if (lo == 0)
            return f80_zero((e->cw & FP_RC) == FP_RC_DOWN);
        hi = lo;
        lo = 0;
        ea -= 64;
    }
    unsigned n = 63 - bit_high(hi);
    if (n) {
        hi = hi << n | lo >> (64 - n);
        lo <<= n;
        ea -= (int)n;
    }
    return round_pack(e, e->cw & FP_PC, sign, ea, hi, lo);
}

static struct f80 add_finite(struct fp_env *e, unsigned sa, int ea, uint64_t a, unsigned sb, int eb,
                             uint64_t b)
{
    if (sa != sb)
        return sub_mag(e, sa, ea, a, eb, b);
    return ea >= eb ? add_mag(e, sa, ea, a, eb, b) : add_mag(e, sa, eb, b, ea, a);
}

/* flip: the sign of b is to be taken the other way round. */
static COLD struct f80 add_slow(struct fp_env *e, struct f80 a, struct f80 b, unsigned flip)
{
    if (nan_like(a) || nan_like(b))
        return f80_nan2(e, a, b);
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    unsigned sa = f80_sign(a), sb = f80_sign(b) ^ flip;
    if (ka == F80_INF && kb == F80_INF)
        return sa == sb ? a : f80_invalid(e);
    if (ka == F80_DENORMAL || kb == F80_DENORMAL)
        e->ex |= FP_DE;
    if (ka == F80_INF)
        return a;
    if (kb == F80_INF)
        return f80_inf(sb);
    uint64_t ma = 0, mb = 0;
    if (ka == F80_ZERO && kb == F80_ZERO)
        return f80_zero(sa == sb ? sa : (e->cw & FP_RC) == FP_RC_DOWN);
    int ea = ka == F80_ZERO ? 0 : f80_unpack(e, a, &ma),
        eb = kb == F80_ZERO ? 0 : f80_unpack(e, b, &mb);
    if (ka == F80_ZERO)
        return round_pack(e, e->cw & FP_PC, sb, eb, mb, 0);
    if (kb == F80_ZERO)
        return round_pack(e, e->cw & FP_PC, sa, ea, ma, 0);
    return add_finite(e, sa, ea, ma, sb, eb, mb);
}

struct f80 f80_add(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (UNLIKELY(!f80_is_normal(a) || !f80_is_normal(b)))
        return add_slow(e, a, b, 0);
    return add_finite(e, f80_sign(a), (int)f80_exp(a), a.mant, f80_sign(b), (int)f80_exp(b),
                      b.mant);
}

struct f80 f80_sub(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (UNLIKELY(!f80_is_normal(a) || !f80_is_normal(b)))
        return add_slow(e, a, b, 1);
    return add_finite(e, f80_sign(a), (int)f80_exp(a), a.mant, f80_sign(b) ^ 1, (int)f80_exp(b),
                      b.mant);
}

/* ---- multiply, divide ---- */

static struct f80 mul_finite(struct fp_env *e, unsigned sign, int exp, uint64_t a, uint64_t b)
{
    uint64_t hi, lo = mul64(a, b, &hi);
    exp -= F80_BIAS - 1;
    if (!(hi >> 63)) {
        hi = hi << 1 | lo >> 63;
        lo <<= 1;
        exp--;
    }
    return round_pack(e, e->cw & FP_PC, sign, exp, hi, lo);
}

static COLD struct f80 mul_slow(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (nan_like(a) || nan_like(b))
        return f80_nan2(e, a, b);
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    unsigned sign = f80_sign(a) ^ f80_sign(b);
    if ((ka == F80_INF && kb == F80_ZERO) || (ka == F80_ZERO && kb == F80_INF))
        return f80_invalid(e);
    if (ka == F80_DENORMAL || kb == F80_DENORMAL)
        e->ex |= FP_DE;
    if (ka == F80_INF || kb == F80_INF)
        return f80_inf(sign);
    if (ka == F80_ZERO || kb == F80_ZERO)
        return f80_zero(sign);
    uint64_t ma, mb;
    int exp = f80_unpack(e, a, &ma);
    exp += f80_unpack(e, b, &mb);
    return mul_finite(e, sign, exp, ma, mb);
}

struct f80 f80_mul(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (UNLIKELY(!f80_is_normal(a) || !f80_is_normal(b)))
        return mul_slow(e, a, b);
    return mul_finite(e, f80_sign(a) ^ f80_sign(b), (int)f80_exp(a) + (int)f80_exp(b), a.mant,
                      b.mant);
}

static struct f80 div_finite(struct fp_env *e, unsigned sign, int exp, uint64_t a, uint64_t b)
{
    uint64_t lo = 0, rem, frac = 0;
    exp += F80_BIAS;
    if (a >= b) {
        lo = a << 63;
        a >>= 1;
    } else {
        exp--;
    }
    uint64_t q = div128(a, lo, b, &rem);
    if (rem) /* where 2 * rem lies against b */
        frac = rem > b - rem ? 3 * (F80_J >> 1) : rem == b - rem ? F80_J : F80_J >> 1;
    return round_pack(e, e->cw & FP_PC, sign, exp, q, frac);
}

static COLD struct f80 div_slow(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (nan_like(a) || nan_like(b))
        return f80_nan2(e, a, b);
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    unsigned sign = f80_sign(a) ^ f80_sign(b);
    if (ka == kb && (ka == F80_INF || ka == F80_ZERO))
        return f80_invalid(e);
    if (kb == F80_ZERO && ka != F80_INF) {
        e->ex |= FP_ZE; /* and not DE: it comes first */
        return f80_inf(sign);
    }
    if (ka == F80_DENORMAL || kb == F80_DENORMAL)
        e->ex |= FP_DE;
    if (ka == F80_INF)
        return f80_inf(sign);
    if (ka == F80_ZERO || kb == F80_INF)
        return f80_zero(sign);
    uint64_t ma, mb;
    int exp = f80_unpack(e, a, &ma);
    exp -= f80_unpack(e, b, &mb);
    return div_finite(e, sign, exp, ma, mb);
}

struct f80 f80_div(struct fp_env *e, struct f80 a, struct f80 b)
{
    if (UNLIKELY(!f80_is_normal(a) || !f80_is_normal(b)))
        return div_slow(e, a, b);
    return div_finite(e, f80_sign(a) ^ f80_sign(b), (int)f80_exp(a) - (int)f80_exp(b), a.mant,
                      b.mant);
}

/* ---- square root ---- */

/* floor(sqrt(n)) of n >= 2^30: 8 bits by trial. The rest, here and below: with n = (s^2 + r) * 2^2k
 * + a * 2^k + .. the next k bits are at most (r * 2^k + a) / 2s, and little less. */
static uint32_t sqrt32(uint32_t n)
{
    uint32_t top = n >> 16, s = 0, r = 0;
    for (int i = 7; i >= 0; i--) {
        uint32_t t = s << 2 | 1;
        r = r << 2 | (top >> (2 * i) & 3);
        s <<= 1;
        if (r >= t) {
            r -= t;
            s |= 1;
        }
    }
    uint32_t q = (r << 8 | (n >> 8 & 0xff)) / (2 * s);
    uint32_t root = s << 8 | (q > 0xff ? 0xff : q);
    while (root * root > n)
        root--;
    return root;
}

static uint32_t sqrt64(uint64_t n, uint64_t *rem)
{
    uint32_t top = (uint32_t)(n >> 32), s = sqrt32(top), r = top - s * s;
    uint64_t q = ((uint64_t)r << 16 | (uint16_t)(n >> 16)) / (2 * s);
    uint64_t root = (uint64_t)s << 16 | (q > 0xffff ? 0xffff : q);
    while (root * root > n)
        root--;
    *rem = n - root * root;
    return (uint32_t)root;
}

/* floor(sqrt(hi:lo)), hi >= 2^62; frac tells how the rest compares with one half. */
static uint64_t sqrt128(uint64_t hi, uint64_t lo, uint64_t *frac)
{
    uint64_t r, s = sqrt64(hi, &r);
    uint64_t a1 = lo >> 32, num = (r << 31) + (a1 >> 1);
    uint64_t q = num / s; /* (r * 2^32 + a1) / 2s without a 65th bit */
    if (q > UINT32_MAX)
        q = UINT32_MAX;
    uint64_t root = s << 32 | q, ph, pl = mul64(root, root, &ph);
    while (ph > hi || (ph == hi && pl > lo)) {
        root--;
        pl = mul64(root, root, &ph);
    }
    uint64_t rl = lo - pl, rh = hi - ph - (lo < pl);
    *frac = (rh | rl) == 0 ? 0 : rh || rl > root ? 3 * (F80_J >> 1) : F80_J >> 1;
    return root;
}

struct f80 f80_sqrt(struct fp_env *e, struct f80 a)
{
    uint64_t m, frac;
    if (UNLIKELY(!f80_is_normal(a))) {
        enum f80_class k = f80_classify(a);
        if (k >= F80_QNAN)
            return f80_nan1(e, a);
        if (k == F80_ZERO || (k == F80_INF && !f80_sign(a)))
            return a;
    }
    if (f80_sign(a))
        return f80_invalid(e);
    int exp = f80_unpack(e, a, &m) - F80_BIAS;
    uint64_t lo = 0;
    if (!(exp & 1)) { /* even: significand in [1, 2), as m / 2^63 */
        lo = m << 63;
        m >>= 1;
    }
    exp = (exp - (exp & 1)) / 2;
    uint64_t root = sqrt128(m, lo, &frac);
    return round_pack(e, e->cw & FP_PC, 0, exp + F80_BIAS, root, frac);
}

/* ---- remainder ---- */

static struct f80 rem_finite(struct fp_env *e, unsigned sign, int ea, uint64_t a, int eb,
                             uint64_t b, bool nearest, unsigned *quot)
{
    uint64_t q = 0;
    int d = ea - eb;
    if (d >= 0) { /* a * 2^d mod b, d < 64 */
        if (a >= b) {
            a -= b;
            q = 1;
        }
        if (d) {
            uint64_t lo = a << d, hi = a >> (64 - d);
            q = q << d | div128(hi, lo, b, &a);
        }
        ea = eb;
    }
    /* Now |remainder| is a * 2^ea, less than b * 2^eb, with ea <= eb. */
    if (nearest && ea >= eb - 1) { /* else less than half of b */
        bool same = ea == eb, above = same ? a > b - a : a > b, half = same ? a == b - a : a == b;
        if (above || (half && (q & 1))) {
            a = same ? b - a : b - (a - b);
            sign ^= 1;
            q++;
        }
    }
    *quot = (unsigned)q & 7;
    if (a == 0)
        return f80_zero(sign);
    unsigned n = 63 - bit_high(a);
    return round_pack(e, FP_PC_64, sign, ea - (int)n, a << n, 0);
}

struct f80 f80_rem(struct fp_env *e, struct f80 a, struct f80 b, bool nearest, unsigned *quot,
                   bool *more)
{
    enum f80_class ka = f80_classify(a), kb = f80_classify(b);
    *quot = 0;
    *more = false;
    if (ka >= F80_QNAN || kb >= F80_QNAN)
        return f80_nan2(e, a, b);
    if (ka == F80_INF || kb == F80_ZERO)
        return f80_invalid(e);
    if (ka == F80_DENORMAL || kb == F80_DENORMAL)
        e->ex |= FP_DE;
    if (ka == F80_ZERO)
        return a;
    uint64_t ma, mb;
    int ea = f80_unpack(e, a, &ma), eb;
    if (kb == F80_INF) { /* a itself: no underflow, even unmasked */
        struct fp_env masked = {FP_ALL, 0, false};
        return round_pack(&masked, FP_PC_64, f80_sign(a), ea, ma, 0);
    }
    eb = f80_unpack(e, b, &mb);
    int d = ea - eb;
    if (d < 64)
        return rem_finite(e, f80_sign(a), ea, ma, eb, mb, nearest, quot);
    /* Partial: take off a multiple of b * 2^(d - n), n of 32..63 bits at a time. */
    unsigned n = ((unsigned)d & 31) | 32, ignored;
    *more = true;
    return rem_finite(e, f80_sign(a), ea, ma, ea - (int)n, mb, false, &ignored);
}

/* ---- comparison ---- */

static int compare_mag(struct f80 a, struct f80 b)
{
    unsigned ea = f80_exp(a), eb = f80_exp(b);
    /* A pseudo-denormal is the normal number with exponent 1. */
    ea += ea == 0 && a.mant >> 63;
    eb += eb == 0 && b.mant >> 63;
    if (ea != eb)
        return ea < eb ? -1 : 1;
    return a.mant == b.mant ? 0 : a.mant < b.mant ? -1 : 1;
}

unsigned f80_compare(struct fp_env *e, struct f80 a, struct f80 b, bool quiet)
{
    if (UNLIKELY(!f80_is_normal(a) || !f80_is_normal(b))) {
        enum f80_class ka = f80_classify(a), kb = f80_classify(b);
        if (ka >= F80_QNAN || kb >= F80_QNAN) {
            if (!quiet || ka > F80_QNAN || kb > F80_QNAN)
                e->ex |= FP_IE;
            return FP_C3 | FP_C2 | FP_C0;
        }
        if (ka == F80_DENORMAL || kb == F80_DENORMAL)
            e->ex |= FP_DE;
        if (ka == F80_ZERO && kb == F80_ZERO)
            return FP_C3;
    }
    unsigned sa = f80_sign(a);
    if (sa != f80_sign(b))
        return sa ? FP_C0 : 0;
    int r = compare_mag(a, b);
    return r == 0 ? FP_C3 : (r < 0) != (sa != 0) ? FP_C0 : 0;
}
