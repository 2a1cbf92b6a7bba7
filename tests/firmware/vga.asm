; SPDX-License-Identifier: BSD-2-Clause
; boot sector: INT 10h: every mode with its data area, characters and pixels, fonts, palette, state; VBE with its two
; interfaces for protected mode. IBM PS/2 and PC BIOS Interface Technical Reference; VBE Core Functions 3.0.
%include "harness.asm"
%include "pm.asm"

main:   call modes
        call text
        call scan_lines
        call fonts
        call palette
        call state
        call vbe_info
        call vbe_mode
        call vbe_protected
%ifndef SEABIOS
        call pmid
%endif
        mov ax, 3
        int 0x10
        ret

; mode, columns, rows - 1, height, page size / 256, a colour; 0: no pixels
modes:  mov si, .table
.next:  lodsb
        cmp al, 0xff
        je .done
        mov [mode], al
        mov ah, 0
        int 0x10
        mov ah, 0x0f
        int 0x10
        mov [got], al
        push ax
        push ds
        push 0x40
        pop ds
        mov bl, [0x84]
        mov bh, [0x85]
        mov dl, [0x4d]
        pop ds
        pop ax
        cmp ah, [si]
        jne .bad
        cmp bl, [si + 1]
        jne .bad
        cmp bh, [si + 2]
        jne .bad
        cmp dl, [si + 3]
        jne .bad
        mov al, [mode]
        cmp al, [got]
        jne .bad
        mov ah, 2                               ; a character there and back
        mov bh, 0
        mov dx, 0x0305
        int 0x10
        mov ax, 0x0941
        mov bx, 0x0003
        mov cx, 1
        int 0x10
        mov ah, 8
        mov bh, 0
        int 0x10
        cmp al, "A"
        jne .bad
        mov al, [si + 4]                        ; and a pixel
        or al, al
        jz .good
        mov ah, 0x0c
        mov bh, 0
        mov cx, 37
        mov dx, 101
        int 0x10
        mov ah, 0x0d
        int 0x10
        cmp al, [si + 4]
        jne .bad
.good:  call name
        cmp al, al
        EXPECT e, "10/00 a mode"
        add si, 5
        jmp .next
.bad:   call name
        cmp si, 0
        EXPECT e, "10/00 a mode"
        add si, 5
        jmp .next
.done:  ret
.table: db 0, 40, 24, 16, 8, 0
        db 1, 40, 24, 16, 8, 0
        db 2, 80, 24, 16, 16, 0
        db 3, 80, 24, 16, 16, 0
        db 4, 40, 24, 8, 64, 2
        db 5, 40, 24, 8, 64, 3
        db 6, 80, 24, 8, 64, 1
        db 7, 80, 24, 16, 16, 0
        db 0x0d, 40, 24, 8, 32, 9
        db 0x0e, 80, 24, 8, 64, 10
        db 0x10, 80, 24, 14, 128, 11
        db 0x11, 80, 29, 16, 160, 1
        db 0x12, 80, 29, 16, 160, 13
        db 0x13, 40, 24, 8, 32, 199
        db 0xff
name:   pusha                                   ; the mode's number on port E9h
        mov al, [mode]
        aam 16
        xchg al, ah
        call .digit
        mov al, ah
        call .digit
        mov al, " "
        out 0xe9, al
        popa
        ret
.digit: cmp al, 10
        sbb al, 0x69
        das
        out 0xe9, al
        ret

text:   mov ax, 3
        int 0x10
        mov ah, 1
        mov cx, 0x0607
        int 0x10
        mov ah, 3
        mov bh, 0
        int 0x10
        cmp cx, 0x0607
        EXPECT e, "10/03 the shape set"
        push 0
        pop es
        mov bp, hello                           ; with attributes, and the cursor moves
        mov ax, 0x1303
        mov bx, 0x0007
        mov cx, 2
        mov dx, 0x0a4e
        int 0x10
        mov ah, 3
        mov bh, 0
        int 0x10
        cmp dx, 0x0b00
        EXPECT e, "10/13 the cursor moves"
        push 0xb800
        pop es
        cmp dword [es:(10 * 80 + 78) * 2], 0x1e691f48
        EXPECT e, "10/13 what was written"
        mov ah, 2
        mov bh, 0
        mov dx, 0x184f
        int 0x10
        mov ax, 0x0e58
        mov bx, 7
        int 0x10
        mov ah, 3
        int 0x10
        cmp dx, 0x1800
        EXPECT e, "10/0E scrolls at the end"
        cmp byte [es:(23 * 80 + 79) * 2], "X"
        EXPECT e, "10/0E and what it wrote moved up"
        mov ax, 0x0701
        mov bh, 0x17
        mov cx, 0x0000
        mov dx, 0x184f
        int 0x10
        cmp word [es:0], 0x1720
        EXPECT e, "10/07 scrolls down"
        mov ax, 0x0501
        int 0x10
        mov ah, 0x0f
        int 0x10
        cmp bh, 1
        EXPECT e, "10/05 page 1"
        mov ax, 0x0500
        int 0x10
        ret

; 10/12/30: 200 and 350 lines from the next mode set on
scan_lines:
%ifndef SEABIOS
        mov ax, 0x1200
        mov bl, 0x30
        int 0x10
        cmp al, 0x12
        EXPECT e, "10/12/30 takes 200 lines"
        mov ax, 3
        int 0x10
        call height
        cmp al, 8
        EXPECT e, "10/12/30 characters of 8"
        mov ax, 0x1201
        mov bl, 0x30
        int 0x10
        mov ax, 3
        int 0x10
        call height
        cmp al, 14
        EXPECT e, "10/12/30 characters of 14"
        mov dx, 0x3d4
        mov al, 0x12
        out dx, al
        inc dx
        in al, dx
        cmp al, 0x5d
        EXPECT e, "10/12/30 350 lines"
        mov ax, 0x1112                          ; 43 lines of an EGA
        mov bl, 0
        int 0x10
        push ds
        push 0x40
        pop ds
        cmp byte [0x84], 42
        pop ds
        EXPECT e, "10/1112 43 lines"
%endif
        mov ax, 0x1202
        mov bl, 0x30
        int 0x10
        mov ax, 3
        int 0x10
        call height
        cmp al, 16
        EXPECT e, "10/12/30 characters of 16"
        mov ax, 0x1112
        mov bl, 0
        int 0x10
        push ds
        push 0x40
        pop ds
        cmp byte [0x84], 49
        pop ds
        EXPECT e, "10/1112 50 lines"
        mov ax, 3
        int 0x10
        ret
height: push ds
        push 0x40
        pop ds
        mov al, [0x85]
        pop ds
        ret

fonts:  mov ax, 0x1130
        mov bh, 6
        int 0x10
        cmp cx, 16
        EXPECT e, "10/1130 height"
        cmp dl, 24
        EXPECT e, "10/1130 rows"
        mov ax, es
        cmp ax, 0xc000
        EXPECT e, "10/1130 a font in the ROM"
        cmp dword [es:bp + 0xdb * 16], 0xffffffff
        EXPECT e, "10/1130 with a full block"
        mov ax, 0x1130
        mov bh, 2
        int 0x10
        cmp dword [es:bp + 0xdb * 14], 0xffffffff
        EXPECT e, "10/1130 8x14"
        mov ax, 0x1130
        mov bh, 3
        int 0x10
        mov al, [es:bp + 1 + 8]
        or al, al
        EXPECT nz, "10/1130 8x8"
        mov ax, 0x1130
        mov bh, 0
        int 0x10
        mov ax, es
        cmp ax, [0x1f * 4 + 2]
        EXPECT e, "10/1130 INT 1Fh"
        push 0
        pop es
        ret

palette:
        mov ax, 0x1010
        mov bx, 17
        mov dh, 11
        mov cx, 0x2233
        int 0x10
        mov ax, 0x1015
        mov bx, 17
        xor cx, cx
        xor dx, dx
        int 0x10
        cmp dh, 11
        EXPECT e, "10/1015 red"
        cmp cx, 0x2233
        EXPECT e, "10/1015 green and blue"
        mov ax, 0x1000
        mov bx, 0x2a05
        int 0x10
        mov ax, 0x1007
        mov bx, 0x0005
        int 0x10
        cmp bh, 0x2a
        EXPECT e, "10/1007 a palette register"
        mov ax, 0x1009
        mov dx, buffer
        int 0x10
        cmp byte [buffer + 5], 0x2a
        EXPECT e, "10/1009 all of them"
        mov ax, 0x1001
        mov bh, 9
        int 0x10
        mov ax, 0x1008
        int 0x10
        cmp bh, 9
        EXPECT e, "10/1008 the border"
        mov ax, 0x101b
        mov bx, 17
        mov cx, 1
        int 0x10
        mov ax, 0x1015
        mov bx, 17
        int 0x10
        cmp ch, cl
        EXPECT e, "10/101B grey"
        mov ax, 0x1210
        mov bl, 0x10
        int 0x10
        mov ax, 3
        int 0x10
        ret

state:  mov ax, 0x1a00
        int 0x10
        cmp al, 0x1a
        EXPECT e, "10/1A is there"
        cmp bl, 8
        EXPECT e, "10/1A VGA and colour"
        mov ah, 0x12
        mov bl, 0x10
        int 0x10
        cmp bl, 3
        EXPECT e, "10/12/10 256 KB"
        cmp bh, 0
        EXPECT e, "10/12/10 colour"
        mov ax, 0x1b00
        xor bx, bx
        mov di, buffer
        int 0x10
        cmp al, 0x1b
        EXPECT e, "10/1B is there"
        cmp byte [buffer + 4], 3
        EXPECT e, "10/1B the mode"
        cmp word [buffer + 5], 80
        EXPECT e, "10/1B columns"
        cmp byte [buffer + 0x22], 25
%ifndef SEABIOS
        EXPECT e, "10/1B rows"
%endif
        cmp word [buffer + 0x23], 16
        EXPECT e, "10/1B height"
        cmp byte [buffer + 0x2a], 2
        EXPECT e, "10/1B 400 lines"
        les bx, [buffer]
        cmp word [es:bx], 0xe0ff
%ifndef SEABIOS
        EXPECT e, "10/1B the modes there are"
%endif
        push 0
        pop es
        mov ax, 0x1c00
        mov cx, 7
        int 0x10
        cmp al, 0x1c
        EXPECT e, "10/1C00 is there"
        cmp bx, 40
        EXPECT b, "10/1C00 a size"
        mov ah, 2
        mov bh, 0
        mov dx, 0x0506
        int 0x10
        mov ax, 0x1c01
        mov cx, 7
        mov bx, buffer
        int 0x10
        mov ax, 0x12
        int 0x10
        mov ax, 0x1c02
        mov cx, 7
        mov bx, buffer
        int 0x10
        mov ah, 0x0f
        int 0x10
        cmp al, 3
        EXPECT e, "10/1C02 the mode is back"
        mov ah, 3
        mov bh, 0
        int 0x10
        cmp dx, 0x0506
        EXPECT e, "10/1C02 the cursor is back"
        mov dx, 0x3ce
        mov al, 6
        out dx, al
        inc dx
        in al, dx
        and al, 0x0f
        cmp al, 0x0e
        EXPECT e, "10/1C02 the chip is back"
        mov ax, 3
        int 0x10
        les bx, [0x4a8]                         ; the parameter table
        les bx, [es:bx]
        cmp byte [es:bx + 0x1c * 64], 40
        EXPECT e, "40:A8 mode 13h has 40 columns"
        cmp byte [es:bx + 0x1c * 64 + 9], 0x63
        EXPECT e, "40:A8 and its clock"
        push 0
        pop es
        ret

vbe_info:
        mov di, buffer
        mov dword [buffer], "VBE2"
        mov ax, 0x4f00
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F00 is there"
        cmp dword [buffer], "VESA"
        EXPECT e, "10/4F00 signature"
        cmp word [buffer + 4], 0x0300
        EXPECT e, "10/4F00 version 3.0"
        cmp word [buffer + 18], 256
        EXPECT e, "10/4F00 16 MB"
        les si, [buffer + 14]                   ; every mode has its information
        xor bp, bp
.next:  mov cx, [es:si]
        add si, 2
        cmp cx, -1
        je .done
        push es
        push 0
        pop es
        mov ax, 0x4f01
        mov di, buffer2
        int 0x10
        pop es
        cmp ax, 0x004f
        jne .bad
        test byte [buffer2], 1
        jz .bad
        inc bp
        jmp .next
.bad:   cmp al, al
        EXPECT ne, "10/4F01 each mode"
.done:  cmp bp, 30
        EXPECT a, "10/4F01 many modes"
        push 0
        pop es
        mov ax, 0x4f01
        mov cx, 0x0118
        mov di, buffer2
        int 0x10
        cmp dword [buffer2 + 0x12], 1024 | 768 << 16
        EXPECT e, "10/4F01 1024x768"
        cmp dword [buffer2 + 0x28], 0
        EXPECT ne, "10/4F01 a frame buffer"
        cmp word [buffer2 + 0x32], 3072
        EXPECT ae, "10/4F01 linear pitch"
        mov ax, 0x4f15
        mov bl, 1
        xor cx, cx
        xor dx, dx
        mov di, buffer2
        int 0x10
        cmp ax, 0x004f
%ifndef SEABIOS
        EXPECT e, "10/4F15 EDID"
%endif
        cmp dword [buffer2], 0xffffff00
%ifndef SEABIOS
        EXPECT e, "10/4F15 its mark"
%endif
        mov si, buffer2
        mov cx, 128
        xor al, al
.sum:   add al, [si]
        inc si
        loop .sum
        test al, al
%ifndef SEABIOS
        EXPECT z, "10/4F15 adds up"
%endif
        ret

vbe_mode:
%ifndef SEABIOS
        mov ax, 0x4f02
        mov bx, 0x4102                          ; of planes
        int 0x10
        cmp ax, 0x014f
        EXPECT e, "10/4F02 no linear frame buffer of four planes"
%endif
        mov ax, 0x4f02
        mov bx, 0x4112                          ; 640x480, 32 or 24 bits, linear
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F02 sets a mode"
        mov ax, 0x4f03
        int 0x10
        and bx, 0x3fff
        cmp bx, 0x0112
        EXPECT e, "10/4F03 says which"
        mov ax, 0x4f02
        mov bx, 0x0101
        int 0x10
        mov ax, 0x4f05
        mov bx, 0
        mov dx, 3
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F05 sets a bank"
        mov ax, 0x4f05
        mov bx, 0x0100
        xor dx, dx
        int 0x10
        cmp dx, 3
        EXPECT e, "10/4F05 says which"
        push 0xa000
        pop es
        mov byte [es:0x100], 77
        mov ax, 0x4f05
        mov bx, 0
        mov dx, 0
        int 0x10
        cmp byte [es:0x100], 77
        EXPECT ne, "10/4F05 another bank"
        push 0
        pop es
        mov ax, 0x4f06
        mov bl, 0
        mov cx, 800
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F06 lines of 800"
        cmp bx, 800
        EXPECT ae, "10/4F06 bytes"
        mov ax, 0x4f07
        mov bx, 0
        mov cx, 16
        mov dx, 100
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F07 pans"
        mov ax, 0x4f07
        mov bx, 1
        xor cx, cx
        xor dx, dx
        int 0x10
        cmp cx, 16
        EXPECT e, "10/4F07 column"
        cmp dx, 100
        EXPECT e, "10/4F07 line"
        mov ax, 0x4f08
        mov bx, 0x0800
        int 0x10
        cmp bh, 8
        EXPECT e, "10/4F08 8 bits"
        mov dword [buffer2], 0x00aabbcc
        mov ax, 0x4f09
        mov bx, 0
        mov cx, 1
        mov dx, 5
        mov di, buffer2
        int 0x10
        cmp ax, 0x004f
%ifndef SEABIOS
        EXPECT e, "10/4F09 sets a colour"
%endif
        mov dword [buffer2], 0
        mov ax, 0x4f09
        mov bx, 1
        mov cx, 1
        mov dx, 5
        mov di, buffer2
        int 0x10
        and dword [buffer2], 0xffffff
        cmp dword [buffer2], 0x00aabbcc
%ifndef SEABIOS
        EXPECT e, "10/4F09 reads it"
%endif
        mov ax, 0x4f04
        mov dx, 0
        mov cx, 15
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F04 a size"
        mov ax, 0x4f02
        mov bx, 0x01ff
        int 0x10
        cmp ax, 0x004f
        EXPECT ne, "10/4F02 no such mode"
%ifndef SEABIOS
        mov ax, 0x4f0b
        mov bl, 0
        mov ecx, 65000000
        mov dx, 0x0105
        int 0x10
        cmp ax, 0x004f
        EXPECT e, "10/4F0B a pixel clock"
        cmp ecx, 65000000
        EXPECT e, "10/4F0B as wished"
%endif
        ret

; The code that 4F0A gives, in mode 101h with lines of 800
vbe_protected:
        mov ax, 0x4f0a
        mov bx, 0
        int 0x10
%ifdef SEABIOS
        push 0
        pop es
        ret
%endif
        cmp ax, 0x004f
        EXPECT e, "10/4F0A is there"
        cmp cx, 1024
        EXPECT b, "10/4F0A its size"
        push ds                                 ; a copy, as programs make
        mov si, di
        mov di, buffer2
        push es
        pop ds
        push 0
        pop es
        cld
        rep movsb
        pop ds
        PM32
        movzx esi, word [buffer2]
        add esi, buffer2
        xor ebx, ebx
        mov edx, 7
        call esi
        movzx esi, word [buffer2 + 2]
        add esi, buffer2
        mov ecx, (50 * 800 + 32) / 4
        xor edx, edx
        mov bl, 0x80
        call esi
        mov dword [buffer], 0x00102030
        movzx esi, word [buffer2 + 4]
        add esi, buffer2
        mov ecx, 1
        mov edx, 9
        mov edi, buffer
        mov bl, 0
        call esi
        REAL
        cmp ax, 0x004f
        EXPECT e, "4F0A sets a colour"
        mov ax, 0x4f05
        mov bx, 0x0100
        int 0x10
        cmp dx, 7
        EXPECT e, "4F0A sets a bank"
        mov ax, 0x4f07
        mov bx, 1
        int 0x10
        cmp cx, 32
        EXPECT e, "4F0A pans: column"
        cmp dx, 50
        EXPECT e, "4F0A pans: line"
        mov ax, 0x4f09
        mov bx, 1
        mov cx, 1
        mov dx, 9
        mov di, buffer2
        int 0x10
        and dword [buffer2], 0xffffff
        cmp dword [buffer2], 0x00102030
        EXPECT e, "4F0A the colour"
        ret

; VBE 3.0: a copy of the ROM at 1000:0, its block at PMID filled, its entry in 16-bit protected mode.
pmid:   push ds
        push 0xc000
        pop ds
        push 0x1000
        pop es
        xor si, si
        xor di, di
        mov cx, 0xa000 / 2
        cld
        rep movsw
        pop ds
        xor di, di
.find:  cmp dword [es:di], "PMID"
        je .found
        inc di
        cmp di, 0x8000
        jb .find
.found: EXPECT e, "PMID in the first 32 KB"
        push di
        mov cx, 20
        xor al, al
.sum:   add al, [es:di]
        inc di
        loop .sum
        test al, al
        pop di
        EXPECT z, "PMID adds up"
        mov ax, [es:di + 4]
        mov [entry], ax
        mov word [entry + 2], 0x28
        mov ax, [es:di + 6]
        mov [starter], ax
        mov word [starter + 2], 0x28
        mov word [es:di + 8], 0x40              ; a data area of its own
        mov word [es:di + 10], 0x38
        mov word [es:di + 12], 0x38
        mov word [es:di + 14], 0x38
        mov word [es:di + 16], 0x30
        mov byte [es:di + 18], 1
        mov ax, 0x1000
        mov dx, 0x9b
        mov bx, gdt.a
        call segment_set
        mov dx, 0x93
        mov bx, gdt.b
        call segment_set
        mov ax, 0xa000
        mov bx, gdt.c
        call segment_set
        mov ax, 0x1c00
        mov bx, gdt.d
        call segment_set
        push 0x1c00
        pop es
        xor di, di
        xor ax, ax
        mov cx, 0x600 / 2
        rep stosw
        push 0
        pop es
        PM16
        call far [starter]
        mov ax, 0x4f02
        mov bx, 0x4103
        call far [entry]
        mov [got], al
        mov ax, 0x4f01
        mov cx, 0x0103
        mov di, buffer2
        call far [entry]
        mov ax, 0x4f03
        call far [entry]
        REAL
        cmp byte [got], 0x4f
        EXPECT e, "PMID sets a mode"
        and bx, 0x3fff
        cmp bx, 0x0103
        EXPECT e, "PMID says which"
        cmp dword [buffer2 + 0x12], 800 | 600 << 16
        EXPECT e, "PMID mode information"
        mov dx, 0x1ce
        mov ax, 1
        out dx, ax
        inc dx
        in ax, dx
        cmp ax, 800
        EXPECT e, "PMID 800 pixels"
        ret

hello:  db "H", 0x1f, "i", 0x1e
mode:   db 0
got:    db 0
        align 4
entry:  dd 0
starter: dd 0
buffer: times 8 db 0
buffer2 equ buffer + 3072
