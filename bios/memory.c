/* SPDX-License-Identifier: BSD-2-Clause */
/* INT 15h's answers about memory: E820h, E801h, E881h (88h and 8Ah are in sys.c). ACPI 6.x, section
 * 15.1. */
#include "bios.h"

static u32 extended_kb(u32 limit)
{
    u32 kb = (memory.low - 0x100000) >> 10;
    return kb > limit ? limit : kb;
}

static void e820_map(struct regs *r)
{
    struct entry { u64 base, size; u32 type; } PACKED map[] = {
        { 0, (u64)EBDA_SEG << 4, 1 },
        { (u64)EBDA_SEG << 4, 0x400, 2 },
        { 0xe0000, 0x20000, 2 },
        { 0x100000, memory.low - 0x100000, 1 },
        { 0xfffe0000, 0x20000, 2 },
        { (u64)1 << 32, memory.high, 1 },
    };
    u32 n = ARRAY_LEN(map) - !memory.high;
    if (r->edx != 0x534d4150 || r->ecx < 20 || r->ebx >= n) {
        r->ah = 0x86;
        set_cf(r);
        return;
    }
    far_put(r->es, r->di, &map[r->ebx], 20);
    r->eax = r->edx;
    r->ecx = 20;
    r->ebx = r->ebx + 1 < n ? r->ebx + 1 : 0;
    clear_cf(r);
}

void e820(struct regs *r)
{
    u32 above16 = memory.low > 0x1000000 ? (memory.low - 0x1000000) >> 16 : 0;
    clear_cf(r);
    switch (r->ax) {
    case 0xe820:
        e820_map(r);
        return;
    case 0xe801:
        r->ax = r->cx = (u16)extended_kb(0x3c00);
        r->bx = r->dx = (u16)above16;
        return;
    case 0xe881:
        r->eax = r->ecx = extended_kb(0x3c00);
        r->ebx = r->edx = above16;
        return;
    default:
        r->ah = 0x86;
        set_cf(r);
    }
}
