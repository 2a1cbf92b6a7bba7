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
 * Standing by and suspended, the processor sleeps with a dark screen; every tick of the timer it
 * looks for a key, the mouse, a serial port, the power button and the resume timer. When one of
 * them has woken it there is an event that says so. Where the timer does not tick any interrupt
 * wakes. Off is off. Awake, the power button is a request to suspend.
 *
 * Nothing is switched off after a time, so there are no requests by timers; no resume on ring.
 */
#define STATE(field) apm_state + field
#define MODE     0                        /* how it is connected. ORDER apm_state */
#define OFF      1                        /* power management is disabled */
#define FREE     2                        /* disengaged */
#define EVENT    3                        /* the next event, 0: none */
#define VERSION  4                        /* word: the version the driver asked for */
#define PM_BASE  6                        /* word: the ACPI registers, 0: none */
#define DEVICES  8                        /* the state of each class of devices, 1 to 6 */
#define TIMER    15                       /* is the resume timer set? */
#define RESUME   16                       /* to when: century, year, month, day, hour ... */
#define CLOCK    23                       /* the clock chip's registers for them */
#define CLOCK_BYTES 7

#define E_DISABLED   0x01
#define E_NOT_OPEN   0x03
#define E_FREE       0x0b
#define E_FUNCTION   0x0c
#define E_DEVICE     0x09
#define E_RANGE      0x0a
#define E_NO_TIMER   0x0d
#define E_NO_STATE   0x60
#define E_NO_EVENT   0x80

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
        pushl %esi
        pushl %edi
        movl 12(%ebp), %esi
        movl 8(%ebp), %edi
        movb $1, %ah
        callw apm_call
        movw %ax, 36(%ebp)
        movw %bx, 24(%ebp)
        movw %cx, 32(%ebp)
        movw %dx, 28(%ebp)
        movw %si, 12(%ebp)
        movw %di, 8(%ebp)
        setc %al
        popl %edi
        popl %esi
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
        je ring_or_requests
        cmpb $0x13, %al
        je ring_or_requests
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

/* BX: 0001 the whole machine, else class and unit; CX: 0 ready, 1 stand by, 2 suspend, 3 off; for
 * the machine 4: the last request is being worked at, 5: it is refused */
set_state:
        movb $E_FREE, %ah
        testb $1, STATE(FREE)
        jnz fail
        cmpw $1, %bx
        je 1f
        cmpb $1, %bh
        jb device
        cmpb $0x06, %bh
        ja device
        cmpw $3, %cx
        ja range
        pushw %bx
        movb %bh, %bl
        movb $0, %bh
        movb %cl, STATE(DEVICES)(%bx)
        popw %bx
        cmpb $1, %bh                      /* the display */
        jne done
        pushw %ax
        movb %cl, %al
        call screen
        popw %ax
        jmp done
1:      movb $E_DISABLED, %ah
        testb $1, STATE(OFF)
        jnz fail
        cmpw $5, %cx
        ja range
        cmpw $4, %cx
        jae done
        cmpw $3, %cx
        je power_off
        testw %cx, %cx
        jz range
        call sleep
        movb $0x0b, STATE(EVENT)          /* system standby resume */
        cmpw $1, %cx
        je done
        movb $0x03, STATE(EVENT)          /* normal resume */
        jmp done

/* AL: not 0 for dark. What it was in AL: sequencer 1, bit 5. */
screen: pushw %dx
        pushw %bx
        movb %al, %bl
        movw $0x3c4, %dx
        inb %dx, %al
        movb %al, %bh                     /* somebody may have been at it */
        movb $1, %al
        outb %al, %dx
        incw %dx
        inb %dx, %al
        testb %bl, %bl
        movb %al, %bl
        jz 1f
        orb $0x20, %al
        jmp 2f
1:      andb $0xdf, %al
2:      outb %al, %dx
        decw %dx
        movb %bh, %al
        outb %al, %dx
        movb %bl, %al
        andb $0x20, %al
        popw %bx
        popw %dx
        ret

#define TICK      0x01                    /* of the first interrupt controller */
#define WAKERS_1  0x1a                    /* keyboard, COM2 and COM1 */
#define WAKERS_2  0x10                    /* mouse */

/* Until something wakes it. Interrupts that were open go to who has opened them; those that wake
 * are held back meanwhile, to be seen in the request registers of the controllers. */
sleep:  pushw %ax
        pushw %bx
        pushw %dx
        movb $1, %al
        call screen
        pushw %ax
        inb $0x21, %al
        movb %al, %bl
        inb $0xa1, %al
        movb %al, %bh
        testb $TICK, %bl
        jnz no_tick
        movb %bl, %al
        orb $WAKERS_1, %al
        outb %al, $0x21
        movb %bh, %al
        orb $WAKERS_2, %al
        outb %al, $0xa1
1:      sti
        hlt
        cli
        call woken
        jnc 1b
        movb %bl, %al
        outb %al, $0x21
        movb %bh, %al
        outb %al, $0xa1
        jmp 2f
no_tick:
        sti
        hlt
2:      popw %ax
        call screen
        popw %dx
        popw %bx
        popw %ax
        ret

/* Carry: yes. BX: which interrupts were closed. */
woken:  movb $0x0a, %al
        outb %al, $0x20
        inb $0x20, %al
        movb %bl, %ah
        notb %ah
        andb %ah, %al
        testb $WAKERS_1, %al
        jnz yes
        movb $0x0a, %al
        outb %al, $0xa0
        inb $0xa0, %al
        movb %bh, %ah
        notb %ah
        andb %ah, %al
        testb $WAKERS_2, %al
        jnz yes
        movw STATE(PM_BASE), %dx
        testw %dx, %dx
        jz 1f
        inw %dx, %ax
        testb $1, %ah                     /* PMSTS bit 8: the power button */
        jz 1f
        movw $0x0100, %ax
        outw %ax, %dx
        jmp yes
1:      cmpb $0, STATE(TIMER)
        je no
        movb $0x0a, %al                   /* the clock is not being updated */
        outb %al, $0x70
        inb $0x71, %al
        testb $0x80, %al
        jnz no
        pushw %bx
        movw $0, %bx
2:      movb STATE(CLOCK)(%bx), %al
        outb %al, $0x70
        inb $0x71, %al
        cmpb STATE(RESUME)(%bx), %al
        jb 4f                             /* later */
        ja 3f
        incw %bx
        cmpw $CLOCK_BYTES, %bx
        jb 2b
3:      popw %bx
        movb $0, STATE(TIMER)
yes:    stc
        ret
4:      popw %bx
no:     clc
        ret
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

event:  movb $E_FREE, %ah
        testb $1, STATE(FREE)
        jnz fail
        movzbw STATE(EVENT), %bx
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
        movw $0, %cx
        cmpw $1, %bx
        je done
        cmpb $1, %bh
        jb device
        cmpb $0x06, %bh
        ja device
        pushw %bx
        movb %bh, %bl
        movb $0, %bh
        movb STATE(DEVICES)(%bx), %cl
        popw %bx
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
        movw $0x0f, %cx                   /* stand by, suspend, a timer that ends either */
        jmp done

/* CL: 0 off, 1 read, 2 set; CH seconds, DL minutes, DH hours, SI month and day, DI year, in BCD */
resume_timer:
        testw %bx, %bx
        jnz device
        cmpb $2, %cl
        ja range
        je 1f
        movb $E_NO_TIMER, %ah
        cmpb $1, %cl
        je 2f
        movb $0, STATE(TIMER)
        jmp done
2:      cmpb $0, STATE(TIMER)
        je fail
        pushw %ax
        movw STATE(RESUME), %ax           /* the higher part comes first there */
        xchgb %al, %ah
        movw %ax, %di
        movw STATE(RESUME + 2), %ax
        xchgb %al, %ah
        movw %ax, %si
        popw %ax
        movb STATE(RESUME + 4), %dh
        movb STATE(RESUME + 5), %dl
        movb STATE(RESUME + 6), %ch
        jmp done
1:      cmpb $0x59, %ch
        ja range
        cmpb $0x59, %dl
        ja range
        cmpb $0x23, %dh
        ja range
        pushw %ax
        movw %di, %ax
        xchgb %al, %ah
        movw %ax, STATE(RESUME)
        movw %si, %ax
        xchgb %al, %ah
        movw %ax, STATE(RESUME + 2)
        movb %dh, STATE(RESUME + 4)
        movb %dl, STATE(RESUME + 5)
        movb %ch, STATE(RESUME + 6)
        movb $1, STATE(TIMER)
        popw %ax
        jmp done

/* CL: 0 off, 1 on, 2 read */
ring_or_requests:
        testw %bx, %bx
        jnz device
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
        .fill 7, 1, 0
        .byte 0
        .fill CLOCK_BYTES, 1, 0
        .byte 0x32, 0x09, 0x08, 0x07, 0x04, 0x02, 0x00
#endif
