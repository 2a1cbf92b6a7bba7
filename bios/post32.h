/* SPDX-License-Identifier: BSD-2-Clause */
/* What the 32-bit files share. They run flat, with interrupts off, during POST only (but copy32).
 * */
#pragma once
#include "io.h"

#define PACKED       __attribute__((packed))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline u8 cmos_read(u8 i) { outb(0x70, i); return inb(0x71); }

/* A variable of the 16-bit segment, at its flat address. */
#define SEG16(v) (*(__typeof__(v) *)((u32)&(v) + 0xf0000))

struct memory_info {                       /* as in bios.h. ORDER memory_info */
    u32 low;
    u64 high;
    u32 rom_end;
    u16 pm_base;
    u8  pci, last_bus;
    u16 rom_bdf[64];                       /* whose the option ROM at each 2 KB from C0000h is */
};
extern struct memory_info memory;

/* pci32.c; bdf: bus << 8 | device << 3 | function */
u32  pci_read(u32 bdf, u32 reg, u32 size);
void pci_write(u32 bdf, u32 reg, u32 v, u32 size);
void pci_setup(void);
/* tables32.c */
void tables_setup(void);
/* mp32.c */
u32  mp_setup(void);
/* post32.c */
/* false: the processor has no such instruction */
int  cpuid(u32 leaf, u32 *a, u32 *b, u32 *c, u32 *d);
int  apic_there(void);
/* smbios32.c */
void smbios_setup(void);
/* mtrr32.c */
void mtrr_setup(void);
/* rom32.c */
void roms_copy(void);

void *memcpy(void *d, const void *s, u32 n);
void *memset(void *p, int c, u32 n);

/* A signature that systems search memory for, from its first character and the rest, lest the code
 * have it as well. */
static inline void signature(void *p, char first, const char *rest, u32 n)
{
    *(char *)p = first;
    memcpy((char *)p + 1, rest, n - 1);
}
