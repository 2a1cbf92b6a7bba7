/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/piix4.h"

enum { IORT = 0x4c, XBCS = 0x4e, PIRQRC = 0x60, SERIRQC = 0x64, TOM = 0x69, MSTAT = 0x6a,
       MBDMA = 0x76, APICBASE = 0x80, DLC = 0x82, PDMACFG = 0x90, DDMABP = 0x92, GENCFG = 0xb0,
       RTCCFG = 0xcb };
enum { RCPU = 4, SRST = 2 };

static const struct field fields[] = {
    FIELD_STRUCT(struct piix4, func, pci_func_fields),
    FIELD_MAX(struct piix4, rcr, 6),          FIELD(struct piix4, apmc),
    FIELD(struct piix4, apms),                FIELD_MAX(struct piix4, pirq, 15),
    FIELD(struct piix4, isa),                 FIELD_ARRAY(struct piix4, irq),
    FIELD_TRANSIENT(struct piix4, reset),     FIELD_TRANSIENT(struct piix4, reset_sink),
    FIELD_TRANSIENT(struct piix4, apm),       FIELD_TRANSIENT(struct piix4, apm_sink),
    FIELD_END
};

/* Interrupts 0, 1, 2, 8 and 13 are reserved for the board's own (290562, 4.1.10). */
static uint16_t routed(const struct piix4 *p)
{
    uint16_t level = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint8_t rc = p->func.cfg[PIRQRC + i];
        if (p->pirq >> i & 1 && !(rc & 0x80))
            level |= (uint16_t)(1u << (rc & 15));
    }
    return level & 0xdef8;
}

static void update(struct piix4 *p)
{
    uint16_t level = p->isa | routed(p);
    for (unsigned i = 0; i < 16; i++)
        line_set(&p->irq[i], level >> i & 1);
}

void piix4_pirq(void *dev, int pin, bool level)
{
    struct piix4 *p = dev;
    uint8_t bit = (uint8_t)(1u << (pin & 3));
    p->pirq = level ? p->pirq | bit : p->pirq & (uint8_t)~bit;
    update(p);
}

void piix4_isa_irq(void *dev, int pin, bool level)
{
    struct piix4 *p = dev;
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
    return ((struct piix4 *)dev)->rcr;
}

static void rcr_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct piix4 *p = dev;
    bool rise = v & RCPU && !(p->rcr & RCPU);
    p->rcr = (uint8_t)v & (SRST | RCPU);
    if (rise && p->reset)
        p->reset(p->reset_sink, v & SRST ? RESET_HARD : RESET_INIT);
}

static uint64_t apm_read(void *dev, uint32_t off, unsigned size)
{
    struct piix4 *p = dev;
    return off ? p->apms : p->apmc;
}

static void apm_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct piix4 *p = dev;
    if (off) {
        p->apms = (uint8_t)v;
        return;
    }
    p->apmc = (uint8_t)v;
    if (p->apm)
        p->apm(p->apm_sink, p->apmc);
}

const struct bus_ops piix4_rcr_ops = { rcr_read, rcr_write, 1 };
const struct bus_ops piix4_apm_ops = { apm_read, apm_write, 1 };

/* Registers of function 0, and which of their bits can be written. */
static const struct { uint8_t at, size; uint32_t reset, mask; } registers[] = {
    { 0x04, 2, 0x0007, 0x0108 },     { 0x06, 2, 0x0280, 0 },
    { IORT, 1, 0x4d, 0xff },         { XBCS, 2, 0x0003, 0x07ff },
    { PIRQRC, 4, 0x80808080, 0x8f8f8f8f },
    { SERIRQC, 1, 0x10, 0xff },      { TOM, 1, 0x02, 0xfe },
    { MSTAT, 2, 0, 0x0080 },         { MBDMA, 2, 0x0404, 0x8f8f },
    { APICBASE, 1, 0, 0x7f },        { DLC, 1, 0, 0x0f },
    { PDMACFG, 2, 0, 0xfcff },       { DDMABP, 4, 0, 0xffc0ffc0 },
    { GENCFG, 4, 0, 0xffffffff },    { RTCCFG, 1, 0x21, 0x3d },
};

/* The ISA requests belong to the chips that drive them: a reset leaves what they last said. */
static void reset(void *dev, enum reset_kind kind)
{
    struct piix4 *p = dev;
    if (kind == RESET_INIT) {
        p->rcr &= (uint8_t)~RCPU;                /* a soft reset must be repeatable */
        return;
    }
    p->rcr = p->apmc = p->apms = 0;
    pci_func_reset(&p->func);
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        for (unsigned k = 0; k < registers[i].size; k++)
            p->func.cfg[registers[i].at + k] = (uint8_t)(registers[i].reset >> 8 * k);
    update(p);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct piix4 *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class piix4_class = { "piix4", 1, 1, fields, reset, post_load, NULL };

void piix4_init(struct piix4 *p, struct pci_bus *pci)
{
    *p = (struct piix4){ 0 };
    pci_func_init(&p->func, pci, 1, 0, 0x8086, 0x7110, 0x060100, 2);
    p->func.cfg[0x0e] = 0x80;
    p->func.changed = changed;
    p->func.owner = p;
    pci_set_mask(&p->func, 0x3c, 0, 1);
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        pci_set_mask(&p->func, registers[i].at, registers[i].mask, registers[i].size);
    for (int i = 0; i < 4; i++) {
        pci->pirq[i].set = piix4_pirq;
        pci->pirq[i].sink = p;
        pci->pirq[i].pin = i;
    }
    reset(p, RESET_POWER);
}
