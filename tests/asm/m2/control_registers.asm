; SPDX-License-Identifier: BSD-2-Clause
; MOV to and from control registers: always 32 bits, and mod is ignored.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov eax, cr0
        IS eax, 0x80050033
        or al, 8
        mov cr0, eax
        db 0x0f, 0x20, 0x03     ; as mov ebx, cr0
        IS ebx, 0x8005003b
        o16 mov ecx, cr0
        IS ecx, 0x8005003b
        and al, 0xf7
        mov cr0, eax
        mov edx, 0x87654321
        mov cr2, edx
        o16 mov esi, cr2
        IS esi, edx
        mov eax, cr3
        IS eax, 0x1000
        o16 mov cr3, eax
        mov eax, cr4
        mov ebx, eax
        or eax, 4               ; TSD
        mov cr4, eax
        mov ecx, cr4
        IS ecx, eax
        db 0x0f, 0x22, 0x23     ; as mov cr4, ebx
        mov ecx, cr4
        IS ecx, ebx
        int3
