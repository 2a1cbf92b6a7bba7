; SPDX-License-Identifier: BSD-2-Clause
; In a 16-bit code segment with a greater limit EIP goes on counting beyond 64 KB.
; native: ldt
; in: ecx=1
; out: vector=3 eip=10010f mask=0
        bits BITSIZE
        org ORG
        jmp 0x57:here           ; 16-bit code at base 0, limit 100FFFh
here:   bits 16
        nop
        jecxz over
        nop
over:   nop
        nop
        int3
