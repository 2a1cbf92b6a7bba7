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

#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c)  PASTE3_(a, b, c)
#define PASTE4_(a, b, c, d) a##b##c##d
#define PASTE4(a, b, c, d)  PASTE4_(a, b, c, d)

/* ---- memory operands ---- */

static NOINLINE bool read_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size,
                               uint64_t *v)
{
    c->at = op;
    return seg_read(c, op->in.seg, off, size, v);
}

static NOINLINE bool write_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size,
                                uint64_t v)
{
    c->at = op;
    return seg_write(c, op->in.seg, off, v, size);
}

static ALWAYS_INLINE bool mem_get(struct cpu *c, const struct op *op, unsigned size, uint64_t *v)
{
    uint64_t off = op_ea(c, op);
    const struct seg *s = &c->seg[op->in.seg];
    if (LIKELY((int64_t)off <= s->lim_r - (int64_t)(size - 1))) {
        laddr a = (uint32_t)(s->base + off);
        const uint8_t *p = tlb_read_ptr(c, a, size);
        if (LIKELY(p != NULL)) {
            *v = load_le(p, size);
            return true;
        }
    }
    return read_slow(c, op, off, size, v);
}

static ALWAYS_INLINE bool mem_put(struct cpu *c, const struct op *op, unsigned size, uint64_t v)
{
    uint64_t off = op_ea(c, op);
    const struct seg *s = &c->seg[op->in.seg];
    if (LIKELY((int64_t)off <= s->lim_w - (int64_t)(size - 1))) {
        laddr a = (uint32_t)(s->base + off);
        uint8_t *p = tlb_write_ptr(c, a, size);
        if (LIKELY(p != NULL)) {
            store_le(p, v, size);
            return true;
        }
    }
    return write_slow(c, op, off, size, v);
}

/* Read-modify-write: where the write will go. p is NULL for the slow path, which has been
 * checked for writing, so that the write back cannot fault. */
struct rmw { uint8_t *p; laddr a; };

static NOINLINE bool rmw_slow(struct cpu *c, const struct op *op, uint64_t off, unsigned size,
                              uint64_t *v, struct rmw *w)
{
    c->at = op;
    w->p = NULL;
    w->a = seg_linear(c, op->in.seg, off);
    return seg_probe_write(c, op->in.seg, off, size) && seg_read(c, op->in.seg, off, size, v);
}

static NOINLINE void rmw_put_slow(struct cpu *c, const struct op *op, laddr a, unsigned size,
                                  uint64_t v)
{
    c->at = op;
    if (!lin_write(c, a, v, size, c->cpl == 3))
        c->fault.raised = false;             /* probed before: cannot be */
}

static ALWAYS_INLINE bool rmw_get(struct cpu *c, const struct op *op, unsigned size, uint64_t *v,
                                  struct rmw *w)
{
    uint64_t off = op_ea(c, op);
    const struct seg *s = &c->seg[op->in.seg];
    if (LIKELY((int64_t)off <= s->lim_w - (int64_t)(size - 1))) {
        laddr a = (uint32_t)(s->base + off);
        w->p = tlb_write_ptr(c, a, size);
        if (LIKELY(w->p != NULL)) {
            *v = load_le(w->p, size);
            return true;
        }
    }
    return rmw_slow(c, op, off, size, v, w);
}

static ALWAYS_INLINE void rmw_put(struct cpu *c, const struct op *op, const struct rmw *w,
                                  unsigned size, uint64_t v)
{
    if (LIKELY(w->p != NULL))
        store_le(w->p, v, size);
    else
        rmw_put_slow(c, op, w->a, size, v);
}

/* ---- the vocabulary ---- */

#define V        uint64_t
#define BYTES    (SZ / 8)
#define MASK     (UINT64_MAX >> (64 - SZ))
#define K(n)     ((uint64_t)(n))
#define ONES()   UINT64_MAX
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
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
#define EA()     op_ea(c, op)
#define CNT()    (SRC_IS_IMM ? op->in.imm : reg_get(c, REG_OFF(R_CX), 1))
#define GET_CF() ((uint64_t)flag_cf(c))
#define AUX(cf, ci) ((uint64_t)(cf) << 63 | ((uint64_t)(ci) & 1) << 62)
#define FLAGS(r, aux) (c->fl_res = SEXT(r), c->fl_aux = (aux))
#define FLAGS_ADD(a, b, r) FLAGS(r, aux_pack(a, b, r, SZ))
#define FLAGS_SUB(a, b, r) FLAGS(r, aux_pack(a, b, r, SZ))
#define FLAGS_LOGIC(r) FLAGS(r, 0)
#define FLAGS_IF(n, r, x) if (n) FLAGS(r, x)
#define FLAGS_CO_IF(n, cf, ci_of) if (n) set_co(c, cf, ci_of)
#define KEEP_CF(set) uint64_t old_aux = c->fl_aux; set; keep_cf(c, old_aux)

/* fl_aux of a sum or difference whose carry stands in bit 'bits' of r. */
static ALWAYS_INLINE uint64_t aux_pack(uint64_t a, uint64_t b, uint64_t r, unsigned bits)
{
    uint64_t in = a ^ b ^ r;
    return in << (63 - bits) | (in & 16);
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
#define GET_M_(v, n) if (UNLIKELY(!mem_get(c, op, BYTES, &v))) return op_fault(c, op)
#define RD8(v, n)  V v; PASTE3(NARROW_, SRC, _)(v, n, 1)
#define RD32(v, n) V v; PASTE3(NARROW_, SRC, _)(v, n, 4)
#define RD16(v, n) V v; PASTE3(NARROW_, SRC, _)(v, n, 2)
#define NARROW_R_(v, n, size) v = reg_get(c, op->in.reg[n], size)
#define NARROW_I_(v, n, size) v = op->in.imm
#define NARROW_M_(v, n, size) if (UNLIKELY(!mem_get(c, op, size, &v))) return op_fault(c, op)
#define RMW(v, n)  V v; struct rmw w_ = { NULL, 0 }; PASTE3(RMW_, DST, _)(v, n)
#define RMW_R_(v, n) v = reg_get(c, op->in.reg[n], BYTES); (void)w_
#define RMW_M_(v, n) if (UNLIKELY(!rmw_get(c, op, BYTES, &v, &w_))) return op_fault(c, op)
#define WB(n, r)   PASTE3(WB_, DST, _)(n, r)
#define WB_R_(n, r) reg_set(c, op->in.reg[n], (r) & MASK, BYTES)
#define WB_M_(n, r) rmw_put(c, op, &w_, BYTES, r)
#define WR(n, r)   PASTE3(WR_, DST, _)(n, r)
#define WR_R_(n, r) reg_set(c, op->in.reg[n], (r) & MASK, BYTES)
#define WR_M_(n, r) if (UNLIKELY(!mem_put(c, op, BYTES, r))) return op_fault(c, op)

#define SEM(name, ...) \
    static const struct op *PASTE4(name##_, SZ, DST, SRC)(struct cpu *c, const struct op *op) \
    { __VA_ARGS__; return NEXT(c, op); }

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

#define ROW_OF(name, sz) \
    { name##_##sz##RR, name##_##sz##RM, name##_##sz##RI, name##_##sz##MR, name##_##sz##MI }
#define SEM(name, ...) \
    static op_run *const shapes_##name[4][8] = { ROW_OF(name, 8), ROW_OF(name, 16), ROW_OF(name, 32) }; \
    const struct binding bind_##name = { NULL, shapes_##name };
#include "cpu/sem_int.inc"
#include "cpu/sem_cc.inc"
#undef SEM

/* ---- binding ---- */

static bool is_imm(unsigned operand)
{
    return operand == Ib || operand == Ibs || operand == Iw || operand == Iz || operand == Iv ||
           operand == I1;
}

op_run *interp_bind(struct insn *in, const struct insn_row *row, const struct binding *b)
{
    if (b->any)
        return b->any;
    unsigned last = row->opnd[2] ? 2 : row->opnd[1] ? 1 : 0;
    bool imm = is_imm(row->opnd[last]);
    if (row->opnd[last] == I1)
        in->imm = 1;
    enum shape s = in->mem == 0 ? (imm ? SH_MI : SH_MR) : in->mem == 1 ? SH_RM : imm ? SH_RI : SH_RR;
    return b->by_shape[in->osize][s];
}
