; SPDX-License-Identifier: BSD-2-Clause
; BSF and BSR of zero set ZF and leave the destination.
; bits: 16 32
; in: eax=1234 ebx=5678 ecx=10
; out: eax=1234 ebx=5678 edx=4 flags=40 mask=40
        bits BITSIZE
        org ORG
        bsr edx, ecx
        xor ecx, ecx
        bsf eax, ecx
        bsr ebx, ecx
        int3
