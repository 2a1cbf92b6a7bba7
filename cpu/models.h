/* SPDX-License-Identifier: BSD-2-Clause */
/* CPU models and the features each has; models.def is the table. */
#pragma once
#include "core/base.h"

/* Feature bits of a model: what a row of insns.def may need, and what CPUID tells. */
#define F_186      (1u << 0)
#define F_286      (1u << 1)
#define F_386      (1u << 2)
#define F_486      (1u << 3)     /* BSWAP CMPXCHG XADD INVLPG INVD WBINVD, AC flag */
#define F_CPUID    (1u << 4)
#define F_TSC      (1u << 5)
#define F_MSR      (1u << 6)
#define F_CX8      (1u << 7)
#define F_CMOV     (1u << 8)
#define F_MMX      (1u << 9)
#define F_FXSR     (1u << 10)
#define F_SEP      (1u << 11)
#define F_PSE      (1u << 12)
#define F_PGE      (1u << 13)
#define F_VME      (1u << 14)
#define F_FPU      (1u << 15)
#define F_DE       (1u << 16)
#define F_P6       (1u << 17)    /* UD2, RDPMC, NOP Ev, FCMOV, FCOMI */
#define F_MTRR     (1u << 18)
#define F_PAT      (1u << 19)
#define F_PAE      (1u << 20)
#define F_SSE      (1u << 21)
#define F_SSE2     (1u << 22)
#define F_LM       (1u << 23)
#define F_PSE36    (1u << 24)
#define F_MCE      (1u << 25)    /* CR4.MCE */
#define F_MCA      (1u << 26)    /* machine-check banks */
#define F_APIC     (1u << 27)    /* an APIC on the chip, which the board may connect */
#define F_VM       (1u << 28)    /* CPUID tells of a virtual machine with the ports of VMware's */

enum cpu_model { CPU_8086, CPU_286, CPU_386, CPU_486, CPU_PENTIUM, CPU_PENTIUM_MMX, CPU_PENTIUM2,
                 CPU_PENTIUM2_VM, CPU_MODEL_COUNT };

struct cpu_model_row {
    const char *name;            /* as given to --cpu */
    const char *title;           /* for people */
    uint32_t    features;        /* F_* */
    uint32_t    signature;       /* CPUID leaf 1 EAX; EDX after RESET */
};
extern const struct cpu_model_row cpu_models[CPU_MODEL_COUNT];
#define CPU_MODEL_DEFAULT CPU_PENTIUM2

/* The model of that name, or -1. */
int cpu_model_find(const char *name);
