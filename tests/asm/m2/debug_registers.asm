; SPDX-License-Identifier: BSD-2-Clause
; MOV to and from debug registers: DR6 and DR7 as after RESET, bits that are always 0 or 1.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov eax, dr6
        IS eax, 0xffff0ff0
        mov eax, dr7
        IS eax, 0x400
        mov eax, 0x12345678
        mov dr0, eax
        not eax
        mov dr3, eax
        mov ebx, dr0
        IS ebx, 0x12345678
        o16 mov ecx, dr3
        IS ecx, eax
        xor eax, eax
        o16 mov dr6, eax
        mov eax, dr6
        IS eax, 0xffff0ff0
        mov eax, 0xffff0000     ; conditions, none enabled
        mov dr7, eax
        mov ebx, dr7
        IS ebx, 0xffff0400
        xor eax, eax
        mov dr7, eax
        int3
