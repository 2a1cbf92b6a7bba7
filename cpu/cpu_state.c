/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's state as a whole: its field table, EFLAGS, what is derived from it, and RESET and
 * INIT.
 * Governing document: Intel SDM volume 3, 9.1 (table 9-1).
 */
#include "cpu/interp.h"
#include "cpu/desc.h"
#include "cpu/flags.h"

/* ---- EFLAGS and the mode ---- */

uint32_t cpu_eflags(const struct cpu *c)
{
    return c->eflags | flags_bits(c) | 2 | (c->rf_at == cpu_icount(c) ? FL_RF : 0);
}

/* Inside a handler the next instruction has the next count; at a boundary the count is its own. */
void cpu_set_rf(struct cpu *c, bool on)
{
    c->rf_at = on ? cpu_icount(c) + (c->at != NULL) : UINT64_MAX;
}

void cpu_update_jump_key(struct cpu *c)
{
    uint64_t key = c->jump_gen << 7 | (c->cpl == 3) << 6 | (c->mode & 63);
    c->jump_key = key << 32;
}

/* Single steps and breakpoints; alignment checks and breakpoints want to see every access. */
static void update_care(struct cpu *c)
{
    bool breakpoints = (c->dr[7] & 0xff) != 0;
    bool aligned = (c->eflags & FL_AC) && (c->cr0 & CR0_AM) && c->cpl == 3;
    c->mode = (c->mode & ~MODE_TF) | ((c->eflags & FL_TF) || breakpoints ? MODE_TF : 0);
    c->tlb = c->tlbs[breakpoints || aligned ? 2 : c->cpl == 3];
    cpu_update_jump_key(c);
}

void cpu_set_eflags(struct cpu *c, uint32_t v)
{
    flags_set_bits(c, v);
    c->eflags = (v & ~(FL_ARITH | FL_RF)) | 2;
    cpu_set_rf(c, v & FL_RF);
    update_care(c);
}

uint32_t eflags_known(const struct cpu *c)
{
    uint32_t f = cpu_models[c->model].features, m = 0x0fd5;
    if (f & F_286)
        m |= FL_IOPL | FL_NT;
    if (f & F_386)
        m |= FL_RF | FL_VM;
    if (f & F_486)
        m |= FL_AC;
    if (f & F_CPUID)
        m |= FL_ID;
    if (f & F_VME)
        m |= FL_VIF | FL_VIP;
    return m;
}

static bool is_flat(const struct seg *s)
{
    return s->base == 0 && s->lim_r == 0xffffffff && s->lim_w == 0xffffffff;
}

static bool code_is_flat(const struct seg *s)
{
    return s->base == 0 && s->limit == 0xffffffff && (s->attr & SA_DB);
}

/* A change of MODE_FLAT may come in the middle of a block, whose other operations were made for
 * the old mode: it is left after the running one. The other bits change only where a block ends. */
void cpu_update_mode(struct cpu *c)
{
    uint32_t old = c->mode;
    bool flat = is_flat(&c->seg[SEG_DS]) && is_flat(&c->seg[SEG_SS]) && is_flat(&c->seg[SEG_ES]);
    c->mode = (c->seg[SEG_CS].attr & SA_DB ? MODE_CODE32 : 0) |
              (c->seg[SEG_SS].attr & SA_DB ? MODE_STACK32 : 0) |
              (flat ? MODE_FLAT : 0) | (code_is_flat(&c->seg[SEG_CS]) ? MODE_FLATCS : 0);
    update_care(c);
    if ((old ^ c->mode) & MODE_FLAT)
        run_leave_after(c);
}

/* ---- RESET and INIT ---- */

static void reset_segments(struct cpu *c)
{
    for (unsigned s = 0; s < SEG_COUNT; s++) {
        c->seg[s] = (struct seg){ .limit = 0xffff, .attr = 0x93 };
        seg_derive(&c->seg[s]);
    }
    c->seg[SEG_LDTR].attr = SA_P | DT_LDT;
    c->seg[SEG_TR].attr = SA_P | DT_TSS32_BUSY;
    c->seg[SEG_CS].sel = 0xf000;
    c->seg[SEG_CS].base = c->model == CPU_286 ? 0xff0000 : 0xffff0000u;
    c->rip = 0xfff0;
    if (c->model == CPU_8086) {
        c->seg[SEG_CS].sel = 0xffff;
        c->seg[SEG_CS].base = 0xffff0;
        c->rip = 0;
    }
    seg_derive(&c->seg[SEG_LDTR]);
    seg_derive(&c->seg[SEG_TR]);
    c->gdtr = (struct dtr){ 0xffff, 0 };
    c->idtr = (struct dtr){ c->model <= CPU_386 ? 0x3ff : 0xffff, 0 };
}

static void reset_control(struct cpu *c, enum reset_kind kind)
{
    uint32_t keep = kind == RESET_INIT ? c->cr0 & (CR0_CD | CR0_NW) : CR0_CD | CR0_NW;
    c->cr0 = cpu_models[c->model].features & F_486 ? CR0_ET | keep : CR0_ET;
    c->cr2 = c->cr3 = 0;
    c->cr4 = 0;
    c->efer = 0;
    memset(c->pdpte, 0, sizeof c->pdpte);
    memset(c->dr, 0, sizeof c->dr);
    c->dr[6] = 0xffff0ff0u;
    c->dr[7] = 0x400;
}

/* What INIT leaves alone: floating point, model-specific registers, the time-stamp counter. */
static void reset_kept_by_init(struct cpu *c)
{
    memset(&c->x87, 0, sizeof c->x87);
    c->x87.cw = 0x40;
    memset(&c->sse, 0, sizeof c->sse);
    c->sse.mxcsr = 0x1f80;
    memset(&c->msr, 0, sizeof c->msr);
    c->msr.apic_base = 0xfee00000u | APIC_BASE_BSP | (c->apic_base ? APIC_BASE_ON : 0);
    c->msr.pat = UINT64_C(0x0007040600070406);
    c->msr.tsc_offset = c->time_at ? 0 - cpu_now(c) : 0;
    c->ignne = false;
    line_set(&c->ferr, false);
}

void cpu_reset(struct cpu *c, enum reset_kind kind)
{
    memset(c->gpr, 0, sizeof c->gpr);
    c->gpr[R_DX] = cpu_models[c->model].signature;
    c->cpl = 0;
    reset_segments(c);
    cpu_set_eflags(c, 2);
    if (kind != RESET_INIT)
        reset_kept_by_init(c);
    reset_control(c, kind);
    if (kind == RESET_POWER)
        c->a20 = true;
    c->halted = c->nmi = c->nmi_blocked = false;
    c->shadow_at = UINT64_MAX;
    c->shadow_ss = false;
    c->debug_hits = 0;
    c->rf_at = UINT64_MAX;
    c->pending = (c->pending & PEND_EXIT) | (c->intr ? PEND_INTR : 0);
    c->fault.raised = false;
    tlb_flush_all(c);
    if (c->blocks && kind != RESET_INIT)
        blocks_flush(c);
    cpu_update_mode(c);
}

/* ---- fields ---- */

static const struct field seg_fields[] = {
    FIELD(struct seg, sel),           FIELD(struct seg, attr),
    FIELD(struct seg, limit),         FIELD_MAX(struct seg, base, 0xffffffffu),
    FIELD_TRANSIENT(struct seg, lim_r), FIELD_TRANSIENT(struct seg, lim_w),
    FIELD_END
};
static const struct field dtr_fields[] = {
    FIELD_MAX(struct dtr, limit, 0xffff), FIELD_MAX(struct dtr, base, 0xffffffffu), FIELD_END
};
static const struct field f80_fields[] = {
    FIELD(struct f80, mant), FIELD(struct f80, se), FIELD_END
};

static const struct field cpu_fields[] = {
    FIELD_ARRAY_MAX(struct cpu, gpr, 0xffffffffu),
    FIELD_MAX(struct cpu, rip, 0xffffffffu),
    FIELD(struct cpu, fl_res),
    FIELD(struct cpu, fl_aux),
    FIELD(struct cpu, eflags),
    FIELD_MAX(struct cpu, pending, PEND_SHUTDOWN | PEND_EXIT | PEND_NMI | PEND_INTR),
    FIELD_MAX(struct cpu, cpl, 3),
    FIELD(struct cpu, halted),
    FIELD_STRUCTS(struct cpu, seg, seg_fields),
    FIELD_STRUCT(struct cpu, gdtr, dtr_fields),
    FIELD_STRUCT(struct cpu, idtr, dtr_fields),
    FIELD(struct cpu, cr0),
    FIELD(struct cpu, cr4),
    FIELD_MAX(struct cpu, cr2, 0xffffffffu),
    FIELD_MAX(struct cpu, cr3, 0xffffffffu),
    FIELD_ARRAY_MAX(struct cpu, dr, 0xffffffffu),
    FIELD_MAX(struct cpu, efer, 0),
    FIELD_ARRAY(struct cpu, pdpte),
    FIELD(struct cpu, shadow_at),
    FIELD(struct cpu, shadow_ss),
    FIELD_MAX(struct cpu, debug_hits, 0x800f),
    FIELD(struct cpu, rf_at),
    FIELD(struct cpu, icount),
    FIELD(struct cpu, nmi_blocked),
    FIELD(struct cpu, intr),
    FIELD(struct cpu, nmi),
    FIELD(struct cpu, a20),
    FIELD(struct cpu, ignne),
    FIELD(struct cpu, ferr),
    FIELD_STRUCTS(struct cpu, x87.r, f80_fields),
    FIELD(struct cpu, x87.cw),
    FIELD(struct cpu, x87.sw),
    FIELD_MAX(struct cpu, x87.top, 7),
    FIELD(struct cpu, x87.empty),
    FIELD_MAX(struct cpu, x87.fop, 0x7ff),
    FIELD(struct cpu, x87.fcs),
    FIELD(struct cpu, x87.fds),
    FIELD(struct cpu, x87.fip),
    FIELD(struct cpu, x87.fdp),
    { "sse.q", FT_U64, offsetof(struct cpu, sse.q), 8, 16, UINT64_MAX, NULL },
    FIELD_MAX(struct cpu, sse.mxcsr, 0xffff),
    FIELD_MAX(struct cpu, msr.apic_base, APIC_BASE_AT | APIC_BASE_ON | APIC_BASE_BSP),
    FIELD(struct cpu, msr.sysenter_cs),
    FIELD(struct cpu, msr.sysenter_esp),
    FIELD(struct cpu, msr.sysenter_eip),
    FIELD(struct cpu, msr.pat),
    FIELD(struct cpu, msr.mtrr_def_type),
    FIELD_ARRAY(struct cpu, msr.mtrr_base),
    FIELD_ARRAY(struct cpu, msr.mtrr_mask),
    FIELD_ARRAY(struct cpu, msr.mtrr_fix),
    FIELD(struct cpu, msr.tsc_offset),
    FIELD(struct cpu, msr.misc_enable),
    FIELD(struct cpu, msr.mcg_status),
    FIELD(struct cpu, msr.mcg_ctl),
    FIELD_ARRAY(struct cpu, msr.mc_ctl),
    FIELD(struct cpu, msr.debugctl),
    FIELD_ARRAY(struct cpu, msr.perf_sel),
    FIELD_ARRAY(struct cpu, msr.perf_ctr),
    FIELD_ARRAY(struct cpu, msr.perf_from),
    FIELD_MAX(struct cpu, model, CPU_MODEL_COUNT - 1),
    FIELD_TRANSIENT(struct cpu, left),
    FIELD_TRANSIENT(struct cpu, ip_base),
    FIELD_TRANSIENT(struct cpu, mode),
    FIELD_TRANSIENT(struct cpu, tlb),
    FIELD_TRANSIENT(struct cpu, at),
    FIELD_TRANSIENT(struct cpu, blk),
    FIELD_TRANSIENT(struct cpu, id),
    FIELD_TRANSIENT(struct cpu, mem),
    FIELD_TRANSIENT(struct cpu, io),
    FIELD_TRANSIENT(struct cpu, sched),
    FIELD_TRANSIENT(struct cpu, log),
    FIELD_TRANSIENT(struct cpu, inta),
    FIELD_TRANSIENT(struct cpu, pic),
    FIELD_TRANSIENT(struct cpu, apic_base),
    FIELD_TRANSIENT(struct cpu, owner),
    FIELD_TRANSIENT(struct cpu, time_at),
    FIELD_TRANSIENT(struct cpu, slice_end),
    FIELD_TRANSIENT(struct cpu, fault),
    FIELD_TRANSIENT(struct cpu, patched),
    FIELD_TRANSIENT(struct cpu, patched_run),
    FIELD_TRANSIENT(struct cpu, blocks),
    FIELD_TRANSIENT(struct cpu, engine),
    FIELD_TRANSIENT(struct cpu, journal),
    FIELD_TRANSIENT(struct cpu, tlbs),
    FIELD_TRANSIENT(struct cpu, tlb_phys),
    FIELD_TRANSIENT(struct cpu, tlb_gen),
    FIELD_TRANSIENT(struct cpu, tlb_page),
    FIELD_TRANSIENT(struct cpu, tlb_flags),
    FIELD_TRANSIENT(struct cpu, tlb_pte),
    FIELD_TRANSIENT(struct cpu, pt_leaf),
    FIELD_TRANSIENT(struct cpu, pt_dir),
    FIELD_TRANSIENT(struct cpu, pt_code),
    FIELD_TRANSIENT(struct cpu, jump_gen),
    FIELD_TRANSIENT(struct cpu, jump_key),
    FIELD_TRANSIENT(struct cpu, pt_page),
    FIELD_TRANSIENT(struct cpu, pt_pages),
    FIELD_TRANSIENT(struct cpu, tlb_used),
    FIELD_TRANSIENT(struct cpu, tlb_words),
    FIELD_TRANSIENT(struct cpu, tlb_large),
    FIELD_TRANSIENT(struct cpu, running),
    FIELD_TRANSIENT(struct cpu, link_slot),
    FIELD_TRANSIENT(struct cpu, link_page),
    FIELD_TRANSIENT(struct cpu, last_fault),
    FIELD_TRANSIENT(struct cpu, no_trap),
    FIELD_TRANSIENT(struct cpu, scratch),
    FIELD_TRANSIENT(struct cpu, n_fills),
    FIELD_TRANSIENT(struct cpu, n_interrupts),
    FIELD_END
};

static bool consistent(const struct cpu *c)
{
    bool real = !(c->cr0 & CR0_PE);
    if (c->msr.apic_base & (c->apic_base ? 0x600 : 0x600 | APIC_BASE_ON))
        return false;
    if (c->gpr[16] || (c->eflags & (FL_ARITH | FL_RF | ~(eflags_known(c) | 2))))
        return false;
    if ((c->cr0 & CR0_PG) && real)
        return false;
    if (cpu_v86(c) ? real || c->cpl != 3 : real && c->cpl != 0)
        return false;
    for (unsigned s = 0; s < SEG_COUNT; s++)
        if (c->seg[s].attr & ~0xf0ffu)
            return false;
    return !(c->x87.sw & 0x3800);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct cpu *c = dev;
    if (!consistent(c))
        return error_set(err, 0, "the processor's state contradicts itself");
    for (unsigned s = 0; s < SEG_COUNT; s++)
        seg_derive(&c->seg[s]);
    c->pending &= ~(uint32_t)PEND_EXIT;
    c->fault.raised = false;
    c->at = NULL;
    c->blk = NULL;
    tlb_flush_all(c);
    if (c->blocks)
        blocks_flush(c);
    cpu_update_mode(c);
    return true;
}

/* One representation for each set of flags, so that hashes compare what the guest sees; and only
 * those reasons to stop that cpu_run() would not find again by itself. */
static void pre_save(void *dev)
{
    struct cpu *c = dev;
    c->pending &= PEND_SHUTDOWN;
    flags_set_bits(c, flags_bits(c));
}

static void reset(void *dev, enum reset_kind kind) { cpu_reset(dev, kind); }

const struct device_class cpu_class = {
    .name = "cpu", .version = 3, .oldest = 3, .fields = cpu_fields, .reset = reset,
    .post_load = post_load, .pre_save = pre_save,
};
