; SPDX-License-Identifier: BSD-2-Clause
; IN, OUT, INS, OUTS of all sizes, by number and by DX. No device is there: IN gives ones.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov dx, 0x1234
%macro PORT 2.nolist            ; operand, EAX after it
        mov eax, 0x55555555
        in %1, 0x40
        IS eax, %2
        mov eax, 0x55555555
        in %1, dx
        IS eax, %2
        out 0x40, %1
        out dx, %1
        IS eax, %2
%endmacro
        PORT al, 0x555555ff
        PORT ax, 0x5555ffff
        PORT eax, 0xffffffff
        cld
%macro STRING 2.nolist          ; letter, size
        xor eax, eax
        mov [DATA + 0x10], eax
        mov [DATA + 0x14], eax
        mov [DATA + 0x18], eax
        lea edi, [DATA + 0x10]
        ins%1
        IS edi, DATA + 0x10 + %2
        mov ecx, 1
        rep ins%1
        IS edi, DATA + 0x10 + 2 * %2
        IS ecx, 0
        IS byte [DATA + 0x10], 0xff
        IS byte [DATA + 0x0f + 2 * %2], 0xff
        IS byte [DATA + 0x10 + 2 * %2], 0
        rep ins%1               ; no count: nothing
        IS edi, DATA + 0x10 + 2 * %2
        lea esi, [DATA + 0x10]
        outs%1
        IS esi, DATA + 0x10 + %2
        mov ecx, 3
        std
        rep outs%1
        cld
        IS esi, DATA + 0x10 - 2 * %2
        IS ecx, 0
%endmacro
        STRING b, 1
        STRING w, 2
        STRING d, 4
        int3
