/* SPDX-License-Identifier: BSD-2-Clause */
/* Engines other than the interpreter alone: the IR executor, and both in lockstep. */
#pragma once
#include "cpu/ir.h"
#include "cpu/lockstep.h"

struct ir_engine {
    bool      check;
    bool      passes;            /* run optimised IR where a whole block is run */
    void    (*tamper)(struct ir_block *ib);  /* tests: changes what was lifted; or NULL */
    uint8_t  *arena;             /* IR of the blocks in the block cache */
    size_t    used, cap;
    struct ir scratch[IR_MAX];
    struct ir_block temporary;   /* IR that is not kept: in scratch */
    uint64_t  values[IR_MAX];
};

/* Runs the block that c has entered, and no other. */
void engine_block(struct cpu *c);
void engine_free(struct cpu *c);
