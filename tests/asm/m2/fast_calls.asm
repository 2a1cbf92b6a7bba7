; SPDX-License-Identifier: BSD-2-Clause
; SYSEXIT to CPL 3 and SYSENTER back: flat 32-bit segments made from SYSENTER_CS, whatever the code
; before was.
; bits: 16 32
; level: 0
; out: ebp=0 eax=2
%include "check.mac"
LIN     equ 0x100100 - ORG      ; added to a label: its linear address
%macro MSR 2.nolist
        mov ecx, %1
        mov eax, %2
        xor edx, edx
        wrmsr
%endmacro
        MSR 0x174, FLAT
        MSR 0x175, 0x120700
        MSR 0x176, entered + LIN
        mov ecx, 0x120600
        mov edx, user + LIN
        sysexit
        bits 32
user:   mov ax, cs
        IS ax, USER
        mov ax, ss
        IS ax, USERD
        IS esp, 0x120600
        stc
        sysenter
        int3
entered:
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
        MSR 0x176, again + LIN
        jmp CODESEL:((CODESEL == FLAT) * LIN) + below
        bits BITSIZE
below:  sysenter                ; from the supervisor, and from 16-bit code
        int3
        bits 32
again:  mov ax, cs
        IS ax, FLAT
        mov eax, 2
        int3
