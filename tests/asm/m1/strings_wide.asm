; SPDX-License-Identifier: BSD-2-Clause
; String instructions of every operand size with 32-bit addresses.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
%include "strings.mac"
        SMALL_SEGMENTS
        cld
        mov dx, 0x1234
        STRINGS a32, b, 1, 0
        STRINGS a32, w, 2, 0
        STRINGS a32, d, 4, 0
        mov dword [0x100], 0x04030201
        mov ebx, 0x100
        mov al, 2
        a32 xlatb
        IS al, 3
        int3
