/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/pci.h"

enum { COMMAND = 0x04, HEADER = 0x0e, BAR0 = 0x10, ROM = 0x30, LINE = 0x3c, PIN = 0x3d };

const struct field pci_func_fields[] = {
    FIELD_ARRAY(struct pci_func, cfg),       FIELD(struct pci_func, intx),
    FIELD_TRANSIENT(struct pci_func, mask),  FIELD_TRANSIENT(struct pci_func, w1c),
    FIELD_TRANSIENT(struct pci_func, bar),   FIELD_TRANSIENT(struct pci_func, changed),
    FIELD_TRANSIENT(struct pci_func, owner), FIELD_TRANSIENT(struct pci_func, bus),
    FIELD_TRANSIENT(struct pci_func, devfn),
    FIELD_END
};

static const struct field bus_fields[] = {
    FIELD(struct pci_bus, address),          FIELD_ARRAY(struct pci_bus, pirq),
    FIELD_TRANSIENT(struct pci_bus, func),
    FIELD_END
};

static unsigned bar_offset(unsigned n) { return n == PCI_ROM_BAR ? ROM : BAR0 + 4 * n; }

/* Where window n stands now; false when it is disabled. */
static bool bar_view(const struct pci_func *f, unsigned n, uint32_t *base)
{
    const struct pci_bar *b = &f->bar[n];
    uint32_t v = load_le32(f->cfg + bar_offset(n));
    *base = v & ~(b->size - 1);
    if (!*base || *base + (b->size - 1) == UINT32_MAX)
        return false;
    if (b->space == PCI_IO)
        return pci_command(f) & PCI_CMD_IO && *base + b->size <= 0x10000;
    return pci_command(f) & PCI_CMD_MEM && (b->space != PCI_ROM || v & 1);
}

static void map_bars(struct pci_func *f)
{
    for (unsigned n = 0; n < ARRAY_LEN(f->bar); n++) {
        struct pci_bar *b = &f->bar[n];
        uint32_t base;
        if (!b->region)
            continue;
        if (bar_view(f, n, &base))
            bus_update(b->bus, b->region, true, base, b->size);
        else
            bus_update(b->bus, b->region, false, 0, b->size);
    }
}

/* Slots share the four PIRQ lines: INTA of slot 1 is PIRQA, of slot 2 PIRQB, and so on. */
static unsigned pirq_of(const struct pci_func *f)
{
    return (f->cfg[PIN] - 1u + (f->devfn >> 3) - 1u) & 3;
}

static void update_pirq(struct pci_bus *b, unsigned n)
{
    bool level = false;
    for (unsigned i = 0; i < 256; i++) {
        const struct pci_func *f = b->func[i];
        if (f && f->intx && f->cfg[PIN] && !(pci_command(f) & PCI_CMD_NO_INTX) && pirq_of(f) == n)
            level = true;
    }
    line_set(&b->pirq[n], level);
}

void pci_intx(struct pci_func *f, bool level)
{
    f->intx = level;
    update_pirq(f->bus, pirq_of(f));
}

uint32_t pci_config_read(struct pci_func *f, unsigned off, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size && off + i < 256; i++)
        v |= (uint32_t)f->cfg[off + i] << 8 * i;
    return v;
}

void pci_config_write(struct pci_func *f, unsigned off, uint32_t v, unsigned size)
{
    for (unsigned i = 0; i < size && off + i < 256; i++, v >>= 8) {
        uint8_t *p = &f->cfg[off + i], m = f->mask[off + i], clear = f->w1c[off + i];
        *p = (uint8_t)((*p & ~m) | (v & m));
        *p &= (uint8_t)~(v & clear);
    }
    map_bars(f);
    if (f->cfg[PIN])
        update_pirq(f->bus, pirq_of(f));
    if (f->changed)
        f->changed(f->owner, off, size);
}

/* PCI 2.1, 3.7.4.1: bit 31 enables; bus, device, function, register. */
static struct pci_func *addressed(struct pci_bus *b)
{
    if (!(b->address & 0x80000000u) || b->address & 0x00ff0000u)
        return NULL;
    return b->func[b->address >> 8 & 0xff];
}

static uint64_t conf_read(void *dev, uint32_t off, unsigned size)
{
    struct pci_bus *b = dev;
    if (off < 4)
        return off == 0 && size == 4 ? b->address : UINT64_MAX;
    struct pci_func *f = addressed(b);
    return f ? pci_config_read(f, (b->address & 0xfc) + (off & 3), size) : UINT64_MAX;
}

static void conf_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct pci_bus *b = dev;
    if (off < 4) {
        if (off == 0 && size == 4)
            b->address = (uint32_t)v & 0x80fffffc;
        return;
    }
    struct pci_func *f = addressed(b);
    if (f)
        pci_config_write(f, (b->address & 0xfc) + (off & 3), (uint32_t)v, size);
}

const struct bus_ops pci_conf_ops = { conf_read, conf_write, 1 | 2 | 4 };

static void bus_reset(void *dev, enum reset_kind kind)
{
    struct pci_bus *b = dev;
    if (kind != RESET_INIT)
        b->address = 0;
}

const struct device_class pci_bus_class = { "pci", 1, 1, bus_fields, bus_reset, NULL, NULL };

void pci_bus_init(struct pci_bus *b) { *b = (struct pci_bus){ 0 }; }

void pci_func_init(struct pci_func *f, struct pci_bus *b, unsigned slot, unsigned function,
                   uint16_t vendor, uint16_t device, uint32_t class_code, uint8_t revision)
{
    *f = (struct pci_func){ .bus = b, .devfn = (uint8_t)((slot & 31) << 3 | (function & 7)) };
    store_le16(f->cfg, vendor);
    store_le16(f->cfg + 2, device);
    store_le32(f->cfg + 8, class_code << 8 | revision);
    pci_set_mask(f, COMMAND, 0x0007, 2);
    pci_set_mask(f, LINE, 0xff, 1);
    b->func[f->devfn] = f;
    if (function && b->func[f->devfn & ~7])
        b->func[f->devfn & ~7]->cfg[HEADER] |= 0x80;     /* multi-function */
}

void pci_set_subsystem(struct pci_func *f, uint16_t vendor, uint16_t device)
{
    store_le16(f->cfg + 0x2c, vendor);
    store_le16(f->cfg + 0x2e, device);
}

void pci_set_pin(struct pci_func *f, uint8_t pin) { f->cfg[PIN] = pin; }

void pci_set_mask(struct pci_func *f, unsigned off, uint32_t mask, unsigned size)
{
    for (unsigned i = 0; i < size && off + i < 256; i++)
        f->mask[off + i] = (uint8_t)(mask >> 8 * i);
}

void pci_set_bar(struct pci_func *f, unsigned n, enum pci_space space, uint32_t size,
                 struct bus *bus, struct region *region)
{
    unsigned off = bar_offset(n);
    f->bar[n] = (struct pci_bar){ (uint8_t)space, size, bus, region };
    pci_set_mask(f, off, ~(size - 1) | (space == PCI_ROM), 4);
    store_le32(f->cfg + off, space == PCI_IO ? 1 : space == PCI_MEM_PREFETCH ? 8 : 0);
}

void pci_func_reset(struct pci_func *f)
{
    store_le16(f->cfg + COMMAND, (uint16_t)(pci_command(f) & ~load_le16(f->mask + COMMAND)));
    f->cfg[LINE] = 0;
    for (unsigned n = 0; n < ARRAY_LEN(f->bar); n++) {
        uint8_t *p = f->cfg + bar_offset(n);
        if (f->bar[n].space != PCI_NO_BAR)
            store_le32(p,
                       f->bar[n].space == PCI_ROM ? 0 : load_le32(p) & (f->bar[n].size - 1) & 15);
    }
    map_bars(f);
    if (f->cfg[PIN])
        pci_intx(f, false);
}

void pci_func_loaded(struct pci_func *f)
{
    map_bars(f);
    if (f->changed)
        f->changed(f->owner, 0, 256);
}
