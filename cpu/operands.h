/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words that insns.def is written in: opcode maps, forms of modrm, modes, operand letters,
 * flag sets, attributes; and what a row looks like to its readers.
 * Operand letters are those of the SDM, volume 2, appendix A.2.
 */
#pragma once
#include "core/base.h"

/* Opcode maps */
enum insn_map { M1 /* one byte */, M2 /* 0F xx */, M38 /* 0F 38 xx */, M3A /* 0F 3A xx */ };

/* ext: which modrm bytes, and which mandatory prefix, belong to the row */
#define ANY      0x000           /* every modrm, or none */
#define EXT(n)   (0x100 | (n))   /* modrm.reg == n */
#define EXTM(n)  (0x110 | (n))   /* modrm.reg == n and a memory operand */
#define EXTR(n)  (0x120 | (n))   /* modrm.reg == n and a register operand */
#define MEMONLY  0x130           /* any reg, memory operand */
#define REGONLY  0x140           /* any reg, register operand */
#define EXACT(b) (0x200 | (b))   /* the whole modrm byte, C0..FF */
#define PNP      0x1000          /* no 66, F3, F2; OR-ed with the above */
#define P66      0x2000
#define PF3      0x3000
#define PF2      0x4000

/* Modes that have the form */
#define M16B 1
#define M32B 2
#define M64B 4
#define MOLD (M16B | M32B)
#define M64  M64B
#define MALL (MOLD | M64B)

/* Operand letters. Slots: register operands leave a byte offset or a number in insn.reg[slot]. */
enum operand {
    NONE,
    /* modrm.rm: register or memory. b 1, w 2, d 4, q 8 bytes; v by operand size, y 4 or 8
     * (64-bit mode) */
    Eb, Ew, Ed, Ev, Eq, Ey,
    /* memory only; a: two words or dwords (BOUND), p: far pointer, s: 6/10-byte
     * pseudo-descriptor, t: ten bytes */
    M_, Mb, Mw, Md, Mq, Mv, Ma, Mp, Ms, Mt, Mdq,
    /* modrm.reg */
    Gb, Gw, Gd, Gv, Gy, Sw, Cd, Dd, Td,
    /* modrm.rm as a register only */
    Rd_, Rv,
    /* immediates: b, bs sign-extended byte, w, z 2 or 4 bytes by operand size, v up to 8;
     * constant one; far pointer */
    Ib, Ibs, Iw, Iz, Iv, I1, Ap,
    /* branch displacements, and a direct memory offset */
    Jb, Jz, Ob, Ov,
    /* registers in the low three opcode bits */
    Zb, Zw, Zv,
    /* fixed registers */
    AL, AH_, CL, DX_, AX, eAX, rAX, rCX, rDX, ES, CS, SS, DS, FS, GS,
    /* string operands: DS:rSI with override, ES:rDI */
    Xb, Xv, Yb, Yv,
    /* x87: ST(0), ST(i) of modrm.rm */
    ST0, STi,
    /* MMX and SSE: modrm.reg, modrm.rm as a register or memory */
    Pq, Nq, Qq, Qd, Vx, Ux, Wx, Wd, Wq,
    OPERAND_COUNT
};

/* Flag sets */
enum { CF = 0x001, PF = 0x004, AF = 0x010, ZF = 0x040, SF = 0x080, OF = 0x800 };
#define OSZAPC (OF | SF | ZF | AF | PF | CF)
#define OSZAP  (OF | SF | ZF | AF | PF)
#define SZAPC  (SF | ZF | AF | PF | CF)
#define SZAP   (SF | ZF | AF | PF)
#define SZP    (SF | ZF | PF)
#define OSAPC  (OF | SF | AF | PF | CF)
#define OSAP   (OF | SF | AF | PF)
#define OSZPC  (OF | SF | ZF | PF | CF)
#define OC     (OF | CF)

/* Attributes */
#define LOCKABLE  0x00000001u    /* LOCK is allowed when the destination is memory */
#define NOWRITE   0x00000002u    /* the first operand is only read (CMP, TEST): LOCK is #UD */
#define ENDS      0x00000004u    /* ends a block: anything that changes rip other than by falling
                                    through, the mode, IF, paging, segmentation of CS or SS, or
                                    does port I/O */
#define IO        0x00000008u
#define ROW8      0x00000010u    /* the row stands for eight opcodes; the low three bits are a
                                    register */
#define PROTECTED 0x00000020u    /* #UD in real and virtual-8086 mode (checked by the handler) */
#define PRIV      0x00000040u    /* #GP(0) unless CPL is 0 (checked by the handler) */
#define D64       0x00000080u    /* operand size defaults to 64 in 64-bit mode */
#define STRING    0x00000100u    /* REP forms exist */
#define STACK     0x00000200u    /* uses the stack */
#define FPUINSN   0x00000400u    /* x87: #NM by CR0.EM, TS (checked by the handler) */
#define BYTEOP    0x00000800u    /* operand size is one byte: insn.osize is 0 */
#define JUMP      0x00001000u    /* relative branch: linkable */
#define COND      0x00002000u    /* and it may fall through */
#define ENDS_REP  0x00004000u    /* ends a block when a REP prefix is present */

struct insn_row {
    const char *name;            /* sem: names the meaning; the mnemonic is the part before a '_' */
    uint16_t    ext;
    uint8_t     map, opcode, modes;
    uint8_t     opnd[3];         /* enum operand */
    uint16_t    reads, writes, undef;   /* flags; undefined ones not in writes keep their value */
    uint32_t    attr;
    uint32_t    need;            /* F_* the model must have (models.h), 0: any */
};

/* The table, and its length; row n is the n-th ROW of insns.def. */
extern const struct insn_row insn_rows[];
extern const unsigned insn_row_count;
