/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Far transfers and the instructions that load segment registers. Governing document: Intel SDM
 * volume 2 (CALL, JMP, RET, IRET, MOV, POP, LDS, SYSENTER, SYSEXIT); volume 3, 5.8.
 *
 * Each transfer checks and probes everything first, then commits.
 *
 * A 32-bit PUSH of a selector writes two bytes and leaves the other two, as processors do.
 */
#include "cpu/operands.h"
#include "cpu/desc.h"
#include "cpu/op_rm.h"

#define SIZE(op) (1u << (op)->in.osize)

struct far { uint16_t sel; uint32_t off; };

static uint32_t cut(uint64_t v, unsigned size) { return size == 2 ? (uint16_t)v : (uint32_t)v; }

/* A far pointer in memory: offset, then selector. */
static bool read_far(struct cpu *c, const struct op *op, struct far *f)
{
    unsigned size = SIZE(op);
    uint64_t off, sel, ea = op_ea(c, op);
    if (!seg_read(c, op->in.seg, ea, size, &off) ||
        !seg_read(c, op->in.seg, (ea + size) & op->amask, 2, &sel))
        return false;
    *f = (struct far){ (uint16_t)sel, (uint32_t)off };
    return true;
}

static struct far far_of(const struct op *op)
{
    return (struct far){ (uint16_t)(op->in.imm >> 32), cut(op->in.imm, SIZE(op)) };
}

static bool ss_item(struct cpu *c, unsigned at, unsigned size, uint64_t *v)
{
    return seg_read(c, SEG_SS, (c->gpr[R_SP] + at) & stack_mask(c), size, v);
}

/* ESP := v as far as the (new) stack segment's size goes. */
static void set_sp(struct cpu *c, uint64_t v) { stack_set(c, v); }

/* ---- CALL and JMP ---- */

static bool far_real(struct cpu *c, const struct op *op, struct far t, bool call)
{
    struct frame f = frame_here(c, SIZE(op));
    if (call) {
        frame_push(&f, c->seg[SEG_CS].sel);
        frame_push(&f, (uint32_t)op_next_rip(c, op));
        if (!frame_check(c, &f))
            return false;
    }
    if (t.off > c->seg[SEG_CS].limit)
        return cpu_raise_code(c, EXC_GP, 0);
    c->gpr[R_SP] = frame_write(c, &f);
    load_segment_real(c, SEG_CS, t.sel);
    c->rip = t.off;
    return true;
}

/* To a checked code segment, privilege unchanged. */
static bool far_same(struct cpu *c, const struct op *op, struct desc *d, uint32_t off, bool call,
                     unsigned size)
{
    struct frame f = frame_here(c, size);
    if (call) {
        frame_push(&f, c->seg[SEG_CS].sel);
        frame_push(&f, (uint32_t)op_next_rip(c, op));
        if (!frame_check(c, &f))
            return false;
    }
    if (off > desc_limit(d))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_touch(c, d))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    set_cs(c, d, c->cpl);
    c->rip = off;
    return true;
}

static bool far_code(struct cpu *c, const struct op *op, struct desc *d, uint32_t off, bool call)
{
    unsigned err = sel_err(d->sel), rpl = d->sel & 3;
    if (!desc_code(d))
        return cpu_raise_code(c, EXC_GP, err);
    if (desc_conforming(d) ? desc_dpl(d) > c->cpl : rpl > c->cpl || desc_dpl(d) != c->cpl)
        return cpu_raise_code(c, EXC_GP, err);
    if (!desc_present(d))
        return cpu_raise_code(c, EXC_NP, err);
    return far_same(c, op, d, off, call, SIZE(op));
}

/* A call gate to a more privileged segment: new stack, parameters copied. */
static bool gate_inner(struct cpu *c, const struct op *op, const struct desc *gate, struct desc *d,
                       uint32_t off, unsigned size)
{
    unsigned cpl = desc_dpl(d), count = gate->hi & 31;
    struct desc ss;
    uint16_t ss_sel;
    uint32_t esp;
    uint64_t v;
    if (!tss_stack(c, cpl, 0, &ss_sel, &esp) || !ss_check(c, ss_sel, cpl, EXC_TS, 0, &ss))
        return false;
    struct seg stack = seg_of(&ss, ss_sel);
    struct frame f = { .ss = &stack, .sp = esp, .mask = stack.attr & SA_DB ? 0xffffffffu : 0xffff,
                       .user = cpl == 3, .size = size, .fault_code = sel_err(ss_sel) };
    frame_push(&f, c->seg[SEG_SS].sel);
    frame_push(&f, (uint32_t)c->gpr[R_SP]);
    while (count--) {
        if (!ss_item(c, count * size, size, &v))
            return false;
        frame_push(&f, (uint32_t)v);
    }
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)op_next_rip(c, op));
    if (!frame_check(c, &f))
        return false;
    if (off > desc_limit(d))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_touch(c, d))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    set_cs(c, d, cpl);
    set_ss(c, &ss, ss_sel);
    c->rip = off;
    return true;
}

static bool far_gate(struct cpu *c, const struct op *op, const struct desc *gate, bool call)
{
    unsigned sel = gate->lo >> 16, err = sel_err(sel), size = desc_type(gate) & 8 ? 4 : 2;
    uint32_t off = (gate->lo & 0xffff) | (size == 4 ? gate->hi & 0xffff0000u : 0);
    struct desc d;
    if (sel_null(sel))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_read(c, sel, EXC_GP, 0, &d))
        return false;
    if (!desc_code(&d) || desc_dpl(&d) > c->cpl)
        return cpu_raise_code(c, EXC_GP, err);
    bool inner = !desc_conforming(&d) && desc_dpl(&d) < c->cpl;
    if (inner && !call)
        return cpu_raise_code(c, EXC_GP, err);
    if (!desc_present(&d))
        return cpu_raise_code(c, EXC_NP, err);
    return inner ? gate_inner(c, op, gate, &d, off, size) : far_same(c, op, &d, off, call, size);
}

/* sel: of the TSS, or what a task gate names. */
static bool far_task(struct cpu *c, const struct op *op, unsigned sel, bool call)
{
    struct desc d;
    if (!desc_read_system(c, sel, TYPES_TSS, EXC_GP, 0, &d))
        return false;
    return task_settle(c, task_switch(c, &d, call ? TASK_CALL : TASK_JMP, op_next_rip(c, op), 0,
                                      NULL));
}

/* long: dispatcher over what the selector names */
static bool far_transfer(struct cpu *c, const struct op *op, struct far t, bool call)
{
    struct desc d;
    unsigned err = sel_err(t.sel);
    if (!cpu_protected(c))
        return far_real(c, op, t, call);
    if (sel_null(t.sel))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_read(c, t.sel, EXC_GP, 0, &d))
        return false;
    if (desc_s(&d))
        return far_code(c, op, &d, t.off, call);
    if (desc_dpl(&d) < c->cpl || desc_dpl(&d) < (t.sel & 3u))
        return cpu_raise_code(c, EXC_GP, err);
    switch (desc_type(&d)) {
    case DT_TSS16: case DT_TSS32:
        return far_task(c, op, t.sel, call);
    case DT_CALL16: case DT_CALL32:
        return desc_present(&d) ? far_gate(c, op, &d, call) : cpu_raise_code(c, EXC_NP, err);
    case DT_TASK:
        return desc_present(&d) ? far_task(c, op, d.lo >> 16, call)
                                : cpu_raise_code(c, EXC_NP, err);
    default:
        return cpu_raise_code(c, EXC_GP, err);
    }
}

HANDLER(call_far)
{
    AT(c, op);
    TRY(far_transfer(c, op, far_of(op), true));
    return OP_EXIT;
}

HANDLER(jmp_far)
{
    AT(c, op);
    TRY(far_transfer(c, op, far_of(op), false));
    return OP_EXIT;
}

HANDLER(call_far_m)
{
    struct far t;
    AT(c, op);
    TRY(read_far(c, op, &t));
    TRY(far_transfer(c, op, t, true));
    return OP_EXIT;
}

HANDLER(jmp_far_m)
{
    struct far t;
    AT(c, op);
    TRY(read_far(c, op, &t));
    TRY(far_transfer(c, op, t, false));
    return OP_EXIT;
}

/* ---- RET and IRET ---- */

/* A data segment that the outer level may not use is taken away. */
static void drop_inner_segments(struct cpu *c)
{
    static const uint8_t data[] = { SEG_ES, SEG_DS, SEG_FS, SEG_GS };
    for (unsigned i = 0; i < ARRAY_LEN(data); i++) {
        struct seg *s = &c->seg[data[i]];
        bool conforming = (s->attr & (SA_S | 0xc)) == (SA_S | 0xc);
        if ((s->attr & SA_P) && !conforming && (unsigned)(s->attr >> 5 & 3) < c->cpl)
            seg_null(s, 0);
    }
    cpu_update_mode(c);
}

/* The checks of a returned-to code segment that RET and IRET share. */
static bool return_cs(struct cpu *c, unsigned sel, struct desc *d)
{
    unsigned rpl = sel & 3, err = sel_err(sel);
    if (sel_null(sel))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_read(c, sel, EXC_GP, 0, d))
        return false;
    if (rpl < c->cpl || !desc_code(d) ||
        (desc_conforming(d) ? desc_dpl(d) > rpl : desc_dpl(d) != rpl))
        return cpu_raise_code(c, EXC_GP, err);
    return desc_present(d) || cpu_raise_code(c, EXC_NP, err);
}

/* The outer stack; one that is not present is #SS for RET and #NP for IRET. */
static bool return_ss(struct cpu *c, unsigned sel, unsigned cpl, bool iret, struct desc *d)
{
    if (ss_check(c, sel, cpl, EXC_GP, 0, d))
        return true;
    if (iret && c->fault.vector == EXC_SS)
        c->fault.vector = EXC_NP;
    return false;
}

/* Returns to cs:off; 'used' bytes of the stack were read: three items by IRET, else two. The
 * parameters, 'release' bytes, are on both stacks. */
static bool return_to(struct cpu *c, unsigned sel, uint32_t off, unsigned size, unsigned used,
                      unsigned release)
{
    struct desc d, ss;
    uint64_t new_sp = 0, new_ss = 0;
    unsigned cpl = sel & 3;
    if (!return_cs(c, sel, &d))
        return false;
    bool outer = cpl > c->cpl;
    if (outer && (!ss_item(c, used + release, size, &new_sp) ||
                  !ss_item(c, used + release + size, 2, &new_ss) ||
                  !return_ss(c, (unsigned)new_ss, cpl, used == 3 * size, &ss)))
        return false;
    if (off > desc_limit(&d))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_touch(c, &d))
        return false;
    if (!outer)
        set_sp(c, c->gpr[R_SP] + used + release);
    set_cs(c, &d, cpl);
    c->rip = off;
    if (outer) {
        set_ss(c, &ss, (unsigned)new_ss);
        set_sp(c, new_sp + release);
        drop_inner_segments(c);
    }
    return true;
}

static bool ret_far(struct cpu *c, const struct op *op, unsigned release)
{
    unsigned size = SIZE(op);
    uint64_t off, sel;
    if (!ss_item(c, size, 2, &sel) || !ss_item(c, 0, size, &off)) /* as processors do */
        return false;
    if (cpu_protected(c))
        return return_to(c, (unsigned)sel, (uint32_t)off, size, 2 * size, release);
    if (off > c->seg[SEG_CS].limit)
        return cpu_raise_code(c, EXC_GP, 0);
    set_sp(c, c->gpr[R_SP] + 2 * size + release);
    load_segment_real(c, SEG_CS, (uint16_t)sel);
    c->rip = off;
    return true;
}

HANDLER(retf)
{
    AT(c, op);
    TRY(ret_far(c, op, 0));
    return OP_EXIT;
}

HANDLER(retf_imm)
{
    AT(c, op);
    TRY(ret_far(c, op, (unsigned)op->in.imm & 0xffff));
    return OP_EXIT;
}

/* EFLAGS := v where 'mask' allows it, among the bits the model has. */
static void merge_flags(struct cpu *c, uint32_t v, uint32_t mask)
{
    mask &= eflags_known(c);
    cpu_set_eflags(c, (cpu_eflags(c) & ~(mask | FL_RF)) | (v & mask));
}

#define IRET_ANY (FL_ARITH | FL_TF | FL_DF | FL_NT | FL_RF | FL_AC | FL_ID)

static uint32_t low_half(uint32_t mask, unsigned size) { return size == 2 ? mask & 0xffff : mask; }

static bool iret_real(struct cpu *c, const struct op *op)
{
    unsigned size = SIZE(op);
    uint64_t off, sel, fl;
    if (!ss_item(c, 0, size, &off) || !ss_item(c, size, 2, &sel) ||
        !ss_item(c, 2 * size, size, &fl))
        return false;
    if (off > c->seg[SEG_CS].limit)
        return cpu_raise_code(c, EXC_GP, 0);
    set_sp(c, c->gpr[R_SP] + 3 * size);
    load_segment_real(c, SEG_CS, (uint16_t)sel);
    c->rip = off;
    merge_flags(c, (uint32_t)fl,
                low_half(IRET_ANY | FL_IF | (cpu_v86(c) ? 0 : FL_IOPL), size));
    return true;
}

/* CR4.VME with IOPL below 3, 16-bit form: IF of the image becomes VIF. */
static bool iret_vme(struct cpu *c, const struct op *op)
{
    uint64_t off, sel, fl;
    if (!ss_item(c, 0, 2, &off) || !ss_item(c, 2, 2, &sel) || !ss_item(c, 4, 2, &fl))
        return false;
    if (((fl & FL_IF) && (c->eflags & FL_VIP)) || (fl & FL_TF))
        return cpu_raise_code(c, EXC_GP, 0);
    if (off > c->seg[SEG_CS].limit)
        return cpu_raise_code(c, EXC_GP, 0);
    set_sp(c, c->gpr[R_SP] + 6);
    load_segment_real(c, SEG_CS, (uint16_t)sel);
    c->rip = off;
    merge_flags(c, (uint32_t)fl | (fl & FL_IF ? FL_VIF : 0), low_half(IRET_ANY, 2) | FL_VIF);
    return true;
}

static bool iret_v86(struct cpu *c, const struct op *op)
{
    if ((c->eflags & FL_IOPL) == FL_IOPL)
        return iret_real(c, op);
    if ((c->cr4 & CR4_VME) && SIZE(op) == 2)
        return iret_vme(c, op);
    return cpu_raise_code(c, EXC_GP, 0);
}

static bool iret_task(struct cpu *c, const struct op *op)
{
    struct desc d;
    uint64_t link;
    if (!lin_read(c, (uint32_t)c->seg[SEG_TR].base, 2, false, &link))
        return false;
    if (!desc_read_system(c, (unsigned)link, TYPES_TSS_BUSY, EXC_TS, 0, &d))
        return false;
    return task_settle(c, task_switch(c, &d, TASK_IRET, op_next_rip(c, op), 0, NULL));
}

/* From level 0 to a virtual-8086 program: nine doublewords, no check but that of EIP. */
static bool iret_to_v86(struct cpu *c, uint32_t off, unsigned cs, uint32_t fl)
{
    static const uint8_t order[] = { SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS };
    uint64_t esp, sel[5];
    if (!ss_item(c, 12, 4, &esp))
        return false;
    for (unsigned i = 0; i < 5; i++)
        if (!ss_item(c, 16 + 4 * i, 2, &sel[i]))
            return false;
    if (off > 0xffff)
        return cpu_raise_code(c, EXC_GP, 0);
    merge_flags(c, fl, 0xffffffffu);
    c->cpl = 3;
    load_segment_real(c, SEG_CS, (uint16_t)cs);
    for (unsigned i = 0; i < 5; i++)
        load_segment_real(c, order[i], (uint16_t)sel[i]);
    c->gpr[R_SP] = (uint32_t)esp;
    c->rip = off;
    return true;
}

static bool iret_protected(struct cpu *c, const struct op *op)
{
    unsigned size = SIZE(op), cpl = c->cpl;
    uint64_t off, sel, fl;
    if (c->eflags & FL_NT)
        return iret_task(c, op);
    if (!ss_item(c, 2 * size, size, &fl) || !ss_item(c, size, 2, &sel) ||
        !ss_item(c, 0, size, &off))              /* the flags first, as processors do */
        return false;
    if (size == 4 && (fl & FL_VM) && cpl == 0)
        return iret_to_v86(c, (uint32_t)off, (unsigned)sel, (uint32_t)fl);
    uint32_t mask = IRET_ANY;
    if (cpl == 0)
        mask |= FL_IOPL | FL_VIF | FL_VIP;
    if (cpl <= (c->eflags >> 12 & 3))
        mask |= FL_IF;
    if (!return_to(c, (unsigned)sel, (uint32_t)off, size, 3 * size, 0))
        return false;
    merge_flags(c, (uint32_t)fl, low_half(mask, size));
    return true;
}

HANDLER(iret)
{
    AT(c, op);
    c->nmi_blocked = false;                  /* even when it faults (SDM volume 3, 6.7.1) */
    bool ok = !(c->cr0 & CR0_PE) ? iret_real(c, op)
            : cpu_v86(c)         ? iret_v86(c, op)
                                 : iret_protected(c, op);
    TRY(ok);
    return OP_EXIT;
}

/* ---- SYSENTER and SYSEXIT ---- */

static void flat_pair(struct cpu *c, unsigned cs, unsigned cpl)
{
    struct seg *code = &c->seg[SEG_CS], *stack = &c->seg[SEG_SS];
    uint16_t dpl = (uint16_t)(cpl << 5);
    *code = (struct seg){ .sel = (uint16_t)(cs | cpl), .attr = 0xc09b | dpl, .limit = 0xffffffffu };
    *stack = (struct seg){ .sel = (uint16_t)((cs + 8) | cpl), .attr = 0xc093 | dpl,
                           .limit = 0xffffffffu };
    seg_derive(code);
    seg_derive(stack);
    c->cpl = (uint8_t)cpl;
    cpu_update_mode(c);
}

HANDLER(sysenter)
{
    unsigned cs = (unsigned)c->msr.sysenter_cs & 0xfffc;
    AT(c, op);
    TRY(((c->cr0 & CR0_PE) && cs) || cpu_raise_code(c, EXC_GP, 0));
    c->eflags &= ~(FL_VM | FL_IF);
    flat_pair(c, cs, 0);
    c->gpr[R_SP] = (uint32_t)c->msr.sysenter_esp;
    c->rip = (uint32_t)c->msr.sysenter_eip;
    return OP_EXIT;
}

HANDLER(sysexit)
{
    unsigned cs = (unsigned)c->msr.sysenter_cs & 0xfffc;
    AT(c, op);
    TRY(((c->cr0 & CR0_PE) && cs && c->cpl == 0) || cpu_raise_code(c, EXC_GP, 0));
    flat_pair(c, cs + 16, 3);
    c->gpr[R_SP] = (uint32_t)c->gpr[R_CX];
    c->rip = (uint32_t)c->gpr[R_DX];
    return OP_EXIT;
}

/* ---- segment registers ---- */

/* After a load of SS no interrupt is taken for one instruction, so that SP can follow. */
static void shadow(struct cpu *c, unsigned seg)
{
    if (seg != SEG_SS)
        return;
    c->shadow_at = cpu_icount(c) + 1;
    c->shadow_ss = true;
}

HANDLER(push_seg)
{
    unsigned size = SIZE(op);
    AT(c, op);
    uint64_t sp = (c->gpr[R_SP] - size) & stack_mask(c);
    TRY(seg_write(c, SEG_SS, sp, c->seg[op->in.reg[0]].sel, 2));
    stack_set(c, sp);
    return NEXT(c, op);
}

HANDLER(pop_seg)
{
    unsigned seg = op->in.reg[0];
    uint64_t sel, sp = c->gpr[R_SP] + SIZE(op);
    AT(c, op);
    TRY(ss_item(c, 0, 2, &sel));
    /* SP moves by the old stack's size, then SS may change it for what follows. */
    uint64_t m = stack_mask(c);
    TRY(load_segment(c, seg, (uint16_t)sel));
    c->gpr[R_SP] = (uint32_t)((c->gpr[R_SP] & ~m) | (sp & m));
    if (seg != SEG_SS)
        return NEXT(c, op);
    shadow(c, seg);
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(mov_from_seg)
{
    AT(c, op);
    TRY(op->in.reg[1] <= SEG_GS || cpu_raise(c, EXC_UD));
    TRY(rm_write_sel(c, op, 0, c->seg[op->in.reg[1]].sel));
    return NEXT(c, op);
}

HANDLER(mov_to_seg)
{
    unsigned seg = op->in.reg[0];
    uint64_t sel;
    AT(c, op);
    TRY((seg <= SEG_GS && seg != SEG_CS) || cpu_raise(c, EXC_UD));
    TRY(rm_read(c, op, 1, 2, &sel));
    TRY(load_segment(c, seg, (uint16_t)sel));
    if (!(insn_rows[op->in.id].attr & ENDS))
        return NEXT(c, op);
    shadow(c, seg);
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

static bool load_far_pointer(struct cpu *c, const struct op *op, unsigned seg)
{
    struct far t;
    if (!read_far(c, op, &t) || !load_segment(c, seg, t.sel))
        return false;
    reg_set(c, op->in.reg[0], t.off, SIZE(op));
    return true;
}

#define LOAD_FAR(sem, seg) \
    HANDLER(sem) \
    { \
        AT(c, op); \
        TRY(load_far_pointer(c, op, seg)); \
        return NEXT(c, op); \
    }
LOAD_FAR(les, SEG_ES)
LOAD_FAR(lds, SEG_DS)
LOAD_FAR(lfs, SEG_FS)
LOAD_FAR(lgs, SEG_GS)
#undef LOAD_FAR

HANDLER(lss)
{
    uint64_t next = op_next_rip(c, op);
    AT(c, op);
    TRY(load_far_pointer(c, op, SEG_SS));
    c->rip = next;
    return OP_EXIT;
}
