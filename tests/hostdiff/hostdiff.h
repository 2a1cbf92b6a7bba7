/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor beside the host's own: random user-level instructions run on both, and everything
 * that can be seen is compared. The parts: gen.c makes programs, emu.c runs them here, native.c
 * on the host, main.c compares and shrinks. emit.c encodes instructions for gen.c, follow.c knows
 * what cannot be compared on any processor, vendor.c what other vendors than Intel do otherwise.
 *
 * A program has a page of code, four of data and one of stack at fixed addresses below 4 GiB, with
 * nothing mapped around them; it runs at CPL 3 until it reaches an INT3 or faults. It begins in the
 * flat 32-bit segments of Linux, or in segments of an LDT that is the same on both sides (ldt.c),
 * with 16- or 32-bit code.
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
    uint16_t seg[6]; /* selectors, in the order of SEG_ES.. */
    uint16_t cw, sw;            /* sw with TOP */
    uint8_t empty;              /* bit n: physical register n is empty */
    struct f80 st[8];           /* ST(0) first */
    uint32_t vector, code, cr2; /* how it ended; code and cr2 where the vector has them */
    uint8_t mem[HD_MEM_SIZE];   /* code, data, stack */
};

/* The flat segments of Linux. */
#define HD_CS 0x23u
#define HD_DS 0x2bu
void hd_flat(struct hd_state *s);

/* ldt.c: the local descriptors, as modify_ldt() would make them. Entry 0 is not used. */
enum { HD_TYPE_DATA, HD_TYPE_DOWN, HD_TYPE_CODE, HD_TYPE_CONFORMING };
struct hd_desc {
    uint32_t base, limit;
    uint8_t type;
    bool readonly, big, pages, absent; /* readonly: for code, not readable */
};
#define HD_SEL(n)     ((uint16_t)((n) << 3 | 7))
#define HD_SEL_CODE16 HD_SEL(1) /* 64 KB from the code, data and stack pages */
#define HD_SEL_DATA16 HD_SEL(2)
#define HD_SEL_STACK16 HD_SEL(3)
extern const struct hd_desc hd_ldt[];
extern const unsigned hd_ldt_count;
uint64_t hd_ldt_bits(unsigned n);

/* A piece of memory whose contents cannot be compared. zero: they are ours, or zero. */
struct hd_hole {
    uint32_t at, size;
    bool zero;
};

/* What cannot be compared, because the manual leaves it open: gathered while a program is followed.
 */
struct hd_mask {
    uint32_t flags; /* undefined flags */
    uint16_t sw;    /* undefined bits of the status word */
    bool partial;   /* one of several stores faulted: processors may have done some of them */
    uint8_t gprs;   /* bit n: general register n, for the same reason */
    bool fpu;       /* MMX, or a load of an image, faulted: TOP, tags and more may be changed */
    struct hd_hole image; /* accessed last: CR2 is any byte of it */
    uint8_t st;     /* bit n: physical register n to within one ulp */
    struct hd_hole pushed; /* what the instruction pushes before its last check */
    bool last;      /* what was written may not be read again: only the end may follow */
    struct hd_hole hole[8];
    unsigned n_holes;
    /* What the host's processor may do instead of what Intel's do (vendor.c). */
    const char *why;  /* the difference met last, or NULL */
    uint32_t vectors; /* bit v: the last instruction raises v, with code 0 or as a page fault, */
    struct hd_hole fault; /* whose CR2 lies here */
    bool back;        /* the exception's EIP is that of the last instruction: */
    uint32_t eip;
    bool unfinished;  /* the engine stands within a repeated instruction */
};

struct hd_insn {
    uint16_t at;
    uint8_t len;
    uint8_t bits; /* of the code segment */
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
/* 3: as a user's program; 0: as its supervisor, for the next emu_load(). */
void emu_set_level(struct emu *e, unsigned level);
struct cpu *emu_cpu(struct emu *e);
uint8_t *emu_code(struct emu *e);
/* The byte at a if it lies in the program's memory, or NULL. */
uint8_t *emu_byte(struct emu *e, uint32_t a);
/* The code segment's size, and the linear address of the next instruction. */
unsigned emu_code_bits(struct emu *e);
uint32_t emu_code_at(struct emu *e);
/* Decodes what the engine stands before, as far as page and segment go: as insn_decode(). */
int emu_decode(struct emu *e, struct insn *in);
/* Offset and linear address of the memory operand of the instruction that it stands before. */
uint32_t emu_offset(struct emu *e, const struct insn *in);
uint32_t emu_address(struct emu *e, const struct insn *in);
void emu_load(struct emu *e, const struct hd_state *s);
/* One instruction; true while the program has not ended. */
bool emu_step(struct emu *e);
/* The same, with what was executed recorded in r. */
bool emu_step_rows(struct emu *e, struct rows *r, enum row_engine engine);
/* Up to n instructions; true when the program has ended. */
bool emu_run(struct emu *e, unsigned n);
void emu_store(struct emu *e, struct hd_state *s);
/* False: a segment register, or the error code, holds a selector that means something else on the
 * host, or that the host's system changes behind the program's back: null but not zero. */
bool emu_selectors_alike(const struct emu *e);

/* vendor.c: what processors of other vendors than Intel do otherwise. HD_INTEL: nothing is. */
enum hd_vendor { HD_INTEL, HD_AMD };
enum hd_step { HD_GOING, HD_ENDED, HD_UNLIKE /* from here the host does what cannot be told */ };
const char *vendor_name(enum hd_vendor v);
/* As emu_step(); adds to m what the vendor's processors may do otherwise there. */
enum hd_step vendor_step(enum hd_vendor v, struct emu *e, struct hd_mask *m);
/* Does the program end there with an exception that m allows? The rest of the ends is compared. */
bool vendor_ends(const struct hd_mask *m, const struct hd_state *ours, const struct hd_state *host);
/* Takes the prefixes off; how many there are. */
size_t skip_prefixes(const uint8_t *p, size_t n, unsigned *prefix);

/* native.c: a child process that runs programs. False: it died or hung, and is replaced. */
struct native;
struct native *native_new(void);
bool native_has_ldt(const struct native *n);
/* Of the host's processor; HD_INTEL, which nothing is forgiven, where it is not known. */
enum hd_vendor native_vendor(void);
bool native_run(struct native *n, const struct hd_state *start, struct hd_state *end);
void native_free(struct native *n);

/* gen.c */
struct gen {
    const struct decoder *decoder;
    enum hd_vendor vendor; /* of the host */
    uint64_t seed;
    const char *only; /* the sem to use, or NULL */
    unsigned length;
    bool flat_only;   /* no local descriptors */
    uint32_t near;    /* where the next instruction goes */
    uint16_t *rows;   /* usable rows */
    unsigned n_rows;
};
bool gen_init(struct gen *g, const struct decoder *d, enum hd_vendor vendor, const char *only,
              unsigned length, bool flat_only);
void gen_free(struct gen *g);
/* A program made while the engine follows it. False: it came to nothing; take the next. */
bool gen_program(struct gen *g, struct emu *e, uint64_t seed, struct hd_program *p,
                 struct hd_mask *m);
/* Follows a finished program and finds its mask. False: it depends on something undefined. */
bool gen_follow(struct gen *g, struct emu *e, const struct hd_program *p, struct hd_mask *m);
