/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the interpreter share: binding, special operations, leaving early. */
#pragma once
#include "cpu/op.h"
#include "cpu/operands.h"

/* Operand shapes that straight-line bodies are compiled for: destination, source. R register, I
 * immediate; memory: G in general, B and X in flat segments without and with an index. ORDER
 * shape */
enum shape { SH_RR, SH_RI, SH_RG, SH_RB, SH_RX, SH_GR, SH_BR, SH_XR, SH_GI, SH_BI, SH_XI,
             SH_COUNT };

/* The handler for an instruction decoded for 'mode' at page offset off. May normalise in->imm
 * (shift by one). */
op_run *interp_bind(struct insn *in, const struct insn_row *row, const struct binding *b,
                    uint32_t mode, unsigned off);

/* Operations that stand for no instruction. */
op_run op_raise;                 /* raises the vector in imm: what could not be decoded */
op_run op_fall_through;          /* the end of a block that does not end in a jump */
op_run op_push_sp_8086;
op_run op_leave;                 /* put in place of an operation: stop before it */

/* Leave the running block after the running instruction. */
void run_leave_after(struct cpu *c);

/* Stop the running block before op instead of where it would have stopped; NULL: nowhere. */
void run_patch(struct cpu *c, struct op *op);

/* block.c */
bool blocks_init(struct cpu *c, unsigned cache_ops, unsigned max_ops);
void blocks_free(struct cpu *c);
void jumps_forget(struct cpu *c);                /* a new generation of keys */
void blocks_set_tables(struct cpu *c, uint64_t pn, bool tables);
/* cpu_state.c: the jump table's keys follow mode, privilege and generation. */
void cpu_update_jump_key(struct cpu *c);
/* mmu.c: the translation of lin, which the TLB has, is one that jumps rely on. */
void mmu_note_code(struct cpu *c, laddr lin);
/* mmu.c: no fast stores to physical page pn from now on. */
void mmu_forbid_stores(struct cpu *c, uint64_t pn);
/* mmu.c: n bytes at a, in a page of tables, are about to change. */
void mmu_tables_written(struct cpu *c, paddr a, unsigned n);
