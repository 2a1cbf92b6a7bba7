; SPDX-License-Identifier: BSD-2-Clause
; boot sector: on a CD that pretends to be a floppy disk, or with -DHARD a hard disk. El Torito Bootable CD-ROM Format
; Specification 1.0, section 5.
%include "harness.asm"
%ifdef HARD
DRIVE   equ 0x80
MEDIA   equ 4
%else
DRIVE   equ 0
MEDIA   equ 2
%endif

main:   cmp byte [drive], DRIVE
        EXPECT e, "the drive's number"
        mov ax, 0x4b01
        mov dl, DRIVE
        mov si, packet
        int 0x13
        EXPECT nc, "13/4B01 status"
        mov al, [packet + 1]
        and al, 15
        cmp al, MEDIA
        EXPECT e, "13/4B01 media"
        cmp byte [packet + 2], DRIVE
        EXPECT e, "13/4B01 drive"
%ifndef SEABIOS
        mov ax, 0x4d00
        mov si, command
        int 0x13
        EXPECT nc, "13/4D00 the catalog"
        cmp word [0xa000 + 30], 0xaa55
        EXPECT e, "13/4D00 is one"
        mov eax, [0xa000 + 0x28]
        cmp eax, [packet + 4]
        EXPECT e, "13/4D00 where the image is"
%endif
        mov ah, 8
        mov dl, DRIVE
        int 0x13
        EXPECT nc, "13/08 parameters"
        push 0
        pop es
        cmp dh, 1
        EXPECT e, "13/08 two heads"
        and cl, 63
        cmp cl, 18
        EXPECT e, "13/08 eighteen sectors"
%ifndef SEABIOS                                 ; which keeps one back
        cmp ch, 79
        EXPECT e, "13/08 eighty cylinders"
%endif
        mov ax, 0x0203                          ; across CD blocks, which hold four sectors
        mov cx, 0x0002
        mov dx, 0x0100 | DRIVE
        mov bx, 0xa000
        int 0x13
        EXPECT nc, "13/02 reads"
        cmp dword [0xa000], 19
        EXPECT e, "13/02 the right sector"
        cmp dword [0xa000 + 1024], 21
        EXPECT e, "13/02 the right third sector"
        mov ax, 0x0301
        mov cx, 0x0002
        mov dx, 0x0100 | DRIVE
        mov bx, 0xa000
        int 0x13
        EXPECT c, "13/03 cannot write"
        mov ah, 1
        mov dl, DRIVE
        int 0x13
        cmp ah, 3
        EXPECT e, "13/01 says why"
        mov ah, 0x15
        mov dl, DRIVE
        int 0x13
        EXPECT nc, "13/15 type"
%ifdef HARD
        cmp ah, 3
        EXPECT e, "13/15 a hard disk"
        cmp word [0x475], 0x0001
        EXPECT ae, "40:75 a hard disk"
%else
        cmp ah, 1
        EXPECT ae, "13/15 a floppy"
        mov ah, 8
        mov dl, DRIVE
        int 0x13
        cmp byte [es:di + 4], 18
        EXPECT e, "13/08 its table"
        push 0
        pop es
%endif
%ifndef HARD
        int 0x11                                ; the real drive is the second one now
        and al, 0xc1
        cmp al, 0x41
        EXPECT e, "INT 11 two floppy drives"
        mov ah, 8
        mov dl, 1
        int 0x13
        cmp dl, 2
        EXPECT e, "13/08 two drives, says the second"
        push 0
        pop es
        mov ah, 0x15
        mov dl, 1
        int 0x13
        cmp ah, 1                               ; SeaBIOS says that it has no change line
        EXPECT ae, "13/15 the second"
        cmp dl, 1
        EXPECT e, "13/15 keeps the number"
        mov ax, 0x0201
        mov cx, 0x0001
        mov dx, 0x0001
        mov bx, 0xa000
        int 0x13
        EXPECT nc, "13/02 reads from the second"
        cmp dword [0xa000], "real"
        EXPECT e, "13/02 what is there"
%endif
%ifndef SEABIOS                                 ; which has no EDD for it
%ifdef HARD
        cmp dx, 2880
        EXPECT e, "13/15 sectors"
        mov ah, 0x41
        mov bx, 0x55aa
        mov dl, DRIVE
        int 0x13
        EXPECT nc, "13/41 EDD"
        mov ah, 0x48
        mov dl, DRIVE
        mov si, parameters
        int 0x13
        EXPECT nc, "13/48 parameters"
        cmp dword [parameters + 16], 2880
        EXPECT e, "13/48 sectors"
        cmp word [parameters + 24], 512
        EXPECT e, "13/48 of 512 bytes"
        mov dword [0xa000], 0
        mov ah, 0x42
        mov dl, DRIVE
        mov si, dap
        int 0x13
        EXPECT nc, "13/42 reads"
        cmp dword [0xa000], 21
        EXPECT e, "13/42 the sector"
        mov ah, 0x44
        mov dl, DRIVE
        mov si, dap
        int 0x13
        EXPECT nc, "13/44 verifies"
        mov dword [dap + 8], 2880
        mov ah, 0x42
        mov dl, DRIVE
        mov si, dap
        int 0x13
        EXPECT c, "13/42 not behind the end"
        mov ah, 0x10
        mov dl, DRIVE
        int 0x13
        EXPECT nc, "13/10 ready"
%else
        mov ah, 0x16
        mov dl, DRIVE
        int 0x13
        EXPECT nc, "13/16 never changed"
        mov ah, 0x41
        mov bx, 0x55aa
        mov dl, DRIVE
        int 0x13
        EXPECT c, "13/41 no EDD"
%endif
%endif
        mov ax, 0x4b00
        mov dl, DRIVE
        mov si, packet
        int 0x13
        EXPECT nc, "13/4B00 ends it"
%ifndef SEABIOS
        int 0x11
        and al, 0xc1
        cmp al, 0x01
        EXPECT e, "INT 11 one floppy drive again"
        mov ax, 0x0201
        mov cx, 0x0001
        mov dx, 0x0000
        mov bx, 0xa000
        int 0x13
        EXPECT nc, "13/02 reads from the first"
        cmp dword [0xa000], "real"
        EXPECT e, "13/02 the real one"
        mov ax, 0x4a00                          ; what it was, once more
        mov si, packet
        int 0x13
        EXPECT nc, "13/4A00 pretends again"
        mov ax, 0x0201
        mov cx, 0x0002
        mov dx, 0x0100 | DRIVE
        mov bx, 0xa000
        int 0x13
        EXPECT nc, "13/02 reads"
        cmp dword [0xa000], 19
        EXPECT e, "13/02 the right sector"
        mov byte [packet + 3], 0                ; where there is no CD drive
        mov ax, 0x4a00
        mov si, packet
        int 0x13
        EXPECT c, "13/4A00 not from a disk"
        mov byte [packet + 3], 1
        cmp byte [failures], 0
        jne .done
        inc word [0x4f0]                        ; survives, and begins as 0
        cmp word [0x4f0], 2
        je .done
        mov ax, 0x4c00
        mov si, packet
        int 0x13
        cmp al, al
        EXPECT ne, "13/4C00 boots it"
%endif
.done:  ret
command: db 8, 1
        dw 0xa000, 0, 0
packet: times 19 db 0
parameters:
        dw 26
        times 24 db 0
dap:    db 16, 0
        dw 1, 0xa000, 0
        dq 21
        times 18 * 512 - ($ - $$) db 0
%assign sector 18
%rep 36
        dd sector
        times 508 db 0
%assign sector sector + 1
%endrep
