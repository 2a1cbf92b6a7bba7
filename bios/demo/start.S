/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into protected mode, and back for each BIOS call. The image is linked at 10000h; what runs in
 * real mode does so in segment 1000h.
 */
    .code16
    .section .head, "ax"
    .globl  _start
_start:
    cli
    movw    %cs, %ax
    movw    %ax, %ds
    movb    %dl, boot_drive - _start
    movw    $0x2401, %ax                   /* A20, by the BIOS and by port 92h */
    int     $0x15
    inb     $0x92, %al
    orb     $2, %al
    andb    $0xfe, %al
    outb    %al, $0x92
    cli
    lgdtl   gdt_ptr - _start
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $0x08, $flat
    .code32
flat:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    $0x80000, %esp
    cld
    movl    $bss_start, %edi
    movl    $bss_end, %ecx
    subl    %edi, %ecx
    xorl    %eax, %eax
    rep stosb
    movl    $idt + 8 * 8, %edi             /* the timer's gate: the PIC still counts from 8 */
    movl    $tick, %eax
    movw    %ax, (%edi)
    movw    $0x08, 2(%edi)
    movw    $0x8e00, 4(%edi)
    shrl    $16, %eax
    movw    %ax, 6(%edi)
    lidt    idt_ptr
    call    demo_main
1:  hlt
    jmp     1b

tick:
    pushl   %eax
    incl    ticks
    incl    0x46c                          /* the BIOS's own count misses none */
    movb    $0x20, %al
    outb    %al, $0x20
    popl    %eax
    iret

/* void bios(unsigned n, struct regs *r) */
    .globl  bios
bios:
    pushal
    movl    36(%esp), %eax
    movb    %al, int_number
    movl    40(%esp), %esi
    movl    $regs, %edi
    movl    $9, %ecx
    rep movsl
    movl    %esp, saved_esp
    ljmp    $0x18, $narrow - _start
    .code16
narrow:
    movw    $0x20, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    %cr0, %eax
    andb    $0xfe, %al
    movl    %eax, %cr0
    ljmpw   $0x1000, $real - _start
real:
    movw    %cs, %ax
    movw    %ax, %ds
    lidtl   ivt_ptr - _start
    xorl    %esp, %esp
    movw    %sp, %ss
    movw    $0x7c00, %sp
    movw    %sp, %fs
    movw    $0, %ax
    movw    %ax, %fs
    movw    %ax, %gs
    movl    regs + 4 - _start, %ebx
    movl    regs + 8 - _start, %ecx
    movl    regs + 12 - _start, %edx
    movl    regs + 16 - _start, %esi
    movl    regs + 20 - _start, %edi
    movl    regs + 24 - _start, %ebp
    movw    regs + 30 - _start, %es
    movl    regs - _start, %eax
    movw    regs + 28 - _start, %ds
    sti
    .byte   0xcd                           /* int, with the number written in above */
int_number:
    .byte   0
    pushfl
    pushw   %ds
    pushw   %cs
    popw    %ds
    popw    regs + 28 - _start
    movw    %es, regs + 30 - _start
    movl    %eax, regs - _start
    movl    %ebx, regs + 4 - _start
    movl    %ecx, regs + 8 - _start
    movl    %edx, regs + 12 - _start
    movl    %esi, regs + 16 - _start
    movl    %edi, regs + 20 - _start
    movl    %ebp, regs + 24 - _start
    popl    regs + 32 - _start
    cli
    cld
    lgdtl   gdt_ptr - _start
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $0x08, $wide
    .code32
wide:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    saved_esp, %esp
    lidt    idt_ptr
    movl    $regs, %esi
    movl    40(%esp), %edi
    movl    $9, %ecx
    rep movsl
    popal
    ret


    .balign 8                            /* data stays in this section: differences are constants */
gdt:
    .quad   0
    .quad   0x00cf9a000000ffff             /* 08: flat code */
    .quad   0x00cf92000000ffff             /* 10: flat data */
    .quad   0x00009a010000ffff             /* 18: code at 10000h, 16 bits */
    .quad   0x000092010000ffff             /* 20: data there */
gdt_ptr:
    .word   39
    .long   gdt
ivt_ptr:
    .word   0x3ff
    .long   0
idt_ptr:
    .word   9 * 8 - 1
    .long   idt
    .balign 4
regs:
    .fill   9, 4, 0
saved_esp:
    .long   0
idt:
    .fill   9, 8, 0
    .globl  boot_drive, ticks
ticks:
    .long   0
boot_drive:
    .byte   0
    .section .note.GNU-stack, "", @progbits
