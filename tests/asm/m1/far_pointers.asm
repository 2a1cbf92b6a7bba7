; SPDX-License-Identifier: BSD-2-Clause
; LES, LDS, LFS, LGS, LSS with 16- and 32-bit offsets: the selector follows the offset.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov dword [DATA + 0x1678], 0xcafe1234
        mov dword [DATA], 0x1678
        mov word [DATA + 4], DATA16
        mov dword [DATA + 8], DATA16 << 16 | 0x1678
%macro LOADS 2.nolist
        mov ebx, -1
        %1 bx, [DATA + 8]
        IS ebx, 0xffff1678
        mov ax, %2
        IS ax, DATA16
        xor eax, eax
        mov %2, ax
        %1 ebx, [DATA]
        IS ebx, 0x1678
        mov ax, %2
        IS ax, DATA16
        IS dword [%2:ebx], 0xcafe1234
%endmacro
        LOADS les, es
        LOADS lfs, fs
        LOADS lgs, gs
        mov cx, ds
        mov dx, ds
        mov es, dx
        lds ebx, [DATA]
        IS dword [ebx], 0xcafe1234
        mov ds, cx
        lds bx, [DATA + 8]
        IS dword [bx], 0xcafe1234
        mov ds, cx
        ; the stack in the data's segment, and back
        mov ebx, esp
        mov cx, ss
        mov dword [DATA + 16], 0x1000
        mov word [DATA + 20], DATA16
        lss esp, [DATA + 16]
        push word 0x7777
        IS word [es:DATA + 0xffe], 0x7777
        mov ss, cx
        mov esp, ebx
        mov word [DATA + 24], sp
        mov word [DATA + 26], ss
        lss sp, [DATA + 24]
        IS esp, ebx
        int3
