/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two engines side by side. Each block is run by the IR first, as a rehearsal: what it writes to
 * memory and to the TLB goes through a journal and is taken back, as are the registers. Then the
 * interpreter runs the block for good, and both results are compared.
 *
 * What cannot be rehearsed, port I/O and accesses that leave plain memory, is run by the
 * interpreter alone, one instruction at a time. While a journal exists no TLB entry allows fast
 * stores, so that all stores pass journal_write().
 */
#pragma once
#include "cpu/op.h"

enum journal_mode { JOURNAL_OFF, JOURNAL_REHEARSAL, JOURNAL_REAL };

struct journal_store { uint8_t *host; uint64_t old, made; paddr at; uint8_t size; };
struct journal_tlb {
    struct tlb_entry entry;
    paddr phys, pte;
    laddr page;
    uint16_t index;
    uint8_t user, flags;
};

#define JOURNAL_STORES 16384u
#define JOURNAL_TLBS   16384u

struct journal {
    enum journal_mode mode;
    bool     outside;            /* the rehearsal came upon something that it must not do */
    bool     tlb_lost;           /* more changes to the TLB than there is room for */
    unsigned ord;                /* and at which instruction */
    unsigned n_tlbs, n_stores[3];            /* by mode */
    struct journal_store stores[3][JOURNAL_STORES];
    struct journal_tlb   tlbs[JOURNAL_TLBS];
    uint64_t blocks, alone;      /* statistics: blocks compared, instructions run by the
                                    interpreter alone */
    bool     differ;
    struct cpu before, ir;       /* copies to compare and to print from: too large for a stack */
    char     text[6000];
};

/* The block that c has entered. ib: its IR. */
struct ir_block;
void lockstep_block(struct cpu *c, const struct ir_block *ib, uint64_t *values);
/* In a rehearsal: must op be left to the interpreter alone? */
bool lockstep_stop(struct cpu *c, const struct op *op);
/* engine.c: IR of the block that can be left anywhere. */
const struct ir_block *engine_plain(struct cpu *c);

/* mmu.c, when c->journal is set. A store of size bytes at physical a is about to happen; page:
 * of the host, NULL when it is not plain memory. True: it is dealt with. */
bool journal_write(struct cpu *c, uint8_t *page, paddr a, uint64_t v, unsigned size);
/* A read that leaves plain memory. True: it must not happen. */
bool journal_outside(struct cpu *c);
/* TLB entry i of table u is about to change. */
void journal_tlb(struct cpu *c, unsigned u, unsigned i);
