; SPDX-License-Identifier: BSD-2-Clause
; REP CMPS reads what is at EDI first, as CMPS does: CR2 tells.
; in: esi=4 edi=8 ecx=1
; differs: amd
; out: vector=e code=4 cr2=8
        bits BITSIZE
        org ORG
        repe cmpsb
        int3
