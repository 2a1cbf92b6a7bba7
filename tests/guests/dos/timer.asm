; SPDX-License-Identifier: BSD-2-Clause
; TIMER.COM: the 8254, measured by the seconds of the clock chip. IRQ 0 at 1000 Hz in modes 2 and 3, the speaker's channel
; with its gate, and that all is as before afterwards. Intel 8254 data sheet: 1193182 Hz; 1193 counts are 0.99985 ms.
%include "harness.asm"
DIVISOR equ 1193

main:   mov ax, 3508h
        int 21h
        mov [old], bx
        mov [old+2], es
        push ds
        pop es
        mov dx, tick
        mov ax, 2508h
        int 21h
        mov al, 34h
        call two_seconds
        RANGE eax, 2000, 2001, "IRQ 0 in 2 s at 1000 Hz, mode 2"
        mov al, 36h
        call two_seconds
        RANGE eax, 2000, 2001, "IRQ 0 in 2 s at 1000 Hz, mode 3"
        call latch_two
        call latch_three
        call old_ticks
        call speaker
        lds dx, [old]
        mov ax, 2508h
        int 21h
        push cs
        pop ds
        mov al, 36h
        xor cx, cx
        call program
        call second
        call bios_ticks
        mov ebx, eax
        mov cx, 4
.wait:  call second
        loop .wait
        call bios_ticks
        sub eax, ebx
        RANGE eax, 72, 73, "BIOS ticks in 4 s afterwards"
        FINISH "TIMER"

; AL: control word, CX: count
program:
        pushf
        cli
        out 43h, al
        mov al, cl
        out 40h, al
        mov al, ch
        out 40h, al
        popf
        ret
; Interrupts between two seconds.
two_seconds:
        mov cx, DIVISOR
        call program
        call second
        mov dword [ticks], 0
        call second
        call second
        mov eax, [ticks]
        ret
tick:   push ax
        inc dword [cs:ticks]
        add word [cs:fraction], DIVISOR
        jc .chain                       ; as often as the BIOS wants to be called
        mov al, 20h
        out 20h, al
        pop ax
        iret
.chain: inc word [cs:chained]
        pop ax
        jmp far [cs:old]

count:  xor al, al                      ; AX: the count of channel 0, latched
        out 43h, al
        in al, 40h
        mov ah, al
        in al, 40h
        xchg al, ah
        ret
; In mode 2 all counts from 1 to the divisor come, odd and even; in mode 3 even ones only.
latch_two:
        mov al, 34h
        jmp latch
latch_three:
        mov al, 36h
latch:  mov [mode], al
        mov cx, DIVISOR & ~1
        call program
        mov cx, 20000
        xor bx, bx                      ; the largest
        mov di, 0ffffh                  ; the smallest
        xor si, si                      ; odd ones
.next:  call count
        cmp ax, bx
        jbe .high
        mov bx, ax
.high:  cmp ax, di
        jae .low
        mov di, ax
.low:   and ax, 1
        add si, ax
        loop .next
        movzx eax, bx
        RANGE eax, (DIVISOR & ~1) - 16, DIVISOR & ~1, "the largest count seen"
        movzx eax, di
        cmp byte [mode], 34h
        jne .three
        RANGE eax, 1, 16, "the smallest in mode 2"
        test si, si
        PASS_IF nz, "mode 2 has odd counts"
        ret
.three: RANGE eax, 2, 16, "the smallest in mode 3"
        test si, si
        PASS_IF z, "mode 3 has none"
        ret

; The BIOS was called at its own pace all the time.
old_ticks:
        mov al, 34h
        mov cx, DIVISOR
        call program
        call second
        call bios_ticks
        mov ebx, eax
        mov word [chained], 0
        call second
        call second
        call bios_ticks
        sub eax, ebx
        RANGE eax, 36, 37, "BIOS ticks in 2 s, chained"
        ret
bios_ticks:
        push es
        push 40h
        pop es
        mov eax, [es:6ch]
        pop es
        ret

; Channel 2, whose output is bit 5 of port 61h: a square wave of 1000 Hz, one shot, and the gate.
speaker:
        in al, 61h
        mov [port61], al
        and al, 0fch
        or al, 1                        ; the gate is open, the speaker silent
        out 61h, al
        mov al, 0b6h
        call program2
        call second
        xor ebx, ebx
        in al, 61h
        mov ah, al
.edges: in al, 61h
        xor ah, al
        test ah, 20h
        jz .same
        inc ebx
.same:  mov ah, al
        mov al, 0ch                     ; until the seconds change again
        out 70h, al
        in al, 71h
        test al, 10h
        jz .edges
        RANGE ebx, 1999, 2001, "edges of the speaker's wave in 1 s"
        mov al, 0b0h                    ; mode 0
        mov cx, 10 * DIVISOR
        call program2n
        mov edx, [ticks]
.low:   in al, 61h
        test al, 20h
        jz .low
        mov eax, [ticks]
        sub eax, edx
        RANGE eax, 9, 11, "milliseconds of a one-shot of 10"
        mov al, 0b0h
        mov cx, 0c000h
        call program2n
        in al, 61h
        and al, 0feh                    ; the gate stops the count
        out 61h, al
        call count2
        mov bx, ax
        mov edx, [ticks]
.stay:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 5
        jb .stay
        call count2
        cmp ax, bx
        PASS_IF e, "a closed gate holds the count"
        in al, 61h
        or al, 1
        out 61h, al
        mov edx, [ticks]
.run:   mov eax, [ticks]
        sub eax, edx
        cmp eax, 5
        jb .run
        call count2
        sub bx, ax
        movzx eax, bx
        RANGE eax, 4 * DIVISOR, 6 * DIVISOR, "counts in 5 ms of an open one"
        mov al, 0b6h                    ; a tone, for who listens
        call program2
        in al, 61h
        or al, 3
        out 61h, al
        mov edx, [ticks]
.tone:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 100
        jb .tone
        mov al, [port61]
        out 61h, al
        ret
program2:
        mov cx, DIVISOR
program2n:
        out 43h, al
        mov al, cl
        out 42h, al
        mov al, ch
        out 42h, al
        ret
count2: mov al, 80h
        out 43h, al
        in al, 42h
        mov ah, al
        in al, 42h
        xchg al, ah
        ret
%include "rtcwait.asm"
old:      dd 0
ticks:    dd 0
fraction: dw 0
chained:  dw 0
mode:     db 0
port61:   db 0
