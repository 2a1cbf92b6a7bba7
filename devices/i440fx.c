/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i440fx.h"

enum { PAM0 = 0x59, SMRAM = 0x72 };
enum { D_OPEN = 0x40, D_LCK = 0x10, G_SMRAME = 0x08 };

static const struct field fields[] = {
    FIELD_STRUCT(struct i440fx, func, pci_func_fields),
    FIELD_TRANSIENT(struct i440fx, segment), FIELD_TRANSIENT(struct i440fx, smram),
    FIELD_TRANSIENT(struct i440fx, mem),     FIELD_TRANSIENT(struct i440fx, ram),
    FIELD_TRANSIENT(struct i440fx, rom),
    FIELD_END
};

/* 290549, table 7: segment 0 is F0000h, 64 KiB, in the high half of PAM0; then 16 KiB from
 * C0000h on, two to a register. Bit 0 of each half enables reads from DRAM, bit 1 writes. */
static uint32_t segment_base(unsigned n) { return n ? 0xc0000 + 0x4000 * (n - 1) : 0xf0000; }

static uint8_t segment_attributes(const struct i440fx *p, unsigned n)
{
    if (!n)
        return p->func.cfg[PAM0] >> 4 & 3;
    return p->func.cfg[PAM0 + (n + 1) / 2] >> ((n - 1) % 2 * 4) & 3;
}

static void map_segments(struct i440fx *p)
{
    for (unsigned n = 0; n < I440FX_SEGMENTS; n++) {
        uint32_t base = segment_base(n);
        uint8_t attr = segment_attributes(p, n);
        uint8_t *rd = attr & 1 ? p->ram + base : p->rom + (base - 0xc0000);
        uint8_t *wr = attr & 2 ? p->ram + base : NULL;
        struct region *r = &p->segment[n];
        if (r->rd == rd && r->wr == wr)
            continue;
        bus_update(p->mem, r, false, r->base, r->size);  /* off and on: only its pages are looked
                                                            at */
        r->rd = rd;
        r->wr = wr;
        bus_update(p->mem, r, true, r->base, r->size);
    }
}

static void changed(void *owner, unsigned off, unsigned len)
{
    struct i440fx *p = owner;
    uint8_t *smram = &p->func.cfg[SMRAM];
    if (*smram & D_LCK) {                        /* locked until reset; D_OPEN stays off */
        *smram &= (uint8_t)~D_OPEN;
        pci_set_mask(&p->func, SMRAM, 0x07, 1);
    } else {
        pci_set_mask(&p->func, SMRAM, 0x7f, 1);
    }
    bus_update(p->mem, &p->smram, (*smram & (D_OPEN | G_SMRAME)) == (D_OPEN | G_SMRAME), 0xa0000,
               0x20000);
    map_segments(p);
}

static void reset(void *dev, enum reset_kind kind)
{
    struct i440fx *p = dev;
    if (kind == RESET_INIT)
        return;
    pci_func_reset(&p->func);
    memset(p->func.cfg + 0x40, 0, 0xc0);
    p->func.cfg[SMRAM] = 0x02;
    store_le16(p->func.cfg + 4, 0x0006);
    store_le16(p->func.cfg + 6, 0x0280);
    changed(p, 0, 256);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct i440fx *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class i440fx_class = { "i440fx", 1, 1, fields, reset, post_load, NULL };

void i440fx_init(struct i440fx *p, struct pci_bus *pci, struct bus *mem, uint8_t *ram, uint8_t *rom,
                 unsigned layer)
{
    static const char *const names[I440FX_SEGMENTS] = { "f0000", "c0000", "c4000", "c8000", "cc000",
                                                        "d0000", "d4000", "d8000", "dc000", "e0000",
                                                        "e4000", "e8000", "ec000" };
    *p = (struct i440fx){ .mem = mem, .ram = ram, .rom = rom };
    pci_func_init(&p->func, pci, 0, 0, 0x8086, 0x1237, 0x060000, 2);
    pci_set_subsystem(&p->func, 0x1af4, 0x1100);
    p->func.changed = changed;
    p->func.owner = p;
    pci_set_mask(&p->func, 4, 0x0102, 2);
    pci_set_mask(&p->func, 0x0d, 0xf8, 1);
    pci_set_mask(&p->func, 0x50, 0xffff, 2);
    pci_set_mask(&p->func, 0x52, 0xffffffff, 4);
    pci_set_mask(&p->func, 0x56, 0xffff, 2);
    for (unsigned i = 0; i < 7; i++)
        pci_set_mask(&p->func, PAM0 + i, i ? 0x33 : 0x30, 1);
    for (unsigned i = 0; i < 8; i++)
        pci_set_mask(&p->func, 0x60 + i, 0xff, 1);
    pci_set_mask(&p->func, SMRAM, 0x7f, 1);
    for (unsigned n = 0; n < I440FX_SEGMENTS; n++) {
        uint32_t base = segment_base(n);
        bus_map_rom(mem, &p->segment[n], names[n], rom + (base - 0xc0000), base,
                    n ? 0x4000 : 0x10000, layer);
    }
    p->smram = (struct region){ .name = "smram", .rd = ram + 0xa0000, .wr = ram + 0xa0000,
                                .base = 0xa0000, .size = 0x20000, .layer = (uint8_t)layer };
    bus_map(mem, &p->smram);
    reset(p, RESET_POWER);
}
