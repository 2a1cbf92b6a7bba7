; SPDX-License-Identifier: BSD-2-Clause
; Full-screen animation as programs did it: a scrolling background made in memory and blitted, with
; sprites, in three modes of the screen. COM1 gets a line when all pictures are ready and one after
; each mode, with a sum of the video memory at its end; then the machine is switched off. Nothing
; waits for the retrace: as many frames as the machine can.
;
;   START | A13 xxxxxxxx | A12 xxxxxxxx | ALFB xxxxxxxx (or NOLFB) | DONE 0000
;
; A13   320x200, 256 colours (mode 13h), real mode: the background from a picture into a buffer, eight
;       sprites over it, the buffer to A0000, a status line and a cursor drawn there directly,
;       and part of the palette turned
; A12   640x480, 16 colours (mode 12h), real mode: all four planes of a picture by map mask, half
;       the screen moved by the latches, boxes by set/reset and bit mask, dots in write mode 2
; ALFB  1024x768, 32 bits a pixel (VBE, linear frame buffer), 32-bit protected mode: the background by rows
;       to the screen, filled boxes, sprites with a transparent colour
;
;   nasm -f bin [-DF13=n] [-DF12=n] [-DFLFB=n] -o anim.img anim.asm        (n: frames)

        bits    16
        org     0x7C00

%ifndef F13
%define F13 4000
%endif
%ifndef F12
%define F12 400
%endif
%ifndef FLFB
%define FLFB 400
%endif
%define COM1  0x3F8
%define INFO  0x0600            ; VBE's answer
%define SPRITE 0x1000           ; 16x16 bytes
%define TEX   0x2000            ; segments: the picture, and the buffer
%define BUF   0x3000
%define PLANE 0x4000            ; four planes of 38400 bytes
%define PSIZE 0x960             ; in paragraphs
%define BIG   0x400000          ; a picture of 1024x768x32
%define SIZE  4                 ; sectors that follow this one

start:  jmp     0:main

main:   cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x0FFE
        sti
        mov     ax, 0x0200 + SIZE
        mov     bx, 0x7E00
        mov     cx, 2
        xor     dx, dx
        int     0x13
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
        in      al, 0x92                ; A20
        or      al, 2
        and     al, 0xFE
        out     0x92, al
        jmp     go

say:    lodsb
        test    al, al
        jz      .end
        call    put
        jmp     say
.end:   ret

put:    push    ax
        push    dx
        mov     ah, al
        mov     dx, COM1 + 5
.wait:  in      al, dx
        test    al, 0x20
        jz      .wait
        mov     al, ah
        mov     dx, COM1
        out     dx, al
        pop     dx
        pop     ax
        ret

; EDX in hexadecimal, and the end of the line.
hex:    mov     cx, 8
.digit: rol     edx, 4
        mov     al, dl
        and     al, 15
        add     al, '0'
        cmp     al, '9'
        jbe     .ok
        add     al, 'A' - '9' - 1
.ok:    call    put
        loop    .digit
        mov     al, 10
        jmp     put

; EBX: the next number of a sequence; so pictures are the same everywhere.
random: imul    ebx, ebx, 1664525
        add     ebx, 1013904223
        ret

start_  db      "START", 10, 0
a13     db      "A13 ", 0
a12     db      "A12 ", 0
alfb    db      "ALFB ", 0
nolfb   db      "NOLFB", 10, 0
done    db      "DONE 0000", 10, 0
off     db      "Shutdown", 0

        times   510 - ($ - $$) db 0
        dw      0xAA55

go:     call    pictures
        call    flat                    ; the large one lies above 1 MB
        bits    32
        mov     edi, BIG
        mov     ecx, 1024 * 768
        mov     ebx, 1
.big:   mov     eax, edi                ; stripes and noise
        shr     eax, 6
        imul    ebx, ebx, 1664525
        add     ebx, 1013904223
        mov     edx, ebx
        shr     edx, 12
        and     edx, 0x0F0F0F
        add     eax, edx
        stosd
        dec     ecx
        jnz     .big
        call    real
        bits    16
        mov     si, start_
        call    say
        call    mode13
        call    mode12
        call    lfb
        mov     si, done
        call    say
        mov     dx, COM1 + 5            ; all bits out before the light goes out
.drain: in      al, dx
        test    al, 0x40
        jz      .drain
        mov     ax, 0x2000              ; soft-off by PIIX4 power management, where BIOSes put it
        mov     dx, 0x604
        out     dx, ax
        mov     dx, 0xB004
        out     dx, ax
        mov     dx, 0x8900              ; Bochs's own way
        mov     si, off
.word:  lodsb
        out     dx, al
        test    al, al
        jnz     .word
.halt:  hlt
        jmp     .halt

; The pictures of the two old modes, the sprite (a disc; 0 is transparent) and two turns of colours.
pictures:
        mov     ax, TEX
        mov     es, ax
        xor     di, di
        mov     ebx, 12345
.tex:   call    random
        mov     eax, ebx
        shr     eax, 29
        mov     dx, di
        shr     dx, 5
        add     ax, dx
        stosb
        cmp     di, 64000
        jb      .tex
        mov     dx, PLANE
        mov     bp, 4
.plane: mov     es, dx
        xor     di, di
.byte:  call    random
        mov     eax, ebx
        shr     eax, 24
        or      al, dl
        stosb
        cmp     di, 38400
        jb      .byte
        add     dx, PSIZE
        dec     bp
        jnz     .plane
        xor     ax, ax
        mov     es, ax
        mov     di, SPRITE
.dot:   mov     al, 0
        mov     dx, di
        and     dx, 15
        sub     dx, 8
        imul    dx, dx
        mov     cx, di
        shr     cx, 4
        and     cx, 15
        sub     cx, 8
        imul    cx, cx
        add     dx, cx
        cmp     dx, 60
        ja      .put
        lea     ax, [di + 40]
        or      al, 1
.put:   stosb
        cmp     di, SPRITE + 256
        jb      .dot
        mov     di, SPRITE + 256
        xor     ax, ax
.col:   mov     al, ah                  ; 64 colours of three bytes, twice
        and     al, 63
        stosb
        xor     al, 63
        stosb
        shr     al, 1
        stosb
        inc     ah
        cmp     ah, 128
        jb      .col
        ret

; ---- 320x200 ----

mode13: mov     ax, 0x13
        int     0x10
        cli
        xor     bp, bp
.frame: mov     ax, bp                  ; the picture, scrolled sideways, into the buffer
        shl     ax, 2
        xor     dx, dx
        mov     cx, 320
        div     cx
        mov     ax, TEX
        mov     ds, ax
        mov     ax, BUF
        mov     es, ax
        xor     di, di
        xor     bx, bx
.row:   mov     si, bx
        add     si, dx
        mov     cx, 320
        sub     cx, dx
        shr     cx, 2
        rep     movsd
        mov     si, bx
        mov     cx, dx
        shr     cx, 2
        rep     movsd
        add     bx, 320
        cmp     bx, 64000
        jb      .row
        xor     ax, ax
        mov     ds, ax
        mov     cx, 8
.each:  push    cx                      ; x = 7 f + 35 n, y = 3 f + 20 n, each at its speed
        mov     ax, bp
        imul    ax, 7
        imul    dx, cx, 35
        add     ax, dx
        xor     dx, dx
        mov     bx, 304
        div     bx
        mov     di, dx
        mov     ax, bp
        imul    ax, cx
        imul    dx, cx, 20
        add     ax, dx
        xor     dx, dx
        mov     bx, 176
        div     bx
        imul    dx, 320
        add     di, dx
        mov     si, SPRITE
        mov     dx, 16
.line:  mov     cx, 16
.dot:   lodsb
        test    al, al
        jz      .clear
        mov     [es:di], al
.clear: inc     di
        dec     cx
        jnz     .dot
        add     di, 320 - 16
        dec     dx
        jnz     .line
        pop     cx
        loop    .each
        mov     ax, BUF                 ; to the screen
        mov     ds, ax
        mov     ax, 0xA000
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, 64000 / 4
        rep     movsd
        mov     di, 192 * 320           ; a status line, by bytes
        mov     ax, bp
.bar:   mov     [es:di], al
        inc     di
        inc     ax
        cmp     di, 193 * 320
        jb      .bar
        mov     di, bp                  ; a cursor, by exclusive or
        and     di, 0x3FFF
        mov     dx, 16
.xor:   mov     cx, 8
.two:   xor     word [es:di], 0x0F0F
        add     di, 2
        dec     cx
        jnz     .two
        add     di, 320 - 16
        dec     dx
        jnz     .xor
        xor     ax, ax
        mov     ds, ax
        mov     dx, 0x3C8               ; 64 colours, turned
        mov     al, 192
        out     dx, al
        inc     dx
        mov     si, bp
        and     si, 63
        imul    si, 3
        add     si, SPRITE + 256
        mov     cx, 192
        rep     outsb
        inc     bp
        cmp     bp, F13
        jb      .frame
        mov     cx, 64000 / 4
        xor     edx, edx
        call    sum
        mov     si, a13
        call    say
        jmp     hex

; EDX: what CX double words at A0000 add to it.
sum:    push    ds
        mov     ax, 0xA000
        mov     ds, ax
        xor     si, si
.next:  lodsd
        rol     edx, 5
        add     edx, eax
        dec     cx
        jnz     .next
        pop     ds
        ret

; ---- 640x480, four planes ----

%macro  outw 2                          ; port, value (index in the lower half)
        mov     dx, %1
        mov     ax, %2
        out     dx, ax
%endmacro

mode12: mov     ax, 0x12
        int     0x10
        cli
        mov     ax, 0xA000
        mov     es, ax
        xor     bp, bp
.frame: mov     bx, PLANE               ; the planes of a picture, scrolled by lines
        mov     ah, 1
.plane: mov     ds, bx
        mov     al, 2                   ; sequencer 2: map mask
        mov     dx, 0x3C4
        out     dx, ax
        push    ax
        mov     ax, bp
        shl     ax, 2
        xor     dx, dx
        mov     cx, 480
        div     cx
        imul    si, dx, 80
        mov     ax, si
        xor     di, di
        mov     cx, 38400
        sub     cx, si
        shr     cx, 1
        rep     movsw
        xor     si, si
        mov     cx, ax
        shr     cx, 1
        rep     movsw
        pop     ax
        add     bx, PSIZE
        shl     ah, 1
        cmp     ah, 16
        jb      .plane
        outw    0x3C4, 0x0F02
        outw    0x3CE, 0x0105           ; write mode 1: the lower half up by eight lines
        mov     ax, es
        mov     ds, ax
        mov     si, 248 * 80
        mov     di, 240 * 80
        mov     cx, 232 * 80
        rep     movsb
        xor     ax, ax
        mov     ds, ax
        outw    0x3CE, 0x0005           ; write mode 0
        outw    0x3CE, 0x0F01           ; all planes from set/reset
        mov     cx, 8
.box:   push    cx                      ; 101 pixels wide: two edges with a bit mask
        mov     ah, cl
        mov     al, 0
        mov     dx, 0x3CE
        out     dx, ax
        mov     ax, bp
        imul    ax, cx
        imul    bx, cx, 40
        add     ax, bx
        xor     dx, dx
        mov     bx, 400
        div     bx
        imul    di, dx, 80
        imul    bx, cx, 7
        add     di, bx
        mov     bx, 50
.line:  outw    0x3CE, 0x0708
        or      [es:di], al             ; read for the latches, write
        inc     di
        outw    0x3CE, 0xFF08
        mov     cx, 6
        rep     stosw
        outw    0x3CE, 0xFC08
        or      [es:di], al
        add     di, 80 - 13
        dec     bx
        jnz     .line
        pop     cx
        loop    .box
        outw    0x3CE, 0x0001
        outw    0x3CE, 0x0205           ; write mode 2: dots
        mov     dx, 0x3CE
        mov     al, 8
        out     dx, al
        inc     dx
        movzx   ebx, bp
        mov     cx, 500
.star:  call    random
        mov     edi, ebx
        shr     edi, 17                 ; byte
        push    cx
        mov     cl, bh
        and     cl, 7
        mov     al, 0x80
        shr     al, cl
        pop     cx
        out     dx, al
        mov     al, [es:di]
        mov     al, bl
        mov     [es:di], al
        dec     cx
        jnz     .star
        outw    0x3CE, 0xFF08
        outw    0x3CE, 0x0005
        inc     bp
        cmp     bp, F12
        jb      .frame
        xor     edx, edx
        mov     bl, 0
.read:  mov     ah, bl                  ; each plane
        mov     al, 4
        push    dx
        mov     dx, 0x3CE
        out     dx, ax
        pop     dx
        mov     cx, 38400 / 4
        call    sum
        inc     bl
        cmp     bl, 4
        jb      .read
        mov     si, a12
        call    say
        jmp     hex

; ---- 1024x768, 32 bits ----

lfb:    xor     ax, ax
        mov     es, ax
        mov     di, INFO
        mov     word [bp_], 0x100       ; which mode it is differs
.look:  mov     ax, 0x4F01
        mov     cx, [bp_]
        int     0x10
        cmp     ax, 0x4F
        jne     .no
        cmp     word [INFO + 18], 1024
        jne     .no
        cmp     word [INFO + 20], 768
        jne     .no
        cmp     byte [INFO + 25], 32
        jne     .no
        test    byte [INFO], 0x80
        jnz     .yes
.no:    inc     word [bp_]
        cmp     word [bp_], 0x200
        jb      .look
        mov     si, nolfb
        jmp     say
.yes:   mov     bx, [bp_]
        or      bx, 0x4000
        mov     ax, 0x4F02
        int     0x10
        cli
        call    flat
        bits    32
        movzx   eax, word [INFO + 16]
        mov     [pitch], eax
        mov     eax, [INFO + 40]
        mov     [screen], eax
        xor     ebp, ebp
.frame: mov     edi, [screen]           ; the picture, scrolled both ways
        mov     eax, ebp
        shl     eax, 2
        and     eax, 1023               ; columns
        mov     ebx, 768
        mov     edx, ebp
.row:   cmp     edx, 768
        jb      .in
        sub     edx, 768
        jmp     .row
.in:    push    edi
        mov     esi, edx
        shl     esi, 12
        add     esi, BIG
        push    esi
        lea     esi, [esi + eax * 4]
        mov     ecx, 1024
        sub     ecx, eax
        rep     movsd
        pop     esi
        mov     ecx, eax
        rep     movsd
        pop     edi
        add     edi, [pitch]
        inc     edx
        dec     ebx
        jnz     .row
        mov     ecx, 8                  ; boxes of 200x100
.box:   push    ecx
        mov     eax, ebp
        imul    eax, ecx
        and     eax, 511
        imul    edi, ecx, 60
        imul    edi, [pitch]
        lea     edi, [edi + eax * 4]
        add     edi, [screen]
        imul    eax, ecx, 0x1F2F3F
        mov     ebx, 100
.fill:  push    edi
        mov     ecx, 200
        rep     stosd
        pop     edi
        add     edi, [pitch]
        dec     ebx
        jnz     .fill
        pop     ecx
        loop    .box
        mov     ecx, 16                 ; sprites
.each:  push    ecx
        imul    edi, ecx, 44
        imul    edi, [pitch]
        mov     eax, ebp
        imul    eax, ecx
        and     eax, 511
        lea     edi, [edi + eax * 4]
        add     edi, [screen]
        mov     esi, SPRITE
        mov     edx, 16
.line:  mov     ecx, 16
.dot:   movzx   eax, byte [esi]
        inc     esi
        test    eax, eax
        jz      .clear
        mov     [edi], eax
.clear: add     edi, 4
        dec     ecx
        jnz     .dot
        add     edi, [pitch]
        sub     edi, 64
        dec     edx
        jnz     .line
        pop     ecx
        loop    .each
        inc     ebp
        cmp     ebp, FLFB
        jb      .frame
        xor     edx, edx                ; one line in eight
        mov     edi, [screen]
        mov     ebx, 96
.sum:   mov     esi, edi
        mov     ecx, 1024
.next:  lodsd
        rol     edx, 5
        add     edx, eax
        dec     ecx
        jnz     .next
        mov     eax, [pitch]
        lea     edi, [edi + eax * 8]
        dec     ebx
        jnz     .sum
        call    real
        bits    16
        mov     si, alfb
        call    say
        jmp     hex

; To 32-bit protected mode with flat segments, and back. Called from 16 and from 32 bits: the
; return address lies as both push it. EDX stays.
        bits    16
flat:   pop     ax
        movzx   eax, ax
        mov     [back], eax
        cli
        lgdt    [gdtr]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     8:.on
        bits    32
.on:    mov     ax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        movzx   esp, sp
        jmp     [back]

real:   pop     dword [back]
        jmp     24:.small
        bits    16
.small: mov     ax, 32
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, 0xFE
        mov     cr0, eax
        jmp     0:.off
.off:   xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        sti
        jmp     [back]

        align   8
gdt     dq      0
        dq      0x00CF9A000000FFFF      ; 32 bits, code and data
        dq      0x00CF92000000FFFF
        dq      0x00009A000000FFFF      ; 16 bits
        dq      0x000092000000FFFF
gdtr    dw      39
        dd      gdt
back    dd      0
pitch   dd      0
screen  dd      0
bp_     dw      0

        times   512 * (SIZE + 1) - ($ - $$) db 0
        times   1474560 - ($ - $$) db 0
