/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option ROMs into memory at C0000h: shadows the video BIOS that the board maps there, or copies
 * those that PCI devices carry in their expansion ROM register, the display's first.
 * PCI Firmware Specification 3.0, chapter 5.
 */
#include "post32.h"

/* PAM 5A-5Dh: C0000-DFFFF in 16 KB steps, a nibble each. mode 3: RAM; 0: what the board maps there
 * */
static void pam_set(u32 from, u32 to, u32 mode)
{
    for (u32 a = from & ~0x3fffu; a < to; a += 0x4000) {
        u32 n = (a - 0xc0000) >> 14;
        u32 reg = 0x5a + n / 2, shift = n % 2 * 4;
        u32 v = pci_read(0, reg, 1);
        pci_write(0, reg, (v & ~(15u << shift)) | mode << shift, 1);
    }
}

static u32 rom_size(const volatile u8 *p)
{
    return p[0] == 0x55 && p[1] == 0xaa ? p[2] * 512u : 0;
}

/* The image for a PC (code type 0) in a ROM with several. */
static const volatile u8 *pc_image(const volatile u8 *p, u32 left)
{
    while (left >= 0x1c && p[0] == 0x55 && p[1] == 0xaa) {
        u32 ds = *(const volatile u16 *)(p + 0x18);
        if (ds + 0x18 > left || *(const volatile u32 *)(p + ds) != 0x52494350)
            return p;                      /* no PCI data structure: take it as it is */
        u32 len = *(const volatile u16 *)(p + ds + 0x10) * 512u;
        if (p[ds + 0x14] == 0)
            return p;
        if (p[ds + 0x15] & 0x80 || !len || len >= left)
            return 0;
        p += len;
        left -= len;
    }
    return 0;
}

static void rom_of(u32 at, u32 bdf) { SEG16(memory).rom_bdf[(at - 0xc0000) >> 11] = (u16)bdf; }

static int is_display(u32 bdf)
{
    u32 id = pci_read(bdf, 0, 4);
    return id != 0xffffffff && id != 0 && pci_read(bdf, 0x0b, 1) == 3;
}

static void rom_copy(u32 bdf, u32 *next)
{
    if (pci_read(bdf, 0x0e, 1) & 0x7f)
        return;
    pci_write(bdf, 0x30, 0xfffff800, 4);
    u32 size = ~(pci_read(bdf, 0x30, 4) & 0xfffff800) + 1;
    if (size && size <= 0x1000000) {
        const u32 at = 0xfd000000;         /* only while copying */
        pci_write(bdf, 0x30, at | 1, 4);
        const volatile u8 *p = pc_image((const volatile u8 *)at, size);
        u32 n = p ? rom_size(p) : 0;
        if (n && *next + n <= 0xe0000) {
            pam_set(*next, *next + n, 3);
            memcpy((void *)*next, (const void *)p, n);
            rom_of(*next, bdf);
            *next = (*next + n + 0x7ff) & ~0x7ffu;
        }
    }
    pci_write(bdf, 0x30, 0, 4);
}

void roms_copy(void)
{
    u32 next = 0xc0000;
    pam_set(0xc0000, 0xe0000, 0);          /* what an earlier boot left there is stale */
    u32 n = rom_size((const volatile u8 *)0xc0000);
    if (n && n <= 0x10000) {               /* mapped by the board: shadow it */
        void *spare = (void *)0x10000;     /* memory nobody uses yet */
        memcpy(spare, (const void *)0xc0000, n);
        pam_set(0xc0000, 0xc0000 + n, 3);
        memcpy((void *)0xc0000, spare, n);
        for (u32 bdf = 0xff; bdf; bdf--)   /* the first display's */
            if (is_display(bdf))
                rom_of(0xc0000, bdf);
        next = (next + n + 0x7ff) & ~0x7ffu;
    }
    for (u32 pass = next > 0xc0000; pass < 2; pass++)
        for (u32 bdf = 0; bdf < 0x100; bdf++) {
            u32 id = pci_read(bdf, 0, 4);
            if (id != 0xffffffff && id != 0 && (pci_read(bdf, 0x0b, 1) == 3) == (pass == 0))
                rom_copy(bdf, &next);
        }
    SEG16(memory).rom_end = next;
}
