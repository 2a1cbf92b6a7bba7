/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/lpt.h"

#define WORK UINT64_C(20000)                 /* ns from STROBE to -ACK */
#define ACK  UINT64_C(5000)                  /* of -ACK (1284: 0.5 to 10 us) */

enum { DATA, STATUS, CONTROL };
enum { READY, TAKEN, ACKS };
enum { ST_ERROR = 0x08, ST_SLCT = 0x10, ST_PE = 0x20, ST_ACK = 0x40,
       ST_BUSY = 0x80 };                     /* -ERROR, -ACK and -BUSY: 1 is the good news */
enum { CTL_STROBE = 0x01, CTL_INIT = 0x04, CTL_IRQ = 0x10, CTL_ALL = 0x1f };

static const struct field fields[] = {
    FIELD(struct lpt, data),                 FIELD_MAX(struct lpt, ctl, CTL_ALL),
    FIELD_MAX(struct lpt, phase, ACKS),      FIELD(struct lpt, acked),
    FIELD(struct lpt, connected),            FIELD(struct lpt, step),
    FIELD(struct lpt, irq),                  FIELD_TRANSIENT(struct lpt, out),
    FIELD_TRANSIENT(struct lpt, sched),      FIELD_END
};

static void update(struct lpt *p) { line_set(&p->irq, p->ctl & CTL_IRQ && p->acked); }

static void enter(struct lpt *p, unsigned phase, vtime when)
{
    p->phase = (uint8_t)phase;
    sched_arm(p->sched, &p->step, phase == READY ? VTIME_NEVER : when);
}

static void on_step(void *dev, vtime when)
{
    struct lpt *p = dev;
    p->acked = p->phase == ACKS;
    enter(p, p->phase == TAKEN ? ACKS : READY, p->sched->now + ACK);
    update(p);
}

static uint8_t status(const struct lpt *p)
{
    if (!p->connected)                       /* BUSY floats high, and so on */
        return ST_ERROR | ST_SLCT | ST_PE | ST_ACK;
    bool ready = p->phase != TAKEN && p->ctl & CTL_INIT;
    return (uint8_t)(ST_ERROR | ST_SLCT | (p->phase == ACKS ? 0 : ST_ACK) |
                     (ready ? ST_BUSY : 0));
}

static void write_control(struct lpt *p, uint8_t v)
{
    uint8_t rises = v & ~p->ctl;
    p->ctl = v & CTL_ALL;
    if (rises & CTL_IRQ)
        p->acked = false;
    if (!p->connected)
        return;
    if (!(v & CTL_INIT)) {                   /* the printer starts afresh */
        enter(p, READY, VTIME_NEVER);
    } else if (rises & CTL_STROBE && p->phase != TAKEN) {
        chardev_put(&p->out, p->data);
        p->acked |= p->phase == ACKS;        /* which ends here */
        enter(p, TAKEN, sched_now(p->sched) + WORK);
    }
}

static void lpt_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct lpt *p = dev;
    if (off == DATA)
        p->data = (uint8_t)data;
    else if (off == CONTROL)
        write_control(p, (uint8_t)data);
    update(p);
}

static uint64_t lpt_read(void *dev, uint32_t off, unsigned size)
{
    const struct lpt *p = dev;
    switch (off) {
    case DATA:    return p->data;
    case STATUS:  return status(p);
    case CONTROL: return p->ctl;
    default:      return 0xff;
    }
}

void lpt_init(struct lpt *p, struct sched *s, struct chardev out)
{
    *p = (struct lpt){ .sched = s, .out = out, .connected = out.put != NULL };
    sched_add(s, &p->step, "lpt1.step", on_step, p);
}

/* RESET clears both latches, and with -INIT low the printer starts afresh as well. */
static void lpt_reset(void *dev, enum reset_kind kind)
{
    if (kind == RESET_INIT)
        return;
    lpt_write(dev, DATA, 0, 1);
    lpt_write(dev, CONTROL, 0, 1);
}

static bool lpt_post_load(void *dev, unsigned version, struct error *err)
{
    const struct lpt *p = dev;
    if ((p->phase == READY) != (p->step.when == VTIME_NEVER) || (p->phase && !p->connected))
        return error_set(err, 1, "lpt: the printer is in no possible state");
    return true;
}

const struct bus_ops lpt_ops = { lpt_read, lpt_write, 1 };
const struct device_class lpt_class = { "lpt", 1, 1, fields, lpt_reset, lpt_post_load, NULL };
