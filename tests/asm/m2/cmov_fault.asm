; SPDX-License-Identifier: BSD-2-Clause
; CMOV reads its memory operand, and faults, even when the condition is false.
; out: vector=e code=4 cr2=1 eip=100102
        bits BITSIZE
        org ORG
        xor eax, eax            ; ZF
        cmovnz eax, [1]
        int3
