/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advanced Power Management: what is served after a connection was made, by INT 15h/53h and through
 * the 16- and 32-bit protected mode entry points. Built once for each (BITS). apm.c has the calls
 * that make connections. Advanced Power Management BIOS Interface Specification 1.2.
 *
 * The protected mode segments were given out with base F0000h (code and data; the 32-bit code has
 * E0000h); the stack is the caller's, in any segment. All that is kept stands in apm_state, reached
 * through DS.
 *
 * A request to stand by or to suspend halts the processor until the next interrupt, and then there
 * is an event that says so. Off is off. The power button is a request to suspend.
 */
#define STATE(field) apm_state + field
#define MODE     0                        /* how it is connected. ORDER apm_state */
#define OFF      1                        /* power management is disabled */
#define FREE     2                        /* disengaged */
#define EVENT    3                        /* the next event, 0: none */
#define VERSION  4                        /* word: the version the driver asked for */
#define PM_BASE  6                        /* word: the ACPI registers, 0: none */

#define E_DISABLED   0x01
#define E_NOT_OPEN   0x03
#define E_DEVICE     0x09
#define E_RANGE      0x0a
#define E_NO_TIMER   0x0d
#define E_NO_STATE   0x60
#define E_NO_EVENT   0x80
#define E_FUNCTION   0x86

        .text
#if BITS == 32
        .code32
/* far call: AL is the function, all else as for INT 15h/53h */
        .globl apm_entry32
apm_entry32:
        movb $3, %ah
        call apm_call
        lret
#else
        .code16
        .globl apm_entry16
apm_entry16:
        movb $2, %ah
        callw apm_call
        lretw

/* void apm_real(struct regs *r): the caller's registers in and out */
        .globl apm_real
apm_real:
        pushl %ebx
        pushl %ebp
        movl %eax, %ebp
        movl 36(%ebp), %eax
        movl 24(%ebp), %ebx
        movl 32(%ebp), %ecx
        movl 28(%ebp), %edx
        movb $1, %ah
        callw apm_call
        movw %ax, 36(%ebp)
        movw %bx, 24(%ebp)
        movw %cx, 32(%ebp)
        movw %dx, 28(%ebp)
        setc %al
        andb $0xfe, 46(%ebp)              /* the flags. ORDER frame */
        orb %al, 46(%ebp)
        popl %ebp
        popl %ebx
        retl
#endif

/* AH: how the caller comes (1 real, 2, 3). Answers in AH and the carry; AL stays. */
apm_call:
        pushfw
        cld
        cmpb %ah, STATE(MODE)
        movb $E_NOT_OPEN, %ah
        jne fail
        cmpb $0x05, %al
        je idle
        cmpb $0x06, %al
        je done
        cmpb $0x07, %al
        je set_state
        cmpb $0x08, %al
        je enable
        cmpb $0x09, %al
        je restore
        cmpb $0x0a, %al
        je power_status
        cmpb $0x0b, %al
        je event
        cmpb $0x0c, %al
        je get_state
        cmpb $0x0d, %al
        je device_enable
        cmpb $0x0e, %al
        je version
        cmpb $0x0f, %al
        je engage
        cmpb $0x10, %al
        je capabilities
        cmpb $0x11, %al
        je resume_timer
        cmpb $0x12, %al
        je ring_or_timers
        cmpb $0x13, %al
        je ring_or_timers
        movb $E_FUNCTION, %ah
        cmpb $0x04, %al
        jne fail
        movb $0, STATE(MODE)              /* disconnect */
done:   movb $0, %ah
        popfw
        clc
        ret
fail:   popfw
        stc
        ret

idle:   sti
        hlt
        jmp done

range:  movb $E_RANGE, %ah
        jmp fail
device: movb $E_DEVICE, %ah
        jmp fail

/* BX: 0001 the whole machine, else class and unit; CX: 0 ready, 1 stand by, 2 suspend, 3 off */
set_state:
        cmpw $1, %bx
        je 1f
        cmpb $1, %bh                      /* the display */
        jb device
        cmpb $0x06, %bh
        ja device
        cmpw $3, %cx
        ja range
        cmpb $1, %bh
        jne done
        pushw %ax
        pushw %dx
        movw $0x3c4, %dx                  /* sequencer 1, bit 5: screen off */
        movb $1, %al
        outb %al, %dx
        incw %dx
        inb %dx, %al
        andb $0xdf, %al
        testw %cx, %cx
        jz 2f
        orb $0x20, %al
2:      outb %al, %dx
        popw %dx
        popw %ax
        jmp done
1:      movb $E_DISABLED, %ah
        testb $1, STATE(OFF)
        jnz fail
        cmpw $3, %cx
        ja range
        je power_off
        testw %cx, %cx
        jz range
        movb $0x0b, STATE(EVENT)          /* system standby resume */
        cmpw $1, %cx
        je idle
        movb $0x03, STATE(EVENT)          /* normal resume */
        jmp idle
power_off:
        movb $E_NO_STATE, %ah
        cmpw $0, STATE(PM_BASE)
        je fail
        pushw %ax
        pushw %dx
        movw STATE(PM_BASE), %dx
        addw $4, %dx
        movw $0x2001, %ax                 /* PMCNTRL: enter S5 (sleep type 0) */
        outw %ax, %dx
        popw %dx
        popw %ax
        jmp fail                          /* it has not worked */

enable: cmpw $1, %bx
        je 1f
        cmpw $0xffff, %bx
        jne device
1:      cmpw $1, %cx
        ja range
        movb %cl, %ah
        xorb $1, %ah
        movb %ah, STATE(OFF)
        jmp done

restore:
        cmpw $1, %bx
        je 1f
        cmpw $0xffff, %bx
        jne device
1:      movb $0, STATE(OFF)
        movb $0, STATE(FREE)
        jmp done

power_status:
        cmpw $1, %bx
        jne device
        movw $0x01ff, %bx                 /* mains; battery unknown, since there is none */
        movw $0x80ff, %cx
        movw $0xffff, %dx
        jmp done

event:  movzbw STATE(EVENT), %bx
        movb $0, STATE(EVENT)
        testw %bx, %bx
        jnz 1f
        cmpw $0, STATE(PM_BASE)
        je 2f
        pushw %ax
        pushw %dx
        movw STATE(PM_BASE), %dx
        inw %dx, %ax
        testb $1, %ah                     /* PMSTS bit 8: the power button */
        jz 3f
        movw $0x0100, %ax
        outw %ax, %dx
        movw $0x0a, %bx                   /* user suspend request, which came with 1.1 */
        cmpw $0x0101, STATE(VERSION)
        jae 3f
        movw $0x02, %bx
3:      popw %dx
        popw %ax
        testw %bx, %bx
        jz 2f
1:      movw $0, %cx
        jmp done
2:      movb $E_NO_EVENT, %ah
        jmp fail

get_state:
        cmpw $1, %bx
        je 1f
        cmpb $1, %bh
        jb device
        cmpb $0x06, %bh
        ja device
1:      movw $0, %cx
        jmp done

device_enable:
        cmpw $1, %cx
        ja range
        jmp device_known

engage: cmpw $1, %cx
        ja range
        cmpw $1, %bx
        jne device_known
        movb %cl, %ah
        xorb $1, %ah
        movb %ah, STATE(FREE)
        jmp done
device_known:
        cmpw $1, %bx
        je done
        cmpb $1, %bh
        jb device
        cmpb $0x06, %bh
        ja device
        jmp done

/* CX: the driver's version; AX: the connection's, the older of both */
version:
        testw %bx, %bx
        jnz device
        cmpw $0x0100, %cx
        jb range
        movw %cx, %ax
        cmpw $0x0102, %cx
        jbe 1f
        movw $0x0102, %ax
1:      movw %ax, STATE(VERSION)
        popfw
        clc
        ret

capabilities:
        testw %bx, %bx
        jnz device
        movb $0, %bl                      /* batteries */
        movw $3, %cx                      /* stand by, suspend */
        jmp done

/* CL: 0 off, 1 read, 2 set */
resume_timer:
        cmpw $1, %bx
        jne device
        testb %cl, %cl
        jz done
        movb $E_NO_TIMER, %ah
        cmpb $1, %cl
        je fail
        movb $E_FUNCTION, %ah
        jmp fail

/* CL: 0 off, 1 on, 2 read */
ring_or_timers:
        cmpw $1, %bx
        jne device
        cmpb $2, %cl
        ja range
        movb $E_FUNCTION, %ah
        cmpb $1, %cl
        je fail
        movw $0, %cx
        jmp done

#if BITS == 16
        .data
        .balign 2
        .globl apm_state
apm_state: .byte 0, 0, 0, 0
        .word 0x0100, 0
#endif
