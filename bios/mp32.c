/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts through an I/O APIC, where the board has one: the MP configuration table and ACPI's
 * MADT. Without it there is neither, and systems use the 8259s. One processor.
 *
 * Intel MultiProcessor Specification 1.4, chapter 4; ACPI Specification 1.0b, 5.2.8.
 * Inputs 0-15 are the ISA interrupts, but the timer is on input 2; PCI's pins come in where the
 * PIRQ registers put them.
 */
#include "post32.h"

enum { APIC = 0xfee00000, IOAPIC = 0xfec00000, PCI_BUS = 0, ISA_BUS = 1, LEVEL_HIGH = 0x0d };

extern u8 mp_floating[];                   /* tables.c */

static u8 table[1024] __attribute__((aligned(16)));
static u8 madt[128] __attribute__((aligned(16)));

static u8 sum(const u8 *p, u32 n)
{
    u8 s = 0;
    while (n--)
        s = (u8)(s + *p++);
    return s;
}

/* True when there is an I/O APIC: its version register says how many inputs it has. */
static int ioapic_there(void)
{
    volatile u32 *io = (volatile u32 *)IOAPIC;
    if (!apic_there())
        return 0;
    io[0] = 1;
    u32 version = io[4];
    return version != 0xffffffff && (version & 0xff) && (version >> 16 & 0xff) >= 15;
}

static u8 apic_id(void) { return (u8)(*(volatile u32 *)(APIC + 0x20) >> 24); }
static u8 ioapic_id(void) { return (u8)(apic_id() + 1); }

/* ---- MP configuration table ---- */
static u32 used, entries;

static void entry(const void *p, u32 n)
{
    memcpy(table + used, p, n);
    used += n;
    entries++;
}

/* kind: 3 an I/O interrupt, 4 a local one; type: 0 INT, 1 NMI, 3 ExtINT */
static void interrupt(u8 kind, u8 type, u8 bus, u8 irq, u8 apic, u8 input)
{
    const u8 e[8] = { kind, type, 0, 0, bus, irq, apic, input };
    entry(e, sizeof e);
}

/* The interrupt line register has what POST routed the pin to. */
static u32 pci_interrupts(void)
{
    u32 seen = 0;
    for (u32 bdf = 8; bdf < 0x100; bdf++) {
        u32 id = pci_read(bdf, 0, 4);
        if (id == 0xffffffff || !id)
            continue;
        u32 pin = pci_read(bdf, 0x3d, 1), irq = pci_read(bdf, 0x3c, 1);
        if (!pin || irq > 15 || irq == 9)  /* the power management's is ISA's 9 */
            continue;
        seen |= 1u << irq;
        interrupt(3, 0, PCI_BUS, (u8)((bdf >> 3) << 2 | (pin - 1)), ioapic_id(), (u8)irq);
    }
    return seen;
}

static void mp_table(void)
{
    u32 a, b, c, d;
    static const u8 buses[2][8] = { { 1, PCI_BUS, 'P', 'C', 'I', ' ', ' ', ' ' },
                                    { 1, ISA_BUS, 'I', 'S', 'A', ' ', ' ', ' ' } };
    memset(table, 0, sizeof table);
    memcpy(table, "PCMP", 4);
    table[6] = 4;
    memcpy(table + 8, "VITRINE PC          ", 20);
    *(u32 *)(table + 36) = APIC;
    used = 44;
    entries = 0;

    cpuid(1, &a, &b, &c, &d);
    u8 cpu[20] = { 0, apic_id(), (u8)*(volatile u32 *)(APIC + 0x30), 3 };  /* enabled, boots */
    memcpy(cpu + 4, &a, 4);
    memcpy(cpu + 8, &d, 4);
    entry(cpu, sizeof cpu);
    entry(buses[0], 8);
    entry(buses[1], 8);
    u8 io[8] = { 2, ioapic_id(), 0x11, 1, 0, 0, IOAPIC >> 16 & 0xff, IOAPIC >> 24 };
    entry(io, sizeof io);
    u32 pci = pci_interrupts();
    for (u8 i = 0; i < 16; i++)
        if (i != 2 && !(pci >> i & 1))
            interrupt(3, 0, ISA_BUS, i, ioapic_id(), i ? i : 2);
    interrupt(4, 3, ISA_BUS, 0, 0xff, 0);
    interrupt(4, 1, ISA_BUS, 0, 0xff, 1);

    *(u16 *)(table + 4) = (u16)used;
    *(u16 *)(table + 34) = (u16)entries;
    table[7] = (u8)-sum(table, used);
    u8 *f = &SEG16(mp_floating[0]);
    signature(f, '_', "MP_", 4);
    *(u32 *)(f + 4) = (u32)table;
    f[8] = 1;
    f[9] = 4;
    f[10] = (u8)-sum(f, 16);
}

/* ---- MADT ---- */
static void madt_build(void)
{
    u8 *p = madt;
    memset(p, 0, sizeof madt);
    memcpy(p, "APIC", 4);
    p[8] = 1;
    memcpy(p + 10, "VITRINVITRINE ", 14);
    *(u32 *)(p + 24) = 1;
    memcpy(p + 28, "VTRN", 4);
    *(u32 *)(p + 32) = 1;
    *(u32 *)(p + 36) = APIC;
    *(u32 *)(p + 40) = 1;                  /* and there are two 8259s */
    u32 n = 44;
    const u8 cpu[8] = { 0, 8, 0, apic_id(), 1 };
    const u8 io[12] = { 1, 12, ioapic_id(), 0, 0, 0, IOAPIC >> 16 & 0xff, IOAPIC >> 24 };
    memcpy(p + n, cpu, 8);
    memcpy(p + n + 8, io, 12);
    n += 20;
    static const u8 irq[5] = { 0, 5, 9, 10, 11 };
    for (u32 i = 0; i < 5; i++, n += 10) {
        const u8 input = irq[i] ? irq[i] : 2, how = irq[i] ? LEVEL_HIGH : 0;
        const u8 o[10] = { 2, 10, 0, irq[i], input, 0, 0, 0, how };
        memcpy(p + n, o, 10);
    }
    const u8 nmi[6] = { 4, 6, 0xff, 0, 0, 1 };
    memcpy(p + n, nmi, 6);
    n += 6;
    *(u32 *)(p + 4) = n;
    p[9] = (u8)-sum(p, n);
}

/* The MADT, or 0 when there is no I/O APIC. */
u32 mp_setup(void)
{
    memset(&SEG16(mp_floating[0]), 0, 16);
    if (!ioapic_there())
        return 0;
    volatile u32 *io = (volatile u32 *)IOAPIC;
    io[0] = 0;
    io[4] = (u32)ioapic_id() << 24;        /* it must answer by the number that the tables say */
    mp_table();
    madt_build();
    return (u32)madt;
}
