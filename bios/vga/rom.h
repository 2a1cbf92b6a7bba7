/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every part of the video firmware uses: far memory, ports, the caller's registers, the BIOS
 * data area. Pointers reach the ROM only (DS = C000); all else goes through peek and poke. No
 * address of a local variable may be taken: the stack is the caller's, in another segment.
 */
#pragma once
#include "../io.h"

#define inline inline __attribute__((always_inline))

static inline u8 peek8(u16 seg, u32 off)
{
    u8 v;
    __asm__ volatile("movw %w1, %%es\n\tmovb %%es:(%2), %0" : "=&q"(v) : "r"(seg), "r"(off)
                     : "memory");
    return v;
}
static inline u16 peek16(u16 seg, u32 off)
{
    u16 v;
    __asm__ volatile("movw %w1, %%es\n\tmovw %%es:(%2), %0" : "=&r"(v) : "r"(seg), "r"(off)
                     : "memory");
    return v;
}
static inline u32 peek32(u16 seg, u32 off)
{
    u32 v;
    __asm__ volatile("movw %w1, %%es\n\tmovl %%es:(%2), %0" : "=&r"(v) : "r"(seg), "r"(off)
                     : "memory");
    return v;
}
static inline void poke8(u16 seg, u32 off, u8 v)
{
    __asm__ volatile("movw %w0, %%es\n\tmovb %2, %%es:(%1)" : : "r"(seg), "r"(off), "q"(v)
                     : "memory");
}
static inline void poke16(u16 seg, u32 off, u16 v)
{
    __asm__ volatile("movw %w0, %%es\n\tmovw %2, %%es:(%1)" : : "r"(seg), "r"(off), "r"(v)
                     : "memory");
}
static inline void poke32(u16 seg, u32 off, u32 v)
{
    __asm__ volatile("movw %w0, %%es\n\tmovl %2, %%es:(%1)" : : "r"(seg), "r"(off), "r"(v)
                     : "memory");
}

/* Within one far segment. Forward only. */
static inline void far_copy8(u16 seg, u32 to, u32 from, u32 n)
{
    __asm__ volatile("pushw %%ds\n\tmovw %w3, %%ds\n\tmovw %w3, %%es\n\trep movsb\n\tpopw %%ds"
                     : "+D"(to), "+S"(from), "+c"(n) : "r"(seg) : "memory");
}
static inline void far_copy16(u16 seg, u32 to, u32 from, u32 n)
{
    __asm__ volatile("pushw %%ds\n\tmovw %w3, %%ds\n\tmovw %w3, %%es\n\trep movsw\n\tpopw %%ds"
                     : "+D"(to), "+S"(from), "+c"(n) : "r"(seg) : "memory");
}
static inline void far_fill16(u16 seg, u32 to, u16 v, u32 n)
{
    __asm__ volatile("movw %w3, %%es\n\trep stosw" : "+D"(to), "+c"(n) : "a"(v), "r"(seg)
                     : "memory");
}
static inline void far_fill8(u16 seg, u32 to, u8 v, u32 n)
{
    __asm__ volatile("movw %w3, %%es\n\trep stosb" : "+D"(to), "+c"(n) : "a"(v), "r"(seg)
                     : "memory");
}

/* The caller's registers, as entry.S pushed them: f is their offset in the stack segment. */
enum reg { DI = 0, SI = 4, BP = 8, BX = 16, DX = 20, CX = 24, AX = 28, ES = 32, DS = 34,
           BL = 16, BH = 17, DL = 20, DH = 21, CL = 24, CH = 25, AL = 28, AH = 29, FLAGS = 40 };
static inline u8 r8(u32 f, enum reg r)
{
    u8 v;
    __asm__ volatile("movb %%ss:(%1), %0" : "=q"(v) : "r"(f + r));
    return v;
}
static inline u16 r16(u32 f, enum reg r)
{
    u16 v;
    __asm__ volatile("movw %%ss:(%1), %0" : "=r"(v) : "r"(f + r));
    return v;
}
static inline u32 r32(u32 f, enum reg r)
{
    u32 v;
    __asm__ volatile("movl %%ss:(%1), %0" : "=r"(v) : "r"(f + r));
    return v;
}
static inline void w32(u32 f, enum reg r, u32 v)
{
    __asm__ volatile("movl %1, %%ss:(%0)" : : "r"(f + r), "r"(v) : "memory");
}
static inline void w8(u32 f, enum reg r, u8 v)
{
    __asm__ volatile("movb %1, %%ss:(%0)" : : "r"(f + r), "q"(v) : "memory");
}
static inline void w16(u32 f, enum reg r, u16 v)
{
    __asm__ volatile("movw %1, %%ss:(%0)" : : "r"(f + r), "r"(v) : "memory");
}

static inline u16 rom_seg(void) { u16 v; __asm__ volatile("movw %%cs, %0" : "=r"(v)); return v; }
static inline u16 rom_off(const void *p) { return (u16)(u32)p; }

/* The segments that VBE 3.0's protected mode lets a program replace: entry.S has real mode's
 * values. */
extern const volatile u16 pm_info[9];
static inline u16 seg_low(void) { return pm_info[4]; }           /* 0000:0000, with the data area */
static inline u16 seg_a000(void) { return pm_info[5]; }
static inline u16 seg_b000(void) { return pm_info[6]; }
static inline u16 seg_b800(void) { return pm_info[7]; }

/* BIOS data area, 0000:0400. */
enum bda { B_MODE = 0x49, B_COLS = 0x4a, B_PAGE_SIZE = 0x4c, B_PAGE_START = 0x4e, B_CURSOR = 0x50,
           B_SHAPE = 0x60, B_PAGE = 0x62, B_CRTC = 0x63, B_MODE_REG = 0x65, B_PALETTE = 0x66,
           B_ROWS = 0x84, B_HEIGHT = 0x85, B_CONTROL = 0x87, B_SWITCHES = 0x88, B_FLAGS = 0x89,
           B_DCC = 0x8a, B_SAVE_PTR = 0xa8, B_VBE_MODE = 0xba };
u8   b8(u16 a);
u16  b16(u16 a);
void bset8(u16 a, u8 v);
void bset16(u16 a, u16 v);

/* Indexed registers. */
static inline void outi(u16 port, u8 i, u8 v) { outw(port, (u16)(v << 8 | i)); }
static inline u8 ini(u16 port, u8 i) { outb(port, i); return inb((u16)(port + 1)); }
static inline u16 crtc(void) { return b16(B_CRTC); }

/* mode.c */
enum kind { TEXT, CGA4, CGA2, PLANAR, LINEAR, OTHER };
struct mode_regs {               /* IBM's video parameter table entry: 64 bytes */
    u8 cols, rows_less_1, height, page_lo, page_hi;
    u8 sr[4], misc, cr[25], ar[20], gr[9];
};
extern const struct mode_regs mode_regs[];       /* modes.c */
u32  mode_entry(u8 mode);
void set_mode(u8 al);
void program_mode(u8 mode, int clear);
void load_dac(u8 mode);
int  mode_kind(void);
u16  mode_segment(void);
void set_shape(u16 cx);
void put_shape(void);
void vga_init(void);
void int10(u32 f);

/* text.c */
void move_cursor(u8 page, u16 pos);
void set_page(u8 page);
void scroll(u8 lines, u8 attr, u16 from, u16 to, int down);
void write_chars(u8 page, u8 ch, u8 attr, u16 n, int with_attr);
u16  read_char(u8 page);
void tty(u8 page, u8 ch, u8 attr, int with_attr);
void write_string(u32 f);
void write_pixel(u8 page, u16 x, u16 y, u8 colour);
u8   read_pixel(u8 page, u16 x, u16 y);

/* palette.c */
void palette_call(u32 f);
void old_palette(u8 bh, u8 bl);
void ar_set(u8 i, u8 v);
u8   ar_get(u8 i);
void screen_on(void);

/* fonts.c and font.c */
extern const u8 font8x16[256 * 16], font8x14[256 * 14], font8x8[256 * 8];
void load_font(u16 seg, u16 off, u16 n, u16 first, u8 block, u8 height);
void load_rom_font(u8 height, u8 block);
void graphics_font(u8 height);
void font_call(u32 f);

/* state.c */
void alternate_select(u32 f);
void display_code(u32 f);
void state_info(u32 f);
void save_restore(u32 f);
u16  state_size(u16 what);
void state_save(u16 what, u16 seg, u16 off);
void state_load(u16 what, u16 seg, u16 off);

/* cirrus.c: the same registers, 'as if' */
enum { D_ID, D_XRES, D_YRES, D_BPP, D_ENABLE, D_BANK, D_VIRT_W, D_VIRT_H, D_X, D_Y, D_MEMORY };
int  cirrus_present(void);
int  cirrus_fits(u32 w, u32 h, u32 bpp);
void cirrus_set(u16 i, u16 v);
u16  cirrus_get(u16 i);

/* vbe.c */
void dispi(u16 i, u16 v);
u16  dispi_get(u16 i);
void vbe_off(void);
void vbe_call(u32 f);
