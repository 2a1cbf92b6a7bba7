/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breakpoints by DR0 to DR3. Governing document: Intel SDM volume 3, 17.2 and 17.3.
 *
 * While DR7 enables any, the processor steps one instruction at a time (MODE_TF) and sees no TLB
 * entries, so that every access comes through mmu.c; otherwise they cost nothing. Conditions met
 * while an instruction runs gather in debug_hits, and cpu_run() raises #DB after it.
 */
#include "cpu/mem.h"
#include "cpu/protect.h"

enum { BP_CODE, BP_WRITE, BP_IO, BP_ACCESS };

static unsigned bp_kind(const struct cpu *c, unsigned i) { return c->dr[7] >> (16 + 4 * i) & 3; }
static unsigned bp_size(const struct cpu *c, unsigned i)
{
    static const uint8_t size[4] = { 1, 2, 8, 4 };
    return size[c->dr[7] >> (18 + 4 * i) & 3];
}

/* DR6 bits of the enabled breakpoints of some kinds that n bytes at a touch. */
static uint32_t matches(const struct cpu *c, unsigned kinds, uint32_t a, unsigned n)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (!(c->dr[7] >> (2 * i) & 3) || !(kinds >> bp_kind(c, i) & 1))
            continue;
        unsigned len = bp_size(c, i);
        uint32_t at = (uint32_t)c->dr[i] & ~(len - 1);
        if (a - at < len || at - a < n)
            bits |= 1u << i;
    }
    return bits;
}

uint32_t debug_code(const struct cpu *c, laddr a)
{
    return matches(c, 1u << BP_CODE, (uint32_t)a, 1);
}

void debug_data(struct cpu *c, laddr a, unsigned size, bool write)
{
    c->debug_hits |= matches(c, 1u << BP_ACCESS | (write ? 1u << BP_WRITE : 0), (uint32_t)a, size);
}

/* BTF of DEBUGCTL: single steps stop after branches alone. #DB clears it (SDM volume 3, 17.4.4). */
bool debug_step(const struct cpu *c, bool jumped) { return !(c->msr.debugctl & 2) || jumped; }

void debug_io(struct cpu *c, unsigned port, unsigned size)
{
    if (c->cr4 & CR4_DE)
        c->debug_hits |= matches(c, 1u << BP_IO, port, size);
}
