; SPDX-License-Identifier: BSD-2-Clause
; PUSH of a segment register writes 16 bits, whatever its operand size.
; differs: amd
; out: eax=ffff002b
        bits BITSIZE
        org ORG
        push byte -1
        pop eax
        push ds
        pop eax
        int3
