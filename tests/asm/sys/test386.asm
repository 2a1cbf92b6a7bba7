; SPDX-License-Identifier: BSD-2-Clause
;
; What only the supervisor sees: exceptions, segments, paging, privilege, tasks, single steps and
; breakpoints, alignment, virtual-8086 mode. One source, two forms:
;   -DROM        a 64 KB BIOS image, entered at F000:FFF0 in real mode (vitrine --bios)
;   otherwise    a Multiboot kernel at 1 MB (vitrine --kernel)
; The number of each group goes to port 190h, text to port E9h, and to port F4h at the end 0, or the
; number of the group that failed. For any model from the 386 on: what one lacks is left out.
; Governing document: Intel SDM volume 3.
; -DTRACE shows on port E9h how far it came.
;
; Expected: "PASS" on port E9h, FF at port 190h, 0 at port F4h.

%ifdef ROM
BASE    equ 0xf0000
%else
BASE    equ 0x100000
%endif
        org BASE
        cpu 686

; ---- memory map ----
GDT     equ 0x1000              ; copied there: descriptors change
IDT     equ 0x2000
VARS    equ 0x3000
TSS0    equ 0x4000              ; the tests' own task
TSS1    equ 0x5000
TSS2    equ 0x6000
STACK0  equ 0x9000              ; CPL 0, used by the tests
STACKI  equ 0xa000              ; CPL 0, for exceptions from CPL 3 and v86
STACK3  equ 0xb000              ; CPL 3
STACKT  equ 0xc000              ; other tasks
PDIR    equ 0x10000
PTAB    equ 0x11000             ; linear 0..4 MB, identity
PTAB2   equ 0x12000             ; linear 4..8 MB: the pages under test
PHYS    equ 0x20000             ; what they map to
V86     equ 0x30000             ; segment 3000h: code, data and stack of a virtual-8086 program
SCRATCH equ 0x40000

want    equ VARS + 0            ; vector that is expected
wanterr equ VARS + 4            ; its error code, or -1 for none
resume  equ VARS + 8            ; where to go on, or 0: none expected
resesp     equ VARS + 12           ; ESP there
got     equ VARS + 16
goterr  equ VARS + 20
goteip  equ VARS + 24
gotcs   equ VARS + 28
gotfl   equ VARS + 32
gotesp  equ VARS + 36           ; ESP in the handler, the error code taken off
line    equ VARS + 40
group   equ VARS + 44
count   equ VARS + 48           ; #DB seen by the counting handler
steps   equ VARS + 52           ; 1: #DB is counted and returned from
gotdr6  equ VARS + 56
level   equ VARS + 60           ; 3, 4: 386, 486; 5: CPUID, CR4
where   equ VARS + 64           ; EIP of each counted #DB

CODE0   equ 0x08
DATA0   equ 0x10
CODE3   equ 0x18 + 3
DATA3   equ 0x20 + 3
SELT0   equ 0x28
SELT1   equ 0x30
SELT2   equ 0x38
SMALL   equ 0x40                ; data, limit FFFh
RODATA  equ 0x48
DOWN    equ 0x50                ; expand-down, from 2000h on
ABSENT  equ 0x58
XONLY   equ 0x60                ; code that cannot be read
GATE    equ 0x68                ; call gate to CPL 0, two dwords
TGATE   equ 0x70                ; task gate
LDTSEL  equ 0x78
CONF    equ 0x80                ; conforming code, DPL 0
CODE16  equ 0x88
DATA16  equ 0x90                ; data; as a stack it has SP

%ifdef ROM
section .text
%else
        bits 32
        align 4
mb:     dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
        dd mb, BASE, image_end, image_end, start32
%endif

; ---- macros ----
%macro POST 1.nolist
        mov dword [group], %1
        mov al, %1
        mov dx, 0x190
        out dx, al
%ifdef TRACE
        add al, '0'
        out 0xe9, al
%endif
%endmacro

%macro CHECK 1.nolist                  ; CHECK e: fails unless the condition holds
        mov dword [line], __LINE__
        j%+1 %%ok
        jmp fail
%%ok:
%endmacro

%macro FAULT 2.nolist                  ; FAULT vector, error code; the instructions; ENDFAULT
%push trap
        mov dword [want], %1
        mov dword [wanterr], %2
        mov dword [resume], %$after
        mov [resesp], esp
        mov dword [line], __LINE__
%ifdef TRACE
        push eax
        mov al, '.'
        out 0xe9, al
        pop eax
%endif
%endmacro
%macro ENDFAULT 0.nolist
        jmp fail
%$after:
        call check_fault
%pop
%endmacro

%macro FLUSH 1.nolist          ; INVLPG, where there is one
        cmp dword [level], 4
        jae %%new
        mov eax, cr3
        mov cr3, eax
        jmp %%done
%%new:  invlpg [%1]
%%done:
%endmacro

%macro RING3 1.nolist          ; runs a label at CPL 3; comes back by an exception or INT 30h
        push dword DATA3
        push dword STACK3
        push dword 2
        push dword CODE3
        push dword %1
        iretd
%endmacro

; ---- the real-mode part ----
%ifdef ROM
        bits 16
%define R(l) ((l) - $$)
start16:
        cli
        xor ax, ax
        mov ss, ax
        mov sp, 0x7000
        mov ds, ax
        mov es, ax
        cld
        ; came back from the triple fault at the end?
        cmp dword [SCRATCH16], 0x54524950
        jne .fresh
        mov dword [SCRATCH16], 0
        jmp finished16
.fresh: mov al, 1
        mov dx, 0x190
        out dx, al
        ; INT n, #DE and #UD through the table at 0
        mov word [0 * 4], R(real_fault)
        mov word [0 * 4 + 2], 0xf000
        mov word [6 * 4], R(real_fault)
        mov word [6 * 4 + 2], 0xf000
        mov word [0x40 * 4], R(real_int)
        mov word [0x40 * 4 + 2], 0xf000
        mov word [13 * 4], R(real_fault)
        mov word [13 * 4 + 2], 0xf000
        mov bp, R(.div1)
        xor bx, bx
        mov ax, 1
.div:   div bl
        jmp fail16
.div1:  cmp word [0x6ffa - 0x7000 + 0x7000], R(.div)   ; #DE is a fault: IP is the DIV
        jne fail16
        mov bp, R(.ud1)
.ud:    ud2
        jmp fail16
.ud1:   cmp word [0x6ffa], R(.ud)
        jne fail16
        stc
        sti
        mov ax, 0x1234
        int 0x40
        jnc fail16              ; IRET brought the flags back
        pushf
        pop cx
        test cx, 0x200
        jz fail16
        cli
        cmp ax, 0x4321
        jne fail16
        ; a word at FFFFh crosses the limit: #GP in a real-mode data segment
        mov bp, R(.gp1)
        mov si, 0xffff
.gp:    mov ax, [si]
        jmp fail16
.gp1:   cmp word [0x6ffa], R(.gp)
        jne fail16
        ; unreal mode: the limit stays after a visit to protected mode
        lgdt [cs:R(gdtr_rom)]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        mov cx, DATA0
        mov es, cx
        and al, 0xfe
        mov cr0, eax
        mov cx, 0
        mov es, cx
        mov edi, 0x123456
        mov dword [es:edi], 0xdeadbeef
        cmp dword [es:edi], 0xdeadbeef
        jne fail16
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword CODE0:start32

real_fault:                     ; to BP, with the stack as it was
        mov sp, 0x7000
        jmp bp
real_int:
        mov ax, 0x4321
        clc
        cli
        iret
fail16: mov al, 1
        out 0xf4, al
        hlt
finished16:
        mov dx, 0x190
        mov al, 0xff
        out dx, al
        mov si, R(text_pass)
.next:  mov al, [cs:si]
        inc si
        test al, al
        jz .end
        out 0xe9, al
        jmp .next
.end:   xor al, al
        out 0xf4, al
        hlt
SCRATCH16 equ 0x7100
gdtr_rom:
        dw gdt_end - gdt - 1
        dd gdt
%endif

; ---- the protected-mode part ----
        bits 32
start32:
        cli
        cld
%ifndef ROM
        lgdt [gdtr_boot]
        jmp CODE0:.cs
.cs:
%endif
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        mov esp, STACK0
        mov edi, GDT
        mov ecx, 0x1f000 / 4
        xor eax, eax
        rep stosd
        mov esi, gdt
        mov edi, GDT
        mov ecx, gdt_end - gdt
        rep movsb
        lgdt [gdtr]
        ; the IDT: vectors 0..47 to stubs of 16 bytes
        mov edi, IDT
        mov eax, stubs
        mov ecx, 0x31
.gate:  mov [edi], ax
        mov word [edi + 2], CODE0
        mov edx, eax
        mov dx, 0x8e00
        mov [edi + 4], edx
        add eax, 16
        add edi, 8
        loop .gate
        or byte [IDT + 3 * 8 + 5], 0x60     ; INT3, INTO and INT 30h for CPL 3
        or byte [IDT + 4 * 8 + 5], 0x60
        or byte [IDT + 0x30 * 8 + 5], 0x60
        lidt [idtr]
        mov dword [TSS0 + 4], STACKI
        mov dword [TSS0 + 8], DATA0
        mov dword [TSS0 + 0x66], 0xffff0068
        mov ax, SELT0
        ltr ax
        mov eax, cr0
        or eax, 0x20                        ; NE
        mov cr0, eax

        ; which model? AC sticks from the 486 on, ID where there is CPUID
        mov dword [level], 3
        push dword 0x240002
        popfd
        pushfd
        pop eax
        push dword 2
        popfd
        test eax, 0x40000
        jz .known
        inc dword [level]
        test eax, 0x200000
        jz .known
        inc dword [level]
.known:

; ---- exceptions ----
        POST 2
        xor ecx, ecx
        FAULT 0, -1
.de:    div ecx
        ENDFAULT
        cmp dword [goteip], .de
        CHECK e
        FAULT 6, -1
.ud:    ud2
        ENDFAULT
        cmp dword [goteip], .ud
        CHECK e
        test dword [gotfl], 0x10000         ; a fault pushes RF set
        CHECK nz
        FAULT 3, -1
        int3
.bp:    ENDFAULT
        cmp dword [goteip], .bp
        CHECK e
        test dword [gotfl], 0x10000
        CHECK z
        mov al, 0x7f
        inc al
        FAULT 4, -1
        into
        ENDFAULT
        mov dword [SCRATCH], 5
        mov dword [SCRATCH + 4], 9
        mov eax, 9
        bound eax, [SCRATCH]
        mov eax, 4
        FAULT 5, -1
        bound eax, [SCRATCH]
        ENDFAULT
        FAULT 13, 0x33 * 8 + 2              ; beyond the IDT
        int 0x33
        ENDFAULT
        FAULT 6, -1
        db 0xf0, 0x90                       ; LOCK NOP
        ENDFAULT
        FAULT 13, 0                         ; sixteen bytes
        times 15 db 0x66
        nop
        ENDFAULT
        smsw ax
        or al, 8                            ; TS
        lmsw ax
        FAULT 7, -1
        fnop
        ENDFAULT
        clts

; ---- segments ----
        POST 3
        mov ax, SMALL
        mov fs, ax
        mov al, [fs:0xfff]
        FAULT 13, 0
        mov al, [fs:0x1000]
        ENDFAULT
        FAULT 13, 0
        mov ax, [fs:0xfff]
        ENDFAULT
        mov ax, DOWN
        mov fs, ax
        mov al, [fs:0x2000]
        FAULT 13, 0
        mov al, [fs:0x1fff]
        ENDFAULT
        mov ax, RODATA
        mov fs, ax
        mov al, [fs:0]
        FAULT 13, 0
        mov [fs:0], al
        ENDFAULT
        xor ax, ax
        mov fs, ax
        FAULT 13, 0
        mov al, [fs:0]
        ENDFAULT
        mov ax, ABSENT
        FAULT 11, ABSENT
        mov fs, ax
        ENDFAULT
        FAULT 12, ABSENT
        mov ss, ax
        ENDFAULT
        FAULT 13, 0
        xor ax, ax
        mov ss, ax
        ENDFAULT
        FAULT 13, RODATA
        mov ax, RODATA
        mov ss, ax
        ENDFAULT
        FAULT 13, XONLY
        mov ax, XONLY
        mov fs, ax
        ENDFAULT
        FAULT 13, 0x1000                    ; beyond the GDT
        mov ax, 0x1000
        mov fs, ax
        ENDFAULT
        FAULT 13, 0
        mov al, 1
        mov [cs:SCRATCH], al
        ENDFAULT
        FAULT 13, DATA0
        jmp DATA0:0
        ENDFAULT
        FAULT 13, 0
        jmp 0:0
        ENDFAULT
        mov ax, SMALL
        mov gs, ax
        mov ax, DATA0
        mov fs, ax
        lar eax, [.sel]
        CHECK z
        lsl ecx, [.sel]
        CHECK z
        cmp ecx, 0xfff
        CHECK e
        verw [.sel]
        CHECK z
        mov ax, RODATA
        verw ax
        CHECK nz
        verr ax
        CHECK z
        mov ax, XONLY
        verr ax
        CHECK nz
        mov ax, 0x13
        mov bx, 1
        arpl bx, ax
        CHECK z
        cmp bx, 3
        CHECK e
        ; a 16-bit stack: SP wraps, but ENTER's frame pointer is all of ESP
        mov ax, DATA16
        mov ss, ax
        mov esp, SCRATCH + 0x7004           ; the stack is at 7004h
        mov ebp, 0x12342000
        enter 16, 1
        cmp ebp, SCRATCH + 0x7000
        CHECK e
        cmp esp, SCRATCH + 0x6fec
        CHECK e
        mov eax, DATA0
        mov ss, ax
        cmp dword [0x7000], 0x12342000
        CHECK e
        cmp dword [0x6ffc], SCRATCH + 0x7000
        CHECK e
        mov esp, STACK0
        jmp paging
.sel:   dd SMALL

%include "sys/paging.mac"
%include "sys/tasks.mac"
%include "sys/debug.mac"

; ---- virtual-8086 mode ----
%macro VM 2.nolist                     ; VM label, flags: runs 16-bit code of the V86 page
        push dword 0x3000       ; GS FS DS ES SS ESP EFLAGS CS EIP
        push dword 0x3000
        push dword 0x3000
        push dword 0x3000
        push dword 0x3000
        push dword 0x1000
        push dword 0x20002 | (%2)
        push dword 0x3000
        push dword %1 - v86_code
        iretd
%endmacro

virtual86:
        POST 8
        mov esi, v86_code
        mov edi, V86
        mov ecx, v86_end - v86_code
        rep movsb
        FAULT 13, 0                         ; IOPL 0: CLI and INT n are the monitor's
        VM vm_cli, 0
        ENDFAULT
        test dword [gotfl], 0x20000
        CHECK nz
        cmp dword [gotcs], 0x3000
        CHECK e
        cmp dword [gotesp], STACKI - 36
        CHECK e
        FAULT 13, 0
        VM vm_int, 0
        ENDFAULT
        FAULT 13, 0
        VM vm_pushf, 0
        ENDFAULT
        FAULT 0x30, -1                      ; IOPL 3: INT n goes through the IDT
        VM vm_int, 0x3000
        ENDFAULT
        FAULT 13, 0
        VM vm_hlt, 0x3000
        ENDFAULT
        FAULT 6, -1
        VM vm_sldt, 0x3000
        ENDFAULT
        FAULT 0, -1
        VM vm_div, 0
        ENDFAULT
        cmp dword [level], 5
        jb group_tasks
        ; VME: VIF in the place of IF, and INT n by the redirection map
        mov eax, cr4
        or al, 1
        mov cr4, eax
        mov word [TSS0 + 0x66], 0x88        ; I/O map; 32 bytes before it the redirection map
        mov edi, TSS0 + 0x68
        mov ecx, 8
        xor eax, eax
        rep stosd                           ; all to the program's own table
        mov byte [TSS0 + 0x88], 0xff
        mov byte [GDT + SELT0], 0x88        ; the limit
        mov byte [GDT + SELT0 + 5], 0x89
        mov ax, SELT0
        ltr ax
        mov word [0x41 * 4], vm_handler - v86_code
        mov word [0x41 * 4 + 2], 0x3000
        FAULT 13, 0                         ; ends in HLT
        VM vm_vme, 0x80200                  ; VIF
        ENDFAULT
        cmp byte [V86 + vm_seen - v86_code], 0x77
        CHECK e
        test dword [gotfl], 0x80000         ; CLI cleared VIF
        CHECK z
        test dword [gotfl], 0x200           ; and left IF
        CHECK nz
        FAULT 13, 0                         ; STI with VIP
        VM vm_sti, 0x100200
        ENDFAULT
        cmp dword [goteip], vm_sti - v86_code
        CHECK e
        mov eax, cr4
        and al, 0xfe
        mov cr4, eax
        jmp group_tasks

        bits 16
v86_code:
vm_cli: cli
vm_int: int 0x30
vm_pushf: pushf
vm_hlt: hlt
vm_sldt: sldt ax
vm_div: xor cx, cx
        div cx
vm_vme: int 0x41
        cli
        pushf
        pop ax
        test ah, 2                          ; the image shows VIF as IF
        jnz vm_sldt
        hlt
vm_sti: sti
        hlt
vm_handler:
        mov byte [vm_seen - v86_code], 0x77
        iret
vm_seen: db 0
v86_end:
        bits 32

%include "sys/groups.mac"

; ---- faults within faults ----
doubles:
        POST 9
        ; #GP whose gate is absent: #NP on top of it is a double fault
        and byte [IDT + 13 * 8 + 5], 0x7f
        FAULT 8, 0
        mov ax, 0xfff8
        mov fs, ax
        ENDFAULT
        or byte [IDT + 13 * 8 + 5], 0x80
        ; #UD whose gate is absent: only #NP
        and byte [IDT + 6 * 8 + 5], 0x7f
        FAULT 11, 6 * 8 + 2 + 1
        ud2
        ENDFAULT
        or byte [IDT + 6 * 8 + 5], 0x80
        ; a page fault that cannot be pushed
        mov dword [PTAB2], 0
        mov eax, cr3
        mov cr3, eax
        mov word [IDT + 8 * 8 + 2], SELT1   ; #DF through a task gate: the stack is gone
        mov byte [IDT + 8 * 8 + 5], 0x85
        mov edi, TSS1
        mov esi, .task
        call make_task
        mov byte [GDT + SELT1 + 5], 0x89
        mov esp, 0x400800
        mov al, [0x400000]
        jmp fail
.task:  pop eax
        test eax, eax
        CHECK z
        mov esp, STACK0
%ifdef ROM
        ; three: the processor resets and comes back in start16
        mov dword [SCRATCH16], 0x54524950
        mov dword [PDIR + 4], PTAB2 + 7
        mov word [idtr3 - idtr3 + SCRATCH], 0
        mov dword [SCRATCH + 2], 0
        lidt [SCRATCH]
        ud2
        jmp fail
%endif
        mov esi, text_pass
        call print
        mov dx, 0x190
        mov al, 0xff
        out dx, al
        xor al, al
        out 0xf4, al
        hlt
idtr3:

; ---- what the tests call ----
check_fault:
        mov eax, [want]
        cmp eax, [got]
        jne fail
        mov eax, [wanterr]
        cmp eax, [goterr]
        jne fail
        ret

fail:   mov ax, DATA0
        mov ds, ax
        mov ss, ax
        mov esp, STACK0
        mov esi, text_fail
        call print
        mov eax, [group]
        call hex
        mov eax, [line]
        call hex
        mov eax, [want]
        call hex
        mov eax, [wanterr]
        call hex
        mov eax, [got]
        call hex
        mov eax, [goterr]
        call hex
        mov eax, [goteip]
        call hex
        mov eax, [gotfl]
        call hex
        mov eax, [count]
        call hex
        mov al, 10
        out 0xe9, al
        mov al, [group]
        out 0xf4, al
        hlt

print:  mov al, [cs:esi]
        inc esi
        test al, al
        jz .end
        out 0xe9, al
        jmp print
.end:   ret

hex:    mov ecx, 8
        mov ebx, eax
.digit: rol ebx, 4
        mov al, bl
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        out 0xe9, al
        loop .digit
        mov al, ' '
        out 0xe9, al
        ret

; ---- exceptions: 16 bytes for each vector ----
        align 16
stubs:
%assign v 0
%rep 0x31
        align 16
%if v == 8 || (v >= 10 && v <= 14) || v == 17
        nop
        nop
%else
        push byte -1
%endif
        push byte v
        jmp near common_stub
%assign v v + 1
%endrep

; Stack: vector, error code or -1, EIP, CS, EFLAGS, ...
common_stub: push eax
        push ds
        mov eax, DATA0
        mov ds, ax
        cmp dword [steps], 0
        je .one
        cmp dword [esp + 8], 1
        jne .one
        push ebx
        mov ebx, [count]
        mov eax, [esp + 20]
        cmp ebx, 32
        jae .full
        mov [where + ebx * 4], eax
.full:  inc dword [count]
        mov eax, dr6
        mov [gotdr6], eax
        pop ebx
        ; an instruction breakpoint is a fault: RF for the way back
        test al, 1
        jz .back
        or dword [esp + 24], 0x10000
.back:  pop ds
        pop eax
        add esp, 8
        iretd
.one:   mov eax, [esp + 8]
        mov [got], eax
        mov eax, [esp + 12]
        mov [goterr], eax
        mov eax, [esp + 16]
        mov [goteip], eax
        mov eax, [esp + 20]
        and eax, 0xffff
        mov [gotcs], eax
        mov eax, [esp + 24]
        mov [gotfl], eax
        lea eax, [esp + 16]
        mov [gotesp], eax
        mov eax, [esp + 4]
        push eax
        mov ax, DATA0
        mov es, ax
        pop eax
        cmp dword [resume], 0
        je fail
        mov esp, [resesp]
        push dword [resume]
        mov dword [resume], 0
        ret

; ---- tables ----
        align 8
gdt:    dq 0
        dq 0x00cf9b000000ffff           ; 08 code 0
        dq 0x00cf93000000ffff           ; 10 data 0
        dq 0x00cffb000000ffff           ; 18 code 3
        dq 0x00cff3000000ffff           ; 20 data 3
        dq 0x0000890000000067 | (TSS0 << 16)
        dq 0x0000890000000067 | (TSS1 << 16)
        dq 0x0000890000000067 | (TSS2 << 16)
        dq 0x0040930000000fff           ; 40 limit FFFh
        dq 0x00cf91000000ffff           ; 48 read-only
        dq 0x0040970000001fff           ; 50 expand-down
        dq 0x00cf13000000ffff           ; 58 not present
        dq 0x00cf99000000ffff           ; 60 execute-only
        dw gate_entry - BASE + (BASE & 0xffff), CODE0, 0xec02, BASE >> 16
        dw 0, SELT1, 0x8500, 0          ; 70 task gate
        dq 0x0000820000000000           ; 78 LDT
        dq 0x00cf9f000000ffff           ; 80 conforming
        dq 0x00009b000000ffff           ; 88 16-bit code
        dq 0x008f93000000ffff           ; 90 data for a 16-bit stack
        dq 0, 0, 0                      ; 98 A0 A8: groups.mac
gdt_end:
gdtr:   dw gdt_end - gdt - 1
        dd GDT
gdtr_boot:
        dw gdt_end - gdt - 1
        dd gdt
idtr:   dw 0x31 * 8 - 1
        dd IDT
text_pass: db "PASS", 10, 0
text_fail: db "FAIL group, line, wanted vector and code, got vector, code, EIP, EFLAGS, count: ", 0

%ifdef ROM
        times 0xfff0 - ($ - $$) db 0xff
        bits 16
        jmp 0xf000:R(start16)
        times 0x10000 - ($ - $$) db 0
%endif
image_end:
