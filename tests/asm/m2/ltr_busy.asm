; SPDX-License-Identifier: BSD-2-Clause
; LTR of a busy task, from memory: #GP with its selector.
; bits: 16 32
; level: 0
; out: vector=d code=40
        bits BITSIZE
        org ORG
        mov word [DATA], 0x40
        ltr [DATA]
        int3
