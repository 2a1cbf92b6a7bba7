; SPDX-License-Identifier: BSD-2-Clause
; A boot sector that keeps a 16-bit processor busy: three loops with nothing between them and the
; processor - no BIOS, no interrupts. COM1 gets a line when it starts, after each loop, and at the
; end, where the check value depends on all that was computed; then the machine is switched off.
;
;   START | ALU | MEM | CODEPAGE | DONE xxxx
;
; ALU is registers and flags; MEM adds loads, stores, read-modify-write, push and pop; CODEPAGE is
; the same with its data and stack in the page the code is in, a tenth as often.
;
;   nasm -f bin [-DTURNS=n] -o loops.img loops.asm      (n: 1000 by default, a multiple of 10)

        bits    16
        org     0x7C00

%ifndef TURNS
%define TURNS 1000
%endif
%define ROUNDS 50000
%define COM1 0x3F8

start:  jmp     0:main

main:   cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x6000
        mov     dx, COM1 + 3            ; 115200 baud: divisor 1, eight bits
        mov     al, 0x83
        out     dx, al
        mov     dx, COM1
        mov     al, 1
        out     dx, al
        inc     dx
        mov     al, 0
        out     dx, al
        mov     dx, COM1 + 3
        mov     al, 3
        out     dx, al
        mov     si, .start
        call    say

        mov     bp, TURNS               ; ten instructions a round
        mov     ax, 1
        mov     bx, 0x9E37
        mov     si, 0x0F0F
        xor     di, di
.outer: mov     cx, ROUNDS
.round: add     bx, ax
        sbb     si, bx
        ror     ax, 3
        inc     di
        xor     ax, di
        lea     dx, [bx+si+7]
        and     dx, 0x3FFF
        adc     ax, dx
        dec     cx
        jnz     .round
        dec     bp
        jnz     .outer
        mov     si, .alu
        call    say

        mov     bx, 0x2000
        mov     bp, TURNS
        call    memory
        mov     si, .mem
        call    say

        mov     sp, 0x7C00              ; the stack grows away from the code but shares its page
        mov     bx, 0x7B00
        mov     bp, TURNS / 10
        call    memory
        mov     si, .page
        call    say

        mov     si, .done
        call    say
        mov     bx, ax
        mov     cx, 4
.digit: rol     bx, 4
        mov     al, bl
        and     al, 15
        add     al, '0'
        cmp     al, '9'
        jbe     .put
        add     al, 'A' - '9' - 1
.put:   call    put
        loop    .digit
        mov     al, 10
        call    put
.drain: mov     dx, COM1 + 5            ; all bits out before the light goes out
        in      al, dx
        test    al, 0x40
        jz      .drain

        mov     ax, 0x2000              ; soft-off by PIIX4 power management, where BIOSes put it
        mov     dx, 0x604
        out     dx, ax
        mov     dx, 0xB004
        out     dx, ax
        mov     dx, 0x8900              ; Bochs's own way
        mov     si, .off
.word:  lodsb
        out     dx, al
        test    al, al
        jnz     .word
.halt:  hlt
        jmp     .halt

.start  db      "START", 10, 0
.alu    db      "ALU", 10, 0
.mem    db      "MEM", 10, 0
.page   db      "CODEPAGE", 10, 0
.done   db      "DONE ", 0
.off    db      "Shutdown", 0

; ROUNDS * BP rounds of ten instructions on 160 bytes at BX, which are cleared first. AX goes in
; and comes out.
memory: mov     di, bx
        mov     cx, 80                  ; 160 bytes
        push    ax
        xor     ax, ax
        rep     stosw
        pop     ax
        xor     si, si
.outer: mov     cx, ROUNDS
.round: add     ax, [bx+si]
        mov     [bx+si+2], ax
        inc     word [bx]
        push    ax
        xor     ax, cx
        pop     dx
        lea     si, [si+2]
        and     si, 0x7E
        dec     cx
        jnz     .round
        dec     bp
        jnz     .outer
        add     ax, dx
        ret

say:    push    ax
.next:  lodsb
        test    al, al
        jz      .end
        call    put
        jmp     .next
.end:   pop     ax
        ret

put:    push    ax
        mov     dx, COM1 + 5
.wait:  in      al, dx
        test    al, 0x20
        jz      .wait
        pop     ax
        mov     dx, COM1
        out     dx, al
        ret

        times   510 - ($ - $$) db 0
        dw      0xAA55
        times   1474560 - ($ - $$) db 0
