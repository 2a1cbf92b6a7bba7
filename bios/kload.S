/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot ROM of direct kernel boot: takes over INT 19h, asks devices/kload.c to put the kernel
 * into memory, and starts it as the Linux boot protocol or the Multiboot specification say.
 *
 * It is the expansion ROM of the PCI function devices/kload_pci.c, or stands at D0000h where there
 * is no PCI. PCI Firmware Specification 3.0, section 5.1, for the header.
 */
#define PORT 0x1b0

        .code16
        .text
        .globl start
start:  .word 0xaa55
        .byte 2048 / 512
        jmp init
        .org 0x18
        .word pcir, 0                     /* PCI data structure; no PnP header */
        .balign 4
pcir:   .ascii "PCIR"
        .word 0x1234, 0x4b4c              /* ORDER kload-id: devices/kload_pci.c */
        .word 0, 24
        .byte 0, 0x00, 0x00, 0xff         /* revision, class */
        .word 2048 / 512, 1
        .byte 0, 0x80                     /* for a PC; the last image */
        .word 0

init:                                     /* called by POST */
        pushw %ds
        pushw $0
        popw %ds
        movw $boot, 0x19 * 4
        movw %cs, 0x19 * 4 + 2
        popw %ds
        xorw %ax, %ax
        lretw

boot:
        cli
        cld
        xorw %ax, %ax
        movw %ax, %ss
        movl $0x7c00, %esp
        movw $PORT, %dx
        movb $1, %al
        outb %al, %dx
        inb %dx, %al
        cmpb $1, %al
        jne failed
        incw %dx
        inb %dx, %al
        movw $PORT + 8, %dx
        cmpb $1, %al
        jne multiboot

        inl %dx, %eax                     /* Linux: stack, segment */
        movl %eax, %ebx
        movw $PORT + 4, %dx
        inl %dx, %eax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %fs
        movw %ax, %gs
        movw %ax, %ss
        movl %ebx, %esp
        addw $0x20, %ax
        pushw %ax
        pushw $0
        lretw

multiboot:
        movb $2, %al
        outb %al, $0x92                   /* A20 */
        inl %dx, %eax
        movl %eax, %ebx                   /* the boot information */
        movw $PORT + 4, %dx
        inl %dx, %eax
        movl %eax, %esi                   /* entry */
        xorl %edi, %edi
        movw %cs, %di
        shll $4, %edi                     /* where this ROM lies */
        leal gdt(%edi), %eax
        pushl %eax
        pushw $gdt_end - gdt - 1
        movw %sp, %bp
        lgdtl (%bp)
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        leal flat(%edi), %eax
        pushl $8
        pushl %eax
        lretl
        .code32
flat:   movl $0x10, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl %eax, %gs
        movl %eax, %ss
        movl $0x2badb002, %eax
        jmp *%esi
        .code16

failed:
        movw $text, %si
1:      movb %cs:(%si), %al
        testb %al, %al
        jz 2f
        incw %si
        movw $0x0007, %bx
        movb $0x0e, %ah
        int $0x10
        jmp 1b
2:      sti
        hlt
        jmp 2b

text:   .asciz "\r\nThe kernel cannot be loaded.\r\n"
        .balign 8
gdt:    .quad 0
        .quad 0x00cf9b000000ffff
        .quad 0x00cf93000000ffff
gdt_end:
