/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gen.c, emit.c and follow.c share: chance, one new instruction with its preparations, and
 * what may be done natively and compared.
 */
#pragma once
#include "hostdiff.h"

uint32_t rnd(struct gen *g);
bool chance(struct gen *g, unsigned percent);
uint32_t number(struct gen *g);
/* A linear address, mostly in the program's data. */
uint32_t target(struct gen *g);
/* A selector for a segment register (SEG_CS: for a far transfer). */
uint16_t selector(struct gen *g, unsigned seg);
uint32_t selector_base(uint16_t sel);

/* One or more instructions; the last is the one meant. */
struct emitted {
    uint8_t b[96];
    unsigned n;
    unsigned split[8], n_split; /* where each begins */
};

/* emit.c. The engine stands where the instructions are to go. */
void emit_row(struct gen *g, struct emu *e, const struct insn_row *r, const struct hd_program *p,
              struct emitted *out);
void emit_invalid(struct gen *g, struct emitted *out);

/* follow.c */
bool row_usable(const struct gen *g, const struct insn_row *r);
bool row_named(const struct insn_row *r, const char *const *list, size_t n);
/* No processor since the 386 knows these bytes, LOCK where it may not stand included. */
bool invalid_everywhere(const struct decoder *d, const uint8_t *p, size_t n, unsigned bits);
/* Takes the instruction at rip into account. False: the program must not contain it here. */
bool account(struct gen *g, struct emu *e, struct insn *in, struct hd_mask *m);
/* The last instruction did not come to an end: flags undefined before stay so. */
void faulted(const struct insn *in, uint32_t flags, struct hd_mask *m);
