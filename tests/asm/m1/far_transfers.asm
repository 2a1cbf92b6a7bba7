; SPDX-License-Identifier: BSD-2-Clause
; Far CALL, JMP and RET with 16- and 32-bit pointers, direct and in memory, between 16- and 32-bit
; code segments whose base is the code page.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
CS16    equ 4                   ; in the LDT: two views of the code page
CS32    equ 12
%if BITSIZE == 32
HERE    equ CS32
%else
HERE    equ CS16
%endif
        mov dword [DATA + 0x3000], 0x0000ffff
        mov dword [DATA + 0x3004], 0x00009b10
        mov dword [DATA + 0x3008], 0x0000ffff
        mov dword [DATA + 0x300c], 0x00409b10
        mov ax, LDTSEL
        lldt ax
        jmp HERE:OFF(.begin)    ; of the natural size
.begin: mov ax, cs
        IS ax, HERE
        mov ebx, esp
        ; of the other
%if BITSIZE == 32
        jmp word HERE:OFF(.jumped)
%else
        jmp dword HERE:OFF(.jumped)
%endif
        int3
.jumped:
        call word HERE:OFF(sub16)
        IS esp, ebx
        call dword HERE:OFF(sub32)
        IS esp, ebx
        push dword 0x11111111
        push dword 0x22222222
        call word HERE:OFF(sub16i)
        IS esp, ebx
        push dword 0x11111111
        push dword 0x22222222
        call dword HERE:OFF(sub32i)
        IS esp, ebx
        ; through memory
        mov word [DATA], OFF(sub16)
        mov word [DATA + 2], HERE
        mov dword [DATA + 4], OFF(sub32)
        mov word [DATA + 8], HERE
        call word far [DATA]
        call dword far [DATA + 4]
        IS esp, ebx
        mov word [DATA], OFF(.m16)
        jmp word far [DATA]
        int3
.m16:   mov dword [DATA + 4], OFF(.m32)
        jmp dword far [DATA + 4]
        int3
.m32:   ; into code of the other size and back; it counts in ECX
        xor ecx, ecx
%if BITSIZE == 32
        call dword CS16:OFF(other)
%else
        call dword CS32:OFF(other)
%endif
        IS ecx, 0x12345678
        IS esp, ebx
        mov ax, cs
        IS ax, HERE
        ; by addresses of either size
        mov ax, DATA16
        mov ds, ax
%macro MEMORY 1.nolist
        mov word [0], OFF(sub16)
        mov dword [4], OFF(sub32)
        call word far [%1 0]
        call dword far [%1 4]
        IS esp, ebx
        mov word [0], OFF(%%m16)
        jmp word far [%1 0]
        int3
%%m16:  mov dword [4], OFF(%%m32)
        jmp dword far [%1 4]
        int3
%%m32:
%endmacro
        MEMORY word
        MEMORY dword
        int3
sub16:  IS word [esp + 2], HERE
        o16 retf
sub32:  IS word [esp + 4], HERE
        o32 retf
sub16i: IS dword [esp + 4], 0x22222222
        o16 retf 8
sub32i: IS dword [esp + 8], 0x22222222
        o32 retf 8
%if BITSIZE == 32
        bits 16
%else
        bits 32
%endif
other:  mov ecx, 0x12345678
        o32 retf
