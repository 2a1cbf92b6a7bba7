/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/cirrus_pci.h"

#define SLOT     2
#define REVISION 0x45

static const struct field cirrus_pci_fields[] = {
    FIELD_STRUCT(struct cirrus_pci, func, pci_func_fields),
    FIELD_TRANSIENT(struct cirrus_pci, chip), FIELD_TRANSIENT(struct cirrus_pci, mem),
    FIELD_TRANSIENT(struct cirrus_pci, lfb),  FIELD_TRANSIENT(struct cirrus_pci, direct),
    FIELD_END
};

/* Lays plain memory over the first view, as far as it is plain. */
static void place(void *owner)
{
    struct cirrus_pci *p = owner;
    struct region *r = p->direct;
    uint32_t size = cirrus_direct(p->chip);
    bool on = p->lfb->enabled && size;

    if (on == r->enabled && (!on || (r->base == p->lfb->base && r->size == size)))
        return;
    if (r->enabled)
        bus_update(p->mem, r, false, r->base, r->size);
    if (on)
        bus_update(p->mem, r, true, p->lfb->base, size);
}

static void changed(void *owner, unsigned off, unsigned len) { place(owner); }

static void cirrus_pci_reset(void *dev, enum reset_kind kind)
{
    struct cirrus_pci *p = dev;
    if (kind == RESET_INIT)
        return;
    pci_func_reset(&p->func);
    place(p);
}

static bool cirrus_pci_post_load(void *dev, unsigned version, struct error *err)
{
    struct cirrus_pci *p = dev;
    pci_func_loaded(&p->func);
    place(p);
    return true;
}

const struct device_class cirrus_pci_class = {
    "cirrus_pci", 1, 1, cirrus_pci_fields, cirrus_pci_reset, cirrus_pci_post_load, NULL,
};

void cirrus_pci_init(struct cirrus_pci *p, struct pci_bus *pci, struct bus *mem, struct cirrus *c,
                     struct region *lfb, struct region *direct, struct region *mmio,
                     struct region *rom)
{
    struct pci_func *f = &p->func;
    *p = (struct cirrus_pci){ .chip = c, .mem = mem, .lfb = lfb, .direct = direct };
    pci_func_init(f, pci, SLOT, 0, 0x1013, 0x00b8, 0x030000, REVISION);
    pci_set_subsystem(f, 0x1af4, 0x1100);
    pci_set_bar(f, 0, PCI_MEM_PREFETCH, CIRRUS_LFB_SIZE, mem, lfb);
    pci_set_bar(f, 1, PCI_MEM, CIRRUS_MMIO_SIZE, mem, mmio);
    if (rom)
        pci_set_bar(f, PCI_ROM_BAR, PCI_ROM, 65536, mem, rom);
    f->changed = changed;
    f->owner = p;
    c->remap = place;
    c->owner = p;
}
