/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The serial port beside a naive model that counts every tick of the 1.8432 MHz clock, after the
 * PC16550D data sheet: register by register, FIFOs as arrays, interrupts as its table IV has them.
 */
#include "device_test.h"

#include "devices/ns16550.h"

static const struct clk CLK = { 1152, 625000 };

struct ref {
    unsigned ier, lcr, mcr, scr, divisor, trigger;
    bool     fifo, wired;
    uint8_t  rx[16], tx[16];
    bool     rx_break[16];
    unsigned rx_n, tx_n;
    bool     overrun, empty_told;            /* THRE's interrupt is off until THR fills */
    unsigned shifting, shift;                /* ticks that the character still takes */
    unsigned idle;                           /* ticks without reception or read */
    unsigned spacing;                        /* ticks of a break; counted to one character */
    bool     cts, dsr, ri, dcd, dcts, ddsr, teri, ddcd;
};
static struct ref ref;
static struct sched sched;
static struct ns16550 com;
static struct dt_pin irq;
static uint64_t tick;
static uint8_t sent[4096], ref_sent[4096];
static unsigned sent_n, ref_sent_n;

static void put(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    while (n--)
        sent[sent_n++ % sizeof sent] = *p++;
}

/* ---- the model ---- */

static unsigned depth(void) { return ref.fifo ? 16 : 1; }
static bool loops(void) { return ref.mcr & 0x10; }
static bool breaks(void) { return loops() && ref.lcr & 0x40; }

/* Start bit, 5 to 8, parity, and 1, 1 1/2 or 2 stop bits, of 16 ticks times the divisor. */
static unsigned character(void)
{
    unsigned data = 5 + (ref.lcr & 3), parity = ref.lcr & 8 ? 1 : 0;
    unsigned stop = 2;                       /* in halves */
    if (ref.lcr & 4)
        stop = data == 5 ? 3 : 4;
    return (2 * (1 + data + parity) + stop) * 8 * (ref.divisor ? ref.divisor : 1);
}

static void receive(unsigned v, bool is_break)
{
    if (ref.rx_n == depth()) {
        ref.overrun = true;
        if (ref.fifo)
            return;
        ref.rx_n = 0;
    }
    ref.rx_break[ref.rx_n] = is_break;
    ref.rx[ref.rx_n++] = (uint8_t)v;
    ref.idle = 0;
}

static void load_shift_register(void)
{
    if (ref.shifting || !ref.tx_n)
        return;
    ref.shift = ref.tx[0];
    memmove(ref.tx, ref.tx + 1, --ref.tx_n);
    ref.shifting = character();
    if (!ref.tx_n)
        ref.empty_told = false;
    if (!loops())
        ref_sent[ref_sent_n++ % sizeof ref_sent] = (uint8_t)ref.shift;
}

static void ref_tick(void)
{
    ref.idle++;
    if (ref.spacing && !--ref.spacing)
        receive(0, true);
    if (ref.shifting && !--ref.shifting && loops() && !breaks())
        receive(ref.shift, false);
    load_shift_register();
}

static bool triggered(void)
{
    static const unsigned level[] = { 1, 4, 8, 14 };
    return ref.rx_n >= (ref.fifo ? level[ref.trigger] : 1);
}

/* Table IV, from the highest priority down. */
static unsigned identification(void)
{
    unsigned v = ref.fifo ? 0xc0 : 0;
    if (ref.ier & 4 && (ref.overrun || (ref.rx_n && ref.rx_break[0])))
        return v | 6;
    if (ref.ier & 1 && triggered())
        return v | 4;
    if (ref.ier & 1 && ref.fifo && ref.rx_n && ref.idle >= 4 * character())
        return v | 12;
    if (ref.ier & 2 && !ref.tx_n && !ref.empty_told)
        return v | 2;
    if (ref.ier & 8 && (ref.dcts || ref.ddsr || ref.teri || ref.ddcd))
        return v;
    return v | 1;
}

static bool interrupts(void) { return ref.mcr & 8 && !(identification() & 1); }

static void modem(void)
{
    bool cts = loops() ? ref.mcr & 2 : ref.wired, dsr = loops() ? ref.mcr & 1 : ref.wired;
    bool ri = loops() && ref.mcr & 4, dcd = loops() ? ref.mcr & 8 : ref.wired;
    ref.dcts |= cts != ref.cts;
    ref.ddsr |= dsr != ref.dsr;
    ref.teri |= ref.ri && !ri;
    ref.ddcd |= dcd != ref.dcd;
    ref.cts = cts, ref.dsr = dsr, ref.ri = ri, ref.dcd = dcd;
}

static void fifo_control(unsigned v)
{
    bool turns = (v & 1) != ref.fifo;
    ref.fifo = v & 1;
    ref.trigger = v & 1 ? v >> 6 : 0;
    if (turns || (v & 3) == 3)
        ref.rx_n = 0;
    if ((turns || (v & 5) == 5) && ref.tx_n) {
        ref.tx_n = 0;
        ref.empty_told = false;
    }
}

static void ref_write(unsigned reg, unsigned v)
{
    bool was = breaks();
    if (ref.lcr & 0x80 && reg < 2) {
        ref.divisor = reg ? (ref.divisor & 0xff) | v << 8 : (ref.divisor & 0xff00) | v;
        return;
    }
    switch (reg) {
    case 0:
        if (ref.tx_n < depth())
            ref.tx[ref.tx_n++] = (uint8_t)v;
        else if (!ref.fifo)
            ref.tx[0] = (uint8_t)v;
        ref.empty_told = true;
        load_shift_register();
        break;
    case 1:
        if (v & 2 && !(ref.ier & 2) && !ref.tx_n)
            ref.empty_told = false;
        ref.ier = v & 15;
        break;
    case 2: fifo_control(v); break;
    case 3: ref.lcr = v; break;
    case 4:
        ref.mcr = v & 0x1f;
        modem();
        break;
    case 7: ref.scr = v; break;
    default: break;
    }
    if (breaks() != was)
        ref.spacing = was ? 0 : character();
}

static unsigned line_status(void)
{
    bool bad = false;
    unsigned v = 0;
    for (unsigned i = 0; i < ref.rx_n; i++)
        bad |= ref.rx_break[i];
    v |= ref.rx_n ? 1 : 0;
    v |= ref.overrun ? 2 : 0;
    v |= ref.rx_n && ref.rx_break[0] ? 0x18 : 0;
    v |= ref.tx_n ? 0 : 0x20;
    v |= ref.tx_n || ref.shifting ? 0 : 0x40;
    v |= ref.fifo && bad ? 0x80 : 0;
    ref.overrun = ref.rx_break[0] = false;
    return v;
}

static unsigned modem_status(void)
{
    unsigned v = (unsigned)ref.dcts | (unsigned)ref.ddsr << 1 | (unsigned)ref.teri << 2 |
                 (unsigned)ref.ddcd << 3 | (unsigned)ref.cts << 4 | (unsigned)ref.dsr << 5 |
                 (unsigned)ref.ri << 6 | (unsigned)ref.dcd << 7;
    ref.dcts = ref.ddsr = ref.teri = ref.ddcd = false;
    return v;
}

/* What an empty receiver gives is anybody's guess. */
static unsigned read_data(unsigned guess)
{
    if (!ref.rx_n)
        return guess;
    unsigned v = ref.rx[0];
    ref.rx_n--;
    memmove(ref.rx, ref.rx + 1, ref.rx_n);
    memmove(ref.rx_break, ref.rx_break + 1, ref.rx_n * sizeof *ref.rx_break);
    ref.idle = 0;
    return v;
}

static unsigned ref_read(unsigned reg, unsigned guess)
{
    if (ref.lcr & 0x80 && reg < 2)
        return ref.divisor >> 8 * reg & 0xff;
    switch (reg) {
    case 0: return read_data(guess);
    case 1: return ref.ier;
    case 2: {
        unsigned v = identification();
        if ((v & 15) == 2)
            ref.empty_told = true;
        return v;
    }
    case 3: return ref.lcr;
    case 4: return ref.mcr;
    case 5: return line_status();
    case 6: return modem_status();
    default: return ref.scr;
    }
}

/* ---- both ---- */

static void start(bool wired)
{
    memset(&sched, 0, sizeof sched);
    tick = 0;
    sent_n = ref_sent_n = 0;
    ns16550_init(&com, &sched, 0, (struct chardev){ wired ? put : NULL, NULL });
    dt_wire(&com.irq, &irq);
    ns16550_class.reset(&com, RESET_POWER);
    ref = (struct ref){ .divisor = 12, .wired = wired, .cts = wired, .dsr = wired, .dcd = wired,
                        .empty_told = true };
}

static void out(unsigned reg, unsigned v)
{
    ns16550_ops.write(&com, reg, v, 1);
    ref_write(reg, v);
}

static void in(unsigned reg)
{
    unsigned got = (unsigned)ns16550_ops.read(&com, reg, 1), want = ref_read(reg, got);
    dt_require(got == want, "tick %llu, register %u: %02x, model %02x",
               (unsigned long long)tick, reg, got, want);
}

static void later(unsigned ticks)
{
    tick += ticks;
    sched_advance(&sched, clk_when(CLK, tick));
    while (ticks--)
        ref_tick();
}

/* Settings as drivers make them, fast ones. */
static void set_up(struct dt_rng *r)
{
    unsigned divisor = dt_below(r, 20) ? 1 + dt_below(r, 3) : 0;
    out(3, 0x80);
    out(0, divisor);
    out(1, 0);
    out(3, dt_rand(r) & 0x1f);
    out(2, dt_below(r, 3) ? (dt_rand(r) & 0xc8) | 1 : 0);
    out(4, dt_below(r, 2) ? 0x1b : 0x0b);
    out(1, dt_rand(r) & 15);
}

static void step(struct dt_rng *r)
{
    unsigned v = dt_rand(r) & 0xff;
    switch (dt_below(r, 20)) {
    case 0:
        if (dt_below(r, 10) == 0)
            set_up(r);
        break;
    case 1: out(4, (v & 0x17) | (dt_below(r, 4) ? 8 : 0)); break;
    case 2: out(1, v); break;
    case 3:
        if (dt_below(r, 4) == 0)
            out(2, v);
        break;
    case 4:
        if (dt_below(r, 3) == 0)
            out(3, v & 0x5f);
        break;
    case 5: out(dt_below(r, 8), v & 0x7f); break;
    case 6: case 7: case 8:
        for (unsigned n = dt_below(r, 18); n--;)
            out(0, dt_rand(r) & 0xff);
        break;
    case 9: case 10:
        for (unsigned n = dt_below(r, 18); n--;) {
            v = dt_rand(r) & 0xff;
            ns16550_receive(&com, (uint8_t)v);
            if (!loops())
                receive(v, false);
        }
        break;
    case 11: case 12: case 13: in(dt_below(r, 8)); break;
    case 14: in(2); in(5); in(0); break;
    default: later(dt_below(r, 4) ? dt_below(r, 300) : dt_below(r, 8000)); break;
    }
}

START_TEST(agrees_with_tick_by_tick_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    bool wired = _i % 4 != 3;
    start(wired);
    set_up(&r);
    for (int i = 0; i < 5000; i++) {
        step(&r);
        dt_require(irq.level == interrupts(), "step %d, tick %llu: interrupt %d, model %02x", i,
                   (unsigned long long)tick, irq.level, identification());
        dt_require(ns16550_can_receive(&com) == (ref.rx_n < depth() && !loops()), "step %d", i);
        dt_require(!wired || sent_n == ref_sent_n, "step %d: sent", i);
    }
    ck_assert(!wired || !memcmp(sent, ref_sent, sizeof sent));
    ck_assert_uint_gt(irq.rises, 100);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ns16550_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_tick_by_tick_model, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
