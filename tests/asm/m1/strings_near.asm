; SPDX-License-Identifier: BSD-2-Clause
; String instructions of every operand size with 16-bit addresses: the upper halves of the pointers and
; of the counter stay.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
%include "strings.mac"
        SMALL_SEGMENTS
        cld
        mov dx, 0x1234
        STRINGS a16, b, 1, 0xabcd0000
        STRINGS a16, w, 2, 0xabcd0000
        STRINGS a16, d, 4, 0xabcd0000
        mov dword [0x100], 0x04030201
        mov ebx, 0xabcd0100
        mov al, 2
        a16 xlatb
        IS al, 3
        int3
