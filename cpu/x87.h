/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all x87 (and MMX) handlers share: the register stack, the checks before and the exceptions
 * after. Governing document: Intel SDM volume 1, chapter 8.
 *
 * A handler: x87_begin() (#NM, pending #MF), its memory operand, x87_note() (FIP, FOP, FDP), the
 * arithmetic in an fp_env, x87_commit(): it moves the exceptions to the status word and says
 * whether the result may be written. Nothing is changed before the last thing that can fault.
 */
#pragma once
#include "cpu/mem.h"
#include "cpu/op.h"

/* Status word, besides the exceptions and C3..C0 of f80.h. Kept without TOP. */
#define SW_SF 0x0040u /* stack fault */
#define SW_ES 0x0080u /* an unmasked exception is pending */
#define SW_B  0x8000u /* the same, as the 8087's busy */
#define SW_CC (FP_C0 | FP_C1 | FP_C2 | FP_C3)

/* FNINIT, and the x87 part of a reset. */
void x87_init(struct cpu *c);
/* ES, B and FERR# from exceptions and masks: after either changed. */
void x87_update_es(struct cpu *c);
/* The status word with TOP, and the reverse. */
uint16_t x87_sw(const struct cpu *c);
void x87_set_sw(struct cpu *c, uint16_t v);
/* The control word as written: unused bits read as 0, bit 6 as 1. */
void x87_set_cw(struct cpu *c, uint16_t v);

/* Several bytes at once, atomically as to faults. Each item's offset wraps as the address size
 * has it. */
bool x87_read_bytes(struct cpu *c, const struct op *op, uint64_t off, uint8_t *p, unsigned n);
bool x87_write_bytes(struct cpu *c, const struct op *op, uint64_t off, const uint8_t *p,
                     unsigned n);

/* ---- before ---- */
bool x87_begin_slow(struct cpu *c);
/* #NM and #MF: every waiting instruction. */
static ALWAYS_INLINE bool x87_begin(struct cpu *c, const struct op *op)
{
    AT(c, op);
    if (UNLIKELY((c->cr0 & (CR0_EM | CR0_TS)) || (c->x87.sw & SW_ES)))
        return x87_begin_slow(c);
    return true;
}
/* #NM only: the control instructions FNxxx. */
static ALWAYS_INLINE bool x87_begin_nowait(struct cpu *c, const struct op *op)
{
    AT(c, op);
    return LIKELY(!(c->cr0 & (CR0_EM | CR0_TS))) || cpu_raise(c, EXC_NM);
}
static ALWAYS_INLINE void x87_note(struct cpu *c, const struct op *op)
{
    c->x87.fip = op_rip(c, op);
    c->x87.fcs = c->seg[SEG_CS].sel;
    c->x87.fop = (uint16_t)((op->in.opcode & 7) << 8 | op->in.modrm);
}
static ALWAYS_INLINE void x87_note_mem(struct cpu *c, const struct op *op, uint64_t ea)
{
    x87_note(c, op);
    c->x87.fdp = ea;
    c->x87.fds = c->seg[op->in.seg].sel;
}

/* The end of a handler whose work is done by a function of its own: where that has a local whose
 * address is taken (an fp_env), a compiler can make the jump to the next operation only from
 * outside of it. */
static ALWAYS_INLINE const struct op *x87_next(struct cpu *c, const struct op *op, bool ok)
{
    TRY(ok);
    return NEXT(c, op);
}

/* ---- the stack ---- */
static ALWAYS_INLINE unsigned x87_phys(const struct cpu *c, unsigned i)
{
    return (c->x87.top + i) & 7;
}
static ALWAYS_INLINE bool x87_is_empty(const struct cpu *c, unsigned i)
{
    return c->x87.empty >> x87_phys(c, i) & 1;
}
static ALWAYS_INLINE struct f80 x87_st(const struct cpu *c, unsigned i)
{
    return c->x87.r[x87_phys(c, i)];
}
static ALWAYS_INLINE void x87_set_st(struct cpu *c, unsigned i, struct f80 v)
{
    unsigned n = x87_phys(c, i);
    c->x87.r[n] = v;
    c->x87.empty &= (uint8_t) ~(1u << n);
}
static ALWAYS_INLINE void x87_pop(struct cpu *c)
{
    c->x87.empty |= (uint8_t)(1u << c->x87.top);
    c->x87.top = (c->x87.top + 1) & 7;
}
static ALWAYS_INLINE void x87_push(struct cpu *c, struct f80 v)
{
    c->x87.top = (c->x87.top - 1) & 7;
    x87_set_st(c, 0, v);
}
static ALWAYS_INLINE struct fp_env x87_env(const struct cpu *c)
{
    return (struct fp_env){c->x87.cw, 0, false};
}
/* Stack underflow and overflow as exceptions: SF beside IE, C1 tells which. */
static inline struct f80 x87_underflow(struct fp_env *e)
{
    e->ex |= FP_IE | SW_SF;
    e->up = false;
    return f80_default_nan();
}
static inline struct f80 x87_overflow(struct fp_env *e)
{
    e->ex |= FP_IE | SW_SF;
    e->up = true;
    return f80_default_nan();
}

/* ---- after ---- */
bool x87_commit_slow(struct cpu *c, unsigned ex, bool up);
/* False: an unmasked exception leaves destination and stack as they were. */
static ALWAYS_INLINE bool x87_commit(struct cpu *c, const struct fp_env *e)
{
    unsigned ex = e->ex, up = e->up;
    if (UNLIKELY((ex & ~FP_PE) || (ex & ~(unsigned)c->x87.cw)))
        return x87_commit_slow(c, ex, up);
    c->x87.sw = (uint16_t)((c->x87.sw & ~FP_C1) | ex | (up ? FP_C1 : 0));
    return true;
}
/* Would x87_commit() let the result be written to memory? OE and UE count too there. */
static inline bool x87_may_store(const struct fp_env *e)
{
    return !(e->ex & ~e->cw & (FP_IE | FP_DE | FP_ZE | FP_OE | FP_UE));
}
