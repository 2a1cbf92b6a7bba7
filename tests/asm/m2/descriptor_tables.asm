; SPDX-License-Identifier: BSD-2-Clause
; SGDT, SIDT, LGDT, LIDT: a limit and a base of 32 bits, or of 24 when the operand size is 16.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        o32 sgdt [DATA]
        IS word [DATA], 0x77
        IS dword [DATA + 2], 0x3a5c4000
        o32 sidt [DATA + 8]
        IS word [DATA + 8], 0xff
        IS dword [DATA + 10], 0x3a5c5000
        mov dword [DATA + 16], 0x56781234
        mov dword [DATA + 20], 0x9abc
%macro LOADS 3.nolist
        o32 %1 [DATA + 16]
        o32 %2 [DATA + 24]
        IS dword [DATA + 24], 0x56781234
        IS word [DATA + 28], 0x9abc
        o16 %1 [DATA + 16]
        o32 %2 [DATA + 24]
        IS dword [DATA + 24], 0x56781234
        IS word [DATA + 28], 0x00bc
        o16 %2 [DATA + 24]
        IS dword [DATA + 24], 0x56781234
        IS byte [DATA + 28], 0xbc
        o32 %1 [DATA + %3]
%endmacro
        LOADS lgdt, sgdt, 0
        LOADS lidt, sidt, 8
        int3
