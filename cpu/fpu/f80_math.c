/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transcendental functions of the x87: F2XM1, FYL2X, FYL2XP1, FPATAN, FSIN, FCOS, FSINCOS,
 * FPTAN. Governing document: Intel SDM volume 1, 8.3.6 to 8.3.10; volume 2 for the tables of
 * special operands.
 *
 * Integers only, so that every host computes the same bits. Arguments are reduced to a small range,
 * a power series with 128-bit coefficients does the rest, and the result, good to about 110 bits,
 * is rounded once. FSIN and its kin reduce by a pi of 66 bits, as the processors do: the reduction
 * itself is exact.
 *
 * Deviations: a real processor's result may be one unit in the last place away. Outside the
 * documented range F2XM1 returns its operand, and FYL2XP1 below -1 its x, as Intel's and AMD's
 * processors do.
 */
#include "cpu/fpu/f80_tables.h"

/* ---- fractions of 2^128 ---- */

static ALWAYS_INLINE struct fix fix_add(struct fix a, struct fix b)
{
    uint64_t lo = a.lo + b.lo;
    return (struct fix){a.hi + b.hi + (lo < a.lo), lo};
}
static ALWAYS_INLINE struct fix fix_sub(struct fix a, struct fix b)
{
    return (struct fix){a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
}
/* The upper half of the product; up to 3 units too small. */
static ALWAYS_INLINE struct fix fix_mul(struct fix a, struct fix b)
{
    uint64_t h1, h2, hi, lo = mul64(a.hi, b.hi, &hi);
    mul64(a.hi, b.lo, &h1);
    mul64(a.lo, b.hi, &h2);
    struct fix r = fix_add((struct fix){hi, lo}, (struct fix){0, h1});
    return fix_add(r, (struct fix){0, h2});
}
/* c[0] + t * (c[1] + t * ...), or with alternating signs. */
static struct fix series(const struct fix *c, unsigned n, struct fix t, bool alternating)
{
    struct fix r = c[n - 1];
    for (unsigned i = n - 1; i-- > 0;) {
        struct fix p = fix_mul(t, r);
        r = alternating ? fix_sub(c[i], p) : fix_add(c[i], p);
    }
    return r;
}

/* ---- numbers with 128 bits of significand, truncated ---- */

static struct wide wide_normal(unsigned sign, int exp, uint64_t hi, uint64_t lo)
{
    if (hi == 0) {
        if (lo == 0)
            return (struct wide){0, 0, 0, sign};
        hi = lo;
        lo = 0;
        exp -= 64;
    }
    unsigned n = 63 - bit_high(hi);
    if (n) {
        hi = hi << n | lo >> (64 - n);
        lo <<= n;
    }
    return (struct wide){hi, lo, exp - (int)n, sign};
}
static bool wide_is_zero(struct wide a) { return a.hi == 0; }

/* A finite non-zero operand; DE when it is denormal. */
static struct wide wide_from(struct fp_env *e, struct f80 a)
{
    uint64_t m;
    int exp = f80_unpack(e, a, &m) - F80_BIAS;
    return (struct wide){m, 0, exp, f80_sign(a)};
}

static struct wide wide_mul(struct wide a, struct wide b)
{
    struct fix p = fix_mul((struct fix){a.hi, a.lo}, (struct fix){b.hi, b.lo});
    return wide_normal(a.sign ^ b.sign, a.exp + b.exp + 1, p.hi, p.lo);
}

static struct wide wide_add(struct wide a, struct wide b)
{
    if (wide_is_zero(a))
        return b;
    if (wide_is_zero(b))
        return a;
    if (a.exp < b.exp || (a.exp == b.exp && (a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo)))) {
        struct wide t = a;
        a = b;
        b = t;
    }
    shr128_sticky(&b.hi, &b.lo, (unsigned)(a.exp - b.exp));
    struct fix x = {a.hi, a.lo}, y = {b.hi, b.lo};
    if (a.sign != b.sign) {
        x = fix_sub(x, y);
        return wide_normal(a.sign, a.exp, x.hi, x.lo);
    }
    x = fix_add(x, y);
    if (x.hi < a.hi || (x.hi == a.hi && x.lo < a.lo))
        return (struct wide){x.hi >> 1 | F80_J, x.hi << 63 | x.lo >> 1 | (x.lo & 1), a.exp + 1,
                             a.sign};
    return (struct wide){x.hi, x.lo, a.exp, a.sign};
}
static struct wide wide_sub(struct wide a, struct wide b)
{
    b.sign ^= 1;
    return wide_add(a, b);
}

/* One 64-bit digit of r / b, r < b (both 128 bits, b normalised); r becomes the remainder * 2^64.
 */
static uint64_t divide_digit(struct fix *r, struct fix b)
{
    uint64_t rest, hi, q;
    if (r->hi >= b.hi) {
        q = UINT64_MAX; /* the estimate would not fit */
    } else {
        q = div128(r->hi, r->lo, b.hi, &rest);
    }
    /* r * 2^64 - q * b, at most twice too low; 192 bits, of which the top tells the sign */
    uint64_t p0 = mul64(q, b.lo, &hi), p1h, p1 = mul64(q, b.hi, &p1h);
    uint64_t mid = p1 + hi, top = p1h + (mid < p1);
    uint64_t d0 = 0 - p0, borrow = p0 != 0;
    uint64_t d1 = r->lo - mid - borrow, b1 = r->lo < mid || (r->lo == mid && borrow);
    uint64_t d2 = r->hi - top - b1;
    while (d2 >> 63) {
        q--;
        uint64_t s0 = d0 + b.lo, s1 = d1 + b.hi, c1 = s1 < d1;
        s1 += s0 < d0;
        c1 += s1 == 0 && s0 < d0;
        d2 += c1;
        d0 = s0;
        d1 = s1;
    }
    *r = (struct fix){d1, d0};
    return q;
}

static struct wide wide_div(struct wide a, struct wide b)
{
    struct fix r = {a.hi, a.lo}, d = {b.hi, b.lo};
    int exp = a.exp - b.exp - 1;
    if (wide_is_zero(a))
        return a;
    if (r.hi > d.hi || (r.hi == d.hi && r.lo >= d.lo)) {
        r = (struct fix){r.hi >> 1, r.hi << 63 | r.lo >> 1};
        exp++;
    }
    uint64_t hi = divide_digit(&r, d), lo = divide_digit(&r, d);
    return wide_normal(a.sign ^ b.sign, exp, hi, lo);
}

/* |a| < 1 as a fraction of 2^128, truncated. */
static struct fix wide_fix(struct wide a)
{
    uint64_t hi = a.hi, lo = a.lo;
    if (a.exp < -128)
        return (struct fix){0, 0};
    shr128_sticky(&hi, &lo, (unsigned)(-1 - a.exp));
    return (struct fix){hi, lo};
}
/* a * (1 - s), and a * (1 + s); the result is never a itself: all of this is inexact. */
static struct wide wide_less(struct wide a, struct fix s)
{
    s.lo |= (s.hi | s.lo) == 0;
    s = fix_sub((struct fix){0, 0}, s);
    return wide_mul(a, wide_normal(0, -1, s.hi, s.lo));
}
static struct wide wide_more(struct wide a, struct fix s)
{
    return wide_mul(a, (struct wide){F80_J | s.hi >> 1, s.hi << 63 | s.lo >> 1 | 1, 0, 0});
}

static struct f80 rounded(struct fp_env *e, struct wide a, bool inexact)
{
    if (wide_is_zero(a))
        return f80_zero(a.sign);
    int exp = a.exp + F80_BIAS;
    if (exp < -0x10000)
        exp = -0x10000;
    return f80_round_pack(e, FP_PC_64, a.sign, exp, a.hi, a.lo | inexact);
}
static struct f80 constant(struct fp_env *e, unsigned sign, struct wide a)
{
    a.sign = sign;
    return rounded(e, a, true);
}

/* ---- sine, cosine, tangent ---- */

/* pi/2 with 66 bits, in units of 2^-65: the upper 2 bits and the lower 64. */
#define HALF_PI_HI UINT64_C(3)
#define HALF_PI_LO UINT64_C(0x243f6a8885a308d3)

/* x = n * pi/2 + result, |result| <= pi/4. Exact. */
static struct wide reduce(struct wide x, unsigned *n)
{
    *n = 0;
    if (x.exp < -1)
        return x;
    uint64_t hi = 0, lo = x.hi; /* the significand is less than pi/2 in these units */
    unsigned q = 0;
    for (int i = x.exp + 2; i > 0; i--) {
        hi = hi << 1 | lo >> 63;
        lo <<= 1;
        q <<= 1;
        if (hi > HALF_PI_HI || (hi == HALF_PI_HI && lo >= HALF_PI_LO)) {
            hi -= HALF_PI_HI + (lo < HALF_PI_LO);
            lo -= HALF_PI_LO;
            q |= 1;
        }
    }
    unsigned sign = x.sign;
    /* More than half of pi/2: the next multiple is nearer. */
    uint64_t th = hi << 1 | lo >> 63, tl = lo << 1;
    if (th > HALF_PI_HI || (th == HALF_PI_HI && tl > HALF_PI_LO)) {
        hi = HALF_PI_HI - hi - (HALF_PI_LO < lo);
        lo = HALF_PI_LO - lo;
        q++;
        sign ^= 1;
    }
    *n = (x.sign ? 0 - q : q) & 3;
    return wide_normal(sign, 62, hi, lo); /* hi weighs 2^(64 - 65) */
}

static struct wide sine(struct wide r)
{
    struct fix f = wide_fix(r), t = fix_mul(f, f);
    return wide_less(r,
                     fix_mul(t, series(inv_odd_factorial, ARRAY_LEN(inv_odd_factorial), t, true)));
}
static struct wide cosine(struct wide r)
{
    struct fix f = wide_fix(r), t = fix_mul(f, f);
    return wide_less(
        wide_one, fix_mul(t, series(inv_even_factorial, ARRAY_LEN(inv_even_factorial), t, true)));
}

/* Sine (shift 0) or cosine (1) of r + n * pi/2. */
static struct wide circular(struct wide r, unsigned n, unsigned shift)
{
    n += shift;
    struct wide v = n & 1 ? cosine(r) : sine(r);
    v.sign ^= n >> 1 & 1;
    return v;
}

/* NaN, infinity, zero and huge arguments. True: done; *ok as the functions return it. */
static bool circular_special(struct fp_env *e, struct f80 x, struct f80 *s, struct f80 *c, bool *ok)
{
    enum f80_class k = f80_classify(x);
    *ok = true;
    if (k == F80_ZERO) {
        *s = x;
        *c = f80_make(0, F80_BIAS, F80_J);
    } else if (k >= F80_QNAN) {
        *s = *c = f80_nan1(e, x);
    } else if (k == F80_INF) {
        *s = *c = f80_invalid(e);
    } else if (f80_exp(x) >= F80_BIAS + 63) {
        *ok = false;
    } else {
        return false;
    }
    return true;
}

bool f80_sincos(struct fp_env *e, struct f80 x, struct f80 *s, struct f80 *c)
{
    struct f80 vs, vc;
    bool ok;
    if (circular_special(e, x, &vs, &vc, &ok)) {
        if (s && ok)
            *s = vs;
        if (c && ok)
            *c = vc;
        return ok;
    }
    unsigned n;
    struct wide r = reduce(wide_from(e, x), &n);
    if (s)
        *s = rounded(e, circular(r, n, 0), true);
    if (c)
        *c = rounded(e, circular(r, n, 1), true);
    return true;
}

bool f80_tan(struct fp_env *e, struct f80 x, struct f80 *t)
{
    struct f80 unused;
    bool ok;
    if (circular_special(e, x, t, &unused, &ok))
        return ok;
    unsigned n;
    struct wide r = reduce(wide_from(e, x), &n);
    *t = rounded(e, wide_div(circular(r, n, 0), circular(r, n, 1)), true);
    return true;
}

/* ---- arc tangent ---- */

/* atan(y / x) for 0 < y <= x */
static struct wide atan_ratio(struct wide y, struct wide x)
{
    struct wide z = wide_div(y, x);
    unsigned i = 0;
    if (z.exp >= -6) /* to the nearest of i / 32 */
        i = (unsigned)(((z.exp == 0 ? z.hi : z.hi >> -z.exp) >> 57) + 1) >> 1;
    if (i) { /* atan z = atan c + atan((y - c x) / (x + c y)) */
        struct wide c = wide_normal(0, 127 - 5, 0, i);
        z = wide_div(wide_sub(y, wide_mul(c, x)), wide_add(x, wide_mul(c, y)));
    }
    if (!wide_is_zero(z)) {
        struct fix f = wide_fix(z), t = fix_mul(f, f);
        z = wide_less(z, fix_mul(t, series(inv_odd, 9, t, true)));
    }
    return wide_add(atan_32[i], z);
}

/* Zeros, infinities and NaNs. */
static bool atan2_special(struct fp_env *e, struct f80 y, struct f80 x, struct f80 *r)
{
    enum f80_class ky = f80_classify(y), kx = f80_classify(x);
    unsigned sy = f80_sign(y), sx = f80_sign(x);
    if (ky >= F80_QNAN || kx >= F80_QNAN) {
        *r = f80_nan2(e, y, x);
        return true;
    }
    if (ky == F80_DENORMAL || kx == F80_DENORMAL)
        e->ex |= FP_DE;
    if (ky == F80_INF)
        *r = constant(e, sy,
                      kx != F80_INF ? wide_half_pi
                      : sx          ? wide_3_quarter_pi
                                    : wide_quarter_pi);
    else if (ky == F80_ZERO || kx == F80_INF)
        *r = sx ? constant(e, sy, wide_pi) : f80_zero(sy);
    else if (kx == F80_ZERO)
        *r = constant(e, sy, wide_half_pi);
    else
        return false;
    return true;
}

struct f80 f80_atan2(struct fp_env *e, struct f80 y, struct f80 x)
{
    struct f80 special;
    if (atan2_special(e, y, x, &special))
        return special;
    struct wide wy = wide_from(e, y), wx = wide_from(e, x), r;
    unsigned sy = wy.sign, sx = wx.sign;
    wy.sign = wx.sign = 0;
    bool steep = wy.exp > wx.exp || (wy.exp == wx.exp && wy.hi > wx.hi);
    r = steep ? atan_ratio(wx, wy) : atan_ratio(wy, wx);
    if (steep) { /* pi/2 -+ r */
        r.sign = !sx;
        r = wide_add(wide_half_pi, r);
    } else if (sx) {
        r = wide_sub(wide_pi, r);
    }
    r.sign = sy;
    return rounded(e, r, true);
}

/* ---- 2^x - 1 ---- */

/* e^u - 1 for a small u */
static struct wide exp_minus_1(struct wide u)
{
    if (wide_is_zero(u))
        return u;
    struct fix f = wide_fix(u);
    struct fix s = fix_mul(f, series(inv_factorial, ARRAY_LEN(inv_factorial), f, u.sign));
    return u.sign ? wide_less(u, s) : wide_more(u, s);
}

struct f80 f80_2xm1(struct fp_env *e, struct f80 x)
{
    enum f80_class k = f80_classify(x);
    if (k >= F80_QNAN)
        return f80_nan1(e, x);
    if (k == F80_ZERO)
        return x;
    if (k == F80_INF)
        return f80_sign(x) ? f80_make(1, F80_BIAS, F80_J) : x;
    struct wide w = wide_from(e, x), f = w;
    if (w.exp >= 0) {   /* 1 and -1; beyond them the result is undefined */
        e->ex |= FP_PE; /* always, on real processors */
        return w.exp == 0 && w.hi == F80_J && w.sign ? f80_make(1, F80_BIAS - 1, F80_J) : x;
    }
    int i = 0;
    if (w.exp >= -6) { /* x = i/32 + f, |f| <= 1/64 */
        struct fix v = wide_fix(w);
        i = (int)(((v.hi >> 58) + 1) >> 1);
        v.hi -= (uint64_t)i << 59;
        bool below = v.hi >> 63;
        if (below)
            v = fix_sub((struct fix){0, 0}, v);
        f = wide_normal(w.sign ^ below, -1, v.hi, v.lo);
        if (w.sign)
            i = -i;
    }
    struct wide r = wide_is_zero(f) ? f : exp_minus_1(wide_mul(f, wide_ln2));
    if (i) { /* T (1 + r) - 1 = (T - 1) + T r */
        struct wide t = exp2_32[i & 31];
        t.exp += i < 0 ? -1 : i >> 5;
        r = wide_add(wide_sub(t, wide_one), wide_mul(t, r));
    }
    return rounded(e, r, true);
}

/* ---- logarithms ---- */

/* log2((1 + s) / (1 - s)) */
static struct wide log2_of_ratio(struct wide s)
{
    if (wide_is_zero(s))
        return s;
    struct fix f = wide_fix(s), t = fix_mul(f, f);
    struct fix p = fix_mul(t, series(inv_odd, ARRAY_LEN(inv_odd), t, false));
    return wide_mul(wide_more(s, p), wide_2_over_ln2);
}

/* log2 of a positive number */
static struct wide log2_wide(struct wide v)
{
    int n = v.exp;
    v.exp = 0;
    if (v.hi > UINT64_C(0xb504f333f9de6484)) { /* sqrt(2): keep the logarithm within 1/2 */
        v.exp = -1;
        n++;
    }
    struct wide r = log2_of_ratio(wide_div(wide_sub(v, wide_one), wide_add(v, wide_one)));
    unsigned mag = (unsigned)(n < 0 ? -n : n);
    return wide_add(r, wide_normal(n < 0, 127, 0, mag));
}

/* y * log2(v), where the logarithm is known. PE is raised also when that is an integer. */
static struct f80 times_log(struct fp_env *e, struct f80 y, struct wide l, bool inexact)
{
    struct wide wy = wide_from(e, y);
    if (wide_is_zero(l))
        return f80_zero(wy.sign);
    e->ex |= FP_PE;
    return rounded(e, wide_mul(wy, l), inexact);
}

/* Operands of FYL2X that are not finite and non-zero; x = 1 with an infinite y is among them. */
static bool yl2x_special(struct fp_env *e, struct f80 x, struct f80 y, struct f80 *r)
{
    enum f80_class kx = f80_classify(x), ky = f80_classify(y);
    unsigned sy = f80_sign(y);
    bool one = x.se == F80_BIAS && x.mant == F80_J;
    if (kx >= F80_QNAN || ky >= F80_QNAN) {
        *r = f80_nan2(e, x, y);
        return true;
    }
    bool negative = f80_sign(x) && kx != F80_ZERO;
    if (negative || (kx == F80_ZERO && ky == F80_ZERO) || (kx == F80_INF && ky == F80_ZERO) ||
        (one && ky == F80_INF)) {
        *r = f80_invalid(e);
        return true;
    }
    if (kx != F80_ZERO && (kx == F80_DENORMAL || ky == F80_DENORMAL))
        e->ex |= FP_DE;
    if (kx == F80_ZERO) {
        if (ky != F80_INF)
            e->ex |= FP_ZE;
        *r = f80_inf(sy ^ 1);
    } else if (kx == F80_INF) {
        *r = f80_inf(sy);
    } else if (ky == F80_INF || ky == F80_ZERO) {
        unsigned s = sy ^ (f80_exp(x) < F80_BIAS);
        *r = ky == F80_INF ? f80_inf(s) : f80_zero(s);
    } else {
        return false;
    }
    return true;
}

struct f80 f80_yl2x(struct fp_env *e, struct f80 x, struct f80 y)
{
    struct f80 special;
    if (yl2x_special(e, x, y, &special))
        return special;
    struct wide w = wide_from(e, x);
    bool power = w.hi == F80_J;
    return times_log(e, y, log2_wide(w), !power);
}

static bool yl2xp1_special(struct fp_env *e, struct f80 x, struct f80 y, struct f80 *r)
{
    enum f80_class kx = f80_classify(x), ky = f80_classify(y);
    unsigned s = f80_sign(x) ^ f80_sign(y);
    bool below = f80_sign(x) && f80_exp(x) >= F80_BIAS; /* -1 or less: undefined */
    if (kx >= F80_QNAN || ky >= F80_QNAN) {
        *r = f80_nan2(e, x, y);
        return true;
    }
    if ((kx == F80_INF && (below || ky == F80_ZERO)) || (kx == F80_ZERO && ky == F80_INF)) {
        *r = f80_invalid(e);
        return true;
    }
    if (kx == F80_DENORMAL || ky == F80_DENORMAL)
        e->ex |= FP_DE;
    if (kx == F80_INF || ky == F80_INF) {
        *r = f80_inf(s);
    } else if (kx == F80_ZERO || ky == F80_ZERO) {
        *r = f80_zero(s);
    } else if (below) {
        e->ex |= FP_PE;
        *r = x;
    } else {
        return false;
    }
    return true;
}

struct f80 f80_yl2xp1(struct fp_env *e, struct f80 x, struct f80 y)
{
    struct f80 special;
    if (yl2xp1_special(e, x, y, &special))
        return special;
    struct wide w = wide_from(e, x), l;
    if (w.exp < -2) /* log2(1 + x) by s = x / (2 + x), no cancellation */
        l = log2_of_ratio(wide_div(w, wide_add(w, wide_two)));
    else
        l = log2_wide(wide_add(w, wide_one));
    return times_log(e, y, l, true);
}
