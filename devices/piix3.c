/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/piix3.h"

enum { XBCS = 0x4e, PIRQRC = 0x60 };
enum { RCPU = 4, SRST = 2 };

static const struct field fields[] = {
    FIELD_STRUCT(struct piix3, func, pci_func_fields),
    FIELD_MAX(struct piix3, rcr, 6),          FIELD(struct piix3, apmc),
    FIELD(struct piix3, apms),                FIELD_MAX(struct piix3, pirq, 15),
    FIELD(struct piix3, isa),                 FIELD_ARRAY(struct piix3, irq),
    FIELD_TRANSIENT(struct piix3, reset),     FIELD_TRANSIENT(struct piix3, reset_sink),
    FIELD_TRANSIENT(struct piix3, apm),       FIELD_TRANSIENT(struct piix3, apm_sink),
    FIELD_END
};

/* Interrupts 0, 1, 2, 8 and 13 are reserved for the board's own (290550, 2.2.10). */
static uint16_t routed(const struct piix3 *p)
{
    uint16_t level = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint8_t rc = p->func.cfg[PIRQRC + i];
        if (p->pirq >> i & 1 && !(rc & 0x80))
            level |= (uint16_t)(1u << (rc & 15));
    }
    return level & 0xdef8;
}

static void update(struct piix3 *p)
{
    uint16_t level = p->isa | routed(p);
    for (unsigned i = 0; i < 16; i++)
        line_set(&p->irq[i], level >> i & 1);
}

void piix3_pirq(void *dev, int pin, bool level)
{
    struct piix3 *p = dev;
    uint8_t bit = (uint8_t)(1u << (pin & 3));
    p->pirq = level ? p->pirq | bit : p->pirq & (uint8_t)~bit;
    update(p);
}

void piix3_isa_irq(void *dev, int pin, bool level)
{
    struct piix3 *p = dev;
    uint16_t bit = (uint16_t)(1u << (pin & 15));
    p->isa = level ? p->isa | bit : p->isa & (uint16_t)~bit;
    line_set(&p->irq[pin & 15], ((p->isa | routed(p)) & bit) != 0);
}

static void changed(void *owner, unsigned off, unsigned len)
{
    /* not after a load: lines rest then */
    if (off <= PIRQRC + 3 && off + len > PIRQRC && len < 256)
        update(owner);
}

static uint64_t rcr_read(void *dev, uint32_t off, unsigned size)
{
    return ((struct piix3 *)dev)->rcr;
}

static void rcr_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct piix3 *p = dev;
    bool rise = v & RCPU && !(p->rcr & RCPU);
    p->rcr = (uint8_t)v & (SRST | RCPU);
    if (rise && p->reset)
        p->reset(p->reset_sink, v & SRST ? RESET_HARD : RESET_INIT);
}

static uint64_t apm_read(void *dev, uint32_t off, unsigned size)
{
    struct piix3 *p = dev;
    return off ? p->apms : p->apmc;
}

static void apm_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct piix3 *p = dev;
    if (off) {
        p->apms = (uint8_t)v;
        return;
    }
    p->apmc = (uint8_t)v;
    if (p->apm)
        p->apm(p->apm_sink, p->apmc);
}

const struct bus_ops piix3_rcr_ops = { rcr_read, rcr_write, 1 };
const struct bus_ops piix3_apm_ops = { apm_read, apm_write, 1 };

/* The ISA requests belong to the chips that drive them: a reset leaves what they last said. */
static void reset(void *dev, enum reset_kind kind)
{
    struct piix3 *p = dev;
    if (kind == RESET_INIT) {
        p->rcr &= (uint8_t)~RCPU;                /* a soft reset must be repeatable */
        return;
    }
    p->rcr = p->apmc = p->apms = 0;
    pci_func_reset(&p->func);
    memset(p->func.cfg + 0x40, 0, 0xc0);
    memset(p->func.cfg + PIRQRC, 0x80, 4);
    store_le16(p->func.cfg + 4, 0x0007);
    store_le16(p->func.cfg + 6, 0x0200);
    p->func.cfg[0x4c] = 0x4d;
    store_le16(p->func.cfg + XBCS, 0x0003);
    p->func.cfg[0x69] = 0x02;
    p->func.cfg[0xa0] = 0x08;
    p->func.cfg[0xa8] = 0x0f;
    update(p);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct piix3 *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class piix3_class = { "piix3", 1, 1, fields, reset, post_load, NULL };

void piix3_init(struct piix3 *p, struct pci_bus *pci)
{
    *p = (struct piix3){ 0 };
    pci_func_init(&p->func, pci, 1, 0, 0x8086, 0x7000, 0x060100, 0);
    p->func.cfg[0x0e] = 0x80;
    p->func.changed = changed;
    p->func.owner = p;
    pci_set_mask(&p->func, 4, 0x0008, 2);
    pci_set_mask(&p->func, 0x3c, 0, 1);
    pci_set_mask(&p->func, 0x4c, 0xff, 1);
    pci_set_mask(&p->func, XBCS, 0xffff, 2);
    pci_set_mask(&p->func, PIRQRC, 0x8f8f8f8f, 4);
    pci_set_mask(&p->func, 0x69, 0xff, 1);
    for (unsigned i = 0x70; i < 0x84; i++)
        pci_set_mask(&p->func, i, 0xff, 1);
    for (unsigned i = 0xa0; i < 0xb0; i++)
        pci_set_mask(&p->func, i, 0xff, 1);
    for (int i = 0; i < 4; i++) {
        pci->pirq[i].set = piix3_pirq;
        pci->pirq[i].sink = p;
        pci->pirq[i].pin = i;
    }
    reset(p, RESET_POWER);
}
