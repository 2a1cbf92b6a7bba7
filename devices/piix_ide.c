/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/piix_ide.h"

enum { IDETIM = 0x40, SIDETIM = 0x44, UDMACTL = 0x48, UDMATIM = 0x4a };
enum { DECODE = 0x80 };                          /* IDETIM, bit 15 */
enum { START = 1, TO_MEMORY = 8 };               /* BMIC */
enum { ACTIVE = 1, ERROR = 2, INTERRUPT = 4, CAPABLE = 0x60 };   /* BMIS */

static const struct field bm_fields[] = {
    FIELD(struct piix_bm, bmic),                 FIELD(struct piix_bm, bmis),
    FIELD(struct piix_bm, bmidtp),               FIELD(struct piix_bm, next),
    FIELD(struct piix_bm, addr),                 FIELD_MAX(struct piix_bm, left, 65536),
    FIELD(struct piix_bm, last),                 FIELD_TRANSIENT(struct piix_bm, ide),
    FIELD_END
};

static const struct field fields[] = {
    FIELD_STRUCT(struct piix_ide, func, pci_func_fields),
    FIELD_STRUCTS(struct piix_ide, bm, bm_fields),
    FIELD_ARRAY(struct piix_ide, irq),           FIELD_TRANSIENT(struct piix_ide, ata),
    FIELD_TRANSIENT(struct piix_ide, mem),       FIELD_TRANSIENT(struct piix_ide, window),
    FIELD_TRANSIENT(struct piix_ide, legacy),    FIELD_TRANSIENT(struct piix_ide, ports),
    FIELD_END
};

/* SFF-8038i 1.2: 8 bytes, base and count, of which 0 means 64 KiB; the last has bit 31 set. */
static void fetch(struct piix_bm *b)
{
    uint8_t prd[8];
    bus_dma_read(b->ide->mem, b->next, prd, sizeof prd);
    uint32_t count = load_le16(prd + 4) & 0xfffe;
    b->next += 8;
    b->addr = load_le32(prd) & ~1u;
    b->left = count ? count : 65536;
    b->last = prd[7] & 0x80;
}

static uint32_t move(void *ctl, void *buf, uint32_t n, bool to_memory)
{
    struct piix_bm *b = ctl;
    uint8_t *p = buf;
    uint32_t done = 0;
    if (!(b->bmic & START) || !(b->bmis & ACTIVE) || to_memory != ((b->bmic & TO_MEMORY) != 0) ||
        !(pci_command(&b->ide->func) & PCI_CMD_MASTER))
        return 0;
    while (done < n && b->bmis & ACTIVE) {
        if (!b->left)
            fetch(b);
        uint32_t part = n - done < b->left ? n - done : b->left;
        if (to_memory)
            bus_dma_write(b->ide->mem, b->addr, p + done, part);
        else
            bus_dma_read(b->ide->mem, b->addr, p + done, part);
        done += part;
        b->addr += part;
        b->left -= part;
        if (!b->left && b->last)
            b->bmis &= (uint8_t)~ACTIVE;
    }
    return done;
}

static void ata_irq(void *sink, int pin, bool level)
{
    struct piix_ide *p = sink;
    if (level)
        p->bm[pin].bmis |= INTERRUPT;
    line_set(&p->irq[pin], level);
}

static void write_command(struct piix_bm *b, unsigned channel, uint8_t v)
{
    bool start = v & START && !(b->bmic & START);
    b->bmic = v & (START | TO_MEMORY);
    if (!(v & START))
        b->bmis &= (uint8_t)~ACTIVE;
    if (!start)
        return;
    b->bmis |= ACTIVE;
    b->next = b->bmidtp;
    b->left = 0;
    b->last = false;
    ata_dma_ready(b->ide->ata[channel]);
}

static uint8_t bm_read8(const struct piix_bm *b, unsigned off)
{
    switch (off) {
    case 0:  return b->bmic;
    case 2:  return b->bmis;
    case 4: case 5: case 6: case 7: return (uint8_t)(b->bmidtp >> 8 * (off - 4));
    default: return 0;
    }
}

static void bm_write8(struct piix_bm *b, unsigned channel, unsigned off, uint8_t v)
{
    uint32_t shift = 8 * (off & 3);
    switch (off) {
    case 0:
        write_command(b, channel, v);
        break;
    case 2:
        b->bmis = (uint8_t)((b->bmis & (ACTIVE | ((ERROR | INTERRUPT) & ~v))) | (v & CAPABLE));
        break;
    case 4: case 5: case 6: case 7:
        b->bmidtp = ((b->bmidtp & ~(0xffu << shift)) | (uint32_t)v << shift) & ~3u;
        break;
    default:
        break;
    }
}

static uint64_t window_read(void *dev, uint32_t off, unsigned size)
{
    struct piix_ide *p = dev;
    return bm_read8(&p->bm[off >> 3 & 1], off & 7);
}

static void window_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct piix_ide *p = dev;
    bm_write8(&p->bm[off >> 3 & 1], off >> 3 & 1, off & 7, (uint8_t)v);
}

static const struct bus_ops window_ops = { window_read, window_write, 1 };

/* 290562, 5.2.2 and 5.2.10: the legacy ports take I/O space enable and IDETIM's decode enable. */
static void changed(void *owner, unsigned off, unsigned len)
{
    struct piix_ide *p = owner;
    for (unsigned i = 0; i < 2; i++) {
        bool on = pci_command(&p->func) & PCI_CMD_IO && p->func.cfg[IDETIM + 1 + 2 * i] & DECODE;
        for (unsigned k = 0; k < 2; k++) {
            struct region *r = p->legacy[i][k];
            if (r)
                bus_update(p->ports, r, on, r->base, r->size);
        }
    }
}

void piix_ide_legacy(struct piix_ide *p, unsigned channel, struct region *cmd, struct region *ctl)
{
    p->legacy[channel][0] = cmd;
    p->legacy[channel][1] = ctl;
    changed(p, 0, 256);
}

static void reset(void *dev, enum reset_kind kind)
{
    struct piix_ide *p = dev;
    if (kind == RESET_INIT)
        return;
    pci_func_reset(&p->func);
    memset(p->func.cfg + 0x40, 0, 0xc0);
    store_le16(p->func.cfg + 6, 0x0280);
    for (unsigned i = 0; i < 2; i++)
        p->bm[i] = (struct piix_bm){ .ide = p };
    changed(p, 0, 256);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct piix_ide *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class piix_ide_class = { "piix_ide", 2, 2, fields, reset, post_load, NULL };

void piix_ide_init(struct piix_ide *p, struct pci_bus *pci, struct bus *mem, struct bus *ports,
                   struct ata *primary, struct ata *secondary)
{
    *p = (struct piix_ide){ .ata = { primary, secondary }, .mem = mem, .ports = ports };
    pci_func_init(&p->func, pci, 1, 1, 0x8086, 0x7111, 0x010180, 1);
    p->func.changed = changed;
    p->func.owner = p;
    pci_set_mask(&p->func, 4, 0x0005, 2);
    pci_set_mask(&p->func, 0x0d, 0xf0, 1);
    pci_set_mask(&p->func, 0x3c, 0, 1);
    pci_set_mask(&p->func, IDETIM, 0xf3fff3ff, 4);
    pci_set_mask(&p->func, SIDETIM, 0xff, 1);
    pci_set_mask(&p->func, UDMACTL, 0x0f, 1);
    pci_set_mask(&p->func, UDMATIM, 0x3333, 2);
    p->window =
        (struct region){ .name = "bmide", .ops = &window_ops, .dev = p, .size = 16, .layer = 1 };
    bus_map(ports, &p->window);
    pci_set_bar(&p->func, 4, PCI_IO, 16, ports, &p->window);
    for (unsigned i = 0; i < 2; i++) {
        p->ata[i]->irq.set = ata_irq;
        p->ata[i]->irq.sink = p;
        p->ata[i]->irq.pin = (int)i;
        p->ata[i]->dma = (struct ata_dma){ &p->bm[i], move };
    }
    reset(p, RESET_POWER);
}
