; SPDX-License-Identifier: BSD-2-Clause
; Encodings that no manual lists and that every processor has: FXCH, FCOM, FCOMP, FSTP again, FFREEP;
; and what the 8087 and 80287 needed, which does nothing.
; bits: 16 32
; out: ebp=0 st0=3fff8000000000000000 st1=00000000000000000000 sw=3000
%include "check.mac"
%macro TOPIS 1.nolist           ; ST(0) as an integer
        fist word [DATA]
        IS word [DATA], %1
%endmacro
%macro CODES 1.nolist           ; C3, C2, C0
        fnstsw ax
        and ah, 0x45
        IS ah, %1
%endmacro
        fldz
        fld1
        db 0xdd, 0xc9           ; FXCH ST1
        TOPIS 0
        db 0xdf, 0xc9
        TOPIS 1
        db 0xdc, 0xd1           ; FCOM ST1: 1 > 0
        CODES 0
        fxch st1
        db 0xdc, 0xd1           ; 0 < 1
        CODES 1
        fxch st1
        fld st0
        db 0xdc, 0xd9           ; FCOMP ST1: equal
        CODES 0x40
        fld st1
        db 0xde, 0xd1           ; FCOMP: 0 < 1
        CODES 1
        TOPIS 1
        fld st1
        db 0xd9, 0xda           ; FSTP ST2: the zero there
        fld st0
        db 0xdf, 0xd0           ; FSTP ST0
        TOPIS 1
        fld st0
        db 0xdf, 0xd9           ; FSTP ST1
        TOPIS 1
        fld st1
        db 0xdf, 0xc0           ; FFREEP ST0
        TOPIS 1
        db 0xdb, 0xe0           ; FENI
        db 0xdb, 0xe1           ; FDISI
        db 0xdb, 0xe4           ; FSETPM
        fnclex
        fld st0                 ; 1 > 0: all codes 0
        fcomp st2
        int3
