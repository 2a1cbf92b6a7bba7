/* SPDX-License-Identifier: BSD-2-Clause */
/* Building, finding and dropping decoded blocks; see block.h. */
#include "cpu/block.h"

#include <stdlib.h>

#include "cpu/bind.h"
#include "cpu/interp.h"
#include "cpu/operands.h"
#include "cpu/protect.h"

#define DEFAULT_OPS   (1u << 18)
#define DEFAULT_MAX   48u
#define BLOCK_BYTES(n) (sizeof(struct block) + ((n) + 1) * sizeof(struct op))

bool blocks_init(struct cpu *c, unsigned cache_ops, unsigned max_ops)
{
    struct block_cache *bc = calloc(1, sizeof *bc);
    if (!bc)
        return false;
    c->blocks = bc;
    bc->max_ops = max_ops && max_ops < 255 ? max_ops : DEFAULT_MAX;
    bc->cap = BLOCK_BYTES(bc->max_ops) +
              (size_t)(cache_ops ? cache_ops : DEFAULT_OPS) * sizeof(struct op);
    bc->hash_mask = (cache_ops && cache_ops < 4096 ? 64u : 1u << 15) - 1;
    bc->arena = malloc(bc->cap);
    bc->hash = calloc(bc->hash_mask + 1u, sizeof *bc->hash);
    bc->single = malloc(BLOCK_BYTES(1));
    if (!bc->arena || !bc->hash || !bc->single)
        return false;
    decoder_init(&bc->decoder);
    blocks_flush(c);
    return true;
}

void blocks_free(struct cpu *c)
{
    struct block_cache *bc = c->blocks;
    if (!bc)
        return;
    free(bc->arena);
    free(bc->hash);
    free(bc->single);
    free(bc);
    c->blocks = NULL;
}

static void kill(struct block *b)
{
    b->mode = MODE_DEAD;
    b->link[0] = b->link[1] = NULL;
}

/* Every block on a page's lists is gone; the page may be written without notice again. */
static void drop_page(struct bus *m, uint64_t pn)
{
    for (struct block *b = m->code[pn].blocks; b; b = b->page_next)
        kill(b);
    for (struct block *b = m->code[pn].straddlers; b; b = b->page2_next)
        kill(b);
    m->code[pn].blocks = m->code[pn].straddlers = NULL;
    m->code[pn].lines = m->code[pn].tables ? UINT64_MAX : 0;
}

/* Generation 0 is that of empty entries. */
void jumps_forget(struct cpu *c)
{
    c->jump_gen = (c->jump_gen + 1) & 0xffffff;
    if (!c->jump_gen) {
        c->jump_gen = 1;
        if (c->blocks)
            memset(c->blocks->jump, 0, sizeof c->blocks->jump);
    }
    memset(c->pt_code, 0, sizeof c->pt_code);
    cpu_update_jump_key(c);
}

struct block *jump_again(struct cpu *c, uint64_t rip)
{
    laddr lin = jump_linear(c, rip);
    struct jump_entry *j = jump_slot(c->blocks, lin);
    unsigned i = tlb_index(lin);
    if (!j->blk || (uint32_t)j->key != lin || j->blk->mode != c->mode ||
        (lin ^ c->tlb[i].tag_x) >= PAGE_SIZE ||
        c->tlb_phys[c->cpl == 3][i] != (j->blk->at & ~PAGE_MASK))
        return NULL;
    j->key = lin | c->jump_key;
    mmu_note_code(c, lin);
    return j->blk;
}

void blocks_flush(struct cpu *c)
{
    struct block_cache *bc = c->blocks;
    if (!bc)
        return;
    for (size_t at = 0; at < bc->used;) {
        struct block *b = (struct block *)(void *)(bc->arena + at);
        drop_page(c->mem, b->at >> PAGE_SHIFT);
        if (b->at2)
            drop_page(c->mem, b->at2 >> PAGE_SHIFT);
        at += BLOCK_BYTES(b->n_ops);
    }
    bc->used = 0;
    memset(bc->hash, 0, (bc->hash_mask + 1u) * sizeof *bc->hash);
    memset(bc->jump, 0, sizeof bc->jump);
    jumps_forget(c);
    c->link_slot = NULL;
}

void blocks_stats(const struct cpu *c, uint64_t *built, uint64_t *dropped)
{
    *built = c->blocks->built;
    *dropped = c->blocks->dropped;
}

static unsigned hash_of(const struct block_cache *bc, paddr at, uint32_t mode)
{
    uint64_t h = (at ^ (uint64_t)mode << 20) * UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(h >> 40) & bc->hash_mask;
}

static void unhash(struct block_cache *bc, struct block *b)
{
    struct block **p = &bc->hash[hash_of(bc, b->at, b->mode)];
    while (*p && *p != b)
        p = &(*p)->hash_next;
    if (*p)
        *p = b->hash_next;
}

/* The bits of 64-byte lines that n bytes at a touch in their first page. */
static uint64_t line_span(paddr a, unsigned n)
{
    unsigned room = PAGE_SIZE - (unsigned)(a & PAGE_MASK), lo = (unsigned)(a & PAGE_MASK) >> 6;
    unsigned hi = (unsigned)((a & PAGE_MASK) + (n < room ? n : room) - 1) >> 6;
    return (UINT64_MAX << lo) & (UINT64_MAX >> (63 - hi));
}

static bool overlaps(paddr at, unsigned bytes, paddr a, unsigned n)
{
    return at < a + n && a < at + bytes;
}

/* Bytes of a straddler in its first and second page. */
static unsigned first_part(const struct block *b)
{
    unsigned room = PAGE_SIZE - (unsigned)(b->at & PAGE_MASK);
    return b->n_bytes < room ? b->n_bytes : room;
}

static void retire(struct cpu *c, struct block *b)
{
    if (b->mode != MODE_DEAD)
        unhash(c->blocks, b);
    kill(b);
    c->blocks->dropped++;
}

/* Takes the dead ones off the page's lists, links to them away, and finds out anew which lines
 * hold code. */
static void sweep_page(struct code_page *cp)
{
    struct block **p = (struct block **)(void *)&cp->blocks;
    cp->lines = cp->tables ? UINT64_MAX : 0;
    while (*p) {
        struct block *b = *p;
        if (b->mode == MODE_DEAD) {
            *p = b->page_next;
            continue;
        }
        for (unsigned i = 0; i < 2; i++)
            if (b->link[i] && b->link[i]->mode == MODE_DEAD)
                b->link[i] = NULL;
        cp->lines |= line_span(b->at, b->n_bytes);
        p = &b->page_next;
    }
    p = (struct block **)(void *)&cp->straddlers;
    while (*p) {
        struct block *b = *p;
        if (b->mode == MODE_DEAD) {
            *p = b->page2_next;
            continue;
        }
        cp->lines |= line_span(b->at2, b->n_bytes - first_part(b));
        p = &b->page2_next;
    }
}

/* Finds the widest gap between blocks around n bytes that are in none of them: programs store again
 * and again to variables beside their code, and a page can have a thousand blocks. */
static void find_gap(struct code_page *cp, unsigned off, unsigned n)
{
    unsigned low = 0, high = PAGE_SIZE;
    for (const struct block *b = cp->blocks; b; b = b->page_next) {
        unsigned start = (unsigned)(b->at & PAGE_MASK), end = start + first_part(b);
        if (start >= off + n)
            high = start < high ? start : high;
        else
            low = end > low ? end : low;
    }
    for (const struct block *b = cp->straddlers; b; b = b->page2_next) {
        unsigned end = b->n_bytes - first_part(b);
        low = end > low ? end : low;
    }
    cp->gap = (uint16_t)low;
    cp->gap_end = (uint16_t)high;
}

void cpu_code_write(struct cpu *c, paddr a, unsigned n)
{
    struct code_page *cp = &c->mem->code[a >> PAGE_SHIFT];
    unsigned off = (unsigned)(a & PAGE_MASK);
    bool mine = false, any = false;
    if (cp->tables)
        mmu_tables_written(c, a, n);
    if (off >= cp->gap && off + n <= cp->gap_end)
        return;
    for (struct block *b = cp->blocks; b; b = b->page_next)
        if (overlaps(b->at, b->n_bytes, a, n)) {
            mine |= b == c->blk;
            retire(c, b);
            any = true;
        }
    for (struct block *b = cp->straddlers; b; b = b->page2_next)
        if (overlaps(b->at2, b->n_bytes - first_part(b), a, n)) {
            retire(c, b);
            any = true;
        }
    if (!any) {
        find_gap(cp, off, n);
        return;
    }
    c->link_slot = NULL;
    jumps_forget(c);
    sweep_page(cp);
    find_gap(cp, off, n);
    /* x86 promises that the next instruction sees the store: leave after this one. A block that
     * straddles into this page is one instruction long and needs nothing. */
    if (mine)
        run_leave_after(c);
}

/* The page becomes, or ceases to be, one that holds page tables. */
void blocks_set_tables(struct cpu *c, uint64_t pn, bool tables)
{
    struct code_page *cp = &c->mem->code[pn];
    if (tables && !cp->lines)
        mmu_forbid_stores(c, pn);
    cp->tables = tables;
    sweep_page(cp);
}

/* Marks n bytes at a, within one page, as code. */
static void mark_range(struct cpu *c, paddr a, unsigned n)
{
    struct code_page *cp = &c->mem->code[a >> PAGE_SHIFT];
    unsigned off = (unsigned)(a & PAGE_MASK);
    if (!cp->lines)
        mmu_forbid_stores(c, a >> PAGE_SHIFT);
    cp->lines |= line_span(a, n);
    if (off < cp->gap_end && off + n > cp->gap)
        cp->gap = cp->gap_end = 0;
}

static void mark_lines(struct cpu *c, struct block *b)
{
    unsigned first = first_part(b);
    struct code_page *cp = &c->mem->code[b->at >> PAGE_SHIFT];
    mark_range(c, b->at, first);
    b->page_next = cp->blocks;
    cp->blocks = b;
    if (!b->at2)
        return;
    mark_range(c, b->at2, b->n_bytes - first);
    cp = &c->mem->code[b->at2 >> PAGE_SHIFT];
    b->page2_next = cp->straddlers;
    cp->straddlers = b;
}

/* Turns a decoded instruction into an operation: address mask, handler. */
static void bind_op(struct op *o, const struct insn *in, uint32_t mode)
{
    static const uint32_t amask[4] = { 0xff, 0xffff, 0xffffffff, 0xffffffff };
    const struct insn_row *row = &insn_rows[in->id];
    o->in = *in;
    o->amask = amask[in->asize & 3];
    o->live = 0x3f;
    o->run = interp_bind(&o->in, row, insn_bindings[in->id], mode, o->off);
}

static void fault_op(struct op *o, unsigned vector, unsigned len)
{
    o->in = (struct insn){ .len = (uint8_t)(len ? len : 1), .imm = vector, .mem = NO_MEM };
    o->run = op_raise;
}

static void sentinel(struct block *b, unsigned off)
{
    struct op *o = &b->ops[b->n_ops];
    *o = (struct op){ .run = op_fall_through, .ord = (uint8_t)b->n_ops, .off = (uint16_t)off };
}

static struct decode_mode decode_mode(const struct cpu *c)
{
    uint32_t m = c->mode;
    return (struct decode_mode){ m & MODE_CODE64 ? 64 : m & MODE_CODE32 ? 32 : 16, c->model };
}

static bool ends_block(const struct insn *in)
{
    uint32_t attr = insn_rows[in->id].attr;
    return (attr & ENDS) || ((attr & ENDS_REP) && (in->prefix & (PRE_REP | PRE_REPNE)));
}

/* Appends one operation at page offset off; the insn's length, or 0 when it does not fit here.
 * *done: nothing may follow it. */
static unsigned append(struct cpu *c, struct block *b, unsigned off, const uint8_t *p, size_t avail,
                       bool *done)
{
    struct op *o = &b->ops[b->n_ops];
    struct insn in;
    int len = insn_decode(&c->blocks->decoder, &in, decode_mode(c), p, avail);
    if (len == 0)
        return 0;
    *o = (struct op){ .ord = (uint8_t)b->n_ops, .off = (uint16_t)off };
    if (len < 0) {
        fault_op(o, (unsigned)-len, 1);
        *done = true;
        len = (int)avail < 15 ? (int)avail : 15;             /* all of it was looked at */
    } else {
        bind_op(o, &in, c->mode);
        if (c->model == CPU_8086 && in.opcode == 0x54 && insn_rows[in.id].map == M1)
            o->run = op_push_sp_8086;
        *done = ends_block(&in);
    }
    b->n_ops++;
    b->n_bytes = (uint16_t)(b->n_bytes + (unsigned)len);
    return (unsigned)len;
}

/* Fetches up to 15 bytes at lin, across a page; how many are there. Only a fault on the first
 * byte, or one that the instruction really needs, counts: 'fault' tells of one behind it. */
static size_t fetch_bytes(struct cpu *c, laddr lin, size_t want, uint8_t *buf, bool *fault)
{
    size_t n = 0;
    *fault = false;
    while (n < want) {
        paddr pa;
        const uint8_t *host;
        laddr a = c->mode & MODE_CODE64 ? lin + n : (uint32_t)(lin + n);
        if (!mmu_fetch(c, a, &pa, &host)) {
            *fault = true;
            break;
        }
        size_t part = PAGE_SIZE - (size_t)(a & PAGE_MASK);
        for (size_t i = 0; i < part && n < want; i++)
            buf[n++] = host ? host[i] : (uint8_t)bus_read(c->mem, pa + i, 1);
    }
    return n;
}

static laddr code_linear(const struct cpu *c, uint64_t rip)
{
    return c->mode & MODE_CODE64 ? rip : (uint32_t)(c->seg[SEG_CS].base + rip);
}

/* One instruction with everything checked: page crossing, CS limit, device memory. */
static struct block *one_insn(struct cpu *c, struct block *b)
{
    uint8_t buf[16];
    uint64_t room = 15;
    bool fault, done;
    if (!(c->mode & MODE_CODE64)) {
        uint64_t limit = c->seg[SEG_CS].limit;
        room = c->rip > limit ? 0 : limit - c->rip + 1;
    }
    size_t want = room < 15 ? (size_t)room : 15;
    *b = (struct block){ .at = UINT64_MAX, .mode = c->mode };
    size_t got = fetch_bytes(c, code_linear(c, c->rip), want, buf, &fault);
    unsigned off = (unsigned)(code_linear(c, c->rip) & PAGE_MASK);
    if (fault && !got)
        return NULL;
    unsigned len = got ? append(c, b, off, buf, got, &done) : 0;
    if (!len) {                              /* it needs bytes that cannot be had */
        if (fault)
            return NULL;
        fault_op(&b->ops[0], EXC_GP, 1);
        b->ops[0].ord = 0;
        b->ops[0].off = (uint16_t)off;
        b->n_ops = b->n_bytes = 1;
        len = 1;
    } else {
        c->fault.raised = false;             /* a fault on bytes that were not needed */
    }
    sentinel(b, off + len);
    return b;
}

struct block *block_single(struct cpu *c)
{
    return one_insn(c, c->blocks->single);
}

static struct block *reserve(struct cpu *c)
{
    struct block_cache *bc = c->blocks;
    if (bc->cap - bc->used < BLOCK_BYTES(bc->max_ops))
        blocks_flush(c);
    return (struct block *)(void *)(bc->arena + bc->used);
}

static void keep(struct cpu *c, struct block *b)
{
    struct block_cache *bc = c->blocks;
    unsigned h = hash_of(bc, b->at, b->mode);
    bc->used += BLOCK_BYTES(b->n_ops);
    bc->built++;
    b->hash_next = bc->hash[h];
    bc->hash[h] = b;
    mark_lines(c, b);
}

/* The first instruction at 'at' needs bytes of the next page: kept only when both pages are
 * plain memory and the CS limit is not near. */
static struct block *build_straddler(struct cpu *c, struct block *b, paddr at)
{
    paddr at2;
    const uint8_t *host;
    laddr lin = code_linear(c, c->rip);
    b = one_insn(c, b);
    if (!b)
        return NULL;
    if (!mmu_fetch(c, (uint32_t)((lin | PAGE_MASK) + 1), &at2, &host)) {
        c->fault.raised = false;
        return b;
    }
    if (!host || at2 >> PAGE_SHIFT >= c->mem->n_pages || b->n_bytes <= PAGE_SIZE - (at & PAGE_MASK))
        return b;
    b->at = at;
    b->at2 = at2;
    keep(c, b);
    return b;
}

static struct block *build(struct cpu *c, paddr at, const uint8_t *host)
{
    struct block_cache *bc = c->blocks;
    struct block *b = reserve(c);
    *b = (struct block){ .at = at, .mode = c->mode };
    unsigned off = (unsigned)(at & PAGE_MASK), len = 0;
    unsigned max = c->mode & MODE_TF ? 1 : bc->max_ops;
    bool done = false;
    while (!done && b->n_ops < max && off < PAGE_SIZE) {
        len = append(c, b, off, host, PAGE_SIZE - off, &done);
        if (!len)
            break;
        off += len;
        host += len;
    }
    if (!b->n_ops)
        return build_straddler(c, b, at);
    sentinel(b, off);
    keep(c, b);
    return b;
}

/* Is the page behind a straddling instruction still the one it was decoded from? */
static bool straddler_valid(struct cpu *c, const struct block *b, laddr lin)
{
    paddr pa;
    const uint8_t *host;
    if (!mmu_fetch(c, (uint32_t)((lin | PAGE_MASK) + 1), &pa, &host)) {
        c->fault.raised = false;             /* found again, and raised, by decoding */
        return false;
    }
    return pa == b->at2;
}

struct block *block_find(struct cpu *c)
{
    struct block_cache *bc = c->blocks;
    laddr lin = code_linear(c, c->rip);
    paddr at;
    const uint8_t *host;
    if (!mmu_fetch(c, lin, &at, &host)) {
        c->link_slot = NULL;
        return NULL;
    }
    if (!host || at >> PAGE_SHIFT >= c->mem->n_pages)
        return one_insn(c, bc->single);
    struct block *b = bc->hash[hash_of(bc, at, c->mode)];
    while (b && (b->at != at || b->mode != c->mode))
        b = b->hash_next;
    if (b && b->at2)
        return straddler_valid(c, b, lin) ? b : one_insn(c, bc->single);
    if (!b)
        b = build(c, at, host);
    if (!b || b->at == UINT64_MAX || b->at2)
        return b;
    if (!(c->mode & MODE_TF)) {              /* a jump must not run past its single-step trap */
        *jump_slot(bc, lin) = (struct jump_entry){ lin | c->jump_key, b };
        mmu_note_code(c, lin);
    }
    return b;
}
