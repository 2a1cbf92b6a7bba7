; SPDX-License-Identifier: BSD-2-Clause
; A single-step trap between two iterations pushes RF.
; in: ecx=3 esi=110000 edi=110010
; differs: amd
; out: vector=1 eip=100109 ecx=2 flags=10000 mask=10000
        bits BITSIZE
        org ORG
        pushfd
        or dword [esp], 0x100
        popfd
        rep movsb
        int3
