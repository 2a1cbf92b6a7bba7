/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The six arithmetic flags in two words that need neither the operation nor its size to be read
 * back.
 *   fl_res  the result, sign-extended: ZF, SF and PF come from it
 *   fl_aux  63 carry out   62 carry into the sign bit   35 and 4: AF is the XOR of both
 *           1 PF inverted   0 SF inverted; the other bits are noise
 * The carry into each bit of a sum or difference is a ^ b ^ result, hence two XORs and
 * a shift per instruction; shifted by 31, as for 32 bits, it has AF in bit 35. Arithmetic
 * leaves bits 1 and 0 clear; POPF, IRET and SAHF, which can ask for combinations no result has,
 * use them.
 */
#pragma once
#include "cpu/cpu.h"

static inline unsigned flag_cf(const struct cpu *c) { return (unsigned)(c->fl_aux >> 63); }
static inline unsigned flag_of(const struct cpu *c)
{
    return (unsigned)(c->fl_aux >> 63 ^ c->fl_aux >> 62) & 1;
}
static inline unsigned flag_af(const struct cpu *c)
{
    return (unsigned)(c->fl_aux >> 35 ^ c->fl_aux >> 4) & 1;
}
static inline unsigned flag_zf(const struct cpu *c) { return c->fl_res == 0; }
static inline unsigned flag_sf(const struct cpu *c)
{
    return (unsigned)(c->fl_res >> 63 ^ c->fl_aux) & 1;
}
static inline unsigned flag_pf(const struct cpu *c)
{
    unsigned b = (unsigned)(c->fl_res & 0xff);
    b ^= b >> 4;
    return (0x9669u >> (b & 15) ^ (unsigned)(c->fl_aux >> 1)) & 1;
}

static inline void flags_set(struct cpu *c, unsigned cf, unsigned pf, unsigned af, unsigned zf,
                             unsigned sf, unsigned of)
{
    c->fl_res = zf ? 0 : 0x100;              /* both have PF set and SF clear; flip from there */
    c->fl_aux = (uint64_t)cf << 63 | (uint64_t)(cf ^ of) << 62 | (uint64_t)af << 4 |
                (uint64_t)(pf ^ 1) << 1 | sf;
}
static inline void flags_set_bits(struct cpu *c, uint32_t f)      /* f as in EFLAGS */
{
    flags_set(c, f & 1, f >> 2 & 1, f >> 4 & 1, f >> 6 & 1, f >> 7 & 1, f >> 11 & 1);
}
static inline uint32_t flags_bits(const struct cpu *c)
{
    return flag_cf(c) | flag_pf(c) << 2 | flag_af(c) << 4 | flag_zf(c) << 6 | flag_sf(c) << 7 |
           flag_of(c) << 11;
}
