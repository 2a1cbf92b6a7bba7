/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder beside an independent one, Capstone: every opcode of every map with every modrm byte,
 * SIB bytes and many combinations of prefixes in 16- and 32-bit code, and random bytes. What ours
 * accepts must have the same length, mnemonic, memory operand and register operands there, and what
 * it refuses must be nothing that a Pentium II has. Built without Capstone it reports itself as
 * skipped. usage: decode_peer [random cases [seed]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKIPPED 77

#ifndef HAVE_CAPSTONE
int main(void)
{
    puts("Capstone was not found when this was built");
    return SKIPPED;
}
#else
#include <capstone/capstone.h>

#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"

/* What the peer does not know, or reads otherwise for reasons of its own. */
static const char *const not_compared[] = {
    "nop_m",              /* knows 0F 1F /0 only, and prefetches */
    "ud0",         "ud1", /* length of the former is a matter of model */
    "mov_from_cr", "mov_to_cr", "mov_from_dr",  "mov_to_dr", /* wants mod 3 */
    "sldt",        "str",       "smsw",         "lar",        "lsl",
    "lldt",        "ltr",       "mov_from_seg", "mov_to_seg", /* names of register halves */
};

/* Our name, the peer's. */
static const char *const alias[][2] = {
    { "pusha", "pushaw" },
    { "pushad", "pushal" },
    { "popa", "popaw" },
    { "popad", "popal" },
    { "call", "lcall" },
    { "jmp", "ljmp" },
    { "shl", "sal" },
    { "nop", "pause" },
    { "xlatb", "xlat" },
    { "jcxz", "jecxz" },
    { "jecxz", "jcxz" }, /* with a segment prefix after 67 */
    { "pushfw", "pushf" },
    { "popfw", "popf" },
    { "iretw", "iret" },
    { "fstp", "fstpnce" },
    { "fnsetpm", "fsetpm" },
    { "fneni", "feni8087_nop" },
    { "fndisi", "fdisi8087_nop" },
    { "cbw", "cwde" },
    { "cwd", "cdq" }, /* in 16-bit code it gives the other name */
};

static bool names_agree(const char *ours, const char *theirs)
{
    if (!strcmp(ours, theirs))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(alias); i++)
        if (!strcmp(ours, alias[i][0]) && !strcmp(theirs, alias[i][1]))
            return true;
    return false;
}

/* The word of a text that is the mnemonic: the last that is no prefix. */
static void mnemonic_of(char out[24], const char *text)
{
    static const char *const prefix[] = { "lock",    "rep",    "repe",   "repne", "repz",
                                          "repnz",   "o16",    "o32",    "a16",   "a32",
                                          "es",      "cs",     "ss",     "ds",    "fs",
                                          "gs",      "data16", "addr32", "bnd",   "xacquire",
                                          "xrelease" };
    for (;;) {
        size_t n = strcspn(text, " "), i;
        if (n > 23)
            n = 23;
        memcpy(out, text, n);
        out[n] = 0;
        for (i = 0; i < ARRAY_LEN(prefix) && strcmp(out, prefix[i]); i++)
            ;
        if (i == ARRAY_LEN(prefix) || !text[n])
            return;
        text += n + 1;
    }
}

static const char *reg_name(unsigned off, unsigned size)
{
    static const char name[4][8][4] = {
        { "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil" },
        { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" },
        { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" },
        { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi" },
    };
    static const char high[4][3] = { "ah", "ch", "dh", "bh" };
    if (off == REG_NONE)
        return "";
    return off & 1 ? high[off / 8 & 3] : name[size][off / 8 & 7];
}

static const char *peer_reg(csh h, unsigned r)
{
    const char *s = r ? cs_reg_name(h, r) : "";
    return s && strcmp(s, "eiz") && strcmp(s, "riz") ? s : "";
}

static bool memory_agrees(csh h, const struct insn *in, const cs_x86_op *op)
{
    unsigned mask = in->asize == 1 ? 0xffff : 0xffffffff;
    return !strcmp(reg_name(in->base, in->asize), peer_reg(h, op->mem.base)) &&
           !strcmp(reg_name(in->index, in->asize), peer_reg(h, op->mem.index)) &&
           (in->index == REG_NONE || op->mem.scale == 1 << in->scale) &&
           (((unsigned)in->disp ^ (unsigned)op->mem.disp) & mask) == 0;
}

/* Memory and general registers, slot by slot, where the peer has as many operands. */
static bool operands_agree(csh h, const struct insn *in, const struct insn_row *r,
                           const cs_insn *ci)
{
    const cs_x86 *x = &ci->detail->x86;
    for (unsigned k = 0; k < 3 && k < x->op_count && r->opnd[k] != NONE; k++) {
        unsigned o = r->opnd[k];
        if (in->mem == k) {
            if (x->operands[k].type != X86_OP_MEM || !memory_agrees(h, in, &x->operands[k]))
                return false;
        } else if (o == Eb || o == Gb || o == Ev || o == Gv || o == Zb || o == Zv) {
            unsigned size = o == Eb || o == Gb || o == Zb ? 0 : in->osize;
            if (x->operands[k].type != X86_OP_REG ||
                strcmp(reg_name(in->reg[k], size), peer_reg(h, x->operands[k].reg)))
                return false;
        }
    }
    return true;
}

static uint32_t prng(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    return *s ^= *s << 5;
}

static bool is_compared(const struct insn *in, const struct insn_row *r)
{
    for (size_t i = 0; i < ARRAY_LEN(not_compared); i++)
        if (!strcmp(r->name, not_compared[i]))
            return false;
    if (in->opcode >= 0x91 && in->opcode <= 0x97 && r->map == M1)
        return false; /* XCHG with the accumulator: operands the other way round */
    /* it takes F2 and F3 as if they took the place of 66 */
    if ((in->prefix & PRE_OPSIZE) && (in->prefix & (PRE_REP | PRE_REPNE)))
        return false;
    /* TZCNT and LZCNT, which ignore no F3 */
    if ((in->prefix & PRE_REP) && (!strcmp(r->name, "bsf") || !strcmp(r->name, "bsr")))
        return false;
    /* a branch of the other size: the peer takes the 64-bit view of the prefix */
    return !(in->prefix & (PRE_OPSIZE | PRE_LOCK | PRE_REP | PRE_REPNE)) || !(r->attr & JUMP);
}

/* MMX: length and mnemonic, and only of what the peer knows. */
static bool is_plain(const struct insn_row *r)
{
    return r->ext < PNP && r->opnd[0] < Pq && r->opnd[1] < Pq;
}

/* What ours does not accept and the peer does: later additions that are in none of its groups, and
 * what is left out on purpose (insns.def); registers that do not exist. */
static const char *const not_ours[] = {
    "fisttp",  "xsave",    "xsavec", "xsaves",  "xsaveopt",  "xrstor",  "xrstors",  "rdseed",
    "rdrand",  "pmaxub",   "pavgb",  "pmulhuw", "pinsrw",    "pavgw",   "pmaxsw",   "pshufw",
    "pmuludq", "pminub",   "pminsw", "paddq",   "psadbw",    "psubq",   "movntq",   "pmovmskb",
    "pextrw",  "maskmovq", "getsec", "syscall", "sysret",    "swapgs",  "clac",     "stac",
    "xgetbv",  "xsetbv",   "enclu",  "encls",   "xtest",     "rdtscp",  "prefetchw", "movbe",
    "rsm",     "mov",      "popcnt", "clwb",    "pcommit",   "clflushopt",
};

/* A prefix that makes another instruction of an MMX one, or that the peer does not look at. */
static bool odd_prefix(const uint8_t *b)
{
    for (; *b && memchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3", *b, 11); b++)
        if (*b == 0x66 || *b >= 0xf0)
            return true;
    return false;
}

static bool may_refuse(const cs_insn *ci)
{
    const cs_detail *d = ci->detail;
    bool via = ci->bytes[0] == 0x0f && (ci->bytes[1] & 0xfe) == 0xa6, /* XCRYPT and its like */
         vex = ci->mnemonic[0] == 'v';
    if (via || vex)
        return true;
    for (unsigned i = 0; i < d->groups_count; i++)
        if (d->groups[i] >= X86_GRP_VM && d->groups[i] != X86_GRP_MMX &&
            d->groups[i] != X86_GRP_NOT64BITMODE && d->groups[i] != X86_GRP_CMOV &&
            d->groups[i] != X86_GRP_FPU)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(not_ours); i++)
        if (!strcmp(ci->mnemonic, not_ours[i]))
            return true;
    return false;
}

/* Ours does not accept it: it must be nothing that a Pentium II has. */
static int refused(csh h, struct decode_mode m, const uint8_t *b)
{
    cs_insn *ci = NULL;
    size_t n = odd_prefix(b) ? 0 : cs_disasm(h, b, 15, 0x1000, 1, &ci);
    if (!n)
        return 2;
    bool ok = may_refuse(ci);
    if (!ok) {
        printf("%u:", m.code_bits);
        for (int i = 0; i < ci->size; i++)
            printf(" %02x", b[i]);
        printf(": refused | %s %s\n", ci->mnemonic, ci->op_str);
    }
    cs_free(ci, n);
    return !ok;
}

/* One case: 0 agreed, 1 disagreed, 2 not compared. */
static int compare(csh h, const struct decoder *d, struct decode_mode m, const uint8_t *b)
{
    struct insn in;
    char text[96], ours[24], theirs[24];
    int len = insn_decode(d, &in, m, b, 15);
    if (len <= 0)
        return refused(h, m, b);
    if ( !is_compared(&in, &insn_rows[in.id]))
        return 2;
    insn_print(text, sizeof text, &in, m, 0x1000);
    cs_insn *ci = NULL;
    size_t n = cs_disasm(h, b, 15, 0x1000, 1, &ci);
    bool ok = false;
    if (!is_plain(&insn_rows[in.id])) {
        mnemonic_of(ours, text);
        mnemonic_of(theirs, ci ? ci->mnemonic : "");
        ok = !n || (ci->size == len && names_agree(ours, theirs));
    } else if (n) {
        mnemonic_of(ours, text);
        mnemonic_of(theirs, ci->mnemonic);
        ok = ci->size == len && names_agree(ours, theirs) &&
             operands_agree(h, &in, &insn_rows[in.id], ci);
    }
    if (!ok) {
        printf("%u:", m.code_bits);
        for (int i = 0; i < len; i++)
            printf(" %02x", b[i]);
        printf(": %s (%d) | %s %s (%d)\n", text, len, n ? ci->mnemonic : "invalid",
               n ? ci->op_str : "", n ? ci->size : 0);
    }
    if (n)
        cs_free(ci, n);
    return !ok;
}

/* ---- every encoding ---- */

struct tally { unsigned compared, disagree; };

static void one(csh h, const struct decoder *d, unsigned bits, const uint8_t *b, struct tally *t)
{
    int r = compare(h, d, (struct decode_mode){ (uint8_t)bits, CPU_PENTIUM2 }, b);
    t->compared += r != 2;
    t->disagree += r == 1;
}

/* Every modrm byte behind an opcode that stands at b[n - 1]; with 32-bit addresses every SIB byte
 * with one register field in turn. */
static void every_modrm(csh h, const struct decoder *d, unsigned bits, uint8_t b[15], unsigned n,
                        struct tally *t)
{
    bool wide = (bits == 32) != (memchr(b, 0x67, n) != NULL);
    for (unsigned m = 0; m < 256; m++) {
        b[n] = (uint8_t)m;
        unsigned sibs = wide && m < 0xc0 && (m & 7) == 4 ? 256 : 1;
        for (unsigned s = m >> 3 & 7; s < sibs; s += 8) {
            b[n + 1] = (uint8_t)(sibs == 1 ? 0x5a : s);
            one(h, d, bits, b, t);
        }
        if (sibs == 1) {
            b[n + 1] = 0x5a;
            one(h, d, bits, b, t);
        }
    }
}

static void every_opcode(csh h, const struct decoder *d, unsigned bits, const char *prefix,
                         struct tally *t)
{
    static const char *const map[4] = { "", "\x0f", "\x0f\x38", "\x0f\x3a" };
    for (unsigned m = 0; m < 4; m++)
        for (unsigned op = 0; op < 256; op++) {
            uint8_t b[15] = { 0 };
            unsigned n = (unsigned)strlen(prefix), k = (unsigned)strlen(map[m]);
            for (unsigned i = 0; i < sizeof b; i++)
                b[i] = (uint8_t)(0x81 + 0x13 * i);
            memcpy(b, prefix, n);
            memcpy(b + n, map[m], k);
            n += k;
            b[n++] = (uint8_t)op;
            if (d->modrm[m << 8 | op])
                every_modrm(h, d, bits, b, n, t);
            else
                one(h, d, bits, b, t);
        }
}

static void every_encoding(csh h, const struct decoder *d, unsigned bits, struct tally *t)
{
    static const char *const prefixes[] = {
        "",     "\x66",     "\x67",     "\xf0",     "\xf2",     "\xf3",         "\x66\x67",
        "\x26", "\x2e",     "\x36",     "\x3e",     "\x64",     "\x65",         "\x66\xf0",
        "\x67\xf0", "\x67\xf3", "\x64\x67", "\x66\x36", "\xf3\x2e", "\x66\x67\x65",
    };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        every_opcode(h, d, bits, prefixes[i], t);
}

static void at_random(csh h, const struct decoder *d, unsigned bits, unsigned cases, uint32_t *seed,
                      struct tally *t)
{
    for (unsigned n = 0; n < cases; n++) {
        uint8_t b[15];
        for (unsigned k = 0; k < sizeof b; k++)
            b[k] = (uint8_t)(prng(seed) >> 9);
        if (n % 3 == 0)
            b[0] = 0x0f;
        if (n % 7 == 0)
            b[0] = prng(seed) & 1 ? 0x66 : 0x67;
        one(h, d, bits, b, t);
    }
}

int main(int argc, char **argv)
{
    unsigned cases = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 60000;
    uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
    struct tally t = { 0, 0 };
    static struct decoder dec;
    decoder_init(&dec);
    for (unsigned bits = 16; bits <= 32; bits += 16) {
        csh h;
        if (cs_open(CS_ARCH_X86, bits == 32 ? CS_MODE_32 : CS_MODE_16, &h) != CS_ERR_OK)
            return SKIPPED;
        cs_option(h, CS_OPT_DETAIL, CS_OPT_ON);
        every_encoding(h, &dec, bits, &t);
        at_random(h, &dec, bits, cases / 2, &seed, &t);
        cs_close(&h);
    }
    printf("%u compared, %u disagree\n", t.compared, t.disagree);
    return t.disagree != 0;
}
#endif
