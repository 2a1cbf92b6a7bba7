; SPDX-License-Identifier: BSD-2-Clause
; APM.COM: the power management BIOS by its real-mode interface, and power off; "apm stay" leaves that out.
; Advanced Power Management (APM) BIOS Interface Specification 1.2.
%include "harness.asm"

main:   mov ax, 5300h
        xor bx, bx
        int 15h
        PASS_IF nc, "5300 there"
        cmp bx, "MP"
        PASS_IF e, "5300 signature"
        movzx eax, al
        RANGE eax, 2, 2, "5300 minor version"
        movzx eax, cx
        and eax, 3
        RANGE eax, 3, 3, "5300 16- and 32-bit entries"
        mov ax, 5304h                   ; whatever was connected
        xor bx, bx
        int 15h
        mov ax, 5301h
        xor bx, bx
        int 15h
        PASS_IF nc, "5301 connects"
        mov ax, 5301h
        xor bx, bx
        int 15h
%ifndef SEABIOS
        PASS_IF c, "5301 twice does not"
        movzx eax, ah
        RANGE eax, 2, 2, "5301 says why"
%endif
        mov ax, 530eh
        xor bx, bx
        mov cx, 0102h
        int 15h
        PASS_IF nc, "530E driver version"
        movzx eax, ax
        RANGE eax, 102h, 102h, "530E agreed"
        mov ax, 5308h
        mov bx, 1
        mov cx, 1
        int 15h
        PASS_IF nc, "5308 enables"
        mov ax, 530ah
        mov bx, 1
        int 15h
        PASS_IF nc, "530A power status"
        movzx eax, bh
        RANGE eax, 1, 1, "530A on line"
        mov ax, 530bh
        int 15h
        PASS_IF c, "530B no event"
        movzx eax, ah
        RANGE eax, 80h, 80h, "530B says so"
        mov ax, 5305h                   ; until the next interrupt: the timer's, 55 ms at most
        int 15h
        PASS_IF nc, "5305 idle"
        mov ax, 5306h
        int 15h
        PASS_IF nc, "5306 busy"
        cmp byte [80h], 2
        jae .stay
        cmp word [failures], 0
        jne .stay
        mov si, text_off
        call puts
        call flush
        mov ah, 86h                     ; to read it
        mov cx, 7
        xor dx, dx
        int 15h
        mov ax, 5307h
        mov bx, 1
        mov cx, 3
        int 15h
        PASS_IF nc, "5307 power off"    ; nobody comes here
        inc word [failures]
.stay:  FINISH "APM"
text_off: db "APM: power off", 13, 10, 0
