/* SPDX-License-Identifier: BSD-2-Clause */
/* Small things everyone needs: memory, messages on the screen, ticks. */
#include "bios.h"

void *memset(void *p, int c, u32 n)
{
    u8 *d = p;
    while (n--)
        *d++ = (u8)c;
    return p;
}

void *memcpy(void *d, const void *s, u32 n)
{
    u8 *a = d;
    const u8 *b = s;
    while (n--)
        *a++ = *b++;
    return d;
}

void far_put(u16 seg, u16 off, const void *s, u32 n)
{
    const u8 *b = s;
    far_seg(seg);
    while (n--)
        *(volatile FARMEM u8 *)(u32)off++ = *b++;
}

void put_char(char c)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    if (c == '\n')
        put_char('\r');
    r.ax = 0x0e00 | (u8)c;
    r.bx = 7;
    int_call(0x10, &r);
}

void print(const char *s)
{
    while (*s)
        put_char(*s++);
}

void print_dec(u32 v)
{
    if (v >= 10)
        print_dec(v / 10);
    put_char((char)('0' + v % 10));
}

void irq_eoi_slave(void)
{
    outb(0xa0, 0x20);
    outb(0x20, 0x20);
}

int ticks_over(u32 start, u32 n)
{
    u32 now = bda->ticks;
    if (now < start)                       /* midnight */
        now += 0x1800b0;
    return now - start >= n;
}
