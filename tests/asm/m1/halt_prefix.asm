; SPDX-License-Identifier: BSD-2-Clause
; HLT with an operand-size prefix is HLT.
; bits: 16 32
; level: 0
; out: vector=ff eax=5
        bits BITSIZE
        org ORG
        mov eax, 5
        cli
        db 0x66
        hlt
        mov eax, 6
        int3
