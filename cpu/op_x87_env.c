/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x87's control instructions and its saved images: FNINIT, FLDCW, FNSTSW, FLDENV, FNSAVE,
 * FXSAVE...; and what every x87 handler calls before and after its work. Governing document: Intel
 * SDM volume 1, chapter 8 (environment: figures 8-9 to 8-12), 10.5 (FXSAVE); volume 3, 8.7 and 2.5
 * (CR0.NE, FERR#, IGNNE#).
 *
 * With CR0.NE clear FERR# tells of an unmasked exception as soon as it is there, and the processor
 * stops before the next waiting instruction, as if halted, until an interrupt comes; after its
 * handler the instruction is tried again. While IGNNE# asks it is executed all the same.
 */
#include "cpu/x87.h"

/* ---- shared ---- */

void x87_init(struct cpu *c)
{
    c->x87.cw = 0x37f;
    c->x87.sw = 0;
    c->x87.top = 0;
    c->x87.empty = 0xff;
    c->x87.fop = c->x87.fcs = c->x87.fds = 0;
    c->x87.fip = c->x87.fdp = 0;
    x87_update_es(c);
}

void x87_update_es(struct cpu *c)
{
    bool es = c->x87.sw & ~c->x87.cw & FP_ALL;
    c->x87.sw = (uint16_t)((c->x87.sw & ~(SW_ES | SW_B)) | (es ? SW_ES | SW_B : 0));
    line_set(&c->ferr, es && !(c->cr0 & CR0_NE));
}

uint16_t x87_sw(const struct cpu *c) { return (uint16_t)(c->x87.sw | c->x87.top << 11); }

void x87_set_sw(struct cpu *c, uint16_t v)
{
    c->x87.sw = v & (SW_CC | SW_SF | FP_ALL);
    c->x87.top = v >> 11 & 7;
    x87_update_es(c);
}

void x87_set_cw(struct cpu *c, uint16_t v)
{
    c->x87.cw = (v & 0x1f3f) | 0x40;
    x87_update_es(c);
}

/* ES is set before a waiting instruction. False without a fault: the processor stands still. */
static bool error_pending(struct cpu *c)
{
    if (c->cr0 & CR0_NE)
        return cpu_raise(c, EXC_MF);
    if (c->ignne)
        return true;
    c->halted = true;
    c->no_trap = true;
    return false;
}

bool x87_begin_slow(struct cpu *c)
{
    if (c->cr0 & (CR0_EM | CR0_TS))
        return cpu_raise(c, EXC_NM);
    return error_pending(c);
}

bool x87_commit_slow(struct cpu *c, unsigned ex, bool up)
{
    unsigned open = ex & ~(unsigned)c->x87.cw & FP_ALL;
    bool write = !(open & (FP_IE | FP_DE | FP_ZE));
    if (!write) { /* found before the arithmetic was done */
        ex &= FP_IE | FP_DE | FP_ZE | SW_SF;
        up = up && (ex & SW_SF);
    }
    c->x87.sw = (uint16_t)((c->x87.sw & ~FP_C1) | ex | (up ? FP_C1 : 0));
    if (open)
        x87_update_es(c);
    return write;
}

/* The largest access to an image of n bytes: alignment checks look at its items. */
static unsigned unit(unsigned n)
{
    return n == 14 || n == 94 ? 2 : n == 28 || n == 108 ? 4 : 8;
}

/* The registers in FNSAVE's image are items of 8 and 2 bytes to the segment limit, whatever the
 * unit. Is all well with the one that begins in the k bytes at i? */
static bool register_fits(struct cpu *c, const struct op *op, uint64_t off, unsigned i, unsigned k,
                          unsigned n, enum access acc)
{
    unsigned head = n == 94 ? 14 : 28, at = i + (i >= head ? (10 - (i - head) % 10) % 10 : 0);
    if ((n != 94 && n != 108) || i < head || at >= i + k)
        return true;
    return seg_check(c, op->in.seg, (off + at) & op->amask, 8, acc);
}

bool x87_read_bytes(struct cpu *c, const struct op *op, uint64_t off, uint8_t *p, unsigned n)
{
    for (unsigned i = 0, k = unit(n); i < n; i += k) {
        uint64_t v;
        if (k > n - i)
            k = 2;
        if (!register_fits(c, op, off, i, k, n, ACC_READ) ||
            !seg_read(c, op->in.seg, (off + i) & op->amask, k, &v))
            return false;
        store_le(p + i, v, k);
    }
    return true;
}

bool x87_write_bytes(struct cpu *c, const struct op *op, uint64_t off, const uint8_t *p,
                     unsigned n)
{
    for (unsigned i = 0, k = unit(n); i < n; i += k) {
        if (k > n - i)
            k = 2;
        if (!register_fits(c, op, off, i, k, n, ACC_WRITE) ||
            !seg_probe_write(c, op->in.seg, (off + i) & op->amask, k))
            return false;
    }
    for (unsigned i = 0, k = unit(n); i < n; i += k) {
        if (k > n - i)
            k = 2;
        if (!seg_write(c, op->in.seg, (off + i) & op->amask, load_le(p + i, k), k))
            return false;
    }
    return true;
}

/* ---- control ---- */

HANDLER(wait)
{
    AT(c, op);
    if ((c->cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS)) {
        cpu_raise(c, EXC_NM);
        return op_fault(c, op);
    }
    if (UNLIKELY(c->x87.sw & SW_ES))
        TRY(error_pending(c));
    return NEXT(c, op);
}

HANDLER(fninit)
{
    TRY(x87_begin_nowait(c, op));
    x87_init(c);
    return NEXT(c, op);
}

HANDLER(fnclex)
{
    TRY(x87_begin_nowait(c, op));
    c->x87.sw &= SW_CC;
    x87_update_es(c);
    return NEXT(c, op);
}

HANDLER(fldcw)
{
    uint64_t v;
    TRY(x87_begin(c, op));
    TRY(seg_read(c, op->in.seg, op_ea(c, op), 2, &v));
    x87_set_cw(c, (uint16_t)v);
    return NEXT(c, op);
}

HANDLER(fnstcw)
{
    TRY(x87_begin_nowait(c, op));
    TRY(seg_write(c, op->in.seg, op_ea(c, op), c->x87.cw, 2));
    return NEXT(c, op);
}

HANDLER(fnstsw)
{
    TRY(x87_begin_nowait(c, op));
    TRY(seg_write(c, op->in.seg, op_ea(c, op), x87_sw(c), 2));
    return NEXT(c, op);
}

HANDLER(fnstsw_ax)
{
    TRY(x87_begin_nowait(c, op));
    store_le16(&c->gpr[R_AX], x87_sw(c));
    return NEXT(c, op);
}

/* FENI, FDISI (8087) and FSETPM (80287) do nothing on later processors. */
static const struct op *ignored(struct cpu *c, const struct op *op)
{
    TRY(x87_begin_nowait(c, op));
    return NEXT(c, op);
}
/* clang-format off */
HANDLER(fneni) { return ignored(c, op); }
HANDLER(fndisi) { return ignored(c, op); }
HANDLER(fnsetpm) { return ignored(c, op); }
/* clang-format on */

HANDLER(fnop)
{
    TRY(x87_begin(c, op));
    x87_note(c, op);
    return NEXT(c, op);
}

/* ---- the environment ---- */

/* Tag word: 0 valid, 1 zero, 2 special, 3 empty, by physical register. */
static uint16_t tag_word(const struct cpu *c)
{
    unsigned t = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned k = 3;
        if (!(c->x87.empty >> i & 1))
            k = f80_is_normal(c->x87.r[i]) ? 0 : f80_classify(c->x87.r[i]) == F80_ZERO ? 1 : 2;
        t |= k << (2 * i);
    }
    return (uint16_t)t;
}

static void set_tag_word(struct cpu *c, unsigned t)
{
    c->x87.empty = 0;
    for (unsigned i = 0; i < 8; i++)
        c->x87.empty |= (uint8_t)((t >> (2 * i) & 3) == 3) << i;
}

/* The seven slots of the environment, 2 or 4 bytes each. */
static unsigned env_pack(const struct cpu *c, bool wide, uint8_t *p)
{
    bool prot = cpu_protected(c);
    uint32_t w[7] = {c->x87.cw, x87_sw(c), tag_word(c)};
    uint32_t ip = (uint32_t)c->x87.fip, dp = (uint32_t)c->x87.fdp;
    if (prot) {
        w[3] = ip;
        w[4] = wide ? c->x87.fcs | (uint32_t)(c->x87.fop & 0x7ff) << 16 : c->x87.fcs;
        w[5] = dp;
        w[6] = c->x87.fds;
    } else {
        ip += (uint32_t)c->x87.fcs << 4;
        dp += (uint32_t)c->x87.fds << 4;
        w[3] = ip & 0xffff;
        w[4] = (wide ? ip >> 16 << 12 : ip >> 16 << 12 & 0xf000) | (c->x87.fop & 0x7ff);
        w[5] = dp & 0xffff;
        w[6] = wide ? dp >> 16 << 12 : dp >> 16 << 12 & 0xf000;
    }
    for (unsigned i = 0; i < 7; i++) {
        if (!wide)
            store_le16(p + 2 * i, (uint16_t)w[i]);
        else /* the upper halves of 16-bit items read as ones */
            store_le32(p + 4 * i, w[i] | (i < 3 || (prot && i == 6) ? 0xffff0000u : 0));
    }
    return wide ? 28 : 14;
}

static void env_unpack(struct cpu *c, bool wide, const uint8_t *p)
{
    uint32_t w[7];
    for (unsigned i = 0; i < 7; i++)
        w[i] = wide ? load_le32(p + 4 * i) : load_le16(p + 2 * i);
    set_tag_word(c, w[2]);
    if (cpu_protected(c)) {
        c->x87.fip = w[3];
        c->x87.fcs = (uint16_t)w[4];
        if (wide)
            c->x87.fop = w[4] >> 16 & 0x7ff;
        c->x87.fdp = w[5];
        c->x87.fds = (uint16_t)w[6];
    } else { /* linear addresses: kept with a null selector */
        c->x87.fip = (w[3] & 0xffff) | (w[4] >> 12 << 16);
        c->x87.fop = w[4] & 0x7ff;
        c->x87.fdp = (w[5] & 0xffff) | (w[6] >> 12 << 16);
        c->x87.fcs = c->x87.fds = 0;
    }
    c->x87.cw = (w[0] & 0x1f3f) | 0x40;
    x87_set_sw(c, (uint16_t)w[1]);
}

HANDLER(fnstenv)
{
    uint8_t p[28];
    TRY(x87_begin_nowait(c, op));
    unsigned n = env_pack(c, op->in.osize > 1, p);
    TRY(x87_write_bytes(c, op, op_ea(c, op), p, n));
    c->x87.cw |= FP_ALL;
    x87_update_es(c);
    return NEXT(c, op);
}

HANDLER(fldenv)
{
    uint8_t p[28];
    bool wide = op->in.osize > 1;
    TRY(x87_begin(c, op));
    TRY(x87_read_bytes(c, op, op_ea(c, op), p, wide ? 28 : 14));
    env_unpack(c, wide, p);
    return NEXT(c, op);
}

HANDLER(fnsave)
{
    uint8_t p[108];
    TRY(x87_begin_nowait(c, op));
    unsigned n = env_pack(c, op->in.osize > 1, p);
    for (unsigned i = 0; i < 8; i++, n += 10) {
        store_le64(p + n, x87_st(c, i).mant);
        store_le16(p + n + 8, x87_st(c, i).se);
    }
    TRY(x87_write_bytes(c, op, op_ea(c, op), p, n));
    x87_init(c);
    return NEXT(c, op);
}

HANDLER(frstor)
{
    uint8_t p[108];
    bool wide = op->in.osize > 1;
    unsigned n = wide ? 28 : 14;
    TRY(x87_begin(c, op));
    TRY(x87_read_bytes(c, op, op_ea(c, op), p, n + 80));
    env_unpack(c, wide, p);
    for (unsigned i = 0; i < 8; i++, n += 10)
        c->x87.r[x87_phys(c, i)] = (struct f80){load_le64(p + n), load_le16(p + n + 8)};
    return NEXT(c, op);
}

/* ---- FXSAVE ---- */

#define FX_ST      32
#define FX_XMM     160
#define MXCSR_MASK 0xffffu

/* The limit counts before the alignment, but only for the first doubleword. */
static bool fx_aligned(struct cpu *c, const struct op *op, uint64_t ea, enum access acc)
{
    if (!seg_check(c, op->in.seg, ea, 4, acc))
        return false;
    return LIKELY(!(seg_linear(c, op->in.seg, ea) & 15)) || cpu_raise_code(c, EXC_GP, 0);
}

static bool has_sse(const struct cpu *c) { return (cpu_models[c->model].features & F_SSE) != 0; }

/* The parts of the image are written one after the other: what lies between keeps its bytes. */
HANDLER(fxsave)
{
    uint8_t head[32] = {0}, regs[128] = {0}, xmm[128];
    uint64_t ea = op_ea(c, op);
    unsigned seg = op->in.seg;
    TRY(x87_begin_nowait(c, op));
    TRY(fx_aligned(c, op, ea, ACC_WRITE));
    store_le16(head, c->x87.cw);
    store_le16(head + 2, x87_sw(c));
    head[4] = (uint8_t)~c->x87.empty;
    store_le16(head + 6, c->x87.fop);
    store_le32(head + 8, (uint32_t)c->x87.fip);
    store_le16(head + 12, c->x87.fcs);
    store_le32(head + 16, (uint32_t)c->x87.fdp);
    store_le16(head + 20, c->x87.fds);
    if (has_sse(c)) {
        store_le32(head + 24, c->sse.mxcsr);
        store_le32(head + 28, MXCSR_MASK);
    }
    for (unsigned i = 0; i < 8; i++) {
        store_le64(regs + 16 * i, x87_st(c, i).mant);
        store_le16(regs + 16 * i + 8, x87_st(c, i).se);
        store_le64(xmm + 16 * i, c->sse.q[i][0]);
        store_le64(xmm + 16 * i + 8, c->sse.q[i][1]);
    }
    TRY(seg_probe_write(c, seg, ea, 1) && seg_probe_write(c, seg, (ea + 511) & op->amask, 1));
    TRY(x87_write_bytes(c, op, ea, head, 32) && x87_write_bytes(c, op, ea + FX_ST, regs, 128));
    if (has_sse(c) && (c->cr4 & CR4_OSFXSR))
        TRY(x87_write_bytes(c, op, ea + FX_XMM, xmm, 128));
    return NEXT(c, op);
}

HANDLER(fxrstor)
{
    uint8_t p[FX_XMM + 128];
    uint64_t ea = op_ea(c, op), last;
    TRY(x87_begin_nowait(c, op));
    TRY(fx_aligned(c, op, ea, ACC_READ));
    TRY(x87_read_bytes(c, op, ea, p, sizeof p) &&
        seg_read(c, op->in.seg, (ea + 511) & op->amask, 1, &last));
    if (has_sse(c) && load_le32(p + 24) & ~MXCSR_MASK) {
        cpu_raise_code(c, EXC_GP, 0);
        return op_fault(c, op);
    }
    c->x87.cw = (load_le16(p) & 0x1f3f) | 0x40;
    x87_set_sw(c, load_le16(p + 2));
    c->x87.empty = (uint8_t)~p[4];
    c->x87.fop = load_le16(p + 6) & 0x7ff;
    c->x87.fip = load_le32(p + 8);
    c->x87.fcs = load_le16(p + 12);
    c->x87.fdp = load_le32(p + 16);
    c->x87.fds = load_le16(p + 20);
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t *r = p + FX_ST + 16 * i;
        c->x87.r[x87_phys(c, i)] = (struct f80){load_le64(r), load_le16(r + 8)};
    }
    if (has_sse(c)) {
        c->sse.mxcsr = load_le32(p + 24);
        for (unsigned i = 0; i < 8 && (c->cr4 & CR4_OSFXSR); i++) {
            c->sse.q[i][0] = load_le64(p + FX_XMM + 16 * i);
            c->sse.q[i][1] = load_le64(p + FX_XMM + 16 * i + 8);
        }
    }
    return NEXT(c, op);
}
