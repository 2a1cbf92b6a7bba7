; SPDX-License-Identifier: BSD-2-Clause
; BT and BTS reach beyond their operand by a register, not by an immediate.
; bits: 16 32
; out: eax=80000000 ebx=8 ecx=1
        bits BITSIZE
        org ORG
        mov dword [DATA + 60], 0x80000000
        mov dword [DATA + 68], 0
        mov edx, -1             ; bit 31 of the dword before
        bt dword [DATA + 64], edx
        setc cl
        mov edx, 35
        bts dword [DATA + 64], edx
        mov eax, [DATA + 60]
        mov ebx, [DATA + 68]
        movzx ecx, cl
        int3
