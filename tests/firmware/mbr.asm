; SPDX-License-Identifier: BSD-2-Clause
; The start of a hard disk with one partition at sector 63, as partition programs write it: moves away, loads the active partition's
; first sector by INT 13h/42h, jumps to it. SECTORS is the size of the partition.
        org 0x600
        bits 16
        xor ax, ax
        mov ss, ax
        mov sp, 0x7c00
        mov ds, ax
        mov es, ax
        mov si, sp
        mov di, 0x600
        mov cx, 256
        cld
        rep movsw
        jmp 0:go
go:     sti
        mov si, packet
        mov ah, 0x42
        int 0x13
        jc $
        mov si, entry
        jmp 0:0x7c00
packet: db 16, 0
        dw 1, 0x7c00, 0
        dd 63, 0
        times 446 - ($ - $$) db 0
entry:  db 0x80, 1, 1, 0, 1, 15, 63, SECTORS / (16 * 63)
        dd 63, SECTORS
        times 510 - ($ - $$) db 0
        dw 0xaa55
