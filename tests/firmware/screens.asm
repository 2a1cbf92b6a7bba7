; SPDX-License-Identifier: BSD-2-Clause
; boot sector for screens.txt: one video mode with a pattern in it, and the picture's CRC-32 on port E9h.
;   KIND    the routine below that draws
;   MODE    of INT 10h, or of VBE from 100h on
;   LINES   of a text mode: 0, 1, 2 for 200, 350, 400
;   AT_X, AT_Y      of a cursor, in units of eight dots
;   OF      what 'edged' has a border around
; No cursor and no blinking: what is seen does not depend on when.
%include "harness.asm"
%ifndef LINES
%define LINES 2
%endif
%ifndef AT_X
%define AT_X 20
%define AT_Y 20
%endif

%macro REG 3                                    ; port, index, value
        mov dx, %1
        mov ax, (%3) << 8 | (%2)
        out dx, ax
%endmacro

main:   mov ax, 0x1200 + LINES
        mov bl, 0x30
        int 0x10
%if MODE >= 0x100
        mov ax, 0x4f02
        mov bx, MODE
%else
        mov ax, MODE
%endif
        int 0x10
        mov ah, 1
        mov cx, 0x2000
        int 0x10
        cld
        call KIND
        call retrace                            ; a start address is taken over
        call retrace
        call crc
        ret

; to the beginning of the next vertical retrace
retrace:
        push ax
        push dx
        mov dx, 0x3cc
        in al, dx
        mov dx, 0x3da
        test al, 1
        jnz .in
        mov dl, 0xba
.in:    in al, dx
        test al, 8
        jnz .in
.out:   in al, dx
        test al, 8
        jz .out
        pop dx
        pop ax
        ret

crc:    mov dx, 0x1a4
        mov al, 2
        out dx, al
        mov dx, 0x1a8
        in eax, dx
        push eax
        mov si, .crc
        call print
        pop eax
        mov cx, 8
.next:  rol eax, 4
        push ax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        out 0xe9, al
        pop ax
        loop .next
        mov al, 10
        out 0xe9, al
        ret
.crc:   db "CRC ", 0

; every character in every colour
text:   mov ax, 0x1003
        mov bl, 0
        int 0x10
        mov ax, 0xb800
%if MODE = 7
        mov ax, 0xb000
%endif
        mov es, ax
        xor di, di
        xor ax, ax
        mov cx, 4000
.next:  stosw
        inc al
        jnz .same
        add ah, 0x33
.same:  inc ah
        loop .next
        ret

eight:  mov ax, 0x1112                          ; 50 lines
        mov bl, 0
        int 0x10
        mov ah, 1
        mov cx, 0x2000
        int 0x10
        jmp text

; attribute bit 3 takes characters from a font that is upside down
two_fonts:
        mov ax, 0x1130
        mov bh, 6
        int 0x10
        push es
        pop ds
        mov si, bp
        push 0x1000
        pop es
        xor di, di
.char:  mov cx, 16
        add si, 15
.row:   mov al, [si]
        dec si
        stosb
        loop .row
        add si, 17
        cmp di, 4096
        jb .char
        push 0
        pop ds
        mov ax, 0x1100
        mov bx, 0x1001
        mov cx, 256
        xor dx, dx
        xor bp, bp
        int 0x10
        mov ax, 0x1103
        mov bl, 0x04
        int 0x10
        jmp text

; four bars, even and odd lines 8 KB apart
cga:    push 0xb800
        pop es
        xor di, di
        mov bx, 2
.half:  mov dx, 100
.line:  mov al, 0
.bar:   mov cx, 20
        rep stosb
        add al, 0x55
        jnc .bar
        dec dx
        jnz .line
        mov di, 0x2000
        dec bx
        jnz .half
        jmp label

; sixteen bars
planar: mov ax, 0x1003
        mov bl, 0
        int 0x10
        mov ax, [0x44a]
        mov bp, ax                              ; bytes a line
        push 0xa000
        pop es
        mov si, 1
.plane: mov dx, 0x3c4
        mov ax, si
        mov ah, al
        mov al, 2
        out dx, ax
        xor di, di
.byte:  mov ax, di
        xor dx, dx
        div bp                                  ; line in AX, byte within in DX
        mov ax, dx
        shl ax, 4
        xor dx, dx
        div bp                                  ; bar
        test ax, si
        mov al, 0
        jz .dark
        dec al
.dark:  stosb
        cmp di, 80 * 480
        jb .byte
        shl si, 1
        cmp si, 16
        jb .plane
        mov dx, 0x3c4
        mov ax, 0x0f02
        out dx, ax
label:  mov ah, 2
        mov bh, 0
        mov dx, 0x0502
        int 0x10
        mov si, .text
.next:  lodsb
        or al, al
        jz .done
        mov ah, 0x0e
        mov bx, 0x0003
        int 0x10
        jmp .next
.done:  ret
.text:  db "Vitrine", 0

; 16 by 16 colours
chain4: push 0xa000
        pop es
        xor di, di
        xor bx, bx
.line:  mov ax, bx
        xor dx, dx
        mov cx, 13
        div cx
        shl al, 4
        mov si, 16
.bar:   mov cx, 20
        rep stosb
        inc al
        dec si
        jnz .bar
        inc bx
        cmp bx, 200
        jb .line
        ret

; 320x240 and 360x480, unchained; drawn behind a first page, which stays dark
mode_x: mov si, .regs_240
        mov bp, 80
        mov bx, 240
        jmp unchain
.regs_240:
        dw 0x0d06, 0x3e07, 0x4109, 0xea10, 0xac11, 0xdf12, 0x0014, 0xe715, 0x0616, 0xe317, 0
        db 0xe3
mode_360:
        mov si, .regs
        mov bp, 90
        mov bx, 480
        jmp unchain
.regs:  dw 0x6b00, 0x5901, 0x5a02, 0x8e03, 0x5e04, 0x8a05, 0x0d06, 0x3e07, 0x4009, 0xea10, 0xac11, 0xdf12, 0x2d13
        dw 0x0014, 0xe715, 0x0616, 0xe317, 0
        db 0xe7
unchain:
        mov dx, 0x3c4
        mov ax, 0x0604
        out dx, ax
        mov dx, 0x3d4
        mov al, 0x11
        out dx, al
        inc dx
        mov al, 0
        out dx, al
        dec dx
.reg:   lodsw
        or ax, ax
        jz .clock
        out dx, ax
        jmp .reg
.clock: lodsb
        mov dx, 0x3c2
        out dx, al
        push 0xa000
        pop es
        mov cx, 4
.plane: push cx                                 ; plane 4 - CX
        mov ah, 8
        dec cx
        shr ah, cl
        mov al, 2
        mov dx, 0x3c4
        out dx, ax
        mov di, 20000
        xor si, si                              ; line
.line:  xor cx, cx
.byte:  mov ax, si
        shr ax, 1
        and al, 0xf0
        mov dx, cx
        shr dx, 2
        and dl, 15
        or al, dl
        xor dx, dx
        test si, 15                             ; a dark line every 16, a dark dot where planes meet
        jz .put
        mov dl, al
.put:   mov al, dl
        stosb
        inc cx
        cmp cx, bp
        jb .byte
        inc si
        cmp si, bx
        jb .line
        pop cx
        loop .plane
        mov dx, 0x3d4
        mov ax, (20000 & 0xff00) | 0x0c
        out dx, ax
        mov ax, (20000 & 255) << 8 | 0x0d
        out dx, ax
        ret

; the bars 40 lines lower and 11 dots to the right; line 300 on is memory from 0, which stays put
split:  call planar
        mov dx, 0x3d4
        mov al, 7
        out dx, al
        inc dx
        in al, dx
        or al, 0x10
        mov ah, al
        dec dx
        mov al, 7
        out dx, ax
        mov al, 9
        out dx, al
        inc dx
        in al, dx
        and al, 0xbf
        mov ah, al
        dec dx
        mov al, 9
        out dx, ax
        mov ax, ((299 & 255) << 8) | 0x18
        out dx, ax
        mov ax, ((40 * 80) & 0xff00) | 0x0c
        out dx, ax
        mov ax, ((40 * 80) & 0xff) << 8 | 0x0d
        out dx, ax
        mov ax, 0x2008                          ; a byte
        out dx, ax
        mov dx, 0x3da
        in al, dx
        mov dx, 0x3c0
        mov al, 0x33                            ; and three dots
        out dx, al
        mov al, 3
        out dx, al
        mov al, 0x30                            ; not below
        out dx, al
        mov al, 0x21
        out dx, al
        ret

; colour 0 another one in each line, and a second palette for the lower half; five frames of it
bars:   push 0xa000
        pop es
        xor di, di
        mov al, 0
.half:  mov cx, 160
        rep stosb
        xor al, 1
        cmp di, 64000
        jb .half
        mov bp, 5
.frame: call retrace
        mov dx, 0x3c8
        xor ax, ax
        out dx, al
        inc dx
        out dx, al
        out dx, al
        out dx, al
        dec dx
        mov al, 1
        out dx, al
        inc dx
        mov al, 63
        out dx, al
        out dx, al
        out dx, al
        mov bx, 0
        mov dx, 0x3da
.top:   in al, dx                               ; the first line is shown
        test al, 1
        jnz .top
.line:  mov dx, 0x3da
.shown: in al, dx
        test al, 1
        jz .shown
        mov dx, 0x3c8
        mov al, 0
        out dx, al
        inc dx
        mov al, bl
        shr al, 1
        out dx, al
        mov al, bh
        out dx, al
        mov al, bl
        not al
        and al, 63
        out dx, al
        cmp bx, 200
        jne .next
        mov al, 0                               ; entry 1
        out dx, al
        mov al, 63
        out dx, al
        mov al, 0
        out dx, al
.next:  mov dx, 0x3da
.back:  in al, dx
        test al, 1
        jnz .back
        inc bx
        cmp bx, 398
        jb .line
        dec bp
        jnz .frame
        pop ax                                  ; the picture is that of this moment
        jmp crc

; text above line 200, its memory in 256 colours below: attribute and graphics mode change in each of five frames
modes:  call text
        mov bp, 5
.frame: call retrace
        mov bx, 0x0010                          ; GR5, AR10
        mov cx, 0x0400
        call .set
        mov cx, 200
        mov dx, 0x3da
.top:   in al, dx
        test al, 1
        jnz .top
.line:  in al, dx
        test al, 1
        jz .line
.back:  in al, dx
        test al, 1
        jnz .back
        loop .line
.wait:  in al, dx
        test al, 1
        jz .wait
        mov bx, 0x0050
        mov cx, 0x4100
        call .set
        dec bp
        jnz .frame
        pop ax
        jmp crc
.set:   mov dx, 0x3ce                           ; BL to GR5, CH to AR10
        mov al, 5
        mov ah, bl
        out dx, ax
        mov dx, 0x3da
        in al, dx
        mov dx, 0x3c0
        mov al, 0x30
        out dx, al
        mov al, ch
        out dx, al
        ret

; scrolled by five lines, a character and four dots
smooth: call text
        mov dx, 0x3d4
        mov ax, 0x2508
        out dx, ax
        mov dx, 0x3da
        in al, dx
        mov dx, 0x3c0
        mov al, 0x33
        out dx, al
        mov al, 3
        out dx, al
        ret

; the address counter goes on at every second character: each is there twice
twice:  call text
        mov dx, 0x3d4
        mov al, 0x17
        out dx, al
        inc dx
        in al, dx
        or al, 8
        out dx, al
        ret

; the palette is being set: the overscan colour everywhere
border: call text
        mov ax, 0x1001
        mov bh, 0x0c
        int 0x10
        mov dx, 0x3da
        in al, dx
        mov dx, 0x3c0
        mov al, 0
        out dx, al
        ret

; a picture with a border
%ifdef OF
edged:  call OF
        mov ax, 0x1001
        mov bh, 9
        int 0x10
        ret
%endif

; a border of another colour in each line, around a picture; five frames of it
stripes:
        call chain4
        mov ax, 0x1001
        mov bh, 1
        int 0x10
        mov bp, 5
.frame: call retrace
        mov bx, 0
        mov dx, 0x3da
.top:   in al, dx
        test al, 1
        jnz .top
.line:  in al, dx
        test al, 1
        jz .line
        mov dl, 0xc0
        mov al, 0x31
        out dx, al
        mov al, bl
        shr al, 2
        out dx, al
        mov dl, 0xda
.back:  in al, dx
        test al, 1
        jnz .back
        inc bx
        cmp bx, 399
        jb .line
        dec bp
        jnz .frame
        pop ax
        jmp crc

; lines 100 to 199 and characters 61 to 70 blanked, the border too
blanks: call planar
        mov ax, 0x1001
        mov bh, 9
        int 0x10
        REG 0x3d4, 0x11, 0x0c
        REG 0x3d4, 0x15, 99
        REG 0x3d4, 0x16, 199
        REG 0x3d4, 7, 0x36
        REG 0x3d4, 9, 0x40
        REG 0x3d4, 2, 60
        REG 0x3d4, 3, 0x80 | 70 & 31
        REG 0x3d4, 5, 0
        ret

; mode 10h of an EGA with 64 KB: planes 0 and 1, 2 and 3 chained to two of twice the length
ega:    REG 0x3c4, 1, 5
        REG 0x3c4, 4, 0
        REG 0x3ce, 5, 0x10
        REG 0x3ce, 6, 7
        REG 0x3d4, 0x13, 0x14
        REG 0x3d4, 0x17, 0x8b
        mov dx, 0x3da
        in al, dx
        mov dx, 0x3c0
        mov al, 0x32
        out dx, al
        mov al, 5
        out dx, al
        push 0xa000
        pop es
        mov bp, 0x0302                          ; first the lower pair: bars of 40 dots; then of 80
        mov cl, 0
.pair:  mov dx, 0x3c4
        mov ax, bp
        out dx, ax
        xor di, di
.byte:  mov ax, di
        xor dx, dx
        mov bx, 80
        div bx                                  ; line in AX, byte in DX
        cmp ax, 40                              ; a ruler of dots above
        mov bl, 0x11
        jb .put
        mov ax, dx
        mov bl, 5
        div bl
        shr al, cl
        test al, 1
        mov bl, 0
        jz .put
        dec bx
.put:   mov al, bl
        stosb
        cmp di, 80 * 350
        jb .byte
        add bp, 0x0900
        inc cl
        cmp cl, 2
        jb .pair
        ret

; the cursor of the Cirrus: a disc with a hole and a cross, 64 by 64, over the lower right corner too
cursor: call vbe
        mov dx, 0x3c4
        mov ax, 0x1206
        out dx, ax
        mov ax, 0x4f05                          ; the last 64 KB
        xor bx, bx
        mov dx, 63
        int 0x10
        push 0xa000
        pop es
        mov di, 0xc000
        mov si, -32                             ; line
.line:  mov bp, 0                               ; plane
.plane: mov bx, -32                             ; dot
.byte:  mov cx, 8
.dot:   mov ax, bx
        imul ax, ax
        push dx
        mov dx, si
        imul dx, dx
        add ax, dx
        pop dx
        shl dl, 1
        cmp ax, 1000
        ja .next                                ; outside: nothing
        cmp ax, 200
        jb .hole
        or bp, bp                               ; ring: foreground right, background left
        jnz .one
        or bx, bx
        js .next
        jmp .one
.hole:  or bp, bp                               ; inside: inverted
        jnz .next
.one:   or dl, 1
.next:  inc bx
        loop .dot
        mov al, dl
        stosb
        cmp bx, 32
        jl .byte
        inc bp
        cmp bp, 2
        jb .plane
        inc si
        cmp si, 32
        jl .line
        REG 0x3c4, 0x12, 2
        mov dx, 0x3c8
        mov al, 0
        out dx, al
        inc dx
        mov al, 63
        out dx, al
        mov al, 0
        out dx, al
        out dx, al
        dec dx
        mov al, 15
        out dx, al
        inc dx
        out dx, al
        mov al, 63
        out dx, al
        out dx, al
        REG 0x3c4, 0x13, 0
        REG 0x3c4, 0x10 | 3 << 5, AT_X
        REG 0x3c4, 0x11, AT_Y
        REG 0x3c4, 0x12, 5
        ret

; across red, down green, and blue; through the window
vbe:    mov ax, 0x4f01
        mov cx, MODE & 0x1ff
        mov di, 0x6000
        int 0x10
        push 0xa000
        pop es
        xor di, di
        xor dx, dx
        call bank
        xor si, si                              ; line
.line:  xor bx, bx                              ; pixel
.pixel: mov cl, [0x6019]
        cmp cl, 8
        je .index
        cmp cl, 16
        jbe .small
        mov ax, bx                              ; blue
        add ax, si
        shr ax, 1
        call put_byte
        mov ax, si
        call put_byte
        mov ax, bx
        call put_byte
        cmp cl, 24
        je .next
        mov al, 0x55
        call put_byte
        jmp .next
.index: mov ax, bx
        shr ax, 4
        and ax, 15
        push si
        and si, 0xf0
        or ax, si
        pop si
        call put_byte
        jmp .next
.small: mov ax, bx                              ; 5 bits, 5 or 6 bits, 5 bits
        add ax, si
        shr ax, 4
        and ax, 31
        push dx
        mov dx, si
        shr dx, 3
        and dx, 31
        cmp cl, 15
        je .five
        shl dx, 1
.five:  shl dx, 5
        or ax, dx
        mov dx, bx
        shr dx, 3
        and dx, 31
        shl dx, 11
        cmp cl, 15
        jne .red
        shr dx, 1
.red:   or ax, dx
        pop dx
        call put_byte
        mov al, ah
        call put_byte
.next:  inc bx
        cmp bx, [0x6012]
        jb .pixel
        inc si
        cmp si, [0x6014]
        jb .line
        ret
put_byte:
        stosb
        or di, di
        jnz bank.done
        inc dx
bank:   push ax
        push bx
        mov ax, 0x4f05
        xor bx, bx
        int 0x10
        pop bx
        pop ax
.done:  ret

; 4 bits a pixel
vbe_planar:
        mov ax, 0x4f01
        mov cx, MODE & 0x1ff
        mov di, 0x6000
        int 0x10
        mov bp, [0x6010]
        push 0xa000
        pop es
        mov si, 1
.plane: mov dx, 0x3c4
        mov ax, si
        mov ah, al
        mov al, 2
        out dx, ax
        xor di, di
.byte:  mov ax, di
        xor dx, dx
        div bp
        shl dx, 4
        xchg ax, dx
        xor dx, dx
        div bp
        test ax, si
        mov al, 0x80
        jz .dark
        mov al, 0xff
.dark:  stosb
        cmp di, 60000
        jb .byte
        shl si, 1
        cmp si, 16
        jb .plane
        mov dx, 0x3c4
        mov ax, 0x0f02
        out dx, ax
        ret
