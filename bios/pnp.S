/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plug and Play: the runtime services behind the "$PnP" structure, which says where they are, and
 * the list of the board's devices. Plug and Play BIOS Specification 1.0A.
 *
 * One entry serves real mode and 16-bit protected mode: arguments are words on the caller's stack,
 * far pointers among them, and the stack may be of 32 bits; everything of ours is read through CS.
 * pnp.c says which nodes there are. The devices stand where they stand: what sets one to anything
 * but that fails. There are no events and no dock; resources of ISA cards and ESCD have no memory
 * that outlives the power to be kept in: those functions are not supported (1.0A, 4.4: optional).
 */
#define UNKNOWN_FUNCTION 0x81
#define UNSUPPORTED      0x82
#define BAD_HANDLE       0x83
#define BAD_PARAMETER    0x84
#define SET_FAILED       0x85
#define NOT_DOCKED       0x87
#define TOO_SMALL        0x8c
#define UNKNOWN_MESSAGE  0x8e
#define HARDWARE_ERROR   0x8f
#define ALLOCATED        12               /* where a node's resources begin */
#define ARG(n) 8 + 2 * (n)(%ebp)          /* behind EBP and the return address */

        .code16
        .text
        .globl pnp_entry
pnp_entry:
        pushl %ebp
        movl %esp, %ebp
        pushl %ebx
        smsww %bx
        testb $1, %bl
        jz 1f
        movw %ss, %bx
        larl %ebx, %ebx
        testl $0x400000, %ebx             /* a stack of 32 bits: all of ESP counts */
        jnz 2f
1:      movzwl %bp, %ebp
2:
        pushw %cx
        pushw %si
        pushw %di
        pushw %ds
        pushw %es
        cld
        movw ARG(0), %bx
        testw %bx, %bx
        jz count
        cmpw $0x01, %bx
        je get_node
        cmpw $0x02, %bx
        je set_node
        cmpw $0x04, %bx
        je message
        cmpw $0x0b, %bx
        je apm_table
        cmpw $0x40, %bx
        je isa_cards
        movw $UNSUPPORTED, %ax            /* 03 events, 05 docking station, 09 and 0A cards */
        cmpw $0x0a, %bx
        jbe leave
        subw $0x41, %bx                   /* 41h to 43h: ESCD */
        cmpw $0x02, %bx
        jbe leave
        subw $0x50 - 0x41, %bx            /* 50h to 57h: SMBIOS, whose table is in memory */
        cmpw $0x07, %bx
        jbe leave
        movw $UNKNOWN_FUNCTION, %ax
leave:  popw %es
        popw %ds
        popw %di
        popw %si
        popw %cx
        popl %ebx
        popl %ebp
        lretw

/* 0: how many nodes, how large the largest is */
count:  lesw ARG(1), %di
        movb %cs:pnp_count, %al
        movb %al, %es:(%di)
        lesw ARG(3), %di
        movw $0, %ax
        movw $0, %bx
1:      cmpb %cs:pnp_count, %bl
        je 2f
        call node_at
        cmpw %cs:(%si), %ax
        jae 3f
        movw %cs:(%si), %ax
3:      incw %bx
        jmp 1b
2:      movw %ax, %es:(%di)
        movw $0, %ax
        jmp leave

/* The BX-th node's address in SI */
node_at:
        movw %bx, %si
        addw %si, %si
        movw %cs:pnp_list(%si), %si
        ret

/* 1: the node that a handle names, as it is now or will be after the next start; the handle becomes
 * the next one's */
get_node:
        movw $BAD_PARAMETER, %ax
        movw ARG(5), %bx
        cmpw $1, %bx
        je 1f
        cmpw $2, %bx
        jne leave
1:      lesw ARG(1), %di
        movzbw %es:(%di), %bx
        movw $BAD_HANDLE, %ax
        cmpb %cs:pnp_count, %bl
        jae leave
        movb %bl, %al
        incb %al
        cmpb %cs:pnp_count, %al
        jb 2f
        movb $0xff, %al                   /* that was the last */
2:      movb %al, %es:(%di)
        call node_at
        lesw ARG(3), %di
        movw %cs:(%si), %cx
        pushw %di
        rep movsb %cs:(%si), %es:(%di)
        popw %di
        movb %bl, %es:2(%di)              /* its handle */
        movw $0, %ax
        jmp leave

/* 2: sets a node, now (bit 0) or from the next start on (bit 1). What it has it may be given. */
set_node:
        movw $BAD_PARAMETER, %ax
        movw ARG(4), %bx
        testw %bx, %bx
        jz leave
        cmpw $3, %bx
        ja leave
        movw $BAD_HANDLE, %ax
        movw ARG(1), %bx
        testb %bh, %bh
        jnz leave
        cmpb %cs:pnp_count, %bl
        jae leave
        call node_at
        lesw ARG(2), %di
        movw $BAD_PARAMETER, %ax
        movl %cs:3(%si), %ecx             /* another device's */
        cmpl %es:3(%di), %ecx
        jne leave
        movw $SET_FAILED, %ax
        movw %cs:(%si), %cx               /* the resources up to the first end tag's checksum */
        subw $ALLOCATED + 5, %cx
        addw $ALLOCATED, %si
        addw $ALLOCATED, %di
        repe cmpsb %es:(%di), %cs:(%si)
        jne leave
        movw $0, %ax
        jmp leave

/* 4: 40h undock, 41h power off, 42h and 43h an operating system manages the devices, or no more;
 * others are answers to events, or unknown */
message:
        movw ARG(1), %bx
        movw $NOT_DOCKED, %ax
        cmpw $0x40, %bx
        je leave
        movw $0, %ax
        cmpw $0x42, %bx
        je leave
        cmpw $0x43, %bx
        je leave
        movw $UNKNOWN_MESSAGE, %ax
        cmpw $0x41, %bx
        jne leave
        cmpw $0, %cs:pnp_pm_base
        je leave
        pushw %dx
        movw %cs:pnp_pm_base, %dx
        addw $4, %dx
        movw $0x2001, %ax                 /* PMCNTRL: enter S5 (sleep type 0) */
        outw %ax, %dx
        popw %dx
        movw $HARDWARE_ERROR, %ax         /* it has not worked */
        jmp leave

/* 0Bh: the nodes' identifiers and those that power management has for the same devices */
apm_table:
        lesw ARG(1), %di
        movw %cs:pnp_apm_bytes, %cx
        movw %es:(%di), %ax
        movw %cx, %es:(%di)
        cmpw %cx, %ax
        movw $TOO_SMALL, %ax
        jb leave
        lesw ARG(3), %di
        movw $pnp_apm, %si
        rep movsb %cs:(%si), %es:(%di)
        movw $0, %ax
        jmp leave

/* 40h: no ISA Plug and Play cards */
isa_cards:
        lesw ARG(1), %di
        movb $1, %es:(%di)
        movb $0, %es:1(%di)
        movw $0, %es:2(%di)
        movw $0, %es:4(%di)
        movw $0, %ax
        jmp leave

/* ---- nodes ---- */
#define ID(a, b, c, n) \
        ((a) - 64) << 2 | ((b) - 64) >> 3, (((b) - 64) << 5 | ((c) - 64)) & 0xff, \
        (n) >> 8, (n) & 0xff
#define PNP(n)         ID('P', 'N', 'P', n)
#define IO(at, n)      .byte 0x47, 1; .word at, at; .byte 1, n
#define IRQ(mask)      .byte 0x22; .word mask
#define DMA(mask)      .byte 0x2a, mask, 0
#define MEMORY(at, n)  .byte 0x86; .word 9; .byte 1; .long at, n
/* size, handle, identifier, class, attributes: cannot be disabled or configured; 40h: can be the
 * boot device */
#define NODE(name, id, c0, c1, c2) \
        .globl name; name: .word name##_end - name; .byte 0, id, c0, c1, c2; .word 0x0003
#define END(name) .byte 0x79, 0, 0x79, 0, 0x79, 0; name##_end:

        .section .rodata
NODE(pnp_pic, PNP(0x0000), 8, 0, 1)
        IO(0x20, 2)
        IO(0xa0, 2)
        IO(0x4d0, 2)
        IRQ(1 << 2)
END(pnp_pic)
NODE(pnp_dma, PNP(0x0200), 8, 1, 1)
        IO(0x00, 16)
        IO(0x80, 16)
        IO(0xc0, 32)
        DMA(1 << 4)
END(pnp_dma)
NODE(pnp_timer, PNP(0x0100), 8, 2, 1)
        IO(0x40, 4)
        IRQ(1 << 0)
END(pnp_timer)
NODE(pnp_rtc, PNP(0x0b00), 8, 3, 1)
        IO(0x70, 2)
        IRQ(1 << 8)
END(pnp_rtc)
NODE(pnp_keyboard, PNP(0x0303), 9, 0, 0)
        IO(0x60, 1)
        IO(0x64, 1)
        IRQ(1 << 1)
END(pnp_keyboard)
NODE(pnp_mouse, PNP(0x0f13), 9, 2, 0)
        IRQ(1 << 12)
END(pnp_mouse)
NODE(pnp_fpu, PNP(0x0c04), 11, 128, 0)
        IO(0xf0, 16)
        IRQ(1 << 13)
END(pnp_fpu)
NODE(pnp_speaker, PNP(0x0800), 4, 1, 0)
        IO(0x61, 1)
END(pnp_speaker)
NODE(pnp_pci, PNP(0x0a03), 6, 4, 0)
        IO(0xcf8, 8)
END(pnp_pci)
NODE(pnp_board, PNP(0x0c01), 5, 0, 0)
        MEMORY(0, 0xa0000)
        MEMORY(0xe0000, 0x20000)
END(pnp_board)
NODE(pnp_game, PNP(0xb02f), 9, 128, 0)
        IO(0x201, 1)
END(pnp_game)
NODE(pnp_vga, PNP(0x0900), 3, 0, 0)
        IO(0x3b0, 12)
        IO(0x3c0, 32)
        MEMORY(0xa0000, 0x20000)
        MEMORY(0xc0000, 0x8000)
END(pnp_vga)
NODE(pnp_ide1, PNP(0x0600), 1, 1, 0)
        IO(0x1f0, 8)
        IO(0x3f6, 1)
        IRQ(1 << 14)
END(pnp_ide1)
NODE(pnp_ide2, PNP(0x0600), 1, 1, 0)
        IO(0x170, 8)
        IO(0x376, 1)
        IRQ(1 << 15)
END(pnp_ide2)
NODE(pnp_ports, PNP(0x0c02), 8, 128, 0)
        IO(0x92, 1)
END(pnp_ports)
NODE(pnp_power, PNP(0x0c02), 8, 128, 0)
        IO(0xb2, 2)
        IO(0x600, 64)
        IO(0x700, 16)
        IO(0xafe0, 4)
END(pnp_power)
NODE(pnp_floppy, PNP(0x0700), 1, 2, 0)
        IO(0x3f0, 6)
        IO(0x3f7, 1)
        IRQ(1 << 6)
        DMA(1 << 2)
END(pnp_floppy)
NODE(pnp_com1, PNP(0x0501), 7, 0, 2)
        IO(0x3f8, 8)
        IRQ(1 << 4)
END(pnp_com1)
NODE(pnp_com2, PNP(0x0501), 7, 0, 2)
        IO(0x2f8, 8)
        IRQ(1 << 3)
END(pnp_com2)
NODE(pnp_com3, PNP(0x0501), 7, 0, 2)
        IO(0x3e8, 8)
        IRQ(1 << 4)
END(pnp_com3)
NODE(pnp_com4, PNP(0x0501), 7, 0, 2)
        IO(0x2e8, 8)
        IRQ(1 << 3)
END(pnp_com4)
NODE(pnp_lpt1, PNP(0x0400), 7, 1, 0)
        IO(0x378, 8)
        IO(0x778, 3)
        IRQ(1 << 7)
END(pnp_lpt1)
