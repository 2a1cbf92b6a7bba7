/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostdiff: our processor beside the host's (hostdiff.h).
 *   --seconds N   run so long (10)                --programs N  or so many, whatever the time
 *   --seed N      first choice of programs (1)    --rows FILE   what was executed (tests/rows)
 *   --case N      only that program, and tell     --only SEM    only this row name of insns.def
 *   --length N    instructions a program (8)      --bits 32     what programs begin in
 *   --engine interp|ir|both (both)                --keep-going  up to 30 differences
 *   --strict      nothing is forgiven to the host's vendor (vendor.c)
 * Exit status: 0 no difference, 1 differences, 2 trouble, 77 not possible here.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cpu/block.h"
#include "hostdiff.h"

struct hostdiff {
    struct gen gen;
    struct emu *one;        /* blocks of one instruction, to follow programs */
    struct emu *engine[2];  /* long blocks: the interpreter and the IR executor, or NULL */
    struct native *native;
    uint64_t seed, only_case;
    bool single, keep_going, strict;
    const char *engines;    /* interp, ir or both */
    const char *differing;  /* the engine that did */
    unsigned seconds, length, bits;
    uint64_t programs, forgiven; /* forgiven: not compared in full, because of the vendor */
    const char *only, *rows_file;
    struct rows *rows;
    struct hd_program program, reduced;
    struct hd_state ours, host, stepped;
    char why[200];
};

/* ---- comparing ---- */

static bool differs(struct hostdiff *h, const char *what, uint64_t ours, uint64_t host)
{
    if (ours == host)
        return false;
    snprintf(h->why, sizeof h->why, "%s is %llx, the host has %llx", what, (unsigned long long)ours,
             (unsigned long long)host);
    return true;
}

static bool st_differs(struct hostdiff *h, unsigned i, const struct hd_mask *m)
{
    static const char *const names[8] = {"ST0", "ST1", "ST2", "ST3", "ST4", "ST5", "ST6", "ST7"};
    struct f80 a = h->ours.st[i], b = h->host.st[i];
    uint64_t d = a.mant - b.mant;
    if (m->st && a.se == b.se && d + 1 <= 2)
        return false;
    if (m->st && (uint16_t)(a.se - b.se + 1) <= 2 && (a.mant << 1) + (b.mant << 1) + 2 <= 4)
        return false; /* either side of a power of two */
    return differs(h, names[i], a.mant, b.mant) || differs(h, names[i], a.se, b.se);
}

static bool has_code(unsigned v)
{
    return v == EXC_DF || (v >= EXC_TS && v <= EXC_PF) || v == EXC_AC;
}

static uint32_t memory_at(unsigned i)
{
    return i < HD_CODE_SIZE                  ? HD_CODE + i
           : i < HD_CODE_SIZE + HD_DATA_SIZE ? HD_DATA + i - HD_CODE_SIZE
                                             : HD_STACK + i - HD_CODE_SIZE - HD_DATA_SIZE;
}

static bool in_hole(const struct hd_mask *m, uint32_t at, uint8_t host)
{
    for (unsigned i = 0; i < m->n_holes; i++)
        if (at - m->hole[i].at < m->hole[i].size && !(m->hole[i].zero && host))
            return true;
    return false;
}

static bool memory_differs(struct hostdiff *h, const struct hd_mask *m)
{
    const struct hd_state *a = &h->ours, *b = &h->host;
    if (m->partial || !memcmp(a->mem, b->mem, HD_MEM_SIZE))
        return false;
    for (unsigned i = 0; i < HD_MEM_SIZE; i++)
        if (a->mem[i] != b->mem[i] && !in_hole(m, memory_at(i), b->mem[i])) {
            char what[40];
            snprintf(what, sizeof what, "memory at %x", (unsigned)memory_at(i));
            return differs(h, what, a->mem[i], b->mem[i]);
        }
    return false;
}

static bool segments_differ(struct hostdiff *h)
{
    static const char *const names[6] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    for (unsigned i = 0; i < 6; i++)
        if (differs(h, names[i], h->ours.seg[i], h->host.seg[i]))
            return true;
    return false;
}

/* How the program ended, and where. */
static bool ends_differ(struct hostdiff *h, const struct hd_mask *m)
{
    const struct hd_state *a = &h->ours, *b = &h->host;
    if (differs(h, "EIP", m->back && b->eip == m->eip ? b->eip : a->eip, b->eip))
        return true;
    if (vendor_ends(m, a, b))
        return false;
    if (differs(h, "the vector", a->vector, b->vector))
        return true;
    /* Instruction fetches are marked only where execution can be forbidden. */
    uint32_t code = 0x10u | (a->cr2 - HD_SYS < HD_SYS_SIZE ? 1 : 0);
    if (has_code(a->vector) && differs(h, "the error code", a->code & ~code, b->code & ~code))
        return true;
    return a->vector == EXC_PF && b->cr2 - m->image.at >= m->image.size &&
           differs(h, "CR2", a->cr2, b->cr2);
}

/* True when they differ; h->why says in what. */
static bool compare(struct hostdiff *h, const struct hd_mask *m)
{
    static const char *const names[8] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    const struct hd_state *a = &h->ours, *b = &h->host;
    uint32_t flags = HD_FLAGS & ~m->flags;
    if (ends_differ(h, m) || segments_differ(h))
        return true;
    for (unsigned i = 0; i < 8; i++)
        if (!(m->gprs >> i & 1) && differs(h, names[i], a->gpr[i], b->gpr[i]))
            return true;
    if (differs(h, "EFLAGS", a->eflags & flags, b->eflags & flags))
        return true;
    if (m->fpu)
        return memory_differs(h, m);
    if (differs(h, "the control word", a->cw & 0x1f3f, b->cw & 0x1f3f) ||
        differs(h, "the status word", a->sw & ~(unsigned)m->sw, b->sw & ~(unsigned)m->sw) ||
        differs(h, "the empty registers", a->empty, b->empty))
        return true;
    for (unsigned i = 0; i < 8; i++)
        if (st_differs(h, i, m))
            return true;
    return memory_differs(h, m);
}

/* Runs a program everywhere. True when there is a difference. */
static bool differ(struct hostdiff *h, const struct hd_program *p, const struct hd_mask *m)
{
    static const char *const names[2] = {"interp", "ir"};
    h->why[0] = 0;
    if (!native_run(h->native, &p->start, &h->host)) {
        snprintf(h->why, sizeof h->why, "on the host the program does not end");
        memset(&h->host, 0, sizeof h->host);
        return true;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!h->engine[i])
            continue;
        h->differing = names[i];
        emu_load(h->engine[i], &p->start);
        if (!emu_run(h->engine[i], 5000)) {
            snprintf(h->why, sizeof h->why, "the program does not end");
            return true;
        }
        emu_store(h->engine[i], &h->ours);
        if (compare(h, m))
            return true;
    }
    return false;
}

/* The same, but only what comes again counts: a host that stops a program at the wrong moment (a
 * debugger, a migration) may lose the segment registers of a 64-bit process. */
static bool differ_steadily(struct hostdiff *h, const struct hd_program *p, const struct hd_mask *m)
{
    for (unsigned i = 0; i < 3; i++)
        if (!differ(h, p, m))
            return false;
    return true;
}

/* ---- shrinking and telling ---- */

static bool still(struct hostdiff *h, struct hd_mask *m)
{
    return gen_follow(&h->gen, h->one, &h->reduced, m) && differ(h, &h->reduced, m);
}

static void shrink(struct hostdiff *h, struct hd_mask *m)
{
    h->reduced = h->program;
    struct hd_program *r = &h->reduced;
    for (bool again = true; again;) {
        again = false;
        for (unsigned i = r->n; i-- > 0;) {
            uint8_t *code = r->start.mem + r->insn[i].at, old[15];
            if (!r->insn[i].len)
                continue;
            memcpy(old, code, r->insn[i].len);
            memset(code, 0x90, r->insn[i].len);
            if (still(h, m)) {
                r->insn[i].len = 0;
                again = true;
            } else {
                memcpy(code, old, r->insn[i].len);
            }
        }
        for (unsigned i = 0; i < 8; i++) {
            uint32_t old = r->start.gpr[i];
            r->start.gpr[i] = 0;
            if (!old || !still(h, m))
                r->start.gpr[i] = old;
            else
                again = true;
        }
    }
    still(h, m);
}

static void tell_code(struct hostdiff *h)
{
    const struct hd_program *r = &h->reduced;
    for (unsigned i = 0; i < r->n; i++) {
        struct insn in;
        struct decode_mode mode = {r->insn[i].bits, CPU_MODEL_DEFAULT};
        char text[100] = "(invalid)";
        const uint8_t *code = r->start.mem + r->insn[i].at;
        if (!r->insn[i].len)
            continue;
        if (insn_decode(h->gen.decoder, &in, mode, code, 15) > 0)
            insn_print(text, sizeof text, &in, mode, HD_CODE + r->insn[i].at);
        printf("  %06x.%u %-44s", (unsigned)(HD_CODE + r->insn[i].at), r->insn[i].bits, text);
        for (unsigned k = 0; k < r->insn[i].len; k++)
            printf(" %02x", code[k]);
        printf("\n");
    }
}

static void tell_end(const char *who, const struct hd_state *s)
{
    printf("  %s: vector %u code %x cs %x eip %x cr2 %x eflags %x sw %x\n", who,
           (unsigned)s->vector, (unsigned)s->code, s->seg[SEG_CS], (unsigned)s->eip,
           (unsigned)s->cr2, (unsigned)s->eflags, s->sw);
}

static void tell(struct hostdiff *h, uint64_t n, const struct hd_mask *m)
{
    static const char *const names[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    const struct hd_program *r = &h->reduced;
    const uint16_t *seg = r->start.seg;
    printf("seed %llu case %llu: %s\n", (unsigned long long)h->seed, (unsigned long long)n,
           h->why[0] ? h->why : "no difference");
    tell_code(h);
    printf("  before: eip=%x", (unsigned)r->start.eip);
    for (unsigned i = 0; i < 8; i++)
        if (r->start.gpr[i])
            printf(" %s=%x", names[i], (unsigned)r->start.gpr[i]);
    printf(" eflags=%x cw=%x sw=%x empty=%x\n", (unsigned)r->start.eflags, r->start.cw, r->start.sw,
           r->start.empty);
    printf("  segments: es=%x cs=%x ss=%x ds=%x fs=%x gs=%x\n", seg[0], seg[1], seg[2], seg[3],
           seg[4], seg[5]);
    tell_end("ours", &h->ours);
    tell_end("host", &h->host);
    for (unsigned i = 0; i < 8; i++)
        if (h->ours.st[i].mant != h->host.st[i].mant || h->ours.st[i].se != h->host.st[i].se)
            printf("  ST%u: %04x %016llx, host %04x %016llx; before %04x %016llx\n", i,
                   h->ours.st[i].se, (unsigned long long)h->ours.st[i].mant, h->host.st[i].se,
                   (unsigned long long)h->host.st[i].mant, r->start.st[i].se,
                   (unsigned long long)r->start.st[i].mant);
    printf("  not compared: flags %x, status %x\n", (unsigned)m->flags, m->sw);
    if (m->why)
        printf("  on %s: %s\n", vendor_name(h->gen.vendor), m->why);
    printf("  repeat with: tools/hostdiff --seed %llu --case %llu --length %u%s%s --engine %s\n\n",
           (unsigned long long)h->seed, (unsigned long long)n, h->length, h->only ? " --only " : "",
           h->only ? h->only : "", h->why[0] ? h->differing : h->engines);
    fflush(stdout);
}

/* ---- the run ---- */

/* What was just compared, once more and step by step, for the record. */
static void record(struct hostdiff *h)
{
    for (unsigned i = 0; h->rows && i < 2; i++) {
        unsigned steps = 0;
        if (!h->engine[i])
            continue;
        emu_load(h->engine[i], &h->program.start);
        while (emu_step_rows(h->engine[i], h->rows, i ? ROW_IR : ROW_LONG) && steps < 5000)
            steps++;
    }
}

/* 1: a difference, 0: none, -1: no program. */
static int one_case(struct hostdiff *h, uint64_t n)
{
    struct hd_mask m;
    /* Followed again from the start: a program may have written to itself while it was made. */
    if (!gen_program(&h->gen, h->one, h->seed * UINT64_C(1000003) + n, &h->program, &m) ||
        !gen_follow(&h->gen, h->one, &h->program, &m))
        return -1;
    h->forgiven += m.why != NULL;
    if (!differ_steadily(h, &h->program, &m) && !h->single) {
        record(h);
        return 0;
    }
    bool found = h->why[0] != 0;
    h->reduced = h->program;
    if (found)
        shrink(h, &m);
    tell(h, n, &m);
    return found;
}

static int run(struct hostdiff *h)
{
    struct timespec t0, t;
    uint64_t programs = 0, insns = 0, found = 0;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    if (h->single)
        return one_case(h, h->only_case) == 1;
    for (uint64_t n = 0;; n++) {
        int r = one_case(h, n);
        programs += r >= 0;
        insns += r >= 0 ? h->program.n : 0;
        found += r > 0;
        if (found >= (h->keep_going ? 30 : 1) || (h->programs && programs >= h->programs))
            break;
        clock_gettime(CLOCK_MONOTONIC, &t);
        if (!h->programs && t.tv_sec - t0.tv_sec >= (time_t)h->seconds)
            break;
    }
    printf("hostdiff: %llu programs, %llu instructions, %llu differences\n",
           (unsigned long long)programs, (unsigned long long)insns, (unsigned long long)found);
    if (h->gen.vendor != HD_INTEL)
        printf("hostdiff: on %s, %llu of them are not compared in full: see vendor.c\n",
               vendor_name(h->gen.vendor), (unsigned long long)h->forgiven);
    return found != 0;
}

/* A whole decimal or 0x number up to max; false: it is none. */
static bool number_option(const char *v, uint64_t max, uint64_t *n)
{
    char *end;
    if (!(v[0] >= '0' && v[0] <= '9'))
        return false;
    errno = 0;
    *n = strtoull(v, &end, 0);
    return !*end && !errno && *n <= max;
}

static bool option(struct hostdiff *h, const char *a, const char *v)
{
    uint64_t n = 0;
    bool number = number_option(v, UINT64_MAX, &n);
    if (!strcmp(a, "--seconds"))
        h->seconds = (unsigned)n;
    else if (!strcmp(a, "--programs"))
        h->programs = n;
    else if (!strcmp(a, "--seed"))
        h->seed = n;
    else if (!strcmp(a, "--case"))
        h->only_case = n, h->single = true;
    else if (!strcmp(a, "--length"))
        h->length = (unsigned)n;
    else if (!strcmp(a, "--bits"))
        h->bits = (unsigned)n;
    else if (!strcmp(a, "--only"))
        return h->only = v, true;
    else if (!strcmp(a, "--rows"))
        return h->rows_file = v, true;
    else if (!strcmp(a, "--engine"))
        return h->engines = v, true;
    else
        return false;
    return number && ((strcmp(a, "--seconds") && strcmp(a, "--length")) || n <= 1000000);
}

static int usage(void)
{
    fprintf(stderr,
            "usage: hostdiff [--seconds N] [--programs N] [--seed N] [--case N] [--only SEM]\n"
            "                [--length N] [--engine interp|ir|both] [--bits 32] [--keep-going]\n"
            "                [--rows FILE] [--strict]\n");
    return 2;
}

/* 0, or the exit status of a mistake that has been told. */
static int options(struct hostdiff *h, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--keep-going"))
            h->keep_going = true;
        else if (!strcmp(argv[i], "--strict"))
            h->strict = true;
        else if (i + 1 < argc && option(h, argv[i], argv[i + 1]))
            i++;
        else
            return fprintf(stderr, "hostdiff: what is '%s%s%s'?\n", argv[i],
                           i + 1 < argc ? " " : "", i + 1 < argc ? argv[i + 1] : ""),
                   usage();
    }
    if (h->bits == 64)
        return fprintf(stderr, "hostdiff: --bits 64 is not available yet: there are no 64-bit "
                               "guests; use --bits 32\n"),
               2;
    if (h->bits != 32 || h->length < 1 || h->length > HD_MAX_INSNS - 8 || h->seconds < 1)
        return fprintf(stderr, "hostdiff: --bits is 32, --length from 1 to %d, --seconds from 1\n",
                       HD_MAX_INSNS - 8),
               2;
    if (strcmp(h->engines, "interp") && strcmp(h->engines, "ir") && strcmp(h->engines, "both"))
        return fprintf(stderr, "hostdiff: the engines are interp, ir and both\n"), 2;
    return 0;
}

static bool engines(struct hostdiff *h)
{
    h->one = emu_new(1);
    for (unsigned i = 0; i < 2; i++) {
        if (!strcmp(h->engines, i ? "interp" : "ir"))
            continue;
        h->engine[i] = emu_new(0);
        if (!h->engine[i] || (i && !cpu_set_engine(emu_cpu(h->engine[i]), CPU_IR, false)))
            return false;
    }
    return h->one != NULL;
}

int main(int argc, char **argv)
{
    struct hostdiff *h = calloc(1, sizeof *h);
    h->seed = 1;
    h->seconds = 10;
    h->length = 8;
    h->bits = 32;
    h->engines = "both";
    int r = options(h, argc, argv);
    if (r)
        return r;
    h->native = native_new();
    if (!h->native) {
        fprintf(stderr, "hostdiff: 32-bit code does not run here\n");
        return 77;
    }
    bool flat_only = !native_has_ldt(h->native);
    if (flat_only)
        fprintf(stderr, "hostdiff: no local descriptors here: flat 32-bit segments only\n");
    if (!engines(h)) {
        fprintf(stderr, "hostdiff: no memory, or no such engine\n");
        return 2;
    }
    enum hd_vendor vendor = h->strict ? HD_INTEL : native_vendor();
    if (!gen_init(&h->gen, &emu_cpu(h->one)->blocks->decoder, vendor, h->only, h->length,
                  flat_only)) {
        fprintf(stderr, "hostdiff: no such instruction: %s\n", h->only ? h->only : "any");
        return 2;
    }
    if (h->rows_file && !(h->rows = rows_new()))
        return 2;
    r = run(h);
    if (!r && h->rows && !rows_write(h->rows, h->rows_file, "hostdiff")) {
        fprintf(stderr, "hostdiff: cannot write %s\n", h->rows_file);
        r = 2;
    }
    rows_free(h->rows);
    native_free(h->native);
    emu_free(h->one);
    for (unsigned i = 0; i < 2; i++)
        if (h->engine[i])
            emu_free(h->engine[i]);
    gen_free(&h->gen);
    free(h);
    return r;
}
