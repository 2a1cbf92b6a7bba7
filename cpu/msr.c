/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers and the time-stamp counter. Governing document: Intel SDM volume 4 and
 * volume 3, chapter 11 (MTRR, PAT). The counter counts virtual nanoseconds: a 1 GHz clock.
 *
 * MTRRs and the PAT hold what is written and have no effect, as there are no caches.
 * Not modelled: performance counters, machine check, microcode update (the revision reads as 0).
 */
#include "cpu/mem.h"
#include "cpu/op.h"

enum {
    MSR_P5_MC_ADDR = 0x00, MSR_P5_MC_TYPE = 0x01, MSR_TSC = 0x10, MSR_PLATFORM_ID = 0x17,
    MSR_APIC_BASE = 0x1b, MSR_EBL_CR_POWERON = 0x2a, MSR_UCODE_WRITE = 0x79, MSR_UCODE_REV = 0x8b,
    MSR_MTRRCAP = 0xfe, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176,
    MSR_DEBUGCTL = 0x1d9, MSR_MTRR_BASE0 = 0x200, MSR_PAT = 0x277, MSR_MTRR_DEF_TYPE = 0x2ff,
};
#define PHYS_MASK ((UINT64_C(1) << 36) - 1)

/* The fixed-range MTRRs have scattered numbers. */
static const uint16_t fixed[11] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b,
                                    0x26c, 0x26d, 0x26e, 0x26f };

static int fixed_index(uint32_t n)
{
    for (int i = 0; i < 11; i++)
        if (fixed[i] == n)
            return i;
    return -1;
}

static bool has(const struct cpu *c, uint32_t f) { return cpu_models[c->model].features & f; }

static uint64_t tsc(const struct cpu *c) { return cpu_now(c) + c->msr.tsc_offset; }

/* Registers that simply hold a value: where, what may be written, and who has them. */
static uint64_t *plain(struct cpu *c, uint32_t n, uint64_t *mask)
{
    *mask = 0xffffffffu;
    if (has(c, F_SEP)) {
        switch (n) {
        case MSR_SYSENTER_CS:  return &c->msr.sysenter_cs;
        case MSR_SYSENTER_ESP: return &c->msr.sysenter_esp;
        case MSR_SYSENTER_EIP: return &c->msr.sysenter_eip;
        default: break;
        }
    }
    if (!has(c, F_MTRR))
        return NULL;
    if (n >= MSR_MTRR_BASE0 && n < MSR_MTRR_BASE0 + 16) {
        *mask = n & 1 ? PHYS_MASK & ~UINT64_C(0x7ff) : PHYS_MASK & ~UINT64_C(0xf00);
        return n & 1 ? &c->msr.mtrr_mask[(n - MSR_MTRR_BASE0) / 2]
                     : &c->msr.mtrr_base[(n - MSR_MTRR_BASE0) / 2];
    }
    if (fixed_index(n) >= 0) {
        *mask = UINT64_MAX;
        return &c->msr.mtrr_fix[fixed_index(n)];
    }
    if (n == MSR_MTRR_DEF_TYPE) {
        *mask = 0xcff;
        return &c->msr.mtrr_def_type;
    }
    if (n == MSR_PAT && has(c, F_PAT)) {
        *mask = UINT64_C(0x0707070707070707);
        return &c->msr.pat;
    }
    return NULL;
}

static bool msr_read(struct cpu *c, uint32_t n, uint64_t *v)
{
    uint64_t mask, *p = plain(c, n, &mask);
    if (p) {
        *v = *p;
        return true;
    }
    *v = 0;
    switch (n) {
    case MSR_P5_MC_ADDR: case MSR_P5_MC_TYPE:
        return true;
    case MSR_TSC:
        *v = tsc(c);
        return true;
    case MSR_APIC_BASE:
        *v = c->msr.apic_base;
        return has(c, F_P6);
    case MSR_MTRRCAP:
        *v = 0x508;                          /* 8 variable ranges, fixed ranges, write combining */
        return has(c, F_MTRR);
    case MSR_PLATFORM_ID: case MSR_EBL_CR_POWERON: case MSR_UCODE_REV: case MSR_DEBUGCTL:
        return has(c, F_P6);
    default:
        return false;
    }
}

static bool msr_write(struct cpu *c, uint32_t n, uint64_t v)
{
    uint64_t mask, *p = plain(c, n, &mask);
    if (p) {
        if (v & ~mask)
            return false;
        *p = v;
        return true;
    }
    switch (n) {
    case MSR_P5_MC_ADDR: case MSR_P5_MC_TYPE:
        return true;
    case MSR_TSC:                            /* P6: a write clears the upper half */
        c->msr.tsc_offset = (has(c, F_P6) ? (uint32_t)v : v) - cpu_now(c);
        return true;
    case MSR_APIC_BASE:
        return has(c, F_P6) && v == c->msr.apic_base;     /* there is no APIC to enable or move */
    case MSR_UCODE_REV: case MSR_UCODE_WRITE: case MSR_EBL_CR_POWERON: case MSR_DEBUGCTL:
        return has(c, F_P6);
    default:
        return false;
    }
}

static void edx_eax(struct cpu *c, uint64_t v)
{
    c->gpr[R_AX] = (uint32_t)v;
    c->gpr[R_DX] = (uint32_t)(v >> 32);
}

HANDLER(rdmsr)
{
    uint64_t v = 0;
    AT(c, op);
    TRY((c->cpl == 0 && msr_read(c, (uint32_t)c->gpr[R_CX], &v)) || cpu_raise_code(c, EXC_GP, 0));
    edx_eax(c, v);
    return NEXT(c, op);
}

HANDLER(wrmsr)
{
    uint64_t v = (uint32_t)c->gpr[R_AX] | c->gpr[R_DX] << 32;
    AT(c, op);
    TRY((c->cpl == 0 && msr_write(c, (uint32_t)c->gpr[R_CX], v)) || cpu_raise_code(c, EXC_GP, 0));
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(rdtsc)
{
    AT(c, op);
    TRY(!(c->cr4 & CR4_TSD) || c->cpl == 0 || cpu_raise_code(c, EXC_GP, 0));
    edx_eax(c, tsc(c));
    return NEXT(c, op);
}

HANDLER(rdpmc)
{
    AT(c, op);
    TRY(((c->cpl == 0 || (c->cr4 & CR4_PCE)) && c->gpr[R_CX] < 2) || cpu_raise_code(c, EXC_GP, 0));
    edx_eax(c, 0);
    return NEXT(c, op);
}
