; SPDX-License-Identifier: BSD-2-Clause
; RETF looks at the selector (here a null one) before it reads the outer stack.
; differs: amd
; out: vector=d code=0 eip=100104
        bits BITSIZE
        org ORG
        push byte 0
        push byte 0
        retf 0x7ff0
