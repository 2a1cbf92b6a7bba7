; SPDX-License-Identifier: BSD-2-Clause
; IDIV of the most negative dividend that fits, and the remainder's sign.
; bits: 16 32
; in: eax=ffffff80 ebx=1
; out: eax=80 ecx=ff01 flags=0 mask=0
        bits BITSIZE
        org ORG
        mov ax, -128
        idiv bl                 ; AL = 80h, AH = 0
        movzx eax, al
        push eax
        mov ax, -3
        mov bl, 2
        idiv bl                 ; AL = -1, AH = -1
        add al, 2
        mov cl, al
        mov ch, ah
        pop eax
        int3
