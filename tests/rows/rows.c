/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/rows/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "cpu/block.h"
#include "cpu/mem.h"
#include "cpu/operands.h"

#define WAYS (2 * 4 * 4 * ROW_FORMS * ROW_MODES * ROW_ENDS) /* of a row in one engine */
#define NO_FAULT 0xff

struct rows {
    uint8_t *seen; /* [row][engine][way] */
};

struct rows *rows_new(void)
{
    struct rows *r = calloc(1, sizeof *r);
    if (r && !(r->seen = calloc((size_t)insn_row_count * ROW_ENGINES, WAYS))) {
        free(r);
        return NULL;
    }
    return r;
}

void rows_free(struct rows *r)
{
    if (r)
        free(r->seen);
    free(r);
}

static size_t slot(const struct row_way *w)
{
    size_t n = (size_t)w->row * ROW_ENGINES + w->engine;
    n = n * 2 + (w->bits == 32);
    n = (n * 4 + w->osize) * 4 + w->asize;
    n = n * ROW_FORMS + w->form;
    n = n * ROW_MODES + w->mode;
    return n * ROW_ENDS + w->end;
}

void rows_add(struct rows *r, const struct row_way *w) { r->seen[slot(w)] = 1; }
bool rows_has(const struct rows *r, const struct row_way *w) { return r->seen[slot(w)]; }

void rows_form(const struct insn *in, struct row_way *w)
{
    const struct insn_row *row = &insn_rows[in->id];
    bool loop = row->map == M1 && row->opcode >= 0xe0 && row->opcode <= 0xe3;
    bool implied = (row->attr & STRING) || loop || !strcmp(row->name, "xlat");
    bool sized = !((row->attr & FPUINSN) && row->opnd[0] != M_) && (row->ext & 0xf000) != PNP;
    w->osize = sized ? in->osize : 0;
    w->form = in->mem != NO_MEM ? FORM_MEM : in->modrm ? FORM_REG : FORM_NONE;
    w->asize = w->form == FORM_MEM || implied ? in->asize : 0;
}

/* ---- recording ---- */

/* Up to 15 bytes at CS:rip, as far as they can be fetched and lie within the limit; of the next
 * page only when 'on', since fetching marks it accessed. */
static size_t fetch(struct cpu *c, uint8_t buf[15], bool on)
{
    size_t n = 0;
    for (; n < 15 && c->rip + n <= c->seg[SEG_CS].limit; n++) {
        paddr pa;
        const uint8_t *host;
        laddr a = (uint32_t)(c->seg[SEG_CS].base + c->rip + n);
        if (n && !on && !(a & PAGE_MASK))
            break;
        bool ok = mmu_fetch(c, a, &pa, &host);
        c->fault.raised = false;
        if (!ok || !host)
            break;
        buf[n] = *host;
    }
    return n;
}

/* What stands at CS:rip. False: nothing that this step is sure to execute. */
static bool look(struct cpu *c, struct row_way *w)
{
    uint8_t buf[15];
    struct insn in;
    unsigned bits = c->mode & MODE_CODE32 ? 32 : 16;
    if (c->halted || (c->intr && (c->eflags & FL_IF)) || c->nmi || (c->mode & MODE_TF) ||
        (c->pending & PEND_SHUTDOWN))
        return false;
    struct decode_mode mode = {(uint8_t)bits, c->model};
    int len = insn_decode(&c->blocks->decoder, &in, mode, buf, fetch(c, buf, false));
    if (!len)
        len = insn_decode(&c->blocks->decoder, &in, mode, buf, fetch(c, buf, true));
    if (len <= 0)
        return false;
    *w = (struct row_way){.row = in.id, .bits = bits};
    rows_form(&in, w);
    w->mode = cpu_v86(c) ? IN_V86 : cpu_protected(c) ? IN_PROTECTED : IN_REAL;
    return true;
}

enum cpu_stop rows_step(struct rows *r, struct cpu *c, enum row_engine engine)
{
    struct row_way w;
    if (!r || !look(c, &w))
        return cpu_run(c, 1);
    uint64_t before = c->icount;
    c->last_fault.vector = NO_FAULT;
    enum cpu_stop why = cpu_run(c, 1);
    w.engine = engine;
    w.end = c->last_fault.vector == NO_FAULT ? ROW_DONE : ROW_FAULT;
    if (c->icount > before)
        rows_add(r, &w);
    return why;
}

/* ---- files ---- */

/* Rows are numbers in a file: they mean something only beside the same table. */
static uint64_t table_mark(void)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (unsigned i = 0; i < insn_row_count; i++) {
        const struct insn_row *r = &insn_rows[i];
        for (const char *p = r->name; *p; p++)
            h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
        h = (h ^ ((uint64_t)r->map << 24 | (uint64_t)r->opcode << 16 | r->ext)) *
            UINT64_C(0x100000001b3);
    }
    return h;
}

/* Calls back for every way there can be. */
static void each_way(void (*see)(void *self, const struct row_way *w), void *self)
{
    struct row_way w;
    for (w.row = 0; w.row < insn_row_count; w.row++)
        for (unsigned n = 0; n < ROW_ENGINES * WAYS; n++) {
            unsigned k = n;
            w.end = (enum row_end)(k % ROW_ENDS), k /= ROW_ENDS;
            w.mode = (enum row_mode)(k % ROW_MODES), k /= ROW_MODES;
            w.form = (enum row_form)(k % ROW_FORMS), k /= ROW_FORMS;
            w.asize = k & 3, k >>= 2;
            w.osize = k & 3, k >>= 2;
            w.bits = k & 1 ? 32 : 16;
            w.engine = (enum row_engine)(k >> 1);
            see(self, &w);
        }
}

struct writer {
    const struct rows *r;
    FILE *f;
};

static void write_way(void *self, const struct row_way *w)
{
    struct writer *o = self;
    if (rows_has(o->r, w))
        fprintf(o->f, "%u %u %u %u %u %u %u %u\n", w->row, (unsigned)w->engine, w->bits, w->osize,
                w->asize, (unsigned)w->form, (unsigned)w->mode, (unsigned)w->end);
}

bool rows_write(const struct rows *r, const char *path, const char *source)
{
    struct writer o = {r, fopen(path, "w")};
    if (!o.f)
        return false;
    fprintf(o.f, "rows 1 %s %llx\n", source, (unsigned long long)table_mark());
    each_way(write_way, &o);
    fprintf(o.f, "end\n");
    return fclose(o.f) == 0;
}

static bool read_ways(struct rows *r, FILE *f)
{
    unsigned v[8];
    while (fscanf(f, "%u %u %u %u %u %u %u %u", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6,
                  v + 7) == 8) {
        if (v[0] >= insn_row_count || v[1] >= ROW_ENGINES || v[3] > 3 || v[4] > 3 ||
            v[5] >= ROW_FORMS || v[6] >= ROW_MODES || v[7] >= ROW_ENDS)
            return false;
        rows_add(r, &(struct row_way){v[0], (enum row_engine)v[1], v[2], v[3], v[4],
                                      (enum row_form)v[5], (enum row_mode)v[6],
                                      (enum row_end)v[7]});
    }
    char last[4] = "";
    return fscanf(f, "%3s", last) == 1 && !strcmp(last, "end");
}

bool rows_read(struct rows *r, const char *path, char source[16])
{
    unsigned long long mark;
    FILE *f = fopen(path, "r");
    bool ok = f && fscanf(f, "rows 1 %15s %llx", source, &mark) == 2 && mark == table_mark() &&
              read_ways(r, f);
    if (f)
        fclose(f);
    return ok;
}
