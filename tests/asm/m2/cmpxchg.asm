; SPDX-License-Identifier: BSD-2-Clause
; CMPXCHG: equal and different; XADD; BSWAP.
; bits: 16 32
; in: eax=5 ebx=7 ecx=5 edx=11223344
; out: eax=7 ebx=c ecx=7 edx=44332211
        bits BITSIZE
        org ORG
        cmpxchg ecx, ebx        ; equal: ECX = 7
        jnz bad
        cmpxchg ecx, ebx        ; EAX = 5 differs: EAX = 7
        jz bad
        mov esi, 5
        xadd ebx, esi           ; EBX = 12, ESI = 7
        cmp esi, 7
        jne bad
        bswap edx
        int3
bad:    mov edx, 0xbad
        int3
