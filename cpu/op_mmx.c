/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MMX: eight 64-bit registers that are the significands of the x87's physical registers.
 * Governing document: Intel SDM volume 1, chapter 9; volume 3, chapter 12.
 *
 * Every MMX instruction but EMMS makes all tags valid and TOP 0, and a register it writes gets an
 * exponent of all ones. An operation is a function of two 64-bit values, mostly made from one of
 * two lanes.
 */
#include "cpu/x87.h"

static ALWAYS_INLINE bool mmx_begin(struct cpu *c, const struct op *op)
{
    AT(c, op);
    if (UNLIKELY(c->cr0 & CR0_EM))
        return cpu_raise(c, EXC_UD);
    return x87_begin(c, op);
}
/* After the last thing that can fault. */
static ALWAYS_INLINE void mmx_enter(struct cpu *c)
{
    c->x87.top = 0;
    c->x87.empty = 0;
}
static ALWAYS_INLINE void mmx_set(struct cpu *c, unsigned n, uint64_t v)
{
    c->x87.r[n & 7] = (struct f80){v, 0xffff};
}
/* The second operand: a register, or 'size' bytes of memory. */
static ALWAYS_INLINE bool source(struct cpu *c, const struct op *op, unsigned size, uint64_t *v)
{
    if (op->in.mem != NO_MEM)
        return seg_read(c, op->in.seg, op_ea(c, op), size, v);
    *v = c->x87.r[op->in.modrm & 7].mant;
    return true;
}

typedef uint64_t binary(uint64_t a, uint64_t b);

/* mm := f(mm, mm/mem) */
static ALWAYS_INLINE const struct op *apply(struct cpu *c, const struct op *op, binary *f,
                                            unsigned size)
{
    uint64_t v;
    unsigned n = op->in.modrm >> 3 & 7;
    TRY(mmx_begin(c, op));
    TRY(source(c, op, size, &v));
    mmx_enter(c);
    mmx_set(c, n, f(c->x87.r[n].mant, v));
    return NEXT(c, op);
}
/* mm := f(mm, imm8) */
static ALWAYS_INLINE const struct op *apply_imm(struct cpu *c, const struct op *op, binary *f)
{
    unsigned n = op->in.modrm & 7;
    TRY(mmx_begin(c, op));
    mmx_enter(c);
    mmx_set(c, n, f(c->x87.r[n].mant, op->in.imm & 0xff));
    return NEXT(c, op);
}

/* ---- lanes ---- */

static ALWAYS_INLINE uint64_t lane_mask(unsigned bits) { return UINT64_MAX >> (64 - bits); }
/* f for each pair of lanes, zero-extended or sign-extended; the result is cut to the lane. */
static ALWAYS_INLINE uint64_t lanes(uint64_t a, uint64_t b, unsigned bits, bool is_signed,
                                    binary *f)
{
    uint64_t r = 0, m = lane_mask(bits);
    for (unsigned i = 0; i < 64; i += bits) {
        uint64_t x = a >> i & m, y = b >> i & m;
        if (is_signed) {
            x = sext(x, bits);
            y = sext(y, bits);
        }
        r |= (f(x, y) & m) << i;
    }
    return r;
}
static ALWAYS_INLINE int64_t as_signed(uint64_t v) { return (int64_t)v; }
static ALWAYS_INLINE uint64_t clamp(uint64_t v, int64_t lo, int64_t hi)
{
    int64_t s = as_signed(v);
    return (uint64_t)(s < lo ? lo : s > hi ? hi : s);
}

/* clang-format off */
static uint64_t add(uint64_t a, uint64_t b) { return a + b; }
static uint64_t sub(uint64_t a, uint64_t b) { return a - b; }
static uint64_t mul_low(uint64_t a, uint64_t b) { return a * b; }
static uint64_t mul_high(uint64_t a, uint64_t b) { return a * b >> 16; }
static uint64_t equal(uint64_t a, uint64_t b) { return a == b ? UINT64_MAX : 0; }
static uint64_t greater(uint64_t a, uint64_t b)
{
    return as_signed(a) > as_signed(b) ? UINT64_MAX : 0;
}
static uint64_t add_s8(uint64_t a, uint64_t b) { return clamp(a + b, -128, 127); }
static uint64_t sub_s8(uint64_t a, uint64_t b) { return clamp(a - b, -128, 127); }
static uint64_t add_s16(uint64_t a, uint64_t b) { return clamp(a + b, -32768, 32767); }
static uint64_t sub_s16(uint64_t a, uint64_t b) { return clamp(a - b, -32768, 32767); }
static uint64_t add_u8(uint64_t a, uint64_t b) { return clamp(a + b, 0, 255); }
static uint64_t sub_u8(uint64_t a, uint64_t b) { return clamp(a - b, 0, 255); }
static uint64_t add_u16(uint64_t a, uint64_t b) { return clamp(a + b, 0, 65535); }
static uint64_t sub_u16(uint64_t a, uint64_t b) { return clamp(a - b, 0, 65535); }
/* clang-format on */

#define LANES(sem, bits, is_signed, f) \
    static uint64_t lanes_##sem(uint64_t a, uint64_t b) \
    { \
        return lanes(a, b, bits, is_signed, f); \
    } \
    HANDLER(sem) { return apply(c, op, lanes_##sem, 8); }

/* clang-format off */
LANES(paddb, 8, false, add)
LANES(paddw, 16, false, add)
LANES(paddd, 32, false, add)
LANES(psubb, 8, false, sub)
LANES(psubw, 16, false, sub)
LANES(psubd, 32, false, sub)
LANES(paddsb, 8, true, add_s8)
LANES(paddsw, 16, true, add_s16)
LANES(psubsb, 8, true, sub_s8)
LANES(psubsw, 16, true, sub_s16)
LANES(paddusb, 8, false, add_u8)
LANES(paddusw, 16, false, add_u16)
LANES(psubusb, 8, false, sub_u8)
LANES(psubusw, 16, false, sub_u16)
LANES(pmullw, 16, true, mul_low)
LANES(pmulhw, 16, true, mul_high)
LANES(pcmpeqb, 8, false, equal)
LANES(pcmpeqw, 16, false, equal)
LANES(pcmpeqd, 32, false, equal)
LANES(pcmpgtb, 8, true, greater)
LANES(pcmpgtw, 16, true, greater)
LANES(pcmpgtd, 32, true, greater)
/* clang-format on */
#undef LANES

static uint64_t multiply_add(uint64_t a, uint64_t b)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 64; i += 32) {
        uint64_t low = sext(a >> i & 0xffff, 16) * sext(b >> i & 0xffff, 16);
        uint64_t high = sext(a >> (i + 16) & 0xffff, 16) * sext(b >> (i + 16) & 0xffff, 16);
        r |= (uint64_t)(uint32_t)(low + high) << i;
    }
    return r;
}
HANDLER(pmaddwd) { return apply(c, op, multiply_add, 8); }

/* ---- logic ---- */

/* clang-format off */
static uint64_t and(uint64_t a, uint64_t b) { return a & b; }
static uint64_t and_not(uint64_t a, uint64_t b) { return ~a & b; }
static uint64_t or(uint64_t a, uint64_t b) { return a | b; }
static uint64_t xor(uint64_t a, uint64_t b) { return a ^ b; }
HANDLER(pand)  { return apply(c, op, and, 8); }
HANDLER(pandn) { return apply(c, op, and_not, 8); }
HANDLER(por)   { return apply(c, op, or, 8); }
HANDLER(pxor)  { return apply(c, op, xor, 8); }
/* clang-format on */

/* ---- shifts: by the low byte of an immediate, or by all 64 bits of an operand ---- */

static ALWAYS_INLINE uint64_t shift_left(uint64_t a, uint64_t n, unsigned bits)
{
    if (n >= bits)
        return 0;
    uint64_t keep = lane_mask(bits) << n & lane_mask(bits), r = 0;
    for (unsigned i = 0; i < 64; i += bits)
        r |= keep << i;
    return a << n & r;
}
static ALWAYS_INLINE uint64_t shift_right(uint64_t a, uint64_t n, unsigned bits)
{
    if (n >= bits)
        return 0;
    uint64_t keep = lane_mask(bits) >> n, r = 0;
    for (unsigned i = 0; i < 64; i += bits)
        r |= keep << i;
    return a >> n & r;
}
static ALWAYS_INLINE uint64_t shift_arith(uint64_t a, uint64_t n, unsigned bits)
{
    uint64_t r = 0, m = lane_mask(bits);
    unsigned count = n >= bits ? bits - 1 : (unsigned)n;
    for (unsigned i = 0; i < 64; i += bits)
        r |= (sar64(sext(a >> i & m, bits), count) & m) << i;
    return r;
}

#define SHIFT(sem, f, bits) \
    static uint64_t shift_##sem(uint64_t a, uint64_t n) { return f(a, n, bits); } \
    HANDLER(sem) { return apply(c, op, shift_##sem, 8); } \
    HANDLER(sem##_imm) { return apply_imm(c, op, shift_##sem); }

/* clang-format off */
SHIFT(psllw, shift_left, 16)
SHIFT(pslld, shift_left, 32)
SHIFT(psllq, shift_left, 64)
SHIFT(psrlw, shift_right, 16)
SHIFT(psrld, shift_right, 32)
SHIFT(psrlq, shift_right, 64)
SHIFT(psraw, shift_arith, 16)
SHIFT(psrad, shift_arith, 32)
/* clang-format on */
#undef SHIFT

/* ---- pack and unpack ---- */

/* Lanes of 'bits' of a, then of b, each clamped to half the width. */
static ALWAYS_INLINE uint64_t pack(uint64_t a, uint64_t b, unsigned bits, int64_t lo, int64_t hi)
{
    uint64_t r = 0, m = lane_mask(bits), half = lane_mask(bits / 2);
    for (unsigned i = 0; i < 64; i += bits) {
        r |= (clamp(sext(a >> i & m, bits), lo, hi) & half) << (i / 2);
        r |= (clamp(sext(b >> i & m, bits), lo, hi) & half) << (32 + i / 2);
    }
    return r;
}
/* clang-format off */
static uint64_t pack_ss16(uint64_t a, uint64_t b) { return pack(a, b, 16, -128, 127); }
static uint64_t pack_us16(uint64_t a, uint64_t b) { return pack(a, b, 16, 0, 255); }
static uint64_t pack_ss32(uint64_t a, uint64_t b) { return pack(a, b, 32, -32768, 32767); }
HANDLER(packsswb) { return apply(c, op, pack_ss16, 8); }
HANDLER(packuswb) { return apply(c, op, pack_us16, 8); }
HANDLER(packssdw) { return apply(c, op, pack_ss32, 8); }
/* clang-format on */

/* The lanes of two 32-bit halves in turn, a's first. */
static ALWAYS_INLINE uint64_t interleave(uint64_t a, uint64_t b, unsigned bits)
{
    uint64_t r = 0, m = lane_mask(bits);
    for (unsigned i = 0; i < 32; i += bits)
        r |= (a >> i & m) << (2 * i) | (b >> i & m) << (2 * i + bits);
    return r;
}
/* clang-format off */
static uint64_t low8(uint64_t a, uint64_t b) { return interleave(a, b, 8); }
static uint64_t low16(uint64_t a, uint64_t b) { return interleave(a, b, 16); }
static uint64_t low32(uint64_t a, uint64_t b) { return interleave(a, b, 32); }
static uint64_t high8(uint64_t a, uint64_t b) { return interleave(a >> 32, b >> 32, 8); }
static uint64_t high16(uint64_t a, uint64_t b) { return interleave(a >> 32, b >> 32, 16); }
static uint64_t high32(uint64_t a, uint64_t b) { return interleave(a >> 32, b >> 32, 32); }
HANDLER(punpcklbw) { return apply(c, op, low8, 4); }
HANDLER(punpcklwd) { return apply(c, op, low16, 4); }
HANDLER(punpckldq) { return apply(c, op, low32, 4); }
HANDLER(punpckhbw) { return apply(c, op, high8, 8); }
HANDLER(punpckhwd) { return apply(c, op, high16, 8); }
HANDLER(punpckhdq) { return apply(c, op, high32, 8); }
/* clang-format on */

/* ---- moves ---- */

static uint64_t second(uint64_t a, uint64_t b) { return b; }
HANDLER(movq) { return apply(c, op, second, 8); }

HANDLER(movq_store)
{
    unsigned n = op->in.modrm >> 3 & 7;
    uint64_t v = c->x87.r[n].mant;
    TRY(mmx_begin(c, op));
    if (op->in.mem != NO_MEM)
        TRY(seg_write(c, op->in.seg, op_ea(c, op), v, 8));
    mmx_enter(c);
    if (op->in.mem == NO_MEM)
        mmx_set(c, op->in.modrm & 7, v);
    return NEXT(c, op);
}

HANDLER(movd)
{
    uint64_t v;
    TRY(mmx_begin(c, op));
    if (op->in.mem != NO_MEM)
        TRY(seg_read(c, op->in.seg, op_ea(c, op), 4, &v));
    else
        v = reg_get(c, op->in.reg[1], 4);
    mmx_enter(c);
    mmx_set(c, op->in.modrm >> 3 & 7, v);
    return NEXT(c, op);
}

HANDLER(movd_store)
{
    uint32_t v = (uint32_t)c->x87.r[op->in.modrm >> 3 & 7].mant;
    TRY(mmx_begin(c, op));
    if (op->in.mem != NO_MEM)
        TRY(seg_write(c, op->in.seg, op_ea(c, op), v, 4));
    else
        reg_set(c, op->in.reg[0], v, 4);
    mmx_enter(c);
    return NEXT(c, op);
}

HANDLER(emms)
{
    TRY(mmx_begin(c, op));
    c->x87.top = 0;
    c->x87.empty = 0xff;
    return NEXT(c, op);
}
