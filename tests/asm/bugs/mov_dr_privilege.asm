; SPDX-License-Identifier: BSD-2-Clause
; MOV with DR4 is #GP to a user program, whatever CR4.DE says.
; out: vector=d code=0 eip=100100
        bits BITSIZE
        org ORG
        mov eax, dr4
        int3
