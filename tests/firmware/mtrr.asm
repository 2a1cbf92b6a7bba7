; SPDX-License-Identifier: BSD-2-Clause
; boot sector: memory types are what a BIOS leaves: RAM, as E820h tells of it, is cached, the display and devices are
; not. Intel SDM volume 3, section 12.11.
%include "harness.asm"

main:   mov eax, 1
        cpuid
        test dx, 1 << 12
        EXPECT nz, "there are MTRRs"
        mov ecx, 0x2ff
        rdmsr
        test ax, 0x800
        EXPECT nz, "they are on"
        test ax, 0x400
        EXPECT nz, "so are those of the first MB"
        mov ecx, 0x250
        call all_write_back
        mov ecx, 0x258
        call all_write_back
        mov ecx, 0x259
        rdmsr
        or eax, edx
        EXPECT z, "the display is not cached"

        xor ebx, ebx                            ; RAM from 1 MB on: its first and last page
.next:  mov eax, 0xe820
        mov edx, 0x534d4150
        mov ecx, 20
        mov di, entry
        int 0x15
        jc .mapped
        cmp dword [entry + 16], 1
        jne .skip
        mov eax, [entry]
        cmp eax, 0x100000
        jb .skip
        pushad
        xor edx, edx
        call type
        cmp al, 6
        EXPECT e, "RAM is cached"
        mov eax, [entry]
        add eax, [entry + 8]
        sub eax, 0x100000
        call type
        cmp al, 6
        EXPECT e, "to its end"
        popad
.skip:  test ebx, ebx
        jnz .next
.mapped:
        mov eax, 0xe0000000
        call type
        cmp al, 0
        EXPECT e, "devices are not cached"
        mov eax, 0xfee00000
        call type
        cmp al, 0
        EXPECT e, "nor is the APIC"
        ret

all_write_back:
        rdmsr
        cmp eax, 0x06060606
        EXPECT e, "the lowest 640 KB are cached"
        cmp edx, eax
        EXPECT e, "all of them"
        ret

; The type of the variable ranges at EAX, in AL: UC wins.
type:   mov esi, eax
        mov ecx, 0xfe
        rdmsr
        movzx ebp, al
        mov ecx, 0x2ff
        rdmsr
        mov bl, al
        mov ecx, 0x200
        mov bh, 0xff
.range: push ecx
        inc ecx
        rdmsr
        test ax, 0x800
        jz .other
        and eax, 0xfffff000
        mov edi, eax
        dec ecx
        rdmsr
        test dl, dl
        jnz .other
        mov edx, eax
        and edx, edi
        and edi, esi
        cmp edi, edx
        jne .other
        cmp al, bh
        jae .other
        mov bh, al
.other: pop ecx
        add cx, 2
        dec bp
        jnz .range
        mov al, bh
        cmp al, 0xff
        jne .done
        mov al, bl
.done:  ret

entry:  times 20 db 0
