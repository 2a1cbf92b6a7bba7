; SPDX-License-Identifier: BSD-2-Clause
; LOOPE does not look at repeat prefixes.
; in: ecx=2 flags=40
; differs: amd
; out: eax=0 ecx=1
        bits BITSIZE
        org ORG
        db 0xf2
        loope end
        inc eax
end:    int3
