/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs here: a processor with the selectors, page permissions and interrupt gates that a
 * program sees under Linux, or its supervisor. An exception goes through the IDT to CPL 0, where a
 * HLT for each vector stands; what was pushed tells how the program ended.
 */
#include "hostdiff.h"

#include <stdlib.h>

#include "cpu/block.h"
#include "cpu/desc.h"
#include "cpu/flags.h"
#include "cpu/mem.h"

#define RAM_SIZE  0x130000u
#define SYS       HD_SYS
#define SYS_PAGES (HD_SYS_SIZE >> 12)
#define PAGE_DIR  0x1000u
#define PT_LOW    0x2000u
#define PT_SYS    0x3000u
#define GDT       0x4000u
#define IDT       0x5000u
#define TSS       0x6000u
#define LDT       0x7000u
#define RING0_TOP 0x8000u
#define HANDLERS  0x8000u

struct emu {
    struct cpu cpu;
    struct bus mem, io;
    struct region ram_region;
    struct sched sched;
    uint8_t *ram;
    unsigned level;
};

static vtime no_time(void *owner, uint64_t icount) { return icount; }
static void remapped(void *owner, uint64_t base, uint64_t size)
{
    cpu_remapped(&((struct emu *)owner)->cpu, base, size);
}
static void code_written(void *owner, paddr a, unsigned n)
{
    cpu_code_write(&((struct emu *)owner)->cpu, a, n);
}

static void map_pages(struct emu *e, uint32_t table, uint32_t lin, paddr phys, unsigned n,
                      unsigned rights)
{
    store_le32(e->ram + PAGE_DIR + (lin >> 22) * 4, table | 0x67);
    for (unsigned i = 0; i < n; i++)
        store_le32(e->ram + table + ((lin >> 12 & 0x3ff) + i) * 4,
                   (uint32_t)(phys + i * 0x1000u) | 0x61 | rights);
}

static void put_desc(struct emu *e, unsigned sel, uint32_t base, uint32_t limit, unsigned attr)
{
    uint64_t d = (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 |
                 (uint64_t)(attr & 0xff) << 40 | (uint64_t)(limit >> 16 & 15) << 48 |
                 (uint64_t)(attr >> 12 & 15) << 52 | (uint64_t)(base >> 24) << 56;
    store_le64(e->ram + GDT + sel, d);
}

static void build_memory(struct emu *e)
{
    map_pages(e, PT_LOW, HD_CODE, HD_CODE, HD_CODE_SIZE >> 12, 6);
    map_pages(e, PT_LOW, HD_DATA, HD_DATA, HD_DATA_SIZE >> 12, 6);
    map_pages(e, PT_LOW, HD_STACK, HD_STACK, HD_STACK_SIZE >> 12, 6);
    map_pages(e, PT_SYS, SYS, 0, SYS_PAGES, 2);
    put_desc(e, 0x08, 0, 0xfffff, 0xc09b); /* Linux has one there, too */
    put_desc(e, 0x10, 0, 0xfffff, 0xc09b);
    put_desc(e, 0x18, 0, 0xfffff, 0xc093);
    put_desc(e, 0x20, 0, 0xfffff, 0xc0fb);
    put_desc(e, 0x28, 0, 0xfffff, 0xc0f3);
    /* 64-bit code, and the number of the processor: gen.c looks for who gets hold of these. */
    put_desc(e, 0x30, 0, 0xfffff, 0xc0fb);
    put_desc(e, 0x78, 0, 0, 0xf5);
    put_desc(e, 0x40, SYS + TSS, 0x67, 0x8b);
    put_desc(e, 0x50, HD_DATA + 0x3000, 0x7f, 0x82);   /* for supervisors: an LDT, */
    put_desc(e, 0x58, HD_DATA + 0x2000, 0x67, 0x89);   /* a task, */
    put_desc(e, 0x60, HD_CODE, 0xffff, 0x9b);          /* 16-bit code, */
    put_desc(e, 0x68, HD_DATA, 0xffff, 0x93);          /* data, */
    put_desc(e, 0x70, HD_STACK, 0xffff, 0x93);         /* and stack */
    for (unsigned i = 1; i < hd_ldt_count; i++)
        store_le64(e->ram + LDT + 8 * i, hd_ldt_bits(i));
    store_le32(e->ram + TSS + 4, SYS + RING0_TOP);
    store_le16(e->ram + TSS + 8, 0x18);
    store_le16(e->ram + TSS + 0x66, 0x68);
    for (unsigned v = 0; v < 32; v++) {
        uint32_t at = SYS + HANDLERS + v * 16;
        unsigned dpl = v == 3 || v == 4 ? 3 : 0;
        store_le64(e->ram + IDT + v * 8, (at & 0xffff) | 0x10u << 16 |
                                             (uint64_t)(0x8e00 | dpl << 13) << 32 |
                                             (uint64_t)(at >> 16) << 48);
        e->ram[HANDLERS + v * 16] = 0xf4;
    }
}

struct emu *emu_new(unsigned block_ops)
{
    struct emu *e = calloc(1, sizeof *e);
    if (!e || !(e->ram = calloc(1, RAM_SIZE)) || !bus_init(&e->mem, 32, 1u << 24) ||
        !bus_init(&e->io, 16, 0) || !cpu_init(&e->cpu, 0, CPU_MODEL_DEFAULT, 1024, block_ops))
        return NULL;
    e->mem.on_remap = remapped;
    e->mem.on_code_write = code_written;
    e->mem.owner = e;
    e->cpu.mem = &e->mem;
    e->cpu.io = &e->io;
    e->cpu.sched = &e->sched;
    e->cpu.time_at = no_time;
    bus_map_ram(&e->mem, &e->ram_region, "ram", e->ram, 0, RAM_SIZE, 0);
    build_memory(e);
    e->level = 3;
    return e;
}

void emu_free(struct emu *e)
{
    cpu_free(&e->cpu);
    bus_free(&e->mem);
    bus_free(&e->io);
    free(e->ram);
    free(e);
}

struct cpu *emu_cpu(struct emu *e) { return &e->cpu; }
uint8_t *emu_code(struct emu *e) { return e->ram + HD_CODE; }

uint8_t *emu_byte(struct emu *e, uint32_t a)
{
    if (a - HD_CODE < HD_CODE_SIZE || a - HD_DATA < HD_DATA_SIZE || a - HD_STACK < HD_STACK_SIZE)
        return e->ram + a;
    return NULL;
}

unsigned emu_code_bits(struct emu *e) { return e->cpu.seg[SEG_CS].attr & SA_DB ? 32 : 16; }

uint32_t emu_code_at(struct emu *e) { return (uint32_t)(e->cpu.seg[SEG_CS].base + e->cpu.rip); }

int emu_decode(struct emu *e, struct insn *in)
{
    const struct cpu *c = &e->cpu;
    uint32_t at = emu_code_at(e), rip = (uint32_t)c->rip, limit = c->seg[SEG_CS].limit;
    const uint8_t *p = emu_byte(e, at);
    size_t room = 0x1000 - at % 0x1000;
    *in = (struct insn){0};
    if (!p || rip > limit)
        return 0;
    if (room > 15)
        room = 15;
    if (limit - rip < room - 1)
        room = limit - rip + 1;
    struct decode_mode m = {(uint8_t)emu_code_bits(e), CPU_MODEL_DEFAULT};
    return insn_decode(&c->blocks->decoder, in, m, p, room);
}

uint32_t emu_offset(struct emu *e, const struct insn *in)
{
    const uint8_t *r = (const uint8_t *)e->cpu.gpr;
    uint32_t a = (uint32_t)(load_le64(r + in->base) + (load_le64(r + in->index) << in->scale)) +
                 (uint32_t)in->disp;
    return in->asize == 1 ? a & 0xffff : a;
}

uint32_t emu_address(struct emu *e, const struct insn *in)
{
    return emu_offset(e, in) + (uint32_t)e->cpu.seg[in->seg].base;
}

static void set_seg(struct seg *s, uint16_t sel, uint64_t base, uint32_t limit, uint16_t attr)
{
    *s = (struct seg){.sel = sel, .base = base, .limit = limit, .attr = attr};
    seg_derive(s);
}

static void set_x87(struct cpu *c, const struct hd_state *s)
{
    c->x87.cw = s->cw;
    c->x87.top = s->sw >> 11 & 7;
    c->x87.sw = (uint16_t)(s->sw & ~0x3800u);
    c->x87.empty = s->empty;
    for (unsigned i = 0; i < 8; i++)
        c->x87.r[(c->x87.top + i) & 7] = s->st[i];
}

static void load_seg(struct cpu *c, unsigned i, uint16_t sel)
{
    struct desc d;
    bool found;
    seg_null(&c->seg[i], sel);
    if (!sel_null(sel) && desc_peek(c, sel, &d, &found) && found)
        c->seg[i] = seg_of(&d, sel);
}

void emu_set_level(struct emu *e, unsigned level) { e->level = level; }

void emu_load(struct emu *e, const struct hd_state *s)
{
    struct cpu *c = &e->cpu;
    memcpy(e->ram + HD_CODE, s->mem, HD_CODE_SIZE);
    memcpy(e->ram + HD_DATA, s->mem + HD_CODE_SIZE, HD_DATA_SIZE);
    memcpy(e->ram + HD_STACK, s->mem + HD_CODE_SIZE + HD_DATA_SIZE, HD_STACK_SIZE);
    if (!e->level)
        build_memory(e); /* the program before may have changed it */
    c->icount = 0; /* before the reset, which starts the time-stamp counter */
    cpu_reset(c, RESET_POWER);
    for (unsigned i = 0; i < 8; i++)
        c->gpr[i] = s->gpr[i];
    set_seg(&c->seg[SEG_TR], 0x40, SYS + TSS, 0x67, 0x8b);
    if (e->level)
        set_seg(&c->seg[SEG_LDTR], 0x50, SYS + LDT, 8 * hd_ldt_count - 1, 0x82);
    else
        set_seg(&c->seg[SEG_LDTR], 0, 0, 0, 0);
    c->gdtr = (struct dtr){e->level ? 0x7f : 0x77, SYS + GDT};
    c->idtr = (struct dtr){32 * 8 - 1, SYS + IDT};
    c->cr0 = CR0_PE | CR0_PG | CR0_NE | CR0_ET | CR0_MP | CR0_WP | CR0_AM;
    c->cr3 = PAGE_DIR;
    c->cr4 = CR4_DE | CR4_OSFXSR;
    cpu_update_mode(c);
    for (unsigned i = 0; i < 6; i++)
        load_seg(c, i, s->seg[i]);
    c->cpl = (uint8_t)e->level;
    c->rip = s->eip;
    cpu_set_eflags(c, s->eflags);
    set_x87(c, s);
    cpu_update_mode(c);
    c->pending = 0;
}

bool emu_step(struct emu *e) { return emu_step_rows(e, NULL, ROW_ONE); }

bool emu_step_rows(struct emu *e, struct rows *r, enum row_engine engine)
{
    struct cpu *c = &e->cpu;
    rows_step(r, c, engine);
    return !(c->pending & PEND_SHUTDOWN) && (e->level ? c->cpl == 3 : !c->halted);
}

bool emu_run(struct emu *e, unsigned n)
{
    cpu_run(&e->cpu, n);
    return e->level ? e->cpu.cpl == 0 : e->cpu.halted;
}

/* Word i of the exception frame: on the supervisor's stack, or the program's own. */
static uint32_t frame_word(const struct emu *e, unsigned i)
{
    const struct cpu *c = &e->cpu;
    uint32_t sp = (uint32_t)(c->seg[SEG_SS].base + (c->gpr[R_SP] & stack_mask(c))) + 4 * i;
    uint32_t at = sp - SYS < HD_SYS_SIZE ? sp - SYS : sp;
    return at < RAM_SIZE - 4 ? load_le32(e->ram + at) : 0;
}

/* Did it end in a handler, and is there an error code in its frame? */
static bool in_handler(const struct emu *e, bool *code)
{
    const struct cpu *c = &e->cpu;
    uint32_t words = (SYS + RING0_TOP - (uint32_t)c->gpr[R_SP]) / 4;
    uint32_t vector = ((uint32_t)c->rip - SYS - HANDLERS) / 16;
    *code = e->level ? words == 6
                     : vector == EXC_DF || (vector >= EXC_TS && vector <= EXC_PF) ||
                           vector == EXC_AC;
    return e->level ? c->cpl == 0 && (words == 5 || words == 6) : vector < 32;
}

void emu_store(struct emu *e, struct hd_state *s)
{
    struct cpu *c = &e->cpu;
    bool code;
    for (unsigned i = 0; i < 8; i++)
        s->gpr[i] = (uint32_t)c->gpr[i];
    s->vector = 0xff;
    s->code = s->cr2 = 0;
    s->eip = (uint32_t)c->rip;
    s->eflags = cpu_eflags(c);
    for (unsigned i = 0; i < 6; i++)
        s->seg[i] = c->seg[i].sel;
    if (in_handler(e, &code)) {
        s->vector = ((uint32_t)c->rip - SYS - HANDLERS) / 16;
        s->code = code ? frame_word(e, 0) : 0;
        s->eip = frame_word(e, code);
        s->seg[SEG_CS] = (uint16_t)frame_word(e, code + 1u);
        s->eflags = frame_word(e, code + 2u);
        if (e->level)
            s->seg[SEG_SS] = (uint16_t)frame_word(e, code + 4u);
        s->gpr[R_SP] = e->level ? frame_word(e, code + 3u) : (uint32_t)c->gpr[R_SP] + 12 + 4 * code;
        s->cr2 = s->vector == EXC_PF ? (uint32_t)c->cr2 : 0;
    }
    s->cw = c->x87.cw;
    s->sw = (uint16_t)(c->x87.sw | c->x87.top << 11);
    s->empty = c->x87.empty;
    for (unsigned i = 0; i < 8; i++)
        s->st[i] = c->x87.r[(c->x87.top + i) & 7];
    memcpy(s->mem, e->ram + HD_CODE, HD_CODE_SIZE);
    memcpy(s->mem + HD_CODE_SIZE, e->ram + HD_DATA, HD_DATA_SIZE);
    memcpy(s->mem + HD_CODE_SIZE + HD_DATA_SIZE, e->ram + HD_STACK, HD_STACK_SIZE);
}

static bool alike(unsigned sel)
{
    return (sel & 0xfffc) ? (sel & 0xfffc) != 0x30 && (sel & 0xfffc) != 0x78 : sel == 0;
}

bool emu_selectors_alike(const struct emu *e)
{
    const struct cpu *c = &e->cpu;
    uint32_t words = (SYS + RING0_TOP - (uint32_t)c->gpr[R_SP]) / 4;
    uint32_t vector = ((uint32_t)c->rip - SYS - HANDLERS) / 16;
    for (unsigned i = 0; i < 6; i++)
        if ((c->cpl == 3 || (i != SEG_CS && i != SEG_SS)) && !alike(c->seg[i].sel))
            return false;
    if (c->cpl != 0 || words != 6 || vector < EXC_TS || vector > EXC_GP)
        return true;
    uint32_t code = frame_word(e, 0) & 0xfffc;
    return code != 0x30 && code != 0x78;
}
