; SPDX-License-Identifier: BSD-2-Clause
; UD1 has a ModRM byte: here the 16th of the instruction, which is too long before it is undefined.
; differs: amd
; out: vector=d code=0 eip=100100
        bits BITSIZE
        org ORG
        times 13 cs
        ud1 eax, eax
        int3
