; SPDX-License-Identifier: BSD-2-Clause
; A ninth FLD is a stack overflow: C1 set, SF and IE, the default NaN.
; out: st0=ffffc000000000000000 sw=3a41
        bits BITSIZE
        org ORG
        times 9 fld1
        int3
