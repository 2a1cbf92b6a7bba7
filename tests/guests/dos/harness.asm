; SPDX-License-Identifier: BSD-2-Clause
; What the DOS programs of this folder share: a .COM program that says what it found, a line a fact, in a buffer that
; FINISH prints: PASS or FAIL, what, and for figures the value and its bounds. The last line is for scripts to wait for.
;   PASS_IF cc, "text"                  the flags say so
;   RANGE value, least, most, "text"    a 32-bit register or memory, unsigned
;   NOTE value, "text"                  a figure without bounds
;   PICTURE crc, "text"                 what is on the screen, where the test device can tell
;   FINISH "NAME"                       print, and back to DOS: "NAME: all passed", or "NAME: FAILED"
; All of them keep registers and flags; DS is CS.
        bits 16
        cpu 386
        org 100h
        jmp near main

%macro PASS_IF 2
        j%1 %%ok
        call failed
        db %2, 0
        jmp short %%on
%%ok:   call passed
        db %2, 0
%%on:
%endmacro
%macro RANGE 4
        push dword %1
        push dword %2
        push dword %3
        call range
        db %4, 0
%endmacro
%macro NOTE 2
        push dword %1
        call note
        db %2, 0
%endmacro
%macro PICTURE 2
        push dword %1
        call picture
        db %2, 0
%endmacro
%macro FINISH 1
        mov dx, %%name
        jmp finish
%%name: db %1, 0
%endmacro

; ---- the log ----
putc:   push bx
        mov bx, [log_end]
        mov [log + bx], al
        inc word [log_end]
        pop bx
        ret
puts:   cld                             ; SI: text; afterwards what is behind it
        lodsb
        test al, al
        jz .end
        call putc
        jmp puts
.end:   ret
; EAX in decimal
number: push edx
        push ecx
        xor edx, edx
        mov ecx, 10
        div ecx
        test eax, eax
        jz .last
        call number
.last:  mov al, dl
        add al, '0'
        call putc
        pop ecx
        pop edx
        ret
; the low CL digits of EAX in hexadecimal
hex:    push eax
        push cx
        cmp cl, 1
        jbe .last
        dec cl
        push eax
        shr eax, 4
        call hex
        pop eax
.last:  and al, 15
        cmp al, 10
        sbb al, 69h
        das
        call putc
        pop cx
        pop eax
        ret
newline:
        mov al, 13
        call putc
        mov al, 10
        jmp putc

; The text behind the call, which goes on behind the text. At BP+34: the address to return to.
%macro ENTER_TEXT 1
        pushf
        pushad
        mov bp, sp
        mov si, %1
        call puts
        mov si, [bp+34]
        call puts
        mov [bp+34], si
%endmacro
%macro LEAVE_TEXT 1
        call newline
        popad
        popf
        ret %1
%endmacro
passed: ENTER_TEXT text_pass
        inc word [passes]
        LEAVE_TEXT 0
failed: ENTER_TEXT text_fail
        inc word [failures]
        LEAVE_TEXT 0
note:   ENTER_TEXT text_note
        mov si, text_is
        call puts
        mov eax, [bp+36]
        call number
        LEAVE_TEXT 4
range:  pushf
        pushad
        mov bp, sp
        mov eax, [bp+44]
        mov si, text_pass
        cmp eax, [bp+40]
        jb .bad
        cmp eax, [bp+36]
        jbe .good
.bad:   mov si, text_fail
        inc word [failures]
        jmp .say
.good:  inc word [passes]
.say:   call puts
        mov si, [bp+34]
        call puts
        mov [bp+34], si
        mov si, text_is
        call puts
        mov eax, [bp+44]
        call number
        mov si, text_from
        call puts
        mov eax, [bp+40]
        call number
        mov si, text_to
        call puts
        mov eax, [bp+36]
        call number
        mov al, ')'
        call putc
        LEAVE_TEXT 12

; CRC-32 of the pixels, two frames after what was set last
picture:
        pushf
        pushad
        mov bp, sp
        mov dx, 1a0h
        in eax, dx
        cmp eax, "VTD1"
        mov si, text_skip
        jne .say
        call retrace
        call retrace
        mov dx, 1a4h
        mov al, 2
        out dx, al
        mov dx, 1a8h
        in eax, dx
        mov edi, eax
        mov si, text_pass
        inc word [passes]
        cmp eax, [bp+36]
        je .say
        dec word [passes]
        inc word [failures]
        mov si, text_fail
.say:   call puts
        mov si, [bp+34]
        call puts
        mov [bp+34], si
        mov si, text_is
        call puts
        mov eax, edi
        mov cl, 8
        call hex
        LEAVE_TEXT 4

; to the beginning of the next vertical retrace
retrace:
        push ax
        push dx
        mov dx, 3dah
.in:    in al, dx
        test al, 8
        jnz .in
.out:   in al, dx
        test al, 8
        jz .out
        pop dx
        pop ax
        ret

; a key, when the command line has a word: somebody wants to look
look:   cmp byte [80h], 2
        jb .end
        push ax
        xor ah, ah
        int 16h
        pop ax
.end:   ret

flush:  mov ah, 40h
        mov bx, 1
        mov cx, [log_end]
        mov dx, log
        int 21h
        mov word [log_end], 0
        ret
finish: mov si, dx
        call puts
        mov si, text_good
        cmp word [failures], 0
        je .say
        mov si, text_bad
.say:   call puts
        call flush
        mov ax, 4c00h
        cmp word [failures], 0
        je .end
        inc al
.end:   int 21h

passes:    dw 0
failures:  dw 0
log_end:   dw 0
text_pass: db "PASS ", 0
text_fail: db "FAIL ", 0
text_note: db "     ", 0
text_skip: db "SKIP ", 0
text_is:   db ": ", 0
text_from: db " (", 0
text_to:   db " to ", 0
text_good: db ": all passed", 13, 10, 0
text_bad:  db ": FAILED", 13, 10, 0
log     equ 0e000h                      ; far behind a small program, below its stack
