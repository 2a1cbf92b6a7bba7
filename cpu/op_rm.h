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

/* In flat segments: where the 32-bit operand 0 is; NULL: take the general way. */
static ALWAYS_INLINE const uint8_t *flat_operand(const struct cpu *c, const struct op *op)
{
    if (op->in.mem != 0)
        return (const uint8_t *)c->gpr + op->in.reg[0];
    if (op->in.seg >= SEG_FS || op->in.seg == SEG_CS)
        return NULL;
    return tlb_read_ptr(c, op_ea(c, op), 4);
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
