/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option ROM header and the ways in. The C code runs in real mode with DS = CS = C000; FS and GS
 * are left alone, ES is scratch. Callers may have anything in the upper half of ESP, the compiled
 * code addresses its frame through all of it: hence the zero extension.
 */
    .code16
    .section .header, "ax"
    .globl  _start
_start:
    .byte   0x55, 0xaa, 80                 /* 80 x 512 bytes */
    .byte   0xe9                           /* jmp near init_entry */
    .word   init_entry - . - 2
    .org    0x18
    .word   pcir
    .org    0x1e
    .asciz  "IBM VGA compatible BIOS of Vitrine"

    .balign 4
pcir:                                      /* PCI Firmware 3.0, 5.1.2 */
    .ascii  "PCIR"
    .word   0x1234, 0x1111, 0, 24
    .byte   0, 0, 0, 3                     /* revision; class 03 00 00: VGA */
    .word   80, 1
    .byte   0, 0x80
    .word   0

/* VBE 3.0, 2.4: a program that runs the VBE calls in 16-bit protected mode copies the ROM, puts its
 * selectors here and calls the entry. finish.c sets the sum. */
    .balign 2
    .globl  pm_info
pm_info:
    .ascii  "PMID"
    .word   pm_entry, pm_start
    .word   0, 0xa000, 0xb000, 0xb800, 0xc000
    .byte   0, 0

/* 40:A8 points here: the parameter table, then areas nobody provides. */
    .balign 4
    .globl  save_table
save_table:
    .word   mode_regs, 0xc000
    .long   0, 0, 0, 0, 0, 0

    .text
init_entry:
    pushf
    pushw   %ds
    pushw   %es
    pushal
    movl    %esp, %eax
    movzwl  %sp, %esp
    pushl   %eax
    pushw   %cs
    popw    %ds
    cld
    pushw   $0                             /* see x86emu.awk */
    callw   vga_init
    popl    %eax
    movl    %eax, %esp
    popal
    popw    %es
    popw    %ds
    popf
    lretw

    .globl  int10_entry
int10_entry:
    sti
int10_call:
    cld
    pushw   %ds
    pushw   %es
    pushal
    movl    %esp, %eax
    movzwl  %sp, %esp
    pushl   %eax
    pushw   %cs
    popw    %ds
    movl    %esp, %eax
    addl    $4, %eax                       /* regparm: the argument */
    pushw   $0
    callw   int10
    popl    %eax
    movl    %eax, %esp
    popal
    popw    %es
    popw    %ds
    iretw

/* The window function of VBE mode information: far call, BX and DX as for 4F05. */
    .globl  window_entry
window_entry:
    movw    $0x4f05, %ax
    pushfw
    pushw   %cs
    callw   int10_entry
    lretw

pm_entry:
    pushfw
    pushw   %cs
    callw   int10_call
pm_start:
    lretw

    .globl  nothing_entry
nothing_entry:
    iretw
    .section .note.GNU-stack, "", @progbits
