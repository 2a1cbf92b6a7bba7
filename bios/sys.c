/* SPDX-License-Identifier: BSD-2-Clause */
/* INT 05h, 11h, 12h, 15h (89h is in entry.S), NMI, and the hardware interrupts nobody claims. */
#include "bios.h"

extern const u8 config_table[];
extern const u8 copy32[];                               /* post32.c */

void int10_none(struct regs *r) { }                      /* before, or without, a video BIOS */
void int11(struct regs *r) { r->ax = bda->equipment; }
void int12(struct regs *r) { r->ax = bda->base_kb; }

void nmi(struct regs *r)
{
    print("\nNMI\n");
}

void irq13(struct regs *r)
{
    outb(0xf0, 0);
    irq_eoi_slave();
    struct regs none;
    memset(&none, 0, sizeof none);
    int_call(0x02, &none);
}

static u8 in_service(u16 port)
{
    outb(port, 0x0b);
    return inb(port);
}

/* An interrupt nobody handles: mask it, as the AT does; a spurious one has nothing in service. */
void irq_master(struct regs *r)
{
    u8 isr = in_service(0x20);
    if (!isr)
        return;
    bda->last_int = isr;
    outb(0x21, (u8)(inb(0x21) | (isr & ~0x04)));
    outb(0x20, 0x20);
}

void irq_slave(struct regs *r)
{
    u8 isr = in_service(0xa0);
    if (isr) {
        outb(0xa1, (u8)(inb(0xa1) | isr));
        outb(0xa0, 0x20);
    }
    outb(0x20, 0x20);
}

/* IRQ 9 is where IRQ 2 was on a PC: for a program that has hooked that, it comes there. */
void irq9(struct regs *r)
{
    struct regs none;
    if (vector_get(0x0a) >> 16 == 0xf000) {
        irq_slave(r);
        return;
    }
    outb(0xa0, 0x20);
    memset(&none, 0, sizeof none);
    int_call(0x0a, &none);
}

static u16 timer_count(void)
{
    outb(0x43, 0x00);                                    /* latch channel 0 */
    u8 lo = inb(0x40);
    return (u16)(lo | inb(0x40) << 8);
}

static int print_screen_char(u8 c)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.al = c;
    int_call(0x17, &r);
    return !(r.ah & 0x29);
}

static int print_new_line(void) { return print_screen_char('\r') && print_screen_char('\n'); }

static void cursor_to(struct regs *v, u16 place)
{
    v->ax = 0x0200;
    v->dx = place;
    int_call(0x10, v);
}

/* Prints the text screen; 50:0 is 1 while at it, FFh after an error. */
void int05(struct regs *r)
{
    volatile LOWMEM u8 *state = (volatile LOWMEM u8 *)0x500;
    u16 cols = *(volatile LOWMEM u16 *)0x44a;
    u8 last = *(volatile LOWMEM u8 *)0x484;              /* row; 0: no VGA set it */
    if (*state == 1)
        return;
    *state = 1;
    sti();
    struct regs v;
    memset(&v, 0, sizeof v);
    v.ax = 0x0300;
    v.bh = *(volatile LOWMEM u8 *)0x462;
    int_call(0x10, &v);
    u16 place = v.dx;
    int ok = print_new_line();
    for (u32 y = 0; y <= (last ? last : 24) && ok; y++) {
        for (u32 x = 0; x < cols && ok; x++) {
            cursor_to(&v, (u16)(y << 8 | x));
            v.ax = 0x0800;
            int_call(0x10, &v);
            ok = print_screen_char(v.al ? v.al : ' ');
        }
        ok = ok && print_new_line();
    }
    cursor_to(&v, place);
    *state = ok ? 0 : 0xff;
}

/* AH=24h and port 92h */
static void a20(struct regs *r)
{
    u8 v = inb(0x92);
    r->ah = 0;
    clear_cf(r);
    switch (r->al) {
    case 0: outb(0x92, v & 0xfc); return;
    case 1: outb(0x92, (v & 0xfe) | 2); return;
    case 2: r->al = v >> 1 & 1; return;
    case 3: r->bx = 3; return;
    default:
        r->ah = 0x86;
        set_cf(r);
    }
}

/* AH=87h: CX words between the addresses in two descriptors of the caller's table at ES:SI. */
static u32 descriptor_base(u16 seg, u16 off)
{
    return (far32(seg, (u16)(off + 2)) & 0xffffff) | (u32)far8(seg, (u16)(off + 7)) << 24;
}

static void block_move(struct regs *r)
{
    u32 cr0;
    __asm__ volatile("smsw %w0" : "=r"(cr0));
    r->ah = 3;
    set_cf(r);
    if (cr0 & 1 || r->cx > 0x8000)                       /* not from virtual-8086 mode */
        return;
    u32 src = descriptor_base(r->es, (u16)(r->si + 0x10));
    u32 dst = descriptor_base(r->es, (u16)(r->si + 0x18));
    u8 gate = inb(0x92);
    outb(0x92, (gate & 0xfe) | 2);
    call32((u32)copy32, dst, src, (u32)r->cx * 2);
    if (!(gate & 2))
        outb(0x92, gate & 0xfe);
    r->ah = 0;
    clear_cf(r);
}

/* For programs that switch tasks: when the BIOS waits for a device, and when that is done. */
static int device(u16 ax)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ax = ax;
    int_call(0x15, &r);
    return r.flags & F_CF;
}
int device_busy(u8 what) { return device((u16)(0x9000 | what)); }
void device_ready(u8 what) { device((u16)(0x9100 | what)); }

static void unsupported(struct regs *r)
{
    r->ah = 0x86;
    set_cf(r);
}

static void good(struct regs *r)
{
    r->ah = 0;
    clear_cf(r);
}

/* AH=84h: the game port's switches, or how long its four one-shots take, in sixteenths of what the
 * timer counts. */
static void joystick(struct regs *r)
{
    u16 start, now, time[4] = { 0 };
    u8 left = 0x0f;
    clear_cf(r);
    if (r->dx == 0) {
        r->al = inb(0x201) & 0xf0;
        return;
    }
    if (r->dx != 1) {
        unsupported(r);
        return;
    }
    u32 f = flags_save_cli();
    start = timer_count();
    outb(0x201, 0xff);
    do {
        u8 v = inb(0x201);
        now = (u16)(start - timer_count());
        for (u32 i = 0; i < 4; i++)
            if (left >> i & 1 && !(v >> i & 1)) {
                time[i] = now >> 5;                      /* the timer counts by two in its mode 3 */
                left = (u8)(left & ~(1u << i));
            }
    } while (left && now < 0x4000);
    flags_restore(f);
    r->ax = time[0];
    r->bx = time[1];
    r->cx = time[2];
    r->dx = time[3];
}

static void extended_size(struct regs *r)
{
    u32 kb = (memory.low - 0x100000) >> 10;
    r->ax = (u16)(kb > 0xfc00 ? 0xfc00 : kb);
    clear_cf(r);
}

/* AH=8Ah: the same, without a limit of 64 MB. */
static void large_size(struct regs *r)
{
    u32 kb = (memory.low - 0x100000) >> 10;
    r->ax = (u16)kb;
    r->dx = (u16)(kb >> 16);
    clear_cf(r);
}

static void configuration(struct regs *r)
{
    r->es = 0xf000;
    r->bx = (u16)(u32)config_table;
    good(r);
}

void int15(struct regs *r) /* long: table */
{
    switch (r->ah) {
    case 0x24: a20(r); return;
    case 0x4f: set_cf(r); return;                        /* keyboard hook: key goes on */
    case 0x52: good(r); return;                          /* a disc is to be ejected: nobody minds */
    case 0x53: int15_apm(r); return;
    /* devices and programs come and go: for hooks */
    case 0x80: case 0x81: case 0x82: good(r); return;
    case 0x83: wait_event(r); return;
    case 0x84: joystick(r); return;
    case 0x85: good(r); return;                          /* SysRq */
    case 0x86: wait_now(r); return;
    case 0x87: block_move(r); return;
    case 0x88: extended_size(r); return;
    case 0x8a: large_size(r); return;
    case 0x90: case 0x91: good(r); return;      /* device busy, device ready: nobody to switch to */
    case 0xc0: configuration(r); return;
    case 0xc1:
        r->es = bda->ebda_seg;
        clear_cf(r);
        return;
    case 0xc2: int15_mouse(r); return;
    case 0xe8: e820(r); return;
    default: unsupported(r);                             /* 89h is in entry.S */
    }
}
