; SPDX-License-Identifier: BSD-2-Clause
; ENTER reads the outer frames before it looks at what it allocates.
; in: ebp=20000
; out: vector=e code=4 cr2=1fffc eip=100100
        bits BITSIZE
        org ORG
        enter 0xfff0, 2
        int3
