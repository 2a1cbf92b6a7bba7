; SPDX-License-Identifier: BSD-2-Clause
; BOUND compares with the lower bound before it reads the upper one.
; in: eax=0
; differs: amd
; out: vector=5 eip=10010a
        bits BITSIZE
        org ORG
        mov dword [DATA + 0x3ffc], 5
        bound eax, [DATA + 0x3ffc]
        int3
