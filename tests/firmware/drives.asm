; SPDX-License-Identifier: BSD-2-Clause
; boot sector: INT 13h beyond reading and writing: what is refused and how, what moves no data, drives that are locked,
; ejected, changed; a disk of 360 KB in a drive of 1.2 MB (drive 1). With PROTECTED: media that cannot be written.
; IBM PS/2 and PC BIOS Interface Technical Reference; Phoenix Enhanced Disk Drive Specification 3.0.
%include "harness.asm"

CYLINDERS equ 65
SECTORS   equ CYLINDERS * 16 * 63

; GIVES AX, CX, DX, AH afterwards (0 with carry clear, all others with carry set), "name"
%macro GIVES 5-*
        mov bx, buffer
        mov ax, %1
        mov cx, %2
        mov dx, %3
        call gives
        cmp ah, %4
        EXPECT e, {%{5:-1}}
%endmacro
gives:  push es
        int 0x13
        pop es
        sti
        jc .error
        cmp ah, 0
        je .done
        mov ah, 0xff                            ; a status without carry
        ret
.error: cmp ah, 0
        jne .done
        mov ah, 0xfe
.done:  ret

packet_reset:
        mov dword [packet], 0x00010010
        mov word [packet + 4], buffer
        mov word [packet + 6], 0
        mov dword [packet + 8], 100
        mov dword [packet + 12], 0
        mov si, packet
        ret

%ifdef PROTECTED
main:   GIVES 0x0301, 9, 0x80, 3, "13/03 to a protected disk"
        cmp al, 0
        EXPECT e, "13/03 none written"
        call packet_reset
        GIVES 0x4300, 0, 0x80, 3, "13/43 to a protected disk"
        cmp word [packet + 2], 0
        EXPECT e, "13/43 none written"
        GIVES 0x0201, 9, 0x80, 0, "13/02 reads it"
        GIVES 0x0301, 9, 0, 3, "13/03 to a protected floppy"
        GIVES 0x0512, 1, 0, 3, "13/05 formats no protected floppy"
        GIVES 0x0201, 9, 0, 0, "13/02 reads it"
        mov si, packet
        GIVES 0x4300, 0, 0xe0, 3, "13/43 to a CD"
        ret
%else
main:   call refused
        call harmless
        call with_ecc
        call counted
        call discs
        call floppy
        ret

refused:
        GIVES 0x0200, 1, 0x80, 1, "13/02 no sectors"
        GIVES 0x0281, 1, 0x80, 1, "13/02 more than 128"
        GIVES 0x0201, 0, 0x80, 1, "13/02 sector 0"
        GIVES 0x0201, 0x4101, 0x80, 1, "13/02 cylinder too large"
        GIVES 0x0201, 1, 0x1080, 1, "13/02 head too large"
        GIVES 0x0400, 1, 0x80, 1, "13/04 no sectors"
        GIVES 0x0600, 1, 0x80, 1, "13/06 is the XT's"
        GIVES 0x0700, 1, 0x80, 1, "13/07 is the XT's"
        GIVES 0x1600, 1, 0x80, 1, "13/16 no change line"
        GIVES 0x0201, 1, 0x81, 1, "13/02 no such drive"
        GIVES 0x4500, 0, 0x80, 0xb2, "13/45 not removable"
        GIVES 0x4600, 0, 0x80, 0xb2, "13/46 not removable"
        GIVES 0x4900, 0, 0x80, 0xb2, "13/49 not removable"
        GIVES 0x0c00, 0x4001, 0x80, 0, "13/0C seeks"
        GIVES 0x0c00, 0xffff, 0x80, 1, "13/0C not that far"
        GIVES 0x0501, 0x4001, 0x80, 0, "13/05 a track"
        GIVES 0x0501, 0xffff, 0x80, 1, "13/05 no such track"
        ret

harmless:
        GIVES 0x0900, 0, 0x80, 0, "13/09 sets the geometry"
        GIVES 0x1000, 0, 0x80, 0, "13/10 ready"
        GIVES 0x1100, 0, 0x80, 0, "13/11 recalibrates"
        GIVES 0x1400, 0, 0x80, 0, "13/14 controller is well"
        GIVES 0x1300, 0, 0x80, 0, "13/13 drive is well"
        GIVES 0x1900, 0, 0x80, 0, "13/19 parks"
        GIVES 0x0201, 5, 0x80, 0, "13/02 after all that"
        cmp dword [buffer], 4
        EXPECT e, "13/02 the sector"
        ret

with_ecc:
        mov dword [buffer + 514], 0
        GIVES 0x0a01, 5, 0x80, 0, "13/0A reads long"
        cmp dword [buffer], 4
        EXPECT e, "13/0A the sector"
        mov eax, [buffer + 512]
        test eax, eax
        EXPECT nz, "13/0A and its ECC"
        mov dword [buffer + 4], 0x13131313      ; its ECC no longer fits
        GIVES 0x0b01, 5, 0x80, 0, "13/0B writes long"
        GIVES 0x0a01, 5, 0x80, 0, "13/0A reads what was written"
        cmp dword [buffer + 4], 0x13131313
        EXPECT e, "13/0A all of it"
        mov dword [buffer + 4], 0
        GIVES 0x0301, 5, 0x80, 0, "13/03 mends it"
        GIVES 0x0201, 5, 0x80, 0, "13/02 reads it"
        ret

; The packet says how many were good.
counted:
        call packet_reset
        mov word [packet + 2], 3
        mov dword [packet + 8], SECTORS - 2
        GIVES 0x4200, 0, 0x80, 1, "13/42 beyond the end"
        cmp word [packet + 2], 0
        EXPECT e, "13/42 none"
        call packet_reset
        mov word [packet + 2], 128
        GIVES 0x4200, 0, 0x80, 1, "13/42 more than 127"
        call packet_reset
        mov dword [packet], 0x00ff0020          ; count and flat address behind the block number
        mov dword [packet + 16], buffer
        mov dword [packet + 20], 0
        mov dword [packet + 24], 2
        mov dword [packet + 28], 0
        GIVES 0x4200, 0, 0x80, 0, "13/42 a count of 32 bits"
        cmp dword [buffer], 100
        EXPECT e, "13/42 the sector"
        cmp dword [buffer + 512], 101
        EXPECT e, "13/42 and the next"
        call packet_reset
        GIVES 0x4700, 0, 0x80, 0, "13/47 seeks"
        mov dword [packet + 8], SECTORS
        GIVES 0x4700, 0, 0x80, 1, "13/47 not beyond the end"
        ret

discs:  GIVES 0x4900, 0, 0xe0, 6, "13/49 a disc is new"
        GIVES 0x4900, 0, 0xe0, 0, "13/49 and then it is known"
        GIVES 0x4501, 0, 0xe0, 0xb0, "13/45 is not locked"
        GIVES 0x4500, 0, 0xe0, 0, "13/45 locks"
        GIVES 0x4500, 0, 0xe0, 0, "13/45 twice"
        GIVES 0x4600, 0, 0xe0, 0xb1, "13/46 is locked"
        GIVES 0x4501, 0, 0xe0, 0, "13/45 unlocks once"
        GIVES 0x4502, 0, 0xe0, 0, "13/45 asks"
        cmp al, 1
        EXPECT e, "13/45 is locked still"
        GIVES 0x4501, 0, 0xe0, 0, "13/45 unlocks"
        GIVES 0x4502, 0, 0xe0, 0, "13/45 asks again"
        cmp al, 0
        EXPECT e, "13/45 is not locked"
        mov eax, [0x15 * 4]
        mov [.old], eax
        mov dword [0x15 * 4], .hook
        GIVES 0x4600, 0, 0xe0, 0xb3, "13/46 somebody minds"
        mov eax, [.old]
        mov [0x15 * 4], eax
        GIVES 0x4600, 0, 0xe0, 0, "13/46 ejects"
        GIVES 0x4900, 0, 0xe0, 0xaa, "13/49 no disc"
        call packet_reset
        GIVES 0x4200, 0, 0xe0, 0x31, "13/42 no disc"
        ret
.hook:  cmp ax, 0x5200
        jne .on
        cmp dl, 0xe0
        jne .on
        mov ah, 0xb3
        push bp
        mov bp, sp
        or byte [bp + 6], 1                     ; the caller's carry
        pop bp
        iret
.on:    jmp far [cs:.old]
.old:   dd 0

floppy: mov ah, 8
        mov dl, 1
        int 0x13
        push 0
        pop es
        cmp bl, 2
        EXPECT e, "13/08 a drive of 1.2 MB"
        GIVES 0x0200, 1, 1, 1, "13/02 no sectors of a floppy"
        GIVES 0x0209, 0x1401, 0x0101, 0, "13/02 a disk of 360 KB"
        cmp dword [buffer], (20 * 2 + 1) * 9
        EXPECT e, "13/02 its track 20, head 1"
        cmp dword [buffer + 8 * 512], (20 * 2 + 1) * 9 + 8
        EXPECT e, "13/02 to the end"
        mov al, [0x491]
        cmp al, 0x74
        EXPECT e, "40:91 its rate, two steps a track"
        cmp byte [0x495], 40
        EXPECT e, "40:95 40 steps"
        GIVES 0x0201, 0x2701, 1, 0, "13/02 the last track"
        cmp dword [buffer], 39 * 2 * 9
        EXPECT e, "13/02 is it"
        GIVES 0x0401, 0x0000, 1, 4, "13/04 sector 0"
        GIVES 0x0203, 0x0008, 1, 4, "13/02 no sector 10"
        cmp al, 2
        EXPECT e, "13/02 but two of them"
        GIVES 0x1600, 0, 1, 0, "13/16 not changed"
        GIVES 0x1600, 0, 2, 0x80, "13/16 no drive"
        GIVES 0x1701, 0, 1, 1, "13/17 not in that drive"
        GIVES 0x1702, 0, 1, 0, "13/17 360 KB in a drive of 1.2 MB"
        mov al, [0x491]
        cmp al, 0x74
        EXPECT e, "40:91 two steps a track"
        GIVES 0x1703, 0, 1, 0, "13/17 1.2 MB"
        mov al, [0x491]
        cmp al, 0x15
        EXPECT e, "40:91 one"
        GIVES 0x1800, 0x4f12, 1, 0x0c, "13/18 not in that drive"
        GIVES 0x1800, 0x2709, 1, 0, "13/18 360 KB"
        mov di, fields                          ; track 30, head 0
        mov cx, 9
        mov al, 1
.field: mov word [di], 30
        mov [di + 2], al
        mov byte [di + 3], 2
        add di, 4
        inc al
        loop .field
        les di, [0x1e * 4]
        push dword [es:di]
        push dword [es:di + 4]
        push 0
        pop es
        mov dword [0x1e * 4], table
        mov bx, fields
        mov ax, 0x0509
        mov cx, 0x1e01
        mov dx, 1
        int 0x13
        EXPECT nc, "13/05 formats a track of it"
        add sp, 8
        GIVES 0x0209, 0x1e01, 1, 0, "13/02 reads the track"
        cmp dword [buffer + 8 * 512], 0xf6f6f6f6
        EXPECT e, "13/02 it is fresh"
        GIVES 0x0201, 0x1d01, 1, 0, "13/02 the track before"
        cmp dword [buffer], 29 * 2 * 9
        EXPECT e, "13/02 is what it was"
        GIVES 0x0201, 0x1f01, 1, 0, "13/02 the track behind"
        cmp dword [buffer], 31 * 2 * 9
        EXPECT e, "13/02 is what it was"
        ret

table:  db 0xdf, 0x02, 0x25, 2, 9, 0x2a, 0xff, 0x50, 0xf6, 0x0f, 0x08
fields: times 9 * 4 db 0
%endif
        align 4
packet: times 32 db 0
buffer equ 0xa000
