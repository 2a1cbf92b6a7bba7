/* SPDX-License-Identifier: BSD-2-Clause */
/* What the machine is, for inventories: SMBIOS 2.4 (DMTF DSP0134), the required structures. */
#include "post32.h"

static u8 table[1024];
static u32 used, count, largest;

extern u8 smbios_entry[];

/* Appends one structure: formatted bytes, then its strings, each ended by NUL in 'strings', which
 * ends by two. */
static u8 *add(u32 type, const void *body, u32 n, const char *strings)
{
    u32 start = used;
    u8 *p = table + used;
    p[0] = (u8)type;
    p[1] = (u8)(n + 4);
    p[2] = (u8)type;                       /* the handle: one structure a type */
    p[3] = 0x10;
    memcpy(p + 4, body, n);
    used += n + 4;
    u32 first = used;
    while (*strings) {
        do
            table[used++] = (u8)*strings;
        while (*strings++);
    }
    if (used == first)
        table[used++] = 0;
    table[used++] = 0;
    if (used - start > largest)
        largest = used - start;
    count++;
    return p;
}

/* Text after a structure: the strings of 'numbers' 1, 2 ... in turn. */
static char strings[128];
static u32 strings_used;

static void string(const char *s)
{
    if (!*s)
        s = "unknown";                     /* an empty one would end the set */
    while (*s)
        strings[strings_used++] = *s++;
    strings[strings_used++] = 0;
    strings[strings_used] = 0;
}

/* What a signature of CPUID is called: SMBIOS's number of the family, and a name. */
static const char *processor_name(u32 signature, u8 *number)
{
    static const struct { u16 from; u8 number; const char *name; } names[] = {
        { 0x670, 0x11, "Pentium III" }, { 0x630, 0x0d, "Pentium II" },
        { 0x600, 0x0c, "Pentium Pro" }, { 0x540, 0x0e, "Pentium with MMX" },
        { 0x500, 0x0b, "Pentium" },     { 0x400, 0x06, "486" }, { 0, 1, "" },
    };
    u32 i = 0;
    while ((signature & 0xfff) < names[i].from)
        i++;
    *number = names[i].number;
    return names[i].name;
}

static u32 stamp(void)
{
    u32 v;
    __asm__ volatile("rdtsc" : "=a"(v) : : "edx");
    return v;
}

/* What RDTSC counts, in MHz: 5 ms by the timer's channel 2, which the rest of POST sets up anew. */
static u16 speed(void)
{
    enum { MS = 5, COUNT = 1193182 * MS / 1000 };
    outb(0x61, (inb(0x61) & 0x0c) | 0x01);               /* its gate; the speaker stays off */
    outb(0x43, 0xb0);
    outb(0x42, COUNT & 0xff);
    outb(0x42, COUNT >> 8);
    u32 start = stamp();
    while (!(inb(0x61) & 0x20))
        ;
    return (u16)((stamp() - start + MS * 500) / (MS * 1000));
}

/* The processor as CPUID has it: its maker, its family's code and name, identifier and features. */
static void processor(void)
{
    u8 t[28] = { 1, 3, [3] = 2, [12] = 3, 0xa1, [20] = 0x41, 1,      /* 3.3 V */
                 [22] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    u32 a = 0, b, c, d = 0, maker[4] = { 0, 0, 0, 0 };
    if (cpuid(0, &a, &maker[0], &maker[2], &maker[1]))
        cpuid(1, &a, &b, &c, &d);
    const char *name = processor_name(a, &t[2]);
    memcpy(t + 4, &a, 4);
    memcpy(t + 8, &d, 4);
    if (d & 0x10)
        *(u16 *)(t + 16) = *(u16 *)(t + 18) = speed();
    strings_used = 0;
    string("CPU 0");
    string((const char *)maker);
    string(name);
    add(4, t, sizeof t, strings);
}

static void structures(void)
{
    /* Characteristics: PCI, PnP, APM, shadowing, CD boot, boot menu, EDD, floppies, print screen,
     * 8042, serial, printer, video; ACPI. */
    static const u8 bios[20] = { 1,    2,    0x00, 0xe0, 3,    1,    0x90, 0x96, 0xc9, 0x7f,
                                 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 1,    0,    0xff, 0xff };
    static const u8 system[23] = { 1, 2, 3, 0, [20] = 6 };
    static const u8 board[11] = { 1, 2, 0, 0, 0, 0x09, 0, 3, 0x10, 0x0a, 0 };
    static const u8 chassis[9] = { 1, 3, 0, 0, 0, 3, 3, 3, 2 };
    u64 bytes = SEG16(memory).low + SEG16(memory).high;
    u32 kb = (u32)(bytes >> 10), mb = (u32)(bytes >> 20);
    add(0, bios, sizeof bios, "Vitrine\0001.0\00011/21/2026\0");
    add(1, system, sizeof system, "Vitrine\000PC (i440FX)\0001.0\0");
    add(2, board, sizeof board, "Vitrine\000440FX\0");
    add(3, chassis, sizeof chassis, "Vitrine\0");
    processor();
    u8 array[11] = { 3, 3, 3, 0, 0, 0, 0, 0xfe, 0xff, 1, 0 };
    memcpy(array + 3, &kb, 4);
    add(16, array, sizeof array, "");
    u8 device[23] = { 16, 0x10, 0xfe, 0xff, 64, 0, 64, 0, 0, 0, 9, 0, 1, 0, 7, 2, 0 };
    memcpy(device + 8, &mb, 2);
    add(17, device, sizeof device, "DIMM 0\0");
    u8 mapped[11] = { 0, 0, 0, 0, 0, 0, 0, 0, 16, 0x10, 1 };
    kb--;
    memcpy(mapped + 4, &kb, 4);
    add(19, mapped, sizeof mapped, "");
    static const u8 boot[7];
    add(32, boot, sizeof boot, "");
    add(127, boot, 0, "");
}

static u8 sum(const u8 *p, u32 n)
{
    u8 s = 0;
    while (n--)
        s = (u8)(s + *p++);
    return s;
}

void smbios_setup(void)
{
    u8 *e = &SEG16(smbios_entry[0]);
    used = count = largest = 0;
    structures();
    memset(e, 0, 32);
    signature(e, '_', "SM_", 4);
    e[5] = 31;
    e[6] = 2;
    e[7] = 4;
    *(u16 *)(e + 8) = (u16)largest;
    memcpy(e + 16, "_DMI_", 5);
    *(u16 *)(e + 22) = (u16)used;
    *(u32 *)(e + 24) = (u32)table;
    *(u16 *)(e + 28) = (u16)count;
    e[30] = 0x24;
    e[21] = (u8)-sum(e + 16, 15);
    e[4] = (u8)-sum(e, 31);
}
