; SPDX-License-Identifier: BSD-2-Clause
; CPUID leaf 0: the vendor's name.
; bits: 16 32
; native: no
; out: ebx=756e6547 edx=49656e69 ecx=6c65746e
        bits BITSIZE
        org ORG
        xor eax, eax
        cpuid
        int3
