; SPDX-License-Identifier: BSD-2-Clause
; boot sector: power management (INT 15h/53h) through its three interfaces; the end is power off, which is no failure.
; Advanced Power Management BIOS Interface Specification 1.2.
%include "harness.asm"
%include "pm.asm"

; The functions of a connection: CALL_APM, then what it answered.
%macro FUNCTIONS 2                              ; how to call, the interface's name
        mov ax, 0x530e                          ; the driver's version
        xor bx, bx
        mov cx, 0x0102
        %1
        EXPECT nc, {%2, " 0E version"}
        cmp ax, 0x0102
        EXPECT e, {%2, " 0E is 1.2"}
        mov ax, 0x5308
        mov bx, 1
        mov cx, 1
        %1
        EXPECT nc, {%2, " 08 enables"}
        mov ax, 0x530a
        mov bx, 1
        %1
        EXPECT nc, {%2, " 0A power status"}
        cmp bh, 1
        EXPECT e, {%2, " 0A mains"}
        mov ax, 0x530b
        %1
        EXPECT c, {%2, " 0B no event"}
        cmp ah, 0x80
        EXPECT e, {%2, " 0B says so"}
%endmacro
%macro OWN_FUNCTIONS 2
        mov ax, 0x530c
        mov bx, 1
        mov cx, 99
        %1
        EXPECT nc, {%2, " 0C power state"}
        cmp cx, 0
        EXPECT e, {%2, " 0C ready"}
        mov ax, 0x5307
        mov bx, 0x7777
        mov cx, 3
        %1
        EXPECT c, {%2, " 07 no such device"}
        mov ax, 0x5310
        mov bx, 0
        %1
        EXPECT nc, {%2, " 10 capabilities"}
        cmp cl, 0x0f
        EXPECT e, {%2, " 10 stand by, suspend, timers"}
        mov ax, 0x5307
        mov bx, 1
        mov cx, 9
        %1
        cmp ah, 0x0a
        EXPECT e, {%2, " 07 no such state"}
        mov ax, 0x5308
        mov bx, 1
        mov cx, 0
        %1
        mov ax, 0x5307
        mov cx, 3
        %1
        cmp ah, 1
        EXPECT e, {%2, " 07 not when disabled"}
        mov ax, 0x5309
        mov bx, 1
        %1
        EXPECT nc, {%2, " 09 as it was"}
        mov ax, 0x530f
        mov bx, 1
        mov cx, 0
        %1
        EXPECT nc, {%2, " 0F disengages"}
        mov ax, 0x530b
        %1
        EXPECT c, {%2, " 0B not when disengaged"}
        cmp ah, 0x0b
        EXPECT e, {%2, " 0B says so"}
        mov ax, 0x530f
        mov bx, 1
        mov cx, 1
        %1
        EXPECT nc, {%2, " 0F engages"}
        mov ax, 0x5307
        mov bx, 1
        mov cx, 4
        %1
        EXPECT nc, {%2, " 07 a request is being worked at"}
        mov ax, 0x5307
        mov bx, 0x0400
        mov cx, 2
        %1
        EXPECT nc, {%2, " 07 suspends a serial port"}
        mov ax, 0x530c
        mov bx, 0x0400
        mov cx, 99
        %1
        cmp cx, 2
        EXPECT e, {%2, " 0C which is remembered"}
        mov ax, 0x5311
        mov bx, 0
        mov cx, 1
        %1
        EXPECT c, {%2, " 11 no timer"}
        cmp ah, 0x0d
        EXPECT e, {%2, " 11 says so"}
        mov ax, 0x5311
        mov bx, 0
        mov cx, 0x5802
        mov dx, 0x2359
        mov si, 0x1231
        mov di, 0x2099
        %1
        EXPECT nc, {%2, " 11 sets the timer"}
        mov ax, 0x5311
        mov bx, 0
        mov cx, 1
        mov dx, 0
        mov si, 0
        mov di, 0
        %1
        EXPECT nc, {%2, " 11 reads it"}
        cmp ch, 0x58
        EXPECT e, {%2, " 11 seconds"}
        cmp dx, 0x2359
        EXPECT e, {%2, " 11 hours and minutes"}
        cmp si, 0x1231
        EXPECT e, {%2, " 11 month and day"}
        cmp di, 0x2099
        EXPECT e, {%2, " 11 year"}
        mov ax, 0x5311
        mov bx, 0
        mov cx, 0
        %1
        EXPECT nc, {%2, " 11 no more"}
        mov ax, 0x5313
        mov bx, 0
        mov cx, 2
        %1
        EXPECT nc, {%2, " 13 requests by timers"}
        cmp cx, 0
        EXPECT e, {%2, " 13 there are none"}
        mov ax, 0x5355
        %1
        EXPECT c, {%2, " 55 no such function"}
%endmacro

main:   mov ax, 0x5300
        xor bx, bx
        int 0x15
        EXPECT nc, "15/5300 there is APM"
        cmp ax, 0x0102
        EXPECT e, "15/5300 version 1.2"
        cmp bx, "MP"
        EXPECT e, "15/5300 signature"
        and cx, 3
        cmp cx, 3
        EXPECT e, "15/5300 three interfaces"
%ifndef SEABIOS
        mov ax, 0x530b
        int 0x15
        EXPECT c, "15/530B before a connection"
        cmp ah, 3
        EXPECT e, "15/530B says so"
%endif
        call real
        call protected16
        call protected32
        cmp byte [failures], 0
        je .off
        ret
.off:   mov ax, 0x5301
        xor bx, bx
        int 0x15
        mov ax, 0x530e
        mov cx, 0x0102
        int 0x15
        mov ax, 0x5308
        mov bx, 1
        mov cx, 1
        int 0x15
        mov ax, 0x5307
        mov bx, 1
        mov cx, 3
        int 0x15
        cmp al, al
        EXPECT ne, "15/5307 switches off"
        ret

real:   mov ax, 0x5301
        xor bx, bx
        int 0x15
        EXPECT nc, "15/5301 connects"
%ifndef SEABIOS
        mov ax, 0x5303
        int 0x15
        EXPECT c, "15/5303 not twice"
        cmp ah, 2
        EXPECT e, "15/5303 says so"
%endif
        FUNCTIONS {int 0x15}, "15/53"
        mov ax, 0x5305
        int 0x15
        EXPECT nc, "15/5305 idles"
%ifndef SEABIOS
        OWN_FUNCTIONS {int 0x15}, "15/53"
        call timer_wakes
        call key_wakes
%endif
        mov ax, 0x5304
        xor bx, bx
        int 0x15
        EXPECT nc, "15/5304 disconnects"
        ret

%ifndef SEABIOS
; Suspended until two seconds on
timer_wakes:
        mov ah, 2
        int 0x1a
        EXPECT nc, "1A/02 the time"
        mov al, dh
        add al, 2                               ; the run begins at a full hour, or near it
        daa
        mov [.second], al
        mov bh, ch
        mov bl, cl
        mov ah, 4
        int 0x1a
        mov si, dx
        mov di, cx
        mov dx, bx
        mov ch, [.second]
        mov cl, 2
        xor bx, bx
        mov ax, 0x5311
        int 0x15
        EXPECT nc, "15/5311 in two seconds"
        mov eax, [0x46c]
        mov [.ticks], eax
        mov ax, 0x5307
        mov bx, 1
        mov cx, 2
        int 0x15
        EXPECT nc, "15/5307 suspends"
        mov eax, [0x46c]
        sub eax, [.ticks]
        cmp eax, 16
        EXPECT ae, "15/5307 for a second at least"
        cmp eax, 40
        EXPECT b, "15/5307 and two at most"
        mov ax, 0x530b
        int 0x15
        EXPECT nc, "15/530B has resumed"
        cmp bx, 3
        EXPECT e, "15/530B normally"
        mov ax, 0x5311
        xor bx, bx
        mov cx, 1
        int 0x15
        EXPECT c, "15/5311 the timer is through"
        ret
.second: db 0
.ticks: dd 0

; Stands by until the tenth tick presses a key
key_wakes:
        mov eax, [0x1c * 4]
        mov [.old], eax
        mov dword [0x1c * 4], .tick
        mov ax, 0x5307
        mov bx, 1
        mov cx, 1
        int 0x15
        EXPECT nc, "15/5307 stands by"
        mov eax, [.old]
        mov [0x1c * 4], eax
        cmp word [.count], 10
        EXPECT ae, "15/5307 until a key"
        mov ax, 0x530b
        int 0x15
        cmp bx, 0x0b
        EXPECT e, "15/530B resumed from standby"
        mov ah, 0
        int 0x16
        cmp ax, 0x1e61
        EXPECT e, "16/00 the key is there"
        mov dx, 0x3c4
        mov al, 1
        out dx, al
        inc dx
        in al, dx
        test al, 0x20
        EXPECT z, "15/5307 the screen is on again"
        ret
.tick:  push ax
        inc word [cs:.count]
        cmp word [cs:.count], 10
        jne .on
        mov al, 0xd2                            ; as if the keyboard had sent it
        out 0x64, al
        mov al, 0x1e
        out 0x60, al
.on:    pop ax
        iret
.count: dw 0
.old:   dd 0
%endif

protected16:
        mov ax, 0x5302
        xor bx, bx
        int 0x15
        EXPECT nc, "15/5302 connects"
        mov [entry], bx
        mov word [entry + 2], 0x28
        mov bx, gdt.a
        mov dx, 0x9b
        call segment_set
        mov ax, cx
        mov bx, gdt.b
        mov dx, 0x93
        call segment_set
        FUNCTIONS {call call16}, "16-bit 53"
%ifndef SEABIOS
        OWN_FUNCTIONS {call call16}, "16-bit 53"
%endif
        mov ax, 0x5304
        xor bx, bx
        call call16
        EXPECT nc, "16-bit 5304 disconnects"
        ret
call16: PM16
        push ds
        push word 0x30
        pop ds
        call far [cs:entry]
        pop ds
        REAL
        sti
        ret

protected32:
        mov ax, 0x5303
        xor bx, bx
        int 0x15
        EXPECT nc, "15/5303 connects"
        mov [entry32], ebx
        mov word [entry32 + 4], 0x28
        push dx
        push cx
        mov bx, gdt.a
        mov dx, 0x409b
        call segment_set
        pop ax
        mov bx, gdt.b
        mov dx, 0x9b
        call segment_set
        pop ax
        mov bx, gdt.c
        mov dx, 0x93
        call segment_set
        FUNCTIONS {call call32}, "32-bit 53"
%ifndef SEABIOS
        OWN_FUNCTIONS {call call32}, "32-bit 53"
%endif
        mov ax, 0x5304
        xor bx, bx
        call call32
        EXPECT nc, "32-bit 5304 disconnects"
        ret
call32: PM32
        push ds
        push dword 0x38
        pop ds
        call far [cs:entry32]
        pop ds
        REAL
        sti
        ret

        align 4
entry:  dd 0
entry32: dd 0, 0
