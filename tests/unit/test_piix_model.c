/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The PIIX4's bus master, power management and SMBus host beside naive models, after Intel 290562
 * and SFF-8038i: descriptor tables walked byte by byte, a timer that goes from bit to bit, status
 * and enable bits as flags.
 */
#include "device_test.h"

#include "devices/acpi_pm.h"
#include "devices/piix_ide.h"

enum { RAM = 1 << 18 };
static struct sched sched;
static struct bus mem, ports;
static struct region low;
static struct pci_bus pci;
static uint8_t ram[RAM], ref_ram[RAM];

static void start(void)
{
    memset(&sched, 0, sizeof sched);
    ck_assert(bus_init(&mem, 32, RAM) && bus_init(&ports, 16, 0));
    bus_map_ram(&mem, &low, "ram", ram, 0, RAM, 0);
    pci_bus_init(&pci);
}

static void stop(void)
{
    bus_free(&mem);
    bus_free(&ports);
}

/* ---- bus master ---- */

struct master {
    bool     started, to_memory, active, error, interrupt;
    unsigned capable, table;
    unsigned at, address, left;              /* the descriptor in work */
    bool     last;
};
static struct master ref[2];
static struct piix_ide ide;
static struct ata ata[2];
static bool master_enabled;

static void ref_command(struct master *m, unsigned v)
{
    bool starts = v & 1 && !m->started;
    m->started = v & 1;
    m->to_memory = v & 8;
    m->active = m->started && (m->active || starts);
    if (!starts)
        return;
    m->at = m->table;
    m->left = 0;
    m->last = false;
}

static void ref_bm_write(unsigned off, unsigned v)
{
    struct master *m = &ref[off / 8];
    unsigned shift = 8 * (off & 3);
    switch (off & 7) {
    case 0: ref_command(m, v); break;
    case 2:
        m->error &= !(v & 2);
        m->interrupt &= !(v & 4);
        m->capable = v & 0x60;
        break;
    case 4: case 5: case 6: case 7:
        m->table = (m->table & ~(0xffu << shift)) | v << shift;
        m->table &= ~3u;
        break;
    default: break;
    }
}

static unsigned ref_bm_read(unsigned off)
{
    const struct master *m = &ref[off / 8];
    switch (off & 7) {
    case 0:  return (unsigned)m->started | (unsigned)m->to_memory << 3;
    case 2:  return (unsigned)m->active | (unsigned)m->error << 1 | (unsigned)m->interrupt << 2 |
                    m->capable;
    case 1: case 3: return 0;
    default: return m->table >> 8 * (off & 3) & 0xff;
    }
}

/* The drive's data register, a byte at a time; how many there was a place for. */
static unsigned ref_move(struct master *m, uint8_t *data, unsigned n, bool to_memory)
{
    unsigned done = 0;
    if (!m->started || !master_enabled || m->to_memory != to_memory)
        return 0;
    for (; done < n && m->active; done++) {
        if (!m->left) {
            m->address = load_le32(ref_ram + m->at) & ~1u;
            m->left = load_le16(ref_ram + m->at + 4) & 0xfffe;
            m->left = m->left ? m->left : 0x10000;
            m->last = ref_ram[m->at + 7] & 0x80;
            m->at += 8;
        }
        if (to_memory)
            ref_ram[m->address] = data[done];
        else
            data[done] = ref_ram[m->address];
        m->address++;
        if (--m->left == 0 && m->last)
            m->active = false;
    }
    return done;
}

/* A table of up to eight, behind 30000h; what they describe lies below. */
static unsigned some_table(struct dt_rng *r)
{
    unsigned at = 0x30000 + dt_below(r, 0x1000) * 8, n = 1 + dt_below(r, 8);
    for (unsigned i = 0; i < n; i++) {
        uint32_t address = dt_below(r, 0x20000), count = dt_below(r, 400);
        count = dt_below(r, 30) ? count | 2 : 0;
        store_le32(ram + at + 8 * i, address);
        store_le32(ram + at + 8 * i + 4, count | (dt_rand(r) & 0x7fff0000) |
                                             (i == n - 1 ? 0x80000000u : 0));
    }
    memcpy(ref_ram + at, ram + at, 8 * n);
    return at;
}

static void bm_out(unsigned off, unsigned v)
{
    bus_write(&ports, 0xc000 + off, v, 1);
    ref_bm_write(off, v);
}

static void bm_step(struct dt_rng *r)
{
    static uint8_t data[4000], want[4000];
    unsigned ch = dt_below(r, 2), v = dt_rand(r) & 0xff, n;
    struct ata *a = &ata[ch];
    switch (dt_below(r, 10)) {
    case 0: bm_out(dt_below(r, 16) & 0xb, v & 0x79); break;
    case 1: case 2: case 3:
        bm_out(8 * ch, v & 8);
        n = some_table(r);
        for (unsigned i = 0; i < 4; i++)
            bm_out(8 * ch + 4 + i, n >> 8 * i & 0xff);
        bm_out(8 * ch, (v & 8) | 1);
        break;
    case 4:
        a->irq.set(a->irq.sink, (int)ch, v & 1);
        ref[ch].interrupt |= v & 1;
        break;
    case 5:
        if (dt_below(r, 8))
            break;
        master_enabled = v & 4;
        pci_config_write(&ide.func, 4, 1 | (v & 4), 2);
        break;
    case 6:
        n = dt_below(r, 16);
        dt_require(bus_read(&ports, 0xc000 + n, 1) == ref_bm_read(n), "register %u", n);
        break;
    default:
        n = dt_below(r, 3) ? dt_below(r, 600) : dt_below(r, sizeof data);
        for (unsigned i = 0; i < n; i++)
            data[i] = want[i] = (uint8_t)dt_rand(r);
        unsigned got = a->dma.move(a->dma.ctl, data, n, v & 1);
        unsigned ref_got = ref_move(&ref[ch], want, n, v & 1);
        dt_require(got == ref_got, "%u bytes of %u, model %u", got, n, ref_got);
        dt_require(!memcmp(data, want, got), "other bytes");
        break;
    }
}

START_TEST(bus_master_agrees)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    start();
    memset(ref, 0, sizeof ref);
    for (unsigned i = 0; i < RAM; i++)
        ram[i] = ref_ram[i] = (uint8_t)dt_rand(&r);
    for (unsigned i = 0; i < 2; i++)
        ata_init(&ata[i], &sched, i);
    piix_ide_init(&ide, &pci, &mem, &ports, &ata[0], &ata[1]);
    pci_config_write(&ide.func, 0x20, 0xc001, 4);
    pci_config_write(&ide.func, 0x04, 5, 2);
    master_enabled = true;
    for (int i = 0; i < 20000; i++)
        bm_step(&r);
    ck_assert(!memcmp(ram, ref_ram, RAM));
    stop();
}
END_TEST

/* ---- power management ---- */

struct power {
    unsigned sts, en, control, gp_sts, gp_en, kept[64];
    uint64_t timer;
    bool     off;
    /* SMBus host */
    unsigned smb_sts, smb_cnt, smb[16], block[32], index, smb_config;
};
static struct power pw;
static struct acpi_pm pm;
static struct dt_pin sci, off_pin;
static const struct clk PM_CLK = { 315, 88000 };

static bool ref_sci(void)
{
    bool smb = (pw.smb_config & 0x0e) == 8 && pw.smb_cnt & 1 && pw.smb_sts & 0x1e;
    return (pw.control & 1 && (pw.sts & pw.en || pw.gp_sts & pw.gp_en)) || smb;
}

/* TMROF: bit 23 of the timer changes, either way. */
static void ref_time(uint64_t ticks)
{
    for (uint64_t end = pw.timer + ticks; pw.timer < end;) {
        uint64_t next = (pw.timer / 0x800000 + 1) * 0x800000;
        if (next <= end)
            pw.sts |= 1;
        pw.timer = next < end ? next : end;
    }
}

static void ref_pm_byte(unsigned off, unsigned v)
{
    unsigned shift = off & 1 ? 8 : 0, word = v << shift, other = off & 1 ? 0xff : 0xff00;
    switch (off & 0x3e) {
    case 0x00: pw.sts &= ~(word & 0x8d31); break;
    case 0x02: pw.en = ((pw.en & other) | word) & 0x0521; break;
    case 0x04:
        word |= pw.control & other;
        pw.control = word & 0x1c07;
        if (word & 0x2000 && !(word & 0x1c00))
            pw.off = true;
        else if (word & 0x2000)
            pw.sts |= 0x8000;                /* a sleep that ends at once */
        break;
    case 0x0c: pw.gp_sts &= ~word; break;
    case 0x0e: pw.gp_en = (pw.gp_en & other) | word; break;
    default:
        if (off >= 0x10)
            pw.kept[off] = v;
        break;
    }
}

static unsigned ref_pm_read(unsigned off)
{
    unsigned shift = off & 1 ? 8 : 0;
    switch (off & 0x3e) {
    case 0x00: return pw.sts >> shift & 0xff;
    case 0x02: return pw.en >> shift & 0xff;
    case 0x04: return pw.control >> shift & 0xff;
    case 0x08: case 0x0a: return (unsigned)((pw.timer & 0xffffff) >> 8 * (off - 8)) & 0xff;
    case 0x0c: return pw.gp_sts >> shift & 0xff;
    case 0x0e: return pw.gp_en >> shift & 0xff;
    default:   return pw.kept[off];
    }
}

static unsigned ref_smb_read(unsigned off)
{
    if (off == 0)
        return pw.smb_sts;
    if (off == 2)
        pw.index = 0;
    if (off == 7) {
        unsigned v = pw.block[pw.index];
        pw.index = (pw.index + 1) % 32;
        return v;
    }
    return off == 2 ? pw.smb_cnt : pw.smb[off];
}

/* Nobody is on the bus. */
static void ref_smb_write(unsigned off, unsigned v)
{
    static const unsigned kept[16] = { 0, 0, 0, 255, 255, 255, 255, 0, 15, 0, 255, 255 };
    if (off == 0) {
        pw.smb_sts &= ~v;
    } else if (off == 2) {
        pw.smb_cnt = v & 0x1d;
        if (v & 2)
            pw.smb_sts |= 0x10;              /* killed */
        else if (v & 0x40 && !pw.smb_sts)
            pw.smb_sts |= 0x04;              /* no acknowledgement */
    } else if (off == 7) {
        pw.block[pw.index] = v;
        pw.index = (pw.index + 1) % 32;
    } else {
        pw.smb[off] = v & kept[off];
    }
}

static void pm_read(unsigned off, unsigned size)
{
    uint32_t got = (uint32_t)bus_read(&ports, 0xb000 + off, size), want = 0;
    for (unsigned k = 0; k < size; k++)
        want |= ref_pm_read(off + k) << 8 * k;
    dt_require(got == want, "register %x: %x, model %x", off, got, want);
}

static void pm_write(unsigned off, unsigned size, uint32_t v)
{
    bus_write(&ports, 0xb000 + off, v, size);
    for (unsigned k = 0; k < size; k++)
        ref_pm_byte(off + k, v >> 8 * k & 0xff);
}

static void pm_step(struct dt_rng *r)
{
    unsigned size = 1u << dt_below(r, 3), off = dt_below(r, 64) & ~(size - 1);
    unsigned v = dt_rand(r), n = dt_below(r, 16);
    uint64_t ticks;
    switch (dt_below(r, 12)) {
    case 0: pm_write(off, size, v); break;
    case 1: pm_write(dt_below(r, 2) * 2, 2, v & (dt_below(r, 2) ? 0x8d31 : 0xffff)); break;
    case 2: pm_write(4, 2, v & (dt_below(r, 20) ? 0xd3ff : 0xffff)); break;
    case 3: case 4: pm_read(off, size); break;
    case 5:
        acpi_pm_power_button(&pm);
        pw.sts |= 0x100;
        break;
    case 6:
        n = v & 3;
        acpi_pm_apm_command(&pm, (uint8_t)(0xf0 + n));
        pw.control = n < 2 ? (pw.control & 0x1c06) | n : pw.control;
        break;
    case 7:
        dt_require((unsigned)bus_read(&ports, 0x700 + n, 1) == ref_smb_read(n), "SMBus %u", n);
        break;
    case 8:
        bus_write(&ports, 0x700 + n, v & 0xff, 1);
        ref_smb_write(n, v & 0xff);
        break;
    case 9:
        pw.smb_config = 1 | (v & 8);
        pci_config_write(&pm.func, 0xd2, pw.smb_config, 1);
        break;
    default:
        ticks = dt_below(r, 4) ? v & 0xffff : v & 0xffffff;
        sched_advance(&sched, clk_when(PM_CLK, pw.timer + ticks));
        ref_time(ticks);
        break;
    }
}

START_TEST(power_management_agrees)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    start();
    pw = (struct power){ .smb_config = 9 };
    acpi_pm_init(&pm, &sched, &pci, &ports);
    dt_wire(&pm.sci, &sci);
    dt_wire(&pm.power_off, &off_pin);
    pci_config_write(&pm.func, 0x40, 0xb001, 4);
    pci_config_write(&pm.func, 0x80, 1, 1);
    pci_config_write(&pm.func, 0x90, 0x701, 4);
    pci_config_write(&pm.func, 0xd2, 9, 1);
    pci_config_write(&pm.func, 0x04, 1, 1);
    for (int i = 0; i < 20000; i++) {
        pm_step(&r);
        dt_require(sci.level == ref_sci(), "step %d: SCI %d, model %d", i, sci.level, ref_sci());
        dt_require(off_pin.level == pw.off, "step %d: off %d", i, off_pin.level);
    }
    ck_assert_uint_gt(sci.rises, 300);
    stop();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("piix_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, bus_master_agrees, 0, 10);
    tcase_add_loop_test(t, power_management_agrees, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
