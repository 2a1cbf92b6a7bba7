; SPDX-License-Identifier: BSD-2-Clause
; Saturating addition, signed and unsigned.
; out: mm0=0000000080007fff mm1=00000000000fffff
        bits BITSIZE
        org ORG
        mov dword [DATA], 0x80007fff
        mov dword [DATA + 8], 0xffff0001
        mov dword [DATA + 16], 0x000ffff0
        mov dword [DATA + 24], 0x0000001f
        movd mm0, [DATA]
        paddsw mm0, [DATA + 8]
        movd mm1, [DATA + 16]
        paddusw mm1, [DATA + 24]
        int3
