/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paging and the translation cache. Governing document: Intel SDM volume 3, chapter 4.
 *
 * Each privilege (supervisor, user) has a direct-mapped table of entries. The fast tags of struct
 * tlb_entry are set only for plain memory; tlb_page and tlb_flags describe the translation itself,
 * so that device pages and pages that hold code are not walked again at every access. With paging
 * off linear is physical, and the same table is used.
 *
 * The TLB never shows: pages that hold table entries which TLB entries were made from are watched
 * like code, and a store to such an entry drops what was made from it. So a translation is always
 * what memory says, whatever else was looked up before, and caches of any size give the same
 * history. (Processors may keep stale translations until INVLPG or a CR3 load; software may not
 * rely on it.) For the same reason a CR3 load drops global pages too.
 *
 * The four PAE directory pointers are registers: read and checked when CR3 (or what else decides
 * about paging) is loaded.
 *
 * When alignment is checked or a breakpoint is enabled, every access comes here and is looked at.
 */
#include "cpu/interp.h"
#include "cpu/lockstep.h"
#include "cpu/mem.h"
#include "cpu/protect.h"

#define TF_W      1u             /* stores are allowed, and the dirty bit is set */
#define TF_LARGE  4u             /* part of a 4 MB or 2 MB page */

#define REMAP_SMALL 0x40000u

#define PTE_P   0x001u
#define PTE_W   0x002u
#define PTE_U   0x004u
#define PTE_A   0x020u
#define PTE_D   0x040u
#define PTE_PS  0x080u
#define PAE_RESERVED (UINT64_MAX << 36)
#define PDPTE_RESERVED UINT64_C(0x1e6)

#define PFE_P    1u
#define PFE_W    2u
#define PFE_U    4u
#define PFE_RSVD 8u

/* A translation in the making. */
struct walk {
    laddr    lin;
    bool     write, user;
    paddr    phys;               /* of the 4 KB page */
    unsigned flags;              /* TF_* */
    paddr    leaf, dir;          /* the entries it comes from; PTE_NONE */
};

/* ---- physical accesses ---- */

static paddr a20_mask(const struct cpu *c, paddr a)
{
    return c->a20 ? a : a & ~(paddr)0x100000;
}

static uint64_t phys_read(struct cpu *c, paddr a, unsigned size)
{
    const struct page *p = bus_page(c->mem, a);
    if (LIKELY(p && p->rd))
        return load_le(p->rd + (a & PAGE_MASK), size);
    if (UNLIKELY(c->journal != NULL) && journal_outside(c))
        return UINT64_MAX;
    return bus_read(c->mem, a, size);
}

static void phys_write(struct cpu *c, paddr a, uint64_t v, unsigned size)
{
    const struct page *p = bus_page(c->mem, a);
    if (UNLIKELY(c->journal != NULL) && journal_write(c, p ? p->wr : NULL, a, v, size))
        return;
    if (!p || !p->wr) {
        bus_write(c->mem, a, v, size);
        return;
    }
    bus_code_touch(c->mem, a, size);
    store_le(p->wr + (a & PAGE_MASK), v, size);
}

/* ---- the table ---- */

static void entry_drop(struct cpu *c, unsigned u, unsigned i)
{
    struct tlb_entry *e = &c->tlbs[u][i];
    if (UNLIKELY(c->journal != NULL))
        journal_tlb(c, u, i);
    e->tag_r = e->tag_w = e->tag_x = TLB_EMPTY;
    c->tlb_page[u][i] = TLB_EMPTY;
}

/* The first entry of table u from i on that was filled since the last flush, or TLB_SIZE. */
static unsigned next_used(const struct cpu *c, unsigned u, unsigned i)
{
    if (i >= TLB_SIZE)
        return TLB_SIZE;
    unsigned w = i >> 6;
    uint64_t m = c->tlb_used[u][w] >> (i & 63);
    if (m)
        return i + bit_low(m);
    for (w++; w < TLB_WORDS; w = (w | 63) + 1) {
        m = c->tlb_words[u][w >> 6] >> (w & 63);
        if (m)
            return (w + bit_low(m)) * 64 + bit_low(c->tlb_used[u][w + bit_low(m)]);
    }
    return TLB_SIZE;
}
#define EACH_USED(c, u, i) \
    for (unsigned u = 0; u < 2; u++) \
        for (unsigned i = next_used(c, u, 0); i < TLB_SIZE; i = next_used(c, u, i + 1))

static void entries_drop_all(struct cpu *c)
{
    EACH_USED(c, u, i)
        entry_drop(c, u, i);
    memset(c->tlb_used, 0, sizeof c->tlb_used);
    memset(c->tlb_words, 0, sizeof c->tlb_words);
    c->tlb_gen++;
}

/* Stores to a page that begins to hold code, or tables, must take the slow path from now on. */
void mmu_forbid_stores(struct cpu *c, uint64_t pn)
{
    if (!c->mem->code[pn].stores)
        return;
    c->mem->code[pn].stores = false;
    EACH_USED(c, u, i)
        if (c->tlb_phys[u][i] == pn << PAGE_SHIFT)
            c->tlbs[u][i].tag_w = TLB_EMPTY;
}

/* With no entry left no page of tables needs to be watched. */
static void forget_tables(struct cpu *c)
{
    for (unsigned i = 0; i < c->pt_pages; i++)
        blocks_set_tables(c, c->pt_page[i], false);
    c->pt_pages = 0;
    memset(c->pt_leaf, 0, sizeof c->pt_leaf);
    memset(c->pt_dir, 0, sizeof c->pt_dir);
}

void tlb_flush_all(struct cpu *c)
{
    if (!c->tlb_gen)                     /* never used: what is in there is not empty but zero */
        for (unsigned i = 0; i < TLB_SIZE; i++) {
            entry_drop(c, 0, i);
            entry_drop(c, 1, i);
            c->tlbs[2][i] = c->tlbs[0][i];
        }
    entries_drop_all(c);
    forget_tables(c);
    jumps_forget(c);
    memset(c->tlb_large, 0, sizeof c->tlb_large);
    if (!c->tlb_gen)                     /* the count wrapped */
        c->tlb_gen = 1;
}

/* ---- agreement with the tables in memory ---- */

static unsigned pt_bit(paddr at) { return (unsigned)(at >> 2 ^ at >> 14) & 4095; }

static void pt_note(uint64_t *filter, paddr at)
{
    if (at != PTE_NONE)
        filter[pt_bit(at) >> 6] |= UINT64_C(1) << (pt_bit(at) & 63);
}
static bool pt_noted(const uint64_t *filter, paddr at)
{
    return filter[pt_bit(at) >> 6] >> (pt_bit(at) & 63) & 1;
}

void mmu_note_code(struct cpu *c, laddr lin)
{
    pt_note(c->pt_code, c->tlb_pte[c->cpl == 3][tlb_index(lin)]);
}

/* The number of an entry in its table. */
static unsigned entry_number(const struct cpu *c, paddr at)
{
    return (unsigned)(at & PAGE_MASK) >> (c->cr4 & CR4_PAE ? 3 : 2);
}

/* The table with the entry at 'at'. NULL: none, or in no memory that could be stored to. */
static struct code_page *watch(struct cpu *c, paddr at)
{
    uint64_t pn = at >> PAGE_SHIFT;
    if (at == PTE_NONE || pn >= c->mem->n_pages)
        return NULL;
    if (!c->mem->code[pn].tables) {
        blocks_set_tables(c, pn, true);
        c->mem->code[pn].maps = c->journal ? 2 : 0;      /* entries may come back: lockstep.c */
        c->pt_page[c->pt_pages++] = (uint32_t)pn;
    }
    return &c->mem->code[pn];
}

/* Before an entry is filled from w. */
static void watch_tables(struct cpu *c, const struct walk *w)
{
    if (c->pt_pages + 2 > PT_PAGES)
        tlb_flush_all(c);
    struct code_page *leaves = watch(c, w->leaf);
    if (leaves) {
        uint32_t first = (uint32_t)(w->lin >> PAGE_SHIFT) - entry_number(c, w->leaf);
        first <<= PAGE_SHIFT;
        if (!leaves->maps)
            leaves->maps = 1;
        else if (leaves->first != first)
            leaves->maps = 2;
        leaves->first = first;
    }
    watch(c, w->dir);
    pt_note(c->pt_leaf, w->leaf);
    pt_note(c->pt_dir, w->dir);
}

static bool drop_made_from(struct cpu *c, unsigned u, unsigned i, paddr at)
{
    if (c->tlb_pte[u][i] != at || c->tlb_page[u][i] == TLB_EMPTY)
        return false;
    entry_drop(c, u, i);
    return true;
}

/* The entries made from the leaf at 'at'; true when there was one. */
static bool drop_leaf(struct cpu *c, paddr at)
{
    const struct code_page *leaves = &c->mem->code[at >> PAGE_SHIFT];
    bool any = false;
    if (leaves->maps < 2) {
        uint32_t lin = leaves->first + (entry_number(c, at) << PAGE_SHIFT);
        unsigned i = tlb_index(lin);
        for (unsigned u = 0; u < 2; u++)
            any |= drop_made_from(c, u, i, at);
        return any;
    }
    EACH_USED(c, u, i)
        any |= drop_made_from(c, u, i, at);
    return any;
}

/* An entry of either format may begin at any of the words written, or the word before. */
void mmu_tables_written(struct cpu *c, paddr a, unsigned n)
{
    bool any = false;
    for (paddr at = a < 8 ? 0 : (a & ~(paddr)3) - 4; at < a + n; at += 4) {
        if (pt_noted(c->pt_dir, at)) {
            tlb_flush_all(c);
            run_leave_after(c);
            return;
        }
        if (pt_noted(c->pt_code, at))
            jumps_forget(c);
        if (pt_noted(c->pt_leaf, at))
            any |= drop_leaf(c, at);
    }
    if (any)                             /* the next one is fetched through the new tables */
        run_leave_after(c);
}

/* Of a large range everything is dropped; of a small one what lies there, so that programs may
 * switch banks of video memory often. Tables in it: then what they map is unknown. */
void cpu_remapped(struct cpu *c, paddr base, uint64_t size)
{
    uint64_t from = base >> PAGE_SHIFT, to = (base + size - 1) >> PAGE_SHIFT;
    bool all = size > REMAP_SMALL || to >= c->mem->n_pages;
    for (uint64_t pn = from; !all && pn <= to; pn++)
        all = c->mem->code[pn].tables;
    if (all) {
        tlb_flush_all(c);
        blocks_flush(c);
    } else {
        for (uint64_t pn = from; pn <= to; pn++)
            if (c->mem->code[pn].lines)
                cpu_code_write(c, pn << PAGE_SHIFT, PAGE_SIZE);
        EACH_USED(c, u, i)
            if (c->tlb_phys[u][i] >> PAGE_SHIFT >= from && c->tlb_phys[u][i] >> PAGE_SHIFT <= to)
                entry_drop(c, u, i);
        jumps_forget(c);
    }
    cpu_kick(c);
}

/* A large page leaves one entry per 4 KB touched; INVLPG drops them all. */
static void flush_large(struct cpu *c, laddr a)
{
    uint64_t *word = &c->tlb_large[a >> 28 & 15], bit = UINT64_C(1) << (a >> 22 & 63);
    if (!(*word & bit))
        return;
    *word &= ~bit;
    EACH_USED(c, u, i)
        if ((c->tlb_flags[u][i] & TF_LARGE) && (c->tlb_page[u][i] ^ a) >> 22 == 0)
            entry_drop(c, u, i);
}

void tlb_flush_page(struct cpu *c, laddr a)
{
    unsigned i = tlb_index(a);
    a &= ~PAGE_MASK;
    for (unsigned u = 0; u < 2; u++)
        if (c->tlb_page[u][i] == a)
            entry_drop(c, u, i);
    flush_large(c, a);
    c->tlb_gen++;
}

void cpu_set_a20(struct cpu *c, bool on)
{
    if (c->a20 == on)
        return;
    c->a20 = on;
    tlb_flush_all(c);                    /* blocks are keyed by the masked address and may stay */
    run_leave_after(c);                  /* but not follow one another by link */
}

static void fill(struct cpu *c, const struct walk *w)
{
    unsigned u = w->user, i = tlb_index(w->lin);
    struct tlb_entry *e = &c->tlbs[u][i];
    const struct page *p = bus_page(c->mem, w->phys);
    laddr lin = w->lin & ~PAGE_MASK;

    watch_tables(c, w);
    entry_drop(c, u, i);
    if (p && p->rd) {
        e->host = (uintptr_t)p->rd - (uintptr_t)lin;
        e->tag_r = e->tag_x = lin;
        if ((w->flags & TF_W) && p->wr == p->rd && !c->mem->code[w->phys >> PAGE_SHIFT].lines &&
            !c->journal) {
            e->tag_w = lin;
            c->mem->code[w->phys >> PAGE_SHIFT].stores = true;
        }
    }
    c->tlb_page[u][i] = lin;
    c->tlb_phys[u][i] = w->phys;
    c->tlb_pte[u][i] = w->leaf;
    c->tlb_flags[u][i] = (uint8_t)w->flags;
    if (w->flags & TF_LARGE)
        c->tlb_large[lin >> 28 & 15] |= UINT64_C(1) << (lin >> 22 & 63);
    c->tlb_used[u][i >> 6] |= UINT64_C(1) << (i & 63);
    c->tlb_words[u][i >> 12] |= UINT64_C(1) << (i >> 6 & 63);
    c->n_fills++;
}

/* ---- the walk ---- */

static bool page_fault(struct cpu *c, const struct walk *w, uint32_t code)
{
    cpu_raise_code(c, EXC_PF, code | (w->write ? PFE_W : 0) | (w->user ? PFE_U : 0));
    c->fault.cr2 = w->lin;
    return false;
}

static bool rights_allow(const struct cpu *c, const struct walk *w, uint64_t rights)
{
    if (w->user && !(rights & PTE_U))
        return false;
    return !w->write || (rights & PTE_W) || (!w->user && !(c->cr0 & CR0_WP));
}

/* Marks the entry at a as used (leaf: and dirty), which may write guest memory. */
static uint64_t mark(struct cpu *c, paddr a, uint64_t e, bool dirty)
{
    uint64_t n = e | PTE_A | (dirty ? PTE_D : 0);
    if (n != e)
        phys_write(c, a, n, 4);          /* both bits are in the low half of either format */
    return n;
}

static void finish(const struct cpu *c, struct walk *w, uint64_t leaf, uint64_t rights, bool large)
{
    bool allowed = (rights & PTE_W) || (!w->user && !(c->cr0 & CR0_WP));
    w->flags = (allowed && (leaf & PTE_D) ? TF_W : 0) | (large ? TF_LARGE : 0);
    w->phys = a20_mask(c, w->phys);
}

static bool model_has(const struct cpu *c, uint32_t f) { return cpu_models[c->model].features & f; }

/* Reserved bits of a 4 MB page's entry: those below its address, but for the PAT bit and the bits
 * above 4 GB where there are such (SDM volume 3, 4.3). */
static uint64_t large_reserved(const struct cpu *c)
{
    return (model_has(c, F_PSE36) ? 0x3e0000 : 0x3fe000) | (model_has(c, F_PAT) ? 0 : 0x1000);
}

bool mmu_load_pdptes(struct cpu *c, uint32_t cr3)
{
    uint64_t e[4];
    for (unsigned i = 0; i < 4; i++) {
        e[i] = phys_read(c, a20_mask(c, (cr3 & 0xffffffe0u) + 8 * i), 8);
        if ((e[i] & PTE_P) && (e[i] & (PAE_RESERVED | PDPTE_RESERVED)))
            return cpu_raise_code(c, EXC_GP, 0);
    }
    memcpy(c->pdpte, e, sizeof e);
    return true;
}

static bool walk_32(struct cpu *c, struct walk *w)
{
    paddr da = a20_mask(c, (c->cr3 & 0xfffff000u) + (w->lin >> 22) * 4);
    w->dir = da;
    uint64_t pde = phys_read(c, da, 4);
    if (!(pde & PTE_P))
        return page_fault(c, w, 0);
    if ((pde & PTE_PS) && (c->cr4 & CR4_PSE)) {
        if (pde & large_reserved(c))
            return page_fault(c, w, PFE_P | PFE_RSVD);
        if (!rights_allow(c, w, pde))
            return page_fault(c, w, PFE_P);
        pde = mark(c, da, pde, w->write);
        w->phys = (pde & 0xffc00000u) | (w->lin & 0x3ff000);
        if (model_has(c, F_PSE36))
            w->phys |= (pde & 0x1e000) << 19;    /* bits 32 to 35 */
        finish(c, w, pde, pde, true);
        return true;
    }
    paddr ta = a20_mask(c, (pde & 0xfffff000u) + (w->lin >> 12 & 0x3ff) * 4);
    uint64_t pte = phys_read(c, ta, 4);
    if (!(pte & PTE_P))
        return page_fault(c, w, 0);
    if ((pte & PTE_PS) && (c->cr4 & CR4_PSE) && !model_has(c, F_PAT))
        return page_fault(c, w, PFE_P | PFE_RSVD);
    if (!rights_allow(c, w, pde & pte))
        return page_fault(c, w, PFE_P);
    mark(c, da, pde, false);
    pte = mark(c, ta, pte, w->write);
    w->leaf = ta;
    w->phys = pte & 0xfffff000u;
    finish(c, w, pte, pde & pte, false);
    return true;
}

static bool walk_pae(struct cpu *c, struct walk *w)
{
    uint64_t pdpte = c->pdpte[w->lin >> 30];
    if (!(pdpte & PTE_P))
        return page_fault(c, w, 0);
    paddr da = a20_mask(c, (pdpte & ~PAE_RESERVED & ~PAGE_MASK) + (w->lin >> 21 & 0x1ff) * 8);
    w->dir = da;
    uint64_t pde = phys_read(c, da, 8);
    if (!(pde & PTE_P))
        return page_fault(c, w, 0);
    if ((pde & PAE_RESERVED) || ((pde & PTE_PS) && (pde & 0x1fe000)))
        return page_fault(c, w, PFE_P | PFE_RSVD);
    if (pde & PTE_PS) {
        if (!rights_allow(c, w, pde))
            return page_fault(c, w, PFE_P);
        pde = mark(c, da, pde, w->write);
        w->phys = (pde & ~PAE_RESERVED & ~(paddr)0x1fffff) | (w->lin & 0x1ff000);
        finish(c, w, pde, pde, true);
        return true;
    }
    paddr ta = a20_mask(c, (pde & ~PAE_RESERVED & ~PAGE_MASK) + (w->lin >> 12 & 0x1ff) * 8);
    uint64_t pte = phys_read(c, ta, 8);
    if (!(pte & PTE_P))
        return page_fault(c, w, 0);
    if (pte & PAE_RESERVED)
        return page_fault(c, w, PFE_P | PFE_RSVD);
    if (!rights_allow(c, w, pde & pte))
        return page_fault(c, w, PFE_P);
    mark(c, da, pde, false);
    pte = mark(c, ta, pte, w->write);
    w->leaf = ta;
    w->phys = pte & ~PAE_RESERVED & ~PAGE_MASK;
    finish(c, w, pte, pde & pte, false);
    return true;
}

/* Whether what was made from memory there holds until a store that the bus sees. */
static bool lasting(const struct cpu *c, paddr a)
{
    const struct page *p = bus_page(c->mem, a);
    return a == PTE_NONE || (p && p->rd && !p->region->shared);
}

static NOINLINE bool translate_miss(struct cpu *c, laddr a, enum access acc, bool user, paddr *out)
{
    struct walk w = { .lin = a, .write = acc == ACC_WRITE, .user = user, .leaf = PTE_NONE,
                      .dir = PTE_NONE };
    if (!(c->cr0 & CR0_PG)) {
        w.phys = a20_mask(c, a & ~PAGE_MASK);
        w.flags = TF_W;
    } else if (!(c->cr4 & CR4_PAE ? walk_pae(c, &w) : walk_32(c, &w))) {
        return false;
    }
    if (c->cr0 & CR0_PG && !(lasting(c, w.dir) && lasting(c, w.leaf)))
        tlb_flush_page(c, a);
    else
        fill(c, &w);
    *out = w.phys | (a & PAGE_MASK);
    return true;
}

bool mmu_translate(struct cpu *c, laddr a, enum access acc, bool user, paddr *out)
{
    a = (uint32_t)a;
    unsigned i = tlb_index(a);
    if (c->tlb_page[user][i] != (a & ~PAGE_MASK) ||
        (acc == ACC_WRITE && !(c->tlb_flags[user][i] & TF_W)))
        return translate_miss(c, a, acc, user, out);
    *out = c->tlb_phys[user][i] | (a & PAGE_MASK);
    return true;
}

/* After a store to a page whose last code went away: stores may be fast again. */
static void reopen(struct cpu *c, laddr a, bool user, paddr pa)
{
    unsigned i = tlb_index(a);
    const struct page *p = bus_page(c->mem, pa);
    struct tlb_entry *e = &c->tlbs[user][i];
    if (p && p->wr && p->wr == p->rd && e->tag_r == (a & ~PAGE_MASK) &&
        !c->mem->code[pa >> PAGE_SHIFT].lines && !c->journal) {
        e->tag_w = e->tag_r;
        c->mem->code[pa >> PAGE_SHIFT].stores = true;
    }
}

/* ---- linear accesses ---- */

static bool in_page(laddr a, unsigned size) { return (a & PAGE_MASK) + size <= PAGE_SIZE; }

/* Programs at CPL 3 with AC set need operands on natural boundaries. Processors look at that before
 * the page. */
static NOINLINE bool misaligned(struct cpu *c, bool user)
{
    return user && c->cpl == 3 && (c->eflags & FL_AC) && (c->cr0 & CR0_AM) &&
           !cpu_raise_code(c, EXC_AC, 0);
}

bool lin_read(struct cpu *c, laddr a, unsigned size, bool user, uint64_t *v)
{
    paddr p[2];
    a = (uint32_t)a;
    if (UNLIKELY(a & (size - 1)) && misaligned(c, user))
        return false;
    if (!mmu_translate(c, a, ACC_READ, user, &p[0]))
        return false;
    if (UNLIKELY(c->mode & MODE_TF))
        debug_data(c, a, size, false);
    if (LIKELY(in_page(a, size))) {
        *v = phys_read(c, p[0], size);
        return true;
    }
    unsigned n = PAGE_SIZE - (unsigned)(a & PAGE_MASK);
    if (!mmu_translate(c, a + n, ACC_READ, user, &p[1]))
        return false;
    uint64_t r = 0;
    for (unsigned k = 0; k < size; k++)
        r |= phys_read(c, k < n ? p[0] + k : p[1] + k - n, 1) << (8 * k);
    *v = r;
    return true;
}

bool lin_write(struct cpu *c, laddr a, uint64_t v, unsigned size, bool user)
{
    paddr p[2];
    a = (uint32_t)a;
    if (UNLIKELY(a & (size - 1)) && misaligned(c, user))
        return false;
    if (!mmu_translate(c, a, ACC_WRITE, user, &p[0]))
        return false;
    if (UNLIKELY(c->mode & MODE_TF))
        debug_data(c, a, size, true);
    if (LIKELY(in_page(a, size))) {
        phys_write(c, p[0], v, size);
        reopen(c, a, user, p[0]);
        return true;
    }
    unsigned n = PAGE_SIZE - (unsigned)(a & PAGE_MASK);
    if (!mmu_translate(c, a + n, ACC_WRITE, user, &p[1]))
        return false;
    for (unsigned k = 0; k < size; k++)
        phys_write(c, k < n ? p[0] + k : p[1] + k - n, v >> (8 * k) & 0xff, 1);
    return true;
}

struct region *lin_window(struct cpu *c, laddr a, unsigned size, enum access acc, uint32_t *at)
{
    unsigned user = c->cpl == 3, i = tlb_index(a);
    if (c->tlb_page[user][i] != (a & ~PAGE_MASK) || c->mode & MODE_TF || c->journal ||
        (acc == ACC_WRITE && !(c->tlb_flags[user][i] & TF_W)) ||
        (a & (size - 1) && user && c->eflags & FL_AC))
        return NULL;
    paddr pa = c->tlb_phys[user][i] | (a & PAGE_MASK);
    const struct page *p = bus_page(c->mem, pa);
    if (!p || p->rd || p->wr || p->mixed || !p->region || !p->region->bulk)
        return NULL;
    *at = (uint32_t)(pa - p->region->base);
    return p->region;
}

bool lin_probe(struct cpu *c, laddr a, unsigned size, enum access acc, bool user)
{
    paddr pa;
    a = (uint32_t)a;
    if (UNLIKELY(a & (size - 1)) && !(size & (size - 1)) && misaligned(c, user))
        return false;
    if (!mmu_translate(c, a, acc, user, &pa))
        return false;
    return in_page(a, size) ||
           mmu_translate(c, (a | PAGE_MASK) + 1, acc, user, &pa);
}

bool mmu_fetch(struct cpu *c, laddr a, paddr *pa, const uint8_t **host)
{
    if (!mmu_translate(c, a, ACC_EXEC, c->cpl == 3, pa))
        return false;
    const struct page *p = bus_page(c->mem, *pa);
    bool kept = c->tlb_page[c->cpl == 3][tlb_index(a)] == ((uint32_t)a & ~PAGE_MASK);
    *host = p && p->rd && kept && !p->region->shared ? p->rd + (*pa & PAGE_MASK) : NULL;
    return true;
}
