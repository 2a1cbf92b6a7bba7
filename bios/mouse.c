/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PS/2 mouse: INT 15h/C2xxh for drivers, IRQ 12 collecting packets.
 * IBM PS/2 and PC BIOS Interface Technical Reference, INT 15h, AH = C2h.
 */
#include "bios.h"

/* GS is the EBDA's segment throughout (programs move it: 40:0E says where); int15_mouse() and
 * irq12() see to that. */
#define ebda ((volatile FARMEM struct ebda *)0)

enum { FLAGS1_INDEX = 7, FLAGS2_SIZE = 7, FLAGS2_HANDLER = 0x80 };
enum { OK = 0, E_FUNCTION = 1, E_INPUT = 2, E_INTERFACE = 3, E_RESEND = 4, E_NO_HANDLER = 5 };

/* The controller's command byte: bit 1 lets IRQ 12 out, bit 5 stops the mouse's clock. */
static void port_enable(int irq)
{
    i8042_command(0x20);
    int cmd = i8042_read();
    if (cmd < 0)
        return;
    i8042_command(0x60);
    i8042_data((u8)(irq ? (cmd | 2) & ~0x20 : (cmd & ~2) & ~0x20));
}

/* Sends a byte to the mouse; true when it acknowledged. Bytes of old packets before it are dropped.
 * */
int i8042_send_mouse(u8 c)
{
    i8042_command(0xd4);
    i8042_data(c);
    for (u32 n = 0; n < 8; n++) {
        int v = i8042_read();
        if (v == 0xfa || v < 0)
            return v == 0xfa;
    }
    return 0;
}

static u8 command(u8 c)
{
    return i8042_send_mouse(c) ? OK : E_INTERFACE;
}

static u8 command2(u8 c, u8 arg)
{
    return i8042_send_mouse(c) && i8042_send_mouse(arg) ? OK : E_INTERFACE;
}

static u8 reset(struct regs *r)
{
    if (!i8042_send_mouse(0xff))
        return E_INTERFACE;
    int bat = i8042_read(), id = i8042_read();
    if (bat < 0 || id < 0)
        return E_INTERFACE;
    r->bl = (u8)bat;
    r->bh = (u8)id;
    return OK;
}

static u8 sample_rate(u8 code)
{
    static const u8 rates[] = { 10, 20, 40, 60, 80, 100, 200 };
    return code < ARRAY_LEN(rates) ? command2(0xf3, rates[code]) : E_INPUT;
}

static u8 initialise(struct regs *r)
{
    if (r->bh == 0 || r->bh > 8)
        return E_INPUT;
    ebda->mouse_flags2 = (u8)((ebda->mouse_flags2 & FLAGS2_HANDLER) | (r->bh - 1));
    ebda->mouse_flags1 = 0;
    return reset(r);
}

static u8 extended(struct regs *r)
{
    switch (r->bh) {
    case 0: {
        u8 e = command(0xe9);
        if (e)
            return e;
        r->bl = (u8)i8042_read();
        r->cl = (u8)i8042_read();
        r->dl = (u8)i8042_read();
        return OK;
    }
    case 1: return command(0xe6);
    case 2: return command(0xe7);
    default: return E_FUNCTION;
    }
}

static u8 enable(u8 on)
{
    if (on > 1)
        return E_INPUT;
    if (on && !(ebda->mouse_flags2 & FLAGS2_HANDLER))
        return E_NO_HANDLER;
    ebda->mouse_flags1 = 0;
    return command(on ? 0xf4 : 0xf5);
}

static u8 set_handler(struct regs *r)
{
    ebda->mouse_off = r->bx;
    ebda->mouse_seg = r->es;
    if (r->bx || r->es)
        ebda->mouse_flags2 |= FLAGS2_HANDLER;
    else
        ebda->mouse_flags2 &= (u8)~FLAGS2_HANDLER;
    return OK;
}

static u8 dispatch(struct regs *r)
{
    switch (r->al) {
    case 0: return enable(r->bh);
    case 1: return reset(r);
    case 2: return sample_rate(r->bh);
    case 3: return r->bh < 4 ? command2(0xe8, r->bh) : E_INPUT;
    case 4: {
        u8 e = command(0xf2);
        if (!e)
            r->bh = (u8)i8042_read();
        return e;
    }
    case 5: return initialise(r);
    case 6: return extended(r);
    case 7: return set_handler(r);
    default: return E_FUNCTION;
    }
}

void int15_mouse(struct regs *r)
{
    u32 f = flags_save_cli();
    far_seg(bda->ebda_seg);
    if (r->al != 7) {
        port_enable(0);
        i8042_command(0xad);
    }
    r->ah = dispatch(r);
    if (r->al != 7) {
        i8042_command(0xae);
        port_enable(1);
        outb(0xa1, inb(0xa1) & ~0x10);
    }
    flags_restore(f);
    if (r->ah)
        set_cf(r);
    else
        clear_cf(r);
}

void irq12(struct regs *r)
{
    if ((inb(0x64) & 0x21) != 0x21) {
        irq_eoi_slave();
        return;
    }
    far_seg(bda->ebda_seg);
    u8 v = inb(0x60), n = ebda->mouse_flags1 & FLAGS1_INDEX;
    if (!(ebda->mouse_flags2 & FLAGS2_HANDLER)) {
        irq_eoi_slave();
        return;
    }
    ebda->mouse_data[n] = v;
    if (n < (ebda->mouse_flags2 & FLAGS2_SIZE)) {
        ebda->mouse_flags1 = (u8)(n + 1);
        irq_eoi_slave();
        return;
    }
    ebda->mouse_flags1 = 0;
    irq_eoi_slave();
    mouse_call((u32)ebda->mouse_seg << 16 | ebda->mouse_off, ebda->mouse_data[0],
               ebda->mouse_data[1],
               ebda->mouse_data[2]);
}
