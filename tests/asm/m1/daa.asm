; SPDX-License-Identifier: BSD-2-Clause
; DAA and DAS: 79 + 35 = 114; 14 - 79 = 35 with a borrow.
; bits: 16 32
; in: eax=79 ebx=14
; out: eax=14 ebx=35 flags=1 mask=1
        bits BITSIZE
        org ORG
        add al, 0x35
        daa
        mov ah, 0
        jnc bad
        xchg eax, ebx
        sub al, 0x79
        das
        xchg eax, ebx
        int3
bad:    mov ebx, 0xbad
        int3
