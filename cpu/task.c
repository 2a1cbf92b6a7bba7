/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Task-state segments: the switch, the inner stacks, the I/O permission map. Governing document:
 * Intel SDM volume 3, chapter 7; volume 1, 19.5 (I/O permission); volume 3, 20.3.3 (interrupt
 * redirection).
 *
 * A switch has a point of no return, once both TSSs and both descriptors are known to be accessible
 * and the old state is saved. Faults before it belong to the old task, later ones to the new task
 * with its CS:EIP: hence the three outcomes.
 *
 * While SS of the new task is not loaded yet CPL counts as 3, so that a fault handler gets the new
 * TSS's inner stack and not the unusable one.
 *
 * A 16-bit TSS has no upper halves for the general registers: they become ones, as processors have
 * it.
 */
#include "cpu/desc.h"

/* Offsets in the two formats. */
struct layout { uint8_t wide, ip, flags, gpr, seg, ldt, min_limit; };
static const struct layout tss16 = { 2, 0x0e, 0x10, 0x12, 0x22, 0x2a, 0x2b };
static const struct layout tss32 = { 4, 0x20, 0x24, 0x28, 0x48, 0x60, 0x67 };
#define TSS_CR3  0x1c
#define TSS_TRAP 0x64
#define TSS_MAP  0x66

struct image {
    uint32_t cr3, ip, flags, gpr[8];
    uint16_t seg[6], ldt;
    bool     trap;
};

static const struct layout *layout_of(unsigned attr)
{
    return attr & 8 ? &tss32 : &tss16;
}

static unsigned segs_in(const struct layout *l) { return l->wide == 4 ? 6 : 4; }

static bool get(struct cpu *c, laddr base, unsigned off, unsigned size, uint32_t *v)
{
    uint64_t r;
    if (!lin_read(c, (uint32_t)(base + off), size, false, &r))
        return false;
    *v = (uint32_t)r;
    return true;
}

static void put(struct cpu *c, laddr base, unsigned off, unsigned size, uint32_t v)
{
    lin_write(c, (uint32_t)(base + off), v, size, false);    /* probed before */
}

static bool read_image(struct cpu *c, laddr base, const struct layout *l, struct image *t)
{
    uint32_t v;
    *t = (struct image){ 0 };
    if (l->wide == 4) {
        if (!get(c, base, TSS_CR3, 4, &t->cr3) || !get(c, base, TSS_TRAP, 2, &v))
            return false;
        t->trap = v & 1;
    }
    if (!get(c, base, l->ip, l->wide, &t->ip) || !get(c, base, l->flags, l->wide, &t->flags))
        return false;
    for (unsigned i = 0; i < 8; i++) {
        if (!get(c, base, l->gpr + i * l->wide, l->wide, &t->gpr[i]))
            return false;
        if (l->wide == 2)
            t->gpr[i] |= 0xffff0000u;
    }
    for (unsigned i = 0; i < segs_in(l); i++) {
        if (!get(c, base, l->seg + i * l->wide, 2, &v))
            return false;
        t->seg[i] = (uint16_t)v;
    }
    if (!get(c, base, l->ldt, 2, &v))
        return false;
    t->ldt = (uint16_t)v;
    return true;
}

static void save_old(struct cpu *c, uint64_t next, bool clear_nt)
{
    const struct layout *l = layout_of(c->seg[SEG_TR].attr);
    laddr base = c->seg[SEG_TR].base;
    uint32_t flags = cpu_eflags(c);
    put(c, base, l->ip, l->wide, (uint32_t)next);
    put(c, base, l->flags, l->wide, clear_nt ? flags & ~FL_NT : flags);
    for (unsigned i = 0; i < 8; i++)
        put(c, base, l->gpr + i * l->wide, l->wide, (uint32_t)c->gpr[i]);
    for (unsigned i = 0; i < segs_in(l); i++)
        put(c, base, l->seg + i * l->wide, 2, c->seg[i].sel);
}

/* ---- the new task's segments, after the point of no return ---- */

static bool load_ldt(struct cpu *c, uint16_t sel, unsigned ext)
{
    struct desc d;
    seg_null(&c->seg[SEG_LDTR], sel);
    if (sel_null(sel))
        return true;
    if (sel & 4)
        return cpu_raise_code(c, EXC_TS, sel_err(sel) | ext);
    if (!desc_read(c, sel, EXC_TS, ext, &d))
        return false;
    if (desc_s(&d) || desc_type(&d) != DT_LDT || !desc_present(&d))
        return cpu_raise_code(c, EXC_TS, sel_err(sel) | ext);
    c->seg[SEG_LDTR] = seg_of(&d, sel);
    return true;
}

/* In the order of table 7-1: valid, present, privilege. */
static bool load_stack(struct cpu *c, uint16_t sel, unsigned cpl, unsigned ext)
{
    struct desc d;
    unsigned err = sel_err(sel) | ext;
    if (sel_null(sel))
        return cpu_raise_code(c, EXC_TS, ext);
    if (!desc_read(c, sel, EXC_TS, ext, &d))
        return false;
    if (!desc_writable(&d))
        return cpu_raise_code(c, EXC_TS, err);
    if (!desc_present(&d))
        return cpu_raise_code(c, EXC_SS, err);
    if (desc_dpl(&d) != cpl || (sel & 3u) != cpl)
        return cpu_raise_code(c, EXC_TS, err);
    if (!desc_touch(c, &d))
        return false;
    c->cpl = (uint8_t)cpl;
    set_ss(c, &d, sel);
    return true;
}

static bool load_code(struct cpu *c, uint16_t sel, unsigned ext)
{
    struct desc d;
    unsigned rpl = sel & 3;
    if (sel_null(sel))
        return cpu_raise_code(c, EXC_TS, ext);
    if (!desc_read(c, sel, EXC_TS, ext, &d))
        return false;
    if (!desc_code(&d) || (desc_conforming(&d) ? desc_dpl(&d) > rpl : desc_dpl(&d) != rpl))
        return cpu_raise_code(c, EXC_TS, sel_err(sel) | ext);
    if (!desc_present(&d))
        return cpu_raise_code(c, EXC_NP, sel_err(sel) | ext);
    if (!desc_touch(c, &d))
        return false;
    set_cs(c, &d, rpl);
    return true;
}

static bool load_data(struct cpu *c, unsigned seg, uint16_t sel, unsigned ext)
{
    struct desc d;
    if (sel_null(sel))
        return true;
    if (!desc_read(c, sel, EXC_TS, ext, &d))
        return false;
    if (!desc_readable(&d) ||
        (!desc_conforming(&d) && ((sel & 3u) > desc_dpl(&d) || c->cpl > desc_dpl(&d))))
        return cpu_raise_code(c, EXC_TS, sel_err(sel) | ext);
    if (!desc_present(&d))
        return cpu_raise_code(c, EXC_NP, sel_err(sel) | ext);
    if (!desc_touch(c, &d))
        return false;
    c->seg[seg] = seg_of(&d, sel);
    return true;
}

static bool load_segments(struct cpu *c, const struct image *t, unsigned ext)
{
    if (!load_ldt(c, t->ldt, ext))
        return false;
    if (cpu_v86(c)) {
        for (unsigned s = 0; s < 6; s++)
            load_segment_real(c, s, t->seg[s]);
        return true;
    }
    if (!load_stack(c, t->seg[SEG_SS], t->seg[SEG_CS] & 3, ext) ||
        !load_code(c, t->seg[SEG_CS], ext))
        return false;
    return load_data(c, SEG_ES, t->seg[SEG_ES], ext) && load_data(c, SEG_DS, t->seg[SEG_DS], ext) &&
           load_data(c, SEG_FS, t->seg[SEG_FS], ext) && load_data(c, SEG_GS, t->seg[SEG_GS], ext);
}

static void load_registers(struct cpu *c, const struct image *t, bool nested)
{
    for (unsigned i = 0; i < 8; i++)
        c->gpr[i] = t->gpr[i];
    c->rip = t->ip;
    c->dr[7] &= ~UINT64_C(0x155);            /* L0..L3, LE */
    cpu_set_eflags(c, (t->flags & eflags_known(c)) | (nested ? FL_NT : 0));
    for (unsigned s = 0; s < 6; s++)
        seg_null(&c->seg[s], t->seg[s]);
    c->cpl = 3;                              /* until SS is there: a fault then finds an inner
                                                stack */
    c->cr0 |= CR0_TS;
    cpu_update_mode(c);
}

static bool push_code(struct cpu *c, const struct layout *l, uint32_t code, unsigned ext)
{
    struct frame f = frame_here(c, l->wide);
    f.fault_code = ext;
    frame_push(&f, code);
    if (!frame_check(c, &f))
        return false;
    c->gpr[R_SP] = frame_write(c, &f);
    return true;
}

/* False: #GP for PAE directory pointers that will not do; CR3 stays. */
static bool load_cr3(struct cpu *c, const struct image *t, const struct layout *l)
{
    return l->wide != 4 || !(c->cr0 & CR0_PG) || c->cr3 == (t->cr3 & 0xfffffff8u) ||
           cr_write(c, 3, t->cr3);
}

/* Everything the switch will write must be writable before the first byte is. */
static bool probe(struct cpu *c, const struct desc *d, const struct desc *old, laddr base,
                  enum task_how how)
{
    const struct layout *ol = layout_of(c->seg[SEG_TR].attr);
    laddr ob = c->seg[SEG_TR].base;
    unsigned n = ol->seg + segs_in(ol) * ol->wide - ol->ip;
    if (!lin_probe(c, (uint32_t)(ob + ol->ip), n, ACC_WRITE, false))
        return false;
    if ((how == TASK_CALL || how == TASK_INT) && !lin_probe(c, base, 2, ACC_WRITE, false))
        return false;
    if (how != TASK_IRET && !lin_probe(c, d->at + 5, 1, ACC_WRITE, false))
        return false;
    return how == TASK_CALL || how == TASK_INT ||
           lin_probe(c, old->at + 5, 1, ACC_WRITE, false);
}

enum task_result task_switch(struct cpu *c, struct desc *d, enum task_how how, uint64_t next,
                             unsigned ext, const uint32_t *code)
{
    const struct layout *l = layout_of(desc_type(d));
    laddr base = desc_base(d);
    bool nested = how == TASK_CALL || how == TASK_INT, found;
    struct desc old;
    struct image t;

    if (desc_limit(d) < l->min_limit || !(c->seg[SEG_TR].attr & SA_P)) {
        cpu_raise_code(c, EXC_TS, sel_err(d->sel) | ext);
        return TASK_OLD;
    }
    if (c->seg[SEG_TR].limit < layout_of(c->seg[SEG_TR].attr)->min_limit) {
        cpu_raise_code(c, EXC_TS, sel_err(c->seg[SEG_TR].sel) | ext);
        return TASK_OLD;
    }
    if (!desc_peek(c, c->seg[SEG_TR].sel, &old, &found) || !read_image(c, base, l, &t) ||
        !probe(c, d, &old, base, how))
        return TASK_OLD;
    if (!nested && found)
        desc_set_busy(c, &old, false);
    save_old(c, next, how == TASK_IRET);
    if (nested)
        put(c, base, 0, 2, c->seg[SEG_TR].sel);
    if (how != TASK_IRET)
        desc_set_busy(c, d, true);
    c->fault.raised = false;
    c->seg[SEG_TR] = seg_of(d, d->sel);
    load_registers(c, &t, nested);

    bool ok = load_cr3(c, &t, l) && load_segments(c, &t, ext);
    if (ok && c->rip > c->seg[SEG_CS].limit)
        ok = cpu_raise_code(c, EXC_GP, ext);
    cpu_update_mode(c);
    if (ok && code)
        ok = push_code(c, l, *code, ext);
    if (!ok)
        return TASK_NEW;
    if (t.trap)
        c->debug_hits |= DR6_BT;             /* raised at the boundary */
    return TASK_DONE;
}

/* ---- other uses of the TSS ---- */

bool tss_stack(struct cpu *c, unsigned dpl, unsigned ext, uint16_t *ss, uint32_t *esp)
{
    const struct seg *tr = &c->seg[SEG_TR];
    unsigned wide = tr->attr & 8 ? 4 : 2, off = wide + dpl * wide * 2;
    uint32_t v;
    if (!(tr->attr & SA_P) || off + wide + 1 > tr->limit)
        return cpu_raise_code(c, EXC_TS, sel_err(tr->sel) | ext);
    if (!get(c, tr->base, off, wide, esp) || !get(c, tr->base, off + wide, 2, &v))
        return false;
    *ss = (uint16_t)v;
    return true;
}

/* The offset of the I/O map; beyond any limit when this TSS has none. */
#define NO_MAP 0xffffffffu
static bool io_map(struct cpu *c, uint32_t *map)
{
    const struct seg *tr = &c->seg[SEG_TR];
    *map = NO_MAP;
    if (!(tr->attr & SA_P) || !(tr->attr & 8) || tr->limit < 0x67)
        return true;
    return get(c, tr->base, TSS_MAP, 2, map);
}

static bool io_permitted(struct cpu *c, unsigned port, unsigned size)
{
    const struct seg *tr = &c->seg[SEG_TR];
    uint32_t map, bits;
    if (!(c->cr0 & CR0_PE) || (!cpu_v86(c) && c->cpl <= (c->eflags >> 12 & 3)))
        return true;
    if (!io_map(c, &map))
        return false;
    uint32_t at = map + port / 8;
    if (c->model <= CPU_486)                 /* before the Pentium offsets wrap at 64 KB */
        at &= 0xffff;
    if (map == NO_MAP || at + 1 > tr->limit) /* two bytes are always read */
        return cpu_raise_code(c, EXC_GP, 0);
    if (!get(c, tr->base, at, 2, &bits))
        return false;
    if (bits >> (port & 7) & ((1u << size) - 1))
        return cpu_raise_code(c, EXC_GP, 0);
    return true;
}

bool io_allowed(struct cpu *c, unsigned port, unsigned size)
{
    if (!io_permitted(c, port, size))
        return false;
    if (UNLIKELY(c->mode & MODE_TF))
        debug_io(c, port, size);
    return true;
}

bool tss_redirects(struct cpu *c, uint8_t vector, bool *to_v86)
{
    const struct seg *tr = &c->seg[SEG_TR];
    uint32_t map, bits;
    *to_v86 = false;
    if (!(c->cr4 & CR4_VME))
        return true;
    if (!io_map(c, &map))
        return false;
    if (map < 32 || map == NO_MAP || map - 32 + vector / 8 > tr->limit)
        return cpu_raise_code(c, EXC_GP, 0);
    if (!get(c, tr->base, map - 32 + vector / 8, 1, &bits))
        return false;
    *to_v86 = !(bits >> (vector & 7) & 1);
    return true;
}
