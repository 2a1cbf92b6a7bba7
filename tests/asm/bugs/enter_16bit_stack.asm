; SPDX-License-Identifier: BSD-2-Clause
; ENTER of 32 bits on a 16-bit stack: the frame pointer has the upper half of ESP.
; native: ldt
; in: ebp=12345678
; out: ebp=43210ffc edx=43210ffc ecx=12345678 mask=0
        bits BITSIZE
        org ORG
        mov ecx, 0x1f           ; a stack of 64 KB
        mov ss, cx
        mov esp, 0x43211000
        enter 0, 1
        mov edx, [ss:0xff8]
        mov ecx, [ss:0xffc]
        int3
