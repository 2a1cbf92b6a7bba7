; SPDX-License-Identifier: BSD-2-Clause
; boot sector: INT 13h with a hard disk of 32 MB (80h) and a CD (our firmware's E0h): geometry, sectors both ways, EDD.
; The first dword of each of its first sectors has its number. Phoenix Enhanced Disk Drive Specification 3.0.
%include "harness.asm"
%include "pm.asm"

CYLINDERS equ 65
SECTORS   equ CYLINDERS * 16 * 63

main:   call parameters
        call chs
        call edd
        call edd_parameters
        call high_memory
        call tables
        call setup
%ifndef SEABIOS
        call cd
%endif
        ret

; What an AT's set-up program leaves in the clock chip's RAM: types, geometry of type 47, and the sum.
setup:  mov al, 0x12
        call cmos
        cmp al, 0xf0
        EXPECT e, "CMOS 12 a disk of type 16 and up, one only"
        mov al, 0x19
        call cmos
        cmp al, 47
        EXPECT e, "CMOS 19 of type 47"
        mov al, 0x1b
        call cmos
        cmp al, CYLINDERS
        EXPECT e, "CMOS 1B cylinders"
        mov al, 0x1d
        call cmos
        cmp al, 16
        EXPECT e, "CMOS 1D heads"
        mov al, 0x23
        call cmos
        cmp al, 63
        EXPECT e, "CMOS 23 sectors"
        mov al, 0x10
        call cmos
        cmp al, 0x40
        EXPECT e, "CMOS 10 a floppy drive of 1.44 MB"
        mov al, 0x14
        call cmos
        test al, 0x04
        EXPECT nz, "CMOS 14 a mouse"
        mov cl, 0x10
        xor dx, dx
        xor ah, ah
.sum:   mov al, cl
        call cmos
        add dx, ax
        inc cl
        cmp cl, 0x2d
        jbe .sum
        mov al, 0x2f
        call cmos
        sub dl, al
        mov al, 0x2e
        call cmos
        sbb dh, 0
        sub dh, al
        or dl, dh
        EXPECT z, "CMOS 2E adds up"
        ret
; AL: its byte
cmos:   out 0x70, al
        in al, 0x71
        ret

parameters:
        push ds
        push 0x40
        pop ds
        cmp byte [0x75], 1
        pop ds
        EXPECT e, "40:75 one hard disk"
        mov ah, 8
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/08 parameters"
        cmp dl, 1
        EXPECT e, "13/08 one drive"
        cmp dh, 15
        EXPECT e, "13/08 16 heads"
        mov al, cl
        and al, 63
        cmp al, 63
        EXPECT e, "13/08 63 sectors"
        cmp ch, CYLINDERS - 3
        EXPECT ae, "13/08 cylinders"
        push 0
        pop es
        mov ah, 0x15
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/15 type"
        cmp ah, 3
        EXPECT e, "13/15 a hard disk"
        mov ah, 0x0d
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/0D resets"
        mov ah, 8
        mov dl, 0x81
        int 0x13
        EXPECT c, "13/08 no second disk"
        push 0
        pop es
        ret

chs:    mov ax, 0x0202
        mov bx, buffer
        mov cx, 0x0005
        mov dx, 0x0180                          ; sector 63 + 4
        int 0x13
        EXPECT nc, "13/02 reads"
        cmp dword [buffer], 67
        EXPECT e, "13/02 the first sector"
        cmp dword [buffer + 512], 68
        EXPECT e, "13/02 the second"
        mov ax, 0x0201
        mov bx, buffer
        mov cx, 0x003f
        mov dx, 0x1080                          ; head 16
        int 0x13
        EXPECT c, "13/02 no such head"
        mov ah, 1
        mov dl, 0x80
        int 0x13
        cmp ah, 0
        EXPECT ne, "13/01 remembers"
        mov dword [buffer], 0x12345678
        mov ax, 0x0301
        mov bx, buffer
        mov cx, 0x0009
        mov dx, 0x0080
        int 0x13
        EXPECT nc, "13/03 writes"
        mov dword [buffer], 0
        mov ax, 0x0201
        mov bx, buffer
        mov cx, 0x0009
        mov dx, 0x0080
        int 0x13
        cmp dword [buffer], 0x12345678
        EXPECT e, "13/03 and it is there"
        mov ax, 0x0404
        mov cx, 1
        mov dx, 0x0080
        int 0x13
        EXPECT nc, "13/04 verifies"
        mov ah, 0x10
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/10 ready"
        ret

packet_reset:
        mov dword [packet], 0x00010010
        mov word [packet + 4], buffer
        mov word [packet + 6], 0
        mov dword [packet + 8], 100
        mov dword [packet + 12], 0
        mov si, packet
        mov dl, 0x80
        ret

edd:    mov ah, 0x41
        mov bx, 0x55aa
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/41 there is EDD"
        cmp bx, 0xaa55
        EXPECT e, "13/41 signature"
        cmp ah, 0x30
        EXPECT e, "13/41 version 3.0"
        and cl, 5
        cmp cl, 5
        EXPECT e, "13/41 access and parameters"
        call packet_reset
        mov ah, 0x42
        int 0x13
        EXPECT nc, "13/42 reads"
        cmp dword [buffer], 100
        EXPECT e, "13/42 the sector"
        call packet_reset
        mov dword [packet + 8], 101
        mov dword [buffer], 0x5a5a1234
        mov ax, 0x4300
        int 0x13
        EXPECT nc, "13/43 writes"
        mov dword [buffer], 0
        mov ah, 0x42
        int 0x13
        cmp dword [buffer], 0x5a5a1234
        EXPECT e, "13/43 and it is there"
        mov ah, 0x44
        int 0x13
        EXPECT nc, "13/44 verifies"
        mov ah, 0x47
        int 0x13
        EXPECT nc, "13/47 seeks"
        call packet_reset
        mov dword [packet + 8], SECTORS
        mov ah, 0x42
        int 0x13
        EXPECT c, "13/42 not behind the end"
        call packet_reset
        mov dword [packet + 12], 1
        mov ah, 0x42
        int 0x13
        EXPECT c, "13/42 not at 2 TB"
        ret

edd_parameters:
        mov word [buffer], 26
        mov dword [buffer + 26], 0x77777777
        mov ah, 0x48
        mov si, buffer
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/48 parameters"
        cmp dword [buffer + 16], SECTORS
        EXPECT e, "13/48 sectors"
        cmp word [buffer + 24], 512
        EXPECT e, "13/48 of 512 bytes"
        cmp dword [buffer + 26], 0x77777777
        EXPECT e, "13/48 no more than asked for"
        cmp dword [buffer + 8], 16
        EXPECT e, "13/48 16 heads"
        mov word [buffer], 66
        mov ah, 0x48
        mov si, buffer
        mov dl, 0x80
        int 0x13
        EXPECT nc, "13/48 EDD 3.0"
        cmp word [buffer], 66
%ifndef SEABIOS
        EXPECT e, "13/48 its size"
%endif
        cmp word [buffer + 30], 0xbedd
        EXPECT e, "13/48 key"
        cmp dword [buffer + 40], "ATA "
        EXPECT e, "13/48 ATA"
        cmp dword [buffer + 36], "PCI "
        EXPECT e, "13/48 on PCI"
        mov si, buffer + 30
        mov cx, 36
        call sum
        EXPECT e, "13/48 the path adds up"
        cmp dword [buffer + 48], 0x00010100
        EXPECT e, "13/48 at 00:01.1"
        les di, [buffer + 26]
        cmp dword [es:di], 0x03f601f0
        EXPECT e, "DPTE ports"
        test byte [es:di + 4], 0x40
        EXPECT nz, "DPTE LBA"
        cmp byte [es:di + 6], 14
        EXPECT e, "DPTE interrupt"
        mov si, di
        push ds
        push es
        pop ds
        mov cx, 16
        call sum
        pop ds
        EXPECT e, "DPTE adds up"
        push 0
        pop es
        mov word [buffer], 10
        mov ah, 0x48
        mov si, buffer
        mov dl, 0x80
        int 0x13
        EXPECT c, "13/48 too small"
        ret
sum:    xor al, al
.next:  add al, [si]
        inc si
        loop .next
        test al, al
        ret

; A flat address behind the packet
high_memory:
%ifndef SEABIOS
        call packet_reset
        mov dword [packet], 0x00020018
        mov dword [packet + 4], 0xffffffff
        mov dword [packet + 16], 0x00200000
        mov dword [packet + 20], 0
        mov ah, 0x42
        int 0x13
        EXPECT nc, "13/42 to a flat address"
        PM32
        mov eax, [0x200000]
        mov edx, [0x200200]
        REAL
        sti
        cmp eax, 100
        EXPECT e, "13/42 the sector is there"
        cmp edx, 0x5a5a1234
        EXPECT e, "13/42 and the next"
%endif
        ret

tables: les di, [0x41 * 4]
        mov al, [es:di + 2]
        cmp al, 16
        EXPECT e, "INT 41h heads"
        mov ax, [es:di]
        cmp ax, CYLINDERS - 2
        EXPECT ae, "INT 41h cylinders"
        push 0
        pop es
        ret

cd:     mov ah, 0x41
        mov bx, 0x55aa
        mov dl, 0xe0
        int 0x13
        EXPECT nc, "13/41 the CD"
        mov word [buffer], 26
        mov ah, 0x48
        mov si, buffer
        mov dl, 0xe0
        int 0x13
        EXPECT nc, "13/48 the CD"
        cmp word [buffer + 24], 2048
        EXPECT e, "13/48 blocks of 2048"
        call packet_reset
        mov dl, 0xe0
        mov dword [packet + 8], 16
        mov ah, 0x42
        int 0x13
        EXPECT nc, "13/42 the CD"
        cmp dword [buffer + 1], "CD00"
        EXPECT e, "13/42 a volume descriptor"
        mov ax, 0x4500
        mov dl, 0xe0
        int 0x13
        EXPECT nc, "13/45 locks"
        mov ax, 0x4502
        mov dl, 0xe0
        int 0x13
        cmp al, 1
        EXPECT e, "13/45 locked"
        mov ax, 0x4501
        mov dl, 0xe0
        int 0x13
        EXPECT nc, "13/45 unlocks"
        mov ah, 0x43
        mov dl, 0xe0
        mov si, packet
        int 0x13
        EXPECT c, "13/43 not to a CD"
        ret

        align 4
packet: times 24 db 0
buffer: times 2048 + 64 db 0
