; SPDX-License-Identifier: BSD-2-Clause
; A quotient that does not fit is #DE, and nothing has changed.
; in: eax=0 edx=1 ebx=1
; out: vector=0 eip=100100 eax=0 edx=1
        bits BITSIZE
        org ORG
        div ebx
        int3
