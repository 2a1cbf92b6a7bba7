/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/acpi_pm.h"

static const struct clk CLK = { 315, 88000 };        /* 315/88 MHz */
#define HALF 23                                      /* TMROF: bit 23 changed */

enum { PMBA = 0x40, DEVACTB = 0x58, PMREGMISC = 0x80, SMBBA = 0x90,
       SMBHSTCFG = 0xd2 };
/* PMSTS, PMEN */
enum { TMROF = 0x0001, GBL = 0x0020, PWRBTN = 0x0100, RTC = 0x0400, WAK = 0x8000 };
enum { PMSTS_ALL = 0x8d31, PMEN_ALL = TMROF | GBL | PWRBTN | RTC };
enum { SCI_EN = 0x0001, SUS_EN = 0x2000, PMCNTRL_ALL = 0x1c07 };
enum { ACPI_ENABLE = 0xf1, ACPI_DISABLE = 0xf0 };
enum { WINDOW = 64, SMB_WINDOW = 16 };
enum { SMB_HST_EN = 0x01, SMB_IRQ9 = 0x08, SMB_INTRSEL = 0x0e };

static const struct field fields[] = {
    FIELD_STRUCT(struct acpi_pm, func, pci_func_fields),
    FIELD(struct acpi_pm, pmsts),             FIELD(struct acpi_pm, pmen),
    FIELD(struct acpi_pm, pmcntrl),           FIELD(struct acpi_pm, gpsts),
    FIELD(struct acpi_pm, gpen),              FIELD_ARRAY(struct acpi_pm, regs),
    FIELD(struct acpi_pm, seen),              FIELD(struct acpi_pm, overflow),
    FIELD(struct acpi_pm, sci),               FIELD(struct acpi_pm, power_off),
    FIELD_TRANSIENT(struct acpi_pm, sched),   FIELD_TRANSIENT(struct acpi_pm, ports),
    FIELD_TRANSIENT(struct acpi_pm, window),  FIELD_STRUCT(struct acpi_pm, smb, piix4_smb_fields),
    FIELD_TRANSIENT(struct acpi_pm, smb_window),
    FIELD_END
};

static uint64_t ticks(const struct acpi_pm *p) { return clk_ticks(CLK, sched_now(p->sched)); }

static void settle(struct acpi_pm *p)
{
    uint64_t now = ticks(p);
    if (now >> HALF != p->seen >> HALF)
        p->pmsts |= TMROF;
    p->seen = now;
}

/* After any change: SCI, and the event for the next overflow that would raise it. */
static void update(struct acpi_pm *p)
{
    settle(p);
    bool request = (p->pmsts & p->pmen) || (p->gpsts & p->gpen);
    bool smb = (p->func.cfg[SMBHSTCFG] & SMB_INTRSEL) == SMB_IRQ9 && piix4_smb_irq(&p->smb);
    line_set(&p->sci, (request && p->pmcntrl & SCI_EN) || smb);
    bool armed = p->pmen & TMROF && p->pmcntrl & SCI_EN && !(p->pmsts & TMROF);
    sched_arm(p->sched, &p->overflow,
              armed ? clk_when(CLK, ((p->seen >> HALF) + 1) << HALF) : VTIME_NEVER);
}

static void on_overflow(void *owner, vtime when) { update(owner); }

void acpi_pm_apm_command(void *dev, uint8_t command)
{
    struct acpi_pm *p = dev;
    if (command == ACPI_ENABLE)
        p->pmcntrl |= SCI_EN;
    else if (command == ACPI_DISABLE)
        p->pmcntrl &= (uint16_t)~SCI_EN;
    update(p);
}

bool acpi_pm_button_heard(const struct acpi_pm *p)
{
    return p->pmen & PWRBTN && p->pmcntrl & SCI_EN;
}

void acpi_pm_power_button(struct acpi_pm *p)
{
    p->pmsts |= PWRBTN;
    update(p);
}

/* 290562, 7.2.3: SUS_TYP 0 is soft off. The others would suspend; the guest goes on at once. */
static void write_control(struct acpi_pm *p, uint16_t v)
{
    p->pmcntrl = v & PMCNTRL_ALL;
    if (!(v & SUS_EN))
        return;
    if ((v >> 10 & 7) == 0)
        line_set(&p->power_off, true);
    else
        p->pmsts |= WAK;
}

static uint8_t read8(struct acpi_pm *p, unsigned off)
{
    switch (off) {
    case 0x00: return (uint8_t)p->pmsts;
    case 0x01: return (uint8_t)(p->pmsts >> 8);
    case 0x02: return (uint8_t)p->pmen;
    case 0x03: return (uint8_t)(p->pmen >> 8);
    case 0x04: return (uint8_t)p->pmcntrl;
    case 0x05: return (uint8_t)(p->pmcntrl >> 8);
    case 0x08: case 0x09: case 0x0a:
        return (uint8_t)(ticks(p) >> 8 * (off - 8));
    case 0x0b: return 0;
    case 0x0c: return (uint8_t)p->gpsts;
    case 0x0d: return (uint8_t)(p->gpsts >> 8);
    case 0x0e: return (uint8_t)p->gpen;
    case 0x0f: return (uint8_t)(p->gpen >> 8);
    default:   return p->regs[off];
    }
}

static uint16_t put(uint16_t old, unsigned off, uint8_t v)
{
    unsigned shift = 8 * (off & 1);
    return (uint16_t)((old & ~(0xffu << shift)) | (unsigned)v << shift);
}

static void write8(struct acpi_pm *p, unsigned off, uint8_t v)
{
    switch (off) {
    case 0x00: case 0x01:
        p->pmsts &= (uint16_t)~(put(0, off, v) & PMSTS_ALL);
        break;
    case 0x02: case 0x03:
        p->pmen = put(p->pmen, off, v) & PMEN_ALL;
        break;
    case 0x04: case 0x05:
        write_control(p, put(p->pmcntrl, off, v));
        break;
    case 0x0c: case 0x0d:
        p->gpsts &= (uint16_t)~put(0, off, v);
        break;
    case 0x0e: case 0x0f:
        p->gpen = put(p->gpen, off, v);
        break;
    default:
        if (off >= 0x10)
            p->regs[off] = v;
        break;
    }
}

static uint64_t window_read(void *dev, uint32_t off, unsigned size)
{
    struct acpi_pm *p = dev;
    uint64_t v = 0;
    settle(p);
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t)read8(p, (off + i) % WINDOW) << 8 * i;
    return v;
}

static void window_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct acpi_pm *p = dev;
    settle(p);
    for (unsigned i = 0; i < size; i++)
        write8(p, (off + i) % WINDOW, (uint8_t)(v >> 8 * i));
    update(p);
}

static uint64_t gpe_read(void *dev, uint32_t off, unsigned size)
{
    return window_read(dev, 0x0c + (off & 3), 1);
}
static void gpe_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    window_write(dev, 0x0c + (off & 3), v, 1);
}

static uint64_t smb_read(void *dev, uint32_t off, unsigned size)
{
    return piix4_smb_read(&((struct acpi_pm *)dev)->smb, off);
}
static void smb_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct acpi_pm *p = dev;
    piix4_smb_write(&p->smb, off, (uint8_t)v);
    update(p);
}

static const struct bus_ops smb_ops = { smb_read, smb_write, 1 };
static const struct bus_ops window_ops = { window_read, window_write, 1 | 2 | 4 };
const struct bus_ops acpi_gpe_ops = { gpe_read, gpe_write, 1 };

/* Neither base is a BAR: PMREGMISC opens the window at PMBA whatever the command register says,
 * SMBHSTCFG and the command register that at SMBBA. */
static void changed(void *owner, unsigned off, unsigned len)
{
    struct acpi_pm *p = owner;
    uint32_t base = load_le32(p->func.cfg + PMBA) & 0xffc0;
    bus_update(p->ports, &p->window, base && p->func.cfg[PMREGMISC] & 1, base, WINDOW);
    base = load_le32(p->func.cfg + SMBBA) & 0xfff0;
    bool smb = base && p->func.cfg[SMBHSTCFG] & SMB_HST_EN && pci_command(&p->func) & PCI_CMD_IO;
    bus_update(p->ports, &p->smb_window, smb, base, SMB_WINDOW);
    if (len < 256)                               /* not after a load: lines rest then */
        update(p);
}

static void reset(void *dev, enum reset_kind kind)
{
    struct acpi_pm *p = dev;
    if (kind == RESET_INIT)
        return;
    pci_func_reset(&p->func);
    memset(p->func.cfg + 0x40, 0, 0xc0);
    store_le16(p->func.cfg + 6, 0x0280);
    p->func.cfg[PMBA] = 1;
    p->func.cfg[SMBBA] = 1;
    p->func.cfg[DEVACTB + 3] = 0x02;             /* APMC_EN: F0h and F1h are being listened to */
    p->pmsts = p->pmen = p->pmcntrl = p->gpsts = p->gpen = 0;
    memset(p->regs, 0, sizeof p->regs);
    piix4_smb_reset(&p->smb);
    p->seen = ticks(p);
    line_set(&p->power_off, false);
    changed(p, 0, 256);
    update(p);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct acpi_pm *p = dev;
    pci_func_loaded(&p->func);
    return true;
}

const struct device_class acpi_pm_class = { "acpi_pm", 2, 2, fields, reset, post_load, NULL };

void acpi_pm_init(struct acpi_pm *p, struct sched *s, struct pci_bus *pci, struct bus *ports)
{
    *p = (struct acpi_pm){ .sched = s, .ports = ports };
    pci_func_init(&p->func, pci, 1, 3, 0x8086, 0x7113, 0x068000, 3);
    pci_set_pin(&p->func, 1);
    p->func.changed = changed;
    p->func.owner = p;
    pci_set_mask(&p->func, 4, 0x0001, 2);
    pci_set_mask(&p->func, PMBA, 0xffc0, 4);
    for (unsigned i = 0x44; i < 0x80; i++)           /* all but the reserved bytes */
        if (i != 0x53 && i != 0x6b && i != 0x73)
            pci_set_mask(&p->func, i, 0xff, 1);
    pci_set_mask(&p->func, PMREGMISC, 0x01, 1);
    pci_set_mask(&p->func, SMBBA, 0xfff0, 4);
    pci_set_mask(&p->func, SMBHSTCFG, 0xffffff0f, 4);    /* slave command and shadows, kept */
    p->window =
        (struct region){ .name = "pm", .ops = &window_ops, .dev = p, .size = WINDOW, .layer = 1 };
    bus_map(ports, &p->window);
    p->smb_window =
        (struct region){ .name = "smb", .ops = &smb_ops, .dev = p, .size = SMB_WINDOW, .layer = 1 };
    bus_map(ports, &p->smb_window);
    sched_add(s, &p->overflow, "acpi_pm", on_overflow, p);
    reset(p, RESET_POWER);
}
