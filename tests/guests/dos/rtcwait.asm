; SPDX-License-Identifier: BSD-2-Clause
; The clock chip as a measure of time: MC146818 registers, and the moment of an update.
; AL: register; AL its value
rtc_get:
        out 70h, al
        in al, 71h
        ret
; AL: register, AH: value
rtc_put:
        out 70h, al
        mov al, ah
        out 71h, al
        ret
; Register B becomes (B & AL) | AH.
rtc_mode:
        push bx
        mov bx, ax
        mov al, 0bh
        call rtc_get
        and al, bl
        or al, bh
        mov ah, al
        mov al, 0bh
        call rtc_put
        pop bx
        ret
; Until the seconds have just changed, by the flag of the update's end, which comes without an interrupt too.
second: push ax
        mov al, 0ch
        call rtc_get                    ; reading it clears it
.wait:  mov al, 0ch
        call rtc_get
        test al, 10h
        jz .wait
        pop ax
        ret
