/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers and the time-stamp counter. Governing document: Intel SDM volume 4 and
 * volume 3, chapter 11 (MTRR, PAT). The counter counts virtual nanoseconds: a 1 GHz clock.
 *
 * MTRRs and the PAT hold what is written and have no effect, as there are no caches.
 * The two performance counters of the P6 count instructions retired and clocks not halted. There is
 * never a machine check: its registers hold what software sets up, and report no error.
 *
 * Not modelled: other performance events, telling user from system code, the counters' interrupt;
 * the Pentium's counters do not count. Last-branch records. Microcode update (the revision reads as
 * 0).
 */
#include "cpu/lockstep.h"
#include "cpu/mem.h"
#include "cpu/op.h"

enum {
    MSR_P5_MC_ADDR = 0x00, MSR_P5_MC_TYPE = 0x01, MSR_TSC = 0x10, MSR_PLATFORM_ID = 0x17,
    MSR_APIC_BASE = 0x1b, MSR_EBL_CR_POWERON = 0x2a, MSR_UCODE_WRITE = 0x79, MSR_UCODE_REV = 0x8b,
    MSR_MTRRCAP = 0xfe, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176,
    MSR_P5_CESR = 0x11, MSR_P5_CTR0 = 0x12, MSR_P5_CTR1 = 0x13,
    MSR_PERFCTR0 = 0xc1, MSR_PERFCTR1 = 0xc2, MSR_PERFEVTSEL0 = 0x186, MSR_PERFEVTSEL1 = 0x187,
    MSR_MCG_CAP = 0x179, MSR_MCG_STATUS = 0x17a, MSR_MCG_CTL = 0x17b, MSR_MC0_CTL = 0x400,
    MSR_DEBUGCTL = 0x1d9, MSR_LASTBRANCH = 0x1db, MSR_LASTINT_TO = 0x1de, MSR_MTRR_BASE0 = 0x200,
    MSR_PAT = 0x277, MSR_MTRR_DEF_TYPE = 0x2ff,
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

/* ---- performance counters ---- */

#define PERF_MASK ((UINT64_C(1) << 40) - 1)
#define PERF_ANY  0x30000u       /* USR, OS */
#define PERF_EN   0x400000u      /* of PERFEVTSEL0, for both */

/* Where stands what counter n counts? False: it does not run. */
static bool perf_source(const struct cpu *c, unsigned n, uint64_t *v)
{
    uint64_t sel = c->msr.perf_sel[n];
    *v = 0;
    if (!has(c, F_P6) || !(c->msr.perf_sel[0] & PERF_EN) || !(sel & PERF_ANY))
        return false;
    switch (sel & 0xff) {
    case 0xc0: *v = cpu_icount(c); return true;              /* INST_RETIRED */
    case 0x79: *v = cpu_now(c); return true;                 /* CPU_CLK_UNHALTED */
    default:   return false;
    }
}

static uint64_t perf_value(const struct cpu *c, unsigned n)
{
    uint64_t now;
    bool runs = perf_source(c, n, &now);
    return (c->msr.perf_ctr[n] + (runs ? now - c->msr.perf_from[n] : 0)) & PERF_MASK;
}

static void perf_set(struct cpu *c, unsigned n, uint64_t v)
{
    perf_source(c, n, &c->msr.perf_from[n]);
    c->msr.perf_ctr[n] = v & PERF_MASK;
}

static void perf_select(struct cpu *c, unsigned n, uint64_t sel)
{
    uint64_t v[2] = { perf_value(c, 0), perf_value(c, 1) };
    c->msr.perf_sel[n] = sel;
    perf_set(c, 0, v[0]);
    perf_set(c, 1, v[1]);
}

static bool perf_read(const struct cpu *c, uint32_t n, uint64_t *v)
{
    bool p6 = has(c, F_P6);
    switch (n) {
    case MSR_P5_CTR0: case MSR_P5_CTR1:
        *v = perf_value(c, n - MSR_P5_CTR0);
        return !p6;
    case MSR_P5_CESR:
        *v = c->msr.perf_sel[0];
        return !p6;
    case MSR_PERFCTR0: case MSR_PERFCTR1:
        *v = perf_value(c, n - MSR_PERFCTR0);
        return p6;
    case MSR_PERFEVTSEL0: case MSR_PERFEVTSEL1:
        *v = c->msr.perf_sel[n - MSR_PERFEVTSEL0];
        return p6;
    default:
        return false;
    }
}

static bool perf_write(struct cpu *c, uint32_t n, uint64_t v)
{
    bool p6 = has(c, F_P6);
    switch (n) {
    case MSR_P5_CTR0: case MSR_P5_CTR1:
        if (!p6)
            perf_set(c, n - MSR_P5_CTR0, v);
        return !p6;
    case MSR_P5_CESR:
        if (!p6)
            c->msr.perf_sel[0] = v & 0x03ff03ff;
        return !p6;
    case MSR_PERFCTR0: case MSR_PERFCTR1:    /* bit 31 is copied to the upper eight */
        if (p6)
            perf_set(c, n - MSR_PERFCTR0, sext(v, 32));
        return p6;
    case MSR_PERFEVTSEL0: case MSR_PERFEVTSEL1:
        if (p6)
            perf_select(c, n - MSR_PERFEVTSEL0, v & 0xffffffffu);
        return p6;
    default:
        return false;
    }
}

/* ---- machine check: five banks of CTL, STATUS, ADDR, MISC ---- */

#define MC_BANKS 5u
static bool mc_register(uint32_t n) { return n >= MSR_MC0_CTL && n < MSR_MC0_CTL + 4 * MC_BANKS; }

static bool mc_write(struct cpu *c, uint32_t n, uint64_t v)
{
    if (n & 3)                               /* software may clear what is reported */
        return v == 0;
    c->msr.mc_ctl[(n - MSR_MC0_CTL) / 4] = v;
    return true;
}

/* ---- the others ---- */

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
    if (has(c, F_MCA) && n == MSR_MCG_CTL) {
        *mask = UINT64_MAX;
        return &c->msr.mcg_ctl;
    }
    if (has(c, F_MCA) && n == MSR_MCG_STATUS) {
        *mask = 7;
        return &c->msr.mcg_status;
    }
    if (has(c, F_P6) && n == MSR_DEBUGCTL) {
        *mask = 0x7f;
        return &c->msr.debugctl;
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
    if (perf_read(c, n, v))
        return true;
    *v = 0;
    if (mc_register(n)) {
        if (!(n & 3))
            *v = c->msr.mc_ctl[(n - MSR_MC0_CTL) / 4];
        return has(c, F_MCA);
    }
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
    case MSR_MCG_CAP:
        *v = 0x100 | MC_BANKS;
        return has(c, F_MCA);
    case MSR_PLATFORM_ID: case MSR_EBL_CR_POWERON: case MSR_UCODE_REV: case MSR_LASTBRANCH:
    case MSR_LASTBRANCH + 1: case MSR_LASTBRANCH + 2: case MSR_LASTINT_TO:
        return has(c, F_P6);
    default:
        return false;
    }
}

/* The processor that boots is so by its pins. */
static bool apic_base_write(struct cpu *c, uint64_t v)
{
    if (v & ~(APIC_BASE_AT | APIC_BASE_ON | APIC_BASE_BSP))
        return false;
    if (!c->apic_base)
        return v == c->msr.apic_base;
    if (UNLIKELY(c->journal != NULL) && journal_outside(c))
        return true;                         /* a rehearsal moves nobody's windows */
    c->msr.apic_base = (v & ~(uint64_t)APIC_BASE_BSP) | (c->msr.apic_base & APIC_BASE_BSP);
    c->apic_base(c->owner, c->msr.apic_base);
    return true;
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
    if (perf_write(c, n, v))
        return true;
    if (mc_register(n))
        return has(c, F_MCA) && mc_write(c, n, v);
    switch (n) {
    case MSR_P5_MC_ADDR: case MSR_P5_MC_TYPE:
        return true;
    case MSR_TSC:                            /* P6: a write clears the upper half */
        c->msr.tsc_offset = (has(c, F_P6) ? (uint32_t)v : v) - cpu_now(c);
        return true;
    case MSR_APIC_BASE:
        return has(c, F_P6) && apic_base_write(c, v);
    case MSR_UCODE_REV: case MSR_UCODE_WRITE: case MSR_EBL_CR_POWERON:
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
    edx_eax(c, perf_value(c, (unsigned)c->gpr[R_CX]));
    return NEXT(c, op);
}
