/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's name, and switching off by ACPI.           Ref: ACPI 2.0, sections 5.2 and 7.3.4
 */
#include "demo.h"

static u32 get32(const u8 *p) { return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24; }

static int same(const u8 *p, const char *s)
{
    while (*s)
        if (*p++ != (u8)*s++)
            return 0;
    return 1;
}

/* Can this flag be changed? */
static int flag_moves(u32 flag)
{
    u32 before, after;
    __asm__ volatile("pushfl\n\tpopl %0\n\tmovl %0, %1\n\txorl %2, %1\n\tpushl %1\n\tpopfl\n\t"
                     "pushfl\n\tpopl %1\n\tpushl %0\n\tpopfl"
                     : "=&r"(before), "=&r"(after) : "ri"(flag) : "cc");
    return ((before ^ after) & flag) != 0;
}

static void cpuid(u32 leaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(0));
}

void processor_name(char *out)
{
    u32 a, b, c, d, v[4];
    if (!flag_moves(1u << 21)) {
        fmt_str(out, flag_moves(1u << 18) ? "80486" : "80386");
        return;
    }
    cpuid(0x80000000, &a, &b, &c, &d);
    if (a >= 0x80000004 && a < 0x80010000) {
        char name[49], *p = name;
        for (u32 i = 0; i < 3; i++) {
            cpuid(0x80000002 + i, &v[0], &v[1], &v[2], &v[3]);
            for (u32 k = 0; k < 16; k++)
                name[16 * i + k] = (char)(v[k / 4] >> 8 * (k & 3));
        }
        name[48] = 0;
        while (*p == ' ')
            p++;
        for (u32 i = 0; i < 15 && *p; i++)
            *out++ = *p++;
        *out = 0;
        if (p != name)
            return;
    }
    cpuid(0, &a, &b, &c, &d);
    v[0] = b, v[1] = d, v[2] = c;
    cpuid(1, &a, &b, &c, &d);
    if (v[0] == 0x756e6547) {
        out = fmt_str(out, "Intel family ");
    } else {
        for (u32 k = 0; k < 6; k++)
            *out++ = (char)(v[k / 4] >> 8 * (k & 3));
        out = fmt_str(out, " fam ");
    }
    u32 family = a >> 8 & 15;
    fmt_num(out, family == 15 ? family + (a >> 20 & 255) : family);
}

static const u8 *find_root(u32 from, u32 to)
{
    for (; from < to; from += 16) {
        const u8 *p = (const u8 *)from;
        u8 sum = 0;
        if (!same(p, "RSD PTR "))
            continue;
        for (int i = 0; i < 20; i++)
            sum = (u8)(sum + p[i]);
        if (!sum)
            return p;
    }
    return 0;
}

static const u8 *find_fadt(void)
{
    u32 ebda = (u32)(*(volatile u16 *)0x40e) << 4;
    const u8 *root = ebda ? find_root(ebda, ebda + 1024) : 0;
    if (!root)
        root = find_root(0xe0000, 0x100000);
    if (!root)
        return 0;
    const u8 *rsdt = (const u8 *)get32(root + 16);
    if (!same(rsdt, "RSDT"))
        return 0;
    for (u32 i = 36; i + 4 <= get32(rsdt + 4); i += 4) {
        const u8 *t = (const u8 *)get32(rsdt + i);
        if (same(t, "FACP"))
            return t;
    }
    return 0;
}

/* SLP_TYPa from the DSDT: Name (_S5_, Package () { SLP_TYPa, ... }). */
static u32 sleep_type(const u8 *dsdt)
{
    u32 n = get32(dsdt + 4);
    for (u32 i = 36; i + 12 < n; i++) {
        const u8 *p = dsdt + i;
        if (!same(p, "_S5_") || p[4] != 0x12)
            continue;
        p += 5;
        p += (p[0] >> 6) + 2;                    /* package length, number of elements */
        if (*p == 0x0a)                          /* a byte constant follows */
            p++;
        return *p & 7;
    }
    return 0;
}

static void acpi_off(const u8 *fadt)
{
    u16 control = (u16)get32(fadt + 64);
    if (get32(fadt + 48) && fadt[52] && !(inw(control) & 1)) {
        outb((u16)get32(fadt + 48), fadt[52]);   /* ACPI_ENABLE to the SMI command port */
        for (u32 i = 0; i < 1000000 && !(inw(control) & 1); i++)
            ;
    }
    u32 type = sleep_type((const u8 *)get32(fadt + 40));
    outw(control, (u16)((inw(control) & 0xc3ff) | type << 10 | 0x2000));
}

void page_power(void)
{
    const u8 *fadt = find_fadt();
    page_begin("power off");
    put(4, 4, A_TEXT, fadt ? "Found the ACPI tables; switching off."
                           : "No ACPI tables; trying the usual ports.");
    say_at(4, 6, A_WARM, "POWERING OFF");
    run_clock();                                 /* half a second to read it */
    for (u32 from = ticks; ticks - from < 10;)
        __asm__ volatile("hlt");
    stop_clock();
    if (fadt)
        acpi_off(fadt);
    outw(0x604, 0x2000);
    outw(0xb004, 0x2000);
    /* advanced power management, if that is all there is */
    struct regs r = { .eax = 0x5301, .ebx = 0 };
    bios(0x15, &r);
    r = (struct regs){ .eax = 0x5307, .ebx = 1, .ecx = 3 };
    bios(0x15, &r);
    say_at(4, 8, A_BAD, "STILL ON");
    page_end("Any key: back to the menu");
    key_wait();
}
