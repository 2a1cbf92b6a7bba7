/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostdiff: our processor beside the host's (hostdiff.h).
 *   --seconds N   run so long (10)                --programs N  or so many, whatever the time
 *   --seed N      first choice of programs (1)    --rows FILE   what was executed (tests/rows)
 *   --case N      only that program, and tell     --only SEM    only this row name of insns.def
 *   --length N    instructions a program (8)      --engine interp|ir   --bits 32   --keep-going
 * Exit status: 0 no difference, 1 differences, 2 trouble, 77 not possible here.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cpu/block.h"
#include "hostdiff.h"

struct hostdiff {
    struct gen gen;
    struct emu *one, *many; /* blocks of one instruction, and long ones */
    struct native *native;
    uint64_t seed, only_case;
    bool single, keep_going, ir;
    unsigned seconds, length;
    uint64_t programs;
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

static bool memory_differs(struct hostdiff *h)
{
    const struct hd_state *a = &h->ours, *b = &h->host;
    for (unsigned i = 0; i < HD_MEM_SIZE; i++)
        if (a->mem[i] != b->mem[i]) {
            uint32_t at = i < HD_CODE_SIZE ? HD_CODE + i
                          : i < HD_CODE_SIZE + HD_DATA_SIZE
                              ? HD_DATA + i - HD_CODE_SIZE
                              : HD_STACK + i - HD_CODE_SIZE - HD_DATA_SIZE;
            char what[40];
            snprintf(what, sizeof what, "memory at %x", (unsigned)at);
            return differs(h, what, a->mem[i], b->mem[i]);
        }
    return false;
}

/* True when they differ; h->why says in what. */
static bool compare(struct hostdiff *h, const struct hd_mask *m)
{
    static const char *const names[8] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    const struct hd_state *a = &h->ours, *b = &h->host;
    uint32_t flags = HD_FLAGS & ~m->flags;
    if (differs(h, "EIP", a->eip, b->eip))
        return true;
    if (m->partial)
        return false;
    if (differs(h, "the vector", a->vector, b->vector))
        return true;
    /* Instruction fetches are marked only where execution can be forbidden. */
    uint32_t code = 0x10u | (a->cr2 - HD_SYS < HD_SYS_SIZE ? 1 : 0);
    if (has_code(a->vector) && differs(h, "the error code", a->code & ~code, b->code & ~code))
        return true;
    if (a->vector == EXC_PF &&
        differs(h, "CR2", a->cr2 >> (m->env ? 12 : 0), b->cr2 >> (m->env ? 12 : 0)))
        return true;
    for (unsigned i = 0; i < 8; i++)
        if (differs(h, names[i], a->gpr[i], b->gpr[i]))
            return true;
    if (differs(h, "EFLAGS", a->eflags & flags, b->eflags & flags))
        return true;
    if (m->mmx)
        return memory_differs(h);
    if (differs(h, "the control word", a->cw & 0x1f3f, b->cw & 0x1f3f) ||
        differs(h, "the status word", a->sw & ~(unsigned)m->sw, b->sw & ~(unsigned)m->sw) ||
        differs(h, "the empty registers", a->empty, b->empty))
        return true;
    for (unsigned i = 0; i < 8; i++)
        if (st_differs(h, i, m))
            return true;
    return memory_differs(h);
}

/* Runs a program everywhere. True when there is a difference. */
static bool differ(struct hostdiff *h, const struct hd_program *p, const struct hd_mask *m)
{
    h->why[0] = 0;
    if (!native_run(h->native, &p->start, &h->host))
        return false;
    emu_load(h->many, &p->start);
    if (!emu_run(h->many, 5000)) {
        snprintf(h->why, sizeof h->why, "the program does not end");
        return true;
    }
    emu_store(h->many, &h->ours);
    return compare(h, m);
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

static void tell(struct hostdiff *h, uint64_t n, const struct hd_mask *m)
{
    static const char *const names[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    const struct hd_program *r = &h->reduced;
    printf("seed %llu case %llu: %s\n", (unsigned long long)h->seed, (unsigned long long)n, h->why);
    for (unsigned i = 0; i < r->n; i++) {
        struct insn in;
        char text[100];
        const uint8_t *code = r->start.mem + r->insn[i].at;
        if (!r->insn[i].len ||
            insn_decode(h->gen.decoder, &in, (struct decode_mode){32, CPU_MODEL_DEFAULT}, code,
                        15) <= 0)
            continue;
        insn_print(text, sizeof text, &in, (struct decode_mode){32, CPU_MODEL_DEFAULT},
                   HD_CODE + r->insn[i].at);
        printf("  %06x  %-44s", (unsigned)(HD_CODE + r->insn[i].at), text);
        for (unsigned k = 0; k < r->insn[i].len; k++)
            printf(" %02x", code[k]);
        printf("\n");
    }
    printf("  before:");
    for (unsigned i = 0; i < 8; i++)
        if (r->start.gpr[i])
            printf(" %s=%x", names[i], (unsigned)r->start.gpr[i]);
    printf(" eflags=%x cw=%x sw=%x empty=%x\n", (unsigned)r->start.eflags, r->start.cw, r->start.sw,
           r->start.empty);
    printf("  ours:  vector %u code %x eip %x eflags %x sw %x; host: vector %u code %x eip %x "
           "eflags %x sw %x\n",
           (unsigned)h->ours.vector, (unsigned)h->ours.code, (unsigned)h->ours.eip,
           (unsigned)h->ours.eflags, h->ours.sw, (unsigned)h->host.vector, (unsigned)h->host.code,
           (unsigned)h->host.eip, (unsigned)h->host.eflags, h->host.sw);
    for (unsigned i = 0; i < 8; i++)
        if (h->ours.st[i].mant != h->host.st[i].mant || h->ours.st[i].se != h->host.st[i].se)
            printf("  ST%u: %04x %016llx, host %04x %016llx; before %04x %016llx\n", i,
                   h->ours.st[i].se, (unsigned long long)h->ours.st[i].mant, h->host.st[i].se,
                   (unsigned long long)h->host.st[i].mant, r->start.st[i].se,
                   (unsigned long long)r->start.st[i].mant);
    printf("  not compared: flags %x, status %x\n", (unsigned)m->flags, m->sw);
    printf("  repeat with: tools/hostdiff --seed %llu --case %llu --length %u%s%s%s\n\n",
           (unsigned long long)h->seed, (unsigned long long)n, h->length, h->only ? " --only " : "",
           h->only ? h->only : "", h->ir ? " --engine ir" : "");
    fflush(stdout);
}

/* ---- the run ---- */

/* What was just compared, once more and step by step, for the record. */
static void record(struct hostdiff *h)
{
    unsigned steps = 0;
    if (!h->rows)
        return;
    emu_load(h->many, &h->program.start);
    while (emu_step_rows(h->many, h->rows, h->ir ? ROW_IR : ROW_LONG) && steps < 5000)
        steps++;
}

/* 1: a difference, 0: none, -1: no program. */
static int one_case(struct hostdiff *h, uint64_t n)
{
    struct hd_mask m;
    /* Followed again from the start: a program may have written to itself while it was made. */
    if (!gen_program(&h->gen, h->one, h->seed * UINT64_C(1000003) + n, &h->program, &m) ||
        !gen_follow(&h->gen, h->one, &h->program, &m))
        return -1;
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
    return found != 0;
}

static bool options(struct hostdiff *h, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(a, "--keep-going")) {
            h->keep_going = true;
            continue;
        }
        if (!v)
            return false;
        i++;
        if (!strcmp(a, "--seconds"))
            h->seconds = (unsigned)strtoul(v, NULL, 0);
        else if (!strcmp(a, "--programs"))
            h->programs = strtoull(v, NULL, 0);
        else if (!strcmp(a, "--rows"))
            h->rows_file = v;
        else if (!strcmp(a, "--seed"))
            h->seed = strtoull(v, NULL, 0);
        else if (!strcmp(a, "--case"))
            h->only_case = strtoull(v, NULL, 0), h->single = true;
        else if (!strcmp(a, "--only"))
            h->only = v;
        else if (!strcmp(a, "--length"))
            h->length = (unsigned)strtoul(v, NULL, 0);
        else if (!strcmp(a, "--engine") && !strcmp(v, "ir"))
            h->ir = true;
        else if ((strcmp(a, "--engine") || strcmp(v, "interp")) &&
                 (strcmp(a, "--bits") || strcmp(v, "32")))
            return false;
    }
    return h->length > 0 && h->length <= HD_MAX_INSNS - 8;
}

int main(int argc, char **argv)
{
    struct hostdiff *h = calloc(1, sizeof *h);
    h->seed = 1;
    h->seconds = 10;
    h->length = 8;
    if (!options(h, argc, argv)) {
        fprintf(stderr,
                "usage: hostdiff [--seconds N] [--programs N] [--seed N] [--case N] [--only SEM]\n"
                "                [--length N] [--engine interp|ir] [--bits 32] [--keep-going]\n"
                "                [--rows FILE]\n");
        return 2;
    }
    h->native = native_new();
    if (!h->native) {
        fprintf(stderr, "hostdiff: 32-bit code does not run here\n");
        return 77;
    }
    h->one = emu_new(1);
    h->many = emu_new(0);
    if (!h->one || !h->many ||
        !gen_init(&h->gen, &emu_cpu(h->many)->blocks->decoder, h->only, h->length)) {
        fprintf(stderr, "hostdiff: no such instruction, or no memory\n");
        return 2;
    }
    if (h->ir && !cpu_set_engine(emu_cpu(h->many), CPU_IR, false)) {
        fprintf(stderr, "hostdiff: no IR executor\n");
        return 2;
    }
    if (h->rows_file && !(h->rows = rows_new()))
        return 2;
    int r = run(h);
    if (!r && h->rows && !rows_write(h->rows, h->rows_file, "hostdiff")) {
        fprintf(stderr, "hostdiff: cannot write %s\n", h->rows_file);
        r = 2;
    }
    rows_free(h->rows);
    native_free(h->native);
    emu_free(h->one);
    emu_free(h->many);
    gen_free(&h->gen);
    free(h);
    return r;
}
