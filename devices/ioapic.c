/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/ioapic.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10 };
enum { R_ID, R_VERSION, R_ARB, R_ENTRY = 0x10, R_END = R_ENTRY + 2 * IOAPIC_PINS };
enum { LOGICAL = 0x800, REMOTE_IRR = 0x4000, LEVEL = 0x8000, MASKED = 0x10000, WRITABLE = 0x1afff };
#define VERSION ((IOAPIC_PINS - 1u) << 16 | 0x11u)

static const struct field fields[] = {
    FIELD(struct ioapic, index),             FIELD_MAX(struct ioapic, id, 15),
    FIELD_MAX(struct ioapic, arb, 15),       FIELD_MAX(struct ioapic, pins, 0xffffff),
    FIELD_ARRAY_MAX(struct ioapic, entry, WRITABLE | REMOTE_IRR),
    FIELD_ARRAY(struct ioapic, dest),        FIELD_TRANSIENT(struct ioapic, bus),
    FIELD_END
};

/* 290566, "Delivery Mode": fixed and lowest priority are levels or edges; all others are edges,
 * whatever is programmed. */
static bool by_level(uint32_t e) { return e & LEVEL && (e >> 8 & 7) <= APIC_LOWEST; }

static bool send(struct ioapic *p, unsigned n)
{
    uint32_t e = p->entry[n];
    return apic_send(p->bus, (struct apic_message){
        .dest = p->dest[n], .vector = (uint8_t)e, .mode = e >> 8 & 7,
        .logical = e & LOGICAL, .level = by_level(e) });
}

/* A level is sent once, until its end is told. One that nobody takes is tried again when
 * something changes. */
static void serve_level(struct ioapic *p, unsigned n)
{
    uint32_t e = p->entry[n];
    if (!by_level(e) || e & (MASKED | REMOTE_IRR) || !(p->pins >> n & 1))
        return;
    p->entry[n] |= REMOTE_IRR;               /* before: what takes it may end it at once */
    if (!send(p, n))
        p->entry[n] &= ~(uint32_t)REMOTE_IRR;
}

void ioapic_pin(void *dev, int pin, bool level)
{
    struct ioapic *p = dev;
    unsigned n = (unsigned)pin;
    if (n >= IOAPIC_PINS)
        return;
    uint32_t bit = UINT32_C(1) << n;
    bool rose = level && !(p->pins & bit);
    p->pins = level ? p->pins | bit : p->pins & ~bit;
    if (by_level(p->entry[n]))
        serve_level(p, n);
    else if (rose && !(p->entry[n] & MASKED))
        send(p, n);
}

static void eoi(void *dev, uint8_t vector)
{
    struct ioapic *p = dev;
    for (unsigned n = 0; n < IOAPIC_PINS; n++)
        if (p->entry[n] & REMOTE_IRR && (uint8_t)p->entry[n] == vector) {
            p->entry[n] &= ~(uint32_t)REMOTE_IRR;
            serve_level(p, n);
        }
}

static uint32_t read_register(const struct ioapic *p)
{
    switch (p->index) {
    case R_ID:      return (uint32_t)p->id << 24;
    case R_VERSION: return VERSION;
    case R_ARB:     return (uint32_t)p->arb << 24;
    default:        break;
    }
    if (p->index < R_ENTRY || p->index >= R_END)
        return 0;
    unsigned n = (p->index - R_ENTRY) / 2u;
    return p->index & 1 ? (uint32_t)p->dest[n] << 24 : p->entry[n];
}

static void write_register(struct ioapic *p, uint32_t v)
{
    if (p->index == R_ID)
        p->id = p->arb = v >> 24 & 15;
    if (p->index < R_ENTRY || p->index >= R_END)
        return;
    unsigned n = (p->index - R_ENTRY) / 2u;
    if (p->index & 1) {
        p->dest[n] = (uint8_t)(v >> 24);
        return;
    }
    v &= WRITABLE;
    if (v & LEVEL)                           /* an edge has nothing to be ended */
        v |= p->entry[n] & REMOTE_IRR;
    p->entry[n] = v;
    serve_level(p, n);
}

static uint64_t ioapic_read(void *dev, uint32_t off, unsigned size)
{
    const struct ioapic *p = dev;
    uint32_t v = (off & ~3u) == IOREGSEL ? p->index : (off & ~3u) == IOWIN ? read_register(p) : 0;
    return (uint64_t)v >> 8 * (off & 3);
}

static void ioapic_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct ioapic *p = dev;
    if (off == IOREGSEL)
        p->index = (uint8_t)v;
    else if (off == IOWIN && size == 4)
        write_register(p, (uint32_t)v);
}

static void ioapic_reset(void *dev, enum reset_kind kind)
{
    struct ioapic *p = dev;
    if (kind == RESET_INIT)
        return;
    p->index = p->id = p->arb = 0;
    memset(p->dest, 0, sizeof p->dest);
    for (unsigned n = 0; n < IOAPIC_PINS; n++)
        p->entry[n] = MASKED;
}

static bool ioapic_post_load(void *dev, unsigned version, struct error *err)
{
    const struct ioapic *p = dev;
    for (unsigned n = 0; n < IOAPIC_PINS; n++)
        if (p->entry[n] & ~(uint32_t)(WRITABLE | REMOTE_IRR) ||
            (p->entry[n] & REMOTE_IRR && !(p->entry[n] & LEVEL)))
            return error_set(err, 1, "ioapic: impossible entry %u", n);
    return true;
}

const struct bus_ops ioapic_ops = { ioapic_read, ioapic_write, 4 };
const struct device_class ioapic_class = {
    "ioapic", 1, 1, fields, ioapic_reset, ioapic_post_load, NULL,
};

void ioapic_init(struct ioapic *p, struct apic_bus *bus)
{
    *p = (struct ioapic){ .bus = bus };
    bus->eoi = eoi;
    bus->io = p;
    ioapic_reset(p, RESET_POWER);
}
