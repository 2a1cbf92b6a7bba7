/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/* PCI: configuration space, windows, interrupt routing, shadow RAM, the IDE bus master. */
#include "unit/device_test.h"

#include "devices/i440fx.h"
#include "devices/piix4.h"
#include "devices/piix_ide.h"
#include "host/disk_mem.h"

enum { RAM = 4 << 20, SECTORS = 4096, IDE = 0x80000900 };

struct rig {
    struct sched    sched;
    struct bus      mem, ports;
    struct pci_bus  pci;
    struct i440fx   north;
    struct piix4    south;
    struct ata      ata[2];
    struct piix_ide ide;
    struct region   ram_low, conf, rcr, apm, cmd[2], ctl[2];
    struct dt_pin   irq[16];
    struct disk_mem disk, cd;
    int             resets, soft;
    uint8_t         apm_command;
};
static struct rig r, twin;
static uint8_t ram[RAM], rom[0x40000], image[SECTORS * 512], cd_image[256 * 2048];

static void on_reset(void *sink, enum reset_kind kind)
{
    struct rig *x = sink;
    x->resets += kind == RESET_HARD;
    x->soft += kind == RESET_INIT;
}
static void on_apm(void *sink, uint8_t v) { ((struct rig *)sink)->apm_command = v; }

static void build(struct rig *x)
{
    if (x->mem.pages) {
        bus_free(&x->mem);
        bus_free(&x->ports);
    }
    memset(x, 0, sizeof *x);
    ck_assert(bus_init(&x->mem, 32, RAM) && bus_init(&x->ports, 16, 0));
    bus_map_ram(&x->mem, &x->ram_low, "ram", ram, 0, RAM, 0);
    pci_bus_init(&x->pci);
    i440fx_init(&x->north, &x->pci, &x->mem, ram, rom, 2);
    piix4_init(&x->south, &x->pci);
    for (unsigned i = 0; i < 2; i++) {
        ata_init(&x->ata[i], &x->sched, i);
        bus_map_io(&x->ports, &x->cmd[i], "cmd", &ata_cmd_ops, &x->ata[i], i ? 0x170 : 0x1f0, 8, 0);
        bus_map_io(&x->ports, &x->ctl[i], "ctl", &ata_ctl_ops, &x->ata[i], i ? 0x376 : 0x3f6, 1, 0);
    }
    piix_ide_init(&x->ide, &x->pci, &x->mem, &x->ports, &x->ata[0], &x->ata[1]);
    for (unsigned i = 0; i < 2; i++)
        piix_ide_legacy(&x->ide, i, &x->cmd[i], &x->ctl[i]);
    pci_config_write(&x->ide.func, 0x04, 1, 2);
    pci_config_write(&x->ide.func, 0x40, 0x80008000, 4);
    ata_attach(&x->ata[0], 0, ATA_DISK, disk_mem_init(&x->disk, image, sizeof image, 512, false));
    ata_attach(&x->ata[1], 0, ATA_CDROM,
               disk_mem_init(&x->cd, cd_image, sizeof cd_image, 2048, true));
    for (int i = 0; i < 2; i++) {
        x->ide.irq[i].set = piix4_isa_irq;
        x->ide.irq[i].sink = &x->south;
        x->ide.irq[i].pin = 14 + i;
    }
    for (int i = 0; i < 16; i++)
        dt_wire(&x->south.irq[i], &x->irq[i]);
    x->south.reset = on_reset;
    x->south.apm = on_apm;
    x->south.reset_sink = x->south.apm_sink = x;
    bus_map_io(&x->ports, &x->conf, "pci", &pci_conf_ops, &x->pci, 0xcf8, 8, 0);
    bus_map_io(&x->ports, &x->rcr, "rcr", &piix4_rcr_ops, &x->south, 0xcf9, 1, 1);
    bus_map_io(&x->ports, &x->apm, "apm", &piix4_apm_ops, &x->south, 0xb2, 2, 0);
}

static void setup(void)
{
    struct dt_rng rng = dt_seed(5);
    for (size_t i = 0; i < sizeof image; i += 4)
        store_le32(image + i, dt_rand(&rng));
    for (size_t i = 0; i < sizeof cd_image; i += 4)
        store_le32(cd_image + i, dt_rand(&rng));
    memset(rom, 0xee, sizeof rom);
    memset(ram, 0, sizeof ram);
    build(&r);
}

static uint32_t cfg_read(uint32_t at, unsigned size)
{
    bus_write(&r.ports, 0xcf8, at & ~3u, 4);
    return (uint32_t)bus_read(&r.ports, 0xcfc + (at & 3), size);
}

static void cfg_write(uint32_t at, uint32_t v, unsigned size)
{
    bus_write(&r.ports, 0xcf8, at & ~3u, 4);
    bus_write(&r.ports, 0xcfc + (at & 3), v, size);
}

START_TEST(functions_are_found)
{
    ck_assert_uint_eq(cfg_read(0x80000000, 4), 0x12378086);
    ck_assert_uint_eq(cfg_read(0x8000002c, 4), 0x11001af4);
    ck_assert_uint_eq(cfg_read(0x80000800, 4), 0x71108086);
    ck_assert_uint_eq(cfg_read(0x8000080e, 1), 0x80);
    ck_assert_uint_eq(cfg_read(0x8000080a, 2), 0x0601);
    ck_assert_uint_eq(cfg_read(IDE, 4), 0x71118086);
    ck_assert_uint_eq(cfg_read(IDE + 8, 4), 0x01018001);
    ck_assert_uint_eq(cfg_read(0x80001000, 4), 0xffffffff);
    ck_assert_uint_eq(cfg_read(0x80010000, 4), 0xffffffff);
    bus_write(&r.ports, 0xcf8, 0x00000000, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcfc, 4), 0xffffffff);
    cfg_write(0x80000000, 0, 4);                   /* identity is read-only */
    ck_assert_uint_eq(cfg_read(0x80000000, 4), 0x12378086);
    bus_write(&r.ports, 0xcf8, 0x80000804, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcf8, 4), 0x80000804);
}
END_TEST

/* Registers of the three functions as their data sheets list them: default and writable bits. */
START_TEST(registers_keep_what_they_should)
{
    static const struct { uint32_t at; unsigned size; uint32_t reset, mask; } regs[] = {
        { 0x80000004, 2, 0x0006, 0x0142 },     { 0x80000006, 2, 0x0280, 0 },
        { 0x80000053, 1, 0x80, 0xe0 },         { 0x80000057, 1, 0x01, 0xff },
        { 0x80000059, 1, 0x00, 0x30 },         { 0x8000005a, 2, 0x0000, 0x3333 },
        { 0x80000060, 4, 0x01010101, ~0u },    { 0x80000064, 4, 0x01010101, ~0u },
        { 0x80000068, 1, 0x00, 0xc0 },         { 0x80000070, 2, 0x1000, 0x1ff8 },
        { 0x80000091, 1, 0x00, 0x00 },         { 0x80000804, 2, 0x0007, 0x0108 },
        { 0x80000806, 2, 0x0280, 0 },          { 0x8000083c, 4, 0, 0 },
        { 0x8000084c, 4, 0x0003004d, 0x07ff00ff },
        { 0x80000860, 4, 0x80808080, 0x8f8f8f8f },
        { 0x80000868, 4, 0x00000200, 0x0080fe00 },
        { 0x80000876, 2, 0x0404, 0x8f8f },     { 0x80000880, 4, 0, 0x000f007f },
        { 0x80000890, 4, 0, 0xffc0fcff },      { 0x800008c8, 4, 0x21000000, 0x3d000000 },
        { IDE + 4, 2, 0, 0x0005 },             { IDE + 6, 2, 0x0280, 0 },
        { IDE + 0x3c, 4, 0, 0 },               { IDE + 0x0c, 4, 0, 0xf000 },
        { IDE + 0x40, 4, 0, 0xf3fff3ff },      { IDE + 0x44, 4, 0, 0xff },
        { IDE + 0x48, 4, 0, 0x3333000f },
    };
    i440fx_class.reset(&r.north, RESET_HARD);
    piix4_class.reset(&r.south, RESET_HARD);
    piix_ide_class.reset(&r.ide, RESET_HARD);
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++) {
        ck_assert_msg(cfg_read(regs[i].at, regs[i].size) == regs[i].reset, "%x", regs[i].at);
        cfg_write(regs[i].at, 0xffffffff, regs[i].size);
        uint32_t set = cfg_read(regs[i].at, regs[i].size);
        ck_assert_msg(set == (regs[i].reset | regs[i].mask), "%x: %x", regs[i].at, set);
        cfg_write(regs[i].at, 0, regs[i].size);
        uint32_t clear = cfg_read(regs[i].at, regs[i].size);
        ck_assert_msg(clear == (regs[i].reset & ~regs[i].mask), "%x: %x", regs[i].at, clear);
    }
}
END_TEST

/* 290549, SMRAM: what is locked stays as it is, closed, until a reset. */
START_TEST(smram_lock)
{
    cfg_write(0x80000072, 0x48, 1);
    bus_write(&r.mem, 0xa0000, 0x77, 1);
    ck_assert(ram[0xa0000] == 0x77);
    cfg_write(0x80000072, 0x58, 1);
    ck_assert_uint_eq(cfg_read(0x80000072, 1), 0x1a);
    cfg_write(0x80000072, 0x4a, 1);
    ck_assert_uint_eq(cfg_read(0x80000072, 1), 0x1a);
    ck_assert(!r.north.smram.enabled);
    i440fx_class.reset(&r.north, RESET_HARD);
    ck_assert_uint_eq(cfg_read(0x80000072, 1), 0x02);
    cfg_write(0x80000072, 0x4a, 1);
    ck_assert_uint_eq(bus_read(&r.mem, 0xa0000, 1), 0x77);
}
END_TEST

/* Mechanism #1 is a double word at CF8h; bytes and words there are none of its, and there is no
 * mechanism #2. */
START_TEST(only_double_words_address)
{
    bus_write(&r.ports, 0xcf8, 0xffffffff, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcf8, 4), 0x80fffffc);
    bus_write(&r.ports, 0xcf8, 0x80000800, 4);
    bus_write(&r.ports, 0xcf8, 0, 1);
    bus_write(&r.ports, 0xcfa, 0, 2);
    bus_write(&r.ports, 0xcfb, 0x01, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcf8, 4), 0x80000800);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcf8, 1), 0xff);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcfa, 1), 0xff);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcfe, 2), 0x7110);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcfd, 1), 0x80);
    bus_write(&r.ports, 0xcf8, 0x80010800, 4);     /* another bus: nobody */
    ck_assert_uint_eq(bus_read(&r.ports, 0xcfc, 4), 0xffffffff);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc000, 1), 0xff);
}
END_TEST

START_TEST(legacy_ports_by_channel)
{
    bus_write(&r.ports, 0x1f4, 0x5a, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0x1f4, 1), 0x5a);
    cfg_write(IDE + 0x40, 0x80000000, 4);          /* the secondary alone */
    ck_assert(bus_read(&r.ports, 0x1f4, 1) == 0xff && bus_read(&r.ports, 0x3f6, 1) == 0xff);
    ck_assert_uint_eq(bus_read(&r.ports, 0x177, 1), r.ata[1].drive[0].status);
    cfg_write(IDE + 0x40, 0x80008000, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0x1f4, 1), 0x5a);
    build(&twin);
    cfg_write(IDE + 4, 0, 1);
    ck_assert(bus_read(&r.ports, 0x1f4, 1) == 0xff && bus_read(&r.ports, 0x177, 1) == 0xff);
    dt_copy(&piix_ide_class, &r.ide, &twin.ide);
    ck_assert_uint_eq(bus_read(&twin.ports, 0x1f4, 1), 0xff);
}
END_TEST

START_TEST(reset_control_lies_among_the_configuration_ports)
{
    bus_write(&r.ports, 0xcf8, 0x80000000, 4);
    bus_write(&r.ports, 0xcf9, 2, 1);
    bus_write(&r.ports, 0xcf9, 6, 1);
    ck_assert_int_eq(r.resets, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0xcf8, 4), 0x80000000);
    bus_write(&r.ports, 0xcf9, 0, 1);
    bus_write(&r.ports, 0xcf9, 4, 1);
    ck_assert_int_eq(r.soft, 1);
    bus_write(&r.ports, 0xb2, 0xf1, 1);
    ck_assert_uint_eq(r.apm_command, 0xf1);
}
END_TEST

START_TEST(bars_are_sized_and_moved)
{
    cfg_write(IDE + 4, 5, 2);
    cfg_write(IDE + 0x20, 0xffffffff, 4);
    ck_assert_uint_eq(cfg_read(IDE + 0x20, 4), 0xfffffff1);
    cfg_write(IDE + 0x20, 0xc001, 4);
    bus_write(&r.ports, 0xc004, 0x12345678, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc004, 4), 0x12345678);
    cfg_write(IDE + 0x20, 0xd001, 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc004, 4), 0xffffffff);
    ck_assert_uint_eq(bus_read(&r.ports, 0xd004, 4), 0x12345678);
    cfg_write(IDE + 4, 0, 2);
    ck_assert_uint_eq(bus_read(&r.ports, 0xd004, 4), 0xffffffff);
}
END_TEST

START_TEST(shadow_ram)
{
    ck_assert_uint_eq(bus_read(&r.mem, 0xf0000, 1), 0xee);
    bus_write(&r.mem, 0xf0000, 0x11, 1);
    ck_assert(bus_read(&r.mem, 0xf0000, 1) == 0xee && ram[0xf0000] == 0);
    cfg_write(0x80000059, 0x20, 1);                /* reads from ROM, writes to RAM */
    bus_write(&r.mem, 0xf0000, 0x11, 1);
    ck_assert(bus_read(&r.mem, 0xf0000, 1) == 0xee && ram[0xf0000] == 0x11);
    cfg_write(0x80000059, 0x10, 1);                /* reads from RAM, writes nowhere */
    bus_write(&r.mem, 0xf0000, 0x22, 1);
    ck_assert_uint_eq(bus_read(&r.mem, 0xf0000, 1), 0x11);
    cfg_write(0x8000005a, 0x30, 1);                /* C4000h */
    bus_write(&r.mem, 0xc4000, 0x33, 1);
    bus_write(&r.mem, 0xc0000, 0x33, 1);
    ck_assert(ram[0xc4000] == 0x33 && !ram[0xc0000]);
    cfg_write(0x8000005f, 0x03, 1);                /* E8000h */
    bus_write(&r.mem, 0xe8000, 0x44, 1);
    bus_write(&r.mem, 0xec000, 0x44, 1);
    ck_assert(ram[0xe8000] == 0x44 && !ram[0xec000]);
    build(&twin);
    dt_copy(&i440fx_class, &r.north, &twin.north);
    ck_assert_uint_eq(bus_read(&twin.mem, 0xf0000, 1), 0x11);
    i440fx_class.reset(&r.north, RESET_HARD);
    ck_assert_uint_eq(bus_read(&r.mem, 0xf0000, 1), 0xee);
}
END_TEST

START_TEST(pirq_routing)
{
    static struct pci_func f;
    pci_func_init(&f, &r.pci, 3, 0, 0x1234, 0x1111, 0x030000, 0);
    pci_set_pin(&f, 1);
    pci_intx(&f, true);                            /* slot 3, INTA: PIRQC, not routed yet */
    ck_assert(r.pci.pirq[2].level && !r.irq[11].level);
    cfg_write(0x80000862, 11, 1);
    ck_assert(r.irq[11].level);
    cfg_write(0x80000862, 10, 1);
    ck_assert(!r.irq[11].level && r.irq[10].level);
    piix4_isa_irq(&r.south, 10, true);
    pci_intx(&f, false);
    ck_assert(r.irq[10].level);
    piix4_isa_irq(&r.south, 10, false);
    ck_assert(!r.irq[10].level);
    ck_assert_uint_eq(r.irq[10].rises, 1);
}
END_TEST

/* ---- bus master ---- */

static void prd(unsigned i, uint32_t addr, uint32_t count, bool last)
{
    store_le32(ram + 0x1000 + 8 * i, addr);
    store_le32(ram + 0x1004 + 8 * i, (count & 0xffff) | (last ? 0x80000000u : 0));
}

static void start(unsigned ch, uint8_t direction)
{
    cfg_write(IDE + 4, 5, 2);
    cfg_write(IDE + 0x20, 0xc001, 4);
    bus_write(&r.ports, 0xc004 + 8 * ch, 0x1000, 4);
    bus_write(&r.ports, 0xc002 + 8 * ch, 6, 1);
    bus_write(&r.ports, 0xc000 + 8 * ch, direction | 1, 1);
}

static void dma_command(unsigned count, uint32_t lba, uint8_t cmd)
{
    const uint8_t regs[] = { (uint8_t)count, (uint8_t)lba, (uint8_t)(lba >> 8),
                             (uint8_t)(lba >> 16), 0xe0, cmd };
    for (unsigned i = 0; i < 6; i++)
        bus_write(&r.ports, 0x1f2 + i, regs[i], 1);
}

static void wait_irq(unsigned n)
{
    for (int i = 0; i < 1000 && !r.irq[n].level; i++)
        sched_advance(&r.sched, r.sched.now + 10000);
    ck_assert(r.irq[n].level);
}

START_TEST(dma_reads_and_writes)
{
    prd(0, 0x100000, 0x3000, false);
    prd(1, 0x10fffe, 2, false);
    prd(2, 0x180000, 100 * 512 - 0x3002, true);
    bool command_first = _i;
    if (command_first)
        dma_command(100, 77, 0xc8);
    sched_advance(&r.sched, r.sched.now + 1000000);
    start(0, 8);
    if (!command_first)
        dma_command(100, 77, 0xc8);
    wait_irq(14);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc002, 1), 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0x1f7, 1), ATA_DRDY | ATA_DSC);
    ck_assert(!r.irq[14].level);
    ck_assert(!memcmp(ram + 0x100000, image + 77 * 512, 0x3000));
    ck_assert(!memcmp(ram + 0x180000, image + 77 * 512 + 0x3002, 100 * 512 - 0x3002));
    bus_write(&r.ports, 0xc000, 0, 1);
    for (unsigned i = 0; i < 0x20000; i++)
        ram[0x200000 + i] = (uint8_t)(i * 7);
    prd(0, 0x200000, 0, false);                    /* 64 KiB */
    prd(1, 0x210000, 512, true);
    start(0, 0);
    dma_command(129, 1000, 0xca);
    wait_irq(14);
    ck_assert_uint_eq(bus_read(&r.ports, 0x1f7, 1), ATA_DRDY | ATA_DSC);
    ck_assert(!memcmp(image + 1000 * 512, ram + 0x200000, 129 * 512));
}
END_TEST

START_TEST(dma_that_ends_early_stalls)
{
    prd(0, 0x100000, 512, true);
    start(0, 8);
    dma_command(2, 0, 0xc8);
    sched_advance(&r.sched, r.sched.now + 100000000);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc002, 1), 0);
    ck_assert(!r.irq[14].level && bus_read(&r.ports, 0x3f6, 1) & ATA_BSY);
    bus_write(&r.ports, 0xc000, 0, 1);
    start(0, 8);
    wait_irq(14);
}
END_TEST

START_TEST(dma_that_ends_late_or_is_aborted)
{
    memset(ram + 0x100000, 0xee, 2048);
    prd(0, 0x100001, 0x101, false);                /* bit 0 of both is not there */
    prd(1, 0x100100, 4096, true);
    start(0, 8);
    dma_command(1, 3, 0xc8);
    wait_irq(14);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc002, 1), 5);         /* table left over: still active */
    ck_assert(!memcmp(ram + 0x100000, image + 3 * 512, 512) && ram[0x100200] == 0xee);
    bus_read(&r.ports, 0x1f7, 1);
    bus_write(&r.ports, 0xc000, 0, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc002, 1), 4);
    prd(0, 0x100000, 0, true);
    start(0, 8);
    dma_command(128, 3, 0xc8);
    sched_advance(&r.sched, r.sched.now + 50000);
    bus_write(&r.ports, 0xc000, 0, 1);             /* stopped under way: nothing moves any more */
    uint32_t hash = load_le32(ram + 0x100000 + 127 * 512);
    sched_advance(&r.sched, r.sched.now + 100000000);
    ck_assert_uint_eq(load_le32(ram + 0x100000 + 127 * 512), hash);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc002, 1) & 1, 0);
    ck_assert(bus_read(&r.ports, 0x3f6, 1) & ATA_BSY);
    bus_write(&r.ports, 0x3f6, 4, 1);              /* only a reset helps */
    bus_write(&r.ports, 0x3f6, 0, 1);
    sched_advance(&r.sched, r.sched.now + 1000000);
    ck_assert_uint_eq(bus_read(&r.ports, 0x1f7, 1), ATA_DRDY | ATA_DSC);
    start(0, 8);
    dma_command(128, 3, 0xc8);
    wait_irq(14);
    ck_assert(!memcmp(ram + 0x100000, image + 3 * 512, 128 * 512));
}
END_TEST

START_TEST(mode_select_by_dma)
{
    const uint8_t regs[] = { 1, 0, 0, 0, 0, 0xa0, 0xa0 },
                  p[12] = { 0x55, 0x10, 0, 0, 0, 0, 0, 0, 24 };
    uint8_t *data = memset(ram + 0x100000, 0, 24);
    data[8] = 0x0e, data[9] = 14, data[16] = 3, data[17] = 77;
    r.ata[1].drive[0].attention = false;
    prd(0, 0x100000, 24, true);
    start(1, 0);
    for (unsigned i = 0; i < 7; i++)
        bus_write(&r.ports, 0x171 + i, regs[i], 1);
    sched_advance(&r.sched, r.sched.now + 100000);
    for (unsigned i = 0; i < 12; i += 2)
        bus_write(&r.ports, 0x170, load_le16(p + i), 2);
    wait_irq(15);
    ck_assert_uint_eq(bus_read(&r.ports, 0x177, 1) & (ATA_ERR | ATA_DRQ | ATA_BSY), 0);
    ck_assert(r.ata[1].drive[0].volume[0] == 3 && r.ata[1].drive[0].volume[1] == 77);
}
END_TEST

START_TEST(packet_dma)
{
    const uint8_t regs[] = { 1, 0, 0, 0, 0, 0xa0, 0xa0 }, p[12] = { 0x28, 0, 0, 0, 0, 9, 0, 0, 33 };
    r.ata[1].drive[0].attention = false;
    prd(0, 0x100000, 0, false);
    prd(1, 0x110000, 2048, true);
    start(1, 8);
    for (unsigned i = 0; i < 7; i++)
        bus_write(&r.ports, 0x171 + i, regs[i], 1);
    sched_advance(&r.sched, r.sched.now + 100000);
    for (unsigned i = 0; i < 12; i += 2)
        bus_write(&r.ports, 0x170, load_le16(p + i), 2);
    wait_irq(15);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc00a, 1), 4);
    ck_assert_uint_eq(bus_read(&r.ports, 0x177, 1) & (ATA_ERR | ATA_DRQ | ATA_BSY), 0);
    ck_assert(!memcmp(ram + 0x100000, cd_image + 9 * 2048, 33 * 2048));
}
END_TEST

START_TEST(dma_survives_save_and_load)
{
    static uint8_t once[100 * 512];
    const struct { const struct device_class *c; void *a, *b; } parts[] = {
        { &pci_bus_class, &r.pci, &twin.pci }, { &i440fx_class, &r.north, &twin.north },
        { &piix4_class, &r.south, &twin.south }, { &ata_class, &r.ata[0], &twin.ata[0] },
        { &ata_class, &r.ata[1], &twin.ata[1] }, { &piix_ide_class, &r.ide, &twin.ide },
    };
    prd(0, 0x100000, 100 * 512, true);
    start(0, 8);
    dma_command(100, 77, 0xc8);
    sched_advance(&r.sched, r.sched.now + 13000 * (vtime)_i);
    build(&twin);
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
        dt_copy(parts[i].c, parts[i].a, parts[i].b);
    twin.sched.now = r.sched.now;
    sched_rescan(&twin.sched);
    wait_irq(14);
    memcpy(once, ram + 0x100000, sizeof once);
    memset(ram + 0x100000, 0, 512);
    if (_i < 2)                                    /* nothing had moved yet */
        for (int i = 0; i < 1000 && !twin.south.irq[14].level; i++)
            sched_advance(&twin.sched, twin.sched.now + 10000);
    else
        sched_advance(&twin.sched, r.sched.now), memcpy(ram + 0x100000, once, 512);
    ck_assert(twin.south.irq[14].level && !memcmp(once, ram + 0x100000, sizeof once));
    ck_assert(!memcmp(once, image + 77 * 512, sizeof once));
    sched_advance(&twin.sched, r.sched.now + 1);
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
        dt_same(parts[i].c, parts[i].a, parts[i].b);
    ck_assert_uint_eq(bus_read(&twin.ports, 0xc002, 1), 4);
}
END_TEST

static void poke(void *arg, uint32_t v)
{
    struct rig *x = arg;
    uint32_t w = v >> 4;
    switch (v % 4) {
    case 0: sched_advance(&x->sched, x->sched.now + w % 50000); break;
    case 1: bus_write(&x->ports, 0xcf8, 0x80000000 | (w & 0xf) << 8 | (w >> 4 & 0xfc), 4); break;
    case 2: bus_write(&x->ports, 0xcfc + (w & 3), w >> 8, 1u << (w >> 2 & 1)); break;
    default: bus_write(&x->ports, 0xc000 + (w & 15), w >> 8, 1); break;
    }
}

START_TEST(hostile_snapshots)
{
    build(&twin);
    dt_hostile(&i440fx_class, &r.north, &twin.north, &twin.sched, poke, &twin);
    dt_hostile(&piix4_class, &r.south, &twin.south, &twin.sched, poke, &twin);
    dt_hostile(&piix_ide_class, &r.ide, &twin.ide, &twin.sched, poke, &twin);
    dt_covers(&pci_bus_class, sizeof(struct pci_bus));
    dt_covers(&i440fx_class, sizeof(struct i440fx));
    dt_covers(&piix4_class, sizeof(struct piix4));
    dt_covers(&piix_ide_class, sizeof(struct piix_ide));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pci");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, functions_are_found);
    tcase_add_test(t, registers_keep_what_they_should);
    tcase_add_test(t, smram_lock);
    tcase_add_test(t, only_double_words_address);
    tcase_add_test(t, legacy_ports_by_channel);
    tcase_add_test(t, reset_control_lies_among_the_configuration_ports);
    tcase_add_test(t, bars_are_sized_and_moved);
    tcase_add_test(t, shadow_ram);
    tcase_add_test(t, pirq_routing);
    tcase_add_loop_test(t, dma_reads_and_writes, 0, 2);
    tcase_add_test(t, dma_that_ends_early_stalls);
    tcase_add_test(t, dma_that_ends_late_or_is_aborted);
    tcase_add_test(t, mode_select_by_dma);
    tcase_add_test(t, packet_dma);
    tcase_add_loop_test(t, dma_survives_save_and_load, 0, 8);
    tcase_add_test(t, hostile_snapshots);
    suite_add_tcase(s, t);
    return dt_run(s);
}
