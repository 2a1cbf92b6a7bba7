/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI: finds the functions on bus 0, gives each base address register its window, routes the
 * interrupt pins, switches the chipset's own parts on.
 *
 * PCI Local Bus Specification 2.1; data sheets of the 82371AB (PIIX4) and of the 82371SB (PIIX3),
 * whose routing is the same.
 * Interrupt pin p (1: INTA) of device d is on PIRQ (d + p - 2) mod 4 (0: A), as this board and its
 * kin are wired; PIRQA, C: IRQ 10, PIRQB, D: IRQ 11.
 * Not done: bridges to further buses.
 */
#include "post32.h"

enum { PM_BASE = 0x600, SMB_BASE = 0x700 };

static const u8 pirq_irq[4] = { 10, 11, 10, 11 };

struct window { u32 io, mem; };

u32 pci_read(u32 bdf, u32 reg, u32 size)
{
    outl(0xcf8, 0x80000000 | bdf << 8 | (reg & 0xfc));
    u32 v = inl(0xcfc) >> (reg & 3) * 8;
    return size == 4 ? v : v & ((1u << size * 8) - 1);
}

void pci_write(u32 bdf, u32 reg, u32 v, u32 size)
{
    outl(0xcf8, 0x80000000 | bdf << 8 | (reg & 0xfc));
    u16 port = (u16)(0xcfc + (reg & 3));
    if (size == 1)
        outb(port, (u8)v);
    else if (size == 2)
        outw(port, (u16)v);
    else
        outl(port, v);
}

/* The next free address for a window of 'size' (a power of two), at least 'least' apart. */
static u32 place(u32 *next, u32 size, u32 least)
{
    u32 a = (*next + size - 1) & ~(size - 1);
    *next = a + (size < least ? least : size);
    return a;
}

/* One register; returns how many it occupies. */
static u32 bar_assign(u32 bdf, u32 reg, struct window *w)
{
    pci_write(bdf, reg, 0xffffffff, 4);
    u32 v = pci_read(bdf, reg, 4);
    if (!v)
        return 1;
    if (v & 1) {
        u32 size = (~(v & 0xfffc) + 1) & 0xffff;
        pci_write(bdf, reg, size ? place(&w->io, size, 1) : 0, 4);
        return 1;
    }
    u32 size = ~(v & 0xfffffff0) + 1;
    pci_write(bdf, reg, size ? place(&w->mem, size, 0x1000) : 0, 4);
    if ((v & 6) != 4)
        return 1;
    pci_write(bdf, reg + 4, 0, 4);
    return 2;
}

static void function_setup(u32 bdf, struct window *w)
{
    u32 class = pci_read(bdf, 0x0a, 2);
    u32 header = pci_read(bdf, 0x0e, 1) & 0x7f;
    u32 pin = pci_read(bdf, 0x3d, 1);
    u32 bars = header == 0 ? 6 : 0;
    if (class == 0x0101 && !(pci_read(bdf, 0x09, 1) & 5)) {
        pci_write(bdf, 0x40, 0x80008000, 4);             /* IDE timing: decode both channels */
        bars = 0;
        bar_assign(bdf, 0x20, w);
    }
    for (u32 i = 0; i < bars;)
        i += bar_assign(bdf, 0x10 + i * 4, w);
    if (pin)
        pci_write(bdf, 0x3c, pirq_irq[((bdf >> 3) + pin - 2) & 3], 1);
    if (class != 0x0600)
        pci_write(bdf, 0x04, pci_read(bdf, 0x04, 2) | (class == 0x0101 ? 5 : 3), 2);
}

static void piix_setup(u32 bdf, u32 id)
{
    if (id == 0x70008086 || id == 0x71108086) {    /* ISA bridge: the routing, and its IRQs level */
        for (u32 i = 0; i < 4; i++)
            pci_write(bdf, 0x60 + i, pirq_irq[i], 1);
        outb(0x4d0, 0x00);
        outb(0x4d1, 0x0c);
    }
    if (id == 0x71108086) {
        pci_write(bdf, 0xb0, 1, 1);              /* GENCFG: a whole ISA bus */
        pci_write(bdf, 0x4e, 0x0033, 2);         /* XBCS: clock, keyboard, mouse, FERR# */
    }
    if (id == 0x71138086) {                              /* power management: SCI is IRQ 9 */
        pci_write(bdf, 0x3c, 9, 1);
        pci_write(bdf, 0x40, PM_BASE | 1, 4);
        pci_write(bdf, 0x80, 1, 1);                      /* PMREGMISC: decode PMBA */
        pci_write(bdf, 0x90, SMB_BASE | 1, 4);
        pci_write(bdf, 0xd2, pci_read(bdf, 0xd2, 1) | 0x09, 1);
        SEG16(memory).pm_base = PM_BASE;
        outb(0x4d1, 0x0e);
    }
}

/* Display controllers first: their frame buffer then lies at E0000000h. */
void pci_setup(void)
{
    struct window w = { 0xc000, SEG16(memory).low > 0xe0000000 ? 0xf0000000 : 0xe0000000 };
    for (u32 pass = 0; pass < 2; pass++) {
        for (u32 bdf = 0; bdf < 0x100; bdf++) {
            u32 id = pci_read(bdf, 0, 4);
            if (id == 0xffffffff || id == 0) {
                if (!(bdf & 7))
                    bdf |= 7;
                continue;
            }
            u32 display = pci_read(bdf, 0x0b, 1) == 3;
            if (display == (pass == 0)) {
                function_setup(bdf, &w);
                piix_setup(bdf, id);
            }
            if (!(bdf & 7) && !(pci_read(bdf, 0x0e, 1) & 0x80))
                bdf |= 7;
        }
    }
}
