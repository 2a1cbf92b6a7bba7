/* SPDX-License-Identifier: BSD-2-Clause */
/* Screen, keyboard, clock and the line that scripts read. */
#include "demo.h"

#define SCREEN ((volatile u16 *)0xb8000)

/* Six-bit colours: a night blue ground, and the sixteen a little softer than usual. */
static const u8 theme[16][3] = {
    { 2, 3, 8 },    { 7, 12, 28 },  { 14, 40, 24 }, { 8, 36, 46 },  { 46, 14, 18 }, { 34, 20, 48 },
    { 54, 32, 10 }, { 44, 47, 52 }, { 20, 24, 34 }, { 22, 36, 62 }, { 30, 60, 38 }, { 26, 58, 63 },
    { 63, 30, 32 }, { 58, 34, 60 }, { 63, 56, 22 }, { 63, 63, 63 },
};

void text_mode(void)
{
    struct regs r = { .eax = 3 };
    bios(0x10, &r);
    for (u32 i = 0; i < 16; i++) {              /* attribute i reads DAC entry i, 14h, or 30h + i */
        u32 entry = i == 6 ? 0x14 : i < 8 ? i : 0x30 + i;
        outb(0x3c8, (u8)entry);
        for (u32 c = 0; c < 3; c++)
            outb(0x3c9, theme[i][c]);
    }
    r = (struct regs){ .eax = 0x1003, .ebx = 0 };   /* bright backgrounds, no blinking */
    bios(0x10, &r);
    cursor(0, 25);
}

void putch(int x, int y, u8 attr, u8 ch) { SCREEN[y * COLS + x] = (u16)(attr << 8 | ch); }

void put(int x, int y, u8 attr, const char *s)
{
    for (; *s && x < COLS; s++)
        putch(x++, y, attr, (u8)*s);
}

char *fmt_str(char *p, const char *s)
{
    while (*s)
        *p++ = *s++;
    *p = 0;
    return p;
}

char *fmt_num(char *p, u32 n)
{
    char digits[10];
    int k = 0;
    do
        digits[k++] = (char)('0' + n % 10);
    while (n /= 10);
    while (k)
        *p++ = digits[--k];
    *p = 0;
    return p;
}

char *fmt_hex(char *p, u32 n, int digits)
{
    for (int i = digits; i--;)
        *p++ = "0123456789ABCDEF"[n >> 4 * i & 15];
    *p = 0;
    return p;
}

void put_num(int x, int y, u8 attr, u32 n, int width)
{
    char s[12];
    int k = (int)(fmt_num(s, n) - s);
    for (int i = k; i < width; i++)
        putch(x++, y, attr, ' ');
    put(x, y, attr, s);
}

void put_hex(int x, int y, u8 attr, u32 n, int digits)
{
    char s[12];
    fmt_hex(s, n, digits);
    put(x, y, attr, s);
}

void fill(int x, int y, int w, int h, u8 attr, u8 ch)
{
    for (int j = y; j < y + h; j++)
        for (int i = x; i < x + w; i++)
            putch(i, j, attr, ch);
}

void frame(int x, int y, int w, int h, u8 attr, const char *title)
{
    fill(x + 1, y, w - 2, 1, attr, 0xc4);
    fill(x + 1, y + h - 1, w - 2, 1, attr, 0xc4);
    fill(x, y + 1, 1, h - 2, attr, 0xb3);
    fill(x + w - 1, y + 1, 1, h - 2, attr, 0xb3);
    putch(x, y, attr, 0xda);
    putch(x + w - 1, y, attr, 0xbf);
    putch(x, y + h - 1, attr, 0xc0);
    putch(x + w - 1, y + h - 1, attr, 0xd9);
    if (title) {
        putch(x + 2, y, attr, ' ');
        put(x + 3, y, A_BRIGHT, title);
        int n = 0;
        while (title[n])
            n++;
        putch(x + 3 + n, y, attr, ' ');
    }
}

void bar(int x, int y, int w, u32 part, u32 whole)
{
    u32 done = whole ? part / (whole / (u32)w + 1) : (u32)w;
    if (part >= whole)
        done = (u32)w;
    fill(x, y, (int)done, 1, A_TITLE, 0xdb);
    fill(x + (int)done, y, w - (int)done, 1, A_DIM, 0xb0);
}

void cursor(int x, int y)
{
    struct regs r = { .eax = 0x0200, .edx = (u32)(y << 8 | x) };
    bios(0x10, &r);
}

int key_wait(void)
{
    struct regs r = { .eax = 0 };
    bios(0x16, &r);
    return (int)(r.eax & 0xffff);
}

int key_poll(void)
{
    struct regs r = { .eax = 0x0100 };
    bios(0x16, &r);
    return r.flags & 0x40 ? 0 : key_wait();
}

u8 key_shift(void)
{
    struct regs r = { .eax = 0x0200 };
    bios(0x16, &r);
    return (u8)r.eax;
}

static void say_char(char c)
{
    outb(0xe9, (u8)c);
    if (inb(0x3fd) == 0xff)                      /* no serial port */
        return;
    for (u32 i = 0; i < 100000 && !(inb(0x3fd) & 0x20); i++)
        ;
    outb(0x3f8, (u8)c);
}

void say(const char *line)
{
    for (; *line; line++)
        say_char(*line);
    say_char('\r');
    say_char('\n');
}

void say_at(int x, int y, u8 attr, const char *line)
{
    put(x, y, attr, line);
    say(line);
}

static u8 masked;                                /* interrupts as the BIOS has them */

void run_clock(void)
{
    masked = inb(0x21);
    outb(0x21, 0xfe);                            /* the timer alone */
    __asm__ volatile("sti");
}

void stop_clock(void)
{
    __asm__ volatile("cli");
    outb(0x21, masked);
}

void page_begin(const char *title)
{
    fill(0, 0, COLS, ROWS, A_BACK, ' ');
    fill(0, 0, COLS, 1, A_BAR, ' ');
    put(2, 0, 0x1b, "VITRINE");
    put(11, 0, A_BAR, title);
}

void page_end(const char *keys)
{
    fill(0, 24, COLS, 1, A_BAR, ' ');
    put(2, 24, A_BAR, keys);
}
