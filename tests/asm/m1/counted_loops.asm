; SPDX-License-Identifier: BSD-2-Clause
; LOOP, LOOPE, LOOPNE, JCXZ: the address size says which counter, the operand size how much of EIP.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        SMALL_SEGMENTS
%macro LOOPS 3.nolist           ; operand size, counter, its mask
        mov ecx, 0x30003        ; CX and ECX end differently
        and ecx, %3 | 0x10000
        %if %3 > 0xffff
        mov ecx, 3
        %endif
        xor eax, eax
%%l1:   inc eax
        %1 loop %%l1, %2
        IS eax, 3
        IS ecx, 0x10000 & ~%3
        mov ecx, 5
        xor eax, eax
%%l2:   inc eax
        cmp eax, 2              ; ZF the second time
        %1 loopne %%l2, %2
        MUST e
        IS eax, 2
        IS ecx, 3
        mov ecx, 5
        mov eax, -1
%%l3:   inc eax
        test eax, 6             ; ZF for 0 and 1
        %1 loope %%l3, %2
        MUST ne
        IS eax, 2
        IS ecx, 2
        xor %2, %2
        xor eax, eax
        %ifidn %2, cx
        mov ecx, 0x10000
        %1 jcxz %%l4
        %else
        %1 jecxz %%l4
        %endif
        inc eax
%%l4:   inc ecx
        %ifidn %2, cx
        %1 jcxz %%l5
        %else
        %1 jecxz %%l5
        %endif
        add eax, 2
%%l5:   IS eax, 2
%endmacro
        LOOPS o16, cx, 0xffff
        LOOPS o32, cx, 0xffff
        LOOPS o16, ecx, 0xffffffff
        LOOPS o32, ecx, 0xffffffff
        int3
