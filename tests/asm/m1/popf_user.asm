; SPDX-License-Identifier: BSD-2-Clause
; POPF at CPL 3 changes neither IF nor IOPL.
; bits: 32
; out: eax=202 flags=0
        bits BITSIZE
        org ORG
        push dword 0x3000
        popfd
        pushfd
        pop eax
        and eax, 0x3202
        test eax, 0
        mov ecx, 1
        and ecx, 1
        test al, al
        pushfd
        pop ecx
        and ecx, 0
        mov ecx, 0x100
        add ecx, 1
        int3
