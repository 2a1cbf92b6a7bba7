/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program may contain and what of its end can be compared, found out instruction by
 * instruction while the engine stands before each. The header of gen.c says what is left out.
 */
#include "cpu/desc.h"
#include "cpu/models.h"
#include "gen.h"

/* What depends on the host's system, on time or on the model; UMIP hides some. */
static const char *const left_out[] = {"ud0",  "rdtsc", "rdpmc", "cpuid", "sgdt",
                                       "sidt", "sldt",  "str",   "smsw",  "sysenter"};
/* Several stores: processors may have done some of them when a later one faults. */
static const char *const in_parts[] = {"enter",    "pusha",   "fbstp", "fstp_m80",
                                       "fnstenv", "fnsave", "fxsave"};
static const char *const images[] = {"fnstenv", "fnsave", "fxsave"};
static const char *const needs_ldt[] = {
    "lar", "lsl", "verr",     "verw",    "pop_seg",    "mov_to_seg", "les",  "lds",      "lss",
    "lfs", "lgs", "call_far", "jmp_far", "call_far_m", "jmp_far_m",  "retf", "retf_imm", "iret"};
static const char *const transcendental[] = {
    "f2xm1", "fyl2x", "fptan", "fpatan", "fyl2xp1", "fsincos", "fsin", "fcos",
};

bool row_named(const struct insn_row *r, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(r->name, list[i]))
            return true;
    return false;
}

bool row_usable(const struct gen *g, const struct insn_row *r)
{
    return (r->modes & MOLD) && !(r->need & ~cpu_models[CPU_MODEL_DEFAULT].features) &&
           !row_named(r, left_out, ARRAY_LEN(left_out)) &&
           !(g->flat_only && row_named(r, needs_ldt, ARRAY_LEN(needs_ldt)));
}

static bool is(const struct insn_row *r, const char *name) { return !strcmp(r->name, name); }

/* ---- what is undefined ---- */

static unsigned shift_count(const struct cpu *c, const struct insn *in, unsigned slot)
{
    unsigned o = insn_rows[in->id].opnd[slot];
    return (o == CL ? (unsigned)c->gpr[R_CX] : o == I1 ? 1 : (unsigned)in->imm) & 31;
}

static bool is_shift(const struct insn_row *r)
{
    return r->map == M1 &&
           (r->opcode == 0xc0 || r->opcode == 0xc1 || (r->opcode >= 0xd0 && r->opcode <= 0xd3));
}

static bool bcd_valid(struct emu *e, uint32_t a)
{
    for (unsigned i = 0; i < 9; i++) {
        const uint8_t *p = emu_byte(e, a + i);
        if (p && ((*p & 15) > 9 || *p >> 4 > 9))
            return false;
    }
    return true;
}

/* Flags that 'in' reads, writes and leaves undefined in the present state. False: its result is. */
static bool flag_effects(struct emu *e, const struct insn *in, uint32_t *reads, uint32_t *writes,
                         uint32_t *undef)
{
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    bool doubled = is(r, "shld") || is(r, "shrd");
    *reads = r->reads, *writes = r->writes, *undef = r->undef;
    if (is_shift(r) || doubled) {
        unsigned n = shift_count(c, in, doubled ? 2 : 1), bits = 8u << in->osize;
        *reads = r->name[0] == 'r' && r->name[1] == 'c' ? CF : 0;
        *undef = (*undef & ~(uint32_t)OF) | (n > 1 ? OF : 0);
        if (n >= bits && r->name[0] == 's')
            *undef |= CF;
        if (!n)
            *reads = *writes = *undef = 0;
        return !(doubled && n > bits);
    }
    if (r->attr & STRING) {
        uint32_t n = (uint32_t)c->gpr[R_CX] & (in->asize == 1 ? 0xffff : 0xffffffff);
        *reads = 0;
        if ((in->prefix & (PRE_REP | PRE_REPNE)) && !n)
            *writes = 0;
        return n <= 1024 || !r->writes || !(in->prefix & (PRE_REP | PRE_REPNE));
    }
    if (!strncmp(r->name, "int", 3) || is(r, "icebp"))
        *reads = is(r, "into") ? OF : 0;
    if (is(r, "bswap"))
        return in->osize != 1;
    if (is(r, "fbld"))
        return bcd_valid(e, emu_address(e, in));
    return true;
}

static bool is_fpu(const struct insn_row *r) { return (r->attr & FPUINSN) || (r->need & F_MMX); }

/* ---- what the host would do otherwise ---- */

/* With these prefixes newer processors have other instructions than ours. */
static bool renamed(const struct insn *in)
{
    const struct insn_row *r = &insn_rows[in->id];
    bool rep = in->prefix & (PRE_REP | PRE_REPNE);
    if (!rep || r->ext >> 12 >= PF3 >> 12)
        return false;
    if (r->map == M1)
        return r->opcode == 0x90 || r->opcode == 0xc6 || r->opcode == 0xc7;
    return !((in->opcode >= 0x80 && in->opcode < 0xb0 && in->opcode != 0xae) ||
             (in->opcode >= 0xc8 && in->opcode < 0xd0));
}

/* A locked access over two cache lines stops many a host for a long time. */
static bool splits_line(struct emu *e, const struct insn *in)
{
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    if (in->mem == NO_MEM || !((in->prefix & PRE_LOCK) || is(r, "xchg")))
        return false;
    uint32_t at = emu_address(e, in), size = is(r, "cmpxchg8b") ? 8 : 1u << in->osize;
    if (r->map == M2 && (r->opcode & 0xe7) == 0xa3) {
        uint32_t v = (uint32_t)load_le64((const uint8_t *)c->gpr + in->reg[1]);
        at += in->osize == 1 ? (uint32_t)((int32_t)(int16_t)v >> 4) * 2
                             : (uint32_t)((int32_t)v >> 5) * 4;
    }
    return at % 64 + size > 64;
}

/* REP MOVS or STOS over itself: when the store is seen depends on how the processor fetches. */
static bool overwrites_itself(struct emu *e, const struct insn *in)
{
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    uint32_t amask = in->asize == 1 ? 0xffff : 0xffffffff, size = 1u << in->osize;
    uint32_t n = (uint32_t)c->gpr[R_CX] & amask, to = (uint32_t)c->gpr[R_DI] & amask;
    if (!(in->prefix & (PRE_REP | PRE_REPNE)) || (!is(r, "movs") && !is(r, "stos")))
        return false;
    uint32_t at = emu_code_at(e), last = at + 64, first = at - 64;
    to += (uint32_t)c->seg[SEG_ES].base;
    uint64_t bytes = (uint64_t)n * size;
    return c->eflags & FL_DF ? to + size > first && (uint64_t)to + size < (uint64_t)last + bytes
                             : to < last && to + bytes > first;
}

/* FXRSTOR: a wrong MXCSR is #GP, but only for who has one. */
static bool mxcsr_valid(struct emu *e, uint32_t a)
{
    const uint8_t *p = emu_byte(e, a + 24);
    return !p || a % 16 || !(load_le32(p) & 0xffff0000u);
}

/* The word there, 0 where there is none. */
static unsigned word_at(struct emu *e, uint32_t a)
{
    const uint8_t *p = emu_byte(e, a), *q = emu_byte(e, a + 1);
    return p && q ? *p | *q << 8 : 0;
}

/* LAR and the like with a descriptor that only the host's system has, or a far call with one, whose
 * stack has no limits in 64-bit mode. */
static bool foreign_selector(struct emu *e, const struct insn *in)
{
    static const char *const names[] = {"lar", "lsl", "verr", "verw"};
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    unsigned slot = r->opnd[0] == Ew ? 0 : 1, sel;
    if (is(r, "call_far"))
        sel = (unsigned)(in->imm >> 32) & 0xffff;
    else if (is(r, "call_far_m"))
        sel = word_at(e, emu_address(e, in) + (1u << in->osize));
    else if (!row_named(r, names, ARRAY_LEN(names)))
        return false;
    else if (in->mem == NO_MEM)
        sel = (unsigned)load_le64((const uint8_t *)c->gpr + in->reg[slot]) & 0xffff;
    else
        sel = word_at(e, emu_address(e, in));
    return (sel & 0xfffc) == 0x30 || (sel & 0xfffc) == 0x78;
}

static bool runs_alike(struct emu *e, const struct insn *in)
{
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    if (renamed(in) || splits_line(e, in) || foreign_selector(e, in) || overwrites_itself(e, in))
        return false;
    if (is(r, "int"))
        return in->imm != 0x80; /* the host's system call */
    if (is(r, "iret"))
        return !(c->eflags & FL_NT); /* not in long mode */
    if (!strncmp(r->name, "fx", 2) && r->need & F_FXSR && emu_address(e, in) % 16 &&
        c->eflags & FL_AC)
        return false; /* #AC or #GP */
    if (is(r, "fxrstor"))
        return mxcsr_valid(e, emu_address(e, in));
    return true;
}

/* ---- undefined opcodes ---- */

static bool invalid_m1(unsigned op, unsigned m)
{
    unsigned reg = m >> 3 & 7, rm = m & 7;
    bool mem = m < 0xc0;
    switch (op) {
    case 0xfe: return reg >= 2;
    case 0xff: return reg == 7 || (!mem && (reg == 3 || reg == 5));
    case 0xc6: case 0xc7: return reg >= 1 && m != 0xf8;
    case 0x8c: return reg >= 6;
    case 0x8e: return reg == 1 || reg >= 6;
    case 0xd9:
        return mem ? reg == 1 : (m > 0xd0 && m < 0xd8) || (reg == 4 && (rm & 2)) || m == 0xef;
    case 0xda: return !mem && reg >= 4 && m != 0xe9;
    case 0xdb: return mem ? reg == 4 || reg == 6 : m >= 0xf8 || m == 0xe6 || m == 0xe7;
    case 0xde: return !mem && reg == 3 && m != 0xd9;
    case 0xdf: return !mem && ((reg == 4 && rm) || reg == 7);
    default: return false;
    }
}

static bool invalid_m2(unsigned op, unsigned m, unsigned prefix)
{
    static const uint8_t none[] = {0x04, 0x0a, 0x0b, 0x0c, 0x24, 0x25, 0x26, 0x27, 0x36, 0x39, 0x3b,
                                   0x3c, 0x3d, 0x3e, 0x3f, 0x7a, 0x7b, 0xa6, 0xa7, 0xb9};
    unsigned reg = m >> 3 & 7;
    for (unsigned i = 0; i < ARRAY_LEN(none); i++)
        if (op == none[i])
            return true;
    if (prefix & (PRE_OPSIZE | PRE_REP | PRE_REPNE))
        return op == 0xba && reg < 4;
    switch (op) {
    case 0xba: return reg < 4;
    case 0xc7: return m < 0xc0 && (reg == 0 || reg == 2);
    case 0x71: case 0x72: return m >= 0xc0 && ((reg & 1) || reg == 0);
    case 0x73: return m >= 0xc0 && (!(reg & 2) || reg == 3 || reg == 7);
    default: return false;
    }
}

bool invalid_everywhere(const struct decoder *d, const uint8_t *p, size_t n, unsigned bits)
{
    uint8_t plain[16];
    unsigned prefix;
    size_t i = skip_prefixes(p, n, &prefix), k = 0;
    if (i + 3 > n)
        return false;
    if (p[i] == 0x0f ? invalid_m2(p[i + 1], p[i + 2], prefix) : invalid_m1(p[i], p[i + 1]))
        return true;
    if (!(prefix & PRE_LOCK) || (p[i] == 0x0f && (p[i + 1] & 0xfc) == 0x20))
        return false; /* LOCK MOV CR is one of AMD's */
    for (size_t j = 0; j < n; j++)
        if (j >= i || p[j] != 0xf0)
            plain[k++] = p[j];
    struct insn in;
    struct decode_mode m = {(uint8_t)bits, CPU_MODEL_DEFAULT};
    return insn_decode(d, &in, m, plain, k) > 0 && !renamed(&in);
}

/* ---- the account ---- */

static void hole(struct hd_mask *m, uint32_t at, uint32_t size)
{
    if (m->n_holes < ARRAY_LEN(m->hole))
        m->hole[m->n_holes++] = (struct hd_hole){at, size, false};
}

/* A part of an image, which with 16-bit addresses may wrap in its segment. */
static void image_hole(struct emu *e, const struct insn *in, struct hd_mask *m, uint32_t at,
                       uint32_t size)
{
    uint32_t base = (uint32_t)emu_cpu(e)->seg[in->seg].base, off = emu_offset(e, in) + at;
    if (in->asize == 1)
        off &= 0xffff;
    if (in->asize == 1 && off + size > 0x10000) {
        hole(m, base, off + size - 0x10000);
        size = 0x10000 - off;
    }
    hole(m, base + off, size);
}

/* Opcode, data pointer and selectors of an image; MXCSR and what lies behind the registers. */
static void image_holes(struct emu *e, const struct insn *in, struct hd_mask *m)
{
    m->last = true;
    if (is(&insn_rows[in->id], "fxsave")) {
        image_hole(e, in, m, 6, 2);
        image_hole(e, in, m, 12, 20);
        image_hole(e, in, m, 160, 352);
    } else if (in->osize == 1) {
        image_hole(e, in, m, 8, 6);
    } else {
        image_hole(e, in, m, 16, 12);
    }
}

/* Where the image may lie: with 16-bit addresses it wraps in its segment. */
static struct hd_hole image_range(struct emu *e, const struct insn *in)
{
    if (in->asize == 1)
        return (struct hd_hole){(uint32_t)emu_cpu(e)->seg[in->seg].base, 0x10000, false};
    return (struct hd_hole){emu_address(e, in), 512, false};
}

static bool account_fpu(struct emu *e, const struct insn *in, struct hd_mask *m)
{
    const struct insn_row *r = &insn_rows[in->id];
    bool image = row_named(r, images, ARRAY_LEN(images));
    if (m->st && is_fpu(r))
        return false;
    if (m->sw && (image || !strncmp(r->name, "fnstsw", 6)))
        return false;
    if (image)
        image_holes(e, in, m);
    m->image = (struct hd_hole){0};
    if (image || is(r, "fldenv") || is(r, "frstor") || is(r, "fxrstor"))
        m->image = image_range(e, in);
    if (!strncmp(r->name, "fcomi", 5) && r->reads + r->writes)
        m->sw |= 0x200; /* C1: processors differ */
    if (!strncmp(r->name, "fucomi", 6))
        m->sw |= 0x200;
    if (row_named(r, transcendental, ARRAY_LEN(transcendental))) {
        m->st = 0xff;
        m->sw |= 0x4330;
    }
    return true;
}

static struct hd_hole stack_below(const struct cpu *c, uint32_t size)
{
    const struct seg *ss = &c->seg[SEG_SS];
    uint32_t sp = (uint32_t)c->gpr[R_SP] - size, off = ss->attr & SA_DB ? sp : sp & 0xffff;
    return (struct hd_hole){(uint32_t)ss->base + off, size, false};
}

static bool in_hole(const struct hd_mask *m, uint32_t at)
{
    for (unsigned i = 0; i < m->n_holes; i++)
        if (at - m->hole[i].at < m->hole[i].size)
            return true;
    return false;
}

bool account(struct gen *g, struct emu *e, struct insn *in, struct hd_mask *m)
{
    uint32_t at = emu_code_at(e);
    const uint8_t *p = emu_byte(e, at);
    int len = emu_decode(e, in);
    if (len <= 0)
        *in = (struct insn){0};
    if (p && at - HD_CODE >= HD_CODE_SIZE)
        return false; /* data */
    if (in_hole(m, at))
        return false; /* an image over the code */
    if (len == -13)
        return at % 0x1000 < 0x1000 - 15;
    if (len < 0)
        return 0x1000 - at % 0x1000 >= 15 &&
               invalid_everywhere(g->decoder, p, 15, emu_code_bits(e));
    if (len == 0)
        return true; /* a fetch that faults, or an instruction that runs into such a place */
    const struct insn_row *r = &insn_rows[in->id];
    uint32_t reads, writes, undef;
    if (!row_usable(g, r) || (m->last && !is(r, "int3")) || !runs_alike(e, in) ||
        !flag_effects(e, in, &reads, &writes, &undef) || (reads & m->flags))
        return false;
    m->flags = (m->flags & ~writes) | undef;
    m->pushed = (struct hd_hole){0};
    if (!strncmp(r->name, "call_far", 8))
        m->pushed = stack_below(emu_cpu(e), 2u << in->osize);
    else if (is(r, "call") || is(r, "call_ind"))
        m->pushed = stack_below(emu_cpu(e), 1u << in->osize);
    return account_fpu(e, in, m);
}

void faulted(const struct insn *in, uint32_t flags, struct hd_mask *m)
{
    if (!in->len)
        return;
    m->flags |= flags;
    hole(m, m->pushed.at, m->pushed.size);
    m->partial = row_named(&insn_rows[in->id], in_parts, ARRAY_LEN(in_parts));
    m->gprs = is(&insn_rows[in->id], "popa") ? 0xff & ~(1u << R_SP) : 0;
    m->fpu = (insn_rows[in->id].need & F_MMX) || (m->image.size && !m->last);
}
