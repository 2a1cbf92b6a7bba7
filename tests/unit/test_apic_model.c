/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * Three local APICs and an I/O APIC beside a naive model with a flag for each vector, written rule
 * by rule from the SDM's chapter "APIC" and Intel 290566. Random register accesses, pins, messages
 * and acknowledge cycles go to both; every register is compared. (The timer has its own model in
 * test_lapic.c.)
 */
#include "device_test.h"

#include "devices/ioapic.h"

enum { LOCALS = 3, VECTORS = 256 };
enum { FIXED, LOWEST, SMI, NMI = 4, INIT, STARTUP, EXTINT };
enum { PERF = 1, LINT0, LINT1, ERROR, LVTS };            /* 0 is the timer */

struct local {
    bool     irr[VECTORS], isr[VECTORS], tmr[VECTORS];
    unsigned id, tpr, ldr, model, spurious, esr, errors, icr_low, icr_high;
    bool     enabled;
    struct { unsigned vector, mode; bool polarity, remote, level, masked, periodic; } lvt[LVTS];
    bool     pin[2], ext;
    unsigned nmis, inits;
};
struct entry { unsigned vector, mode, dest; bool logical, polarity, remote, level, masked; };

static struct local ref[LOCALS];
static struct entry ref_entry[24];
static bool ref_pin[24];
static unsigned ref_id, ref_arb;
static bool p6;

static struct sched sched;
static struct apic_bus bus;
static struct lapic apic[LOCALS];
static struct ioapic io;
static struct dt_pin intr[LOCALS];
static unsigned nmis[LOCALS];          /* and INITs, from bit 16 on */
enum { PIC_VECTOR = 0x77 };

static void on_nmi(void *owner) { ++*(unsigned *)owner; }
static void on_init(void *owner) { (*(unsigned *)owner) += 0x10000; }
static int pic_inta(void *pic) { (void)pic; return PIC_VECTOR; }

/* ---- the model: priorities ---- */

static int top(const bool *set)
{
    int v = VECTORS - 1;
    while (v >= 0 && !set[v])
        v--;
    return v;
}

static unsigned class(int vector) { return vector < 0 ? 0 : (unsigned)vector / 16; }

static unsigned processor_priority(const struct local *l)
{
    unsigned serving = class(top(l->isr));
    return l->tpr / 16 >= serving ? l->tpr : serving * 16;
}

static unsigned arbitration_priority(const struct local *l)
{
    unsigned task = l->tpr / 16, serving = class(top(l->isr)), waiting = class(top(l->irr));
    if (task >= waiting && task > serving)
        return l->tpr;
    return 16 * (task > serving ? task > waiting ? task : waiting
                                : serving > waiting ? serving : waiting);
}

static int due(const struct local *l)
{
    int v = top(l->irr);
    return class(v) > processor_priority(l) / 16 ? v : -1;
}

static bool from_pic(const struct local *l)
{
    for (unsigned i = 0; i < 2; i++)
        if (l->pin[i] && !l->lvt[LINT0 + i].masked && l->lvt[LINT0 + i].mode == EXTINT)
            return true;
    return l->ext;
}

/* ---- the model: delivery ---- */

static void error(struct local *l, unsigned bit)
{
    bool first = l->errors == 0;
    l->errors |= bit;
    if (!first || l->lvt[ERROR].masked)
        return;
    if (l->lvt[ERROR].vector < 16) {
        l->errors |= 0x40;
    } else {
        l->irr[l->lvt[ERROR].vector] = true;
        l->tmr[l->lvt[ERROR].vector] = false;
    }
}

static void deliver(struct local *l, unsigned mode, unsigned vector, bool level)
{
    if (mode == FIXED || mode == LOWEST) {
        if (vector < 16) {
            error(l, 0x40);
        } else {
            l->irr[vector] = true;
            l->tmr[vector] = level;
        }
    }
    l->nmis += mode == NMI;
    l->inits += mode == INIT;
    l->ext |= mode == EXTINT;
}

static bool is_named(const struct local *l, unsigned dest, bool logical)
{
    if (!logical)
        return dest % 16 == 15 || dest % 16 == l->id;
    if (dest == 0xff)
        return true;
    return l->model == 15 ? (dest & l->ldr) != 0
                          : dest / 16 == l->ldr / 16 && (dest & l->ldr & 15) != 0;
}

static bool listens(const struct local *l, unsigned mode)
{
    return l->enabled || (mode != FIXED && mode != LOWEST && mode != EXTINT);
}

static bool send(unsigned dest, bool logical, unsigned mode, unsigned vector, bool level)
{
    struct local *to = NULL;
    bool taken = false;
    for (unsigned n = 0; n < LOCALS; n++) {
        struct local *l = &ref[n];
        if (!is_named(l, dest, logical) || !listens(l, mode))
            continue;
        taken = true;
        if (mode != LOWEST)
            deliver(l, mode, vector, level);
        else if (!to || arbitration_priority(l) < arbitration_priority(to))
            to = l;
    }
    if (to)
        deliver(to, mode, vector, level);
    return taken;
}

/* ---- the model: pins ---- */

static void local_pin(struct local *l, unsigned i, bool rose)
{
    unsigned mode = l->lvt[LINT0 + i].mode, vector = l->lvt[LINT0 + i].vector;
    bool level = mode == FIXED && l->lvt[LINT0 + i].level;
    if (l->lvt[LINT0 + i].masked || mode == LOWEST || mode == EXTINT)
        return;
    if (level && l->pin[i] && !l->lvt[LINT0 + i].remote) {
        l->lvt[LINT0 + i].remote = vector >= 16;
        deliver(l, mode, vector, true);
    } else if (!level && rose) {
        deliver(l, mode, vector, false);
    }
}

static void io_pin(unsigned n, bool rose)
{
    struct entry *e = &ref_entry[n];
    bool level = e->level && (e->mode == FIXED || e->mode == LOWEST);
    if (e->masked)
        return;
    if (level && ref_pin[n] && !e->remote)
        e->remote = send(e->dest, e->logical, e->mode, e->vector, true);
    else if (!level && rose)
        send(e->dest, e->logical, e->mode, e->vector, false);
}

static void io_ended(unsigned vector)
{
    for (unsigned n = 0; n < 24; n++)
        if (ref_entry[n].remote && ref_entry[n].vector == vector) {
            ref_entry[n].remote = false;
            io_pin(n, false);
        }
}

static int ref_inta(struct local *l)
{
    int v = due(l);
    if (v >= 0) {
        l->irr[v] = false;
        l->isr[v] = true;
        return v;
    }
    if (!from_pic(l))
        return (int)(l->spurious & 0xff);
    l->ext = false;
    return PIC_VECTOR;
}

static void ref_eoi(struct local *l)
{
    int v = top(l->isr);
    if (v < 0)
        return;
    l->isr[v] = false;
    if (!l->tmr[v])
        return;
    for (unsigned i = 0; i < 2; i++)
        if (l->lvt[LINT0 + i].remote && l->lvt[LINT0 + i].vector == (unsigned)v) {
            l->lvt[LINT0 + i].remote = false;
            local_pin(l, i, false);
        }
    io_ended((unsigned)v);
}

static void ref_icr(struct local *l, unsigned v)
{
    unsigned mode = v >> 8 & 7, vector = v & 0xff, shorthand = v >> 18 & 3;
    l->icr_low = v & 0xccfff;
    if (mode == 3 || mode == 7 || (mode == INIT && (v & 0xc000) == 0x8000))
        return;                              /* reserved; de-assert */
    if ((mode == FIXED || mode == LOWEST) && vector < 16) {
        error(l, 0x20);
        return;
    }
    if (!shorthand) {
        if (!send(l->icr_high >> 24, v & 0x800, mode, vector, false))
            error(l, 4);
        return;
    }
    for (unsigned n = 0; n < LOCALS; n++) {
        bool me = &ref[n] == l;
        if ((shorthand == 2 || (shorthand == 1) == me) && listens(&ref[n], mode))
            deliver(&ref[n], mode, vector, false);
    }
}

/* ---- the model: registers ---- */

static unsigned words(const bool *b)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 32; i++)
        v |= (unsigned)b[i] << i;
    return v;
}

/* The entry at an offset, or LVTS. */
static unsigned entry_at(unsigned off)
{
    static const unsigned at[LVTS] = { 0x320, 0x340, 0x350, 0x360, 0x370 };
    for (unsigned i = 0; i < LVTS; i++)
        if (at[i] == off && (p6 || i != PERF))
            return i;
    return LVTS;
}

static unsigned ref_lvt(const struct local *l, unsigned i)
{
    return l->lvt[i].vector | l->lvt[i].mode << 8 | (unsigned)l->lvt[i].polarity << 13 |
           (unsigned)l->lvt[i].remote << 14 | (unsigned)l->lvt[i].level << 15 |
           (unsigned)l->lvt[i].masked << 16 | (unsigned)l->lvt[i].periodic << 17;
}

static unsigned ref_read(struct local *l, unsigned off)
{
    if (entry_at(off) < LVTS)
        return ref_lvt(l, entry_at(off));
    if (off >= 0x100 && off < 0x180)
        return words(l->isr + (off - 0x100) / 16 * 32);
    if (off >= 0x180 && off < 0x200)
        return words(l->tmr + (off - 0x180) / 16 * 32);
    if (off >= 0x200 && off < 0x280)
        return words(l->irr + (off - 0x200) / 16 * 32);
    switch (off) {
    case 0x20:  return l->id << 24;
    case 0x30:  return p6 ? 0x00040011 : 0x00030010;
    case 0x80:  return l->tpr;
    case 0x90:  return arbitration_priority(l);
    case 0xa0:  return processor_priority(l);
    case 0xd0:  return l->ldr << 24;
    case 0xe0:  return l->model << 28 | 0x0fffffff;
    case 0xf0:  return l->spurious | (unsigned)l->enabled << 8;
    case 0x280: return l->esr;
    case 0x300: return l->icr_low;
    case 0x310: return l->icr_high;
    case 0xb0: case 0xc0: case 0x380: case 0x390: case 0x3e0:
        return 0;                            /* the timer is left alone here */
    default:
        if (p6)
            error(l, 0x80);
        return 0;
    }
}

static void ref_write_lvt(struct local *l, unsigned i, unsigned v)
{
    bool lint = i == LINT0 || i == LINT1, remote = l->lvt[i].remote;
    l->lvt[i].vector = v & 0xff;
    l->lvt[i].mode = i == PERF || lint ? v >> 8 & 7 : 0;
    l->lvt[i].polarity = lint && v & 0x2000;
    l->lvt[i].level = lint && v & 0x8000;
    l->lvt[i].remote = remote && l->lvt[i].level;
    l->lvt[i].masked = v & 0x10000 || !l->enabled;
    l->lvt[i].periodic = i == 0 && v & 0x20000;
    if (lint)
        local_pin(l, i - LINT0, false);
}

static void ref_write(struct local *l, unsigned off, unsigned v)
{
    if (entry_at(off) < LVTS) {
        ref_write_lvt(l, entry_at(off), v);
        return;
    }
    switch (off) {
    case 0x20:  l->id = v >> 24 & 15; break;
    case 0x80:  l->tpr = v & 0xff; break;
    case 0xb0:  ref_eoi(l); break;
    case 0xd0:  l->ldr = v >> 24; break;
    case 0xe0:  l->model = v >> 28; break;
    case 0xf0:
        l->spurious = (v & 0x2f0) | 15;      /* with the focus bit, which is kept */
        l->enabled = v & 0x100;
        for (unsigned i = 0; i < LVTS; i++)
            l->lvt[i].masked |= !l->enabled;
        break;
    case 0x280: l->esr = l->errors, l->errors = 0; break;
    case 0x300: ref_icr(l, v); break;
    case 0x310: l->icr_high = v & 0xff000000; break;
    case 0x30: case 0x90: case 0xa0: case 0xc0: case 0x390:
        break;
    default:
        if (p6 && (off < 0x100 || off >= 0x280))
            error(l, 0x80);
        break;
    }
}

static unsigned ref_io_read(unsigned index)
{
    const struct entry *e = &ref_entry[(index - 0x10) / 2 % 24];
    if (index == 0)
        return ref_id << 24;
    if (index == 1)
        return 0x00170011;
    if (index == 2)
        return ref_arb << 24;
    if (index < 0x10 || index > 0x3f)
        return 0;
    if (index & 1)
        return e->dest << 24;
    return e->vector | e->mode << 8 | (unsigned)e->logical << 11 | (unsigned)e->polarity << 13 |
           (unsigned)e->remote << 14 | (unsigned)e->level << 15 | (unsigned)e->masked << 16;
}

static void ref_io_write(unsigned index, unsigned v)
{
    struct entry *e = &ref_entry[(index - 0x10) / 2 % 24];
    if (index == 0)
        ref_id = ref_arb = v >> 24 & 15;
    if (index < 0x10 || index > 0x3f)
        return;
    if (index & 1) {
        e->dest = v >> 24;
        return;
    }
    *e = (struct entry){ .vector = v & 0xff, .mode = v >> 8 & 7, .dest = e->dest,
                         .logical = v & 0x800, .polarity = v & 0x2000, .level = v & 0x8000,
                         .masked = v & 0x10000, .remote = e->remote && v & 0x8000 };
    io_pin((index - 0x10) / 2, false);
}

/* ---- both ---- */

static void start(bool is_p6)
{
    p6 = is_p6;
    memset(&sched, 0, sizeof sched);
    memset(&bus, 0, sizeof bus);
    memset(ref, 0, sizeof ref);
    memset(ref_pin, 0, sizeof ref_pin);
    ref_id = ref_arb = 0;
    for (unsigned n = 0; n < LOCALS; n++) {
        nmis[n] = 0;
        lapic_init(&apic[n], &sched, &bus, p6,
                   (struct lapic_cpu){ on_nmi, on_init, &nmis[n], pic_inta, NULL });
        dt_wire(&apic[n].intr, &intr[n]);
        ref[n].id = n;
        ref[n].model = 15;
        ref[n].spurious = 0xff;
        for (unsigned i = 0; i < LVTS; i++)
            ref[n].lvt[i].masked = true;
    }
    ref[0].lvt[LINT0].masked = ref[0].lvt[LINT1].masked = false;     /* the one that boots */
    ref[0].lvt[LINT0].mode = EXTINT;
    ref[0].lvt[LINT1].mode = NMI;
    ioapic_init(&io, &bus);
    for (unsigned n = 0; n < 24; n++)
        ref_entry[n] = (struct entry){ .masked = true };
}

static void out(unsigned n, unsigned off, unsigned v)
{
    lapic_ops.write(&apic[n], off, v, 4);
    ref_write(&ref[n], off, v);
}

static void compare(unsigned n, unsigned off)
{
    unsigned got = (unsigned)lapic_ops.read(&apic[n], off, 4), want = ref_read(&ref[n], off);
    dt_require(got == want, "APIC %u, register %x: %x, model %x", n, off, got, want);
}

static void compare_io(unsigned index)
{
    ioapic_ops.write(&io, 0, index, 4);
    unsigned got = (unsigned)ioapic_ops.read(&io, 0x10, 4), want = ref_io_read(index);
    dt_require(got == want, "I/O APIC, register %x: %x, model %x", index, got, want);
}

static void compare_all(void)
{
    for (unsigned n = 0; n < LOCALS; n++)
        for (unsigned off = 0; off < 0x400; off += 16)
            compare(n, off);
    for (unsigned index = 0; index < 0x42; index++)
        compare_io(index);
}

/* Few vectors meet often; a few are illegal. */
static unsigned some_vector(struct dt_rng *r)
{
    unsigned v = dt_rand(r) & 0xff;
    return dt_below(r, 30) ? (v & 0x33) | 0x40 : v;
}

static unsigned some_mode(struct dt_rng *r)
{
    return dt_below(r, 3) ? dt_below(r, 2) : dt_below(r, 8);
}

static void step_register(struct dt_rng *r, unsigned n)
{
    static const unsigned lvt[] = { 0x320, 0x340, 0x350, 0x360, 0x350, 0x360, 0x370 };
    unsigned v = dt_rand(r), off;
    switch (dt_below(r, 12)) {
    case 0: out(n, 0x80, v & dt_rand(r) & 0xff); break;
    case 1: out(n, 0xd0, 1u << (24 + dt_below(r, 8)) | (v & 0x10000000)); break;
    case 2:
        if (dt_below(r, 6) == 0)
            out(n, 0xe0, dt_below(r, 2) ? 0xffffffff : v);
        break;
    case 3: out(n, 0xf0, (v & 0x2ff) | (dt_below(r, 4) ? 0x100 : 0)); break;
    case 4: out(n, 0x280, 0); break;
    case 5: case 6:
        out(n, lvt[dt_below(r, 7)], some_vector(r) | some_mode(r) << 8 | (v & 0x3a000) |
                                        (dt_below(r, 3) ? 0 : 0x10000));
        break;
    case 7: out(n, 0x310, v); break;
    case 8: case 9:
        out(n, 0x300, some_vector(r) | some_mode(r) << 8 | (v & 0xc8000) | 0x4000);
        break;
    case 10:
        off = dt_below(r, 64) * 16;
        if (off != 0x380 && off != 0x3e0)
            out(n, off, v & dt_rand(r) & 0x3f0fffff);
        break;
    default: compare(n, dt_below(r, 64) * 16); break;
    }
}

static void step_io(struct dt_rng *r)
{
    unsigned n = dt_below(r, 24), v = dt_rand(r);
    switch (dt_below(r, 4)) {
    case 0:
        ioapic_ops.write(&io, 0, 0x10 + 2 * n, 1);
        v = some_vector(r) | some_mode(r) << 8 | (v & 0x1a800) | (dt_below(r, 3) ? 0 : 0x10000);
        ioapic_ops.write(&io, 0x10, v, 4);
        ref_io_write(0x10 + 2 * n, v);
        break;
    case 1:
        n = dt_below(r, 3) ? 0x11 + 2 * n : v & 0xff;
        if (n >= 0x10 && !(n & 1))
            break;
        ioapic_ops.write(&io, 0, n, 4);
        ioapic_ops.write(&io, 0x10, v, 4);
        ref_io_write(n, v);
        break;
    default:
        ref_pin[n] = !ref_pin[n];
        ioapic_pin(&io, (int)n, ref_pin[n]);
        io_pin(n, ref_pin[n]);
        break;
    }
}

static void step(struct dt_rng *r)
{
    unsigned n = dt_below(r, LOCALS), i = dt_below(r, 2);
    switch (dt_below(r, 8)) {
    case 0: case 1: step_register(r, n); break;
    case 2: case 3: step_io(r); break;
    case 4:
        ref[n].pin[i] = !ref[n].pin[i];
        lapic_lint(&apic[n], (int)i, ref[n].pin[i]);
        local_pin(&ref[n], i, ref[n].pin[i]);
        break;
    case 5:
        if (intr[n].level || dt_below(r, 10) == 0)
            ck_assert_int_eq(lapic_inta(&apic[n]), ref_inta(&ref[n]));
        break;
    default: out(n, 0xb0, 0); break;
    }
}

START_TEST(agree_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    unsigned taken = 0;
    start(_i & 1);
    compare_all();
    for (unsigned n = 0; n < LOCALS; n++)
        out(n, 0xf0, 0x1ff);
    for (int i = 0; i < 20000; i++) {
        step(&r);
        for (unsigned n = 0; n < LOCALS; n++) {
            bool wants = due(&ref[n]) >= 0 || from_pic(&ref[n]);
            dt_require(intr[n].level == wants, "step %d: APIC %u %d, model %d", i, n,
                       intr[n].level, wants);
            dt_require(nmis[n] == ref[n].nmis + ref[n].inits * 0x10000, "step %d: NMI, INIT", i);
            taken += wants;
        }
        if (i % 50 == 0)
            compare_all();
    }
    ck_assert_uint_gt(taken, 1000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("apic_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agree_with_naive_model, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
