/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run loop: exact instruction budgets, interrupts at instruction boundaries, faults, single
 * steps. docs/ARCHITECTURE.md section 6 has the idea; Intel SDM volume 3, 6.7 to 6.9 the order in
 * which things are taken at a boundary.
 *
 * Time is counted, never measured: at a boundary icount == slice_end - left. A block takes its
 * whole length off 'left' when it is entered and gives back what it did not run.
 */
#include <stdlib.h>

#include "core/device.h"
#include "cpu/block.h"
#include "cpu/engine.h"
#include "cpu/interp.h"
#include "cpu/protect.h"

const struct op op_exit_sentinel = { .run = NULL };

bool cpu_init(struct cpu *c, unsigned id, enum cpu_model model, unsigned cache_ops,
              unsigned max_ops)
{
    *c = (struct cpu){ .id = id, .model = (uint8_t)model, .a20 = true, .shadow_at = UINT64_MAX,
                       .rf_at = UINT64_MAX };
    if (!blocks_init(c, cache_ops, max_ops)) {
        blocks_free(c);
        return false;
    }
    tlb_flush_all(c);
    return true;
}

void cpu_free(struct cpu *c)
{
    engine_free(c);
    blocks_free(c);
}

uint64_t cpu_icount(const struct cpu *c)
{
    if (!c->running)
        return c->icount;
    uint64_t n = c->slice_end - (uint64_t)c->left;
    return c->blk && c->at ? n - c->blk->n_ops + c->at->ord : n;
}

vtime cpu_now(const struct cpu *c) { return c->time_at(c->owner, cpu_icount(c)); }

/* ---- stopping inside a block ---- */

static void patch(struct cpu *c, struct op *o)
{
    if (c->patched == o)
        return;
    if (c->patched)                          /* an earlier stop is the one that counts */
        c->patched->run = c->patched_run;
    c->patched = o;
    c->patched_run = o->run;
    o->run = op_leave;
}

static void unpatch(struct cpu *c)
{
    if (!c->patched)
        return;
    c->patched->run = c->patched_run;
    c->patched = NULL;
}

void run_patch(struct cpu *c, struct op *op)
{
    unpatch(c);
    if (op)
        patch(c, op);
}

void run_leave_after(struct cpu *c)
{
    if (c->blk && c->at)
        patch(c, &c->blk->ops[c->at->ord + 1]);
}

const struct op *op_leave(struct cpu *c, const struct op *op)
{
    c->left += c->blk->n_ops - op->ord;
    c->rip = op_rip(c, op);
    return OP_EXIT;
}

const struct op *op_fault(struct cpu *c, const struct op *op)
{
    c->left += c->blk->n_ops - op->ord - 1;  /* the faulting instruction counts as executed */
    c->rip = op_rip(c, op);
    return OP_EXIT;
}

const struct op *op_raise(struct cpu *c, const struct op *op)
{
    if (op->in.imm == EXC_GP)
        cpu_raise_code(c, EXC_GP, 0);
    else
        cpu_raise(c, (unsigned)op->in.imm);
    return op_fault(c, op);
}

const struct op *op_fall_through(struct cpu *c, const struct op *op)
{
    uint64_t rip = op_rip(c, op);
    if (!(c->mode & MODE_CODE64))
        rip = (uint32_t)rip;
    if (op->off < PAGE_SIZE)
        return block_follow(c, 0, rip);
    return block_jump(c, rip);
}

/* ---- inputs ---- */

void cpu_kick(struct cpu *c)
{
    if (!c->running)
        return;
    c->pending |= PEND_EXIT;
    run_leave_after(c);
}

void cpu_set_intr(struct cpu *c, bool level)
{
    c->intr = level;
    if (!level) {
        c->pending &= ~(uint32_t)PEND_INTR;
        return;
    }
    c->pending |= PEND_INTR;
    run_leave_after(c);
}

void cpu_set_ignne(struct cpu *c, bool on) { c->ignne = on; }

void cpu_nmi(struct cpu *c)
{
    c->nmi = true;
    c->pending |= PEND_NMI;
    run_leave_after(c);
}

/* ---- the loop ---- */

static bool nmi_due(const struct cpu *c) { return c->nmi && !c->nmi_blocked; }
static bool intr_due(const struct cpu *c) { return c->intr && (c->eflags & FL_IF); }

static void take_nmi(struct cpu *c)
{
    c->nmi = false;
    c->nmi_blocked = true;
    interrupt_external(c, EXC_NMI);
}

static bool take_intr(struct cpu *c)
{
    int vector = c->inta(c->pic);
    if (vector >= 0)
        interrupt_external(c, (uint8_t)vector);
    return vector >= 0;
}

/* Takes what is due at this boundary. True: exactly one instruction must follow before the next
 * look, because an interrupt waits behind a shadow. A handler that interrupts may enter at once
 * (through a trap gate) has such a shadow before its first instruction: so it does not matter
 * whether a slice ends there, and no line that stays high can keep everything from running. */
static bool boundary(struct cpu *c)
{
    bool nmi = nmi_due(c);
    if (!nmi && !intr_due(c))
        return false;
    if (c->shadow_at == cpu_icount(c))
        return true;
    c->link_slot = NULL;
    if (nmi)
        take_nmi(c);
    else if (!take_intr(c))
        return false;
    c->halted = false;
    c->n_interrupts++;
    c->shadow_at = cpu_icount(c);
    c->shadow_ss = false;
    return nmi_due(c) || intr_due(c);
}

/* A block that may be entered now: never more instructions than are left, one when 'single'. */
static const struct op *next_op(struct cpu *c, bool single)
{
    struct block *b = jump_lookup(c, c->rip);
    if (!b)
        b = jump_again(c, c->rip);
    if (!b)                                  /* beyond the limit no byte is fetched */
        b = !(c->mode & MODE_CODE64) && c->rip > c->seg[SEG_CS].limit ? block_single(c)
                                                                      : block_find(c);
    if (!b)
        return NULL;
    if (!(c->mode & MODE_CODE64) && c->rip + b->n_bytes - 1 > c->seg[SEG_CS].limit)
        b = block_single(c);
    if (!b)
        return NULL;
    if (c->link_slot) {
        /* not to the block that is made anew each time: it would lead to itself */
        if (b->at != UINT64_MAX && b->at >> PAGE_SHIFT == c->link_page &&
            b->n_bytes <= PAGE_SIZE - (b->at & PAGE_MASK))
            *c->link_slot = b;
        c->link_slot = NULL;
    }
    uint64_t n = single ? 1 : (uint64_t)c->left;
    if (n < b->n_ops)
        patch(c, &b->ops[n]);
    c->left -= b->n_ops;
    c->blk = b;
    c->ip_base = c->rip - b->ops[0].off;
    return b->ops;
}

/* The instruction before was MOV or POP SS: no #DB until the next one is done. */
static bool debug_held(const struct cpu *c)
{
    return c->shadow_ss && c->shadow_at == cpu_icount(c);
}

/* A breakpoint on the next instruction: #DB in its place. */
static bool debug_before(struct cpu *c)
{
    if (c->rf_at == cpu_icount(c) || debug_held(c))
        return false;
    uint32_t bits = debug_code(c, c->seg[SEG_CS].base + c->rip);
    if (!bits)
        return false;
    c->link_slot = NULL;
    c->left--;
    debug_trap(c, bits);
    return true;
}

/* After an instruction under MODE_TF, or a task switch, that did not fault; step: TF was set before
 * it. */
static void debug_after(struct cpu *c, bool step)
{
    c->link_slot = NULL;
    if (debug_held(c))
        return;
    uint32_t bits = c->debug_hits | (step && !c->no_trap ? DR6_BS : 0);
    c->debug_hits = 0;
    if (bits)
        debug_trap(c, bits);
}

static void step_blocks(struct cpu *c, bool single)
{
    bool care = (c->mode & MODE_TF) != 0, step = (c->eflags & FL_TF) != 0;
    uint64_t rip = c->rip;
    if (UNLIKELY(care) && debug_before(c))
        return;
    c->no_trap = false;
    if (single)
        c->pending |= PEND_INTR;             /* a block of one must not lead into the next */
    const struct op *op = next_op(c, single);
    if (op && UNLIKELY(c->engine != NULL)) {
        engine_block(c);
    } else if (op) {
        while (op->run)
            op = op->run(c, op);
    } else {
        c->left--;                           /* a faulting fetch counts, too */
    }
    if (UNLIKELY(care && step) && c->blk)
        step = debug_step(c, c->rip != rip && c->rip != rip + c->blk->n_bytes);
    unpatch(c);
    c->blk = NULL;
    c->at = NULL;
    if (c->fault.raised) {
        c->link_slot = NULL;                 /* what follows is not where the block led to */
        c->debug_hits = 0;
        c->last_fault.vector = c->fault.vector;
        c->last_fault.code = c->fault.code;
        exception_deliver(c);
    } else if (UNLIKELY(care || c->debug_hits)) {
        debug_after(c, step);
    }
}

enum cpu_stop cpu_run(struct cpu *c, uint64_t n)
{
    enum cpu_stop why = CPU_RAN;
    c->running = true;
    c->left = (int64_t)n;
    c->slice_end = c->icount + n;
    c->blk = NULL;
    c->at = NULL;
    c->link_slot = NULL;
    c->pending &= ~(uint32_t)PEND_EXIT;
    while (c->left > 0) {
        bool single = false;
        if (c->pending & (PEND_SHUTDOWN | PEND_EXIT)) {
            why = c->pending & PEND_SHUTDOWN ? CPU_SHUTDOWN : CPU_EXIT;
            break;
        }
        if (c->intr || c->nmi)
            single = boundary(c);
        /* What could not be taken waits for an instruction that ends a block (STI, IRET). */
        c->pending &= ~(uint32_t)(PEND_INTR | PEND_NMI);
        if (c->halted) {
            why = CPU_HALTED;
            break;
        }
        if (!(c->pending & PEND_SHUTDOWN))
            step_blocks(c, single);
    }
    c->icount = c->slice_end - (uint64_t)c->left;
    c->running = false;
    return why;
}
