/* SPDX-License-Identifier: BSD-2-Clause */
/* The rehearsal, its undoing, and the comparison; see lockstep.h. */
#include "cpu/lockstep.h"

#include <stdarg.h>
#include <stdio.h>

#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/ir.h"
#include "cpu/operands.h"

/* Everything of struct cpu that instructions change, but the TLB's entries. */
#define STATE_BYTES offsetof(struct cpu, model)
struct saved {
    uint64_t       state[(STATE_BYTES + 7) / 8];
    struct block **link_slot;
    paddr          link_page;
    uint64_t       n_fills, scratch;
    uint64_t       tlb_large[ARRAY_LEN(FIELD_AT(struct cpu, tlb_large))];
    uint64_t       tlb_used[2][TLB_WORDS], tlb_words[2][(TLB_WORDS + 63) / 64];
    uint64_t       pt_leaf[ARRAY_LEN(FIELD_AT(struct cpu, pt_leaf))];
    uint64_t       pt_dir[ARRAY_LEN(FIELD_AT(struct cpu, pt_dir))];
    uint32_t       tlb_gen;
    unsigned       patched;                  /* the operation to stop at, or n_ops + 1 */
    uint8_t fault[sizeof FIELD_AT(struct cpu, fault)],
        last_fault[sizeof FIELD_AT(struct cpu, last_fault)];
    bool           no_trap;
};

/* ---- the journal ---- */

bool journal_outside(struct cpu *c)
{
    struct journal *j = c->journal;
    if (j->mode != JOURNAL_REHEARSAL)
        return false;
    if (!j->outside)
        j->ord = c->at ? c->at->ord : 0;
    j->outside = true;
    return true;
}

/* A rehearsed store drops no blocks, but one to the running block must end it. */
static void code_rehearsed(struct cpu *c, paddr a, unsigned size)
{
    const struct block *b = c->blk;
    if (b->at < a + size && a < b->at + b->n_bytes)
        run_leave_after(c);
}

bool journal_write(struct cpu *c, uint8_t *page, paddr a, uint64_t v, unsigned size)
{
    struct journal *j = c->journal;
    if (j->mode == JOURNAL_OFF)
        return false;
    unsigned *n = &j->n_stores[j->mode];
    bool tables = j->mode == JOURNAL_REHEARSAL && page && c->mem->code[a >> PAGE_SHIFT].tables;
    if (!page || *n == JOURNAL_STORES || tables)
        return journal_outside(c);           /* a store to a page table drops TLB entries */
    uint8_t *host = page + (a & PAGE_MASK);
    j->stores[j->mode][(*n)++] = (struct journal_store){
        .host = host, .old = load_le(host, size), .at = a, .size = (uint8_t)size
    };
    if (j->mode == JOURNAL_REAL)
        return false;
    code_rehearsed(c, a, size);
    store_le(host, v, size);
    return true;
}

void journal_tlb(struct cpu *c, unsigned u, unsigned i)
{
    struct journal *j = c->journal;
    if (j->mode != JOURNAL_REHEARSAL)
        return;
    if (j->n_tlbs == JOURNAL_TLBS) {
        j->tlb_lost = true;
        return;
    }
    j->tlbs[j->n_tlbs++] =
        (struct journal_tlb){ c->tlbs[u][i], c->tlb_phys[u][i], c->tlb_pte[u][i], c->tlb_page[u][i],
                              (uint16_t)i,   (uint8_t)u,        c->tlb_flags[u][i] };
}

bool lockstep_stop(struct cpu *c, const struct op *op)
{
    struct journal *j = c->journal;
    if (j->mode != JOURNAL_REHEARSAL)
        return false;
    if (op->ord < c->blk->n_ops && insn_rows[op->in.id].attr & IO)
        journal_outside(c);
    return j->outside;
}

/* ---- saving and going back ---- */

static void save(struct saved *s, const struct cpu *c)
{
    memcpy(s->state, c, STATE_BYTES);
    memcpy(s->fault, &c->fault, sizeof s->fault);
    memcpy(s->last_fault, &c->last_fault, sizeof s->last_fault);
    memcpy(s->tlb_large, c->tlb_large, sizeof s->tlb_large);
    memcpy(s->tlb_used, c->tlb_used, sizeof s->tlb_used);
    memcpy(s->tlb_words, c->tlb_words, sizeof s->tlb_words);
    memcpy(s->pt_leaf, c->pt_leaf, sizeof s->pt_leaf);
    memcpy(s->pt_dir, c->pt_dir, sizeof s->pt_dir);
    s->link_slot = c->link_slot;
    s->link_page = c->link_page;
    s->n_fills = c->n_fills;
    s->scratch = c->scratch;
    s->tlb_gen = c->tlb_gen;
    s->no_trap = c->no_trap;
    s->patched = c->patched ? (unsigned)(c->patched - c->blk->ops) : c->blk->n_ops + 1u;
}

static void restore(const struct saved *s, struct cpu *c)
{
    memcpy(c, s->state, STATE_BYTES);
    cpu_update_jump_key(c);
    memcpy(&c->fault, s->fault, sizeof s->fault);
    memcpy(&c->last_fault, s->last_fault, sizeof s->last_fault);
    memcpy(c->tlb_large, s->tlb_large, sizeof s->tlb_large);
    memcpy(c->tlb_used, s->tlb_used, sizeof s->tlb_used);
    memcpy(c->tlb_words, s->tlb_words, sizeof s->tlb_words);
    memcpy(c->pt_leaf, s->pt_leaf, sizeof s->pt_leaf);
    memcpy(c->pt_dir, s->pt_dir, sizeof s->pt_dir);
    c->link_slot = s->link_slot;
    c->link_page = s->link_page;
    c->n_fills = s->n_fills;
    c->scratch = s->scratch;
    c->tlb_gen = s->tlb_gen;
    c->no_trap = s->no_trap;
    run_patch(c, s->patched > c->blk->n_ops ? NULL : &c->blk->ops[s->patched]);
}

static void undo(struct cpu *c)
{
    struct journal *j = c->journal;
    struct journal_store *w = j->stores[JOURNAL_REHEARSAL];
    unsigned n = j->n_stores[JOURNAL_REHEARSAL];
    for (unsigned i = 0; i < n; i++)
        w[i].made = load_le(w[i].host, w[i].size);
    while (n--)
        store_le(w[n].host, w[n].old, w[n].size);
    while (j->n_tlbs--) {
        const struct journal_tlb *t = &j->tlbs[j->n_tlbs];
        c->tlbs[t->user][t->index] = t->entry;
        c->tlb_phys[t->user][t->index] = t->phys;
        c->tlb_pte[t->user][t->index] = t->pte;
        c->tlb_page[t->user][t->index] = t->page;
        c->tlb_flags[t->user][t->index] = t->flags;
    }
}

/* ---- running ---- */

static void rehearse(struct cpu *c, const struct ir_block *ib, uint64_t *values)
{
    struct journal *j = c->journal;
    void (*set)(void *, int, bool) = c->ferr.set;
    struct log *log = c->log, silent = { NULL, NULL, { 0 } };
    j->outside = j->tlb_lost = false;
    j->n_tlbs = j->n_stores[JOURNAL_REHEARSAL] = 0;
    c->ferr.set = NULL;
    c->log = log ? &silent : NULL;
    j->mode = JOURNAL_REHEARSAL;
    ir_run(c, ib, values);
    j->mode = JOURNAL_OFF;
    c->ferr.set = set;
    c->log = log;
}

static void interpret(struct cpu *c, enum journal_mode mode)
{
    struct journal *j = c->journal;
    const struct op *op = c->blk->ops;
    j->n_stores[JOURNAL_REAL] = 0;
    j->mode = mode;
    while (op->run)
        op = op->run(c, op);
    j->mode = JOURNAL_OFF;
}

/* ---- comparing ---- */

static void say(struct journal *j, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct journal *j, const char *fmt, ...)
{
    size_t n = strlen(j->text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(j->text + n, sizeof j->text - n, fmt, ap);
    va_end(ap);
}

static void head(struct cpu *c, const struct saved *at)
{
    struct journal *j = c->journal;
    const struct block *b = c->blk;
    memcpy(&j->before, at->state, STATE_BYTES);
    uint32_t mode = j->before.mode;
    struct decode_mode m = { mode & MODE_CODE64 ? 64 : mode & MODE_CODE32 ? 32 : 16,
                             c->model };
    if (j->differ)
        return;
    j->differ = true;
    j->text[0] = 0;
    say(j,
        "the engines disagree about the block at %04x:%08llx (physical %llx), instruction count "
        "%llu:\n",
        j->before.seg[SEG_CS].sel, (unsigned long long)(j->before.ip_base + b->ops[0].off),
        (unsigned long long)b->at,
        (unsigned long long)(c->slice_end - (uint64_t)j->before.left - b->n_ops));
    for (unsigned i = 0; i < b->n_ops && i < 64; i++) {
        char text[80];
        uint64_t rip = j->before.ip_base + b->ops[i].off;
        if (b->ops[i].run == op_raise)
            snprintf(text, sizeof text, "(not an instruction)");
        else
            insn_print(text, sizeof text, &b->ops[i].in, m, rip);
        say(j, "  %08llx  %s\n", (unsigned long long)rip, text);
    }
    say(j, "differences:\n");
}

static void differ(struct cpu *c, const struct saved *at, const char *what, unsigned i, unsigned n,
                   uint64_t ours, uint64_t ir)
{
    head(c, at);
    char name[64];
    snprintf(name, sizeof name, n > 1 ? "%s[%u]" : "%s", what, i);
    say(c->journal, "  %-16s interp %016llx   ir %016llx\n", name, (unsigned long long)ours,
        (unsigned long long)ir);
}

static uint64_t value_of(const struct field *f, const uint8_t *p)
{
    if (f->type == FT_LINE)
        return ((const struct line *)(const void *)p)->level;
    return load_le(p, f->size);
}

static void compare_fields(struct cpu *c, const struct saved *at, const struct field *f,
                           const uint8_t *ours, const uint8_t *ir, const char *outer)
{
    for (; f->type != FT_END; f++)
        for (unsigned i = 0; i < f->count && f->type != FT_TRANSIENT && f->type != FT_EVENT; i++) {
            size_t off = f->offset + (size_t)i * f->size;
            if (outer == NULL && off >= STATE_BYTES)
                break;
            if (f->type == FT_STRUCT) {
                char name[48];
                snprintf(name, sizeof name, f->count > 1 ? "%s[%u]." : "%s.", f->name, i);
                compare_fields(c, at, f->sub, ours + off, ir + off, name);
                continue;
            }
            uint64_t a = value_of(f, ours + off), b = value_of(f, ir + off);
            char name[96];
            snprintf(name, sizeof name, "%s%s", outer ? outer : "", f->name);
            if (a != b)
                differ(c, at, name, i, f->count, a, b);
        }
}

/* Nearly always: every byte is the same. */
static bool same_state(const struct cpu *c, struct saved *ir)
{
    memcpy((uint8_t *)ir->state + offsetof(struct cpu, at), &c->at, sizeof c->at);
    memcpy((uint8_t *)ir->state + offsetof(struct cpu, jump_key), &c->jump_key, sizeof c->jump_key);
    return !memcmp(ir->state, c, STATE_BYTES) && !memcmp(ir->fault, &c->fault, sizeof ir->fault) &&
           c->no_trap == ir->no_trap;
}

static void compare_state(struct cpu *c, const struct saved *at, struct saved *ir)
{
    if (same_state(c, ir))
        return;
    struct cpu *theirs = &c->journal->ir;
    memcpy(theirs, ir->state, STATE_BYTES);
    memcpy(&theirs->fault, ir->fault, sizeof ir->fault);
    uint32_t flags = c->eflags | flags_bits(c), their_flags = theirs->eflags | flags_bits(theirs);
    if (flags != their_flags)
        differ(c, at, "EFLAGS", 0, 1, flags, their_flags);
    uint64_t res = c->fl_res, aux = c->fl_aux;
    const struct op *op = c->at;
    c->fl_res = theirs->fl_res;               /* as flags they have been compared */
    c->fl_aux = theirs->fl_aux;
    c->at = theirs->at;
    memcpy(ir->state, theirs, STATE_BYTES);
    if (memcmp(ir->state, c, STATE_BYTES))
        compare_fields(c, at, cpu_class.fields, (const uint8_t *)c, (const uint8_t *)theirs, NULL);
    c->fl_res = res;
    c->fl_aux = aux;
    c->at = op;
    if (c->left != theirs->left)
        differ(c, at, "instructions left", 0, 1, (uint64_t)c->left, (uint64_t)theirs->left);
    if (c->mode != theirs->mode)
        differ(c, at, "mode", 0, 1, c->mode, theirs->mode);
    if (c->fault.raised != theirs->fault.raised)
        differ(c, at, "faulted", 0, 1, c->fault.raised, theirs->fault.raised);
    else if (c->fault.raised) {
        if (c->fault.vector != theirs->fault.vector)
            differ(c, at, "vector", 0, 1, c->fault.vector, theirs->fault.vector);
        if (c->fault.code != theirs->fault.code)
            differ(c, at, "error code", 0, 1, c->fault.code, theirs->fault.code);
        if (c->fault.vector == EXC_PF && c->fault.cr2 != theirs->fault.cr2)
            differ(c, at, "fault address", 0, 1, c->fault.cr2, theirs->fault.cr2);
    }
    if (c->no_trap != ir->no_trap)
        differ(c, at, "no trap", 0, 1, c->no_trap, ir->no_trap);
}

/* Did stores [0, n) touch this byte? */
static bool touched(const struct journal_store *w, unsigned n, const uint8_t *byte)
{
    for (unsigned i = 0; i < n; i++)
        if (byte >= w[i].host && byte < w[i].host + w[i].size)
            return true;
    return false;
}

/* Bytes that only the interpreter wrote must have kept their value. */
static void compare_extra(struct cpu *c, const struct saved *at)
{
    struct journal *j = c->journal;
    const struct journal_store *w = j->stores[JOURNAL_REAL], *v = j->stores[JOURNAL_REHEARSAL];
    for (unsigned i = 0; i < j->n_stores[JOURNAL_REAL]; i++)
        for (unsigned k = 0; k < w[i].size; k++) {
            const uint8_t *p = w[i].host + k;
            uint8_t old = (uint8_t)(w[i].old >> (8 * k));
            if (*p != old && !touched(w, i, p) && !touched(v, j->n_stores[JOURNAL_REHEARSAL], p)) {
                char what[40];
                snprintf(what, sizeof what, "memory %08llx", (unsigned long long)(w[i].at + k));
                differ(c, at, what, 0, 1, *p, old);
            }
        }
}

static void compare_memory(struct cpu *c, const struct saved *at)
{
    struct journal *j = c->journal;
    const struct journal_store *w = j->stores[JOURNAL_REAL], *v = j->stores[JOURNAL_REHEARSAL];
    unsigned n = j->n_stores[JOURNAL_REHEARSAL];
    bool same = n == j->n_stores[JOURNAL_REAL];
    for (unsigned i = 0; i < n; i++) {
        uint64_t now = load_le(v[i].host, v[i].size);
        same = same && v[i].host == w[i].host && v[i].size == w[i].size;
        if (now != v[i].made) {
            char what[40];
            snprintf(what, sizeof what, "memory %08llx", (unsigned long long)v[i].at);
            differ(c, at, what, 0, 1, now, v[i].made);
        }
    }
    if (!same)
        compare_extra(c, at);
}

/* ---- a block ---- */

void lockstep_block(struct cpu *c, const struct ir_block *ib, uint64_t *values)
{
    struct journal *j = c->journal;
    struct saved before, after;
    save(&before, c);
    for (;;) {
        rehearse(c, ib, values);
        save(&after, c);
        undo(c);
        restore(&before, c);
        /* a flush has also ceased to watch the tables that the entries now back were made from */
        if (j->tlb_lost || after.tlb_gen != before.tlb_gen)
            tlb_flush_all(c);
        if (!j->outside)
            break;
        if (!j->ord) {                       /* this one by the interpreter, then look again */
            run_patch(c, &c->blk->ops[1]);
            interpret(c, JOURNAL_OFF);
            j->alone++;
            return;
        }
        run_patch(c, &c->blk->ops[j->ord]);  /* up to there it can be compared */
        before.patched = j->ord;
        ib = engine_plain(c);
    }
    interpret(c, JOURNAL_REAL);
    j->blocks++;
    compare_state(c, &before, &after);
    compare_memory(c, &before);
    if (j->differ)
        c->pending |= PEND_EXIT;
}
