; SPDX-License-Identifier: BSD-2-Clause
; Near CALL, JMP, RET and their indirect forms with 16- and 32-bit operands; a 16-bit one leaves
; nothing of EIP's upper half.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        SMALL_SEGMENTS
        mov ebx, esp
        xor edi, edi
        call word sub16
        call dword sub32
        jmp near word j1
        int3
j1:     jmp near dword j2
        int3
j2:     o16 jmp short j3
        int3
j3:     o32 jmp short j4
        int3
j4:     push word 0x1111
        call word sub16i
        push dword 0x1111
        call dword sub32i
        IS esp, ebx
        IS edi, 4
        ; through registers: the upper half does not count for 16 bits
        mov eax, 0x99990000 + OFF(sub16)
        call ax
        mov eax, OFF(sub32)
        call eax
        mov eax, 0x99990000 + OFF(j5)
        jmp ax
        int3
j5:     mov eax, OFF(j6)
        jmp eax
        int3
j6:     mov dword [0x10], OFF(sub32)
        mov dword [0x14], 0x99990000 + OFF(sub16)
%macro MEMORY 1.nolist          ; address size
        call dword [%1 0x10]
        call word [%1 0x14]
        mov dword [0x18], OFF(%%j1)
        jmp dword [%1 0x18]
        int3
%%j1:   mov dword [0x18], 0x99990000 + OFF(%%j2)
        jmp word [%1 0x18]
        int3
%%j2:
%endmacro
        MEMORY word
        MEMORY dword
        IS edi, 10
        IS esp, ebx
        int3
sub16:  inc edi
        o16 ret
sub32:  inc edi
        o32 ret
sub16i: inc edi
        IS word [esp + 2], 0x1111
        o16 ret 2
sub32i: inc edi
        IS dword [esp + 4], 0x1111
        o32 ret 4
