/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What processors of other vendors than Intel do otherwise, so that they too can stand beside ours:
 * one table, for hostdiff's programs and for those in assembly. The emulated processor is Intel's;
 * nothing here is forgiven to a processor of Intel or of an unknown vendor.
 *
 * Each row is asked after an instruction that it names, and says what of the end may differ there:
 * one exception instead of another, a flag, bytes that are ours or zero, or (HD_UNLIKE) all that
 * follows. Everything else is compared.
 *
 * AMD: seen on a Zen 4 (family 19h, model 11h) under KVM. SDM is Intel's manual, APM is AMD's,
 * publications 24593 and 24594. Where neither is named the APM does not tell.
 */
#include "cpu/desc.h"
#include "cpu/fpu/f80.h"
#include "cpu/x87.h"
#include "hostdiff.h"

/* An instruction, the state in which it was found, and what became of it. */
struct place {
    struct emu *e;
    struct insn in;
    int len;             /* as insn_decode() has it; without an instruction: */
    uint8_t code[16];    /* its bytes, 0 from where they cannot be read */
    struct seg seg[6];
    uint32_t gpr[8], eip, eflags, off; /* off: of its memory operand */
    uint16_t cw;
    struct f80 st[2];
    bool ended;
    const struct hd_state *end;
};

/* What an access to memory may raise. */
#define FAULTS (1u << EXC_SS | 1u << EXC_GP | 1u << EXC_PF | 1u << EXC_AC)

static bool is(const struct place *p, const char *name)
{
    return p->len > 0 && !strcmp(insn_rows[p->in.id].name, name);
}

static bool ended(const struct place *p, unsigned vector)
{
    return p->ended && p->end->vector == vector;
}

static bool faulted(const struct place *p)
{
    return p->ended && p->end->vector < 32 && FAULTS >> p->end->vector & 1;
}

static bool repeated(const struct place *p) { return p->in.prefix & (PRE_REP | PRE_REPNE); }

static uint32_t linear(const struct place *p, unsigned seg, uint32_t off)
{
    return (uint32_t)p->seg[seg].base + off;
}

/* Can all of it be written (or read) without a fault? */
static bool reachable(const struct place *p, unsigned seg, uint32_t off, uint32_t size, bool write)
{
    const struct seg *s = &p->seg[seg];
    bool code = s->attr & 8, right = s->attr & 2;
    if (!(s->attr & SA_P) || !(s->attr & SA_S) || (write ? code || !right : code && !right) ||
        !seg_limit_ok(s, off, size) || off + size - 1 < off)
        return false;
    if ((p->eflags & FL_AC) && linear(p, seg, off) % (size == 10 ? 8 : size))
        return false;
    for (uint32_t i = 0; i < size; i++)
        if (!emu_byte(p->e, linear(p, seg, off) + i))
            return false;
    return true;
}

/* It may raise a fault for these bytes instead. */
static enum hd_step or_fault(const struct place *p, struct hd_mask *m, unsigned seg, uint32_t off,
                             uint32_t size)
{
    m->vectors |= FAULTS;
    m->fault = (struct hd_hole){linear(p, seg, off), size, false};
    return HD_ENDED;
}

/* These bytes of memory may be something else instead; zero: just that. */
static enum hd_step or_bytes(struct hd_mask *m, uint32_t at, uint32_t size, bool zero)
{
    if (m->n_holes == ARRAY_LEN(m->hole))
        return HD_UNLIKE;
    m->hole[m->n_holes++] = (struct hd_hole){at, size, zero};
    m->last = true;
    return HD_ENDED;
}

/* ---- what may differ; HD_GOING: nothing does ---- */

static enum hd_step int1(const struct place *p, struct hd_mask *m)
{
    if (!ended(p, EXC_DB))
        return HD_GOING;
    m->back = true;
    m->eip = p->eip;
    return HD_ENDED;
}

static enum hd_step push_seg(const struct place *p, struct hd_mask *m)
{
    const struct seg *ss = &p->seg[SEG_SS];
    uint32_t sp = p->gpr[R_SP] - 4, off = ss->attr & SA_DB ? sp : sp & 0xffff;
    uint32_t at = linear(p, SEG_SS, off);
    if (p->in.osize == 1)
        return HD_GOING;
    if (!reachable(p, SEG_SS, off, 4, true))
        return faulted(p) ? or_fault(p, m, SEG_SS, off, 4) : HD_UNLIKE;
    if (faulted(p) || !(*emu_byte(p->e, at + 2) | *emu_byte(p->e, at + 3)))
        return HD_GOING;
    return or_bytes(m, at + 2, 2, true);
}

static enum hd_step pop_seg(const struct place *p, struct hd_mask *m)
{
    uint32_t sp = p->gpr[R_SP], off = p->seg[SEG_SS].attr & SA_DB ? sp : sp & 0xffff;
    if (p->in.osize == 1 || reachable(p, SEG_SS, off, 4, false))
        return HD_GOING;
    return p->ended ? or_fault(p, m, SEG_SS, off, 4) : HD_UNLIKE;
}

static enum hd_step enter(const struct place *p, struct hd_mask *m)
{
    (void)m;
    return p->in.osize == 2 && !(p->seg[SEG_SS].attr & SA_DB) && (p->gpr[R_SP] & 0xffff) < 4
               ? HD_UNLIKE
               : HD_GOING;
}

/* Can an operand that begins there go over the end of a segment of 4 GB? */
static bool at_end(const struct seg *s, uint32_t off)
{
    return (s->attr & SA_P) && s->limit == 0xffffffff && off > 0xffffffff - 511;
}

/* The same of what the instruction accesses: its operand, stack, frame and strings. */
static bool accesses_end(const struct place *p)
{
    const struct insn_row *r = &insn_rows[p->in.id];
    const struct seg *ss = &p->seg[SEG_SS], *source = &p->seg[p->in.seg];
    bool frame = is(p, "enter") || is(p, "leave");
    return (p->in.mem != NO_MEM && at_end(source, p->off)) ||
           ((r->attr & STACK) && at_end(ss, p->gpr[R_SP] - 4)) ||
           (frame && at_end(ss, p->gpr[R_BP] - 4)) ||
           ((r->attr & STRING) && (at_end(source, p->end->gpr[R_SI]) ||
                                   at_end(&p->seg[SEG_ES], p->end->gpr[R_DI])));
}

/* Nothing of the program lies there: our fault is #PF, or #AC before it. */
static enum hd_step wraps(const struct place *p, struct hd_mask *m)
{
    bool wraps = p->len > 0 && ended(p, EXC_AC) && accesses_end(p);
    for (unsigned i = 0; i < 6 && ended(p, EXC_PF); i++)
        wraps |= at_end(&p->seg[i], p->end->cr2 - (uint32_t)p->seg[i].base);
    if (!wraps)
        return HD_GOING;
    m->vectors |= 1u << EXC_SS | 1u << EXC_GP;
    return HD_ENDED;
}

static enum hd_step bound(const struct place *p, struct hd_mask *m)
{
    uint32_t size = 1u << p->in.osize, off = p->off + size;
    if (p->in.asize == 1)
        off &= 0xffff;
    if (!ended(p, EXC_BR) || reachable(p, p->in.seg, off, size, false))
        return HD_GOING;
    return or_fault(p, m, p->in.seg, off, size);
}

static enum hd_step x87_store(const struct place *p, struct hd_mask *m)
{
    const char *bytes = strrchr(insn_rows[p->in.id].name, 'm');
    uint32_t size = bytes ? (uint32_t)atoi(bytes + 1) / 8 : 10; /* FBSTP */
    (void)m;
    if ((p->ended && p->end->vector != EXC_DB) || reachable(p, p->in.seg, p->off, size, true))
        return HD_GOING;
    return HD_UNLIKE;
}

static enum hd_step cmps(const struct place *p, struct hd_mask *m)
{
    uint32_t mask = p->in.asize == 1 ? 0xffff : 0xffffffff, size = 1u << p->in.osize;
    uint32_t si = p->end->gpr[R_SI] & mask, di = p->end->gpr[R_DI] & mask;
    if (!faulted(p) || !repeated(p) || reachable(p, p->in.seg, si, size, false) ||
        reachable(p, SEG_ES, di, size, false))
        return HD_GOING;
    return or_fault(p, m, p->in.seg, si, size);
}

static bool interrupted(const struct place *p)
{
    return p->ended && repeated(p) && p->end->eip == p->eip;
}

static enum hd_step repeated_flags(const struct place *p, struct hd_mask *m)
{
    if (!interrupted(p) || (p->end->gpr[R_CX] == p->gpr[R_CX] && !m->unfinished))
        return HD_GOING; /* before the first comparison */
    m->flags |= FL_ARITH;
    return HD_ENDED;
}

static enum hd_step repeated_rf(const struct place *p, struct hd_mask *m)
{
    if (!interrupted(p) || p->end->vector != EXC_DB)
        return HD_GOING;
    m->flags |= FL_RF;
    return HD_ENDED;
}

static enum hd_step loop(const struct place *p, struct hd_mask *m)
{
    unsigned other = is(p, "loope") ? PRE_REPNE : PRE_REP;
    (void)m;
    return p->in.prefix & other ? HD_UNLIKE : HD_GOING;
}

static enum hd_step far_call(const struct place *p, struct hd_mask *m)
{
    uint32_t size = 1u << p->in.osize, mask = p->seg[SEG_SS].attr & SA_DB ? 0xffffffff : 0xffff;
    uint32_t cs = (p->gpr[R_SP] - size) & mask, ip = (cs - size) & mask;
    if (!faulted(p) || !reachable(p, SEG_SS, cs, size, true) ||
        reachable(p, SEG_SS, ip, size, true))
        return HD_GOING;
    return or_bytes(m, linear(p, SEG_SS, cs), size, false);
}

static enum hd_step far_return(const struct place *p, struct hd_mask *m)
{
    bool big = p->seg[SEG_SS].attr & SA_DB;
    uint32_t size = 1u << p->in.osize, mask = big ? 0xffffffff : 0xffff;
    uint32_t cs = (p->gpr[R_SP] + size) & mask;
    uint32_t between = is(p, "iret") ? size : is(p, "retf_imm") ? (uint32_t)p->in.imm & 0xffff : 0;
    uint32_t sp = cs + size + between;
    if (!(ended(p, EXC_GP) || ended(p, EXC_NP)) || !reachable(p, SEG_SS, cs, size, false) ||
        (*emu_byte(p->e, linear(p, SEG_SS, cs)) & 3) == 3)
        return HD_GOING;
    for (unsigned i = 2; i-- > 0;)
        if (!reachable(p, SEG_SS, (sp + i * size) & mask, size, false))
            return or_fault(p, m, SEG_SS, (sp + i * size) & mask, size);
    return HD_GOING;
}

/* The result is the first operand itself, here one that is tiny. */
static enum hd_step itself(const struct place *p, struct hd_mask *m)
{
    enum f80_class other = is(p, "fscale") ? F80_ZERO : F80_INF;
    (void)m;
    return f80_classify(p->st[0]) == F80_DENORMAL && f80_classify(p->st[1]) == other &&
                   !(p->cw & FP_UE)
               ? HD_UNLIKE
               : HD_GOING;
}

static enum hd_step fxsave(const struct place *p, struct hd_mask *m)
{
    uint32_t at = linear(p, p->in.seg, p->off) + 8, i = 0;
    if (faulted(p) || (emu_cpu(p->e)->x87.sw & SW_ES))
        return HD_GOING;
    while (i < 4 && (!emu_byte(p->e, at + i) || !*emu_byte(p->e, at + i)))
        i++;
    return i < 4 ? or_bytes(m, at, 4, true) : HD_GOING;
}

static enum hd_step fx_limit(const struct place *p, struct hd_mask *m)
{
    unsigned vector = p->in.seg == SEG_SS ? EXC_SS : EXC_GP;
    uint32_t last = (p->off + 511) & (p->in.asize == 1 ? 0xffff : 0xffffffff);
    bool below = last > p->off && seg_limit_ok(&p->seg[p->in.seg], p->off, 512);
    if (below || ended(p, vector))
        return HD_GOING;
    m->vectors |= 1u << vector;
    return faulted(p) ? HD_ENDED : HD_UNLIKE;
}

/* Is it this opcode of the two-byte map? Its bytes, or NULL. */
static const uint8_t *two_byte(const struct place *p, uint8_t opcode, unsigned *prefix)
{
    size_t i = skip_prefixes(p->code, 15, prefix);
    return i <= 13 && p->code[i] == 0x0f && p->code[i + 1] == opcode ? p->code + i : NULL;
}

static enum hd_step ud1(const struct place *p, struct hd_mask *m)
{
    unsigned prefix;
    if (!two_byte(p, 0xb9, &prefix) || !ended(p, EXC_GP))
        return HD_GOING;
    m->vectors |= 1u << EXC_UD;
    return HD_ENDED;
}

static enum hd_step verw(const struct place *p, struct hd_mask *m)
{
    unsigned prefix;
    const uint8_t *b = two_byte(p, 0x00, &prefix);
    (void)m;
    return b && (b[2] & 0x38) == 0x28 && (prefix & PRE_LOCK) ? HD_UNLIKE : HD_GOING;
}

/* ---- the table ---- */

static const char *const x87_stores[] = {"fst_m32",   "fst_m64",   "fstp_m32",  "fstp_m64",
                                         "fstp_m80",  "fist_m16",  "fist_m32",  "fistp_m16",
                                         "fistp_m32", "fistp_m64", "fbstp",     NULL};
#define ROWS(...) (const char *const[]){__VA_ARGS__, NULL}
#define NOT_ONE   ROWS("") /* bytes that are no instruction */

static const struct quirk {
    enum hd_vendor vendor;
    const char *const *rows; /* NULL: any */
    enum hd_step (*differs)(const struct place *p, struct hd_mask *m);
    const char *why;
} quirks[] = {
    /* A trap in both manuals. A hypervisor that intercepts #DB (APM vol. 2, 15.12), as KVM does,
     * gives it to its guest with the EIP that it found. */
    {HD_AMD, ROWS("icebp"), int1, "the EIP of INT1's trap is that of INT1, under KVM"},
    /* The SDM (PUSH) allows both: "a zero-extended value is pushed on the stack or the segment
     * selector is written on the stack using a 16-bit move". */
    {HD_AMD, ROWS("push_seg"), push_seg, "PUSH of a segment register writes all 32 bits"},
    {HD_AMD, ROWS("pop_seg"), pop_seg, "POP to a segment register reads all 32 bits"},
    {HD_AMD, ROWS("enter"), enter, "ENTER takes no borrow beyond SP into EBP"},
    /* SDM vol. 3, 5.3: "When the effective limit is FFFFFFFFH (4 GBytes), these accesses may or
     * may not cause the indicated exceptions". */
    {HD_AMD, NULL, wraps, "an operand over the end of 4 GB is beyond the limit"},
    {HD_AMD, ROWS("bound"), bound, "BOUND reads both bounds before it compares"},
    {HD_AMD, x87_stores, x87_store, "x87 stores look at their address before the number"},
    {HD_AMD, ROWS("cmps"), cmps, "REP CMPS reads its first operand first"},
    /* SDM (REP): after a fault in CMPS or SCAS "the EFLAGS value is restored to the state prior to
     * the execution of the instruction". */
    {HD_AMD, ROWS("cmps", "scas"), repeated_flags,
     "REP CMPS and SCAS write the flags of each comparison"},
    /* The SDM (vol. 3, instruction-breakpoint exceptions) has RF set there. */
    {HD_AMD, ROWS("movs", "cmps", "stos", "lods", "scas"), repeated_rf,
     "a trap between iterations pushes RF clear"},
    /* Reserved with anything but string instructions (SDM vol. 2, 2.1.1; APM vol. 3, 1.2.6). */
    {HD_AMD, ROWS("loope", "loopne"), loop, "repeat prefixes choose between LOOPE and LOOPNE"},
    {HD_AMD, ROWS("call_far", "call_far_m"), far_call,
     "a far call has written CS when it finds no place for EIP"},
    /* APM vol. 3, RETF and IRET: where RPL is not CPL ESP and SS are popped, then the code segment
     * is looked up. The SDM has it the other way round. */
    {HD_AMD, ROWS("retf", "retf_imm", "iret"), far_return,
     "a far return to another privilege reads the outer stack first"},
    {HD_AMD, ROWS("fscale", "fprem", "fprem1"), itself,
     "FSCALE by zero and FPREM by infinity raise an unmasked underflow"},
    /* APM vol. 2, chapter 11: FXSAVE has the exception pointers while ES is set, else zeros. */
    {HD_AMD, ROWS("fxsave"), fxsave, "FXSAVE without a pending exception stores no pointers"},
    {HD_AMD, ROWS("fxsave", "fxrstor"), fx_limit,
     "the whole image of FXSAVE and FXRSTOR is to be below the limit, and is looked at first"},
    {HD_AMD, NOT_ONE, ud1, "UD1 has no ModRM byte: one too long is #UD, not #GP"},
    /* #UD in both manuals. AMD's microcode has a use of its own for VERW, to clear buffers. */
    {HD_AMD, NOT_ONE, verw, "VERW takes LOCK"},
};

const char *vendor_name(enum hd_vendor v) { return v == HD_AMD ? "AMD" : "Intel"; }

static bool concerns(const struct quirk *q, const struct place *p)
{
    if (!q->rows)
        return true;
    for (unsigned i = 0; q->rows[i]; i++)
        if (q->rows[i][0] ? is(p, q->rows[i]) : p->len < 0)
            return true;
    return false;
}

static void look(struct place *p, struct emu *e)
{
    const struct cpu *c = emu_cpu(e);
    uint32_t at = emu_code_at(e);
    *p = (struct place){.e = e, .eip = (uint32_t)c->rip, .eflags = cpu_eflags(c), .cw = c->x87.cw};
    p->len = emu_decode(e, &p->in);
    memcpy(p->seg, c->seg, sizeof p->seg);
    for (unsigned i = 0; i < 8; i++)
        p->gpr[i] = (uint32_t)c->gpr[i];
    for (unsigned i = 0; i < 2; i++)
        p->st[i] = c->x87.r[(c->x87.top + i) & 7];
    if (p->len > 0 && p->in.mem != NO_MEM)
        p->off = emu_offset(e, &p->in);
    for (unsigned i = 0; i < sizeof p->code && emu_byte(e, at + i); i++)
        p->code[i] = *emu_byte(e, at + i);
}

enum hd_step vendor_step(enum hd_vendor v, struct emu *e, struct hd_mask *m)
{
    static struct hd_state end;
    struct place p;
    if (v == HD_INTEL)
        return emu_step(e) ? HD_GOING : HD_ENDED;
    look(&p, e);
    p.ended = !emu_step(e);
    p.end = &end;
    if (p.ended)
        emu_store(e, &end);
    for (unsigned i = 0; i < ARRAY_LEN(quirks); i++) {
        enum hd_step s = quirks[i].vendor == v && concerns(&quirks[i], &p)
                             ? quirks[i].differs(&p, m)
                             : HD_GOING;
        if (s == HD_GOING)
            continue;
        m->why = quirks[i].why;
        if (s == HD_UNLIKE)
            return HD_UNLIKE;
    }
    m->unfinished = !p.ended && repeated(&p) && (uint32_t)emu_cpu(e)->rip == p.eip;
    return p.ended ? HD_ENDED : HD_GOING;
}

bool vendor_ends(const struct hd_mask *m, const struct hd_state *ours, const struct hd_state *host)
{
    uint32_t v = host->vector;
    if (v > 31 || !(m->vectors >> v & 1) || host->eip != ours->eip)
        return false;
    /* Bits 0, 1 and 4 are of the pages. */
    return v == EXC_PF ? (host->code & ~0x13u) == 4 && host->cr2 - m->fault.at < m->fault.size
                       : !host->code;
}

size_t skip_prefixes(const uint8_t *p, size_t n, unsigned *prefix)
{
    size_t i = 0;
    for (*prefix = 0; i < n; i++) {
        if (p[i] == 0x66)
            *prefix |= PRE_OPSIZE;
        else if (p[i] == 0xf0)
            *prefix |= PRE_LOCK;
        else if (p[i] == 0xf2 || p[i] == 0xf3)
            *prefix |= p[i] == 0xf2 ? PRE_REPNE : PRE_REP;
        else if ((p[i] & 0xe7) != 0x26 && (p[i] & 0xfc) != 0x64)
            break;
    }
    return i;
}
