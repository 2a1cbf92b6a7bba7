; SPDX-License-Identifier: BSD-2-Clause
; ADD and ADC: carry, overflow and the auxiliary carry through 64 bits.
; bits: 16 32
; in: eax=ffffffff edx=7fffffff ebx=1
; out: eax=0 edx=80000000 flags=894
        bits BITSIZE
        org ORG
        add eax, ebx
        adc edx, 0
        int3
