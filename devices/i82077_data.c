/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that move sectors, write tracks or read what is on them. */
#include "devices/i82077_cmd.h"

#define RETRY_NS  100000

static bool writes(uint8_t op) { return op == WRITE || op == WRITE_DELETED; }
static bool scans(uint8_t op) { return op == SCAN_EQUAL || op == SCAN_LOW || op == SCAN_HIGH; }

static void fail(struct i82077 *p, uint8_t st1, uint8_t st2)
{
    fdc_finish(p, ST0_ABNORMAL, st1, (uint8_t)(st2 | (p->st2 & ST2_CM)));
}

/* While nothing turns there is no index pulse, and commands wait for one. */
static bool turns(const struct i82077 *p) { return p->dor >> (4 + (p->cmd[1] & 3)) & 1; }

/* ---- what is under the head ---- */

/* The medium's track, for a command that means its cylinder c. A disk of 40 tracks has them two
 * steps apart in a drive of 80; one step each is taken, too, from those who know no better. */
static uint8_t track_of(struct i82077 *p, uint8_t c)
{
    const struct i82077_drive *d = fdc_drive(p);
    bool twice = d->type == FLOPPY_1200K && d->cyls <= 40;
    return twice && d->track != c ? d->track / 2 : d->track;
}

/* Can this data rate read what is under the head? */
static bool readable(struct i82077 *p)
{
    const struct i82077_drive *d = fdc_drive(p);
    return d->type && d->bd && d->rates >> p->ccr & 1 && p->cmd[0] & MFM &&
           track_of(p, p->c) < d->cyls && p->head < d->heads;
}

static uint32_t lba_of(struct i82077 *p, uint8_t r)
{
    const struct i82077_drive *d = fdc_drive(p);
    return ((uint32_t)track_of(p, p->c) * d->heads + p->head) * d->spt + r - 1;
}

/* Is the address mark C, H, R, N on the track? If not, what ST1 and ST2 say. */
static bool on_track(struct i82077 *p, uint8_t *st1, uint8_t *st2)
{
    const struct i82077_drive *d = fdc_drive(p);
    *st1 = *st2 = 0;
    if (!readable(p))
        *st1 = ST1_MA;
    else if (fdc_opcode(p) == FORMAT || fdc_opcode(p) == READ_ID)
        return true;
    else if (p->c != track_of(p, p->c) && fdc_opcode(p) != READ_TRACK)
        *st1 = ST1_ND, *st2 = ST2_WC;
    else if (!p->r || p->r > d->spt || p->h != p->head || p->cmd[5] != 2)
        *st1 = ST1_ND;
    return !*st1;
}

/* The deleted marks of the disk: one bit a sector. A disk that was changed in the midst of a
 * command may have no such sector. */
static bool deleted(struct i82077 *p, uint8_t r)
{
    uint32_t n = lba_of(p, r);
    return n / 8 < FDC_MARKS && fdc_drive(p)->deleted[n / 8] >> n % 8 & 1;
}

static void mark(struct i82077 *p, uint8_t r, bool is)
{
    uint32_t n = lba_of(p, r);
    uint8_t bit = (uint8_t)(1u << n % 8);
    if (n / 8 >= FDC_MARKS)
        return;
    uint8_t *at = &fdc_drive(p)->deleted[n / 8];
    *at = (uint8_t)(is ? *at | bit : *at & ~bit);
}

/* Arms the event for when what the command wants next has passed the head, not before 'from'; for
 * when its data begin, if the host moves them; for the second index pulse if it never will. */
static void await(struct i82077 *p, vtime from)
{
    const struct i82077_drive *d = fdc_drive(p);
    uint8_t st1, st2, op = fdc_opcode(p);
    vtime when;
    if (!turns(p))
        when = VTIME_NEVER;
    else if (!d->type || !d->bd)
        when = from + RETRY_NS;
    else if (!on_track(p, &st1, &st2))
        when = i82077_index(d, from, 2);
    else if (op == READ_ID)
        when = i82077_next_id(d, p->ccr, from, &p->r);
    else if (fdc_non_dma(p) && op != VERIFY)
        when = fdc_reads(op) ? i82077_sector_data(d, p->ccr, p->r, from)
                             : i82077_sector_start(d, p->ccr, p->r, from);
    else
        when = i82077_sector_end(d, p->ccr, p->r, from);
    sched_arm(p->sched, &p->step, when);
}

/* Motor and medium can come while a command waits for them. */
void fdc_turning_changed(struct i82077 *p)
{
    if (p->phase != FDC_EXECUTE || p->step.when != VTIME_NEVER || !turns(p))
        return;
    if (fdc_opcode(p) == FORMAT)
        sched_arm(p->sched, &p->step, i82077_index(fdc_drive(p), sched_now(p->sched), 1));
    else
        await(p, sched_now(p->sched));
}

/* ---- sectors ---- */

static bool load_sector(struct i82077 *p)
{
    struct blockdev *bd = fdc_drive(p)->bd;
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
    struct blockdev *bd = fdc_drive(p)->bd;
    if (bd && lba_of(p, r) < bd->sectors && bd->ops->write(bd, lba_of(p, r), 1, p->buf, NULL)) {
        mark(p, r, fdc_opcode(p) == WRITE_DELETED);
        return true;
    }
    fail(p, ST1_DE, ST2_DD);
    return false;
}

/* 290166, 5.1.10: FFh from the host matches anything; so does it on the disk. */
static void scan_sector(struct i82077 *p)
{
    static const uint8_t any = 0xff;
    uint8_t host[512], op = fdc_opcode(p), cm = p->st2 & ST2_CM;
    memcpy(host, p->buf, sizeof host);
    if (!load_sector(p))
        return;
    p->st2 = cm | ST2_SH;
    for (unsigned i = 0; i < 512; i++) {
        uint8_t disk = p->buf[i];
        if (host[i] == any || disk == any || disk == host[i])
            continue;
        bool met = (op == SCAN_LOW && disk < host[i]) || (op == SCAN_HIGH && disk > host[i]);
        p->st2 = (uint8_t)(cm | (met ? 0 : ST2_SN));
        return;
    }
}

/* After a sector: C, H, R of the next one (290166, table 5-6). True at the end of the cylinder.
 * SCAN may look at every other one. */
static bool advance(struct i82077 *p)
{
    uint8_t eot = p->cmd[6];
    if (p->r != eot) {
        p->r = (uint8_t)(p->r + (scans(fdc_opcode(p)) && p->cmd[8] == 2 ? 2 : 1));
        return false;
    }
    p->r = 1;
    if (p->cmd[0] & MT && !p->head && fdc_opcode(p) != READ_TRACK) {
        p->head = p->h = 1;
        return false;
    }
    if (p->cmd[0] & MT)
        p->h = 0;
    p->c++;
    return true;
}

/* All of a cylinder is through, and the host wanted more: SCAN has found nothing, VERIFY is done,
 * all others have come to the end without terminal count. */
static void end_of_cylinder(struct i82077 *p)
{
    bool done = scans(fdc_opcode(p)) || fdc_opcode(p) == VERIFY;
    fdc_finish(p, done ? 0 : ST0_ABNORMAL, done ? 0 : ST1_EN, p->st2);
}

/* After a sector, also one that was skipped. */
static void next_sector(struct i82077 *p)
{
    uint8_t c = p->c, head = p->head, r = p->r;
    if (!advance(p)) {
        p->phase = FDC_EXECUTE;
        await(p, sched_now(p->sched));
        fdc_update_irq(p);
        return;
    }
    if (fdc_opcode(p) != VERIFY)
        p->c = c, p->h = head, p->r = r;
    p->head = head;
    end_of_cylinder(p);
}

/* The last sector of a command: ST0 names the head that moved it, C, H and R are the next one's. */
static void last_sector(struct i82077 *p)
{
    uint8_t head = p->head;
    advance(p);
    p->head = head;
    fdc_finish(p, 0, 0, p->st2);
}

static void sector_done(struct i82077 *p, bool tc)
{
    uint8_t op = fdc_opcode(p);
    if (writes(op) || scans(op))
        memset(p->buf + p->pos, 0, sizeof p->buf - p->pos);
    if (writes(op) && !store_sector(p, p->r))
        return;
    if (scans(op))
        scan_sector(p);
    if (p->phase == FDC_RESULT)                  /* the scan could not read */
        return;
    p->full = false;
    p->pos = p->avail = p->tries = 0;
    bool hit = scans(op) && !(p->st2 & ST2_SN);
    bool counted = op == VERIFY && p->cmd[1] & 0x80 && !--p->count;
    /* A mark of the other kind that was not to be skipped ends it there (290166, table 5-3). */
    if (p->st2 & ST2_CM && !(p->cmd[0] & SK) && op != READ_TRACK)
        fdc_finish(p, 0, 0, p->st2);
    else if (tc || hit || counted)
        last_sector(p);
    else
        next_sector(p);
}

/* Moves up to n bytes of buf by DMA; true when all n moved or terminal count was reached.
 * Otherwise the event is armed to try again, or the command has failed. */
static bool dma_move(struct i82077 *p, uint16_t n, bool to_memory, bool *tc)
{
    size_t moved = 0;
    *tc = false;
    fdc_dreq(p, true);
    if (p->dma.move && p->dor & DOR_GATE)
        moved = p->dma.move(p->dma.ctl, p->dma.channel, p->buf + p->pos, (size_t)(n - p->pos),
                            to_memory, tc);
    p->pos = (uint16_t)(p->pos + moved);
    if (p->pos >= n || *tc) {
        fdc_dreq(p, false);
        return true;
    }
    p->tries = moved ? 0 : (uint16_t)(p->tries + 1);
    if (p->tries < TRIES)
        fdc_arm(p, RETRY_NS);
    else
        fail(p, ST1_OR, 0);
    return false;
}

/* ---- the FIFO, when the host moves the bytes ---- */

/* Bytes between two requests: what makes the FIFO as full, or as empty, as its threshold says; each
 * byte, when it is off (290166, 4.2). */
static uint16_t burst(const struct i82077 *p)
{
    unsigned n = 15u - (p->config & 15);
    return (uint16_t)(p->config & CONFIG_EFIFO_OFF || !n ? 1 : n);
}

static uint16_t depth(const struct i82077 *p)
{
    return p->config & CONFIG_EFIFO_OFF ? 1 : FDC_FIFO;
}

/* A host was late (290166, 4.2.5): what is in the FIFO he still has to take, what he did not give
 * is zeroes. */
static void overrun(struct i82077 *p)
{
    if (fdc_reads(fdc_opcode(p))) {
        p->overrun = true;
        p->avail = (uint16_t)(p->pos + depth(p));
        return;
    }
    memset(p->buf + p->pos, 0, sizeof p->buf - p->pos);
    if (!writes(fdc_opcode(p)) || store_sector(p, p->r))
        fail(p, ST1_OR, 0);
}

/* More bytes have come under the head. */
static void fifo_step(struct i82077 *p)
{
    bool in = fdc_reads(fdc_opcode(p));
    unsigned passed = p->avail + burst(p) - (in ? 0u : depth(p));
    passed = passed < 512 ? passed : 512;
    if (in ? passed > p->pos + (unsigned)depth(p) : passed > p->pos) {
        overrun(p);
        return;
    }
    p->avail = (uint16_t)(passed + (in ? 0u : depth(p)));
    if (passed < 512)
        fdc_arm(p, burst(p) * i82077_byte_time(p->ccr));
    fdc_update_irq(p);
}

/* The sector's data begin. What is written is asked for with its ID field. */
static void host_moves(struct i82077 *p)
{
    bool in = fdc_reads(fdc_opcode(p));
    p->phase = FDC_DATA;
    p->avail = in ? 0 : depth(p);
    fdc_arm(p, (burst(p) + (in ? 0u : FDC_ID_TO_DATA)) * i82077_byte_time(p->ccr));
    fdc_update_irq(p);
}

/* ---- transfers ---- */

/* Is the sector's mark of the kind that the command is for? */
static bool wrong_mark(struct i82077 *p)
{
    uint8_t op = fdc_opcode(p);
    return !writes(op) && deleted(p, p->r) != (op == READ_DELETED);
}

static void transfer_step(struct i82077 *p)
{
    uint8_t op = fdc_opcode(p), st1, st2;
    bool tc = false;
    if (p->overrun) {
        fail(p, ST1_OR, 0);
        return;
    }
    if (p->full && fdc_non_dma(p) && p->pos >= 512) {
        sector_done(p, false);
        return;
    }
    if (!p->full) {
        if (!on_track(p, &st1, &st2)) {
            fail(p, st1, st2);
            return;
        }
        if (wrong_mark(p)) {
            p->st2 |= ST2_CM;
            if (p->cmd[0] & SK && op != READ_TRACK) {
                next_sector(p);
                return;
            }
        }
        if (fdc_reads(op) && !load_sector(p))
            return;
        p->full = true;
        p->pos = 0;
    }
    if (op == VERIFY) {
        p->pos = 512;
    } else if (fdc_non_dma(p)) {
        host_moves(p);
        return;
    } else if (!dma_move(p, 512, fdc_reads(op), &tc)) {
        return;
    }
    sector_done(p, tc);
}

void fdc_begin_transfer(struct i82077 *p)
{
    struct i82077_drive *d = fdc_drive(p);
    vtime from = sched_now(p->sched) + fdc_head_load(p);
    p->head = p->cmd[1] >> 2 & 1;
    p->c = p->cmd[2];
    p->h = p->cmd[3];
    p->r = fdc_opcode(p) == READ_TRACK ? 1 : p->cmd[4];
    p->count = p->cmd[8];
    p->st2 = 0;
    p->full = false;
    p->pos = p->avail = p->tries = 0;
    p->overrun = false;
    p->phase = FDC_EXECUTE;
    from += fdc_implied_seek(p, p->c);
    if (fdc_opcode(p) == READ_TRACK && turns(p))
        from = i82077_index(d, from, 1);
    if (writes(fdc_opcode(p)) && d->bd && d->bd->read_only)
        fail(p, ST1_NW, 0);
    else
        await(p, from);
}

/* ---- FORMAT TRACK: from index to index; C, H, R, N from the host for each sector ---- */

static void format_sector(struct i82077 *p)
{
    const struct i82077_drive *d = fdc_drive(p);
    uint8_t r = p->buf[2], n = p->buf[3];
    p->c = p->buf[0];
    p->full = false;
    p->pos = p->avail = p->tries = 0;
    memset(p->buf, p->cmd[5], sizeof p->buf);
    if (r && r <= d->spt && n == 2 && track_of(p, p->c) < d->cyls && !store_sector(p, r))
        return;
    p->phase = FDC_EXECUTE;
    if (--p->count)
        fdc_arm(p, i82077_format_time(p->ccr, p->cmd[2], p->cmd[4]));
    else                                         /* the rest of the track is gap */
        sched_arm(p->sched, &p->step, i82077_index(d, sched_now(p->sched), 1));
    fdc_update_irq(p);
}

static void format_step(struct i82077 *p)
{
    bool tc;
    if (!readable(p)) {
        fail(p, ST1_MA, 0);
    } else if (!p->count) {
        fdc_finish(p, 0, 0, 0);
    } else if (fdc_non_dma(p)) {
        p->phase = FDC_DATA;
        p->avail = 4;
        fdc_update_irq(p);
    } else if (dma_move(p, 4, false, &tc)) {
        if (p->pos < 4)
            fail(p, ST1_OR, 0);
        else
            format_sector(p);
    }
}

void fdc_begin_format(struct i82077 *p)
{
    struct i82077_drive *d = fdc_drive(p);
    p->head = p->cmd[1] >> 2 & 1;
    p->c = 0xff;                                 /* until the host says */
    p->h = p->head;
    p->r = 1;
    p->count = p->cmd[6] = p->cmd[3];            /* DUMPREG tells EOT or this */
    p->st2 = 0;
    p->full = false;
    p->pos = p->avail = p->tries = 0;
    p->phase = FDC_EXECUTE;
    if (d->bd && d->bd->read_only)
        fail(p, ST1_NW, 0);
    else if (!p->count)
        fdc_finish(p, 0, 0, 0);
    else if (turns(p))
        sched_arm(p->sched, &p->step,
                  i82077_index(d, sched_now(p->sched) + fdc_head_load(p), 1));
}

/* ---- READ ID: R is what passed ---- */

static void read_id_step(struct i82077 *p)
{
    uint8_t st1, st2;
    if (!on_track(p, &st1, &st2)) {
        p->c = p->r = 0;
        fail(p, ST1_MA | ST1_ND, 0);
        return;
    }
    p->c = track_of(p, p->c);
    p->h = p->head;
    fdc_finish(p, 0, 0, 0);
}

void fdc_begin_read_id(struct i82077 *p)
{
    p->head = p->cmd[1] >> 2 & 1;
    p->c = 0xff;                                 /* any */
    p->h = p->r = p->st2 = 0;
    p->phase = FDC_EXECUTE;
    await(p, sched_now(p->sched) + fdc_head_load(p));
}

/* ---- from outside ---- */

void fdc_data_step(struct i82077 *p)
{
    if (p->phase == FDC_DATA && fdc_opcode(p) != FORMAT)
        fifo_step(p);
    else if (p->phase != FDC_EXECUTE || !turns(p))
        return;                                  /* fdc_turning_changed() goes on */
    else if (fdc_opcode(p) == FORMAT)
        format_step(p);
    else if (fdc_opcode(p) == READ_ID)
        read_id_step(p);
    else
        transfer_step(p);
}

/* The sector (or the four format bytes) is through, or the FIFO has no more for now. */
void fdc_data_moved(struct i82077 *p)
{
    uint16_t n = fdc_opcode(p) == FORMAT ? 4 : p->overrun ? p->avail : 512;
    if (p->pos >= n) {
        p->phase = FDC_EXECUTE;
        if (fdc_opcode(p) == FORMAT)
            format_sector(p);
        else
            fdc_arm(p, i82077_byte_time(p->ccr));        /* INT goes before it comes again */
    }
    fdc_update_irq(p);
}
