; SPDX-License-Identifier: BSD-2-Clause
; SMSW, LMSW and CLTS: LMSW changes MP, EM and TS, and cannot clear PE.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov eax, -1
        o16 smsw ax             ; PE MP ET NE
        IS eax, 0xffff0033
        mov eax, -1
        o32 smsw eax
        IS ax, 0x0033
        mov dword [DATA], -1
        smsw [DATA]
        IS dword [DATA], 0xffff0033
        mov dword [DATA], -1
        db 0x66                 ; a word all the same
        smsw [DATA]
        IS dword [DATA], 0xffff0033
        mov ax, 0xffc8          ; TS; the rest is not the word's to change
        lmsw ax
        mov eax, cr0
        IS eax, 0x80050039
        mov word [DATA], 6      ; MP, EM
        lmsw [DATA]
        smsw cx
        IS cx, 0x0037
        mov ax, 0xf
        lmsw ax
        clts
        smsw cx
        IS cx, 0x0037
        int3
