/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/lpt.h"

#define WORK UINT64_C(20000)                 /* ns from STROBE to -ACK */
#define ACK  UINT64_C(5000)                  /* of -ACK (1284: 0.5 to 10 us) */
#define WAIT UINT64_C(20000)                 /* until a closed DMA channel is tried again */

enum { DATA, STATUS, CONTROL, EPP_ADDRESS, EPP_DATA, ECP_FIFO = 0x400, CNFG_A = 0x400, CNFG_B,
       ECR };
enum { READY, TAKEN, ACKS };
enum { ST_ERROR = 0x08, ST_SLCT = 0x10, ST_PE = 0x20, ST_ACK = 0x40,
       ST_BUSY = 0x80 };                     /* -ERROR, -ACK and -BUSY: 1 is the good news */
enum { CTL_STROBE = 0x01, CTL_INIT = 0x04, CTL_IRQ = 0x10, CTL_IN = 0x20, CTL_ALL = 0x3f };
enum { ST_TIMEOUT = 0x01 };                  /* of an EPP cycle */
/* ECR */
enum { MODE_SPP, MODE_PS2, MODE_FIFO, MODE_ECP, MODE_EPP, MODE_NONE, MODE_TEST, MODE_CONFIG };
enum { ECR_NO_ERR_IRQ = 0x10, ECR_DMA = 0x08, ECR_SERVICE = 0x04, ECR_FULL = 0x02,
       ECR_EMPTY = 0x01, ECR_KEPT = 0xfc };
enum { THRESHOLD = 8 };                      /* bytes that make a service interrupt worth while */
enum { CNFG_A_ISA = 0x10, CNFG_B_IRQ7_DMA3 = 0x0b };

static const struct field fields[] = {
    FIELD(struct lpt, data),                 FIELD_MAX(struct lpt, ctl, CTL_ALL),
    FIELD_MAX(struct lpt, phase, ACKS),      FIELD(struct lpt, acked),
    FIELD(struct lpt, connected),            FIELD(struct lpt, timeout),
    FIELD(struct lpt, serviced),             FIELD_MAX(struct lpt, ecr, ECR_KEPT),
    FIELD_MAX(struct lpt, fifo_n, LPT_FIFO), FIELD_ARRAY(struct lpt, fifo),
    FIELD(struct lpt, step),                 FIELD(struct lpt, retry),
    FIELD(struct lpt, irq),                  FIELD_TRANSIENT(struct lpt, out),
    FIELD_TRANSIENT(struct lpt, sched),      FIELD_TRANSIENT(struct lpt, dma),
    FIELD_END
};

static unsigned mode(const struct lpt *p) { return p->ecr >> 5; }

static void enter(struct lpt *p, unsigned phase, vtime when)
{
    p->phase = (uint8_t)phase;
    sched_arm(p->sched, &p->step, phase == READY ? VTIME_NEVER : when);
}

/* The printer takes a byte. */
static void strobe(struct lpt *p, uint8_t v)
{
    chardev_put(&p->out, v);
    p->acked |= p->phase == ACKS;            /* which ends here */
    enter(p, TAKEN, sched_now(p->sched) + WORK);
}

/* An empty FIFO gives its last byte again. */
static uint8_t take(struct lpt *p)
{
    uint8_t v = p->fifo[0];
    if (p->fifo_n && --p->fifo_n)
        memmove(p->fifo, p->fifo + 1, p->fifo_n);
    return v;
}

/* The port's own handshake, in the modes that have one. */
static void pump(struct lpt *p)
{
    bool forward = mode(p) == MODE_FIFO || (mode(p) == MODE_ECP && !(p->ctl & CTL_IN));
    if (forward && p->connected && p->fifo_n && p->phase == READY && p->ctl & CTL_INIT)
        strobe(p, take(p));
}

static bool has_fifo(const struct lpt *p)
{
    return mode(p) == MODE_FIFO || mode(p) == MODE_ECP || mode(p) == MODE_TEST;
}

static void service(struct lpt *p)
{
    p->ecr |= ECR_SERVICE;
    p->serviced = true;
}

/* Bytes to be read, or room for others. */
static unsigned available(const struct lpt *p)
{
    return p->ctl & CTL_IN ? p->fifo_n : LPT_FIFO - p->fifo_n;
}

static bool wants_dma(const struct lpt *p)
{
    return p->dma.move && has_fifo(p) && (p->ecr & (ECR_SERVICE | ECR_DMA)) == ECR_DMA &&
           available(p);
}

/* One DMA cycle; false: the channel is closed. Its terminal count is a service interrupt. */
static bool cycle(struct lpt *p)
{
    bool in = p->ctl & CTL_IN, end;
    uint8_t v = in ? p->fifo[0] : 0xff;
    if (!p->dma.move(p->dma.ctl, p->dma.channel, &v, 1, in, &end))
        return false;
    if (in)
        take(p);
    else
        p->fifo[p->fifo_n++] = v;
    if (end)
        service(p);
    return true;
}

/* FIFO, printer and memory, as far as they get now. A service interrupt tells once that the FIFO
 * has room (or, in reverse, bytes), and disables itself. */
static void update(struct lpt *p)
{
    pump(p);
    while (wants_dma(p) && cycle(p))
        pump(p);
    if (has_fifo(p) && !(p->ecr & (ECR_SERVICE | ECR_DMA)) && available(p) >= THRESHOLD)
        service(p);
    if (p->dma.request)
        p->dma.request(p->dma.ctl, p->dma.channel, wants_dma(p));
    sched_arm(p->sched, &p->retry, wants_dma(p) ? sched_now(p->sched) + WAIT : VTIME_NEVER);
    line_set(&p->irq, (p->ctl & CTL_IRQ && p->acked) || p->serviced);
}

static void on_retry(void *dev, vtime when) { update(dev); }

static void on_step(void *dev, vtime when)
{
    struct lpt *p = dev;
    p->acked = p->phase == ACKS;
    enter(p, p->phase == TAKEN ? ACKS : READY, p->sched->now + ACK);
    update(p);
}

static uint8_t status(const struct lpt *p)
{
    uint8_t timeout = p->timeout ? ST_TIMEOUT : 0;
    if (!p->connected)                       /* BUSY floats high, and so on */
        return ST_ERROR | ST_SLCT | ST_PE | ST_ACK | timeout;
    bool ready = p->phase != TAKEN && p->ctl & CTL_INIT;
    return (uint8_t)(ST_ERROR | ST_SLCT | (p->phase == ACKS ? 0 : ST_ACK) |
                     (ready ? ST_BUSY : 0) | timeout);
}

static void write_control(struct lpt *p, uint8_t v)
{
    uint8_t rises = v & ~p->ctl;
    bool turns = mode(p) != MODE_SPP && mode(p) != MODE_FIFO;
    p->ctl = v & (turns ? CTL_ALL : CTL_ALL & ~CTL_IN);
    if (rises & CTL_IRQ)
        p->acked = false;
    if (!p->connected)
        return;
    if (!(v & CTL_INIT))                     /* the printer starts afresh */
        enter(p, READY, VTIME_NEVER);
    else if (rises & CTL_STROBE && p->phase != TAKEN)
        strobe(p, p->data);
}

static void write_ecr(struct lpt *p, uint8_t v)
{
    unsigned to = v >> 5;
    p->ecr = v & ECR_KEPT;
    p->serviced = false;
    if (to <= MODE_PS2)                      /* where FIFOs are reset */
        p->fifo_n = 0;
    if (to != MODE_EPP)
        p->timeout = false;
    if (to == MODE_SPP || to == MODE_FIFO)
        p->ctl &= (uint8_t)~CTL_IN;
}

static void write_fifo(struct lpt *p, uint8_t v)
{
    if (has_fifo(p) && p->fifo_n < LPT_FIFO)
        p->fifo[p->fifo_n++] = v;
}

static uint8_t read_ecp(struct lpt *p, unsigned off)
{
    bool config = mode(p) == MODE_CONFIG, readable = mode(p) == MODE_TEST || p->ctl & CTL_IN;
    switch (off) {
    case ECR:
        return (uint8_t)(p->ecr | (p->fifo_n == LPT_FIFO ? ECR_FULL : 0) |
                         (p->fifo_n ? 0 : ECR_EMPTY));
    case CNFG_B:
        return config ? (uint8_t)(p->irq.level << 6 | CNFG_B_IRQ7_DMA3) : 0xff;
    default:
        if (config)
            return CNFG_A_ISA;               /* words are bytes, edges interrupt */
        return has_fifo(p) && readable ? take(p) : 0xff;
    }
}

static void lpt_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct lpt *p = dev;
    uint8_t v = (uint8_t)data;
    if (off == DATA && mode(p) == MODE_ECP)
        write_fifo(p, v);                    /* ecpAFifo; a printer knows no channels */
    else if (off == DATA)
        p->data = v;
    else if (off == STATUS && v & ST_TIMEOUT)
        p->timeout = false;
    else if (off == CONTROL)
        write_control(p, v);
    else if (off >= EPP_ADDRESS && mode(p) == MODE_EPP)
        p->timeout = true;                   /* no printer answers within 10 us */
    update(p);
}

static uint64_t lpt_read(void *dev, uint32_t off, unsigned size)
{
    struct lpt *p = dev;
    switch (off) {
    case DATA:    return p->ctl & CTL_IN ? 0xff : p->data;      /* nobody else drives the pins */
    case STATUS:  return status(p);
    case CONTROL: return p->ctl;
    default:
        if (mode(p) == MODE_EPP)
            p->timeout = true;
        return 0xff;
    }
}

static void ecp_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct lpt *p = dev;
    if (off + ECP_FIFO == ECR)
        write_ecr(p, (uint8_t)data);
    else if (off + ECP_FIFO == ECP_FIFO)
        write_fifo(p, (uint8_t)data);
    update(p);
}

static uint64_t ecp_read(void *dev, uint32_t off, unsigned size)
{
    struct lpt *p = dev;
    uint8_t v = read_ecp(p, off + ECP_FIFO);
    update(p);
    return v;
}

void lpt_init(struct lpt *p, struct sched *s, struct chardev out)
{
    *p = (struct lpt){ .ecr = ECR_NO_ERR_IRQ | ECR_SERVICE, .sched = s, .out = out,
                       .connected = out.put != NULL };
    sched_add(s, &p->step, "lpt1.step", on_step, p);
    sched_add(s, &p->retry, "lpt1.retry", on_retry, p);
}

/* RESET clears both latches, and with -INIT low the printer starts afresh as well. */
static void lpt_reset(void *dev, enum reset_kind kind)
{
    if (kind == RESET_INIT)
        return;
    ecp_write(dev, 2, ECR_NO_ERR_IRQ | ECR_SERVICE, 1);
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
const struct bus_ops lpt_ecp_ops = { ecp_read, ecp_write, 1 };
const struct device_class lpt_class = { "lpt", 2, 1, fields, lpt_reset, lpt_post_load, NULL };
