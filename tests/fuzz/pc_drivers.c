/* SPDX-License-Identifier: BSD-2-Clause */
/* Acts that need a chip to be set up as its driver would: bus master and SMBus behind their base
 * addresses, APICs, BLTs, display modes, pointers. What an act says is put in where it matters. */
#include "pc.h"

enum { MASTER = 0xc000, PM = 0x600, SMB = 0x700, FRAME = 0xe0000000u, MMIO = 0xe2000000u };
enum { TABLE = 0x8000 };                         /* descriptors, in RAM */

static void out(struct machine *m, unsigned port, uint64_t v) { bus_write(&m->io, port, v, 1); }

static void config(struct machine *m, uint32_t at, uint32_t v, unsigned size)
{
    bus_write(&m->io, 0xcf8, 0x80000000u | (at & ~3u), 4);
    bus_write(&m->io, 0xcfc + (at & 3), v, size);
}

void pc_set_up(struct machine *m)
{
    if (!m->pc.has_pci)
        return;
    config(m, 0x0860, 0x0b0a0b0a, 4);            /* PIRQs */
    config(m, 0x0940, 0x80008000, 4);            /* IDE */
    config(m, 0x0920, MASTER | 1, 4);
    config(m, 0x0904, 5, 2);
    config(m, 0x0b40, PM | 1, 4);                /* power management */
    config(m, 0x0b80, 1, 1);
    config(m, 0x0b90, SMB | 1, 4);
    config(m, 0x0bd2, 9, 1);
    config(m, 0x0b04, 1, 2);
    config(m, 0x1010, FRAME, 4);                 /* display */
    config(m, m->cfg.vga == VGA_CIRRUS ? 0x1014 : 0x1018, MMIO, 4);
    config(m, 0x1004, 3, 2);
}

void pc_pause(struct machine *m, unsigned us) { machine_run(m, us, VTIME_NEVER); }

/* A transfer by bus master: three descriptors, a DMA command of a disk or a packet, the start
 * before it or after. */
void pc_use_master(struct machine *m, struct act a)
{
    static const uint8_t commands[4] = { 0xc8, 0xca, 0x25, 0x35 };
    unsigned ch = a.where & 1, base = MASTER + 8 * ch, port = ch ? 0x170 : 0x1f0;
    bool to_memory = a.where & 2;
    uint8_t prd[24];
    for (unsigned i = 0; i < 3; i++) {
        store_le32(prd + 8 * i, 0x10000 + (a.v >> (4 * i) & 0xffff));
        store_le32(prd + 8 * i + 4, a.where & 4 ? a.w >> (8 * i) & 0xffff : 512u << i);
    }
    prd[a.where & 8 ? 23 : 15] |= 0x80;
    bus_dma_write(&m->mem, TABLE, prd, sizeof prd);
    bus_write(&m->io, base + 4, TABLE, 4);
    out(m, base + 2, 6);
    if (a.where & 16)
        out(m, base, (to_memory ? 8 : 0) | 1);
    out(m, port + 6, 0xe0);
    for (unsigned i = 1; i < 6; i++)
        out(m, port + i, i == 1 ? ch : i == 2 ? a.size & 7 : i == 3 ? a.v >> 24 : 0);
    out(m, port + 7, ch ? 0xa0 : commands[(a.where >> 5 & 2) | !to_memory]);
    pc_pause(m, 30);
    for (unsigned i = 0; ch && i < 6; i++) {     /* READ(10), MODE SELECT(10), READ CD */
        static const uint8_t packets[4] = { 0x28, 0x55, 0xbe, 0xa8 };
        unsigned op = packets[a.where >> 5 & 3];
        bus_write(&m->io, port, i == 0 ? op : i == 4 ? (a.size & 7u) << 8 : i == 5 ? 0xf8u : 0u, 2);
    }
    if (!(a.where & 16))
        out(m, base, (to_memory ? 8 : 0) | 1);
    pc_pause(m, a.w & 0x3ff);
    if (a.where & 0x80)
        out(m, base, 0);
}

void pc_use_smbus(struct machine *m, struct act a)
{
    for (unsigned i = 2; i < 8; i++)
        out(m, SMB + (i == 2 ? 4 : i), a.v >> (i & 3) * 8);
    out(m, SMB + 2, a.w & 0x7f);
    bus_read(&m->io, SMB + (a.where & 15), 1);
    out(m, SMB + (a.size & 15), a.w >> 8);
}

/* The local APIC's registers are 16 bytes apart, those of the I/O APIC behind an index. */
uint64_t pc_use_apic(struct machine *m, struct act a)
{
    static const uint16_t common[16] = { 0x20, 0x80, 0xb0, 0xd0, 0xe0, 0xf0, 0x280, 0x300,
                                         0x310, 0x320, 0x340, 0x350, 0x360, 0x370, 0x380, 0x3e0 };
    if (a.size & 1) {
        paddr at = 0xfee00000 + (a.size & 2 ? common[a.where & 15] : a.where & 0x3f0u);
        if (a.size & 4)
            return bus_read(&m->mem, at, 4);
        bus_write(&m->mem, at, a.size & 8 ? a.v : a.v & 0x600ff, 4);
        pc_pause(m, a.size & 16 ? 50 : 1);
        return 0;
    }
    bus_write(&m->mem, 0xfec00000, a.size & 2 ? a.where & 0xff : 0x10 + a.where % 48, 4);
    if (a.size & 4)
        return bus_read(&m->mem, 0xfec00010, 4);
    bus_write(&m->mem, 0xfec00010, a.size & 8 ? a.v : a.v & 0xe7ff, 4);
    return 0;
}

static void indexed(struct machine *m, unsigned port, unsigned i, unsigned v)
{
    out(m, port, i);
    out(m, port + 1, v);
}

/* A BLT of the Cirrus, small as a rule, by ports or by memory-mapped registers, and some of the
 * bytes it may be waiting for. */
void pc_use_blt(struct machine *m, struct act a)
{
    static const uint8_t rops[8] = { 0x0d, 0x59, 0x05, 0x6d, 0x90, 0x0b, 0xda, 0x06 };
    struct fuzz_rng r = fuzz_rng(a.v ^ (uint64_t)a.w << 32);
    uint8_t gr[0x40];
    for (unsigned i = 0; i < sizeof gr; i++)
        gr[i] = (uint8_t)fuzz_rand(&r);
    gr[0x21] &= a.size & 1 ? 0x1f : 0;
    gr[0x23] &= a.size & 2 ? 0x01 : 0;
    gr[0x30] = (uint8_t)a.where;
    gr[0x32] = rops[a.size >> 2 & 7];
    gr[0x33] &= 7;
    indexed(m, 0x3c4, 6, 0x12);
    indexed(m, 0x3c4, 7, 0x11 | (a.size >> 5 & 6));
    indexed(m, 0x3c4, 0x17, a.where >> 8 & 0x44);
    indexed(m, 0x3ce, 0x0b, a.where >> 8);
    for (unsigned i = 0x20; i < 0x36; i++)
        if (i != 0x31)
            indexed(m, 0x3ce, i, gr[i]);
    for (unsigned i = 0x10; i < 0x16; i++)
        indexed(m, 0x3ce, i, gr[i]);
    if (a.size & 0x20)
        bus_write(&m->mem, (m->pc.has_pci ? MMIO : 0xb8000) + 0x40, 2, 1);
    else
        indexed(m, 0x3ce, 0x31, 2);
    for (unsigned i = 0; i < (a.w & 0xff); i++)
        bus_write(&m->mem, 0xa0000 + 4 * i, fuzz_rand(&r), 4);
    if (a.w & 0x100)
        indexed(m, 0x3ce, 0x31, a.w & 0x200 ? 4 : 0);
}

/* Cursor, banks, colour depths and the window of the Cirrus. */
void pc_use_cirrus(struct machine *m, struct act a)
{
    static const uint8_t modes[8] = { 0x01, 0x11, 0x13, 0x15, 0x17, 0x19, 0x00, 0xf1 };
    indexed(m, 0x3c4, 6, 0x12);
    indexed(m, 0x3c4, 7, modes[a.where & 7]);
    indexed(m, 0x3c4, a.where & 8 ? 0x12 : 0x10 | (a.v & 0xe0), a.v >> 8);
    indexed(m, 0x3c4, a.where & 16 ? 0x13 : 0x11 | (a.v & 0xe0), a.v >> 16);
    indexed(m, 0x3ce, 0x09 + (a.size & 1), a.v >> 24);
    indexed(m, 0x3ce, 0x0b, a.w);
    indexed(m, 0x3d4, a.where & 32 ? 0x1b : 0x1d, a.w >> 8);
    bus_write(&m->mem, 0xa0000 + (a.w >> 15), a.v, 1u << (a.size & 3) % 3);
    bus_read(&m->mem, 0xa0000 + (a.w & 0x1ffff), 4);
    for (unsigned i = 0; i < 16 && a.size & 0x80; i++)           /* clock and data of the DDC */
        indexed(m, 0x3c4, 8, (a.v >> i & 1) << 1 | (i & 1));
    bus_write(&m->mem, FRAME + (a.w & 0x7fffff), a.v, 4);
}

/* ---- display modes ---- */

struct mode { uint8_t misc, seq[5], crtc[25], gc[9], attr10[4]; };
static const struct mode modes[4] = {
    { 0x67, { 3, 0, 3, 0, 2 },
      { 0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0,
        0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff },
      { 0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff }, { 0x0c, 0, 0x0f, 8 } },
    { 0xe3, { 3, 1, 15, 0, 6 },
      { 0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0, 0x40, 0, 0, 0, 0, 0, 0,
        0xea, 0x8c, 0xdf, 0x28, 0, 0xe7, 4, 0xe3, 0xff },
      { 0, 0, 0, 0, 0, 0, 5, 15, 0xff }, { 1, 0, 15, 0 } },
    { 0x63, { 3, 1, 15, 0, 14 },
      { 0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x41, 0, 0, 0, 0, 0, 0,
        0x9c, 0x8e, 0x8f, 0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff },
      { 0, 0, 0, 0, 0, 0x40, 5, 15, 0xff }, { 0x41, 0, 15, 0 } },
    { 0x63, { 3, 9, 3, 0, 2 },
      { 0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0,
        0x9c, 0x8e, 0x8f, 0x14, 0, 0x96, 0xb9, 0xa2, 0xff },
      { 0, 0, 0, 0, 0, 0x30, 15, 0, 0xff }, { 1, 0, 3, 0 } },
};

static void dispi(struct machine *m, unsigned i, unsigned v)
{
    bus_write(&m->io, 0x1ce, i, 2);
    bus_write(&m->io, 0x1cf, v, 2);
}

/* A mode of the IBM VGA with up to two registers changed, or one of DISPI. */
void pc_use_mode(struct machine *m, struct act a)
{
    static const uint8_t depth[8] = { 4, 8, 15, 16, 24, 32, 8, 32 };
    const struct mode *s = &modes[a.where & 3];
    if (a.where & 4 && m->cfg.vga != VGA_CIRRUS) {
        dispi(m, 4, 0);
        dispi(m, 1, (a.v & 0x3ff) + 8);
        dispi(m, 2, (a.v >> 10 & 0x1ff) + 1);
        dispi(m, 3, depth[a.v >> 20 & 7]);
        dispi(m, 4, 0x41 | (a.size & 0xa0));
        dispi(m, 6, a.w & 0xfff);
        dispi(m, 8, a.w >> 12 & 0x1ff);
        dispi(m, 9, a.w >> 21);
        dispi(m, 5, a.size & 15);
        return;
    }
    if (m->cfg.vga != VGA_CIRRUS)
        dispi(m, 4, 0);
    out(m, 0x3c2, s->misc);
    for (unsigned i = 0; i < 5; i++)
        indexed(m, 0x3c4, i, s->seq[i]);
    indexed(m, 0x3d4, 0x11, 0);
    for (unsigned i = 0; i < 25; i++)
        indexed(m, 0x3d4, i, s->crtc[i]);
    for (unsigned i = 0; i < 9; i++)
        indexed(m, 0x3ce, i, s->gc[i]);
    bus_read(&m->io, 0x3da, 1);
    for (unsigned i = 0; i < 20; i++) {
        out(m, 0x3c0, i);
        out(m, 0x3c0, i < 16 ? i : s->attr10[i - 16]);
    }
    out(m, 0x3c0, 0x20);
    for (unsigned i = 0; i < (a.size & 3) % 3; i++, a.v >>= 16)
        indexed(m, a.size & 4 ? 0x3d4 : 0x3ce, a.v & 31, a.v >> 8);
    indexed(m, 0x3c4, 2, a.size >> 4);
    for (unsigned i = 0; i < 16; i++)
        bus_write(&m->mem, (a.where & 3 ? 0xa0000 : 0xb8000) + (a.w >> 16), a.w * (i + 1), 4);
}

/* ---- pointers ---- */

void pc_use_mouse(struct machine *m, struct act a)
{
    static const uint8_t common[16] = { 0xff, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf0, 0xee,
                                        0xec, 0xeb, 0xea, 0xe9, 0xe8, 0xe7, 0xe6, 0xfe };
    static const uint8_t rates[6] = { 200, 100, 80, 60, 40, 10 };
    out(m, 0x64, 0xa8);
    for (unsigned i = 0; i < 3; i++) {
        bool wheel = a.size & 0x80;              /* the three rates that ask for a wheel */
        out(m, 0x64, 0xd4);
        out(m, 0x60, wheel ? 0xf3 : common[a.v >> 4 * i & 15]);
        pc_pause(m, 20);
        out(m, 0x64, 0xd4);
        out(m, 0x60, wheel ? rates[i ? i + (a.size & 1) : 0] : a.w >> 8 * i & 0xff);
        pc_pause(m, 20);
        bus_read(&m->io, 0x60, 1);
    }
    machine_input(m, (struct input){ .kind = IN_MOUSE, .code = a.w >> 18 & 7,
                                     .a = (int16_t)(a.w & 0x1ff), .b = (int16_t)(a.w >> 9 & 0x1ff),
                                     .c = (int16_t)(a.size & 3) });
    pc_pause(m, a.size & 64 ? 5000 : 100);
    for (unsigned i = 0; i < 4; i++)
        bus_read(&m->io, 0x60, 1);
}

uint64_t pc_use_vmmouse(struct machine *m, struct act a)
{
    static const uint32_t commands[4] = { 0x45414552, 0xf5, 0x53424152, 0x4c455252 };
    static const uint8_t functions[4] = { 10, 39, 40, 41 };
    m->cpu.gpr[0] = 0x564d5868;
    m->cpu.gpr[1] = a.size & 0x80 ? a.v : functions[a.where & 3];
    m->cpu.gpr[3] = a.where & 4 ? commands[a.v & 3] : a.v % 6;
    return bus_read(&m->io, 0x5658, 4) + m->cpu.gpr[3];
}
