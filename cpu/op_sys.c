/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions for operating systems: descriptor tables, control and debug registers, and the
 * checks programs make on selectors. Governing document: Intel SDM volume 2, and volume 3, chapters
 * 2, 5 and 17.
 *
 * Not modelled: caches.
 */
#include "cpu/desc.h"
#include "cpu/flags.h"
#include "cpu/op_rm.h"
#include "cpu/x87.h"

#define SIZE(op) (1u << (op)->in.osize)

static bool need_protected(struct cpu *c) { return cpu_protected(c) || cpu_raise(c, EXC_UD); }
static bool need_cpl0(struct cpu *c) { return c->cpl == 0 || cpu_raise_code(c, EXC_GP, 0); }

static void set_zf(struct cpu *c, bool z)
{
    flags_set_bits(c, (flags_bits(c) & ~FL_ZF) | (z ? FL_ZF : 0));
}

/* ---- descriptor-table registers ---- */

static bool store_dtr(struct cpu *c, const struct op *op, const struct dtr *t)
{
    uint64_t ea = op_ea(c, op), ea2 = (ea + 2) & op->amask;
    if (!seg_probe_write(c, op->in.seg, ea, 2) || !seg_probe_write(c, op->in.seg, ea2, 4))
        return false;
    return seg_write(c, op->in.seg, ea, t->limit, 2) &&
           seg_write(c, op->in.seg, ea2,
                     (uint32_t)t->base | (c->model == CPU_286 ? 0xff000000u : 0), 4);
}

static bool load_dtr(struct cpu *c, const struct op *op, struct dtr *t)
{
    uint64_t limit, base, ea = op_ea(c, op);
    if (!need_cpl0(c) || !seg_read(c, op->in.seg, ea, 2, &limit) ||
        !seg_read(c, op->in.seg, (ea + 2) & op->amask, 4, &base))
        return false;
    *t = (struct dtr){ (uint32_t)limit, SIZE(op) == 2 ? base & 0xffffff : base };
    return true;
}

HANDLER(sgdt)
{
    AT(c, op);
    TRY(store_dtr(c, op, &c->gdtr));
    return NEXT(c, op);
}

HANDLER(sidt)
{
    AT(c, op);
    TRY(store_dtr(c, op, &c->idtr));
    return NEXT(c, op);
}

HANDLER(lgdt)
{
    AT(c, op);
    TRY(load_dtr(c, op, &c->gdtr));
    return NEXT(c, op);
}

HANDLER(lidt)
{
    AT(c, op);
    TRY(load_dtr(c, op, &c->idtr));
    return NEXT(c, op);
}

HANDLER(sldt)
{
    AT(c, op);
    TRY(need_protected(c));
    TRY(rm_write_sel(c, op, 0, c->seg[SEG_LDTR].sel));
    return NEXT(c, op);
}

HANDLER(str)
{
    AT(c, op);
    TRY(need_protected(c));
    TRY(rm_write_sel(c, op, 0, c->seg[SEG_TR].sel));
    return NEXT(c, op);
}

static bool load_ldtr(struct cpu *c, unsigned sel)
{
    struct desc d;
    if (sel_null(sel)) {
        seg_null(&c->seg[SEG_LDTR], sel);
        return true;
    }
    if (!desc_read_system(c, sel, 1u << DT_LDT, EXC_GP, 0, &d))
        return false;
    c->seg[SEG_LDTR] = seg_of(&d, sel);
    return true;
}

static bool load_tr(struct cpu *c, unsigned sel)
{
    struct desc d;
    if (sel_null(sel))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!desc_read_system(c, sel, TYPES_TSS, EXC_GP, 0, &d))
        return false;
    if (!desc_set_busy(c, &d, true))
        return false;
    c->seg[SEG_TR] = seg_of(&d, sel);
    return true;
}

HANDLER(lldt)
{
    uint64_t sel;
    AT(c, op);
    TRY(need_protected(c));
    TRY(need_cpl0(c));
    TRY(rm_read(c, op, 0, 2, &sel));
    TRY(load_ldtr(c, (unsigned)sel));
    return NEXT(c, op);
}

HANDLER(ltr)
{
    uint64_t sel;
    AT(c, op);
    TRY(need_protected(c));
    TRY(need_cpl0(c));
    TRY(rm_read(c, op, 0, 2, &sel));
    TRY(load_tr(c, (unsigned)sel));
    return NEXT(c, op);
}

/* ---- looking at selectors ---- */

/* The descriptor if the program may see it: in its table, and privileged enough unless
 * conforming code. */
static bool visible(struct cpu *c, unsigned sel, struct desc *d, bool *ok)
{
    if (!desc_peek(c, sel, d, ok))
        return false;
    if (*ok && !desc_conforming(d))
        *ok = desc_dpl(d) >= c->cpl && desc_dpl(d) >= (sel & 3);
    return true;
}

#define TYPES_LAR (1u << DT_TSS16 | 1u << DT_LDT | 1u << DT_TSS16_BUSY | 1u << DT_CALL16 | \
                   1u << DT_TASK | 1u << DT_TSS32 | 1u << DT_TSS32_BUSY | 1u << DT_CALL32)
#define TYPES_LSL (1u << DT_TSS16 | 1u << DT_LDT | 1u << DT_TSS16_BUSY | 1u << DT_TSS32 | \
                   1u << DT_TSS32_BUSY)

static bool look(struct cpu *c, const struct op *op, uint32_t types, struct desc *d, bool *ok)
{
    uint64_t sel;
    if (!need_protected(c) || !rm_read(c, op, 1, 2, &sel) || !visible(c, (unsigned)sel, d, ok))
        return false;
    if (*ok && !desc_s(d))
        *ok = types >> desc_type(d) & 1;
    return true;
}

HANDLER(lar)
{
    struct desc d;
    bool ok;
    AT(c, op);
    TRY(look(c, op, TYPES_LAR, &d, &ok));
    if (ok)
        reg_set(c, op->in.reg[0], d.hi & 0x00ffff00, SIZE(op));
    set_zf(c, ok);
    return NEXT(c, op);
}

HANDLER(lsl)
{
    struct desc d;
    bool ok;
    AT(c, op);
    TRY(look(c, op, TYPES_LSL, &d, &ok));
    if (ok)
        reg_set(c, op->in.reg[0], desc_limit(&d), SIZE(op));
    set_zf(c, ok);
    return NEXT(c, op);
}

HANDLER(verr)
{
    struct desc d;
    uint64_t sel;
    bool ok;
    AT(c, op);
    TRY(need_protected(c));
    TRY(rm_read(c, op, 0, 2, &sel));
    TRY(visible(c, (unsigned)sel, &d, &ok));
    set_zf(c, ok && desc_readable(&d));
    return NEXT(c, op);
}

HANDLER(verw)
{
    struct desc d;
    uint64_t sel;
    bool ok;
    AT(c, op);
    TRY(need_protected(c));
    TRY(rm_read(c, op, 0, 2, &sel));
    TRY(visible(c, (unsigned)sel, &d, &ok));
    set_zf(c, ok && desc_writable(&d));
    return NEXT(c, op);
}

HANDLER(arpl)
{
    uint64_t dst, src;
    AT(c, op);
    TRY(need_protected(c));
    TRY(rm_read(c, op, 0, 2, &dst));
    src = reg_get(c, op->in.reg[1], 2);
    bool lower = (dst & 3) < (src & 3);
    if (lower) {
        dst = (dst & ~UINT64_C(3)) | (src & 3);
        if (op->in.mem == 0)
            TRY(seg_write(c, op->in.seg, op_ea(c, op), dst, 2));
        else
            reg_set(c, op->in.reg[0], dst, 2);
    }
    set_zf(c, lower);
    return NEXT(c, op);
}

/* ---- control registers ---- */

static uint32_t features(const struct cpu *c) { return cpu_models[c->model].features; }

static uint32_t cr4_known(const struct cpu *c)
{
    uint32_t f = features(c);
    return (f & F_VME ? CR4_VME | CR4_PVI : 0) | (f & F_TSC ? CR4_TSD : 0) |
           (f & F_DE ? CR4_DE : 0) | (f & F_PSE ? CR4_PSE : 0) | (f & F_PAE ? CR4_PAE : 0) |
           (f & F_MCE ? CR4_MCE : 0) | (f & F_PGE ? CR4_PGE : 0) | (f & F_MMX ? CR4_PCE : 0) |
           (f & F_FXSR ? CR4_OSFXSR : 0);
}

/* What is about to be the state of paging needs directory pointers, and 'changed' has them read. */
static bool pdptes_for(struct cpu *c, uint32_t cr0, uint32_t cr3, uint32_t cr4, bool changed)
{
    return !changed || !(cr0 & CR0_PG) || !(cr4 & CR4_PAE) || mmu_load_pdptes(c, cr3);
}

static bool write_cr0(struct cpu *c, uint32_t v)
{
    uint32_t known = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_PG, old = c->cr0;
    if (features(c) & F_486)
        known |= CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD;
    else
        known |= CR0_ET;                     /* the 386's can be written; later it is always 1 */
    v = (v & known) | (features(c) & F_486 ? CR0_ET : 0);
    if (((v & CR0_PG) && !(v & CR0_PE)) || ((v & CR0_NW) && !(v & CR0_CD)))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!pdptes_for(c, v, (uint32_t)c->cr3, c->cr4, (v ^ old) & (CR0_PG | CR0_CD | CR0_NW)))
        return false;
    c->cr0 = v;
    /* not for PE alone, which firmware changes all the time */
    if ((v ^ old) & (v & CR0_PG ? CR0_PG | CR0_WP : CR0_PG))
        tlb_flush_all(c);
    if ((v ^ old) & CR0_NE)
        x87_update_es(c);
    cpu_update_mode(c);
    return true;
}

static bool write_cr3(struct cpu *c, uint32_t v)
{
    if (!pdptes_for(c, c->cr0, v, c->cr4, true))
        return false;
    c->cr3 = v & (features(c) & F_486 ? 0xfffffff8u : 0xfffff000u);
    tlb_flush_all(c);
    return true;
}

static bool write_cr4(struct cpu *c, uint64_t v)
{
    uint32_t old = c->cr4, changed = (uint32_t)v ^ old;
    if (v & ~(uint64_t)cr4_known(c))
        return cpu_raise_code(c, EXC_GP, 0);
    if (!pdptes_for(c, c->cr0, (uint32_t)c->cr3, (uint32_t)v,
                    changed & (CR4_PAE | CR4_PGE | CR4_PSE)))
        return false;
    c->cr4 = (uint32_t)v;
    if (changed & (CR4_PSE | CR4_PAE | CR4_PGE))
        tlb_flush_all(c);
    return true;
}

static bool cr_exists(const struct cpu *c, unsigned n)
{
    return n == 0 || n == 2 || n == 3 || (n == 4 && (features(c) & F_CPUID));
}

bool cr_write(struct cpu *c, unsigned n, uint64_t v)
{
    if (!cr_exists(c, n))
        return cpu_raise(c, EXC_UD);
    switch (n) {
    case 0:  return write_cr0(c, (uint32_t)v);
    case 2:  c->cr2 = (uint32_t)v; return true;
    case 3:  return write_cr3(c, (uint32_t)v);
    default: return write_cr4(c, v);
    }
}

HANDLER(mov_to_cr)
{
    AT(c, op);
    TRY(cr_exists(c, op->in.reg[0]) || cpu_raise(c, EXC_UD));
    TRY(need_cpl0(c));
    uint64_t next = op_next_rip(c, op);
    TRY(cr_write(c, op->in.reg[0], reg_get(c, op->in.reg[1], 4)));
    c->rip = next;
    return OP_EXIT;
}

HANDLER(mov_from_cr)
{
    unsigned n = op->in.reg[1];
    AT(c, op);
    TRY(cr_exists(c, n) || cpu_raise(c, EXC_UD));
    TRY(need_cpl0(c));
    reg_set(c, op->in.reg[0], n == 0 ? c->cr0 : n == 2 ? c->cr2 : n == 3 ? c->cr3 : c->cr4, 4);
    return NEXT(c, op);
}

HANDLER(lmsw)
{
    uint64_t v;
    AT(c, op);
    TRY(need_cpl0(c));
    TRY(rm_read(c, op, 0, 2, &v));
    uint64_t next = op_next_rip(c, op);
    TRY(write_cr0(c, (c->cr0 & ~0xeu) | ((uint32_t)v & 0xf)));     /* PE is never cleared */
    c->rip = next;
    return OP_EXIT;
}

HANDLER(smsw)
{
    AT(c, op);
    TRY(rm_write_sel(c, op, 0, c->model == CPU_286 ? c->cr0 | 0xfff0 : c->cr0));
    return NEXT(c, op);
}

HANDLER(clts)
{
    AT(c, op);
    TRY(need_cpl0(c));
    c->cr0 &= ~CR0_TS;
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(invlpg)
{
    AT(c, op);
    TRY(need_cpl0(c));
    tlb_flush_page(c, seg_linear(c, op->in.seg, op_ea(c, op)));
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}

HANDLER(invd)
{
    AT(c, op);
    TRY(need_cpl0(c));
    return NEXT(c, op);
}

HANDLER(wbinvd)
{
    AT(c, op);
    TRY(need_cpl0(c));
    return NEXT(c, op);
}

/* ---- debug registers ---- */

/* The register a number means, after the checks: DR4 and DR5 are DR6 and DR7 unless CR4.DE. */
static bool dr_number(struct cpu *c, unsigned *n)
{
    if (!need_cpl0(c))
        return false;
    if (*n == 4 || *n == 5) {
        if (c->cr4 & CR4_DE)
            return cpu_raise(c, EXC_UD);
        *n += 2;
    }
    if (c->dr[7] & 0x2000) {                 /* GD */
        c->dr[6] |= DR6_BD;
        return cpu_raise(c, EXC_DB);
    }
    return true;
}

HANDLER(mov_from_dr)
{
    unsigned n = op->in.reg[1] & 7;
    AT(c, op);
    TRY(dr_number(c, &n));
    reg_set(c, op->in.reg[0], c->dr[n], 4);
    return NEXT(c, op);
}

HANDLER(mov_to_dr)
{
    unsigned n = op->in.reg[0] & 7;
    AT(c, op);
    TRY(dr_number(c, &n));
    uint64_t v = reg_get(c, op->in.reg[1], 4);
    bool old = !(features(c) & F_DE);        /* 386, 486: more bits can be written */
    if (n == 6)
        v = (v & (old ? 0xf00f : 0xe00f)) | 0xffff0ff0u;
    else if (n == 7)
        v = (v & (old ? 0xffffffffu : 0xffff2fffu)) | 0x400;
    c->dr[n] = v;
    cpu_update_mode(c);
    c->rip = op_next_rip(c, op);
    return OP_EXIT;
}
