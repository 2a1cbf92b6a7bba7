; SPDX-License-Identifier: BSD-2-Clause
; Beyond the limit of CS nothing is fetched: #GP, even where no page is.
; native: ldt
; out: vector=d code=0 eip=1000 cr2=0 mask=0
        bits BITSIZE
        org ORG
        mov byte [0x100fff], 0x90
        jmp 0x27:0xfff          ; code at 100000h, limit FFFh
