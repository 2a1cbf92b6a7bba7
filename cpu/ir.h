/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block IR: an array of nodes, each naming earlier ones by index. docs/ARCHITECTURE.md section
 * 5 has the idea: each meaning is written once (sem_*.inc) and read twice, by interp.c and by
 * lift.c.
 *
 * An instruction is a run of nodes that starts with INSN. What may fault comes before the first
 * change of a register, so that an instruction that faults has changed nothing. Whatever has no
 * straight-line body is a HELPER, alone in its instruction, so that every block can be lifted.
 */
#pragma once
#include "cpu/block.h"

/* Effects: reads state, writes state, may fault, writes memory, may leave the block */
enum { E_GET = 1, E_PUT = 2, E_FAULT = 4, E_MEM = 8, E_LEAVE = 16, E_ALL = 31 };

enum ir_code {
#define IR_OP(name, args, value, effects, doc) IR_##name,
#include "cpu/ir_ops.def"
#undef IR_OP
    IR_CODES
};

struct ir_info { const char *name; uint8_t args; bool value; uint8_t effects; const char *doc; };
extern const struct ir_info ir_info[IR_CODES];

typedef uint16_t ir_ref;
struct ir { uint8_t code, size; ir_ref a, b, c; uint64_t imm; };

#define IR_MAX 16384u            /* nodes: enough for the longest block of the worst instructions */
#define IR_PER_INSN 60u
struct ir_block { uint32_t n; struct ir *v; };      /* v: room for IR_MAX while it is being made */

/* Lifts a whole block. c: for operations that are replaced at the moment (struct cpu, patched). */
void lift_block(struct ir_block *ib, const struct cpu *c, const struct block *b);
/* In a HELPER's size: which handler it is, when not that of the row. */
enum { HELP_ROW, HELP_RAISE, HELP_PUSH_SP, HELP_KINDS };
/* The handler behind a HELPER node. */
op_run *ir_helper(const struct op *op, const struct ir *node);

/* NULL, or what is wrong with it; *where is then the node. */
const char *ir_check(const struct ir_block *ib, unsigned *where);

/* Constants, GET after PUT or GET, PUTs that nobody sees, values that nobody uses. Afterwards
 * the block can only be left where INSN says so. */
void ir_optimise(struct ir_block *ib);

/* Executes the block that c has entered. values: room for ib->n. */
void ir_run(struct cpu *c, const struct ir_block *ib, uint64_t *values);
/* One node without effects, on given arguments: what ir_run and constant folding share. */
uint64_t ir_pure(const struct ir *x, uint64_t a, uint64_t b, uint64_t c);
