/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demo disk: a guest that shows the machine in a minute. It runs in flat 32-bit protected mode
 * and goes back to real mode for every BIOS call; text is written straight to B8000.
 * Each page ends with a line in capitals that scripts wait for, also sent to COM1 and port E9h.
 */
#pragma once
#include "../io.h"

struct regs { u32 eax, ebx, ecx, edx, esi, edi, ebp; u16 ds, es; u32 flags; };
void bios(unsigned n, struct regs *r);       /* with interrupts on meanwhile */
extern volatile u32 ticks;                   /* 18.2 Hz, while run_clock() */
extern u8 boot_drive;

#define LOW_BUF ((u8 *)0x8000)               /* 28 KB that BIOS calls can reach, at 0800:0000 */
#define LOW_SEG 0x0800

/* lib.c */
#define COLS 80
#define ROWS 25
void text_mode(void);
void put(int x, int y, u8 attr, const char *s);
void putch(int x, int y, u8 attr, u8 ch);
void put_num(int x, int y, u8 attr, u32 n, int width);
void put_hex(int x, int y, u8 attr, u32 n, int digits);
void fill(int x, int y, int w, int h, u8 attr, u8 ch);
void frame(int x, int y, int w, int h, u8 attr, const char *title);
void bar(int x, int y, int w, u32 part, u32 whole);
char *fmt_str(char *p, const char *s);
char *fmt_num(char *p, u32 n);
char *fmt_hex(char *p, u32 n, int digits);
void cursor(int x, int y);                   /* y 25: out of sight */
int  key_wait(void);                         /* scan code << 8 | character */
int  key_poll(void);                         /* 0: none */
u8   key_shift(void);
void say(const char *line);                  /* to COM1 and port E9h */
void say_at(int x, int y, u8 attr, const char *line);
void run_clock(void);                        /* timer interrupts in protected mode */
void stop_clock(void);
void page_begin(const char *title);
void page_end(const char *keys);
#define KEY_ESC   0x011b
#define KEY_UP    0x48
#define KEY_DOWN  0x50
#define KEY_ENTER 0x0d

/* The theme: attributes on our own palette. */
enum { A_BACK = 0x07, A_DIM = 0x08, A_TEXT = 0x07, A_BRIGHT = 0x0f, A_TITLE = 0x0b, A_FRAME = 0x09,
       A_GOOD = 0x0a, A_BAD = 0x0c, A_WARM = 0x0e, A_BAR = 0x1f, A_PICK = 0x3f };

/* The pages. */
void page_text(void);
void page_plasma(void);
void page_lines(void);
void page_vbe(void);
void page_keyboard(void);
void page_disk(void);
void page_memory(void);
void page_benchmark(void);
void page_power(void);

/* What the menu shows of the machine. */
u32  memory_kb(void);                        /* extended memory that is usable from 1 MB on */
int  vbe_version(u32 *kb);
void processor_name(char *out);
