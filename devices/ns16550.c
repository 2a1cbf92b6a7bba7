/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/ns16550.h"

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };
enum { IER_ERBFI = 1, IER_ETBEI = 2, IER_ELSI = 4, IER_EDSSI = 8 };
enum { IIR_MSR = 0x00, IIR_NONE = 0x01, IIR_THRE = 0x02, IIR_RDA = 0x04, IIR_LSR = 0x06,
       IIR_CTI = 0x0c, IIR_FIFO = 0xc0 };
enum { FCR_ENABLE = 0x01, FCR_CLEAR_RX = 0x02, FCR_CLEAR_TX = 0x04, FCR_TRIGGER = 0xc0 };
enum { LCR_STB = 0x04, LCR_PEN = 0x08, LCR_BREAK = 0x40, LCR_DLAB = 0x80 };
enum { MCR_OUT2 = 0x08, MCR_LOOP = 0x10 };
enum { LSR_DR = 0x01, LSR_OE = 0x02, LSR_FE = 0x08, LSR_BI = 0x10, LSR_THRE = 0x20, LSR_TEMT = 0x40,
       LSR_FIFO = 0x80 };
enum { MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

static const struct clk UART_CLK = { 1152, 625000 };      /* 1.8432 MHz */

static const struct field fields[] = {
    FIELD_MAX(struct ns16550, ier, 15),      FIELD(struct ns16550, lcr),
    FIELD_MAX(struct ns16550, mcr, 31),      FIELD(struct ns16550, scr),
    FIELD(struct ns16550, dll),              FIELD(struct ns16550, dlm),
    FIELD(struct ns16550, fcr),              FIELD_MAX(struct ns16550, delta, 15),
    FIELD(struct ns16550, overrun),          FIELD(struct ns16550, thri),
    FIELD(struct ns16550, connected),        FIELD(struct ns16550, busy),
    FIELD(struct ns16550, shift),            FIELD_MAX(struct ns16550, rx_n, NS16550_FIFO),
    FIELD_MAX(struct ns16550, tx_n, NS16550_FIFO),
    FIELD_ARRAY(struct ns16550, rx),         FIELD_ARRAY(struct ns16550, tx),
    FIELD(struct ns16550, breaks),           FIELD(struct ns16550, rx_at),
    FIELD(struct ns16550, sent),             FIELD(struct ns16550, timeout),
    FIELD(struct ns16550, brk),              FIELD(struct ns16550, irq),
    FIELD_TRANSIENT(struct ns16550, out),    FIELD_TRANSIENT(struct ns16550, sched),
    FIELD_END
};

static bool fifo(const struct ns16550 *p) { return p->fcr & FCR_ENABLE; }
static unsigned depth(const struct ns16550 *p) { return fifo(p) ? NS16550_FIFO : 1; }

static uint64_t now_ticks(const struct ns16550 *p)
{
    return clk_ticks(UART_CLK, sched_now(p->sched));
}

/* The time of one character: start, data, parity and stop bits of 16 * divisor ticks each. */
static uint64_t char_ticks(const struct ns16550 *p)
{
    unsigned divisor = p->dlm * 256u + p->dll;
    unsigned halves = 2 * (1 + 5 + (p->lcr & 3));
    halves += p->lcr & LCR_PEN ? 2 : 0;
    halves += !(p->lcr & LCR_STB) ? 2 : p->lcr & 3 ? 4 : 3;
    return (uint64_t)(divisor ? divisor : 1) * 8 * halves;
}

/* Four character times without traffic, with something in the FIFO. */
static bool timed_out(const struct ns16550 *p, uint64_t now)
{
    return fifo(p) && p->rx_n && now - p->rx_at >= 4 * char_ticks(p);
}

static bool triggered(const struct ns16550 *p)
{
    static const uint8_t level[4] = { 1, 4, 8, 14 };
    return p->rx_n >= (fifo(p) ? level[p->fcr >> 6] : 1);
}

/* The interrupt of the highest priority, as IIR shows it. */
static uint8_t pending(const struct ns16550 *p, uint64_t now)
{
    if (p->ier & IER_ELSI && (p->overrun || p->breaks & 1))
        return IIR_LSR;
    if (p->ier & IER_ERBFI && triggered(p))
        return IIR_RDA;
    if (p->ier & IER_ERBFI && timed_out(p, now))
        return IIR_CTI;
    if (p->ier & IER_ETBEI && p->thri)
        return IIR_THRE;
    if (p->ier & IER_EDSSI && p->delta)
        return IIR_MSR;
    return IIR_NONE;
}

static void update(struct ns16550 *p, uint64_t now)
{
    bool wait = p->ier & IER_ERBFI && fifo(p) && p->rx_n && !triggered(p) && !timed_out(p, now);
    sched_arm(p->sched, &p->timeout,
              wait ? clk_when(UART_CLK, p->rx_at + 4 * char_ticks(p)) : VTIME_NEVER);
    line_set(&p->irq, p->mcr & MCR_OUT2 && pending(p, now) != IIR_NONE);
}

static void on_timeout(void *dev, vtime when)
{
    struct ns16550 *p = dev;
    update(p, clk_ticks(UART_CLK, p->sched->now));
}

static uint8_t take(uint8_t *q, uint8_t *n)
{
    uint8_t v = q[0];
    memmove(q, q + 1, --*n);
    return v;
}

/* Starts sending the next character, if the shift register is free. */
static void send_next(struct ns16550 *p, uint64_t now)
{
    if (p->busy || !p->tx_n)
        return;
    p->shift = take(p->tx, &p->tx_n);
    p->busy = true;
    if (!p->tx_n)
        p->thri = true;
    if (!(p->mcr & MCR_LOOP))
        chardev_put(&p->out, p->shift);
    sched_arm(p->sched, &p->sent, clk_when(UART_CLK, now + char_ticks(p)));
}

static bool breaking(const struct ns16550 *p)
{
    return p->lcr & LCR_BREAK && p->mcr & MCR_LOOP;
}

static void accept(struct ns16550 *p, uint8_t v, bool is_break, uint64_t now)
{
    if (p->rx_n >= depth(p)) {
        p->overrun = true;                   /* a FIFO keeps the old, RBR takes the new */
        if (fifo(p))
            return;
        p->rx_n = 0;
        p->breaks = 0;
    }
    if (is_break)
        p->breaks |= (uint16_t)(1u << p->rx_n);
    p->rx[p->rx_n++] = v;
    p->rx_at = now;
}

/* A whole character long nothing but spaces: one zero is received, and then no more until the break
 * has ended. */
static void on_break(void *dev, vtime when)
{
    struct ns16550 *p = dev;
    uint64_t now = clk_ticks(UART_CLK, p->sched->now);
    if (breaking(p))
        accept(p, 0, true, now);
    update(p, now);
}

static void watch_break(struct ns16550 *p, bool was, uint64_t now)
{
    if (was != breaking(p))
        sched_arm(p->sched, &p->brk,
                  was ? VTIME_NEVER : clk_when(UART_CLK, now + char_ticks(p)));
}

static void on_sent(void *dev, vtime when)
{
    struct ns16550 *p = dev;
    uint64_t now = clk_ticks(UART_CLK, p->sched->now);
    if (p->busy && p->mcr & MCR_LOOP && !breaking(p))
        accept(p, p->shift, false, now);
    p->busy = false;
    send_next(p, now);
    update(p, now);
}

bool ns16550_can_receive(const struct ns16550 *p)
{
    return p->rx_n < depth(p) && !(p->mcr & MCR_LOOP);
}

void ns16550_receive(struct ns16550 *p, uint8_t v)
{
    uint64_t now = now_ticks(p);
    if (p->mcr & MCR_LOOP)
        return;                              /* the receiver is not on the wire */
    accept(p, v, false, now);
    update(p, now);
}

/* The four inputs: those of the wire, or in loopback DTR, RTS, OUT1, OUT2. */
static uint8_t modem(const struct ns16550 *p)
{
    if (!(p->mcr & MCR_LOOP))
        return p->connected ? MSR_DCD | MSR_DSR | MSR_CTS : 0;
    return (uint8_t)((p->mcr & 1) << 5 | (p->mcr & 2) << 3 | (p->mcr & 4) << 4 | (p->mcr & 8) << 4);
}

static void write_mcr(struct ns16550 *p, uint8_t v)
{
    uint8_t old = modem(p);
    p->mcr = v & 31;
    uint8_t now = modem(p), changed = old ^ now;
    p->delta |= (changed & (MSR_CTS | MSR_DSR | MSR_DCD)) >> 4 | (old & ~now & MSR_RI) >> 4;
}

/* Without bit 0 the others "will not be programmed". */
static void write_fcr(struct ns16550 *p, uint8_t v)
{
    if ((v ^ p->fcr) & FCR_ENABLE)
        v |= FCR_CLEAR_RX | FCR_CLEAR_TX;
    else if (!(v & FCR_ENABLE))
        return;
    if (v & FCR_CLEAR_RX)
        p->rx_n = p->breaks = 0;
    if (v & FCR_CLEAR_TX && p->tx_n) {
        p->tx_n = 0;
        p->thri = true;
    }
    p->fcr = v & FCR_ENABLE ? v & (FCR_ENABLE | FCR_TRIGGER) : 0;
}

static void write_thr(struct ns16550 *p, uint8_t v, uint64_t now)
{
    p->thri = false;
    if (p->tx_n < depth(p))
        p->tx[p->tx_n++] = v;
    else if (!fifo(p))
        p->tx[0] = v;
    send_next(p, now);
}

static void write_ier(struct ns16550 *p, uint8_t v)
{
    if (v & IER_ETBEI && !(p->ier & IER_ETBEI) && !p->tx_n)
        p->thri = true;
    p->ier = v & 15;
}

static void uart_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct ns16550 *p = dev;
    uint64_t now = now_ticks(p);
    uint8_t v = (uint8_t)data;
    bool dlab = p->lcr & LCR_DLAB, was_breaking = breaking(p);
    switch (off & 7) {
    case RBR:
        if (dlab)
            p->dll = v;
        else
            write_thr(p, v, now);
        break;
    case IER:
        if (dlab)
            p->dlm = v;
        else
            write_ier(p, v);
        break;
    case IIR: write_fcr(p, v); break;
    case LCR: p->lcr = v; break;
    case MCR: write_mcr(p, v); break;
    case SCR: p->scr = v; break;
    default: break;                          /* LSR and MSR: for factory tests only */
    }
    watch_break(p, was_breaking, now);
    update(p, now);
}

static uint8_t read_rbr(struct ns16550 *p, uint64_t now)
{
    if (!p->rx_n)
        return p->rx[0];
    uint8_t v = p->rx[0];
    if (p->rx_n > 1)
        take(p->rx, &p->rx_n);
    else
        p->rx_n = 0;                         /* a further read sees the same byte */
    p->breaks >>= 1;
    p->rx_at = now;
    return v;
}

static uint8_t read_iir(struct ns16550 *p, uint64_t now)
{
    uint8_t v = pending(p, now);
    if (v == IIR_THRE)
        p->thri = false;
    return v | (fifo(p) ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct ns16550 *p)
{
    uint8_t v = (uint8_t)((p->rx_n ? LSR_DR : 0) | (p->overrun ? LSR_OE : 0) |
                          (p->tx_n ? 0 : LSR_THRE) | (p->tx_n || p->busy ? 0 : LSR_TEMT) |
                          (p->breaks & 1 ? LSR_BI | LSR_FE : 0) |
                          (p->breaks && fifo(p) ? LSR_FIFO : 0));
    p->overrun = false;
    p->breaks &= 0xfffe;
    return v;
}

static uint8_t read_msr(struct ns16550 *p)
{
    uint8_t v = modem(p) | p->delta;
    p->delta = 0;
    return v;
}

static uint64_t uart_read(void *dev, uint32_t off, unsigned size)
{
    struct ns16550 *p = dev;
    uint64_t now = now_ticks(p);
    bool dlab = p->lcr & LCR_DLAB;
    uint8_t v;
    switch (off & 7) {
    case RBR: v = dlab ? p->dll : read_rbr(p, now); break;
    case IER: v = dlab ? p->dlm : p->ier; break;
    case IIR: v = read_iir(p, now); break;
    case LCR: v = p->lcr; break;
    case MCR: v = p->mcr; break;
    case LSR: v = read_lsr(p); break;
    case MSR: v = read_msr(p); break;
    default:  v = p->scr; break;
    }
    update(p, now);
    return v;
}

void ns16550_init(struct ns16550 *p, struct sched *s, unsigned number, struct chardev out)
{
    static const char *const names[4][3] = { { "com1.sent", "com1.timeout", "com1.break" },
                                             { "com2.sent", "com2.timeout", "com2.break" },
                                             { "com3.sent", "com3.timeout", "com3.break" },
                                             { "com4.sent", "com4.timeout", "com4.break" } };
    *p = (struct ns16550){ .sched = s, .out = out, .connected = out.put != NULL, .dll = 12 };
    sched_add(s, &p->sent, names[number & 3][0], on_sent, p);
    sched_add(s, &p->timeout, names[number & 3][1], on_timeout, p);
    sched_add(s, &p->brk, names[number & 3][2], on_break, p);
}

/* MR leaves divisor and scratch register alone (PC16550D, table III). */
static void uart_reset(void *dev, enum reset_kind kind)
{
    struct ns16550 *p = dev;
    if (kind == RESET_INIT)
        return;
    p->ier = p->lcr = p->mcr = p->fcr = p->delta = p->rx_n = p->tx_n = 0;
    p->overrun = p->thri = p->busy = false;
    p->breaks = 0;
    sched_arm(p->sched, &p->sent, VTIME_NEVER);
    sched_arm(p->sched, &p->brk, VTIME_NEVER);
    update(p, now_ticks(p));
}

static bool uart_post_load(void *dev, unsigned version, struct error *err)
{
    struct ns16550 *p = dev;
    if (p->rx_n > depth(p) || p->tx_n > depth(p) || (p->tx_n && !p->busy) ||
        p->breaks >> p->rx_n)
        return error_set(err, 1, "ns16550: impossible FIFO contents");
    return true;
}

const struct bus_ops ns16550_ops = { uart_read, uart_write, 1 };
const struct device_class ns16550_class = { "ns16550", 2, 1, fields, uart_reset, uart_post_load,
                                            NULL };
