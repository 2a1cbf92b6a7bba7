; SPDX-License-Identifier: BSD-2-Clause
; SHLD and SHRD of 32 bits; the last bit out is CF.
; bits: 16 32
; in: eax=80000001 ebx=c0000000 edx=1
; out: eax=7 edx=10000000 flags=0 mask=1
        bits BITSIZE
        org ORG
        shld eax, ebx, 2        ; 00000007, CF = 0
        jc bad
        shrd edx, eax, 1        ; the 1 goes out, a 1 comes in at the top
        jnc bad
        shr edx, 3
        int3
bad:    mov edx, 0xbad
        int3
