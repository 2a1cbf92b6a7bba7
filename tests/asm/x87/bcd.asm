; SPDX-License-Identifier: BSD-2-Clause
; FBLD and FBSTP: -1234567890 there and back.
; out: eax=34567890 ebx=12 ecx=8000 st0=c01d932c05a400000000
        bits BITSIZE
        org ORG
        mov dword [DATA], 0x34567890
        mov dword [DATA + 4], 0x12
        mov word [DATA + 8], 0x8000
        fbld [DATA]
        fld st0
        fbstp [DATA + 16]
        mov eax, [DATA + 16]
        mov ebx, [DATA + 20]
        movzx ecx, word [DATA + 24]
        int3
