; SPDX-License-Identifier: BSD-2-Clause
; SUB and SBB: borrow into the upper half.
; bits: 16 32
; in: eax=0 edx=1 ebx=1
; out: eax=ffffffff edx=0 flags=44
        bits BITSIZE
        org ORG
        sub eax, ebx
        sbb edx, 0
        int3
