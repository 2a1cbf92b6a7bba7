/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IR's reading of sem_int.inc and sem_cc.inc: the words append nodes. Operand size and shape
 * are known when a block is lifted, so that one body serves them all.
 *
 * C leaves the order of arguments open: words that take two fresh nodes name them first, so that
 * the IR comes out the same from every compiler.
 */
#include "cpu/ir.h"

#include "cpu/bind.h"
#include "cpu/flags.h"
#include "cpu/interp.h"

struct lifter {
    struct ir_block *ib;
    const struct op *op;
    unsigned         bits;       /* of the operands */
    bool             imm;        /* the last operand is an immediate */
    ir_ref           at;         /* offset of the memory operand, for the write back */
};

static ir_ref emit(struct lifter *l, struct ir x)
{
    l->ib->v[l->ib->n] = x;
    return (ir_ref)l->ib->n++;
}

static ir_ref konst(struct lifter *l, uint64_t n)
{
    return emit(l, (struct ir){ .code = IR_K, .imm = n });
}
static ir_ref e1(struct lifter *l, enum ir_code code, ir_ref a, unsigned size)
{
    return emit(l, (struct ir){ .code = (uint8_t)code, .size = (uint8_t)size, .a = a });
}
static ir_ref e2(struct lifter *l, enum ir_code code, ir_ref a, ir_ref b)
{
    return emit(l, (struct ir){ .code = (uint8_t)code, .a = a, .b = b });
}
static ir_ref shift(struct lifter *l, enum ir_code code, ir_ref a, unsigned n)
{
    ir_ref k = konst(l, n);
    return e2(l, code, a, k);
}
static ir_ref bit0(struct lifter *l, ir_ref a)
{
    ir_ref one = konst(l, 1);
    return e2(l, IR_AND, a, one);
}
static ir_ref sel(struct lifter *l, ir_ref x, ir_ref a, ir_ref b)
{
    return emit(l, (struct ir){ .code = IR_SEL, .a = x, .b = a, .c = b });
}
static ir_ref get(struct lifter *l, size_t off, unsigned size)
{
    return emit(l, (struct ir){ .code = IR_GET, .size = (uint8_t)size, .imm = off });
}
static void put(struct lifter *l, size_t off, ir_ref v, unsigned size)
{
    emit(l, (struct ir){ .code = IR_PUT, .size = (uint8_t)size, .a = v, .imm = off });
}

/* ---- operands ---- */

#define RES_AT offsetof(struct cpu, fl_res)
#define AUX_AT offsetof(struct cpu, fl_aux)

static unsigned bytes(const struct lifter *l) { return l->bits / 8; }
static size_t reg_at(unsigned byte_off) { return offsetof(struct cpu, gpr) + byte_off; }

static ir_ref reg(struct lifter *l, unsigned n, unsigned size)
{
    return get(l, reg_at(l->op->in.reg[n]), size);
}

/* 32-bit writes clear the upper half of the slot. */
static void reg_put(struct lifter *l, unsigned byte_off, ir_ref v)
{
    if (l->bits == 32) {
        ir_ref t = e1(l, IR_TRIM, v, 4);
        put(l, reg_at(byte_off), t, 8);
    } else {
        put(l, reg_at(byte_off), v, bytes(l));
    }
}

static ir_ref address(struct lifter *l)
{
    const struct insn *in = &l->op->in;
    ir_ref e = konst(l, (uint64_t)(int64_t)in->disp);
    if (in->base != REG_NONE) {
        ir_ref base = get(l, reg_at(in->base), 8);
        e = e2(l, IR_ADD, base, e);
    }
    if (in->index != REG_NONE) {
        ir_ref index = get(l, reg_at(in->index), 8);
        ir_ref scaled = shift(l, IR_SHL, index, in->scale);
        e = e2(l, IR_ADD, e, scaled);
    }
    ir_ref mask = konst(l, l->op->amask);
    return e2(l, IR_AND, e, mask);
}

static ir_ref load(struct lifter *l, enum ir_code code, unsigned size)
{
    l->at = address(l);
    return emit(
        l, (struct ir){
               .code = (uint8_t)code, .size = (uint8_t)size, .a = l->at, .imm = l->op->in.seg });
}
static void store(struct lifter *l, enum ir_code code, ir_ref v)
{
    emit(l, (struct ir){ .code = (uint8_t)code,
                         .size = (uint8_t)bytes(l),
                         .a = l->at,
                         .b = v,
                         .imm = l->op->in.seg });
}

/* Operand n in 'size' bytes. */
static ir_ref read_operand(struct lifter *l, unsigned n, unsigned size)
{
    if (l->op->in.mem == n)
        return load(l, IR_LOAD, size);
    if (n && l->imm)
        return konst(l, l->op->in.imm & UINT64_MAX >> (64 - 8 * size));
    return reg(l, n, size);
}
static ir_ref rm(struct lifter *l, unsigned n)
{
    return l->op->in.mem == n ? load(l, IR_LOAD, bytes(l)) : reg(l, n, bytes(l));
}
static ir_ref read_both_ways(struct lifter *l)
{
    return l->op->in.mem == 0 ? load(l, IR_LOADW, bytes(l)) : reg(l, 0, bytes(l));
}
static void write_back(struct lifter *l, ir_ref v)
{
    if (l->op->in.mem == 0)
        store(l, IR_STOREB, v);
    else
        reg_put(l, l->op->in.reg[0], v);
}
static void write_operand(struct lifter *l, ir_ref v)
{
    if (l->op->in.mem == 0) {
        l->at = address(l);
        store(l, IR_STORE, v);
    } else {
        reg_put(l, l->op->in.reg[0], v);
    }
}

static void put_acc(struct lifter *l, ir_ref same, ir_ref v)
{
    unsigned size = l->bits == 32 ? 8 : bytes(l);
    ir_ref old = get(l, reg_at(0), size);
    if (l->bits == 32)
        v = e1(l, IR_TRIM, v, 4);
    ir_ref w = sel(l, same, old, v);
    put(l, reg_at(0), w, size);
}

static ir_ref count(struct lifter *l)
{
    return l->imm ? konst(l, l->op->in.imm) : get(l, reg_at(REG_OFF(R_CX)), 1);
}

/* ---- flags ---- */

static void flags_put(struct lifter *l, ir_ref r, ir_ref aux)
{
    ir_ref s = e1(l, IR_SEXT, r, bytes(l));
    put(l, RES_AT, s, 8);
    put(l, AUX_AT, aux, 8);
}

static void flags_sum(struct lifter *l, ir_ref a, ir_ref b, ir_ref r)
{
    ir_ref ab = e2(l, IR_XOR, a, b), carries = e2(l, IR_XOR, ab, r);
    ir_ref aux = shift(l, IR_SHL, carries, 63 - l->bits);
    if (l->bits != 32) {
        ir_ref k16 = konst(l, 16), half = e2(l, IR_AND, carries, k16);
        aux = e2(l, IR_OR, aux, half);
    }
    flags_put(l, r, aux);
}

static void flags_logic(struct lifter *l, ir_ref r)
{
    ir_ref zero = konst(l, 0);
    flags_put(l, r, zero);
}

/* CF and OF when 'over' is not 0. */
static void flags_product(struct lifter *l, ir_ref r, ir_ref over)
{
    ir_ref yes = konst(l, UINT64_C(1) << 63), no = konst(l, 0), aux = sel(l, over, yes, no);
    flags_put(l, r, aux);
}

/* CF in bit 63 and another in bit 62. */
static ir_ref aux_of(struct lifter *l, ir_ref cf, ir_ref ci)
{
    ir_ref hi = shift(l, IR_SHL, cf, 63), one = bit0(l, ci), lo = shift(l, IR_SHL, one, 62);
    return e2(l, IR_OR, hi, lo);
}

static void flags_if(struct lifter *l, ir_ref n, ir_ref r, ir_ref aux)
{
    ir_ref s = e1(l, IR_SEXT, r, bytes(l)), res = get(l, RES_AT, 8), old = get(l, AUX_AT, 8);
    ir_ref new_res = sel(l, n, s, res), new_aux = sel(l, n, aux, old);
    put(l, RES_AT, new_res, 8);
    put(l, AUX_AT, new_aux, 8);
}

/* CF and OF alone, unless n is 0. */
static void carry_overflow_if(struct lifter *l, ir_ref n, ir_ref cf, ir_ref ci)
{
    ir_ref old = get(l, AUX_AT, 8), mask = konst(l, UINT64_MAX >> 2),
           kept = e2(l, IR_AND, old, mask);
    ir_ref c0 = bit0(l, cf), two = aux_of(l, c0, ci), aux = e2(l, IR_OR, kept, two);
    ir_ref v = sel(l, n, aux, old);
    put(l, AUX_AT, v, 8);
}

/* The old CF into the flags just made; OF = CF ^ CI stays. */
static void carry_keep(struct lifter *l, ir_ref old)
{
    ir_ref aux = get(l, AUX_AT, 8), d = e2(l, IR_XOR, aux, old), flip = shift(l, IR_SHR, d, 63);
    ir_ref f63 = shift(l, IR_SHL, flip, 63), f62 = shift(l, IR_SHL, flip, 62),
           both = e2(l, IR_OR, f63, f62);
    ir_ref v = e2(l, IR_XOR, aux, both);
    put(l, AUX_AT, v, 8);
}

static ir_ref is_c(struct lifter *l)
{
    ir_ref aux = get(l, AUX_AT, 8);
    return shift(l, IR_SHR, aux, 63);
}
static ir_ref is_o(struct lifter *l)
{
    ir_ref aux = get(l, AUX_AT, 8), up = shift(l, IR_SHL, aux, 1), d = e2(l, IR_XOR, aux, up);
    return shift(l, IR_SHR, d, 63);
}
static ir_ref is_z(struct lifter *l)
{
    ir_ref res = get(l, RES_AT, 8);
    return e1(l, IR_EQ0, res, 0);
}
static ir_ref is_s(struct lifter *l)
{
    ir_ref res = get(l, RES_AT, 8), aux = get(l, AUX_AT, 8), top = shift(l, IR_SHR, res, 63);
    ir_ref flip = e2(l, IR_XOR, top, aux);
    return bit0(l, flip);
}
static ir_ref is_p(struct lifter *l)
{
    ir_ref res = get(l, RES_AT, 8), aux = get(l, AUX_AT, 8), even = e1(l, IR_PARITY, res, 0);
    ir_ref inv = shift(l, IR_SHR, aux, 1), flip = e2(l, IR_XOR, even, inv);
    return bit0(l, flip);
}
static ir_ref is_be(struct lifter *l)
{
    ir_ref cf = is_c(l), zf = is_z(l);
    return e2(l, IR_OR, cf, zf);
}
static ir_ref is_l(struct lifter *l)
{
    ir_ref sf = is_s(l), of = is_o(l);
    return e2(l, IR_XOR, sf, of);
}
static ir_ref is_le(struct lifter *l)
{
    ir_ref lt = is_l(l), zf = is_z(l);
    return e2(l, IR_OR, lt, zf);
}
static ir_ref not1(struct lifter *l, ir_ref a)
{
    ir_ref one = konst(l, 1);
    return e2(l, IR_XOR, a, one);
}
static ir_ref zero_in_size(struct lifter *l, ir_ref r)
{
    ir_ref t = e1(l, IR_TRIM, r, bytes(l));
    return e1(l, IR_EQ0, t, 0);
}

/* ---- the vocabulary ---- */

#define V          ir_ref
#define SZ         (L_->bits)
#define K(n)       konst(L_, n)
#define ONES()     konst(L_, UINT64_MAX)
#define ADD(a, b)  e2(L_, IR_ADD, a, b)
#define SUB(a, b)  e2(L_, IR_SUB, a, b)
#define MUL(a, b)  e2(L_, IR_MUL, a, b)
#define AND(a, b)  e2(L_, IR_AND, a, b)
#define OR(a, b)   e2(L_, IR_OR, a, b)
#define XOR(a, b)  e2(L_, IR_XOR, a, b)
#define SHL(a, n)  shift(L_, IR_SHL, a, n)
#define SHLV(a, n) e2(L_, IR_SHL, a, n)
#define SHRV(a, n) e2(L_, IR_SHR, a, n)
#define SARV(a, n) e2(L_, IR_SAR, a, n)
#define SEL(x, a, b) sel(L_, x, a, b)
#define IS_ZERO(r) zero_in_size(L_, r)
#define SEXT(x)    e1(L_, IR_SEXT, x, bytes(L_))
#define SX8(x)     e1(L_, IR_SEXT, x, 1)
#define SX16(x)    e1(L_, IR_SEXT, x, 2)
#define SX32(x)    e1(L_, IR_SEXT, x, 4)
#define TOP(x)     shift(L_, IR_SHR, x, L_->bits - 1)
#define SECOND(x)  shift(L_, IR_SHR, x, L_->bits - 2)
#define RD(v, n)   V v = read_operand(L_, n, bytes(L_))
#define RD8(v, n)  V v = read_operand(L_, n, 1)
#define RD16(v, n) V v = read_operand(L_, n, 2)
#define RD32(v, n) V v = read_operand(L_, n, 4)
#define RM(v, n)   V v = rm(L_, n)
#define IMM()      konst(L_, L_->op->in.imm)
#define RMW(v, n)  V v = read_both_ways(L_)
#define WB(n, r)   write_back(L_, r)
#define WR(n, r)   write_operand(L_, r)
#define REG(n)     reg(L_, n, bytes(L_))
#define WR_REG(n, v) reg_put(L_, L_->op->in.reg[n], v)
#define ACC()      get(L_, reg_at(0), bytes(L_))
#define WR_ACC(same, v) put_acc(L_, same, v)
#define EA()       address(L_)
#define CNT()      count(L_)
#define GET_CF()   is_c(L_)
#define AUX(cf, ci) aux_of(L_, cf, ci)
#define FLAGS_MUL(r, over) flags_product(L_, r, over)
#define FLAGS_ADD(a, b, r) flags_sum(L_, a, b, r)
#define FLAGS_SUB(a, b, r) flags_sum(L_, a, b, r)
#define FLAGS_LOGIC(r) flags_logic(L_, r)
#define FLAGS_IF(n, r, x) flags_if(L_, n, r, x)
#define FLAGS_CO_IF(n, cf, ci_of) carry_overflow_if(L_, n, cf, ci_of)
#define KEEP_CF(set) V old_aux = get(L_, AUX_AT, 8); set; carry_keep(L_, old_aux)

#define CC_o()  is_o(L_)
#define CC_no() not1(L_, is_o(L_))
#define CC_b()  is_c(L_)
#define CC_ae() not1(L_, is_c(L_))
#define CC_e()  is_z(L_)
#define CC_ne() not1(L_, is_z(L_))
#define CC_be() is_be(L_)
#define CC_a()  not1(L_, is_be(L_))
#define CC_s()  is_s(L_)
#define CC_ns() not1(L_, is_s(L_))
#define CC_p()  is_p(L_)
#define CC_np() not1(L_, is_p(L_))
#define CC_l()  is_l(L_)
#define CC_ge() not1(L_, is_l(L_))
#define CC_le() is_le(L_)
#define CC_g()  not1(L_, is_le(L_))

#define SEM(name, ...) static void lift_##name(struct lifter *L_) { __VA_ARGS__; }
#include "cpu/sem_int.inc"
#include "cpu/sem_cc.inc"
#undef SEM

static const struct { const struct binding *bind; void (*lift)(struct lifter *); } bodies[] = {
#define SEM(name, ...) { &bind_##name, lift_##name },
#include "cpu/sem_int.inc"
#include "cpu/sem_cc.inc"
#undef SEM
};

/* ---- instructions and blocks ---- */

static bool is_imm(unsigned operand)
{
    return operand == Ib || operand == Ibs || operand == Iw || operand == Iz || operand == Iv ||
           operand == I1;
}

op_run *ir_helper(const struct op *op, const struct ir *node)
{
    const struct binding *b = insn_bindings[op->in.id];
    if (node->size == HELP_PUSH_SP)
        return op_push_sp_8086;
    return node->size == HELP_RAISE || !b->any ? op_raise : b->any;
}

static void lift_one(struct lifter *l, uint8_t helper)
{
    const struct insn *in = &l->op->in;
    const struct insn_row *row = &insn_rows[in->id];
    const struct binding *b = insn_bindings[in->id];
    l->bits = 8u << in->osize;
    l->imm = is_imm(row->opnd[row->opnd[2] ? 2 : row->opnd[1] ? 1 : 0]);
    for (size_t i = 0; helper == HELP_ROW && in->osize < 3 && i < ARRAY_LEN(bodies); i++)
        if (bodies[i].bind == b) {
            bodies[i].lift(l);
            return;
        }
    emit(l, (struct ir){ .code = IR_HELPER, .size = helper, .imm = l->op->ord });
}

/* Did the nodes from 'first' on do anything that may ask for the block to be left? */
static bool may_leave(const struct ir_block *ib, unsigned first)
{
    for (unsigned i = first; i < ib->n; i++)
        if (ir_info[ib->v[i].code].effects & (E_FAULT | E_MEM))
            return true;
    return false;
}

void lift_block(struct ir_block *ib, const struct cpu *c, const struct block *b)
{
    struct lifter l = { .ib = ib };
    bool leave = false;
    ib->n = 0;
    for (unsigned i = 0; i <= b->n_ops; i++) {
        unsigned first = ib->n;
        l.op = &b->ops[i];
        emit(&l, (struct ir){ .code = IR_INSN, .size = leave, .imm = i });
        if (i == b->n_ops)
            break;
        op_run *run = c->patched == l.op ? c->patched_run : l.op->run;
        lift_one(&l, run == op_raise          ? HELP_RAISE
                     : run == op_push_sp_8086 ? HELP_PUSH_SP
                                              : HELP_ROW);
        leave = may_leave(ib, first + 1);
    }
    emit(&l, (struct ir){ .code = IR_END, .imm = b->n_ops });
}
