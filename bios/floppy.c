/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floppy disks: INT 13h below drive 80h (also INT 40h), through the 82077 and DMA channel 2.
 * Intel 82077AA data sheet; IBM PS/2 and PC BIOS Interface Technical Reference.
 *
 * Writing waits until the motor must have reached its speed; reading tries at once, and again as
 * long as it may not have.
 */
#include "disk.h"

enum { DOR = 0x3f2, MSR = 0x3f4, FIFO = 0x3f5, DIR = 0x3f7, CCR = 0x3f7 };
enum { IRQ_SEEN = 0x80 };                                /* 40:3E */
/* 40:90: the media's rate, in bits 7-6, is known; its tracks are two steps apart */
enum { ESTABLISHED = 0x10, DOUBLE_STEP = 0x20 };
enum { E_ADDRESS_MARK = 2, E_PROTECTED = 3, E_SECTOR = 4, E_CHANGED = 6, E_OVERRUN = 8,
       E_BOUNDARY = 9,
       E_MEDIA = 0x0c, E_CRC = 0x10, E_CONTROLLER = 0x20, E_SEEK = 0x40, E_TIMEOUT = 0x80 };

/* By CMOS drive type 1..5: geometry, INT 13h/08h type, the data rates to try (CCR codes, in turn).
 * */
static const struct model { u8 tracks, spt, rates[3]; } models[] = {
    { 0, 0, { 0, 0, 0 } },
    { 40, 9, { 2, 2, 2 } },                              /* 360 KB */
    { 80, 15, { 0, 1, 1 } },                             /* 1.2 MB; 360 KB disks turn faster here */
    { 80, 9, { 2, 2, 2 } },                              /* 720 KB */
    { 80, 18, { 0, 2, 2 } },                             /* 1.44 MB */
    { 80, 36, { 3, 0, 2 } },                             /* 2.88 MB */
};

/* Parameter tables for INT 13h/08h, 17h, 18h by media: tracks, then the table. */
static const struct media { u8 tracks, dpt[11]; } medias[] = {
    { 40, { 0xdf, 0x02, 0x25, 2, 9, 0x2a, 0xff, 0x50, 0xf6, 0x0f, 0x08 } },
    { 80, { 0xdf, 0x02, 0x25, 2, 15, 0x1b, 0xff, 0x54, 0xf6, 0x0f, 0x08 } },
    { 80, { 0xdf, 0x02, 0x25, 2, 9, 0x2a, 0xff, 0x50, 0xf6, 0x0f, 0x08 } },
    { 80, { 0xaf, 0x02, 0x25, 2, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08 } },
    { 80, { 0xaf, 0x02, 0x25, 2, 36, 0x38, 0xff, 0x53, 0xf6, 0x0f, 0x08 } },
};

static u8 verify_buffer[1024], moved;                    /* moved: sectors, when not all did */
static u32 motor_start;                                  /* the tick when it was switched on */

/* By the type INT 13h/08h gives. */
u16 floppy_parameters(u8 type) { return (u16)(u32)medias[type > 5 ? 4 : type - 1].dpt; }

static u8 drive_type(u8 drive)
{
    u8 v = cmos_read(0x10);
    u8 t = drive == 0 ? v >> 4 : drive == 1 ? v & 15 : 0;
    return t < ARRAY_LEN(models) ? t : 0;
}

static u8 dpt(u8 i)
{
    u32 v = vector_get(0x1e);
    return far8((u16)(v >> 16), (u16)(v + i));
}

void irq6(struct regs *r)
{
    bda->fd_recal |= IRQ_SEEN;
    outb(0x20, 0x20);
    device_ready(DEVICE_FLOPPY);
}

/* ---- the controller ---- */
static int send(u8 v)
{
    for (u32 n = 0; n < 100000; n++)
        if ((inb(MSR) & 0xc0) == 0x80) {
            outb(FIFO, v);
            return 1;
        }
    return 0;
}

/* Fills 40:42.. with the result bytes; how many. */
static u32 results(void)
{
    u32 count = 0;
    for (u32 n = 0; n < 100000; n++) {
        u8 s = inb(MSR);
        if ((s & 0xd0) == 0xd0) {
            u8 v = inb(FIFO);
            if (count < 7)
                bda->fd_result[count++] = v;
        } else if ((s & 0xd0) == 0x80) {
            break;
        }
    }
    return count;
}

static void irq_forget(void) { bda->fd_recal &= (u8)~IRQ_SEEN; }

static int irq_wait(void)
{
    u32 start = bda->ticks;
    int seen;
    device_busy(DEVICE_FLOPPY);
    cli();
    while (!(seen = bda->fd_recal & IRQ_SEEN) && !ticks_over(start, 36))
        sti_hlt_cli();
    sti();
    irq_forget();
    return seen;
}

static void dor(u8 drive)
{
    outb(DOR, (u8)(0x0c | drive | (bda->fd_motor & 3) << 4));
}

static u8 controller_reset(void)
{
    bda->fd_recal = 0;
    irq_forget();
    outb(DOR, (u8)(0x08 | (bda->fd_motor & 3) << 4));       /* the gate of INT and DMA stays open */
    inb(0x61);                                           /* a microsecond */
    dor(0);
    if (!irq_wait())
        return E_TIMEOUT;
    for (u32 i = 0; i < 4; i++) {
        if (!send(0x08))
            return E_CONTROLLER;
        results();
    }
    return send(0x03) && send(dpt(0)) && send(dpt(1)) ? 0 : E_CONTROLLER;
}

static u8 seek_end(void)
{
    if (!irq_wait())
        return E_TIMEOUT;
    if (!send(0x08) || results() != 2)
        return E_CONTROLLER;
    return bda->fd_result[0] & 0xc0 ? E_SEEK : 0;
}

static u8 recalibrate(u8 drive)
{
    u8 e = 0;
    for (u32 i = 0; i < 2; i++) {                        /* 77 steps at most each; 80 tracks */
        irq_forget();
        if (!send(0x07) || !send(drive))
            return E_CONTROLLER;
        e = seek_end();
        if (!e)
            break;
    }
    if (e)
        return e;
    bda->fd_recal |= (u8)(1 << drive);
    bda->fd_track[drive] = 0;
    return 0;
}

/* To a place of the drive's, which is not a track of the disk's number when it steps twice. */
static u8 seek_step(u8 drive, u8 head, u8 track)
{
    if (!(bda->fd_recal & 1 << drive)) {
        u8 e = recalibrate(drive);
        if (e)
            return e;
    }
    if (bda->fd_track[drive] == track)
        return 0;
    irq_forget();
    if (!send(0x0f) || !send((u8)(head << 2 | drive)) || !send(track))
        return E_CONTROLLER;
    u8 e = seek_end();
    if (!e)
        bda->fd_track[drive] = track;
    return e;
}

static u8 seek(u8 drive, u8 head, u8 track)
{
    return seek_step(drive, head, bda->fd_state[drive] & DOUBLE_STEP ? (u8)(track * 2) : track);
}

static u8 result_code(void)
{
    if (!irq_wait())
        return E_TIMEOUT;
    if (results() != 7)
        return E_CONTROLLER;
    if (!(bda->fd_result[0] & 0xc0))
        return 0;
    u8 st1 = bda->fd_result[1];
    if ((bda->fd_result[0] & 0xc0) == 0xc0 || bda->fd_result[0] & 0x08)
        return E_TIMEOUT;
    return st1 & 0x02   ? E_PROTECTED
           : st1 & 0x20 ? E_CRC
           : st1 & 0x10 ? E_OVERRUN
           : st1 & 0x84 ? E_SECTOR
           : st1 & 0x01 ? E_ADDRESS_MARK : E_CONTROLLER;
}

static int dma_setup(u32 linear, u32 bytes, u8 mode)
{
    if ((linear & 0xffff) + bytes > 0x10000)
        return 0;
    u32 f = flags_save_cli();
    outb(0x0a, 0x06);
    outb(0x0c, 0);
    outb(0x0b, mode);
    outb(0x04, (u8)linear);
    outb(0x04, (u8)(linear >> 8));
    outb(0x81, (u8)(linear >> 16));
    outb(0x05, (u8)(bytes - 1));
    outb(0x05, (u8)((bytes - 1) >> 8));
    outb(0x0a, 0x02);
    flags_restore(f);
    return 1;
}

/* What the channel has not moved. */
static u32 dma_left(void)
{
    u32 f = flags_save_cli();
    outb(0x0c, 0);
    u8 lo = inb(0x05);
    u16 n = (u16)(lo | inb(0x05) << 8);
    flags_restore(f);
    return (u16)(n + 1);
}

/* ---- the drive ---- */
static void motor_on(u8 drive)
{
    if (!(bda->fd_motor & 1 << drive))
        motor_start = bda->ticks;
    bda->fd_timer = 0xff;                                /* not while we are at it */
    bda->fd_motor = (u8)((bda->fd_motor & 0x80) | 1 << drive);
    dor(drive);
}

static void motor_later_off(void) { bda->fd_timer = dpt(2); }

/* The table has eighths of a second. */
static int motor_turns(void) { return ticks_over(motor_start, (dpt(10) * 73u + 31) / 32); }

static void motor_wait(void)
{
    if (motor_turns() || device_busy(DEVICE_MOTOR))
        return;
    u32 f = flags_save_cli();
    while (!motor_turns())
        sti_hlt_cli();
    flags_restore(f);
}

/* A changed disk clears the line when the head moves; with no disk it stays. */
static u8 change_check(u8 drive)
{
    if (!(inb(DIR) & 0x80))
        return 0;
    u8 known = bda->fd_state[drive] & ESTABLISHED;
    bda->fd_state[drive] &= (u8)~(ESTABLISHED | DOUBLE_STEP);
    bda->fd_recal &= (u8)~(1 << drive);
    u8 e = recalibrate(drive);
    if (!e)
        e = seek(drive, 0, 1);
    if (!e)
        e = seek(drive, 0, 0);
    if (e)
        return e;
    if (inb(DIR) & 0x80)
        return E_TIMEOUT;
    return known ? E_CHANGED : 0;
}

static u8 read_id(u8 drive)
{
    irq_forget();
    return send(0x4a) && send(drive) ? result_code() : E_CONTROLLER;
}

static u8 state_set(u8 drive, u8 rate, u8 step)
{
    u8 type = drive_type(drive), media = type == 1 ? 3 : type != 2 ? 7 : rate ? 4 : 5;
    bda->fd_state[drive] = (u8)(rate << 6 | step | ESTABLISHED | media);
    outb(CCR, rate);
    return 0;
}

/* A disk of 40 tracks in a drive of 80: two steps on there is its track 1. */
static u8 double_step(u8 drive, u8 rate)
{
    if (drive_type(drive) != 2 || rate != 1)
        return 0;
    if (seek_step(drive, 0, 2) || read_id(drive))
        return DOUBLE_STEP;
    return bda->fd_result[3] == 2 ? 0 : DOUBLE_STEP;
}

/* Which data rate the disk was written with. */
static u8 establish(u8 drive)
{
    const struct model *m = &models[drive_type(drive)];
    if (bda->fd_state[drive] & ESTABLISHED) {
        outb(CCR, bda->fd_state[drive] >> 6);
        return 0;
    }
    u8 e = seek_step(drive, 0, 0);
    for (u32 i = 0; i < 3 && e != E_TIMEOUT; i++) {
        outb(CCR, m->rates[i]);
        e = read_id(drive);
        if (!e)
            return state_set(drive, m->rates[i], double_step(drive, m->rates[i]));
    }
    return e;
}

/* READ, WRITE: sectors from one track and, by the multi-track bit, on to the next head. */
static u8 sectors(const struct regs *r, u8 command, u8 count, u32 linear, u8 dma_mode)
{
    u8 n = dpt(3);
    u32 bytes = (u32)count << (7 + (n & 3));
    if (!dma_setup(linear, bytes, dma_mode))
        return E_BOUNDARY;
    u8 e = seek(r->dl, r->dh, r->ch);
    if (e)
        return e;
    irq_forget();
    const u8 c[9] = { command, (u8)((r->dh & 1) << 2 | r->dl), r->ch, r->dh, r->cl, n, dpt(4),
                      dpt(5), dpt(6) };
    for (u32 i = 0; i < 9; i++)
        if (!send(c[i]))
            return E_CONTROLLER;
    e = result_code();
    moved = (u8)((bytes - dma_left()) >> (7 + (n & 3)));
    return e;
}

static u8 verify(struct regs *r)
{
    struct regs one = *r;
    for (u8 left = r->al; left; left--) {
        u8 e = sectors(&one, 0xe6, 1, 0xf0000 + (u32)verify_buffer, 0x46);
        moved = (u8)(r->al - left);
        if (e)
            return e;
        if (++one.cl > dpt(4)) {
            one.cl = 1;
            one.dh ^= 1;
        }
    }
    return 0;
}

static u8 format(struct regs *r, u32 linear)
{
    u8 spt = dpt(4);
    if (!dma_setup(linear, spt * 4u, 0x4a))
        return E_BOUNDARY;
    u8 e = seek(r->dl, r->dh, r->ch);
    if (e)
        return e;
    irq_forget();
    const u8 c[6] = { 0x4d, (u8)((r->dh & 1) << 2 | r->dl), dpt(3), spt, dpt(7), dpt(8) };
    for (u32 i = 0; i < 6; i++)
        if (!send(c[i]))
            return E_CONTROLLER;
    return result_code();
}

static u8 attempt(struct regs *r, u32 linear)
{
    u8 drive = r->dl, e = change_check(drive);
    moved = 0;
    if (!e && r->ah != 5)
        e = establish(drive);
    else if (!e && !(bda->fd_state[drive] & ESTABLISHED))    /* nobody said what it is to be */
        e = state_set(drive, models[drive_type(drive)].rates[0], 0);
    if (e)
        return e;
    switch (r->ah) {
    case 2:  return sectors(r, 0xe6, r->al, linear, 0x46);
    case 3:  return sectors(r, 0xc5, r->al, linear, 0x4a);
    case 4:  return verify(r);
    default: return format(r, linear);
    }
}

/* What a disk that is not yet at its speed looks like. */
static int unclear(u8 e)
{
    return e == E_ADDRESS_MARK || e == E_SECTOR || e == E_CRC || e == E_CONTROLLER;
}

/* Functions 02h-05h. */
static u8 transfer(struct regs *r)
{
    u32 linear = ((u32)r->es << 4) + r->bx;
    u8 e;
    int turned;
    moved = 0;
    if (!drive_type(r->dl))
        return E_TIMEOUT;
    if (r->ah != 5 && !r->al)
        return DISK_BAD_COMMAND;
    motor_on(r->dl);
    if (r->ah == 3 || r->ah == 5)
        motor_wait();
    do {
        turned = motor_turns();
        e = attempt(r, linear);
    } while (unclear(e) && !turned);
    return e;
}

static u8 drives(void)
{
    return (u8)(drive_type(0) ? drive_type(1) ? 2 : 1 : 0);
}

static u8 parameters(struct regs *r)
{
    u8 type = drive_type(r->dl);
    r->ax = r->bx = r->cx = r->dx = r->di = r->es = 0;
    r->dl = drives();
    if (type) {
        r->bl = type == 5 ? 6 : type;
        r->ch = models[type].tracks - 1;
        r->cl = models[type].spt;
        r->dh = 1;
        r->es = 0xf000;
        r->di = (u16)(u32)medias[type - 1].dpt;
    }
    return 0;
}

static u8 change_status(struct regs *r)
{
    if (!drive_type(r->dl))
        return E_TIMEOUT;
    motor_on(r->dl);
    u8 e = inb(DIR) & 0x80 ? E_CHANGED : 0;
    motor_later_off();
    return e;
}

/* Before a disk is formatted: there is one, and which it was does not matter. */
static u8 fresh(u8 drive)
{
    motor_on(drive);
    u8 e = change_check(drive);
    motor_later_off();
    return e == E_CHANGED ? 0 : e;
}

/* 17h: disk type for formatting: 1 360 KB, 2 that in a 1.2 MB drive, 3 1.2 MB, 4 720 KB */
static u8 set_type(struct regs *r)
{
    static const u8 rate[] = { 0, 2, 1, 0, 2 };
    u8 type = drive_type(r->dl), suits = type == 1 ? 1 << 1 : type == 2 ? 1 << 2 | 1 << 3 : 1 << 4;
    if (!type || r->al > 4 || !(suits >> r->al & 1))
        return DISK_BAD_COMMAND;
    u8 e = fresh(r->dl);
    return e ? e : state_set(r->dl, rate[r->al], r->al == 2 ? DOUBLE_STEP : 0);
}

/* 18h: the same by geometry */
static u8 set_media(struct regs *r)
{
    u8 type = drive_type(r->dl);
    static const u8 rates[] = { 2, 0, 2, 0, 3 };
    for (u32 i = 0; type && i < ARRAY_LEN(medias); i++) {
        if (medias[i].tracks != r->ch + 1 || medias[i].dpt[4] != (r->cl & 63) ||
            models[type].spt < (r->cl & 63) || models[type].tracks < medias[i].tracks)
            continue;
        u8 e = fresh(r->dl);
        if (e)
            return e;
        r->es = 0xf000;
        r->di = (u16)(u32)medias[i].dpt;
        int small = type == 2 && i == 0;
        return state_set(r->dl, small ? 1 : rates[i], small ? DOUBLE_STEP : 0);
    }
    return E_MEDIA;
}

static u8 call(struct regs *r)
{
    u8 e;
    switch (r->ah) {
    case 0x00: return controller_reset();
    case 0x02: case 0x03: case 0x04: case 0x05:
        e = transfer(r);
        motor_later_off();
        if (e && r->ah != 5)
            r->al = moved;
        return e;
    case 0x08: return r->dl < 0x80 ? parameters(r) : DISK_BAD_COMMAND;
    case 0x16: return change_status(r);
    case 0x17: return set_type(r);
    case 0x18: return set_media(r);
    default:   return DISK_BAD_COMMAND;
    }
}

void int13_floppy(struct regs *r)
{
    if (r->ah == 0x01) {
        int13_result(r, bda->fd_status);
        return;
    }
    if (r->ah == 0x15) {
        u8 type = drive_type(r->dl);
        r->ah = type == 0 ? 0 : type == 1 ? 1 : 2;
        clear_cf(r);
        return;
    }
    u8 e = call(r);
    bda->fd_status = e;
    int13_result(r, e);
}

void int40(struct regs *r)
{
    sti();
    int13_floppy(r);
}

void floppy_init(void)
{
    u8 n = drives();
    if (!n)
        return;
    bda->equipment = (u16)((bda->equipment & ~0xc1) | 1 | (n - 1) << 6);
    bda->fd_controller = n == 2 ? 0x77 : 0x07;           /* known, 80 tracks, several rates */
    controller_reset();
}
