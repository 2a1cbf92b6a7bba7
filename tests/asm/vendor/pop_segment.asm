; SPDX-License-Identifier: BSD-2-Clause
; POP to a segment register reads 16 bits: to the alignment check, too.
; in: esp=120802 flags=40000
; differs: amd
; out: esp=120806
        bits BITSIZE
        org ORG
        pop ds
        int3
