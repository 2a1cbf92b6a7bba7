; SPDX-License-Identifier: BSD-2-Clause
; VERW takes no LOCK.
; differs: amd
; out: vector=6 eip=100100
        bits BITSIZE
        org ORG
        db 0xf0
        verw [DATA]
        int3
