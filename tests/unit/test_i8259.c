/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The interrupt controllers: each mode of the datasheet; test_i8259_model.c has them at random. */
#include "device_test.h"

#include "devices/i8259.h"

static struct i8259 pic[2];
static struct dt_pin intr;

static void out(unsigned n, unsigned off, unsigned v) { i8259_ops.write(&pic[n], off, v, 1); }
static unsigned in(unsigned n, unsigned off) { return (unsigned)i8259_ops.read(&pic[n], off, 1); }
static void ir(unsigned n, bool level) { i8259_ir(&pic[n / 8], (int)(n & 7), level); }

static void program(unsigned icw4)
{
    out(0, 0, 0x11);
    out(0, 1, 0x08);
    out(0, 1, 0x04);
    out(0, 1, icw4);
    out(1, 0, 0x11);
    out(1, 1, 0x70);
    out(1, 1, 0x02);
    out(1, 1, icw4);
}

static void wire(struct i8259 *p)
{
    i8259_init(&p[0], 0xf8);
    i8259_init(&p[1], 0xde);
    i8259_cascade(&p[0], &p[1]);
}

static void setup(void)
{
    wire(pic);
    dt_wire(&pic[0].intr, &intr);
    i8259_class.reset(&pic[0], RESET_POWER);
    i8259_class.reset(&pic[1], RESET_POWER);
    program(1);
}

START_TEST(silent_until_programmed)
{
    i8259_class.reset(&pic[0], RESET_HARD);
    ir(1, true);
    ck_assert(!intr.level);
    program(1);
    ck_assert(!intr.level);                        /* ICW1 clears the edge latch */
    ir(1, false);
    ir(1, true);
    ck_assert(intr.level);
}
END_TEST

START_TEST(nests_by_priority)
{
    ir(4, true);
    ck_assert_int_eq(i8259_inta(pic), 0x0c);
    ck_assert(!intr.level);
    ir(5, true);
    ck_assert(!intr.level);                        /* 5 ranks below 4 */
    ir(1, true);
    ck_assert_int_eq(i8259_inta(pic), 0x09);
    out(0, 0, 0x0b);
    ck_assert_uint_eq(in(0, 0), 0x12);
    out(0, 0, 0x0a);
    ck_assert_uint_eq(in(0, 0), 0x20);
    out(0, 0, 0x20);
    ck_assert(!intr.level);
    out(0, 0, 0x20);
    ck_assert_int_eq(i8259_inta(pic), 0x0d);
}
END_TEST

START_TEST(cascade)
{
    ir(8, true);
    ck_assert_int_eq(i8259_inta(pic), 0x70);
    ir(12, true);
    ck_assert(!intr.level);
    out(1, 0, 0x20);                               /* slave first, then master */
    ck_assert(!intr.level);
    out(0, 0, 0x20);
    ck_assert_int_eq(i8259_inta(pic), 0x74);
    ck_assert_uint_eq(pic[0].isr, 4);
    ck_assert_uint_eq(pic[1].isr, 0x10);
}
END_TEST

START_TEST(lost_edges_end_in_ir7)
{
    ir(3, true);
    ir(3, false);
    ck_assert(!intr.level);
    ck_assert_int_eq(i8259_inta(pic), 0x0f);
    ck_assert_uint_eq(pic[0].isr, 0);
    ir(10, true);
    pic[1].imr = 0xff;                             /* gone between the master's and its own turn */
    ck_assert_int_eq(i8259_inta(pic), 0x77);
    ck_assert_uint_eq(pic[0].isr, 4);              /* which is why handlers EOI the master then */
    ck_assert_uint_eq(pic[1].isr, 0);
}
END_TEST

START_TEST(edges_and_levels)
{
    ir(5, true);
    i8259_inta(pic);
    out(0, 0, 0x20);
    ck_assert(!intr.level);                        /* still high, but no new edge */
    elcr_ops.write(&pic[0], 0, 0xff, 1);
    ck_assert_uint_eq(elcr_ops.read(&pic[0], 0, 1), 0xf8);
    ck_assert(intr.level);                         /* a level is enough now */
    i8259_inta(pic);
    out(0, 0, 0x20);
    ck_assert(intr.level);
    ir(5, false);
    ck_assert(!intr.level);
    elcr_ops.write(&pic[1], 0, 0xff, 1);
    ck_assert_uint_eq(elcr_ops.read(&pic[1], 0, 1), 0xde);
}
END_TEST

START_TEST(rotation)
{
    out(0, 0, 0xc3);                               /* set priority: IR3 lowest, IR4 highest */
    ir(3, true);
    ir(5, true);
    ck_assert_int_eq(i8259_inta(pic), 0x0d);
    out(0, 0, 0xa0);                               /* rotate on non-specific EOI: IR5 lowest */
    ck_assert_uint_eq(pic[0].lowest, 5);
    ck_assert_int_eq(i8259_inta(pic), 0x0b);
    out(0, 0, 0xe3);                               /* rotate on specific EOI */
    ck_assert_uint_eq(pic[0].lowest, 3);
    ck_assert_uint_eq(pic[0].isr, 0);
}
END_TEST

START_TEST(automatic_eoi)
{
    program(3);
    out(0, 0, 0x80);                               /* rotate in AEOI mode */
    ir(2 + 8, true);
    ir(11, true);
    ck_assert_int_eq(i8259_inta(pic), 0x72);
    ck_assert_uint_eq(pic[0].isr | pic[1].isr, 0);
    ck_assert(intr.level);                         /* the slave's INT rose again */
    ck_assert_int_eq(i8259_inta(pic), 0x73);
    ck_assert_uint_eq(pic[0].lowest, 2);
}
END_TEST

START_TEST(special_mask)
{
    ir(2 + 1, true);
    i8259_inta(pic);
    ir(6, true);
    ck_assert(!intr.level);
    out(0, 1, 0x08);
    ck_assert(!intr.level);
    out(0, 0, 0x68);
    ck_assert(intr.level);                         /* the masked level no longer blocks */
    ck_assert_int_eq(i8259_inta(pic), 0x0e);
    out(0, 0, 0x20);
    ck_assert_uint_eq(pic[0].isr, 0x08); /* the masked bit is not the non-specific EOI's */
    out(0, 0, 0x48);
    out(0, 0, 0x63);
    ck_assert_uint_eq(pic[0].isr, 0);
}
END_TEST

START_TEST(special_fully_nested)
{
    program(0x11);
    ir(12, true);
    ck_assert_int_eq(i8259_inta(pic), 0x74);
    ir(9, true);
    ck_assert(intr.level);                         /* a higher input of the slave in service */
    ck_assert_int_eq(i8259_inta(pic), 0x71);
    ir(4, true);
    ck_assert(!intr.level);
}
END_TEST

START_TEST(poll)
{
    out(0, 0, 0x0c);
    ck_assert_uint_eq(in(0, 0), 0);
    ir(6, true);
    out(0, 0, 0x0c);
    ck_assert_uint_eq(in(0, 0), 0x86);
    ck_assert_uint_eq(pic[0].isr, 0x40);
    ck_assert_uint_eq(in(0, 0), 0);                /* the poll is over: IRR */
}
END_TEST

/* 231468, "ICW3": a master's says where slaves are, a slave's is its number. */
START_TEST(cascade_by_icw3)
{
    ir(8, true);
    out(1, 0, 0x11);
    out(1, 1, 0x70);
    out(1, 1, 0x03);                               /* hears another number */
    out(1, 1, 1);
    ir(8, false);
    ir(8, true);
    ck_assert_int_eq(i8259_inta(pic), 0xff);
    program(1);
    out(0, 0, 0x11);
    out(0, 1, 0x08);
    out(0, 1, 0x00);
    out(0, 1, 1);
    ir(8, false);
    ir(8, true);
    ck_assert_int_eq(i8259_inta(pic), 0x0a);       /* an input like others */
}
END_TEST

/* 231468, figure 9 ("Content of second interrupt vector byte"), intervals of 4 and 8. */
START_TEST(mcs80_vectors)
{
    for (unsigned i = 0; i < 8; i++) {
        if (i == 2)
            continue;
        out(0, 0, 0xb7);                           /* A7..A5 101, interval 4, single, ICW4 */
        out(0, 1, 0x12);
        out(0, 1, 0x02);
        ir(i, true);
        ck_assert_int_eq(i8259_inta(pic), (int)(0xa0 + 4 * i));
        ir(i, false);
        out(0, 0, 0xf2);                           /* A7..A6 11, interval 8, no ICW4 */
        out(0, 1, 0x12);
        ir(i, true);
        ck_assert_int_eq(i8259_inta(pic), (int)(0xc0 + 8 * i));
        ir(i, false);
    }
}
END_TEST

/* On an AT by ICW1; a PIIX has ELCR for it. */
START_TEST(level_mode)
{
    static struct i8259 at;
    for (unsigned n = 0; n < 2; n++) {
        struct i8259 *p = n ? &pic[0] : &at;
        i8259_init(p, n ? 0xf8 : 0);
        i8259_ir(p, 5, true);
        i8259_ops.write(p, 0, 0x1b, 1);
        i8259_ops.write(p, 1, 0x08, 1);
        i8259_ops.write(p, 1, 0x03, 1);
        ck_assert_int_eq(p->intr.level, n == 0);
        ck_assert_uint_eq(i8259_ops.read(p, 0, 1), n ? 0 : 0x20);
        ck_assert_int_eq(i8259_inta(p), n ? 0x0f : 0x0d);
        ck_assert_int_eq(p->intr.level, n == 0);   /* as long as it is high */
    }
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct i8259 *p = (struct i8259 *)arg + (x & 1);
    switch (x >> 1 & 7) {
    case 0: case 1: i8259_ir(p, (int)(x >> 8 & 7), x >> 16 & 1); break;
    case 2: i8259_ops.write(p, x >> 8 & 1, x >> 16 & 0xff, 1); break;
    case 3: i8259_ops.write(p, 0, 0x20, 1); break;
    case 4: i8259_ops.read(p, x >> 8 & 1, 1); break;
    case 5: elcr_ops.write(p, 0, x >> 16 & 0xff, 1); break;
    default: i8259_inta(arg); break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct i8259 twin[2];
    for (int i = 0; i < 200; i++)
        poke(pic, dt_rand(&r));
    wire(twin);
    for (int i = 0; i < 2; i++)
        dt_copy(&i8259_class, &pic[i], &twin[i]);
    for (int i = 0; i < 200; i++) {
        uint32_t x = dt_rand(&r);
        poke(pic, x);
        poke(twin, x);
    }
    for (int i = 0; i < 2; i++)
        dt_same(&i8259_class, &pic[i], &twin[i]);
    for (int i = 0; i < 2; i++)
        dt_hostile(&i8259_class, &pic[i], &twin[i], NULL, poke, twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&i8259_class, sizeof(struct i8259)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("i8259");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, silent_until_programmed);
    tcase_add_test(t, nests_by_priority);
    tcase_add_test(t, cascade);
    tcase_add_test(t, lost_edges_end_in_ir7);
    tcase_add_test(t, edges_and_levels);
    tcase_add_test(t, rotation);
    tcase_add_test(t, automatic_eoi);
    tcase_add_test(t, special_mask);
    tcase_add_test(t, special_fully_nested);
    tcase_add_test(t, poll);
    tcase_add_test(t, cascade_by_icw3);
    tcase_add_test(t, mcs80_vectors);
    tcase_add_test(t, level_mode);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 20);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
