; SPDX-License-Identifier: BSD-2-Clause
; VESA.COM: the list of modes; 640x480 in 256 colours through the window and its function, with a longer line and another start;
; 1024x768 of 24 or 32 bits through the linear frame buffer, which real mode reaches with 4 GB segments; protected-mode
; functions and EDID, where the BIOS has them. "vesa list" prints the modes; another word waits for a key at each picture.
; VESA BIOS Extension 3.0; Display Data Channel 1.0.
%include "harness.asm"
INFO    equ 0c000h                      ; 512 bytes
MODE    equ 0c200h                      ; 256
EDID    equ 0c300h                      ; 128

main:   push ds
        pop es
        mov di, INFO
        mov dword [di], "VBE2"
        mov ax, 4f00h
        int 10h
        cmp ax, 004fh
        jne .info
        cmp dword [INFO], "VESA"
.info:  PASS_IF e, "4F00"
        movzx eax, word [INFO + 4]
        shr eax, 8
        RANGE eax, 2, 3, "4F00 version"
        movzx eax, word [INFO + 18]
        RANGE eax, 256, 256, "4F00 blocks of 64 KB"
        mov eax, [81h]
        cmp eax, " lis"
        je list
        call modes
        call banked
        call linear
        mov ax, 3
        int 10h
        mov ax, 4f03h
        int 10h
        movzx ebx, bx
        RANGE ebx, 3, 3, "4F03 text mode"
        call protected
        call display
        FINISH "VESA"

; CX: mode; its information to MODE. ZF: there
about:  mov ax, 4f01h
        mov di, MODE
        push cx
        push ds
        pop es
        int 10h
        pop cx
        cmp ax, 004fh
        jne .end
        test byte [MODE], 1
        jz .end
        cmp ax, ax
.end:   ret

; Each listed mode has information that goes together.
modes:  lfs si, [INFO + 14]
        xor ebp, ebp                    ; modes
        xor ebx, ebx                    ; with a frame buffer
        xor edx, edx                    ; those that are odd
.next:  mov cx, [fs:si]
        add si, 2
        cmp cx, 0ffffh
        je .end
        call about
        jne .odd
        inc ebp
        test byte [MODE], 80h
        jz .window
        inc ebx
        cmp dword [MODE + 28h], 0
        je .odd
.window:
        movzx eax, word [MODE + 12h]    ; does a line fit?
        movzx ecx, byte [MODE + 19h]
        add cl, 7
        and cl, 0f8h
        cmp byte [MODE + 1bh], 4        ; packed, or direct colour
        je .bits
        cmp byte [MODE + 1bh], 6
        je .bits
        cmp byte [MODE + 1bh], 3
        jne .next                       ; text, CGA
        mov cl, 1
.bits:  imul eax, ecx
        shr eax, 3
        movzx ecx, word [MODE + 10h]
        cmp eax, ecx
        ja .odd
        movzx eax, word [MODE + 14h]    ; and do all lines?
        imul eax, ecx
        movzx ecx, word [INFO + 18]
        shl ecx, 16
        cmp eax, ecx
        jbe .next
.odd:   inc edx
        jmp .next
.end:   RANGE ebp, 10, 120, "modes"
        RANGE ebx, 8, 120, "of them with a linear frame buffer"
        RANGE edx, 0, 0, "of them contradictory"
        ret

list:   lfs si, [INFO + 14]
        mov word [log_end], 0
        mov bx, 4                       ; in a line
.next:  mov cx, [fs:si]
        add si, 2
        cmp cx, 0ffffh
        je .end
        call about
        jne .next
        push si
        movzx eax, cx
        mov cl, 3
        call hex
        mov al, ' '
        call putc
        mov di, [log_end]
        movzx eax, word [MODE + 12h]
        call number
        mov al, 'x'
        call putc
        movzx eax, word [MODE + 14h]
        call number
        mov al, 'x'
        call putc
        movzx eax, byte [MODE + 19h]
        call number
        pop si
        add di, 14
.pad:   dec bx
        jz .line
        inc bx
.blank: mov al, ' '
        call putc
        cmp [log_end], di
        jb .blank
        dec bx
        jmp .next
.line:  call newline
        mov bx, 4
        jmp .next
.end:   call newline
        FINISH "VESA"

; ---- 640x480, 256 colours, by a window of 64 KB ----
banked: mov cx, 101h
        call about
        jne .about
        cmp dword [MODE + 12h], 480 << 16 | 640
        jne .about
        cmp word [MODE + 19h], 0108h    ; bits, banks
.about: PASS_IF e, "4F01 101h: 640x480, 8 bits"
        mov al, [MODE + 2]
        and al, 7
        cmp al, 7
        PASS_IF e, "4F01 window A for reading and writing"
        cmp dword [MODE + 4], 64 << 16 | 64
        PASS_IF e, "4F01 granularity and size"
        cmp dword [MODE + 0ch], 0
        PASS_IF ne, "4F01 window function"
        mov ax, 4f02h
        mov bx, 101h
        int 10h
        mov ax, 4f03h
        int 10h
        and ebx, 3fffh
        RANGE ebx, 101h, 101h, "4F03 the mode set"
        call palette
        push word [MODE + 8]
        pop es
        xor dx, dx
        call window
        xor di, di
        xor bp, bp                      ; line
.line:  xor cx, cx
.dot:   call pattern
        stosb
        test di, di
        jnz .in
        inc dx
        call window
.in:    inc cx
        cmp cx, 640
        jb .dot
        inc bp
        cmp bp, 480
        jb .line
        PICTURE 73acf953h, "640x480"
        call look
        ; read back, with the windows set by INT 10h
        xor dx, dx
        call window_int
        xor di, di
        xor bp, bp
        xor esi, esi
.line2: xor cx, cx
.dot2:  call pattern
        scasb
        je .right
        inc esi
.right: test di, di
        jnz .in2
        inc dx
        call window_int
.in2:   inc cx
        cmp cx, 640
        jb .dot2
        inc bp
        cmp bp, 480
        jb .line2
        RANGE esi, 0, 0, "bytes wrong"
        mov ax, 4f05h
        mov bx, 0100h
        int 10h
        movzx eax, dx
        RANGE eax, 4, 4, "4F05 the window in the end"
        mov ax, 4f06h
        mov bl, 0
        mov cx, 1024
        int 10h
        movzx eax, bx
        RANGE eax, 1024, 1024, "4F06 bytes of a line"
        movzx eax, dx
        RANGE eax, 16384, 16384, "4F06 lines"
        mov ax, 4f07h
        mov bx, 0080h                   ; at the retrace
        mov cx, 64
        mov dx, 100
        int 10h
        mov ax, 4f07h
        mov bx, 1
        int 10h
        shl edx, 16
        mov dx, cx
        cmp edx, 100 << 16 | 64
        PASS_IF e, "4F07 start of the display"
        PICTURE 2bc7c346h, "the same bytes, in longer lines"
        jmp look

; DX: the window's place. By its function, and by INT 10h
window: pusha
        xor bx, bx
        call far [MODE + 0ch]
        popa
        ret
window_int:
        pusha
        mov ax, 4f05h
        xor bx, bx
        int 10h
        popa
        ret
; AL: colour of column CX, line BP
pattern:
        push bx
        mov ax, cx
        mov bl, 40
        div bl
        mov bh, al
        shl bh, 4
        mov ax, bp
        mov bl, 30
        div bl
        add al, bh
        pop bx
        ret

; ---- 1024x768, true colour, linear ----
linear: mov cx, 118h
        call about
        jne .about
        cmp dword [MODE + 12h], 768 << 16 | 1024
.about: PASS_IF e, "4F01 118h: 1024x768"
        test byte [MODE], 80h
        PASS_IF nz, "4F01 a linear frame buffer"
        jz .none
        movzx eax, byte [MODE + 19h]
        RANGE eax, 24, 32, "4F01 bits"
        mov ax, 4f02h
        mov bx, 4118h
        int 10h
        mov ax, 4f03h
        int 10h
        and ebx, 7fffh
        RANGE ebx, 4118h, 4118h, "4F03 the mode set"
        mov ax, 2402h                   ; odd megabytes are wanted
        int 15h
        mov [a20], al
        mov ax, 2401h
        int 15h
        mov word [todo], write_dot
        call all_lines
        PICTURE 25a6abbfh, "1024x768"
        call look
        mov dword [wrong], 0
        mov word [todo], check_dot
        call all_lines
        RANGE dword [wrong], 0, 0, "dots wrong"
        cmp byte [a20], 0
        jne .none
        mov ax, 2400h
        int 15h
.none:  ret

; [todo] for each dot; interrupts come between lines only, for their handlers may load FS.
all_lines:
        mov edi, [MODE + 28h]
        xor bp, bp
.line:  cli
        call big
        push edi
        xor cx, cx
.dot:   mov al, cl                      ; blue
        xor ax, bp
        movzx ebx, al
        mov ax, bp                      ; green
        shr ax, 2
        mov bh, al
        mov ax, cx                      ; red
        shr ax, 2
        movzx eax, al
        shl eax, 16
        or ebx, eax
        call [todo]
        add edi, 3
        cmp byte [MODE + 19h], 24
        je .three
        inc edi
.three: inc cx
        cmp cx, 1024
        jb .dot
        pop edi
        sti
        movzx eax, word [MODE + 10h]
        add edi, eax
        inc bp
        cmp bp, 768
        jb .line
        ret
write_dot:
        mov [fs:edi], bx
        mov eax, ebx
        shr eax, 16
        mov [fs:edi + 2], al
        ret
check_dot:
        cmp [fs:edi], bx
        jne .bad
        mov eax, ebx
        shr eax, 16
        cmp [fs:edi + 2], al
        je .end
.bad:   inc dword [wrong]
.end:   ret

; FS: 4 GB from 0, in real mode.
big:    push eax
        push bx
        xor eax, eax
        mov ax, ds
        shl eax, 4
        add eax, gdt
        mov [gdtr + 2], eax
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp short .in
.in:    mov bx, 8
        mov fs, bx
        and al, 0feh
        mov cr0, eax
        jmp short .out
.out:   xor ax, ax
        mov fs, ax
        pop bx
        pop eax
        ret
        align 8
gdt:    dq 0
        dq 00cf93000000ffffh
gdtr:   dw 15
        dd 0

; ---- what not every BIOS has ----
protected:
        mov ax, 4f0ah
        mov bl, 0
        int 10h
        cmp ax, 004fh
        jne .none
        movzx eax, cx
        RANGE eax, 16, 4096, "4F0A length"
        mov eax, [es:di]                ; window, start of the display
        movzx ebx, ax
        shr eax, 16
        cmp ax, cx
        jae .bad
        cmp bx, cx
        jae .bad
        cmp word [es:di + 4], cx        ; palette
.bad:   PASS_IF b, "4F0A functions are in it"
        jmp .end
.none:  NOTE 0, "4F0A protected-mode functions"
.end:   push ds
        pop es
        ret

display:
        mov ax, 4f15h
        xor bx, bx
        xor cx, cx
        int 10h
        cmp ax, 004fh
        jne .none
        mov ax, 4f15h
        mov bl, 1
        xor cx, cx
        xor dx, dx
        mov di, EDID
        int 10h
        cmp ax, 004fh
        jne .bad
        cmp dword [EDID], 0ffffff00h
        jne .bad
        mov si, EDID
        mov cx, 128
        xor ah, ah
.sum:   lodsb
        add ah, al
        loop .sum
        test ah, ah
.bad:   PASS_IF z, "4F15 EDID and its sum"
        ret
.none:  NOTE 0, "4F15 EDID"
        ret
%include "vgatime.asm"
wrong:  dd 0
todo:   dw 0
a20:    db 0
