; SPDX-License-Identifier: BSD-2-Clause
; INC and DEC leave CF alone.
; bits: 16 32
; in: eax=ffffffff
; out: eax=0 flags=55
        bits BITSIZE
        org ORG
        stc
        dec eax
        inc eax
        inc eax
        int3
