/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The parallel port: latches, the handshake, its timing and interrupt, a port without a cable, the
 * modes with a FIFO and DMA. test_lpt_model.c has them at random. */
#include "device_test.h"

#include "devices/i8237.h"
#include "devices/lpt.h"

static struct sched sched;
static struct lpt lpt;
static struct dt_pin irq;
static uint8_t text[4096];
static size_t text_n;

static void put(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    while (n-- && text_n < sizeof text)
        text[text_n++] = *p++;
}

static void out(unsigned r, unsigned v) { lpt_ops.write(&lpt, r, v, 1); }
static unsigned in(unsigned r) { return (unsigned)lpt_ops.read(&lpt, r, 1); }
static void later(vtime ns) { sched_advance(&sched, sched.now + ns); }

static void plug(struct chardev to)
{
    memset(&sched, 0, sizeof sched);
    lpt_init(&lpt, &sched, to);
    dt_wire(&lpt.irq, &irq);
    lpt_class.reset(&lpt, RESET_POWER);
    text_n = 0;
}

static void setup(void)
{
    plug((struct chardev){ put, NULL });
    out(2, 0x0c);
}

static void print(uint8_t v)
{
    out(0, v);
    out(2, in(2) | 1);
    out(2, in(2) & ~1u);
}

START_TEST(latches_read_back)
{
    for (unsigned v = 0; v < 256; v++) {
        out(0, v);
        ck_assert_uint_eq(in(0), v);
        out(2, v);
        ck_assert_uint_eq(in(2), v & 0x1f);
        out(1, v);                                 /* read-only */
    }
    lpt_class.reset(&lpt, RESET_INIT);
    ck_assert_uint_eq(in(0), 0xff);
    lpt_class.reset(&lpt, RESET_HARD);
    ck_assert_uint_eq(in(0), 0);
    ck_assert_uint_eq(in(2), 0x00);
    ck_assert_uint_eq(in(1), 0x58);                /* -INIT is low: busy */
}
END_TEST

START_TEST(handshake)
{
    ck_assert_uint_eq(in(1), 0xd8);                /* selected, ready, paper, no error */
    out(0, 'A');
    ck_assert_uint_eq(text_n, 0);
    out(2, 0x0d);
    ck_assert_uint_eq(in(1), 0x58);                /* busy */
    out(0, 'X');                                   /* too late: it has been taken */
    out(2, 0x0c);
    later(19999);
    ck_assert_uint_eq(in(1), 0x58);
    later(1);
    ck_assert_uint_eq(in(1), 0x98);                /* ready, and acknowledges */
    later(4999);
    ck_assert_uint_eq(in(1), 0x98);
    later(1);
    ck_assert_uint_eq(in(1), 0xd8);
    ck_assert(text_n == 1 && text[0] == 'A');
    print('B');
    print('C');                                    /* a busy printer does not listen */
    later(25000);
    print('D');
    ck_assert(text_n == 3 && !memcmp(text, "ABD", 3));
    later(22000);
    print('E');                                    /* while D is acknowledged */
    ck_assert_uint_eq(in(1), 0x58);
    ck_assert_uint_eq(text_n, 4);
    out(2, 0x0d);                                  /* STROBE that stays is one byte */
    later(100000);
    out(2, 0x0d);
    ck_assert_uint_eq(text_n, 4);
}
END_TEST

START_TEST(init_starts_afresh)
{
    print('A');
    out(2, 0x08);
    ck_assert_uint_eq(in(1), 0x58);
    print('B');
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    out(2, 0x0c);
    ck_assert_uint_eq(in(1), 0xd8);
    print('C');
    ck_assert(text_n == 2 && text[1] == 'C');
}
END_TEST

/* A driver by interrupts: the next byte with each. */
START_TEST(interrupts_come_with_the_end_of_ack)
{
    print('A');
    later(30000);
    ck_assert_uint_eq(irq.rises, 0);               /* not enabled */
    out(2, 0x1c);
    ck_assert_uint_eq(irq.rises, 0);
    for (unsigned i = 1; i <= 10; i++) {
        print('0');
        later(20000);
        ck_assert(!irq.level);
        later(5000);
        ck_assert(irq.level);
        ck_assert_uint_eq(irq.rises, i);
    }
    out(2, 0x0c);
    ck_assert(!irq.level);
    out(2, 0x1c);
    ck_assert(!irq.level);
}
END_TEST

START_TEST(without_a_cable)
{
    plug((struct chardev){ NULL, NULL });
    out(2, 0x1c);
    ck_assert_uint_eq(in(1), 0x78);                /* busy, no paper */
    print('A');
    ck_assert_uint_eq(in(1), 0x78);
    ck_assert_uint_eq(in(0), 'A');
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    ck_assert_uint_eq(irq.rises, 0);
}
END_TEST

static void ecp_out(unsigned off, unsigned v) { lpt_ecp_ops.write(&lpt, off, v, 1); }
static unsigned ecp_in(unsigned off) { return (unsigned)lpt_ecp_ops.read(&lpt, off, 1); }

/* What drivers do to find an ECP port, its FIFO and the thresholds. */
START_TEST(ecp_is_found)
{
    ck_assert_uint_eq(ecp_in(2), 0x15);
    ecp_out(2, 0x34);
    ck_assert_uint_eq(ecp_in(2), 0x35);
    ecp_out(2, 0xf4);                              /* configuration */
    ck_assert_uint_eq(ecp_in(0), 0x10);
    ck_assert_uint_eq(ecp_in(1), 0x0b);            /* interrupt 7, DMA 3 */
    ecp_out(2, 0xd4);                              /* test: the FIFO goes nowhere */
    for (unsigned i = 0; i < 16; i++) {
        ck_assert_uint_eq(ecp_in(2), i ? 0xd4 : 0xd5);
        ecp_out(0, 0xa0 + i);
    }
    ck_assert_uint_eq(ecp_in(2), 0xd6);
    ecp_out(0, 0xff);                              /* no room: lost */
    ecp_out(2, 0xd0);
    for (unsigned i = 0; i < 16; i++) {
        ck_assert_uint_eq(ecp_in(2) & 4, i >= 8 ? 4 : 0);       /* eight are free */
        ck_assert_int_eq(irq.level, i >= 8);
        ck_assert_uint_eq(ecp_in(0), 0xa0 + i);
    }
    ecp_out(2, 0xd4);
    ck_assert(!irq.level && text_n == 0);
    ecp_out(0, 1);
    ecp_out(2, 0x34);                              /* PS/2 mode empties it */
    ecp_out(2, 0xd4);
    ck_assert_uint_eq(ecp_in(2), 0xd5);
    ecp_out(0, 2);
    ck_assert_uint_eq(ecp_in(0), 2);
    ck_assert_uint_eq(ecp_in(0), 2);               /* "the last data byte is re-read" */
}
END_TEST

START_TEST(fifo_prints)
{
    static const uint8_t ecr[] = { 0x54, 0x74 };
    for (unsigned k = 0; k < 2; k++) {
        text_n = 0;
        ecp_out(2, 0x34);
        ecp_out(2, ecr[k]);
        for (unsigned i = 0; i < 17; i++)          /* the first goes at once */
            ecp_out(0, 'a' + i);
        ck_assert_uint_eq(ecp_in(2) & 3, 2);
        ck_assert_uint_eq(text_n, 1);
        ecp_out(2, ecr[k] & 0xf0);
        for (unsigned i = 1; i <= 8; i++) {
            ck_assert(!irq.level);
            later(25000);
            ck_assert_uint_eq(text_n, i + 1);
        }
        ck_assert(irq.level);                      /* time to write more */
        later(8 * 25000 + 25000);
        ck_assert(text_n == 17 && !memcmp(text, "abcdefghijklmnopq", 17));
        ck_assert_uint_eq(ecp_in(2) & 7, 5);
    }
    lpt_ops.write(&lpt, 0, 'Z', 1);                /* ecpAFifo */
    ck_assert(text_n == 18 && text[17] == 'Z');
}
END_TEST

/* FDC37C665GT, "DMA Transfers": the controller first, then dmaEn, then serviceIntr. */
START_TEST(dma_prints)
{
    static struct i8237_pair dma;
    static struct bus mem;
    static struct region region;
    static uint8_t ram[0x10000];
    static const uint8_t setup_dma[][2] = {
        { 10, 7 }, { 12, 0 }, { 6, 0x00 }, { 6, 0x20 }, { 7, 99 }, { 7, 0 }, { 11, 0x4b },
    };
    memcpy(ram + 0x2000, "by DMA", 6);
    ck_assert(bus_init(&mem, 32, sizeof ram));
    bus_map_ram(&mem, &region, "ram", ram, 0, sizeof ram, 0);
    i8237_init(&dma, &mem);
    i8237_high_ops.write(&dma, 22, 0xc0, 1);
    i8237_high_ops.write(&dma, 20, 0, 1);
    lpt.dma = i8237_port(&dma, 3);
    for (unsigned i = 0; i < ARRAY_LEN(setup_dma); i++)
        i8237_low_ops.write(&dma, setup_dma[i][0], setup_dma[i][1], 1);
    ecp_out(2, 0x34);
    ecp_out(2, 0x7c);
    ck_assert_uint_eq(ecp_in(2), 0x7d);
    ecp_out(2, 0x78);                              /* it asks, but the channel is masked */
    ck_assert_uint_eq(i8237_low_ops.read(&dma, 8, 1), 0x80);
    ck_assert_uint_eq(ecp_in(2), 0x79);
    i8237_low_ops.write(&dma, 10, 3, 1);
    later(20000);
    ck_assert_uint_eq(ecp_in(2), 0x7a);            /* as much as there is room for */
    ck_assert_uint_eq(text_n, 1);
    later(82 * 25000);
    ck_assert_uint_eq(i8237_low_ops.read(&dma, 8, 1), 0);        /* full: nothing to ask for */
    ck_assert(!irq.level);
    later(25000);
    ck_assert(irq.level);                          /* terminal count */
    ck_assert_uint_eq(ecp_in(2), 0x7e);
    ck_assert_uint_eq(i8237_low_ops.read(&dma, 8, 1), 0x08);
    later(17 * 25000);
    ck_assert(text_n == 100 && !memcmp(text, "by DMA", 7));
    ck_assert_uint_eq(ecp_in(2), 0x7d);
    ecp_out(2, 0x74);
    ck_assert(!irq.level);
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    bus_free(&mem);
}
END_TEST

START_TEST(direction)
{
    out(0, 0x55);
    out(2, 0x2c);
    ck_assert_uint_eq(in(0), 0x55);                /* SPP has none */
    ecp_out(2, 0x34);
    out(2, 0x2c);
    ck_assert_uint_eq(in(0), 0xff);
    ck_assert_uint_eq(in(2), 0x2c);
    out(2, 0x0c);
    ck_assert_uint_eq(in(0), 0x55);
    out(2, 0x2c);
    ecp_out(2, 0x14);
    ck_assert_uint_eq(in(0), 0x55);
}
END_TEST

START_TEST(epp_cycles_time_out)
{
    ck_assert_uint_eq(in(4), 0xff);
    ck_assert_uint_eq(in(1), 0xd8);                /* not in EPP mode */
    ecp_out(2, 0x94);
    ck_assert_uint_eq(in(1), 0xd8);
    ck_assert_uint_eq(in(3), 0xff);
    ck_assert_uint_eq(in(1), 0xd9);
    out(1, in(1) | 1);
    ck_assert_uint_eq(in(1), 0xd8);
    out(4, 0x12);
    ck_assert_uint_eq(in(1), 0xd9);
    ecp_out(2, 0x14);
    ck_assert_uint_eq(in(1), 0xd8);
}
END_TEST

static bool plain;                           /* only what an AT's port has */

static void poke_at(struct lpt *p, struct sched *s, uint32_t v)
{
    if (v & 1 && plain)
        lpt_ops.write(p, v >> 1 & 3, v >> 8, 1);
    else if ((v & 0xf1) == 0x01)
        lpt_ecp_ops.write(p, v >> 1 & 3, v >> 8, 1);
    else if ((v & 0xf1) == 0x11)
        lpt_ecp_ops.read(p, v >> 1 & 3, 1);
    else if (v & 1)
        lpt_ops.write(p, v >> 1 & 7, v >> 8, 1);
    else
        sched_advance(s, s->now + (v >> 8) % 12000);
}

/* Beside a twin that is saved and loaded at random moments. */
START_TEST(save_load_is_invisible)
{
    static struct sched s2;
    static struct lpt twin;
    static struct dt_pin pin2;
    struct dt_rng r = dt_seed(5 + (uint64_t)_i);
    plain = _i == 0;
    lpt_init(&twin, &s2, (struct chardev){ put, NULL });
    dt_wire(&twin.irq, &pin2);
    lpt_class.reset(&twin, RESET_POWER);
    lpt_ops.write(&twin, 2, 0x0c, 1);
    for (int i = 0; i < 10000; i++) {
        uint32_t v = dt_rand(&r);
        text_n = 0;
        poke_at(&lpt, &sched, v);
        poke_at(&twin, &s2, v);
        ck_assert_uint_eq(text_n & 1, 0);          /* each prints what the other does */
        ck_assert_uint_eq(in(1), lpt_ops.read(&twin, 1, 1));
        ck_assert_uint_eq(irq.level, pin2.level);
        if (dt_below(&r, 50) == 0) {
            struct lpt copy = twin;
            dt_copy(&lpt_class, &copy, &twin);
            sched_rescan(&s2);
        }
        if (dt_below(&r, 400) == 0)
            dt_same(&lpt_class, &lpt, &twin);
    }
}
END_TEST

static void poke(void *arg, uint32_t v) { poke_at(arg, &sched, v); }
START_TEST(hostile_snapshots)
{
    struct lpt good;
    print('A');
    good = lpt;
    dt_hostile(&lpt_class, &good, &lpt, &sched, poke, &lpt);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&lpt_class, sizeof(struct lpt)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("lpt");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, latches_read_back);
    tcase_add_test(t, handshake);
    tcase_add_test(t, init_starts_afresh);
    tcase_add_test(t, interrupts_come_with_the_end_of_ack);
    tcase_add_test(t, without_a_cable);
    tcase_add_test(t, ecp_is_found);
    tcase_add_test(t, fifo_prints);
    tcase_add_test(t, dma_prints);
    tcase_add_test(t, direction);
    tcase_add_test(t, epp_cycles_time_out);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 3);
    tcase_add_test(t, hostile_snapshots);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
