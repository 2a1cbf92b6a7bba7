/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boards: wiring only. BOARD_PC is an i440FX with a PIIX4 and its ISA devices at the addresses
 * every PC has; BOARD_AT the same chips without PCI. Interrupts: 0 timer, 1 keyboard, 3 COM2, 4
 * COM1, 6 floppy, 7 LPT1, 8 clock, 9 ACPI, 12 mouse, 13 FERR, 14 and 15 IDE.
 */
#include <assert.h>

#include "core/snapshot.h"
#include "devices/atapi.h"
#include "machine/internal.h"

enum layer { LAYER_RAM, LAYER_DEVICE, LAYER_BANK, LAYER_BRIDGE, LAYER_CPU };

enum { ROM_BASE = 0xc0000, KLOAD_ROM = 0xd0000, SHADOW_BASE = 0xe0000, KLOAD_PORT = 0x1b0 };

/* ---- small glue ---- */

static void to_intr(void *sink, int pin, bool level) { cpu_set_intr(sink, level); }

static void isa_irq(void *sink, int pin, bool level)
{
    struct pc *p = sink;
    if (p->has_pci)
        piix4_isa_irq(&p->isa, pin, level);
    else
        i8259_ir(&p->pic[pin >> 3], pin & 7, level);
}

/* Inputs of the I/O APIC, most of which are ISA's; 2 is the timer's there and no ISA interrupt. */
static void test_irq(void *sink, int pin, bool level)
{
    struct pc *p = sink;
    if (pin < 16 && pin != 2)
        isa_irq(p, pin, level);
    else if (p->has_apic)
        ioapic_pin(&p->ioapic, pin, level);
}

static void wire_irq(struct pc *p, struct line *l, int irq)
{
    *l = (struct line){ isa_irq, p, irq, false };
}

static void ferr(void *sink, int pin, bool level) { portf0_ferr(sink, level); }
static void to_ignne(void *sink, int pin, bool level) { cpu_set_ignne(sink, level); }

void board_update_a20(struct machine *m) { cpu_set_a20(&m->cpu, m->a20); }

/* One gate with two drivers: whoever moved last has it, and both see where it stands, as in
 * chipsets that keep a single latch for it. */
static void a20_gate(void *sink, int pin, bool level)
{
    struct machine *m = sink;
    m->a20 = level;
    i8042_set_a20(&m->pc.kbc, level);
    port92_set_a20(&m->pc.port92, level);
    board_update_a20(m);
}
static void reset_line(void *sink, int pin, bool level)
{
    if (level)
        machine_want_reset(sink, RESET_INIT);
}
static void reset_kind(void *sink, enum reset_kind kind) { machine_want_reset(sink, kind); }

static void power_off_line(void *sink, int pin, bool level)
{
    if (level)
        machine_want_power_off(sink);
}
static void guest_exit(void *sink, uint32_t value) { machine_want_exit(sink, value); }

/* What comes out of the PCI-to-ISA bridge goes to both kinds of interrupt controller; the timer is
 * on input 2 of the I/O APIC, where the 8259s have their cascade. */
static void isa_out(void *sink, int irq, bool level)
{
    struct pc *p = sink;
    i8259_ir(&p->pic[irq >> 3], irq & 7, level);
    if (p->has_apic)
        ioapic_pin(&p->ioapic, irq ? irq : 2, level);
}

static void to_lint0(void *sink, int pin, bool level)
{
    struct pc *p = sink;
    lapic_lint(&p->lapic, 0, level);
    ioapic_pin(&p->ioapic, 0, level);
}

static void to_nmi(void *sink) { cpu_nmi(sink); }
static void to_init(void *sink) { machine_want_reset(((struct cpu *)sink)->owner, RESET_INIT); }

/* ---- memory ---- */

/* C0000..FFFFF as the ISA side sees it: option ROMs, and the end of the BIOS. */
static void fill_roms(struct machine *m)
{
    struct pc *p = &m->pc;
    uint32_t shown = m->rom_size < 0x20000 ? m->rom_size : 0x20000;
    memset(p->rom, 0xff, sizeof p->rom);
    if (m->cfg.vgabios.n)
        memcpy(p->rom, m->cfg.vgabios.p, m->cfg.vgabios.n);
    if (m->cfg.kernel_boot && !p->has_pci)
        memcpy(p->rom + (KLOAD_ROM - ROM_BASE), m->cfg.kloadrom.p, m->cfg.kloadrom.n);
    memcpy(p->rom + sizeof p->rom - shown, m->rom + m->rom_size - shown, shown);
}

/* The Cirrus answers its frame buffer itself, but for what 'direct' covers at times. On a board
 * without PCI it has none: the chip was made for PCI. */
static void map_frame_buffer(struct machine *m)
{
    struct pc *p = &m->pc;
    struct region plain = { .name = "lfb", .rd = m->vram, .wr = m->vram, .size = m->vram_size,
                            .layer = LAYER_DEVICE, .shared = true };
    p->r_lfb = plain;
    if (!p->has_pci) {
        p->r_lfb.base = VGA_LFB_ISA;
        p->r_lfb.enabled = true;
    }
    if (m->cfg.vga == VGA_CIRRUS) {
        p->r_lfb = (struct region){ .name = "lfb", .ops = &cirrus_lfb_ops, .dev = &p->cirrus,
                                    .size = CIRRUS_LFB_SIZE, .layer = LAYER_DEVICE };
        p->r_direct = plain;
        p->r_direct.layer = LAYER_BRIDGE;
        bus_map(&m->mem, &p->r_direct);
    }
    bus_map(&m->mem, &p->r_lfb);
}

/* The end of the BIOS once more: at the end of the address space, or a megabyte below it, where
 * the first fetch after INIT goes while the A20 gate is closed. Chipsets decode as few bits. */
static void map_bios_end(struct machine *m, struct region *r, const char *name, uint64_t end)
{
    uint32_t n = m->rom_size < 0x20000 ? m->rom_size : 0x20000;
    bus_map_rom(&m->mem, r, name, m->rom + m->rom_size - n, end - n, n, LAYER_DEVICE);
}

/* A0000..AFFFF where the VGA's window is plain memory: over the chip, which answers the rest. */
static void map_window(void *owner)
{
    struct machine *m = owner;
    struct region *r = &m->pc.r_vgabank;
    uint8_t *mem = vga_window(&m->pc.vga);
    if (mem)
        bus_point(&m->mem, r, mem);
    bus_update(&m->mem, r, mem != NULL, VGA_MEM_BASE, 0x10000);
}

static void map_memory(struct machine *m)
{
    struct pc *p = &m->pc;
    /* An 80286 starts at the end of its 16 MB. */
    uint64_t top = UINT64_C(1) << (m->cfg.cpu_model == CPU_286 ? 24 : 32);
    bus_map_ram(&m->mem, &p->r_ram, "ram", m->ram, 0, m->ram_size, LAYER_RAM);
    bus_map_rom(&m->mem, &p->r_bios, "bios", m->rom, (UINT64_C(1) << 32) - m->rom_size, m->rom_size,
                LAYER_DEVICE);
    if (m->cfg.cpu_model == CPU_286)
        map_bios_end(m, &p->r_bios286, "bios286", top);
    if (m->ram_size <= top - 0x120000)
        map_bios_end(m, &p->r_bios_a20, "bios, A20 closed", top - 0x100000);
    bus_map_io(&m->mem, &p->r_vgamem, "vga", &vga_mem_ops, &p->vga, VGA_MEM_BASE, VGA_MEM_SIZE,
               LAYER_DEVICE);
    p->r_vgamem.bulk = &vga_mem_bulk;
    p->r_vgabank = (struct region){ .name = "vga bank", .layer = LAYER_BANK, .shared = true };
    bus_map(&m->mem, &p->r_vgabank);
    map_frame_buffer(m);
    /* An AT has its ROMs where they are, but E0000..FFFFF is RAM that power-on fills with the BIOS,
     * as chipsets with shadow RAM left it: our BIOS keeps its variables there. */
    if (!p->has_pci)
        bus_map_rom(&m->mem, &p->r_rom, "rom", p->rom, ROM_BASE, SHADOW_BASE - ROM_BASE,
                    LAYER_BRIDGE);
}

/* ---- chips ---- */

static void port_layer(struct machine *m, const char *name, const struct bus_ops *ops, void *dev,
                       unsigned base, unsigned n, enum layer layer)
{
    assert(m->pc.n_io < BOARD_PORTS);
    bus_map_io(&m->io, &m->pc.io[m->pc.n_io++], name, ops, dev, base, n, layer);
}
static void port(struct machine *m, const char *name, const struct bus_ops *ops, void *dev,
                 unsigned base, unsigned n)
{
    port_layer(m, name, ops, dev, base, n, LAYER_DEVICE);
}

static void init_pic_pit(struct machine *m)
{
    struct pc *p = &m->pc;
    i8259_init(&p->pic[0], p->has_pci ? 0xf8 : 0);
    i8259_init(&p->pic[1], p->has_pci ? 0xde : 0);
    i8259_cascade(&p->pic[0], &p->pic[1]);
    p->pic[0].intr = (struct line){ to_intr, &m->cpu, 0, false };
    m->cpu.inta = i8259_inta;
    m->cpu.pic = &p->pic[0];
    portf0_init(&p->portf0);
    m->cpu.ferr = (struct line){ ferr, &p->portf0, 0, false };
    wire_irq(p, &p->portf0.irq, 13);
    p->portf0.ignne = (struct line){ to_ignne, &m->cpu, 0, false };
    i8254_init(&p->pit, &m->sched);
    wire_irq(p, &p->pit.out[0], 0);
    port61_init(&p->port61, &m->sched, &p->pit);
    speaker_init(&p->speaker, &m->sched, &p->pit);
    p->port61.speaker = &p->speaker;
    p->pit.moved = speaker_moved;
    p->pit.moved_owner = &p->speaker;
    mc146818_init(&p->rtc, &m->sched, m->cfg.rtc_start);
    wire_irq(p, &p->rtc.irq, 8);
    port(m, "pic0", &i8259_ops, &p->pic[0], 0x20, 2);
    port(m, "pic1", &i8259_ops, &p->pic[1], 0xa0, 2);
    port(m, "elcr0", &elcr_ops, &p->pic[0], 0x4d0, 1);
    port(m, "elcr1", &elcr_ops, &p->pic[1], 0x4d1, 1);
    port(m, "pit", &i8254_ops, &p->pit, 0x40, 4);
    port(m, "port61", &port61_ops, &p->port61, 0x61, 1);
    port(m, "rtc", &mc146818_ops, &p->rtc, 0x70, 2);
    port(m, "portf0", &portf0_ops, &p->portf0, 0xf0, 2);
    device_add(&m->devices, &i8259_class, &p->pic[0], "pic0");
    device_add(&m->devices, &i8259_class, &p->pic[1], "pic1");
    device_add(&m->devices, &i8254_class, &p->pit, "pit");
    device_add(&m->devices, &port61_class, &p->port61, "port61");
    device_add(&m->devices, &portf0_class, &p->portf0, "portf0");
    device_add(&m->devices, &mc146818_class, &p->rtc, "rtc");
}

static uint32_t cpu_reg(void *owner, unsigned reg)
{
    return (uint32_t)((const struct machine *)owner)->cpu.gpr[reg];
}
static void cpu_set_reg(void *owner, unsigned reg, uint32_t v)
{
    ((struct machine *)owner)->cpu.gpr[reg] = v;
}

static void init_kbd(struct machine *m)
{
    struct pc *p = &m->pc;
    ps2_kbd_init(&p->kbd, &m->sched);
    ps2_mouse_init(&p->mouse);
    i8042_init(&p->kbc, &m->sched, &p->kbd, &p->mouse);
    wire_irq(p, &p->kbc.irq1, 1);
    wire_irq(p, &p->kbc.irq12, 12);
    p->kbc.a20 = (struct line){ a20_gate, m, 0, false };
    p->kbc.reset = (struct line){ reset_line, m, 0, false };
    port(m, "kbd", &i8042_data_ops, &p->kbc, 0x60, 1);
    port(m, "kbc", &i8042_cmd_ops, &p->kbc, 0x64, 1);
    vmmouse_init(&p->vmmouse, &p->mouse, (struct vmmouse_cpu){ m, cpu_reg, cpu_set_reg });
    port(m, "vmmouse", &vmmouse_ops, &p->vmmouse, 0x5658, 4);
    device_add(&m->devices, &ps2_kbd_class, &p->kbd, "kbd");
    device_add(&m->devices, &ps2_mouse_class, &p->mouse, "mouse");
    device_add(&m->devices, &vmmouse_class, &p->vmmouse, "vmmouse");
    device_add(&m->devices, &i8042_class, &p->kbc, "kbc");
}

static void init_floppy(struct machine *m)
{
    struct pc *p = &m->pc;
    i8237_init(&p->dma, &m->mem);
    i82077_init(&p->fdc, &m->sched);
    wire_irq(p, &p->fdc.irq, 6);
    p->fdc.dma = i8237_port(&p->dma, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct blockdev *bd = m->cfg.floppy[i];
        if (bd || m->cfg.floppy_drive[i])
            i82077_attach(&p->fdc, i, floppy_type_for(bd ? bd->sectors : 0), bd);
    }
    port(m, "dma0", &i8237_low_ops, &p->dma, 0x00, 16);
    port(m, "dma1", &i8237_high_ops, &p->dma, 0xc0, 32);
    port(m, "dmapage", &i8237_page_ops, &p->dma, 0x80, 16);
    port(m, "fdc", &i82077_ops, &p->fdc, 0x3f0, 6);
    port(m, "fdcdir", &i82077_dir_ops, &p->fdc, 0x3f7, 1);
    device_add(&m->devices, &i8237_class, &p->dma, "dma");
    device_add(&m->devices, &i82077_class, &p->fdc, "fdc");
}

/* CRC-32 of the picture, for guests that test displays. No host memory is touched but a scratch
 * surface. */
static bool screen_crc(void *sink, uint32_t *crc)
{
    struct machine *m = sink;
    struct surface s = { .px = m->scratch };
    if (!s.px)
        return false;
    vga_draw(&m->pc.vga, sched_now(&m->sched), &s);
    *crc = 0;
    for (uint32_t y = 0; y < s.height; y++)
        *crc = crc32_update(*crc, s.px + (size_t)y * s.stride, s.width * sizeof *s.px);
    return true;
}

/* Port 92h is there on every board; the rest only on request. */
static void init_extras(struct machine *m)
{
    struct pc *p = &m->pc;
    port92_init(&p->port92);
    p->port92.a20 = (struct line){ a20_gate, m, 0, false };
    p->port92.reset = (struct line){ reset_line, m, 0, false };
    port_layer(m, "port92", &port92_ops, &p->port92, 0x92, 1, LAYER_BRIDGE);
    device_add(&m->devices, &port92_class, &p->port92, "port92");
    debugcon_init(&p->debugcon, m->cfg.debugcon);
    if (m->cfg.debugcon.put || m->cfg.testdev)
        port(m, "debugcon", &debugcon_ops, &p->debugcon, 0xe9, 1);
    if (!m->cfg.testdev)
        return;
    exitport_init(&p->exitport, guest_exit, m);
    testdev_init(&p->testdev, (struct testdev_host){ m->cfg.debugcon, screen_crc, guest_exit, m,
                                                     m->ram_size, 1 });
    for (int i = 0; i < TESTDEV_IRQS; i++)
        p->testdev.irq[i] = (struct line){ test_irq, p, i, false };
    port(m, "exit", &exitport_ops, &p->exitport, 0xf4, 4);
    port(m, "testpost", &testdev_post_ops, &p->testdev, 0x190, 1);
    port(m, "testdev", &testdev_ops, &p->testdev, 0x1a0, 16);
    port(m, "testecho", &testdev_echo_ops, &p->testdev, 0xe0, 4);
    port(m, "testirq", &testdev_irq_ops, &p->testdev, 0x2000, TESTDEV_IRQS);
    port(m, "testitem", &testdev_item_ops, &p->testdev, 0x510, 2);
    device_add(&m->devices, &testdev_class, &p->testdev, "testdev");
}

static void init_serial(struct machine *m)
{
    static const uint16_t base[4] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
    static const uint8_t irq[4] = { 4, 3, 4, 3 };
    static const char *const id[4] = { "com1", "com2", "com3", "com4" };
    struct pc *p = &m->pc;
    for (unsigned i = 0; i < 4; i++) {
        if (i > 1 && !m->cfg.serial[i].put)  /* COM3 and COM4 are there when something is plugged
                                                in */
            continue;
        ns16550_init(&p->com[i], &m->sched, i, m->cfg.serial[i]);
        wire_irq(p, &p->com[i].irq, irq[i]);
        port(m, id[i], &ns16550_ops, &p->com[i], base[i], 8);
        device_add(&m->devices, &ns16550_class, &p->com[i], id[i]);
    }
}

static void init_parallel_game(struct machine *m)
{
    struct pc *p = &m->pc;
    lpt_init(&p->lpt, &m->sched, m->cfg.printer);
    wire_irq(p, &p->lpt.irq, 7);
    p->lpt.dma = i8237_port(&p->dma, 3);
    gameport_init(&p->gameport, &m->sched);
    port(m, "lpt1", &lpt_ops, &p->lpt, 0x378, 8);
    port(m, "lpt1ecp", &lpt_ecp_ops, &p->lpt, 0x778, 3);
    port(m, "gameport", &gameport_ops, &p->gameport, 0x201, 1);
    device_add(&m->devices, &lpt_class, &p->lpt, "lpt1");
    device_add(&m->devices, &gameport_class, &p->gameport, "gameport");
}

static void init_vga(struct machine *m)
{
    struct pc *p = &m->pc;
    vga_init(&p->vga, &m->sched, m->vram, m->vram_size);
    p->vga.remap = map_window;
    p->vga.owner = m;
    port(m, "vga", &vga_ops, &p->vga, VGA_PORT_BASE, VGA_PORTS);
    device_add(&m->devices, &vga_class, &p->vga, "vga");
    if (!p->has_pci)                         /* PCI boards left IRQ 9 to others */
        wire_irq(p, &p->vga.irq, 9);
    if (m->cfg.vga == VGA_CIRRUS) {
        cirrus_init(&p->cirrus, &p->vga);
        device_add(&m->devices, &cirrus_class, &p->cirrus, "cirrus");
    } else {
        port(m, "vbe", &vbe_ops, &p->vga, VBE_PORT_BASE, VBE_PORTS);
    }
}

static void init_ide(struct machine *m)
{
    static const uint16_t cmd[2] = { 0x1f0, 0x170 }, ctl[2] = { 0x3f6, 0x376 };
    static const char *const id[2] = { "ide0", "ide1" };
    struct pc *p = &m->pc;
    p->ide_io = p->n_io;
    for (unsigned i = 0; i < 2; i++) {
        ata_init(&p->ata[i], &m->sched, i);
        for (unsigned d = 0; d < 2; d++) {
            unsigned n = i * 2 + d;
            if (m->cfg.is_cdrom[n])
                ata_attach(&p->ata[i], d, ATA_CDROM, m->cfg.disk[n]);
            else if (m->cfg.disk[n])
                ata_attach(&p->ata[i], d, ATA_DISK, m->cfg.disk[n]);
        }
        wire_irq(p, &p->ata[i].irq, 14 + (int)i);
        port(m, id[i], &ata_cmd_ops, &p->ata[i], cmd[i], 8);
        p->io[p->n_io - 1].bulk = &ata_bulk;
        port(m, id[i], &ata_ctl_ops, &p->ata[i], ctl[i], 1);
        device_add(&m->devices, &ata_class, &p->ata[i], id[i]);
    }
}

/* Firmware runs only what begins as an option ROM, and much of it only what names its own card (PCI
 * 2.1, 6.3.1): else the screen stays dark, and nothing says why. */
static void name_display(struct machine *m, const struct pci_func *display)
{
    uint8_t *rom = m->pc.rom;
    size_t n = m->cfg.vgabios.n, at = n >= 0x1a ? load_le16(rom + 0x18) : 0;
    if (n && (n < 3 || load_le16(rom) != 0xaa55)) {
        log_line(&m->log, LOG_HOST, "the VGA BIOS is no option ROM (it does not begin with 55 AA): "
                 "no firmware will run it: give --vgabios another file");
        return;
    }
    if (!at || at + 8 > n || memcmp(rom + at, "PCIR", 4))
        return;
    if (m->cfg.vgabios_any)
        for (unsigned i = 0; i < 4; i++) {               /* the sum of all bytes stays */
            rom[n - 1] = (uint8_t)(rom[n - 1] + rom[at + 4 + i] - display->cfg[i]);
            rom[at + 4 + i] = display->cfg[i];
        }
    else if (load_le32(rom + at + 4) != load_le32(display->cfg))
        log_line(&m->log, LOG_HOST, "the VGA BIOS is for a display %04x:%04x, and this one is "
                 "%04x:%04x: the screen may stay dark: give --vgabios or --vga another",
                 load_le16(rom + at + 4), load_le16(rom + at + 6), load_le16(display->cfg),
                 load_le16(display->cfg + 2));
}

static void init_pci_vga(struct machine *m)
{
    struct pc *p = &m->pc;
    struct region *rom = m->cfg.vgabios.n ? &p->r_vgarom : NULL;
    p->r_mmio = (struct region){ .name = "vga-mmio", .ops = &vga_mmio_ops, .dev = &p->vga,
                                 .size = VGA_MMIO_SIZE, .layer = LAYER_DEVICE };
    if (m->cfg.vga == VGA_CIRRUS) {
        p->r_mmio.ops = &cirrus_mmio_ops;
        p->r_mmio.dev = &p->cirrus;
    }
    bus_map(&m->mem, &p->r_mmio);
    p->r_vgarom =
        (struct region){ .name = "vga-rom", .rd = p->rom, .size = 65536, .layer = LAYER_DEVICE };
    bus_map(&m->mem, &p->r_vgarom);
    if (m->cfg.vga == VGA_CIRRUS) {
        cirrus_pci_init(&p->cirrus_pci, &p->pci, &m->mem, &p->cirrus, &p->r_lfb, &p->r_direct,
                        &p->r_mmio, rom);
        device_add(&m->devices, &cirrus_pci_class, &p->cirrus_pci, "vgapci");
        name_display(m, &p->cirrus_pci.func);
        return;
    }
    vga_pci_init(&p->vga_pci, &p->pci, &m->mem, m->vram_size, &p->r_lfb, &p->r_mmio, rom);
    device_add(&m->devices, &vga_pci_class, &p->vga_pci, "vgapci");
    name_display(m, &p->vga_pci.func);
}

/* Where there is PCI the boot ROM is an expansion ROM; else it stands at D0000h, as an ISA card's
 * would. */
static void init_pci_kload(struct machine *m)
{
    struct pc *p = &m->pc;
    memset(p->kload_rom, 0xff, sizeof p->kload_rom);
    memcpy(p->kload_rom, m->cfg.kloadrom.p, m->cfg.kloadrom.n);
    p->r_kload = (struct region){ .name = "kload-rom", .rd = p->kload_rom, .size = KLOAD_ROM_SIZE,
                                  .layer = LAYER_DEVICE };
    bus_map(&m->mem, &p->r_kload);
    kload_pci_init(&p->kload_pci, &p->pci, &m->mem, &p->r_kload);
    device_add(&m->devices, &kload_pci_class, &p->kload_pci, "kloadpci");
}

static void init_pci(struct machine *m)
{
    struct pc *p = &m->pc;
    pci_bus_init(&p->pci);
    i440fx_init(&p->north, &p->pci, &m->mem, m->ram, p->rom, LAYER_BRIDGE);
    piix4_init(&p->isa, &p->pci);
    for (int i = 0; i < 16; i++)
        p->isa.irq[i] = (struct line){ isa_out, p, i, false };
    p->isa.reset = reset_kind;
    p->isa.reset_sink = m;
    piix_ide_init(&p->ide, &p->pci, &m->mem, &m->io, &p->ata[0], &p->ata[1]);
    for (unsigned i = 0; i < 2; i++) {
        wire_irq(p, &p->ide.irq[i], 14 + (int)i);
        piix_ide_legacy(&p->ide, i, &p->io[p->ide_io + 2 * i], &p->io[p->ide_io + 2 * i + 1]);
    }
    acpi_pm_init(&p->pm, &m->sched, &p->pci, &m->io);
    wire_irq(p, &p->pm.sci, 9);
    p->pm.power_off = (struct line){ power_off_line, m, 0, false };
    p->isa.apm = acpi_pm_apm_command;
    p->isa.apm_sink = &p->pm;
    init_pci_vga(m);
    if (m->cfg.kernel_boot)
        init_pci_kload(m);
    port_layer(m, "pci", &pci_conf_ops, &p->pci, 0xcf8, 8, LAYER_DEVICE);
    port_layer(m, "rcr", &piix4_rcr_ops, &p->isa, 0xcf9, 1, LAYER_BRIDGE);
    port(m, "apm", &piix4_apm_ops, &p->isa, 0xb2, 2);
    device_add(&m->devices, &pci_bus_class, &p->pci, "pci0");
    device_add(&m->devices, &i440fx_class, &p->north, "north");
    device_add(&m->devices, &piix4_class, &p->isa, "piix4");
    device_add(&m->devices, &piix_ide_class, &p->ide, "pciide");
    /* Where the ACPI tables of SeaBIOS have the GPE0 block: without it they would read events that
     * never were. */
    port(m, "gpe0", &acpi_gpe_ops, &p->pm, 0xafe0, 4);
    device_add(&m->devices, &acpi_pm_class, &p->pm, "pm");
}

/* ---- APICs ---- */

/* In front of everything: it is the processor's own window. */
void board_map_apic(struct machine *m)
{
    uint64_t v = m->cpu.msr.apic_base;
    if (m->pc.has_apic)
        bus_update(&m->mem, &m->pc.r_lapic, v & APIC_BASE_ON, v & APIC_BASE_AT, LAPIC_SIZE);
}

static void apic_base(void *owner, uint64_t v)
{
    struct machine *m = owner;
    lapic_enable(&m->pc.lapic, v & APIC_BASE_ON);
    board_map_apic(m);
}

static void init_apic(struct machine *m)
{
    struct pc *p = &m->pc;
    uint32_t features = cpu_models[m->cpu.model].features;
    p->has_apic = features & F_APIC;
    if (!p->has_apic)
        return;
    lapic_init(&p->lapic, &m->sched, &p->apics, features & F_P6,
               (struct lapic_cpu){ to_nmi, to_init, &m->cpu, i8259_inta, &p->pic[0] });
    ioapic_init(&p->ioapic, &p->apics);
    p->lapic.intr = p->pic[0].intr;
    p->pic[0].intr = (struct line){ to_lint0, p, 0, false };
    m->cpu.inta = lapic_inta;
    m->cpu.pic = &p->lapic;
    m->cpu.apic_base = apic_base;
    p->r_lapic = (struct region){ .name = "lapic", .ops = &lapic_ops, .dev = &p->lapic,
                                  .base = LAPIC_BASE, .size = LAPIC_SIZE, .layer = LAYER_CPU };
    bus_map(&m->mem, &p->r_lapic);
    bus_map_io(&m->mem, &p->r_ioapic, "ioapic", &ioapic_ops, &p->ioapic, IOAPIC_BASE, IOAPIC_SIZE,
               LAYER_DEVICE);
    device_add(&m->devices, &lapic_class, &p->lapic, "lapic0");
    device_add(&m->devices, &ioapic_class, &p->ioapic, "ioapic");
}

bool board_loaded(struct machine *m, struct error *err)
{
    if (m->pc.has_apic && m->pc.lapic.on != !!(m->cpu.msr.apic_base & APIC_BASE_ON))
        return error_set(err, 1, "the snapshot is damaged (lapic0 contradicts cpu0): use another "
                                 "copy of it");
    board_map_apic(m);
    board_update_a20(m);
    map_window(m);
    return true;
}

/* ---- the board ---- */

static unsigned boot_code(char letter)
{
    return letter == 'a' ? 1 : letter == 'c' ? 2 : letter == 'd' ? 3 : letter == 'n' ? 4 : 0;
}

/* Boot order: 3Dh low and high nibble, 38h high nibble; bit 0 of 38h lets a floppy boot without the
 * 55AAh mark. */
static void cmos_boot(struct machine *m)
{
    const char *order = m->cfg.boot[0] ? m->cfg.boot : "acd";
    unsigned v[3] = { 0 };
    for (unsigned i = 0; i < 3 && order[i]; i++)
        v[i] = boot_code(order[i]);
    mc146818_set(&m->pc.rtc, 0x3d, (uint8_t)(v[1] << 4 | v[0]));
    mc146818_set(&m->pc.rtc, 0x38, (uint8_t)(v[2] << 4 | 1));
}

/* The geometry of a disk of type 47: nine bytes from 'at' on, as in the BIOS's table of types. No
 * write precompensation; the heads land on the cylinder behind the last. */
static void cmos_geometry(struct mc146818 *r, unsigned at, const struct ata_drive *d)
{
    const uint8_t low = (uint8_t)d->def_cyls, high = (uint8_t)(d->def_cyls >> 8);
    const uint8_t control = (uint8_t)(0xc0 | (d->def_heads > 8 ? 8 : 0));
    const uint8_t bytes[9] = { low,     high, d->def_heads, 0xff, 0xff,
                               control, low,  high,         d->def_spt };
    for (unsigned i = 0; i < 9; i++)
        mc146818_set(r, at + i, bytes[i]);
}

/* Floppy types by medium, or 1.44M for an empty drive; equipment; fixed disks as "type 47". */
static void cmos_drives(struct machine *m)
{
    struct mc146818 *r = &m->pc.rtc;
    unsigned type[2] = { 0, 0 }, floppies = 0;
    for (unsigned i = 0; i < 2; i++) {
        if (!m->cfg.floppy[i] && !m->cfg.floppy_drive[i])
            continue;
        floppies++;
        type[i] = m->pc.fdc.drive[i].type;
    }
    mc146818_set(r, 0x10, (uint8_t)(type[0] << 4 | type[1]));
    mc146818_set(r, 0x14, (uint8_t)(0x06 | (floppies ? (floppies - 1) << 6 | 1 : 0)));
    bool disk[2] = { m->cfg.disk[0] && !m->cfg.is_cdrom[0], m->cfg.disk[1] && !m->cfg.is_cdrom[1] };
    mc146818_set(r, 0x12, (uint8_t)((disk[0] ? 0xf0 : 0) | (disk[1] ? 0x0f : 0)));
    mc146818_set(r, 0x19, disk[0] ? 47 : 0);
    mc146818_set(r, 0x1a, disk[1] ? 47 : 0);
    for (unsigned i = 0; i < 2; i++)
        if (disk[i])
            cmos_geometry(r, 0x1b + i * 9, &m->pc.ata[0].drive[i]);
}

/* The sum over 10h..2Dh that the AT's set-up keeps in 2Eh and 2Fh. */
static void cmos_checksum(struct mc146818 *r)
{
    unsigned sum = 0;
    for (unsigned i = 0x10; i <= 0x2d; i++)
        sum += mc146818_get(r, i);
    mc146818_set(r, 0x2e, (uint8_t)(sum >> 8));
    mc146818_set(r, 0x2f, (uint8_t)sum);
}

/* What firmware reads from the CMOS RAM: sizes, floppies, boot order (as Bochs and its kin lay
 * it out). */
void board_cmos(struct machine *m)
{
    struct mc146818 *r = &m->pc.rtc;
    uint64_t kb = m->ram_size >> 10, ext = kb - 1024, above = kb > 16384 ? (kb - 16384) / 64 : 0;
    uint16_t low = (uint16_t)(ext > 0xfc00 ? 0xfc00 : ext);
    mc146818_set(r, 0x15, 0x80);                             /* 640 KB of base memory */
    mc146818_set(r, 0x16, 0x02);
    mc146818_set(r, 0x17, (uint8_t)low);
    mc146818_set(r, 0x18, (uint8_t)(low >> 8));
    mc146818_set(r, 0x30, (uint8_t)low);
    mc146818_set(r, 0x31, (uint8_t)(low >> 8));
    mc146818_set(r, 0x34, (uint8_t)above);
    mc146818_set(r, 0x35, (uint8_t)(above >> 8));
    cmos_boot(m);
    cmos_drives(m);
    cmos_checksum(r);
}

/* Direct kernel boot: a boot ROM and the device that fills memory for it. */
static bool init_kload(struct machine *m, struct error *err)
{
    const struct machine_config *c = &m->cfg;
    struct kload_images im = { .kernel = { c->kernel.p, c->kernel.n },
                               .modules = c->initrds,
                               .append = c->append };
    m->cfg.kernel_boot |= c->kernel.n != 0;
    if (!c->kernel_boot)
        return true;
    if (!c->kloadrom.n || c->kloadrom.n > KLOAD_ROM_SIZE)
        return error_set(err, 1,
                         "this build has no boot ROM for kernels: build roms/kload.bin first");
    for (unsigned i = 0; i < c->initrds && i < KLOAD_MODULES; i++) {
        im.module[i] = (struct kload_image){ c->initrd[i].p, c->initrd[i].n };
        im.module_args[i] = c->initrd_args[i];
    }
    if (c->kernel.n && !kload_check(&im, m->ram_size, err))
        return false;
    kload_init(&m->pc.kload, &m->mem, m->ram_size, &im);
    port(m, "kload", &kload_ops, &m->pc.kload, KLOAD_PORT, 16);
    device_add(&m->devices, &kload_class, &m->pc.kload, "kload");
    return true;
}

bool board_init(struct machine *m, struct error *err)
{
    struct pc *p = &m->pc;
    p->has_pci = m->cfg.board == BOARD_PC;
    if (!init_kload(m, err))
        return false;
    fill_roms(m);
    map_memory(m);
    init_pic_pit(m);
    init_kbd(m);
    init_floppy(m);
    init_extras(m);
    init_serial(m);
    init_parallel_game(m);
    init_vga(m);
    init_ide(m);
    if (p->has_pci) {
        init_pci(m);
        init_apic(m);
    }
    return true;
}

/* An 80286 program leaves protected mode by INIT, with a shutdown code in CMOS register 0Fh that
 * has the firmware go on at an address of the program's (05h, 0Ah-0Ch) or return from a block move
 * (09h): it finds the chips as it left them. With any other code firmware starts afresh; what reset
 * signal the chips lack then, on a real board, firmware makes up for. Here all of them have it. */
enum reset_kind board_init_kind(const struct machine *m)
{
    uint8_t code = m->pc.rtc.ram[0x0f];
    return code == 0x05 || (code >= 0x09 && code <= 0x0c) ? RESET_INIT : RESET_HARD;
}

void board_reset(struct machine *m, enum reset_kind kind)
{
    device_reset_all(&m->devices, kind);
    board_map_apic(m);
    if (kind == RESET_INIT)
        return;
    if (kind == RESET_POWER)
        board_cmos(m);
    if (kind == RESET_POWER && !m->pc.has_pci)
        memcpy(m->ram + SHADOW_BASE, m->pc.rom + (SHADOW_BASE - ROM_BASE), 0x20000);
    a20_gate(m, 0, true);                    /* whatever the chips did: the first fetch is below
                                                4 GiB */
}

/* ---- what the machine asks of its board ---- */

bool board_key(struct machine *m, uint16_t code, bool down, bool typematic)
{
    return ps2_kbd_key(&m->pc.kbd, code, down, typematic);
}

bool board_mouse(struct machine *m, int dx, int dy, int wheel, unsigned buttons)
{
    ps2_mouse_move(&m->pc.mouse, dx, dy, wheel, buttons);
    return true;
}

unsigned machine_locks(const struct machine *m) { return m->pc.kbd.leds; }

/* The ring of the BIOS data area (IBM PC AT Technical Reference, BIOS): head, tail, and where it
 * begins and ends, as offsets from 400h. */
bool machine_keys_full(const struct machine *m)
{
    const uint8_t *bda = m->ram + 0x400;
    unsigned head = load_le16(bda + 0x1a), tail = load_le16(bda + 0x1c);
    unsigned begin = load_le16(bda + 0x80), end = load_le16(bda + 0x82), next = tail + 2;
    if (cpu_protected(&m->cpu) || begin >= end)
        return false;
    return head >= begin && head < end && (next == end ? begin : next) == head;
}

bool machine_mouse_absolute(const struct machine *m) { return m->pc.vmmouse.absolute; }

bool board_mouse_at(struct machine *m, int x, int y, int wheel, unsigned buttons)
{
    vmmouse_move(&m->pc.vmmouse, x, y, wheel, buttons);
    return true;
}

bool board_joy(struct machine *m, unsigned code, int x, int y)
{
    unsigned stick = code >> IN_JOY_STICK & 1;
    gameport_stick(&m->pc.gameport, stick, code & IN_JOY_THERE, x, y, code & 3);
    return true;
}

void machine_power_button(struct machine *m)
{
    if (m->pc.has_pci)
        acpi_pm_power_button(&m->pc.pm);
}

bool machine_power_heard(const struct machine *m)
{
    return m->pc.has_pci && acpi_pm_button_heard(&m->pc.pm);
}

bool machine_insert(struct machine *m, char drive, struct blockdev *bd, struct error *err)
{
    struct pc *p = &m->pc;
    if (drive == 'a' || drive == 'b') {
        unsigned n = (unsigned)(drive - 'a');
        if (p->fdc.drive[n].type == FLOPPY_NONE)
            return error_set(err, 1, "floppy drive %c: this machine has none", drive);
        if (bd && bd->sector_size != 512)
            return error_set(err, 1, "floppy drive %c: the image is not that of a floppy disk",
                             drive);
        m->cfg.floppy[n] = bd;
        i82077_insert(&p->fdc, n, bd);
        return true;
    }
    for (unsigned i = 0; i < 4; i++)
        if (m->cfg.is_cdrom[i]) {
            m->cfg.disk[i] = bd;
            ata_insert(&p->ata[i / 2], i % 2, bd);
            return true;
        }
    return error_set(err, 1, "CD-ROM: this machine has no such drive: start it with --cdrom");
}

bool board_serial(struct machine *m, unsigned n, uint8_t byte)
{
    struct ns16550 *u = &m->pc.com[n & 3];
    if (!u->sched)
        return true;                         /* no such port: the byte falls on the floor */
    if (!ns16550_can_receive(u))
        return false;
    ns16550_receive(u, byte);
    return true;
}

void machine_draw(struct machine *m, struct surface *out)
{
    m->look.known = false;                   /* 'out' may be where machine_draw_changed() draws */
    vga_draw(&m->pc.vga, machine_now(m), out);
}
bool machine_draw_changed(struct machine *m, struct surface *out, unsigned *first, unsigned *last)
{
    vtime now = machine_now(m);
    if (!vga_look(&m->pc.vga, now, &m->look))
        return false;
    vga_draw_changed(&m->pc.vga, now, &m->look, out, first, last);
    return true;
}
void machine_text(struct machine *m, struct text_screen *out) { vga_text(&m->pc.vga, out); }
bool machine_speaker(const struct machine *m, uint32_t *hz)
{
    return port61_speaker(&m->pc.port61, hz);
}
void machine_audio_start(struct machine *m) { speaker_start(&m->pc.speaker); }
size_t machine_audio(struct machine *m, struct audio_frame *out, size_t n)
{
    struct speaker *s = &m->pc.speaker;
    n = speaker_take(s, out, n);
    vtime age = ((s->count + n) * UINT64_C(1000000000) / AUDIO_RATE) + s->phase / 3;
    for (unsigned i = 0; i < 4; i++)
        if (m->cfg.is_cdrom[i])
            atapi_audio_mix(&m->pc.ata[i / 2].drive[i % 2], s->at > age ? s->at - age : 0, out, n);
    return n;
}
