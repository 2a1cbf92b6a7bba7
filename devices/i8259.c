/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i8259.h"

enum { ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_ADI = 0x04, ICW1_LTIM = 0x08, ICW1 = 0x10 };
enum { ICW4_UPM = 0x01, ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum { OCW3 = 0x08, OCW3_RIS = 0x01, OCW3_RR = 0x02, OCW3_P = 0x04, OCW3_SMM = 0x20,
       OCW3_ESMM = 0x40 };
enum { OCW2_EOI = 0x20, OCW2_SL = 0x40, OCW2_R = 0x80 };
#define CASCADE_IR 2
#define NONE 8u

static const struct field fields[] = {
    FIELD(struct i8259, lines),              FIELD(struct i8259, latch),
    FIELD(struct i8259, isr),                FIELD(struct i8259, imr),
    FIELD(struct i8259, elcr),               FIELD(struct i8259, icw1),
    FIELD(struct i8259, icw2),               FIELD(struct i8259, icw3),
    FIELD(struct i8259, icw4),               FIELD_MAX(struct i8259, expect, 4),
    FIELD(struct i8259, ready),              FIELD_MAX(struct i8259, lowest, 7),
    FIELD(struct i8259, rotate_aeoi),        FIELD(struct i8259, smm),
    FIELD(struct i8259, poll),               FIELD(struct i8259, read_isr),
    FIELD(struct i8259, intr),               FIELD_TRANSIENT(struct i8259, elcr_mask),
    FIELD_TRANSIENT(struct i8259, slave),    FIELD_END
};

/* Where there is an ELCR it replaces LTIM (290562, "ICW1"). */
static uint8_t irr(const struct i8259 *p)
{
    uint8_t level = !p->elcr_mask && p->icw1 & ICW1_LTIM ? 0xff : p->elcr;
    return p->lines & (p->latch | level);
}

/* Does this input of a master lead to a slave? */
static bool cascaded(const struct i8259 *p, unsigned i)
{
    return p->slave && !(p->icw1 & ICW1_SNGL) && p->icw3 >> i & 1;
}

/* The n-th input in order of priority. */
static unsigned ranked(const struct i8259 *p, unsigned n) { return (p->lowest + 1u + n) & 7; }

/* The input that asks for service now and outranks whatever is in service, or NONE. */
static unsigned request(const struct i8259 *p)
{
    uint8_t asking = irr(p) & (uint8_t)~p->imr;
    uint8_t busy = p->smm ? p->isr & (uint8_t)~p->imr : p->isr;
    if (!p->ready || !asking)
        return NONE;
    for (unsigned n = 0; n < 8; n++) {
        unsigned i = ranked(p, n);
        bool in_service = busy >> i & 1;
        bool nested = cascaded(p, i) && p->icw4 & ICW4_SFNM;
        if (asking >> i & 1 && (!in_service || nested))
            return i;
        if (in_service)
            return NONE;
    }
    return NONE;
}

static void update(struct i8259 *p) { line_set(&p->intr, request(p) != NONE); }

void i8259_ir(void *pic, int pin, bool level)
{
    struct i8259 *p = pic;
    uint8_t bit = (uint8_t)(1u << (pin & 7));
    if (level && !(p->lines & bit))
        p->latch |= bit;
    p->lines = level ? p->lines | bit : p->lines & (uint8_t)~bit;
    update(p);
}

/* What one chip does between the two INTA pulses, or on a poll. */
static unsigned acknowledge(struct i8259 *p)
{
    unsigned i = request(p);
    if (i == NONE)
        return NONE;
    uint8_t bit = (uint8_t)(1u << i);
    p->latch &= (uint8_t)~bit;
    if (!(p->icw4 & ICW4_AEOI))
        p->isr |= bit;
    else if (p->rotate_aeoi)
        p->lowest = (uint8_t)i;
    line_set(&p->intr, false);                   /* a further request is a new edge */
    update(p);
    return i;
}

/* What the processor takes as its vector: in MCS-80 mode that is the low byte of a CALL's address,
 * every four or eight bytes. */
static int vector(const struct i8259 *p, unsigned i)
{
    if (p->icw4 & ICW4_UPM)
        return (int)((p->icw2 & 0xf8u) | i);
    return (int)(p->icw1 & ICW1_ADI ? (p->icw1 & 0xe0u) | i << 2 : (p->icw1 & 0xc0u) | i << 3);
}

/* The slave that hears its own number on the cascade lines answers; if none does, nobody drives the
 * bus. */
int i8259_inta(void *master)
{
    struct i8259 *p = master;
    unsigned i = acknowledge(p);
    if (i != NONE && cascaded(p, i)) {
        p = p->slave;
        if (i != CASCADE_IR || p->icw1 & ICW1_SNGL || (p->icw3 & 7) != i)
            return 0xff;
        i = acknowledge(p);
    }
    return vector(p, i == NONE ? 7 : i);
}

/* In special mask mode a masked bit escapes the non-specific EOI (231468, "Special Mask Mode"). */
static unsigned eoi_level(const struct i8259 *p)
{
    uint8_t isr = p->smm ? p->isr & (uint8_t)~p->imr : p->isr;
    for (unsigned n = 0; n < 8; n++)
        if (isr >> ranked(p, n) & 1)
            return ranked(p, n);
    return NONE;
}

static void write_ocw2(struct i8259 *p, uint8_t v)
{
    unsigned level = v & OCW2_SL ? v & 7u : eoi_level(p);
    if (!(v & (OCW2_EOI | OCW2_SL))) {
        p->rotate_aeoi = v & OCW2_R;
        return;
    }
    if (level == NONE)
        return;
    if (v & OCW2_EOI)
        p->isr &= (uint8_t)~(1u << level);
    if (v & OCW2_R)
        p->lowest = (uint8_t)level;
}

static void write_ocw3(struct i8259 *p, uint8_t v)
{
    if (v & OCW3_ESMM)
        p->smm = v & OCW3_SMM;
    if (v & OCW3_RR)
        p->read_isr = v & OCW3_RIS;
    p->poll = v & OCW3_P;
}

static void write_icw1(struct i8259 *p, uint8_t v)
{
    p->icw1 = v;
    p->latch = 0;                                /* an input must rise again to be seen */
    p->isr = p->imr = 0;
    p->lowest = 7;
    p->icw4 = 0;
    p->smm = p->poll = p->read_isr = p->rotate_aeoi = false;
    p->expect = 2;
    p->ready = false;
}

static void write_icw(struct i8259 *p, uint8_t v)
{
    unsigned done = p->expect;
    if (done == 2)
        p->icw2 = v;
    else if (done == 3)
        p->icw3 = v;
    else
        p->icw4 = v;
    if (done == 2 && !(p->icw1 & ICW1_SNGL))
        p->expect = 3;
    else
        p->expect = done < 4 && p->icw1 & ICW1_IC4 ? 4 : 0;
    p->ready = !p->expect;
}

static void pic_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct i8259 *p = dev;
    uint8_t v = (uint8_t)data;
    if (off & 1) {
        if (p->expect)
            write_icw(p, v);
        else
            p->imr = v;
    } else if (v & ICW1) {
        write_icw1(p, v);
    } else if (v & OCW3) {
        write_ocw3(p, v);
    } else {
        write_ocw2(p, v);
    }
    update(p);
}

static uint64_t pic_read(void *dev, uint32_t off, unsigned size)
{
    struct i8259 *p = dev;
    if (p->poll) {
        p->poll = false;
        unsigned i = acknowledge(p);
        return i == NONE ? 0 : 0x80 | i;
    }
    if (off & 1)
        return p->imr;
    return p->read_isr ? p->isr : irr(p);
}

static uint64_t elcr_read(void *dev, uint32_t off, unsigned size)
{
    return ((struct i8259 *)dev)->elcr;
}

static void elcr_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct i8259 *p = dev;
    p->elcr = (uint8_t)v & p->elcr_mask;
    update(p);
}

void i8259_init(struct i8259 *p, uint8_t elcr_mask)
{
    *p = (struct i8259){ .elcr_mask = elcr_mask, .lowest = 7 };
}

void i8259_cascade(struct i8259 *master, struct i8259 *slave)
{
    master->slave = slave;
    slave->intr.set = i8259_ir;
    slave->intr.sink = master;
    slave->intr.pin = CASCADE_IR;
}

/* The pins keep their levels: they belong to their drivers. */
static void pic_reset(void *dev, enum reset_kind kind)
{
    struct i8259 *p = dev;
    if (kind == RESET_INIT)
        return;
    write_icw1(p, 0);
    p->icw2 = p->icw3 = p->elcr = p->expect = 0;
    update(p);
}

static bool pic_post_load(void *dev, unsigned version, struct error *err)
{
    struct i8259 *p = dev;
    if (p->expect == 1 || (p->ready && p->expect) || p->elcr & ~p->elcr_mask)
        return error_set(err, 1, "i8259: impossible state");
    return true;
}

const struct bus_ops i8259_ops = { pic_read, pic_write, 1 };
const struct bus_ops elcr_ops = { elcr_read, elcr_write, 1 };
const struct device_class i8259_class = { "i8259", 1, 1, fields, pic_reset, pic_post_load, NULL };
