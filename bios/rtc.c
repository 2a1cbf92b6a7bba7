/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: INT 1Ah, the clock chip's interrupt (INT 70h) with its alarm and the waits of INT 15h/83h
 * and 86h. MC146818 data sheet; IBM PC AT Technical Reference.
 */
#include "bios.h"

enum { RTC_A = 0x0a, RTC_B = 0x0b, RTC_C = 0x0c, B_PIE = 0x40, B_AIE = 0x20, B_SET = 0x80,
       CENTURY = 0x32 };
enum { PERIOD_US = 976 };                                /* 1024 Hz */

static u32 bcd(u8 v) { return (v >> 4) * 10u + (v & 15); }

/* The tick count of the present time of day. */
void rtc_init(void)
{
    cmos_write(RTC_A, 0x26);
    cmos_write(RTC_B, (cmos_read(RTC_B) & 0x01) | 0x02); /* BCD, 24 hours, no interrupts */
    cmos_read(RTC_C);
    cmos_read(0x0d);
    u32 s = bcd(cmos_read(4)) * 3600 + bcd(cmos_read(2)) * 60 + bcd(cmos_read(0));
    bda->ticks = s * 18 + s * 2 / 10 + s * 648 / 100000;  /* 18.20648 a second */
}

static int updating(void)
{
    for (u32 n = 0; n < 100000; n++)
        if (!(cmos_read(RTC_A) & 0x80))
            return 0;
    return 1;
}

static void rtc_irq_open(void) { outb(0xa1, inb(0xa1) & ~0x01); }

static void alarm_set(struct regs *r)
{
    u8 b = cmos_read(RTC_B);
    if (b & B_AIE) {
        set_cf(r);
        return;
    }
    cmos_write(1, r->dh);
    cmos_write(3, r->cl);
    cmos_write(5, r->ch);
    cmos_write(RTC_B, (b & ~B_SET) | B_AIE);
    rtc_irq_open();
}

static void clock_set(const struct regs *r, int date)
{
    u8 b = cmos_read(RTC_B);
    cmos_write(RTC_B, b | B_SET);
    if (date) {
        cmos_write(7, r->dl);
        cmos_write(8, r->dh);
        cmos_write(9, r->cl);
        cmos_write(CENTURY, r->ch);
    } else {
        cmos_write(0, r->dh);
        cmos_write(2, r->cl);
        cmos_write(4, r->ch);
        b = (u8)((b & ~1) | (r->dl & 1));
    }
    cmos_write(RTC_B, b & ~B_SET);
}

static void clock_get(struct regs *r)
{
    if (updating()) {
        set_cf(r);
        return;
    }
    if (r->ah == 2) {
        r->dh = cmos_read(0);
        r->cl = cmos_read(2);
        r->ch = cmos_read(4);
        r->dl = cmos_read(RTC_B) & 1;
    } else {
        r->dl = cmos_read(7);
        r->dh = cmos_read(8);
        r->cl = cmos_read(9);
        r->ch = cmos_read(CENTURY);
    }
}

void int1a(struct regs *r)
{
    clear_cf(r);
    switch (r->ah) {
    case 0:
        r->cx = (u16)(bda->ticks >> 16);
        r->dx = (u16)bda->ticks;
        r->al = bda->midnight;
        bda->midnight = 0;
        return;
    case 1:
        bda->ticks = (u32)r->cx << 16 | r->dx;
        bda->midnight = 0;
        return;
    case 2:
    case 4: clock_get(r); return;
    case 3: clock_set(r, 0); return;
    case 5: clock_set(r, 1); return;
    case 6: alarm_set(r); return;
    case 7: cmos_write(RTC_B, cmos_read(RTC_B) & ~B_AIE); return;
    case 0xb1: int1a_pci(r); return;
    default: set_cf(r);
    }
}

/* ---- waits, counted by the periodic interrupt ---- */
static int wait_start(u16 seg, u16 off, u32 us)
{
    if (bda->wait_active & 1)
        return 0;
    bda->wait_seg = seg;
    bda->wait_off = off;
    bda->wait_us = us;
    bda->wait_active = 1;
    rtc_irq_open();
    cmos_read(RTC_C);
    cmos_write(RTC_B, cmos_read(RTC_B) | B_PIE);
    return 1;
}

void wait_event(struct regs *r)
{
    clear_cf(r);
    r->ah = 0;
    if (r->al == 1) {
        cmos_write(RTC_B, cmos_read(RTC_B) & ~B_PIE);
        bda->wait_active = 0;
    } else if (!wait_start(r->es, r->bx, (u32)r->cx << 16 | r->dx)) {
        set_cf(r);
    }
}

void wait_now(struct regs *r)
{
    if (!wait_start(0x40, 0xa0, (u32)r->cx << 16 | r->dx)) {
        set_cf(r);
        return;
    }
    u32 f = flags_save_cli();
    while (!(bda->wait_active & 0x80))
        sti_hlt_cli();
    bda->wait_active = 0;
    flags_restore(f);
    r->ah = 0;
    clear_cf(r);
}

void irq8(struct regs *unused)
{
    u8 c = cmos_read(RTC_C), b = cmos_read(RTC_B);
    struct regs r;
    if (c & b & B_PIE && bda->wait_active & 1) {
        u32 left = bda->wait_us;
        if (left > PERIOD_US) {
            bda->wait_us = left - PERIOD_US;
        } else {
            bda->wait_us = 0;
            bda->wait_active = 0;
            cmos_write(RTC_B, b & ~B_PIE);
            u16 seg = bda->wait_seg, off = bda->wait_off;
            far8_set(seg, off, far8(seg, off) | 0x80);
        }
    }
    if (c & b & B_AIE) {
        memset(&r, 0, sizeof r);
        int_call(0x4a, &r);
    }
    irq_eoi_slave();
}
