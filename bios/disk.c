/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 13h: which drive, and hard disks by cylinder/head/sector or by EDD's block number.
 * IBM PS/2 and PC BIOS Interface Technical Reference; Phoenix Enhanced Disk Drive Specification 1.1 and 3.0.
 */
#include "disk.h"

void int13_result(struct regs *r, u8 status)
{
    r->ah = status;
    if (status)
        set_cf(r);
    else
        clear_cf(r);
}

static u8 chs(struct regs *r, const struct disk *d, enum disk_op op)
{
    u32 c = r->ch | (r->cl & 0xc0u) << 2, s = r->cl & 63;
    if (!r->al || r->al > 128 || c >= d->cylinders || r->dh >= d->heads || !s || s > d->spt)
        return DISK_BAD_COMMAND;
    u32 lba = (c * d->heads + r->dh) * d->spt + s - 1;
    if (lba + r->al > d->sectors)
        return DISK_NOT_FOUND;
    return ata_transfer(d, op, lba, r->al, ((u32)r->es << 4) + r->bx);
}

void dap_get(const struct regs *r, struct dap *p)
{
    u8 *b = (u8 *)p;
    far_seg(r->ds);
    for (u32 i = 0; i < 16; i++)
        b[i] = *(volatile FARMEM u8 *)(u32)(u16)(r->si + i);
}

static u8 extended(struct regs *r, const struct disk *d, enum disk_op op)
{
    struct dap p;
    dap_get(r, &p);
    if (p.size < 16 || p.count > 127)
        return DISK_BAD_COMMAND;
    if (p.lba >= d->sectors || p.count > d->sectors - p.lba)
        return DISK_BAD_COMMAND;
    u8 e = ata_transfer(d, op, p.lba, p.count, ((u32)p.seg << 4) + p.off);
    if (e)
        far16_set(r->ds, (u16)(r->si + 2), 0);
    return e;
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

static u8 edd_parameters(struct regs *r, const struct disk *d)
{
    struct { u16 size, flags; u32 cylinders, heads, spt; u64 sectors; u16 bytes; u32 dpt; } PACKED p = {
        26, 0x02, d->phys_cylinders, d->phys_heads, d->phys_spt, d->sectors, 512, 0xffffffff };
    u16 room = far16(r->ds, r->si);
    if (room < 26)
        return DISK_BAD_COMMAND;
    u32 n = room >= 30 ? 30 : 26;
    p.size = (u16)n;
    if (d->sectors > 15482880)                           /* geometry means nothing any more */
        p.flags = 0;
    far_put(r->ds, r->si, &p, n);
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
    case 0x05: return DISK_OK;                           /* format track: nothing to do */
    case 0x08: return parameters(r, d);
    case 0x09:
    case 0x0c:
    case 0x10:
    case 0x11:
    case 0x14: return DISK_OK;
    case 0x41:
        if (r->bx != 0x55aa)
            return DISK_BAD_COMMAND;
        r->bx = 0xaa55;
        r->cx = 0x0001;                                  /* 42h-44h, 47h, 48h */
        return DISK_OK;
    case 0x42: return extended(r, d, OP_READ);
    case 0x43: return r->al > 2 ? DISK_BAD_COMMAND : extended(r, d, OP_WRITE);
    case 0x44: return extended(r, d, OP_VERIFY);
    case 0x45:
    case 0x46:
    case 0x49: return DISK_NOT_REMOVABLE;
    case 0x47: return DISK_OK;
    case 0x48: return edd_parameters(r, d);
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
        r->ah = 0x21;                                    /* EDD 1.1 */
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
    if (moved && function != 0x08 && function != 0x15)
        r->dl = dl;
}
