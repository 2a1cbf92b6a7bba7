; SPDX-License-Identifier: BSD-2-Clause
; FSTP of ten bytes that is held back by an unmasked exception is what FIP points to.
; in: cw=37e
; out: eax=100100 mask=0
        bits BITSIZE
        org ORG
        fstp tword [DATA]
        fnstenv [DATA]
        mov eax, [DATA + 12]
        int3
