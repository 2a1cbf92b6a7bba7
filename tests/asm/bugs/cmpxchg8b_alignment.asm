; SPDX-License-Identifier: BSD-2-Clause
; CMPXCHG8B is one quadword to the alignment check.
; out: vector=11 code=0 eip=100109
        bits BITSIZE
        org ORG
        pushfd
        or dword [esp], 0x40000
        popfd
        cmpxchg8b [DATA + 4]
        int3
