; SPDX-License-Identifier: BSD-2-Clause
; IN at CPL 3 with IOPL 0 and no permission map in the task: #GP(0).
; bits: 16 32
; native: no
; out: vector=d code=0 eax=5
        bits BITSIZE
        org ORG
        mov eax, 5
        in al, 0x60
        int3
