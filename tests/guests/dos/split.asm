; SPDX-License-Identifier: BSD-2-Clause
; SPLIT.COM: 320x200 in 256 colours, unchained, on lines of 352 dots. The upper 150 lines wander 63 dots to the right and 63
; lines down, by start address and panning; the lower 50 are memory from 0 and stay. Each frame has its place, so that the
; time of all is that of the frames. With a word on the command line it waits for a key at each picture. IBM VGA registers.
%include "harness.asm"
LINE    equ 88                          ; bytes
UPPER   equ 8000                        ; where it begins in memory
SPLIT   equ 2 * 150 - 1                 ; in scan lines

main:   mov ax, 13h
        int 10h
        mov dx, 3c4h
        mov ax, 0604h
        out dx, ax
        mov ax, 0f02h
        out dx, ax
        push 0a000h
        pop es
        xor di, di
        xor eax, eax
        mov cx, 4000h
        cld
        rep stosd
        mov dx, 3d4h
        mov ax, 0014h                   ; bytes, not double words
        out dx, ax
        mov ax, 0e317h
        out dx, ax
        mov ax, (LINE / 2) << 8 | 13h
        out dx, ax
        call palette
        call draw
        mov al, 7                       ; line compare: bit 8 here, bit 9 in register 9
        mov bx, (SPLIT & 100h) >> 4 | 0ef00h
        call change
        mov al, 9
        mov bx, (SPLIT & 200h) >> 3 | 0bf00h
        call change
        mov ax, (SPLIT & 255) << 8 | 18h
        out dx, ax
        mov al, 18h
        out dx, al
        inc dx
        in al, dx
        movzx eax, al
        RANGE eax, SPLIT & 255, SPLIT & 255, "line compare read back"
        mov ax, 6130h                   ; panning is for the upper part only
        call attribute
        call time_start
        call retrace
        call time
        mov ebp, eax
        mov word [frame], 0
.next:  call wander
        inc word [frame]
        cmp word [frame], 64
        jb .next
        call time
        sub eax, ebp
        RANGE eax, 1089500, 1089640, "timer counts of 64 frames at 70.09 Hz"
        call time_end
        PICTURE 974e9df3h, "the lower part stays"
        call look
        mov ax, 4130h
        call attribute
        PICTURE 0da049d3fh, "the lower part panned as well"
        call look
        mov ax, 6130h
        call attribute
        mov al, 7
        mov bx, 0ef10h
        call change
        mov dx, 3d4h
        mov ax, 0ff18h                  ; no split
        out dx, ax
        mov al, 9
        mov bx, 0bf40h
        call change
        PICTURE 57542f4bh, "no split"
        call look
        mov ax, 3
        int 10h
        FINISH "SPLIT"

; AL: register of the CRTC: AND BH, OR BL
change: mov dx, 3d4h
        out dx, al
        inc dx
        in al, dx
        and al, bh
        or al, bl
        out dx, al
        dec dx
        ret
; AL: register of the attribute controller, with 20h; AH: value
attribute:
        pushf
        cli
        push dx
        push ax
        mov dx, 3dah
        in al, dx
        pop ax
        mov dl, 0c0h
        out dx, al
        mov al, ah
        out dx, al
        pop dx
        popf
        ret

; A dot right and a line down for each frame: the address counts at the retrace, panning when the picture begins.
wander: mov ax, [frame]
        mov bx, LINE
        mul bx
        mov bx, [frame]
        shr bx, 2
        add bx, ax
        add bx, UPPER
        mov dx, 3d4h
        mov al, 0ch
        mov ah, bh
        out dx, ax
        mov al, 0dh
        mov ah, bl
        out dx, ax
        call retrace
        mov ah, [frame]
        and ah, 3
        shl ah, 1
        mov al, 33h
        jmp attribute

; Above, squares of 16 dots whose colour counts; below, bars.
draw:   mov word [plane], 0
.plane: mov cx, [plane]
        mov ax, 0102h
        shl ah, cl
        mov dx, 3c4h
        out dx, ax
        mov di, UPPER
        xor dx, dx
.upper: mov cx, [plane]
.dot:   mov ax, cx
        shr ax, 4
        push dx
        and dl, 0f0h
        add al, dl
        pop dx
        test cl, 15                     ; a bright line around each
        jz .bright
        test dl, 15
        jnz .put
.bright:
        mov al, 255
.put:   stosb
        add cx, 4
        cmp cx, 4 * LINE
        jb .dot
        inc dx
        cmp dx, 216
        jb .upper
        xor di, di
        xor dx, dx
.lower: mov cx, [plane]
.bar:   mov ax, cx
        and al, 0f8h
        add ax, dx
        stosb
        add cx, 4
        cmp cx, 4 * LINE
        jb .bar
        inc dx
        cmp dx, 50
        jb .lower
        inc word [plane]
        cmp word [plane], 4
        jb .plane
        ret
%include "vgatime.asm"
plane:  dw 0
frame:  dw 0
