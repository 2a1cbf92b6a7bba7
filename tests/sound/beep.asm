; SPDX-License-Identifier: BSD-2-Clause
; A boot sector that sounds 440 Hz for a second, by the RTC's periodic flag, and ends the run by port F4h.
        bits 16
        org 7c00h
        cli
        mov al, 0b6h                    ; counter 2, both bytes, mode 3
        out 43h, al
        mov ax, 2712                    ; 1193182 / 440
        out 42h, al
        mov al, ah
        out 42h, al
        in al, 61h
        or al, 3
        out 61h, al
        mov cx, 1024                    ; periods of 1/1024 s
        mov al, 0ah
        out 70h, al
        mov al, 26h
        out 71h, al
        mov al, 0bh                     ; the flag comes with or without the interrupt
        out 70h, al
        in al, 71h
.wait:  mov al, 0ch
        out 70h, al
        in al, 71h
        test al, 40h
        jz .wait
        loop .wait
        in al, 61h
        and al, 0fch
        out 61h, al
        xor al, al
        mov dx, 0f4h
        out dx, al
        jmp $
        times 510-($-$$) db 0
        dw 0aa55h
