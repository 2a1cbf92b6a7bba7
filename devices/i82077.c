/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i82077.h"

#define RESET_NS  50000
#define SEEK_NS   50000          /* one that needs no step */
#define RETRY_NS  100000
#define TRIES     1000           /* DMA that does not answer for 100 ms is an overrun */
#define LAST_TRACK 84
#define RECALIBRATE_STEPS 79

enum { DOR_RESET = 0x04, DOR_GATE = 0x08 };      /* not reset; INT and DRQ enabled */
enum { MSR_RQM = 0x80, MSR_DIO = 0x40, MSR_NDM = 0x20, MSR_CB = 0x10 };
enum { ST0_ABNORMAL = 0x40, ST0_INVALID = 0x80, ST0_READY_CHANGED = 0xc0, ST0_SE = 0x20,
       ST0_EC = 0x10 };
enum { ST1_EN = 0x80, ST1_DE = 0x20, ST1_OR = 0x10, ST1_ND = 0x04, ST1_NW = 0x02, ST1_MA = 0x01 };
enum { ST2_CM = 0x40, ST2_DD = 0x20, ST2_WC = 0x10, ST2_SH = 0x08, ST2_SN = 0x04 };
enum { CONFIG_EIS = 0x40, CONFIG_POLL_OFF = 0x10 };
enum { MT = 0x80, MFM = 0x40, SK = 0x20 };
enum { READ_TRACK = 0x02, SPECIFY = 0x03, SENSE_DRIVE = 0x04, WRITE = 0x05, READ = 0x06,
       RECALIBRATE = 0x07, SENSE_INTERRUPT = 0x08, WRITE_DELETED = 0x09, READ_ID = 0x0a,
       READ_DELETED = 0x0c, FORMAT = 0x0d, DUMPREG = 0x0e, SEEK = 0x0f, VERSION = 0x10,
       SCAN_EQUAL = 0x11, PERPENDICULAR = 0x12, CONFIGURE = 0x13, LOCK = 0x14, VERIFY = 0x16,
       SCAN_LOW = 0x19, SCAN_HIGH = 0x1d };

static const struct field drive_fields[] = {
    FIELD_MAX(struct i82077_drive, track, LAST_TRACK), FIELD(struct i82077_drive, pcn),
    FIELD(struct i82077_drive, target),          FIELD(struct i82077_drive, seeking),
    FIELD(struct i82077_drive, recalibrating),   FIELD(struct i82077_drive, changed),
    FIELD_MAX(struct i82077_drive, pending, 2),  FIELD(struct i82077_drive, st0),
    FIELD(struct i82077_drive, seek),            FIELD_TRANSIENT(struct i82077_drive, fdc),
    FIELD_TRANSIENT(struct i82077_drive, bd),    FIELD_TRANSIENT(struct i82077_drive, type),
    FIELD_TRANSIENT(struct i82077_drive, n),     FIELD_TRANSIENT(struct i82077_drive, cyls),
    FIELD_TRANSIENT(struct i82077_drive, heads), FIELD_TRANSIENT(struct i82077_drive, spt),
    FIELD_TRANSIENT(struct i82077_drive, rates),
    FIELD_END
};

static const struct field fields[] = {
    FIELD_STRUCTS(struct i82077, drive, drive_fields),
    FIELD(struct i82077, dor),                   FIELD(struct i82077, dsr),
    FIELD_MAX(struct i82077, ccr, 3),            FIELD(struct i82077, tdr),
    FIELD_MAX(struct i82077, phase, FDC_PHASES - 1),
    FIELD_ARRAY(struct i82077, cmd),             FIELD_MAX(struct i82077, cmd_pos, 9),
    FIELD_ARRAY(struct i82077, result),          FIELD_MAX(struct i82077, res_pos, 10),
    FIELD_MAX(struct i82077, res_len, 10),       FIELD_ARRAY(struct i82077, specify),
    FIELD(struct i82077, config),                FIELD(struct i82077, pretrk),
    FIELD(struct i82077, perpendicular),         FIELD(struct i82077, locked),
    FIELD(struct i82077, resetting),             FIELD(struct i82077, int_result),
    FIELD(struct i82077, int_sense),             FIELD(struct i82077, c),
    FIELD(struct i82077, h),                     FIELD(struct i82077, r),
    FIELD_MAX(struct i82077, head, 1),           FIELD(struct i82077, st2),
    FIELD(struct i82077, count),
    FIELD(struct i82077, full),                  FIELD_MAX(struct i82077, pos, 512),
    FIELD(struct i82077, unload),                FIELD_MAX(struct i82077, loaded, 3),
    FIELD_MAX(struct i82077, tries, TRIES),      FIELD_ARRAY(struct i82077, buf),
    FIELD(struct i82077, step),                  FIELD(struct i82077, irq),
    FIELD_TRANSIENT(struct i82077, dma),         FIELD_TRANSIENT(struct i82077, sched),
    FIELD_END
};

/* ---- pins, phases ---- */

static uint8_t opcode(const struct i82077 *p) { return p->cmd[0] & 0x1f; }
static struct i82077_drive *drive_of(struct i82077 *p) { return &p->drive[p->cmd[1] & 3]; }
static bool non_dma(const struct i82077 *p) { return p->specify[1] & 1; }

static void update_irq(struct i82077 *p)
{
    bool data = p->phase == FDC_DATA;
    line_set(&p->irq, p->dor & DOR_GATE && (p->int_result || p->int_sense || data));
}

static void arm(struct i82077 *p, vtime delay)
{
    sched_arm(p->sched, &p->step, sched_now(p->sched) + delay);
}

static void dreq(struct i82077 *p, bool level)
{
    if (p->dma.request)
        p->dma.request(p->dma.ctl, p->dma.channel, level && p->dor & DOR_GATE);
}

static void idle(struct i82077 *p)
{
    p->phase = FDC_IDLE;
    p->cmd_pos = p->res_pos = p->res_len = 0;
    p->full = false;
    p->pos = p->tries = 0;
}

static void give_result(struct i82077 *p, uint8_t n)
{
    p->phase = FDC_RESULT;
    p->res_pos = 0;
    p->res_len = n;
}

/* The seven result bytes of commands that touch sectors, and INT. */
static void finish(struct i82077 *p, uint8_t st0, uint8_t st1, uint8_t st2)
{
    dreq(p, false);
    p->result[0] = (uint8_t)(st0 | p->head << 2 | (p->cmd[1] & 3));
    p->result[1] = st1;
    p->result[2] = st2;
    p->result[3] = p->c;
    p->result[4] = p->h;
    p->result[5] = p->r;
    p->result[6] = opcode(p) == FORMAT ? p->cmd[2] : opcode(p) == READ_ID ? 2 : p->cmd[5];
    p->full = false;
    p->pos = p->tries = 0;
    p->loaded = p->cmd[1] & 3;
    p->unload = sched_now(p->sched) + i82077_unload_time(p);
    give_result(p, 7);
    p->int_result = true;
    update_irq(p);
}

static void fail(struct i82077 *p, uint8_t st1, uint8_t st2) { finish(p, ST0_ABNORMAL, st1, st2); }

/* ---- sectors ---- */

static bool reads(uint8_t op)
{
    return op == READ || op == READ_TRACK || op == READ_DELETED || op == VERIFY;
}
static bool writes(uint8_t op) { return op == WRITE || op == WRITE_DELETED; }

/* While nothing turns there is no index pulse, and commands wait for one. */
static bool turns(const struct i82077 *p) { return p->dor >> (4 + (p->cmd[1] & 3)) & 1; }

/* Can this data rate read what is under the head? */
static bool readable(struct i82077 *p)
{
    const struct i82077_drive *d = drive_of(p);
    return d->type && d->bd && d->rates >> p->ccr & 1 && p->cmd[0] & MFM &&
           d->track < d->cyls && p->head < d->heads;
}

static uint64_t lba_of(struct i82077 *p, uint8_t r)
{
    const struct i82077_drive *d = drive_of(p);
    return ((uint64_t)d->track * d->heads + p->head) * d->spt + r - 1;
}

/* Is the address mark C, H, R, N on the track? If not, what ST1 and ST2 say. */
static bool on_track(struct i82077 *p, uint8_t *st1, uint8_t *st2)
{
    const struct i82077_drive *d = drive_of(p);
    bool track = opcode(p) == READ_TRACK;
    *st1 = *st2 = 0;
    if (!readable(p))
        *st1 = ST1_MA;
    else if (opcode(p) == FORMAT || opcode(p) == READ_ID)
        return true;
    else if (p->c != d->track && !track)
        *st1 = ST1_ND, *st2 = ST2_WC;
    else if (!p->r || p->r > d->spt || p->h != p->head || p->cmd[5] != 2)
        *st1 = ST1_ND;
    return !*st1;
}

/* Arms the event for when what the command wants next has passed the head, not before 'from'; for
 * the second index pulse if it never will. */
static void await(struct i82077 *p, vtime from)
{
    const struct i82077_drive *d = drive_of(p);
    uint8_t st1, st2;
    vtime when;
    if (!turns(p))
        when = VTIME_NEVER;
    else if (!d->type || !d->bd)
        when = from + RETRY_NS;
    else if (!on_track(p, &st1, &st2))
        when = i82077_index(d, from, 2);
    else if (opcode(p) == READ_ID)
        when = i82077_next_id(d, p->ccr, from, &p->r);
    else
        when = i82077_sector_end(d, p->ccr, p->r, from);
    sched_arm(p->sched, &p->step, when);
}

/* Motor and medium can come while a command waits for them. */
static void turning_changed(struct i82077 *p)
{
    if (p->phase != FDC_EXECUTE || p->step.when != VTIME_NEVER || !turns(p))
        return;
    if (opcode(p) == FORMAT)
        sched_arm(p->sched, &p->step, i82077_index(drive_of(p), sched_now(p->sched), 1));
    else
        await(p, sched_now(p->sched));
}

static bool load_sector(struct i82077 *p)
{
    struct blockdev *bd = drive_of(p)->bd;
    uint64_t lba = lba_of(p, p->r);
    if (!bd) {
        fail(p, ST1_MA, 0);
        return false;
    }
    if (lba >= bd->sectors) {
        memset(p->buf, 0, sizeof p->buf);        /* an image shorter than its format */
        return true;
    }
    if (bd->ops->read(bd, lba, 1, p->buf, NULL))
        return true;
    fail(p, ST1_DE, ST2_DD);
    return false;
}

static bool store_sector(struct i82077 *p, uint8_t r)
{
    struct blockdev *bd = drive_of(p)->bd;
    if (bd && lba_of(p, r) < bd->sectors && bd->ops->write(bd, lba_of(p, r), 1, p->buf, NULL))
        return true;
    fail(p, ST1_DE, ST2_DD);
    return false;
}

/* 290166, 5.1.10: FFh from the host matches anything; so does it on the disk. */
static void scan_sector(struct i82077 *p)
{
    static const uint8_t any = 0xff;
    uint8_t host[512], op = opcode(p);
    memcpy(host, p->buf, sizeof host);
    if (!load_sector(p))
        return;
    p->st2 = ST2_SH;
    for (unsigned i = 0; i < 512; i++) {
        uint8_t disk = p->buf[i];
        if (host[i] == any || disk == any || disk == host[i])
            continue;
        bool met = (op == SCAN_LOW && disk < host[i]) || (op == SCAN_HIGH && disk > host[i]);
        p->st2 = met ? 0 : ST2_SN;
        return;
    }
}

/* After a sector: C, H, R of the next one (290166, table 5-6). True at the end of the cylinder. */
static bool advance(struct i82077 *p)
{
    uint8_t eot = p->cmd[6];
    if (p->r != eot) {
        p->r++;
        return false;
    }
    p->r = 1;
    if (p->cmd[0] & MT && !p->head && opcode(p) != READ_TRACK) {
        p->head = p->h = 1;
        return false;
    }
    if (p->cmd[0] & MT)
        p->h = 0;
    p->c++;
    return true;
}

static void sector_done(struct i82077 *p, bool tc)
{
    uint8_t op = opcode(p), head = p->head;
    if (writes(op) || op >= SCAN_EQUAL)
        memset(p->buf + p->pos, 0, sizeof p->buf - p->pos);
    if (writes(op) && !store_sector(p, p->r))
        return;
    if (op == SCAN_EQUAL || op == SCAN_LOW || op == SCAN_HIGH)
        scan_sector(p);
    if (p->phase == FDC_RESULT)                  /* the scan could not read */
        return;
    p->full = false;
    p->pos = p->tries = 0;
    bool hit = op != VERIFY && op >= SCAN_EQUAL && p->st2 != ST2_SN;
    bool counted = op == VERIFY && p->cmd[1] & 0x80 && !--p->count;
    bool marked = op == READ_DELETED;            /* what it found was not deleted */
    uint8_t c = p->c;
    bool end = advance(p);
    uint8_t now = p->head;
    p->head = head;                              /* ST0 names the head that did the last transfer */
    if (tc || hit || counted || (end && op == VERIFY)) {
        finish(p, 0, 0, p->st2 | (marked ? ST2_CM : 0));
    } else if (marked) {
        finish(p, 0, 0, ST2_CM);
    } else if (end) {
        p->c = c;
        p->r = p->cmd[6];
        p->h = head;
        finish(p, op >= SCAN_EQUAL ? 0 : ST0_ABNORMAL, op >= SCAN_EQUAL ? 0 : ST1_EN, p->st2);
    } else {
        p->head = now;
        p->phase = FDC_EXECUTE;
        await(p, sched_now(p->sched));
        update_irq(p);
    }
}

/* Moves up to n bytes of buf by DMA; true when all n moved or terminal count was reached.
 * Otherwise the event is armed to try again, or the command has failed. */
static bool dma_move(struct i82077 *p, uint16_t n, bool to_memory, bool *tc)
{
    size_t moved = 0;
    *tc = false;
    dreq(p, true);
    if (p->dma.move && p->dor & DOR_GATE)
        moved = p->dma.move(p->dma.ctl, p->dma.channel, p->buf + p->pos, (size_t)(n - p->pos),
                            to_memory, tc);
    p->pos = (uint16_t)(p->pos + moved);
    if (p->pos >= n || *tc) {
        dreq(p, false);
        return true;
    }
    p->tries = moved ? 0 : (uint16_t)(p->tries + 1);
    if (p->tries < TRIES)
        arm(p, RETRY_NS);
    else
        fail(p, ST1_OR, 0);
    return false;
}

static void transfer_step(struct i82077 *p)
{
    uint8_t op = opcode(p), st1, st2;
    bool tc = false;
    if (!p->full) {
        if (!on_track(p, &st1, &st2)) {
            fail(p, st1, st2);
            return;
        }
        if (reads(op) && !load_sector(p))
            return;
        if (op == READ_DELETED && p->cmd[0] & SK) {  /* skips them all */
            fail(p, ST1_ND, ST2_CM);
            return;
        }
        p->full = true;
        p->pos = 0;
    }
    if (op == VERIFY) {
        p->pos = 512;
    } else if (non_dma(p)) {
        p->phase = FDC_DATA;
        update_irq(p);
        return;
    } else if (!dma_move(p, 512, reads(op), &tc)) {
        return;
    }
    sector_done(p, tc);
}

/* ---- FORMAT TRACK: from index to index; C, H, R, N from the host for each sector ---- */

static void format_sector(struct i82077 *p)
{
    const struct i82077_drive *d = drive_of(p);
    uint8_t r = p->buf[2], n = p->buf[3];
    p->full = false;
    p->pos = p->tries = 0;
    memset(p->buf, p->cmd[5], sizeof p->buf);
    if (r && r <= d->spt && n == 2 && !store_sector(p, r))
        return;
    p->phase = FDC_EXECUTE;
    if (--p->count)
        arm(p, i82077_format_time(p->ccr, p->cmd[4]));
    else                                         /* the rest of the track is gap */
        sched_arm(p->sched, &p->step, i82077_index(d, sched_now(p->sched), 1));
    update_irq(p);
}

static void format_step(struct i82077 *p)
{
    bool tc;
    if (!readable(p)) {
        fail(p, ST1_MA, 0);
    } else if (!p->count) {
        finish(p, 0, 0, 0);
    } else if (non_dma(p)) {
        p->phase = FDC_DATA;
        update_irq(p);
    } else if (dma_move(p, 4, false, &tc)) {
        if (p->pos < 4)
            fail(p, ST1_OR, 0);
        else
            format_sector(p);
    }
}

/* R is what passed. */
static void read_id_step(struct i82077 *p)
{
    uint8_t st1, st2;
    if (!on_track(p, &st1, &st2)) {
        fail(p, ST1_MA | ST1_ND, 0);
        return;
    }
    p->c = drive_of(p)->track;
    p->h = p->head;
    finish(p, 0, 0, 0);
}

/* ---- events ---- */

static void end_reset(struct i82077 *p)
{
    p->resetting = false;
    if (p->config & CONFIG_POLL_OFF)
        return;
    for (unsigned i = 0; i < 4; i++) {
        p->drive[i].pending = 1;
        p->drive[i].st0 = (uint8_t)(ST0_READY_CHANGED | i);
    }
    p->int_sense = true;
    update_irq(p);
}

static void on_step(void *owner, vtime when)
{
    struct i82077 *p = owner;
    if (p->resetting)
        end_reset(p);
    else if (p->phase != FDC_EXECUTE || !turns(p))
        return;                                  /* turning_changed() goes on */
    else if (opcode(p) == FORMAT)
        format_step(p);
    else if (opcode(p) == READ_ID)
        read_id_step(p);
    else
        transfer_step(p);
}

/* Steps move the head relative to where it is, which a reset made the controller forget. */
static void move_head(struct i82077_drive *d, int steps)
{
    int to = d->track + steps;
    d->track = (uint8_t)(to < 0 ? 0 : to > LAST_TRACK - 1 ? LAST_TRACK - 1 : to);
    if (steps && d->bd)
        d->changed = false;
}

static void on_seek(void *owner, vtime when)
{
    struct i82077_drive *d = owner;
    bool ok = d->type != FLOPPY_NONE;
    if (d->recalibrating) {                      /* 290166, 5.2.5: it gives up after 79 steps */
        move_head(d, d->track > RECALIBRATE_STEPS ? -RECALIBRATE_STEPS : -(int)d->track);
        ok &= d->track == 0;
        d->pcn = 0;
    } else {
        if (ok)
            move_head(d, (int)d->target - (int)d->pcn);
        d->pcn = d->target;
        ok = true;
    }
    d->seeking = false;
    d->pending = 2;
    d->st0 = (uint8_t)(ST0_SE | (ok ? 0 : ST0_ABNORMAL | ST0_EC) | d->n);
    d->fdc->int_sense = true;
    update_irq(d->fdc);
}

/* ---- commands ---- */

static void seek(struct i82077 *p, uint8_t target, bool recalibrate)
{
    struct i82077_drive *d = drive_of(p);
    unsigned steps = target > d->pcn ? target - d->pcn : d->pcn - target;
    if (recalibrate)
        steps = d->type && d->track < RECALIBRATE_STEPS ? d->track : RECALIBRATE_STEPS;
    d->target = target;
    d->seeking = true;
    d->recalibrating = recalibrate;
    d->pending = 0;
    sched_arm(p->sched, &d->seek, sched_now(p->sched) + SEEK_NS + steps * i82077_step_time(p));
    idle(p);
}

static void begin_seek(struct i82077 *p)
{
    const struct i82077_drive *d = drive_of(p);
    if (!(p->cmd[0] & 0x80))
        seek(p, p->cmd[2], false);
    else if (p->cmd[0] & 0x40)                   /* relative, inwards */
        seek(p, (uint8_t)(d->pcn + p->cmd[2]), false);
    else
        seek(p, (uint8_t)(d->pcn - p->cmd[2]), false);
}

/* How long until the head is down and a search can begin. */
static vtime head_load(const struct i82077 *p)
{
    bool down = p->loaded == (p->cmd[1] & 3) && sched_now(p->sched) < p->unload;
    return down ? 0 : i82077_load_time(p);
}

static void begin_transfer(struct i82077 *p)
{
    struct i82077_drive *d = drive_of(p);
    vtime from = sched_now(p->sched) + head_load(p);
    p->head = p->cmd[1] >> 2 & 1;
    p->c = p->cmd[2];
    p->h = p->cmd[3];
    p->r = opcode(p) == READ_TRACK ? 1 : p->cmd[4];
    p->count = p->cmd[8];
    p->st2 = 0;
    p->full = false;
    p->pos = p->tries = 0;
    p->phase = FDC_EXECUTE;
    if (p->config & CONFIG_EIS && d->type) {
        int steps = (int)p->c - (int)d->pcn;
        move_head(d, steps);
        d->pcn = p->c;
        from += (unsigned)(steps < 0 ? -steps : steps) * i82077_step_time(p);
    }
    if (opcode(p) == READ_TRACK && turns(p))
        from = i82077_index(d, from, 1);
    if (writes(opcode(p)) && d->bd && d->bd->read_only)
        fail(p, ST1_NW, 0);
    else
        await(p, from);
}

static void begin_format(struct i82077 *p)
{
    struct i82077_drive *d = drive_of(p);
    p->head = p->cmd[1] >> 2 & 1;
    p->c = d->track;
    p->h = p->head;
    p->r = 1;
    p->count = p->cmd[3];
    p->full = false;
    p->pos = p->tries = 0;
    p->phase = FDC_EXECUTE;
    if (d->bd && d->bd->read_only)
        fail(p, ST1_NW, 0);
    else if (!p->count)
        finish(p, 0, 0, 0);
    else if (turns(p))
        sched_arm(p->sched, &p->step,
                  i82077_index(d, sched_now(p->sched) + head_load(p), 1));
}

static void begin_read_id(struct i82077 *p)
{
    p->head = p->cmd[1] >> 2 & 1;
    p->c = p->h = p->r = 0;
    p->phase = FDC_EXECUTE;
    await(p, sched_now(p->sched) + head_load(p));
}

static void sense_interrupt(struct i82077 *p)
{
    p->int_sense = false;
    for (unsigned i = 0; i < 4; i++) {
        struct i82077_drive *d = &p->drive[i];
        if (!d->pending)
            continue;
        p->result[0] = d->st0;
        p->result[1] = d->pcn;
        d->pending = 0;
        for (unsigned j = i + 1; j < 4; j++)
            p->int_sense |= p->drive[j].pending == 2;
        give_result(p, 2);
        update_irq(p);
        return;
    }
    p->result[0] = ST0_INVALID;
    give_result(p, 1);
    update_irq(p);
}

static void sense_drive(struct i82077 *p)
{
    const struct i82077_drive *d = drive_of(p);
    uint8_t st3 = (uint8_t)(0x28 | (p->cmd[1] & 7));     /* ready and two-sided are not wired:
                                                            always 1 */
    if (d->type && d->track == 0)
        st3 |= 0x10;
    if (d->bd && d->bd->read_only)
        st3 |= 0x40;
    p->result[0] = st3;
    give_result(p, 1);
}

static void dumpreg(struct i82077 *p)
{
    for (unsigned i = 0; i < 4; i++)
        p->result[i] = p->drive[i].pcn;
    p->result[4] = p->specify[0];
    p->result[5] = p->specify[1];
    p->result[6] = p->cmd[6];
    p->result[7] = (uint8_t)(p->locked << 7 | (p->perpendicular & 0x3f));
    p->result[8] = p->config;
    p->result[9] = p->pretrk;
    give_result(p, 10);
}

static void lock(struct i82077 *p)
{
    p->locked = p->cmd[0] & 0x80;
    p->result[0] = (uint8_t)(p->locked << 4);
    give_result(p, 1);
}

static void one_byte(struct i82077 *p, uint8_t v)
{
    p->result[0] = v;
    give_result(p, 1);
}

/* PERPENDICULAR MODE: without OW the drive bits stay. */
static void perpendicular(struct i82077 *p)
{
    uint8_t v = p->cmd[1];
    p->perpendicular = v & 0x80 ? v & 0x3f : (uint8_t)((p->perpendicular & 0x3c) | (v & 3));
    idle(p);
}

static void specify(struct i82077 *p)
{
    memcpy(p->specify, p->cmd + 1, 2);
    idle(p);
}

static void configure(struct i82077 *p)
{
    p->config = p->cmd[2];
    p->pretrk = p->cmd[3];
    idle(p);
}

/* Bytes of a command, from its first; 1 for those that do not exist. 290166, table 5-1. */
static uint8_t command_length(uint8_t first)
{
    switch (first & 0x1f) {
    case READ: case READ_DELETED: case WRITE: case WRITE_DELETED: case READ_TRACK: case VERIFY:
    case SCAN_EQUAL: case SCAN_LOW: case SCAN_HIGH: return 9;
    case FORMAT:                                    return 6;
    case CONFIGURE:                                 return 4;
    case SPECIFY: case SEEK:                        return 3;
    case READ_ID: case RECALIBRATE: case SENSE_DRIVE: case PERPENDICULAR: return 2;
    default:                                        return 1;
    }
}

static void execute(struct i82077 *p)
{
    switch (opcode(p)) {
    case READ: case READ_DELETED: case WRITE: case WRITE_DELETED: case READ_TRACK: case VERIFY:
    case SCAN_EQUAL: case SCAN_LOW: case SCAN_HIGH: begin_transfer(p); break;
    case FORMAT:          begin_format(p); break;
    case READ_ID:         begin_read_id(p); break;
    case RECALIBRATE:     seek(p, 0, true); break;
    case SEEK:            begin_seek(p); break;
    case SENSE_INTERRUPT: sense_interrupt(p); break;
    case SENSE_DRIVE:     sense_drive(p); break;
    case SPECIFY:         specify(p); break;
    case CONFIGURE:       configure(p); break;
    case PERPENDICULAR:   perpendicular(p); break;
    case DUMPREG:         dumpreg(p); break;
    case LOCK:            lock(p); break;
    case VERSION:         one_byte(p, 0x90); break;
    default:              one_byte(p, ST0_INVALID); break;
    }
}

/* ---- reset ---- */

/* What DOR, DSR and the RESET pin have in common; the drives' heads stay where they are. */
static void reset_core(struct i82077 *p)
{
    if (p->phase == FDC_EXECUTE)
        dreq(p, false);
    idle(p);
    p->int_result = p->int_sense = p->resetting = false;
    p->unload = 0;
    sched_arm(p->sched, &p->step, VTIME_NEVER);
    for (unsigned i = 0; i < 4; i++) {
        sched_arm(p->sched, &p->drive[i].seek, VTIME_NEVER);
        p->drive[i].seeking = false;
        p->drive[i].pending = 0;
        p->drive[i].pcn = 0;
    }
    if (!p->locked) {
        p->config = 0x20;
        p->pretrk = 0;
    }
    p->perpendicular &= 0x3c;
}

static void leave_reset(struct i82077 *p)
{
    p->resetting = true;
    arm(p, RESET_NS);
}

static void reset(void *dev, enum reset_kind kind)
{
    struct i82077 *p = dev;
    if (kind == RESET_INIT)
        return;
    p->locked = false;
    reset_core(p);
    p->dor = p->tdr = p->dsr = 0;
    p->ccr = 2;
    p->perpendicular = 0;
    store_le16(p->specify, 0x02af);              /* undefined; some firmware leaves it so */
    p->c = p->h = p->r = p->head = p->st2 = p->count = p->loaded = 0;
    memset(p->cmd, 0, sizeof p->cmd);
    memset(p->result, 0, sizeof p->result);
    memset(p->buf, 0, sizeof p->buf);
    for (unsigned i = 0; i < 4; i++) {
        struct i82077_drive *d = &p->drive[i];
        d->target = d->st0 = 0;
        d->recalibrating = false;
        if (kind == RESET_POWER) {
            d->track = 0;
            d->changed = true;
        }
    }
    update_irq(p);
}

/* ---- registers ---- */

static uint8_t msr(const struct i82077 *p)
{
    uint8_t v = 0;
    if (!(p->dor & DOR_RESET) || p->resetting)
        return 0;
    for (unsigned i = 0; i < 4; i++)
        if (p->drive[i].seeking || p->drive[i].pending == 2)
            v |= (uint8_t)(1u << i);
    switch (p->phase) {
    case FDC_IDLE:    return v | MSR_RQM;
    case FDC_COMMAND: return v | MSR_RQM | MSR_CB;
    case FDC_RESULT:  return v | MSR_RQM | MSR_DIO | MSR_CB;
    case FDC_DATA:    return v | MSR_RQM | MSR_NDM | MSR_CB | (reads(opcode(p)) ? MSR_DIO : 0);
    default:          return v | MSR_CB | (non_dma(p) ? MSR_NDM : 0);
    }
}

static void write_dor(struct i82077 *p, uint8_t v)
{
    uint8_t old = p->dor;
    p->dor = v;
    if (old & ~v & DOR_RESET)
        reset_core(p);
    else if (v & ~old & DOR_RESET)
        leave_reset(p);
    turning_changed(p);
    update_irq(p);
}

static void write_dsr(struct i82077 *p, uint8_t v)
{
    p->dsr = v & 0x7f;
    p->ccr = v & 3;
    if (!(v & 0x80) || !(p->dor & DOR_RESET))
        return;
    reset_core(p);
    leave_reset(p);
    update_irq(p);
}

/* Non-DMA: the sector (or the four format bytes) is through. */
static void data_moved(struct i82077 *p)
{
    uint16_t n = opcode(p) == FORMAT ? 4 : 512;
    if (p->pos < n)
        return;
    p->phase = FDC_EXECUTE;
    if (opcode(p) == FORMAT)
        format_sector(p);
    else
        sector_done(p, false);
    update_irq(p);
}

static uint8_t read_fifo(struct i82077 *p)
{
    if (p->phase == FDC_DATA && reads(opcode(p)) && p->pos < 512) {
        uint8_t v = p->buf[p->pos++];
        data_moved(p);
        return v;
    }
    if (p->phase != FDC_RESULT)
        return 0;
    uint8_t v = p->res_pos < p->res_len ? p->result[p->res_pos++] : 0;
    p->int_result = false;
    if (p->res_pos >= p->res_len)
        idle(p);
    update_irq(p);
    return v;
}

static void write_fifo(struct i82077 *p, uint8_t v)
{
    if (!(p->dor & DOR_RESET) || p->resetting)
        return;
    if (p->phase == FDC_DATA && !reads(opcode(p)) && p->pos < 512) {
        p->buf[p->pos++] = v;
        data_moved(p);
        return;
    }
    if (p->phase == FDC_IDLE) {
        p->phase = FDC_COMMAND;
        p->cmd_pos = 0;
    }
    if (p->phase != FDC_COMMAND)
        return;
    p->cmd[p->cmd_pos++] = v;
    if (p->cmd_pos >= command_length(p->cmd[0])) {
        p->cmd_pos = 0;
        execute(p);
    }
}

static uint64_t fdc_read(void *dev, uint32_t off, unsigned size)
{
    struct i82077 *p = dev;
    switch (off) {
    case 2:  return p->dor;
    case 3:  return p->tdr | 0x20u;
    case 4:  return msr(p);
    case 5:  return read_fifo(p);
    default: return 0xff;                        /* SRA and SRB do not exist in AT mode */
    }
}

static void fdc_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct i82077 *p = dev;
    switch (off) {
    case 2: write_dor(p, (uint8_t)v);   break;
    case 3: p->tdr = (uint8_t)v & 3;    break;
    case 4: write_dsr(p, (uint8_t)v);   break;
    case 5: write_fifo(p, (uint8_t)v);  break;
    default: break;
    }
}

static uint64_t dir_read(void *dev, uint32_t off, unsigned size)
{
    const struct i82077 *p = dev;
    const struct i82077_drive *d = &p->drive[p->dor & 3];
    return d->type && (d->changed || !d->bd) ? 0x80 : 0;
}

static void ccr_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    ((struct i82077 *)dev)->ccr = (uint8_t)v & 3;
}

const struct bus_ops i82077_ops = { fdc_read, fdc_write, 1 };
const struct bus_ops i82077_dir_ops = { dir_read, ccr_write, 1 };

void i82077_init(struct i82077 *p, struct sched *s)
{
    static const char *const names[4] = { "fdc seek 0", "fdc seek 1", "fdc seek 2", "fdc seek 3" };
    *p = (struct i82077){ .sched = s };
    sched_add(s, &p->step, "fdc", on_step, p);
    for (unsigned i = 0; i < 4; i++) {
        p->drive[i].fdc = p;
        p->drive[i].n = (uint8_t)i;
        i82077_set_medium(&p->drive[i], NULL);
        sched_add(s, &p->drive[i].seek, names[i], on_seek, &p->drive[i]);
    }
    reset(p, RESET_POWER);
}

void i82077_attach(struct i82077 *p, unsigned drive, enum floppy_type type, struct blockdev *bd)
{
    p->drive[drive].type = (uint8_t)type;
    i82077_set_medium(&p->drive[drive], bd);
}

void i82077_insert(struct i82077 *p, unsigned drive, struct blockdev *bd)
{
    i82077_set_medium(&p->drive[drive], bd);
    p->drive[drive].changed = true;
    turning_changed(p);
}

/* Counts a command could not have reached would lead past its buffers. */
static bool post_load(void *dev, unsigned version, struct error *err)
{
    const struct i82077 *p = dev;
    bool bad = p->res_pos > p->res_len || p->cmd_pos >= 9;
    bad |= p->phase == FDC_COMMAND && (!p->cmd_pos || p->cmd_pos >= command_length(p->cmd[0]));
    bad |= p->phase == FDC_RESULT && p->res_pos >= p->res_len;
    if (p->phase == FDC_EXECUTE || p->phase == FDC_DATA) {
        uint8_t op = p->cmd[0] & 0x1f, n = command_length(p->cmd[0]);
        bad |= n < 9 && op != FORMAT && op != READ_ID;
        bad |= op == FORMAT && (p->pos > 4 || (p->phase == FDC_DATA && !p->count));
    }
    return !bad || error_set(err, 1, "the state of the floppy controller contradicts itself");
}

const struct device_class i82077_class = { "i82077", 2, 1, fields, reset, post_load, NULL };
