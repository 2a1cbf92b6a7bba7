/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A naive 8254, one CLK at a time, straight from the mode definitions of Intel 231164: what tests
 * hold the chip, port 61h and the speaker against.
 *
 *     ref_pit_init(&p);    ref_pit_write(&p, port, v);    ref_pit_gate(&p, n, level);
 *     ref_pit_clk(&p);     ref_pit_read(&p, port, &known)
 *
 * 'settled' is false while something is due with the next CLK: what OUT and the count are until
 * then depends on how long an access takes, and is not compared. 'known' is false for counts that
 * the data sheet leaves undefined.
 */
#pragma once
#include <stdbool.h>

struct ref_counter {
    unsigned mode, rw;                       /* rw: 1 low byte, 2 high byte, 3 both */
    bool     bcd, gate, out;
    unsigned cr, ce, n;                      /* numbers, not digits; n was loaded last */
    bool     odd;                            /* what is being counted by twos */
    bool     written;                        /* CR has a count */
    bool     load;                           /* the next CLK moves CR to CE */
    bool     started, null, fired;
    bool     halted, vague;                  /* mode 0, between its bytes; which came too soon */
    bool     write_high, read_high;          /* the second byte is next */
    unsigned low;
    unsigned latch, latched;                 /* bytes that wait */
    bool     latch_known;
    unsigned status;
    bool     has_status, status_known;
};

struct ref_pit { struct ref_counter c[3]; };

static inline bool ref_settled(const struct ref_counter *c) { return !c->load; }

static inline bool ref_counts(const struct ref_counter *c)
{
    return c->started && !c->load && !c->halted;
}

static inline unsigned ref_modulus(const struct ref_counter *c) { return c->bcd ? 10000 : 65536; }

static inline unsigned ref_digits(const struct ref_counter *c, unsigned v)
{
    v %= ref_modulus(c);
    if (!c->bcd)
        return v;
    return v % 10 + v / 10 % 10 * 16 + v / 100 % 10 * 256 + v / 1000 * 4096;
}

static inline unsigned ref_number(const struct ref_counter *c, unsigned digits)
{
    unsigned v = digits;
    if (c->bcd)
        v = digits % 16 + digits / 16 % 16 * 10 + digits / 256 % 16 * 100 + digits / 4096 * 1000;
    return v ? v : ref_modulus(c);
}

static inline void ref_control(struct ref_counter *c, unsigned v)
{
    unsigned mode = v >> 1 & 7;
    *c = (struct ref_counter){ .mode = mode > 5 ? mode - 4 : mode, .rw = v >> 4 & 3, .bcd = v & 1,
                               .gate = c->gate, .null = true };
    c->out = c->mode != 0;
}

static inline void ref_latch_count(struct ref_counter *c)
{
    if (c->latched)
        return;
    c->latch = ref_digits(c, c->ce);
    c->latch_known = ref_counts(c);
    c->latched = c->rw == 3 ? 2 : 1;
}

static inline void ref_latch_status(struct ref_counter *c)
{
    if (c->has_status)
        return;
    c->status = (unsigned)c->out << 7 | (unsigned)c->null << 6 | c->rw << 4 | c->mode << 1 |
                (unsigned)c->bcd;
    c->status_known = ref_settled(c) && !c->vague;
    c->has_status = true;
}

/* A whole count has been written. */
static inline void ref_count(struct ref_counter *c, unsigned digits)
{
    c->cr = ref_number(c, digits);
    c->written = c->null = true;
    c->halted = c->vague = false;
    if (c->mode == 0)
        c->out = false;
    if (c->mode == 0 || c->mode == 4)
        c->load = true;
    else if (c->mode == 2 || c->mode == 3)
        c->load |= !c->started;
}

static inline void ref_byte(struct ref_counter *c, unsigned v)
{
    if (c->rw == 3 && !c->write_high) {
        c->low = v;
        c->write_high = true;
        if (c->mode == 0) {                  /* "disables counting", "OUT is set low immediately" */
            c->halted = true;
            c->vague |= c->load;
            c->load = c->out = false;
        }
        return;
    }
    c->write_high = false;
    ref_count(c, c->rw == 1 ? v : c->rw == 2 ? v << 8 : v << 8 | c->low);
}

static inline void ref_pit_write(struct ref_pit *p, unsigned port, unsigned v)
{
    if (port < 3) {
        ref_byte(&p->c[port], v);
        return;
    }
    if (v >> 6 < 3 && v >> 4 & 3)
        ref_control(&p->c[v >> 6], v);
    else if (v >> 6 < 3)
        ref_latch_count(&p->c[v >> 6]);
    for (unsigned i = 0; v >> 6 == 3 && i < 3; i++)
        if (v >> (i + 1) & 1) {
            if (!(v & 0x20))
                ref_latch_count(&p->c[i]);
            if (!(v & 0x10))
                ref_latch_status(&p->c[i]);
        }
}

static inline unsigned ref_pit_read(struct ref_pit *p, unsigned port, bool *known)
{
    struct ref_counter *c = &p->c[port];
    if (c->has_status) {
        c->has_status = false;
        *known = c->status_known;
        return c->status;
    }
    unsigned v = c->latched ? c->latch : ref_digits(c, c->ce);
    *known = c->latched ? c->latch_known : ref_counts(c);
    bool high = c->rw == 2 || (c->rw == 3 && c->read_high);
    if (c->rw == 3)
        c->read_high = !c->read_high;
    if (c->latched)
        c->latched--;
    return (high ? v >> 8 : v) & 0xff;
}

static inline void ref_pit_gate(struct ref_pit *p, unsigned i, bool level)
{
    struct ref_counter *c = &p->c[i];
    bool rose = level && !c->gate;
    c->gate = level;
    if ((c->mode == 1 || c->mode == 5) && rose && c->written)
        c->load = true;
    if ((c->mode == 2 || c->mode == 3) && !level)
        c->out = true;
    if ((c->mode == 2 || c->mode == 3) && rose && c->written)
        c->load = true;
}

static inline void ref_load(struct ref_counter *c)
{
    c->ce = c->mode == 3 ? c->cr & ~1u : c->cr;
    c->odd = c->cr & 1;
    c->n = c->cr;
    c->null = false;
}

static inline void ref_decrement(struct ref_counter *c)
{
    c->ce = (c->ce + ref_modulus(c) - 1) % ref_modulus(c);
}

static inline void ref_counter_clk(struct ref_counter *c)
{
    if (c->load) {
        c->load = c->fired = false;
        c->started = true;
        ref_load(c);
        c->out = c->mode > 1;
        return;
    }
    if (c->mode == 4 && c->fired)
        c->out = true;                       /* "GATE has no effect on OUT" */
    if (!c->started || c->halted || (!c->gate && c->mode != 1 && c->mode != 5))
        return;
    switch (c->mode) {
    case 0: case 1:
        ref_decrement(c);
        c->out |= c->ce == 0;
        break;
    case 2:
        if (c->ce == 1) {
            ref_load(c);
            c->out = true;
        } else {
            ref_decrement(c);
            c->out = c->ce != 1;
        }
        break;
    case 3:
        if (c->ce == (c->odd && c->out ? 0 : 2)) {
            c->out = !c->out;
            ref_load(c);
        } else {
            c->ce -= 2;
        }
        break;
    default:
        ref_decrement(c);
        c->out = c->ce != 0 || c->fired;
        c->fired |= c->ce == 0;
        break;
    }
}

static inline void ref_pit_clk(struct ref_pit *p)
{
    for (unsigned i = 0; i < 3; i++)
        ref_counter_clk(&p->c[i]);
}

/* As an AT wires and the chip's model powers it up: counter 2's gate is a program's. */
static inline void ref_pit_init(struct ref_pit *p)
{
    *p = (struct ref_pit){ .c = { { .rw = 3, .null = true }, { .rw = 3, .null = true },
                                  { .rw = 3, .null = true } } };
    p->c[0].gate = p->c[1].gate = true;
}
