/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that cannot be C: reset, the interrupt stubs, calls out of the BIOS, mode switches,
 * and the entry points at the addresses that the IBM PC gave them and that programs still jump to.
 *
 * A handler runs on a stack of the BIOS, so that it is safe under a caller's tiny one. Stacks are
 * handed out as slices, one per nested entry.
 */
#define SEG      0xf000
#define SLICE    1536
#define SLICES   6
#define FRAME    48                       /* ORDER frame: struct regs */

        .code16
        .text
/* ---- reset ---- */
        .globl reset16
reset16:
        cli
        cld
        movb $0x8f, %al                /* shutdown code: an 80286 program leaving protected mode? */
        outb %al, $0x70
        inb $0x71, %al
        testb %al, %al
        jnz shutdown
cold:
        movb $2, %al                      /* A20 on, through port 92h */
        outb %al, $0x92
        lgdtl %cs:gdt_reg
        movl %cr0, %eax
        andl $0x1fffffff, %eax            /* caches on, paging off */
        orl $1, %eax
        movl %eax, %cr0
        ljmpl $0x08, $flat_reset

shutdown:
        movb %al, %bl
        movb $0x8f, %al
        outb %al, $0x70
        xorb %al, %al
        outb %al, $0x71                   /* asked for once */
        cmpb $0x05, %bl
        je 1f
        subb $0x09, %bl                   /* 09 0A 0B 0C become 0 1 2 3 */
        cmpb $0x03, %bl
        ja cold
1:      movl $0x80000058, %eax         /* the reset may have closed the shadow RAM: open it again */
        movw $0xcf8, %dx
        outl %eax, %dx
        movw $0xcfd, %dx
        movb $0x30, %al
        outb %al, %dx
        incw %dx
        movb $0x33, %al
        outb %al, %dx
        incw %dx
        outb %al, %dx
        movl $0x8000005c, %eax
        movw $0xcf8, %dx
        outl %eax, %dx
        movl $0x33333333, %eax
        movw $0xcfc, %dx
        outl %eax, %dx
        xorw %ax, %ax
        movw %ax, %ds
        cmpb $0x01, %bl
        jb 9f
        je 2f
        cmpb $0x05, %bl
        je 5f
        lssw 0x467, %sp
        cmpb $0x03, %bl
        je 3f
        iretw                             /* 0Bh */
3:      lretw                             /* 0Ch */
5:      movb $0x20, %al
        outb %al, $0xa0
        outb %al, $0x20
2:      ljmpw *0x467                      /* 05h, and 0Ah */
9:      lssw 0x467, %sp                   /* 09h: as from INT 15h/87h */
        popw %ds
        popw %es
        popaw
        sti
        lretw $2

        .globl real_start
real_start:                               /* from flat_reset, through the 16-bit code selector */
        movl %cr0, %eax
        andb $0xfe, %al
        movl %eax, %cr0
        ljmpw $SEG, $1f
1:      movw %cs, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        movl $stacks_top, %esp
        movl %esp, stack_next
        subl $SLICE, stack_next
        xorw %ax, %ax
        movw %ax, %fs
        movw %ax, %gs
        calll post16
        .globl fatal_halt
fatal_halt:
        cli
        hlt
        jmp fatal_halt

/* ---- interrupt entry ---- */
enter:                                    /* on the caller's stack: handler, IP, CS, flags */
        cli
        cld
        pushal
        pushw %ds
        pushw %es
        pushw %fs
        pushw %gs
        movw %ss, %dx
        movzwl %sp, %esi
        movw %cs, %ax
        movw %ax, %es
        movw %dx, %ds
        movl %cs:stack_next, %edi
        subl $SLICE, %cs:stack_next
        movw %ax, %ss
        movl %edi, %esp
        pushw %dx
        pushw %si
        subl $FRAME, %esp
        movl %esp, %edi
        movl $FRAME / 4, %ecx
        rep movsl                         /* DS:SI to ES:DI */
        movw %ax, %ds
        xorw %cx, %cx
        movw %cx, %fs
        movl %esp, %eax
        movzwl 40(%esp), %edx
        calll *%edx
        cli
        cld
        movl %esp, %esi
        movzwl FRAME(%esp), %edi
        movw FRAME + 2(%esp), %es
        movl $FRAME / 4, %ecx
        rep movsl
        movzwl FRAME(%esp), %eax
        movw FRAME + 2(%esp), %dx
        addl $SLICE, stack_next
        movw %dx, %ss
        movl %eax, %esp
        popw %gs
        popw %fs
        popw %es
        popw %ds
        popal
        addw $2, %sp
        iretw

/* A slice is given out from its top; when none is left (a program that never returned from its
 * hooks) INT 19h's reset of the stack is the way back. */
        .globl stacks_reset
stacks_reset:
        movl $stacks_top - SLICE, stack_next
        retl

.macro STUB name, fn
        .globl \name
\name:  pushw $\fn
        jmp enter
.endm
        STUB stub05, int05
        STUB stub02, nmi
        STUB stub09, int09
        STUB stub0e, irq6
        STUB stub10, int10_none
        STUB stub11, int11
        STUB stub12, int12
        STUB stub13, int13
        STUB stub14, int14
        STUB stub16, int16
        STUB stub17, int17
        STUB stub1a, int1a
        STUB stub40, int40
        STUB stub70, irq8
        STUB stub71, irq9
        STUB stub74, irq12
        STUB stub75, irq13
        STUB stub_master, irq_master
        STUB stub_slave, irq_slave

        .globl stub15
stub15: cmpb $0x89, %ah
        je protected_mode
        pushw $int15
        jmp enter

/*
 * INT 15h/89h: to protected mode, on the caller's stack. ES:SI: his descriptors (08 the GDT itself,
 * 10 IDT, 18 DS, 20 ES, 28 SS, 30 CS, 38 ours), BH and BL: the first vectors of the interrupt
 * controllers. Goes on behind the INT, with interrupts off and AH 0.
 */
protected_mode:
        cli
        inb $0x92, %al
        orb $2, %al
        outb %al, $0x92
        movb $0x11, %al
        outb %al, $0x20
        outb %al, $0xa0
        movb %bh, %al
        outb %al, $0x21
        movb %bl, %al
        outb %al, $0xa1
        movb $4, %al
        outb %al, $0x21
        movb $2, %al
        outb %al, $0xa1
        movb $1, %al
        outb %al, $0x21
        outb %al, $0xa1
        movb $0xff, %al
        outb %al, $0x21
        outb %al, $0xa1
        movw $0xffff, %es:0x38(%si)
        movl $0x9b0f0000, %es:0x3a(%si)
        movw $0, %es:0x3e(%si)
        lgdtw %es:0x08(%si)
        lidtw %es:0x10(%si)
        popw %bx                          /* IP, CS, flags */
        addw $4, %sp
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        ljmpw $0x38, $1f
1:      movw $0x18, %ax
        movw %ax, %ds
        movw $0x20, %ax
        movw %ax, %es
        movw $0x28, %ax
        movw %ax, %ss
        pushw $0x30
        pushw %bx
        movb $0, %ah
        clc
        lretw

/* INT 18h and 19h never return: they start over with all the stacks. */
        .globl stub18, stub19
stub18:
        movl $int18, %ebx
        jmp 1f
stub19:
        movl $int19, %ebx
1:      cli
        cld
        movw %cs, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        movl $stacks_top, %esp
        calll stacks_reset
        xorw %ax, %ax
        movw %ax, %fs
        calll *%ebx
        jmp fatal_halt

/* The timer tick stays on the caller's stack and is short. */
        .globl int08
int08:
        pushl %eax
        pushw %dx
        pushw %ds
        xorw %ax, %ax
        movw %ax, %ds
        movl 0x46c, %eax
        incl %eax
        cmpl $0x1800b0, %eax              /* ticks in a day */
        jb 1f
        xorl %eax, %eax
        incb 0x470
1:      movl %eax, 0x46c
        cmpb $0, 0x440
        je 2f
        decb 0x440
        jnz 2f
        andb $0xf0, 0x43f                 /* floppy motors off */
        movw $0x3f2, %dx
        movb $0x0c, %al
        outb %al, %dx
2:      int $0x1c
        cli
        movb $0x20, %al
        outb %al, $0x20
        popw %ds
        popw %dx
        popl %eax
        .globl int_iret
int_iret:
        iretw

/* IRQ 14/15: the BIOS polls its disks; note that it happened. */
        .globl int76
int76:
        pushw %ax
        pushw %ds
        xorw %ax, %ax
        movw %ax, %ds
        movb $0xff, 0x48e
        movb $0x20, %al
        outb %al, $0xa0
        outb %al, $0x20
        popw %ds
        popw %ax
        iretw

/* ---- calls out of the BIOS (the interrupt flag is afterwards what it was) ---- */
/* void int_call(u32 vec, struct regs *r): eax, edx */
        .globl int_call
int_call:
        pushfl
        cli
        movl %fs:(, %eax, 4), %eax
        movb $1, call_is_int
        jmp 1f
/* void far_call(u32 seg_off, struct regs *r): a procedure that ends in RETF */
        .globl far_call
far_call:
        pushfl
        cli
        movb $0, call_is_int
1:      pushl %ebp
        pushl %ebx
        pushl %esi
        pushl %edi
        pushl %edx
        movl %eax, call_target
        movl %edx, %ebx
        cmpb $0, call_is_int
        je 2f
        stc                               /* INT 15h/4Fh is called with carry set */
        pushfw
2:      pushw 6(%ebx)
        movw 4(%ebx), %es
        movl 8(%ebx), %edi
        movl 12(%ebx), %esi
        movl 16(%ebx), %ebp
        movl 28(%ebx), %edx
        movl 32(%ebx), %ecx
        movl 36(%ebx), %eax
        movl 24(%ebx), %ebx
        popw %ds
        lcallw *%cs:call_target
        pushfw
        pushw %ds
        pushl %ebx
        cli
        cld
        movw %cs, %bx
        movw %bx, %ds
        movzwl %sp, %ebx
        movl %ebx, %esp
        movl 8(%ebx), %ebx                /* the frame */
        movl %eax, 36(%ebx)
        movl %ecx, 32(%ebx)
        movl %edx, 28(%ebx)
        movl %ebp, 16(%ebx)
        movl %esi, 12(%ebx)
        movl %edi, 8(%ebx)
        movw %es, 4(%ebx)
        popl 24(%ebx)
        popw 6(%ebx)
        popw 46(%ebx)
        movw %cs, %ax
        movw %ax, %es
        xorw %ax, %ax
        movw %ax, %fs
        popl %edx
        popl %edi
        popl %esi
        popl %ebx
        popl %ebp
        popfl
        retl

/* void mouse_call(u32 seg_off, u32 status, u32 x, u32 y) */
        .globl mouse_call
mouse_call:
        pushal
        movl %eax, call_target
        pushw %dx
        pushw %cx
        pushw 40(%esp)                    /* y: behind two words, PUSHAL and the return address */
        pushw $0
        lcallw *%cs:call_target
        addw $8, %sp
        cli
        cld
        movw %cs, %ax
        movw %ax, %ds
        movw %ax, %es
        xorw %ax, %ax
        movw %ax, %fs
        popal
        retl

/* void boot_jump(u32 seg_off, u32 dx): to a boot sector, with registers and stack as it expects */
        .globl boot_jump
boot_jump:
        calll stacks_reset
        movl %eax, call_target
        xorl %eax, %eax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %fs
        movw %ax, %gs
        movw %ax, %ss
        movl $0x7c00, %esp
        xorl %ebx, %ebx
        xorl %ecx, %ecx
        xorl %esi, %esi
        xorl %edi, %edi
        xorl %ebp, %ebp
        movzwl %dx, %edx
        movw $0xaa55, %ax                 /* a BIOS was here, for those who ask */
        sti
        ljmpw *%cs:call_target

/* void insw_far(u16 port, u32 linear, u32 words); outsw_far likewise */
        .globl insw_far
insw_far:
        pushl %edi
        movl %edx, %edi
        shrl $4, %edi
        movw %di, %es
        andl $15, %edx
        movl %edx, %edi
        movl %eax, %edx
        cld
        rep insw
        movw %cs, %ax
        movw %ax, %es
        popl %edi
        retl
        .globl outsw_far
outsw_far:
        pushl %esi
        movl %edx, %esi
        shrl $4, %esi
        movw %si, %ds
        andl $15, %edx
        movl %edx, %esi
        movl %eax, %edx
        cld
        rep outsw
        movw %cs, %ax
        movw %ax, %ds
        popl %esi
        retl

/* void call32(u32 fn, u32 a, u32 b, u32 c): fn(a, b, c) in flat 32-bit mode, interrupts off */
        .globl call32
call32:
        pushfl
        pushl %ebx
        pushw %gs
        pushw %fs
        cli
        movl %eax, %ebx
        movl 16(%esp), %eax               /* c */
        pushl %eax
        lgdtl gdt_reg
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        ljmpl $0x08, $1f + 0xf0000
        .code32
1:      movw $0x10, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        addl $0xf0000, %esp
        movl %edx, %eax
        movl %ecx, %edx
        popl %ecx
        call *%ebx
        subl $0xf0000, %esp
        movw $0x20, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %fs
        movw %ax, %gs
        movw %ax, %ss
        ljmp $0x18, $1f
        .code16
1:      movl %cr0, %eax
        andb $0xfe, %al
        movl %eax, %cr0
        ljmpw $SEG, $1f
1:      movw %cs, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        popw %fs
        popw %gs
        popl %ebx
        popfl
        retl

        .balign 8
gdt:    .quad 0
        .quad 0x00cf9b000000ffff          /* 08 code, 32 bits, flat */
        .quad 0x00cf93000000ffff          /* 10 data, flat */
        .quad 0x00009b0f0000ffff          /* 18 code, 16 bits, base F0000h */
        .quad 0x000093000000ffff          /* 20 data, 64 KB at 0: real mode's limits */
gdt_reg: .word . - gdt - 1
        .long gdt + 0xf0000

        .data
        .balign 4
        .globl stack_next
stack_next:     .long stacks_top
call_target:    .long 0
call_is_int:    .byte 0

        .bss
        .balign 16
        .skip SLICE * SLICES
        .globl stacks_top
stacks_top:

/* ---- fixed addresses, F000:E000 and up ---- */
        .section .fixed, "ax"
        .org 0x05b
        jmp reset16
        .org 0x2c3
        jmp stub02
        .org 0x3fe
        jmp stub13
        .org 0x6f2
        jmp stub19
        .org 0x6f5
        .globl config_table
config_table:                             /* INT 15h/C0h */
        .word 8
        .byte 0xfc, 0x00, 0x01            /* AT, submodel 0, BIOS revision 1 */
        .byte 0x74                        /* two PICs, RTC, keyboard hook, EBDA */
        .byte 0x40                        /* INT 16h/09h */
        .byte 0, 0, 0
        .org 0x739
        jmp stub14
        .org 0x82e
        jmp stub16
        .org 0x987
        jmp stub09
        .org 0xc59
        jmp stub40
        .org 0xf57
        jmp stub0e
        .org 0xfc7
        .globl floppy_table
floppy_table:                             /* INT 1Eh: 1.44 MB */
        .byte 0xaf, 0x02, 0x25, 2, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08
        .org 0xfd2
        jmp stub17
        .org 0x1065
        jmp stub10
        .org 0x10a4
        .globl video_table
video_table:                              /* INT 1Dh: 6845 registers, IBM's first adapters */
        .byte 0x38, 0x28, 0x2d, 0x0a, 0x1f, 6, 0x19, 0x1c, 2, 7, 6, 7, 0, 0, 0, 0
        .byte 0x71, 0x50, 0x5a, 0x0a, 0x1f, 6, 0x19, 0x1c, 2, 7, 6, 7, 0, 0, 0, 0
        .byte 0x38, 0x28, 0x2d, 0x0a, 0x7f, 6, 0x64, 0x70, 2, 1, 6, 7, 0, 0, 0, 0
        .byte 0x61, 0x50, 0x52, 0x0f, 0x19, 6, 0x19, 0x19, 2, 0x0d, 0x0b, 0x0c, 0, 0, 0, 0
        .word 2048, 4096, 16384, 16384    /* bytes of a page */
        .byte 40, 40, 80, 80, 40, 40, 80, 80
        .byte 0x2c, 0x28, 0x2d, 0x29, 0x2a, 0x2e, 0x1e, 0x29    /* mode register */
        .org 0x1841
        jmp stub12
        .org 0x184d
        jmp stub11
        .org 0x1859
        jmp stub15
        .org 0x1a6e
        .globl font_fixed
font_fixed:                               /* characters 0-127, copied here by POST */
        .skip 1024, 0
        .org 0x1e6e
        jmp stub1a
        .org 0x1ea5
        jmp int08
        .org 0x1f53
        iretw
        .org 0x1f54
        jmp stub05
        .org 0x1ff0
        ljmpw $SEG, $reset16
        .ascii "11/21/26"
        .org 0x1ffe
        .byte 0xfc                        /* model: AT */
        .byte 0
