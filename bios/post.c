/* SPDX-License-Identifier: BSD-2-Clause */
/* The 16-bit part of POST: vectors, data area, chips of the AT, option ROMs, then INT 19h. */
#include "bios.h"

struct memory_info memory = { 0 };

void post16(void);
void disks_init(void);
void floppy_init(void);

/* Stubs of entry.S, linked at their offset in this segment. */
extern const u8 stub02[], stub05[], int08[], stub09[], stub0e[], stub10[], stub11[], stub12[],
    stub13[], stub14[], stub15[], stub16[], stub17[], stub18[], stub19[], stub1a[], stub40[],
    stub70[], stub71[], stub74[], stub75[], int76[], stub_master[], stub_slave[], int_iret[],
    floppy_table[], video_table[];
extern u8 font_fixed[1024];                            /* F000:FA6E, where programs look */
extern const u8 font8x8[];                              /* vga/font.c */

#define SET(n, stub) vector_set(n, 0xf000, (u32)(stub))

static void vectors_init(void)
{
    for (u32 i = 0; i < 0x78; i++)
        SET(i, int_iret);
    for (u32 i = 0x60; i < 0x68; i++)                   /* free for programs, which look for 0 */
        vector_set(i, 0, 0);
    for (u32 i = 0x78; i < 0x100; i++)
        vector_set(i, 0, 0);
    for (u32 i = 0x0a; i < 0x10; i++)
        SET(i, stub_master);
    for (u32 i = 0x71; i < 0x78; i++)
        SET(i, stub_slave);
    SET(0x02, stub02);
    SET(0x05, stub05);
    SET(0x08, int08);
    SET(0x09, stub09);
    SET(0x0e, stub0e);
    SET(0x10, stub10);
    SET(0x11, stub11);
    SET(0x12, stub12);
    SET(0x13, stub13);
    SET(0x14, stub14);
    SET(0x15, stub15);
    SET(0x16, stub16);
    SET(0x17, stub17);
    SET(0x18, stub18);
    SET(0x19, stub19);
    SET(0x1a, stub1a);
    SET(0x1e, floppy_table);
    SET(0x1d, video_table);
    SET(0x1f, font8x8 + 1024);
    SET(0x40, stub40);
    vector_set(0x41, EBDA_SEG, 0x3d);
    vector_set(0x43, 0xf000, (u32)font_fixed);
    vector_set(0x46, EBDA_SEG, 0x4d);
    SET(0x70, stub70);
    SET(0x71, stub71);
    SET(0x74, stub74);
    SET(0x75, stub75);
    SET(0x76, int76);
    SET(0x77, int76);
}

static void bda_init(void)
{
    for (u32 i = 0; i < 0x100; i++)
        *(volatile LOWMEM u8 *)(0x400 + i) = 0;
    for (u32 i = 0; i < 1024; i++)
        far8_set(EBDA_SEG, (u16)i, 0);
    far8_set(EBDA_SEG, 0, 1);
    bda->ebda_seg = EBDA_SEG;
    bda->base_kb = 639;
    bda->equipment = 0x0022;                             /* FPU, 80x25 colour */
    bda->kb_head = bda->kb_tail = bda->kb_start = 0x1e;
    bda->kb_end = 0x3e;
}

static void pic_init(void)
{
    static const u8 master[] = { 0x08, 0x04, 0x01 }, slave[] = { 0x70, 0x02, 0x01 };
    outb(0x20, 0x11);
    outb(0xa0, 0x11);
    for (u32 i = 0; i < 3; i++) {
        outb(0x21, master[i]);
        outb(0xa1, slave[i]);
    }
    outb(0x21, 0xb8);                                    /* open: timer, keyboard, slave, floppy */
    outb(0xa1, 0x8f & ~0x10);                            /* mouse, FPU, disks */
}

static void timers_and_dma_init(void)
{
    outb(0x43, 0x36);                                    /* channel 0: mode 3, 65536 */
    outb(0x40, 0);
    outb(0x40, 0);
    outb(0x43, 0x54);                                    /* channel 1: refresh */
    outb(0x41, 18);
    outb(0x43, 0xb6);                                   /* channel 2: the speaker's 1 kHz, silent */
    outb(0x42, 0xa9);
    outb(0x42, 0x04);
    outb(0x61, inb(0x61) & 0x0c);
    outb(0x0d, 0);                                     /* DMA: master clear, cascade on channel 4 */
    outb(0xda, 0);
    outb(0xd6, 0xc0);
    outb(0xd4, 0x00);
}

static void fpu_init(void)
{
    __asm__ volatile("movl %%cr0, %%eax\n\tandb $0xf1, %%al\n\tmovl %%eax, %%cr0\n\tfninit"
                     : : : "eax");
}

/* PCI Firmware Specification 3.0, 5.2: AX is the function whose ROM it is. Plug and Play BIOS
 * Specification 1.0A, 3.3: ES:DI is the "$PnP" structure; BX and DX are for ISA cards. */
static void rom_init(u32 at)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ax = memory.rom_bdf[(at - 0xc0000) >> 11];
    r.bx = r.dx = 0xffff;
    r.es = 0xf000;
    r.di = (u16)(u32)pnp_header;
    far_call((at >> 4) << 16 | 3, &r);
}

/* Runs the initialisation of every ROM that begins in a range and whose bytes add up to 0; where
 * the last ends. */
static u32 roms_scan(u32 from, u32 to)
{
    u32 at = from;
    while (at < to) {
        u16 seg = (u16)(at >> 4);
        u32 n = far16(seg, 0) == 0xaa55 ? far8(seg, 2) * 512u : 0;
        u8 sum = 0;
        for (u32 i = 0; i < n; i++) {
            far_seg((u16)((at + (i & 0xf000)) >> 4));
            sum = (u8)(sum + *(volatile FARMEM u8 *)(i & 0xfff));
        }
        if (n && !sum) {
            rom_init(at);
            at = (at + n + 2047) & ~2047u;
        } else {
            at += 2048;
        }
    }
    return at;
}

static void screen_init(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ax = 0x0003;
    int_call(0x10, &r);
}

void post16(void)
{
    vectors_init();
    memcpy(font_fixed, font8x8, sizeof font_fixed);
    bda_init();
    pic_init();
    timers_and_dma_init();
    fpu_init();
    kbd_init();
    rtc_init();
    ports_init();
    pnp_init();                            /* for option ROMs; once more when drives are known */
    sti();
    u32 next_rom = roms_scan(0xc0000, 0xc8000);
    screen_init();
    print("Vitrine BIOS, ");
    print_dec(memory.low >> 10);
    print(" KB        F12: boot menu\n");
    u32 shown = bda->ticks;
    floppy_init();
    disks_init();
    roms_scan(next_rom, 0xe0000);
    pnp_init();
    if (boot_menu_wanted(shown))
        boot_choose();
    struct regs r;
    memset(&r, 0, sizeof r);
    int_call(0x19, &r);
}
