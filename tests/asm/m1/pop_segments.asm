; SPDX-License-Identifier: BSD-2-Clause
; PUSH and POP of segment registers in both operand sizes: the selector is the low word.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov dword [DATA + 0x20], 0x12345678
        mov ebx, esp
%macro POPS 2.nolist            ; register, a selector it may hold
        push dword 0xffff0000 | %2
        o32 pop %1
        mov ax, %1
        IS ax, %2
        push word %2
        o16 pop %1
        mov ax, %1
        IS ax, %2
        IS esp, ebx
        push dword -1
        pop eax
        o32 push %1             ; the upper half is as it was or zero
        IS word [esp], %2
        pop eax
        o16 push %1
        IS word [esp], %2
        pop ax
        IS esp, ebx
%endmacro
        POPS es, DATA16
        IS dword [es:0x20], 0x12345678
        POPS fs, DATA16
        IS dword [fs:0x20], 0x12345678
        POPS gs, DATA16
        IS dword [gs:0x20], 0x12345678
        POPS es, 0              ; null selectors may be loaded
        mov cx, ds
        o32 push ds
        push dword DATA16
        o32 pop ds
        IS dword [0x20], 0x12345678
        o32 pop ds
        o16 push ds
        o16 pop ds
        mov ax, ds
        IS ax, cx
        mov cx, ss
        o32 push ss
        o32 pop ss
        o16 push ss
        o16 pop ss
        mov ax, ss
        IS ax, cx
        mov cx, cs
        o32 push cs
        pop eax
        IS ax, cx
        o16 push cs
        pop ax
        IS ax, cx
        IS esp, ebx
        int3
