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
 * wrapping the address size. 0: take the slow way. */
static uint64_t room_at(const struct cpu *c, const struct op *op, unsigned seg, uint64_t off,
                        uint64_t n, bool write)
{
    unsigned size = size_of(op);
    const struct seg *s = &c->seg[seg];
    int64_t lim = write ? s->lim_w : s->lim_r;
    uint64_t room = (PAGE_SIZE - (seg_linear(c, seg, off) & PAGE_MASK)) / size;
    if (n > room)
        n = room;
    return n && off + n * size - 1 <= op->amask && (int64_t)(off + n * size - 1) <= lim ? n : 0;
}

/* The same of plain memory; *host is where. */
static uint64_t run_at(struct cpu *c, const struct op *op, unsigned seg, uint64_t off, uint64_t n,
                       bool write, uint8_t **host)
{
    laddr a = seg_linear(c, seg, off);
    n = room_at(c, op, seg, off, n, write);
    if (!n)
        return 0;
    *host = write ? tlb_write_ptr(c, a, size_of(op)) : tlb_read_ptr(c, a, size_of(op));
    return *host ? n : 0;
}

/* What a string instruction has on one side: plain memory, or a device's window. */
struct side { uint64_t n; uint8_t *host; struct region *window; uint32_t at; };

static bool side_at(struct cpu *c, const struct op *op, unsigned seg, uint64_t off, uint64_t n,
                    bool write, struct side *s)
{
    laddr a = seg_linear(c, seg, off);
    *s = (struct side){ .n = room_at(c, op, seg, off, n, write) };
    if (!s->n)
        return false;
    s->host = write ? tlb_write_ptr(c, a, size_of(op)) : tlb_read_ptr(c, a, size_of(op));
    if (!s->host)
        s->window = lin_window(c, a, size_of(op), write ? ACC_WRITE : ACC_READ, &s->at);
    return s->host || s->window;
}

/* MOVS with a device's window on one side or on both. */
static NOINLINE uint64_t movs_window(struct cpu *c, const struct op *op, uint64_t n)
{
    struct side from, to;
    unsigned size = size_of(op), done = 0;
    if (!side_at(c, op, op->in.seg, get_si(c, op), n, false, &from) ||
        !side_at(c, op, SEG_ES, get_di(c, op), from.n, true, &to))
        return 0;
    const struct bus_bulk *b = to.window ? to.window->bulk : from.window ? from.window->bulk : NULL;
    if (!b)
        return 0;
    if (from.host && b->write)
        done = b->write(to.window->dev, to.at, from.host, (unsigned)to.n, size);
    else if (to.host && b->read)
        done = b->read(from.window->dev, from.at, to.host, (unsigned)to.n, size);
    else if (from.window == to.window && b->copy)
        done = b->copy(to.window->dev, to.at, from.at, (unsigned)to.n, size);
    advance(c, op, R_SI, (uint64_t)done * size);
    advance(c, op, R_DI, (uint64_t)done * size);
    return done;
}

/* size bytes of v over and over: what is there, twice, and so on. */
static void repeat_value(uint8_t *to, uint64_t v, unsigned size, size_t bytes)
{
    store_le(to, v, size);
    for (size_t have = size; have < bytes; have *= 2)
        memcpy(to + have, to, have < bytes - have ? have : bytes - have);
}

static NOINLINE uint64_t stos_window(struct cpu *c, const struct op *op, uint64_t n)
{
    struct side to;
    uint8_t value[PAGE_SIZE];
    unsigned size = size_of(op), done;
    if (!side_at(c, op, SEG_ES, get_di(c, op), n, true, &to) || !to.window ||
        !to.window->bulk->write)
        return 0;
    repeat_value(value, c->gpr[R_AX], size, (size_t)to.n * size);
    done = to.window->bulk->write(to.window->dev, to.at, value, (unsigned)to.n, size);
    advance(c, op, R_DI, (uint64_t)done * size);
    return done;
}

static uint64_t movs_run(struct cpu *c, const struct op *op, uint64_t n)
{
    uint8_t *src = NULL, *dst = NULL;
    uint64_t all = n;
    n = run_at(c, op, op->in.seg, get_si(c, op), n, false, &src);
    if (n)
        n = run_at(c, op, SEG_ES, get_di(c, op), n, true, &dst);
    if (!n)
        return movs_window(c, op, all);
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
    uint64_t all = n;
    n = run_at(c, op, SEG_ES, get_di(c, op), n, true, &dst);
    if (!n)
        return stos_window(c, op, all);
    repeat_value(dst, c->gpr[R_AX], size, (size_t)n * size);
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

/* Many at once between plain memory and a port that takes them so. */
static uint64_t io_run(struct cpu *c, const struct op *op, uint64_t n, bool in)
{
    uint8_t *host = NULL;
    unsigned size = io_size(op), port = (unsigned)c->gpr[R_DX] & 0xffff, done = 0;
    struct region *r = bus_bulk_at(c->io, port, size);
    if (!r || c->eflags & FL_DF || c->mode & MODE_TF || c->journal)
        return 0;
    n = in ? run_at(c, op, SEG_ES, get_di(c, op), n, true, &host)
           : run_at(c, op, op->in.seg, get_si(c, op), n, false, &host);
    if (!n)
        return 0;
    if (in && r->bulk->read)
        done = r->bulk->read(r->dev, (uint32_t)(port - r->base), host, (unsigned)n, size);
    else if (!in && r->bulk->write)
        done = r->bulk->write(r->dev, (uint32_t)(port - r->base), host, (unsigned)n, size);
    advance(c, op, in ? R_DI : R_SI, (uint64_t)done * size);
    return done;
}

/* The right to the port is checked even with a count of 0. */
static ALWAYS_INLINE const struct op *io_string(struct cpu *c, const struct op *op, element *one,
                                                bool in)
{
    AT(c, op);
    TRY(io_allowed(c, (unsigned)c->gpr[R_DX] & 0xffff, io_size(op)));
    if (!REPEATED(op)) {
        TRY(one(c, op));
        return finish(c, op, false);
    }
    uint64_t n = count_of(c, op), todo = portion_of(c, n);
    while (todo) {
        uint64_t done = todo > 1 ? io_run(c, op, todo, in) : 0;
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
HANDLER(ins) { return io_string(c, op, ins1, true); }
HANDLER(outs) { return io_string(c, op, outs1, false); }
