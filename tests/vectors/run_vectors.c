/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_vectors FILE... - runs CPU test vectors captured from real processors.
 *
 * The files are XVEC containers, plain or gzipped: register sets 0 (16-bit real mode), 1 (32-bit
 * flat) and 2 (with x87/MMX state). A case that only a 286 would pass (class other than 0, or 8:
 * transcendental functions, compared to 1 ulp) does not count. Prints the failing forms, then "N
 * passed, N failed".
 *   --every=N     every N-th case only
 *   --form NAME   only that form    --verbose   every failing case    --block-ops N   block length
 *   --engine NAME interp, ir (whole blocks optimised, parts not), or check: both in lockstep
 *   --whole       not step by step: up to the HLT that follows
 *   --as C/A      sets 1 and 2 as C-bit code with A-bit addresses, as far as there are such forms
 *   --v86         set 0 in virtual-8086 mode, but for ports, PUSHF and what comes to an exception
 *   --rows FILE   writes down which rows of insns.def were executed (tests/rows)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cpu/block.h"
#include "cpu/cpu.h"
#include "cpu/flags.h"
#include "cpu/mem.h"
#include "cpu/operands.h"
#include "tests/rows/rows.h"
#include "tests/vectors/recode.h"

#define RAM_SIZE  (0x110000u + 0x20000u)
#define CODE_PAGE 0x100000u

struct rd { const uint8_t *p, *end; };       /* a bounded reader: bad files end the run */

static void need(struct rd *r, size_t n)
{
    if ((size_t)(r->end - r->p) < n) {
        fprintf(stderr, "run_vectors: the file is cut short or damaged\n");
        exit(2);
    }
}
static uint64_t get(struct rd *r, unsigned n)
{
    uint64_t v = 0;
    need(r, n);
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)*r->p++ << (8 * i);
    return v;
}
static const uint8_t *bytes(struct rd *r, size_t n)
{
    need(r, n);
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

struct runs { struct rd rd; unsigned n; };

struct test {
    unsigned       index, cls, vector, fmask, swmask, ilen, flags_addr;
    bool           exc;
    const uint8_t *insn, *fx_init, *fx_final;
    uint32_t       init[14], final[14], ds;
    struct runs    before, after;
};

struct env {
    struct cpu   cpu;
    struct bus   mem, io;
    struct region ram_region;
    struct sched sched;
    uint8_t     *ram, *expect;
    unsigned     set, every;
    bool         verbose, whole, v86;
    unsigned     code_bits, address_bits;
    struct rows *rows;
    enum row_engine engine;
    const char  *form;
    char         why[256];
    unsigned long passed, failed;
};

static vtime no_time(void *owner, uint64_t icount) { return icount; }
static void remapped(void *owner, uint64_t base, uint64_t size)
{
    struct env *e = owner;
    cpu_remapped(&e->cpu, base, size);
}
static void code_written(void *owner, paddr a, unsigned n)
{
    struct env *e = owner;
    cpu_code_write(&e->cpu, a, n);
}

static void runs_skip(struct rd *r, struct runs *out)
{
    out->n = (unsigned)get(r, 2);
    out->rd = *r;
    for (unsigned i = 0; i < out->n; i++) {
        need(r, 4);
        bytes(r, 4u + r->p[3]);
    }
    out->rd.end = r->p;
}

static void runs_put(const struct runs *in, uint8_t *ram)
{
    struct rd r = in->rd;
    for (unsigned i = 0; i < in->n; i++) {
        uint32_t word = (uint32_t)get(&r, 4), at = word & 0xffffff, n = word >> 24;
        const uint8_t *p = bytes(&r, n);
        if (at + n <= RAM_SIZE)
            memcpy(ram + at, p, n);
    }
}

static void runs_clear(const struct runs *in, uint8_t *ram)
{
    struct rd r = in->rd;
    for (unsigned i = 0; i < in->n; i++) {
        uint32_t word = (uint32_t)get(&r, 4), at = word & 0xffffff, n = word >> 24;
        bytes(&r, n);
        if (at + n <= RAM_SIZE)
            memset(ram + at, 0, n);
    }
}

static void read_test(struct rd *file, unsigned set, struct test *t)
{
    unsigned size = (unsigned)get(file, 2), n = set ? 10 : 14, w = set ? 4 : 2;
    struct rd r = { bytes(file, size), NULL };
    r.end = r.p + size;
    *t = (struct test){ .index = (unsigned)get(&r, 2) };
    t->cls = (unsigned)get(&r, 1);
    t->exc = get(&r, 1) & 1;
    t->vector = (unsigned)get(&r, 1);
    t->fmask = (unsigned)get(&r, 2);
    if (set)
        t->swmask = (unsigned)get(&r, 2);
    t->ilen = (unsigned)get(&r, 1);
    t->insn = bytes(&r, t->ilen);
    for (unsigned i = 0; i < n; i++)
        t->init[i] = t->final[i] = (uint32_t)get(&r, w);
    unsigned changed = (unsigned)get(&r, 2);
    for (unsigned i = 0; i < n; i++)
        if (changed >> i & 1)
            t->final[i] = (uint32_t)get(&r, w);
    if (!set && t->exc)
        t->flags_addr = (unsigned)get(&r, 4);
    if (set == 2) {
        t->fx_init = bytes(&r, 85);
        t->fx_final = bytes(&r, 85);
    }
    runs_skip(&r, &t->before);
    runs_skip(&r, &t->after);
}

/* ---- state ---- */

static const uint8_t order16[8] = { R_AX, R_BX, R_CX, R_DX, R_SP, R_BP, R_SI, R_DI };

static void set_seg(struct seg *s, uint16_t sel, uint64_t base, uint32_t limit, uint16_t attr)
{
    *s = (struct seg){ .sel = sel, .base = base, .limit = limit, .attr = attr };
    seg_derive(s);
}

static void set_fx(struct cpu *c, const uint8_t *fx)
{
    unsigned sw = load_le16(fx + 2);
    c->x87.cw = load_le16(fx);
    c->x87.top = sw >> 11 & 7;
    c->x87.sw = (uint16_t)(sw & ~0x3800u);
    c->x87.empty = (uint8_t)~fx[4];
    for (unsigned i = 0; i < 8; i++) {
        struct f80 *r = &c->x87.r[(c->x87.top + i) & 7];
        r->mant = load_le64(fx + 5 + 10 * i);
        r->se = load_le16(fx + 13 + 10 * i);
    }
}

/* As recoded: 16-bit code begins at its page; DS near the operand. */
static void set_other_code(struct env *e, uint32_t ds)
{
    struct cpu *c = &e->cpu;
    if (e->code_bits == 16) {
        set_seg(&c->seg[SEG_CS], 8, CODE_PAGE, 0xffffffff, SA_P | SA_S | SA_G | 0xb);
        c->rip -= CODE_PAGE;
    }
    c->seg[SEG_DS].base = ds;
}

/* With IOPL 3 and no interrupt table: any exception shuts the processor down. */
static void set_v86(struct cpu *c)
{
    c->cr0 |= CR0_PE;
    c->eflags |= FL_VM | FL_IOPL;
    c->cpl = 3;
    c->idtr = (struct dtr){ 0, 0 };
    for (unsigned i = 0; i < 6; i++)
        set_seg(&c->seg[i], c->seg[i].sel, c->seg[i].sel * 16u, 0xffff, SA_P | SA_S | SA_DPL | 3);
}

static void set_state(struct env *e, const struct test *t)
{
    struct cpu *c = &e->cpu;
    static const uint8_t segs16[4] = { SEG_CS, SEG_SS, SEG_DS, SEG_ES };
    cpu_reset(c, RESET_POWER);
    c->icount = 0;
    memset(c->gpr, 0, sizeof c->gpr);
    if (e->set == 0) {
        for (unsigned i = 0; i < 8; i++)
            c->gpr[order16[i]] = t->init[i < 4 ? i : i + 4];
        for (unsigned i = 0; i < 4; i++)
            set_seg(&c->seg[segs16[i]], (uint16_t)t->init[4 + i], t->init[4 + i] << 4, 0xffff,
                    SA_P | SA_S | (i ? 3 : 0xb));
        c->rip = t->init[12];
        cpu_set_eflags(c, t->init[13] | 2);
        if (e->v86)
            set_v86(c);
    } else {
        for (unsigned i = 0; i < 8; i++)
            c->gpr[i] = t->init[i];
        for (unsigned i = 0; i < 6; i++)
            set_seg(&c->seg[i], i == SEG_CS ? 8 : 16, 0, 0xffffffff,
                    SA_P | SA_S | SA_DB | SA_G | (i == SEG_CS ? 0xb : 3));
        c->cr0 |= CR0_PE | CR0_NE;
        c->rip = t->init[8];
        cpu_set_eflags(c, t->init[9] | 2);
        set_other_code(e, t->ds);
        if (t->fx_init)
            set_fx(c, t->fx_init);
    }
    cpu_update_mode(c);
    c->pending = 0;
    c->halted = false;
}

static bool fail(struct env *e, const char *what, uint64_t got, uint64_t want)
{
    if (!e->why[0])
        snprintf(e->why, sizeof e->why, "%s is %llx, should be %llx", what, (unsigned long long)got,
                 (unsigned long long)want);
    return false;
}

static bool check(struct env *e, const char *what, uint64_t got, uint64_t want)
{
    return got == want || fail(e, what, got, want);
}

static bool same_runs(const struct env *e, const struct runs *in)
{
    struct rd r = in->rd;
    for (unsigned i = 0; i < in->n; i++) {
        uint32_t word = (uint32_t)get(&r, 4), at = word & 0xffffff, n = word >> 24;
        bytes(&r, n);
        if (at + n <= RAM_SIZE && memcmp(e->ram + at, e->expect + at, n))
            return false;
    }
    return true;
}

/* All of memory is compared after every sixteenth case, where a stray store stays until then; by
 * the interpreter in blocks of one after every case. */
static bool check_memory(struct env *e, const struct test *t, uint64_t flags_at, unsigned fmask)
{
    bool sparse = e->engine != ROW_ONE && (e->passed + e->failed) % 16;
    if (sparse ? same_runs(e, &t->before) && same_runs(e, &t->after)
               : !memcmp(e->ram, e->expect, RAM_SIZE))
        return true;
    for (uint32_t i = 0; i < RAM_SIZE; i++) {
        uint8_t got = e->ram[i], want = e->expect[i];
        if (got == want)
            continue;
        if (t->exc && e->set == 0 && (i == flags_at || i == flags_at + 1)) {
            uint8_t m = (uint8_t)(i == flags_at ? fmask : fmask >> 8);
            if (!((got ^ want) & m & (i == flags_at ? 0xff : 0x0f)))
                continue;
        }
        char what[32];
        snprintf(what, sizeof what, "memory at %06x", (unsigned)i);
        return fail(e, what, got, want);
    }
    return true;
}

/* ---- one case ---- */

static bool run16(struct env *e, const struct test *t)
{
    struct cpu *c = &e->cpu;
    static const char *const names[8] = { "AX", "BX", "CX", "DX", "SP", "BP", "SI", "DI" };
    if (e->whole)
        cpu_run(c, 5000);
    for (unsigned i = 0; i < 5000 && !c->halted && !(c->pending & PEND_SHUTDOWN); i++)
        rows_step(e->rows, c, e->engine);
    if (e->v86 && c->last_fault.vector == EXC_GP && e->ram[c->seg[SEG_CS].base + c->rip] == 0xf4) {
        c->halted = true;                    /* HLT is not the program's */
        c->rip++;
    }
    if (!c->halted)
        return fail(e, "halted", 0, 1);
    bool ok = true;
    for (unsigned i = 0; i < 8; i++)
        ok &= check(e, names[i], c->gpr[order16[i]] & 0xffff, t->final[i < 4 ? i : i + 4]);
    ok &= check(e, "CS", c->seg[SEG_CS].sel, t->final[4]);
    ok &= check(e, "SS", c->seg[SEG_SS].sel, t->final[5]);
    ok &= check(e, "DS", c->seg[SEG_DS].sel, t->final[6]);
    ok &= check(e, "ES", c->seg[SEG_ES].sel, t->final[7]);
    ok &= check(e, "IP", c->rip & 0xffff, t->final[12]);
    ok &= check(e, "FLAGS", cpu_eflags(c) & t->fmask & 0xfff, t->final[13] & t->fmask & 0xfff);
    return ok & check_memory(e, t, t->flags_addr, t->fmask);
}

static bool hlt_at(const struct env *e, uint32_t a) { return a < RAM_SIZE && e->expect[a] == 0xf4; }

/* Runs until the instruction is done or has faulted; a fault is seen in c->fault before delivery by
 * making delivery impossible: an empty IDT shuts the processor down at the faulting state. */
static bool run32(struct env *e, const struct test *t)
{
    struct cpu *c = &e->cpu;
    static const char *const names[8] = { "EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI" };
    uint64_t start = c->rip;
    int vector = -1;
    c->idtr = (struct dtr){ 0, 0 };
    if (e->whole && (t->exc || hlt_at(e, t->final[8]))) {
        cpu_run(c, 5000);
        c->rip -= c->halted;
    }
    for (unsigned i = 0; i < 5000 && c->rip == start && !(c->pending & PEND_SHUTDOWN); i++)
        rows_step(e->rows, c, e->engine);
    if (c->pending & PEND_SHUTDOWN) {
        vector = c->last_fault.vector;
        /* INTO found no gate: its own vector */
        if (vector == EXC_GP && (c->last_fault.code & 2))
            vector = (int)(c->last_fault.code >> 3);
    }
    bool ok = check(e, "the vector raised", (uint64_t)(int64_t)vector,
                    (uint64_t)(int64_t)(t->exc ? (int)t->vector : -1));
    for (unsigned i = 0; i < 8; i++)
        ok &= check(e, names[i], c->gpr[i], t->final[i]);
    if (!(t->exc && t->vector == EXC_OF))
        ok &= check(e, "EIP", c->rip, t->final[8] - (e->code_bits == 16 ? CODE_PAGE : 0));
    ok &= check(e, "EFLAGS", cpu_eflags(c) & t->fmask & 0xfff, t->final[9] & t->fmask & 0xfff);
    return ok & check_memory(e, t, UINT64_MAX, 0);
}

/* Distance in units of the last place; huge when the formats are not comparable. */
static uint64_t ulps(uint16_t se1, uint64_t m1, uint16_t se2, uint64_t m2)
{
    if (se1 == se2)
        return m1 > m2 ? m1 - m2 : m2 - m1;
    if ((uint16_t)(se1 + 1) == se2 && m2 == UINT64_C(1) << 63)
        return 0 - m1;
    if ((uint16_t)(se2 + 1) == se1 && m1 == UINT64_C(1) << 63)
        return 0 - m2;
    return UINT64_MAX;
}

static bool check_fx(struct env *e, const struct test *t)
{
    struct cpu *c = &e->cpu;
    const uint8_t *fx = t->fx_final;
    unsigned sw = (unsigned)c->x87.sw | (unsigned)c->x87.top << 11;
    bool ok = check(e, "CW", c->x87.cw & 0x1f3f, load_le16(fx) & 0x1f3f);
    ok &= check(e, "SW", sw & t->swmask, load_le16(fx + 2) & t->swmask);
    ok &= check(e, "tags", (uint8_t)~c->x87.empty, fx[4]);
    for (unsigned i = 0; i < 8; i++) {
        const struct f80 *r = &c->x87.r[(c->x87.top + i) & 7];
        uint64_t m = load_le64(fx + 5 + 10 * i);
        uint16_t se = load_le16(fx + 13 + 10 * i);
        char what[24];
        snprintf(what, sizeof what, "ST%u", i);
        if (t->cls == 8 && ulps(r->se, r->mant, se, m) <= 1)
            continue;
        ok &= check(e, what, r->mant, m);
        ok &= check(e, what, r->se, se);
    }
    return ok;
}

static void run_test(struct env *e, const char *form, const struct test *t)
{
    uint32_t at = e->set ? t->init[8] : (t->init[4] << 4) + t->init[12];
    if (e->set) {
        memset(e->ram + CODE_PAGE, 0xf4, 4096);
        memset(e->expect + CODE_PAGE, 0xf4, 4096);
        if (at + t->ilen <= RAM_SIZE) {
            memcpy(e->ram + at, t->insn, t->ilen);
            memcpy(e->expect + at, t->insn, t->ilen);
        }
    }
    runs_put(&t->before, e->ram);
    runs_put(&t->before, e->expect);
    runs_put(&t->after, e->expect);
    blocks_flush(&e->cpu);
    tlb_flush_all(&e->cpu);
    set_state(e, t);
    e->why[0] = 0;
    bool ok = e->set ? run32(e, t) : run16(e, t);
    if (cpu_mismatch(&e->cpu)) {
        printf("%s", cpu_mismatch(&e->cpu));
        exit(1);
    }
    if (e->set == 2)
        ok &= check_fx(e, t);
    if (ok) {
        e->passed++;
    } else {
        e->failed++;
        if (e->verbose) {
            printf("%s #%u:", form, t->index);
            for (unsigned i = 0; i < t->ilen; i++)
                printf(" %02x", t->insn[i]);
            printf(": %s\n", e->why);
        }
    }
    if (!ok) {                               /* anything may have been written */
        memset(e->ram, 0, RAM_SIZE);
        memset(e->expect, 0, RAM_SIZE);
        return;
    }
    runs_clear(&t->before, e->ram);
    runs_clear(&t->after, e->ram);
    runs_clear(&t->before, e->expect);
    runs_clear(&t->after, e->expect);
    if (e->set) {
        memset(e->ram + at, 0, t->ilen);
        memset(e->expect + at, 0, t->ilen);
    }
}

/* Is it the same in virtual-8086 mode? */
static bool v86_has(struct env *e, const struct test *t)
{
    struct insn in;
    if (e->set || t->exc || insn_decode(&e->cpu.blocks->decoder, &in,
                                        (struct decode_mode){ 16, CPU_MODEL_DEFAULT }, t->insn,
                                        t->ilen) <= 0)
        return false;
    const struct insn_row *r = &insn_rows[in.id];
    return !(r->attr & (IO | PRIV)) && strcmp(r->name, "pushf");
}

static void run_form(struct env *e, struct rd *file)
{
    uint32_t size = (uint32_t)get(file, 4);
    struct rd r = { bytes(file, size), NULL };
    r.end = r.p + size;
    char name[64] = { 0 };
    unsigned n = (unsigned)get(&r, 1);
    const uint8_t *p = bytes(&r, n);
    memcpy(name, p, n < 63 ? n : 63);
    bytes(&r, 3);
    unsigned cases = (unsigned)get(&r, 2);
    unsigned long passed = e->passed, failed = e->failed;
    if (e->form && strcmp(e->form, name))
        return;
    for (unsigned i = 0; i < cases; i++) {
        struct test t;
        read_test(&r, e->set, &t);
        if (i % e->every || (t.cls != 0 && t.cls != 8))
            continue;
        struct recoded other;
        if (e->v86 && !v86_has(e, &t))
            continue;
        if (!e->code_bits) {
            run_test(e, name, &t);
        } else if (e->set && recode(&e->cpu.blocks->decoder, t.insn, t.ilen, t.init, e->code_bits,
                                    e->address_bits, &other)) {
            if (!t.exc)
                t.final[8] += other.n - t.ilen;
            t.insn = other.bytes;
            t.ilen = other.n;
            t.ds = other.ds;
            run_test(e, name, &t);
        }
    }
    if (e->failed > failed)
        printf("%-10s %lu of %lu fail\n", name, e->failed - failed,
               e->failed - failed + e->passed - passed);
}

static uint8_t *slurp(const char *path, size_t *n)
{
    gzFile f = gzopen(path, "rb");
    size_t cap = 1u << 20;
    uint8_t *p = malloc(cap);
    int got;
    *n = 0;
    while (f && p && (got = gzread(f, p + *n, (unsigned)(cap - *n))) > 0) {
        *n += (size_t)got;
        if (*n == cap)
            p = realloc(p, cap *= 2);
    }
    if (!f || !p || !*n) {
        fprintf(stderr, "run_vectors: cannot read %s\n", path);
        exit(2);
    }
    gzclose(f);
    return p;
}

static void run_file(struct env *e, const char *path)
{
    size_t n;
    uint8_t *data = slurp(path, &n);
    struct rd r = { data, data + n };
    if (memcmp(bytes(&r, 4), "XVEC", 4) || get(&r, 2) != 1 || (e->set = (unsigned)get(&r, 2)) > 2) {
        fprintf(stderr, "run_vectors: %s is not a vector file of a version known here\n", path);
        exit(2);
    }
    unsigned forms = (unsigned)get(&r, 4);
    get(&r, 4);
    for (unsigned i = 0; i < forms; i++)
        run_form(e, &r);
    if (memcmp(e->ram, e->expect, RAM_SIZE)) {
        printf("%s: a stray store\n", path);
        e->failed++;
    }
    free(data);
}

/* ---- the command line ---- */

struct options {
    const char *engine, *rows, *files[32];
    unsigned block_ops, n_files;
};

static bool options(struct env *e, struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(a, "--verbose")) {
            e->verbose = true;
        } else if (!strcmp(a, "--v86")) {
            e->v86 = true;
        } else if (!strcmp(a, "--whole")) {
            e->whole = true;
        } else if (!strncmp(a, "--every=", 8) && atoi(a + 8) > 0) {
            e->every = (unsigned)atoi(a + 8);
        } else if (strncmp(a, "--", 2)) {
            if (o->n_files == ARRAY_LEN(o->files))
                return false;
            o->files[o->n_files++] = a;
        } else if (!v) {
            return false;
        } else {
            i++;
            if (!strcmp(a, "--form"))
                e->form = v;
            else if (!strcmp(a, "--block-ops"))
                o->block_ops = (unsigned)atoi(v);
            else if (!strcmp(a, "--as") && sscanf(v, "%u/%u", &e->code_bits, &e->address_bits) == 2)
                continue;
            else if (!strcmp(a, "--rows"))
                o->rows = v;
            else if (!strcmp(a, "--engine"))
                o->engine = v;
            else
                return false;
        }
    }
    e->engine = !strcmp(o->engine, "check") ? ROW_CHECK : !strcmp(o->engine, "ir") ? ROW_IR
                : o->block_ops == 1                                             ? ROW_ONE
                                                                                : ROW_LONG;
    return o->n_files > 0 && (e->engine != ROW_LONG || !strcmp(o->engine, "interp"));
}

static bool prepare(struct env *e, const struct options *o)
{
    e->ram = calloc(1, RAM_SIZE);
    e->expect = calloc(1, RAM_SIZE);
    e->rows = o->rows ? rows_new() : NULL;
    if (!e->ram || !e->expect || (o->rows && !e->rows) || !bus_init(&e->mem, 32, 1u << 24) ||
        !bus_init(&e->io, 16, 0) ||
        !cpu_init(&e->cpu, 0, CPU_MODEL_DEFAULT, 1024, o->block_ops))
        return false;
    e->mem.on_remap = remapped;
    e->mem.on_code_write = code_written;
    e->mem.owner = e;
    e->cpu.mem = &e->mem;
    e->cpu.io = &e->io;
    e->cpu.sched = &e->sched;
    e->cpu.time_at = no_time;
    bus_map_ram(&e->mem, &e->ram_region, "ram", e->ram, 0, RAM_SIZE, 0);
    return cpu_set_engine(&e->cpu, e->engine == ROW_IR ? CPU_IR : CPU_INTERP,
                          e->engine == ROW_CHECK);
}

int main(int argc, char **argv)
{
    struct env *e = calloc(1, sizeof *e);
    struct options o = {.engine = "interp"};
    e->every = 1;
    if (!options(e, &o, argc, argv)) {
        fprintf(stderr, "usage: run_vectors [--every=N] [--form NAME] [--verbose] [--block-ops N]\n"
                        "       [--engine interp|ir|check] [--whole] [--as 16/32|16/16|32/16]\n"
                        "       [--v86] [--rows FILE] FILE...\n");
        return 2;
    }
    if (!prepare(e, &o))
        return 2;
    for (unsigned i = 0; i < o.n_files; i++)
        run_file(e, o.files[i]);
    printf("%lu passed, %lu failed\n", e->passed, e->failed);
    bool good = e->passed && !e->failed;
    if (good && o.rows && !rows_write(e->rows, o.rows, "vectors")) {
        fprintf(stderr, "run_vectors: cannot write %s\n", o.rows);
        return 2;
    }
    cpu_free(&e->cpu);
    bus_free(&e->mem);
    bus_free(&e->io);
    rows_free(e->rows);
    free(e->ram);
    free(e->expect);
    free(e);
    return good ? 0 : 1;
}
