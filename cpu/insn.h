/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the decoder returns: one instruction with no pointers, so that it can be compared, stored
 * and handled without a CPU. Governing document: Intel SDM volume 2, chapter 2.
 */
#pragma once
#include "core/base.h"

/* Segment registers by number (SDM order). LDTR and TR live in the same array of struct cpu. */
enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR, SEG_COUNT };

/* A general register's byte offset in the register file (16 slots of 8 bytes): AL 0, AH 1, CX 8.
 * Slot 16 always reads as zero: it stands for "no base" and "no index". */
#define REG_OFF(n) ((uint8_t)((n) * 8))
#define REG_NONE   REG_OFF(16)
#define REG_RIP    REG_OFF(17)   /* as base in 64-bit code: the address of the next instruction */

enum { PRE_LOCK = 1, PRE_REP = 2 /* F3 */, PRE_REPNE = 4 /* F2 */,
       PRE_OPSIZE = 8 /* 66 was present */, PRE_ADSIZE = 16 /* 67 was present */, PRE_REX = 32,
       PRE_SEG = 64 /* a segment override was */ };

#define NO_MEM 0xff

struct insn {
    uint16_t id;                 /* row of insns.def */
    uint8_t  len;                /* 1..15 */
    uint8_t  osize, asize;       /* log2 of bytes of the integer operands (0 for byte forms) and
                                    of addresses */
    uint8_t  prefix;             /* PRE_* */
    uint8_t  seg;                /* effective segment of the memory operand, after overrides and
                                    defaults; for string instructions that of the source */
    uint8_t  reg[3];             /* operand slots. General registers: byte offset in the register
                                    file. Segment, control, debug, x87, MMX registers: number */
    uint8_t  base, index, scale; /* byte offsets in the register file (REG_NONE), shift 0..3 */
    uint8_t  mem;                /* which slot is memory, or NO_MEM; strings and XLAT: NO_MEM */
    uint8_t  modrm;              /* as encoded; 0 when there is none */
    uint8_t  opcode;             /* last opcode byte */
    int32_t  disp;               /* sign-extended; moffs as unsigned 32 bits (64-bit addresses:
                                    in imm) */
    uint64_t imm;                /* sign-extended to 64 where the manual says so; branches: the
                                    displacement, sign-extended. Far pointers: offset in bits
                                    31..0, selector in bits 47..32. ENTER: Iw, Ib << 32 */
};

struct decode_mode {
    uint8_t code_bits;           /* 16, 32 or 64 */
    uint8_t model;               /* enum cpu_model of cpu/models.h: rows a model lacks are #UD */
};

/* The rows of insns.def in lookup order: those of an opcode lie at row[first[map << 8 | opcode]] up
 * to the next opcode's first. Built once by its owner, and constant from then on. */
#define DECODER_SLOTS 2560
struct decoder {
    uint16_t first[4 * 256 + 1];
    uint8_t  modrm[4 * 256];     /* 1: a modrm byte follows */
    uint16_t row[DECODER_SLOTS];
};
void decoder_init(struct decoder *d);

/* Decodes one instruction from p, of which 'avail' bytes (up to 15) are there.
 * > 0  its length;   0  it needs more bytes than 'avail';   < 0  -vector of the exception: -6 (#UD,
 * not an instruction in this mode, or LOCK where it may not stand), -13 (#GP, longer than 15
 * bytes). On #UD out->len is how many bytes were looked at. Pure: no state, no allocation. */
int insn_decode(const struct decoder *d, struct insn *out, struct decode_mode m, const uint8_t *p,
                size_t avail);

/* Text in Intel syntax ("add eax, [ebx+esi*4+0x10]"); at: the instruction's own address, for
 * branch targets. Cut to fit; always terminated. */
void insn_print(char *text, size_t cap, const struct insn *i, struct decode_mode m, laddr at);
