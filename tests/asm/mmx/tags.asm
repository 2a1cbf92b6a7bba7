; SPDX-License-Identifier: BSD-2-Clause
; MMX makes all tags valid and TOP 0; EMMS empties them.
; out: eax=0 ebx=ffff
        bits BITSIZE
        org ORG
        fld1
        movd mm2, esp
        sub esp, 32
        fnstenv [esp]
        movzx eax, word [esp + 4]
        shr eax, 11
        emms
        fnstenv [esp]
        movzx ebx, word [esp + 8]
        int3
