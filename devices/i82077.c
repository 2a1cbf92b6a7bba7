/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i82077_cmd.h"

#define RESET_NS  50000

static const struct field drive_fields[] = {
    FIELD_MAX(struct i82077_drive, track, LAST_TRACK), FIELD(struct i82077_drive, pcn),
    FIELD(struct i82077_drive, target),          FIELD(struct i82077_drive, steps),
    FIELD(struct i82077_drive, inwards),         FIELD(struct i82077_drive, seeking),
    FIELD_ARRAY(struct i82077_drive, deleted),
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
    FIELD(struct i82077, overrun),
    FIELD_MAX(struct i82077, avail, 512 + FDC_FIFO),
    FIELD(struct i82077, unload),                FIELD_MAX(struct i82077, loaded, 3),
    FIELD_MAX(struct i82077, tries, TRIES),      FIELD_ARRAY(struct i82077, buf),
    FIELD(struct i82077, step),                  FIELD(struct i82077, irq),
    FIELD_TRANSIENT(struct i82077, dma),         FIELD_TRANSIENT(struct i82077, sched),
    FIELD_END
};

/* ---- pins, phases ---- */

void fdc_update_irq(struct i82077 *p)
{
    line_set(&p->irq, p->dor & DOR_GATE && (p->int_result || p->int_sense || fdc_requests(p)));
}

void fdc_arm(struct i82077 *p, vtime delay)
{
    sched_arm(p->sched, &p->step, sched_now(p->sched) + delay);
}

void fdc_dreq(struct i82077 *p, bool level)
{
    if (p->dma.request)
        p->dma.request(p->dma.ctl, p->dma.channel, level && p->dor & DOR_GATE);
}

void fdc_idle(struct i82077 *p)
{
    p->phase = FDC_IDLE;
    p->cmd_pos = p->res_pos = p->res_len = 0;
    p->full = p->overrun = false;
    p->pos = p->avail = p->tries = 0;
}

static void give_result(struct i82077 *p, uint8_t n)
{
    p->phase = FDC_RESULT;
    p->res_pos = 0;
    p->res_len = n;
}

/* The seven result bytes of commands that touch sectors, and INT. */
void fdc_finish(struct i82077 *p, uint8_t st0, uint8_t st1, uint8_t st2)
{
    fdc_dreq(p, false);
    p->result[0] = (uint8_t)(st0 | p->head << 2 | (p->cmd[1] & 3));
    p->result[1] = st1;
    p->result[2] = st2;
    p->result[3] = p->c;
    p->result[4] = p->h;
    p->result[5] = p->r;
    p->result[6] = fdc_opcode(p) == FORMAT ? p->cmd[2] : fdc_opcode(p) == READ_ID ? 2 : p->cmd[5];
    p->full = p->overrun = false;
    p->pos = p->avail = p->tries = 0;
    p->loaded = p->cmd[1] & 3;
    p->unload = sched_now(p->sched) + i82077_unload_time(p);
    give_result(p, 7);
    p->int_result = true;
    fdc_update_irq(p);
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
    fdc_update_irq(p);
}

static void on_step(void *owner, vtime when)
{
    struct i82077 *p = owner;
    if (p->resetting)
        end_reset(p);
    else
        fdc_data_step(p);
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
        fdc_update_irq(p);
        return;
    }
    p->result[0] = ST0_INVALID;
    give_result(p, 1);
    fdc_update_irq(p);
}

static void sense_drive(struct i82077 *p)
{
    const struct i82077_drive *d = fdc_drive(p);
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
    fdc_idle(p);
}

static void specify(struct i82077 *p)
{
    memcpy(p->specify, p->cmd + 1, 2);
    fdc_idle(p);
}

static void configure(struct i82077 *p)
{
    p->config = p->cmd[2];
    p->pretrk = p->cmd[3];
    fdc_idle(p);
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
    switch (fdc_opcode(p)) {
    case READ: case READ_DELETED: case WRITE: case WRITE_DELETED: case READ_TRACK: case VERIFY:
    case SCAN_EQUAL: case SCAN_LOW: case SCAN_HIGH: fdc_begin_transfer(p); break;
    case FORMAT:          fdc_begin_format(p); break;
    case READ_ID:         fdc_begin_read_id(p); break;
    case RECALIBRATE:     fdc_recalibrate(p); break;
    case SEEK:            fdc_seek(p); break;
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
        fdc_dreq(p, false);
    fdc_idle(p);
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
        p->config = CONFIG_EFIFO_OFF;
        p->pretrk = 0;
    }
    p->perpendicular &= 0x3c;
}

static void leave_reset(struct i82077 *p)
{
    p->resetting = true;
    fdc_arm(p, RESET_NS);
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
        d->target = d->st0 = d->steps = 0;
        d->recalibrating = d->inwards = false;
        if (kind == RESET_POWER) {
            d->track = 0;
            d->changed = true;
        }
    }
    fdc_update_irq(p);
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
    case FDC_DATA:
        return v | MSR_NDM | MSR_CB | (fdc_reads(fdc_opcode(p)) ? MSR_DIO : 0) |
               (fdc_requests(p) ? MSR_RQM : 0);
    default:          return v | MSR_CB | (fdc_non_dma(p) ? MSR_NDM : 0);
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
    fdc_turning_changed(p);
    fdc_update_irq(p);
}

static void write_dsr(struct i82077 *p, uint8_t v)
{
    p->dsr = v & 0x7f;
    p->ccr = v & 3;
    if (!(v & 0x80) || !(p->dor & DOR_RESET))
        return;
    reset_core(p);
    leave_reset(p);
    fdc_update_irq(p);
}

static uint8_t read_fifo(struct i82077 *p)
{
    if (fdc_requests(p) && fdc_reads(fdc_opcode(p))) {
        uint8_t v = p->buf[p->pos++];
        fdc_data_moved(p);
        return v;
    }
    if (p->phase != FDC_RESULT)
        return 0;
    uint8_t v = p->res_pos < p->res_len ? p->result[p->res_pos++] : 0;
    p->int_result = false;
    if (p->res_pos >= p->res_len)
        fdc_idle(p);
    fdc_update_irq(p);
    return v;
}

static void write_fifo(struct i82077 *p, uint8_t v)
{
    if (!(p->dor & DOR_RESET) || p->resetting)
        return;
    if (fdc_requests(p) && !fdc_reads(fdc_opcode(p))) {
        p->buf[p->pos++] = v;
        fdc_data_moved(p);
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
        sched_add(s, &p->drive[i].seek, names[i], fdc_on_seek, &p->drive[i]);
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
    fdc_turning_changed(p);
}

/* Counts a command could not have reached would lead past its buffers. */
static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct i82077 *p = dev;
    if (version < 3 && p->phase == FDC_DATA)     /* which had all of a sector at once */
        p->avail = (p->cmd[0] & 0x1f) == FORMAT ? 4 : 512;
    bool bad = p->pos > p->avail && p->phase == FDC_DATA;
    bad |= p->res_pos > p->res_len || p->cmd_pos >= 9;
    bad |= p->phase == FDC_COMMAND && (!p->cmd_pos || p->cmd_pos >= command_length(p->cmd[0]));
    bad |= p->phase == FDC_RESULT && p->res_pos >= p->res_len;
    if (p->phase == FDC_EXECUTE || p->phase == FDC_DATA) {
        uint8_t op = p->cmd[0] & 0x1f, n = command_length(p->cmd[0]);
        bad |= n < 9 && op != FORMAT && op != READ_ID;
        bad |= op == FORMAT && (p->pos > 4 || (p->phase == FDC_DATA && !p->count));
    }
    return !bad || error_set(err, 1, "the state of the floppy controller contradicts itself");
}

const struct device_class i82077_class = { "i82077", 3, 1, fields, reset, post_load, NULL };
