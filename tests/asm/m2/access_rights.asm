; SPDX-License-Identifier: BSD-2-Clause
; LAR, LSL, VERR, VERW of code, data, system segments and what is none.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
%macro VER 3.nolist             ; selector, condition after VERR, after VERW
        mov word [DATA], %1
        mov eax, 0xffff0000 | %1
        verr ax
        MUST %2
        verr [DATA]
        MUST %2
        verw ax
        MUST %3
        verw [DATA]
        MUST %3
%endmacro
        VER FLATD, z, z
        VER FLAT, z, nz
        VER USERD, z, z
        VER 0, nz, nz
        VER LDTSEL, nz, nz
        VER 0x78, nz, nz        ; beyond the table
        VER 0x1b, nz, nz        ; RPL 3, DPL 0
%macro RIGHTS 3.nolist          ; selector, rights, limit
        mov word [DATA], %1
        mov eax, 0xffff0000 | %1
        o32 lar ebx, eax
        MUST z
        and ebx, 0x00f0ff00     ; the limit's bits are open
        IS ebx, %2
        o32 lar ebx, [DATA]
        MUST z
        and ebx, 0x00f0ff00
        IS ebx, %2
        mov ebx, -1
        o16 lar bx, ax
        MUST z
        IS ebx, 0xffff0000 | (%2 & 0xff00)
        mov ebx, -1
        o16 lar bx, [DATA]
        IS ebx, 0xffff0000 | (%2 & 0xff00)
        o32 lsl ebx, eax
        MUST z
        IS ebx, %3
        o32 lsl ebx, [DATA]
        IS ebx, %3
        mov ebx, 0x55555555
        o16 lsl bx, ax
        MUST z
        IS ebx, 0x55550000 | (%3 & 0xffff)
        mov ebx, 0x55555555
        o16 lsl bx, [DATA]
        IS ebx, 0x55550000 | (%3 & 0xffff)
%endmacro
        RIGHTS FLATD, 0xc09300, 0xffffffff
        RIGHTS USER, 0xc0fb00, 0xffffffff
        RIGHTS DATA16, 0x009300, 0xffff
        RIGHTS LDTSEL, 0x008200, 0x7f
        RIGHTS 0x40, 0x008b00, 0x67
        ; what is none leaves the destination
        mov ebx, 0x12345678
        xor eax, eax
        lar ebx, eax
        MUST nz
        lsl ebx, eax
        MUST nz
        IS ebx, 0x12345678
        int3
