/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ATA and ATAPI devices by polled PIO: finding them, sectors, packets.
 * ATA/ATAPI-6 (T13 1410D); ATA-1 for READ LONG and disks without LBA. The device's interrupt stays
 * off while a command runs.
 */
#include "disk.h"

/* register offsets */
enum { DATA, ERROR, COUNT, LBA0, LBA1, LBA2, DEVICE, STATUS, COMMAND = STATUS };
enum { ERR = 0x01, DRQ = 0x08, DF = 0x20, DRDY = 0x40, BSY = 0x80 };
enum { NIEN = 0x02, SRST = 0x04 };

struct disk disks[4];
u8 hard_disks, cdroms, hard_disk[4], cdrom[4];

static u8 reg_in(const struct disk *d, u16 reg) { return inb((u16)(d->base + reg)); }
static void reg_out(const struct disk *d, u16 reg, u8 v) { outb((u16)(d->base + reg), v); }

/* Status once BSY is clear; FFh after 'ticks' timer ticks. Needs interrupts on. */
static u8 wait_idle(const struct disk *d, u32 ticks)
{
    u32 start = bda->ticks;
    inb(d->control);                                     /* 400 ns */
    do {
        u8 s = inb(d->control);
        if (!(s & BSY))
            return s;
    } while (!ticks_over(start, ticks));
    return 0xff;
}

/* What went wrong. A disk that refuses nothing but writes is protected. */
static u8 status_code(const struct disk *d, u8 s, int write)
{
    if (s == 0xff)
        return DISK_TIMEOUT;
    if (s & DF)
        return DISK_FAULT;
    u8 e = s & ERR ? reg_in(d, ERROR) : 0;
    return e & 0x40   ? DISK_BAD_DATA
           : e & 0x10 ? DISK_NOT_FOUND
           : e & 0x04 ? (write ? DISK_WRITE_PROTECTED : DISK_BAD_COMMAND)
           : e & 0x02 ? DISK_SEEK
           : e & 0x01 ? DISK_ADDRESS_MARK : DISK_CONTROLLER;
}

static int failed(u8 s) { return s == 0xff || s & (ERR | DF); }

static int select(const struct disk *d, u8 head)
{
    if (wait_idle(d, 18) == 0xff)
        return 0;
    outb(d->control, 0x08 | NIEN);
    reg_out(d, DEVICE, (u8)(0xa0 | head | d->slave << 4));
    return wait_idle(d, 18) != 0xff;
}

static void done(const struct disk *d)
{
    reg_in(d, STATUS);
    outb(d->control, 0x08);
}

static void lba_set(const struct disk *d, u64 lba, u32 count, int ext)
{
    if (ext) {
        reg_out(d, COUNT, (u8)(count >> 8));
        reg_out(d, LBA0, (u8)(lba >> 24));
        reg_out(d, LBA1, (u8)(lba >> 32));
        reg_out(d, LBA2, (u8)(lba >> 40));
    }
    reg_out(d, COUNT, (u8)count);
    reg_out(d, LBA0, (u8)lba);
    reg_out(d, LBA1, (u8)(lba >> 8));
    reg_out(d, LBA2, (u8)(lba >> 16));
}

/* Selects the drive and says where a command is to work: by block number, or where the drive has
 * none by its own cylinders, heads and sectors. */
static int address(const struct disk *d, u64 lba, u32 count, int ext)
{
    u8 head = (u8)(0x40 | (ext ? 0 : lba >> 24 & 15));
    if (!d->lba) {
        u32 track = (u32)lba / d->phys_spt;
        head = (u8)(track % d->phys_heads);
        lba = ((u32)lba % d->phys_spt + 1) | track / d->phys_heads << 8;
    }
    if (!select(d, head))
        return 0;
    lba_set(d, lba, count, ext);
    return 1;
}

u32 ata_moved;

static void move_sector(const struct disk *d, enum disk_op op, u32 linear)
{
    if (op == OP_READ || op == OP_READ_LONG)
        insw_far(d->base, linear, 256);
    else
        outsw_far(d->base, linear, 256);
    for (u32 i = 512; op >= OP_READ_LONG && i < 516; i++) {      /* its ECC, byte by byte */
        u16 seg = (u16)((linear + i) >> 4), off = (linear + i) & 15;
        if (op == OP_READ_LONG)
            far8_set(seg, off, inb(d->base));
        else
            outb(d->base, far8(seg, off));
    }
}

/* One command of at most 256 sectors; a long one has a single sector. */
static u8 transfer(const struct disk *d, enum disk_op op, u64 lba, u32 count, u32 linear)
{
    static const u8 commands[][2] = { { 0x20, 0x24 }, { 0x30, 0x34 }, { 0x40, 0x42 },
                                      { 0x22, 0x22 }, { 0x32, 0x32 } };
    int ext = lba + count > 0x0fffffff, write = op == OP_WRITE || op == OP_WRITE_LONG;
    u32 before = ata_moved;
    if (!address(d, lba, count, ext))
        return DISK_TIMEOUT;
    reg_out(d, COMMAND, commands[op][ext]);
    for (u32 i = 0; i < count && op != OP_VERIFY; i++, linear += 512) {
        u8 s = wait_idle(d, 90);
        if (failed(s) || !(s & DRQ))
            return status_code(d, s, write);
        move_sector(d, op, linear);
        ata_moved = before + i + !write;                 /* what is written shows with the next */
    }
    u8 s = wait_idle(d, 180);
    if (failed(s))
        return status_code(d, s, write);
    ata_moved = before + count;
    return DISK_OK;
}

u8 ata_transfer(const struct disk *d, enum disk_op op, u64 lba, u32 count, u32 linear)
{
    u8 e = DISK_OK;
    u32 f = flags_save_cli(), most = op >= OP_READ_LONG ? 1 : 256;
    sti();
    ata_moved = 0;
    while (count && !e) {
        u32 n = count > most ? most : count;
        e = transfer(d, op, lba, n, linear);
        lba += n;
        linear += n * (op >= OP_READ_LONG ? 516 : 512);
        count -= n;
    }
    done(d);
    flags_restore(f);
    return e;
}

static u8 complete(const struct disk *d, u32 ticks)
{
    u8 s = wait_idle(d, ticks);
    u8 e = failed(s) ? status_code(d, s, 0) : DISK_OK;
    done(d);
    return e;
}

u8 ata_command(const struct disk *d, u8 command, u64 lba)
{
    if (!address(d, lba, 1, 0))
        return DISK_TIMEOUT;
    reg_out(d, COMMAND, command);
    return complete(d, 90);
}

u8 ata_ready(const struct disk *d)
{
    int there = select(d, 0);
    u8 s = reg_in(d, STATUS);
    done(d);
    return !there || !(s & DRDY) ? DISK_NOT_READY : DISK_OK;
}

/* INITIALIZE DEVICE PARAMETERS */
u8 ata_geometry(const struct disk *d)
{
    if (!d->phys_heads || !d->phys_spt)
        return DISK_OK;
    if (!select(d, (u8)(d->phys_heads - 1)))
        return DISK_TIMEOUT;
    reg_out(d, COUNT, (u8)d->phys_spt);
    reg_out(d, COMMAND, 0x91);
    return complete(d, 18);
}

/* EXECUTE DEVICE DIAGNOSTIC: drive 0 answers for both. */
u8 ata_diagnose(const struct disk *d)
{
    if (!select(d, 0))
        return DISK_TIMEOUT;
    reg_out(d, COMMAND, 0x90);
    u8 s = wait_idle(d, 90), code = reg_in(d, ERROR);
    done(d);
    if (s == 0xff || (d->slave ? code & 0x80 : (code & 0x7f) != 1))
        return DISK_CONTROLLER;
    return ata_geometry(d);
}

/* A 12-byte command and at most 'bytes' bytes from the device (those beyond are dropped). 0: done;
 * else the sense key, or a code above 0Fh when there was no answer. */
static u8 packet(const struct disk *d, const u8 *p, u32 linear, u32 bytes)
{
    if (!select(d, 0))
        return DISK_TIMEOUT;
    reg_out(d, ERROR, 0);                                /* features: PIO */
    reg_out(d, LBA1, 0x00);                              /* at most 2048 bytes a time */
    reg_out(d, LBA2, 0x08);
    reg_out(d, COMMAND, 0xa0);
    u8 s = wait_idle(d, 90);
    if (s == 0xff || s & ERR || !(s & DRQ))
        return DISK_TIMEOUT;
    outsw_far(d->base, 0xf0000 + (u32)p, 6);
    for (;;) {
        s = wait_idle(d, 180);
        if (s == 0xff)
            return DISK_TIMEOUT;
        if (s & ERR)
            return reg_in(d, ERROR) >> 4;
        if (!(s & DRQ))
            return 0;
        u32 n = reg_in(d, LBA1) | (u32)reg_in(d, LBA2) << 8, take = n < bytes ? n : bytes;
        insw_far(d->base, linear, take / 2);
        for (u32 i = take / 2; i < (n + 1) / 2; i++)
            inw(d->base);
        linear += take;
        bytes -= take;
    }
}

u8 atapi_packet(const struct disk *d, const u8 *p, u32 linear, u32 bytes)
{
    u32 f = flags_save_cli();
    sti();
    u8 e = packet(d, p, linear, bytes);
    done(d);
    flags_restore(f);
    return e;
}

u8 ata_select_reset(const struct disk *d)
{
    u32 f = flags_save_cli();
    sti();
    outb(d->control, 0x08 | SRST | NIEN);
    for (u32 i = 0; i < 10; i++)
        inb(d->control);
    outb(d->control, 0x08 | NIEN);
    u8 s = wait_idle(d, 90);
    outb(d->control, 0x08);
    flags_restore(f);
    return s == 0xff ? DISK_RESET_FAILED : DISK_OK;
}

/* ---- finding ---- */
static u16 identity[256];

/* Large disks get the LBA-assisted geometry: 63 sectors, and heads enough for 1024 cylinders. */
static void geometry(struct disk *d)
{
    u32 n = d->sectors > 0xffffffff ? 0xffffffff : (u32)d->sectors;
    d->phys_cylinders = identity[1];
    d->phys_heads = identity[3];
    d->phys_spt = identity[6];
    if (d->phys_cylinders && d->phys_cylinders <= 1024 && d->phys_heads && d->phys_heads <= 16 &&
        d->phys_spt && d->phys_spt <= 63) {
        d->cylinders = d->phys_cylinders;
        d->heads = d->phys_heads;
        d->spt = d->phys_spt;
        return;
    }
    u32 heads = 16;
    while (heads < 128 && n / 63 / heads > 1024)
        heads *= 2;
    if (n / 63 / heads > 1024)
        heads = 255;
    u32 cylinders = n / 63 / heads;
    d->cylinders = (u16)(cylinders > 1024 ? 1024 : cylinders ? cylinders : 1);
    d->heads = (u16)heads;
    d->spt = 63;
}

static void model_name(struct disk *d)
{
    u32 n = 40;
    for (u32 i = 0; i < 40; i++)
        d->model[i] = (char)(identity[27 + i / 2] >> (i & 1 ? 0 : 8));
    while (n && (d->model[n - 1] == ' ' || !d->model[n - 1]))
        n--;
    d->model[n] = 0;
}

static int identify(struct disk *d, u8 command)
{
    if (!select(d, 0))
        return 0;
    reg_out(d, COMMAND, command);
    u8 s = wait_idle(d, 18);
    if (s == 0xff || s & ERR || !(s & DRQ))
        return 0;
    insw_far(d->base, 0xf0000 + (u32)identity, 256);
    done(d);
    return 1;
}

static void parameter_table(const struct disk *d, u32 n)
{
    u8 t[16] = { 0 };
    t[0] = (u8)d->cylinders;
    t[1] = (u8)(d->cylinders >> 8);
    t[2] = (u8)d->heads;
    t[3] = 0xa0;                                         /* translated: physical values follow */
    t[4] = (u8)d->phys_spt;
    t[8] = (u8)(0xc0 | (d->heads > 8 ? 8 : 0));
    t[9] = (u8)d->phys_cylinders;
    t[10] = (u8)(d->phys_cylinders >> 8);
    t[11] = (u8)d->phys_heads;
    t[14] = (u8)d->spt;
    u8 sum = 0;
    for (u32 i = 0; i < 15; i++)
        sum = (u8)(sum + t[i]);
    t[15] = (u8)-sum;
    far_put(EBDA_SEG, (u16)(0x3d + n * 16), t, sizeof t);
}

/* Device parameter table extension (EDD 3.0, 4.2.21): ports, LBA, interrupt, options. */
static void extension_table(struct disk *d)
{
    u8 *t = d->dpte, sum = 0;
    memset(t, 0, sizeof d->dpte);
    *(u16 *)t = d->base;
    *(u16 *)(t + 2) = d->control;
    t[4] = (u8)(0xa0 | d->lba << 6 | d->slave << 4);
    t[6] = d->base == 0x1f0 ? 14 : 15;
    if (d->kind == DISK_ATAPI)
        t[10] = 0x60;                                    /* removable medium, ATAPI */
    else
        t[10] = (u8)(d->lba << 4);                       /* LBA */
    if (d->kind == DISK_ATA && d->heads != d->phys_heads)
        t[10] |= 0x08, t[11] = 0x02;                     /* translated, LBA-assisted */
    t[14] = 0x30;
    for (u32 i = 0; i < 15; i++)
        sum = (u8)(sum + t[i]);
    t[15] = (u8)-sum;
}

void hard_disk_first(u32 index)
{
    u8 position = hard_disk[index];
    for (; index; index--)
        hard_disk[index] = hard_disk[index - 1];
    hard_disk[0] = position;
    for (u32 i = 0; i < 2 && i < hard_disks; i++)
        parameter_table(&disks[hard_disk[i]], i);
}

static void hard_disk_found(struct disk *d, u32 position)
{
    d->lba = identity[49] >> 9 & 1;
    if (d->lba)
        d->sectors = (u64)identity[61] << 16 | identity[60];
    else
        d->sectors = (u32)identity[1] * identity[3] * identity[6];
    if (d->lba && identity[83] & 0x0400) {
        d->lba48 = 1;
        d->sectors = (u64)identity[103] << 48 | (u64)identity[102] << 32 |
                     (u64)identity[101] << 16 | identity[100];
    }
    geometry(d);
    if (!d->lba && ata_geometry(d))
        return;
    d->kind = DISK_ATA;
    model_name(d);
    extension_table(d);
    if (hard_disks < 2)
        parameter_table(d, hard_disks);
    hard_disk[hard_disks++] = (u8)position;
    bda->hd_count = hard_disks;
}

static void probe(u32 position)
{
    struct disk *d = &disks[position];
    if (!select(d, 0))
        return;
    reg_out(d, COUNT, 0x55);
    reg_out(d, LBA0, 0xaa);
    if (reg_in(d, COUNT) != 0x55 || reg_in(d, LBA0) != 0xaa)
        return;
    if (reg_in(d, LBA1) == 0x14 && reg_in(d, LBA2) == 0xeb) {
        if (!identify(d, 0xa1))
            return;
        d->kind = DISK_ATAPI;
        model_name(d);
        extension_table(d);
        cdrom[cdroms++] = (u8)position;
    } else if (reg_in(d, STATUS) && identify(d, 0xec)) {
        hard_disk_found(d, position);
    }
    outb(d->control, 0x08);
}

void disks_init(void)
{
    static const u16 base[] = { 0x1f0, 0x170 }, control[] = { 0x3f6, 0x376 };
    hard_disks = cdroms = 0;
    for (u32 i = 0; i < 4; i++) {
        struct disk *d = &disks[i];
        memset(d, 0, sizeof *d);
        d->base = base[i / 2];
        d->control = control[i / 2];
        d->slave = i & 1;
        if (inb(d->control) == 0xff || (!(i & 1) && ata_select_reset(d)))
            continue;
        probe(i);
    }
}
