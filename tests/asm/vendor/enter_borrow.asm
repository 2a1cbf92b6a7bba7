; SPDX-License-Identifier: BSD-2-Clause
; ENTER on a 16-bit stack: the borrow out of SP goes into EBP, not into ESP.
; native: ldt
; differs: amd
; out: ebp=4320fffc esp=4321fffc mask=0
        bits BITSIZE
        org ORG
        mov ecx, 0xb7           ; a stack of 64 KB whose last page is there
        mov ss, cx
        mov esp, 0x43210000
        enter 0, 0
        int3
