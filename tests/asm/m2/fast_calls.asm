; SPDX-License-Identifier: BSD-2-Clause
; SYSEXIT to CPL 3 and SYSENTER back: flat 32-bit segments made from SYSENTER_CS, whatever the code
; before was.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
LIN     equ 0x100100 - ORG      ; added to a label: its linear address
%macro MSR 2.nolist
        mov ecx, %1
        mov eax, %2
        xor edx, edx
        wrmsr
%endmacro
%macro ROUND 0-1+.nolist          ; a prefix that means nothing here
        MSR 0x174, FLAT
        MSR 0x175, 0x120700
        MSR 0x176, %%entered + LIN
        mov ecx, 0x120600
        mov edx, %%user + LIN
        %1
        sysexit
        bits 32
%%user: mov ax, cs
        IS ax, USER
        mov ax, ss
        IS ax, USERD
        IS esp, 0x120600
        stc
        %1
        sysenter
        int3
%%entered:
        mov ax, cs
        IS ax, FLAT
        mov ax, ss
        IS ax, FLATD
        IS esp, 0x120700
        pushfd
        pop eax
        test ah, 2              ; IF is off
        MUST z
        mov ax, FLATD
        mov ds, ax
        MSR 0x176, %%again + LIN
        jmp CODESEL:((CODESEL == FLAT) * LIN) + %%below
        bits BITSIZE
%%below:
        %1
        sysenter                ; from the supervisor, and from 16-bit code
        int3
        bits 32
%%again:
        mov ax, cs
        IS ax, FLAT
        jmp CODESEL:((CODESEL == FLAT) * LIN) + %%end
        bits BITSIZE
%%end:
%endmacro
        ROUND
        ROUND db 0x66
        int3
