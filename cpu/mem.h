/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory as instructions see it: segment check, translation, access. Governing document: Intel SDM
 * volume 3, chapters 4 (paging) and 5 (protection).
 *
 * All functions return false when a fault was recorded in c->fault; then nothing was written. A
 * caller outside the fast handlers has set c->at. Sizes are in bytes: 1, 2, 4 or 8.
 */
#pragma once
#include "cpu/cpu.h"

enum access { ACC_READ, ACC_WRITE, ACC_EXEC };

/* ---- faults: record and return false ---- */
bool cpu_raise(struct cpu *c, unsigned vector);                      /* no error code */
bool cpu_raise_code(struct cpu *c, unsigned vector, uint32_t code);  /* #GP(code) and friends */

/* ---- slow paths, mmu.c ---- */
/* Segment type, limit and null checks for size bytes at off: #GP(0) or #SS(0). */
bool seg_check(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access acc);
/* Translates one byte's address with full checks, fills the TLB; #PF with cr2 and error code.
 * user: as CPL 3 does; false for implicit supervisor accesses (descriptor tables, TSS). */
bool mmu_translate(struct cpu *c, laddr a, enum access acc, bool user, paddr *out);
/* Code fetch at the present CPL: the byte's physical address, and where it lies on the host
 * (NULL: a device or nothing, or code that must not be remembered; read it through the bus).
 * False: #PF recorded. */
bool mmu_fetch(struct cpu *c, laddr a, paddr *pa, const uint8_t **host);
/* Linear accesses of any alignment, page crossing and devices included; both pages are checked
 * before the first byte is written. */
bool lin_read(struct cpu *c, laddr a, unsigned size, bool user, uint64_t *v);
bool lin_write(struct cpu *c, laddr a, uint64_t v, unsigned size, bool user);
/* The device whose window lies at a, when it takes many elements at once and the TLB has the page,
 * and *at in it. NULL: one by one. */
struct region *lin_window(struct cpu *c, laddr a, unsigned size, enum access acc, uint32_t *at);
/* Would size bytes at a be writable (readable)? Raises if not, writes nothing. */
bool lin_probe(struct cpu *c, laddr a, unsigned size, enum access acc, bool user);

static ALWAYS_INLINE unsigned tlb_index(laddr a)
{
    uint64_t vpn = a >> PAGE_SHIFT;
    return (unsigned)(vpn ^ vpn >> TLB_BITS) & (TLB_SIZE - 1);
}

/* The entry itself, in the table in use; the index is made as an offset at once. */
static ALWAYS_INLINE const struct tlb_entry *tlb_slot(const struct cpu *c, laddr a)
{
    const unsigned low = PAGE_SHIFT - TLB_ENTRY_SHIFT;
    uintptr_t at = (uintptr_t)(a >> low ^ a >> (low + TLB_BITS)) &
                   ((uintptr_t)(TLB_SIZE - 1) << TLB_ENTRY_SHIFT);
    return (const struct tlb_entry *)(const void *)((const uint8_t *)c->tlb + at);
}

/* Linear address of seg:off; 32 bits outside 64-bit mode. */
static ALWAYS_INLINE laddr seg_linear(const struct cpu *c, unsigned seg, uint64_t off)
{
    return (uint32_t)(c->seg[seg].base + off);
}

/* The host address of a read (write) that hits the TLB and stays in its page, or NULL. */
static ALWAYS_INLINE uint8_t *tlb_read_ptr(const struct cpu *c, laddr a, unsigned size)
{
    const struct tlb_entry *e = tlb_slot(c, a);
    return LIKELY((a ^ e->tag_r) <= PAGE_SIZE - size) ? (uint8_t *)(e->host + (uintptr_t)a) : NULL;
}
static ALWAYS_INLINE uint8_t *tlb_write_ptr(const struct cpu *c, laddr a, unsigned size)
{
    const struct tlb_entry *e = tlb_slot(c, a);
    return LIKELY((a ^ e->tag_w) <= PAGE_SIZE - size) ? (uint8_t *)(e->host + (uintptr_t)a) : NULL;
}

/* ---- seg:off accesses with all checks, at the present CPL ---- */
static inline bool seg_read(struct cpu *c, unsigned seg, uint64_t off, unsigned size, uint64_t *v)
{
    if (UNLIKELY((int64_t)off > c->seg[seg].lim_r - (int64_t)(size - 1)) &&
        !seg_check(c, seg, off, size, ACC_READ))
        return false;
    laddr a = seg_linear(c, seg, off);
    const uint8_t *p = tlb_read_ptr(c, a, size);
    if (LIKELY(p != NULL)) {
        *v = load_le(p, size);
        return true;
    }
    return lin_read(c, a, size, c->cpl == 3, v);
}
static inline bool seg_write(struct cpu *c, unsigned seg, uint64_t off, uint64_t v, unsigned size)
{
    if (UNLIKELY((int64_t)off > c->seg[seg].lim_w - (int64_t)(size - 1)) &&
        !seg_check(c, seg, off, size, ACC_WRITE))
        return false;
    laddr a = seg_linear(c, seg, off);
    uint8_t *p = tlb_write_ptr(c, a, size);
    if (LIKELY(p != NULL)) {
        store_le(p, v, size);
        return true;
    }
    return lin_write(c, a, v, size, c->cpl == 3);
}
/* Checks seg:off for a later write of size bytes; raises, writes nothing. */
static inline bool seg_probe_write(struct cpu *c, unsigned seg, uint64_t off, unsigned size)
{
    if (UNLIKELY((int64_t)off > c->seg[seg].lim_w - (int64_t)(size - 1)) &&
        !seg_check(c, seg, off, size, ACC_WRITE))
        return false;
    return lin_probe(c, seg_linear(c, seg, off), size, ACC_WRITE, c->cpl == 3);
}

/* ---- registers and the stack ---- */
static inline uint64_t reg_get(const struct cpu *c, unsigned byte_off, unsigned size)
{
    return load_le((const uint8_t *)c->gpr + byte_off, size);
}
/* A 32-bit write clears the upper half of the slot. */
static inline void reg_set(struct cpu *c, unsigned byte_off, uint64_t v, unsigned size)
{
    uint8_t *p = (uint8_t *)c->gpr + byte_off;
    if (size == 4)
        store_le64(p, (uint32_t)v);
    else
        store_le(p, v, size);
}
static inline uint64_t stack_mask(const struct cpu *c)
{
    return c->mode & MODE_STACK32 ? 0xffffffffu : 0xffffu;
}
/* SP, ESP := v, leaving the upper bits of a 16-bit stack pointer alone. */
static inline void stack_set(struct cpu *c, uint64_t v)
{
    uint64_t m = stack_mask(c);
    c->gpr[R_SP] = (uint32_t)((c->gpr[R_SP] & ~m) | (v & m));
}
/* Push and pop of 2, 4 (or 8) bytes; SP changes only when the access succeeds. */
static inline bool push(struct cpu *c, uint64_t v, unsigned size)
{
    uint64_t sp = (c->gpr[R_SP] - size) & stack_mask(c);
    if (!seg_write(c, SEG_SS, sp, v, size))
        return false;
    stack_set(c, sp);
    return true;
}
static inline bool pop(struct cpu *c, uint64_t *v, unsigned size)
{
    uint64_t sp = c->gpr[R_SP] & stack_mask(c);
    if (!seg_read(c, SEG_SS, sp, size, v))
        return false;
    stack_set(c, sp + size);
    return true;
}
