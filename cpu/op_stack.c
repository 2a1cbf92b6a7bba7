/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack: PUSH, POP and their families, ENTER, LEAVE, PUSHF, POPF. Intel SDM volume 2. */
#include "cpu/desc.h"
#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/mem.h"
#include "cpu/op_rm.h"
#include "cpu/operands.h"
#include "cpu/protect.h"

static ALWAYS_INLINE unsigned size_of(const struct op *op) { return 1u << op->in.osize; }

/* On a flat 32-bit stack (MODE_FLAT, MODE_STACK32) a push or pop of 32 bits is one TLB look-up. */
#define STACK_HANDLER(sem) \
    static op_run h_##sem, flat_##sem; \
    const struct binding bind_##sem = { .any = h_##sem, .flat = flat_##sem };
STACK_HANDLER(push_r)
STACK_HANDLER(pop_r)
STACK_HANDLER(push_i)
STACK_HANDLER(push_m)
STACK_HANDLER(leave)

static const struct op *h_push_r(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(push(c, reg_get(c, op->in.reg[0], size_of(op)), size_of(op)));
    return TAIL(c, op + 1);
}

static const struct op *flat_push_r(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP] - 4;
    uint8_t *p = tlb_write_ptr(c, sp, 4);
    if (UNLIKELY(!p))
        return h_push_r(c, op);
    store_le32(p, (uint32_t)reg_get(c, op->in.reg[0], 4));
    c->gpr[R_SP] = sp;
    return TAIL(c, op + 1);
}

static const struct op *h_pop_r(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(pop(c, &c->scratch, size_of(op)));
    reg_set(c, op->in.reg[0], c->scratch, size_of(op));
    return TAIL(c, op + 1);
}

static const struct op *flat_pop_r(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP];
    const uint8_t *p = tlb_read_ptr(c, sp, 4);
    if (UNLIKELY(!p))
        return h_pop_r(c, op);
    c->gpr[R_SP] = (uint32_t)(sp + 4);
    reg_set(c, op->in.reg[0], load_le32(p), 4);
    return TAIL(c, op + 1);
}

static const struct op *h_push_i(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(push(c, op->in.imm, size_of(op)));
    return TAIL(c, op + 1);
}

static const struct op *flat_push_i(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP] - 4;
    uint8_t *p = tlb_write_ptr(c, sp, 4);
    if (UNLIKELY(!p))
        return h_push_i(c, op);
    store_le32(p, (uint32_t)op->in.imm);
    c->gpr[R_SP] = sp;
    return TAIL(c, op + 1);
}

static const struct op *h_push_m(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(rm_read(c, op, 0, size_of(op), &c->scratch));
    TRY(push(c, c->scratch, size_of(op)));
    return NEXT(c, op);
}

static const struct op *flat_push_m(struct cpu *c, const struct op *op)
{
    uint32_t sp = (uint32_t)c->gpr[R_SP] - 4;
    const uint8_t *p = flat_operand(c, op);
    uint8_t *top = tlb_write_ptr(c, sp, 4);
    if (UNLIKELY(!p || !top))
        return h_push_m(c, op);
    store_le32(top, load_le32(p));
    c->gpr[R_SP] = sp;
    return TAIL(c, op + 1);
}

/* The address is computed after SP has moved (SDM: POP). */
HANDLER(pop_m)
{
    uint64_t v, sp = c->gpr[R_SP];
    AT(c, op);
    TRY(pop(c, &v, size_of(op)));
    if (op->in.mem != 0) {
        reg_set(c, op->in.reg[0], v, size_of(op));
        return NEXT(c, op);
    }
    if (!seg_write(c, op->in.seg, op_ea(c, op), v, size_of(op))) {
        c->gpr[R_SP] = sp;
        return op_fault(c, op);
    }
    return NEXT(c, op);
}

/* All eight pushes are checked, highest and lowest, before the first is done. */
HANDLER(pusha)
{
    unsigned n = size_of(op);
    uint64_t m = stack_mask(c), sp = c->gpr[R_SP];
    AT(c, op);
    for (unsigned i = 1; i <= 8; i++)
        TRY(seg_probe_write(c, SEG_SS, (sp - i * n) & m, n));
    for (unsigned i = 0; i < 8; i++) {
        uint64_t v = i == R_SP ? sp : c->gpr[i];
        TRY(seg_write(c, SEG_SS, (sp - (i + 1) * n) & m, v, n));
    }
    stack_set(c, sp - 8 * n);
    return NEXT(c, op);
}

HANDLER(popa)
{
    unsigned n = size_of(op);
    uint64_t m = stack_mask(c), sp = c->gpr[R_SP], v[8];
    AT(c, op);
    for (unsigned i = 0; i < 8; i++)
        TRY(seg_read(c, SEG_SS, (sp + i * n) & m, n, &v[i]));
    for (unsigned i = 0; i < 8; i++)
        if (i != 3)
            reg_set(c, REG_OFF(7 - i), v[i], n);
    stack_set(c, sp + 8 * n);
    return NEXT(c, op);
}

/* ENTER: the frame pointers of the outer levels are copied (SDM volume 1, 6.6). With a 16-bit stack
 * the frame pointer is still all of ESP, with the borrow that SP does not pass on. */
HANDLER(enter)
{
    unsigned n = size_of(op), level = (unsigned)(op->in.imm >> 32) & 31;
    uint64_t m = stack_mask(c), sp = c->gpr[R_SP] & m, bp = c->gpr[R_BP] & m, v;
    uint64_t frame = (sp - n) & m, alloc = op->in.imm & 0xffff;
    uint64_t pointer = c->gpr[R_SP] - n;
    AT(c, op);
    for (unsigned i = 0; i <= level; i++) {  /* everything that can fault, in order */
        if (i && i < level)
            TRY(seg_read(c, SEG_SS, (bp - i * n) & m, n, &v));
        TRY(seg_probe_write(c, SEG_SS, (frame - i * n) & m, n));
    }
    TRY(seg_probe_write(c, SEG_SS, (frame - level * n - alloc) & m, n));
    uint64_t at = frame;
    TRY(seg_write(c, SEG_SS, at, reg_get(c, REG_OFF(R_BP), n), n));
    for (unsigned i = 1; i < level; i++) {
        TRY(seg_read(c, SEG_SS, (bp - i * n) & m, n, &v));
        at = (at - n) & m;
        TRY(seg_write(c, SEG_SS, at, v, n));
    }
    if (level) {
        at = (at - n) & m;
        TRY(seg_write(c, SEG_SS, at, pointer, n));
    }
    reg_set(c, REG_OFF(R_BP), pointer, n);
    stack_set(c, at - alloc);
    return NEXT(c, op);
}

static const struct op *flat_leave(struct cpu *c, const struct op *op)
{
    uint32_t bp = (uint32_t)c->gpr[R_BP];
    const uint8_t *p = tlb_read_ptr(c, bp, 4);
    if (UNLIKELY(!p))
        return h_leave(c, op);
    c->gpr[R_SP] = (uint32_t)(bp + 4);
    c->gpr[R_BP] = load_le32(p);
    return TAIL(c, op + 1);
}

static const struct op *h_leave(struct cpu *c, const struct op *op)
{
    uint64_t bp = c->gpr[R_BP] & stack_mask(c);
    AT(c, op);
    TRY(seg_read(c, SEG_SS, bp, size_of(op), &c->scratch));
    stack_set(c, bp + size_of(op));
    reg_set(c, REG_OFF(R_BP), c->scratch, size_of(op));
    return NEXT(c, op);
}

/* ---- flags ---- */

static bool v86_needs_iopl(const struct cpu *c)
{
    return cpu_v86(c) && (c->eflags & FL_IOPL) != FL_IOPL;
}

/* Virtual-8086 with IOPL < 3: 16-bit PUSHF and POPF work on VIF when CR4.VME is set, all else is
 * #GP(0) (SDM volume 2, PUSHF; volume 3, 20.2). */
/* The 8086 pushes SP as it is afterwards. */
const struct op *op_push_sp_8086(struct cpu *c, const struct op *op)
{
    AT(c, op);
    TRY(push(c, c->gpr[R_SP] - 2, 2));
    return NEXT(c, op);
}

HANDLER(pushf)
{
    uint32_t f = cpu_eflags(c);
    AT(c, op);
    if (v86_needs_iopl(c)) {
        if (size_of(op) != 2 || !(c->cr4 & CR4_VME))
            TRY(cpu_raise_code(c, EXC_GP, 0));
        f = (f & ~FL_IF) | FL_IOPL | (f & FL_VIF ? FL_IF : 0);
    }
    TRY(push(c, flags_image(c, f) & ~(FL_VM | FL_RF), size_of(op)));
    c->rip = op_next_rip(c, op);
    return insn_rows[op->in.id].attr & ENDS ? OP_EXIT : NEXT(c, op);
}

static uint32_t popf_mask(const struct cpu *c, unsigned size)
{
    uint32_t m = FL_ARITH | FL_TF | FL_DF | FL_NT;
    if (c->cpl == 0)
        m |= FL_IOPL;
    if (!(c->cr0 & CR0_PE) || c->cpl <= (c->eflags >> 12 & 3))
        m |= FL_IF;
    if (c->model == CPU_286 && !(c->cr0 & CR0_PE))
        m &= ~(FL_IOPL | FL_NT);             /* how programs tell it from a 386 */
    if (size == 4)
        m |= (c->model >= CPU_486 ? FL_AC : 0) |
             (cpu_models[c->model].features & F_CPUID ? FL_ID : 0);
    return m & eflags_known(c);
}

HANDLER(popf)
{
    uint64_t v, sp = c->gpr[R_SP];
    unsigned size = size_of(op);
    AT(c, op);
    if (v86_needs_iopl(c)) {
        if (size != 2 || !(c->cr4 & CR4_VME))
            TRY(cpu_raise_code(c, EXC_GP, 0));
        TRY(pop(c, &v, size));
        if ((v & FL_TF) || ((v & FL_IF) && (c->eflags & FL_VIP))) {
            c->gpr[R_SP] = sp;
            TRY(cpu_raise_code(c, EXC_GP, 0));
        }
        uint32_t m = FL_ARITH | FL_TF | FL_DF | FL_NT;
        uint32_t f = (cpu_eflags(c) & ~(m | FL_VIF | FL_RF)) | ((uint32_t)v & m);
        cpu_set_eflags(c, f | (v & FL_IF ? FL_VIF : 0));
    } else {
        TRY(pop(c, &v, size));
        uint32_t m = popf_mask(c, size);
        cpu_set_eflags(c, (cpu_eflags(c) & ~(m | FL_RF)) | ((uint32_t)v & m));
    }
    cpu_update_mode(c);
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(lahf)
{
    reg_set(c, 1, (flags_bits(c) & 0xd5) | 2, 1);
    return NEXT(c, op);
}

HANDLER(sahf)
{
    uint32_t ah = (uint32_t)reg_get(c, 1, 1);
    flags_set_bits(c, (ah & 0xd5) | (flag_of(c) ? FL_OF : 0));
    return NEXT(c, op);
}
