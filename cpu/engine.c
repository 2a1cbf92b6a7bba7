/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing an engine, and keeping the IR of blocks. */
#include "cpu/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA (UINT32_C(48) << 20)
#define KEPT_MAX (sizeof(struct ir_block) + IR_MAX * sizeof(struct ir))

void engine_free(struct cpu *c)
{
    if (c->engine)
        free(c->engine->arena);
    free(c->engine);
    free(c->journal);
    c->engine = NULL;
    c->journal = NULL;
}

bool cpu_set_engine(struct cpu *c, enum cpu_engine engine, bool check)
{
    engine_free(c);
    tlb_flush_all(c);                        /* with a journal entries look different */
    blocks_flush(c);
    if (engine == CPU_INTERP && !check)
        return true;
    struct ir_engine *e = c->engine = calloc(1, sizeof *e);
    if (check)
        c->journal = calloc(1, sizeof *c->journal);
    if (e)
        e->arena = malloc(ARENA);
    if (!e || !e->arena || (check && !c->journal)) {
        engine_free(c);
        return false;
    }
    e->cap = ARENA;
    e->check = check;
    e->passes = true;
    e->temporary.v = e->scratch;
    return true;
}

const char *cpu_mismatch(const struct cpu *c)
{
    return c->journal && c->journal->differ ? c->journal->text : NULL;
}

/* In lockstep all IR is verified. */
static void verify(struct cpu *c, const struct block *b, const char *after)
{
    struct journal *j = c->journal;
    unsigned at;
    const char *wrong = ir_check(&c->engine->temporary, &at);
    if (!wrong || j->differ)
        return;
    j->differ = true;
    c->pending |= PEND_EXIT;
    snprintf(j->text, sizeof j->text,
             "the IR of the block at physical %llx is wrong after %s, node %u: %s\n",
             (unsigned long long)b->at, after, at, wrong);
}

static void make(struct cpu *c, const struct block *b, bool passes)
{
    struct ir_engine *e = c->engine;
    lift_block(&e->temporary, c, b);
    if (e->tamper)
        e->tamper(&e->temporary);
    if (e->check)
        verify(c, b, "lifting");
    if (passes) {
        ir_optimise(&e->temporary);
        if (e->check)
            verify(c, b, "the passes");
    }
}

static struct ir_block *keep(struct ir_engine *e)
{
    size_t nodes = e->temporary.n * sizeof(struct ir);
    struct ir_block *ib = (struct ir_block *)(void *)(e->arena + e->used);
    ib->n = e->temporary.n;
    ib->v = (struct ir *)(void *)(ib + 1);
    memcpy(ib->v, e->scratch, nodes);
    e->used += sizeof *ib + nodes;
    return ib;
}

/* A block that is to be left in the middle needs IR that can be left anywhere. */
static const struct ir_block *ir_of(struct cpu *c, struct block *b)
{
    struct ir_engine *e = c->engine;
    bool kept = b->at != UINT64_MAX && !c->patched;
    if (kept && b->ir)
        return b->ir;
    make(c, b, e->passes && !c->patched);
    if (!kept)
        return &e->temporary;
    if (e->cap - e->used < KEPT_MAX) {
        blocks_flush(c);                     /* the running one stays where it is until another
                                                is built */
        e->used = 0;
    }
    return b->ir = keep(e);
}

const struct ir_block *engine_plain(struct cpu *c)
{
    make(c, c->blk, false);
    return &c->engine->temporary;
}

void engine_block(struct cpu *c)
{
    struct ir_engine *e = c->engine;
    const struct ir_block *ib = ir_of(c, c->blk);
    uint32_t alone = PEND_ALONE;
    c->pending |= alone;
    if (e->check)
        lockstep_block(c, ib, e->values);
    else
        ir_run(c, ib, e->values);
    c->pending &= ~alone;
}
