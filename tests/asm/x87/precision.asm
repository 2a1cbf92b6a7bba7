; SPDX-License-Identifier: BSD-2-Clause
; Precision control rounds to 24 bits: 1 + 2^-24 is 1, and inexact.
; in: cw=7f st0=3fe78000000000000000
; out: st0=3fff8000000000000000 st1=3fe78000000000000000
        bits BITSIZE
        org ORG
        fld1
        fadd st0, st1
        int3
