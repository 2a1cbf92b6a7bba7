/* SPDX-License-Identifier: BSD-2-Clause */
/* Operands as the handlers outside the interpreter fetch them. */
#pragma once
#include "cpu/mem.h"
#include "cpu/op.h"

static inline bool rm_read(struct cpu *c, const struct op *op, unsigned slot, unsigned size,
                           uint64_t *v)
{
    if (op->in.mem == slot)
        return seg_read(c, op->in.seg, op_ea(c, op), size, v);
    *v = reg_get(c, op->in.reg[slot], size);
    return true;
}

/* A selector-sized result: two bytes in memory; a register gets it zero-extended to the operand
 * size. */
static inline bool rm_write_sel(struct cpu *c, const struct op *op, unsigned slot, uint64_t v)
{
    if (op->in.mem == slot)
        return seg_write(c, op->in.seg, op_ea(c, op), v & 0xffff, 2);
    reg_set(c, op->in.reg[slot], v, 1u << op->in.osize);
    return true;
}
