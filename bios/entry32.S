/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-bit entry points: the first instructions after reset (flat segments, a stack in low memory,
 * the 32-bit part of POST, and back), the BIOS32 directory and the PCI BIOS that it names. The last
 * two are called with whatever base the caller's segments have, so they know no addresses.
 */
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

/* BIOS32 Service Directory (Standard BIOS 32-bit Service Directory Proposal 0.4): EAX names a
 * service; AL says if it is there, EBX has its base, ECX its length, EDX its entry. */
        .globl bios32_entry
bios32_entry:
        testl %ebx, %ebx                  /* the one function: 0 */
        jnz 2f
        cmpl $0x49435024, %eax            /* "$PCI" */
        jne 1f
        movl $0xe0000, %ebx
        movl $0x10000, %ecx
        movl $pcibios32_entry - 0xe0000, %edx
        movb $0, %al
        lret
1:      movb $0x80, %al
        lret
2:      movb $0x81, %al
        lret

        .globl pcibios32_entry
pcibios32_entry:
        pushal
        pushw %ds
        pushw %es
        pushw %fs
        pushw %gs                         /* ORDER frame */
        movl %esp, %eax
        cld
        call pcibios32
        addl $8, %esp
        popal
        testb %ah, %ah                    /* clears the carry */
        jz 1f
        stc
1:      lret
