/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI BIOS: INT 1Ah/B1xxh, and the same calls for 32-bit callers, who find them through the BIOS32
 * directory (tables32.c, entry32.S). PCI BIOS Specification 2.1.
 *
 * Built for both halves (BITS says which). Segments of a 32-bit caller may have any base, and his
 * stack another than his data: no variable, constant table or address of a local is used here, and
 * his registers are reached through SS. Both frames have the layout of struct regs.
 */
#if BITS == 32
#include "post32.h"
#else
#include "bios.h"
#endif

enum { SUCCESSFUL = 0, UNSUPPORTED = 0x81, BAD_VENDOR = 0x83, NOT_FOUND = 0x86,
       BAD_REGISTER = 0x87, SET_FAILED = 0x88, TOO_SMALL = 0x89 };
enum { LAST_BUS = 0, ISA_BRIDGE = 1 << 3, IRQS = 0x0c20, SLOTS = 31 };

/* Offsets in the frame. ORDER frame */
enum reg { ES = 4, EDI = 8, ESI = 12, EBX = 24, EDX = 28, ECX = 32, EAX = 36 };

static inline u32 get(u32 f, enum reg r)
{
    u32 v;
    __asm__ volatile("movl %%ss:(%1), %0" : "=r"(v) : "r"(f + r));
    return v;
}
static inline void put32(u32 f, enum reg r, u32 v)
{
    __asm__ volatile("movl %1, %%ss:(%0)" : : "r"(f + r), "r"(v) : "memory");
}
static inline void put16(u32 f, enum reg r, u32 v)
{
    put32(f, r, (get(f, r) & 0xffff0000) | (v & 0xffff));
}
static inline void put8(u32 f, enum reg r, u32 v)
{
    put32(f, r, (get(f, r) & 0xffffff00) | (v & 0xff));
}

static u32 config_read(u32 bdf, u32 reg)
{
    outl(0xcf8, 0x80000000 | bdf << 8 | (reg & 0xfc));
    return inl(0xcfc);
}

static void config_write8(u32 bdf, u32 reg, u8 v)
{
    outl(0xcf8, 0x80000000 | bdf << 8 | (reg & 0xfc));
    outb((u16)(0xcfc + (reg & 3)), v);
}

/* Finds the n-th function whose register, shifted, has this value. */
static u32 find(u32 f, u32 reg, u32 shift, u32 value)
{
    u32 n = get(f, ESI) & 0xffff;
    for (u32 bdf = 0; bdf < (LAST_BUS + 1) << 8; bdf++) {
        u32 id = config_read(bdf, 0);
        int present = id != 0xffffffff && id != 0;
        if (present && config_read(bdf, reg) >> shift == value && n-- == 0) {
            put16(f, EBX, bdf);
            return SUCCESSFUL;
        }
        if (!(bdf & 7) && (!present || !(config_read(bdf, 0x0c) & 0x800000)))
            bdf |= 7;
    }
    return NOT_FOUND;
}

static u32 access(u32 f, u32 function)
{
    u32 size = function == 8 || function == 11 ? 1 : function == 9 || function == 12 ? 2 : 4;
    u32 reg = get(f, EDI) & 0xffff, c = get(f, ECX);
    u16 port = (u16)(0xcfc + (reg & 3));
    if (reg > 0xff || reg & (size - 1))
        return BAD_REGISTER;
    outl(0xcf8, 0x80000000 | (get(f, EBX) & 0xffff) << 8 | (reg & 0xfc));
    if (function < 11) {
        if (size == 1)
            put8(f, ECX, inb(port));
        else if (size == 2)
            put16(f, ECX, inw(port));
        else
            put32(f, ECX, inl(port));
    } else if (size == 1) {
        outb(port, (u8)c);
    } else if (size == 2) {
        outw(port, (u16)c);
    } else {
        outl(port, c);
    }
    return SUCCESSFUL;
}

/* The special cycle of mechanism 1: a write to register 0 of the last function of the last device.
 * */
static u32 special_cycle(u32 f)
{
    outl(0xcf8, 0x8000ff00 | (get(f, EBX) & 0xff00) << 8);
    outl(0xcfc, get(f, EDX));
    return SUCCESSFUL;
}

/* The PIRQ register of a device's pin (0: INTA), as in $PIR (tables32.c). */
static u32 link(u32 device, u32 pin) { return 0x60 + ((device + pin - 1) & 3); }

static inline u16 segment_set(u16 s)
{
    u16 old;
    __asm__ volatile("movw %%gs, %0\n\tmovw %1, %%gs" : "=&r"(old) : "r"(s) : "memory");
    return old;
}
static inline u32 far_get(u32 off, u32 wide)
{
    u32 v;
    if (wide == 2)
        __asm__ volatile("movzwl %%gs:(%1), %0" : "=r"(v) : "r"(off) : "memory");
    else
        __asm__ volatile("movl %%gs:(%1), %0" : "=r"(v) : "r"(off) : "memory");
    return v;
}
static inline void far_put8(u32 off, u32 v)
{
    __asm__ volatile("movb %b1, %%gs:(%0)" : : "r"(off), "q"(v) : "memory");
}

/* ES:(E)DI: the room's size, then a far pointer to it. */
static u32 routing_options(u32 f)
{
#if BITS == 32
    const u32 at = get(f, EDI), offset_size = 4;
#else
    const u32 at = get(f, EDI) & 0xffff, offset_size = 2;
#endif
    u16 old = segment_set((u16)get(f, ES));
    u32 room = far_get(at, 2), to = far_get(at + 2, offset_size),
        seg = far_get(at + 2 + offset_size, 2);
    __asm__ volatile("movw %w0, %%gs:(%1)" : : "r"(SLOTS * 16), "r"(at) : "memory");
    if (room >= SLOTS * 16) {
        segment_set((u16)seg);
        for (u32 d = 1; d <= SLOTS; d++, to += 16) {
            far_put8(to, 0);
            far_put8(to + 1, d << 3);
            for (u32 pin = 0; pin < 4; pin++) {
                far_put8(to + 2 + pin * 3, link(d, pin));
                far_put8(to + 3 + pin * 3, IRQS & 0xff);
                far_put8(to + 4 + pin * 3, IRQS >> 8);
            }
            far_put8(to + 14, 0);
            far_put8(to + 15, 0);
        }
    }
    segment_set(old);
    put16(f, EBX, 0);                                    /* no interrupt is PCI's alone */
    return room >= SLOTS * 16 ? SUCCESSFUL : TOO_SMALL;
}

/* CL: pin, 0Ah-0Dh; CH: interrupt; BX: the device. */
static u32 set_irq(u32 f)
{
    u32 c = get(f, ECX), pin = (c & 0xff) - 0x0a, irq = c >> 8 & 0xff;
    u32 device = get(f, EBX) >> 3 & 31;
    if (pin > 3 || irq > 15 || !(IRQS >> irq & 1) || get(f, EBX) & 0xff00 || !device)
        return SET_FAILED;
    config_write8(ISA_BRIDGE, link(device, pin), (u8)irq);
    u16 elcr = irq < 8 ? 0x4d0 : 0x4d1;
    outb(elcr, (u8)(inb(elcr) | 1u << (irq & 7)));
    return SUCCESSFUL;
}

static u32 bios_present(u32 f)
{
    put32(f, EDX, 0x20494350);                           /* "PCI " */
    put16(f, EBX, 0x0210);
    put8(f, ECX, LAST_BUS);
    put8(f, EAX, 0x11);                                  /* mechanism 1, with special cycles */
    return SUCCESSFUL;
}

static u32 dispatch(u32 f) /* long: table */
{
    u32 function = get(f, EAX) & 0xff, cx = get(f, ECX), dx = get(f, EDX) & 0xffff;
    if (function == 0x01)
        return bios_present(f);
    if (function == 0x02)
        return dx == 0xffff ? BAD_VENDOR : find(f, 0x00, 0, cx << 16 | dx);
    if (function == 0x03)
        return find(f, 0x08, 8, cx & 0xffffff);
    if (function == 0x06)
        return special_cycle(f);
    if (function >= 0x08 && function <= 0x0d)
        return access(f, function);
    if (function == 0x0e)
        return routing_options(f);
    if (function == 0x0f)
        return set_irq(f);
    return UNSUPPORTED;
}

#if BITS == 32
void pcibios32(u32 f);
void pcibios32(u32 f)
{
    u32 status = (get(f, EAX) & 0xff00) == 0xb100 ? dispatch(f) : UNSUPPORTED;
    put32(f, EAX, (get(f, EAX) & 0xffff00ff) | status << 8);
}
#else
void int1a_pci(struct regs *r)
{
    r->ah = (u8)(memory.pci ? dispatch((u32)r) : UNSUPPORTED);
    if (r->ah)
        set_cf(r);
    else
        clear_cf(r);
}
#endif
