/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String instructions, port I/O. Intel SDM volume 2.
 *
 * A repeated instruction runs in portions of at most PORTION elements: each portion counts as one
 * instruction, and interrupts are taken between portions. The size of a portion depends on nothing
 * but guest state, so time does not depend on how well the fast paths do.
 */
#include "cpu/block.h"
#include "cpu/flags.h"
#include "cpu/interp.h"
#include "cpu/mem.h"
#include "cpu/operands.h"
#include "cpu/protect.h"

#define PORTION 1024u
#define REPEATED(op) ((op)->in.prefix & (PRE_REP | PRE_REPNE))

static ALWAYS_INLINE unsigned size_of(const struct op *op) { return 1u << op->in.osize; }
static ALWAYS_INLINE uint64_t get_si(const struct cpu *c, const struct op *op)
{
    return c->gpr[R_SI] & op->amask;
}
static ALWAYS_INLINE uint64_t get_di(const struct cpu *c, const struct op *op)
{
    return c->gpr[R_DI] & op->amask;
}
static ALWAYS_INLINE uint64_t step_of(const struct cpu *c, const struct op *op)
{
    return c->eflags & FL_DF ? 0 - (uint64_t)size_of(op) : size_of(op);
}
static ALWAYS_INLINE void advance(struct cpu *c, const struct op *op, unsigned reg, uint64_t by)
{
    reg_set(c, REG_OFF(reg), c->gpr[reg] + by, op->in.asize == 1 ? 2 : 4);
}
static ALWAYS_INLINE uint64_t count_of(const struct cpu *c, const struct op *op)
{
    return c->gpr[R_CX] & op->amask;
}
static ALWAYS_INLINE void set_count(struct cpu *c, const struct op *op, uint64_t n)
{
    reg_set(c, REG_OFF(R_CX), n, op->in.asize == 1 ? 2 : 4);
}

static ALWAYS_INLINE uint64_t portion_of(const struct cpu *c, uint64_t n)
{
    uint64_t max = c->mode & MODE_TF ? 1 : PORTION;
    return n < max ? n : max;
}

/* One element of each kind; false on a fault, with no register changed. */
typedef bool element(struct cpu *c, const struct op *op);

static bool movs1(struct cpu *c, const struct op *op)
{
    uint64_t v, by = step_of(c, op);
    if (!seg_read(c, op->in.seg, get_si(c, op), size_of(op), &v) ||
        !seg_write(c, SEG_ES, get_di(c, op), v, size_of(op)))
        return false;
    advance(c, op, R_SI, by);
    advance(c, op, R_DI, by);
    return true;
}
static bool stos1(struct cpu *c, const struct op *op)
{
    if (!seg_write(c, SEG_ES, get_di(c, op), c->gpr[R_AX], size_of(op)))
        return false;
    advance(c, op, R_DI, step_of(c, op));
    return true;
}
static bool lods1(struct cpu *c, const struct op *op)
{
    uint64_t v;
    if (!seg_read(c, op->in.seg, get_si(c, op), size_of(op), &v))
        return false;
    reg_set(c, 0, v, size_of(op));
    advance(c, op, R_SI, step_of(c, op));
    return true;
}

static void compare(struct cpu *c, uint64_t a, uint64_t b, unsigned bits)
{
    uint64_t r = a - b, in = a ^ b ^ r;
    c->fl_res = sext(r, bits);
    c->fl_aux = bits == 32 ? in << 31 : in << (63 - bits) | (in & 16);
}
static bool scas1(struct cpu *c, const struct op *op)
{
    uint64_t v;
    if (!seg_read(c, SEG_ES, get_di(c, op), size_of(op), &v))
        return false;
    compare(c, reg_get(c, 0, size_of(op)), v, size_of(op) * 8);
    advance(c, op, R_DI, step_of(c, op));
    return true;
}
static bool cmps1(struct cpu *c, const struct op *op)
{
    uint64_t a, b, by = step_of(c, op);
    if (!seg_read(c, SEG_ES, get_di(c, op), size_of(op), &b) ||
        !seg_read(c, op->in.seg, get_si(c, op), size_of(op), &a))
        return false;
    compare(c, a, b, size_of(op) * 8);
    advance(c, op, R_SI, by);
    advance(c, op, R_DI, by);
    return true;
}

/* ---- whole runs inside a page ---- */

/* How many elements, at most n, lie upwards of seg:off in one page, within the limit and without
 * wrapping the address size; *host is where. 0: take the slow way. */
static uint64_t run_at(struct cpu *c, const struct op *op, unsigned seg, uint64_t off, uint64_t n,
                       bool write, uint8_t **host)
{
    unsigned size = size_of(op);
    const struct seg *s = &c->seg[seg];
    int64_t lim = write ? s->lim_w : s->lim_r;
    laddr a = seg_linear(c, seg, off);
    uint64_t room = (PAGE_SIZE - (a & PAGE_MASK)) / size;
    if (n > room)
        n = room;
    if (!n || off + n * size - 1 > op->amask || (int64_t)(off + n * size - 1) > lim)
        return 0;
    *host = write ? tlb_write_ptr(c, a, size) : tlb_read_ptr(c, a, size);
    return *host ? n : 0;
}

static uint64_t movs_run(struct cpu *c, const struct op *op, uint64_t n)
{
    uint8_t *src = NULL, *dst = NULL;
    n = run_at(c, op, op->in.seg, get_si(c, op), n, false, &src);
    if (n)
        n = run_at(c, op, SEG_ES, get_di(c, op), n, true, &dst);
    if (!n)
        return 0;
    size_t bytes = (size_t)n * size_of(op);
    if ((uintptr_t)dst - (uintptr_t)src < bytes) {       /* a forward overlap repeats a pattern */
        if (dst != src)
            for (size_t i = 0; i < bytes; i += size_of(op))
                store_le(dst + i, load_le(src + i, size_of(op)), size_of(op));
    } else {
        memmove(dst, src, bytes);
    }
    advance(c, op, R_SI, bytes);
    advance(c, op, R_DI, bytes);
    return n;
}

static uint64_t stos_run(struct cpu *c, const struct op *op, uint64_t n)
{
    uint8_t *dst = NULL;
    unsigned size = size_of(op);
    n = run_at(c, op, SEG_ES, get_di(c, op), n, true, &dst);
    if (!n)
        return 0;
    size_t bytes = (size_t)n * size;
    store_le(dst, c->gpr[R_AX], size);
    for (size_t have = size; have < bytes; have *= 2)    /* what is there, twice, and so on */
        memcpy(dst + have, dst, have < bytes - have ? have : bytes - have);
    advance(c, op, R_DI, n * size);
    return n;
}

/* ---- repetition ---- */

/* Between two iterations RF is set: a breakpoint on the instruction is not met again. */
static const struct op *finish(struct cpu *c, const struct op *op, bool again)
{
    cpu_set_rf(c, again);
    c->rip = again ? op_rip(c, op) : op_next_rip(c, op);
    return OP_EXIT;
}

/* After one port access: on with the next block, unless something wants to be looked at. */
static const struct op *after_io(struct cpu *c, const struct op *op)
{
    uint64_t rip = op_next_rip(c, op);
    if (UNLIKELY(c->patched != NULL)) {      /* run_leave_after(): the device changed the map */
        c->rip = rip;
        return OP_EXIT;
    }
    return op->off + op->in.len < PAGE_SIZE ? block_follow(c, 0, rip) : block_jump(c, rip);
}

typedef uint64_t run_of(struct cpu *c, const struct op *op, uint64_t n);

static ALWAYS_INLINE const struct op *repeat(struct cpu *c, const struct op *op, element *one,
                                             run_of *run)
{
    AT(c, op);
    if (!REPEATED(op)) {
        TRY(one(c, op));
        return NEXT(c, op);
    }
    uint64_t n = count_of(c, op), todo = portion_of(c, n);
    while (todo) {
        uint64_t done = run && !(c->eflags & FL_DF) ? run(c, op, todo) : 0;
        if (!done) {
            TRY(one(c, op));
            done = 1;
        }
        todo -= done;
        n -= done;
        set_count(c, op, n);
    }
    return finish(c, op, n != 0);
}

HANDLER(movs) { return repeat(c, op, movs1, movs_run); }
HANDLER(stos) { return repeat(c, op, stos1, stos_run); }
HANDLER(lods) { return repeat(c, op, lods1, NULL); }

/* REPE goes on while ZF is 1, REPNE while it is 0. */
static ALWAYS_INLINE const struct op *repeat_while(struct cpu *c, const struct op *op, element *one)
{
    AT(c, op);
    if (!REPEATED(op)) {
        TRY(one(c, op));
        return NEXT(c, op);
    }
    unsigned want = op->in.prefix & PRE_REP ? 1 : 0;
    uint64_t n = count_of(c, op), todo = portion_of(c, n);
    uint64_t res = c->fl_res, aux = c->fl_aux;
    bool ok = true;
    while (todo-- && (ok = one(c, op))) {
        set_count(c, op, --n);
        if (flag_zf(c) != want)
            return finish(c, op, false);
    }
    if (n) {                                 /* the flags are written at the very end: traps and */
        c->fl_res = res;                     /* faults before it show the old ones (SDM, REP) */
        c->fl_aux = aux;
    }
    return ok ? finish(c, op, n != 0) : op_fault(c, op);
}
HANDLER(scas) { return repeat_while(c, op, scas1); }
HANDLER(cmps) { return repeat_while(c, op, cmps1); }

/* ---- ports ---- */

static unsigned io_size(const struct op *op)
{
    return op->in.osize == 0 ? 1 : op->in.osize == 1 ? 2 : 4;
}

/* The port stands in whichever operand is not the accumulator. */
static unsigned port_of(const struct cpu *c, const struct op *op)
{
    const uint8_t *o = insn_rows[op->in.id].opnd;
    return o[0] == Ib || o[1] == Ib ? (unsigned)op->in.imm & 0xff : (unsigned)c->gpr[R_DX] & 0xffff;
}

HANDLER(in)
{
    unsigned size = io_size(op), port = port_of(c, op);
    AT(c, op);
    TRY(io_allowed(c, port, size));
    reg_set(c, 0, bus_read(c->io, port, size), size);
    return after_io(c, op);
}

HANDLER(out)
{
    unsigned size = io_size(op), port = port_of(c, op);
    AT(c, op);
    TRY(io_allowed(c, port, size));
    bus_write(c->io, port, reg_get(c, 0, size), size);
    return after_io(c, op);
}

/* The store is checked before the port is read: a device must not lose a byte to a page fault. */
static bool ins1(struct cpu *c, const struct op *op)
{
    unsigned size = io_size(op);
    if (!seg_probe_write(c, SEG_ES, get_di(c, op), size))
        return false;
    uint64_t v = bus_read(c->io, c->gpr[R_DX] & 0xffff, size);
    if (!seg_write(c, SEG_ES, get_di(c, op), v, size))
        return false;
    advance(c, op, R_DI, c->eflags & FL_DF ? 0 - (uint64_t)size : size);
    return true;
}
static bool outs1(struct cpu *c, const struct op *op)
{
    uint64_t v;
    unsigned size = io_size(op);
    if (!seg_read(c, op->in.seg, get_si(c, op), size, &v))
        return false;
    bus_write(c->io, c->gpr[R_DX] & 0xffff, v, size);
    advance(c, op, R_SI, c->eflags & FL_DF ? 0 - (uint64_t)size : size);
    return true;
}

/* The right to the port is checked even with a count of 0. */
static const struct op *io_string(struct cpu *c, const struct op *op, element *one)
{
    AT(c, op);
    TRY(io_allowed(c, (unsigned)c->gpr[R_DX] & 0xffff, io_size(op)));
    if (!REPEATED(op)) {
        TRY(one(c, op));
        return finish(c, op, false);
    }
    uint64_t n = count_of(c, op), todo = portion_of(c, n);
    while (todo--) {
        TRY(one(c, op));
        set_count(c, op, --n);
    }
    return finish(c, op, n != 0);
}
HANDLER(ins) { return io_string(c, op, ins1); }
HANDLER(outs) { return io_string(c, op, outs1); }
