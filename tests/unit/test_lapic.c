/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The local APIC: the SDM's rules one by one, the timer against a model that counts tick by tick,
 * then save/load at random moments. test_apic_model.c has the rest at random.
 */
#include "device_test.h"

#include "devices/lapic.h"

enum { ID = 0x20, VERSION = 0x30, TPR = 0x80, APR = 0x90, PPR = 0xa0, EOI = 0xb0, LDR = 0xd0,
       DFR = 0xe0, SVR = 0xf0, ISR = 0x100, TMR = 0x180, IRR = 0x200, ESR = 0x280, ICR = 0x300,
       ICR_HIGH = 0x310, TIMER = 0x320, PERF = 0x340, LINT0 = 0x350, LINT1 = 0x360, ERROR = 0x370,
       INITIAL = 0x380, COUNT = 0x390, DCR = 0x3e0 };
enum { MASKED = 0x10000, PERIODIC = 0x20000, LEVEL = 0x8000 };

struct rig {
    struct sched    sched;
    struct apic_bus bus;
    struct lapic    apic[3];
    struct dt_pin   intr[3];
    unsigned        nmis, inits, ends;
    uint8_t         ended;
    int             pic;         /* what the 8259s answer */
};
static struct rig rig;
static struct lapic *const apic = rig.apic;

static void on_nmi(void *owner) { ((struct rig *)owner)->nmis++; }
static void on_init(void *owner) { ((struct rig *)owner)->inits++; }
static int pic_inta(void *pic) { return *(int *)pic; }
static void on_eoi(void *io, uint8_t vector)
{
    struct rig *r = io;
    r->ends++;
    r->ended = vector;
}

static void wire(struct rig *r, bool p6)
{
    memset(r, 0, sizeof *r);
    r->bus.eoi = on_eoi;
    r->bus.io = r;
    r->pic = 8;
    for (unsigned i = 0; i < 3; i++) {
        lapic_init(&r->apic[i], &r->sched, &r->bus, p6,
                   (struct lapic_cpu){ on_nmi, on_init, r, pic_inta, &r->pic });
        dt_wire(&r->apic[i].intr, &r->intr[i]);
    }
}

static void outn(unsigned n, unsigned reg, uint32_t v) { lapic_ops.write(&apic[n], reg, v, 4); }
static uint32_t inn(unsigned n, unsigned reg) { return (uint32_t)lapic_ops.read(&apic[n], reg, 4); }
static void out(unsigned reg, uint32_t v) { outn(0, reg, v); }
static uint32_t in(unsigned reg) { return inn(0, reg); }
static int inta(void) { return lapic_inta(&apic[0]); }
static void self(unsigned vector) { out(ICR, 0x44000 | vector); }
static bool bit(unsigned n, unsigned reg, unsigned v)
{
    return inn(n, reg + v / 32 * 16) >> v % 32 & 1;
}
static uint32_t errors(void)
{
    out(ESR, 0);
    return in(ESR);
}

static void setup(void)
{
    wire(&rig, true);
    for (unsigned i = 0; i < 3; i++)
        outn(i, SVR, 0x1ff);
}

START_TEST(as_reset_leaves_it)
{
    wire(&rig, true);
    for (unsigned n = 0; n < 3; n++) {
        ck_assert_uint_eq(inn(n, ID), n << 24);
        ck_assert_uint_eq(inn(n, VERSION), 0x40011);
        ck_assert_uint_eq(inn(n, SVR), 0xff);
        ck_assert_uint_eq(inn(n, DFR), 0xffffffff);
        ck_assert_uint_eq(inn(n, LDR), 0);
        ck_assert_uint_eq(inn(n, TIMER), MASKED);
        ck_assert_uint_eq(inn(n, LINT0), n ? MASKED : 0x700);
        ck_assert_uint_eq(inn(n, LINT1), n ? MASKED : 0x400);
        ck_assert_uint_eq(inn(n, TPR) | inn(n, PPR) | inn(n, APR) | inn(n, ICR), 0);
    }
    wire(&rig, false);
    ck_assert_uint_eq(in(VERSION), 0x30010);
    ck_assert_uint_eq(in(PERF), 0);              /* a Pentium has no such entry, */
    ck_assert_uint_eq(errors(), 0);              /* and no error that says so */
}
END_TEST

START_TEST(nests_by_class)
{
    self(0x31);
    ck_assert(rig.intr[0].level);
    self(0x52);
    self(0x51);
    ck_assert(bit(0, IRR, 0x31) && bit(0, IRR, 0x51) && bit(0, IRR, 0x52));
    ck_assert_int_eq(inta(), 0x52);
    ck_assert_uint_eq(in(PPR), 0x50);
    ck_assert(!rig.intr[0].level);               /* 51h is of the same class */
    self(0x61);
    ck_assert_int_eq(inta(), 0x61);
    ck_assert_uint_eq(in(APR), 0x60);
    out(EOI, 0);
    ck_assert(!bit(0, ISR, 0x61) && bit(0, ISR, 0x52));
    out(EOI, 0);
    ck_assert_int_eq(inta(), 0x51);
    out(EOI, 0);
    ck_assert_int_eq(inta(), 0x31);
    out(EOI, 0);
    out(EOI, 0);                                 /* nothing in service: nothing happens */
    ck_assert_uint_eq(rig.ends, 0);
}
END_TEST

START_TEST(task_priority)
{
    out(TPR, 0x4f);
    ck_assert_uint_eq(in(PPR), 0x4f);
    self(0x4e);
    ck_assert(!rig.intr[0].level);
    out(TPR, 0x35);
    ck_assert(rig.intr[0].level);
    ck_assert_int_eq(inta(), 0x4e);
    ck_assert_uint_eq(in(PPR), 0x40);
    out(TPR, 0x42);
    ck_assert_uint_eq(in(PPR), 0x42);            /* equal classes: the task's, with its low half */
    self(0xf1);
    ck_assert_int_eq(inta(), 0xf1);
    out(TPR, 0xff);
    self(0xfe);
    ck_assert(!rig.intr[0].level);
    ck_assert_int_eq(inta(), 0xff);              /* spurious: no bit in service changes */
    ck_assert(!bit(0, ISR, 0xff));
}
END_TEST

START_TEST(levels_tell_of_their_end)
{
    struct apic_message m = { .dest = 0, .vector = 0x41, .mode = APIC_FIXED, .level = true };
    ck_assert(apic_send(&rig.bus, m));
    ck_assert(bit(0, TMR, 0x41));
    ck_assert_int_eq(inta(), 0x41);
    out(EOI, 0);
    ck_assert(rig.ends == 1 && rig.ended == 0x41);
    m.level = false;
    apic_send(&rig.bus, m);
    ck_assert(!bit(0, TMR, 0x41));
    inta();
    out(EOI, 0);
    ck_assert_uint_eq(rig.ends, 1);
}
END_TEST

START_TEST(external_controller)
{
    wire(&rig, true);
    lapic_lint(&apic[0], 0, true);               /* as reset leaves it */
    ck_assert(rig.intr[0].level);
    ck_assert_int_eq(inta(), 8);
    out(SVR, 0x1ff);
    self(0x40);
    ck_assert_int_eq(inta(), 0x40);              /* its own come first */
    ck_assert(rig.intr[0].level);                /* and block none of the others */
    ck_assert_int_eq(inta(), 8);
    out(LINT0, MASKED | 0x700);
    ck_assert(!rig.intr[0].level);
    out(LINT0, 0x700);
    ck_assert(rig.intr[0].level);
    lapic_lint(&apic[0], 0, false);
    ck_assert(!rig.intr[0].level);
    apic_send(&rig.bus, (struct apic_message){ .mode = APIC_EXTINT });
    ck_assert(rig.intr[0].level);
    ck_assert_int_eq(inta(), 8);
    ck_assert(!rig.intr[0].level);
    lapic_lint(&apic[0], 1, true);
    ck_assert_uint_eq(rig.nmis, 1);
}
END_TEST

START_TEST(off_it_is_a_wire)
{
    self(0x40);
    lapic_enable(&apic[0], false);
    ck_assert(!rig.intr[0].level);
    ck_assert(!apic_send(&rig.bus, (struct apic_message){ .vector = 0x40 }));
    lapic_lint(&apic[0], 0, true);
    lapic_lint(&apic[0], 1, true);
    lapic_lint(&apic[0], 1, true);
    ck_assert(rig.intr[0].level && rig.nmis == 1);
    ck_assert_int_eq(inta(), 8);
    lapic_lint(&apic[0], 0, false);
    ck_assert(!rig.intr[0].level);
    lapic_enable(&apic[0], true);
    ck_assert_uint_eq(in(SVR), 0xff);
}
END_TEST

START_TEST(off_by_software)
{
    self(0x40);
    out(LINT0, 0x700);
    out(SVR, 0x0ff);
    ck_assert_uint_eq(in(LINT0), MASKED | 0x700);
    out(TIMER, 0x30);
    ck_assert_uint_eq(in(TIMER), MASKED | 0x30);
    self(0x50);
    ck_assert(!bit(0, IRR, 0x50));
    ck_assert_int_eq(inta(), 0x40);              /* what waited is held */
    apic_send(&rig.bus, (struct apic_message){ .mode = APIC_NMI });
    ck_assert_uint_eq(rig.nmis, 1);
    out(ICR_HIGH, 1u << 24);
    out(ICR, 0x4050);                            /* it still sends */
    ck_assert(bit(1, IRR, 0x50));
}
END_TEST

START_TEST(between_processors)
{
    out(ICR_HIGH, 2u << 24);
    out(ICR, 0x4041);
    ck_assert(!rig.intr[0].level && !rig.intr[1].level && rig.intr[2].level);
    ck_assert_uint_eq(in(ICR), 0x4041);          /* idle */
    out(ICR, 0x84042);                           /* all */
    ck_assert(bit(0, IRR, 0x42) && bit(1, IRR, 0x42) && bit(2, IRR, 0x42));
    out(ICR, 0xc4043);                           /* all others */
    ck_assert(!bit(0, IRR, 0x43) && bit(1, IRR, 0x43) && bit(2, IRR, 0x43));
    out(ICR_HIGH, 0xffu << 24);
    out(ICR, 0x4044);
    ck_assert(bit(0, IRR, 0x44) && bit(1, IRR, 0x44) && bit(2, IRR, 0x44));
    out(ICR_HIGH, 7u << 24);
    out(ICR, 0x4045);
    ck_assert_uint_eq(errors(), 0x04);           /* nobody there */
    out(ICR_HIGH, 1u << 24);
    out(ICR, 0x4400);
    ck_assert_uint_eq(rig.nmis, 1);
    out(ICR, 0xc4500);
    ck_assert_uint_eq(rig.inits, 2);
    out(ICR, 0xc8500);                           /* de-asserted */
    out(ICR, 0xc4608);
    ck_assert_uint_eq(rig.inits, 2);
}
END_TEST

START_TEST(logical_destinations)
{
    for (unsigned i = 0; i < 3; i++)
        outn(i, LDR, 1u << (24 + i));
    out(ICR_HIGH, 6u << 24);
    out(ICR, 0x4841);
    ck_assert(!bit(0, IRR, 0x41) && bit(1, IRR, 0x41) && bit(2, IRR, 0x41));
    for (unsigned i = 0; i < 3; i++) {
        outn(i, DFR, 0);
        outn(i, LDR, (i / 2 << 4 | 1u << i % 2) << 24);
    }
    ck_assert_uint_eq(in(DFR), 0x0fffffff);
    out(ICR_HIGH, 0x11u << 24);                  /* cluster 1, its first */
    out(ICR, 0x4842);
    ck_assert(!bit(0, IRR, 0x42) && !bit(1, IRR, 0x42) && bit(2, IRR, 0x42));
    out(ICR_HIGH, 0x03u << 24);
    out(ICR, 0x4843);
    ck_assert(bit(0, IRR, 0x43) && bit(1, IRR, 0x43) && !bit(2, IRR, 0x43));
}
END_TEST

START_TEST(lowest_priority)
{
    for (unsigned i = 0; i < 3; i++) {
        outn(i, LDR, 1u << (24 + i));
        outn(i, TPR, 0x40 - 0x10 * i);
    }
    out(ICR_HIGH, 3u << 24);
    out(ICR, 0x4951);
    ck_assert(!bit(0, IRR, 0x51) && bit(1, IRR, 0x51));
    out(ICR, 0x4951);                            /* now that one has more to do */
    ck_assert(bit(0, IRR, 0x51) && !bit(2, IRR, 0x51));
}
END_TEST

START_TEST(errors_are_told)
{
    out(ERROR, 0xfe);
    self(0x0f);
    ck_assert_uint_eq(in(ESR), 0);               /* not before ESR is written */
    ck_assert_int_eq(inta(), 0xfe);
    in(0x400);
    ck_assert(!bit(0, IRR, 0xfe));               /* one for all until then */
    ck_assert_uint_eq(errors(), 0xa0);
    ck_assert_uint_eq(errors(), 0);
    apic_send(&rig.bus, (struct apic_message){ .vector = 3 });
    ck_assert(bit(0, IRR, 0xfe));
    ck_assert_uint_eq(errors(), 0x40);
    out(ERROR, 5);
    out(0x10, 0);
    ck_assert_uint_eq(errors(), 0xc0);
}
END_TEST

/* Delivery modes that the ICR and the local vector table do not have do nothing. */
START_TEST(reserved_modes)
{
    out(ICR, 0x44300);
    out(ICR, 0x44750);                           /* ExtINT comes from I/O APICs */
    ck_assert(!rig.intr[0].level);
    out(LINT0, 0x150);
    lapic_lint(&apic[0], 0, true);
    ck_assert(!bit(0, IRR, 0x50));
    out(LINT0, LEVEL | 0x05);                    /* an illegal vector is nobody's to end */
    ck_assert_uint_eq(in(LINT0), LEVEL | 0x05);
    ck_assert_uint_eq(errors(), 0x40);
    out(LINT0, LEVEL | 0x500);                   /* INIT: an edge, whatever is programmed */
    lapic_lint(&apic[0], 0, false);
    ck_assert_uint_eq(rig.inits, 0);
    lapic_lint(&apic[0], 0, true);
    lapic_lint(&apic[0], 0, true);
    ck_assert_uint_eq(rig.inits, 1);
}
END_TEST

START_TEST(narrow_accesses)
{
    out(LDR, 0xa5000000);
    ck_assert_uint_eq(lapic_ops.read(&apic[0], LDR + 3, 1) & 0xff, 0xa5);
    ck_assert_uint_eq(lapic_ops.read(&apic[0], LDR + 2, 2) & 0xffff, 0xa500);
    ck_assert_uint_eq(lapic_ops.read(&apic[0], LDR + 4, 4), 0);
    lapic_ops.write(&apic[0], TPR, 0x55, 1);
    lapic_ops.write(&apic[0], TPR + 4, 0x55, 4);
    ck_assert_uint_eq(in(TPR), 0);
}
END_TEST

START_TEST(local_level)
{
    out(LINT0, LEVEL | 0x45);
    lapic_lint(&apic[0], 0, true);
    ck_assert_uint_eq(in(LINT0), LEVEL | 0x4045);
    ck_assert_int_eq(inta(), 0x45);
    out(EOI, 0);
    ck_assert_int_eq(inta(), 0x45);              /* it is still there */
    lapic_lint(&apic[0], 0, false);
    out(EOI, 0);
    ck_assert_uint_eq(in(LINT0), LEVEL | 0x45);
    ck_assert(!rig.intr[0].level);
    out(LINT0, 0x46);
    lapic_lint(&apic[0], 0, true);
    lapic_lint(&apic[0], 0, true);
    ck_assert_int_eq(inta(), 0x46);
    out(EOI, 0);
    ck_assert(!rig.intr[0].level);
}
END_TEST

/* ---- timer ---- */

static void to(uint64_t bus_clock) { sched_advance(&rig.sched, bus_clock * 10); }

START_TEST(one_shot)
{
    to(7);
    out(DCR, 0xb);                               /* by 1 */
    out(TIMER, 0x60);
    out(INITIAL, 1000);
    to(7 + 400);
    ck_assert_uint_eq(in(COUNT), 600);
    to(7 + 999);
    ck_assert(!rig.intr[0].level && in(COUNT) == 1);
    to(7 + 1000);
    ck_assert(rig.intr[0].level && in(COUNT) == 0);
    ck_assert_int_eq(inta(), 0x60);
    to(100000);
    ck_assert(!bit(0, IRR, 0x60));
    out(TIMER, PERIODIC | 0x60);                 /* over is over */
    ck_assert_uint_eq(in(COUNT), 0);
    ck_assert_uint_eq(in(INITIAL), 1000);
}
END_TEST

START_TEST(divided)
{
    static const uint8_t dcr[8] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
    for (unsigned i = 0; i < 8; i++) {
        setup();
        out(DCR, dcr[i]);
        ck_assert_uint_eq(in(DCR), dcr[i]);
        out(INITIAL, 50);
        to((10u << i) - 1);
        ck_assert_uint_eq(in(COUNT), 41);
        to(10u << i);
        ck_assert_uint_eq(in(COUNT), 40);
    }
}
END_TEST

START_TEST(periodic)
{
    out(DCR, 0xb);
    out(TIMER, PERIODIC | 0x60);
    out(INITIAL, 100);
    for (unsigned i = 1; i < 6; i++) {
        to(100 * i - 1);
        ck_assert(!bit(0, IRR, 0x60) && in(COUNT) == 1);
        to(100 * i);
        ck_assert_int_eq(inta(), 0x60);
        ck_assert_uint_eq(in(COUNT), 100);
        out(EOI, 0);
    }
    out(TIMER, MASKED | PERIODIC | 0x60);
    ck_assert(sched_next(&rig.sched) == VTIME_NEVER);
    to(100 * 50 + 30);                           /* it counts on, unheard */
    ck_assert_uint_eq(in(COUNT), 70);
    ck_assert(!rig.intr[0].level);
    out(TIMER, 0x60);                            /* once more, from where it is */
    to(100 * 51);
    ck_assert_int_eq(inta(), 0x60);
    ck_assert_uint_eq(in(COUNT), 0);
    out(INITIAL, 10);
    out(INITIAL, 0);
    to(100 * 60);
    ck_assert(!bit(0, IRR, 0x60) && in(COUNT) == 0);
}
END_TEST

/* Counts down one divided tick at a time. */
struct ref_timer { uint32_t initial, count, lvt, phase, divisor; bool irr; };

static void ref_clock(struct ref_timer *r)
{
    if (!r->count || ++r->phase < r->divisor)
        return;
    r->phase = 0;
    if (--r->count)
        return;
    if (r->lvt & PERIODIC)
        r->count = r->initial;
    if (!(r->lvt & MASKED))
        r->irr = true;
}

START_TEST(timer_agrees_with_naive_model)
{
    static const uint8_t dcr[8] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct ref_timer ref = { .lvt = MASKED, .divisor = 2 };
    uint64_t now = 0;
    for (int i = 0; i < 2000; i++) {
        uint32_t x = dt_rand(&r), n;
        switch (x % 6) {
        case 0:
            ref.lvt = 0x60 | (x >> 8 & 3) << 16;
            out(TIMER, ref.lvt);
            break;
        case 1:
            ref.initial = ref.count = x >> 8 & 31;
            ref.phase = 0;
            out(INITIAL, ref.initial);
            break;
        case 2:
            n = x >> 8 & 7 & x >> 16;            /* mostly small ones */
            out(DCR, dcr[n]);
            ref.divisor = 1u << n;
            ref.phase = 0;
            break;
        case 3:
            if (rig.intr[0].level) {
                ck_assert_int_eq(inta(), 0x60);
                out(EOI, 0);
                ref.irr = false;
            }
            break;
        default:
            for (n = x >> 8 & 63; n--; now++)
                ref_clock(&ref);
            to(now);
            break;
        }
        ck_assert_uint_eq(in(COUNT), ref.count);
        ck_assert_int_eq(rig.intr[0].level, ref.irr);
    }
}
END_TEST

/* ---- as data ---- */

static void poke(void *arg, uint32_t x)
{
    static const uint16_t regs[] = { TPR, EOI, EOI, LDR, DFR, SVR, ESR, ICR, ICR_HIGH, TIMER, PERF,
                                     LINT0, LINT1, ERROR, INITIAL, DCR, ID, 0x3f0 };
    struct rig *r = arg;
    struct lapic *p = &r->apic[x & 1];
    unsigned reg = regs[(x >> 4 & 0xff) % ARRAY_LEN(regs)];
    switch (x >> 1 & 7) {
    case 0: lapic_lint(p, (int)(x >> 4 & 1), x >> 5 & 1); break;
    case 1: lapic_inta(p); break;
    case 2: lapic_ops.read(p, x >> 8 & 0xfff, 4); break;
    case 3: sched_advance(&r->sched, r->sched.now + (x >> 8 & 0xffff)); break;
    case 4: lapic_ops.write(p, SVR, 0x100 | x >> 8, 4); break;
    default: lapic_ops.write(p, reg, x * UINT32_C(2654435761), 4); break;
    }
}

START_TEST(save_load_is_invisible)
{
    static struct rig twin;
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (int i = 0; i < 300; i++)
        poke(&rig, dt_rand(&r));
    wire(&twin, true);
    twin.sched.now = rig.sched.now;
    for (int i = 0; i < 3; i++)
        dt_copy(&lapic_class, &rig.apic[i], &twin.apic[i]);
    sched_rescan(&twin.sched);
    for (int i = 0; i < 300; i++) {
        uint32_t x = dt_rand(&r);
        poke(&rig, x);
        poke(&twin, x);
    }
    for (int i = 0; i < 3; i++)
        dt_same(&lapic_class, &rig.apic[i], &twin.apic[i]);
    dt_hostile(&lapic_class, &rig.apic[0], &twin.apic[0], &twin.sched, poke, &twin);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&lapic_class, sizeof(struct lapic)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("lapic");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, as_reset_leaves_it);
    tcase_add_test(t, nests_by_class);
    tcase_add_test(t, task_priority);
    tcase_add_test(t, levels_tell_of_their_end);
    tcase_add_test(t, external_controller);
    tcase_add_test(t, off_it_is_a_wire);
    tcase_add_test(t, off_by_software);
    tcase_add_test(t, between_processors);
    tcase_add_test(t, logical_destinations);
    tcase_add_test(t, lowest_priority);
    tcase_add_test(t, errors_are_told);
    tcase_add_test(t, reserved_modes);
    tcase_add_test(t, narrow_accesses);
    tcase_add_test(t, local_level);
    tcase_add_test(t, one_shot);
    tcase_add_test(t, divided);
    tcase_add_test(t, periodic);
    tcase_add_loop_test(t, timer_agrees_with_naive_model, 0, 10);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 10);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
