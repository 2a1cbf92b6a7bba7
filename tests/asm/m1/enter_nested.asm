; SPDX-License-Identifier: BSD-2-Clause
; ENTER with nesting copies the outer frame pointers; LEAVE undoes it.
; bits: 32
; in: ebp=120900
; out: eax=120900 ebp=120900 esp=120800
        bits BITSIZE
        org ORG
        enter 16, 0
        enter 8, 2
        mov eax, [ebp - 4]      ; the outer frame's pointer, copied
        leave
        mov ecx, ebp
        leave
        mov eax, ebp
        int3
