; SPDX-License-Identifier: BSD-2-Clause
; RCL of a byte rotates nine bits: a count of nine changes nothing, but CF stays too.
; bits: 16 32
; in: eax=81 ebx=81
; out: eax=81 ebx=3 flags=1 mask=1
        bits BITSIZE
        org ORG
        stc
        rcl al, 9
        stc
        rcl bl, 1
        int3
