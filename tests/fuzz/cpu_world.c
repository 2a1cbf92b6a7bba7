/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu_world.h"

#include "cpu/desc.h"
#include "cpu/engine.h"
#include "cpu/flags.h"
#include "cpu/interp.h"

/* Where things are. */
enum { IVT = 0, GDT = 0x1000, LDT = 0x1400, IDT = 0x2000, TSS = 0x3000, PD = 0x4000, PT = 0x5000,
       PDPT = 0x9000, PAE_PD = 0xa000, PAE_PT = 0xb000, STACKS = 0x20000, DATA = 0x30000,
       WINDOW = 0xa0000 };
enum { GDT_N = 128, LDT_N = 64, TSS_N = 8, TSS_STEP = 0x200 };
enum { S_CODE = 0x08, S_DATA = 0x10, S_CODE3 = 0x18, S_DATA3 = 0x20, S_TSS = 0x28, S_LDT = 0x30,
       S_CODE16 = 0x38, S_DATA16 = 0x40, S_CODE16_3 = 0x48, S_DATA16_3 = 0x50 };

/* ---- the device ---- */

static uint32_t stir(struct world *w, uint32_t v)
{
    w->mix = (w->mix ^ v) * 0x9e3779b1u;
    return w->mix ^= w->mix >> 15;
}

static uint64_t dev_read(void *dev, uint32_t off, unsigned size)
{
    struct world *w = dev;
    return stir(w, off + size + (uint32_t)cpu_now(&w->cpu));
}

static void dev_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct world *w = dev;
    stir(w, off + size + (uint32_t)v + (uint32_t)cpu_now(&w->cpu));
    switch (w->mix & 31) {
    case 0: cpu_set_intr(&w->cpu, true); break;
    case 1: cpu_nmi(&w->cpu); break;
    case 2: cpu_set_a20(&w->cpu, w->mix & 32); break;
    case 3: cpu_kick(&w->cpu); break;
    case 4: bus_dma_write(&w->mem, WORLD_CODE + (w->mix >> 8 & 0xfff), &w->mix, 4); break;
    case 5: w->cpu.ignne = w->mix & 32; break;
    }
}

static const struct bus_ops dev_ops = { dev_read, dev_write, 1 | 2 | 4 };

/* Reading the window changes nothing: code may run there, and how often it is fetched, and when, is
 * a matter of blocks. */
static uint64_t window_read(void *dev, uint32_t off, unsigned size)
{
    const struct world *w = dev;
    return (w->mix ^ off) * 0x9e3779b1u;
}
static const struct bus_ops window_ops = { window_read, dev_write, 1 | 2 | 4 };

static int inta(void *pic)
{
    struct world *w = pic;
    cpu_set_intr(&w->cpu, false);
    return (int)(stir(w, 1) & 0x3f);
}

static vtime time_at(void *owner, uint64_t icount) { (void)owner; return icount * 10; }
static void remapped(void *owner, uint64_t base, uint64_t size)
{
    cpu_remapped(&((struct world *)owner)->cpu, base, size);
}
static void code_written(void *owner, paddr a, unsigned n)
{
    cpu_code_write(&((struct world *)owner)->cpu, a, n);
}

/* ---- making one ---- */

static struct world *make(unsigned engine)
{
    struct world *w = calloc(1, sizeof *w);
    FUZZ_CHECK(w && (w->ram = malloc(WORLD_RAM)) && bus_init(&w->mem, 32, 1u << 22) &&
               bus_init(&w->io, 16, 0) && cpu_init(&w->cpu, 0, CPU_MODEL_DEFAULT, 0, 0) &&
               cpu_set_engine(&w->cpu, engine ? CPU_IR : CPU_INTERP, engine == 2), "no memory");
    bus_map_ram(&w->mem, &w->ram_region, "ram", w->ram, 0, WORLD_RAM, 0);
    bus_map_io(&w->mem, &w->window, "window", &window_ops, w, WINDOW, 0x4000, 1);
    bus_map_io(&w->io, &w->ports, "ports", &dev_ops, w, 0, 0x10000, 0);
    w->mem.on_remap = remapped;
    w->mem.on_code_write = code_written;
    w->mem.owner = w;
    return w;
}

struct world *world_new(unsigned model, struct build s, unsigned which)
{
    static struct world *pool[3][3];
    unsigned e = s.engine & 15, engine = e < 11 ? 0 : e < 14 ? 1 : 2;    /* IR takes its time */
    struct world **w = &pool[which][engine];
    if (!*w)
        *w = make(engine);
    struct cpu *c = &(*w)->cpu;
    struct ir_engine *kept = c->engine;
    struct journal *journal = c->journal;
    tlb_flush_all(c);                        /* the bus forgets what it has marked */
    blocks_flush(c);
    blocks_free(c);
    FUZZ_CHECK(cpu_init(c, 0, (enum cpu_model)model, 64u << (s.cache & 7), s.block & 63),
               "no memory");
    c->engine = kept;
    c->journal = journal;
    if (kept)
        kept->used = 0;
    c->pic = c->owner = *w;
    c->mem = &(*w)->mem;
    c->io = &(*w)->io;
    c->sched = &(*w)->sched;
    c->time_at = time_at;
    c->inta = inta;
    (*w)->mix = 0;
    memset((*w)->ram, 0, WORLD_RAM);
    return *w;
}

/* ---- descriptor tables ---- */

static void put_desc(struct world *w, uint32_t at, uint32_t base, uint32_t limit, unsigned attr)
{
    store_le32(w->ram + at, (limit & 0xffff) | base << 16);
    store_le32(w->ram + at + 4, (base >> 16 & 0xff) | attr << 8 | (limit & 0xf0000) |
                                    (base & 0xff000000u));
}

static void put_gate(struct world *w, uint32_t at, unsigned sel, uint32_t off, unsigned attr)
{
    store_le32(w->ram + at, (off & 0xffff) | sel << 16);
    store_le32(w->ram + at + 4, attr << 8 | (off & 0xffff0000u));
}

static uint16_t some_selector(struct fuzz_rng *r)
{
    uint32_t x = fuzz_rand(r);
    unsigned n = x & 7 ? x >> 8 & 15 : x >> 8 & 127;
    return (uint16_t)(n << 3 | (x >> 16 & 7 ? x >> 20 & 3 : x >> 20 & 7));
}

static void some_gate(struct world *w, uint32_t at, unsigned type, struct fuzz_rng *r)
{
    static const uint16_t code[] = { S_CODE, S_CODE, S_CODE16, S_CODE3, S_CODE16_3 };
    unsigned dpl = fuzz_one_in(r, 2) ? 3 : fuzz_rand(r) & 3;
    unsigned sel = type == DT_TASK ? S_TSS : code[fuzz_below(r, ARRAY_LEN(code))];
    uint32_t off = fuzz_below(r, WORLD_CODE_SIZE);
    if (fuzz_one_in(r, 12))
        sel = some_selector(r);
    if (sel == S_CODE || sel == S_CODE3)
        off += WORLD_CODE;
    put_gate(w, at, sel, off, type | dpl << 5 | (fuzz_one_in(r, 20) ? 0 : 0x80));
    if (type == DT_CALL16 || type == DT_CALL32)
        w->ram[at + 4] = (uint8_t)(fuzz_rand(r) & (fuzz_one_in(r, 8) ? 0xff : 3));
}

static void some_desc(struct world *w, uint32_t at, struct fuzz_rng *r)
{
    static const uint32_t bases[] = { 0, 0, WORLD_CODE, STACKS, DATA, DATA + 0xff8, 0xfffff000u };
    static const uint32_t limits[] = { 0xffff, 0xfffff, 0xfff, 0x7f, 0, 0x10 };
    static const uint8_t gates[] = { DT_CALL16, DT_CALL32, DT_TASK, DT_CALL32 };
    uint32_t x = fuzz_rand(r);
    unsigned attr = (x & 15) | (x >> 4 & 3) << 5 | (x >> 6 & 15 ? 0x80 : 0) | (x >> 10 & 0xd) << 12;
    uint32_t limit = limits[fuzz_below(r, ARRAY_LEN(limits))];
    switch (x >> 16 & 7) {
    case 0: some_gate(w, at, gates[x >> 20 & 3], r); return;
    case 1:                                  /* a task state, an LDT, or nothing at all */
        put_desc(w, at, TSS + TSS_STEP * (x >> 20 & 7), 0x60 + (x >> 24 & 15), attr);
        return;
    case 2:
        fuzz_one_in(r, 3) ? put_desc(w, at, fuzz_rand(r), x >> 4, x >> 12)
                          : put_desc(w, at, LDT, 0x1ff, 0x82);
        return;
    default: put_desc(w, at, bases[fuzz_below(r, ARRAY_LEN(bases))], limit, attr | SA_S);
    }
}

static void fill_gdt(struct world *w, struct fuzz_rng *r)
{
    for (unsigned i = 1; i < GDT_N; i++)
        some_desc(w, GDT + 8 * i, r);
    for (unsigned i = 0; i < LDT_N; i++)
        some_desc(w, LDT + 8 * i, r);
    if (fuzz_one_in(r, 16))
        return;
    put_desc(w, GDT + S_CODE, 0, 0xfffff, 0xc09a);
    put_desc(w, GDT + S_DATA, 0, 0xfffff, 0xc092);
    put_desc(w, GDT + S_CODE3, 0, 0xfffff, 0xc0fa);
    put_desc(w, GDT + S_DATA3, 0, 0xfffff, 0xc0f2);
    put_desc(w, GDT + S_TSS, TSS, 0x1ff, w->cpu.model == CPU_286 ? 0x81 : 0x89);
    put_desc(w, GDT + S_LDT, LDT, LDT_N * 8 - 1, 0x82);
    put_desc(w, GDT + S_CODE16, WORLD_CODE, 0xffff, 0x9a);
    put_desc(w, GDT + S_DATA16, STACKS, 0xffff, 0x92);
    put_desc(w, GDT + S_CODE16_3, WORLD_CODE, 0xffff, 0xfa);
    put_desc(w, GDT + S_DATA16_3, DATA, 0xffff, 0xf2);
}

static void fill_idt(struct world *w, struct fuzz_rng *r)
{
    static const uint8_t type[] = { DT_INT32, DT_TRAP32, DT_INT16, DT_TRAP16, DT_INT32, DT_INT32,
                                    DT_TASK, DT_TRAP32 };
    for (unsigned v = 0; v < 64; v++) {
        unsigned t = type[fuzz_rand(r) & (fuzz_one_in(r, 8) ? 7 : 1)];
        if (w->cpu.model == CPU_286)
            t &= 7;
        some_gate(w, IDT + 8 * v, t, r);
        store_le16(w->ram + IVT + 4 * v, (uint16_t)fuzz_below(r, WORLD_CODE_SIZE));
        store_le16(w->ram + IVT + 4 * v + 2, WORLD_CODE >> 4);
    }
}

static uint32_t some_value(struct fuzz_rng *r)
{
    static const uint32_t at[] = { 0, WORLD_CODE, STACKS, STACKS + 0x8000, DATA, DATA + 0xffe,
                                   GDT, TSS, PD, PT, WINDOW, 0xfffffffeu, 0x7fff, 0xffff, 1, 8 };
    uint32_t x = fuzz_rand(r), v = at[x & 15];
    switch (x >> 4 & 7) {
    case 0: return fuzz_rand(r);
    case 1: return fuzz_rand(r) & 0xff;
    case 2: return v;
    default: return v + (x >> 8 & 0xff);
    }
}

static void fill_tss(struct world *w, struct fuzz_rng *r)
{
    static const uint16_t sel[] = { S_DATA, S_CODE, S_DATA, S_DATA, S_DATA, S_DATA };
    static const uint16_t sel3[] = { S_DATA3 | 3, S_CODE3 | 3, S_DATA3 | 3, S_DATA3 | 3,
                                     S_DATA3 | 3, S_DATA3 | 3 };
    for (unsigned i = 0; i < TSS_N; i++) {
        uint8_t *t = w->ram + TSS + TSS_STEP * i;
        bool user = fuzz_one_in(r, 2);
        for (unsigned k = 0; k < 0x68; k += 4)
            store_le32(t + k, some_value(r));
        for (unsigned k = 0; k < 3; k++) {
            store_le32(t + 4 + 8 * k, STACKS + 0x2000 * (i + 1) + 0x400 * k);
            store_le32(t + 8 + 8 * k, (fuzz_one_in(r, 12) ? some_selector(r) : S_DATA) | k);
        }
        store_le32(t + 0x1c, fuzz_one_in(r, 12) ? PDPT : PD);
        store_le32(t + 0x20, WORLD_CODE + fuzz_below(r, WORLD_CODE_SIZE));
        store_le32(t + 0x24, fuzz_rand(r) & (fuzz_one_in(r, 8) ? 0x3ffff : 0x7ed5));
        for (unsigned k = 0; k < 6; k++)
            store_le32(t + 0x48 + 4 * k,
                       fuzz_one_in(r, 20) ? some_selector(r) : user ? sel3[k] : sel[k]);
        store_le32(t + 0x60, S_LDT);
        store_le16(t + 0x64, fuzz_one_in(r, 16));
        store_le16(t + 0x66, (uint16_t)(fuzz_one_in(r, 8) ? fuzz_rand(r) : 0x68));
    }
}

/* ---- page tables ---- */

static uint32_t some_rights(struct fuzz_rng *r)
{
    uint32_t x = fuzz_rand(r);
    return (x & 0x160) | (x >> 12 & 31 ? 1 : 0) | (x >> 17 & 7 ? 2 : 0) | (x >> 20 & 3 ? 4 : 0);
}

static uint32_t some_frame(unsigned same, struct fuzz_rng *r)
{
    uint32_t x = fuzz_rand(r);
    return (x & 31 ? same & 0xff : x & 32 ? x >> 8 & 0xff : x >> 8 & 0xfffff) << 12;
}

static void fill_pages(struct world *w, struct fuzz_rng *r)
{
    for (unsigned i = 0; i < 1024; i++) {
        uint32_t x = fuzz_rand(r), dir = PT + 0x1000 * (i & 3);
        if (i && (x & 15) < 4)
            dir = (x & 1 ? x & 0xffc00000u : 0) | 0x80;
        store_le32(w->ram + PD + 4 * i, dir | some_rights(r));
        for (unsigned t = 0; t < 4; t++)
            store_le32(w->ram + PT + 0x1000 * t + 4 * i, some_frame(i, r) | some_rights(r));
    }
    store_le32(w->ram + PD, PT | 7);
    for (unsigned i = 0; i < 4; i++)
        store_le64(w->ram + PDPT + 8 * i, PAE_PD | (fuzz_one_in(r, 32) ? fuzz_rand(r) & 0x1ff : 1));
    for (unsigned i = 0; i < 512; i++) {
        uint64_t dir = PAE_PT + 0x1000 * (i & 1);
        if (i && fuzz_one_in(r, 4))
            dir = (fuzz_rand(r) & 0xe00000u) | 0x80;
        store_le64(w->ram + PAE_PD + 8 * i, dir | some_rights(r));
        for (unsigned t = 0; t < 2; t++)
            store_le64(w->ram + PAE_PT + 0x1000 * t + 8 * i,
                       (uint64_t)some_frame(i, r) | some_rights(r) |
                           (fuzz_one_in(r, 64) ? (uint64_t)fuzz_rand(r) << 32 : 0));
    }
    store_le64(w->ram + PAE_PD, PAE_PT | 7);
}

void world_fill(struct world *w, struct fuzz_rng *r)
{
    unsigned bits = fuzz_one_in(r, 2) ? 16 : 32;
    fill_gdt(w, r);
    fill_idt(w, r);
    fill_tss(w, r);
    fill_pages(w, r);
    for (unsigned i = 0; i < 0x1000; i += 4)
        store_le32(w->ram + DATA + i, some_value(r));
    for (unsigned i = 0; i < 0x10000; i += 0x1000)       /* something to return to */
        for (unsigned k = 0; k < 0x100; k += 4)
            store_le32(w->ram + STACKS + i + k, k & 4 ? some_selector(r) : some_value(r));
    world_code(w->ram + WORLD_CODE, WORLD_CODE_SIZE, bits, r);
}

/* ---- a state ---- */

static void set_seg(struct world *w, unsigned i, unsigned sel)
{
    const uint8_t *p = w->ram + GDT + (sel & 0x3f8);
    struct desc d = { (uint16_t)sel, load_le32(p), load_le32(p + 4), 0 };
    w->cpu.seg[i] = seg_of(&d, sel);
    w->cpu.seg[i].attr = (uint16_t)((w->cpu.seg[i].attr | SA_P) & 0xf0ff);
    if (i < 6)
        w->cpu.seg[i].attr |= SA_S | 1;
    seg_derive(&w->cpu.seg[i]);
}

static void enter_protected(struct world *w, struct fuzz_rng *r)
{
    struct cpu *c = &w->cpu;
    uint32_t x = fuzz_rand(r);
    bool wide = (x & 3) && c->model >= CPU_386, user = x & 4;
    static const uint16_t code[4] = { S_CODE16, S_CODE16_3 | 3, S_CODE, S_CODE3 | 3 };
    static const uint16_t data[4] = { S_DATA16, S_DATA16_3 | 3, S_DATA, S_DATA3 | 3 };
    c->cr0 |= CR0_PE;
    for (unsigned i = 0; i < 6; i++)
        set_seg(w, i, data[wide * 2 + user]);
    set_seg(w, SEG_CS, code[wide * 2 + user]);
    c->seg[SEG_CS].attr |= 0xa;
    set_seg(w, SEG_TR, S_TSS);
    c->seg[SEG_TR].attr |= DT_BUSY;
    set_seg(w, SEG_LDTR, S_LDT);
    c->cpl = user ? 3 : x >> 3 & 7 ? 0 : x >> 6 & 3;
    c->rip = wide ? WORLD_CODE : 0;
    if (wide && x & 0x100 && cpu_models[c->model].features & F_386) {
        bool pae = (cpu_models[c->model].features & F_PAE) && x & 0x200;
        c->cr0 |= CR0_PG;
        c->cr3 = pae ? PDPT : PD;
        if (pae)
            c->cr4 |= CR4_PAE;
    }
}

static void enter_v86(struct world *w, struct fuzz_rng *r)
{
    enter_protected(w, r);
    w->cpu.cpl = 3;
    w->cpu.eflags |= FL_VM;
    for (unsigned i = 0; i < 6; i++)
        load_segment_real(&w->cpu, i, (uint16_t)(i == SEG_CS ? WORLD_CODE >> 4 : STACKS >> 4));
    for (unsigned i = 0; i < 6; i++) {
        w->cpu.seg[i].attr = 0xf3;
        w->cpu.seg[i].limit = 0xffff;
        seg_derive(&w->cpu.seg[i]);
    }
    w->cpu.rip = 0;
}

static void enter_real(struct world *w, struct fuzz_rng *r)
{
    static const uint16_t at[] = { STACKS >> 4, DATA >> 4, 0, 0xffff, 0x9ff8, WINDOW >> 4 };
    for (unsigned i = 0; i < 6; i++)
        load_segment_real(&w->cpu, i, i == SEG_CS ? WORLD_CODE >> 4 : i == SEG_SS ? STACKS >> 4
                                      : at[fuzz_below(r, ARRAY_LEN(at))]);
    w->cpu.rip = 0;
}

static void some_x87(struct cpu *c, struct fuzz_rng *r)
{
    uint32_t x = fuzz_rand(r);
    c->x87.cw = (uint16_t)(x & 1 ? 0x37f : (x >> 1 & 0xf3f) | 0x40);
    c->x87.top = x >> 16 & 7;
    c->x87.empty = (uint8_t)(x >> 20);
    c->x87.sw = (uint16_t)(x & 0x100 ? 0 : x >> 3 & 0x47ff);
    for (unsigned i = 0; i < 8; i++)
        c->x87.r[i] = (struct f80){
            (uint64_t)fuzz_rand(r) << 32 | fuzz_rand(r),
            (uint16_t)(fuzz_one_in(r, 4) ? fuzz_rand(r) : 0x3ff0 + i * 5)
        };
}

static void some_control(struct world *w, struct fuzz_rng *r)
{
    struct cpu *c = &w->cpu;
    uint32_t f = cpu_models[c->model].features, x = fuzz_rand(r), cr4 = 0;
    cr4 |= f & F_VME ? CR4_VME | CR4_PVI : 0;
    cr4 |= f & F_TSC ? CR4_TSD : 0;
    cr4 |= f & F_DE ? CR4_DE : 0;
    cr4 |= f & F_PSE ? CR4_PSE : 0;
    cr4 |= f & F_PGE ? CR4_PGE | CR4_PCE : 0;
    cr4 |= f & F_FXSR ? CR4_OSFXSR : 0;
    c->cr4 = cr4 & x;
    c->cr0 &= ~(CR0_CD | CR0_NW);
    c->cr0 |= x >> 10 & 3 ? 0 : x >> 12 & (CR0_MP | CR0_EM | CR0_TS);
    if (f & F_486)
        c->cr0 |= x >> 8 & (CR0_NE | CR0_WP | CR0_AM);
    c->a20 = (x >> 24 & 15) != 0;
    c->msr.sysenter_cs = S_CODE;
    c->msr.sysenter_esp = STACKS + 0x1000;
    c->msr.sysenter_eip = WORLD_CODE + 0x100;
    if ((f & F_386) && fuzz_one_in(r, 8)) {
        for (unsigned i = 0; i < 4; i++)
            c->dr[i] = some_value(r);
        c->dr[7] = 0x400 | (fuzz_rand(r) & 0xffff03ff);
    }
}

void world_enter(struct world *w, struct fuzz_rng *r)
{
    struct cpu *c = &w->cpu;
    uint32_t x = fuzz_rand(r);
    cpu_reset(c, RESET_HARD);
    c->intr = false;
    c->pending = 0;
    c->gdtr = (struct dtr){ GDT_N * 8 - 1, GDT };
    some_control(w, r);
    some_x87(c, r);
    for (unsigned i = 0; i < 8; i++)
        c->gpr[i] = c->model < CPU_386 ? some_value(r) & 0xffff : some_value(r);
    c->gpr[R_SP] = c->model < CPU_386 || x & 1 ? 0x1000 : STACKS + 0x1000;
    uint32_t flags = fuzz_rand(r) & eflags_known(c) & ~(FL_VM | FL_RF | FL_TF);
    cpu_set_eflags(c, flags | (x >> 4 & 15 ? 0 : FL_TF));
    if (c->model == CPU_8086 || (x >> 8 & 3) == 0)
        enter_real(w, r);
    else if ((x >> 8 & 3) == 1 && c->model >= CPU_386)
        enter_v86(w, r);
    else
        enter_protected(w, r);
    if (c->cr0 & CR0_PE)
        c->idtr = (struct dtr){ 64 * 8 - 1, IDT };
    cpu_update_mode(c);
    tlb_flush_all(c);
}

void world_copy(struct world *to, struct world *from)
{
    struct buf b = { 0 };
    struct error err = { 0 };
    cpu_class.pre_save(&from->cpu);
    fields_save(&b, cpu_class.fields, &from->cpu);
    FUZZ_CHECK(fields_load(b.p, b.len, cpu_class.fields, &to->cpu), "its own state is refused");
    memcpy(to->ram, from->ram, WORLD_RAM);
    to->mix = from->mix;
    FUZZ_CHECK(cpu_class.post_load(&to->cpu, cpu_class.version, &err), "%s", err.text);
    buf_free(&b);
}
