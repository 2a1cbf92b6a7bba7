; SPDX-License-Identifier: BSD-2-Clause
; HLT stops the processor: nothing after it runs.
; bits: 16 32
; level: 0
; out: vector=ff eax=5
        bits BITSIZE
        org ORG
        mov eax, 5
        cli
        hlt
        mov eax, 6
        int3
