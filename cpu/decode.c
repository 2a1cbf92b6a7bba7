/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes to struct insn. Governing document: Intel SDM volume 2, chapter 2 and appendix A.
 *
 * The bytes are copied into a zero-padded buffer longer than any instruction, so that nothing below
 * needs to ask whether a byte is there; finish() compares the length with what was given at the
 * end. Zero is no prefix and no escape, so padding never makes an instruction longer than that.
 *
 * Model differences handled here: rows a model lacks; prefixes 64h to 67h, segment registers FS and
 * GS and the rule where LOCK may stand come with the 386 (which also has LOCK BT); the 80286
 * allows 10 bytes.
 *
 * Not modelled: 8086 aliases of invalid opcodes (60h to 6Fh, C0h, C8h, 0Fh): they are #UD here.
 */
#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"

#define ROW(map, opcode, ext, modes, sem, a, b, c, reads, writes, undef, attr, need) \
    { #sem, ext, map, opcode, modes, { a, b, c }, reads, writes, undef, attr, need },
const struct insn_row insn_rows[] = {
#include "cpu/insns.def"
};
#undef ROW
const unsigned insn_row_count = ARRAY_LEN(insn_rows);

#define ROW(map, opcode, ext, modes, sem, a, b, c, reads, writes, undef, attr, need) \
    + ((attr) & ROW8 ? 8 : 1)
enum { SLOTS_USED = 0
#include "cpu/insns.def"
};
#undef ROW
_Static_assert(SLOTS_USED <= DECODER_SLOTS, "insns.def has outgrown DECODER_SLOTS");

#define MAX_LEN 15
#define NO_SEG  0xff

/* What one decode knows besides the result. */
struct scan {
    uint8_t  buf[MAX_LEN + 25];  /* opcode, modrm, SIB, 8 of displacement, 8 of immediate, slack */
    unsigned pos;                /* bytes looked at */
    uint32_t features;
    uint8_t  code_bits, mode;    /* M16B, M32B, M64B */
    uint8_t  rex;                /* 0, or the byte */
    uint8_t  seg_over;           /* NO_SEG or the last override */
    struct insn *in;
};

/* ---- tables ------------------------------------------------------------------------------ */

static bool operand_has_modrm(unsigned o)
{
    return (o >= Eb && o <= Rv) || (o >= Pq && o < OPERAND_COUNT);
}

static bool row_has_modrm(const struct insn_row *r)
{
    return (r->ext & 0xfff) != ANY || operand_has_modrm(r->opnd[0]) ||
           operand_has_modrm(r->opnd[1]) || operand_has_modrm(r->opnd[2]);
}

/* A counting sort of the rows by map and opcode, stable, so that the order is that of the table. */
void decoder_init(struct decoder *d)
{
    memset(d, 0, sizeof *d);
    for (unsigned n = 0; n < insn_row_count; n++) {
        const struct insn_row *r = &insn_rows[n];
        for (unsigned i = 0; i < (r->attr & ROW8 ? 8u : 1u); i++) {
            unsigned key = (unsigned)r->map << 8 | (r->opcode + i);
            d->first[key + 1]++;
            d->modrm[key] |= row_has_modrm(r);
        }
    }
    for (unsigned k = 0; k < 4 * 256; k++)
        d->first[k + 1] = (uint16_t)(d->first[k + 1] + d->first[k]);
    uint16_t fill[4 * 256];
    memcpy(fill, d->first, sizeof fill);
    for (unsigned n = 0; n < insn_row_count; n++)
        for (unsigned i = 0; i < (insn_rows[n].attr & ROW8 ? 8u : 1u); i++)
            d->row[fill[(unsigned)insn_rows[n].map << 8 | (insn_rows[n].opcode + i)]++] =
                (uint16_t)n;
}

static bool ext_matches(unsigned ext, unsigned modrm)
{
    bool reg = modrm >= 0xc0;
    unsigned n = modrm >> 3 & 7;
    switch (ext >> 4 & 0xf0) {
    case 0x00: return true;
    case 0x20: return modrm == (ext & 0xff);
    }
    switch (ext & 0xf0) {
    case 0x00: return n == (ext & 7);
    case 0x10: return n == (ext & 7) && !reg;
    case 0x20: return n == (ext & 7) && reg;
    case 0x30: return !reg;
    default:   return reg;
    }
}

static bool prefix_matches(unsigned ext, unsigned prefix)
{
    unsigned rep = prefix & (PRE_REP | PRE_REPNE);
    switch (ext & 0xf000) {
    case 0:   return true;
    case PNP: return !rep && !(prefix & PRE_OPSIZE);
    case P66: return !rep && (prefix & PRE_OPSIZE);
    case PF3: return rep == PRE_REP;
    default:  return rep == PRE_REPNE;
    }
}

static const struct insn_row *find_row(const struct decoder *d, const struct scan *s, unsigned key)
{
    for (unsigned k = d->first[key]; k < d->first[key + 1]; k++) {
        const struct insn_row *r = &insn_rows[d->row[k]];
        if ((r->modes & s->mode) && !(r->need & ~s->features) &&
            ext_matches(r->ext & 0xfff, s->in->modrm) && prefix_matches(r->ext, s->in->prefix))
            return r;
    }
    return NULL;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static uint64_t take(struct scan *s, unsigned size)
{
    uint64_t v = load_le(s->buf + s->pos, size);
    s->pos += size;
    return v;
}

static uint64_t take_signed(struct scan *s, unsigned size) { return sext(take(s, size), size * 8); }

/* 0 while bytes are missing, then the length fault, then what the decoder found. */
static int finish(struct scan *s, size_t avail, int result)
{
    unsigned limit = (s->features & (F_286 | F_386)) == F_286 ? 10 : MAX_LEN;
    s->in->len = (uint8_t)(s->pos < MAX_LEN ? s->pos : MAX_LEN);
    if (s->pos > avail && avail < limit)
        return 0;
    return s->pos > limit ? -13 : result;
}

/* One prefix byte; false when it is none. */
static bool take_prefix(struct scan *s, uint8_t b)
{
    struct insn *in = s->in;
    if ((b & 0xfc) == 0x64 && !(s->features & F_386))
        return false;
    switch (b) {
    case 0x26: case 0x2e: case 0x36: case 0x3e:
        in->prefix |= PRE_SEG;
        if (s->code_bits != 64)
            s->seg_over = b >> 3 & 3;
        break;
    case 0x64: case 0x65:
        in->prefix |= PRE_SEG;
        s->seg_over = (uint8_t)(SEG_FS + (b & 1));
        break;
    case 0x66: in->prefix |= PRE_OPSIZE; break;
    case 0x67: in->prefix |= PRE_ADSIZE; break;
    case 0xf0: in->prefix |= PRE_LOCK; break;
    case 0xf2: in->prefix = (uint8_t)((in->prefix & ~PRE_REP) | PRE_REPNE); break;
    case 0xf3: in->prefix = (uint8_t)((in->prefix & ~PRE_REPNE) | PRE_REP); break;
    default:
        if (s->code_bits != 64 || (b & 0xf0) != 0x40)
            return false;
        s->rex = b;
        return true;
    }
    s->rex = 0;                  /* counts only right before the opcode */
    return true;
}

/* ---- memory operands ----------------------------------------------------------------------- */

static void address16(struct scan *s)
{
    static const uint8_t base[8] = { 3, 3, 5, 5, 6, 7, 5, 3 };    /* BX BX BP BP SI DI BP BX */
    struct insn *in = s->in;
    unsigned mod = in->modrm >> 6, rm = in->modrm & 7;
    if (mod == 0 && rm == 6) {
        in->disp = (int32_t)take_signed(s, 2);
        return;
    }
    in->base = REG_OFF(base[rm]);
    if (rm < 4)
        in->index = REG_OFF(6 + (rm & 1));
    if (base[rm] == 5)
        in->seg = SEG_SS;
    if (mod)
        in->disp = (int32_t)take_signed(s, mod);
}

static unsigned rex_bit(const struct scan *s, unsigned bit) { return s->rex >> bit & 1 ? 8 : 0; }

static void address32(struct scan *s)
{
    struct insn *in = s->in;
    unsigned mod = in->modrm >> 6, base = in->modrm & 7, sib = 0;
    bool has_sib = base == 4;
    if (has_sib) {
        sib = (unsigned)take(s, 1);
        base = sib & 7;
        unsigned index = (sib >> 3 & 7) | rex_bit(s, 1);
        if (index != 4) {
            in->index = REG_OFF(index);
            in->scale = (uint8_t)(sib >> 6);
        }
    }
    if (mod == 0 && base == 5) {
        if (s->code_bits == 64 && !has_sib)
            in->base = REG_RIP;
        in->disp = (int32_t)take_signed(s, 4);
        return;
    }
    base |= rex_bit(s, 0);
    in->base = REG_OFF(base);
    if (base == 4 || base == 5)
        in->seg = SEG_SS;
    if (mod)
        in->disp = (int32_t)take_signed(s, mod == 1 ? 1 : 4);
}

/* ---- operands ------------------------------------------------------------------------------ */

/* Byte registers 4 to 7 are AH CH DH BH, unless there is a REX prefix. */
static uint8_t byte_reg(const struct scan *s, unsigned n)
{
    return s->rex || n < 4 || n > 7 ? REG_OFF(n) : (uint8_t)(REG_OFF(n - 4) + 1);
}

static uint8_t address_size(const struct scan *s)
{
    bool other = (s->in->prefix & PRE_ADSIZE) != 0;
    switch (s->code_bits) {
    case 16: return other ? 2 : 1;
    case 32: return other ? 1 : 2;
    default: return other ? 2 : 3;
    }
}

/* Operand size from prefixes, mode and the first operand: what the handler is chosen by. */
static uint8_t operand_size(const struct scan *s, const struct insn_row *r)
{
    bool wide = s->rex & 8, small = (s->in->prefix & PRE_OPSIZE) != 0;
    uint8_t natural = s->code_bits == 16 ? (small ? 2 : 1) : small ? 1 : 2;
    if (s->code_bits == 64)
        natural = wide || (r->attr & JUMP) || ((r->attr & D64) && !small) ? 3 : natural;
    if (r->attr & BYTEOP)
        return 0;
    switch (r->opnd[0]) {
    case Eb: case Mb: case Gb: case Zb: case Ob: case AL: return 0;
    case Ew: case Mw: case Gw: case Zw: case Sw: case AX: return 1;
    case Ed: case Md: case Gd: return 2;
    case Eq: case Mq: return 3;
    case Ey: case Gy: return wide ? 3 : 2;
    case Cd: case Dd: case Td: case Rd_: return s->code_bits == 64 ? 3 : 2;
    default: return (r->attr & IO) && natural == 3 ? 2 : natural;
    }
}

/* Registers that are not general ones, by number: is there such a one? */
static bool special_reg_exists(const struct scan *s, unsigned operand, unsigned n, bool written)
{
    switch (operand) {
    case Sw: return n <= (s->features & F_386 ? SEG_GS : SEG_DS) && !(written && n == SEG_CS);
    case Cd: return n == 0 || n == 2 || n == 3 || (n == 4 && (s->features & F_CPUID)) ||
                    (n == 8 && s->code_bits == 64);
    default: return n < 8;
    }
}

static void take_immediate(struct scan *s, unsigned operand)
{
    struct insn *in = s->in;
    unsigned z = in->osize == 1 ? 2 : 4;
    switch (operand) {
    case Ib:
        /* the second immediate of ENTER */
        in->imm |= in->opcode == 0xc8 ? take(s, 1) << 32 : take(s, 1);
        break;
    case Ibs: case Jb: in->imm = take_signed(s, 1); break;
    case Iw: in->imm = take(s, 2); break;
    case Iz: case Jz: in->imm = take_signed(s, z); break;
    case Iv: in->imm = take_signed(s, in->osize == 3 ? 8 : z); break;
    case I1: in->imm = 1; break;
    case Ap:
        in->imm = take(s, z);
        in->imm |= take(s, 2) << 32;
        break;
    }
}

/* A direct offset: memory without base and index. */
static void take_moffs(struct scan *s, unsigned slot)
{
    struct insn *in = s->in;
    in->mem = (uint8_t)slot;
    if (in->asize == 3)
        in->imm = take(s, 8);
    else
        in->disp = (int32_t)take(s, in->asize == 1 ? 2 : 4);
}

/* modrm.rm as a register of some kind, or memory. False: the form has no register operand. */
static bool rm_operand(struct scan *s, unsigned slot, unsigned operand)
{
    struct insn *in = s->in;
    unsigned rm = (in->modrm & 7) | rex_bit(s, 0);
    if (in->modrm < 0xc0 && operand != Rd_) {
        in->mem = (uint8_t)slot;
        return true;
    }
    switch (operand) {
    case Eb: in->reg[slot] = byte_reg(s, rm); return true;
    case Ew: case Ed: case Ev: case Eq: case Ey: case Rd_: case Rv:
        in->reg[slot] = REG_OFF(rm);
        return true;
    case Nq: case Qq: case Qd: in->reg[slot] = in->modrm & 7; return true;
    case Ux: case Wx: case Wd: case Wq: in->reg[slot] = (uint8_t)rm; return true;
    default: return false;
    }
}

static bool take_operand(struct scan *s, unsigned slot, unsigned operand)
{
    struct insn *in = s->in;
    unsigned reg = (in->modrm >> 3 & 7) | rex_bit(s, 2), low = (in->opcode & 7) | rex_bit(s, 0);
    switch (operand) {
    case Eb: case Ew: case Ed: case Ev: case Eq: case Ey:
    case M_: case Mb: case Mw: case Md: case Mq: case Mv: case Ma: case Mp: case Ms: case Mt:
    case Mdq: case Rd_: case Rv: case Nq: case Qq: case Qd: case Ux: case Wx: case Wd: case Wq:
        return rm_operand(s, slot, operand);
    case Gb: in->reg[slot] = byte_reg(s, reg); break;
    case Gw: case Gd: case Gv: case Gy: in->reg[slot] = REG_OFF(reg); break;
    case Sw: case Cd: case Dd: case Td:
        if (operand == Sw)
            reg &= s->features & F_286 ? 7 : 3;
        in->reg[slot] = (uint8_t)reg;
        return special_reg_exists(s, operand, reg, slot == 0);
    case Ob: case Ov: take_moffs(s, slot); break;
    case Zb: in->reg[slot] = byte_reg(s, low); break;
    case Zw: case Zv: in->reg[slot] = REG_OFF(low); break;
    case AL: case AX: case eAX: case rAX: in->reg[slot] = REG_OFF(0); break;
    case AH_: in->reg[slot] = REG_OFF(0) + 1; break;
    case CL: case rCX: in->reg[slot] = REG_OFF(1); break;
    case DX_: case rDX: in->reg[slot] = REG_OFF(2); break;
    case ES: case CS: case SS: case DS: case FS: case GS:
        in->reg[slot] = (uint8_t)(operand - ES + SEG_ES);
        break;
    case ST0: in->reg[slot] = 0; break;
    case STi: in->reg[slot] = in->modrm & 7; break;
    case Pq: in->reg[slot] = in->modrm >> 3 & 7; break;
    case Vx: in->reg[slot] = (uint8_t)reg; break;
    default: take_immediate(s, operand);
    }
    return true;
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* Prefixes, then the opcode: its key map << 8 | byte, or -1 when prefixes fill all 15 bytes. */
static int take_opcode(struct scan *s)
{
    while (s->pos < MAX_LEN && take_prefix(s, s->buf[s->pos]))
        s->pos++;
    if (s->pos == MAX_LEN) {
        s->pos++;
        return -1;
    }
    unsigned map = M1, b = (unsigned)take(s, 1);
    if (b == 0x0f && (s->features & F_286)) {
        map = M2;
        b = (unsigned)take(s, 1);
        if (b == 0x38 || b == 0x3a) {
            map = b == 0x38 ? M38 : M3A;
            b = (unsigned)take(s, 1);
        }
    }
    s->in->opcode = (uint8_t)b;
    return (int)(map << 8 | b);
}

static bool lock_allowed(const struct scan *s, const struct insn_row *r)
{
    bool bt = r->map == M2 && !strcmp(r->name, "bt") && !(s->features & F_486);
    return !(s->in->prefix & PRE_LOCK) || !(s->features & F_386) ||
           (((r->attr & LOCKABLE) || bt) && s->in->mem == 0);
}

static void start(struct scan *s, struct insn *out, struct decode_mode m, const uint8_t *p,
                  size_t avail)
{
    memset(out, 0, sizeof *out);
    out->base = out->index = out->reg[0] = out->reg[1] = out->reg[2] = REG_NONE;
    out->mem = NO_MEM;
    out->seg = SEG_DS;
    memset(s, 0, sizeof *s);
    memcpy(s->buf, p, avail);
    s->code_bits = m.code_bits;
    s->mode = m.code_bits == 16 ? M16B : m.code_bits == 32 ? M32B : M64B;
    s->features = cpu_models[m.model].features;
    s->seg_over = NO_SEG;
    s->in = out;
}

int insn_decode(const struct decoder *d, struct insn *out, struct decode_mode m, const uint8_t *p,
                size_t avail)
{
    struct scan s;
    if (avail > MAX_LEN)
        avail = MAX_LEN;
    start(&s, out, m, p, avail);
    int key = take_opcode(&s);
    if (key < 0)
        return finish(&s, avail, -6);
    out->prefix |= s.rex ? PRE_REX : 0;
    out->asize = address_size(&s);
    if (d->modrm[key])
        out->modrm = (uint8_t)take(&s, 1);

    const struct insn_row *r = find_row(d, &s, (unsigned)key);
    if (!r)
        return finish(&s, avail, -6);
    out->id = (uint16_t)(r - insn_rows);
    out->osize = operand_size(&s, r);
    if (d->modrm[key] && out->modrm < 0xc0 && r->opnd[0] != Rd_ && r->opnd[1] != Rd_) {
        if (out->asize == 1)
            address16(&s);
        else
            address32(&s);
    }
    bool ok = true;
    for (unsigned i = 0; i < 3 && ok && r->opnd[i] != NONE; i++)
        ok = take_operand(&s, i, r->opnd[i]);
    if (s.seg_over != NO_SEG)
        out->seg = s.seg_over;
    ok = ok && lock_allowed(&s, r);
    return finish(&s, avail, ok ? (int)s.pos : -6);
}
