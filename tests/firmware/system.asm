; SPDX-License-Identifier: BSD-2-Clause
; boot sector: the system services: sizes of memory, copies above 1 MB, A20, the way into protected mode, tables, the
; clock, keys and the equipment. IBM PS/2 and PC BIOS Interface Technical Reference; ACPI for E820h. 64 MB are there.
%include "harness.asm"
%include "pm.asm"

main:   call memory
        call map
        call copy
        call a20
        call config
        call clock
        call keyboard
        call small
%ifndef SEABIOS
        call protected
%endif
        ret

memory: int 0x12
        cmp ax, 639
        EXPECT e, "INT 12 639 KB"
        mov ah, 0x88
        int 0x15
        EXPECT nc, "15/88 extended memory"
        cmp ax, 64512 - 1024
        EXPECT ae, "15/88 63 MB"
        mov ax, 0xe801
        int 0x15
        EXPECT nc, "15/E801"
        cmp ax, 0x3c00
        EXPECT e, "15/E801 15 MB below 16 MB"
        cmp dx, 48 * 16 - 2
        EXPECT ae, "15/E801 48 MB above"
        cmp cx, 0x3c00
        EXPECT e, "15/E801 CX too"
%ifndef SEABIOS
        mov ax, 0xe881
        int 0x15
        EXPECT nc, "15/E881"
        cmp ecx, 0x3c00
        EXPECT e, "15/E881 15 MB"
        cmp edx, 48 * 16
        EXPECT e, "15/E881 48 MB"
        mov ah, 0x8a
        int 0x15
        EXPECT nc, "15/8A"
        cmp ax, 64512
        EXPECT e, "15/8A 63 MB"
        cmp dx, 0
        EXPECT e, "15/8A high word"
%endif
        ret

; Entries in turn; sums up the usable ones, sees that none overlaps its neighbour.
map:    xor ebx, ebx
        xor ebp, ebp
.next:  mov eax, 0xe820
        mov edx, 0x534d4150
        mov ecx, 20
        mov di, buffer
        int 0x15
        jc .end
        cmp eax, 0x534d4150
        jne .bad
        cmp dword [buffer + 16], 1
        jne .more
        add ebp, [buffer + 8]
.more:  test ebx, ebx
        jnz .next
.end:   cmp ebp, 63 * 1024 * 1024
        EXPECT a, "15/E820 usable memory"
        cmp ebp, 64 * 1024 * 1024
        EXPECT b, "15/E820 not more than there is"
        mov eax, 0xe820
        mov edx, 0x12345678
        mov ecx, 20
        xor ebx, ebx
        int 0x15
        EXPECT c, "15/E820 without its signature"
        ret
.bad:   cmp al, al
        EXPECT ne, "15/E820 signature"
        ret

copy:   mov dword [buffer], 0xcafe1234
        mov word [moves + 0x12], buffer
        mov byte [moves + 0x14], 0
        mov dword [moves + 0x1a], 0x93200000    ; to 2 MB
        mov ah, 0x87
        mov cx, 2
        mov si, moves
        int 0x15
        EXPECT nc, "15/87 copies up"
        mov dword [buffer], 0
        mov dword [moves + 0x12], 0x93200000
        mov word [moves + 0x1a], buffer
        mov byte [moves + 0x1c], 0
        mov byte [moves + 0x1d], 0x93
        mov ah, 0x87
        mov cx, 2
        mov si, moves
        int 0x15
        EXPECT nc, "15/87 copies down"
        cmp dword [buffer], 0xcafe1234
        EXPECT e, "15/87 the same"
        ret

a20:    mov ax, 0x2403
        int 0x15
        EXPECT nc, "15/2403 ways to switch A20"
        test bl, 2
        EXPECT nz, "15/2403 port 92h is one"
        mov ax, 0x2400
        int 0x15
        EXPECT nc, "15/2400 off"
        mov ax, 0x2402
        int 0x15
        cmp al, 0
        EXPECT e, "15/2402 is off"
        mov ax, 0x2401
        int 0x15
        EXPECT nc, "15/2401 on"
        mov ax, 0x2402
        int 0x15
        cmp al, 1
        EXPECT e, "15/2402 is on"
        ret

config: mov ah, 0xc0
        int 0x15
        EXPECT nc, "15/C0 configuration"
        cmp ah, 0
        EXPECT e, "15/C0 status"
        cmp byte [es:bx + 2], 0xfc
        EXPECT e, "15/C0 an AT"
        test byte [es:bx + 5], 0x20
        EXPECT nz, "15/C0 a clock chip"
        push 0xf000
        pop es
        cmp byte [es:0xfffe], 0xfc
        EXPECT e, "F000:FFFE an AT"
        mov ah, 0xc1
        int 0x15
        EXPECT nc, "15/C1 extended data area"
        mov ax, es
        push ds
        push 0x40
        pop ds
        cmp ax, [0x0e]
        pop ds
        EXPECT e, "15/C1 where 40:0E says"
        cmp byte [es:0], 1
        EXPECT ae, "15/C1 its size"
        push 0
        pop es
        mov ah, 0x99
        int 0x15
        EXPECT c, "15/99 no such function"
        cmp ah, 0x86
        EXPECT e, "15/99 says so"
        ret

clock:  mov ah, 0
        int 0x1a
        push dx
.wait:  hlt
        mov ah, 0
        int 0x1a
        pop bx
        push bx
        cmp dx, bx
        je .wait
        pop bx
        sub dx, bx
        cmp dx, 2
        EXPECT be, "1A/00 counts"
        mov ah, 1
        mov cx, 0x0018
        mov dx, 0x00ae
        int 0x1a
        mov cx, 4
.over:  hlt
        loop .over
        mov ah, 0
        int 0x1a
        cmp al, 1
        EXPECT e, "1A/00 midnight came"
        cmp cx, 0
        EXPECT e, "1A/00 and a new day"
        mov ah, 0
        int 0x1a
        cmp al, 0
        EXPECT e, "1A/00 says it once"
        mov ah, 5
        mov cx, 0x2001
        mov dx, 0x1231
        int 0x1a
        EXPECT nc, "1A/05 sets the date"
        mov ah, 4
        int 0x1a
        EXPECT nc, "1A/04 reads the date"
        cmp cx, 0x2001
        EXPECT e, "1A/04 the year"
        cmp dx, 0x1231
        EXPECT e, "1A/04 the day"
        mov ah, 3
        mov cx, 0x1259
        mov dx, 0x3000
        int 0x1a
        mov ah, 2
        int 0x1a
        cmp cx, 0x1259
        EXPECT e, "1A/02 the time set"
        cmp dh, 0x30
        EXPECT e, "1A/02 the seconds"
        ret

keyboard:
        mov ah, 9
        int 0x16
        test al, 0x20
        EXPECT nz, "16/09 has 10h-12h"
        mov ah, 0x0a
        int 0x16
        cmp bx, 0x41ab
        EXPECT e, "16/0A an MF2 keyboard"
        mov ah, 0x11
        int 0x16
        EXPECT z, "16/11 nothing typed"
        mov ah, 5
        mov cx, 0x85e0
        int 0x16
        cmp al, 0
        EXPECT e, "16/05 a key put"
        mov ah, 5
        mov cx, 0x4be0                          ; grey left
        int 0x16
        mov ah, 5
        mov cx, 0x4be0
        int 0x16
        mov ah, 0x11
        int 0x16
        EXPECT nz, "16/11 there it is"
        mov ah, 0x10
        int 0x16
        mov ah, 0x10
        int 0x16
        cmp ax, 0x4be0
        EXPECT e, "16/10 as it is"
        mov ah, 0
        int 0x16
        cmp ax, 0x4b00
        EXPECT e, "16/00 without E0h"
        mov cx, 15
.fill:  push cx
        mov ah, 5
        mov cx, 0x1e61
        int 0x16
        pop cx
        loop .fill
        mov ah, 5
        mov cx, 0x1e61
        int 0x16
        cmp al, 1
        EXPECT e, "16/05 full"
        mov cx, 15
.empty: push cx
        mov ah, 0
        int 0x16
        pop cx
        loop .empty
        mov ah, 1
        int 0x16
        EXPECT z, "16/01 empty"
        mov ah, 2
        int 0x16
        and al, 0x0f
        EXPECT z, "16/02 no shift"
        mov ah, 0x12
        int 0x16
        and ax, 0x0f0f
        EXPECT z, "16/12 no shift"
        mov ax, 0x0305
        mov bx, 0x0105
        int 0x16
        ret

small:  int 0x11
        push ds
        push 0x40
        pop ds
        cmp ax, [0x10]
        pop ds
        EXPECT e, "INT 11 equipment"
        test al, 1
        EXPECT nz, "INT 11 a floppy drive"
        mov word [0x1b * 4], .break
        mov word [0x1b * 4 + 2], 0
        mov word [0x1c * 4], .tick
        mov word [0x1c * 4 + 2], 0
        mov cx, 3
.wait:  hlt
        loop .wait
        cmp byte [ticked], 2
        EXPECT ae, "INT 1C ticks"
        mov ax, 0x9000
        int 0x15
        EXPECT nc, "15/90 nobody waits"
        cmp word [0x1e * 4 + 2], 0
        EXPECT ne, "INT 1E a floppy table"
        cmp word [0x1f * 4 + 2], 0
        EXPECT ne, "INT 1F a font"
        ret
.tick:  inc byte [cs:ticked]
.break: iret

; INT 15h/89h with the flat descriptors it asks for, and back
protected:
        mov word [modes + 0x08], 0x3f
        mov word [modes + 0x0a], modes
        mov dword [modes + 0x18], 0x0000ffff
        mov dword [modes + 0x1c], 0x00009300
        mov dword [modes + 0x20], 0x0000ffff
        mov dword [modes + 0x24], 0x00009300
        mov dword [modes + 0x28], 0x0000ffff
        mov dword [modes + 0x2c], 0x00009300
        mov dword [modes + 0x30], 0x0000ffff
        mov dword [modes + 0x34], 0x00009b00
        mov si, modes
        mov bx, 0x5058
        mov ah, 0x89
        int 0x15
        mov bp, ss
        smsw dx
        mov cx, cs
        call from_pm
        jmp 0:.rm
.rm:    call real_segments
        cmp ah, 0
        EXPECT e, "15/89 comes back"
        test dl, 1
        EXPECT nz, "15/89 in protected mode"
        cmp cx, 0x30
        EXPECT e, "15/89 on the code segment"
        cmp bp, 0x28
        EXPECT e, "15/89 on the stack"
        lidt [.idt]
        ret
.idt:   dw 0x3ff
        dd 0

ticked: db 0
        align 8
moves:  dq 0, 0
        dw 0xffff, 0
        db 0, 0x93
        dw 0
        dw 0xffff, 0
        db 0, 0x93
        dw 0
        dq 0, 0
modes:  times 8 dq 0
buffer: times 64 db 0
