/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One random instruction of a given row, for the place where the engine stands: its memory operands
 * are aimed at the program's memory through whatever segments there are, and instructions before it
 * prepare the registers and stack items that it uses without naming them.
 */
#include "cpu/desc.h"
#include "gen.h"

struct maker {
    struct gen *g;
    struct emu *e;
    struct cpu *c;
    struct emitted *o;
    const struct insn_row *r;
    unsigned bits, osize; /* operand size in bytes, if it is not a byte */
    bool o66, a67, a16;   /* prefixes; 16-bit addresses */
    int over;             /* segment override, or -1 */
    uint32_t at;          /* linear address of the first byte */
    uint32_t gpr[8];      /* as the instruction will find them */
};

static bool is(const struct maker *k, const char *name) { return !strcmp(k->r->name, name); }

static void put(struct maker *k, uint32_t v, unsigned n)
{
    for (; n && k->o->n < sizeof k->o->b; n--, v >>= 8)
        k->o->b[k->o->n++] = (uint8_t)v;
}

static void begin(struct maker *k) { k->o->split[k->o->n_split++] = k->o->n; }

/* mov r, v before the instruction itself. */
static void set_reg(struct maker *k, unsigned r, uint32_t v)
{
    begin(k);
    put(k, 0x66, k->bits == 16);
    put(k, 0xb8 + r, 1);
    put(k, v, 4);
    k->gpr[r] = v;
}

/* push v, of the operand size of the instruction itself. */
static void push_item(struct maker *k, uint32_t v)
{
    begin(k);
    put(k, 0x66, k->o66);
    put(k, 0x68, 1);
    put(k, v, k->osize);
    k->gpr[R_SP] -= k->osize;
}

static unsigned push_len(const struct maker *k) { return k->o66 + 1u + k->osize; }

/* ---- memory operands ---- */

static const struct seg *segment(const struct maker *k, unsigned seg) { return &k->c->seg[seg]; }

/* An offset in the segment: of a place in the program's memory, or about the limit. */
static uint32_t offset_in(struct maker *k, unsigned seg)
{
    const struct seg *s = segment(k, seg);
    if (s->limit != 0xffffffff && chance(k->g, 12))
        return s->limit + 3 - rnd(k->g) % 12;
    return target(k->g) - s->base;
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

/* shift: what the instruction adds to its address by itself. */
static void memory32(struct maker *k, unsigned reg, uint32_t shift)
{
    struct gen *g = k->g;
    const uint32_t *gpr = k->gpr;
    unsigned base = rnd(g) & 7, index = rnd(g) & 7, scale = rnd(g) & 3, form = rnd(g) % 5;
    bool based = form >= 2, stack = based && (base == R_SP || base == R_BP);
    unsigned seg = k->over >= 0 ? (unsigned)k->over : stack ? SEG_SS : SEG_DS;
    uint32_t t = offset_in(k, seg) - shift;
    if (chance(g, 50) && emu_byte(k->e, gpr[base] + (uint32_t)segment(k, seg)->base) && !shift)
        t = gpr[base] + (chance(g, 30) ? 0 : (rnd(g) & 0x7f) - 0x20);
    switch (form) {
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

static void memory16(struct maker *k, unsigned reg, uint32_t shift)
{
    static const uint8_t base[8] = {R_BX, R_BX, R_BP, R_BP, R_SI, R_DI, R_BP, R_BX};
    unsigned mod = rnd(k->g) % 3, rm = rnd(k->g) & 7;
    bool direct = mod == 0 && rm == 6, stack = !direct && base[rm] == R_BP;
    unsigned seg = k->over >= 0 ? (unsigned)k->over : stack ? SEG_SS : SEG_DS;
    uint32_t sum = direct ? 0 : k->gpr[base[rm]] + (rm < 4 ? k->gpr[R_SI + (rm & 1)] : 0);
    uint32_t disp = offset_in(k, seg) - shift - sum;
    if (mod == 1 && (uint16_t)(disp + 0x80) >= 0x100 && chance(k->g, 80))
        mod = 2;
    if (mod == 0 && !direct && (uint16_t)disp && chance(k->g, 80))
        mod = 2;
    put(k, mod << 6 | reg << 3 | rm, 1);
    put(k, disp, direct ? 2 : mod);
}

/* How far the bit instructions reach beyond their memory operand. */
static uint32_t bit_reach(const struct maker *k, unsigned reg)
{
    if (k->r->map != M2 || (k->r->opcode & 0xe7) != 0xa3 || k->r->name[0] != 'b')
        return 0;
    return k->osize == 2 ? (uint32_t)((int32_t)(int16_t)k->gpr[reg] >> 4) * 2
                         : (uint32_t)((int32_t)k->gpr[reg] >> 5) * 4;
}

static void modrm(struct maker *k, bool mem, bool top_of_stack, unsigned rm)
{
    unsigned form = k->r->ext & 0xff0, reg = rnd(k->g) & 7;
    if (form >> 8 == 1 && form < 0x130)
        reg = k->r->ext & 7;
    if (top_of_stack)
        put(k, 0x2404 | reg << 3, 2); /* [esp] */
    else if (!mem)
        put(k, (k->r->ext & 0xf00) == 0x200 ? k->r->ext & 0xff : 0xc0 | reg << 3 | rm, 1);
    else if (k->a16)
        memory16(k, reg, bit_reach(k, reg));
    else
        memory32(k, reg, bit_reach(k, reg));
}

/* ---- preparations ---- */

static bool on_stack(const struct maker *k, uint32_t v)
{
    const struct seg *ss = segment(k, SEG_SS);
    uint32_t off = ss->attr & SA_DB ? v : v & 0xffff, lin = (uint32_t)ss->base + off;
    return lin - (HD_STACK + 0x100) < HD_STACK_SIZE - 0x200 && seg_limit_ok(ss, off - 32, 36);
}

/* A stack pointer that will do, if there is one. */
static uint32_t stack_spot(struct maker *k)
{
    const struct seg *ss = segment(k, SEG_SS);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t lin = i < 5 ? HD_STACK + 0x400 + rnd(k->g) % 0x800
                             : HD_DATA + 0x100 + rnd(k->g) % (HD_DATA_SIZE - 0x200);
        uint32_t off = (chance(k->g, 90) ? lin & ~3u : lin) - (uint32_t)ss->base;
        if (seg_limit_ok(ss, off - 32, 36) && ((ss->attr & SA_DB) || off <= 0xffff))
            return off;
    }
    return HD_STACK + 0x800 - (uint32_t)ss->base;
}

static bool in_data(const struct maker *k, unsigned seg, uint32_t v)
{
    uint32_t lin = (k->a16 ? v & 0xffff : v) + (uint32_t)segment(k, seg)->base;
    return lin - (HD_DATA + 0x40) < HD_DATA_SIZE - 0x80;
}

static void prepare_string(struct maker *k)
{
    struct gen *g = k->g;
    unsigned source = k->over >= 0 ? (unsigned)k->over : SEG_DS;
    if (!in_data(k, source, k->gpr[R_SI]))
        set_reg(k, R_SI, offset_in(k, source));
    if (!in_data(k, SEG_ES, k->gpr[R_DI]))
        set_reg(k, R_DI, chance(g, 20) ? k->gpr[R_SI] + rnd(g) % 17 - 8 : offset_in(k, SEG_ES));
    if ((k->a16 ? k->gpr[R_CX] & 0xffff : k->gpr[R_CX]) > 40)
        set_reg(k, R_CX, chance(g, 90) ? rnd(g) % 24 : rnd(g) % 2000);
}

/* Registers that the instruction uses without naming them. */
static void prepare(struct maker *k, bool stack)
{
    struct gen *g = k->g;
    bool leave = is(k, "leave");
    if (chance(g, 8))
        return;
    if (stack && !leave && !on_stack(k, k->gpr[R_SP]))
        set_reg(k, R_SP, stack_spot(k));
    if ((leave || is(k, "enter")) && !on_stack(k, k->gpr[R_BP]))
        set_reg(k, R_BP, stack_spot(k));
    if (is(k, "xlat") && !in_data(k, SEG_DS, k->gpr[R_BX]))
        set_reg(k, R_BX, offset_in(k, k->over >= 0 ? (unsigned)k->over : SEG_DS));
    if (k->r->attr & STRING)
        prepare_string(k);
}

/* mov r, next; or push next: where an indirect branch or RET is to go. True: in register *rm. */
static bool aim(struct maker *k, unsigned *rm)
{
    bool ret = !strncmp(k->r->name, "ret", 3);
    uint32_t base = (uint32_t)segment(k, SEG_CS)->base, next = k->at + k->o->n - base;
    next += rnd(k->g) % 6 + k->o66 + (is(k, "ret_imm") ? 3 : ret ? 1 : 2);
    if (ret) {
        push_item(k, next + push_len(k));
        return false;
    }
    *rm = rnd(k->g) & 3;
    set_reg(k, *rm, next + 5 + (k->bits == 16));
    return true;
}

/* The offset of a place 'len' bytes on, or a few more, in the segment of a selector. */
static uint32_t far_offset(struct maker *k, uint16_t sel, uint32_t len)
{
    if (chance(k->g, 6))
        return number(k->g);
    return k->at + k->o->n + len + rnd(k->g) % 6 - selector_base(sel);
}

static uint32_t some_flags(struct gen *g)
{
    return 2 | (rnd(g) & FL_ARITH) | (chance(g, 80) ? FL_IF : 0) | (chance(g, 10) ? FL_DF : 0) |
           (chance(g, 10) ? FL_TF : 0) | (chance(g, 5) ? FL_AC : 0) | (chance(g, 5) ? FL_NT : 0) |
           (chance(g, 5) ? FL_RF : 0) | (chance(g, 10) ? FL_ID : 0) |
           (chance(g, 5) ? rnd(g) & (FL_IOPL | FL_VM | FL_VIF | FL_VIP) : 0);
}

/* A far pointer on the stack for what takes it from there, or from [esp]. */
static void push_far(struct maker *k, unsigned seg, uint32_t own_len)
{
    uint16_t sel = selector(k->g, seg);
    uint32_t high = chance(k->g, 80) ? 0 : rnd(k->g) << 16;
    if (is(k, "iret"))
        push_item(k, some_flags(k->g));
    push_item(k, sel | high);
    push_item(k, seg == SEG_CS ? far_offset(k, sel, push_len(k) + own_len) : number(k->g));
}

static bool takes_selector(const struct insn_row *r)
{
    static const char *const names[] = {"mov_to_seg", "lar", "lsl", "verr", "verw"};
    return row_named(r, names, ARRAY_LEN(names));
}

/* Selectors where the instruction takes them. True: from the top of the stack as memory. */
static bool prepare_selector(struct maker *k, bool mem, unsigned rm)
{
    static const char *const loads[] = {"les", "lds", "lss", "lfs", "lgs"};
    static const uint8_t segs[] = {SEG_ES, SEG_DS, SEG_SS, SEG_FS, SEG_GS};
    if (chance(k->g, 10))
        return false;
    if (is(k, "retf") || is(k, "retf_imm") || is(k, "iret"))
        push_far(k, SEG_CS, k->o66 + (is(k, "retf_imm") ? 3 : 1));
    if (is(k, "pop_seg"))
        push_item(k, selector(k->g, k->r->opnd[0] == SS ? SEG_SS : SEG_DS));
    if (!mem && takes_selector(k->r) && rm != R_SP)
        set_reg(k, rm,
                selector(k->g, is(k, "mov_to_seg") ? k->r->ext & 7 : SEG_DS) |
                    (chance(k->g, 20) ? rnd(k->g) << 16 : 0));
    bool whole = !(segment(k, SEG_SS)->attr & SA_DB) && k->gpr[R_SP] > 0xffff;
    if (whole || k->over >= 0)
        return false; /* [esp] is not the top of the stack */
    if (is(k, "call_far_m") || is(k, "jmp_far_m")) {
        push_far(k, SEG_CS, k->o66 + (k->bits == 16) + 3);
        return true;
    }
    for (unsigned i = 0; i < ARRAY_LEN(loads); i++)
        if (is(k, loads[i])) {
            push_far(k, segs[i], 0);
            return true;
        }
    return false;
}

/* ---- the instruction ---- */

/* Repeat prefixes that change nothing, on any processor. */
static bool rep_is_ignored(const struct insn_row *r)
{
    return r->map == M1 ? r->opcode != 0x90 && r->opcode != 0xc6 && r->opcode != 0xc7
                        : r->map == M2 && ((r->opcode >= 0x80 && r->opcode < 0xb0 &&
                                            r->opcode != 0xae) ||
                                           (r->opcode >= 0xc8 && r->opcode < 0xd0));
}

static void prefixes(struct maker *k, bool mem)
{
    static const uint8_t seg[6] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
    struct gen *g = k->g;
    unsigned more = chance(g, 1) ? rnd(g) % 15 : chance(g, 4) ? rnd(g) % 3 : 0;
    if (chance(g, (k->r->attr & LOCKABLE) && mem ? 15 : 1))
        put(k, 0xf0, 1);
    if (k->over < 0)
        more = 0;
    for (; more; more--) /* the last one counts */
        put(k, seg[rnd(g) % 6], 1);
    if (k->over >= 0)
        put(k, seg[k->over], 1);
    put(k, 0x6767, k->a67 + (k->a67 && chance(g, 4)));
    bool rep = (k->r->attr & STRING) && chance(g, 50);
    if (rep && chance(g, 4))
        put(k, chance(g, 50) ? 0xf3 : 0xf2, 1);
    if (rep || (rep_is_ignored(k->r) && chance(g, 1)))
        put(k, chance(g, 50) ? 0xf3 : 0xf2, 1);
    put(k, 0x6666, k->o66 + (k->o66 && chance(g, 4)));
}

static uint32_t displacement(struct maker *k, const struct hd_program *p, unsigned size)
{
    uint32_t next = k->at + k->o->n + size, back;
    if (p->n > 1 && chance(k->g, 15)) {
        back = HD_CODE + p->insn[rnd(k->g) % p->n].at;
        if (next - back < 0x80 || size > 1)
            return back - next;
    }
    return rnd(k->g) % 12;
}

/* The bytes after modrm. More than needed does no harm: the decoder says how many count. */
static void immediates(struct maker *k, const struct hd_program *p)
{
    struct gen *g = k->g;
    unsigned o = k->r->opnd[0], o2 = k->r->opnd[1];
    if (o == Jb || o == Jz) {
        put(k, displacement(k, p, o == Jb ? 1 : k->osize), 4);
    } else if (o == Ob || o == Ov || o2 == Ob || o2 == Ov) {
        put(k, offset_in(k, k->over >= 0 ? (unsigned)k->over : SEG_DS), k->a16 ? 2 : 4);
    } else if (o == Ap) {
        uint16_t sel = selector(g, SEG_CS);
        put(k, far_offset(k, sel, k->osize + 2), k->osize);
        put(k, sel, 2);
    } else if (is(k, "enter")) {
        put(k, chance(g, 95) ? rnd(g) & 0x3f : rnd(g), 2);
        put(k, chance(g, 90) ? rnd(g) % 6 : rnd(g), 1);
    } else if (is(k, "int") && chance(g, 60)) {
        put(k, rnd(g) % 6, 1);
    } else if (o == Iw) {
        put(k, rnd(g) & (chance(g, 90) ? 0x3c : 0xffff), 2);
    } else {
        put(k, number(g), 4);
        put(k, number(g), 4);
    }
}

static void choose_sizes(struct maker *k, bool mem)
{
    struct gen *g = k->g;
    const struct insn_row *r = k->r;
    bool loop = (r->attr & JUMP) && r->opcode >= 0xe0 && r->opcode <= 0xe3;
    bool flat = k->bits == 32 && segment(k, SEG_DS)->limit == 0xffffffff;
    k->o66 = r->ext >> 12 == 0 &&
             chance(g, !(r->attr & ENDS) ? 25 : k->bits == 16 ? 12 : 2);
    k->osize = (k->bits == 32) != k->o66 ? 4 : 2;
    k->a67 = chance(g, is(k, "lea") || loop ? 25 : flat ? 1 : 15);
    k->a16 = (k->bits == 16) != k->a67;
    k->over = chance(g, mem ? flat ? 6 : 15 : 2) ? (int)(rnd(g) % (flat ? 4 : 6)) : -1;
}

void emit_row(struct gen *g, struct emu *e, const struct insn_row *r, const struct hd_program *p,
              struct emitted *out)
{
    struct maker k = {.g = g, .e = e, .c = emu_cpu(e), .o = out, .r = r};
    unsigned form = r->ext & 0xff0, rm = rnd(g) & 7;
    bool has_modrm = g->decoder->modrm[r->map << 8 | r->opcode] != 0, top;
    bool any = form == 0 || form == 0x100;
    bool mem = has_modrm && (form == 0x110 || form == 0x130 ||
                             (any && chance(g, takes_selector(r) ? 30 : 60)));
    out->n = out->n_split = 0;
    k.bits = emu_code_bits(e);
    k.at = emu_code_at(e);
    for (unsigned i = 0; i < 8; i++)
        k.gpr[i] = (uint32_t)k.c->gpr[i];
    choose_sizes(&k, mem || (r->attr & STRING) || r->opnd[0] == Ob || r->opnd[1] == Ob);
    prepare(&k, (r->attr & STACK) || r->opnd[1] == Mp || r->opnd[0] == Mp);
    if ((!strcmp(r->name, "ret") || !strcmp(r->name, "ret_imm") || !strcmp(r->name, "call_ind") ||
         !strcmp(r->name, "jmp_ind")) &&
        chance(g, 75) && aim(&k, &rm))
        mem = false;
    top = prepare_selector(&k, mem, rm);
    if (top && k.a16) {
        k.a16 = false;
        k.a67 = !k.a67;
    }
    begin(&k);
    prefixes(&k, mem);
    if (r->map != M1)
        put(&k, 0x0f, 1);
    put(&k, r->opcode + (r->attr & ROW8 ? rnd(g) & 7 : 0u), 1);
    if (has_modrm)
        modrm(&k, mem, top, rm);
    immediates(&k, p);
}

/* An instruction that no processor has. */
void emit_invalid(struct gen *g, struct emitted *out)
{
    static const uint8_t one[] = {0xfe, 0xff, 0xc6, 0xc7, 0x8c, 0x8e, 0xd9, 0xda, 0xdb, 0xde, 0xdf};
    static const uint8_t two[] = {0x00, 0xba, 0xc7, 0x71, 0x72, 0x73, 0x04, 0x0a, 0x0c, 0x24,
                                  0x25, 0x26, 0x27, 0x36, 0x39, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
                                  0x7a, 0x7b, 0xa6, 0xa7, 0x0b, 0xb9, 0x20, 0x22};
    static const uint8_t prefix[] = {0x66, 0x67, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
    out->n = 0;
    out->n_split = 1;
    out->split[0] = 0;
    for (unsigned i = chance(g, 30) ? rnd(g) % 3 : 0; i; i--)
        out->b[out->n++] = prefix[rnd(g) % ARRAY_LEN(prefix)];
    if (chance(g, 40)) {
        out->b[out->n++] = one[rnd(g) % ARRAY_LEN(one)];
    } else {
        out->b[out->n++] = 0x0f;
        out->b[out->n++] = two[rnd(g) % ARRAY_LEN(two)];
    }
    for (unsigned i = 0; i < 12; i++)
        out->b[out->n++] = (uint8_t)rnd(g);
}
