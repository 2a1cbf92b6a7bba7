/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot sector of the demo disk: loads the program, which follows it on the disk, to 1000:0000, a
 * sector at a time, and enters it with the drive in DL. SECTORS is its length.
 */
    .code16
    .globl  _start
_start:
    cli
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movw    $0x7c00, %sp
    sti
    cld
    movb    %dl, drive
    movw    $0x1000, %bx
    movw    %bx, %es
    movw    $1, %si                        /* next sector, counted from 0 */
next:
    movw    %si, %ax
    xorw    %dx, %dx
    movw    $18, %cx
    divw    %cx                            /* DX: sector - 1; AX: track over both heads */
    movb    %dl, %cl
    incb    %cl
    movb    %al, %dh
    andb    $1, %dh
    shrw    $1, %ax
    movb    %al, %ch
    movb    drive, %dl
    movw    $3, %di
again:
    movw    $0x0201, %ax
    xorw    %bx, %bx
    int     $0x13
    jnc     good
    xorw    %ax, %ax
    int     $0x13
    decw    %di
    jnz     again
    movw    $text, %si
    jmp     say
good:
    movw    %es, %ax
    addw    $32, %ax
    movw    %ax, %es
    incw    %si
    cmpw    $SECTORS + 1, %si
    jb      next
    movb    drive, %dl
    ljmpw   $0x1000, $0
say:
    lodsb
    testb   %al, %al
    jz      stop
    movb    $0x0e, %ah
    movw    $7, %bx
    int     $0x10
    jmp     say
stop:
    hlt
    jmp     stop
text:
    .asciz  "The demo disk cannot be read."
drive:
    .byte   0
    .org    510
    .word   0xaa55
    .section .note.GNU-stack, "", @progbits
