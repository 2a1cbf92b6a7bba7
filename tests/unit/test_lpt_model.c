/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The parallel port, its printer and its DMA channel beside a naive model that goes by the
 * microsecond: all modes of the ECR, FIFO, EPP time-outs, interrupts, DMA in both directions, after
 * the SMC FDC37C665GT data sheet. Random accesses go to both.
 */
#include "device_test.h"

#include "devices/i8237.h"
#include "devices/lpt.h"

enum { RAM = 0x20000, BUSY_US = 20, ACK_US = 5, RETRY_US = 20 };
enum { SPP, PS2, FIFO, ECP, EPP, UNUSED, TEST, CONFIG };

static struct sched sched;
static struct bus mem;
static struct region ram_region;
static uint8_t ram[RAM], ref_ram[RAM];
static struct i8237_pair dma;
static struct lpt lpt;
static struct dt_pin irq;
static uint8_t paper[1 << 16], ref_paper[1 << 16];
static unsigned paper_n, ref_paper_n;

struct ref {
    bool     cable;
    unsigned data, strobe_autofd, ack_interrupt, input, mode, error_interrupt, use_dma, service;
    unsigned fifo[17], n;                    /* fifo[0] is the oldest, or the last one read */
    unsigned busy, acking, retry;            /* microseconds left */
    bool     acked, served, timed_out;
    bool     init_high;
    /* the channel */
    bool     open, to_memory;
    unsigned address, left;                  /* bytes */
};
static struct ref ref;

static void put(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    while (n--)
        paper[paper_n++ % sizeof paper] = *p++;
}

/* ---- the model ---- */

static bool has_fifo(void) { return ref.mode == FIFO || ref.mode == ECP || ref.mode == TEST; }

static void print(unsigned v)
{
    ref_paper[ref_paper_n++ % sizeof ref_paper] = (uint8_t)v;
    ref.acked |= ref.acking > 0;             /* this one's -ACK ends here */
    ref.acking = 0;
    ref.busy = BUSY_US;
}

static unsigned fifo_out(void)
{
    unsigned v = ref.fifo[0];
    if (ref.n && --ref.n)
        for (unsigned i = 0; i < ref.n; i++)
            ref.fifo[i] = ref.fifo[i + 1];
    return v;
}

static void serve(void)
{
    ref.service = 1;
    ref.served = true;
}

static bool dma_asks(void)
{
    return has_fifo() && ref.use_dma && !ref.service && (ref.input ? ref.n > 0 : ref.n < 16);
}

static bool dma_cycle(void)
{
    if (!ref.open || ref.to_memory != (ref.input != 0))
        return false;
    if (ref.input)
        ref_ram[ref.address] = (uint8_t)fifo_out();
    else
        ref.fifo[ref.n++] = ref_ram[ref.address];
    ref.address++;
    if (--ref.left == 0) {
        ref.open = false;
        serve();
    }
    return true;
}

/* What happens without anybody's doing. */
static void settle(void)
{
    bool moved;
    do {
        moved = false;
        bool forward = ref.mode == FIFO || (ref.mode == ECP && !ref.input);
        if (forward && ref.cable && ref.init_high && ref.n && !ref.busy && !ref.acking) {
            print(fifo_out());
            moved = true;
        }
        if (dma_asks() && dma_cycle())
            moved = true;
    } while (moved);
    if (has_fifo() && !ref.use_dma && !ref.service && (ref.input ? ref.n >= 8 : ref.n <= 8))
        serve();
    ref.retry = dma_asks() ? RETRY_US : 0;
}

static void microsecond(void)
{
    if (ref.busy && !--ref.busy) {
        ref.acking = ACK_US;
        ref.acked = false;
        settle();
    } else if (ref.acking && !--ref.acking) {
        ref.acked = true;
        settle();
    } else if (ref.retry && !--ref.retry) {
        settle();
    }
}

static bool interrupts(void) { return (ref.ack_interrupt && ref.acked) || ref.served; }

static unsigned status(void)
{
    unsigned v = 0x18;                       /* -ERROR and SLCT high */
    if (!ref.cable)
        return v | 0x60 | (unsigned)ref.timed_out;
    v |= ref.acking ? 0 : 0x40;
    v |= ref.busy || !ref.init_high ? 0 : 0x80;
    return v | (unsigned)ref.timed_out;
}

static unsigned control(void)
{
    return ref.strobe_autofd | (unsigned)ref.init_high << 2 | ref.ack_interrupt << 4 |
           ref.input << 5;
}

static void write_control(unsigned v)
{
    bool strobes = v & 1 && !(ref.strobe_autofd & 1);
    if (v & 16 && !ref.ack_interrupt)
        ref.acked = false;
    ref.strobe_autofd = v & 0x0b;
    ref.init_high = v & 4;
    ref.ack_interrupt = v >> 4 & 1;
    ref.input = ref.mode == SPP || ref.mode == FIFO ? 0 : v >> 5 & 1;
    if (!ref.init_high)
        ref.busy = ref.acking = 0;
    else if (ref.cable && strobes && !ref.busy)
        print(ref.data);
}

static void write_ecr(unsigned v)
{
    ref.mode = v >> 5;
    ref.error_interrupt = v >> 4 & 1;
    ref.use_dma = v >> 3 & 1;
    ref.service = v >> 2 & 1;
    ref.served = false;
    if (ref.mode == SPP || ref.mode == PS2)
        ref.n = 0;
    if (ref.mode != EPP)
        ref.timed_out = false;
    if (ref.mode == SPP || ref.mode == FIFO)
        ref.input = 0;
}

static void fifo_in(unsigned v)
{
    if (has_fifo() && ref.n < 16)
        ref.fifo[ref.n++] = v;
}

static void ref_write(unsigned reg, unsigned v)
{
    switch (reg) {
    case 0:
        if (ref.mode == ECP)
            fifo_in(v);
        else
            ref.data = v;
        break;
    case 1: ref.timed_out &= !(v & 1); break;
    case 2: write_control(v); break;
    case 3: case 4: case 5: case 6: case 7:
        ref.timed_out |= ref.mode == EPP;
        break;
    case 0x400: fifo_in(v); break;
    case 0x402: write_ecr(v); break;
    default: break;
    }
    settle();
}

static unsigned ref_read(unsigned reg)
{
    unsigned v = 0xff;
    switch (reg) {
    case 0: return ref.input ? 0xff : ref.data;
    case 1: return status();
    case 2: return control();
    case 0x400:
        if (ref.mode == CONFIG)
            v = 0x10;
        else if (has_fifo() && (ref.input || ref.mode == TEST))
            v = fifo_out();
        break;
    case 0x401:
        v = ref.mode == CONFIG ? (interrupts() ? 0x40u : 0u) | 0x0b : 0xff;
        break;
    case 0x402:
        v = ref.mode << 5 | ref.error_interrupt << 4 | ref.use_dma << 3 | ref.service << 2 |
            (ref.n == 16 ? 2u : 0u) | (ref.n ? 0u : 1u);
        break;
    default:
        ref.timed_out |= ref.mode == EPP;
        return 0xff;
    }
    settle();
    return v;
}

/* ---- both ---- */

static void start(bool cable)
{
    memset(&sched, 0, sizeof sched);
    paper_n = ref_paper_n = 0;
    memset(ram, 0, sizeof ram);
    ck_assert(bus_init(&mem, 32, RAM));
    bus_map_ram(&mem, &ram_region, "ram", ram, 0, RAM, 0);
    i8237_init(&dma, &mem);
    i8237_class.reset(&dma, RESET_POWER);
    i8237_high_ops.write(&dma, 22, 0xc0, 1);
    i8237_high_ops.write(&dma, 20, 0, 1);
    lpt_init(&lpt, &sched, (struct chardev){ cable ? put : NULL, NULL });
    lpt.dma = i8237_port(&dma, 3);
    dt_wire(&lpt.irq, &irq);
    lpt_class.reset(&lpt, RESET_POWER);
    ref = (struct ref){ .cable = cable, .error_interrupt = 1, .service = 1 };
}

static void out(unsigned reg, unsigned v)
{
    if (reg >= 0x400)
        lpt_ecp_ops.write(&lpt, reg - 0x400, v, 1);
    else
        lpt_ops.write(&lpt, reg, v, 1);
    ref_write(reg, v);
}

static void in(unsigned reg)
{
    unsigned got = (unsigned)(reg >= 0x400 ? lpt_ecp_ops.read(&lpt, reg - 0x400, 1)
                                           : lpt_ops.read(&lpt, reg, 1));
    unsigned want = ref_read(reg);
    dt_require(got == want, "register %x: %02x, model %02x", reg, got, want);
}

static void later(unsigned us)
{
    sched_advance(&sched, sched.now + us * UINT64_C(1000));
    while (us--)
        microsecond();
}

static void dma_out(unsigned reg, unsigned v) { i8237_low_ops.write(&dma, reg, v & 0xff, 1); }

/* Channel 3, as a driver programs it; the port is not told. */
static void program(struct dt_rng *r)
{
    unsigned at = dt_below(r, 0xff00), count = 1 + dt_below(r, 60);
    ref.to_memory = dt_below(r, 2);
    ref.open = dt_below(r, 4) != 0;
    ref.address = at + 0x10000;
    ref.left = count;
    for (unsigned i = 0; i < count; i++)
        ram[0x10000 + at + i] = ref_ram[0x10000 + at + i] = (uint8_t)dt_rand(r);
    dma_out(10, 7);
    dma_out(12, 0);
    dma_out(6, at);
    dma_out(6, at >> 8);
    dma_out(7, count - 1);
    dma_out(7, (count - 1) >> 8);
    dma_out(11, ref.to_memory ? 0x47 : 0x4b);
    i8237_page_ops.write(&dma, 2, 1, 1);
    dma_out(10, ref.open ? 3 : 7);
}

static void step(struct dt_rng *r)
{
    static const unsigned regs[] = { 0, 1, 2, 3, 4, 0x400, 0x401, 0x402 };
    unsigned v = dt_rand(r) & 0xff;
    switch (dt_below(r, 20)) {
    case 0: case 1:
        if (dt_below(r, 3))
            out(0x402, 0x20);                /* by way of PS/2 mode, as they should */
        if (dt_below(r, 2))
            out(2, (v & 0x33) | 0x0c);
        out(0x402, v);
        break;
    case 2: out(2, v | (dt_below(r, 8) ? 4 : 0)); break;
    case 3: out(regs[dt_below(r, 8)], v); break;
    case 4: out(0, v); break;
    case 5: case 6:
        out(2, control() | 1);
        out(2, control() & 0x3e);
        break;
    case 7: case 8: case 9:
        for (unsigned n = dt_below(r, 20); n--;)
            out(0x400, dt_rand(r) & 0xff);
        break;
    case 10: case 11:
        for (unsigned n = dt_below(r, 20); n--;)
            in(0x400);
        break;
    case 12: case 13: in(regs[dt_below(r, 8)]); break;
    case 14: program(r); break;
    case 15:
        out(0x402, (dt_below(r, 2) ? 0x48 : dt_below(r, 2) ? 0x68 : 0xc8) | (v & 0x10));
        break;
    default: later(dt_below(r, dt_below(r, 10) ? 40 : 600)); break;
    }
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    start(_i % 5 != 4);
    memcpy(ref_ram, ram, RAM);
    for (int i = 0; i < 20000; i++) {
        step(&r);
        dt_require(irq.level == interrupts(), "step %d: interrupt %d, model %d", i, irq.level,
                   interrupts());
        dt_require(paper_n == ref_paper_n, "step %d: %u printed, model %u", i, paper_n,
                   ref_paper_n);
        dt_require(i8237_low_ops.read(&dma, 8, 1) >> 7 == dma_asks(), "step %d: DREQ", i);
    }
    ck_assert(!memcmp(paper, ref_paper, sizeof paper));
    ck_assert(!memcmp(ram, ref_ram, RAM));
    ck_assert(!ref.cable || paper_n > 1000);
    bus_free(&mem);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lpt_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
