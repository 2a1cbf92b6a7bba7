; SPDX-License-Identifier: BSD-2-Clause
; MOUSE.COM: a PS/2 mouse by INT 15h/C2h, or, with a word on the command line, by the 8042 itself and as a wheel mouse of four
; bytes. It says "MOUSE ready" and takes what comes until the middle button is let go. What is to be done meanwhile:
;   100 right, 40 down; left pressed, let go; 25 left, 90 up; right pressed, 300 right, let go; middle pressed, let go
; IBM PS/2 and PC BIOS Interface Technical Reference.
%include "harness.asm"

main:   push ds
        pop es
        cmp byte [80h], 2
        jae direct
        mov ax, 0c205h
        mov bh, 3
        int 15h
        PASS_IF nc, "C205 packets of three bytes"
        mov ax, 0c203h                  ; as the mouse counts, 4 a mm
        mov bh, 2
        int 15h
        PASS_IF nc, "C203 resolution"
        mov ax, 0c202h
        mov bh, 5
        int 15h
        PASS_IF nc, "C202 100 packets a second"
        mov ax, 0c204h
        int 15h
        PASS_IF nc, "C204 type"
        movzx eax, bh
        RANGE eax, 0, 0, "C204 of a mouse"
        mov ax, 0c207h
        mov bx, handler
        int 15h
        PASS_IF nc, "C207 handler"
        mov ax, 0c200h
        mov bh, 1
        int 15h
        PASS_IF nc, "C200 on"
        call watch
        mov ax, 0c206h
        mov bh, 0
        int 15h
        PASS_IF nc, "C206 status"
        movzx eax, dl
        RANGE eax, 100, 100, "C206 rate"
        movzx eax, bl
        RANGE eax, 20h, 20h, "C206 on, no button"
        mov ax, 0c200h
        mov bh, 0
        int 15h
        PASS_IF nc, "C200 off"
        push 0
        pop es
        mov ax, 0c207h
        xor bx, bx
        int 15h
        PASS_IF nc, "C207 no handler"
        jmp report

; Called far, with four words: status, X, Y, 0.
handler:
        push bp
        mov bp, sp
        pushad
        push ds
        push cs
        pop ds
        mov bl, [bp+12]
        mov cl, [bp+10]
        mov dl, [bp+8]
        call packet
        pop ds
        popad
        pop bp
        retf

; BL, CL, DL: a packet's bytes
packet: inc dword [packets]
        test bl, 8
        jnz .sync
        inc word [strange]
.sync:  mov al, bl
        xor al, [buttons]
        and al, 7
        and bl, 0f7h
        mov [buttons], bl
        test al, bl
        jz .move
        and al, bl
        inc dword [presses]
.move:  movzx eax, cl
        test bl, 10h
        jz .right
        or eax, 0ffffff00h
.right: add [x], eax
        movzx eax, dl
        test bl, 20h
        jz .up
        or eax, 0ffffff00h
.up:    add [y], eax
        test bl, 2                      ; what the right button drags
        jz .done
        movzx eax, cl
        test bl, 10h
        jz .drag
        or eax, 0ffffff00h
.drag:  add [dragged], eax
.done:  test bl, 4
        jz .not_now
        mov byte [middle], 1
        ret
.not_now:
        cmp byte [middle], 1
        jne .end
        mov byte [over], 1
.end:   ret

watch:  mov si, text_ready
        call puts
        call flush
        push es
        push 40h
        pop es
        mov bx, [es:6ch]
.wait:  hlt
        mov ax, [es:6ch]
        sub ax, bx
        cmp ax, 30 * 18
        ja .end
        cmp byte [over], 0
        je .wait
.end:   pop es
        cmp byte [over], 1
        PASS_IF e, "the middle button came last"
        ret

report: mov eax, [x]
        RANGE eax, 375, 375, "right"
        mov eax, [y]
        RANGE eax, 50, 50, "up"
        mov eax, [dragged]
        RANGE eax, 300, 300, "with the right button down"
        RANGE dword [presses], 3, 3, "buttons pressed"
        RANGE dword [packets], 8, 40, "packets"
        cmp word [strange], 0
        PASS_IF e, "bit 3 always set"
        FINISH "MOUSE"

; ---- by the 8042 ----
direct: mov ax, 3574h
        int 21h
        mov [old], bx
        mov [old+2], es
        push ds
        pop es
        call quiet
        mov al, 20h
        call command
        call data_get
        and al, 0fdh
        mov [old_command], al
        and al, 0dfh                    ; clocked, but polled
        mov ah, al
        call command_byte
        mov al, 0a8h
        call command
        mov al, 0d3h                    ; a byte as if it came from the mouse
        call command
        mov al, 5ah
        call data_put
        call data_get
        cmp ax, 205ah                   ; with the bit that says so
        PASS_IF e, "D3h: what seems to come from the mouse"
        mov al, 0ffh
        call mouse
        PASS_IF e, "FFh acknowledged"
        call data_get
        cmp al, 0aah
        PASS_IF e, "FFh self-test"
        call data_get
        cmp al, 0
        PASS_IF e, "FFh type"
        mov al, 0e9h
        call mouse
        call data_get
        cmp al, 0
        PASS_IF e, "E9h after a reset"
        call data_get
        movzx eax, al
        RANGE eax, 2, 2, "E9h resolution"
        call data_get
        movzx eax, al
        RANGE eax, 100, 100, "E9h rate"
        mov si, knock                   ; three rates make it a wheel mouse
        mov cx, 6
.knock: lodsb
        call mouse
        loop .knock
        mov al, 0f2h
        call mouse
        call data_get
        movzx eax, al
        RANGE eax, 3, 3, "F2h with a wheel"
        mov al, 0f4h
        call mouse
        PASS_IF e, "F4h acknowledged"
        mov dx, interrupt
        mov ax, 2574h
        int 21h
        in al, 0a1h
        mov [old_mask], al
        and al, 0efh
        out 0a1h, al
        mov ah, [old_command]
        and ah, 0dfh
        or ah, 3
        call command_byte
        mov al, 0aeh
        call command
        call watch
        call quiet
        mov ah, [old_command]           ; without the interrupt
        call command_byte
        mov al, 0f5h
        call mouse
        PASS_IF e, "F5h acknowledged"
        mov al, 0f6h
        call mouse
        mov al, [old_mask]
        out 0a1h, al
        mov al, 0aeh
        call command
        lds dx, [old]
        mov ax, 2574h
        int 21h
        push cs
        pop ds
        jmp report

interrupt:
        pushad
        push ds
        push cs
        pop ds
        in al, 64h
        and al, 21h
        cmp al, 21h
        jne .end
        in al, 60h
        movzx bx, byte [have]
        mov [bytes + bx], al
        inc bx
        mov [have], bl
        cmp bl, 4
        jb .end
        mov byte [have], 0
        mov bl, [bytes]
        mov cl, [bytes + 1]
        mov dl, [bytes + 2]
        call packet
.end:   mov al, 20h
        out 0a0h, al
        out 20h, al
        pop ds
        popad
        iret

; The keyboard keeps still.
quiet:  mov al, 0adh
command:
        call can_write
        out 64h, al
        ret
data_put:
        call can_write
        out 60h, al
        ret
; AH: the controller's command byte
command_byte:
        mov al, 60h
        call command
        mov al, ah
        jmp data_put
can_write:
        push ax
        push cx
        xor cx, cx
.wait:  in al, 64h
        test al, 2
        loopnz .wait
        pop cx
        pop ax
        ret
; AL: a byte, AH: 20h when from the mouse; AX = 0FFFFh when none comes
data_get:
        push ecx
        mov ecx, 1000000
.wait:  in al, 64h
        test al, 1
        jnz .there
        dec ecx
        jnz .wait
        mov ax, 0ffffh
        jmp .end
.there: and al, 20h
        mov ah, al
        in al, 60h
.end:   pop ecx
        ret
; AL: a byte to the mouse; ZF: it acknowledged
mouse:  push ax
        mov al, 0d4h
        call command
        pop ax
        call data_put
        call data_get
        cmp ax, 20fah
        ret

knock:       db 0f3h, 200, 0f3h, 100, 0f3h, 80
x:           dd 0
y:           dd 0
dragged:     dd 0
packets:     dd 0
presses:     dd 0
old:         dd 0
strange:     dw 0
buttons:     db 0
middle:      db 0
over:        db 0
old_command: db 0
old_mask:    db 0
have:        db 0
bytes:       times 4 db 0
text_ready:  db "MOUSE ready", 13, 10, 0
