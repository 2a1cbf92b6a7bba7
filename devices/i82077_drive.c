/* SPDX-License-Identifier: BSD-2-Clause */
/* The drives' mechanics: heads that step and are let down. */
#include "devices/i82077_cmd.h"

#define SEEK_NS   50000          /* a seek that needs no step */
#define RECALIBRATE_STEPS 79

/* Steps move the head relative to where it is, which a reset made the controller forget. */
static void move_head(struct i82077_drive *d, int steps)
{
    int to = d->track + steps;
    d->track = (uint8_t)(to < 0 ? 0 : to > LAST_TRACK - 1 ? LAST_TRACK - 1 : to);
    if (steps && d->bd)
        d->changed = false;
}

void fdc_on_seek(void *owner, vtime when)
{
    struct i82077_drive *d = owner;
    bool ok = d->type != FLOPPY_NONE;
    if (d->recalibrating) {                      /* 290166, 5.2.5: it gives up after 79 steps */
        move_head(d, d->track > RECALIBRATE_STEPS ? -RECALIBRATE_STEPS : -(int)d->track);
        ok &= d->track == 0;
        d->pcn = 0;
    } else {
        if (ok)
            move_head(d, d->inwards ? d->steps : -(int)d->steps);
        d->pcn = d->target;
        ok = true;
    }
    d->seeking = false;
    d->pending = 2;
    d->st0 = (uint8_t)(ST0_SE | (ok ? 0 : ST0_ABNORMAL | ST0_EC) | d->n);
    d->fdc->int_sense = true;
    fdc_update_irq(d->fdc);
}

static void start(struct i82077 *p, bool recalibrate)
{
    struct i82077_drive *d = fdc_drive(p);
    d->seeking = true;
    d->recalibrating = recalibrate;
    d->pending = 0;
    sched_arm(p->sched, &d->seek,
              sched_now(p->sched) + SEEK_NS + d->steps * i82077_step_time(p));
    fdc_idle(p);
}

void fdc_recalibrate(struct i82077 *p)
{
    struct i82077_drive *d = fdc_drive(p);
    d->target = 0;
    d->inwards = false;
    d->steps = d->type && d->track < RECALIBRATE_STEPS ? d->track : RECALIBRATE_STEPS;
    start(p, true);
}

/* To a cylinder; or by so many, inwards (DIR) or outwards: then the number wraps (290166, 5.2.9).
 */
void fdc_seek(struct i82077 *p)
{
    struct i82077_drive *d = fdc_drive(p);
    uint8_t n = p->cmd[2];
    if (p->cmd[0] & 0x80) {
        d->inwards = p->cmd[0] & 0x40;
        d->steps = n;
        d->target = (uint8_t)(d->inwards ? d->pcn + n : d->pcn - n);
    } else {
        d->inwards = n > d->pcn;
        d->steps = (uint8_t)(d->inwards ? n - d->pcn : d->pcn - n);
        d->target = n;
    }
    start(p, false);
}

vtime fdc_implied_seek(struct i82077 *p, uint8_t c)
{
    struct i82077_drive *d = fdc_drive(p);
    int steps = (int)c - (int)d->pcn;
    if (!(p->config & CONFIG_EIS) || !d->type)
        return 0;
    move_head(d, steps);
    d->pcn = c;
    return (unsigned)(steps < 0 ? -steps : steps) * i82077_step_time(p);
}

/* How long until the head is down and a search can begin. */
vtime fdc_head_load(const struct i82077 *p)
{
    bool down = p->loaded == (p->cmd[1] & 3) && sched_now(p->sched) < p->unload;
    return down ? 0 : i82077_load_time(p);
}
