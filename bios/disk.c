/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 13h: which drive, and hard disks by cylinder/head/sector or by EDD's block number.
 * IBM PS/2 and PC BIOS Interface Technical Reference; Phoenix Enhanced Disk Drive Specification 1.1
 * and 3.0.
 */
#include "disk.h"

extern const u8 copy32[];                                /* post32.c */
u8 bounce[2048];

void int13_result(struct regs *r, u8 status)
{
    r->ah = status;
    if (status)
        set_cf(r);
    else
        clear_cf(r);
}

/* The block that CX and DH name; false when the geometry has none. */
static int chs_lba(const struct regs *r, const struct disk *d, u32 s, u32 *lba)
{
    u32 c = r->ch | (r->cl & 0xc0u) << 2;
    if (c >= d->cylinders || r->dh >= d->heads || !s || s > d->spt)
        return 0;
    *lba = (c * d->heads + r->dh) * d->spt + s - 1;
    return 1;
}

static u8 chs(struct regs *r, const struct disk *d, enum disk_op op)
{
    u32 lba;
    if (!r->al || r->al > 128 || !chs_lba(r, d, r->cl & 63, &lba))
        return DISK_BAD_COMMAND;
    if (lba + r->al > d->sectors)
        return DISK_NOT_FOUND;
    u8 e = ata_transfer(d, op, lba, r->al, ((u32)r->es << 4) + r->bx);
    if (e)
        r->al = (u8)ata_moved;
    return e;
}

/* 05h, 0Ch: a track that is there. Formatting has nothing to do. */
static u8 track(struct regs *r, const struct disk *d)
{
    u32 lba;
    if (!chs_lba(r, d, 1, &lba))
        return DISK_BAD_COMMAND;
    return r->ah == 0x05 ? DISK_OK : ata_command(d, ATA_SEEK, lba);
}

void dap_get(const struct regs *r, struct dap *p)
{
    u8 *b = (u8 *)p;
    far_seg(r->ds);
    for (u32 i = 0; i < 16; i++)
        b[i] = *(volatile FARMEM u8 *)(u32)(u16)(r->si + i);
}

/* A flat 64-bit address behind the packet's 16 bytes (EDD 3.0): sector by sector. */
static u8 flat_transfer(const struct regs *r, const struct disk *d, enum disk_op op, u64 lba,
                        u32 count)
{
    u32 at = far32(r->ds, (u16)(r->si + 16)), flat = 0xf0000 + (u32)bounce, i;
    u8 e = DISK_OK;
    if (far32(r->ds, (u16)(r->si + 20)))
        return DISK_BAD_COMMAND;
    for (i = 0; i < count; i++, at += 512) {
        if (op == OP_WRITE)
            call32((u32)copy32, flat, at, 512);
        e = ata_transfer(d, op, lba + i, 1, flat);
        if (e)
            break;
        if (op == OP_READ)
            call32((u32)copy32, at, flat, 512);
    }
    ata_moved = i;
    return e;
}

/* Up to 127 blocks; FFh: as many as the packet's last double word says, with a flat address. */
static u8 extended_checked(const struct regs *r, const struct disk *d, enum disk_op op,
                           const struct dap *p)
{
    int large = p->size >= 32 && p->count == 0xff;
    u32 n = large ? far32(r->ds, (u16)(r->si + 24)) : p->count;
    if (p->size < 16 || (p->count > 127 && !large))
        return DISK_BAD_COMMAND;
    if (p->lba >= d->sectors || n > d->sectors - p->lba)
        return DISK_BAD_COMMAND;
    if (large || (p->size >= 24 && p->seg == 0xffff && p->off == 0xffff))
        return flat_transfer(r, d, op, p->lba, n);
    return ata_transfer(d, op, p->lba, n, ((u32)p->seg << 4) + p->off);
}

/* The packet's count is afterwards how many were good. */
static u8 extended(struct regs *r, const struct disk *d, enum disk_op op)
{
    struct dap p;
    dap_get(r, &p);
    ata_moved = 0;
    u8 e = extended_checked(r, d, op, &p);
    if (e && p.size >= 32 && p.count == 0xff)
        far32_set(r->ds, (u16)(r->si + 24), ata_moved);
    else if (e)
        far16_set(r->ds, (u16)(r->si + 2), (u16)ata_moved);
    return e;
}

/* 47h */
static u8 extended_seek(const struct regs *r, const struct disk *d)
{
    struct dap p;
    dap_get(r, &p);
    if (p.size < 16 || p.lba >= d->sectors)
        return DISK_BAD_COMMAND;
    return p.lba > 0x0fffffff ? DISK_OK : ata_command(d, ATA_SEEK, p.lba);
}

static u8 parameters(struct regs *r, const struct disk *d)
{
    u32 last = d->cylinders - 1u;
    r->al = 0;
    r->bl = 0;
    r->ch = (u8)last;
    r->cl = (u8)((last >> 2 & 0xc0) | d->spt);
    r->dh = (u8)(d->heads - 1);
    r->dl = hard_disks;
    return DISK_OK;
}

/* EDD 3.0: how the drive is reached. */
static void device_path(const struct disk *d, struct edd *p)
{
    memcpy(p->bus, memory.pci ? "PCI " : "ISA ", 4);
    memcpy(p->interface, d->kind == DISK_ATAPI ? "ATAPI   " : "ATA     ", 8);
    p->key = 0xbedd;
    p->path_size = 36;
    if (memory.pci) {
        p->interface_path[1] = 1;                        /* bus 0, device 1, function 1, channel */
        p->interface_path[2] = 1;
        p->interface_path[3] = d->base != 0x1f0;
    } else {
        *(u16 *)p->interface_path = d->base;
    }
    p->device_path[0] = d->slave;
    const u8 *b = (const u8 *)&p->key;
    for (u32 i = 0; i < 35; i++)
        p->sum = (u8)(p->sum - b[i]);
}

u8 edd_parameters(const struct regs *r, const struct disk *d, struct edd *p)
{
    u16 room = far16(r->ds, r->si);
    if (room < 26)
        return DISK_BAD_COMMAND;
    p->size = room >= sizeof *p ? sizeof *p : room >= 30 ? 30 : 26;
    p->dpte_seg = 0xf000;
    p->dpte_off = (u16)(u32)d->dpte;
    device_path(d, p);
    far_put(r->ds, r->si, p, p->size);
    return DISK_OK;
}

static u8 hard_parameters(struct regs *r, const struct disk *d)
{
    struct edd p;
    memset(&p, 0, sizeof p);
    p.flags = d->sectors > 15482880 ? 0 : 0x02;        /* the geometry means something up to here */
    p.cylinders = d->phys_cylinders;
    p.heads = d->phys_heads;
    p.spt = d->phys_spt;
    p.sectors = d->sectors;
    p.bytes = 512;
    return edd_parameters(r, d, &p);
}

/* 4Eh: there is no prefetch, and transfers are by PIO at its pace: what says so is granted. AL:
 * other drives are not touched. */
static u8 hardware_mode(struct regs *r)
{
    u8 what = r->al;
    if (what != 1 && what != 3 && what != 4 && what != 6)
        return DISK_BAD_COMMAND;
    r->al = 0;
    return DISK_OK;
}

static u8 read_type(struct regs *r, const struct disk *d)
{
    u32 n = (u32)d->cylinders * d->heads * d->spt;
    r->cx = (u16)(n >> 16);
    r->dx = (u16)n;
    clear_cf(r);
    r->ah = 3;
    return DISK_OK;
}

static u8 hard(struct regs *r, const struct disk *d)     /* long: table */
{
    switch (r->ah) {
    case 0x00:
    case 0x0d: return ata_select_reset(d);
    case 0x02: return chs(r, d, OP_READ);
    case 0x03: return chs(r, d, OP_WRITE);
    case 0x04: return chs(r, d, OP_VERIFY);
    case 0x05:
    case 0x0c: return track(r, d);
    case 0x08: return parameters(r, d);
    case 0x09: return ata_geometry(d);
    case 0x0a: return chs(r, d, OP_READ_LONG);
    case 0x0b: return chs(r, d, OP_WRITE_LONG);
    case 0x10: return ata_ready(d);
    case 0x11: return ata_command(d, ATA_RECALIBRATE, 0);
    case 0x12:
    case 0x13:
    case 0x14: return ata_diagnose(d);
    case 0x19: return ata_command(d, ATA_SEEK, d->sectors > 0x0fffffff ? 0 : d->sectors - 1);
    case 0x41:
        if (r->bx != 0x55aa)
            return DISK_BAD_COMMAND;
        r->bx = 0xaa55;
        r->cx = 0x0005;                                  /* 42h-44h, 47h, 48h; EDD */
        return DISK_OK;
    case 0x42: return extended(r, d, OP_READ);
    case 0x43: return r->al > 2 ? DISK_BAD_COMMAND : extended(r, d, OP_WRITE);
    case 0x44: return extended(r, d, OP_VERIFY);
    case 0x45:
    case 0x46:
    case 0x49: return DISK_NOT_REMOVABLE;
    case 0x47: return extended_seek(r, d);
    case 0x48: return hard_parameters(r, d);
    case 0x4e: return hardware_mode(r);
    default:   return DISK_BAD_COMMAND;
    }
}

static void int13_hard(struct regs *r, const struct disk *d)
{
    u8 function = r->ah;
    if (function == 0x01) {                              /* status of the last operation */
        u8 last = bda->hd_status;
        int13_result(r, last);
        bda->hd_status = 0;
        return;
    }
    if (function == 0x15) {
        bda->hd_status = read_type(r, d);
        return;
    }
    u8 e = hard(r, d);
    bda->hd_status = e;
    int13_result(r, e);
    if (function == 0x41 && !e)
        r->ah = 0x30;                                    /* EDD 3.0 */
}

static void dispatch(struct regs *r)
{
    u8 n = r->dl;
    if (n < 0x80) {
        int13_floppy(r);
    } else if (n - 0x80 < hard_disks) {
        int13_hard(r, &disks[hard_disk[n - 0x80]]);
    } else if (n >= 0xe0 && n - 0xe0 < cdroms) {
        int13_cd(r, &disks[cdrom[n - 0xe0]]);
    } else if (r->ah == 0x15) {
        r->ah = 0;                                       /* no such drive */
        r->cx = r->dx = 0;
        set_cf(r);
    } else {
        int13_result(r, DISK_BAD_COMMAND);
    }
}

void int13(struct regs *r)
{
    u8 dl = r->dl, function = r->ah;
    kbd_busy();
    sti();
    if (cd_emulation(r))
        return;
    int moved = r->dl != dl;
    dispatch(r);
    if (moved && function == 0x08 && !(r->flags & F_CF))
        r->dl++;                                         /* how many: with the pretended one */
    else if (moved && (function != 0x15 || dl < 0x80))
        r->dl = dl;
}
