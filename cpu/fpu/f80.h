/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 80-bit double-extended format (SDM volume 1, 4.2.2) and arithmetic on it as the x87 does it.
 *
 * Every operation takes its environment: the control word's rounding and precision fields and its
 * exception masks (bits as in the control word), and adds to the exceptions raised so far (bits as
 * in the status word). No global state, no host floating point: the same bits on every host. An
 * operation returns the masked response; with an exception unmasked in env->cw, overflow and
 * underflow return the result with its exponent wrapped by 24576, as registers get it. It is the
 * caller's business to drop the result when an unmasked IE, DE or ZE is in env->ex.
 */
#pragma once
#include "core/base.h"

struct f80 {
    uint64_t mant;
    uint16_t se;
}; /* se: sign bit 15, biased exponent 14..0 */

/* Exceptions: status word bits 5..0, and their masks in the control word */
#define FP_IE  0x01u
#define FP_DE  0x02u
#define FP_ZE  0x04u
#define FP_OE  0x08u
#define FP_UE  0x10u
#define FP_PE  0x20u
#define FP_ALL 0x3fu

/* Control word: precision and rounding */
#define FP_PC          0x0300u
#define FP_PC_24       0x0000u
#define FP_PC_RESERVED 0x0100u /* acts as 64 bits */
#define FP_PC_53       0x0200u
#define FP_PC_64       0x0300u
#define FP_RC          0x0c00u
#define FP_RC_NEAR     0x0000u
#define FP_RC_DOWN     0x0400u
#define FP_RC_UP       0x0800u
#define FP_RC_ZERO     0x0c00u

struct fp_env {
    uint32_t cw; /* as the x87 control word */
    uint32_t ex; /* FP_IE.. raised */
    uint32_t up; /* 1: the last rounding was away from zero: C1 */
};

#define F80_BIAS  0x3fff
#define F80_J     UINT64_C(0x8000000000000000) /* the explicit integer bit */
#define F80_QUIET UINT64_C(0x4000000000000000)

static inline unsigned f80_exp(struct f80 a) { return a.se & 0x7fffu; }
static inline unsigned f80_sign(struct f80 a) { return a.se >> 15; }
static inline struct f80 f80_make(unsigned sign, unsigned exp, uint64_t mant)
{
    return (struct f80){mant, (uint16_t)(sign << 15 | exp)};
}
static inline struct f80 f80_default_nan(void) { return f80_make(1, 0x7fff, F80_J | F80_QUIET); }
static inline struct f80 f80_zero(unsigned sign) { return f80_make(sign, 0, 0); }
static inline struct f80 f80_inf(unsigned sign) { return f80_make(sign, 0x7fff, F80_J); }

enum f80_class { F80_ZERO, F80_DENORMAL, F80_NORMAL, F80_INF, F80_QNAN, F80_SNAN, F80_UNSUPPORTED };
enum f80_class f80_classify(struct f80 a); /* pseudo-denormals are F80_DENORMAL */
static inline bool f80_is_nan(struct f80 a) { return f80_exp(a) == 0x7fff && a.mant << 1; }
/* Neither zero, denormal, infinity, NaN nor unsupported. */
static inline bool f80_is_normal(struct f80 a)
{
    return (a.se & 0x7fffu) - 1u < 0x7ffeu && a.mant >> 63;
}

/* ---- arithmetic, rounded to env's precision ---- */
struct f80 f80_add(struct fp_env *e, struct f80 a, struct f80 b);
struct f80 f80_sub(struct fp_env *e, struct f80 a, struct f80 b);
struct f80 f80_mul(struct fp_env *e, struct f80 a, struct f80 b);
struct f80 f80_div(struct fp_env *e, struct f80 a, struct f80 b);
struct f80 f80_sqrt(struct fp_env *e, struct f80 a);

/* ---- always 64 bits of precision ---- */
/* FPREM (nearest false) and FPREM1: *q gets the low bits of the quotient, *more whether the
 * reduction is incomplete (C2). */
struct f80 f80_rem(struct fp_env *e, struct f80 a, struct f80 b, bool nearest, unsigned *q,
                   bool *more);
struct f80 f80_round_int(struct fp_env *e, struct f80 a);           /* FRNDINT */
struct f80 f80_scale(struct fp_env *e, struct f80 a, struct f80 b); /* FSCALE */
/* FXTRACT: the significand is returned, the exponent stored. */
struct f80 f80_extract(struct fp_env *e, struct f80 a, struct f80 *exponent);

/* Comparison in the bits of the status word: C3, C2, C0. Signalling raises IE for any NaN, quiet
 * for SNaNs. */
#define FP_C0 0x0100u
#define FP_C1 0x0200u
#define FP_C2 0x0400u
#define FP_C3 0x4000u
unsigned f80_compare(struct fp_env *e, struct f80 a, struct f80 b, bool quiet);

/* ---- conversions ---- */
/* To a signed integer of 16, 32 or 64 bits; out of range and NaN: IE and the most negative value.
 */
uint64_t f80_to_int(struct fp_env *e, struct f80 a, unsigned bits);
struct f80 f80_from_int(uint64_t v); /* two's complement */
uint32_t f80_to_f32(struct fp_env *e, struct f80 a);
uint64_t f80_to_f64(struct fp_env *e, struct f80 a);
/* Exact. Signalling NaNs stay signalling, *denormal says that the operand was one: whether that
 * raises anything depends on the operation it is for. */
struct f80 f80_from_f32(uint32_t v, bool *denormal);
struct f80 f80_from_f64(uint64_t v, bool *denormal);
/* Packed BCD: 18 digits in lo and the low byte of hi, sign in bit 15 of hi. */
void f80_to_bcd(struct fp_env *e, struct f80 a, uint64_t *lo, uint16_t *hi);
struct f80 f80_from_bcd(uint64_t lo, uint16_t hi);

/* ---- transcendental functions (f80_math.c) ---- */
struct f80 f80_2xm1(struct fp_env *e, struct f80 x);
struct f80 f80_yl2x(struct fp_env *e, struct f80 x, struct f80 y);
struct f80 f80_yl2xp1(struct fp_env *e, struct f80 x, struct f80 y);
struct f80 f80_atan2(struct fp_env *e, struct f80 y, struct f80 x); /* FPATAN */
/* False: |x| >= 2^63, nothing was computed (C2). Either result pointer may be NULL. */
bool f80_sincos(struct fp_env *e, struct f80 x, struct f80 *s, struct f80 *c);
bool f80_tan(struct fp_env *e, struct f80 x, struct f80 *t);

/* ---- building blocks, for f80*.c ---- */
/* Rounds sign * 0.hi:lo * 2^... : hi has bit 63 set and weighs 2^(exp - F80_BIAS), lo is what
 * follows, its bit 0 sticky. pc: FP_PC_24, _53 or _64. */
struct f80 f80_round_pack(struct fp_env *e, unsigned pc, unsigned sign, int exp, uint64_t hi,
                          uint64_t lo);
/* What two operands give of which at least one is a NaN or unsupported; and one operand. */
struct f80 f80_nan2(struct fp_env *e, struct f80 a, struct f80 b);
struct f80 f80_nan1(struct fp_env *e, struct f80 a);
struct f80 f80_invalid(struct fp_env *e); /* raises IE, returns the default NaN */
/* A finite non-zero number's exponent, and its significand with bit 63 set; DE if it was denormal.
 */
int f80_unpack(struct fp_env *e, struct f80 a, uint64_t *mant);
/* hi:lo >> n, n >= 0, with the bits lost OR-ed into bit 0. */
static inline void shr128_sticky(uint64_t *hi, uint64_t *lo, unsigned n)
{
    if (n == 0)
        return;
    if (n < 64) {
        bool lost = (*lo << (64 - n)) != 0;
        *lo = *hi << (64 - n) | *lo >> n | lost;
        *hi >>= n;
    } else if (n < 128) {
        bool lost = *lo != 0 || (n > 64 && *hi << (128 - n));
        *lo = *hi >> (n - 64) | lost;
        *hi = 0;
    } else {
        *lo = (*hi | *lo) != 0;
        *hi = 0;
    }
}
