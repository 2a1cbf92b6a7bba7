/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs. Each instruction is made while the engine stands in front of it, so that its
 * memory operands, string pointers and branch targets mostly make sense; the path that is followed
 * is known, and with it what the manual leaves undefined on that path. A program in which something
 * depends on an undefined flag is not used.
 *
 * Not generated, since the host's system decides: system calls, CPUID, time stamps, what UMIP hides
 * (SGDT, SIDT, SLDT, STR, SMSW), selectors of 64-bit code and of the processor's number, null
 * selectors other than 0 (interrupts make them 0), IRET with NT (not in long mode), conforming code
 * that is present. Further: locked accesses over two cache lines (hosts punish them), REP MOVS and
 * STOS over their own bytes, and encodings that newer processors use for something else.
 *
 * Differences between processors, which are not compared:
 *   - flags, results and x87 bits that the manual calls undefined; C1 after FCOMI;
 *   - transcendental functions beyond one unit in the last place;
 *   - opcode, data pointer and selectors in x87 images: newer processors drop them; MXCSR and XMM;
 *   - memory that one of several stores changed before a later one faulted (ENTER, PUSHA, FNSAVE,
 *     images), registers that POPA had loaded by then, and the return address that a CALL pushes
 *     before it finds its target beyond a limit;
 *   - x87 state after an MMX instruction, FLDENV, FRSTOR or FXRSTOR has faulted;
 *   - which byte of an image CR2 names;
 *   - an instruction longer than 15 bytes whose 16th lies on a missing page (#GP or #PF);
 *   - FXSAVE and FXRSTOR misaligned under EFLAGS.AC (#AC or #GP);
 *   - what a vendor does otherwise than Intel (vendor.c).
 */
#include "gen.h"

#include <stdlib.h>

#include "cpu/fpu/f80.h"
#include "cpu/models.h"

#define MAX_STEPS 400u

/* ---- chance ---- */

uint32_t rnd(struct gen *g)
{
    g->seed ^= g->seed << 13;
    g->seed ^= g->seed >> 7;
    g->seed ^= g->seed << 17;
    return (uint32_t)(g->seed >> 16);
}
bool chance(struct gen *g, unsigned percent) { return rnd(g) % 100 < percent; }

uint32_t number(struct gen *g)
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

uint32_t target(struct gen *g)
{
    uint32_t r = rnd(g) % 100;
    if (r < 78)
        return (HD_DATA + rnd(g) % HD_DATA_SIZE) & (chance(g, 60) ? ~7u : ~0u);
    if (r < 86)
        return HD_DATA + 0x1000 * (1 + rnd(g) % 3) - 16 + rnd(g) % 24;
    if (r < 88)
        return HD_DATA + (chance(g, 50) ? HD_DATA_SIZE : 0) - 12 + rnd(g) % 16;
    if (r < 91)
        return g->near + rnd(g) % 48; /* its own code */
    return r < 98 ? HD_STACK + rnd(g) % HD_STACK_SIZE : r < 99 ? number(g) : HD_DATA;
}

/* ---- selectors ---- */

/* The places of ldt.c; what may be loaded into a register comes first. */
static const uint8_t codes[] = {1, 4, 6, 9, 10, 11, 5, 7, 8, 32, 33};
static const uint8_t datas[] = {2,  12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25,
                                26, 27, 28, 29, 30, 1,  4,  6,  5,  8,  31};
static const uint8_t stacks[] = {3, 18, 19, 20, 22, 27, 28, 29, 2, 12, 21, 30, 25, 14, 31, 34};
#define CODES_READABLE  6
#define CODES_LOADABLE  9
#define DATAS_LOADABLE  20
#define STACKS_LOADABLE 13

uint16_t selector(struct gen *g, unsigned seg)
{
    uint32_t r = rnd(g) % 100, i = rnd(g);
    if (g->flat_only)
        return r < 90 ? seg == SEG_CS ? HD_CS : HD_DS : 0;
    if (r < 70)
        return HD_SEL(seg == SEG_CS   ? codes[i % ARRAY_LEN(codes)]
                      : seg == SEG_SS ? stacks[i % ARRAY_LEN(stacks)]
                                      : datas[i % ARRAY_LEN(datas)]);
    if (r < 85)
        return seg == SEG_CS ? HD_CS : HD_DS;
    if (r < 90)
        return 0;
    if (r < 97)
        return (uint16_t)(HD_SEL(i % (hd_ldt_count + 2)) ^ (chance(g, 20) ? rnd(g) & 3 : 0));
    return (uint16_t)number(g);
}

uint32_t selector_base(uint16_t sel)
{
    return sel & 4 && sel >> 3 < hd_ldt_count ? hd_ldt[sel >> 3].base : 0;
}

static uint16_t data_selector(struct gen *g)
{
    uint32_t r = rnd(g) % 100, i = rnd(g);
    return r < 60 ? HD_SEL(datas[i % DATAS_LOADABLE]) : r < 80 ? HD_SEL_DATA16 : HD_DS;
}

/* What the program begins with: flat, 32-bit code with local data, 16-bit code. */
static void random_segments(struct gen *g, struct hd_state *s)
{
    uint32_t kind = rnd(g) % 100;
    hd_flat(s);
    if (kind < 40 || g->flat_only)
        return;
    for (unsigned i = 0; i < 6; i++)
        if (i != SEG_CS && i != SEG_SS)
            s->seg[i] = i >= SEG_FS && chance(g, 40) ? 0 : data_selector(g);
    if (kind < 60) {
        s->seg[SEG_CS] = chance(g, 50) ? HD_CS : HD_SEL(codes[rnd(g) % CODES_LOADABLE]);
        s->seg[SEG_SS] = chance(g, 40) ? HD_DS : HD_SEL(stacks[rnd(g) % STACKS_LOADABLE]);
        return;
    }
    s->seg[SEG_CS] = chance(g, 85) ? HD_SEL_CODE16 : HD_SEL(6);
    s->seg[SEG_SS] =
        chance(g, 70) ? HD_SEL_STACK16 : HD_SEL(stacks[rnd(g) % STACKS_LOADABLE]);
    if (chance(g, 60))
        s->seg[SEG_DS] = s->seg[SEG_ES] = HD_SEL_DATA16;
}

/* ---- the rows ---- */

bool gen_init(struct gen *g, const struct decoder *d, enum hd_vendor vendor, const char *only,
              unsigned length, bool flat_only)
{
    *g = (struct gen){.decoder = d,
                      .vendor = vendor,
                      .only = only,
                      .length = length,
                      .flat_only = flat_only};
    g->rows = calloc(insn_row_count, sizeof *g->rows);
    for (unsigned i = 0; g->rows && i < insn_row_count; i++)
        if (row_usable(g, &insn_rows[i]) && (!only || !strcmp(only, insn_rows[i].name)))
            g->rows[g->n_rows++] = (uint16_t)i;
    return g->n_rows > 0;
}

void gen_free(struct gen *g) { free(g->rows); }

/* ---- programs ---- */

static void random_state(struct gen *g, struct hd_state *s)
{
    memset(s, 0, sizeof *s);
    memset(s->mem, 0xcc, HD_CODE_SIZE);
    for (unsigned i = HD_CODE_SIZE; i < HD_MEM_SIZE; i += 4)
        if (i % 64 < 40)
            store_le32(s->mem + i, i % 64 < 24 ? number(g) : 0x12345678u);
    for (unsigned i = HD_CODE_SIZE; i < HD_MEM_SIZE - 16; i += 48) {
        struct f80 v = number80(g);
        store_le64(s->mem + i, v.mant);
        store_le16(s->mem + i + 8, v.se);
    }
    random_segments(g, s);
    g->near = HD_CODE;
    for (unsigned i = 0; i < 8; i++)
        s->gpr[i] = chance(g, 35)
                        ? target(g) - (chance(g, 70) ? selector_base(s->seg[SEG_DS]) : 0)
                        : number(g);
    s->gpr[R_SP] = HD_STACK + 0x800 + (rnd(g) & 0x3fc) - selector_base(s->seg[SEG_SS]);
    s->eflags = 0x202 | (rnd(g) & FL_ARITH) | (chance(g, 25) ? FL_DF : 0) |
                (chance(g, 3) ? FL_AC : 0) | (chance(g, 5) ? FL_ID : 0) |
                (chance(g, 2) ? FL_TF : 0);
    /* Near the end of the page only where the limit lets it begin. */
    bool late = chance(g, 5) && s->seg[SEG_CS] != HD_SEL(8) && s->seg[SEG_CS] != HD_SEL(9);
    s->eip = HD_CODE + (late ? 0xf80 + rnd(g) % 0x70 : 0x10 + rnd(g) % 0x700) -
             selector_base(s->seg[SEG_CS]);
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

/* Writes new instructions into the program and the engine's memory. */
static void append(const struct emitted *o, struct emu *e, struct hd_program *p, uint32_t off,
                   const unsigned *len)
{
    for (unsigned i = 0; i < o->n_split; i++) {
        uint32_t at = off + o->split[i];
        uint8_t bits = (uint8_t)emu_code_bits(e);
        p->insn[p->n++] = (struct hd_insn){(uint16_t)at, (uint8_t)len[i], bits};
        memcpy(p->start.mem + at, o->b + o->split[i], len[i]);
        memcpy(emu_code(e) + at, o->b + o->split[i], len[i]);
    }
}

/* The length of what was emitted at b, as one instruction; 0: it is not to be used. */
static unsigned emitted_len(struct gen *g, struct emu *e, const uint8_t *b,
                            const struct insn_row *r)
{
    struct insn in;
    struct decode_mode m = {(uint8_t)emu_code_bits(e), CPU_MODEL_DEFAULT};
    int n = insn_decode(g->decoder, &in, m, b, 15);
    if (n == -13 || (n < 0 && invalid_everywhere(g->decoder, b, 15, m.code_bits)))
        return 15;
    return n > 0 && r && &insn_rows[in.id] == r ? (unsigned)n : 0;
}

/* New instructions at the engine's rip; their length in bytes, or 0. */
static unsigned extend(struct gen *g, struct emu *e, struct hd_program *p)
{
    const struct insn_row *r = &insn_rows[g->rows[rnd(g) % g->n_rows]];
    struct emitted o;
    unsigned len[8];
    uint32_t off = emu_code_at(e) - HD_CODE;
    g->near = HD_CODE + off;
    if ((r->attr & FPUINSN || r->need & F_MMX) && !g->only && chance(g, 40))
        return 0;
    if (chance(g, 3) && !g->only) {
        r = NULL;
        emit_invalid(g, &o);
    } else {
        emit_row(g, e, r, p, &o);
    }
    for (unsigned i = 0; i < o.n_split; i++) {
        bool main = i == o.n_split - 1;
        struct insn in;
        struct decode_mode m = {(uint8_t)emu_code_bits(e), CPU_MODEL_DEFAULT};
        int n = main ? (int)emitted_len(g, e, o.b + o.split[i], r)
                     : insn_decode(g->decoder, &in, m, o.b + o.split[i], 15);
        if (n <= 0)
            return 0;
        len[i] = (unsigned)n;
    }
    unsigned end = o.split[o.n_split - 1] + len[o.n_split - 1];
    if (p->n + o.n_split > HD_MAX_INSNS || off + end > HD_CODE_SIZE)
        return 0;
    append(&o, e, p, off, len);
    return end;
}

static void take_back(struct emu *e, struct hd_program *p, unsigned n, uint32_t off, unsigned bytes)
{
    p->n = n;
    memset(p->start.mem + off, 0xcc, bytes);
    memset(emu_code(e) + off, 0xcc, bytes);
}

static void seed_program(struct gen *g, uint64_t seed)
{
    g->seed = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ UINT64_C(0x2545f4914f6cdd1d);
    for (unsigned i = 0; i < 4; i++)
        rnd(g);
}

bool gen_program(struct gen *g, struct emu *e, uint64_t seed, struct hd_program *p,
                 struct hd_mask *m)
{
    seed_program(g, seed);
    random_state(g, &p->start);
    p->n = 0;
    *m = (struct hd_mask){0};
    emu_load(e, &p->start);
    uint32_t frontier = emu_code_at(e);
    for (unsigned steps = 0, tries = 0; steps < MAX_STEPS && tries < 50; steps++) {
        uint32_t at = emu_code_at(e), flags = m->flags;
        struct insn in;
        if (at - frontier < 16 && at - HD_CODE < HD_CODE_SIZE - 1) {
            struct hd_mask before = *m;
            unsigned n = p->n, bytes;
            if (n >= g->length || m->last)
                return true;
            bytes = extend(g, e, p);
            if (!bytes || (p->n == n + 1 && !account(g, e, &in, m))) {
                if (bytes)
                    take_back(e, p, n, at - HD_CODE, bytes);
                *m = before;
                tries++;
                continue;
            }
            if (p->n != n + 1 && !account(g, e, &in, m))
                return false;
            frontier = at + bytes;
            tries = 0;
        } else if (!account(g, e, &in, m)) {
            return false;
        }
        enum hd_step step = vendor_step(g->vendor, e, m);
        if (step == HD_UNLIKE || !emu_selectors_alike(e))
            return false;
        if (step == HD_ENDED) {
            faulted(&in, flags, m);
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
        enum hd_step step = vendor_step(g->vendor, e, m);
        if (step == HD_UNLIKE || !emu_selectors_alike(e))
            return false;
        if (step == HD_ENDED) {
            faulted(&in, flags, m);
            return true;
        }
    }
    return false;
}
