/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery of exceptions and interrupts. Governing document: Intel SDM volume 3, chapter 6
 * (interrupts), 20.1.4 and 20.3 (real and virtual-8086 mode); volume 2, INT n.
 *
 * A delivery checks everything, the whole new stack frame included, before it writes. A fault
 * meanwhile is the next thing delivered, or becomes #DF, or shuts the processor down (table 6-5).
 */
#include "cpu/desc.h"

/* One event on its way. */
struct intr {
    uint8_t  vector;
    bool     soft;               /* INT n, INT3, INTO: the gate's DPL is checked */
    bool     exception;          /* counts in table 6-5 */
    bool     has_code;
    unsigned ext;                /* EXT bit of error codes about the delivery itself */
    uint32_t code;
    uint32_t flags;              /* the image to push */
    uint64_t rip;                /* to push */
};

bool cpu_raise(struct cpu *c, unsigned vector)
{
    c->fault.raised = true;
    c->fault.has_code = false;
    c->fault.vector = (uint8_t)vector;
    c->fault.code = 0;
    return false;
}

bool cpu_raise_code(struct cpu *c, unsigned vector, uint32_t code)
{
    cpu_raise(c, vector);
    c->fault.has_code = true;
    c->fault.code = code;
    return false;
}

static enum task_result done(bool ok) { return ok ? TASK_DONE : TASK_OLD; }

/* ---- real mode, and INT n of a virtual-8086 program into its own table ---- */

static bool deliver_ivt(struct cpu *c, const struct intr *x, uint64_t table, uint32_t flags)
{
    struct frame f = frame_here(c, 2);
    uint64_t vec;
    if (!lin_read(c, (uint32_t)(table + 4u * x->vector), 4, false, &vec))
        return false;
    frame_push(&f, flags_image(c, flags) & 0xffff);
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)x->rip & 0xffff);
    if (!frame_check(c, &f))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    c->rip = vec & 0xffff;
    load_segment_real(c, SEG_CS, (uint16_t)(vec >> 16));
    return true;
}

static bool deliver_real(struct cpu *c, const struct intr *x)
{
    if (4u * x->vector + 3 > c->idtr.limit)  /* "interrupt table limit too small": 8 at first */
        return cpu_raise_code(c, c->model <= CPU_386 ? EXC_DF : EXC_GP, 0);
    if (!deliver_ivt(c, x, c->idtr.base, x->flags))
        return false;
    c->eflags &= ~(FL_IF | FL_TF | FL_AC);
    c->rf_at = UINT64_MAX;
    cpu_update_mode(c);
    return true;
}

/* VME: with IOPL below 3 the program sees VIF in the place of IF (SDM 3B 20.3.3.4). */
static bool deliver_v86_ivt(struct cpu *c, const struct intr *x)
{
    uint32_t flags = x->flags;
    bool virtual_if = (c->eflags & FL_IOPL) != FL_IOPL;
    if (virtual_if) {
        flags = (flags & ~FL_IF) | FL_IOPL;
        if (c->eflags & FL_VIF)
            flags |= FL_IF;
    }
    if (!deliver_ivt(c, x, 0, flags))
        return false;
    c->eflags &= ~(FL_TF | (virtual_if ? FL_VIF : FL_IF));
    c->rf_at = UINT64_MAX;
    cpu_update_mode(c);
    return true;
}

/* ---- gates ---- */

struct gate { unsigned type, dpl; bool present; uint16_t sel; uint32_t off; };

static bool read_gate(struct cpu *c, const struct intr *x, struct gate *g)
{
    uint32_t at = 8u * x->vector, err = at + 2 + x->ext;
    uint64_t v;
    if (at + 7 > c->idtr.limit)
        return cpu_raise_code(c, EXC_GP, err);
    if (!lin_read(c, (uint32_t)(c->idtr.base + at), 8, false, &v))
        return false;
    *g = (struct gate){ .type = v >> 40 & 0x1f, .dpl = v >> 45 & 3, .present = v >> 47 & 1,
                        .sel = (uint16_t)(v >> 16), .off = (uint32_t)v & 0xffff };
    if (g->type & 8)
        g->off |= (uint32_t)(v >> 32) & 0xffff0000u;
    if (g->type != DT_TASK && (g->type & ~9u) != DT_INT16)   /* 6, 7, 14, 15 */
        return cpu_raise_code(c, EXC_GP, err);
    if (x->soft && g->dpl < c->cpl)
        return cpu_raise_code(c, EXC_GP, err);
    return g->present || cpu_raise_code(c, EXC_NP, err);
}

static enum task_result deliver_task(struct cpu *c, const struct intr *x, const struct gate *g)
{
    struct desc d;
    if (!desc_read_system(c, g->sel, TYPES_TSS, EXC_GP, x->ext, &d))
        return TASK_OLD;
    uint64_t rf_at = c->rf_at;
    c->rf_at = x->flags & FL_RF ? cpu_icount(c) : UINT64_MAX;    /* as if it were pushed */
    enum task_result r =
        task_switch(c, &d, TASK_INT, x->rip, x->ext, x->has_code ? &x->code : NULL);
    if (r == TASK_OLD)
        c->rf_at = rf_at;
    return r;
}

/* The handler's code segment: code, not less privileged, present. */
static bool read_handler(struct cpu *c, const struct intr *x, const struct gate *g, struct desc *d)
{
    if (sel_null(g->sel))
        return cpu_raise_code(c, EXC_GP, x->ext);
    if (!desc_read(c, g->sel, EXC_GP, x->ext, d))
        return false;
    if (!desc_code(d) || desc_dpl(d) > c->cpl)
        return cpu_raise_code(c, EXC_GP, sel_err(g->sel) | x->ext);
    if (!desc_present(d))
        return cpu_raise_code(c, EXC_NP, sel_err(g->sel) | x->ext);
    return true;
}

static void push_return(struct frame *f, const struct cpu *c, const struct intr *x)
{
    frame_push(f, x->flags);
    frame_push(f, c->seg[SEG_CS].sel);
    frame_push(f, (uint32_t)x->rip);
    if (x->has_code)
        frame_push(f, x->code);
}

static void enter_handler(struct cpu *c, const struct gate *g, const struct desc *d, unsigned cpl)
{
    c->eflags &= ~(FL_TF | FL_NT | FL_VM | (g->type & 1 ? 0 : FL_IF));
    c->rf_at = UINT64_MAX;
    set_cs(c, d, cpl);
    c->rip = g->off;
}

static bool deliver_same(struct cpu *c, const struct intr *x, const struct gate *g, struct desc *cs)
{
    struct frame f = frame_here(c, g->type & 8 ? 4 : 2);
    f.fault_code = x->ext;
    push_return(&f, c, x);
    if (!frame_check(c, &f))
        return false;
    if (g->off > desc_limit(cs))
        return cpu_raise_code(c, EXC_GP, x->ext);
    if (!desc_touch(c, cs))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    enter_handler(c, g, cs, c->cpl);
    return true;
}

static bool deliver_inner(struct cpu *c, const struct intr *x, const struct gate *g,
                          struct desc *cs)
{
    unsigned cpl = desc_dpl(cs);
    struct desc ss;
    uint16_t ss_sel;
    uint32_t esp;
    bool v86 = cpu_v86(c);

    if (v86 && cpl != 0)
        return cpu_raise_code(c, EXC_GP, sel_err(g->sel) | x->ext);
    if (!tss_stack(c, cpl, x->ext, &ss_sel, &esp) ||
        !ss_check(c, ss_sel, cpl, EXC_TS, x->ext, &ss))
        return false;
    struct seg stack = seg_of(&ss, ss_sel);
    struct frame f = { .ss = &stack, .sp = esp, .mask = stack.attr & SA_DB ? 0xffffffffu : 0xffff,
                       .size = g->type & 8 ? 4 : 2, .fault_code = sel_err(ss_sel) | x->ext };
    if (v86) {
        frame_push(&f, c->seg[SEG_GS].sel);
        frame_push(&f, c->seg[SEG_FS].sel);
        frame_push(&f, c->seg[SEG_DS].sel);
        frame_push(&f, c->seg[SEG_ES].sel);
    }
    frame_push(&f, c->seg[SEG_SS].sel);
    frame_push(&f, (uint32_t)c->gpr[R_SP]);
    push_return(&f, c, x);
    if (!frame_check(c, &f))
        return false;
    if (g->off > desc_limit(cs))
        return cpu_raise_code(c, EXC_GP, x->ext);
    if (!desc_touch(c, cs))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    if (v86)
        for (unsigned s = SEG_ES; s <= SEG_GS; s++)
            if (s != SEG_CS && s != SEG_SS)
                seg_null(&c->seg[s], 0);
    enter_handler(c, g, cs, cpl);
    set_ss(c, &ss, ss_sel);
    return true;
}

static enum task_result deliver(struct cpu *c, const struct intr *x)
{
    struct gate g;
    struct desc cs;
    if (!(c->cr0 & CR0_PE))
        return done(deliver_real(c, x));
    if (!read_gate(c, x, &g))
        return TASK_OLD;
    if (g.type == DT_TASK)
        return deliver_task(c, x, &g);
    if (!read_handler(c, x, &g, &cs))
        return TASK_OLD;
    if (!desc_conforming(&cs) && desc_dpl(&cs) < c->cpl)
        return done(deliver_inner(c, x, &g, &cs));
    if (cpu_v86(c))
        return done(cpu_raise_code(c, EXC_GP, sel_err(g.sel) | x->ext));
    return done(deliver_same(c, x, &g, &cs));
}

/* ---- faults within faults ---- */

static bool contributory(unsigned v) { return v == EXC_DE || (v >= EXC_TS && v <= EXC_GP); }

static bool makes_double(const struct intr *first, unsigned second)
{
    if (!first->exception)
        return false;
    if (contributory(first->vector))
        return contributory(second);
    return first->vector == EXC_PF && (second == EXC_PF || contributory(second));
}

/* The recorded fault as an event; clears it. */
static struct intr take_fault(struct cpu *c)
{
    struct intr x = { .vector = c->fault.vector, .exception = true, .ext = 1,
                      .has_code = c->fault.has_code, .code = c->fault.code,
                      .flags = cpu_eflags(c) | FL_RF, .rip = c->rip };
    if (x.vector == EXC_PF)
        c->cr2 = c->fault.cr2;
    if (x.vector == EXC_DB)
        c->dr[7] &= ~UINT64_C(0x2000);       /* GD */
    c->fault.raised = false;
    return x;
}

static void debug_task(struct cpu *c);

/* #AC is benign: when the handler's stack is the program's own and not aligned, each #AC meets
 * another one. Processors repeat that for ever. Here the second ends the attempt, so that the
 * program comes upon its first fault again: it gets nowhere, but time goes on. */
static void deliver_until_done(struct cpu *c, struct intr x)
{
    bool aligning = x.exception && x.vector == EXC_AC;
    c->halted = false;
    while (deliver(c, &x) != TASK_DONE) {
        struct intr y = take_fault(c);
        if (aligning && y.vector == EXC_AC)
            return;
        aligning |= y.vector == EXC_AC;
        if (x.exception && x.vector == EXC_DF) {
            c->pending |= PEND_SHUTDOWN;
            return;
        }
        if (makes_double(&x, y.vector)) {
            y.vector = EXC_DF;
            y.has_code = true;
            y.code = 0;
        }
        x = y;
    }
    debug_task(c);
}

/* The T bit of the task just entered: #DB before its first instruction. */
static void debug_task(struct cpu *c)
{
    uint32_t bits = c->debug_hits & DR6_BT;
    c->debug_hits &= (uint16_t)~DR6_BT;
    if (bits)
        debug_trap(c, bits);
}

void exception_deliver(struct cpu *c)
{
    deliver_until_done(c, take_fault(c));
}

void interrupt_external(struct cpu *c, uint8_t vector)
{
    deliver_until_done(c, (struct intr){ .vector = vector, .ext = 1, .flags = cpu_eflags(c),
                                         .rip = c->rip });
}

void debug_trap(struct cpu *c, uint64_t dr6_bits)
{
    c->dr[6] |= dr6_bits;
    c->dr[7] &= ~UINT64_C(0x2000);
    c->msr.debugctl &= ~UINT64_C(3);         /* LBR, BTF */
    deliver_until_done(c, (struct intr){ .vector = EXC_DB, .exception = true, .ext = 1,
                                         .flags = cpu_eflags(c), .rip = c->rip });
}

bool task_settle(struct cpu *c, enum task_result r)
{
    if (r == TASK_NEW) {
        c->no_trap = true;                   /* the instruction did not come to its end */
        exception_deliver(c);
    }
    return r != TASK_OLD;
}

bool interrupt_software(struct cpu *c, uint8_t vector, uint64_t next)
{
    unsigned opcode = c->at ? c->at->in.opcode : 0xcd;
    struct intr x = { .vector = vector, .soft = opcode != 0xf1 /* ICEBP */, .ext = opcode == 0xf1,
                      .flags = cpu_eflags(c) & ~FL_RF, .rip = next };
    bool to_v86 = false;
    if (cpu_v86(c) && opcode == 0xcd) {
        if (!tss_redirects(c, vector, &to_v86))
            return false;
        if (to_v86)
            return deliver_v86_ivt(c, &x);
        if ((c->eflags & FL_IOPL) != FL_IOPL)
            return cpu_raise_code(c, EXC_GP, 0);
    }
    return task_settle(c, deliver(c, &x));
}
