/* SPDX-License-Identifier: BSD-2-Clause */
/* Serial and parallel ports: detection, INT 14h, INT 17h. */
#include "bios.h"

void ports_init(void)
{
    static const u16 com[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 }, lpt[] = { 0x378, 0x278, 0x3bc };
    u32 n = 0;
    for (u32 i = 0; i < ARRAY_LEN(com); i++) {
        outb((u16)(com[i] + 1), 0x02);                   /* interrupt enable: holds bits 0-3 only */
        u8 ier = inb((u16)(com[i] + 1)), iir = inb((u16)(com[i] + 2));
        outb((u16)(com[i] + 1), 0);
        if (ier != 0x02 || iir & 0x30)
            continue;
        bda->com[n] = com[i];
        bda->com_timeout[n++] = 10;
    }
    bda->equipment = (u16)((bda->equipment & 0xf1ff) | n << 9);
    n = 0;
    for (u32 i = 0; i < ARRAY_LEN(lpt); i++) {
        outb((u16)(lpt[i] + 2), 0x08);           /* output, no strobe; see if data holds */
        outb(lpt[i], 0xaa);
        if (inb(lpt[i]) != 0xaa)
            continue;
        outb((u16)(lpt[i] + 2), 0x0c);
        bda->lpt[n] = lpt[i];
        bda->lpt_timeout[n++] = 20;
    }
    bda->equipment = (u16)((bda->equipment & 0x3fff) | n << 14);
}

/* Waits for all the bits of a register; false after the port's timeout, which is counted in seconds
 * here. */
static int wait_bits(u16 port, u8 bits, u8 seconds)
{
    u32 start = bda->ticks;
    u32 f = flags_save_cli();
    sti();
    while ((inb(port) & bits) != bits)
        if (ticks_over(start, seconds * 18u / 4)) {
            flags_restore(f);
            return 0;
        }
    flags_restore(f);
    return 1;
}

static void serial_status(struct regs *r, u16 port)
{
    r->ah = inb((u16)(port + 5));
    r->al = inb((u16)(port + 6));
}

static void serial_setup(u16 port, u16 divisor, u8 line)
{
    outb((u16)(port + 3), line | 0x80);
    outb(port, (u8)divisor);
    outb((u16)(port + 1), (u8)(divisor >> 8));
    outb((u16)(port + 3), line);
    outb((u16)(port + 1), 0);
}

/* Baud rates 110 .. 9600 of AH=00h, and on to 115200 of AH=04h. */
static const u16 divisors[] = { 1047, 768, 384, 192, 96, 48, 24, 12, 6, 3, 2, 1 };

void int14(struct regs *r)
{
    u16 port = r->dx < 4 ? bda->com[r->dx] : 0;
    if (!port)
        return;
    u8 timeout = bda->com_timeout[r->dx];
    kbd_busy();
    switch (r->ah) {
    case 0:
        serial_setup(port, divisors[r->al >> 5], r->al & 0x1f);
        outb((u16)(port + 4), 0x03);
        serial_status(r, port);
        return;
    case 1:
        outb((u16)(port + 4), inb((u16)(port + 4)) | 0x03);
        if (!wait_bits((u16)(port + 5), 0x20, timeout)) {
            r->ah = inb((u16)(port + 5)) | 0x80;
            return;
        }
        outb(port, r->al);
        r->ah = inb((u16)(port + 5)) & 0x7f;
        return;
    case 2:
        outb((u16)(port + 4), inb((u16)(port + 4)) | 0x01);
        if (!wait_bits((u16)(port + 5), 0x01, timeout)) {
            r->ah = 0x80;
            return;
        }
        r->ah = inb((u16)(port + 5)) & 0x1e;
        r->al = inb(port);
        return;
    case 3:
        serial_status(r, port);
        return;
    case 4: {
        static const u8 parity[] = { 0x00, 0x08, 0x18, 0x28, 0x38 };
        if (r->bh > 4 || r->ch > 3 || r->cl >= ARRAY_LEN(divisors))
            return;
        serial_setup(port, divisors[r->cl], (u8)(r->ch | (r->bl ? 4 : 0) | parity[r->bh]));
        outb((u16)(port + 4), 0x03);
        serial_status(r, port);
        return;
    }
    case 5:
        if (r->al == 0)
            r->bl = inb((u16)(port + 4));
        else if (r->al == 1)
            outb((u16)(port + 4), r->bl);
        serial_status(r, port);
        return;
    default:
        return;
    }
}

void int17(struct regs *r)
{
    u16 port = r->dx < 3 ? bda->lpt[r->dx] : 0;
    u8 timed_out = 0;
    if (!port || r->ah > 2) {
        r->ah = 0x29;
        return;
    }
    if (r->ah == 0) {
        outb(port, r->al);
        if (wait_bits((u16)(port + 1), 0x80, 1)) {
            u8 c = inb((u16)(port + 2));
            outb((u16)(port + 2), c | 1);                /* strobe */
            outb((u16)(port + 2), c & ~1);
        } else {
            timed_out = 1;
        }
    } else if (r->ah == 1) {
        outb((u16)(port + 2), 0x08);
        outb((u16)(port + 2), 0x0c);
    }
    r->ah = (u8)(((inb((u16)(port + 1)) ^ 0x48) & 0xf8) | timed_out);
}
