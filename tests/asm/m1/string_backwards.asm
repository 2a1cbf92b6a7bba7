; SPDX-License-Identifier: BSD-2-Clause
; REP MOVS downwards with an overlap, then REPNE SCAS to a match.
; bits: 16 32
; out: eax=64636261 ecx=1 flags=44
        bits BITSIZE
        org ORG
        mov dword [DATA], 0x64636261
        lea esi, [DATA + 3]
        lea edi, [DATA + 7]
        mov ecx, 4
        std
        rep movsb
        cld
        mov ebx, [DATA + 4]
        lea edi, [DATA + 4]
        mov al, 'c'
        mov ecx, 4
        repne scasb
        mov eax, ebx
        int3
