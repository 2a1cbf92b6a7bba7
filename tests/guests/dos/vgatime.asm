; SPDX-License-Identifier: BSD-2-Clause
; Frames as a measure of the dot clock, in counts of the timer (1193182 Hz); and a palette that does not depend on the BIOS.

; Channel 0 in mode 2, which counts by one; the BIOS has it in mode 3.
time_start:
        mov al, 34h
        jmp timer_mode
time_end:
        mov al, 36h
timer_mode:
        pushf
        cli
        out 43h, al
        xor al, al
        out 40h, al
        out 40h, al
        popf
        ret
; EAX: counts, modulo 2^32
time:   push ebx
        push es
        pushf
        cli
        push 40h
        pop es
        xor al, al
        out 43h, al
        in al, 40h
        mov bl, al
        in al, 40h
        mov bh, al
        mov al, 0ah                     ; a tick that nobody has counted yet?
        out 20h, al
        in al, 20h
        test al, 1
        mov eax, [es:6ch]
        jz .counted
        test bh, 80h                    ; and the count has begun anew before it was read
        jz .counted
        inc eax
.counted:
        shl eax, 16
        neg bx
        movzx ebx, bx
        add eax, ebx
        popf
        pop es
        pop ebx
        ret

; Three bits red, three green, two blue.
palette:
        mov dx, 3c8h
        xor al, al
        out dx, al
        inc dx
        xor cx, cx
.next:  mov al, cl
        shr al, 5
        call .seventh
        mov al, cl
        shr al, 2
        and al, 7
        call .seventh
        mov al, cl
        and al, 3
        mov ah, 21
        mul ah
        out dx, al
        inc cl
        jnz .next
        ret
.seventh:
        mov ah, 9
        mul ah
        out dx, al
        ret
