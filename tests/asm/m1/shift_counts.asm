; SPDX-License-Identifier: BSD-2-Clause
; Shift counts are taken modulo 32; a count of zero leaves all flags.
; bits: 16 32
; in: eax=80000001 ebx=80000001 ecx=21 edx=1234 flags=8d5
; out: eax=2 ebx=80000001 edx=1234 flags=801 mask=801
        bits BITSIZE
        org ORG
        mov cl, 0x20
        shl ebx, cl
        jnc bad                 ; CF, ZF, OF as they came in
        jnz bad
        jno bad
        mov cl, 0x21
        shl eax, cl             ; by one
        int3
bad:    mov edx, 0xbad
        int3
