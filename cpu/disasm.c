/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct insn to text: Intel syntax as NASM reads it, numbers in hexadecimal. Governing document:
 * Intel SDM volume 2 for the mnemonics.
 *
 * The mnemonic is the sem of the row up to its '_'; the few that depend on a size are in
 * mnemonic(). Memory operands name their size unless a register operand of that size stands beside
 * them. What the operands do not show is put before the mnemonic: o16, o32, a16, a32, and a
 * string's segment.
 */
#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"

/* ---- text ---------------------------------------------------------------------------------- */

struct text {
    char  *at;
    size_t room;                 /* bytes left, the terminator not counted */
};

static void put(struct text *t, const char *s)
{
    for (; *s && t->room; t->room--)
        *t->at++ = *s++;
    *t->at = 0;
}

static void put_part(struct text *t, const char *s, size_t n)
{
    for (; n-- && t->room; t->room--)
        *t->at++ = *s++;
    *t->at = 0;
}

static void put_hex(struct text *t, uint64_t v)
{
    char s[19] = "0x";
    unsigned n = v ? bit_high(v) / 4 + 1 : 1;
    for (unsigned i = 0; i < n; i++)
        s[2 + i] = "0123456789abcdef"[v >> (n - 1 - i) * 4 & 15];
    s[2 + n] = 0;
    put(t, s);
}

static void put_numbered(struct text *t, const char *prefix, unsigned n, const char *suffix)
{
    char digits[4] = { 0 };
    unsigned k = 0;
    if (n >= 10)
        digits[k++] = (char)('0' + n / 10 % 10);
    digits[k] = (char)('0' + n % 10);
    put(t, prefix);
    put(t, digits);
    put(t, suffix);
}

/* ---- registers and memory ------------------------------------------------------------------ */

static void put_reg(struct text *t, unsigned off, unsigned size)
{
    static const char name[9][3] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "ip" };
    static const char suffix[4][2] = { "b", "w", "d", "" };
    unsigned n = off / 8;
    if (n >= 8 && n < 16) {
        put_numbered(t, "r", n, suffix[size]);
        return;
    }
    const char *s = name[n < 8 ? n : 8];
    if (size == 0) {
        put_part(t, s, n < 4 ? 1 : 2);
        put(t, off & 1 ? "h" : "l");
        return;
    }
    put(t, size == 3 ? "r" : size == 2 ? "e" : "");
    put(t, s);
}

static const char seg_names[SEG_COUNT][5] = { "es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr" };

static bool based_on_stack(const struct insn *i)
{
    return i->base == REG_OFF(4) || i->base == REG_OFF(5);
}

/* The part of a memory operand that is its offset. A bare number may need its size to be an address
 * of the other kind. */
static void put_offset(struct text *t, const struct insn *i)
{
    static const char *const width[4] = { "", "word ", "dword ", "qword " };
    static const char scale[4][3] = { "", "*2", "*4", "*8" };
    bool any = false;
    if (i->base != REG_NONE) {
        put_reg(t, i->base, i->asize);
        any = true;
    }
    if (i->index != REG_NONE) {
        put(t, any ? "+" : "");
        put_reg(t, i->index, i->asize);
        put(t, scale[i->scale & 3]);
        any = true;
    }
    if (any && i->disp) {
        put(t, i->disp < 0 ? "-" : "+");
        put_hex(t, i->disp < 0 ? 0 - (uint64_t)(int64_t)i->disp : (uint64_t)i->disp);
    } else if (!any) {
        if (i->prefix & PRE_ADSIZE)
            put(t, width[i->asize & 3]);
        uint64_t mask = i->asize == 1 ? 0xffff : i->asize == 2 ? 0xffffffff : UINT64_MAX;
        put_hex(t, (uint64_t)(int64_t)i->disp & mask);
    }
}

static void put_memory(struct text *t, const struct insn *i, bool moffs64)
{
    put(t, "[");
    if ((i->prefix & PRE_SEG) && i->seg != (based_on_stack(i) ? SEG_SS : SEG_DS) &&
        i->seg < SEG_COUNT) {
        put(t, seg_names[i->seg]);
        put(t, ":");
    }
    if (moffs64)
        put_hex(t, i->imm);
    else
        put_offset(t, i);
    put(t, "]");
}

/* ---- operands ------------------------------------------------------------------------------ */

enum { SIZE_T = 4 /* ten bytes */, SIZE_DQ, SIZE_NONE, SIZE_FAR };

/* log2 of the bytes an operand stands for, as register or as memory. */
static unsigned size_of(const struct insn *i, struct decode_mode m, unsigned operand)
{
    switch (operand) {
    case Eb: case Mb: case Gb: case Zb: case AL: case AH_: case CL: case Ob: return 0;
    case Ew: case Mw: case Gw: case Zw: case AX: case DX_: return 1;
    case Ed: case Md: case Gd: case Qd: case Wd: return 2;
    case Eq: case Mq: case Qq: case Wq: return 3;
    case Cd: case Dd: case Td: case Rd_: return m.code_bits == 64 ? 3 : 2;
    case Mt: return SIZE_T;
    case Mdq: case Wx: return SIZE_DQ;
    case M_: case Ma: case Ms: return SIZE_NONE;
    case Mp: return SIZE_FAR;
    default: return i->osize & 3;
    }
}

static bool is_general(unsigned o)
{
    return (o >= Gb && o <= Gy) || o == Rd_ || o == Rv || (o >= Zb && o <= Zv) ||
           (o >= AL && o <= rDX);
}

/* A register beside the memory operand tells its size already; not of MOVZX and MOVSX, where it may
 * be the other's by chance. */
static bool size_is_plain(const struct insn *i, struct decode_mode m, const struct insn_row *r)
{
    unsigned size = size_of(i, m, r->opnd[i->mem]);
    if (!strcmp(r->name, "movzx_w") || !strcmp(r->name, "movsx_w"))
        return false;
    for (unsigned k = 0; k < 3; k++)
        if (k != i->mem && is_general(r->opnd[k]) && r->opnd[k] != CL &&
            size_of(i, m, r->opnd[k]) == size)
            return true;
    return (r->opnd[i->mem] == Mp && r->opnd[0] == Gv) ||
           ((r->opnd[i->mem] == Qq || r->opnd[i->mem] == Qd) && r->opnd[0] == Pq);
}

static void put_immediate(struct text *t, const struct insn *i, unsigned operand)
{
    static const uint64_t mask[4] = { 0xff, 0xffff, 0xffffffff, UINT64_MAX };
    switch (operand) {
    case I1: put(t, "1"); break;
    case Ib: put_hex(t, i->opcode == 0xc8 ? i->imm >> 32 & 0xff : i->imm & 0xff); break;
    case Iw: put_hex(t, i->imm & 0xffff); break;
    case Ap:
        put_hex(t, i->imm >> 32 & 0xffff);
        put(t, ":");
        put_hex(t, i->imm & 0xffffffff);
        break;
    default: put_hex(t, i->imm & mask[i->osize & 3]);
    }
}

static void put_target(struct text *t, const struct insn *i, laddr at)
{
    uint64_t to = at + i->len + i->imm;
    if (i->osize == 1)
        to = (at & ~UINT64_C(0xffff)) | (to & 0xffff);
    put_hex(t, i->osize == 3 ? to : (uint32_t)to);
}

static void put_operand(struct text *t, const struct insn *i, struct decode_mode m,
                        const struct insn_row *r, unsigned slot, laddr at)
{
    static const char *const sizes[] = { "byte ",  "word ",  "dword ", "qword ",
                                         "tword ", "oword ", "",       "far " };
    unsigned o = r->opnd[slot], reg = i->reg[slot];
    if (slot == i->mem) {
        if (!size_is_plain(i, m, r))
            put(t, sizes[size_of(i, m, o)]);
        put_memory(t, i, (o == Ob || o == Ov) && i->asize == 3);
        return;
    }
    switch (o) {
    case Sw: case ES: case CS: case SS: case DS: case FS: case GS:
        put(t, reg < SEG_COUNT ? seg_names[reg] : "?");
        break;
    case Cd: put_numbered(t, "cr", reg, ""); break;
    case Dd: put_numbered(t, "dr", reg, ""); break;
    case Td: put_numbered(t, "tr", reg, ""); break;
    case ST0: put(t, "st0"); break;
    case STi: put_numbered(t, "st", reg, ""); break;
    case Pq: case Nq: case Qq: case Qd: put_numbered(t, "mm", reg, ""); break;
    case Vx: case Ux: case Wx: case Wd: case Wq: put_numbered(t, "xmm", reg, ""); break;
    case Jb: case Jz: put_target(t, i, at); break;
    case Ibs: case Iz: case Ap:
        if (slot == 0 && (i->prefix & PRE_OPSIZE))
            put(t, sizes[i->osize & 3]);
        put_immediate(t, i, o);
        break;
    case Ib: case Iw: case Iv: case I1: put_immediate(t, i, o); break;
    default: put_reg(t, reg, size_of(i, m, o)); break;
    }
}

/* ---- mnemonic ------------------------------------------------------------------------------ */

/* Mnemonics that tell the operand size (words, dwords, qwords) or, for JCXZ, the address size. */
struct sized_name {
    const char *sem, *name[3];
    bool        w;               /* in 32-bit code the form of words is marked by a w */
};
static const struct sized_name sized_names[] = {
    { "cbw",   { "cbw", "cwde", "cdqe" }, false },
    { "cwd",   { "cwd", "cdq", "cqo" }, false },
    { "pushf", { "pushf", "pushfd", "pushfq" }, true },
    { "popf",  { "popf", "popfd", "popfq" }, true },
    { "pusha", { "pusha", "pushad", "pushad" }, true },
    { "popa",  { "popa", "popad", "popad" }, true },
    { "iret",  { "iret", "iretd", "iretq" }, true },
    { "jcxz",  { "jcxz", "jecxz", "jrcxz" }, false },
};

static const struct sized_name *sized_name(const char *sem)
{
    for (size_t n = 0; n < ARRAY_LEN(sized_names); n++)
        if (!strcmp(sem, sized_names[n].sem))
            return &sized_names[n];
    return NULL;
}

static void put_mnemonic(struct text *t, const struct insn *i, struct decode_mode m,
                         const struct insn_row *r)
{
    static const char *const renamed[][2] = {
        { "imul1", "imul" }, { "imul3", "imul" }, { "icebp", "int1" }, { "xlat", "xlatb" },
        { "movsx_d", "movsxd" },
    };
    const struct sized_name *s = sized_name(r->name);
    if (s) {
        unsigned size = !strcmp(r->name, "jcxz") ? i->asize : i->osize;
        put(t, s->name[size >= 1 && size <= 3 ? size - 1 : 0]);
        put(t, s->w && size == 1 && m.code_bits != 16 ? "w" : "");
        return;
    }
    for (size_t n = 0; n < ARRAY_LEN(renamed); n++)
        if (!strcmp(r->name, renamed[n][0])) {
            put(t, renamed[n][1]);
            return;
        }
    put_part(t, r->name, strcspn(r->name, "_"));
    if (r->attr & STRING)
        put_part(t, &"bwdq"[i->osize & 3], 1);
}

/* Does any operand show the operand size? */
static bool size_is_shown(const struct insn_row *r)
{
    for (unsigned k = 0; k < 3; k++) {
        unsigned o = r->opnd[k];
        if (o == Ev || o == Mv || o == Gv || o == Rv || o == Zv || o == rAX || o == eAX ||
            o == Ov || (k == 0 && (o == Iz || o == Ibs || o == Ap)))
            return true;
    }
    return sized_name(r->name) && strcmp(r->name, "jcxz");
}

static void put_prefixes(struct text *t, const struct insn *i, const struct insn_row *r)
{
    static const char *const o_name[4] = { "", "o16 ", "o32 ", "o64 " };
    static const char *const a_name[4] = { "", "a16 ", "a32 ", "a64 " };
    bool compares = !strcmp(r->name, "cmps") || !strcmp(r->name, "scas");
    if (i->prefix & PRE_LOCK)
        put(t, "lock ");
    if ((i->prefix & (PRE_REP | PRE_REPNE)) && (r->attr & STRING))
        put(t, i->prefix & PRE_REPNE ? "repne " : compares ? "repe " : "rep ");
    if ((i->prefix & PRE_OPSIZE) && !size_is_shown(r) &&
        ((r->attr & (STACK | JUMP)) || r->opnd[0] == Ms || r->opnd[0] == Mp))
        put(t, o_name[i->osize & 3]);
    bool loop = !strncmp(r->name, "loop", 4), xlat = !strcmp(r->name, "xlat");
    if ((i->prefix & PRE_ADSIZE) && ((r->attr & STRING) || loop || xlat))
        put(t, a_name[i->asize & 3]);
    if ((i->prefix & PRE_SEG) && i->seg != SEG_DS && ((r->attr & STRING) || xlat)) {
        put(t, seg_names[i->seg < SEG_COUNT ? i->seg : 0]);
        put(t, " ");
    }
}

void insn_print(char *text, size_t cap, const struct insn *i, struct decode_mode m, laddr at)
{
    if (!cap)
        return;
    struct text t = { text, cap - 1 };
    *text = 0;
    if (i->id >= insn_row_count) {
        put(&t, "(bad)");
        return;
    }
    const struct insn_row *r = &insn_rows[i->id];
    put_prefixes(&t, i, r);
    put_mnemonic(&t, i, m, r);
    if (r->attr & STRING)
        return;
    for (unsigned k = 0; k < 3 && r->opnd[k] != NONE; k++) {
        put(&t, k ? ", " : " ");
        put_operand(&t, i, m, r, k, at);
    }
}
