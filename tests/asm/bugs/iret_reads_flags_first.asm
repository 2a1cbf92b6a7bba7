; SPDX-License-Identifier: BSD-2-Clause
; IRET reads the flags first: CR2 tells.
; in: esp=20000
; out: vector=e code=4 eip=100100 cr2=20008
        bits BITSIZE
        org ORG
        iretd
