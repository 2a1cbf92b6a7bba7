/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/vga_pci.h"

#include "devices/vga.h"

#define SLOT 2

static const struct field vga_pci_fields[] = {
    FIELD_STRUCT(struct vga_pci, func, pci_func_fields),
    FIELD_END
};

static void vga_pci_reset(void *dev, enum reset_kind kind)
{
    struct vga_pci *p = dev;
    if (kind != RESET_INIT)
        pci_func_reset(&p->func);
}

static bool vga_pci_post_load(void *dev, unsigned version, struct error *err)
{
    struct vga_pci *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class vga_pci_class = {
    "vga_pci", 1, 1, vga_pci_fields, vga_pci_reset, vga_pci_post_load, NULL,
};

void vga_pci_init(struct vga_pci *p, struct pci_bus *pci, struct bus *mem, uint32_t vram_size,
                  struct region *lfb, struct region *mmio, struct region *rom)
{
    struct pci_func *f = &p->func;
    pci_func_init(f, pci, SLOT, 0, 0x1234, 0x1111, 0x030000, 2);
    pci_set_subsystem(f, 0x1af4, 0x1100);
    pci_set_bar(f, 0, PCI_MEM_PREFETCH, vram_size, mem, lfb);
    pci_set_bar(f, 2, PCI_MEM, VGA_MMIO_SIZE, mem, mmio);
    if (rom)
        pci_set_bar(f, PCI_ROM_BAR, PCI_ROM, 65536, mem, rom);
}
