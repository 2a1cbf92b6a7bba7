; SPDX-License-Identifier: BSD-2-Clause
; CALL beyond the limit of CS looks at the stack first.
; native: ldt
; in: esp=20000 eax=1000
; out: vector=e code=6 cr2=1fffc eip=107 mask=0
        bits BITSIZE
        org ORG
        jmp 0x27:next - 0x100000        ; code at 100000h, limit FFFh
next:   call eax
