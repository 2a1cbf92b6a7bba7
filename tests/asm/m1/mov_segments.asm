; SPDX-License-Identifier: BSD-2-Clause
; MOV to and from segment registers: memory gets a word whatever the operand size, a register all of
; it (zero-extended).
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov dword [DATA + 0x20], 0x12345678
        mov word [DATA], DATA16
%macro MOVS_ 1.nolist
        mov edx, 0xffff0000 | DATA16
        o16 mov %1, dx
        IS dword [%1:0x20], 0x12345678
        xor eax, eax
        mov %1, ax
        o32 mov %1, edx
        IS dword [%1:0x20], 0x12345678
        mov %1, ax
        mov %1, [DATA]
        IS dword [%1:0x20], 0x12345678
        mov eax, -1
        o32 mov eax, %1
        IS eax, DATA16
        mov eax, -1
        o16 mov ax, %1
        IS eax, 0xffff0000 | DATA16
        mov dword [DATA + 8], -1
        o16 mov [DATA + 8], %1
        IS dword [DATA + 8], 0xffff0000 | DATA16
        mov dword [DATA + 8], -1
        db 0x66 ^ (BITSIZE == 32) * (0x66 ^ 0x3e)       ; 32-bit operand; DS: in 32-bit code
        mov [DATA + 8], %1
        IS dword [DATA + 8], 0xffff0000 | DATA16
%endmacro
        MOVS_ es
        MOVS_ fs
        MOVS_ gs
        mov cx, ds
        mov [DATA + 4], cx
        mov dx, DATA16
        mov ds, dx
        IS dword [0x20], 0x12345678
        mov ds, [0x04]
        mov ax, ds
        IS ax, cx
        mov cx, ss
        mov [DATA + 4], cx
        mov ss, cx
        mov ss, [DATA + 4]
        o32 mov eax, ss
        IS ax, cx
        o32 mov eax, cs
        mov [DATA + 4], cs
        IS ax, [DATA + 4]
        int3
