/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoded blocks: straight runs of instructions inside one page, found by physical address and
 * mode.
 *
 * An instruction that straddles two pages is a block of its own, listed on both.
 * Storage is a bump arena; when it is full everything is dropped. A store drops the blocks whose
 * bytes it overlaps. Direct links lead only from a block to another of the same page, so that the
 * page's list is enough to find them. Indirect and cross-page jumps go through a table by linear
 * address. Its keys hold for one mode, privilege and generation: a new generation begins when a
 * block is dropped, the TLB flushed, or a table entry changes through which code was fetched. An
 * entry of an older one is checked against the TLB, and holds again.
 */
#pragma once
#include "cpu/mem.h"
#include "cpu/op.h"

struct ir_block;
struct block {
    paddr         at;            /* physical address of the first byte */
    uint32_t      mode;          /* MODE_* it was decoded for, or MODE_DEAD */
    uint16_t      n_ops, n_bytes;
    struct block *hash_next, *page_next;
    paddr         at2;           /* an instruction that straddles two pages: where the second
                                    begins; or 0 */
    struct block *page2_next;    /* and the list of such blocks of that page */
    struct block *link[2];       /* [0] falling through, [1] the branch taken: same page only */
    struct ir_block *ir;         /* what the IR engine has made of it; or NULL */
    struct op     ops[];         /* n_ops, then a sentinel that falls through */
};

#define JUMP_BITS 12
struct jump_entry { uint64_t key; struct block *blk; };     /* key: jump_key() */

struct block_cache {
    uint8_t       *arena;
    size_t         used, cap;
    struct block **hash;
    unsigned       hash_mask;
    unsigned       max_ops;
    struct decoder decoder;
    struct block  *single;       /* storage for one block outside the arena: careful steps */
    struct jump_entry jump[1u << JUMP_BITS];
    uint64_t       built, dropped;
};

/* The block at c->rip, built if need be; NULL when the fetch faulted (recorded). */
struct block *block_find(struct cpu *c);
/* A block of one instruction at c->rip, not kept, with CS limit checked byte by byte. */
struct block *block_single(struct cpu *c);

static ALWAYS_INLINE struct jump_entry *jump_slot(struct block_cache *bc, laddr lin)
{
    return &bc->jump[(lin ^ lin >> JUMP_BITS) & ((1u << JUMP_BITS) - 1)];
}

/* Starts block b at rip. OP_EXIT, with c->rip set, when the run loop must look first. */
static ALWAYS_INLINE const struct op *block_enter(struct cpu *c, struct block *b, uint64_t rip)
{
    int64_t left = c->left - b->n_ops;
    if (UNLIKELY((left < 0) | (c->pending != 0) |
                 (rip + b->n_bytes - 1 > c->seg[SEG_CS].limit && !(c->mode & MODE_CODE64)))) {
        c->rip = rip;
        return OP_EXIT;
    }
    c->left = left;
    c->blk = b;
    c->ip_base = rip - b->ops[0].off;
    return TAIL(c, b->ops);
}

/* Goes to rip in the same page of linear addresses, by link if there is one. */
static ALWAYS_INLINE const struct op *block_follow(struct cpu *c, unsigned which, uint64_t rip)
{
    struct block *b = c->blk, *t = b->link[which];
    if (LIKELY(t != NULL))
        return block_enter(c, t, rip);
    c->rip = rip;
    c->link_slot = &b->link[which];
    c->link_page = b->at >> PAGE_SHIFT;
    return OP_EXIT;
}

static ALWAYS_INLINE laddr jump_linear(const struct cpu *c, uint64_t rip)
{
    return c->mode & MODE_CODE64 ? rip : (uint32_t)(c->seg[SEG_CS].base + rip);
}

/* The block at rip, if the jump table knows it; or NULL. */
static ALWAYS_INLINE struct block *jump_lookup(struct cpu *c, uint64_t rip)
{
    laddr lin = jump_linear(c, rip);
    const struct jump_entry *j = jump_slot(c->blocks, lin);
    return LIKELY(j->key == (lin | c->jump_key)) ? j->blk : NULL;
}
/* Likewise for what was known in an older generation. */
struct block *jump_again(struct cpu *c, uint64_t rip);

/* Goes anywhere in the present code segment. */
static ALWAYS_INLINE const struct op *block_jump(struct cpu *c, uint64_t rip)
{
    struct block *b = jump_lookup(c, rip);
    if (LIKELY(b != NULL))
        return block_enter(c, b, rip);
    c->rip = rip;
    return OP_EXIT;
}

/* The same two for flat 32-bit code, where no limit can be exceeded. To another place of the
 * same page ip_base stays what it is. */
static ALWAYS_INLINE const struct op *block_follow_near(struct cpu *c, unsigned which, uint64_t rip)
{
    struct block *b = c->blk, *t = b->link[which];
    if (LIKELY(t != NULL)) {
        int64_t left = c->left - t->n_ops;
        if (LIKELY(left >= 0) && LIKELY(c->pending == 0)) {
            c->left = left;
            c->blk = t;
            return TAIL(c, t->ops);
        }
    } else {
        c->link_slot = &b->link[which];
        c->link_page = b->at >> PAGE_SHIFT;
    }
    c->rip = (uint32_t)rip;
    return OP_EXIT;
}

static ALWAYS_INLINE const struct op *block_jump_flat(struct cpu *c, uint32_t rip)
{
    const struct jump_entry *j = jump_slot(c->blocks, rip);
    if (LIKELY(j->key == (rip | c->jump_key))) {
        struct block *t = j->blk;
        int64_t left = c->left - t->n_ops;
        if (LIKELY(left >= 0) && LIKELY(c->pending == 0)) {
            c->left = left;
            c->blk = t;
            c->ip_base = (uint64_t)rip - t->ops[0].off;
            return TAIL(c, t->ops);
        }
    }
    c->rip = rip;
    return OP_EXIT;
}
