; SPDX-License-Identifier: BSD-2-Clause
; A Multiboot kernel that checks what it is given: registers, command line, memory, two modules. By -DELF an ELF file, else an
; image with addresses in its header. Reports on port E9h, "READY" on COM1, ends by port F4h: 0 when all is well.
; Multiboot Specification 0.6.96, section 3.
BASE    equ 0x200000
        bits 32
        org BASE
%ifdef ELF
        db 0x7f, "ELF", 1, 1, 1, 0              ; System V ABI, chapter 4: a file header, one segment
        dq 0
        dw 2, 3
        dd 1, start, 52, 0, 0
        dw 52, 32, 1, 0, 0, 0
        dd 1, 0, BASE, BASE, image_end - BASE, bss_end - BASE, 7, 4096
FLAGS   equ 0x00000003
%else
FLAGS   equ 0x00010003
%endif
        align 4
header: dd 0x1badb002, FLAGS, -(0x1badb002 + FLAGS)
%ifndef ELF
        dd header, BASE, image_end, bss_end, start
%endif

%macro WANT 2                                   ; condition, what
        j%1 %%ok
        mov esi, %%text
        jmp fail
%%text: db "FAILED: ", %2, 10, 0
%%ok:
%endmacro

start:  mov esp, stack_top
        cmp eax, 0x2badb002
        WANT e, "magic"
        mov ebp, ebx
        pushfd
        pop eax
        test ah, 2
        WANT z, "interrupts off"
        mov eax, cr0
        and eax, 0x80000001
        cmp eax, 1
        WANT e, "protected, not paged"
        mov ecx, (stack - bss) / 4              ; zeroed
        mov edi, bss
        xor eax, eax
        cld
        repe scasd
        WANT e, "bss"
        call inspect
        mov esi, ready
.full:  mov dx, 0x3fd
        in al, dx
        test al, 0x20
        jz .full
        mov dx, 0x3f8
        lodsb
        out dx, al
        cmp al, 10
        jne .full
.wait:  mov ecx, 60000000                       ; time for a snapshot
.spin:  dec ecx
        jnz .spin
        call inspect
        mov esi, passed
        call print
        xor eax, eax
        jmp exit

inspect:
        mov eax, [ebp]
        not eax
        test eax, 0x4d                          ; memory, command line, modules, memory map
        WANT z, "flags"
        cmp dword [ebp + 4], 600
        WANT ae, "lower memory"
        cmp dword [ebp + 8], 31 << 10           ; with --memory 32M
        WANT be, "upper memory, high"
        cmp dword [ebp + 8], 30 << 10
        WANT ae, "upper memory, low"
        mov esi, [ebp + 16]
.end:   lodsb                                   ; the line ends in what was given; a path may stand before it
        test al, al
        jnz .end
        sub esi, line_end - line
        mov edi, line
        mov ecx, line_end - line
        repe cmpsb
        WANT e, "command line"
        cmp dword [ebp + 20], 2
        WANT e, "two modules"
        mov edx, [ebp + 24]
        mov esi, [edx]
        mov eax, [edx + 4]
        sub eax, esi
        cmp eax, 6
        WANT e, "size of the first module"
        test esi, 0xfff
        WANT z, "alignment of the first module"
        cmp dword [esi], "firs"
        WANT e, "first module"
        mov esi, [edx + 16]
        test esi, 0xfff
        WANT z, "alignment of the second module"
        cmp dword [esi], "seco"
        WANT e, "second module"
        mov esi, [edx + 8]
.arg:   lodsb
        test al, al
        jnz .arg
        cmp dword [esi - 5], "-opt"
        WANT e, "the first module's string"
        mov edx, [ebp + 48]                     ; the memory map has RAM at 1 MB
        mov ecx, [ebp + 44]
        add ecx, edx
.map:   cmp edx, ecx
        WANT b, "memory map: RAM at 1 MB"
        mov eax, [edx]
        cmp dword [edx + 4], 0x100000
        lea edx, [edx + eax + 4]
        jne .map
        ret

fail:   call print
        mov al, 1
exit:   mov dx, 0xf4
        out dx, al
        hlt
print:  lodsb
        test al, al
        jz .done
        out 0xe9, al
        jmp print
.done:  ret

ready:  db "READY", 10
passed: db "PASSED", 10, 0
line:   db "one two=3", 0
line_end:
        align 16
image_end:
        absolute $
bss:    resb 8192
stack:  resb 4096
stack_top:
bss_end:
