/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor beside the host's own: random user-level instructions run on both, and everything
 * that can be seen is compared. The parts: gen.c makes programs, emu.c runs them here, native.c
 * on the host, main.c compares and shrinks.
 *
 * A program has a page of code, four of data and one of stack at fixed addresses below 4 GiB, with
 * nothing mapped around them; it runs at CPL 3 in flat 32-bit segments until it reaches an INT3 or
 * faults.
 */
#pragma once
#include "core/base.h"
#include "cpu/cpu.h"
#include "cpu/operands.h"
#include "tests/rows/rows.h"

#define HD_CODE       0x100000u
#define HD_CODE_SIZE  0x1000u
#define HD_DATA       0x110000u
#define HD_DATA_SIZE  0x4000u
#define HD_STACK      0x120000u
#define HD_STACK_SIZE 0x1000u
#define HD_SYS \
    0x3a5c0000u /* our supervisor's pages, from physical 0: nothing is there on the host */
#define HD_SYS_SIZE  0x10000u
#define HD_MEM_SIZE  (HD_CODE_SIZE + HD_DATA_SIZE + HD_STACK_SIZE)
#define HD_MAX_INSNS 64

/* The flags that are compared: all that a user program can see but IF, which is 1. */
#define HD_FLAGS (FL_ARITH | FL_TF | FL_DF | FL_NT | FL_RF | FL_AC | FL_ID)

/* What a program begins with and ends with. */
struct hd_state {
    uint32_t gpr[8], eip, eflags;
    uint16_t cw, sw;            /* sw with TOP */
    uint8_t empty;              /* bit n: physical register n is empty */
    struct f80 st[8];           /* ST(0) first */
    uint32_t vector, code, cr2; /* how it ended; code and cr2 where the vector has them */
    uint8_t mem[HD_MEM_SIZE];   /* code, data, stack */
};

/* What cannot be compared, because the manual leaves it open: gathered while a program is followed.
 */
struct hd_mask {
    uint32_t flags; /* undefined flags */
    uint16_t sw;    /* undefined bits of the status word */
    bool partial;   /* one of several accesses faulted: processors may have done some of them */
    bool mmx;       /* an MMX instruction faulted: processors may have set TOP and the tags */
    bool env;       /* an environment image comes last: CR2 is any byte of it */
    uint8_t st;     /* bit n: physical register n to within one ulp */
};

struct hd_insn {
    uint16_t at;
    uint8_t len;
};

struct hd_program {
    struct hd_state start;
    struct hd_insn insn[HD_MAX_INSNS];
    unsigned n;
};

/* emu.c: the emulated processor with a flat user-level environment. */
struct emu;
struct emu *emu_new(unsigned block_ops);
void emu_free(struct emu *e);
/* 16: 64 KB segments at the bases of code, data and stack, for the next emu_load(); 32: flat ones.
 */
void emu_set_bits(struct emu *e, unsigned bits);
/* 3: as a user's program; 0: as its supervisor, for the next emu_load(). */
void emu_set_level(struct emu *e, unsigned level);
struct cpu *emu_cpu(struct emu *e);
uint8_t *emu_code(struct emu *e);
/* The byte at a if it lies in the program's memory, or NULL. */
uint8_t *emu_byte(struct emu *e, uint32_t a);
void emu_load(struct emu *e, const struct hd_state *s);
/* One instruction; true while the program has not ended. */
bool emu_step(struct emu *e);
/* The same, with what was executed recorded in r. */
bool emu_step_rows(struct emu *e, struct rows *r, enum row_engine engine);
/* Up to n instructions; true when the program has ended. */
bool emu_run(struct emu *e, unsigned n);
void emu_store(struct emu *e, struct hd_state *s);

/* native.c: a child process that runs programs. False: it died or hung, and is replaced. */
struct native;
struct native *native_new(void);
bool native_run(struct native *n, const struct hd_state *start, struct hd_state *end);
void native_free(struct native *n);

/* gen.c */
struct gen {
    const struct decoder *decoder;
    uint64_t seed;
    const char *only; /* the sem to use, or NULL */
    unsigned length;
    uint16_t *rows; /* usable rows */
    unsigned n_rows;
};
bool gen_init(struct gen *g, const struct decoder *d, const char *only, unsigned length);
void gen_free(struct gen *g);
/* A program made while the engine follows it. False: it came to nothing; take the next. */
bool gen_program(struct gen *g, struct emu *e, uint64_t seed, struct hd_program *p,
                 struct hd_mask *m);
/* Follows a finished program and finds its mask. False: it depends on something undefined. */
bool gen_follow(struct gen *g, struct emu *e, const struct hd_program *p, struct hd_mask *m);
