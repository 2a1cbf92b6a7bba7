/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CD-ROM: 2048-byte blocks by ATAPI, El Torito boot, and the floppy or hard disk that a boot image
 * pretends to be. SFF-8020i; "El Torito" Bootable CD-ROM Format Specification 1.0.
 */
#include "disk.h"

static struct {
    u8  active, media;                                  /* media: 0 none, 1-3 floppy, 4 hard disk */
    u8  drive, source;                             /* pretended drive number; position in disks[] */
    u32 lba, sectors;                           /* of the image; 2048-byte start, 512-byte length */
    u16 cylinders, heads, spt, load_seg, load_count;
    u8  cd_drive;                                        /* E0h.. */
    u16 equipment;                                       /* INT 11h's answer without it */
} emulated;

#define sector    bounce
#define SECTOR_AT (0xf0000 + (u32)sector)

static u8 changed[4], locks[4];                          /* by position in disks[] */

static u8 cd_command(const struct disk *d, const u8 *packet, u32 linear, u32 bytes)
{
    u8 e = 0;
    for (u32 i = 0; i < 4; i++) {                    /* unit attention, becoming ready: ask again */
        e = atapi_packet(d, packet, linear, bytes);
        if (e != 6 && e != 2)
            return e;
        static const u8 sense[12] = { 0x03, 0, 0, 0, 18 };
        u8 answer[18];
        if (atapi_packet(d, sense, 0xf0000 + (u32)answer, sizeof answer))
            continue;
        if (answer[12] == 0x28)
            changed[d - disks] = 1;
        if (answer[12] == 0x3a)
            return 2;                                    /* no medium: no use waiting */
    }
    return e;
}

u8 cd_read(const struct disk *d, u32 lba, u32 count, u32 linear)
{
    for (; count; count--, lba++, linear += 2048) {
        u8 p[12] = { 0x28, 0, (u8)(lba >> 24), (u8)(lba >> 16), (u8)(lba >> 8), (u8)lba, 0, 0, 1 };
        u8 e = cd_command(d, p, linear, 2048);
        if (e == 2)
            return DISK_NO_MEDIA;
        if (e)
            return e == DISK_TIMEOUT ? DISK_TIMEOUT : DISK_CONTROLLER;
    }
    return DISK_OK;
}

static u8 cd_capacity(const struct disk *d, u32 *blocks)
{
    static const u8 p[12] = { 0x25 };
    u8 b[8];
    u8 e = cd_command(d, p, 0xf0000 + (u32)b, sizeof b);
    *blocks = e ? 0 : ((u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3]) + 1;
    return e;
}

/* ---- INT 13h on drive E0h and up ---- */
static u8 extended_read(struct regs *r, const struct disk *d, int verify)
{
    struct dap p;
    dap_get(r, &p);
    if (p.size < 16 || p.lba >> 32 || p.count > 127)
        return DISK_BAD_COMMAND;
    u8 e = verify ? DISK_OK : cd_read(d, (u32)p.lba, p.count, ((u32)p.seg << 4) + p.off);
    if (e)
        far16_set(r->ds, (u16)(r->si + 2), 0);
    return e;
}

static u8 parameters(struct regs *r, const struct disk *d)
{
    struct edd p;
    u32 blocks;
    memset(&p, 0, sizeof p);
    p.flags = 0x74;                         /* removable, with change line, lockable; no geometry */
    p.cylinders = p.heads = p.spt = 0xffffffff;
    p.sectors = cd_capacity(d, &blocks) ? ~0ull : blocks;
    p.bytes = 2048;
    return edd_parameters(r, d, &p);
}

/* 45h: AL 0 locks, 1 unlocks, 2 asks. Locks are counted. */
static u8 lock(struct regs *r, const struct disk *d)
{
    u8 *n = &locks[d - disks];
    if (r->al > 2)
        return DISK_BAD_COMMAND;
    if (r->al == 0 && *n == 255)
        return DISK_LOCKS;
    if (r->al == 1 && !*n)
        return DISK_NOT_LOCKED;
    if ((r->al == 0 && !*n) || (r->al == 1 && *n == 1)) {
        u8 p[12] = { 0x1e, 0, 0, 0, r->al == 0 };
        if (cd_command(d, p, 0, 0))
            return DISK_NOT_READY;
    }
    if (r->al < 2)
        *n = (u8)(r->al == 0 ? *n + 1 : *n - 1);
    r->al = *n != 0;
    return DISK_OK;
}

/* 46h: who has reasons against it says so by INT 15h/52h. */
static u8 eject(struct regs *r, const struct disk *d)
{
    static const u8 p[12] = { 0x1b, 0, 0, 0, 2 };
    struct regs ask;
    if (locks[d - disks])
        return DISK_LOCKED;
    memset(&ask, 0, sizeof ask);
    ask.ah = 0x52;
    ask.dl = r->dl;
    int_call(0x15, &ask);
    if (ask.flags & F_CF)
        return ask.ah;
    return cd_command(d, p, 0, 0) ? DISK_EJECT : DISK_OK;
}

/* 49h: since it was last asked */
static u8 change_status(const struct disk *d)
{
    static const u8 test_ready[12];
    u8 e = cd_command(d, test_ready, 0, 0), was = changed[d - disks];
    changed[d - disks] = 0;
    return was ? DISK_CHANGED : e ? DISK_NOT_READY : DISK_OK;
}

static void emulation_end(void)
{
    if (!emulated.media)
        return;
    emulated.media = 0;
    bda->equipment = emulated.equipment;
    bda->hd_count = hard_disks;
}

/* 4Bh: what was booted. */
static u8 emulation_status(struct regs *r)
{
    u8 p[19] = { 19 };
    p[1] = emulated.media;
    p[2] = emulated.drive;
    *(u32 *)(p + 4) = emulated.lba;
    p[3] = emulated.source >> 1;
    p[8] = emulated.source & 1;
    *(u16 *)(p + 12) = emulated.load_seg;
    *(u16 *)(p + 14) = emulated.load_count;
    if (emulated.media) {
        p[16] = (u8)(emulated.cylinders - 1);
        p[17] = (u8)((emulated.cylinders - 1) >> 2 & 0xc0) | (u8)emulated.spt;
        p[18] = (u8)(emulated.heads - 1);
    }
    far_put(r->ds, r->si, p, sizeof p);
    if (r->al == 0)
        emulation_end();
    return DISK_OK;
}

static u8 cd(struct regs *r, const struct disk *d)       /* long: table */
{
    static const u8 test_ready[12];
    switch (r->ah) {
    case 0x00:
    case 0x09:
    case 0x0c:
    case 0x0d:
    case 0x11:
    case 0x14:
    case 0x47: return DISK_OK;
    case 0x10: return cd_command(d, test_ready, 0, 0) ? DISK_NOT_READY : DISK_OK;
    case 0x41:
        if (r->bx != 0x55aa)
            return DISK_BAD_COMMAND;
        r->bx = 0xaa55;
        r->cx = 0x0007;
        return DISK_OK;
    case 0x42: return extended_read(r, d, 0);
    case 0x43: return DISK_WRITE_PROTECTED;
    case 0x44: return extended_read(r, d, 1);
    case 0x45: return lock(r, d);
    case 0x46: return eject(r, d);
    case 0x48: return parameters(r, d);
    case 0x49: return change_status(d);
    case 0x4b: return r->al <= 1 && emulated.active ? emulation_status(r) : DISK_BAD_COMMAND;
    default:   return DISK_BAD_COMMAND;
    }
}

void int13_cd(struct regs *r, const struct disk *d)
{
    u8 function = r->ah;
    if (function == 0x01) {
        int13_result(r, bda->hd_status);
        return;
    }
    if (function == 0x15) {
        r->ah = 2;                                       /* removable, with change line */
        clear_cf(r);
        return;
    }
    u8 e = cd(r, d);
    bda->hd_status = e;
    int13_result(r, e);
    if (function == 0x41 && !e)
        r->ah = 0x30;
}

/* ---- the pretended drive ---- */
/* 512-byte sectors out of 2048-byte blocks. */
static u8 emulated_read(u32 lba, u32 count, u32 linear)
{
    const struct disk *d = &disks[emulated.source];
    for (; count; count--, lba++, linear += 512) {
        u8 e = cd_read(d, emulated.lba + lba / 4, 1, SECTOR_AT);
        if (e)
            return e;
        far_put((u16)(linear >> 4), linear & 15, sector + lba % 4 * 512, 512);
    }
    return DISK_OK;
}

static u8 emulated_chs(struct regs *r, int verify)
{
    u32 c = r->ch | (r->cl & 0xc0u) << 2, s = r->cl & 63;
    if (!r->al)
        return DISK_BAD_COMMAND;
    if (c >= emulated.cylinders || r->dh >= emulated.heads || !s || s > emulated.spt)
        return emulated.media == 4 ? DISK_BAD_COMMAND : DISK_NOT_FOUND;
    u32 lba = (c * emulated.heads + r->dh) * emulated.spt + s - 1;
    return verify ? DISK_OK : emulated_read(lba, r->al, ((u32)r->es << 4) + r->bx);
}

static u8 emulated_extended(struct regs *r, int verify)
{
    struct dap p;
    dap_get(r, &p);
    if (p.size < 16 || p.count > 127 || p.lba >= emulated.sectors ||
        p.count > emulated.sectors - (u32)p.lba)
        return DISK_BAD_COMMAND;
    u8 e = verify ? DISK_OK : emulated_read((u32)p.lba, p.count, ((u32)p.seg << 4) + p.off);
    if (e)
        far16_set(r->ds, (u16)(r->si + 2), 0);
    return e;
}

static u8 emulated_edd_parameters(struct regs *r)
{
    struct edd p;
    memset(&p, 0, sizeof p);
    p.flags = 0x02;                                      /* the geometry means something */
    p.cylinders = emulated.cylinders;
    p.heads = emulated.heads;
    p.spt = emulated.spt;
    p.sectors = emulated.sectors;
    p.bytes = 512;
    return edd_parameters(r, &disks[emulated.source], &p);
}

static u8 emulated_parameters(struct regs *r)
{
    u32 last = emulated.cylinders - 1u;
    r->ch = (u8)last;
    r->cl = (u8)((last >> 2 & 0xc0) | emulated.spt);
    r->dh = (u8)(emulated.heads - 1);
    r->dl = emulated.media == 4 ? (u8)(hard_disks + 1) : (u8)((bda->equipment >> 6 & 3) + 1);
    r->al = 0;
    r->bl = emulated.media == 4 ? 0 : emulated.media == 1 ? 2 : emulated.media == 2 ? 4 : 6;
    if (emulated.media != 4) {
        r->es = 0xf000;
        r->di = floppy_parameters(r->bl);
    }
    return DISK_OK;
}

/* What only a hard disk has. */
static u8 emulated_hard_disk(struct regs *r)
{
    switch (r->ah) {
    case 0x09:
    case 0x0c:
    case 0x0d:
    case 0x10:
    case 0x11:
    case 0x14:
    case 0x47: return DISK_OK;
    case 0x41:
        if (r->bx != 0x55aa)
            return DISK_BAD_COMMAND;
        r->bx = 0xaa55;
        r->cx = 1;
        return DISK_OK;
    case 0x42: return emulated_extended(r, 0);
    case 0x43: return DISK_WRITE_PROTECTED;
    case 0x44: return emulated_extended(r, 1);
    case 0x48: return emulated_edd_parameters(r);
    default:   return DISK_BAD_COMMAND;
    }
}

static u8 emulated_call(struct regs *r)
{
    switch (r->ah) {
    case 0x00: return DISK_OK;
    case 0x02: return emulated_chs(r, 0);
    case 0x03:
    case 0x05: return DISK_WRITE_PROTECTED;
    case 0x04: return emulated_chs(r, 1);
    case 0x08: return emulated_parameters(r);
    case 0x4b: return emulation_status(r);
    default:
        if (emulated.media == 4)
            return emulated_hard_disk(r);
        return r->ah == 0x16 ? DISK_OK : DISK_BAD_COMMAND;   /* never changed */
    }
}

static int el_torito(struct regs *r);

/* While a pretended drive is there the real ones of its kind move up by one. */
int cd_emulation(struct regs *r)
{
    if (el_torito(r))
        return 1;
    if (emulated.active && r->ah == 0x4b && r->dl == 0x7f) {
        int13_result(r, emulation_status(r));
        return 1;
    }
    if (!emulated.media)
        return 0;
    if (r->dl != emulated.drive) {
        if (r->dl > emulated.drive && (r->dl & 0x80) == (emulated.drive & 0x80) && r->dl < 0xe0)
            r->dl--;
        return 0;
    }
    u8 function = r->ah;
    volatile LOWMEM u8 *last = emulated.media == 4 ? &bda->hd_status : &bda->fd_status;
    if (function == 0x01) {
        int13_result(r, *last);
    } else if (function == 0x15) {
        r->ah = emulated.media == 4 ? 3 : 1;
        if (emulated.media == 4) {
            r->cx = (u16)(emulated.sectors >> 16);
            r->dx = (u16)emulated.sectors;
        }
        clear_cf(r);
    } else {
        u8 e = emulated_call(r);
        *last = e;
        int13_result(r, e);
        if (function == 0x41 && !e)
            r->ah = 0x30;
    }
    return 1;
}

/* ---- El Torito ---- */
static int same(const void *a, const char *b, u32 n)
{
    const u8 *p = a;
    while (n--)
        if (*p++ != (u8)*b++)
            return 0;
    return 1;
}

/* Where the boot catalog is, from the boot record. */
static u8 catalog(const struct disk *d, u32 *lba)
{
    u8 e = cd_read(d, 17, 1, SECTOR_AT);
    if (e)
        return e;
    if (!same(sector, "\0CD001\1EL TORITO SPECIFICATION", 30))
        return DISK_BAD_DATA;
    *lba = *(u32 *)(sector + 0x47);
    return DISK_OK;
}

/* A hard disk's geometry is where its first partition ends. */
static u8 emulate_hard_disk(const struct disk *d)
{
    u8 e = cd_read(d, emulated.lba, 1, SECTOR_AT);
    if (e)
        return e;
    const u8 *end = sector + 446 + 5;
    emulated.heads = (u16)(end[0] + 1);
    emulated.spt = end[1] & 63;
    emulated.cylinders = (u16)(end[2] + ((end[1] & 0xc0) << 2) + 1);
    emulated.drive = 0x80;
    bda->hd_count = (u8)(hard_disks + 1);
    return DISK_OK;
}

static u8 emulate(const struct disk *d, u8 media)
{
    static const u8 spt[] = { 15, 18, 36 };
    u16 real = emulated.equipment = bda->equipment;
    emulated.heads = 2;
    emulated.cylinders = 80;
    if (media <= 3) {
        emulated.spt = spt[media - 1];
        emulated.drive = 0;
        if (real & 1 && (real >> 6 & 3) != 3)             /* one drive more */
            bda->equipment = (u16)(real + 0x40);
        bda->equipment |= 1;
    } else {
        u8 e = emulate_hard_disk(d);
        if (e)
            return e;
    }
    emulated.media = media;
    emulated.sectors = (u32)emulated.heads * emulated.cylinders * emulated.spt;
    return DISK_OK;
}

/* An image with a medium to pretend, or 0; loaded when it is to be booted. Its number, if no drive
 * is pretended, is 'drive'. */
static u8 image(const struct disk *d, u8 media, u8 drive, int load)
{
    u32 blocks = (emulated.load_count + 3u) / 4, to = (u32)emulated.load_seg << 4;
    u8 e = DISK_OK;
    emulated.source = (u8)(d - disks);
    emulated.drive = drive;
    for (u8 i = 0; i < cdroms; i++)
        if (cdrom[i] == emulated.source)
            emulated.cd_drive = 0xe0 + i;
    if (media > 4 || (load && to + blocks * 2048 > 0x9f000))
        return DISK_BAD_DATA;
    if (load)
        e = cd_read(d, emulated.lba, blocks, to);
    if (!e && media)
        e = emulate(d, media);
    emulated.active = !e;
    return e;
}

static void image_at(u32 lba, u16 seg, u16 count)
{
    emulated.active = 0;
    emulation_end();
    emulated.lba = lba;
    emulated.load_seg = seg ? seg : 0x7c0;
    emulated.load_count = count ? count : 4;
}

/* 4Ah: an image named by a packet becomes a drive; 4Ch: and is booted. */
static u8 specified(const struct regs *r)
{
    u8 p[19];
    far_seg(r->ds);
    for (u32 i = 0; i < sizeof p; i++)
        p[i] = *(volatile FARMEM u8 *)(u32)(u16)(r->si + i);
    u32 position = p[3] * 2u + (p[8] & 1);
    int boot = r->ah == 0x4c;
    if (p[0] < sizeof p || position > 3 || disks[position].kind != DISK_ATAPI)
        return DISK_BAD_COMMAND;
    image_at(*(u32 *)(p + 4), *(u16 *)(p + 12), *(u16 *)(p + 14));
    u8 e = image(&disks[position], p[1] & 15, p[2], boot);
    if (!e && boot)
        boot_jump((u32)emulated.load_seg << 16, emulated.drive);
    return e;
}

/* 4Dh: so many blocks of the catalog, from one of its own on. */
static u8 catalog_read(const struct regs *r)
{
    const struct disk *d = &disks[emulated.active ? emulated.source : cdrom[0]];
    u8 n = far8(r->ds, (u16)(r->si + 1));
    u32 to = far32(r->ds, (u16)(r->si + 2)), lba;
    u16 first = far16(r->ds, (u16)(r->si + 6));
    if (far8(r->ds, r->si) < 8)
        return DISK_BAD_COMMAND;
    u8 e = catalog(d, &lba);
    return e ? e : cd_read(d, lba + first, n, (to >> 16 << 4) + (to & 0xffff));
}

static int el_torito(struct regs *r)
{
    if (!cdroms || (r->ah != 0x4a && r->ah != 0x4c && r->ah != 0x4d))
        return 0;
    u8 e = r->al ? DISK_BAD_COMMAND : r->ah == 0x4d ? catalog_read(r) : specified(r);
    int13_result(r, e);
    return 1;
}

u8 cd_boot(const struct disk *d, u8 drive)
{
    u32 lba;
    emulated.active = 0;
    emulation_end();
    u8 e = catalog(d, &lba);
    if (!e)
        e = cd_read(d, lba, 1, SECTOR_AT);
    if (e)
        return e;
    const u8 *entry = sector + 0x20;
    if (sector[0] != 1 || *(u16 *)(sector + 0x1e) != 0xaa55 || entry[0] != 0x88)
        return DISK_BAD_DATA;
    image_at(*(u32 *)(entry + 8), *(u16 *)(entry + 2), *(u16 *)(entry + 6));
    e = image(d, entry[1] & 15, drive, 1);
    if (e)
        return e;
    boot_jump((u32)emulated.load_seg << 16, emulated.drive);
}
