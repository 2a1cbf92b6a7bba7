/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory types, as a BIOS leaves them for systems: RAM is cached, all else is not. Systems that
 * find none take the processor for a virtual one and use no write combining.
 * Intel SDM volume 3, section 12.11.
 */
#include "post32.h"

enum { MTRRCAP = 0xfe, BASE0 = 0x200, FIX64K = 0x250, FIX16K = 0x258, FIX4K = 0x268,
       DEF_TYPE = 0x2ff };
enum { UNCACHED = 0, PROTECTED = 5, WRITE_BACK = 6 };
enum { VALID = 0x800, ON = 0x800, FIXED_ON = 0x400, CAP_FIXED = 0x100 };

static u64 rdmsr(u32 n)
{
    u64 v;
    __asm__ volatile("rdmsr" : "=A"(v) : "c"(n));
    return v;
}

static void wrmsr(u32 n, u64 v) { __asm__ volatile("wrmsr" : : "c"(n), "A"(v) : "memory"); }

static void fixed(u32 n, u32 type)
{
    u32 half = type * 0x01010101;
    wrmsr(n, (u64)half << 32 | half);
}

/* The first MB: RAM, the display, option ROMs, which nobody writes to, and this BIOS, which does.
 */
static void first_mb(void)
{
    fixed(FIX64K, WRITE_BACK);
    fixed(FIX16K, WRITE_BACK);
    fixed(FIX16K + 1, UNCACHED);
    for (u32 i = 0; i < 8; i++)
        fixed(FIX4K + i, i < 4 ? PROTECTED : WRITE_BACK);
}

/* Registers n and up for the MB from..to: each covers a power of two that its base is a multiple
 * of. What there is no register for stays uncached. */
static u32 range(u32 n, u32 count, u32 from, u32 to)
{
    while (from < to && n < count) {
        u32 size = 1;
        while (!(from & size) && from + size * 2 <= to)
            size *= 2;
        wrmsr(BASE0 + 2 * n, (u64)from << 20 | WRITE_BACK);
        wrmsr(BASE0 + 2 * n + 1, (0x1000000000 - ((u64)size << 20)) | VALID);   /* 36 bits */
        from += size;
        n++;
    }
    return n;
}

void mtrr_setup(void)
{
    u32 a, b, c, d;
    if (!cpuid(1, &a, &b, &c, &d) || (d & 0x1020) != 0x1020)             /* MTRR and MSR */
        return;
    u32 cap = (u32)rdmsr(MTRRCAP), count = cap & 0xff, n;
    wrmsr(DEF_TYPE, 0);
    if (cap & CAP_FIXED)
        first_mb();
    n = range(0, count, 0, SEG16(memory).low >> 20);
    n = range(n, count, 0x1000, 0x1000 + (u32)(SEG16(memory).high >> 20));
    for (; n < count; n++) {
        wrmsr(BASE0 + 2 * n, 0);
        wrmsr(BASE0 + 2 * n + 1, 0);
    }
    wrmsr(DEF_TYPE, ON | (cap & CAP_FIXED ? FIXED_ON : 0) | UNCACHED);
}
