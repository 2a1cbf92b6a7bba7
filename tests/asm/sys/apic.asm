; SPDX-License-Identifier: BSD-2-Clause
;
; The APICs from a program's side: a Multiboot kernel that turns on the local APIC and takes a timer
; interrupt, one it sends to itself, an NMI, inputs of the I/O APIC (an edge, a level, the PIT on
; input 2), and the 8259s' through LINT0; then it turns the APIC off by IA32_APIC_BASE, moves it and
; turns it on again. Inputs are moved by the test device. Governing document: Intel SDM volume 3,
; chapter "APIC".
;
; The number of each group goes to port 190h, text to port E9h, and to port F4h at the end 0, or the
; number of the group that failed. Expected: "PASS" on port E9h.

BASE    equ 0x100000
APIC    equ 0xfee00000
IOAPIC  equ 0xfec00000
MOVED   equ 0xfee10000
        org BASE
        bits 32
        cpu 686
        align 4
mb:     dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
        dd mb, BASE, image_end, bss_end, start

ID      equ 0x20
VERSION equ 0x30
TPR     equ 0x80
PPR     equ 0xa0
EOI     equ 0xb0
LDR     equ 0xd0
DFR     equ 0xe0
SVR     equ 0xf0
IRR     equ 0x200
ESR     equ 0x280
ICR     equ 0x300
ICR2    equ 0x310
TIMER   equ 0x320
LINT0   equ 0x350
LINT1   equ 0x360
INITIAL equ 0x380
COUNT   equ 0x390
DCR     equ 0x3e0

%macro POST 1
        mov dword [group], %1
        mov al, %1
        mov dx, 0x190
        out dx, al
%endmacro
%macro CHECK 1                          ; CHECK e: fails unless the condition holds
        mov dword [line], __LINE__
        j%+1 %%ok
        jmp fail
%%ok:
%endmacro
%macro IOWR 2                           ; register, value
        mov dword [IOAPIC], %1
        mov dword [IOAPIC + 0x10], %2
%endmacro
%macro PIN 2                            ; input, level
        mov dx, 0x2000 + %1
        mov al, %2
        out dx, al
%endmacro
%macro COUNTED 2                        ; vector, how often by now; waits for it, but not forever
        mov ecx, 1000000
%%more: cmp dword [hits + 4 * %1], %2
        je %%there
        loop %%more
%%there:
        cmp dword [hits + 4 * %1], %2
        CHECK e
%endmacro

start:  mov esp, stack_top
        cli
        cld
        lgdt [gdtr]
        jmp 8:.flat
.flat:  mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        ; each vector has code of its own: PUSH its number, JMP taken
        mov edi, stubs
        mov esi, idt
        xor ecx, ecx
.stub:  mov byte [edi], 0x68
        mov [edi + 1], ecx
        mov byte [edi + 5], 0xe9
        mov eax, taken - 10
        sub eax, edi
        mov [edi + 6], eax
        mov eax, edi
        mov word [esi], ax
        mov word [esi + 2], 8
        mov word [esi + 4], 0x8e00
        shr eax, 16
        mov [esi + 6], ax
        add edi, 16
        add esi, 8
        inc ecx
        cmp ecx, 256
        jb .stub
        lidt [idtr]
        ; the 8259s: vectors 20h and 28h, all masked
        mov al, 0x11
        out 0x20, al
        out 0xa0, al
        mov al, 0x20
        out 0x21, al
        mov al, 0x28
        out 0xa1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xa1, al
        mov al, 1
        out 0x21, al
        out 0xa1, al
        mov al, 0xff
        out 0x21, al
        out 0xa1, al

        POST 1                          ; is it there?
        mov eax, 1
        cpuid
        test edx, 0x200
        CHECK nz
        mov eax, [APIC + VERSION]
        and al, 0xf0
        cmp al, 0x10
        CHECK e
        mov dword [APIC + SVR], 0x1ff
        mov dword [APIC + TPR], 0
        mov dword [APIC + DFR], -1
        mov dword [APIC + LDR], 0x01000000
        mov dword [IOAPIC], 1
        cmp dword [IOAPIC + 0x10], 0x170011
        CHECK e

        POST 2                          ; to itself: shorthand, physical, logical, all
        mov dword [APIC + ICR], 0x44041
        test dword [APIC + ICR], 0x1000
        CHECK z
        test dword [APIC + IRR + 0x20], 2
        CHECK nz
        cmp dword [hits + 4 * 0x41], 0
        CHECK e
        sti
        nop
        cmp dword [hits + 4 * 0x41], 1
        CHECK e
        mov eax, [APIC + ID]
        mov [APIC + ICR2], eax
        mov dword [APIC + ICR], 0x4041
        COUNTED 0x41, 2
        mov dword [APIC + ICR2], 0x01000000
        mov dword [APIC + ICR], 0x4841
        COUNTED 0x41, 3
        mov dword [APIC + ICR], 0x84041
        COUNTED 0x41, 4
        mov dword [APIC + ICR], 0xc4041 ; all others: there are none
        mov dword [APIC + ICR], 0xc4500
        mov dword [APIC + ICR], 0xc4610
        COUNTED 0x41, 4
        mov eax, [APIC + ID]
        mov [APIC + ICR2], eax
        mov dword [APIC + ICR], 0x4400  ; NMI, whatever IF says
        COUNTED 2, 1

        POST 3                          ; task priority
        mov dword [APIC + TPR], 0x50
        mov dword [APIC + ICR], 0x44051
        mov dword [APIC + ICR], 0x44061
        COUNTED 0x61, 1
        cmp dword [hits + 4 * 0x51], 0
        CHECK e
        mov dword [APIC + TPR], 0
        COUNTED 0x51, 1

        POST 4                          ; timer
        mov dword [APIC + DCR], 0xb
        mov dword [APIC + TIMER], 0x70
        rdtsc
        mov esi, eax
        mov dword [APIC + INITIAL], 10000
        cmp dword [APIC + COUNT], 10000
        CHECK be
        COUNTED 0x70, 1
        rdtsc
        sub eax, esi
        cmp eax, 100000                 ; 10000 clocks of 100 MHz at 1 GHz
        CHECK ae
        cmp eax, 101000
        CHECK b
        cmp dword [APIC + COUNT], 0
        CHECK e
        mov dword [APIC + TIMER], 0x20070
        mov dword [APIC + INITIAL], 5000
.halt:  hlt
        cmp dword [hits + 4 * 0x70], 6
        jb .halt
        mov dword [APIC + TIMER], 0x10070
        mov dword [APIC + INITIAL], 0
        COUNTED 0x70, 6

        POST 5                          ; I/O APIC: an edge
        IOWR 0x11 + 2 * 14, 0
        IOWR 0x10 + 2 * 14, 0x74
        PIN 14, 1
        COUNTED 0x74, 1
        PIN 14, 0
        PIN 14, 1
        PIN 14, 0
        COUNTED 0x74, 2
        IOWR 0x10 + 2 * 14, 0x10074
        PIN 14, 1
        PIN 14, 0
        IOWR 0x10 + 2 * 14, 0x74
        COUNTED 0x74, 2
        IOWR 0x10 + 2 * 14, 0x10000
        IOWR 0x10 + 2 * 20, 0x74        ; an input that is not ISA's
        PIN 20, 1
        COUNTED 0x74, 3
        PIN 20, 0
        IOWR 0x10 + 2 * 20, 0x10000

        POST 6                          ; a level: again and again until its handler takes it away
        IOWR 0x10 + 2 * 15, 0x8075
        PIN 15, 1
        COUNTED 0x75, 3
        IOWR 0x10 + 2 * 15, 0x10000

        POST 7                          ; the PIT on input 2
        IOWR 0x10 + 2 * 2, 0x72
        mov al, 0x34
        out 0x43, al
        mov ax, 1193
        out 0x40, al
        mov al, ah
        out 0x40, al
.pit:   hlt
        cmp dword [hits + 4 * 0x72], 5
        jb .pit
        IOWR 0x10 + 2 * 2, 0x10000

        POST 8                          ; the 8259s through LINT0, then through input 0
        mov dword [APIC + LINT0], 0x700
        mov al, 0xfe
        out 0x21, al
.pic:   hlt
        cmp dword [hits + 4 * 0x20], 3
        jb .pic
        mov dword [APIC + LINT0], 0x10700
        mov edi, [hits + 4 * 0x20]
        mov ecx, 300000                 ; 6 ms: silence
        loop $
        cmp edi, [hits + 4 * 0x20]
        CHECK e
        in al, 0x21                     ; an edge for input 0
        or al, 1
        out 0x21, al
        IOWR 0x10, 0x700
        and al, 0xfe
        out 0x21, al
        add edi, 3
.pic0:  hlt
        cmp [hits + 4 * 0x20], edi
        jb .pic0
        IOWR 0x10, 0x10000

        POST 9                          ; errors
        mov dword [APIC + ESR], 0
        mov dword [APIC + ICR], 0x44005
        mov dword [APIC + ESR], 0
        cmp dword [APIC + ESR], 0x20
        CHECK e

        POST 10                         ; IA32_APIC_BASE, which a Pentium has not
        mov eax, 1
        cpuid
        shr eax, 8
        and al, 15
        cmp al, 6
        jb done
        cli
        mov ecx, 0x1b
        rdmsr
        and eax, 0xfff00fff
        cmp eax, 0xfee00900
        CHECK e
        and eax, ~0x800
        wrmsr
        cmp dword [APIC + VERSION], -1
        CHECK e
        mov eax, 1
        cpuid
        test edx, 0x200
        CHECK z
        mov edi, [hits + 4 * 0x20]
        add edi, 3
        sti
.wire:  hlt                             ; without an APIC the 8259s are heard as ever
        cmp [hits + 4 * 0x20], edi
        jb .wire
        cli
        mov al, 0xff
        out 0x21, al
        mov ecx, 0x1b
        xor edx, edx
        mov eax, MOVED | 0x800
        wrmsr
        cmp dword [MOVED + SVR], 0xff
        CHECK e
        cmp dword [APIC + SVR], -1
        CHECK e
        mov eax, 0x200000 | 0x800       ; over RAM
        mov dword [0x200000 + SVR], 0x12345678
        wrmsr
        cmp dword [0x200000 + SVR], 0xff
        CHECK e
        mov eax, APIC | 0x800
        wrmsr
        cmp dword [0x200000 + SVR], 0x12345678
        CHECK e
        mov dword [APIC + SVR], 0x1ff
        sti
        mov dword [APIC + ICR], 0x44041
        COUNTED 0x41, 5

done:   mov esi, text_pass
        xor ebx, ebx
        jmp print
fail:   mov esi, text_fail
        mov ebx, [group]
print:  lodsb
        out 0xe9, al
        cmp al, 10
        jne print
        mov eax, [line]
        mov dx, 0x1a8
        out dx, eax
        mov eax, ebx
        out 0xf4, al
        cli
        hlt

; The number is on the stack. Counts it and ends it, as its kind wants it.
taken:  pushad
        mov eax, [esp + 32]
        inc dword [hits + eax * 4]
        cmp eax, 0x75
        jne .ends
        cmp dword [hits + eax * 4], 3
        jne .ends
        PIN 15, 0
        mov eax, 0x75
.ends:  cmp eax, 32
        jae .irq
        cmp eax, 2
        je .out
        jmp fail
.irq:   cmp eax, 48
        jb .pic
        mov dword [APIC + EOI], 0
        jmp .out
.pic:   mov al, 0x20
        out 0x20, al
.out:   popad
        add esp, 4
        iretd

text_pass: db "PASS", 10
text_fail: db "FAILED", 10
        align 8
gdt:    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   dw 23
        dd gdt
idtr:   dw 2047
        dd idt
image_end:

        absolute image_end
        alignb 16
group:  resd 1
line:   resd 1
hits:   resd 256
idt:    resq 256
stubs:  resb 16 * 256
        resb 4096
stack_top:
bss_end:
