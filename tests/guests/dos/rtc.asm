; SPDX-License-Identifier: BSD-2-Clause
; RTC.COM: the clock chip and the services that use it: the update's flag and its three interrupts, IRQ 8 at 1024 Hz beside
; the seconds, the alarm, INT 15h/83h and 86h, INT 1Ah/06h with INT 4Ah. MC146818 data sheet. Time within a second is
; measured by IRQ 0 at 1000 Hz.
%include "harness.asm"
DIVISOR equ 1193

main:   mov al, 0bh
        call rtc_get
        mov [old_b], al
        in al, 0a1h
        mov [old_mask], al
        mov ax, 3508h
        int 21h
        mov [old8], bx
        mov [old8+2], es
        mov ax, 3570h
        int 21h
        mov [old70], bx
        mov [old70+2], es
        mov ax, 354ah
        int 21h
        mov [old4a], bx
        mov [old4a+2], es
        push ds
        pop es
        mov dx, tick
        mov ax, 2508h
        int 21h
        mov cx, DIVISOR
        call timer
        call update
        call waits
        call bios_alarm
        mov dx, clock
        mov ax, 2570h
        int 21h
        in al, 0a1h
        and al, 0feh
        out 0a1h, al
        call periodic
        call chip_alarm
        mov ah, [old_b]
        mov al, 0bh
        call rtc_put
        mov al, 0ch
        call rtc_get
        mov al, [old_mask]
        out 0a1h, al
        xor cx, cx
        call timer
        lds dx, [old8]
        mov ax, 2508h
        int 21h
        lds dx, [cs:old70]
        mov ax, 2570h
        int 21h
        lds dx, [cs:old4a]
        mov ax, 254ah
        int 21h
        push cs
        pop ds
        FINISH "RTC"

timer:  pushf
        cli
        mov al, 34h
        out 43h, al
        mov al, cl
        out 40h, al
        mov al, ch
        out 40h, al
        popf
        ret
tick:   push ax
        inc dword [cs:ticks]
        add word [cs:fraction], DIVISOR
        jc .chain
        mov al, 20h
        out 20h, al
        pop ax
        iret
.chain: pop ax
        jmp far [cs:old8]

; The flag rises 244 us before the update, which takes 1984 us; in this time the seconds are not to be read.
update: mov ax, 007fh
        call rtc_mode                   ; no interrupt may come between
        call second
        xor al, al
        call rtc_get
        mov [before], al
        mov al, 0ah
        call rtc_get
        test al, 80h
        PASS_IF z, "no update in progress behind one"
        mov edx, [ticks]
        mov al, 0ah
        out 70h, al
.up:    in al, 71h
        test al, 80h
        jz .up
        call micro
        mov si, ax
        mov ebx, [ticks]
.down:  in al, 71h
        test al, 80h
        jnz .down
        call micro
        sub ebx, edx
        RANGE ebx, 996, 999, "milliseconds until one"
        sub si, ax
        jns .same
        add si, DIVISOR
.same:  movzx eax, si                   ; modulo a millisecond: 2228 us are two of them and 229 us, 273 counts
        add eax, 2 * DIVISOR
        RANGE eax, 2650, 2670, "counts of 0.838 us that it takes"
        xor al, al
        call rtc_get
        cmp al, [before]
        PASS_IF ne, "the seconds have changed"
        ret
micro:  xor al, al                      ; the count of channel 0
        out 43h, al
        in al, 40h
        mov ah, al
        in al, 40h
        xchg al, ah
        push ax
        mov al, 0ah
        out 70h, al
        pop ax
        ret

; INT 15h/86h of 0.25 s, and 83h of 0.5 s.
waits:  mov edx, [ticks]
        push edx
        mov ah, 86h
        mov cx, 250000 >> 16
        mov dx, 250000 & 0ffffh
        int 15h
        PASS_IF nc, "15/86 waits"
        pop edx
        mov eax, [ticks]
        sub eax, edx
        RANGE eax, 249, 253, "milliseconds of a wait of 250"
        mov byte [flag], 0
        mov ax, 8300h
        mov cx, 500000 >> 16
        mov dx, 500000 & 0ffffh
        mov bx, flag
        push ds
        pop es
        int 15h
        PASS_IF nc, "15/83 starts"
        mov edx, [ticks]
.wait:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 1000
        ja .end
        test byte [flag], 80h
        jz .wait
.end:   RANGE eax, 498, 503, "milliseconds until its flag, 500"
        ret

; AH: register; DL: its value plus DH seconds, of 60
next:   mov al, ah
        call rtc_get
        add al, dh
        daa
        cmp al, 60h
        jb .in
        sub al, 60h
        das
.in:    mov dl, al
        ret

; Noon, where no field carries, and the beginning of a second.
noon:   mov ah, 3
        mov cx, 1200h
        mov dx, 0000h
        int 1ah
        call second
        ret
bios_alarm:
        mov ah, 2
        int 1ah
        push cx
        push dx
        mov dx, ring
        mov ax, 254ah
        int 21h
        call noon
        mov word [rung], 0
        mov edx, [ticks]
        push edx
        mov ah, 2
        int 1ah
        add dh, 3
        mov ah, 6
        int 1ah
        PASS_IF nc, "1A/06 sets an alarm"
        pop edx
.wait:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 4500
        ja .end
        cmp word [rung], 0
        je .wait
.end:   RANGE eax, 2999, 3002, "milliseconds until INT 4A, 3000"
        mov ah, 7
        int 1ah
        pop dx                          ; the time as it was, but for the seconds of this
        pop cx
        mov ah, 3
        int 1ah
        ret
ring:   inc word [cs:rung]
        iret

; All three interrupts of the chip, counted apart.
clock:  push ax
        mov al, 0ch
        out 70h, al
        in al, 71h
        test al, 40h
        jz .alarm
        inc dword [cs:periods]
.alarm: test al, 20h
        jz .end
        inc dword [cs:alarms]
.end:   test al, 10h
        jz .out
        inc dword [cs:updates]
        cmp dword [cs:updates], 1
        jne .third
        push eax
        mov eax, [cs:periods]
        mov [cs:first], eax
        pop eax
.third: cmp dword [cs:updates], 3
        jne .out
        push eax
        mov eax, [cs:periods]
        mov [cs:third], eax
        pop eax
.out:   mov al, 20h
        out 0a0h, al
        out 20h, al
        pop ax
        iret

; Two seconds are 2048 periods of 1024 Hz, to the last one.
periodic:
        mov ah, 26h
        mov al, 0ah
        call rtc_put
        call second
        mov dword [periods], 0
        mov dword [updates], 0
        mov ax, 500fh
        call rtc_mode
        mov edx, [ticks]
.wait:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 3500
        jb .wait
        mov ax, 000fh
        call rtc_mode
        mov eax, [third]
        sub eax, [first]
        RANGE eax, 2048, 2048, "IRQ 8 in 2 s at 1024 Hz"
        RANGE dword [updates], 3, 3, "updates in 3.5 s"
        mov ah, 2ah                     ; 64 Hz
        mov al, 0ah
        call rtc_put
        call second
        mov dword [periods], 0
        mov ax, 400fh
        call rtc_mode
        mov edx, [ticks]
.one:   mov eax, [ticks]
        sub eax, edx
        cmp eax, 1008                   ; half a period more
        jb .one
        mov ax, 000fh
        call rtc_mode
        RANGE dword [periods], 64, 64, "IRQ 8 in 1 s at 64 Hz"
        mov ah, 26h
        mov al, 0ah
        jmp rtc_put

; The chip's own alarm: hours and minutes of no matter, so the seconds ring each minute; and all of no matter, each second.
chip_alarm:
        call second
        mov dword [alarms], 0
        mov ah, 0
        mov dh, 2
        call next
        mov ah, dl
        mov al, 1
        call rtc_put
        mov ax, 0ff03h
        call rtc_put
        mov ax, 0ff05h
        call rtc_put
        mov ax, 200fh
        call rtc_mode
        mov edx, [ticks]
.wait:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 3500
        ja .rung
        cmp dword [alarms], 0
        je .wait
.rung:  RANGE eax, 1998, 2002, "milliseconds until the chip's alarm, 2000"
        mov ax, 0ff01h
        call rtc_put
        mov dword [alarms], 0
        mov edx, [ticks]
.each:  mov eax, [ticks]
        sub eax, edx
        cmp eax, 3500
        jb .each
        mov ax, 000fh
        call rtc_mode
        RANGE dword [alarms], 3, 3, "alarms of each second in 3.5 s"
        ret
%include "rtcwait.asm"
old8:     dd 0
old70:    dd 0
old4a:    dd 0
ticks:    dd 0
periods:  dd 0
updates:  dd 0
alarms:   dd 0
first:    dd 0
third:    dd 0
fraction: dw 0
rung:     dw 0
old_b:    db 0
old_mask: db 0
flag:     db 0
before:   db 0
