; SPDX-License-Identifier: BSD-2-Clause
; A DOS program that makes the first hard disk one active partition with FAT16 and an empty root directory, and
; boot sectors that start a FreeDOS kernel (KERNEL.SYS among the first 16 names of the root). All by INT 13h: the program
; writes blocks, the boot sectors read by cylinder, head and sector.
; For disks below 32 MB with 4086 clusters or more, clusters of 4 sectors.
        bits 16
        org 100h
ROOT_SECTORS equ 32
CLUSTER      equ 4

        cld
        mov ah, 8
        mov dl, 80h
        int 13h
        push ds
        pop es
        jc failed
        mov [entry+5], dh               ; the last head, sector and cylinder end the partition
        mov [entry+6], cl
        mov [entry+7], ch
        mov al, ch
        mov ah, cl
        shr ah, 6
        inc ax
        movzx eax, ax                   ; cylinders
        and cx, 3fh
        mov [bpb_spt], cx
        mov [bpb_hidden], cx
        mov [entry+8], cx
        movzx ecx, cx
        movzx edx, dh
        inc dx
        mov [bpb_heads], dx
        imul eax, edx
        imul eax, ecx
        sub eax, ecx                    ; all but the first track
        mov [entry+12], eax
        cmp eax, 10000h
        jae failed
        mov [bpb_total], ax
        shr eax, 10                     ; 256 entries of 4 sectors in a sector of the FAT
        inc ax
        mov [bpb_fat], ax

        ; Zeros over all before the first cluster, then what is not zero.
        mov ebx, [bpb_hidden]
        movzx ebp, ax
        lea bp, [ebp+ebp+1+ROOT_SECTORS]
zero:   mov si, empty
        call write
        inc ebx
        dec bp
        jnz zero
        mov ebx, [bpb_hidden]
        mov si, boot
        call write
        inc ebx
        mov dword [empty], 0fffffff8h
        mov si, empty
        call write
        movzx eax, word [bpb_fat]
        add ebx, eax
        call write
        xor ebx, ebx
        mov si, mbr
        call write
        mov dx, ready
        jmp say
failed: mov dx, bad
say:    mov ah, 9
        int 21h
        mov ax, 4c00h
        int 21h

; One sector at SI to EBX.
write:  pushad
        mov [packet+4], si
        mov [packet+6], ds
        mov [packet+8], ebx
        mov si, packet
        mov ax, 4300h
        mov dl, 80h
        int 13h
        jc failed
        popad
        ret

packet: db 16, 0
        dw 1, 0, 0
        dq 0
ready:  db "The disk is ready.", 13, 10, "$"
bad:    db "The disk is no good.", 13, 10, "$"

; ---- the sector of the partition table, which moves itself to 0600h ----
%define here(x) ((x) - mbr + 600h)
mbr:    xor ax, ax
        mov ss, ax
        mov sp, 7c00h
        mov ds, ax
        mov es, ax
        cld
        mov si, sp
        mov di, 600h
        mov cx, 256
        rep movsw
        jmp 0:here(mbr1)
mbr1:   mov si, here(entry)
mbr2:   test byte [si], 80h
        jnz mbr3
        add si, 16
        cmp si, here(entry) + 64
        jb mbr2
        int 18h
mbr3:   mov dx, [si]                    ; drive and head, cylinder and sector: SeaBIOS has no others for a CD's disk
        mov cx, [si+2]
        mov bx, 7c00h
        mov ax, 0201h
        int 13h
        jc mbr4
        jmp 0:7c00h
mbr4:   int 18h
        times 446-($-mbr) db 0
entry:  db 80h, 1, 1, 0, 4, 0, 0, 0
        dd 0, 0
        times 48 db 0
        dw 0aa55h

; ---- the sector of the partition, which moves itself away from where the kernel goes ----
%define in(x) ((x) - boot + 7c00h)
SELF    equ 1fe0h
BUFFER  equ 3000h
boot:   jmp short boot1
        nop
        db "VITRINE "
        dw 512
        db CLUSTER
        dw 1
        db 2
        dw ROOT_SECTORS * 16
bpb_total:  dw 0
        db 0f8h
bpb_fat:    dw 0
bpb_spt:    dw 0
bpb_heads:  dw 0
bpb_hidden: dd 0
        dd 0
drive:  db 80h, 0, 29h
        dd 12345678h
        db "VITRINE    FAT16   "
boot1:  xor ax, ax
        mov ds, ax
        mov ax, SELF
        mov es, ax
        cld
        mov si, 7c00h
        mov di, si
        mov cx, 256
        rep movsw
        mov ss, ax
        mov sp, 7b00h
        jmp SELF:in(boot2)
boot2:  push cs
        pop ds
        mov [in(drive)], dl
        movzx eax, word [in(bpb_fat)]
        add eax, eax
        inc eax
        add eax, [in(bpb_hidden)]       ; the root directory
        lea ebp, [eax+ROOT_SECTORS]     ; the first cluster
        mov bx, BUFFER
        mov es, bx
        mov cx, 1
        call read
        xor di, di
find:   mov si, in(name)
        mov cx, 11
        push di
        repe cmpsb
        pop di
        je found
        add di, 32
        cmp di, 512
        jb find
stop:   mov ax, 0e00h + '?'
        int 10h
        jmp $
found:  mov di, [es:di+26]
        mov ax, 60h
        mov es, ax
load:   movzx eax, di
        dec ax
        dec ax
        imul eax, eax, CLUSTER
        add eax, ebp
        mov cx, CLUSTER
        call read
        mov ax, es
        add ax, CLUSTER * 32
        push ax
        mov ax, BUFFER
        mov es, ax
        mov ax, di
        movzx eax, ah
        inc ax
        add eax, [in(bpb_hidden)]       ; that sector of the first FAT
        mov cx, 1
        call read
        and di, 0ffh
        add di, di
        mov di, [es:di]
        pop es
        cmp di, 0fff8h
        jb load
        mov bl, [in(drive)]
        jmp 60h:0
; CX sectors from EAX to ES:0.
read:   push es
.next:  push eax
        push cx
        xor edx, edx
        movzx ebx, word [in(bpb_spt)]
        div ebx
        mov cl, dl
        inc cx
        xor edx, edx
        mov bx, [in(bpb_heads)]
        div ebx
        mov dh, dl
        mov ch, al
        shl ah, 6
        or cl, ah
        mov dl, [in(drive)]
        xor bx, bx
        mov ax, 0201h
        int 13h
        jc stop
        pop cx
        mov ax, es
        add ax, 20h
        mov es, ax
        pop eax
        inc eax
        loop .next
        pop es
        ret
name:   db "KERNEL  SYS"
        times 510-($-boot) db 0
        dw 0aa55h

empty:  times 512 db 0
