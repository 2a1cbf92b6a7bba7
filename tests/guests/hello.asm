; SPDX-License-Identifier: BSD-2-Clause
; A boot sector for syslinux's BOOT: says hello through the BIOS and echoes a key.
        bits 16
        org 7c00h
        jmp short start
        nop
        times 90-($-$$) db 0            ; room for the parameters that syslinux fills in
start:  xor ax, ax
        mov ds, ax
        cld
        mov si, text
        call print
        xor ah, ah
        int 16h
        mov [key], al
        mov si, got
        call print
        jmp $
print:  lodsb
        test al, al
        jz .end
        mov ah, 0eh
        mov bx, 7
        int 10h
        jmp print
.end:   ret
text:   db "Hello from a boot sector", 13, 10, 0
got:    db "The key was "
key:    db "?", 13, 10, 0
        times 510-($-$$) db 0
        dw 0aa55h
