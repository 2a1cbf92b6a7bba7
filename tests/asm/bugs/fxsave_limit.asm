; SPDX-License-Identifier: BSD-2-Clause
; FXSAVE looks at the limit, then at the alignment.
; native: ldt
; out: vector=c code=0 mask=0
        bits BITSIZE
        org ORG
        mov ecx, 0x97           ; a stack of 4 KB
        mov ss, cx
        fxsave [ss:0xffe]
        int3
