; SPDX-License-Identifier: BSD-2-Clause
; System instructions with memory operands by 16- and 32-bit addresses, and with the operand-size
; prefix where it means nothing.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        SMALL_SEGMENTS
%macro FAR 1.nolist
        o32 %1 ebx, [A 0x50]
        IS ebx, 0x12345678
        o16 %1 bx, [A 0x58]
        IS ebx, 0x12345678
%endmacro
%define OTHER db 0x66           ; the other operand size
%macro FORMS 0.nolist
        mov word [0x20], DATA16
        mov es, [A 0x20]
        mov fs, [A 0x20]
        mov gs, [A 0x20]
        mov dword [0x24], -1
        mov [A 0x24], es
        IS dword [0x24], 0xffff0000 | DATA16
        mov [A 0x24], ds
        mov ds, [A 0x24]
        IS word [0x20], DATA16
        mov [A 0x24], ss
        mov ss, [A 0x24]
        mov dword [0x24], -1
        sldt [A 0x24]
        IS dword [0x24], 0xffff0000 | LDTSEL
        lldt [A 0x24]
        mov dword [0x24], -1
        str [A 0x24]
        MUST e                  ; the flags stay
        mov word [0x28], DATA16
        verr [A 0x28]
        MUST e
        verw [A 0x28]
        MUST e
        o16 lar ax, [A 0x28]
        IS ax, 0x9300
        o32 lar eax, [A 0x28]
        IS ax, 0x9300
        o16 lsl ax, [A 0x28]
        IS ax, 0xffff
        o32 lsl eax, [A 0x28]
        IS eax, 0xffff
        mov dword [0x24], -1
        smsw [A 0x24]
        IS dword [0x24], 0xffff0033
        mov word [0x24], 0x33
        lmsw [A 0x24]
        smsw ax
        IS ax, 0x33
        ; tables
        o32 sgdt [A 0x30]
        IS word [0x30], 0x77
        o16 sgdt [A 0x38]
        IS word [0x38], 0x77
        o16 lgdt [A 0x30]
        o32 sgdt [A 0x38]
        IS dword [0x3a], 0x005c4000
        o32 lgdt [A 0x30]
        o32 sidt [A 0x40]
        o16 sidt [A 0x48]
        IS word [0x48], 0xff
        o16 lidt [A 0x40]
        o32 sidt [A 0x48]
        IS dword [0x4a], 0x005c5000
        o32 lidt [A 0x40]
        ; far pointers
        mov dword [0x50], 0x12345678
        mov word [0x54], DATA16
        mov dword [0x58], DATA16 << 16 | 0x5678
        FAR les
        FAR lds
        FAR lfs
        FAR lgs
        mov ebx, esp
        mov dword [0x60], esp
        mov word [0x64], ss
        mov word [0x68], sp
        mov word [0x6a], ss
        o32 lss esp, [A 0x60]
        o16 lss sp, [A 0x68]
        IS esp, ebx
        ; the page's translation goes, nothing else
        mov dword [0x6c], 0x1234
        invlpg [A 0x6c]
        OTHER
        invlpg [A 0x6c]
        IS dword [0x6c], 0x1234
        ; ARPL
        mov word [0x70], 0x10
        mov ax, 3
        arpl [A 0x70], ax
        MUST e
        IS word [0x70], 0x13
        arpl [A 0x70], ax
        MUST ne
        mov ax, 0x40
        mov bx, 0x42
        arpl ax, bx
        MUST e
        IS ax, 0x42
        ; a task that is available again
        mov ax, FLATD
        mov es, ax
        mov byte [dword es:0x3a5c405d], 0x89
        mov word [0x24], TASKSEL
        ltr [A 0x24]
        str ax
        IS ax, TASKSEL
        ; MOVZX and MOVSX of a word into a word
        mov bx, 0x42
        mov dword [0x74], 0x1111ff80
        mov eax, -1
%if BITSIZE == 16
%define WORDS
%else
%define WORDS db 0x66
%endif
        WORDS
        db 0x0f, 0xb7, 0xc3     ; MOVZX AX, BX
        IS eax, 0xffff0042
        WORDS
        db 0x0f, 0xbf, 0xc3
        IS eax, 0xffff0042
        mov word [0x74], 0x8001
        WORDS
        WORDMEM 0xb7            ; MOVZX AX, [74h]
        IS eax, 0xffff8001
        mov word [0x74], 0x7001
        WORDS
        WORDMEM 0xbf
        IS eax, 0xffff7001
        ; bit strings by 16-bit operands and addresses
        mov dword [0x78], 0
        mov dword [0x7c], 0
        mov eax, 17
        o16 bts [A 0x7a], ax
        MUST nc
        o16 bt [A 0x7a], ax
        MUST c
        IS dword [0x7c], 2
        mov eax, -15
        o16 btc [A 0x7a], ax    ; bit 1 of the word before
        MUST nc
        IS dword [0x78], 2
        o16 btr [A 0x7a], ax
        MUST c
        mov eax, 33
        o32 bts [A 0x78], eax
        MUST c
        o32 btr [A 0x78], eax
        MUST c
        o32 btc [A 0x78], eax
        MUST nc
        o32 bt [A 0x78], eax
        MUST c
        IS dword [0x7c], 2
        ; hints touch no memory
%assign h 0x18
%rep 8
        mov eax, 0xfff0
        db 0x0f, h, 0xc0
        db 0x66, 0x0f, h, 0xc0
        HINTS h
%assign h h + 1
%endrep
        ; x87 images
        fninit
        fld1
        o16 fnstenv [A 0x100]
        o16 fldenv [A 0x100]
        o32 fnstenv [A 0x100]
        o32 fldenv [A 0x100]
        o16 fnsave [A 0x100]
        o16 frstor [A 0x100]
        IS word [0x102], 0x3800
        o32 fnsave [A 0x100]
        o32 frstor [A 0x100]
        IS word [0x104], 0x3800
        fxsave [A 0x200]
        fxrstor [A 0x200]
        IS word [0x202], 0x3800
        fnstsw ax
        IS ax, 0x3800
%endmacro
; a memory operand at an address that is not there, in both operand sizes
%macro HINTS 1.nolist
%ifidn A, word
  %if BITSIZE == 32
        db 0x67, 0x0f, %1, 0x06, 0xf0, 0xff, 0x66, 0x67, 0x0f, %1, 0x06, 0xf0, 0xff
  %else
        db 0x0f, %1, 0x06, 0xf0, 0xff, 0x66, 0x0f, %1, 0x06, 0xf0, 0xff
  %endif
%else
  %if BITSIZE == 16
        db 0x67, 0x0f, %1, 0x05, 0, 0, 0, 0xf0, 0x66, 0x67, 0x0f, %1, 0x05, 0, 0, 0, 0xf0
  %else
        db 0x0f, %1, 0x05, 0, 0, 0, 0xf0, 0x66, 0x0f, %1, 0x05, 0, 0, 0, 0xf0
  %endif
%endif
%endmacro
%macro WORDMEM 1.nolist         ; 0F op AX, [74h]
%ifidn A, word
  %if BITSIZE == 32
        db 0x67
  %endif
        db 0x0f, %1, 0x06, 0x74, 0
%else
  %if BITSIZE == 16
        db 0x67
  %endif
        db 0x0f, %1, 0x05, 0x74, 0, 0, 0
%endif
%endmacro
%define A word
        FORMS
%define A dword
        FORMS
        int3
