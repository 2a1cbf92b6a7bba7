/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's state, hot part first, and what the rest of the machine may do to it.
 * Governing document: Intel SDM volume 3.
 *
 * Guest state is what cpu_fields (cpu_state.c) lists; everything after "caches" can be dropped at
 * any instruction boundary. rip is exact at instruction boundaries and whenever a handler has been
 * entered that needs it; inside a block it is ip_base + op->off (op.h).
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "core/field.h"
#include "core/line.h"
#include "core/log.h"
#include "core/sched.h"
#include "cpu/fpu/f80.h"
#include "cpu/insn.h"
#include "cpu/models.h"

/* EFLAGS */
#define FL_CF 0x1u
#define FL_PF 0x4u
#define FL_AF 0x10u
#define FL_ZF 0x40u
#define FL_SF 0x80u
#define FL_TF 0x100u
#define FL_IF 0x200u
#define FL_DF 0x400u
#define FL_OF 0x800u
#define FL_IOPL 0x3000u
#define FL_NT 0x4000u
#define FL_RF 0x10000u
#define FL_VM 0x20000u
#define FL_AC 0x40000u
#define FL_VIF 0x80000u
#define FL_VIP 0x100000u
#define FL_ID 0x200000u
#define FL_ARITH (FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF)

/* CR0, CR4 */
#define CR0_PE 0x1u
#define CR0_MP 0x2u
#define CR0_EM 0x4u
#define CR0_TS 0x8u
#define CR0_ET 0x10u
#define CR0_NE 0x20u
#define CR0_WP 0x10000u
#define CR0_AM 0x40000u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u
#define CR0_PG 0x80000000u
#define CR4_VME 0x1u
#define CR4_PVI 0x2u
#define CR4_TSD 0x4u
#define CR4_DE  0x8u
#define CR4_PSE 0x10u
#define CR4_PAE 0x20u
#define CR4_MCE 0x40u
#define CR4_PGE 0x80u
#define CR4_PCE 0x100u
#define CR4_OSFXSR 0x200u

/* IA32_APIC_BASE: on; the boot processor; where */
#define APIC_BASE_ON  0x800u
#define APIC_BASE_BSP 0x100u
#define APIC_BASE_AT  UINT64_C(0xffffff000)

/* Exception vectors */
enum { EXC_DE = 0, EXC_DB = 1, EXC_NMI = 2, EXC_BP = 3, EXC_OF = 4, EXC_BR = 5, EXC_UD = 6,
       EXC_NM = 7, EXC_DF = 8, EXC_TS = 10, EXC_NP = 11, EXC_SS = 12, EXC_GP = 13, EXC_PF = 14,
       EXC_MF = 16, EXC_AC = 17, EXC_MC = 18 };

/* DR6 */
#define DR6_BD 0x2000u
#define DR6_BS 0x4000u
#define DR6_BT 0x8000u

/* Register slots */
enum { R_AX, R_CX, R_DX, R_BX, R_SP, R_BP, R_SI, R_DI };

/* A segment register with its hidden part. attr: the descriptor's bits 8..23 of its high
 * dword: type 3..0, S 4, DPL 6..5, P 7, AVL 12, L 13, D/B 14, G 15. P = 0: not usable (null). */
#define SA_TYPE 0x000fu
#define SA_S    0x0010u
#define SA_DPL  0x0060u
#define SA_P    0x0080u
#define SA_L    0x2000u
#define SA_DB   0x4000u
#define SA_G    0x8000u
struct seg {
    uint16_t sel, attr;
    uint32_t limit;              /* in bytes, granularity applied */
    uint64_t base;
    /* Derived (seg_derive): an access of n bytes at offset o is plainly allowed when
     * o <= lim - (n - 1), signed. -1: every access takes the slow check (seg_check). */
    int64_t  lim_r, lim_w;
};

/* Descriptor-table registers */
struct dtr { uint32_t limit; uint64_t base; };

/* Reasons to look up at a block boundary */
enum { PEND_INTR = 1, PEND_NMI = 2, PEND_EXIT = 4 /* leave cpu_run() */,
       PEND_SHUTDOWN = 32 /* triple fault */,
       PEND_ALONE = 64 /* inside another engine: the running block enters no other */ };

/* Why cpu_run() came back early */
enum cpu_stop { CPU_RAN, CPU_HALTED, CPU_EXIT, CPU_SHUTDOWN };

/* What decoded code assumes; part of a block's key */
#define MODE_CODE32  1u
#define MODE_STACK32 2u          /* SS.B: the stack pointer is ESP */
#define MODE_CODE64  4u
#define MODE_FLAT    16u         /* DS, ES and SS: base 0, all 4 GiB readable and writable */
#define MODE_FLATCS  32u         /* CS: 32-bit, base 0, all 4 GiB */
#define MODE_TF      8u          /* one-instruction blocks: TF, or a breakpoint in DR7 */
#define MODE_DEAD    0x80000000u /* never equal to a CPU's mode: a dropped block */

#ifdef VITRINE_STRESS
#define TLB_BITS 1               /* the stress build: every path is a rare one's neighbour */
#else
#define TLB_BITS 13
#endif
#define TLB_SIZE (1u << TLB_BITS)
#define TLB_WORDS ((TLB_SIZE + 63) / 64)
/* tag: page address, or TLB_EMPTY. (lin ^ tag) <= 4096 - n is hit and in-page at once. */
#define TLB_EMPTY (UINT64_C(1) << 63)
#define PTE_NONE  UINT64_MAX
#define PT_PAGES  512            /* more pages of tables than this: the TLB is flushed */
struct tlb_entry { laddr tag_r, tag_w, tag_x; uintptr_t host; };   /* host + lin is the byte */

#define TLB_ENTRY_SHIFT 5
_Static_assert(sizeof(struct tlb_entry) <= 1u << TLB_ENTRY_SHIFT, "tlb_slot() makes an offset");

struct op;
struct block;
struct block_cache;
struct ir_engine;
struct journal;

struct cpu {
    /* hot */
    uint64_t gpr[17];            /* 16: always zero */
    uint64_t rip;                /* linear code address is seg[SEG_CS].base + rip */
    uint64_t fl_res, fl_aux;     /* lazy arithmetic flags, flags.h */
    uint32_t eflags;             /* the other bits; the six arithmetic ones are 0 here */
    uint32_t pending;            /* PEND_*; tested at block boundaries */
    int64_t  left;               /* instructions until the slice must end; see cpu_icount() */
    uint64_t ip_base;            /* rip of an op in the running block is ip_base + op->off */
    uint32_t mode;               /* MODE_*: key for block lookup */
    uint8_t  cpl;
    bool     halted;
    struct tlb_entry *tlb;       /* of the present privilege: tlbs[cpl == 3]; or the empty tlbs[2],
                                    when every access is looked at */
    uint64_t jump_key;           /* upper half of the jump table's keys, block.h */
    const struct op *at;         /* the running op: set before anything that may ask for the time */
    struct block *blk;           /* the running block, NULL between blocks */
    struct seg seg[SEG_COUNT];   /* ES CS SS DS FS GS LDTR TR */

    /* warm and cold guest state */
    struct dtr gdtr, idtr;
    uint32_t cr0, cr4;
    uint64_t cr2, cr3, dr[8], efer;
    uint64_t pdpte[4];           /* PAE: the directory pointers, as of the load of CR3 */
    uint64_t shadow_at;          /* no interrupt is taken at the boundary with this instruction
                                    count: STI, MOV SS, POP SS (SDM 3A 6.8.3). UINT64_MAX: none */
    bool     shadow_ss;          /* that was MOV or POP SS: no #DB there either */
    uint16_t debug_hits;         /* DR6 bits of conditions met, #DB not raised yet */
    uint64_t rf_at;              /* EFLAGS.RF is 1 for the instruction with this count alone, so
                                    that nobody needs to clear it. UINT64_MAX: none */
    uint64_t icount;             /* instructions executed, exact between slices; cpu_icount()
                                    inside */
    bool     nmi_blocked;        /* until the next IRET */
    bool     intr, nmi;          /* the INTR level, and a latched NMI edge */
    bool     a20;                /* false: address bit 20 reads as 0 */
    bool     ignne;              /* the IGNNE# pin asks, from port F0h */
    struct line ferr;            /* FERR# output; the AT board wires it to IRQ 13 */
    struct {                     /* x87: physical registers, as MMX sees them */
        struct f80 r[8];
        uint16_t cw, sw;         /* sw without TOP */
        uint8_t  top;
        uint8_t  empty;          /* bit n: physical register n is empty */
        uint16_t fop, fcs, fds;
        uint64_t fip, fdp;
    } x87;
    struct { uint64_t q[8][2]; uint32_t mxcsr; } sse;
    struct {                     /* model-specific registers that hold a value */
        uint64_t apic_base, sysenter_cs, sysenter_esp, sysenter_eip, pat, mtrr_def_type;
        uint64_t mtrr_base[8], mtrr_mask[8], mtrr_fix[11], tsc_offset, misc_enable, mcg_status,
                 mcg_ctl, mc_ctl[5], debugctl;
        uint64_t perf_sel[2], perf_ctr[2], perf_from[2];   /* a counter that runs: its value when
                                    its source stood at perf_from; msr.c */
    } msr;

    /* wiring and configuration */
    uint8_t  model;              /* enum cpu_model */
    unsigned id;
    struct bus *mem, *io;
    struct sched *sched;
    struct log *log;
    int    (*inta)(void *pic);   /* acknowledges INTR: the vector, 0..255 */
    void    *pic;
    void   (*apic_base)(void *owner, uint64_t v);   /* the APIC goes on, off or elsewhere; NULL: it
                                                       is not connected, and always off */
    void    *owner;
    /* Virtual time at an instruction count: exact ratio and anchor are the machine's. */
    vtime  (*time_at)(void *owner, uint64_t icount);

    /* caches and scratch: never saved */
    bool     running;            /* inside cpu_run() */
    uint64_t slice_end;          /* icount at which left would be 0 */
    struct block **link_slot;    /* where the next block found may be linked, or NULL */
    paddr    link_page;          /* physical page that block must be in */
    struct { bool raised, has_code; uint8_t vector; uint32_t code; uint64_t cr2; } fault;
    struct { uint8_t vector; uint32_t code; } last_fault;   /* raised last by an instruction:
                                                               tests, debuggers */
    uint64_t scratch;            /* a slow path's result: no handler takes the address of a local */
    bool     no_trap;            /* the instruction just run takes no single-step trap (INT n) */
    struct op *patched;          /* op whose run was replaced to stop there, or NULL */
    const struct op *(*patched_run)(struct cpu *, const struct op *);
    struct block_cache *blocks;
    struct ir_engine *engine;       /* NULL: the interpreter alone */
    struct journal *journal;     /* engines in lockstep, else NULL */
    struct tlb_entry tlbs[3][TLB_SIZE];       /* the third is always empty */
    paddr            tlb_phys[2][TLB_SIZE];
    uint32_t         tlb_gen;    /* counts flushes */
    uint64_t         n_fills, n_interrupts;   /* statistics */
    laddr            tlb_page[2][TLB_SIZE];   /* linear page of the entry, device pages too; or
                                                 TLB_EMPTY */
    paddr            tlb_pte[2][TLB_SIZE];    /* where its leaf entry is in memory; or PTE_NONE */
    uint64_t         pt_leaf[64], pt_dir[64]; /* filters by address: leaf entries, and entries above
                                                 them, that TLB entries were made from */
    uint64_t         pt_code[64];             /* and leaf entries that the jump table relies on */
    uint32_t         jump_gen;
    uint32_t         pt_page[PT_PAGES];       /* pages marked as tables */
    unsigned         pt_pages;
    uint8_t          tlb_flags[2][TLB_SIZE];  /* mmu.c: writable and dirty, global, large */
    uint64_t         tlb_used[2][TLB_WORDS]; /* bit n: entry n was filled since the last flush */
    uint64_t         tlb_words[2][(TLB_WORDS + 63) / 64];   /* bit n: word n of those is not 0 */
    uint64_t         tlb_large[16];           /* bit n: an entry of a large page lies in
                                                 megabytes 4n..4n+3 */
};
_Static_assert(offsetof(struct cpu, seg) <= 256, "hot CPU state must stay within JIT reach");

extern const struct device_class cpu_class;

/* Makes a CPU with its caches; false when memory is short. Wire mem, io, sched, log, inta, pic,
 * time_at before the first cpu_run(). cache_ops: capacity of the block cache in operations, 0
 * for the default; small values are for stress tests. max_ops: longest block in instructions, 0
 * for the default. */
bool cpu_init(struct cpu *c, unsigned id, enum cpu_model model, unsigned cache_ops,
              unsigned max_ops);
void cpu_free(struct cpu *c);
/* Who executes: the interpreter (as after cpu_init), the IR executor, or, with check, both in
 * lockstep. Between slices. False: no memory, and the interpreter it is. */
enum cpu_engine { CPU_INTERP, CPU_IR };
bool cpu_set_engine(struct cpu *c, enum cpu_engine engine, bool check);
/* What the engines disagree about, in lines of text; NULL: nothing yet. cpu_run() returns at the
 * block. */
const char *cpu_mismatch(const struct cpu *c);
void cpu_reset(struct cpu *c, enum reset_kind kind);

/* Executes exactly n instructions (a faulting one counts, and so does each resumption of a REP
 * instruction), unless it stops earlier: halted, PEND_EXIT, or shutdown. c->icount is exact
 * afterwards. */
enum cpu_stop cpu_run(struct cpu *c, uint64_t n);

/* Instructions executed so far, the running one not included; exact inside handlers that set
 * c->at. */
uint64_t cpu_icount(const struct cpu *c);
vtime    cpu_now(const struct cpu *c);         /* its virtual time */

/* Ends the slice after the running instruction. Safe at any time. */
void cpu_kick(struct cpu *c);
/* Inputs of the chip. */
void cpu_set_intr(struct cpu *c, bool level);
void cpu_nmi(struct cpu *c);
void cpu_set_a20(struct cpu *c, bool on);
void cpu_set_ignne(struct cpu *c, bool on);

/* Drops translations: all; one page. Dropping decoded blocks: everything. */
void tlb_flush_all(struct cpu *c);
void tlb_flush_page(struct cpu *c, laddr a);
void blocks_flush(struct cpu *c);
void blocks_stats(const struct cpu *c, uint64_t *built, uint64_t *dropped);
/* The bus calls this before bytes that hold code change. */
void cpu_code_write(struct cpu *c, paddr a, unsigned n);
/* And this when other memory, or a device, answers there from now on. */
void cpu_remapped(struct cpu *c, paddr base, uint64_t size);

/* Recomputes what follows from the state: mode, tlb, seg lim_r/lim_w. After CR0, EFLAGS.VM, CS,
 * SS or CPL changed. */
void cpu_update_mode(struct cpu *c);
void seg_derive(struct seg *s);

/* EFLAGS as the guest sees it, and the reverse (every bit is written as given; bit 1 is forced). */
uint32_t cpu_eflags(const struct cpu *c);
void     cpu_set_eflags(struct cpu *c, uint32_t v);
/* RF of the next instruction. */
void     cpu_set_rf(struct cpu *c, bool on);

static inline bool cpu_protected(const struct cpu *c)        /* protected, not virtual-8086 */
{
    return (c->cr0 & CR0_PE) && !(c->eflags & FL_VM);
}
static inline bool cpu_v86(const struct cpu *c) { return (c->eflags & FL_VM) != 0; }
