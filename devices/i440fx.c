/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i440fx.h"

enum { PMCCFG = 0x50, DETURBO = 0x52, DBC = 0x53, AXC = 0x54, DRT = 0x55, DRAMC = 0x57,
       DRAMT = 0x58, PAM0 = 0x59, DRB = 0x60, FDHC = 0x68, MTT = 0x70, CLT = 0x71, SMRAM = 0x72,
       ERRCMD = 0x90, ERRSTS = 0x91 };
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

/* What else is kept, as it is after a reset, and which bits can be written. */
static const struct { uint8_t at, size; uint32_t reset, mask; } registers[] = {
    { 0x04, 2, 0x0006, 0x0142 }, { 0x06, 2, 0x0280, 0 },      { 0x0d, 1, 0, 0xf8 },
    { PMCCFG, 2, 0, 0xffff },    { DETURBO, 1, 0, 0xff },     { DBC, 1, 0x80, 0xe0 },
    { AXC, 1, 0, 0xff },         { DRT, 2, 0, 0xffff },       { DRAMC, 1, 0x01, 0xff },
    { DRAMT, 1, 0x10, 0xff },    { DRB, 4, 0x01010101, 0xffffffff },
    { DRB + 4, 4, 0x01010101, 0xffffffff },
    { FDHC, 1, 0, 0xc0 },        { MTT, 1, 0, 0xf8 },         { CLT, 1, 0x10, 0x1f },
    { SMRAM, 1, 0x02, 0x78 },    { ERRCMD, 1, 0, 0xff },      { ERRSTS, 1, 0, 0 },
};

static void changed(void *owner, unsigned off, unsigned len)
{
    struct i440fx *p = owner;
    uint8_t *smram = &p->func.cfg[SMRAM];
    if (*smram & D_LCK) {                        /* locked until reset; D_OPEN stays off */
        *smram &= (uint8_t)~D_OPEN;
        pci_set_mask(&p->func, SMRAM, 0x28, 1);
    } else {
        pci_set_mask(&p->func, SMRAM, 0x78, 1);
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
    memset(p->func.cfg + PAM0, 0, 7);
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        for (unsigned k = 0; k < registers[i].size; k++)
            p->func.cfg[registers[i].at + k] = (uint8_t)(registers[i].reset >> 8 * k);
    changed(p, 0, 256);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct i440fx *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class i440fx_class = { "i440fx", 2, 2, fields, reset, post_load, NULL };

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
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        pci_set_mask(&p->func, registers[i].at, registers[i].mask, registers[i].size);
    for (unsigned i = 0; i < 7; i++)
        pci_set_mask(&p->func, PAM0 + i, i ? 0x33 : 0x30, 1);
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
