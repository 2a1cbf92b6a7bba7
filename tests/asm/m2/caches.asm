; SPDX-License-Identifier: BSD-2-Clause
; INVD and WBINVD change nothing that can be seen; INVLPG makes a changed page table count.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov dword [DATA], 0x1111
        wbinvd
        invd
        IS dword [DATA], 0x1111
        mov dword [DATA + 0x1000], 0x1111
        mov dword [DATA + 0x2000], 0x2222
        mov ax, FLATD
        mov es, ax
        IS dword [dword es:LINEAR + 0x1000], 0x1111
        mov dword [dword es:0x3a5c2444], LINEAR + 0x2067       ; the entry of page 111000h
        a32 invlpg [dword es:LINEAR + 0x1000]
        IS dword [dword es:LINEAR + 0x1000], 0x2222
        invlpg [DATA]
        int3
