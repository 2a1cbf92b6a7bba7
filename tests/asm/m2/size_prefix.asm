; SPDX-License-Identifier: BSD-2-Clause
; The operand-size prefix where there is no operand that it could change.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
%define OTHER db 0x66
        mov ebx, esp
        OTHER
        wait
        OTHER
        cli
        pushfd
        pop eax
        test ah, 2
        MUST z
        OTHER
        sti
        pushfd
        pop eax
        test ah, 2
        MUST nz
        mov ax, 0x3b
        lmsw ax
        OTHER
        clts
        smsw ax
        IS ax, 0x33
        OTHER
        invd
        OTHER
        wbinvd
        mov ecx, 0x175
        mov eax, 0x12345678
        xor edx, edx
        OTHER
        wrmsr
        xor eax, eax
        OTHER
        rdmsr
        IS eax, 0x12345678
        OTHER
        rdtsc
        xor ecx, ecx
        OTHER
        rdpmc
        xor eax, eax
        OTHER
        cpuid
        IS ecx, 0x6c65746e
        mov ecx, 0x11223344     ; of a word: the result is undefined, but nothing above it changes
%if BITSIZE == 32
        OTHER
%endif
        db 0x0f, 0xc9           ; BSWAP CX
        shr ecx, 16
        IS ecx, 0x1122
        int3
