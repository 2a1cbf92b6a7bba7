; SPDX-License-Identifier: BSD-2-Clause
; FXSAVE to a multiple of 16 is aligned to the alignment check.
; in: flags=40000
; out: eax=37f mask=0
        bits BITSIZE
        org ORG
        fxsave [DATA + 16]
        mov eax, [DATA + 16]
        int3
