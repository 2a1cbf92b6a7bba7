/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The PCI bus with the functions of the board beside a naive model: for each function a table of
 * what its data sheet says of every byte, and from the bytes alone which windows are where, what
 * shadow RAM does and which interrupts are asserted. Random configuration cycles, accesses, pins.
 */
#include "device_test.h"

#include "devices/acpi_pm.h"
#include "devices/i440fx.h"
#include "devices/kload_pci.h"
#include "devices/piix4.h"
#include "devices/piix_ide.h"
#include "devices/vga_pci.h"

enum { RAM = 1 << 20, VRAM = 1 << 20, FUNCTIONS = 6 };
enum { NORTH, SOUTH, IDE, PM, VGA, LOADER };

/* ---- the data sheets ---- */

struct row { uint8_t at, size; uint32_t reset, mask; };
static const struct row north_rows[] = {
    { 0x00, 4, 0x12378086, 0 },      { 0x04, 4, 0x02800006, 0x0142 }, { 0x08, 4, 0x06000002, 0 },
    { 0x0c, 4, 0, 0xf800 },          { 0x2c, 4, 0x11001af4, 0 },      { 0x3c, 1, 0, 0xff },
    { 0x50, 4, 0x80000000, 0xe0ffffff }, { 0x54, 4, 0x01000000, 0xffffffff },
    { 0x58, 4, 0x00000010, 0x333330ff }, { 0x5c, 4, 0, 0x33333333 },
    { 0x60, 4, 0x01010101, 0xffffffff }, { 0x64, 4, 0x01010101, 0xffffffff },
    { 0x68, 1, 0, 0xc0 },            { 0x70, 2, 0x1000, 0x1ff8 },     { 0x72, 1, 0x02, 0x78 },
    { 0x90, 1, 0, 0xff },            { 0, 0, 0, 0 },
};
static const struct row south_rows[] = {
    { 0x00, 4, 0x71108086, 0 },      { 0x04, 4, 0x02800007, 0x0108 }, { 0x08, 4, 0x06010002, 0 },
    { 0x0c, 4, 0x00800000, 0 },      { 0x4c, 4, 0x0003004d, 0x07ff00ff },
    { 0x60, 4, 0x80808080, 0x8f8f8f8f }, { 0x64, 1, 0x10, 0xff },     { 0x69, 1, 0x02, 0xfe },
    { 0x6a, 2, 0, 0x0080 },          { 0x76, 2, 0x0404, 0x8f8f },     { 0x80, 4, 0, 0x000f007f },
    { 0x90, 4, 0, 0xffc0fcff },      { 0x94, 2, 0, 0xffc0 },          { 0xb0, 4, 0, 0xffffffff },
    { 0xcb, 1, 0x21, 0x3d },         { 0, 0, 0, 0 },
};
static const struct row ide_rows[] = {
    { 0x00, 4, 0x71118086, 0 },      { 0x04, 4, 0x02800000, 0x0005 }, { 0x08, 4, 0x01018001, 0 },
    { 0x0c, 4, 0, 0xf000 },          { 0x20, 4, 0x00000001, 0xfffffff0 },
    { 0x40, 4, 0, 0xf3fff3ff },      { 0x44, 1, 0, 0xff },            { 0x48, 1, 0, 0x0f },
    { 0x4a, 2, 0, 0x3333 },          { 0, 0, 0, 0 },
};
static const struct row pm_rows[] = {
    { 0x00, 4, 0x71138086, 0 },      { 0x04, 4, 0x02800000, 0x0001 }, { 0x08, 4, 0x06800003, 0 },
    { 0x3c, 2, 0x0100, 0xff },       { 0x40, 4, 0x00000001, 0xffc0 },
    { 0x44, 4, 0, 0xffffffff },      { 0x48, 4, 0, 0xffffffff },      { 0x4c, 4, 0, 0xffffffff },
    { 0x50, 4, 0, 0x00ffffff },      { 0x54, 4, 0, 0xffffffff },
    { 0x58, 4, 0x02000000, 0xffffffff }, { 0x5c, 4, 0, 0xffffffff },
    { 0x60, 4, 0, 0xffffffff },      { 0x64, 4, 0, 0xffffffff },      { 0x68, 4, 0, 0x00ffffff },
    { 0x6c, 4, 0, 0xffffffff },      { 0x70, 4, 0, 0x00ffffff },      { 0x74, 4, 0, 0xffffffff },
    { 0x78, 4, 0, 0xffffffff },      { 0x7c, 4, 0, 0xffffffff },      { 0x80, 1, 0, 0x01 },
    { 0x90, 4, 0x00000001, 0xfff0 }, { 0xd2, 4, 0, 0xffffff0f },      { 0, 0, 0, 0 },
};
static const struct row vga_rows[] = {
    { 0x00, 4, 0x11111234, 0 },      { 0x04, 4, 0, 0x0007 },          { 0x08, 4, 0x03000002, 0 },
    { 0x10, 4, 0x00000008, 0xfff00000 }, { 0x18, 4, 0, 0xfffff000 },  { 0x2c, 4, 0x11001af4, 0 },
    { 0x30, 4, 0, 0xffff0001 },      { 0x3c, 1, 0, 0xff },            { 0, 0, 0, 0 },
};
static const struct row loader_rows[] = {
    { 0x00, 4, 0x4b4c1234, 0 },      { 0x04, 4, 0, 0x0007 },          { 0x08, 4, 0xff000001, 0 },
    { 0x30, 4, 0, 0xfffff001 },      { 0x3c, 1, 0, 0xff },            { 0, 0, 0, 0 },
};
static const struct { const struct row *rows; uint8_t slot, function; } sheets[FUNCTIONS] = {
    { north_rows, 0, 0 }, { south_rows, 1, 0 }, { ide_rows, 1, 1 },
    { pm_rows, 1, 3 },    { vga_rows, 2, 0 },   { loader_rows, 31, 0 },
};

/* Windows: in configuration byte 'at'; the access enable bit of the command register, and a bit
 * elsewhere that has to be set, too. 'mark' is where a byte can be told from others'. */
struct window {
    unsigned f, at, bits, command, enable_at, enable, mark, value;
    bool     port;
};
static const struct window windows[] = {
    { IDE, 0x20, 0xfff0, 1, 0, 0, 6, 0x11, true },
    { PM, 0x40, 0xffc0, 0, 0x80, 1, 0x20, 0x22, true },
    { PM, 0x90, 0xfff0, 1, 0xd2, 1, 4, 0x33, true },
    { VGA, 0x10, 0xfff00000, 2, 0, 0, 0, 0x44, false },
    { VGA, 0x18, 0xfffff000, 2, 0, 0, 0, 0x55, false },
    { VGA, 0x30, 0xffff0000, 2, 0x30, 1, 0, 0x66, false },
    { LOADER, 0x30, 0xfffff000, 2, 0x30, 1, 0, 0x77, false },
};

/* ---- the board ---- */

struct rig {
    struct sched     sched;
    struct bus       mem, ports;
    struct pci_bus   pci;
    struct i440fx    north;
    struct piix4     south;
    struct ata       ata[2];
    struct piix_ide  ide;
    struct acpi_pm   pm;
    struct vga_pci   vga;
    struct kload_pci loader;
    struct region    low, conf, screen, lfb, mmio, vga_rom, loader_rom;
    struct dt_pin    irq[16];
};
static struct rig rig;
static uint8_t ram[RAM], rom[0x40000], ids[4] = { 0x44, 0x55, 0x66, 0x77 };
static uint8_t ref_ram[RAM], ref_cfg[FUNCTIONS][256], ref_mask[FUNCTIONS][256];
static bool ref_intx[FUNCTIONS];
static unsigned ref_isa;

static uint64_t id_read(void *dev, uint32_t off, unsigned size) { return *(uint8_t *)dev; }
static void id_write(void *dev, uint32_t off, uint64_t v, unsigned size) {}
static const struct bus_ops id_ops = { id_read, id_write, 7 };

static struct pci_func *func(unsigned f)
{
    struct pci_func *const all[FUNCTIONS] = { &rig.north.func, &rig.south.func, &rig.ide.func,
                                              &rig.pm.func,    &rig.vga.func,   &rig.loader.func };
    return all[f];
}

static void region_of(struct region *r, const char *name, unsigned n, uint64_t size)
{
    *r = (struct region){ .name = name, .ops = &id_ops, .dev = &ids[n], .size = size, .layer = 3 };
    bus_map(&rig.mem, r);
}

static void build(void)
{
    memset(&rig, 0, sizeof rig);
    ck_assert(bus_init(&rig.mem, 32, RAM) && bus_init(&rig.ports, 16, 0));
    bus_map_ram(&rig.mem, &rig.low, "ram", ram, 0, RAM, 0);
    rig.screen = (struct region){ .name = "screen", .ops = &id_ops, .dev = &ids[0],
                                  .base = 0xa0000, .size = 0x20000, .layer = 1, .enabled = true };
    bus_map(&rig.mem, &rig.screen);
    pci_bus_init(&rig.pci);
    i440fx_init(&rig.north, &rig.pci, &rig.mem, ram, rom, 2);
    piix4_init(&rig.south, &rig.pci);
    for (unsigned i = 0; i < 2; i++)
        ata_init(&rig.ata[i], &rig.sched, i);
    piix_ide_init(&rig.ide, &rig.pci, &rig.mem, &rig.ports, &rig.ata[0], &rig.ata[1]);
    acpi_pm_init(&rig.pm, &rig.sched, &rig.pci, &rig.ports);
    region_of(&rig.lfb, "lfb", 0, VRAM);
    region_of(&rig.mmio, "mmio", 1, 4096);
    region_of(&rig.vga_rom, "vga rom", 2, 65536);
    region_of(&rig.loader_rom, "loader rom", 3, KLOAD_ROM_SIZE);
    vga_pci_init(&rig.vga, &rig.pci, &rig.mem, VRAM, &rig.lfb, &rig.mmio, &rig.vga_rom);
    kload_pci_init(&rig.loader, &rig.pci, &rig.mem, &rig.loader_rom);
    pci_set_pin(&rig.vga.func, 1);
    bus_map_io(&rig.ports, &rig.conf, "pci", &pci_conf_ops, &rig.pci, 0xcf8, 8, 2);
    for (unsigned i = 0; i < 16; i++)
        dt_wire(&rig.south.irq[i], &rig.irq[i]);
    rig.ide.bm[0].bmidtp = 0x00110000;           /* the marks */
    rig.pm.regs[0x20] = 0x22;
    rig.pm.smb.hstadd = 0x33;
}

static void start(void)
{
    memset(ref_cfg, 0, sizeof ref_cfg);
    memset(ref_mask, 0, sizeof ref_mask);
    memset(ref_intx, 0, sizeof ref_intx);
    ref_isa = 0;
    for (unsigned f = 0; f < FUNCTIONS; f++)
        for (const struct row *r = sheets[f].rows; r->size; r++)
            for (unsigned k = 0; k < r->size; k++) {
                ref_cfg[f][r->at + k] = (uint8_t)(r->reset >> 8 * k);
                ref_mask[f][r->at + k] = (uint8_t)(r->mask >> 8 * k);
            }
    ref_cfg[VGA][0x3d] = 1;                      /* here it has an interrupt, to see whose it is */
    memset(rom, 0xee, sizeof rom);
    memset(ram, 0, sizeof ram);
    memset(ref_ram, 0, sizeof ref_ram);
    build();
}

/* ---- configuration ---- */

static unsigned address(unsigned f, unsigned at)
{
    return 0x80000000u | (unsigned)sheets[f].slot << 11 | (unsigned)sheets[f].function << 8 |
           (at & 0xfc);
}

static void cfg_write(unsigned f, unsigned at, unsigned size, uint32_t v)
{
    bus_write(&rig.ports, 0xcf8, address(f, at), 4);
    bus_write(&rig.ports, 0xcfc + (at & 3), v, size);
    for (unsigned k = 0; k < size; k++) {
        unsigned i = at + k;
        uint8_t m = ref_mask[f][i];
        bool locked = f == NORTH && i == 0x72 && ref_cfg[f][i] & 0x10;
        m = locked ? m & 0x28 : m;               /* D_LCK: neither it nor D_OPEN can be written */
        ref_cfg[f][i] = (uint8_t)((ref_cfg[f][i] & ~m) | (v >> 8 * k & m));
    }
    if (ref_cfg[NORTH][0x72] & 0x10)
        ref_cfg[NORTH][0x72] &= 0xbf;
}

static void compare(unsigned f, unsigned at, unsigned size)
{
    uint32_t want = 0;
    for (unsigned k = 0; k < size; k++)
        want |= (uint32_t)ref_cfg[f][at + k] << 8 * k;
    bus_write(&rig.ports, 0xcf8, address(f, at), 4);
    uint32_t got = (uint32_t)bus_read(&rig.ports, 0xcfc + (at & 3), size);
    dt_require(got == want, "function %u, register %02x: %x, model %x", f, at, got, want);
}

static void random_write(struct dt_rng *r)
{
    static const uint8_t likely[] = { 4, 4, 4, 0x10, 0x18, 0x20, 0x30, 0x40, 0x90, 0x58, 0x5a,
                                      0x5c, 0x5e, 0x60, 0x62, 0x72, 0x80, 0xd2 };
    unsigned size = 1u << dt_below(r, 3), f = dt_below(r, FUNCTIONS);
    unsigned at = dt_below(r, 3) ? likely[dt_below(r, ARRAY_LEN(likely))] : dt_rand(r) & 0xff;
    uint32_t v = dt_rand(r);
    at &= ~(size - 1);
    if (size == 4 && f >= IDE && f != PM)        /* where windows are wanted */
        v = dt_below(r, 6) ? 0xe0000001u | (v & 0x00f0ff00) : 0xffffffff;
    if (f == IDE && at == 0x20 && dt_below(r, 4))
        v &= 0xffff;
    if (f == NORTH && at == 0x72)
        v &= dt_below(r, 100) ? 0xef : 0xff;     /* a lock is for ever */
    cfg_write(f, at, size, v);
}

/* ---- windows ---- */

static bool shown(const struct window *w, uint32_t *base)
{
    const uint8_t *c = ref_cfg[w->f];
    *base = (uint32_t)(c[w->at] | c[w->at + 1] << 8 | c[w->at + 2] << 16 |
                       (uint32_t)c[w->at + 3] << 24) & w->bits;
    if (w->port && load_le32(c + w->at) >> 16 && w->at == 0x20)
        return false;                            /* there are 64 Ki ports */
    if (!*base || (!w->port && (*base | ~w->bits) == 0xffffffff))
        return false;
    return (!w->command || c[4] & w->command) && (!w->enable || c[w->enable_at] & w->enable);
}

static unsigned byte_at(bool port, uint32_t at)
{
    return (unsigned)bus_read(port ? &rig.ports : &rig.mem, at, 1) & 0xff;
}

/* How many windows hold a place. */
static unsigned holders(bool port, uint32_t at)
{
    unsigned n = port ? (at & 0xfff8) == 0xcf8 || at > 0xffff : at < RAM;
    for (unsigned i = 0; i < ARRAY_LEN(windows); i++) {
        const struct window *w = &windows[i];
        uint32_t base, size = (~w->bits + 1) & (port ? 0xffff : ~0u);
        n += w->port == port && shown(w, &base) && at - base < size;
    }
    return n;
}

/* The mark of a window, the places just outside of it, and, where all bytes are alike, its end;
 * where several windows are it is any one's. */
static void probe(const struct window *w)
{
    uint32_t base, size = (~w->bits + 1) & (w->port ? 0xffff : ~0u);
    bool on = shown(w, &base);
    const uint32_t places[] = { base + w->mark, base - 1, base + size, base + size - 1 };
    for (unsigned i = 0; i < (w->port ? 3u : 4u); i++) {
        uint32_t at = w->port ? places[i] & 0xffff : places[i];
        bool mine = on && i % 3 == 0;
        if (holders(w->port, at) != mine)
            continue;
        unsigned got = byte_at(w->port, at), want = mine ? w->value : 0xff;
        dt_require(got == want, "window %x of function %u, %x: %02x, model %02x", w->at, w->f, at,
                   got, want);
    }
}

/* ---- memory ---- */

static unsigned attributes(uint32_t at)
{
    if (at >= 0xf0000)
        return ref_cfg[NORTH][0x59] >> 4 & 3;
    unsigned n = (at - 0xc0000) / 0x4000;
    return ref_cfg[NORTH][0x5a + n / 2] >> (n % 2 ? 4 : 0) & 3;
}

static void touch(struct dt_rng *r)
{
    uint32_t at = 0xa0000 + dt_below(r, 0x60000);
    uint8_t v = (uint8_t)dt_rand(r), want;
    bool open = (ref_cfg[NORTH][0x72] & 0x48) == 0x48;
    bus_write(&rig.mem, at, v, 1);
    if (at < 0xc0000) {
        ref_ram[at] = open ? v : ref_ram[at];
        want = open ? ref_ram[at] : 0x44;
    } else {
        ref_ram[at] = attributes(at) & 2 ? v : ref_ram[at];
        want = attributes(at) & 1 ? ref_ram[at] : 0xee;
    }
    uint8_t got = (uint8_t)bus_read(&rig.mem, at, 1);
    dt_require(got == want, "%x: %02x, model %02x", at, got, want);
}

/* ---- interrupts ---- */

static void interrupts(void)
{
    unsigned want = ref_isa;
    for (unsigned f = 0; f < FUNCTIONS; f++) {
        unsigned pin = ref_cfg[f][0x3d];
        if (!ref_intx[f] || !pin)
            continue;
        unsigned pirq = (sheets[f].slot + pin - 2u) % 4;     /* slot 1's INTA# is PIRQA */
        unsigned route = ref_cfg[SOUTH][0x60 + pirq];
        bool reserved = (route & 15) < 3 || (route & 15) == 8 || (route & 15) == 13;
        if (!(route & 0x80) && !reserved)
            want |= 1u << (route & 15);
    }
    for (unsigned i = 0; i < 16; i++)
        dt_require(rig.irq[i].level == (want >> i & 1), "interrupt %u: %d", i, rig.irq[i].level);
}

static void pins(struct dt_rng *r)
{
    unsigned f = dt_below(r, 2) ? VGA : PM, i = dt_below(r, 16);
    if (dt_below(r, 2)) {
        ref_intx[f] = !ref_intx[f];
        pci_intx(func(f), ref_intx[f]);
    } else {
        ref_isa ^= 1u << i;
        piix4_isa_irq(&rig.south, (int)i, ref_isa >> i & 1);
    }
}

START_TEST(agrees_with_naive_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    unsigned seen = 0;
    start();
    for (int i = 0; i < 20000; i++) {
        unsigned size = 1u << dt_below(&r, 3);
        switch (dt_below(&r, 6)) {
        case 0: case 1: random_write(&r); break;
        case 2: compare(dt_below(&r, FUNCTIONS), dt_below(&r, 256) & ~(size - 1), size); break;
        case 3: touch(&r); break;
        case 4: pins(&r); break;
        default: probe(&windows[dt_below(&r, ARRAY_LEN(windows))]); break;
        }
        interrupts();
        uint32_t base;
        for (unsigned n = 0; n < ARRAY_LEN(windows) && i % 100 == 0; n++)
            seen |= shown(&windows[n], &base) ? 1u << n : 0;
    }
    for (unsigned f = 0; f < FUNCTIONS; f++)
        for (unsigned at = 0; at < 256; at++)
            compare(f, at, 1);
    ck_assert(!memcmp(ram, ref_ram, RAM));
    ck_assert_uint_eq(seen, (1u << ARRAY_LEN(windows)) - 1);
    bus_free(&rig.mem);
    bus_free(&rig.ports);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pci_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_naive_model, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
