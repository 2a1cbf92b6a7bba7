/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference executor: IR in plain C, node by node. Slow and simple on purpose; what it does is
 * what a back end has to do.
 */
#include "cpu/ir.h"

#include "cpu/interp.h"
#include "cpu/lockstep.h"

const struct ir_info ir_info[IR_CODES] = {
#define IR_OP(name, args, value, effects, doc) { #name, args, value, effects, doc },
#include "cpu/ir_ops.def"
#undef IR_OP
};

static uint64_t parity(uint64_t a)
{
    a ^= a >> 4;
    a ^= a >> 2;
    a ^= a >> 1;
    return ~a & 1;
}

static ALWAYS_INLINE uint64_t pure(const struct ir *x, uint64_t a, uint64_t b, uint64_t c)
{
    switch ((enum ir_code)x->code) {
    case IR_K:      return x->imm;
    case IR_ADD:    return a + b;
    case IR_SUB:    return a - b;
    case IR_MUL:    return a * b;
    case IR_AND:    return a & b;
    case IR_OR:     return a | b;
    case IR_XOR:    return a ^ b;
    case IR_SHL:    return a << (b & 63);
    case IR_SHR:    return a >> (b & 63);
    case IR_SAR:    return sar64(a, b & 63);
    case IR_TRIM:   return a & UINT64_MAX >> (64 - 8 * x->size);
    case IR_SEXT:   return sext(a, 8u * x->size);
    case IR_EQ0:    return a == 0;
    case IR_PARITY: return parity(a);
    case IR_SEL:    return a ? b : c;
    default:        return 0;
    }
}

uint64_t ir_pure(const struct ir *x, uint64_t a, uint64_t b, uint64_t c)
{
    return pure(x, a, b, c);
}

/* ---- helpers ---- */

static const struct op returned = { .run = NULL };
static const struct op *op_return(struct cpu *c, const struct op *op) { return &returned; }

/* One handler by itself: a copy of the operation is followed by one that comes back. True: it
 * went on to that. */
static bool call(struct cpu *c, const struct op *op, op_run *run)
{
    struct op two[2] = { *op, { .run = op_return, .ord = (uint8_t)(op->ord + 1) } };
    const struct op *next = run(c, two);
    c->at = op;
    return next == &returned || next == &two[1];
}

/* An instruction begins. True: leave before it. */
static bool leave_at(struct cpu *c, const struct op *op)
{
    if (op->run == op_leave) {
        op_leave(c, op);
        return true;
    }
    c->at = op;
    return c->journal && lockstep_stop(c, op);
}

/* ---- memory ---- */

static bool load(struct cpu *c, const struct ir *x, uint64_t off, uint64_t *v)
{
    if (x->code == IR_LOADW && !seg_probe_write(c, (unsigned)x->imm, off, x->size))
        return false;
    return seg_read(c, (unsigned)x->imm, off, x->size, v);
}

static void store_back(struct cpu *c, const struct ir *x, uint64_t off, uint64_t v)
{
    if (!lin_write(c, seg_linear(c, (unsigned)x->imm, off), v, x->size, c->cpl == 3))
        c->fault.raised = false;             /* LOADW has seen to that */
}

/* A node with effects on other things than registers. False: the block is over. */
static bool effect(struct cpu *c, const struct ir *x, uint64_t a, uint64_t b, uint64_t *v)
{
    const struct block *blk = c->blk;
    switch ((enum ir_code)x->code) {
    case IR_LOAD:
    case IR_LOADW:
        if (load(c, x, a, v))
            return true;
        op_fault(c, c->at);
        return false;
    case IR_STORE:
        if (seg_write(c, (unsigned)x->imm, a, b, x->size))
            return true;
        op_fault(c, c->at);
        return false;
    case IR_STOREB:
        store_back(c, x, a, b);
        return true;
    case IR_HELPER:
        return call(c, &blk->ops[x->imm], ir_helper(&blk->ops[x->imm], x));
    case IR_INSN:
        return !leave_at(c, &blk->ops[x->imm]);
    case IR_END:
        op_fall_through(c, &blk->ops[x->imm]);
        return false;
    default:
        return true;
    }
}

void ir_run(struct cpu *c, const struct ir_block *ib, uint64_t *values)
{
    for (unsigned i = 0; i < ib->n; i++) {
        const struct ir *x = &ib->v[i];
        uint64_t a = values[x->a], b = values[x->b];
        if (!ir_info[x->code].effects)
            values[i] = pure(x, a, b, values[x->c]);
        else if (x->code == IR_GET)
            values[i] = load_le((const uint8_t *)c + x->imm, x->size);
        else if (x->code == IR_PUT)
            store_le((uint8_t *)c + x->imm, a, x->size);
        else if (!effect(c, x, a, b, &values[i]))
            return;
    }
}
