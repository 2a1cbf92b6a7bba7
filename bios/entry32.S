/* SPDX-License-Identifier: BSD-2-Clause */
/* The first 32-bit instructions: flat segments, a stack in low memory, the 32-bit part of POST, and back. */
        .code32
        .text
        .globl flat_reset
flat_reset:
        movw $0x10, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %fs
        movw %ax, %gs
        movw %ax, %ss
        movl $0x7000, %esp
        call post32
        movw $0x20, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %fs
        movw %ax, %gs
        movw %ax, %ss
        ljmp $0x18, $real_start
