; SPDX-License-Identifier: BSD-2-Clause
; MODEX.COM: 320x240 in 256 colours, unchained: four planes, copies through the latches, three pages flipped at the retrace.
; With a word on the command line it waits for a key at each picture. IBM VGA registers; M. Abrash's mode X.
%include "harness.asm"
PAGE1   equ 80 * 240
PAGE2   equ 2 * PAGE1

main:   call set_mode
        call palette
        xor bx, bx
        mov word [shape], bars
        call draw
        mov bx, PAGE1
        mov word [shape], rings
        call draw
        mov word [shape], bars
        xor bx, bx
        call compare
        RANGE eax, 0, 0, "bytes wrong in four planes of page 0"
        mov word [shape], rings
        mov bx, PAGE1
        call compare
        RANGE eax, 0, 0, "bytes wrong in four planes of page 1"
        call copy
        mov word [shape], bars
        mov bx, PAGE2
        call compare
        RANGE eax, 0, 0, "bytes wrong in what the latches copied"
        xor bx, bx
        call show
        PICTURE 515ac651h, "page 0"
        call look
        mov bx, PAGE1
        call show
        PICTURE 2b381d72h, "page 1"
        call look
        mov bx, PAGE2
        call show
        PICTURE 515ac651h, "page 2"
        call look
        call time_start
        call retrace
        call time
        mov ebp, eax
        mov cx, 20
.flip:  xor bx, bx
        call show
        mov bx, PAGE1
        call show
        mov bx, PAGE2
        call show
        loop .flip
        call time
        sub eax, ebp
        RANGE eax, 1198850, 1198990, "timer counts of 60 flips at 59.71 Hz"
        call time_end
        mov ax, 3
        int 10h
        FINISH "MODEX"

; Mode 13h made into it: plane by plane, 480 lines of which two are one.
set_mode:
        mov ax, 13h
        int 10h
        mov dx, 3c4h
        mov ax, 0604h                   ; not chained
        out dx, ax
        mov ax, 0100h                   ; the clock changes under reset
        out dx, ax
        mov dx, 3c2h
        mov al, 0e3h
        out dx, al
        mov dx, 3c4h
        mov ax, 0300h
        out dx, ax
        mov dx, 3d4h
        mov al, 11h
        out dx, al
        inc dx
        in al, dx
        and al, 7fh
        out dx, al
        dec dx
        mov si, crtc
        mov cx, crtc_end - crtc >> 1
        cld
.next:  lodsw
        out dx, ax
        loop .next
        push 0a000h
        pop es
        mov dx, 3c4h
        mov ax, 0f02h
        out dx, ax
        xor eax, eax
        xor di, di
        mov cx, 4000h
        rep stosd
        ret
crtc:   dw 0d06h, 3e07h, 4109h, 0ea10h, 0ac11h, 0df12h, 0014h, 0e715h, 0616h, 0e317h
crtc_end:

; AL: the colour of the dot in column CX, line DX
bars:   push bx
        mov ax, cx
        mov bl, 20
        div bl
        mov bh, al
        shl bh, 4
        mov ax, dx
        mov bl, 15
        div bl
        add al, bh
        pop bx
        ret
rings:  push bx
        push dx
        mov ax, cx
        sub ax, 160
        imul ax
        mov bx, ax
        pop ax
        push ax
        sub ax, 120
        imul ax
        add ax, bx
        shr ax, 5
        pop dx
        pop bx
        ret

; The picture [shape] at BX, a plane after the other.
draw:   mov word [plane], 0
.plane: mov cx, [plane]
        mov ax, 0102h
        shl ah, cl
        mov dx, 3c4h
        out dx, ax
        mov di, bx
        xor dx, dx
.line:  mov cx, [plane]
.dot:   call [shape]
        stosb
        add cx, 4
        cmp cx, 320
        jb .dot
        inc dx
        cmp dx, 240
        jb .line
        inc word [plane]
        cmp word [plane], 4
        jb .plane
        ret

; EAX: bytes at BX that are not those of [shape]
compare:
        mov dword [wrong], 0
        mov word [plane], 0
.plane: mov ax, 0004h
        mov ah, [plane]
        mov dx, 3ceh
        out dx, ax
        mov di, bx
        xor dx, dx
.line:  mov cx, [plane]
.dot:   call [shape]
        scasb
        je .right
        inc dword [wrong]
.right: add cx, 4
        cmp cx, 320
        jb .dot
        inc dx
        cmp dx, 240
        jb .line
        inc word [plane]
        cmp word [plane], 4
        jb .plane
        mov eax, [wrong]
        ret

; Page 0 to page 2, four planes at once.
copy:   mov dx, 3c4h
        mov ax, 0f02h
        out dx, ax
        mov dx, 3ceh
        mov ax, 4105h                   ; write mode 1
        out dx, ax
        push ds
        push es
        pop ds
        xor si, si
        mov di, PAGE2
        mov cx, PAGE1
        rep movsb
        pop ds
        mov ax, 4005h
        out dx, ax
        ret

; Page BX from the next frame on.
show:   mov dx, 3d4h
        mov al, 0ch
        mov ah, bh
        out dx, ax
        mov al, 0dh
        mov ah, bl
        out dx, ax
        jmp retrace
%include "vgatime.asm"
wrong:  dd 0
plane:  dw 0
shape:  dw 0
