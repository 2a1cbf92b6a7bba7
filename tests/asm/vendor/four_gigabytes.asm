; SPDX-License-Identifier: BSD-2-Clause
; In a segment of 4 GB there is no limit to go beyond: an operand over its end wraps.
; differs: amd
; out: vector=e code=4 cr2=fffffffe
        bits BITSIZE
        org ORG
        mov eax, [0xfffffffe]
        int3
