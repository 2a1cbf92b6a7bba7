/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VBE's protected mode interface (4F0Ah): programs copy it, so it is one piece that needs no
 * address. 32-bit code, near calls with BL, CX, DX, ES:EDI as VBE Core Functions 2.0 gives them.
 * The start of the display comes in units of four bytes (DX:CX).
 */
#define D_BPP     3
#define D_BANK    5
#define D_VIRT_W  6
#define D_X       8
#define D_Y       9

    .section .rodata.vbe_pm, "a"
    .globl  vbe_pm, vbe_pm_end
vbe_pm:
    .word   set_window - vbe_pm, set_start - vbe_pm, set_palette - vbe_pm, ports - vbe_pm
ports:                                     /* then memory, of which none is used */
    .word   0x1ce, 0x1cf, 0x1d0, 0x3c6, 0x3c7, 0x3c8, 0x3c9, 0x3da, 0xffff
    .word   0xffff

    .code32
dispi_read:                                /* AX: register, then its value */
    pushl   %edx
    movw    $0x1ce, %dx
    outw    %ax, %dx
    incl    %edx
    movl    $0, %eax
    inw     %dx, %ax
    popl    %edx
    ret
dispi_write:                               /* AX: register, CX: value */
    pushl   %edx
    movw    $0x1ce, %dx
    outw    %ax, %dx
    incl    %edx
    movl    %ecx, %eax
    outw    %ax, %dx
    popl    %edx
    ret
retrace:
    pushl   %edx
    pushl   %eax
    movw    $0x3da, %dx
1:  inb     %dx, %al
    testb   $8, %al
    jnz     1b
2:  inb     %dx, %al
    testb   $8, %al
    jz      2b
    popl    %eax
    popl    %edx
    ret

set_window:                                /* BH 0: set; BL: window A; DX: bank */
    cmpw    $0, %bx
    jne     failed
    pushl   %ecx
    movl    %edx, %ecx
    movw    $D_BANK, %ax
    call    dispi_write
    popl    %ecx
    movw    $0x004f, %ax
    ret
failed:
    movw    $0x014f, %ax
    ret

set_start:
    pushal
    shll    $16, %edx
    movzwl  %cx, %ecx
    orl     %ecx, %edx
    movl    %edx, %esi                     /* four bytes a unit */
    movw    $D_BPP, %ax
    call    dispi_read
    addl    $7, %eax
    shrl    $3, %eax
    movl    %eax, %edi                     /* bytes of a pixel */
    movw    $D_VIRT_W, %ax
    call    dispi_read
    imull   %edi, %eax
    jz      1f
    movl    %eax, %ebp
    movl    %esi, %eax
    xorl    %edx, %edx
    shldl   $2, %eax, %edx
    shll    $2, %eax
    cmpl    %ebp, %edx
    jae     1f
    divl    %ebp
    movl    %eax, %esi                     /* line */
    movl    %edx, %eax
    xorl    %edx, %edx
    divl    %edi
    movl    %eax, %ecx
    testb   $0x80, %bl
    jz      2f
    call    retrace
2:  movw    $D_X, %ax
    call    dispi_write
    movl    %esi, %ecx
    movw    $D_Y, %ax
    call    dispi_write
    popal
    movw    $0x004f, %ax
    ret
1:  popal
    jmp     failed

set_palette:                               /* BL 0, or 80h: when dark; CX entries from DX on */
    pushal
    testb   $0x7f, %bl
    jnz     1b
    testb   %bl, %bl
    jz      1f
    call    retrace
1:  movzwl  %cx, %ecx
    movl    %edx, %eax
    movw    $0x3c8, %dx
    outb    %al, %dx
    incl    %edx
    jecxz   3f
2:  movb    %es:2(%edi), %al               /* blue, green, red, pad in memory */
    outb    %al, %dx
    movb    %es:1(%edi), %al
    outb    %al, %dx
    movb    %es:(%edi), %al
    outb    %al, %dx
    addl    $4, %edi
    decl    %ecx
    jnz     2b
3:  popal
    movw    $0x004f, %ax
    ret
vbe_pm_end:
    .section .note.GNU-stack, "", @progbits
