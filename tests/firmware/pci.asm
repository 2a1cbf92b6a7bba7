; SPDX-License-Identifier: BSD-2-Clause
; boot sector: the PCI BIOS, of 16 and of 32 bits, and what systems search the BIOS for: _32_, $PIR, $PnP, RSD PTR, _SM_.
; PCI BIOS Specification 2.1; Plug and Play BIOS Specification 1.0A; SMBIOS 2.4; ACPI 1.0.
%include "harness.asm"
%include "pm.asm"

main:   call present
        call finding
        call access
        call routing
        call bios32
        call tables
%ifndef SEABIOS
        call pnp
%endif
        ret

present:
        mov ax, 0xb101
        xor edi, edi
        int 0x1a
        EXPECT nc, "1A/B101 there is PCI"
        cmp ah, 0
        EXPECT e, "1A/B101 status"
        cmp edx, "PCI "
        EXPECT e, "1A/B101 signature"
        cmp bx, 0x0210
        EXPECT e, "1A/B101 version 2.1"
        test al, 1
        EXPECT nz, "1A/B101 mechanism 1"
        cmp cl, 0
        EXPECT e, "1A/B101 one bus"
        mov ax, 0xb1ff
        int 0x1a
        EXPECT c, "1A/B1FF no such function"
        cmp ah, 0x81
        EXPECT e, "1A/B1FF says so"
        ret

finding:
        mov ax, 0xb102
        mov cx, 0x1237
        mov dx, 0x8086
        xor si, si
        int 0x1a
        EXPECT nc, "1A/B102 the host bridge"
        cmp bx, 0
        EXPECT e, "1A/B102 at 00:00.0"
        mov ax, 0xb102
        mov cx, 0x1237
        mov dx, 0x8086
        mov si, 1
        int 0x1a
        EXPECT c, "1A/B102 only one"
        cmp ah, 0x86
        EXPECT e, "1A/B102 not found"
%ifndef SEABIOS
        mov ax, 0xb102
        mov dx, 0xffff
        xor si, si
        int 0x1a
        cmp ah, 0x83
        EXPECT e, "1A/B102 bad vendor"
%endif
        mov ax, 0xb103
        mov ecx, 0x060100
        xor si, si
        int 0x1a
        EXPECT nc, "1A/B103 the ISA bridge"
        cmp bx, 8
        EXPECT e, "1A/B103 at 00:01.0"
        ret

access: mov ax, 0xb10a
        mov bx, 8
        mov di, 8
        int 0x1a
        EXPECT nc, "1A/B10A reads a double word"
        shr ecx, 8
        cmp ecx, 0x060100
        EXPECT e, "1A/B10A the class"
        mov ax, 0xb109
        mov di, 0
        int 0x1a
        cmp cx, 0x8086
        EXPECT e, "1A/B109 the vendor"
        mov ax, 0xb108
        mov di, 0x0b
        int 0x1a
        cmp cl, 6
        EXPECT e, "1A/B108 the class byte"
        mov ax, 0xb109
        mov di, 3
        int 0x1a
%ifndef SEABIOS
        cmp ah, 0x87
        EXPECT e, "1A/B109 bad register"
%endif
        mov ax, 0xb108                          ; the display's interrupt line holds anything
        mov bx, 0x10
        mov di, 0x3c
        int 0x1a
        push cx
        mov ax, 0xb10b
        mov cl, 0x5a
        int 0x1a
        EXPECT nc, "1A/B10B writes"
        mov ax, 0xb108
        int 0x1a
        cmp cl, 0x5a
        EXPECT e, "1A/B10B and it is there"
        pop cx
        mov ax, 0xb10b
        int 0x1a
        ret

routing:
        mov ax, 0xb10e
        mov word [route], 8
        mov di, route
        xor bx, bx
        push ds
        push 0xf000
        pop ds
        int 0x1a
        pop ds
%ifdef SEABIOS
        ret
%endif
        EXPECT c, "1A/B10E too small"
        cmp ah, 0x89
        EXPECT e, "1A/B10E says so"
        cmp word [route], 16
        EXPECT ae, "1A/B10E and what it needs"
        mov ax, 0xb10e
        mov di, route
        push ds
        push 0xf000
        pop ds
        int 0x1a
        pop ds
        EXPECT nc, "1A/B10E routing"
        cmp byte [buffer + 1], 8
        EXPECT e, "1A/B10E device 1"
        cmp byte [buffer + 2], 0x60
        EXPECT e, "1A/B10E its INTA is link 60h"
        cmp word [buffer + 3], 0x0c20
        EXPECT e, "1A/B10E IRQ 5, 10 or 11"
        mov ax, 0xb10f                          ; device 3, INTA: link 62h
        mov bx, 0x18
        mov cx, 0x050a
        int 0x1a
        EXPECT nc, "1A/B10F routes"
        mov ax, 0xb108
        mov bx, 8
        mov di, 0x62
        int 0x1a
        cmp cl, 5
        EXPECT e, "1A/B10F to IRQ 5"
        mov dx, 0x4d0
        in al, dx
        test al, 0x20
        EXPECT nz, "1A/B10F level triggered"
        mov ax, 0xb10f
        mov bx, 0x18
        mov cx, 0x0d0a
        int 0x1a
        cmp ah, 0x88
        EXPECT e, "1A/B10F not to IRQ 13"
        ret

; Searches E0000-FFFFF, every paragraph, for EAX; DX: its segment, carry when it is not there.
search: mov dx, 0xe000
.next:  push ds
        mov ds, dx
        cmp [0], eax
        pop ds
        je .found
        inc dx
        jnz .next
        stc
        ret
.found: clc
        ret

; Zero when CX bytes of segment DX add up to nothing
sum:    push ds
        mov ds, dx
        xor si, si
        xor al, al
.next:  add al, [si]
        inc si
        loop .next
        pop ds
        test al, al
        ret

bios32: mov eax, "_32_"
        call search
        EXPECT nc, "_32_ is there"
        push dx
        mov cx, 16
        call sum
        EXPECT e, "_32_ adds up"
        pop es
        mov ebp, [es:4]
        PM32
        mov eax, "$PCI"
        xor ebx, ebx
        push cs
        call ebp
        mov [service], al
        add ebx, edx
        mov [pci_entry], ebx
        mov eax, "ACPI"
        xor ebx, ebx
        push cs
        call ebp
        mov [no_service], al
        REAL
        cmp byte [service], 0
        EXPECT e, "BIOS32 has $PCI"
        cmp byte [no_service], 0x80
        EXPECT e, "BIOS32 has no other"
        mov ebp, [pci_entry]
        PM32
        mov eax, 0xb101
        xor edi, edi
        push cs
        call ebp
        REAL
        EXPECT nc, "PCI BIOS of 32 bits"
        cmp edx, "PCI "
        EXPECT e, "PCI BIOS of 32 bits: signature"
        PM32
        mov eax, 0xb102
        mov ecx, 0x7110
        mov edx, 0x8086
        xor esi, esi
        push cs
        call ebp
        REAL
        cmp bx, 8
        EXPECT e, "PCI BIOS of 32 bits: finds"
        PM32
        mov eax, 0xb10a
        mov ebx, 8
        mov edi, 0
        push cs
        call ebp
        REAL
        cmp ecx, 0x71108086
        EXPECT e, "PCI BIOS of 32 bits: reads"
        PM32
        mov eax, 0xb1aa
        push cs
        call ebp
        REAL
        EXPECT c, "PCI BIOS of 32 bits: no such function"
%ifndef SEABIOS
        mov dword [route], 0xffff
        mov dword [route + 2], buffer
        mov word [route + 6], 0x10
        mov dword [buffer], 0
        PM32
        mov eax, 0xb10e
        mov edi, route
        xor ebx, ebx
        push cs
        call ebp
        REAL
        EXPECT nc, "PCI BIOS of 32 bits: routing"
        cmp dword [buffer], 0x20600800
        EXPECT e, "PCI BIOS of 32 bits: device 1"
%endif
        ret

tables: mov eax, "$PIR"
        call search
        EXPECT nc, "$PIR is there"
        mov es, dx
        mov cx, [es:6]
        call sum
        EXPECT e, "$PIR adds up"
        mov eax, "RSD "
        call search
        EXPECT nc, "RSD PTR is there"
        mov cx, 20
        call sum
        EXPECT e, "RSD PTR adds up"
        mov eax, "_SM_"
        call search
        EXPECT nc, "_SM_ is there"
        mov es, dx
        movzx cx, byte [es:5]
        call sum
        EXPECT e, "_SM_ adds up"
%ifndef SEABIOS
        call processor
        EXPECT e, "_SM_ the processor has RDTSC's speed"
%endif
        mov eax, "$PnP"
        call search
        EXPECT nc, "$PnP is there"
        mov es, dx
        movzx cx, byte [es:5]
        call sum
        EXPECT e, "$PnP adds up"
        mov [pnp_at], dx
        ret

; Zero when SMBIOS's structure of type 4 in the table of ES:0 has 1000 MHz: RDTSC counts nanoseconds.
processor:
        mov eax, [es:24]
        mov si, ax
        and si, 15
        shr eax, 4
        push ds
        mov ds, ax
.next:  cmp byte [si], 4
        je .found
        cmp byte [si], 127
        je .found                               ; the end: what follows are no MHz
        movzx ax, byte [si + 1]
        add si, ax
.text:  inc si
        cmp word [si - 1], 0
        jne .text
        inc si
        jmp .next
.found: cmp word [si + 0x16], 1000
        pop ds
        ret

; Functions of the structure: far calls with C's arguments
%macro PNP 1-*                                  ; words, the last argument first
%assign n 0
%rep %0
        push word %1
        %assign n n + 2
        %rotate 1
%endrep
        call far [pnp_call]
        add sp, n
%endmacro

pnp:    mov es, [pnp_at]
        mov eax, [es:13]                        ; offset, segment
        mov [pnp_call], eax
        PNP 0xf000, 0, size, 0, nodes, 0
        test ax, ax
        EXPECT z, "PnP 00 counts nodes"
        cmp byte [nodes], 8
        EXPECT a, "PnP 00 some"
        call walk
        cmp bx, [nodes]
        EXPECT e, "PnP 01 gives each"
        cmp byte [seen_rtc], 1
        EXPECT e, "PnP 01 one is the clock"
        cmp byte [seen_game], 1
        EXPECT e, "PnP 01 one is the game port"
        mov byte [node], 99
        PNP 0xf000, 1, 0, buffer, 0, node, 1
        cmp ax, 0x83
        EXPECT e, "PnP 01 bad handle"
        call pnp_set
        call pnp_small
        PNP 0xf000, 0, 0, 0, 0, 0x7f
        cmp ax, 0x81
        EXPECT e, "PnP 7F no such function"
        PNP 0xf000, 0, buffer, 0x40
        cmp ax, 0
        EXPECT e, "PnP 40 no cards"
        mov ax, 0xf000                          ; the same in protected mode
        mov bx, gdt.a
        mov dx, 0x9b
        call segment_set
        mov bx, gdt.b
        mov dx, 0x93
        call segment_set
        mov ax, [es:17]
        mov [pnp_call], ax
        mov word [pnp_call + 2], 0x28
        mov word [nodes], 0
        PM16
        PNP 0x30, 0x20, size, 0x20, nodes, 0
        REAL
        cmp byte [nodes], 8
        EXPECT a, "PnP 00 in protected mode"
        call nodes_saved
        PM16
        PNP 0x30, 3, 0x20, buffer, 0, 2
        REAL
        test ax, ax
        EXPECT z, "PnP 02 in protected mode"
        mov word [size], 512
        PM16
        PNP 0x30, 0x20, buffer, 0x20, size, 0x0b
        REAL
        test ax, ax
        EXPECT z, "PnP 0B in protected mode"
        ret

nodes_saved:                                    ; node 0 into the buffer
        mov byte [node], 0
        push dword [pnp_call]
        mov eax, [pnp_real]
        mov [pnp_call], eax
        PNP 0xf000, 1, 0, buffer, 0, node, 1
        pop dword [pnp_call]
        ret

; Node, buffer, control: what stands where it stands can be set there and nowhere else.
pnp_set:
        mov eax, [pnp_call]
        mov [pnp_real], eax
        call nodes_saved
        PNP 0xf000, 1, 0, buffer, 0, 2
        test ax, ax
        EXPECT z, "PnP 02 as it is"
        PNP 0xf000, 2, 0, buffer, 0, 2
        test ax, ax
        EXPECT z, "PnP 02 and will be"
        inc byte [buffer + 14]                  ; another port
        PNP 0xf000, 1, 0, buffer, 0, 2
        cmp ax, 0x85
        EXPECT e, "PnP 02 no other way"
        dec byte [buffer + 14]
        inc byte [buffer + 3]                   ; another device's
        PNP 0xf000, 1, 0, buffer, 0, 2
        cmp ax, 0x84
        EXPECT e, "PnP 02 another device's"
        PNP 0xf000, 0, 0, buffer, 0, 2
        cmp ax, 0x84
        EXPECT e, "PnP 02 neither now nor later"
        PNP 0xf000, 1, 0, buffer, 99, 2
        cmp ax, 0x83
        EXPECT e, "PnP 02 bad handle"
        ret

pnp_small:
        PNP 0xf000, 0, buffer, 3
        cmp ax, 0x82
        EXPECT e, "PnP 03 no events"
        PNP 0xf000, 0x42, 4
        test ax, ax
        EXPECT z, "PnP 04 a system is there"
        PNP 0xf000, 0x40, 4
        cmp ax, 0x87
        EXPECT e, "PnP 04 nothing to undock"
        PNP 0xf000, 0x77, 4
        cmp ax, 0x8e
        EXPECT e, "PnP 04 unknown message"
        PNP 0xf000, 0, buffer, 5
        cmp ax, 0x82
        EXPECT e, "PnP 05 no docking"
        PNP 0xf000, 0, buffer, 0x0a
        cmp ax, 0x82
        EXPECT e, "PnP 0A nothing kept"
        PNP 0xf000, 0, buffer, 0, size, 0, nodes, 0x41
        cmp ax, 0x82
        EXPECT e, "PnP 41 no ESCD"
        mov word [size], 0
        mov word [buffer], 0x7777
        PNP 0xf000, 0, buffer, 0, size, 0x0b
        cmp ax, 0x8c
        EXPECT e, "PnP 0B no room"
        cmp word [buffer], 0x7777
        EXPECT e, "PnP 0B nothing written"
        cmp word [size], 12
        EXPECT ae, "PnP 0B how much"
        PNP 0xf000, 0, buffer, 0, size, 0x0b
        test ax, ax
        EXPECT z, "PnP 0B the table"
        cmp dword [buffer], 0x0007d041          ; PNP0700
        EXPECT e, "PnP 0B the floppy controller"
        cmp word [buffer + 4], 0x0200
        EXPECT e, "PnP 0B as storage"
        ret
walk:   xor bx, bx
        mov byte [node], 0
.next:  PNP 0xf000, 1, 0, buffer, 0, node, 1
        test ax, ax
        jnz .done
        cmp [buffer + 2], bl
        jne .done
        inc bx
        mov ax, [buffer]
        cmp ax, [size]
        ja .done
        cmp dword [buffer + 3], 0x000bd041      ; PNP0B00
        jne .other
        inc byte [seen_rtc]
.other: cmp dword [buffer + 3], 0x2fb0d041      ; PNPB02F
        jne .no
        inc byte [seen_game]
.no:    cmp byte [node], 0xff
        jne .next
.done:  ret

        align 4
pci_entry: dd 0
pnp_at: dw 0
pnp_call: dd 0
pnp_real: dd 0
size:   dw 0
nodes:  dw 0
node:   db 0
seen_rtc: db 0
seen_game: db 0
service: db 0xff
no_service: db 0
route:  dw 0
        dw buffer, 0, 0
        dd 0
buffer: times 512 db 0
