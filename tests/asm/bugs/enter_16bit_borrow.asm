; SPDX-License-Identifier: BSD-2-Clause
; ENTER of 32 bits on a 16-bit stack whose pointer wraps: the frame pointer has the borrow.
; native: ldt
; in: ebp=12345678
; out: ebp=4320fffc ecx=12345678 mask=0
        bits BITSIZE
        org ORG
        mov ecx, 0x1f           ; a stack of 64 KB
        mov ss, cx
        mov esp, 0x43210000
        enter 0, 0
        mov ecx, [ss:0xfffc]
        int3
