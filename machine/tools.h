/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands need that look at the processor without running a machine: models and
 * disassembly. */
#pragma once
#include "core/base.h"

int  tools_cpu_find(const char *name);               /* a number for machine_config.cpu_model, or
                                                        -1 */
unsigned tools_cpu_count(void);
bool tools_cpu_is_default(unsigned i);
const char *tools_cpu_name(unsigned i);              /* as given to --cpu */
const char *tools_cpu_title(unsigned i);             /* for people */
/* The n-th feature of a model, in CPUID's names; NULL after the last. */
const char *tools_cpu_feature(unsigned i, unsigned n);

/* Disassembly. One instruction at p, of which n > 0 bytes are there; bits is 16, 32 or 64. Its
 * length, and its text; where there is none, the length is 1 and the text names the byte. */
struct tools_disasm;
struct tools_disasm *tools_disasm_new(void);         /* NULL: no memory */
void     tools_disasm_free(struct tools_disasm *d);
unsigned tools_disasm(const struct tools_disasm *d, const uint8_t *p, size_t n, uint64_t address,
                      unsigned bits, char *text, size_t room);
#define TOOLS_INSN_MAX 15u
