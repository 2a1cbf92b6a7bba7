/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs. Each instruction is made while the engine stands in front of it, so that its
 * memory operands, string pointers and branch targets mostly make sense; the path that is followed
 * is known, and with it what the manual leaves undefined on that path. A program in which something
 * depends on an undefined flag is not used.
 *
 * Left out: instructions whose outcome depends on the host's system (selectors other than the
 * program's own, system calls, CPUID, time stamps, what UMIP hides), and images of the x87
 * environment, which differ in their pointers.
 */
#include "hostdiff.h"

#include <stdlib.h>

#include "cpu/fpu/f80.h"
#include "cpu/models.h"

#define MAX_STEPS 400u

static const char *const left_out[] = {
    "ud0",         /* with or without modrm */ "rdtsc",
    "rdpmc",       "cpuid",
    "sgdt",        "sidt",
    "sldt",        "str",
    "smsw",        "lar",
    "lsl",         "verr",
    "verw",        "pop_seg",
    "mov_to_seg",  "les",
    "lds",         "lss",
    "lfs",         "lgs",
    "call_far",    "jmp_far",
    "call_far_m",  "jmp_far_m",
    "retf",        "retf_imm",
    "iret",        "int",
    "sysenter",    "sysexit",
    "fxsave",      "fxrstor",
    "fnstenv",     "fnsave",
    "mov_from_cr", "mov_to_cr",
    "mov_from_dr", "mov_to_dr",
};
/* Several accesses: processors may have done some of them when a later one faults. */
static const char *const in_parts[] = {"enter", "popa", "pusha", "fbstp", "fstp_m80"};
static const char *const transcendental[] = {
    "f2xm1", "fyl2x", "fptan", "fpatan", "fyl2xp1", "fsincos", "fsin", "fcos",
};

/* ---- chance ---- */

static uint32_t rnd(struct gen *g)
{
    g->seed ^= g->seed << 13;
    g->seed ^= g->seed >> 7;
    g->seed ^= g->seed << 17;
    return (uint32_t)(g->seed >> 16);
}
static bool chance(struct gen *g, unsigned percent) { return rnd(g) % 100 < percent; }

static uint32_t number(struct gen *g)
{
    static const uint32_t edge[] = {
        0,      1,      2,       0x7f,       0x80,        0xff,        0x100,       0x7fff,
        0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000u, 0xfffffffeu, 0xffffffffu, 0x55555555};
    uint32_t r = rnd(g);
    switch (r & 7) {
    case 0: return edge[r >> 8 & 15];
    case 1: return rnd(g) & 0xff;
    case 2: return rnd(g) >> (rnd(g) & 31);
    case 3: return ~(rnd(g) >> (rnd(g) & 31));
    default: return rnd(g);
    }
}

static struct f80 number80(struct gen *g)
{
    uint64_t m = (uint64_t)rnd(g) << 32 | rnd(g);
    unsigned sign = (rnd(g) & 1) << 15, shift = rnd(g) & 63;
    m = chance(g, 50) ? m : chance(g, 50) ? m << shift : UINT64_MAX >> shift;
    switch (rnd(g) % 14) {
    case 0: return (struct f80){0, (uint16_t)sign};
    case 1: return (struct f80){F80_J, (uint16_t)(sign | 0x7fff)};
    case 2: return (struct f80){F80_J | m, (uint16_t)(sign | 0x7fff)};
    case 3: return (struct f80){m, (uint16_t)sign};
    case 4: return (struct f80){m, (uint16_t)rnd(g)};
    case 5: return (struct f80){F80_J | m, (uint16_t)(sign | (1 + (rnd(g) & 63)))};
    case 6: return (struct f80){F80_J | m, (uint16_t)(sign | (0x3fff - 1040 + rnd(g) % 2080))};
    case 7: return f80_from_int((int64_t)(m >> 1) >> shift);
    default: return (struct f80){F80_J | m, (uint16_t)(sign | (0x3ff0 + (rnd(g) & 31)))};
    }
}

/* ---- the rows ---- */

static bool named(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i]))
            return true;
    return false;
}

static bool usable(const struct insn_row *r)
{
    return (r->modes & M32B) && !(r->need & ~cpu_models[CPU_MODEL_DEFAULT].features) &&
           !named(r->name, left_out, ARRAY_LEN(left_out));
}

bool gen_init(struct gen *g, const struct decoder *d, const char *only, unsigned length)
{
    *g = (struct gen){.decoder = d, .only = only, .length = length};
    g->rows = calloc(insn_row_count, sizeof *g->rows);
    for (unsigned i = 0; g->rows && i < insn_row_count; i++)
        if (usable(&insn_rows[i]) && (!only || !strcmp(only, insn_rows[i].name)))
            g->rows[g->n_rows++] = (uint16_t)i;
    return g->n_rows > 0;
}

void gen_free(struct gen *g) { free(g->rows); }

/* ---- encodings ---- */

struct maker {
    struct gen *g;
    struct emu *e;
    struct cpu *c;
    uint8_t b[64]; /* one or more instructions; the last is the one meant */
    unsigned n;
    unsigned split[8], n_split; /* where each begins */
    uint32_t at;                /* address of b[0] */
};

static void put(struct maker *k, uint32_t v, unsigned n)
{
    for (; n; n--, v >>= 8)
        k->b[k->n++] = (uint8_t)v;
}

static void begin(struct maker *k) { k->split[k->n_split++] = k->n; }

/* mov r, v before the instruction itself. */
static void set_reg(struct maker *k, unsigned r, uint32_t v)
{
    begin(k);
    put(k, 0xb8 + r, 1);
    put(k, v, 4);
}

static uint32_t target(struct gen *g)
{
    uint32_t r = rnd(g) % 100;
    if (r < 80)
        return (HD_DATA + rnd(g) % HD_DATA_SIZE) & (chance(g, 60) ? ~7u : ~0u);
    if (r < 88)
        return HD_DATA + 0x1000 * (1 + rnd(g) % 3) - 16 + rnd(g) % 24;
    if (r < 90)
        return HD_DATA + (chance(g, 50) ? HD_DATA_SIZE : 0) - 12 + rnd(g) % 16;
    return r < 98 ? HD_STACK + rnd(g) % HD_STACK_SIZE : r < 99 ? number(g) : HD_DATA;
}

static void mod_disp(struct maker *k, unsigned reg, unsigned rm, int sib, bool needs_disp,
                     uint32_t disp)
{
    bool small = disp + 0x80 < 0x100 && !chance(k->g, 10);
    unsigned mod = !disp && !needs_disp ? 0 : small ? 1 : 2;
    put(k, mod << 6 | reg << 3 | rm, 1);
    if (sib >= 0)
        put(k, (uint32_t)sib, 1);
    put(k, disp, mod == 0 ? 0 : mod == 1 ? 1 : 4);
}

/* A 32-bit memory operand; shift: what the instruction adds to its address by itself. */
static void memory32(struct maker *k, unsigned reg, uint32_t shift, const uint32_t *gpr)
{
    struct gen *g = k->g;
    uint32_t t = target(g) - shift;
    unsigned base = rnd(g) & 7, index = rnd(g) & 7, scale = rnd(g) & 3;
    if (chance(g, 50) && emu_byte(k->e, gpr[base]) && !shift)
        t = gpr[base] + (chance(g, 30) ? 0 : (rnd(g) & 0x7f) - 0x20);
    switch (rnd(g) % 5) {
    case 0:
        put(k, reg << 3 | 5, 1);
        put(k, t, 4);
        break;
    case 1:
        put(k, reg << 3 | 4, 1); /* index * scale + disp32 */
        put(k, scale << 6 | index << 3 | 5, 1);
        put(k, t - (index == 4 ? 0 : gpr[index] << scale), 4);
        break;
    case 2:
        if (index == 4)
            scale = 0; /* without an index the scale is undefined */
        mod_disp(k, reg, 4, (int)(scale << 6 | index << 3 | base), base == 5,
                 t - gpr[base] - (index == 4 ? 0 : gpr[index] << scale));
        break;
    default:
        mod_disp(k, reg, base == 4 ? 4 : base, base == 4 ? 0x24 : -1, base == 5, t - gpr[base]);
    }
}

static void memory16(struct maker *k, unsigned reg)
{
    unsigned mod = rnd(k->g) % 3, rm = rnd(k->g) & 7;
    put(k, mod << 6 | reg << 3 | rm, 1);
    put(k, rnd(k->g), mod == 0 ? (rm == 6 ? 2 : 0) : mod);
}

static bool inside_stack(uint32_t v) { return v - (HD_STACK + 0x100) < HD_STACK_SIZE - 0x200; }
static bool inside_data(uint32_t v) { return v - (HD_DATA + 0x40) < HD_DATA_SIZE - 0x80; }

/* Registers that the instruction uses without naming them. */
static void prepare(struct maker *k, const struct insn_row *r, uint32_t *gpr)
{
    struct gen *g = k->g;
    bool leave = !strcmp(r->name, "leave");
    if (chance(g, 8))
        return;
    if ((r->attr & STACK) && !leave && !inside_stack(gpr[R_SP]))
        set_reg(k, R_SP, gpr[R_SP] = HD_STACK + 0x400 + rnd(g) % 0x800);
    if ((leave || !strcmp(r->name, "enter")) && !inside_stack(gpr[R_BP]))
        set_reg(k, R_BP, gpr[R_BP] = HD_STACK + 0x400 + rnd(g) % 0x800);
    if (!strcmp(r->name, "xlat") && !inside_data(gpr[R_BX]))
        set_reg(k, R_BX, gpr[R_BX] = target(g));
    if (!(r->attr & STRING))
        return;
    if (!inside_data(gpr[R_SI]))
        set_reg(k, R_SI, gpr[R_SI] = target(g));
    if (!inside_data(gpr[R_DI]))
        set_reg(k, R_DI, gpr[R_DI] = chance(g, 20) ? gpr[R_SI] + rnd(g) % 17 - 8 : target(g));
    if (gpr[R_CX] > 40)
        set_reg(k, R_CX, gpr[R_CX] = chance(g, 90) ? rnd(g) % 24 : rnd(g) % 2000);
}

/* mov r, next; or push next: where an indirect branch or RET is to go. */
static void aim(struct maker *k, const struct insn_row *r, bool *reg_form, unsigned *rm)
{
    uint32_t gap = rnd(k->g) % 6,
             len = !strcmp(r->name, "ret_imm") ? 3 : 2 - !strcmp(r->name, "ret");
    if (chance(k->g, 25))
        return;
    begin(k);
    *rm = rnd(k->g) & 3;
    *reg_form = true;
    put(k, r->opcode == 0xff ? 0xb8 + *rm : 0x68, 1);
    put(k, k->at + k->n + 4 + len + gap, 4);
}

static void prefixes(struct maker *k, const struct insn_row *r, bool mem, bool *a16)
{
    static const uint8_t seg[] = {0x26, 0x2e, 0x36, 0x3e, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
    static const uint8_t mandatory[5] = {0, 0, 0x66, 0xf3, 0xf2};
    struct gen *g = k->g;
    bool loop = (r->attr & JUMP) && r->opcode >= 0xe0 && r->opcode <= 0xe3;
    *a16 = chance(g, !strcmp(r->name, "lea") || loop ? 25 : 1);
    if ((r->attr & LOCKABLE) && mem && chance(g, 15))
        put(k, 0xf0, 1);
    if (chance(g, 1))
        put(k, 0xf0, 1);
    if (chance(g, mem ? 6 : 2))
        put(k, seg[rnd(g) % (chance(g, 5) ? 10 : 8)], 1);
    if (*a16)
        put(k, 0x67, 1);
    if ((r->attr & STRING) && chance(g, 50))
        put(k, chance(g, 50) ? 0xf3 : 0xf2, 1);
    if (mandatory[r->ext >> 12])
        put(k, mandatory[r->ext >> 12], 1);
    else if (!(r->ext >> 12) && chance(g, r->attr & ENDS ? 2 : 25))
        put(k, 0x66, 1);
}

/* How far the bit instructions reach beyond their memory operand. */
static uint32_t bit_reach(const struct maker *k, const struct insn_row *r, unsigned reg,
                          const uint32_t *gpr)
{
    if (r->map != M2 || (r->opcode & 0xe7) != 0xa3 || r->name[0] != 'b')
        return 0;
    for (unsigned i = k->split[k->n_split - 1]; i < k->n; i++)
        if (k->b[i] == 0x66)
            return (uint32_t)((int32_t)(int16_t)gpr[reg] >> 4) * 2;
    return (uint32_t)((int32_t)gpr[reg] >> 5) * 4;
}

static void modrm(struct maker *k, const struct insn_row *r, bool mem, bool a16, unsigned rm,
                  const uint32_t *gpr)
{
    unsigned form = r->ext & 0xff0, reg = rnd(k->g) & 7;
    if (form >> 8 == 1 && form < 0x130)
        reg = r->ext & 7;
    if (!mem)
        put(k, (r->ext & 0xf00) == 0x200 ? r->ext & 0xff : 0xc0 | reg << 3 | rm, 1);
    else if (a16)
        memory16(k, reg);
    else
        memory32(k, reg, bit_reach(k, r, reg, gpr), gpr);
}

static uint32_t displacement(struct maker *k, const struct hd_program *p, unsigned size)
{
    uint32_t next = k->at + k->n + size, back;
    if (p->n > 1 && chance(k->g, 15)) {
        back = HD_CODE + p->insn[rnd(k->g) % p->n].at;
        if (next - back < 0x80 || size > 1)
            return back - next;
    }
    return rnd(k->g) % 12;
}

/* The bytes after modrm. More than needed does no harm: the decoder says how many count. */
static void immediates(struct maker *k, const struct insn_row *r, const struct hd_program *p)
{
    struct gen *g = k->g;
    unsigned o = r->opnd[0];
    if (o == Jb || o == Jz) {
        put(k, displacement(k, p, o == Jb ? 1 : 4), 4);
    } else if (o == Ob || o == Ov || r->opnd[1] == Ob || r->opnd[1] == Ov) {
        put(k, target(g), 4);
    } else if (!strcmp(r->name, "enter")) {
        put(k, chance(g, 95) ? rnd(g) & 0x3f : rnd(g), 2);
        put(k, chance(g, 90) ? rnd(g) % 6 : rnd(g), 1);
    } else if (o == Iw) {
        put(k, rnd(g) & (chance(g, 90) ? 0x3c : 0xffff), 2);
    } else {
        put(k, number(g), 4);
        put(k, number(g), 4);
    }
}

static void make(struct maker *k, const struct insn_row *r, const struct hd_program *p)
{
    struct gen *g = k->g;
    unsigned form = r->ext & 0xff0, rm = rnd(g) & 7;
    bool has_modrm = g->decoder->modrm[r->map << 8 | r->opcode] != 0, reg_form = false, a16;
    bool mem = has_modrm &&
               (form == 0x110 || form == 0x130 || ((form == 0 || form == 0x100) && chance(g, 60)));
    uint32_t gpr[8];
    k->n = k->n_split = 0;
    for (unsigned i = 0; i < 8; i++)
        gpr[i] = (uint32_t)k->c->gpr[i];
    prepare(k, r, gpr);
    if (!strncmp(r->name, "ret", 3) || !strcmp(r->name, "call_ind") || !strcmp(r->name, "jmp_ind"))
        aim(k, r, &reg_form, &rm);
    if (reg_form)
        mem = false;
    begin(k);
    prefixes(k, r, mem, &a16);
    if (r->map != M1)
        put(k, 0x0f, 1);
    put(k, r->opcode + (r->attr & ROW8 ? rnd(g) & 7 : 0u), 1);
    if (has_modrm)
        modrm(k, r, mem, a16, rm, gpr);
    immediates(k, r, p);
}

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

static uint32_t address_of(const struct cpu *c, const struct insn *in)
{
    const uint8_t *r = (const uint8_t *)c->gpr;
    uint32_t a = (uint32_t)(load_le64(r + in->base) + (load_le64(r + in->index) << in->scale)) +
                 (uint32_t)in->disp;
    return in->asize == 1 ? a & 0xffff : a;
}

/* Flags that 'in' reads, writes and leaves undefined in the present state. False: its result is. */
static bool flag_effects(struct emu *e, const struct insn *in, uint32_t *reads, uint32_t *writes,
                         uint32_t *undef)
{
    const struct cpu *c = emu_cpu(e);
    const struct insn_row *r = &insn_rows[in->id];
    bool doubled = !strcmp(r->name, "shld") || !strcmp(r->name, "shrd");
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
    if (!strncmp(r->name, "int", 3) || !strcmp(r->name, "icebp"))
        *reads = !strcmp(r->name, "into") ? OF : 0;
    if (!strcmp(r->name, "bswap"))
        return in->osize != 1;
    if (!strcmp(r->name, "fbld"))
        return bcd_valid(e, address_of(c, in));
    return true;
}

static bool is_fpu(const struct insn_row *r) { return (r->attr & FPUINSN) || (r->need & F_MMX); }

/* Takes the instruction at rip into account. False: the program must not contain it here. */
static bool account(struct gen *g, struct emu *e, struct insn *in, struct hd_mask *m)
{
    struct cpu *c = emu_cpu(e);
    const uint8_t *p = emu_byte(e, (uint32_t)c->rip);
    size_t room = HD_CODE + HD_CODE_SIZE - (uint32_t)c->rip;
    *in = (struct insn){0};
    if (!p)
        return true; /* a fetch that faults */
    if ((uint32_t)c->rip - HD_CODE >= HD_CODE_SIZE)
        return false; /* data */
    int len = insn_decode(g->decoder, in, (struct decode_mode){32, CPU_MODEL_DEFAULT}, p,
                          room < 15 ? room : 15);
    if (len <= 0)
        *in = (struct insn){0};
    if (len < 0)
        return false; /* the host may know it */
    if (len == 0)
        return true; /* it runs into a page that is not there */
    const struct insn_row *r = &insn_rows[in->id];
    uint32_t reads, writes, undef;
    if (!usable(r) || !flag_effects(e, in, &reads, &writes, &undef) || (reads & m->flags))
        return false;
    if (m->st && is_fpu(r))
        return false;
    if (m->sw && !strncmp(r->name, "fnstsw", 6))
        return false;
    m->env = !strcmp(r->name, "fldenv") || !strcmp(r->name, "frstor");
    if (!strncmp(r->name, "fcomi", 5) && r->reads + r->writes)
        m->sw |= 0x200; /* C1: processors differ */
    if (!strncmp(r->name, "fucomi", 6))
        m->sw |= 0x200;
    m->flags = (m->flags & ~writes) | undef;
    if (named(r->name, transcendental, ARRAY_LEN(transcendental))) {
        m->st = 0xff;
        m->sw |= 0x4330;
    }
    return true;
}

/* The last instruction did not come to an end: flags undefined before stay so. */
static void faulted(const struct insn *in, const uint32_t *flags, struct hd_mask *m)
{
    if (!in->len)
        return;
    m->flags |= *flags;
    m->partial = named(insn_rows[in->id].name, in_parts, ARRAY_LEN(in_parts));
    m->mmx = (insn_rows[in->id].need & F_MMX) != 0;
}

/* ---- programs ---- */

static void random_state(struct gen *g, struct hd_state *s)
{
    memset(s, 0, sizeof *s);
    memset(s->mem, 0xcc, HD_CODE_SIZE);
    for (unsigned i = HD_CODE_SIZE; i < HD_MEM_SIZE; i += 4)
        store_le32(s->mem + i, i % 64 < 24 ? number(g) : i % 64 < 40 ? 0x12345678u : 0);
    for (unsigned i = HD_CODE_SIZE; i < HD_MEM_SIZE - 16; i += 48) {
        struct f80 v = number80(g);
        store_le64(s->mem + i, v.mant);
        store_le16(s->mem + i + 8, v.se);
    }
    for (unsigned i = 0; i < 8; i++)
        s->gpr[i] = chance(g, 35) ? target(g) : number(g);
    s->gpr[R_SP] = HD_STACK + 0x800 + (rnd(g) & 0x3fc);
    s->eflags = 0x202 | (rnd(g) & FL_ARITH) | (chance(g, 25) ? FL_DF : 0) |
                (chance(g, 3) ? FL_AC : 0) | (chance(g, 5) ? FL_ID : 0);
    s->eip = HD_CODE + (chance(g, 95) ? rnd(g) % 0x800 : 0xf80 + rnd(g) % 0x70);
    s->cw = (uint16_t)(chance(g, 50)
                           ? 0x37f
                           : 0x40 | (chance(g, 80) ? 0x3f : rnd(g) & 0x3f) | (rnd(g) & 0xf00));
    s->sw = (uint16_t)(rnd(g) & 0x7f00);
    if (!(~s->cw & 0x3f))
        s->sw |= chance(g, 30) ? rnd(g) & 0x7f : 0;
    unsigned top = s->sw >> 11 & 7;
    s->empty = (uint8_t)(chance(g, 20) ? rnd(g) : 0xffu >> (rnd(g) & 7) << ((top + 5) & 7));
    for (unsigned i = 0; i < 8; i++)
        s->st[i] = number80(g);
}

/* Writes the maker's instructions into the program and the engine's memory. */
static void append(struct maker *k, struct hd_program *p, const unsigned *len)
{
    uint32_t off = k->at - HD_CODE;
    for (unsigned i = 0; i < k->n_split; i++) {
        p->insn[p->n++] = (struct hd_insn){(uint16_t)(off + k->split[i]), (uint8_t)len[i]};
        memcpy(p->start.mem + off + k->split[i], k->b + k->split[i], len[i]);
        memcpy(emu_code(k->e) + off + k->split[i], k->b + k->split[i], len[i]);
    }
}

/* New instructions at the engine's rip; their length in bytes, or 0. */
static unsigned extend(struct gen *g, struct emu *e, struct hd_program *p)
{
    struct maker k = {.g = g, .e = e, .c = emu_cpu(e)};
    const struct insn_row *r = &insn_rows[g->rows[rnd(g) % g->n_rows]];
    struct insn in;
    unsigned len[8];
    k.at = (uint32_t)k.c->rip;
    if (is_fpu(r) && !g->only && chance(g, 40))
        return 0;
    make(&k, r, p);
    for (unsigned i = 0; i < k.n_split; i++) {
        int n = insn_decode(g->decoder, &in, (struct decode_mode){32, CPU_MODEL_DEFAULT},
                            k.b + k.split[i], 15);
        if (n <= 0)
            return 0;
        len[i] = (unsigned)n;
    }
    unsigned end = k.split[k.n_split - 1] + len[k.n_split - 1];
    if (&insn_rows[in.id] != r || p->n + k.n_split > HD_MAX_INSNS ||
        k.at - HD_CODE + end > HD_CODE_SIZE)
        return 0;
    append(&k, p, len);
    return end;
}

static void take_back(struct emu *e, struct hd_program *p, unsigned n, uint32_t off, unsigned bytes)
{
    p->n = n;
    memset(p->start.mem + off, 0xcc, bytes);
    memset(emu_code(e) + off, 0xcc, bytes);
}

bool gen_program(struct gen *g, struct emu *e, uint64_t seed, struct hd_program *p,
                 struct hd_mask *m)
{
    g->seed = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ UINT64_C(0x2545f4914f6cdd1d);
    for (unsigned i = 0; i < 4; i++)
        rnd(g);
    random_state(g, &p->start);
    p->n = 0;
    *m = (struct hd_mask){0};
    emu_load(e, &p->start);
    struct cpu *c = emu_cpu(e);
    uint32_t frontier = p->start.eip;
    for (unsigned steps = 0, tries = 0; steps < MAX_STEPS && tries < 50; steps++) {
        uint32_t rip = (uint32_t)c->rip;
        uint32_t flags = m->flags;
        struct insn in;
        if (rip - frontier < 16 && rip - HD_CODE < HD_CODE_SIZE - 1) {
            struct hd_mask before = *m;
            unsigned n = p->n, bytes;
            if (n >= g->length)
                return true;
            bytes = extend(g, e, p);
            if (!bytes || (p->n == n + 1 && !account(g, e, &in, m))) {
                if (bytes)
                    take_back(e, p, n, rip - HD_CODE, bytes);
                *m = before;
                tries++;
                continue;
            }
            if (p->n != n + 1 && !account(g, e, &in, m))
                return false;
            frontier = rip + bytes;
            tries = 0;
        } else if (!account(g, e, &in, m)) {
            return false;
        }
        if (!emu_step(e)) {
            faulted(&in, &flags, m);
            return p->n > 0;
        }
    }
    return false;
}

bool gen_follow(struct gen *g, struct emu *e, const struct hd_program *p, struct hd_mask *m)
{
    *m = (struct hd_mask){0};
    emu_load(e, &p->start);
    for (unsigned steps = 0; steps < 2 * MAX_STEPS; steps++) {
        struct insn in;
        uint32_t flags = m->flags;
        if (!account(g, e, &in, m))
            return false;
        if (!emu_step(e)) {
            faulted(&in, &flags, m);
            return true;
        }
    }
    return false;
}
