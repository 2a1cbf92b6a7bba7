/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI BIOS, INT 1Ah/B1xxh. PCI BIOS Specification 2.1. Only 16-bit callers. */
#include "bios.h"

enum { SUCCESSFUL = 0, UNSUPPORTED = 0x81, BAD_VENDOR = 0x83, NOT_FOUND = 0x86, BAD_REGISTER = 0x87 };

static u32 address(u16 bdf, u16 reg) { return 0x80000000 | (u32)bdf << 8 | (reg & 0xfc); }

static u32 config_read(u16 bdf, u16 reg)
{
    outl(0xcf8, address(bdf, reg));
    return inl(0xcfc);
}

/* Finds the n-th function whose register, shifted, has this value. */
static u8 find(struct regs *r, u16 reg, u32 shift, u32 value)
{
    u32 n = r->si;
    for (u32 bdf = 0; bdf < ((u32)memory.last_bus + 1) << 8; bdf++) {
        u32 id = config_read((u16)bdf, 0);
        int present = id != 0xffffffff && id != 0;
        if (present && config_read((u16)bdf, reg) >> shift == value && n-- == 0) {
            r->bx = (u16)bdf;
            return SUCCESSFUL;
        }
        if (!(bdf & 7) && (!present || !(config_read((u16)bdf, 0x0c) & 0x800000)))
            bdf |= 7;
    }
    return NOT_FOUND;
}

static u8 access(struct regs *r)
{
    u32 size = 1u << (r->al - 8) % 3;                    /* 08-0Ah read, 0B-0Dh write: byte, word, dword */
    u16 reg = r->di, port = (u16)(0xcfc + (reg & 3));
    if (reg > 0xff || reg & (size - 1))
        return BAD_REGISTER;
    outl(0xcf8, address(r->bx, reg));
    switch (r->al) {
    case 0x08: r->cl = inb(port); break;
    case 0x09: r->cx = inw(port); break;
    case 0x0a: r->ecx = inl(port); break;
    case 0x0b: outb(port, r->cl); break;
    case 0x0c: outw(port, r->cx); break;
    default:   outl(port, r->ecx); break;
    }
    return SUCCESSFUL;
}

static u8 dispatch(struct regs *r)
{
    switch (r->al) {
    case 0x01:
        r->edx = 0x20494350;                             /* "PCI " */
        r->al = 0x01;                                    /* mechanism 1, no special cycles */
        r->bx = 0x0210;
        r->cl = memory.last_bus;
        return SUCCESSFUL;
    case 0x02:
        return r->dx == 0xffff ? BAD_VENDOR : find(r, 0x00, 0, (u32)r->cx << 16 | r->dx);
    case 0x03:
        return find(r, 0x08, 8, r->ecx & 0xffffff);
    case 0x08: case 0x09: case 0x0a: case 0x0b: case 0x0c: case 0x0d:
        return access(r);
    default:
        return UNSUPPORTED;
    }
}

void int1a_pci(struct regs *r)
{
    r->ah = memory.pci ? dispatch(r) : UNSUPPORTED;
    if (r->ah)
        set_cf(r);
    else
        clear_cf(r);
}
