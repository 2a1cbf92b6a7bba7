; SPDX-License-Identifier: BSD-2-Clause
; XLAT adds AL without a sign; LEA cuts to the operand size.
; bits: 16 32
; in: ecx=ffffffff edx=12345678
; out: eax=5a edx=12340002
        bits BITSIZE
        org ORG
        mov byte [DATA + 0x80 + 0x100], 0x5a
        mov ebx, DATA + 0x100
        mov eax, 0x80
        xlatb
        lea dx, [ecx + 3]
        int3
