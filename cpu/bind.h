/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From rows to handlers: insn_bindings[i->id]. To be included by the one file that builds blocks,
 * which makes a sem without a handler an error of the linker.
 */
#pragma once
#include "cpu/models.h"
#include "cpu/op.h"
#include "cpu/operands.h"

#define ROW(map, opcode, ext, modes, sem, a, b, c, reads, writes, undef, attr, need) \
    extern const struct binding bind_##sem;
#include "cpu/insns.def"
#undef ROW

#define ROW(map, opcode, ext, modes, sem, a, b, c, reads, writes, undef, attr, need) &bind_##sem,
static const struct binding *const insn_bindings[] = {
#include "cpu/insns.def"
};
#undef ROW
