/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter's reading of sem_int.inc: each body becomes a handler for 8, 16 and 32 bits and
 * for each shape of operands it can have. The words of the vocabulary are defined here for
 * uint64_t values; the only hidden control flow is the return on a fault.
 */
#include "cpu/interp.h"

#include "cpu/cond.h"
#include "cpu/flags.h"
#include "cpu/mem.h"

#define PASTE2_(a, b) a##b
#define PASTE2(a, b) PASTE2_(a, b)
#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c)  PASTE3_(a, b, c)
#define PASTE4_(a, b, c, d) a##b##c##d
#define PASTE4(a, b, c, d)  PASTE4_(a, b, c, d)

/* ---- memory operands ----
 *
 * The slow paths hand their value over in c->scratch: a local whose address is taken would keep
 * compilers from making the last call of a handler a jump.
 */

static NOINLINE bool read_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size)
{
    c->at = op;
    return seg_read(c, op->in.seg, off, size, &c->scratch);
}

static NOINLINE bool write_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size,
                                uint64_t v)
{
    c->at = op;
    return seg_write(c, op->in.seg, off, v, size);
}

/* Checked for writing, so that the write back cannot fault. */
static NOINLINE bool rmw_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size)
{
    c->at = op;
    return seg_probe_write(c, op->in.seg, off, size) &&
           seg_read(c, op->in.seg, off, size, &c->scratch);
}

static NOINLINE void rmw_put_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size,
                                  uint64_t v)
{
    c->at = op;
    if (!lin_write(c, seg_linear(c, op->in.seg, off), v, size, c->cpl == 3))
        c->fault.raised = false;             /* probed before: cannot be */
}

/* Three ways to an effective address: G any segment, any form; B and X with flat segments,
 * without and with an index (MODE_FLAT is part of what a block was built for). */
#define EA_G() op_ea(c, op)
#define EA_B() ((uint32_t)load_le64((const uint8_t *)c->gpr + op->in.base) + (uint32_t)op->in.disp)
#define EA_X() \
    (uint32_t)(load_le64((const uint8_t *)c->gpr + op->in.base) + \
               (load_le64((const uint8_t *)c->gpr + op->in.index) << op->in.scale) + \
               (uint32_t)op->in.disp)

/* The TLB entry for a plain hit at off, read or written; 'else' follows where there is none. G
 * has its slow path behind that; B and X leave the whole instruction to the handler of shape G,
 * so that their own code needs no stack frame. */
static ALWAYS_INLINE bool hit_G(const struct cpu *c, const struct op *op, uint64_t off,
                                unsigned size, bool write, uint8_t **p)
{
    const struct seg *s = &c->seg[op->in.seg];
    if (UNLIKELY((int64_t)off > (write ? s->lim_w : s->lim_r) - (int64_t)(size - 1)))
        return false;
    laddr a = (uint32_t)(s->base + off);
    const struct tlb_entry *e = tlb_slot(c, a);
    *p = (uint8_t *)(e->host + (uintptr_t)a);
    return LIKELY((a ^ (write ? e->tag_w : e->tag_r)) <= PAGE_SIZE - size);
}
static ALWAYS_INLINE bool hit_B(const struct cpu *c, const struct op *op, uint64_t off,
                                unsigned size, bool write, uint8_t **p)
{
    const struct tlb_entry *e = tlb_slot(c, off);
    *p = (uint8_t *)(e->host + (uintptr_t)off);
    return LIKELY((off ^ (write ? e->tag_w : e->tag_r)) <= PAGE_SIZE - size);
}
#define hit_X hit_B

/* ---- the vocabulary ---- */

#define V        uint64_t
#define BYTES    (SZ / 8)
#define MASK     (UINT64_MAX >> (64 - SZ))
#define K(n)     ((uint64_t)(n))
#define ONES()   UINT64_MAX
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define AND(a, b) ((a) & (b))
#define OR(a, b)  ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define SHL(a, n) ((uint64_t)(a) << (n))
#define SHLV(a, n) ((uint64_t)(a) << (n))
#define SHRV(a, n) ((uint64_t)(a) >> (n))
#define SARV(a, n) sar64(a, (unsigned)(n))
#define SEL(x, a, b) ((x) ? (a) : (b))
#define IS_ZERO(r) (((r) & MASK) == 0)
#define SEXT(x)  sext(x, SZ)
#define SX8(x)   sext(x, 8)
#define SX32(x)  sext(x, 32)
#define SX16(x)  sext(x, 16)
#define TOP(x)   ((x) >> (SZ - 1))
#define SECOND(x) ((x) >> (SZ - 2))
#define REG(n)   reg_get(c, op->in.reg[n], BYTES)
#define WR_REG(n, v) reg_set(c, op->in.reg[n], v, BYTES)
#define ACC()    reg_get(c, 0, BYTES)
/* CMPXCHG leaves the accumulator's upper half alone when the values were equal. */
#define WR_ACC(same, v) do { if (!(same)) reg_set(c, 0, v, BYTES); } while (0)
#define EA()     PASTE3(EA_, SRC, )()
#define EA_R()   op_ea(c, op)
#define EA_I()   op_ea(c, op)
#define IMM()    op->in.imm
#define CNT()    (SRC_IS_IMM ? op->in.imm : reg_get(c, REG_OFF(R_CX), 1))
#define GET_CF() ((uint64_t)flag_cf(c))
#define AUX(cf, ci) ((uint64_t)(cf) << 63 | ((uint64_t)(ci) & 1) << 62)
#define FLAGS(r, aux) (c->fl_res = SEXT(r), c->fl_aux = (aux))
#define FLAGS_ADD(a, b, r) FLAGS(r, aux_pack(a, b, r, SZ))
#define FLAGS_SUB(a, b, r) FLAGS(r, aux_pack(a, b, r, SZ))
#define FLAGS_LOGIC(r) FLAGS(r, 0)
#define FLAGS_MUL(r, over) FLAGS(r, (uint64_t)((over) != 0) << 63)
#define FLAGS_IF(n, r, x) if (n) FLAGS(r, x)
#define FLAGS_CO_IF(n, cf, ci_of) if (n) set_co(c, cf, ci_of)
#define KEEP_CF(set) uint64_t old_aux = c->fl_aux; set; keep_cf(c, old_aux)

/* fl_aux of a sum or difference whose carry stands in bit 'bits' of r. */
static ALWAYS_INLINE uint64_t aux_pack(uint64_t a, uint64_t b, uint64_t r, unsigned bits)
{
    uint64_t in = a ^ b ^ r;
    return bits == 32 ? in << 31 : in << (63 - bits) | (in & 16);
}

/* The new flags, but the old CF; flipping both top bits leaves OF = CF ^ CI alone. */
static ALWAYS_INLINE void keep_cf(struct cpu *c, uint64_t old)
{
    uint64_t flip = (c->fl_aux ^ old) >> 63;
    c->fl_aux ^= flip << 63 | flip << 62;
}

/* CF := bit 0 of cf; OF := cf ^ o, where o is the other top bit; the rest stays. */
static ALWAYS_INLINE void set_co(struct cpu *c, uint64_t cf, uint64_t o)
{
    c->fl_aux = (c->fl_aux & (UINT64_MAX >> 2)) | AUX(cf & 1, o);
}

/* How an operand is reached in each shape: D the destination, S the source. */
#define RD(v, n)   V v; PASTE3(RD_, n, _)(v)
#define RD_0_(v)   PASTE3(GET_, DST, _)(v, 0)
#define RD_1_(v)   PASTE3(GET_, SRC, _)(v, 1)
#define GET_R_(v, n) v = reg_get(c, op->in.reg[n], BYTES)
#define GET_I_(v, n) v = op->in.imm & MASK
#define LOAD_G(v, size) \
    uint64_t off_ = EA_G(); \
    uint8_t *p_; \
    if (LIKELY(hit_G(c, op, off_, size, false, &p_))) { \
        v = load_le(p_, size); \
    } else { \
        if (!read_slow(c, op, off_, size)) \
            return op_fault(c, op); \
        v = c->scratch; \
    }
#define LOAD_FLAT(ea, v, size) \
    uint64_t off_ = PASTE2(EA_, ea)(); \
    uint8_t *p_; \
    if (UNLIKELY(!hit_B(c, op, off_, size, false, &p_))) \
        return general(c, op); \
    v = load_le(p_, size)
#define GET_G_(v, n) LOAD_G(v, BYTES)
#define GET_B_(v, n) LOAD_FLAT(B, v, BYTES)
#define GET_X_(v, n) LOAD_FLAT(X, v, BYTES)
#define RD8(v, n)  V v; PASTE3(NARROW_, SRC, _)(v, n, 1)
#define RD32(v, n) V v; PASTE3(NARROW_, SRC, _)(v, n, 4)
#define RD16(v, n) V v; PASTE3(NARROW_, SRC, _)(v, n, 2)
#define NARROW_R_(v, n, size) v = reg_get(c, op->in.reg[n], size)
#define NARROW_I_(v, n, size) v = op->in.imm
#define NARROW_G_(v, n, size) LOAD_G(v, size)
#define NARROW_B_(v, n, size) LOAD_FLAT(B, v, size)
#define NARROW_X_(v, n, size) LOAD_FLAT(X, v, size)
#define RM(v, n)   V v; PASTE3(RM_, SRC, _)(v, n)
#define RM_R_(v, n) GET_R_(v, n)
#define RM_I_(v, n) GET_R_(v, n)
#define RM_G_(v, n) GET_G_(v, n)
#define RM_B_(v, n) GET_B_(v, n)
#define RM_X_(v, n) GET_X_(v, n)
#define RMW(v, n)  V v; PASTE3(RMW_, DST, _)(v, n)
#define RMW_R_(v, n) v = reg_get(c, op->in.reg[n], BYTES)
#define RMW_G_(v, n) \
    uint64_t at_ = EA_G(); \
    uint8_t *w_; \
    bool hit_ = hit_G(c, op, at_, BYTES, true, &w_); \
    if (LIKELY(hit_)) { \
        v = load_le(w_, BYTES); \
    } else { \
        if (!rmw_slow(c, op, at_, BYTES)) \
            return op_fault(c, op); \
        v = c->scratch; \
    }
#define RMW_FLAT(ea, v) \
    uint64_t at_ = PASTE2(EA_, ea)(); \
    uint8_t *w_; \
    if (UNLIKELY(!hit_B(c, op, at_, BYTES, true, &w_))) \
        return general(c, op); \
    v = load_le(w_, BYTES)
#define RMW_B_(v, n) RMW_FLAT(B, v)
#define RMW_X_(v, n) RMW_FLAT(X, v)
#define WB(n, r)   PASTE3(WB_, DST, _)(n, r)
#define WB_R_(n, r) reg_set(c, op->in.reg[n], (r) & MASK, BYTES)
#define WB_G_(n, r) \
    if (LIKELY(hit_)) \
        store_le(w_, r, BYTES); \
    else \
        rmw_put_slow(c, op, at_, BYTES, r)
#define WB_B_(n, r) store_le(w_, r, BYTES)
#define WB_X_(n, r) store_le(w_, r, BYTES)
#define WR(n, r)   PASTE3(WR_, DST, _)(n, r)
#define WR_R_(n, r) reg_set(c, op->in.reg[n], (r) & MASK, BYTES)
#define WR_G_(n, r) \
    uint64_t off0_ = EA_G(); \
    uint8_t *p0_; \
    if (LIKELY(hit_G(c, op, off0_, BYTES, true, &p0_))) \
        store_le(p0_, r, BYTES); \
    else if (!write_slow(c, op, off0_, BYTES, r)) \
        return op_fault(c, op)
#define STORE_FLAT(ea, r) \
    uint64_t off0_ = PASTE2(EA_, ea)(); \
    uint8_t *p0_; \
    if (UNLIKELY(!hit_B(c, op, off0_, BYTES, true, &p0_))) \
        return general(c, op); \
    store_le(p0_, r, BYTES)
#define WR_B_(n, r) STORE_FLAT(B, r)
#define WR_X_(n, r) STORE_FLAT(X, r)

/* The shape a handler falls back to. */
#define GENERAL_R R
#define GENERAL_I I
#define GENERAL_G G
#define GENERAL_B G
#define GENERAL_X G
#define FN(name, d, s) PASTE4(name##_, SZ, d, s)
#define GENERAL_FN(name) FN(name, PASTE2(GENERAL_, DST), PASTE2(GENERAL_, SRC))

#define SEM(name, ...) \
    static op_run GENERAL_FN(name); \
    static const struct op *FN(name, DST, SRC)(struct cpu *c, const struct op *op) \
    { \
        op_run *const general = GENERAL_FN(name); \
        (void)general; \
        __VA_ARGS__; \
        return TAIL(c, op + 1); \
    }

#define SZ 8
#include "cpu/interp_shapes.inc"
#undef SZ
#define SZ 16
#include "cpu/interp_shapes.inc"
#undef SZ
#define SZ 32
#include "cpu/interp_shapes.inc"
#undef SZ
#undef SEM

/* ORDER shape */
#define ROW_OF(name, sz) \
    { \
        name##_##sz##RR, name##_##sz##RI, name##_##sz##RG, name##_##sz##RB, name##_##sz##RX, \
            name##_##sz##GR, name##_##sz##BR, name##_##sz##XR, name##_##sz##GI, name##_##sz##BI, \
            name##_##sz##XI \
    }
#define SEM(name, ...) \
    static op_run *const shapes_##name[4][SHAPES_MAX] = { ROW_OF(name, 8), ROW_OF(name, 16), \
                                                          ROW_OF(name, 32) }; \
    const struct binding bind_##name = { .by_shape = shapes_##name };
#include "cpu/sem_int.inc"
#include "cpu/sem_cc.inc"
#undef SEM

/* ---- binding ---- */

static bool is_imm(unsigned operand)
{
    return operand == Ib || operand == Ibs || operand == Iw || operand == Iz || operand == Iv ||
           operand == I1;
}

/* Does an instruction at off stay in its page, jumping or falling through? */
static bool is_near(const struct insn *in, unsigned off)
{
    uint64_t next = off + in->len;
    return next < PAGE_SIZE && next + in->imm < PAGE_SIZE;
}

static op_run *bind_any(const struct insn *in, const struct binding *b, uint32_t mode, unsigned off)
{
    const uint32_t flat = MODE_FLAT | MODE_STACK32 | MODE_FLATCS;
    if (b->near && (mode & MODE_FLATCS) && in->osize == 2 && is_near(in, off))
        return b->near;
    return b->flat && (mode & flat) == flat && in->osize == 2 ? b->flat : b->any;
}

op_run *interp_bind(struct insn *in, const struct insn_row *row, const struct binding *b,
                    uint32_t mode, unsigned off)
{
    if (b->any)
        return bind_any(in, b, mode, off);
    unsigned last = row->opnd[2] ? 2 : row->opnd[1] ? 1 : 0;
    bool imm = is_imm(row->opnd[last]);
    if (row->opnd[last] == I1)
        in->imm = 1;
    bool flat = (mode & MODE_FLAT) && in->asize == 2 && in->seg < SEG_FS && in->seg != SEG_CS;
    unsigned ea = !flat ? 0 : in->index == REG_NONE ? 1 : 2;
    unsigned s = in->mem == 0   ? (imm ? SH_GI : SH_GR) + ea
                 : in->mem == 1 ? SH_RG + ea
                 : imm          ? SH_RI
                                : SH_RR;
    return b->by_shape[in->osize][s];
}
