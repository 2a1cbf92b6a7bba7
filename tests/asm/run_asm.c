/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests in assembly: run_asm [--rows FILE] [--here | --native] TEST.asm TEST32.bin [TEST16.bin].
 * The source's first comment block tells what goes in and what must come out; the binaries are what
 * nasm made of it for each size. --rows writes down which rows of insns.def were executed
 * (tests/rows); --here runs nothing on the host's processor, --native nothing on ours.
 *
 *   ; in: eax=12345678 ecx=2 flags=1      registers (others are 0, ESP points into the stack)
 *   ; out: eax=0 flags=44 mask=8d5        what must hold when the program reaches its INT3; flags
 *                                         are compared under mask, without one all arithmetic ones
 *   ; out: vector=e code=4 cr2=114000 eip=100105      or how it must fault
 *   ; native: no                          not to be run on the host's processor
 *   ; native: ldt                         only where that has the segments of hostdiff's ldt.c
 *   ; differs: amd                        that vendor's processors meet something of hostdiff's
 *                                         vendor.c
 *   ; level: 0                            runs as the supervisor, CPL 0; emu.c has its descriptors.
 *                                         A HLT of its own ends it with vector=ff
 * All numbers are hexadecimal. x87 registers: st0=3fff8000000000000000, sw, cw;
 * mm0=0123456789abcdef.
 *
 * The source is assembled with BITS 16 or 32 in BITSIZE and the offset of its 16 KB of data in
 * DATA; it begins at offset ORG of its code segment. Each runs in blocks of one instruction, in
 * long blocks, in the IR executor, in both engines in lockstep, and natively where the host can;
 * and in each engine again step by step, which must come to the same end. Exit status: 0 all well,
 * 1 not, 2 trouble, 77 all well but natively, where something could not be compared because the
 * host's vendor does otherwise.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/hostdiff/hostdiff.h"

#define STEPS 100000u
#define START 0x100u /* ORG, from the beginning of the code page */

struct value {
    char name[12];
    char digits[24];
};
struct list {
    struct value v[24];
    unsigned n;
};
struct test {
    struct list in, out;
    bool native, ldt;
    bool not_here, not_native; /* not to be run on our processor, on the host's */
    unsigned differs; /* bit v: on processors of vendor v */
    unsigned level;
};

static const char *const regs[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

static void add_values(struct list *l, const char *s)
{
    while (*s && l->n < ARRAY_LEN(l->v)) {
        struct value *v = &l->v[l->n];
        int used = 0;
        if (sscanf(s, " %11[a-z0-9]=%23[0-9a-f]%n", v->name, v->digits, &used) < 2)
            break;
        l->n++;
        s += used;
    }
}

static bool read_header(const char *path, struct test *t)
{
    char line[400];
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    t->native = true;
    t->level = 3;
    while (fgets(line, sizeof line, f) && line[0] == ';') {
        if (!strncmp(line, "; in:", 5))
            add_values(&t->in, line + 5);
        else if (!strncmp(line, "; out:", 6))
            add_values(&t->out, line + 6);
        else if (!strncmp(line, "; native: no", 12))
            t->native = false;
        else if (!strncmp(line, "; level: 0", 10))
            t->level = 0, t->native = false;
        else if (!strncmp(line, "; native: ldt", 13))
            t->ldt = true;
        else if (!strncmp(line, "; differs: amd", 14))
            t->differs |= 1u << HD_AMD;
    }
    fclose(f);
    return t->out.n > 0;
}

static uint64_t number(const char *digits) { return strtoull(digits, NULL, 16); }

static struct f80 number80(const char *digits)
{
    char head[5] = {0};
    size_t n = strlen(digits);
    memcpy(head, digits, n > 16 ? n - 16 < 4 ? n - 16 : 4 : 0);
    return (struct f80){number(n > 16 ? digits + n - 16 : digits), (uint16_t)number(head)};
}

static void set_start(const struct test *t, unsigned bits, struct hd_state *s)
{
    hd_flat(s);
    if (!t->level) {
        memset(s->seg, 0, sizeof s->seg);
        s->seg[SEG_CS] = bits == 16 ? 0x60 : 0x10;
        s->seg[SEG_SS] = bits == 16 ? 0x70 : 0x18;
        s->seg[SEG_DS] = s->seg[SEG_ES] = bits == 16 ? 0x68 : 0x18;
    } else if (bits == 16) {
        s->seg[SEG_CS] = HD_SEL_CODE16;
        s->seg[SEG_DS] = s->seg[SEG_ES] = HD_SEL_DATA16;
        s->seg[SEG_SS] = HD_SEL_STACK16;
    }
    s->eip = (bits == 32 ? HD_CODE : 0) + START;
    s->gpr[R_SP] = (bits == 32 ? HD_STACK : 0) + 0x800;
    s->eflags = 0x202;
    s->cw = 0x37f;
    s->empty = 0xff;
    for (unsigned i = 0; i < t->in.n; i++) {
        const struct value *v = &t->in.v[i];
        for (unsigned r = 0; r < 8; r++)
            if (!strcmp(v->name, regs[r]))
                s->gpr[r] = (uint32_t)number(v->digits);
        if (!strcmp(v->name, "flags"))
            s->eflags = 0x202 | (uint32_t)number(v->digits);
        if (!strcmp(v->name, "cw"))
            s->cw = (uint16_t)number(v->digits);
        if (!strncmp(v->name, "st", 2)) {
            s->st[v->name[2] & 7] = number80(v->digits);
            s->empty &= (uint8_t) ~(1u << (v->name[2] & 7));
        }
    }
}

/* The value of that name in a final state; false: there is no such name. */
static bool value_of(const struct hd_state *s, const char *name, uint64_t *v)
{
    *v = 0;
    for (unsigned r = 0; r < 8; r++)
        if (!strcmp(name, regs[r]))
            *v = s->gpr[r];
    if (!strcmp(name, "vector"))
        *v = s->vector;
    else if (!strcmp(name, "code"))
        *v = s->code & ~0x10u;
    else if (!strcmp(name, "cr2"))
        *v = s->cr2;
    else if (!strcmp(name, "eip"))
        *v = s->eip;
    else if (!strcmp(name, "cw"))
        *v = s->cw;
    else if (!strcmp(name, "sw"))
        *v = s->sw;
    else if (!strncmp(name, "mm", 2)) /* physical registers; TOP is 0 after MMX */
        *v = s->st[(unsigned)((name[2] & 7) - (s->sw >> 11)) & 7].mant;
    else
        return name[0] == 'e' && strlen(name) == 3;
    return true;
}

/* What got stands for where it may differ from what is wanted. */
static void forgive(const char *name, uint64_t want, uint64_t *got, const struct hd_state *s,
                    const struct hd_state *ours, const struct hd_mask *m)
{
    bool end = !strcmp(name, "vector") || !strcmp(name, "code") || !strcmp(name, "cr2");
    if ((end && vendor_ends(m, ours, s)) || (!strcmp(name, "eip") && m->back && s->eip == m->eip))
        *got = want;
}

/* how: NULL to say nothing. ours and m: where another vendor's processor ran it, our end and what
 * may differ; NULL: nothing may. */
static bool check(const struct test *t, const struct hd_state *s, const char *how,
                  const struct hd_state *ours, const struct hd_mask *m)
{
    uint32_t mask = FL_ARITH;
    uint64_t got, want;
    bool ok = true, vector = false;
    for (unsigned i = 0; i < t->out.n; i++) {
        const struct value *v = &t->out.v[i];
        if (!strcmp(v->name, "mask"))
            mask = (uint32_t)number(v->digits);
        vector |= !strcmp(v->name, "vector");
    }
    mask &= m ? ~m->flags : ~0u;
    if (!vector && s->vector != EXC_BP) {
        if (how)
            printf("%s: ended with vector %x at %x\n", how, (unsigned)s->vector, (unsigned)s->eip);
        return false;
    }
    for (unsigned i = 0; i < t->out.n; i++) {
        const struct value *v = &t->out.v[i];
        want = number(v->digits);
        if (!strcmp(v->name, "mask"))
            continue;
        if (!strcmp(v->name, "flags")) {
            got = s->eflags & mask;
            want &= m ? mask : ~UINT64_C(0);
        } else if (!strncmp(v->name, "st", 2)) {
            struct f80 a = s->st[v->name[2] & 7], b = number80(v->digits);
            got = a.mant;
            want = a.se == b.se ? b.mant : ~a.mant;
        } else if (!value_of(s, v->name, &got)) {
            printf("no such name: %s\n", v->name);
            return false;
        }
        if (m)
            forgive(v->name, want, &got, s, ours, m);
        ok &= got == want;
        if (got != want && how)
            printf("%s: %s is %llx, should be %llx\n", how, v->name, (unsigned long long)got,
                   (unsigned long long)want);
    }
    return ok;
}

static bool read_binary(const char *path, struct hd_state *s)
{
    memset(s, 0, sizeof *s);
    memset(s->mem, 0xcc, HD_CODE_SIZE);
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    size_t n = fread(s->mem + START, 1, HD_CODE_SIZE - START, f);
    fclose(f);
    return n > 0;
}

static struct emu *engine(enum row_engine k)
{
    struct emu *e = emu_new(k == ROW_ONE ? 1 : 0);
    if (!e || (k >= ROW_IR && !cpu_set_engine(emu_cpu(e), k == ROW_IR ? CPU_IR : CPU_INTERP,
                                              k == ROW_CHECK)))
        exit(2);
    return e;
}

static bool same(const struct hd_state *a, const struct hd_state *b)
{
    for (unsigned i = 0; i < 8; i++)
        if (a->st[i].mant != b->st[i].mant || a->st[i].se != b->st[i].se)
            return false;
    return !memcmp(a->gpr, b->gpr, sizeof a->gpr) && a->eip == b->eip && a->eflags == b->eflags &&
           a->cw == b->cw && a->sw == b->sw && a->empty == b->empty && a->vector == b->vector &&
           a->code == b->code && a->cr2 == b->cr2 && !memcmp(a->mem, b->mem, sizeof a->mem);
}

/* Step by step to the same end, recorded. */
static bool run_again(struct emu *e, enum row_engine k, const struct hd_state *start,
                      const struct hd_state *end, struct rows *rows, const char *how)
{
    static struct hd_state again;
    unsigned steps = 0;
    emu_load(e, start);
    while (emu_step_rows(e, rows, k) && steps < STEPS)
        steps++;
    cpu_run(emu_cpu(e), 1); /* the handler's HLT */
    emu_store(e, &again);
    if (same(&again, end))
        return true;
    printf("%s: another end step by step\n", how);
    return false;
}

static bool run_here(const struct test *t, unsigned bits, const struct hd_state *start,
                     struct rows *rows)
{
    static const char *const names[ROW_ENGINES] = {"one-instruction blocks", "long blocks", "IR",
                                                   "lockstep"};
    static struct hd_state end;
    bool ok = true;
    for (enum row_engine k = ROW_ONE; k < ROW_ENGINES; k++) {
        struct emu *e = engine(k);
        char how[64];
        snprintf(how, sizeof how, "%u bits, %s", bits, names[k]);
        emu_set_level(e, t->level);
        emu_load(e, start);
        if (!emu_run(e, STEPS)) {
            printf("%s: does not end\n", how);
            ok = false;
        }
        emu_store(e, &end);
        ok &= check(t, &end, how, NULL, NULL) && run_again(e, k, start, &end, rows, how);
        if (cpu_mismatch(emu_cpu(e))) {
            printf("%s: %s", how, cpu_mismatch(emu_cpu(e)));
            ok = false;
        }
        emu_free(e);
    }
    return ok;
}

/* Followed step by step: our end, and what a vendor's processors do otherwise on the way. False:
 * it cannot be told what comes of it. */
static bool follow(enum hd_vendor v, const struct hd_state *start, struct hd_state *ours,
                   struct hd_mask *m)
{
    struct emu *e = engine(ROW_ONE);
    enum hd_step step = HD_GOING;
    *m = (struct hd_mask){0};
    emu_load(e, start);
    for (unsigned i = 0; i < STEPS && step == HD_GOING; i++)
        step = vendor_step(v, e, m);
    emu_store(e, ours);
    emu_free(e);
    return step == HD_ENDED && !m->n_holes;
}

/* Is a difference of AMD's met where the source says so? Known on any host. */
static bool differs_as_told(const struct test *t, unsigned met)
{
    if (met == t->differs)
        return true;
    printf("its '; differs:' should %sname %s\n", met ? "" : "not ", vendor_name(HD_AMD));
    return false;
}

static unsigned differences(const struct hd_state *start)
{
    static struct hd_state end;
    struct hd_mask m;
    follow(HD_AMD, start, &end, &m);
    return m.why ? 1u << HD_AMD : 0;
}

#ifdef HAVE_NATIVE
/* It came to another end natively: is it one that the host's vendor explains? */
static bool explained(const struct test *t, const struct hd_state *start,
                      const struct hd_state *end)
{
    static struct hd_state ours;
    struct hd_mask m;
    bool told = follow(native_vendor(), start, &ours, &m);
    if (!m.why || (told && !check(t, end, NULL, &ours, &m)))
        return false;
    printf("natively: not compared in full: on %s, %s\n", vendor_name(native_vendor()), m.why);
    return true;
}

/* *part: something could not be compared. */
static bool run_native(const struct test *t, unsigned bits, const struct hd_state *start,
                       bool *part)
{
    struct native *n = native_new(); /* NULL: a kernel without 32-bit programs */
    struct hd_state *end = calloc(1, sizeof *end);
    bool can = n && end && ((bits == 32 && !t->ldt) || native_has_ldt(n)), ok = true;
    if (!can && t->not_here) {
        printf("natively: %u-bit code of this kind does not run here\n", bits);
        *part = true;
    }
    if (can && (!native_run(n, start, end) || !check(t, end, NULL, NULL, NULL))) {
        ok = explained(t, start, end);
        *part |= ok;
        ok = ok || check(t, end, "natively", NULL, NULL);
    }
    if (n)
        native_free(n);
    free(end);
    return ok;
}
#else
static bool run_native(const struct test *t, unsigned bits, const struct hd_state *start,
                       bool *part)
{
    return true;
}
#endif

/* The number of words taken from the command line, 0: it is wrong. */
static int options(int argc, char **argv, const char **rows, struct test *t)
{
    int i = 1;
    if (argc > 2 && !strcmp(argv[1], "--rows"))
        *rows = argv[2], i = 3;
    t->not_here = argc > i && !strcmp(argv[i], "--native");
    t->not_native = argc > i && !strcmp(argv[i], "--here");
    i += t->not_here || t->not_native;
    return argc < i + 2 || argc > i + 3 || !read_header(argv[i], t) ? 0 : i;
}

int main(int argc, char **argv)
{
    static struct hd_state start;
    struct test t = {.level = 0};
    struct rows *rows = rows_new();
    const char *file = NULL;
    bool ok = true, part = false;
    unsigned met = 0;
    int first = options(argc, argv, &file, &t);
    if (!first || !rows) {
        fprintf(stderr, "usage: run_asm [--rows FILE] [--here | --native] TEST.asm TEST32.bin "
                        "[TEST16.bin]\n");
        return 2;
    }
    for (int i = first + 1; i < argc; i++) {
        unsigned bits = i == first + 1 ? 32 : 16;
        if (!read_binary(argv[i], &start))
            return 2;
        set_start(&t, bits, &start);
        met |= t.native ? differences(&start) : 0;
        if (!t.not_here)
            ok &= run_here(&t, bits, &start, rows);
        if (t.native && !t.not_native)
            ok &= run_native(&t, bits, &start, &part);
    }
    ok &= differs_as_told(&t, met);
    if (ok && file && !rows_write(rows, file, "asm")) {
        fprintf(stderr, "run_asm: cannot write %s\n", file);
        return 2;
    }
    rows_free(rows);
    return !ok ? 1 : part ? 77 : 0;
}
