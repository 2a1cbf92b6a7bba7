/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segment registers: checks of an access, loads with their checks, and what is derived from them.
 * Governing document: Intel SDM volume 3, chapters 3 and 5; volume 2 (MOV, POP).
 */
#include "cpu/desc.h"

/* ---- checks of an access ---- */

bool seg_limit_ok(const struct seg *s, uint32_t off, unsigned size)
{
    uint64_t last = (uint64_t)off + size - 1;
    if ((s->attr & (SA_S | 0xc)) == (SA_S | 0x4)) {          /* expand-down data */
        uint32_t top = s->attr & SA_DB ? 0xffffffffu : 0xffff;
        return off > s->limit && last <= top;
    }
    return last <= s->limit || s->limit == 0xffffffffu;      /* 4 GB: the address wraps */
}

static bool type_allows(const struct cpu *c, const struct seg *s, enum access acc)
{
    if (!(s->attr & SA_P))
        return false;
    if (!cpu_protected(c))
        return true;
    if (!(s->attr & SA_S))
        return false;
    if (s->attr & 8)                                         /* code */
        return acc == ACC_EXEC || (acc == ACC_READ && (s->attr & 2));
    return acc == ACC_READ || (acc == ACC_WRITE && (s->attr & 2));
}

bool seg_check(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access acc)
{
    const struct seg *s = &c->seg[seg];
    if (type_allows(c, s, acc) && seg_limit_ok(s, (uint32_t)off, size))
        return true;
    return cpu_raise_code(c, seg == SEG_SS ? EXC_SS : EXC_GP, 0);
}

void seg_derive(struct seg *s)
{
    unsigned t = s->attr & (SA_S | SA_TYPE);
    s->lim_r = s->lim_w = -1;
    if (!(s->attr & SA_P) || !(s->attr & SA_S))
        return;
    if (t & 8) {
        if (t & 2)
            s->lim_r = s->limit;
    } else if (!(t & 4)) {
        s->lim_r = s->limit;
        if (t & 2)
            s->lim_w = s->limit;
    }
}

/* ---- descriptors ---- */

bool desc_peek(struct cpu *c, unsigned sel, struct desc *d, bool *found)
{
    const struct seg *ldt = &c->seg[SEG_LDTR];
    bool local = (sel & 4) != 0;
    uint64_t base = local ? ldt->base : c->gdtr.base, v;
    uint32_t limit = local ? ldt->limit : c->gdtr.limit;

    *d = (struct desc){ .sel = (uint16_t)sel };
    *found = !sel_null(sel) && !(local && !(ldt->attr & SA_P)) && (sel & 0xfff8) + 7 <= limit;
    if (!*found)
        return true;
    d->at = (uint32_t)(base + (sel & 0xfff8));
    if (!lin_read(c, d->at, 8, false, &v))
        return false;
    d->lo = (uint32_t)v;
    d->hi = (uint32_t)(v >> 32);
    if (c->model <= CPU_286)                 /* the last word is reserved there */
        d->hi &= 0xffff;
    return true;
}

bool desc_read(struct cpu *c, unsigned sel, unsigned vector, unsigned ext, struct desc *d)
{
    bool found;
    if (!desc_peek(c, sel, d, &found))
        return false;
    return found || cpu_raise_code(c, vector, sel_err(sel) | ext);
}

bool desc_read_system(struct cpu *c, unsigned sel, unsigned types, unsigned vector, unsigned ext,
                      struct desc *d)
{
    unsigned err = sel_err(sel) | ext;
    if (sel & 4)
        return cpu_raise_code(c, vector, err);
    if (!desc_read(c, sel, vector, ext, d))
        return false;
    if (desc_s(d) || !(types >> desc_type(d) & 1))
        return cpu_raise_code(c, vector, err);
    return desc_present(d) || cpu_raise_code(c, EXC_NP, err);
}

bool desc_touch(struct cpu *c, struct desc *d)
{
    if (d->hi & 0x100)
        return true;
    if (!lin_write(c, d->at + 5, (d->hi >> 8 | 1) & 0xff, 1, false))
        return false;
    d->hi |= 0x100;
    return true;
}

bool desc_set_busy(struct cpu *c, struct desc *d, bool busy)
{
    uint32_t hi = busy ? d->hi | DT_BUSY << 8 : d->hi & ~(DT_BUSY << 8);
    if (!lin_write(c, d->at + 5, hi >> 8 & 0xff, 1, false))
        return false;
    d->hi = hi;
    return true;
}

struct seg seg_of(const struct desc *d, unsigned sel)
{
    struct seg s = { .sel = (uint16_t)sel, .attr = (uint16_t)(d->hi >> 8 & 0xf0ff),
                     .limit = desc_limit(d), .base = desc_base(d) };
    seg_derive(&s);
    return s;
}

void seg_null(struct seg *s, unsigned sel)
{
    s->sel = (uint16_t)sel;                  /* the limit stays: real mode goes on with it */
    s->attr = 0;
    s->base = 0;
    seg_derive(s);
}

void set_cs(struct cpu *c, const struct desc *d, unsigned cpl)
{
    c->seg[SEG_CS] = seg_of(d, sel_err(d->sel) | cpl);
    c->cpl = (uint8_t)cpl;
    cpu_update_mode(c);
}

void set_ss(struct cpu *c, const struct desc *d, unsigned sel)
{
    c->seg[SEG_SS] = seg_of(d, sel);
    cpu_update_mode(c);
}

/* ---- loads ---- */

bool ss_check(struct cpu *c, unsigned sel, unsigned cpl, unsigned vector, unsigned ext,
              struct desc *d)
{
    if (sel_null(sel))
        return cpu_raise_code(c, vector, ext);
    if (!desc_read(c, sel, vector, ext, d))
        return false;
    if ((sel & 3) != cpl || !desc_writable(d) || desc_dpl(d) != cpl)
        return cpu_raise_code(c, vector, sel_err(sel) | ext);
    if (!desc_present(d))
        return cpu_raise_code(c, EXC_SS, sel_err(sel) | ext);
    return desc_touch(c, d);
}

static bool load_data(struct cpu *c, unsigned seg, uint16_t sel)
{
    struct desc d;
    unsigned rpl = sel & 3;
    if (sel_null(sel)) {
        seg_null(&c->seg[seg], sel);
        cpu_update_mode(c);
        return true;
    }
    if (!desc_read(c, sel, EXC_GP, 0, &d))
        return false;
    if (!desc_readable(&d) ||
        (!desc_conforming(&d) && (rpl > desc_dpl(&d) || c->cpl > desc_dpl(&d))))
        return cpu_raise_code(c, EXC_GP, sel_err(sel));
    if (!desc_present(&d))
        return cpu_raise_code(c, EXC_NP, sel_err(sel));
    if (!desc_touch(c, &d))
        return false;
    c->seg[seg] = seg_of(&d, sel);
    cpu_update_mode(c);
    return true;
}

bool load_segment(struct cpu *c, unsigned seg, uint16_t sel)
{
    struct desc d;
    if (!cpu_protected(c)) {
        load_segment_real(c, seg, sel);
        return true;
    }
    if (seg != SEG_SS)
        return load_data(c, seg, sel);
    if (!ss_check(c, sel, c->cpl, EXC_GP, 0, &d))
        return false;
    set_ss(c, &d, sel);
    return true;
}

void load_segment_real(struct cpu *c, unsigned seg, uint16_t sel)
{
    struct seg *s = &c->seg[seg];
    s->sel = sel;
    s->base = (uint32_t)sel << 4;
    if (cpu_v86(c)) {
        s->limit = 0xffff;
        s->attr = 0xf3;                      /* data, writable, accessed, DPL 3 */
    } else {
        s->attr = (uint16_t)((s->attr & (SA_DB | SA_G)) | 0x93);
    }
    seg_derive(s);
    cpu_update_mode(c);
}

/* ---- stack frames ---- */

struct frame frame_here(const struct cpu *c, unsigned size)
{
    return (struct frame){ .ss = &c->seg[SEG_SS], .sp = (uint32_t)c->gpr[R_SP],
                           .mask = (uint32_t)stack_mask(c), .user = c->cpl == 3, .size = size };
}

static uint32_t item_off(const struct frame *f, unsigned i)
{
    return (f->sp - f->size * (i + 1)) & f->mask;
}

bool frame_check(struct cpu *c, const struct frame *f)
{
    for (unsigned i = 0; i < f->n; i++) {
        uint32_t off = item_off(f, i);
        if (!type_allows(c, f->ss, ACC_WRITE) || !seg_limit_ok(f->ss, off, f->size))
            return cpu_raise_code(c, EXC_SS, f->fault_code);
        if (!lin_probe(c, (uint32_t)(f->ss->base + off), f->size, ACC_WRITE, f->user))
            return false;
    }
    return true;
}

uint32_t frame_write(struct cpu *c, const struct frame *f)
{
    for (unsigned i = 0; i < f->n; i++)
        lin_write(c, (uint32_t)(f->ss->base + item_off(f, i)), f->item[i], f->size, f->user);
    c->fault.raised = false;                 /* only a stack inside its own page tables gets here
                                                with one */
    return (f->sp & ~f->mask) | ((f->sp - f->size * f->n) & f->mask);
}
