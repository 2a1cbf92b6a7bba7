; SPDX-License-Identifier: BSD-2-Clause
; A single-step trap between two iterations of REPNE SCAS shows the flags from before the
; instruction: they are written at its end.
; in: eax=41 ecx=3 edi=110000 flags=8d5
; differs: amd
; out: vector=1 eip=100109 ecx=2 edi=110001 flags=108d5 mask=108d5
        bits BITSIZE
        org ORG
        pushfd
        or dword [esp], 0x100
        popfd
        repne scasb
        int3
