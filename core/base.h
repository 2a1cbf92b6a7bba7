/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place for compiler specifics: branch hints, little-endian access, bit tricks.
 * Everything else in the tree is plain C11.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined __GNUC__ || defined __clang__
#define LIKELY(x)     __builtin_expect(!!(x), 1)
#define UNLIKELY(x)   __builtin_expect(!!(x), 0)
#define UNREACHABLE() __builtin_unreachable()
#define NOINLINE      __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define COLD          __attribute__((cold, noinline))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define LIKELY(x)     (x)
#define UNLIKELY(x)   (x)
#define UNREACHABLE() ((void)0)
#define NOINLINE
#define ALWAYS_INLINE inline
#define COLD
#define PRINTF_LIKE(f, a)
#endif

/* The compiler turns calls in tail position into jumps: loops may be made of them. */
#if defined __OPTIMIZE__ && (defined __GNUC__ || defined __clang__) && \
    (defined __x86_64__ || defined __aarch64__) && \
    !defined __SANITIZE_ADDRESS__
#define TAIL_CALLS 1
#else
#define TAIL_CALLS 0
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

typedef uint64_t paddr;          /* guest physical address */
typedef uint64_t laddr;          /* guest linear address */
typedef uint64_t vtime;          /* virtual nanoseconds since power-on */
#define VTIME_NEVER UINT64_MAX

/* Guest memory is little-endian; so are all supported hosts (x86-64, arm64): a plain
 * memcpy is the load. A big-endian host would swap here and nowhere else. */
static inline uint16_t load_le16(const void *p) { uint16_t v; memcpy(&v, p, 2); return v; }
static inline uint32_t load_le32(const void *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static inline uint64_t load_le64(const void *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline void store_le16(void *p, uint16_t v) { memcpy(p, &v, 2); }
static inline void store_le32(void *p, uint32_t v) { memcpy(p, &v, 4); }
static inline void store_le64(void *p, uint64_t v) { memcpy(p, &v, 8); }

/* Any of the four widths; size is 1, 2, 4 or 8 bytes. */
static inline uint64_t load_le(const void *p, unsigned size)
{
    switch (size) {
    case 1:  return *(const uint8_t *)p;
    case 2:  return load_le16(p);
    case 4:  return load_le32(p);
    default: return load_le64(p);
    }
}
static inline void store_le(void *p, uint64_t v, unsigned size)
{
    switch (size) {
    case 1:  *(uint8_t *)p = (uint8_t)v; break;
    case 2:  store_le16(p, (uint16_t)v); break;
    case 4:  store_le32(p, (uint32_t)v); break;
    default: store_le64(p, v); break;
    }
}

/* Sign extension of the low 'bits' (1..64) of v, and an arithmetic right shift. What C leaves to
 * the implementation is relied on only where the implementation says what it does. */
#if defined __GNUC__ || defined __clang__
static inline uint64_t sext(uint64_t v, unsigned bits)
{
    return (uint64_t)((int64_t)(v << (64 - bits)) >> (64 - bits));
}
static inline uint64_t sar64(uint64_t v, unsigned n) { return (uint64_t)((int64_t)v >> n); }
#else
static inline uint64_t sext(uint64_t v, unsigned bits)
{
    uint64_t m = UINT64_C(1) << (bits - 1);
    v &= UINT64_MAX >> (64 - bits);
    return (v ^ m) - m;
}
static inline uint64_t sar64(uint64_t v, unsigned n)   /* n 0..63 */
{
    uint64_t fill = v >> 63 ? ~(UINT64_MAX >> n) : 0;
    return v >> n | fill;
}
#endif

/* Position of the highest and lowest set bit; v must not be 0. */
#if defined __GNUC__ || defined __clang__
static inline unsigned bit_high(uint64_t v) { return 63u - (unsigned)__builtin_clzll(v); }
static inline unsigned bit_low(uint64_t v) { return (unsigned)__builtin_ctzll(v); }
#else
static inline unsigned bit_high(uint64_t v) { unsigned n = 0; while (v >>= 1) n++; return n; }
static inline unsigned bit_low(uint64_t v)
{
    unsigned n = 0;
    while (!(v & 1))
        v >>= 1, n++;
    return n;
}
#endif

/* 64 x 64 -> 128: the low half is returned. */
static inline uint64_t mul64(uint64_t a, uint64_t b, uint64_t *hi)
{
#if defined __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 uint128;
    uint128 p = (uint128)a * b;
    *hi = (uint64_t)(p >> 64);
    return (uint64_t)p;
#else
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
    uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    *hi = hh + (lh >> 32) + (hl >> 32) + (mid >> 32);
    return mid << 32 | (uint32_t)ll;
#endif
}

/* hi:lo / d, hi < d: two 32-bit digits of quotient, each estimate at most two too high (Knuth,
 * volume 2, 4.3.1, algorithm D). */
static inline uint64_t div128_portable(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *rem)
{
    unsigned s = 63 - bit_high(d);
    if (s) {
        d <<= s;
        hi = hi << s | lo >> (64 - s);
        lo <<= s;
    }
    uint64_t dh = d >> 32, dl = (uint32_t)d, q = 0, r = hi;
    for (int i = 0; i < 2; i++) {
        uint64_t digit = i ? (uint32_t)lo : lo >> 32;
        uint64_t q1 = r / dh, t = r % dh;
        while (q1 >> 32 || q1 * dl > (t << 32 | digit)) {
            q1--;
            t += dh;
            if (t >> 32)
                break;
        }
        r = (r << 32 | digit) - q1 * d;
        q = q << 32 | q1;
    }
    *rem = r >> s;
    return q;
}
static inline uint64_t div128(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *rem)
{
#if defined __GNUC__ && defined __x86_64__
    uint64_t q;
    __asm__("divq %4" : "=a"(q), "=d"(*rem) : "0"(lo), "1"(hi), "r"(d) : "cc");
    return q;
#else
    return div128_portable(hi, lo, d, rem);
#endif
}
