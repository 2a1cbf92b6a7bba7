; SPDX-License-Identifier: BSD-2-Clause
; INT n through 16- and 32-bit interrupt and trap gates, and IRET of both sizes: the flags come back,
; IF is off in an interrupt gate and stays in a trap gate.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
IDT     equ DATA + 0x100
%macro GATE 3.nolist            ; vector, label, type
        mov word [IDT + 8 * %1], OFF(%2)
        mov word [IDT + 8 * %1 + 2], 4
        mov word [IDT + 8 * %1 + 4], %3 << 8
        mov word [IDT + 8 * %1 + 6], 0
%endmacro
        mov dword [DATA + 0x3000], 0x0000ffff   ; the code page, of this size
        mov dword [DATA + 0x3004], 0x00009b10 | (BITSIZE == 32) * 0x400000
        mov ax, LDTSEL
        lldt ax
        jmp 4:OFF(.begin)
.begin: sidt [DATA]
        mov word [DATA + 8], 0x3f
        mov dword [DATA + 10], LINEAR + 0x100
        GATE 0, trap32, 0x8f
        GATE 1, int16, 0x86
        GATE 3, int32_, 0x8e
        GATE 4, trap16, 0x87
        GATE 5, int32_, 0x8e
        o32 lidt [DATA + 8]
        mov ebx, esp
%macro CALLS 1.nolist           ; how; handlers count in ECX and check the frame
        xor ecx, ecx
        stc
        sti
        %1
        MUST c
        IS ecx, 1
        IS esp, ebx
        pushfd
        pop eax
        test ah, 2
        MUST nz
%endmacro
        CALLS int 0
        CALLS int 1
        CALLS int3
        CALLS int 3
        CALLS int 4
        CALLS int 5
        CALLS {db 0xf1}         ; ICEBP: vector 1
        CALLS {db 0x66, 0xcd, 0}        ; the gate says how wide, not the prefix
        CALLS {db 0x66, 0xcc}
        CALLS {db 0x66, 0xf1}
        xor ecx, ecx
        mov al, 0x7f
        add al, 1
        into
        IS ecx, 1
        xor eax, eax
        into                    ; no overflow
        IS ecx, 1
        mov al, 0x7f
        add al, 1
        db 0x66
        into
        IS ecx, 2
        o32 lidt [DATA]
        int3
int32_: pushfd
        pop eax
        test ah, 2
        MUST z
trap32: inc ecx
        clc
        IS word [esp + 4], 4
        o32 iret
int16:  pushfd
        pop eax
        test ah, 2
        MUST z
        jmp on16
trap16: pushfd
        pop eax
        inc ecx
        IS word [esp + 2], 4
        o16 iret
on16:   inc ecx
        clc
        IS word [esp + 2], 4
        o16 iret
