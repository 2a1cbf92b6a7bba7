/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The pair of interrupt controllers beside a naive model of two chips: a list of priorities and a
 * flag for each input and register bit, after Intel 231468. Both get the same inputs, command words
 * in and out of order, acknowledge cycles and reads.
 */
#include "device_test.h"

#include "devices/i8259.h"

struct ref {
    bool     master, piix;
    bool     pin[8], edge[8], level[8], serving[8], mask[8];
    int      order[8];                       /* [0] has the highest priority */
    int      icw[5];                         /* by number */
    int      next;                           /* the ICW that is due; 0: none */
    bool     ready, special_mask, polled, reads_isr, rotates;
    bool     intr;
};
static struct ref ref[2];
static struct i8259 pic[2];
static struct dt_pin intr;

/* ---- the model ---- */

static bool single(const struct ref *r) { return r->icw[1] & 2; }
static bool auto_eoi(const struct ref *r) { return r->icw[4] & 2; }

static bool requests(const struct ref *r, int i)
{
    bool by_level = r->piix ? r->level[i] : r->icw[1] & 8;
    return r->pin[i] && (by_level || r->edge[i]);
}

static bool has_slave(const struct ref *r, int i)
{
    return r->master && !single(r) && r->icw[3] >> i & 1;
}

/* The input that would be served now, or -1. */
static int due(const struct ref *r)
{
    for (int n = 0; r->ready && n < 8; n++) {
        int i = r->order[n];
        bool blocks = r->serving[i] && !(r->special_mask && r->mask[i]);
        if (requests(r, i) && !r->mask[i] && !blocks)
            return i;
        if (blocks && requests(r, i) && !r->mask[i] && has_slave(r, i) && r->icw[4] & 16)
            return i;                        /* special fully nested */
        if (blocks)
            return -1;
    }
    return -1;
}

static void lowest(struct ref *r, int i)
{
    for (int n = 0; n < 8; n++)
        r->order[n] = (i + 1 + n) % 8;
}

static void put_pin(struct ref *r, int i, bool level)
{
    if (level && !r->pin[i])
        r->edge[i] = true;
    r->pin[i] = level;
}

/* INT of both; the slave's goes to the master. */
static void settle(void)
{
    ref[1].intr = due(&ref[1]) >= 0;
    put_pin(&ref[0], 2, ref[1].intr);
    ref[0].intr = due(&ref[0]) >= 0;
}

static int acknowledge(struct ref *r)
{
    int i = due(r);
    if (i < 0)
        return -1;
    r->edge[i] = false;
    if (!auto_eoi(r))
        r->serving[i] = true;
    else if (r->rotates)
        lowest(r, i);
    if (!r->master)
        put_pin(&ref[0], 2, false);          /* INT goes low at an acknowledge */
    settle();
    return i;
}

static int vector(const struct ref *r, int i)
{
    if (r->icw[4] & 1)
        return r->icw[2] / 8 * 8 + i;
    if (r->icw[1] & 4)
        return r->icw[1] / 32 * 32 + 4 * i;
    return r->icw[1] / 64 * 64 + 8 * i;
}

static int ref_inta(void)
{
    int i = acknowledge(&ref[0]);
    if (i < 0)
        return vector(&ref[0], 7);
    if (!has_slave(&ref[0], i))
        return vector(&ref[0], i);
    if (i != 2 || single(&ref[1]) || ref[1].icw[3] % 8 != 2)
        return 0xff;                         /* nobody answers to this number */
    i = acknowledge(&ref[1]);
    return vector(&ref[1], i < 0 ? 7 : i);
}

static void first_word(struct ref *r, int v)
{
    r->icw[1] = v;
    r->icw[4] = 0;
    for (int i = 0; i < 8; i++)
        r->edge[i] = r->mask[i] = r->serving[i] = false;
    lowest(r, 7);
    r->special_mask = r->polled = r->reads_isr = r->rotates = r->ready = false;
    r->next = 2;
}

static void later_word(struct ref *r, int v)
{
    r->icw[r->next++] = v;
    if (r->next == 3 && single(r))
        r->next = 4;
    if (r->next == 4 && !(r->icw[1] & 1))
        r->next = 5;
    if (r->next == 5)
        r->next = 0;
    r->ready = r->next == 0;
}

/* The table of the commands under OCW2, by R, SL and EOI. */
static void second_command(struct ref *r, int v)
{
    int i = v & 7, first = -1;
    for (int n = 7; n >= 0; n--)
        if (r->serving[r->order[n]] && !(r->special_mask && r->mask[r->order[n]]))
            first = r->order[n];
    switch (v >> 5) {
    case 0: r->rotates = false; break;
    case 4: r->rotates = true; break;
    case 1: case 5:
        if (first >= 0) {
            r->serving[first] = false;
            if (v >> 5 == 5)
                lowest(r, first);
        }
        break;
    case 3: r->serving[i] = false; break;
    case 6: lowest(r, i); break;
    case 7:
        r->serving[i] = false;
        lowest(r, i);
        break;
    default: break;
    }
}

static void third_command(struct ref *r, int v)
{
    if (v & 0x40)
        r->special_mask = v & 0x20;
    r->polled = v & 4;
    if (v & 2)
        r->reads_isr = v & 1;
}

static void ref_write(struct ref *r, unsigned port, int v)
{
    if (port && r->next)
        later_word(r, v);
    else if (port)
        for (int i = 0; i < 8; i++)
            r->mask[i] = v >> i & 1;
    else if (v & 16)
        first_word(r, v);
    else if (v & 8)
        third_command(r, v);
    else
        second_command(r, v);
    settle();
}

static unsigned bits(const bool *b)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 8; i++)
        v |= (unsigned)b[i] << i;
    return v;
}

static unsigned ref_read(struct ref *r, unsigned port)
{
    bool irr[8];
    if (r->polled) {
        r->polled = false;
        int i = acknowledge(r);
        return i < 0 ? 0 : 0x80u | (unsigned)i;
    }
    for (int i = 0; i < 8; i++)
        irr[i] = requests(r, i);
    return port ? bits(r->mask) : r->reads_isr ? bits(r->serving) : bits(irr);
}

/* ---- both ---- */

static void out(unsigned n, unsigned port, unsigned v)
{
    i8259_ops.write(&pic[n], port, v, 1);
    ref_write(&ref[n], port, (int)v);
}

static void start(bool piix)
{
    memset(ref, 0, sizeof ref);
    for (unsigned n = 0; n < 2; n++) {
        i8259_init(&pic[n], piix ? n ? 0xde : 0xf8 : 0);
        ref[n].master = !n;
        ref[n].piix = piix;
        lowest(&ref[n], 7);
    }
    i8259_cascade(&pic[0], &pic[1]);
    dt_wire(&pic[0].intr, &intr);
    for (unsigned n = 0; n < 2; n++)
        i8259_class.reset(&pic[n], RESET_POWER);
}

/* As firmware does, with any of the modes; now and then cut short, or with words nobody sends. */
static void initialise(struct dt_rng *r, unsigned n)
{
    bool odd = dt_below(r, 8) == 0;
    unsigned icw1 = 0x10 | (dt_below(r, 4) ? 0x11 : dt_rand(r) & 0xef);
    out(n, 0, icw1);
    out(n, 1, dt_rand(r) & 0xff);
    if (odd && dt_below(r, 2))
        return;
    if (!(icw1 & 2))
        out(n, 1, odd ? dt_rand(r) & 0xff : n ? 2 : 4);
    if (icw1 & 1 && !(odd && dt_below(r, 2)))
        out(n, 1, (dt_below(r, 8) ? 1u : 0u) | (dt_rand(r) & dt_rand(r) & 0x1e));
}

static void step(struct dt_rng *r, bool piix)
{
    unsigned n = dt_below(r, 2), i = dt_below(r, 8), v = dt_rand(r) & 0xff;
    switch (dt_below(r, 16)) {
    case 0:
        if (dt_below(r, 8) == 0)
            initialise(r, n);
        break;
    case 1: out(n, 0, v & 0xe7); break;
    case 2: out(n, 0, 0x20); break;
    case 3: out(n, 0, (v & 0x67) | 8); break;
    case 4: out(n, 1, v & dt_rand(r) & dt_rand(r)); break;
    case 5: case 6:
        ck_assert_uint_eq(i8259_ops.read(&pic[n], i & 1, 1), ref_read(&ref[n], i & 1));
        break;
    case 7:
        if (piix && dt_below(r, 4) == 0) {
            elcr_ops.write(&pic[n], 0, v, 1);
            for (unsigned k = 0; k < 8; k++)
                ref[n].level[k] = (n ? 0xdeu : 0xf8u) & v & 1u << k;
            settle();
            ck_assert_uint_eq(elcr_ops.read(&pic[n], 0, 1), bits(ref[n].level));
        }
        break;
    case 8: case 9: case 10:
        ck_assert_int_eq(i8259_inta(pic), ref_inta());
        break;
    default:
        if (n == 0 && i == 2)
            break;                           /* that pin is the slave's */
        put_pin(&ref[n], (int)i, !ref[n].pin[i]);
        i8259_ir(&pic[n], (int)i, ref[n].pin[i]);
        settle();
        break;
    }
}

START_TEST(pair_agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    bool piix = _i & 1;
    unsigned taken = 0;
    start(piix);
    initialise(&r, 0);
    initialise(&r, 1);
    for (int i = 0; i < 20000; i++) {
        bool was = intr.level;
        step(&r, piix);
        taken += was && !intr.level;
        dt_require(intr.level == ref[0].intr && pic[1].intr.level == ref[1].intr,
                   "step %d: INT %d %d, model %d %d", i, intr.level, pic[1].intr.level,
                   ref[0].intr, ref[1].intr);
    }
    ck_assert_uint_gt(taken, 200);           /* it was no dead chip that agreed */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i8259_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, pair_agrees_with_naive_model, 0, 40);
    suite_add_tcase(s, t);
    return dt_run(s);
}
