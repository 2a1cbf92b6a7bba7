/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI bus 0 and its configuration space.  Ref: PCI Local Bus Specification 2.1, chapters 2, 3 and 6
 *
 *   CF8h        CONFIG_ADDRESS, 32-bit accesses only       (pci_conf_ops, 8 ports: CF8h..CFFh)
 *   CFCh..CFFh  CONFIG_DATA
 *
 * A function (struct pci_func) is embedded in its chip: 256 bytes of configuration space, which
 * bits of them a guest may write, and up to seven windows (six BARs and the expansion ROM) that are
 * regions of the memory or port bus and move when the guest writes the BAR or the command register.
 * INTx pins are swizzled by slot and ORed onto four PIRQ lines.
 *
 * Not modelled:  bridges, other buses, special cycles, parity, type 1 cycles.
 * Deviations:    a BAR of 0, or one that ends at 4 GiB (as while its size is being found out), maps
 *                nothing.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct pci_bus;

enum pci_space { PCI_NO_BAR, PCI_MEM, PCI_MEM_PREFETCH, PCI_IO, PCI_ROM };
enum { PCI_ROM_BAR = 6 };            /* index of the expansion ROM among the bars */

struct pci_bar {
    uint8_t        space;            /* enum pci_space */
    uint32_t       size;             /* a power of two */
    struct bus    *bus;
    struct region *region;           /* NULL: the window exists but answers nothing */
};

struct pci_func {
    uint8_t         cfg[256];
    bool            intx;            /* level of the function's interrupt pin */
    /* wiring */
    uint8_t         mask[256];       /* bits a guest may write */
    uint8_t         w1c[256];        /* bits it clears by writing 1 */
    struct pci_bar  bar[7];
    /* After a guest's write of len bytes at off, BARs already moved; and after a load, with off
     * 0 and len 256, for what the chip derives from cfg. May be NULL. */
    void          (*changed)(void *owner, unsigned off, unsigned len);
    void           *owner;
    struct pci_bus *bus;
    uint8_t         devfn;           /* slot * 8 + function */
};

struct pci_bus {
    uint32_t         address;        /* CONFIG_ADDRESS */
    struct line      pirq[4];        /* PIRQA..D, active high: wire to piix4_pirq */
    struct pci_func *func[256];
};

extern const struct device_class pci_bus_class;
extern const struct bus_ops pci_conf_ops;
extern const struct field pci_func_fields[];     /* for FIELD_STRUCT in the chip that embeds one */

void pci_bus_init(struct pci_bus *b);

/* Puts a function on the bus; the caller then sets more of cfg and mask. class_code: base class,
 * subclass, interface as 0xCCSSII. */
void pci_func_init(struct pci_func *f, struct pci_bus *b, unsigned slot, unsigned function,
                   uint16_t vendor, uint16_t device, uint32_t class_code, uint8_t revision);
void pci_set_subsystem(struct pci_func *f, uint16_t vendor, uint16_t device);
/* The function's interrupt pin, 1 (INTA) to 4. */
void pci_set_pin(struct pci_func *f, uint8_t pin);
/* Declares window n (0..5, or PCI_ROM_BAR). region, if any, must be on 'bus' already, disabled,
 * with base 0. */
void pci_set_bar(struct pci_func *f, unsigned n, enum pci_space space, uint32_t size,
                 struct bus *bus, struct region *region);
/* Bits at off that a guest may write; 1, 2 or 4 bytes. */
void pci_set_mask(struct pci_func *f, unsigned off, uint32_t mask, unsigned size);

/* From the chip's reset: command, BARs, interrupt line and pin level go back to 0, other fields
 * are the chip's. */
void pci_func_reset(struct pci_func *f);
/* From the chip's post_load: maps the windows as cfg says. */
void pci_func_loaded(struct pci_func *f);
/* Drives the interrupt pin. */
void pci_intx(struct pci_func *f, bool level);
static inline uint16_t pci_command(const struct pci_func *f) { return load_le16(f->cfg + 4); }
enum { PCI_CMD_IO = 1, PCI_CMD_MEM = 2, PCI_CMD_MASTER = 4, PCI_CMD_NO_INTX = 0x400 };
/* As a guest would, for firmware services and tests. */
uint32_t pci_config_read(struct pci_func *f, unsigned off, unsigned size);
void     pci_config_write(struct pci_func *f, unsigned off, uint32_t v, unsigned size);
