; SPDX-License-Identifier: BSD-2-Clause
; RETF reads the selector first: CR2 tells.
; in: esp=20000
; out: vector=e code=4 eip=100100 cr2=20004
        bits BITSIZE
        org ORG
        retf
