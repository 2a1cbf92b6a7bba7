/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which rows of insns.def a test has executed, and how: engine, code size, operand and address
 * size, memory or register, mode of the processor, and whether they came to an end or to a fault.
 *
 * A test program with --rows FILE steps through what it runs with rows_step() and writes the file;
 * row_coverage.c adds the files up. What is recorded is the instruction that stood at CS:EIP and
 * that was run, never one that a block merely holds. Not recorded: an instruction in whose place an
 * interrupt or a breakpoint may come, and one that cannot be fetched.
 */
#pragma once
#include "cpu/cpu.h"

enum row_engine { ROW_ONE /* interpreter, blocks of one */, ROW_LONG /* interpreter */,
                  ROW_IR, ROW_CHECK /* both in lockstep */, ROW_ENGINES };
enum row_form { FORM_NONE, FORM_REG, FORM_MEM, ROW_FORMS };
enum row_mode { IN_REAL, IN_PROTECTED, IN_V86, ROW_MODES };
enum row_end { ROW_DONE, ROW_FAULT, ROW_ENDS };

/* One way of executing a row. asize is 0 where no address matters. */
struct row_way {
    unsigned row;
    enum row_engine engine;
    unsigned bits;               /* of the code: 16 or 32 */
    unsigned osize, asize;       /* log2 of bytes, as in struct insn; osize is 0 for x87 and MMX */
    enum row_form form;
    enum row_mode mode;
    enum row_end end;
};

struct rows;
struct insn;
struct rows *rows_new(void);
void rows_free(struct rows *r);
/* The form of operand and the sizes that a decoded instruction has. */
void rows_form(const struct insn *in, struct row_way *w);
void rows_add(struct rows *r, const struct row_way *w);
bool rows_has(const struct rows *r, const struct row_way *w);
/* cpu_run(c, 1), recorded; r NULL: only that. */
enum cpu_stop rows_step(struct rows *r, struct cpu *c, enum row_engine engine);
/* Files name the source (vectors, asm, hostdiff) and the table they are for. Reading adds to r;
 * false: not there, damaged, or of another table. */
bool rows_write(const struct rows *r, const char *path, const char *source);
bool rows_read(struct rows *r, const char *path, char source[16]);
