; SPDX-License-Identifier: BSD-2-Clause
; UD0 is an invalid opcode.
; bits: 16 32
; out: vector=6
        bits BITSIZE
        org ORG
        db 0x0f, 0xff
        int3
