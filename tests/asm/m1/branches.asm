; SPDX-License-Identifier: BSD-2-Clause
; Every conditional jump, short and near, with 16- and 32-bit offsets: it goes where SETcc says, for
; all flags it can depend on. LOOP and JCXZ by both counters.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        SMALL_SEGMENTS
        mov esi, 0              ; OF SF ZF PF CF in bits 4 to 0
again:  mov edx, 2
%macro FLAG 2.nolist
        test esi, %1
        jz %%no
        or edx, %2
%%no:
%endmacro
        FLAG 1, 0x001
        FLAG 2, 0x004
        FLAG 4, 0x040
        FLAG 8, 0x080
        FLAG 16, 0x800
%macro GOES 3.nolist            ; condition, prefix, short or near
        mov ax, 0
        mov bx, 0
        push edx
        popfd
        set%+1 al
        %2 j%+1 %3 %%yes
        inc bx
%%yes:  xor bx, 1
        cmp ax, bx
        je short %%same
        mov ebp, __LINE__
        int3
%%same:
%endmacro
%macro ALL 1.nolist
        GOES %1, o16, short
        GOES %1, o32, short
        GOES %1, , near word
        GOES %1, , near dword
%endmacro
        ALL o
        ALL no
        ALL b
        ALL ae
        ALL e
        ALL ne
        ALL be
        ALL a
        ALL s
        ALL ns
        ALL p
        ALL np
        ALL l
        ALL ge
        ALL le
        ALL g
        inc esi
        cmp esi, 32
        jb near again
        int3
