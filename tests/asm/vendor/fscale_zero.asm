; SPDX-License-Identifier: BSD-2-Clause
; FSCALE by zero of a denormal number is that number: no underflow, even unmasked.
; in: cw=36f st0=1 st1=0
; differs: amd
; out: st0=1 sw=2
        bits BITSIZE
        org ORG
        fscale
        int3
