; SPDX-License-Identifier: BSD-2-Clause
; UD0, UD1 and UD2 in all forms are faults: EIP is the instruction's, and nothing is read.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        SMALL_SEGMENTS
        o32 sidt [0]
        mov word [8], 0x37      ; vectors 0 to 6
        mov dword [10], LINEAR + 0x100
        mov word [0x130], OFF(handler)
        mov word [0x132], PAGESEL
        mov word [0x134], 0x8e00
        mov word [0x136], 0
        o32 lidt [8]
        xor edi, edi
        mov edx, esp
%macro UNDEFINED 1+.nolist      ; bytes
        mov ecx, OFF(%%it)
        mov ebx, OFF(%%after)
%%it:   db %1
        int3
%%after:
        inc esi
%endmacro
%macro SIZES 1+.nolist
        UNDEFINED %1
        UNDEFINED 0x66, %1
%endmacro
        xor esi, esi
        SIZES 0x0f, 0xff
        SIZES 0x0f, 0x0b
        SIZES 0x0f, 0xb9, 0xc8
%if BITSIZE == 32
        SIZES 0x0f, 0xb9, 0x05, 0, 0, 0, 0xf0
        SIZES 0x67, 0x0f, 0xb9, 0x06, 0xf0, 0xff
%else
        SIZES 0x0f, 0xb9, 0x06, 0xf0, 0xff
        SIZES 0x67, 0x0f, 0xb9, 0x05, 0, 0, 0, 0xf0
%endif
        IS edi, 10
        IS esi, 10
        IS esp, edx
        o32 lidt [0]
        int3
handler:                        ; the frame is of 32 bits: the gate is
        IS dword [esp], ecx
        mov dword [esp], ebx
        inc edi
        o32 iret
