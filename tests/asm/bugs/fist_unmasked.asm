; SPDX-License-Identifier: BSD-2-Clause
; FIST with an unmasked invalid operation does not touch memory.
; in: cw=37e
; differs: amd
; out: sw=b081 eax=1
        bits BITSIZE
        org ORG
        fldpi
        fldz
        fdivr st0, st1          ; infinity
        mov eax, 1
        fnclex
        fist dword [1]
        int3
