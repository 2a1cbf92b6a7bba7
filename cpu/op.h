/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One decoded instruction inside a block, and how a handler leaves.
 *
 * A handler returns the next operation to run; the loop is while (op->run) op = op->run(c, op).
 * Where the compiler makes jumps of tail calls (TAIL_CALLS), frequent handlers go to the next one,
 * and into the next block, without coming back to the loop. A handler that takes the address of
 * a local variable cannot: its call would stay a call, and the stack would grow.
 *
 *   return NEXT(c, op)        done, go on with the following instruction of the block
 *   return TAIL(c, op + 1)    the same by a jump: not when a local's address was taken
 *   return op_fault(c, op)    a fault was recorded (cpu_raise); nothing architectural has changed
 *   return OP_EXIT            the block is over and c->rip is the next instruction: rows with ENDS
 *
 * A handler of a row with ENDS always returns OP_EXIT or op_fault; one without never OP_EXIT.
 */
#pragma once
#include "cpu/cpu.h"

typedef const struct op *op_run(struct cpu *c, const struct op *op);

struct op {
    op_run     *run;             /* NULL only in OP_EXIT */
    uint8_t     ord;             /* position in the block: makes 'now' exact at any I/O */
    uint8_t     live;            /* flags somebody will read before they are overwritten */
    uint16_t    off;             /* of the instruction in its page; may pass 4095 only as 'end' */
    uint32_t    amask;           /* of effective addresses: 0xffff or 0xffffffff */
    struct insn in;
};

extern const struct op op_exit_sentinel;
#define OP_EXIT (&op_exit_sentinel)
#define NEXT(c, op) ((op) + 1)
#if TAIL_CALLS
#define TAIL(c, next) (next)->run((c), (next))
#else
#define TAIL(c, next) (next)
#endif

/* rip of an op of the running block, and of the instruction after it (not yet cut to 16 bits). */
static inline uint64_t op_rip(const struct cpu *c, const struct op *op)
{
    return c->ip_base + op->off;
}
static inline uint64_t op_next_rip(const struct cpu *c, const struct op *op)
{
    uint64_t ip = c->ip_base + op->off + op->in.len;
    return c->mode & MODE_CODE64 ? ip : c->model > CPU_286 ? (uint32_t)ip : (uint16_t)ip;
}

/* Effective address (offset part) of the memory operand. */
static ALWAYS_INLINE uint64_t op_ea(const struct cpu *c, const struct op *op)
{
    const uint8_t *g = (const uint8_t *)c->gpr;
    return (load_le64(g + op->in.base) + (load_le64(g + op->in.index) << op->in.scale) +
            (uint64_t)(int64_t)op->in.disp) & op->amask;
}

/* Ends the block with rip at the fault; cpu_run() delivers c->fault. */
const struct op *op_fault(struct cpu *c, const struct op *op);

/* For handlers outside the interpreter's own: HANDLER(aam) { ... return NEXT(c, op); } defines the
 * binding that the rows of insns.def with sem 'aam' refer to. TRY leaves on a recorded fault. */
#define SHAPES_MAX 12
struct binding {
    op_run *any;                             /* one handler for all forms; or NULL */
    op_run *const (*by_shape)[SHAPES_MAX];   /* [log2 size][enum shape] */
    /* In place of 'any', or NULL: */
    op_run *flat;                            /* 32-bit operands, flat 32-bit code, data and stack */
    op_run *near;                            /* jumps with both ways in their own page, flat
                                                32-bit code */
};
#define HANDLER(sem) \
    static const struct op *h_##sem(struct cpu *c, const struct op *op); \
    const struct binding bind_##sem = { .any = h_##sem }; \
    static const struct op *h_##sem(struct cpu *c, const struct op *op)
#define TRY(e) do { if (UNLIKELY(!(e))) return op_fault(c, op); } while (0)
/* First statement of every such handler: the time and rip are then exact. */
#define AT(c, op) ((c)->at = (op))
