/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same instruction for other code: what a 32-bit vector does, 16-bit code does with the other
 * prefixes, and a memory operand can have a 16-bit address when DS begins near it.
 */
#pragma once
#include "cpu/cpu.h"
#include "cpu/insn.h"

struct recoded {
    uint8_t bytes[24];
    unsigned n;
    uint32_t ds;                 /* the base that DS must have */
};

/* insn, n bytes, is for flat 32-bit code and these registers. False: there is no such form, or it
 * would do something else (jumps, pointers to strings, operands in or relative to code). */
bool recode(const struct decoder *d, const uint8_t *insn, unsigned n, const uint32_t gpr[8],
            unsigned code_bits, unsigned address_bits, struct recoded *out);
