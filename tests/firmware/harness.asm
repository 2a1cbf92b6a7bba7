; SPDX-License-Identifier: BSD-2-Clause
; A boot sector program: loads its further sectors of the first track, calls main, and ends the run
; with the number of failures. EXPECT cc, "name" reports a condition on port E9h; all registers and
; flags survive it.
        org 0x7c00
        bits 16
        jmp 0:start
%macro EXPECT 2-*
        j%1 %%ok
        push word %%text
        call failed
        jmp %%on
%%ok:   push word %%text
        call passed
        jmp %%on
%%text: db %{2:-1}, 10, 0
%%on:
%endmacro
start:  xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        mov ax, 0x0200 + 17                     ; the rest of the track
        mov cx, 2
        mov dh, 0
        mov bx, 0x7e00
        mov [drive], dl
        int 0x13
        EXPECT nc, "the program is loaded"
        call main
        mov al, [failures]
        mov dx, 0xf4
        out dx, al
        hlt

print:  cs lodsb
        test al, al
        jz .done
        out 0xe9, al
        jmp print
.done:  ret
failed: pushf
        pusha
        inc byte [cs:failures]
        mov si, text_failed
        jmp report
passed: pushf
        pusha
        mov si, text_passed
report: cld
        call print
        mov bp, sp
        mov si, [bp + 20]                       ; behind the registers, flags, return address
        call print
        popa
        popf
        ret 2
failures: db 0
drive:  db 0
text_failed: db "FAILED ", 0
text_passed: db "PASSED ", 0
%ifdef HARD                                     ; one partition: 64 sectors from the second track on
        times 446 - ($ - $$) db 0
        db 0x80, 1, 1, 0, 6, 1, 18, 79
        dd 18, 64
%endif
        times 510 - ($ - $$) db 0
        dw 0xaa55
