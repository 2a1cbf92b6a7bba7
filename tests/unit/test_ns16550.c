/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The serial port: detection sequences, timing, FIFOs, interrupts, loopback, snapshots. */
#include "device_test.h"

#include "devices/ns16550.h"

static struct sched sched;
static struct ns16550 com;
static struct dt_pin irq;
static uint8_t text[100];
static size_t text_n;

static void put(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    while (n-- && text_n < sizeof text)
        text[text_n++] = *p++;
}
static void discard(void *self, const uint8_t *p, size_t n) { (void)self; (void)p; (void)n; }

static void out(unsigned r, unsigned v) { ns16550_ops.write(&com, r, v, 1); }
static unsigned in(unsigned r) { return (unsigned)ns16550_ops.read(&com, r, 1); }
static void later(vtime ns) { sched_advance(&sched, sched.now + ns); }

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    ns16550_init(&com, &sched, 0, (struct chardev){ put, NULL });
    dt_wire(&com.irq, &irq);
    ns16550_class.reset(&com, RESET_POWER);
    text_n = 0;
    out(3, 0x83);
    out(0, 12);                                    /* 9600 8N1: 1041.667 us a character */
    out(1, 0);
    out(3, 0x03);
    out(4, 0x0b);
}

START_TEST(detected_as_16550a)
{
    out(7, 0x5a);
    ck_assert_uint_eq(in(7), 0x5a);
    out(1, 0xff);
    ck_assert_uint_eq(in(1), 0x0f);
    out(1, 0);
    ck_assert_uint_eq(in(2), 0x01);
    out(2, 0x01);
    ck_assert_uint_eq(in(2), 0xc1);
    ck_assert_uint_eq(in(6) & 0xf0, 0xb0);
    out(4, 0x1a);
    ck_assert_uint_eq(in(6) & 0xf0, 0x90);         /* RTS and OUT2 come back as CTS and DCD */
}
END_TEST

START_TEST(sends_at_the_rate_of_the_divisor)
{
    out(1, 2);
    ck_assert(irq.level);                          /* enabling it finds THR empty */
    ck_assert_uint_eq(in(2), 2);
    ck_assert(!irq.level);
    out(0, 'A');
    ck_assert_uint_eq(in(5), 0x20);                /* in the shift register */
    ck_assert(irq.level);
    out(0, 'B');
    ck_assert_uint_eq(in(5), 0);
    ck_assert(!irq.level);
    later(1041600);
    ck_assert_uint_eq(in(5), 0);
    later(100);
    ck_assert_uint_eq(in(5), 0x20);
    ck_assert(irq.level);
    later(1041667);
    ck_assert_uint_eq(in(5), 0x60);
    ck_assert(text_n == 2 && !memcmp(text, "AB", 2));
}
END_TEST

START_TEST(fifo_sends_sixteen)
{
    out(2, 0x01);
    out(1, 2);
    in(2);
    for (unsigned i = 0; i < 18; i++)
        out(0, 'a' + i);                           /* one shifts, sixteen wait, one is lost */
    ck_assert_uint_eq(in(5), 0);
    later(15 * 1041667);
    ck_assert(!irq.level);
    later(1041667);
    ck_assert(irq.level);
    later(1041667);
    ck_assert_uint_eq(in(5), 0x60);
    ck_assert(text_n == 17 && text[16] == 'q');
    out(0, 'x');
    out(0, 'y');
    out(2, 0x05);                                  /* clears the FIFO, not the shift register */
    ck_assert_uint_eq(in(5), 0x20);
}
END_TEST

/* PC16550D, "FIFO Control Register": bit 0 must be set when the others are written. */
START_TEST(fcr_needs_bit_0)
{
    ns16550_receive(&com, 'x');
    out(2, 0xc6);
    ck_assert_uint_eq(in(5), 0x61);
    ck_assert_uint_eq(in(2), 0x01);
    out(2, 0xc1);                                  /* turning FIFOs on or off empties both */
    ck_assert_uint_eq(in(5), 0x60);
    ns16550_receive(&com, 'x');
    out(2, 0x00);
    ck_assert_uint_eq(in(5), 0x60);
}
END_TEST

START_TEST(receives)
{
    out(1, 1);
    ck_assert(ns16550_can_receive(&com));
    ns16550_receive(&com, 'x');
    ck_assert(irq.level);
    ck_assert(!ns16550_can_receive(&com));
    ck_assert_uint_eq(in(2), 4);
    ns16550_receive(&com, 'y');
    ck_assert_uint_eq(in(5), 0x63);                /* overrun */
    ck_assert_uint_eq(in(5), 0x61);
    ck_assert_uint_eq(in(0), 'y');
    ck_assert(!irq.level);
    ck_assert_uint_eq(in(5), 0x60);
}
END_TEST

START_TEST(trigger_and_timeout)
{
    out(2, 0x81);                                  /* trigger at 8 */
    out(1, 1);
    for (int i = 0; i < 7; i++)
        ns16550_receive(&com, (uint8_t)i);
    ck_assert(!irq.level);
    later(4 * 1041666);
    ck_assert(!irq.level);
    later(100);
    ck_assert(irq.level);
    ck_assert_uint_eq(in(2), 0xcc);
    ck_assert_uint_eq(in(0), 0);
    ck_assert(!irq.level);                         /* a read restarts the timer */
    ns16550_receive(&com, 7);
    ns16550_receive(&com, 8);
    ck_assert_uint_eq(in(2), 0xc4);
    for (unsigned i = 1; i < 9; i++)
        ck_assert_uint_eq(in(0), i);
    ck_assert_uint_eq(in(5), 0x60);
    ck_assert_uint_eq(sched_next(&sched), VTIME_NEVER);
    for (int i = 0; i < 16; i++)
        ns16550_receive(&com, (uint8_t)i);
    ck_assert(!ns16550_can_receive(&com));
    out(2, 0x83);
    ck_assert(ns16550_can_receive(&com));
}
END_TEST

START_TEST(loopback)
{
    out(4, 0x1b);
    out(1, 1);
    out(0, 0x42);
    ck_assert_uint_eq(in(5) & 1, 0);
    later(1041700);
    ck_assert(irq.level);
    ck_assert_uint_eq(in(0), 0x42);
    ck_assert_uint_eq(text_n, 0);
    in(6);
    out(1, 8);
    out(4, 0x1f);
    ck_assert(!irq.level);                         /* RI counts its trailing edge only */
    out(4, 0x19);
    ck_assert_uint_eq(in(2), 0);
    ck_assert_uint_eq(in(6), 0xa5);
    ck_assert(!irq.level);
}
END_TEST

/* PC16550D, table IV: receiver errors, data, timeout, THRE, modem; and what clears each. */
START_TEST(interrupts_by_priority)
{
    out(4, 0x1b);
    out(0, 'a');
    out(0, 'b');
    later(3 * 1041667);                            /* one came too many */
    in(6);
    out(4, 0x19);                                  /* RTS drops: CTS changes */
    out(1, 0x0f);
    ck_assert_uint_eq(in(2), 0x06);
    ck_assert_uint_eq(in(5), 0x63);
    ck_assert_uint_eq(in(2), 0x04);
    ck_assert_uint_eq(in(0), 'b');
    ck_assert_uint_eq(in(2), 0x02);                /* and reading it clears this one */
    ck_assert_uint_eq(in(2), 0x00);
    ck_assert(irq.level);
    ck_assert_uint_eq(in(6), 0xa1);
    ck_assert_uint_eq(in(2), 0x01);
    ck_assert(!irq.level);
}
END_TEST

START_TEST(break_in_loopback)
{
    out(3, 0x43);                                  /* on the wire nobody hears it */
    later(3 * 1041667);
    ck_assert_uint_eq(in(5), 0x60);
    out(4, 0x1b);
    out(1, 4);
    later(1041600);
    ck_assert(!irq.level);
    later(100);
    ck_assert_uint_eq(in(2), 0x06);
    ck_assert_uint_eq(in(5), 0x79);                /* BI, FE and a zero */
    ck_assert(!irq.level);
    ck_assert_uint_eq(in(5), 0x61);
    ck_assert_uint_eq(in(0), 0);
    out(0, 'x');
    later(5 * 1041667);
    ck_assert_uint_eq(in(5), 0x60);                /* one zero a break, and no 'x' */
    out(3, 0x03);
    out(2, 0x81);
    out(0, 'y');
    later(1041700);
    out(3, 0x43);
    later(1041700);
    out(3, 0x03);
    ck_assert_uint_eq(in(5), 0xe1);                /* it waits behind the 'y' */
    ck_assert_uint_eq(in(0), 'y');
    ck_assert_uint_eq(in(2), 0xc6);
    ck_assert_uint_eq(in(5), 0xf9);
    ck_assert_uint_eq(in(5), 0x61);
    out(2, 0x83);
    ck_assert_uint_eq(in(5), 0x60);
}
END_TEST

/* Start, data, parity and stop bits, in halves; 1.5 stop bits with five of data. */
START_TEST(frames_have_their_length)
{
    static const struct { uint8_t lcr, halves; } rows[] = {
        { 0x00, 14 }, { 0x01, 16 }, { 0x02, 18 }, { 0x03, 20 }, { 0x04, 15 }, { 0x05, 18 },
        { 0x07, 22 }, { 0x0b, 22 }, { 0x1f, 24 }, { 0x0c, 17 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        vtime ns = rows[i].halves * UINT64_C(12 * 8 * 625000) / 1152;
        out(3, rows[i].lcr);
        out(0, 'A');
        later(ns - 600);
        ck_assert_uint_eq(in(5), 0x20);
        later(1200);
        ck_assert_uint_eq(in(5), 0x60);
    }
}
END_TEST

START_TEST(trigger_levels)
{
    static const unsigned level[] = { 1, 4, 8, 14 };
    for (unsigned i = 0; i < 4; i++) {
        out(2, i << 6 | 3);
        out(1, 1);
        for (unsigned n = 1; n <= 16; n++) {
            ns16550_receive(&com, (uint8_t)n);
            ck_assert_int_eq(irq.level, n >= level[i]);
        }
        ns16550_receive(&com, 17);                 /* the FIFO keeps what it has */
        ck_assert_uint_eq(in(5) & 3, 3);
        for (unsigned n = 1; n <= 16; n++) {
            ck_assert_int_eq(irq.level, 17 - n >= level[i]);
            ck_assert_uint_eq(in(0), n);
        }
    }
}
END_TEST

START_TEST(out2_gates_the_interrupt)
{
    out(1, 2);
    ck_assert(irq.level);
    out(4, 3);
    ck_assert(!irq.level);
    ns16550_class.reset(&com, RESET_HARD);
    ck_assert_uint_eq(in(5), 0x60);
    ck_assert_uint_eq(in(2), 1);
}
END_TEST

struct twin { struct ns16550 p; struct sched s; };

static void poke(void *arg, uint32_t x)
{
    struct twin *t = arg;
    uint32_t v = x >> 16 & 0xff;
    switch (x & 7) {
    case 0: ns16550_ops.write(&t->p, x >> 8 & 7, v & 0x7f, 1); break;
    case 1: ns16550_ops.write(&t->p, 0, v, 1); break;
    case 2: ns16550_ops.write(&t->p, 2, v | 1, 1); break;
    case 3: ns16550_ops.write(&t->p, 4, v | 8, 1); break;
    case 4: ns16550_ops.read(&t->p, x >> 8 & 7, 1); break;
    case 5: ns16550_receive(&t->p, (uint8_t)v); break;
    default: sched_advance(&t->s, t->s.now + (x >> 10)); break;
    }
}

static void twin_init(struct twin *t, vtime now)
{
    memset(t, 0, sizeof *t);
    t->s.now = now;
    ns16550_init(&t->p, &t->s, 2, (struct chardev){ discard, NULL });
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct twin a, b;
    twin_init(&a, 0);
    for (int i = 0; i < 300; i++)
        poke(&a, dt_rand(&r));
    twin_init(&b, a.s.now);
    dt_copy(&ns16550_class, &a.p, &b.p);
    sched_rescan(&b.s);
    for (int i = 0; i < 300; i++) {
        uint32_t x = dt_rand(&r);
        poke(&a, x);
        poke(&b, x);
        ck_assert_int_eq(a.p.irq.level, b.p.irq.level);
    }
    dt_same(&ns16550_class, &a.p, &b.p);
    if (_i % 10 == 0)
        dt_hostile(&ns16550_class, &a.p, &b.p, &b.s, poke, &b);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&ns16550_class, sizeof(struct ns16550)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("ns16550");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, detected_as_16550a);
    tcase_add_test(t, sends_at_the_rate_of_the_divisor);
    tcase_add_test(t, fifo_sends_sixteen);
    tcase_add_test(t, fcr_needs_bit_0);
    tcase_add_test(t, receives);
    tcase_add_test(t, trigger_and_timeout);
    tcase_add_test(t, loopback);
    tcase_add_test(t, interrupts_by_priority);
    tcase_add_test(t, break_in_loopback);
    tcase_add_test(t, frames_have_their_length);
    tcase_add_test(t, trigger_levels);
    tcase_add_test(t, out2_gates_the_interrupt);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 50);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
