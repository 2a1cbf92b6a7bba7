; SPDX-License-Identifier: BSD-2-Clause
; FLDPI rounds by the control word: upwards to an even digit here.
; in: cw=37f
; out: st0=4000c90fdaa22168c234 st1=4000c90fdaa22168c235
        bits BITSIZE
        org ORG
        fldpi                   ; to nearest
        mov word [DATA], 0xf7f  ; towards zero
        fldcw [DATA]
        fldpi
        int3
