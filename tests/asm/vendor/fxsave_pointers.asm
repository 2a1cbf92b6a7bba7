; SPDX-License-Identifier: BSD-2-Clause
; FXSAVE stores the address of the last x87 instruction.
; differs: amd
; out: eax=100100
        bits BITSIZE
        org ORG
        fld1
        fxsave [DATA]
        mov eax, [DATA + 8]
        int3
