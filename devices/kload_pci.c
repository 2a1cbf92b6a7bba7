/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/kload_pci.h"

/* The last slot: those before it keep the places that guests know from machines without it. */
enum { SLOT = 31, VENDOR = 0x1234, DEVICE = 0x4b4c };        /* ORDER kload-id: bios/kload.S */

static const struct field fields[] = {
    FIELD_STRUCT(struct kload_pci, func, pci_func_fields),
    FIELD_END
};

static void reset(void *dev, enum reset_kind kind)
{
    struct kload_pci *p = dev;
    if (kind != RESET_INIT)
        pci_func_reset(&p->func);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct kload_pci *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class kload_pci_class = { "kload_pci", 1, 1, fields, reset, post_load, NULL };

void kload_pci_init(struct kload_pci *p, struct pci_bus *pci, struct bus *mem, struct region *rom)
{
    struct pci_func *f = &p->func;
    pci_func_init(f, pci, SLOT, 0, VENDOR, DEVICE, 0xff0000, 1);
    pci_set_bar(f, PCI_ROM_BAR, PCI_ROM, KLOAD_ROM_SIZE, mem, rom);
}
