; SPDX-License-Identifier: BSD-2-Clause
; A fault in REPNE SCAS shows the flags from before the instruction.
; in: eax=41 ecx=100 edi=113ff0 flags=50
; differs: amd
; out: vector=e code=4 cr2=114000 edi=114000 ecx=f0 eip=100100 flags=50
        bits BITSIZE
        org ORG
        repne scasb
        int3
