; SPDX-License-Identifier: BSD-2-Clause
; A fault in REPNE SCAS shows the flags from before the instruction, however many elements it did.
; in: eax=41 ecx=3000 edi=112000 flags=50
; differs: amd
; out: vector=e code=4 cr2=114000 edi=114000 ecx=1000 eip=100100 flags=50
        bits BITSIZE
        org ORG
        repne scasb
        int3
