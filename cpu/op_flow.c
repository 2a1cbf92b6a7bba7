/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Near control flow: jumps, calls, returns, loops, software interrupts, HLT, interrupt flag.
 * Governing document: Intel SDM volume 2.
 */
#include "cpu/block.h"
#include "cpu/cond.h"
#include "cpu/interp.h"
#include "cpu/mem.h"
#include "cpu/op_rm.h"
#include "cpu/operands.h"
#include "cpu/protect.h"

static ALWAYS_INLINE uint64_t ip_mask(const struct op *op, uint64_t ip)
{
    return op->in.osize == 1 ? (uint16_t)ip : op->in.osize == 2 ? (uint32_t)ip : ip;
}

/* Branch target of a relative jump. */
static ALWAYS_INLINE uint64_t target_of(const struct cpu *c, const struct op *op)
{
    return ip_mask(op, c->ip_base + op->off + op->in.len + op->in.imm);
}

/* A target beyond the CS limit is #GP(0) at the jump (SDM: JMP, Jcc, CALL). */
static COLD const struct op *beyond_limit(struct cpu *c, const struct op *op)
{
    cpu_raise_code(c, EXC_GP, 0);
    return op_fault(c, op);
}

static ALWAYS_INLINE bool target_ok(const struct cpu *c, uint64_t rip)
{
    return LIKELY(rip <= c->seg[SEG_CS].limit) || (c->mode & MODE_CODE64);
}

static ALWAYS_INLINE const struct op *go(struct cpu *c, const struct op *op, uint64_t rip,
                                         unsigned which)
{
    uint64_t here = c->ip_base + op->off, base = c->seg[SEG_CS].base;
    if (LIKELY(!(((here + base) ^ (rip + base)) & ~PAGE_MASK)))
        return block_follow(c, which, rip);
    return block_jump(c, rip);
}

/* rip of the branch target and of what follows, before it is cut to 32 bits. */
static ALWAYS_INLINE uint64_t near_target(const struct cpu *c, const struct op *op)
{
    return c->ip_base + op->off + op->in.len + op->in.imm;
}
static ALWAYS_INLINE uint64_t near_next(const struct cpu *c, const struct op *op)
{
    return c->ip_base + op->off + op->in.len;
}

#define JCC(cc) \
    static const struct op *h_j##cc(struct cpu *c, const struct op *op) \
    { \
        if (CC_##cc()) { \
            uint64_t rip = target_of(c, op); \
            if (UNLIKELY(!target_ok(c, rip))) \
                return beyond_limit(c, op); \
            return go(c, op, rip, 1); \
        } \
        return go(c, op, op_next_rip(c, op), 0); \
    } \
    static const struct op *near_j##cc(struct cpu *c, const struct op *op) \
    { \
        if (CC_##cc()) \
            return block_follow_near(c, 1, near_target(c, op)); \
        return block_follow_near(c, 0, near_next(c, op)); \
    } \
    const struct binding bind_j##cc = { .any = h_j##cc, .near = near_j##cc };
JCC(o)
JCC(no)
JCC(b)
JCC(ae)
JCC(e)
JCC(ne)
JCC(be)
JCC(a)
JCC(s)
JCC(ns)
JCC(p)
JCC(np)
JCC(l)
JCC(ge)
JCC(le)
JCC(g)

static const struct op *h_jmp(struct cpu *c, const struct op *op)
{
    uint64_t rip = target_of(c, op);
    if (UNLIKELY(!target_ok(c, rip)))
        return beyond_limit(c, op);
    return go(c, op, rip, 1);
}
static const struct op *near_jmp(struct cpu *c, const struct op *op)
{
    return block_follow_near(c, 1, near_target(c, op));
}
static const struct op *flat_jmp(struct cpu *c, const struct op *op)
{
    return block_jump_flat(c, (uint32_t)near_target(c, op));
}
const struct binding bind_jmp = { .any = h_jmp, .flat = flat_jmp, .near = near_jmp };

/* CALL and RET have flat-stack forms, as PUSH has. */
static op_run h_call, flat_call, h_ret, flat_ret;
const struct binding bind_call = { .any = h_call, .flat = flat_call };
const struct binding bind_ret = { .any = h_ret, .flat = flat_ret };

static const struct op *flat_call(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP] - 4;
    uint8_t *p = tlb_write_ptr(c, sp, 4);
    if (UNLIKELY(!p))
        return h_call(c, op);
    store_le32(p, (uint32_t)near_next(c, op));
    c->gpr[R_SP] = sp;
    return block_jump_flat(c, (uint32_t)near_target(c, op));
}

static const struct op *flat_ret(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP];
    const uint8_t *p = tlb_read_ptr(c, sp, 4);
    if (UNLIKELY(!p))
        return h_ret(c, op);
    c->gpr[R_SP] = (uint32_t)(sp + 4);
    return block_jump_flat(c, load_le32(p));
}

/* A CALL beyond the limit; processors look at the stack first. */
static COLD const struct op *call_beyond_limit(struct cpu *c, const struct op *op)
{
    unsigned size = 1u << op->in.osize;
    TRY(seg_probe_write(c, SEG_SS, (c->gpr[R_SP] - size) & stack_mask(c), size));
    return beyond_limit(c, op);
}

static const struct op *h_call(struct cpu *c, const struct op *op)
{
    uint64_t rip = target_of(c, op);
    AT(c, op);
    if (UNLIKELY(!target_ok(c, rip)))
        return call_beyond_limit(c, op);
    TRY(push(c, op_next_rip(c, op), 1u << op->in.osize));
    return go(c, op, rip, 1);
}

/* The register or memory operand in slot 0, zero-extended, to c->scratch. */
static ALWAYS_INLINE bool operand(struct cpu *c, const struct op *op)
{
    unsigned size = 1u << op->in.osize;
    if (op->in.mem == 0)
        return seg_read(c, op->in.seg, op_ea(c, op), size, &c->scratch);
    c->scratch = reg_get(c, op->in.reg[0], size);
    return true;
}

static const struct op *h_jmp_ind(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(operand(c, op));
    uint64_t rip = c->scratch;
    if (UNLIKELY(!target_ok(c, rip)))
        return beyond_limit(c, op);
    return block_jump(c, rip);
}

static const struct op *h_call_ind(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(operand(c, op));
    uint64_t rip = c->scratch;
    if (UNLIKELY(!target_ok(c, rip)))
        return call_beyond_limit(c, op);
    TRY(push(c, op_next_rip(c, op), 1u << op->in.osize));
    return block_jump(c, rip);
}

static const struct op *flat_jmp_ind(struct cpu *c, const struct op *op)
{
    const uint8_t *p = flat_operand(c, op);
    return LIKELY(p != NULL) ? block_jump_flat(c, load_le32(p)) : h_jmp_ind(c, op);
}
const struct binding bind_jmp_ind = { .any = h_jmp_ind, .flat = flat_jmp_ind };

static const struct op *flat_call_ind(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP] - 4;
    const uint8_t *p = flat_operand(c, op);
    uint8_t *top = tlb_write_ptr(c, sp, 4);
    if (UNLIKELY(!p || !top))
        return h_call_ind(c, op);
    uint32_t rip = load_le32(p);
    store_le32(top, (uint32_t)near_next(c, op));
    c->gpr[R_SP] = sp;
    return block_jump_flat(c, rip);
}
const struct binding bind_call_ind = { .any = h_call_ind, .flat = flat_call_ind };

static ALWAYS_INLINE const struct op *do_ret(struct cpu *c, const struct op *op, uint64_t extra)
{
    unsigned size = 1u << op->in.osize;
    AT(c, op);
    TRY(seg_read(c, SEG_SS, c->gpr[R_SP] & stack_mask(c), size, &c->scratch));
    uint64_t rip = c->scratch;
    if (UNLIKELY(!target_ok(c, rip)))
        return beyond_limit(c, op);
    stack_set(c, c->gpr[R_SP] + size + extra);
    return block_jump(c, rip);
}

static const struct op *h_ret(struct cpu *c, const struct op *op) { return do_ret(c, op, 0); }
HANDLER(ret_imm) { return do_ret(c, op, op->in.imm & 0xffff); }

/* LOOP and JCXZ count in the register of the address size. */
static ALWAYS_INLINE const struct op *branch_if(struct cpu *c, const struct op *op, bool taken)
{
    uint64_t rip = taken ? target_of(c, op) : op_next_rip(c, op);
    if (taken && UNLIKELY(!target_ok(c, rip)))
        return beyond_limit(c, op);
    return go(c, op, rip, taken);
}

static ALWAYS_INLINE const struct op *do_loop(struct cpu *c, const struct op *op, bool also)
{
    unsigned size = 1u << op->in.asize;
    uint64_t n = (reg_get(c, REG_OFF(R_CX), size) - 1) & op->amask;
    bool taken = n != 0 && also;
    if (taken && UNLIKELY(!target_ok(c, target_of(c, op))))
        return beyond_limit(c, op);
    reg_set(c, REG_OFF(R_CX), n, size);
    return branch_if(c, op, taken);
}

HANDLER(loop) { return do_loop(c, op, true); }
HANDLER(loope) { return do_loop(c, op, flag_zf(c)); }
HANDLER(loopne) { return do_loop(c, op, !flag_zf(c)); }
HANDLER(jcxz) { return branch_if(c, op, (c->gpr[R_CX] & op->amask) == 0); }

/* ---- interrupts from instructions ---- */

static const struct op *soft_int(struct cpu *c, const struct op *op, unsigned vector)
{
    c->no_trap = true;
    c->rip = op_rip(c, op);
    TRY(interrupt_software(c, (uint8_t)vector, op_next_rip(c, op)));
    return OP_EXIT;
}

HANDLER(int)
{
    AT(c, op);
    return soft_int(c, op, (unsigned)op->in.imm & 0xff);
}
HANDLER(int3)
{
    AT(c, op);
    return soft_int(c, op, EXC_BP);
}
/* INT1 is #DB itself, and one with what MOV SS held back. */
HANDLER(icebp)
{
    AT(c, op);
    c->dr[6] |= c->debug_hits;
    c->debug_hits = 0;
    return soft_int(c, op, EXC_DB);
}
HANDLER(into)
{
    AT(c, op);
    if (flag_of(c))
        return soft_int(c, op, EXC_OF);
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(bound)
{
    unsigned size = 1u << op->in.osize;
    uint64_t lo, hi, off = op_ea(c, op);
    AT(c, op);
    TRY(seg_read(c, op->in.seg, off, size, &lo));
    int64_t v = (int64_t)sext(reg_get(c, op->in.reg[0], size), size * 8);
    if (v < (int64_t)sext(lo, size * 8))     /* found before the upper bound is read */
        TRY(cpu_raise(c, EXC_BR));
    TRY(seg_read(c, op->in.seg, (off + size) & op->amask, size, &hi));
    if (v > (int64_t)sext(hi, size * 8))
        TRY(cpu_raise(c, EXC_BR));
    if (insn_rows[op->in.id].attr & ENDS) {
        c->rip = op_next_rip(c, op);
        return OP_EXIT;
    }
    return NEXT(c, op);
}

/* ---- the interrupt flag, halting ---- */

/* CLI, STI: which flag they change, by IOPL in protected mode, VIF with PVI or VME (SDM volume 2,
 * CLI, table 3-7). 0: neither, #GP(0) recorded. */
static uint32_t flag_to_change(struct cpu *c)
{
    unsigned iopl = c->eflags >> 12 & 3;
    if (!(c->cr0 & CR0_PE) || (!cpu_v86(c) && c->cpl <= iopl) || (cpu_v86(c) && iopl == 3))
        return FL_IF;
    if (cpu_v86(c) ? c->cr4 & CR4_VME : c->cpl == 3 && (c->cr4 & CR4_PVI))
        return FL_VIF;
    cpu_raise_code(c, EXC_GP, 0);
    return 0;
}

HANDLER(cli)
{
    AT(c, op);
    uint32_t flag = flag_to_change(c);
    TRY(flag);
    c->eflags &= ~flag;
    return go(c, op, op_next_rip(c, op), 0);
}

HANDLER(sti)
{
    AT(c, op);
    uint32_t flag = flag_to_change(c);
    TRY(flag);
    if (flag == FL_VIF) {
        if (c->eflags & FL_VIP)
            TRY(cpu_raise_code(c, EXC_GP, 0));
        c->eflags |= FL_VIF;
    } else {
        if (!(c->eflags & FL_IF)) {
            c->shadow_at = cpu_icount(c) + 1;
            c->shadow_ss = false;
        }
        c->eflags |= FL_IF;
    }
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(hlt)
{
    AT(c, op);
    if (c->cpl)
        TRY(cpu_raise_code(c, EXC_GP, 0));
    c->halted = true;
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

static const struct op *undefined(struct cpu *c, const struct op *op)
{
    cpu_raise(c, EXC_UD);
    return op_fault(c, op);
}
HANDLER(ud0) { return undefined(c, op); }
HANDLER(ud1) { return undefined(c, op); }
HANDLER(ud2) { return undefined(c, op); }
