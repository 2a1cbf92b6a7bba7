/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The I/O APIC with a local APIC behind it: edges, levels, masks, ends of interrupts, save/load and
 * hostile snapshots. test_apic_model.c has both at random.
 */
#include "device_test.h"

#include "devices/ioapic.h"

enum { MASKED = 0x10000, LEVEL = 0x8000, REMOTE = 0x4000, LOGICAL = 0x800 };

struct rig {
    struct sched    sched;
    struct apic_bus bus;
    struct lapic    apic;
    struct ioapic   io;
    struct dt_pin   intr;
    unsigned        nmis;
};
static struct rig rig;

static void on_nmi(void *owner) { ((struct rig *)owner)->nmis++; }

static void wire(struct rig *r)
{
    memset(r, 0, sizeof *r);
    lapic_init(&r->apic, &r->sched, &r->bus, true, (struct lapic_cpu){ .nmi = on_nmi, .owner = r });
    ioapic_init(&r->io, &r->bus);
    dt_wire(&r->apic.intr, &r->intr);
    lapic_ops.write(&r->apic, 0xf0, 0x1ff, 4);
}
static void setup(void) { wire(&rig); }

static void out(unsigned reg, uint32_t v)
{
    ioapic_ops.write(&rig.io, 0, reg, 4);
    ioapic_ops.write(&rig.io, 0x10, v, 4);
}
static uint32_t in(unsigned reg)
{
    ioapic_ops.write(&rig.io, 0, reg, 1);
    return (uint32_t)ioapic_ops.read(&rig.io, 0x10, 4);
}
static void entry(unsigned n, uint32_t low) { out(0x10 + 2 * n, low); }
static void pin(int n, bool level) { ioapic_pin(&rig.io, n, level); }
static void pulse(int n) { pin(n, true); pin(n, false); }
static void eoi(void) { lapic_ops.write(&rig.apic, 0xb0, 0, 4); }

/* The vector that is taken now, or -1. */
static int taken(void) { return rig.intr.level ? lapic_inta(&rig.apic) : -1; }

START_TEST(registers)
{
    ck_assert_uint_eq(in(1), 0x00170011);
    for (unsigned n = 0; n < 24; n++) {
        ck_assert_uint_eq(in(0x10 + 2 * n), MASKED);
        ck_assert_uint_eq(in(0x11 + 2 * n), 0);
    }
    out(0, 0xff000000);
    ck_assert_uint_eq(in(0), 0x0f000000);
    ck_assert_uint_eq(in(2), 0x0f000000);
    out(0x3f, 0x12345678);
    ck_assert_uint_eq(in(0x3f), 0x12000000);
    entry(23, 0xffffffff);
    ck_assert_uint_eq(in(0x3e), 0x1afff);
    ck_assert_uint_eq(in(0x40), 0);
    out(0x40, 0xffffffff);
    ck_assert_uint_eq(ioapic_ops.read(&rig.io, 0, 4), 0x40);
    ck_assert_uint_eq(ioapic_ops.read(&rig.io, 0x20, 4), 0);
    ioapic_class.reset(&rig.io, RESET_HARD);
    ck_assert_uint_eq(in(0x3e), MASKED);
}
END_TEST

START_TEST(edges)
{
    entry(4, 0x44);
    pin(4, true);
    ck_assert_int_eq(taken(), 0x44);
    eoi();
    ck_assert_int_eq(taken(), -1);
    pin(4, true);
    ck_assert_int_eq(taken(), -1);
    pulse(4);                                    /* it was high: only the fall is new */
    ck_assert_int_eq(taken(), -1);
    pulse(4);
    pulse(4);                                    /* two become one */
    ck_assert_int_eq(taken(), 0x44);
    eoi();
    ck_assert_int_eq(taken(), -1);
    entry(4, MASKED | 0x44);
    pin(4, true);
    entry(4, 0x44);                              /* lost behind the mask */
    ck_assert_int_eq(taken(), -1);
    ck_assert_uint_eq(in(0x18), 0x44);
    pin(24, true);
    pin(-1, true);
}
END_TEST

START_TEST(levels)
{
    entry(10, LEVEL | 0x51);
    pin(10, true);
    ck_assert_uint_eq(in(0x24), LEVEL | REMOTE | 0x51);
    ck_assert_int_eq(taken(), 0x51);
    eoi();
    ck_assert_int_eq(taken(), 0x51);             /* still there */
    pin(10, false);
    eoi();
    ck_assert_int_eq(taken(), -1);
    ck_assert_uint_eq(in(0x24), LEVEL | 0x51);
    entry(10, MASKED | LEVEL | 0x51);
    pin(10, true);
    ck_assert_int_eq(taken(), -1);
    entry(10, LEVEL | 0x51);                     /* a level is there when the mask goes */
    ck_assert_int_eq(taken(), 0x51);
    entry(10, MASKED | 0x51);                    /* as an edge it has no remote IRR */
    ck_assert_uint_eq(in(0x24), MASKED | 0x51);
    entry(10, LEVEL | 0x51);
    ck_assert_uint_eq(in(0x24), LEVEL | REMOTE | 0x51);
}
END_TEST

START_TEST(two_inputs_of_one_vector)
{
    entry(10, LEVEL | 0x51);
    entry(11, LEVEL | 0x51);
    pin(10, true);
    pin(11, true);
    ck_assert_int_eq(taken(), 0x51);
    pin(10, false);
    eoi();
    ck_assert_int_eq(taken(), 0x51);
    pin(11, false);
    eoi();
    ck_assert_int_eq(taken(), -1);
}
END_TEST

/* 290566, "Delivery Mode": NMI and its like are edges even if programmed as levels. */
START_TEST(levels_that_are_edges)
{
    entry(5, LEVEL | 0x400);
    for (unsigned i = 1; i < 4; i++) {
        pulse(5);
        ck_assert_uint_eq(rig.nmis, i);
        ck_assert_uint_eq(in(0x1a), LEVEL | 0x400);
    }
    entry(5, LEVEL | 0x700);                     /* ExtINT */
    pin(5, true);
    ck_assert(rig.intr.level);
    ck_assert_uint_eq(in(0x1a), LEVEL | 0x700);
}
END_TEST

START_TEST(destinations)
{
    out(0x11 + 2 * 5, 3u << 24);
    entry(5, 0x61);
    pulse(5);
    ck_assert_int_eq(taken(), -1);               /* nobody has ID 3 */
    lapic_ops.write(&rig.apic, 0xd0, 0x02000000, 4);
    entry(5, LOGICAL | 0x161);
    pulse(5);
    ck_assert_int_eq(taken(), 0x61);
    entry(5, 0x400 | LOGICAL);
    pulse(5);
    ck_assert_uint_eq(rig.nmis, 1);
    out(0x11 + 2 * 6, 3u << 24);
    entry(6, LEVEL | 0x62);
    pin(6, true);
    ck_assert_uint_eq(in(0x1c), LEVEL | 0x62);   /* not accepted: nothing to be ended */
    out(0x11 + 2 * 6, 0);
    entry(6, LEVEL | 0x62);
    eoi();
    ck_assert_int_eq(taken(), 0x62);
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct rig *r = arg;
    switch (x & 7) {
    case 0: case 1: ioapic_pin(&r->io, (int)(x >> 3 & 31) - 2, x >> 8 & 1); break;
    case 2: ioapic_ops.write(&r->io, 0, x >> 8 & 0x3f, 4); break;
    case 3: ioapic_ops.write(&r->io, 0x10, x >> 3, 4); break;
    case 4: ioapic_ops.write(&r->io, 0x10, (x >> 3 & 0x80ff) | 0x10, 4); break;
    case 5: ioapic_ops.read(&r->io, x >> 8 & 0xfff, 4); break;
    case 6: lapic_inta(&r->apic); break;
    default: lapic_ops.write(&r->apic, 0xb0, 0, 4); break;
    }
}

START_TEST(save_load_is_invisible)
{
    static struct rig twin;
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (int i = 0; i < 300; i++)
        poke(&rig, dt_rand(&r));
    wire(&twin);
    dt_copy(&lapic_class, &rig.apic, &twin.apic);
    dt_copy(&ioapic_class, &rig.io, &twin.io);
    for (int i = 0; i < 300; i++) {
        uint32_t x = dt_rand(&r);
        poke(&rig, x);
        poke(&twin, x);
    }
    dt_same(&lapic_class, &rig.apic, &twin.apic);
    dt_same(&ioapic_class, &rig.io, &twin.io);
    dt_hostile(&ioapic_class, &rig.io, &twin.io, NULL, poke, &twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&ioapic_class, sizeof(struct ioapic)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("ioapic");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, registers);
    tcase_add_test(t, edges);
    tcase_add_test(t, levels);
    tcase_add_test(t, two_inputs_of_one_vector);
    tcase_add_test(t, levels_that_are_edges);
    tcase_add_test(t, destinations);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 10);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
