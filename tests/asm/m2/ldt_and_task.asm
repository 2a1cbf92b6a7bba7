; SPDX-License-Identifier: BSD-2-Clause
; SLDT, STR, LLDT, LTR: registers get a zero-extended selector, memory a word; LTR marks busy.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
%macro STORES 2.nolist          ; instruction, value
        mov eax, -1
        o32 %1 eax
        IS eax, %2
        mov eax, -1
        o16 %1 ax
        IS eax, 0xffff0000 | %2
        mov dword [DATA], -1
        %1 [DATA]
        IS dword [DATA], 0xffff0000 | %2
        mov dword [DATA], -1
        db 0x66
        %1 [DATA]
        IS dword [DATA], 0xffff0000 | %2
%endmacro
        STORES sldt, 0
        STORES str, 0x40
        mov ax, LDTSEL
        lldt ax
        STORES sldt, LDTSEL
        xor ax, ax
        lldt ax                 ; none
        STORES sldt, 0
        mov word [DATA + 4], LDTSEL
        lldt [DATA + 4]
        STORES sldt, LDTSEL
        mov cx, TASKSEL
        lar eax, cx
        IS ax, 0x8900           ; available
        ltr cx
        STORES str, TASKSEL
        lar eax, cx
        IS ax, 0x8b00           ; busy
        int3
