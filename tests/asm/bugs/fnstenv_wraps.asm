; SPDX-License-Identifier: BSD-2-Clause
; With 16-bit addresses the items of an x87 image wrap at 64 KB.
; native: ldt
; in: ebx=fff8
; out: eax=ffffffff mask=0
        bits BITSIZE
        org ORG
        mov ecx, 0xb7           ; 64 KB: the stack's page is at their end, data at their beginning
        mov ds, cx
        fnstenv [bx]
        mov ecx, 0x2b
        mov ds, cx
        mov eax, [0x111000]     ; the tag word
        int3
