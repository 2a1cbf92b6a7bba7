; SPDX-License-Identifier: BSD-2-Clause
; CLI, STI and POPF at CPL 0 change IF, POPF also IOPL.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        cli
        pushfd
        pop eax
        test ah, 2
        MUST z
        sti
        pushfd
        pop eax
        test ah, 2
        MUST nz
        push dword 0x3002
        popfd
        pushfd
        pop eax
        IS eax, 0x3002
        push word 0x0202
        o16 popf
        o16 pushf
        pop ax
        IS ax, 0x0202
        int3
