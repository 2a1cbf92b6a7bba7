; SPDX-License-Identifier: BSD-2-Clause
; boot sector: waits and alarms (INT 15h/83h, 86h, INT 1Ah/06h, INT 4Ah), the serial and parallel services, the mouse's
; (INT 15h/C2h), keys (INT 16h), floppy verify and format, hooks (INT 15h/90h, 91h), print screen, and in the end the shutdown
; codes of the clock chip's RAM. IBM PS/2 and PC BIOS Interface Technical Reference.
%include "harness.asm"

main:   call waits
        call alarm
        call serial
        call parallel
        call mouse
        call keys
        call floppy
        call tables
%ifndef SEABIOS
        call hooks
        call print_screen
        call irq9
%endif
        jmp shutdown

ticks:  push ds
        push 0x40
        pop ds
        mov bx, [0x6c]
        pop ds
        ret

waits:  call ticks
        mov si, bx
        mov ah, 0x86
        mov cx, 0x0003                          ; 0.2 s: 3.64 ticks
        mov dx, 0x0d40
        int 0x15
        EXPECT nc, "15/86 waits"
        call ticks
        sub bx, si
        cmp bx, 3
        EXPECT ae, "15/86 long enough"
        cmp bx, 5
        EXPECT be, "15/86 not too long"
        mov byte [flag], 0
        mov ax, 0x8300
        mov cx, 0x0001
        mov dx, 0x86a0                          ; 0.1 s
        mov bx, flag
        int 0x15
        EXPECT nc, "15/83 starts"
        cmp byte [flag], 0
        EXPECT e, "15/83 not at once"
        mov ax, 0x8300
        mov bx, flag
        mov cx, 1
        int 0x15
        EXPECT c, "15/83 twice is refused"
        call ticks
        mov si, bx
.look:  test byte [flag], 0x80
        jnz .set
        call ticks
        sub bx, si
        cmp bx, 10
        jb .look
.set:   test byte [flag], 0x80
        EXPECT nz, "15/83 sets the flag"
        mov byte [flag], 0
        mov ax, 0x8300
        mov cx, 0x0001
        mov dx, 0x86a0
        mov bx, flag
        int 0x15
        mov ax, 0x8301
        int 0x15
        EXPECT nc, "15/83 cancelled"
        mov ah, 0x86
        mov cx, 3
        mov dx, 0
        int 0x15
        EXPECT nc, "15/86 after it"
        cmp byte [flag], 0
        EXPECT e, "15/83 stays cancelled"
        ret

; The alarm a second from now; the clock is set so that no field carries.
alarm:  mov word [0x4a * 4], .ring
        mov word [0x4a * 4 + 2], 0
        mov ah, 3
        mov cx, 0x1122
        mov dx, 0x3300
        int 0x1a
        mov ah, 2
        int 0x1a
        EXPECT nc, "1A/02 reads the clock"
        cmp cx, 0x1122
        EXPECT e, "1A/03 has set it"
        mov byte [flag], 0
        mov ah, 6
        mov cx, 0x1122
        mov dx, 0x3500
        int 0x1a
        EXPECT nc, "1A/06 sets an alarm"
        mov ah, 6
        int 0x1a
        EXPECT c, "1A/06 twice is refused"
        call ticks
        mov si, bx
.look:  cmp byte [flag], 0
        jne .done
        hlt
        call ticks
        sub bx, si
        cmp bx, 80
        jb .look
.done:  cmp byte [flag], 0x4a
        EXPECT e, "INT 4A rings"
        mov ah, 7
        int 0x1a
        mov ah, 6
        mov cx, 0x1122
        int 0x1a
        EXPECT nc, "1A/07 takes it away"
        mov ah, 7
        int 0x1a
        ret
.ring:  mov byte [cs:flag], 0x4a
        iret

serial: mov ax, 0x00e3                          ; 9600, 8 bits
        xor dx, dx
        int 0x14
        test ah, 0x60
        EXPECT nz, "14/00 transmitter empty"
        mov al, 0x13                            ; loop-back, as diagnostics do
        mov dx, 0x3fc
        out dx, al
        mov ah, 1
        mov al, "Q"
        xor dx, dx
        int 0x14
        test ah, 0x80
        EXPECT z, "14/01 sends"
        call pause
        xor dx, dx
        mov ah, 3
        int 0x14
        test ah, 1
        EXPECT nz, "14/03 data ready"
        mov dx, 0x3f8
        in al, dx
        cmp al, "Q"
        EXPECT e, "the byte comes back"
        call ticks
        mov si, bx
        mov ah, 2
        xor dx, dx
        int 0x14
        test ah, 0x80
        EXPECT nz, "14/02 times out"
        call ticks
        sub bx, si
        cmp bx, 200
        EXPECT b, "14/02 within eleven seconds"
        ret

parallel:
        mov ah, 2
        mov dx, 2                               ; no such port
        int 0x17
        test ah, 0x29
%ifndef SEABIOS
        EXPECT nz, "17/02 no printer"
%endif
        mov ah, 1
        xor dx, dx
        int 0x17
        and ah, 0xf9
        cmp ah, 0x90
        EXPECT e, "17/01 ready and selected"
        mov si, paper
.more:  lodsb
        mov ah, 0
        int 0x17
        test ah, 0x29
        jnz .end
        cmp byte [si], 0
        jnz .more
.end:   EXPECT z, "17/00 prints"
        mov ah, 2
        int 0x17
        and ah, 0x39
        cmp ah, 0x10
        EXPECT e, "17/02 no trouble"
        ret
paper:  db "Printed by INT 17h", 13, 10, 12, 0

mouse:  mov ax, 0xc205
        mov bh, 3
        int 0x15
        EXPECT nc, "15/C205 packets of three"
        mov ax, 0xc201
        int 0x15
        EXPECT nc, "15/C201 reset"
        cmp bx, 0x00aa
        EXPECT e, "15/C201 says AAh, 0"
        mov ax, 0xc202
        mov bh, 5
        int 0x15
        EXPECT nc, "15/C202 rate"
        mov ax, 0xc203
        mov bh, 2
        int 0x15
        EXPECT nc, "15/C203 resolution"
        mov ax, 0xc204
        int 0x15
        EXPECT nc, "15/C204 type"
        cmp bh, 0
        EXPECT e, "15/C204 a mouse"
        mov ax, 0xc206
        mov bh, 0
        int 0x15
        EXPECT nc, "15/C206 status"
        cmp dl, 100
        EXPECT e, "15/C206 the rate set"
        cmp cl, 2
        EXPECT e, "15/C206 the resolution set"
        mov ax, 0xc207
        mov bx, handler
        int 0x15
        EXPECT nc, "15/C207 handler"
        mov ax, 0xc200
        mov bh, 1
        int 0x15
        EXPECT nc, "15/C200 on"
        mov ax, 0xc200
        mov bh, 0
        int 0x15
        EXPECT nc, "15/C200 off"
        mov ax, 0xc2ff
        int 0x15
        EXPECT c, "15/C2FF no such function"
        ret
handler:
        retf

keys:   mov ah, 1
        int 0x16
        EXPECT z, "16/01 nothing typed"
        mov ah, 5
        mov cx, 0x1e61
        int 0x16
        mov ah, 1
        int 0x16
        EXPECT nz, "16/05 a key put"
        mov ah, 0
        int 0x16
        cmp ax, 0x1e61
        EXPECT e, "16/00 the same key"
        ret

floppy: mov ax, 0x0412                          ; a whole track, its end and the other head's
        mov cx, 0x0001
        mov dx, 0x0000
        int 0x13
        EXPECT nc, "13/04 verifies"
        mov ah, 8
        mov dl, 0
        int 0x13
        EXPECT nc, "13/08 parameters"
        push 0
        pop es
        mov ah, 0x18
        mov cx, 0x4f12
        mov dl, 0
        int 0x13
%ifndef SEABIOS
        EXPECT nc, "13/18 media for formatting"
%endif
        push 0
        pop es
        mov di, fields                          ; cylinder 79, head 1
        mov cx, 18
        mov al, 1
.field: mov word [di], 0x014f
        mov [di + 2], al
        mov byte [di + 3], 2
        add di, 4
        inc al
        loop .field
        mov ax, 0x0512
        mov bx, fields
        mov cx, 0x4f01
        mov dx, 0x0100
        int 0x13
        EXPECT nc, "13/05 formats"
        mov ax, 0x0212
        mov bx, 0xa000
        mov cx, 0x4f01
        mov dx, 0x0100
        int 0x13
        EXPECT nc, "13/02 reads the track"
        cmp word [0xa000], 0xf6f6
        EXPECT e, "and finds it fresh"
        cmp word [0xa000 + 18 * 512 - 2], 0xf6f6
        EXPECT e, "to its end"
        mov ax, 0x0201
        mov bx, 0xa000
        mov cx, 0x0014                          ; sector 20
        mov dx, 0
        int 0x13
        EXPECT c, "13/02 no such sector"
        mov ah, 1
        mov dl, 0
        int 0x13
        cmp ah, 4
%ifndef SEABIOS
        EXPECT e, "13/01 says so"
%endif
        mov ah, 0x15
        mov dl, 0
        int 0x13
        cmp ah, 2
%ifndef SEABIOS
        EXPECT e, "13/15 a drive with a change line"
%endif
        ret

tables: int 0x11
        test al, 0x04
        EXPECT nz, "INT 11 a mouse"
        push es
        mov ah, 8
        mov dl, 0
        int 0x13
        cmp word [es:di + 3], 0x1202            ; bytes of a sector, sectors
        EXPECT e, "13/08 a table of 1.44 MB"
        pop es
%ifndef SEABIOS
        mov ah, 8
        mov dl, 3
        int 0x13
        mov ax, es
        or ax, di
        or ax, cx
        EXPECT z, "13/08 nothing of a drive that is not there"
        cmp dl, 1
        EXPECT e, "13/08 but how many are"
        push 0
        pop es
        les di, [0x1d * 4]
        cmp word [es:di + 16], 0x5071
        EXPECT e, "INT 1D 80 columns"
        cmp word [es:di + 64], 2048
        EXPECT e, "INT 1D a page"
        test byte [0x48f], 0x04
        EXPECT nz, "40:8F drive 0 is known"
%endif
        push 0
        pop es
        ret

; The floppy's waits are announced; a hook that types the key keeps INT 16h/00h from waiting.
hooks:  mov eax, [0x15 * 4]
        mov [.old], eax
        mov dword [0x15 * 4], .hook
        mov ax, 0x0401
        mov cx, 0x1401                          ; a seek
        mov dx, 0x0000
        int 0x13
        EXPECT nc, "13/04 with a hook"
        cmp word [.busy], 1
        EXPECT ae, "15/9001 the floppy is busy"
        mov ax, [.busy]
        cmp [.ready], ax
        EXPECT e, "15/9101 and ready as often"
        mov ah, 0
        int 0x16
        cmp ax, 0x1e61
        EXPECT e, "15/9002 types the key"
        mov eax, [.old]
        mov [0x15 * 4], eax
        ret
.hook:  cmp ax, 0x9001
        je .floppy
        cmp ax, 0x9101
        je .done
        cmp ax, 0x9002
        je .key
        jmp far [cs:.old]
.floppy:
        inc word [cs:.busy]
        iret
.done:  inc word [cs:.ready]
        iret
.key:   mov ah, 5
        mov cx, 0x1e61
        int 0x16
        push bp
        mov bp, sp
        or byte [bp + 6], 1                     ; the caller's carry
        pop bp
        iret
.old:   dd 0
.busy:  dw 0
.ready: dw 0

; The screen, 50 lines of it, to the printer; the cursor stays.
print_screen:
        mov ax, 3
        int 0x10
        mov ax, 0x1112
        mov bl, 0
        int 0x10
        mov dx, 0x0000
        call .say
        mov dx, 0x3149                          ; the last line
        call .say
        int 0x05
        cmp byte [0x500], 0
        EXPECT e, "INT 05 is done"
        mov ah, 3
        mov bh, 0
        int 0x10
        cmp dx, 0x3150 - 1
        EXPECT e, "INT 05 leaves the cursor"
        ret
.say:   mov ah, 2
        mov bh, 0
        int 0x10
        mov si, .text
        mov cx, 6
.next:  lodsb
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        loop .next
        ret
.text:  db "Screen"

; An interrupt of IRQ 9, asserted by the test device, comes as INT 0Ah where somebody has hooked it, and is masked otherwise.
irq9:   in al, 0xa1
        and al, 0xfd
        out 0xa1, al
        mov eax, [0x0a * 4]
        mov dword [0x0a * 4], .hook
        mov byte [flag], 0
        mov dx, 0x2009
        mov al, 1
        out dx, al
        call pause
        cmp byte [flag], 1
        EXPECT e, "IRQ 9 comes as INT 0A"
        mov [0x0a * 4], eax
        mov al, 1
        out dx, al
        call pause
        mov al, 0
        out dx, al
        in al, 0xa1
        test al, 0x02
        EXPECT nz, "IRQ 9 is masked when nobody has it"
        mov al, 0x0b
        out 0xa0, al
        in al, 0xa0
        mov ah, al
        mov al, 0x0b
        out 0x20, al
        in al, 0x20
        or al, ah
        EXPECT z, "IRQ 9 is over"
        ret
.hook:  push ax
        push dx
        inc byte [cs:flag]
        mov dx, 0x2009
        mov al, 0
        out dx, al
        mov al, 0x20
        out 0x20, al
        pop dx
        pop ax
        iret

; What the BIOS does after a reset that an 80286 asked for to leave protected mode. It resets the processor alone, also
; while the A20 gate is closed.
shutdown:
        in al, 0x21
        or al, 0x80
        out 0x21, al
        in al, 0x92
        and al, 0xfc
        out 0x92, al
        mov word [0x467], .jumped
        mov word [0x469], 0
        mov al, 0x0a
        jmp .reset
.jumped:
        call .real
        EXPECT e, "shutdown 0A jumps"
        in al, 0x92
        test al, 2
        EXPECT z, "with the A20 gate as it was"
        or al, 2
        out 0x92, al
        in al, 0x21
        test al, 0x80
        EXPECT nz, "and the interrupt controller"
        mov al, 0x05
        mov word [0x467], .ended
        jmp .reset
.ended: call .real
        EXPECT e, "shutdown 05 jumps"
        mov word [0x467], 0x6000                ; a stack
        mov word [0x6000], .interrupted
        mov word [0x6002], 0
        mov word [0x6004], 0x0003
        mov al, 0x0b
        jmp .reset
.interrupted:
        setnc [cs:flag]
        call .real
        cmp byte [flag], 0
        EXPECT e, "shutdown 0B returns with the flags"
        mov word [0x467], 0x6000
        mov word [0x6000], .called
        mov al, 0x0c
        jmp .reset
.called:
        call .real
        EXPECT e, "shutdown 0C returns"
%ifndef SEABIOS                                 ; which stops at 09
        mov word [0x467], 0x6000
        mov word [0x6000], 0x1234               ; DS, ES
        mov word [0x6002], 0x5678
        mov word [0x6004], 0x1111               ; DI, SI, BP, SP, BX, DX, CX, AX
        mov word [0x6006], 0x2222
        mov word [0x6012], 0x8888
        mov word [0x6014], .moved
        mov word [0x6016], 0
        mov al, 0x09
        jmp .reset
.moved: cli
        cmp ax, 0x8888
        jne .wrong
        cmp di, 0x1111
        jne .wrong
        mov ax, ds
        cmp ax, 0x1234
        jne .wrong
        mov ax, es
        cmp ax, 0x5678
.wrong: setne [cs:flag]
        call .real
        cmp byte [flag], 0
        EXPECT e, "shutdown 09 takes registers back"
%endif
        mov dx, 0xf4
        mov al, [failures]
        out dx, al
        hlt
.real:  cli
        pop cx
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        cmp ax, ax
        jmp cx
.reset: mov ah, al
        mov al, 0x8f
        out 0x70, al
        mov al, ah
        out 0x71, al
        mov al, 0xfe
        out 0x64, al
        cli
        hlt

pause:  mov cx, 0
.on:    in al, 0x61
        loop .on
        ret

flag:   db 0
        align 4
fields: times 18 * 4 db 0
