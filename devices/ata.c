/* SPDX-License-Identifier: BSD-2-Clause */
/* The channel: registers, selection, reset, data port, DMA. What commands do is in ata_cmd.c and
 * atapi.c. */
#include "devices/ata.h"

#include "devices/atapi.h"

#define RESET_NS 100000          /* from the end of SRST to the signature */
#define START_NS 20000           /* from a command to its first effect */
#define CHUNK_NS 20000           /* between two buffers of a DMA transfer */

enum { HOB = 0x80, SRST = 0x04, NIEN = 0x02, LBA = 0x40, DEV = 0x10 };
enum { DEVICE_RESET = 0x08, EXECUTE_DIAGNOSTIC = 0x90, PACKET = 0xa0 };

static const struct field drive_fields[] = {
    FIELD(struct ata_drive, feature),         FIELD(struct ata_drive, count),
    FIELD(struct ata_drive, sector),          FIELD(struct ata_drive, lcyl),
    FIELD(struct ata_drive, hcyl),            FIELD(struct ata_drive, select),
    FIELD(struct ata_drive, hob_feature),     FIELD(struct ata_drive, hob_count),
    FIELD(struct ata_drive, hob_sector),      FIELD(struct ata_drive, hob_lcyl),
    FIELD(struct ata_drive, hob_hcyl),        FIELD(struct ata_drive, status),
    FIELD(struct ata_drive, error),           FIELD(struct ata_drive, intrq),
    FIELD_MAX(struct ata_drive, phase, ATA_PHASES - 1),
    FIELD(struct ata_drive, cmd),             FIELD(struct ata_drive, lba),
    FIELD_MAX(struct ata_drive, left, 65536), FIELD_MAX(struct ata_drive, pos, ATA_BUF),
    FIELD_MAX(struct ata_drive, stop, ATA_BUF),
    FIELD_MAX(struct ata_drive, len, ATA_BUF),
    FIELD_MAX(struct ata_drive, limit, 65536), FIELD(struct ata_drive, unit),
    FIELD_MAX(struct ata_drive, heads, 16),   FIELD(struct ata_drive, spt),
    FIELD_MAX(struct ata_drive, multiple, 16), FIELD(struct ata_drive, xfer),
    FIELD(struct ata_drive, pio),             FIELD(struct ata_drive, write_cache),
    FIELD(struct ata_drive, look_ahead),      FIELD(struct ata_drive, revert),
    FIELD(struct ata_drive, power),           FIELD(struct ata_drive, standby),
    FIELD(struct ata_drive, awake),           FIELD(struct ata_drive, sleeping),
    FIELD(struct ata_drive, max),             FIELD(struct ata_drive, max_kept),
    FIELD(struct ata_drive, max_fixed),       FIELD_MAX(struct ata_drive, native, 2),
    FIELD(struct ata_drive, security),        FIELD_MAX(struct ata_drive, erase, 2),
    FIELD_MAX(struct ata_drive, attempts, 5), FIELD(struct ata_drive, master_revision),
    { "passwords", FT_U8, offsetof(struct ata_drive, passwords), 1, 64, UINT64_MAX, NULL },
    FIELD(struct ata_drive, smart),           FIELD(struct ata_drive, smart_autosave),
    FIELD(struct ata_drive, self_test),       FIELD_MAX(struct ata_drive, self_tests, 21),
    FIELD(struct ata_drive, recovery),        FIELD(struct ata_drive, retries),
    FIELD(struct ata_drive, inactivity),      FIELD_ARRAY(struct ata_drive, volume),
    FIELD(struct ata_drive, speed),           FIELD(struct ata_drive, audio),
    FIELD(struct ata_drive, audio_from),      FIELD(struct ata_drive, audio_to),
    FIELD(struct ata_drive, audio_since),     FIELD(struct ata_drive, head),
    FIELD_ARRAY(struct ata_drive, packet),    FIELD_MAX(struct ata_drive, sense, 15),
    FIELD(struct ata_drive, asc),             FIELD(struct ata_drive, ascq),
    FIELD(struct ata_drive, attention),       FIELD(struct ata_drive, event_new),
    FIELD(struct ata_drive, event_gone),      FIELD(struct ata_drive, locked),
    FIELD(struct ata_drive, open),            FIELD_ARRAY(struct ata_drive, buf),
    FIELD(struct ata_drive, event),           FIELD_TRANSIENT(struct ata_drive, ch),
    FIELD_TRANSIENT(struct ata_drive, bd),    FIELD_TRANSIENT(struct ata_drive, kind),
    FIELD_TRANSIENT(struct ata_drive, serial),
    FIELD_TRANSIENT(struct ata_drive, def_heads), FIELD_TRANSIENT(struct ata_drive, def_spt),
    FIELD_TRANSIENT(struct ata_drive, def_cyls),
    FIELD_END
};

static const struct field fields[] = {
    FIELD_STRUCTS(struct ata, drive, drive_fields),
    FIELD(struct ata, control),               FIELD_MAX(struct ata, dev, 1),
    FIELD(struct ata, irq),                   FIELD_TRANSIENT(struct ata, dma),
    FIELD_TRANSIENT(struct ata, sched),
    FIELD_END
};

static struct ata_drive *selected(struct ata *p) { return &p->drive[p->dev]; }
static bool present(const struct ata_drive *d) { return d->kind != ATA_NONE; }

static void update_irq(struct ata *p)
{
    struct ata_drive *d = selected(p);
    line_set(&p->irq, present(d) && d->intrq && !(p->control & (NIEN | SRST)));
}

void ata_intrq(struct ata_drive *d, bool level)
{
    d->intrq = level;
    update_irq(d->ch);
}

void ata_busy(struct ata_drive *d, enum ata_phase next, vtime delay)
{
    d->phase = (uint8_t)next;
    d->status = ATA_BSY | (d->kind == ATA_DISK ? ATA_DSC : 0);
    sched_arm(d->ch->sched, &d->event, sched_now(d->ch->sched) + delay);
}

void ata_drq(struct ata_drive *d, enum ata_phase phase, bool interrupt)
{
    d->phase = (uint8_t)phase;
    d->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
    if (interrupt)
        ata_intrq(d, true);
}

void ata_finish(struct ata_drive *d, uint8_t status)
{
    d->phase = ATA_IDLE;
    d->status = status;
    ata_intrq(d, true);
}

void ata_fail(struct ata_drive *d, uint8_t error)
{
    d->error = error;
    ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR);
}

/* ATA/ATAPI-6, 9.12: what a drive shows after a reset. */
void ata_signature(struct ata_drive *d)
{
    bool cd = d->kind == ATA_CDROM;
    d->error = 1;
    d->count = d->sector = 1;
    d->lcyl = cd ? 0x14 : 0;
    d->hcyl = cd ? 0xeb : 0;
    d->select = 0;
    d->status = cd ? 0 : ATA_DRDY | ATA_DSC;
}

void ata_defaults(struct ata_drive *d)
{
    d->heads = d->def_heads;
    d->spt = d->def_spt;
    d->multiple = 0;
    d->xfer = 0;
    d->pio = 0x0c;                               /* PIO 4 */
    d->write_cache = d->look_ahead = true;
    d->power = 0xff;
    d->locked = false;
    d->sense = d->asc = d->ascq = 0;
    atapi_defaults(d);
}

static void reset_drive(struct ata_drive *d)
{
    sched_arm(d->ch->sched, &d->event, VTIME_NEVER);
    d->phase = ATA_IDLE;
    d->intrq = d->sleeping = false;
    d->left = d->pos = d->stop = d->len = 0;
    d->unit = 512;
    d->limit = 0;
    ata_signature(d);
}

static void reset(void *dev, enum reset_kind kind)
{
    struct ata *p = dev;
    if (kind == RESET_INIT)
        return;
    p->control = 0;
    p->dev = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct ata_drive *d = &p->drive[i];
        reset_drive(d);
        ata_defaults(d);
        d->feature = d->hob_feature = d->hob_count = d->hob_sector = d->hob_lcyl = d->hob_hcyl = 0;
        d->cmd = 0;
        d->lba = 0;
        d->revert = false;
        d->standby = 0;
        d->awake = 0;
        ata_security_reset(d);
        d->smart = d->smart_autosave = true;
        d->self_test = 0;
        memset(d->packet, 0, sizeof d->packet);
        memset(d->buf, 0, sizeof d->buf);
        if (kind == RESET_POWER) {
            d->open = false;
            d->attention = d->kind == ATA_CDROM;
            d->event_new = d->event_gone = false;
            d->self_tests = 0;
        }
    }
    update_irq(p);
}

bool ata_wants_dma(const struct ata_drive *d)
{
    if (d->kind == ATA_CDROM)
        return d->cmd == PACKET && d->feature & 1;
    return ata_cmd_flags(d->cmd) & CMD_DMA;
}

bool ata_to_host(const struct ata_drive *d)
{
    return d->kind == ATA_CDROM ? !atapi_takes_data(d) : !(ata_cmd_flags(d->cmd) & CMD_WRITE);
}

static bool fill(struct ata_drive *d)
{
    return d->kind == ATA_CDROM ? atapi_fill(d) : ata_cmd_fill(d, ATA_BUF / 512);
}

static uint32_t dma_move(struct ata_drive *d, bool to_memory)
{
    const struct ata_dma *dma = &d->ch->dma;
    return dma->move ? dma->move(dma->ctl, d->buf + d->pos, d->stop - d->pos, to_memory) : 0;
}

/* One buffer's worth. Returns with the event armed when it all moved; otherwise ata_dma_ready()
 * goes on. */
static void dma_step(struct ata_drive *d)
{
    bool in = ata_to_host(d);
    if (d->pos >= d->stop) {
        if (!d->left && d->kind == ATA_CDROM) {
            atapi_done(d);
            return;
        }
        if (!d->left) {
            ata_finish(d, ATA_DRDY | ATA_DSC);
            return;
        }
        if (in && !fill(d))
            return;
        if (!in) {
            d->pos = 0;
            d->stop = d->len = 512 * (d->left < ATA_BUF / 512 ? d->left : ATA_BUF / 512);
        }
    }
    d->pos += dma_move(d, in);
    if (d->pos < d->stop)
        return;
    if (!in && !(d->kind == ATA_CDROM ? atapi_drain(d) : ata_cmd_drain(d)))
        return;
    sched_arm(d->ch->sched, &d->event, sched_now(d->ch->sched) + CHUNK_NS);
}

void ata_dma_ready(struct ata *p)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ata_drive *d = &p->drive[i];
        if (present(d) && d->phase == ATA_DMA && d->event.when == VTIME_NEVER)
            sched_arm(p->sched, &d->event, sched_now(p->sched) + CHUNK_NS);
    }
}

static void on_event(void *owner, vtime when)
{
    struct ata_drive *d = owner;
    bool cd = d->kind == ATA_CDROM;
    switch (d->phase) {
    case ATA_RESET:
        if (d->ch->control & SRST)
            break;
        reset_drive(d);
        if (d->revert)
            ata_defaults(d);
        break;
    case ATA_START:
        if (cd)
            atapi_start(d);
        else
            ata_cmd_start(d);
        break;
    case ATA_NEXT:
        if (cd)
            atapi_next(d);
        else
            ata_cmd_next(d);
        break;
    case ATA_DMA:
        dma_step(d);
        break;
    default:
        break;
    }
}

static void diagnose(struct ata *p)
{
    p->dev = 0;
    for (unsigned i = 0; i < 2; i++)
        if (present(&p->drive[i])) {
            p->drive[i].cmd = EXECUTE_DIAGNOSTIC;
            ata_busy(&p->drive[i], ATA_START, RESET_NS);
        }
}

static void write_command(struct ata *p, uint8_t v)
{
    struct ata_drive *d = selected(p);
    if (p->control & SRST)
        return;
    if (v == EXECUTE_DIAGNOSTIC) {               /* both drives take it, whichever is selected */
        diagnose(p);
        return;
    }
    if (!present(d))
        return;
    if (v == DEVICE_RESET && d->kind == ATA_CDROM) {
        uint8_t keep = d->select;
        reset_drive(d);
        d->select = keep;
        update_irq(p);
        return;
    }
    if (d->status & (ATA_BSY | ATA_DRQ) || d->sleeping)
        return;
    d->cmd = v;
    d->error = 0;
    d->left = d->pos = d->stop = d->len = 0;
    d->unit = 512;
    ata_intrq(d, false);
    ata_busy(d, ATA_START, START_NS);
}

static void write_reg(struct ata *p, unsigned off, uint8_t v)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ata_drive *d = &p->drive[i];
        if (d->status & ATA_BSY && off != 6)
            continue;
        switch (off) {
        case 1: d->hob_feature = d->feature; d->feature = v; break;
        case 2: d->hob_count = d->count;     d->count = v;   break;
        case 3: d->hob_sector = d->sector;   d->sector = v;  break;
        case 4: d->hob_lcyl = d->lcyl;       d->lcyl = v;    break;
        case 5: d->hob_hcyl = d->hcyl;       d->hcyl = v;    break;
        case 6: d->select = v & (uint8_t)~DEV;               break;
        }
    }
    if (off == 6) {
        p->dev = v >> 4 & 1;
        update_irq(p);
    }
}

/* The end of a DRQ block: of the packet, or of data in one direction or the other. */
static void block_done(struct ata_drive *d)
{
    if (d->phase == ATA_PACKET) {
        ata_busy(d, ATA_START, START_NS);
    } else if (d->phase == ATA_OUT || d->left || (d->kind == ATA_CDROM && d->cmd == PACKET)) {
        ata_busy(d, ATA_NEXT, START_NS / 4);
    } else {
        d->phase = ATA_IDLE;
        d->status = ATA_DRDY | ATA_DSC;
    }
}

static uint32_t read_data(struct ata_drive *d, unsigned size)
{
    uint32_t v = 0;
    if (!present(d) || d->phase != ATA_IN)
        return UINT32_MAX;
    for (unsigned i = 0; i < size && d->pos < d->stop; i++)
        v |= (uint32_t)d->buf[d->pos++] << 8 * i;
    if (d->pos >= d->stop)
        block_done(d);
    return v;
}

static void write_data(struct ata_drive *d, uint32_t v, unsigned size)
{
    if (!present(d) || (d->phase != ATA_OUT && d->phase != ATA_PACKET))
        return;
    uint8_t *to = d->phase == ATA_PACKET ? d->packet : d->buf;
    for (unsigned i = 0; i < size && d->pos < d->stop; i++)
        to[d->pos++] = (uint8_t)(v >> 8 * i);
    if (d->pos >= d->stop)
        block_done(d);
}

/* DD7 is pulled down on an empty channel, so that it never looks busy; a lone drive 0 answers
 * for drive 1 with 0. */
static uint8_t status(struct ata *p)
{
    struct ata_drive *d = selected(p);
    if (!present(d))
        return present(&p->drive[0]) ? 0 : 0x7f;
    return p->control & SRST ? ATA_BSY : d->status;
}

static uint8_t read_reg(struct ata *p, unsigned off)
{
    struct ata_drive *d = selected(p);
    bool hob = p->control & HOB;
    if (off == 7) {
        uint8_t v = status(p);
        if (present(d))
            ata_intrq(d, false);
        return v;
    }
    if (!present(d)) {                           /* ATA/ATAPI-6, 9.16.1 */
        d = &p->drive[0];
        if (!present(d))
            return 0xff;
        if (d->kind == ATA_CDROM && off != 6)
            return 0;
    }
    switch (off) {
    case 1:  return hob ? d->hob_feature : d->error;
    case 2:  return hob ? d->hob_count : d->count;
    case 3:  return hob ? d->hob_sector : d->sector;
    case 4:  return hob ? d->hob_lcyl : d->lcyl;
    case 5:  return hob ? d->hob_hcyl : d->hcyl;
    default: return (uint8_t)(0xa0 | d->select | p->dev << 4);
    }
}

static uint64_t cmd_read(void *dev, uint32_t off, unsigned size)
{
    struct ata *p = dev;
    uint64_t v = 0;
    if (off == 0)
        return read_data(selected(p), size);
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t)(off + i < 8 ? read_reg(p, off + i) : 0xff) << 8 * i;
    return v;
}

static void cmd_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct ata *p = dev;
    if (off == 0) {
        write_data(selected(p), (uint32_t)v, size);
        return;
    }
    for (unsigned i = 0; i < size && off + i < 8; i++, v >>= 8) {
        p->control &= (uint8_t)~HOB;
        if (off + i == 7)
            write_command(p, (uint8_t)v);
        else
            write_reg(p, off + i, (uint8_t)v);
    }
}

static uint64_t ctl_read(void *dev, uint32_t off, unsigned size) { return status(dev); }

static void ctl_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct ata *p = dev;
    uint8_t old = p->control;
    p->control = (uint8_t)v & (HOB | SRST | NIEN);
    for (unsigned i = 0; i < 2; i++) {
        struct ata_drive *d = &p->drive[i];
        if (!present(d) || !((old ^ v) & SRST))
            continue;
        reset_drive(d);
        ata_busy(d, ATA_RESET, RESET_NS);
    }
    if (v & SRST)
        p->dev = 0;
    update_irq(p);
}

/* Whole elements of what is left of a block. */
static unsigned whole(const struct ata_drive *d, unsigned n, unsigned size)
{
    unsigned room = (d->stop - d->pos) / size;
    return n < room ? n : room;
}

static unsigned bulk_read(void *dev, uint32_t off, void *to, unsigned n, unsigned size)
{
    struct ata_drive *d = selected(dev);
    if (off || !present(d) || d->phase != ATA_IN || d->pos >= d->stop)
        return 0;
    n = whole(d, n, size);
    memcpy(to, d->buf + d->pos, (size_t)n * size);
    d->pos += n * size;
    if (d->pos >= d->stop)
        block_done(d);
    return n;
}

static unsigned bulk_write(void *dev, uint32_t off, const void *from, unsigned n, unsigned size)
{
    struct ata_drive *d = selected(dev);
    if (off || !present(d) || d->phase != ATA_OUT || d->pos >= d->stop)
        return 0;
    n = whole(d, n, size);
    memcpy(d->buf + d->pos, from, (size_t)n * size);
    d->pos += n * size;
    if (d->pos >= d->stop)
        block_done(d);
    return n;
}

const struct bus_bulk ata_bulk = { bulk_read, bulk_write, NULL };
const struct bus_ops ata_cmd_ops = { cmd_read, cmd_write, 1 | 2 | 4 };
const struct bus_ops ata_ctl_ops = { ctl_read, ctl_write, 1 };

void ata_init(struct ata *p, struct sched *s, unsigned channel)
{
    static const char *const names[2][2] = { { "ata0.0", "ata0.1" }, { "ata1.0", "ata1.1" } };
    *p = (struct ata){ .sched = s };
    for (unsigned i = 0; i < 2; i++) {
        p->drive[i].ch = p;
        p->drive[i].serial = (char)('1' + 2 * (channel & 1) + i);
        p->drive[i].def_heads = 16;
        p->drive[i].def_spt = 63;
        p->drive[i].unit = 512;
        ata_defaults(&p->drive[i]);
        sched_add(s, &p->drive[i].event, names[channel & 1][i], on_event, &p->drive[i]);
    }
}

void ata_attach(struct ata *p, unsigned drive, enum ata_kind kind, struct blockdev *bd)
{
    struct ata_drive *d = &p->drive[drive];
    d->kind = (uint8_t)kind;
    d->bd = bd;
    if (kind == ATA_DISK && bd) {
        uint64_t cyls = bd->sectors / (16 * 63);
        d->def_cyls = cyls > 16383 ? 16383 : cyls < 1 ? 1 : (uint16_t)cyls;
    }
    reset(p, RESET_POWER);
}

void ata_insert(struct ata *p, unsigned drive, struct blockdev *bd)
{
    struct ata_drive *d = &p->drive[drive];
    if (d->kind != ATA_CDROM)
        return;
    d->bd = bd;
    d->open = false;
    atapi_medium_changed(d);
    d->attention = true;
    d->event_new = bd != NULL;
    d->event_gone = !bd;
}

/* A snapshot must not make a drive read or write outside its buffers, nor divide by zero. */
static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct ata *p = dev;
    for (unsigned i = 0; i < 2; i++) {
        const struct ata_drive *d = &p->drive[i];
        bool unit = d->unit >= 1 && d->unit <= ATAPI_UNIT_MAX;
        uint32_t room = d->phase == ATA_PACKET ? 12 : ATA_BUF;
        if (d->pos > d->stop || d->stop > room || !d->heads || !d->spt || !unit || d->select & DEV)
            return error_set(err, 1, "the state of an ATA drive contradicts itself");
        if (d->kind == ATA_DISK && (d->phase == ATA_PACKET || d->unit != 512))
            return error_set(err, 1, "the state of an ATA disk is that of another drive");
    }
    return true;
}

const struct device_class ata_class = { "ata", 3, 1, fields, reset, post_load, NULL };
