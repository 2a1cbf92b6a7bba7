/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row_coverage [--holes] FILE...: adds up what the tests wrote down with --rows, and prints how
 * many rows of insns.def were executed by which of them, and those that none reached.
 *
 * A row counts as reached when it came to its end, not to a fault, in some engine; UD0, UD1 and UD2
 * have no other end. --holes also lists the ways to execute each row (code size, operand and
 * address size, memory or register) that nobody went. Exit status: 0 every row is reached; 1 not;
 * 77 nothing can be said: a file is missing or is of another build, or rows are left to hostdiff,
 * which does not run on this host; 2 trouble.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cpu/cpu.h"
#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"
#include "tests/rows/rows.h"

enum source { BY_VECTORS, BY_ASM, BY_HOSTDIFF, SOURCES };
static const char *const source_names[SOURCES] = {"vectors", "asm", "hostdiff"};
static const char *const engine_names[ROW_ENGINES] = {"interpreter, blocks of one",
                                                      "interpreter, long blocks", "IR executor",
                                                      "both in lockstep"};

struct coverage {
    struct rows *by[SOURCES];
    bool there[SOURCES];
    struct decoder decoder;
};

/* ---- reading ---- */

static bool read_file(struct coverage *v, const char *path)
{
    char name[16];
    struct rows *r = rows_new();
    enum source s = BY_VECTORS;
    if (!r)
        exit(2);
    bool ok = rows_read(r, path, name);
    rows_free(r);
    while (ok && s < SOURCES && strcmp(name, source_names[s]))
        s++;
    if (!ok || s == SOURCES || !rows_read(v->by[s], path, name)) {
        printf("row_coverage: skipped: %s is missing or of another build: run the test that writes "
               "it\n", path);
        return false;
    }
    v->there[s] = true;
    return true;
}

/* ---- asking ---- */

static bool never_ends(const struct insn_row *r) { return !strncmp(r->name, "ud", 2); }

/* Does some way that agrees with *w in what is not -1 belong to those recorded? */
struct ask {
    unsigned row;
    int engine, bits, osize, asize, form, mode;
};

static bool asked(const struct rows *r, const struct ask *a, enum row_end end)
{
    struct row_way w = {.row = a->row, .end = end};
    for (unsigned n = 0; n < ROW_ENGINES * 2 * 4 * 4 * ROW_FORMS * ROW_MODES; n++) {
        unsigned k = n;
        w.engine = (enum row_engine)(k % ROW_ENGINES), k /= ROW_ENGINES;
        w.mode = (enum row_mode)(k % ROW_MODES), k /= ROW_MODES;
        w.form = (enum row_form)(k % ROW_FORMS), k /= ROW_FORMS;
        w.asize = k & 3, w.osize = k >> 2 & 3, w.bits = k >> 4 ? 32 : 16;
        if ((a->engine < 0 || (unsigned)a->engine == w.engine) &&
            (a->bits < 0 || (unsigned)a->bits == w.bits) &&
            (a->osize < 0 || (unsigned)a->osize == w.osize) &&
            (a->asize < 0 || (unsigned)a->asize == w.asize) &&
            (a->form < 0 || (unsigned)a->form == w.form) &&
            (a->mode < 0 || (unsigned)a->mode == w.mode) && rows_has(r, &w))
            return true;
    }
    return false;
}

static bool reached(const struct rows *r, const struct ask *a)
{
    return asked(r, a, never_ends(&insn_rows[a->row]) ? ROW_FAULT : ROW_DONE);
}

static struct ask whole_row(unsigned row) { return (struct ask){row, -1, -1, -1, -1, -1, -1}; }

static bool any_reached(const struct coverage *v, const struct ask *a)
{
    return reached(v->by[BY_VECTORS], a) || reached(v->by[BY_ASM], a) ||
           reached(v->by[BY_HOSTDIFF], a);
}

/* ---- telling ---- */

static void print_row(unsigned n)
{
    static const char *const maps[4] = {"", "0f ", "0f 38 ", "0f 3a "};
    const struct insn_row *r = &insn_rows[n];
    printf("  %4u %-12s %s%02x", n, r->name, maps[r->map], r->opcode);
    unsigned e = r->ext & 0xfff;
    if ((e & 0xf00) == 0x200)
        printf(" %02x", e & 0xff);
    else if (e == MEMONLY || e == REGONLY)
        printf(e == MEMONLY ? " memory" : " register");
    else if (e)
        printf(" /%u%s", e & 7, (e & 0xf0) == 0x10 ? " memory"
                                : (e & 0xf0) == 0x20 ? " register" : "");
}

static void print_sources(const struct coverage *v)
{
    printf("%u rows of insns.def\n%-28s %8s %12s %8s\n", insn_row_count, "", "executed",
           "only faults", "only by");
    for (unsigned s = 0; s < SOURCES; s++) {
        unsigned done = 0, fault = 0, alone = 0;
        for (unsigned n = 0; n < insn_row_count; n++) {
            struct ask a = whole_row(n);
            bool others = false;
            for (unsigned o = 0; o < SOURCES; o++)
                others |= o != s && reached(v->by[o], &a);
            bool mine = reached(v->by[s], &a);
            done += mine;
            fault += !mine && asked(v->by[s], &a, ROW_FAULT);
            alone += mine && !others;
        }
        printf("%-28s %8u %12u %8u%s\n", source_names[s], done, fault, alone,
               v->there[s] ? "" : "   (not run here)");
    }
}

static void print_engines(const struct coverage *v)
{
    for (int e = 0; e < ROW_ENGINES; e++) {
        unsigned done = 0;
        for (unsigned n = 0; n < insn_row_count; n++) {
            struct ask a = whole_row(n);
            a.engine = e;
            done += any_reached(v, &a);
        }
        printf("%-28s %8u\n", engine_names[e], done);
    }
}

static void print_modes(const struct coverage *v)
{
    static const char *const names[] = {"real mode", "protected mode", "virtual-8086 mode"};
    for (int m = 0; m < ROW_MODES; m++) {
        unsigned done = 0;
        for (unsigned n = 0; n < insn_row_count; n++) {
            struct ask a = whole_row(n);
            a.mode = m;
            done += any_reached(v, &a);
        }
        printf("%-28s %8u\n", names[m], done);
    }
}

/* Lists rows that nobody reached; how many. */
static unsigned print_missing(const struct coverage *v)
{
    unsigned missing = 0;
    for (unsigned n = 0; n < insn_row_count; n++) {
        struct ask a = whole_row(n);
        if (!(insn_rows[n].modes & MOLD) || any_reached(v, &a))
            continue;
        if (!missing++)
            printf("not reached by any test:\n");
        print_row(n);
        printf("\n");
    }
    return missing;
}

/* ---- holes ---- */

/* Some encoding of row r in code of that size, decoded; false: there is none. */
static bool encode(const struct coverage *v, unsigned row, unsigned bits, unsigned pre, bool mem,
                   struct insn *in)
{
    static const uint8_t mandatory[5] = {0, 0, 0x66, 0xf3, 0xf2}, escape[4] = {0, 0, 0x38, 0x3a};
    const struct insn_row *r = &insn_rows[row];
    uint8_t b[24] = {0};
    unsigned n = 0, e = r->ext & 0xfff;
    if (pre & 1)
        b[n++] = 0x66;
    if (pre & 2)
        b[n++] = 0x67;
    if (mandatory[r->ext >> 12])
        b[n++] = mandatory[r->ext >> 12];
    if (r->map != M1)
        b[n++] = 0x0f;
    if (escape[r->map])
        b[n++] = escape[r->map];
    b[n++] = r->opcode;
    b[n] = mem ? 0x07 : 0xc1;
    if ((e & 0xf00) == 0x100 && e < MEMONLY)
        b[n] |= (uint8_t)((e & 7) << 3);
    if ((e & 0xf00) == 0x200)
        b[n] = (uint8_t)e;
    return insn_decode(&v->decoder, in, (struct decode_mode){(uint8_t)bits, CPU_MODEL_DEFAULT}, b,
                       15) > 0 && in->id == row;
}

static void print_holes(const struct coverage *v)
{
    static const char *const forms[ROW_FORMS] = {"", " register", " memory"};
    unsigned ways = 0, holes = 0;
    printf("ways that no test went:\n");
    for (unsigned n = 0; n < insn_row_count; n++) {
        unsigned mine = 0;
        bool told[2][4][4][ROW_FORMS] = {{{{false}}}};
        for (unsigned k = 0; k < 16; k++) {
            struct insn in;
            struct row_way w;
            unsigned bits = k & 8 ? 32 : 16;
            if (!encode(v, n, bits, k & 3, k & 4, &in))
                continue;
            rows_form(&in, &w);
            bool *seen = &told[bits == 32][w.osize][w.asize][w.form];
            if (*seen)
                continue;
            *seen = true;
            ways++;
            struct ask a = {n, -1, (int)bits, (int)w.osize, (int)w.asize, (int)w.form, -1};
            if (any_reached(v, &a))
                continue;
            holes++;
            if (!mine++)
                print_row(n);
            printf("%s %u-bit code, operand %u%s", mine > 1 ? ";" : ":", bits, 8u << w.osize,
                   forms[w.form]);
            if (w.asize)
                printf(", address %u", 8u << w.asize);
        }
        if (mine)
            printf("\n");
    }
    printf("%u of %u ways\n", holes, ways);
}

int main(int argc, char **argv)
{
    static struct coverage v;
    bool holes = argc > 1 && !strcmp(argv[1], "--holes");
    if (argc < 2 + holes) {
        fprintf(stderr, "usage: row_coverage [--holes] FILE...\n");
        return 2;
    }
    decoder_init(&v.decoder);
    for (unsigned s = 0; s < SOURCES; s++)
        if (!(v.by[s] = rows_new()))
            return 2;
    for (int i = 1 + holes; i < argc; i++)
        if (!read_file(&v, argv[i]))
            return 77;
    print_sources(&v);
    print_engines(&v);
    print_modes(&v);
    if (holes)
        print_holes(&v);
    unsigned missing = print_missing(&v);
    bool unsure = missing && !v.there[BY_HOSTDIFF];
    printf("row_coverage: %s%u rows not reached%s\n", unsure ? "skipped: " : "", missing,
           unsure ? ", but hostdiff does not run here" : "");
    for (unsigned s = 0; s < SOURCES; s++)
        rows_free(v.by[s]);
    return unsure ? 77 : missing != 0;
}
