/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier: is this IR what ir.h says it is? Order within an instruction: whatever may fault
 * comes before the first write that cannot be taken back; and a HELPER has its instruction to
 * itself.
 */
#include "cpu/ir.h"

/* What the present instruction has done so far. */
struct seen { bool any, put, mem, helper, rmw; unsigned ord; struct ir loadw; };

static bool size_ok(unsigned n) { return n == 1 || n == 2 || n == 4 || n == 8; }

static bool cell_ok(const struct ir *x)
{
    uint64_t regs = offsetof(struct cpu, gpr), end = regs + sizeof FIELD_AT(struct cpu, gpr);
    uint64_t last = x->imm + x->size;
    if (x->imm >= regs && last <= end)
        return x->code == IR_GET || last <= end - 8;         /* the last slot stays zero */
    return x->size == 8 &&
           (x->imm == offsetof(struct cpu, fl_res) || x->imm == offsetof(struct cpu, fl_aux));
}

static const char *check_args(const struct ir_block *ib, unsigned i)
{
    const struct ir *x = &ib->v[i];
    const ir_ref arg[3] = { x->a, x->b, x->c };
    for (unsigned k = 0; k < 3; k++) {
        if (k >= ir_info[x->code].args) {
            if (arg[k])
                return "an argument that the operation does not take";
        } else if (arg[k] >= i) {
            return "a value that is not defined yet";
        } else if (!ir_info[ib->v[arg[k]].code].value) {
            return "an argument that is no value";
        }
    }
    return NULL;
}

static const char *check_shape(const struct ir *x)
{
    switch ((enum ir_code)x->code) {
    case IR_GET: case IR_PUT:
        return !size_ok(x->size) || !cell_ok(x) ? "no such cell of the state" : NULL;
    case IR_LOAD: case IR_LOADW: case IR_STORE: case IR_STOREB:
        return !size_ok(x->size) || x->imm > SEG_GS ? "no such memory access" : NULL;
    case IR_TRIM: case IR_SEXT:
        return size_ok(x->size) ? NULL : "no such size";
    case IR_HELPER:
        return x->size >= HELP_KINDS ? "no such helper" : NULL;
    case IR_INSN:
        return x->size > 1 ? "no such size" : NULL;
    default:
        return x->size ? "a size that means nothing" : NULL;
    }
}

static const char *check_insn(struct seen *s, const struct ir *x)
{
    if (x->imm != (s->any ? s->ord + 1 : 0))
        return "instructions out of order";
    if (!x->size && s->any && (s->rmw || s->mem || s->helper))
        return "an instruction that must be left after cannot be";
    *s = (struct seen){ .any = true, .ord = (unsigned)x->imm };
    return NULL;
}

static const char *check_order(struct seen *s, const struct ir *x)
{
    unsigned e = ir_info[x->code].effects;
    if (x->code == IR_INSN)
        return check_insn(s, x);
    if (!s->any)
        return "a node before the first instruction";
    if (x->code == IR_HELPER) {
        if (x->imm != s->ord || s->put || s->mem || s->rmw || s->helper)
            return "a helper beside other effects";
        s->helper = true;
        return NULL;
    }
    if (s->helper && e & (E_GET | E_PUT | E_FAULT | E_MEM))
        return "effects beside a helper";
    if ((e & E_FAULT) && (s->put || s->mem))
        return "something that may fault after a write";
    if (x->code == IR_STOREB && !(s->loadw.code == IR_LOADW && s->loadw.a == x->a &&
                                  s->loadw.imm == x->imm && s->loadw.size == x->size))
        return "a write back that nobody has checked";
    if (x->code == IR_LOADW)
        s->loadw = *x;
    s->put |= (e & E_PUT) != 0;
    s->mem |= (e & E_MEM) != 0;
    s->rmw |= (e & E_FAULT) != 0;
    return NULL;
}

const char *ir_check(const struct ir_block *ib, unsigned *where)
{
    struct seen s = { .any = false };
    for (unsigned i = 0; i < ib->n; i++) {
        const struct ir *x = &ib->v[i];
        const char *wrong = x->code >= IR_CODES ? "no such operation" : check_args(ib, i);
        *where = i;
        if (!wrong)
            wrong = check_shape(x);
        if (!wrong)
            wrong = check_order(&s, x);
        if (!wrong && x->code == IR_END && (i + 1 != ib->n || x->imm != s.ord))
            wrong = "an end that is none";
        if (wrong)
            return wrong;
    }
    *where = ib->n;
    return ib->n && ib->v[ib->n - 1].code == IR_END ? NULL : "no end";
}
