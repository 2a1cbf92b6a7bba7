; SPDX-License-Identifier: BSD-2-Clause
; INT1 is a trap: EIP is behind it.
; differs: amd
; out: vector=1 eip=100101
        bits BITSIZE
        org ORG
        int1
