; SPDX-License-Identifier: BSD-2-Clause
; The remainder of a denormal number by infinity is that number: no underflow, even unmasked.
; in: cw=36f st0=1 st1=7fff8000000000000000
; differs: amd
; out: st0=1 sw=2
        bits BITSIZE
        org ORG
        fprem
        int3
