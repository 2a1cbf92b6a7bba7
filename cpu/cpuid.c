/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID. Governing document: Intel SDM volume 2, CPUID; application note
 * AP-485. What is told is what is there; the APIC while it is on. Models with
 * F_VM have leaf 40000000h, which names whose virtual machine it is.
 */
#include "cpu/mem.h"
#include "cpu/op.h"

#define VM_LEAF 0x40000000u

/* Leaf 1, EDX: feature and bit. */
static const struct { uint32_t has; uint8_t bit; } told[] = {
    { F_FPU, 0 },    { F_VME, 1 },    { F_DE, 2 },   { F_PSE, 3 },  { F_TSC, 4 },
    { F_MSR, 5 },    { F_PAE, 6 },    { F_MCE, 7 },  { F_CX8, 8 },  { F_SEP, 11 },
    { F_MTRR, 12 },  { F_PGE, 13 },   { F_MCA, 14 }, { F_CMOV, 15 }, { F_PAT, 16 },
    { F_PSE36, 17 }, { F_MMX, 23 },   { F_FXSR, 24 }, { F_SSE, 25 }, { F_SSE2, 26 },
};

static uint32_t feature_bits(uint32_t features)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < ARRAY_LEN(told); i++)
        if (features & told[i].has)
            v |= 1u << told[i].bit;
    return v;
}

static void put(struct cpu *c, uint32_t a, uint32_t b, uint32_t cx, uint32_t d)
{
    c->gpr[R_AX] = a;
    c->gpr[R_BX] = b;
    c->gpr[R_CX] = cx;
    c->gpr[R_DX] = d;
}

HANDLER(cpuid)
{
    const struct cpu_model_row *m = &cpu_models[c->model];
    uint32_t leaf = (uint32_t)c->gpr[R_AX], last = m->features & F_P6 ? 2 : 1;
    AT(c, op);
    if (leaf == VM_LEAF && m->features & F_VM) {     /* "VMwareVMware" */
        put(c, VM_LEAF, 0x61774d56, 0x4d566572, 0x65726177);
        return NEXT(c, op);
    }
    if (leaf > last)                         /* as on the real ones: the highest leaf answers */
        leaf = last;
    switch (leaf) {
    case 0:                                  /* "GenuineIntel" */
        put(c, last, 0x756e6547, 0x6c65746e, 0x49656e69);
        break;
    case 1:
        put(c, m->signature, 0, m->features & F_VM ? 1u << 31 : 0,
            feature_bits(m->features) | (c->msr.apic_base & APIC_BASE_ON ? 1u << 9 : 0));
        break;
    default:                                 /* TLBs; 16 KB L1 caches, 512 KB L2 */
        put(c, 0x03020101, 0, 0, 0x0c040843);
        break;
    }
    return NEXT(c, op);
}
