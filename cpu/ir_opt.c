/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Passes over the IR. Forward: constants, and a GET of what was PUT or got before. Backward: a PUT
 * that is overwritten before anything could see it, and values without a reader. Then the holes are
 * closed.
 *
 * A PUT is seen by whatever may leave the block: a fault, a helper, an INSN that says so, the end.
 */
#include "cpu/ir.h"

enum { CELLS = 19, NONE_YET = 0xffff };

/* What is known of one 8-byte cell: the low 'size' bytes at offset 'off' in it are those of
 * value 'v'. */
struct known { ir_ref v; uint8_t off, size; };

struct pass {
    struct ir_block *ib;
    ir_ref           to[IR_MAX];             /* the node that stands for node i */
    struct known     cell[CELLS];
};

/* Cells: 17 register slots, then the two words of flags. */
static unsigned cell_of(uint64_t at)
{
    if (at == offsetof(struct cpu, fl_res))
        return 17;
    return at == offsetof(struct cpu, fl_aux) ? 18
                                              : (unsigned)((at - offsetof(struct cpu, gpr)) / 8);
}
static unsigned byte_of(uint64_t at)
{
    return cell_of(at) < 17 ? (unsigned)((at - offsetof(struct cpu, gpr)) & 7) : 0;
}

static void forget(struct pass *p)
{
    for (unsigned i = 0; i < CELLS; i++)
        p->cell[i].v = NONE_YET;
}

static bool is_k(const struct pass *p, ir_ref v, uint64_t *n)
{
    const struct ir *x = &p->ib->v[v];
    *n = x->imm;
    return x->code == IR_K;
}

static void learn(struct pass *p, const struct ir *x, ir_ref v)
{
    p->cell[cell_of(x->imm)] = (struct known){ v, (uint8_t)byte_of(x->imm), x->size };
}

/* A GET whose value is known becomes that value, trimmed where it has to be. */
static void forward_get(struct pass *p, unsigned i)
{
    struct ir *x = &p->ib->v[i];
    struct known k = p->cell[cell_of(x->imm)];
    if (k.v == NONE_YET || k.off != byte_of(x->imm) || k.size < x->size) {
        learn(p, x, (ir_ref)i);
        return;
    }
    if (x->size == 8)
        p->to[i] = k.v;
    else
        *x = (struct ir){ .code = IR_TRIM, .size = x->size, .a = k.v };
}

static void fold(struct pass *p, unsigned i)
{
    struct ir *x = &p->ib->v[i];
    uint64_t n[3] = { 0, 0, 0 };
    const ir_ref arg[3] = { x->a, x->b, x->c };
    unsigned args = ir_info[x->code].args, known = 0;
    for (unsigned k = 0; k < args; k++)
        known += is_k(p, arg[k], &n[k]);
    if (args && known == args) {
        *x = (struct ir){ .code = IR_K, .imm = ir_pure(x, n[0], n[1], n[2]) };
    } else if (x->code == IR_SEL && is_k(p, x->a, &n[0])) {
        p->to[i] = n[0] ? x->b : x->c;
    } else if (x->code == IR_TRIM && p->ib->v[x->a].code == IR_TRIM &&
               p->ib->v[x->a].size <= x->size) {
        p->to[i] = x->a;
    } else if ((x->code == IR_ADD || x->code == IR_OR || x->code == IR_XOR) &&
               is_k(p, x->b, &n[1]) && !n[1]) {
        p->to[i] = x->a;
    }
}

static void forward(struct pass *p)
{
    forget(p);
    for (unsigned i = 0; i < p->ib->n; i++) {
        struct ir *x = &p->ib->v[i];
        unsigned args = ir_info[x->code].args;
        p->to[i] = (ir_ref)i;
        x->a = args > 0 ? p->to[x->a] : 0;
        x->b = args > 1 ? p->to[x->b] : 0;
        x->c = args > 2 ? p->to[x->c] : 0;
        if (x->code == IR_GET)
            forward_get(p, i);
        else if (x->code == IR_PUT)
            learn(p, x, x->a);
        else if (x->code == IR_HELPER)
            forget(p);
        else if (!ir_info[x->code].effects)
            fold(p, i);
    }
}

/* Bytes of each cell that will be overwritten before anybody looks. */
static void drop_puts(struct ir_block *ib)
{
    uint8_t doomed[CELLS] = { 0 };
    for (unsigned i = ib->n; i--;) {
        struct ir *x = &ib->v[i];
        unsigned e = ir_info[x->code].effects;
        if ((e & (E_FAULT | E_LEAVE)) && !(x->code == IR_INSN && !x->size))
            memset(doomed, 0, sizeof doomed);
        if (x->code != IR_GET && x->code != IR_PUT)
            continue;
        uint8_t mask = (uint8_t)((0xffu >> (8 - x->size)) << byte_of(x->imm));
        uint8_t *d = &doomed[cell_of(x->imm)];
        if (x->code == IR_GET)
            *d &= (uint8_t)~mask;
        else if ((*d & mask) == mask)
            *x = (struct ir){ .code = IR_NOP };
        else
            *d |= mask;
    }
}

static void drop_values(struct pass *p)
{
    ir_ref *used = p->to;
    memset(used, 0, p->ib->n * sizeof *used);
    for (unsigned i = p->ib->n; i--;) {
        struct ir *x = &p->ib->v[i];
        const struct ir_info *f = &ir_info[x->code];
        if (f->value && !(f->effects & ~(unsigned)E_GET) && !used[i])
            *x = (struct ir){ .code = IR_NOP };
        else
            for (unsigned k = 0; k < f->args; k++)
                used[k == 0 ? x->a : k == 1 ? x->b : x->c] = 1;
    }
}

static void close_holes(struct pass *p)
{
    unsigned n = 0;
    for (unsigned i = 0; i < p->ib->n; i++) {
        struct ir x = p->ib->v[i];
        unsigned args = ir_info[x.code].args;
        p->to[i] = (ir_ref)n;
        if (x.code == IR_NOP)
            continue;
        x.a = args > 0 ? p->to[x.a] : 0;
        x.b = args > 1 ? p->to[x.b] : 0;
        x.c = args > 2 ? p->to[x.c] : 0;
        p->ib->v[n++] = x;
    }
    p->ib->n = n;
}

void ir_optimise(struct ir_block *ib)
{
    struct pass p;
    p.ib = ib;
    forward(&p);
    drop_values(&p);                         /* a GET without a reader must not keep a PUT */
    drop_puts(ib);
    drop_values(&p);
    close_holes(&p);
}
