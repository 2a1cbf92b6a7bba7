; SPDX-License-Identifier: BSD-2-Clause
; Protected mode for boot sector programs, which lie in the first 64 KB. PM32 ... REAL encloses 32-bit
; code with flat segments; PM16 ... REAL 16-bit code with the bases of real mode. Interrupts are off in it, general
; registers and flags pass through. gdt.a to gdt.d are free: segment_set fills one.
%macro PM32 0
        call to_pm
        jmp dword 0x08:%%in
        bits 32
%%in:   call flat_segments
%endmacro
%macro PM16 0
        call to_pm
        jmp 0x18:%%in
        bits 16
%%in:   call small_segments
%endmacro
%macro REAL 0
        jmp 0x18:%%16
        bits 16
%%16:   call small_segments
        call from_pm
        jmp 0:%%rm
%%rm:   call real_segments
%endmacro

        jmp pm_end
        bits 16
to_pm:  cli
        lgdt [cs:gdt_reg]
        pushf
        push eax
        mov eax, cr0
        or al, 1
        mov cr0, eax
        pop eax
        popf
        ret
from_pm:
        pushf
        push eax
        mov eax, cr0
        and al, 0xfe
        mov cr0, eax
        pop eax
        popf
        ret
small_segments:
        push ax
        mov ax, 0x20
        jmp all_segments
real_segments:
        push ax
        mov ax, 0
all_segments:
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        pop ax
        ret
        bits 32
flat_segments:
        push eax
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        pop eax
        ret
        bits 16
; AX: segment of real mode, DX: access byte and flags (9Bh code, 93h data, 4000h: 32 bits), BX: gdt.a ...
segment_set:
        push eax
        push edx
        movzx eax, ax
        shl eax, 4
        mov [bx + 2], ax
        shr eax, 16
        mov [bx + 4], al
        mov [bx + 5], dx
        mov word [bx], 0xffff
        pop edx
        pop eax
        ret
        align 8
gdt:    dq 0
        dq 0x00cf9b000000ffff                   ; 08 code, 32 bits, flat
        dq 0x00cf93000000ffff                   ; 10 data, flat
        dq 0x00009b000000ffff                   ; 18 code, 16 bits, base 0
        dq 0x000093000000ffff                   ; 20 data, base 0
.a:     dq 0                                    ; 28
.b:     dq 0                                    ; 30
.c:     dq 0                                    ; 38
.d:     dq 0                                    ; 40
gdt_reg: dw $ - gdt - 1
        dd gdt
pm_end:
