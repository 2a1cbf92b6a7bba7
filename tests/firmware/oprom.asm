; SPDX-License-Identifier: BSD-2-Clause
; In place of a video BIOS: reports the registers that it is called with, and ends the run.
; PCI Firmware Specification 3.0, 5.2; Plug and Play BIOS Specification 1.0A, 3.3.
; BP counts what is not as it must be.
%macro EXPECT 2
        j%1 %%ok
        inc bp
        call say
        db "FAILED ", %2, 10, 0
        jmp %%on
%%ok:   call say
        db "PASSED ", %2, 10, 0
%%on:
%endmacro
        org 0
        bits 16
        db 0x55, 0xaa, 1024 / 512
        jmp near init
        times 0x18 - ($ - $$) db 0
        dw pcir, 0
pcir:   db "PCIR"
        dw 0x1234, 0x1111, 0, 24
        db 0, 0, 0, 3
        dw 1024 / 512, 1
        db 0, 0x80
        dw 0

init:   xor bp, bp
        cmp ax, FUNCTION
        EXPECT e, "AX is the function"
%ifdef OWN
        cmp bx, 0xffff
        EXPECT e, "BX says that there is no ISA Plug and Play"
        cmp dx, 0xffff
        EXPECT e, "DX too"
%endif
        cmp dword [es:di], "$PnP"
        EXPECT e, "ES:DI is the structure of Plug and Play"
        mov cl, [es:di + 5]
        mov ch, 0
        mov al, 0
.sum:   add al, [es:di]
        inc di
        loop .sum
        test al, al
        EXPECT z, "which is whole"
        mov ax, bp
        mov dx, 0xf4
        out dx, al
        retf

say:    pop si                                  ; the text is behind the call
.next:  cs lodsb
        test al, al
        jz .done
        out 0xe9, al
        jmp .next
.done:  jmp si

        times 1023 - ($ - $$) db 0
        db 0                                    ; the sum: by the test
