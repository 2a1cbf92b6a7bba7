; SPDX-License-Identifier: BSD-2-Clause
; WRMSR and RDMSR, RDTSC, RDPMC; CR4.TSD does not bind the supervisor.
; bits: 16 32
; level: 0
; out: ebp=0
%include "check.mac"
        mov ecx, 0x174          ; SYSENTER_CS
        mov eax, FLAT
        xor edx, edx
        wrmsr
        mov eax, -1
        mov edx, -1
        rdmsr
        IS eax, FLAT
        IS edx, 0
        mov eax, cr4
        or al, 4
        mov cr4, eax
        rdtsc
        mov ebx, eax
        mov esi, edx
        rdtsc
        sub eax, ebx
        sbb edx, esi
        MUST ns                 ; it never goes back
        xor ecx, ecx
        rdpmc
        IS dh, 0                ; counters have 40 bits
        int3
