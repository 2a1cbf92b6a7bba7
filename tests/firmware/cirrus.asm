; SPDX-License-Identifier: BSD-2-Clause
; boot sector: a CL-GD5446 by its video BIOS: VBE modes drawn in through the window, the BLT engine and the cursor; each
; picture has a known CRC, which our BIOS and others must both reach. CL-GD5446 Technical Reference Manual; VBE 2.0.
%include "harness.asm"

%macro REG 3                                    ; port, index, value
        mov dx, %1
        mov ax, (%3) << 8 | (%2)
        out dx, ax
%endmacro

main:   mov dx, 0x3c4
        mov ax, 0x1206
        out dx, ax
        inc dx
        in al, dx
        cmp al, 0x12
        EXPECT e, "the key fits"
        mov dx, 0x3d4
        mov al, 0x27
        out dx, al
        inc dx
        in al, dx
        cmp al, 0xb8
        EXPECT e, "a GD5446"
        mov si, table
.next:  lodsw
        test ax, ax
        jz done
        mov bx, ax
        mov ax, 0x4f02
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "the mode is set"
        mov dx, 0x3c8                           ; a palette of ours: entry i is i, i * 2, i * 4
        mov al, 0
        out dx, al
        inc dx
        xor bx, bx
.pal:   mov ax, bx
        and al, 63
        out dx, al
        shl ax, 1
        and al, 63
        out dx, al
        shl ax, 1
        and al, 63
        out dx, al
        inc bx
        cmp bx, 256
        jb .pal
        call draw
        call retrace                            ; frames in which colours change show both
        call retrace
        mov dx, 0x1a4
        mov al, 2
        out dx, al
        mov dx, 0x1a8
        in eax, dx
        cmp eax, [si]
        je .same
        call say
        cmp eax, [si]
.same:  EXPECT e, "the picture"
        add si, 4
        jmp .next
done:   mov ax, 3
        int 0x10
        ret

retrace:
        mov dx, 0x3da
.in:    in al, dx
        test al, 8
        jnz .in
.out:   in al, dx
        test al, 8
        jz .out
        ret

; Mode; CRC of its picture.
table:  dw 0x101
        dd 0x9e8433d6
        dw 0x103
        dd 0xc5ba57d7
        dw 0x105
        dd 0xf0dd5c74
        dw 0x110
        dd 0x3728ff03
        dw 0x111
        dd 0xa4d76aa4
        dw 0x112
        dd 0xb9735a9d
        dw 0x117
        dd 0x8e1bc202
        dw 0x107
        dd 0xd10ff301
        dw 0

; Bytes that depend on their place in three banks; then a fill, a pattern of bits, a copy and the cursor. All in bytes, so
; that every depth shows them.
draw:   pusha
        push es
        push 0xa000
        pop es
        xor dx, dx
.bank:  mov ax, 0x4f05
        xor bx, bx
        push dx
%ifdef SEABIOS                                  ; its windows move in steps of 16 KB
        shl dx, 2
%endif
        int 0x10
        pop dx
        xor di, di
.byte:  mov ax, di
        xor al, ah
        add al, dl
        stosb
        test di, di
        jnz .byte
        inc dx
        cmp dx, 3
        jb .bank
        pop es
        REG 0x3ce, 0x0b, 0x24
        REG 0x3ce, 0x00, 0x11
        REG 0x3ce, 0x01, 0xee
        mov si, fill
        call blt
        mov si, tile
        call blt
        mov si, copy
        call blt
        REG 0x3ce, 0x0b, 0x20
        mov di, cursor
.cur:   mov ax, [di]
        mov dx, 0x3c4
        out dx, ax
        add di, 2
        cmp di, cursor.end
        jb .cur
        popa
        ret

; Twenty registers from GR20 on, then GR30, GR32, GR33; started, and waited for.
blt:    mov cx, 0x20
.next:  lodsb
        mov ah, al
        mov al, cl
        mov dx, 0x3ce
        out dx, ax
        inc cx
        cmp cx, 0x34
        jne .skip
        REG 0x3ce, 0x31, 2
.wait:  mov dx, 0x3ce
        mov al, 0x31
        out dx, al
        inc dx
        in al, dx
        test al, 1
        jnz .wait
        ret
.skip:  cmp cx, 0x31
        jne .next
        inc cx
        jmp .next

; width - 1, height - 1, pitches; destination, 0; source, skip; mode, operation, extension
fill:   dw 99, 19, 640, 0, 10000, 0, 0, 0
        db 0xc0, 0x0d, 4
tile:   dw 119, 30, 640, 0, 40000, 0, 0, 0
        db 0xc0, 0x59, 0
copy:   dw 79, 40, 640, 640, 20000, 1, 500, 0
        db 0x00, 0x0d, 0
; A small cursor at (40, 20), with what the end of memory holds: nothing, so it is invisible but drawn.
cursor: db 0x10, 5, 0x91, 2, 0x13, 0, 0x12, 1
.end:

say:    pushad
        mov cx, 8
.digit: rol eax, 4
        push ax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        out 0xe9, al
        pop ax
        loop .digit
        mov al, 10
        out 0xe9, al
        popad
        ret
        times 18 * 512 - ($ - $$) db 0
