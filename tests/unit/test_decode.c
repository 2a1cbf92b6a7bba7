/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * insns.def, the decoder and the disassembler: no two rows claim a slot, rows are well formed,
 * known encodings give known text and lengths, faults come in the right order, random bytes do no
 * harm.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/insn.h"
#include "cpu/models.h"
#include "cpu/operands.h"

static struct decoder dec;

static void setup(void) { decoder_init(&dec); }

static uint32_t prng(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    return *s ^= *s << 5;
}

/* ---- the table ----------------------------------------------------------------------------- */

/* Does row r take this modrm byte and this mandatory prefix (0 none, 1 66, 2 F3, 3 F2)? */
static bool row_takes(const struct insn_row *r, unsigned modrm, unsigned prefix)
{
    unsigned ext = r->ext & 0xfff, want = r->ext >> 12, reg = modrm >> 3 & 7;
    if (want && want != prefix + 1)
        return false;
    if (ext == ANY)
        return true;
    if (ext >= 0x200)
        return modrm == (ext & 0xff);
    if (ext == MEMONLY || ext == REGONLY)
        return (modrm >= 0xc0) == (ext == REGONLY);
    if (reg != (ext & 7))
        return false;
    return (ext & 0xf0) == 0 || (modrm >= 0xc0) == ((ext & 0xf0) == 0x20);
}

START_TEST(no_two_rows_claim_a_slot)
{
    for (unsigned key = 0; key < 4 * 256; key++)
        for (unsigned mode = 1; mode < 8; mode <<= 1)
            for (unsigned modrm = 0; modrm < 256 && dec.first[key + 1] > dec.first[key] + 1;
                 modrm++)
                for (unsigned prefix = 0; prefix < 4; prefix++) {
                    const struct insn_row *owner = NULL;
                    for (unsigned k = dec.first[key]; k < dec.first[key + 1]; k++) {
                        const struct insn_row *r = &insn_rows[dec.row[k]];
                        if (!(r->modes & mode) || !row_takes(r, modrm, prefix))
                            continue;
                        ck_assert_msg(!owner, "%s and %s both claim map %u opcode %02x modrm %02x",
                                      owner->name, r->name, key >> 8, key & 255, modrm);
                        owner = r;
                    }
                }
}
END_TEST

START_TEST(rows_are_well_formed)
{
    for (unsigned n = 0; n < insn_row_count; n++) {
        const struct insn_row *r = &insn_rows[n];
        ck_assert_msg(r->modes && r->modes <= MALL && r->map <= M3A, "%s", r->name);
        ck_assert_msg(!(r->attr & ROW8) || !(r->opcode & 7), "%s", r->name);
        ck_assert_msg(!(r->attr & JUMP) || (r->attr & ENDS), "%s", r->name);
        ck_assert_msg(!(r->attr & IO) || (r->attr & ENDS), "%s", r->name);
        ck_assert_msg(!(r->attr & COND) || (r->attr & JUMP), "%s", r->name);
        ck_assert_msg(!((r->attr & LOCKABLE) && (r->attr & NOWRITE)), "%s", r->name);
        ck_assert_msg(!((r->reads | r->writes | r->undef) & ~OSZAPC), "%s", r->name);
        for (unsigned k = 1; k < 3; k++)
            ck_assert_msg(r->opnd[k] == NONE || r->opnd[k - 1] != NONE, "%s: a gap in its operands",
                          r->name);
    }
}
END_TEST

START_TEST(lookup_tables_hold_every_row)
{
    unsigned slots = 0;
    for (unsigned n = 0; n < insn_row_count; n++) {
        const struct insn_row *r = &insn_rows[n];
        for (unsigned i = 0; i < (r->attr & ROW8 ? 8u : 1u); i++, slots++) {
            unsigned key = (unsigned)r->map << 8 | (r->opcode + i), found = 0;
            for (unsigned k = dec.first[key]; k < dec.first[key + 1]; k++)
                found += dec.row[k] == n;
            ck_assert_uint_eq(found, 1);
        }
    }
    ck_assert_uint_eq(slots, dec.first[4 * 256]);
}
END_TEST

/* An encoding of row r, its opcode plus i, with this modrm; the rest is zeros. */
static void encode(uint8_t b[15], const struct insn_row *r, unsigned i, unsigned modrm)
{
    static const uint8_t prefix[5] = { 0, 0, 0x66, 0xf3, 0xf2 }, escape[4] = { 0, 0, 0x38, 0x3a };
    unsigned n = 0;
    memset(b, 0, 15);
    if (prefix[r->ext >> 12])
        b[n++] = prefix[r->ext >> 12];
    if (r->map != M1)
        b[n++] = 0x0f;
    if (escape[r->map])
        b[n++] = escape[r->map];
    b[n++] = (uint8_t)(r->opcode + i);
    b[n] = (uint8_t)modrm;
}

START_TEST(every_row_decodes_to_itself)
{
    static const uint8_t bits[3] = { 16, 32, 64 };
    for (unsigned n = 0; n < insn_row_count; n++) {
        const struct insn_row *r = &insn_rows[n];
        for (unsigned mode = 0; mode < 3; mode++) {
            struct decode_mode m = { bits[mode], CPU_PENTIUM2 };
            unsigned ok = 0;
            if (!(r->modes & 1u << mode) || (r->need & ~cpu_models[m.model].features))
                continue;
            for (unsigned modrm = 0; modrm < 256; modrm++) {
                uint8_t b[15];
                struct insn in;
                encode(b, r, r->attr & ROW8 ? modrm & 7 : 0, modrm);
                if (!row_takes(r, modrm, r->ext >> 12 ? (r->ext >> 12) - 1 : 0))
                    continue;
                int len = insn_decode(&dec, &in, m, b, sizeof b);
                ck_assert_msg(len == -6 || (len > 0 && in.id == n),
                              "%s opcode %02x modrm %02x: %d, row %s", r->name, r->opcode, modrm,
                              len, insn_rows[in.id].name);
                ok += len > 0;
            }
            ck_assert_msg(ok, "%s opcode %02x never decodes", r->name, r->opcode);
        }
    }
}
END_TEST

/* ---- samples ------------------------------------------------------------------------------- */

struct sample { uint8_t bits; const char *hex, *text; };
static const struct sample samples[] = {
    { 16, "00 00",                "add [bx+si], al" },
    { 16, "01 d8",                "add ax, bx" },
    { 16, "66 01 d8",             "add eax, ebx" },
    { 32, "01 d8",                "add eax, ebx" },
    { 32, "66 01 d8",             "add ax, bx" },
    { 32, "03 44 b3 10",          "add eax, [ebx+esi*4+0x10]" },
    { 32, "83 44 b3 10 ff",       "add dword [ebx+esi*4+0x10], 0xffffffff" },
    { 32, "82 c4 05",             "add ah, 0x5" },
    { 32, "80 3d 78 56 34 12 80", "cmp byte [0x12345678], 0x80" },
    { 16, "81 7e fe 34 12",       "cmp word [bp-0x2], 0x1234" },
    { 16, "8b 46 00",             "mov ax, [bp]" },
    { 16, "8b 0e 34 12",          "mov cx, [0x1234]" },
    { 16, "26 8b 0e fe ff",       "mov cx, [es:0xfffe]" },
    { 16, "67 8b 04 8d 00 00 00 80", "mov ax, [ecx*4-0x80000000]" },
    { 16, "3e 8b 46 02",          "mov ax, [ds:bp+0x2]" },
    { 16, "36 8b 46 02",          "mov ax, [bp+0x2]" },
    { 32, "8b 04 24",             "mov eax, [esp]" },
    { 32, "67 8b 42 05",          "mov eax, [bp+si+0x5]" },
    { 32, "8a 65 00",             "mov ah, [ebp]" },
    { 32, "8c d8",                "mov eax, ds" },
    { 32, "8c 18",                "mov word [eax], ds" },
    { 32, "8e e0",                "mov fs, ax" },
    { 32, "a1 44 33 22 11",       "mov eax, [0x11223344]" },
    { 16, "a2 34 12",             "mov [0x1234], al" },
    { 16, "64 a3 34 12",          "mov [fs:0x1234], ax" },
    { 32, "b8 44 33 22 11",       "mov eax, 0x11223344" },
    { 16, "b4 4c",                "mov ah, 0x4c" },
    { 32, "c7 05 00 10 00 00 05 00 00 00", "mov dword [0x1000], 0x5" },
    { 32, "8d 04 40",             "lea eax, [eax+eax*2]" },
    { 32, "8d 34 25 08 00 00 00", "lea esi, [0x8]" },
    { 32, "0f b6 03",             "movzx eax, byte [ebx]" },
    { 32, "0f b7 c3",             "movzx eax, bx" },
    { 16, "0f b7 07",             "movzx ax, word [bx]" },
    { 32, "66 0f be c9",          "movsx cx, cl" },
    { 32, "40",                   "inc eax" },
    { 64, "40 88 e0",             "mov al, spl" },
    { 64, "88 e0",                "mov al, ah" },
    { 64, "48 63 c1",             "movsxd rax, ecx" },
    { 64, "4d 01 f8",             "add r8, r15" },
    { 64, "8b 05 10 00 00 00",    "mov eax, [rip+0x10]" },
    { 64, "41 54",                "push r12" },
    { 32, "63 c1",                "arpl cx, ax" },
    { 16, "50",                   "push ax" },
    { 16, "66 6a ff",             "push dword 0xffffffff" },
    { 32, "68 78 56 34 12",       "push 0x12345678" },
    { 16, "0f a0",                "push fs" },
    { 32, "8f 00",                "pop dword [eax]" },
    { 16, "60",                   "pusha" },
    { 32, "60",                   "pushad" },
    { 16, "66 9d",                "popfd" },
    { 16, "9d",                   "popf" },
    { 32, "66 9d",                "popfw" },
    { 16, "cf",                   "iret" },
    { 32, "cf",                   "iretd" },
    { 16, "98",                   "cbw" },
    { 32, "98",                   "cwde" },
    { 32, "99",                   "cdq" },
    { 32, "62 08",                "bound ecx, [eax]" },
    { 32, "69 c0 00 01 00 00",    "imul eax, eax, 0x100" },
    { 32, "6b c8 fe",             "imul ecx, eax, 0xfffffffe" },
    { 32, "f7 e9",                "imul ecx" },
    { 32, "f6 c8 05",             "test al, 0x5" },
    { 32, "d1 f0",                "shl eax, 1" },
    { 32, "c0 20 04",             "shl byte [eax], 0x4" },
    { 32, "d3 20",                "shl dword [eax], cl" },
    { 32, "0f a5 c8",             "shld eax, ecx, cl" },
    { 32, "0f ba 28 1f",          "bts dword [eax], 0x1f" },
    { 16, "74 fe",                "je 0x100" },
    { 16, "eb 10",                "jmp 0x112" },
    { 16, "66 e8 00 00 01 00",    "o32 call 0x10106" },
    { 32, "0f 84 00 01 00 00",    "je 0x206" },
    { 32, "e9 fb fe ff ff",       "jmp 0x0" },
    { 32, "e3 00",                "jecxz 0x102" },
    { 32, "67 e3 00",             "jcxz 0x103" },
    { 16, "e2 fe",                "loop 0x100" },
    { 16, "9a 78 56 34 12",       "call 0x1234:0x5678" },
    { 32, "ea 78 56 34 12 08 00", "jmp 0x8:0x12345678" },
    { 16, "ff 1e 34 12",          "call far [0x1234]" },
    { 32, "ff 24 85 00 10 00 00", "jmp dword [eax*4+0x1000]" },
    { 16, "c2 04 00",             "ret 0x4" },
    { 16, "ca 04 00",             "retf 0x4" },
    { 16, "c8 10 00 01",          "enter 0x10, 0x1" },
    { 32, "f3 a5",                "rep movsd" },
    { 16, "f3 a5",                "rep movsw" },
    { 16, "f2 ae",                "repne scasb" },
    { 16, "f3 26 a6",             "repe es cmpsb" },
    { 16, "67 aa",                "a32 stosb" },
    { 16, "66 6d",                "insd" },
    { 16, "2e d7",                "cs xlatb" },
    { 16, "e4 60",                "in al, 0x60" },
    { 32, "ed",                   "in eax, dx" },
    { 16, "e7 71",                "out 0x71, ax" },
    { 16, "d4 0a",                "aam 0xa" },
    { 16, "cd 21",                "int 0x21" },
    { 16, "f1",                   "int1" },
    { 16, "d6",                   "salc" },
    { 16, "c4 5c 02",             "les bx, [si+0x2]" },
    { 32, "0f b2 20",             "lss esp, [eax]" },
    { 16, "0f 01 16 00 10",       "lgdt [0x1000]" },
    { 32, "0f 01 3d 00 10 00 00", "invlpg [0x1000]" },
    { 16, "0f 20 c0",             "mov eax, cr0" },
    { 32, "0f 22 d8",             "mov cr3, eax" },
    { 32, "0f 23 3c",             "mov dr7, esp" },   /* mod is ignored: always a register */
    { 32, "0f 00 d8",             "ltr ax" },
    { 32, "0f 01 e0",             "smsw eax" },
    { 32, "0f 02 c8",             "lar ecx, ax" },
    { 32, "f0 0f c1 03",          "lock xadd [ebx], eax" },
    { 32, "f0 0f c7 0b",          "lock cmpxchg8b qword [ebx]" },
    { 32, "0f cb",                "bswap ebx" },
    { 32, "0f 4f c1",             "cmovg eax, ecx" },
    { 32, "0f 95 45 f8",          "setne byte [ebp-0x8]" },
    { 32, "0f 1f 44 00 00",       "nop dword [eax+eax]" },
    { 32, "87 d9",                "xchg ecx, ebx" },
    { 32, "93",                   "xchg ebx, eax" },
    { 32, "9b",                   "wait" },
    { 32, "0f 0b",                "ud2" },
    { 32, "0f 34",                "sysenter" },
    { 16, "66 ea 78 56 34 12 08 00", "jmp dword 0x8:0x12345678" },
    { 16, "67 8b 0d 44 33 22 11", "mov cx, [dword 0x11223344]" },
    { 32, "67 8b 0e 34 12",       "mov ecx, [word 0x1234]" },
    { 32, "d9 45 f8",             "fld dword [ebp-0x8]" },
    { 32, "db 2c 24",             "fld tword [esp]" },
    { 32, "d8 c1",                "fadd st0, st1" },
    { 32, "de c9",                "fmulp st1, st0" },
    { 16, "df e0",                "fnstsw ax" },
    { 16, "d9 3e 34 12",          "fnstcw word [0x1234]" },
};

static size_t parse_hex(uint8_t out[16], const char *s)
{
    size_t n = 0;
    for (char *end; n < 16; s = end) {
        unsigned long v = strtoul(s, &end, 16);
        if (end == s)
            break;
        out[n++] = (uint8_t)v;
    }
    return n;
}

START_TEST(samples_decode_and_print)
{
    const struct sample *s = &samples[_i];
    uint8_t b[16];
    size_t n = parse_hex(b, s->hex);
    struct insn in;
    char text[96];
    struct decode_mode m = { s->bits, CPU_PENTIUM2 };
    int len = insn_decode(&dec, &in, m, b, n);
    ck_assert_msg(len == (int)n, "%s: length %d", s->hex, len);
    ck_assert_uint_eq(in.len, n);
    insn_print(text, sizeof text, &in, m, 0x100);
    ck_assert_str_eq(text, s->text);
    for (size_t k = 0; k < n; k++)       /* every shorter piece asks for more */
        ck_assert_int_eq(insn_decode(&dec, &in, m, b, k), 0);
}
END_TEST

/* ---- faults -------------------------------------------------------------------------------- */

struct fault { uint8_t bits, model; int want; const char *hex; };
static const struct fault faults[] = {
    { 32, CPU_PENTIUM2, -6, "0f 04" },
    { 32, CPU_PENTIUM2, -6, "8d c0" }, /* LEA of a register */
    { 32, CPU_PENTIUM2, -6, "c5 c0" },
    { 32, CPU_PENTIUM2, -6, "8e c8" }, /* MOV CS */
    { 32, CPU_PENTIUM2, -6, "8e f0" }, /* seventh segment register */
    { 32, CPU_PENTIUM2, -6, "8c f8" },
    { 32, CPU_PENTIUM2, -6, "0f 20 c8" }, /* CR1 */
    { 32, CPU_PENTIUM2, -6, "0f 22 e8" }, /* CR5 */
    { 32, CPU_PENTIUM2, -6, "ff f8" },
    { 32, CPU_PENTIUM2, -6, "fe d0" },
    { 32, CPU_PENTIUM2, -6, "ff d8" }, /* far call through a register */
    { 32, CPU_PENTIUM2, -6, "8f c8" },
    { 32, CPU_PENTIUM2, -6, "f0 01 d8" }, /* LOCK: register destination */
    { 32, CPU_PENTIUM2, -6, "f0 03 03" }, /* LOCK: memory source */
    { 32, CPU_PENTIUM2, -6, "f0 39 03" }, /* LOCK: CMP */
    { 32, CPU_PENTIUM2, -6, "f0 90" },
    { 32, CPU_PENTIUM2, -6, "f0 0f a3 03" }, /* LOCK: BT */
    { 32, CPU_PENTIUM2, 3, "f0 01 03" },
    { 32, CPU_PENTIUM2, 4, "f0 0f ab 03" },
    { 16, CPU_286, 3, "f0 01 d8" }, /* the 286 does not mind */
    { 16, CPU_286, -6, "66" },
    { 16, CPU_286, -6, "0f 80" },
    { 16, CPU_286, -6, "8e e0" },
    { 16, CPU_286, 10, "2e 2e 2e 2e 2e 2e 2e 2e 2e 90" },
    { 16, CPU_286, -13, "2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 90" },
    { 16, CPU_8086, -6, "60" },
    { 16, CPU_8086, -6, "c1 e0" },
    { 32, CPU_386, -6, "0f c8" },
    { 32, CPU_486, 2, "0f c8" },
    { 32, CPU_486, -6, "0f a2" },
    { 32, CPU_PENTIUM, -6, "0f 44 c0" },
    { 32, CPU_PENTIUM2, 15, "2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 90" },
    { 32, CPU_PENTIUM2, -13, "2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e" },
    { 32, CPU_PENTIUM2, -13, "2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e b8 01 02 03" },
    { 32, CPU_PENTIUM2, -13,
      "f0 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e b8 01 02" }, /* length before LOCK */
};

START_TEST(faults_are_told)
{
    const struct fault *f = &faults[_i];
    uint8_t b[16];
    struct insn in;
    size_t n = parse_hex(b, f->hex);
    int got = insn_decode(&dec, &in, (struct decode_mode){ f->bits, f->model }, b, n);
    ck_assert_msg(got == f->want, "%s: %d", f->hex, got);
}
END_TEST

/* ---- fields -------------------------------------------------------------------------------- */

static struct insn decode_hex(unsigned bits, const char *hex)
{
    uint8_t b[16];
    struct insn in;
    size_t n = parse_hex(b, hex);
    struct decode_mode m = { (uint8_t)bits, CPU_PENTIUM2 };
    ck_assert_int_eq(insn_decode(&dec, &in, m, b, n), (int)n);
    return in;
}

START_TEST(fields_hold_what_the_header_says)
{
    struct insn i = decode_hex(16, "02 62 80");        /* add ah, [bp+si-80h] */
    ck_assert(i.osize == 0 && i.asize == 1 && i.reg[0] == REG_OFF(0) + 1 && i.mem == 1);
    ck_assert(i.base == REG_OFF(5) && i.index == REG_OFF(6) && i.seg == SEG_SS && i.disp == -128);
    i = decode_hex(32, "64 66 c7 04 cc 34 92");        /* mov word [fs:esp+ecx*8], 9234h */
    ck_assert(i.osize == 1 && i.asize == 2 && i.seg == SEG_FS && i.base == REG_OFF(4) &&
              i.index == REG_OFF(1));
    ck_assert(i.scale == 3 && i.mem == 0 && i.imm == UINT64_C(0xffffffffffff9234));
    ck_assert(i.prefix == (PRE_SEG | PRE_OPSIZE));
    i = decode_hex(32, "2e 65 8b 00");                 /* the last override counts */
    ck_assert(i.seg == SEG_GS);
    i = decode_hex(32, "f2 f3 a4");
    ck_assert(i.prefix == PRE_REP && i.seg == SEG_DS && i.mem == NO_MEM && i.osize == 0);
    i = decode_hex(32, "0f bf 08");                    /* movsx ecx, word [eax] */
    ck_assert(i.osize == 2 && i.mem == 1 && i.reg[0] == REG_OFF(1));
    i = decode_hex(32, "8e 18");                       /* mov ds, [eax] */
    ck_assert(i.osize == 1 && i.reg[0] == SEG_DS && i.mem == 1);
    i = decode_hex(32, "c8 34 12 1f");
    ck_assert(i.imm == (UINT64_C(0x1f) << 32 | 0x1234));
    i = decode_hex(32, "9a ff ff ff ff 23 81");
    ck_assert(i.imm == UINT64_C(0x8123ffffffff));
    i = decode_hex(16, "a1 fe ff");
    ck_assert(i.disp == 0xfffe && i.base == REG_NONE && i.index == REG_NONE && i.mem == 1 &&
              i.osize == 1);
    i = decode_hex(32, "67 a1 fe ff");
    ck_assert(i.disp == 0xfffe && i.asize == 1 && i.osize == 2);
    i = decode_hex(32, "66 e9 fe ff");
    ck_assert(i.osize == 1 && i.imm == UINT64_MAX - 1);
    i = decode_hex(32, "e6 80");                       /* out 80h, al */
    ck_assert(i.osize == 0 && i.imm == 0x80 && i.reg[1] == REG_OFF(0));
    i = decode_hex(32, "0f 20 e1");                    /* mov ecx, cr4 */
    ck_assert(i.osize == 2 && i.reg[0] == REG_OFF(1) && i.reg[1] == 4);
    i = decode_hex(16, "17");
    ck_assert(i.reg[0] == SEG_SS);
    i = decode_hex(32, "8b 04 65 00 00 00 00");        /* index 4 is none */
    ck_assert(i.index == REG_NONE && i.base == REG_NONE && i.seg == SEG_DS);
    i = decode_hex(32, "8b 45 00");
    ck_assert(i.seg == SEG_SS);
}
END_TEST

/* ---- random bytes -------------------------------------------------------------------------- */

START_TEST(random_bytes_do_no_harm)
{
    uint32_t seed = 20260;
    static const uint8_t bits[3] = { 16, 32, 64 };
    for (unsigned n = 0; n < 60000; n++) {
        uint8_t b[20];
        for (unsigned k = 0; k < sizeof b; k++)
            b[k] = (uint8_t)(prng(&seed) >> 9);
        if (n & 1)
            b[0] = 0x0f;
        struct decode_mode m = { bits[n % 3], (uint8_t)(prng(&seed) % CPU_MODEL_COUNT) };
        struct insn in, again;
        char text[96], cut[8];
        int len = insn_decode(&dec, &in, m, b, sizeof b);
        ck_assert(len == -6 || len == -13 || (len >= 1 && len <= 15));
        ck_assert_uint_le(in.len, 15);
        if (len <= 0)
            continue;
        for (int k = 0; k < len; k++)
            ck_assert_int_eq(insn_decode(&dec, &again, m, b, (size_t)k), 0);
        ck_assert_int_eq(insn_decode(&dec, &again, m, b, (size_t)len), len);
        ck_assert(!memcmp(&again, &in, sizeof in));
        insn_print(text, sizeof text, &in, m, 0x1000);
        ck_assert(strlen(text) > 0 && strlen(text) < sizeof text - 1);
        insn_print(cut, sizeof cut, &in, m, 0x1000);
        ck_assert(!strncmp(cut, text, sizeof cut - 1) && strlen(cut) < sizeof cut);
    }
}
END_TEST

START_TEST(models_are_found_by_name)
{
    for (int i = 0; i < CPU_MODEL_COUNT; i++)
        ck_assert_int_eq(cpu_model_find(cpu_models[i].name), i);
    ck_assert_int_eq(cpu_model_find("z80"), -1);
    for (int i = 1; i < CPU_MODEL_COUNT; i++)            /* each model adds to the one before */
        ck_assert_uint_eq(cpu_models[i - 1].features & ~cpu_models[i].features, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode");
    TCase *tc = tcase_create("decode");
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, no_two_rows_claim_a_slot);
    tcase_add_test(tc, rows_are_well_formed);
    tcase_add_test(tc, lookup_tables_hold_every_row);
    tcase_add_test(tc, every_row_decodes_to_itself);
    tcase_add_loop_test(tc, samples_decode_and_print, 0, (int)ARRAY_LEN(samples));
    tcase_add_loop_test(tc, faults_are_told, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tc, fields_hold_what_the_header_says);
    tcase_add_test(tc, random_bytes_do_no_harm);
    tcase_add_test(tc, models_are_found_by_name);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
