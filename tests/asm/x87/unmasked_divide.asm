; SPDX-License-Identifier: BSD-2-Clause
; An unmasked division by zero waits for the next x87 instruction: #MF.
; in: cw=37b
; out: vector=10 eip=100109 sw=b084
        bits BITSIZE
        org ORG
        fld1
        fldz
        fdivp                   ; not stored, not popped
        nop
        mov eax, eax
        fld1
        int3
