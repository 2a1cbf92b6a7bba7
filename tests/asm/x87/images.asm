; SPDX-License-Identifier: BSD-2-Clause
; FNSAVE, FRSTOR, FNSTENV, FLDENV in both sizes, FXSAVE and FXRSTOR: what is where, and that it
; comes back.
; differs: amd
; bits: 16 32
; out: ebp=0 st0=4000c90fdaa22168c235 st1=3fff8000000000000000
%include "check.mac"
        fld1
        fldpi
%macro IMAGE 3.nolist           ; size, offset of the status word, of the first register
        mov dword [DATA], -1
        %1 fnsave [DATA]
        IS word [DATA], 0x37f
        IS word [DATA + %2], 0x3000
        IS word [DATA + 2 * %2], 0x0fff         ; tags: 6 and 7 valid
        IS dword [DATA + %3], 0x2168c235
        IS word [DATA + %3 + 8], 0x4000
        IS dword [DATA + %3 + 14], 0x80000000
        IS word [DATA + %3 + 18], 0x3fff
        fnstsw ax               ; as after FNINIT
        IS ax, 0
        fldz
        %1 frstor [DATA]
        fnstsw ax
        IS ax, 0x3000
        %1 fnstenv [DATA + 0x100]
        IS word [DATA + 0x100], 0x37f
        IS word [DATA + 0x100 + %2], 0x3000
        IS word [DATA + 0x100 + 2 * %2], 0x0fff
        fninit
        %1 fldenv [DATA + 0x100]
        fnstsw ax
        IS ax, 0x3000
%endmacro
        IMAGE o16, 2, 14
        IMAGE o32, 4, 28
        fxsave [DATA + 0x200]
        IS word [DATA + 0x200], 0x37f
        IS word [DATA + 0x202], 0x3000
        IS byte [DATA + 0x204], 0xc0            ; one bit a register
        IS dword [DATA + 0x220], 0x2168c235
        IS word [DATA + 0x228], 0x4000
        IS word [DATA + 0x238], 0x3fff
        fninit
        fxrstor [DATA + 0x200]
        fnstsw ax
        IS ax, 0x3000
        int3
