/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 32-bit part of POST: shadow RAM for the BIOS itself, the size of memory, PCI, tables.
 * Until shadow_open() returns, code runs from ROM and nothing here is writable.
 *
 * i440FX data sheet (82441FX, PAM registers 59h-5Fh): two bits read and write enable for each 16
 * KB.
 */
#include "post32.h"

void post32(void);
void copy32(u32 dst, u32 src, u32 n);

void *memcpy(void *d, const void *s, u32 n)
{
    void *r = d;
    __asm__ volatile("cld\n\trep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
    return r;
}

void *memset(void *p, int c, u32 n)
{
    void *r = p;
    __asm__ volatile("cld\n\trep stosb" : "+D"(p), "+c"(n) : "a"(c) : "memory");
    return r;
}

/* INT 15h/87h: moves n bytes, by double words where it can. */
void copy32(u32 dst, u32 src, u32 n)
{
    u32 dwords = n >> 2;
    __asm__ volatile("cld\n\trep movsl" : "+D"(dst), "+S"(src), "+c"(dwords) : : "memory");
    n &= 3;
    __asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}

static int host_bridge(void)
{
    outl(0xcf8, 0x80000000);
    return inl(0xcf8) == 0x80000000 && pci_read(0, 0, 4) == 0x12378086;
}

/* Copies the ROM below 4 GB, where no shadow RAM covers it, to E0000h. Runs up there too, since at
 * E0000h its own instructions vanish halfway: so it must not touch constants. Without PCI the RAM
 * is open always. */
static void shadow_open(int pci)
{
    if (pci) {
        pci_write(0, 0x59, 0x30, 1);       /* F0000-FFFFF: RAM for reads and writes */
        pci_write(0, 0x5e, 0x33, 1);       /* E0000-EFFFF */
        pci_write(0, 0x5f, 0x33, 1);
    }
    memcpy((void *)0xe0000, (const void *)0xfffe0000, 0x20000);
}

/* CMOS as the machine's maker fills it: 34/35h count 64 KB above 16 MB, 30/31h KB above 1 MB,
 * 5B-5Dh 64 KB above 4 GB. */
static void memory_size(void)
{
    struct memory_info *m = &SEG16(memory);
    u32 above16 = cmos_read(0x34) | (u32)cmos_read(0x35) << 8;
    u32 kb = cmos_read(0x30) | (u32)cmos_read(0x31) << 8;
    if (!kb)
        kb = cmos_read(0x17) | (u32)cmos_read(0x18) << 8;
    m->low = above16 ? (above16 << 16) + 0x1000000 : (kb << 10) + 0x100000;
    m->high = (u64)(cmos_read(0x5b) | (u32)cmos_read(0x5c) << 8 | (u32)cmos_read(0x5d) << 16) << 16;
}

static int has_cpuid(void)
{
    u32 a, b;
    __asm__ volatile("pushfl\n\tpopl %0\n\tmovl %0, %1\n\t"
                     "xorl $0x200000, %0\n\tpushl %0\n\tpopfl\n\t"
                     "pushfl\n\tpopl %0" : "=&r"(a), "=&r"(b) : : "cc");
    return (a ^ b) >> 21 & 1;
}

int cpuid(u32 leaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
    if (!has_cpuid())
        return 0;
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf));
    return 1;
}

int apic_there(void)
{
    u32 a, b, c, d;
    return cpuid(1, &a, &b, &c, &d) && d & 0x200;
}

/* A local APIC stands between the 8259s and the processor: let it pass their interrupts (Intel
 * MultiProcessor Specification 1.4, 3.6.2.2: virtual wire mode). */
static void apic_virtual_wire(void)
{
    if (!apic_there())
        return;
    volatile u32 *apic = (volatile u32 *)0xfee00000;
    apic[0xf0 / 4] = 0x1ff;                /* enabled; spurious vector FFh */
    apic[0x350 / 4] = 0x00700;             /* LINT0: ExtINT */
    apic[0x360 / 4] = 0x00400;             /* LINT1: NMI */
}

void post32(void)
{
    int pci = host_bridge();
    void (*volatile open)(int) = (void (*)(int))((u32)shadow_open + 0xfff00000);
    open(pci);
    memset(&SEG16(memory), 0, sizeof(struct memory_info));
    memory_size();
    mtrr_setup();
    apic_virtual_wire();
    SEG16(memory).pci = (u8)pci;
    SEG16(memory).rom_end = 0xc0000;
    if (pci) {
        pci_setup();
        roms_copy();
    }
    tables_setup();
}
