/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The CL-GD5446 on the PCI bus: the frame buffer with plain memory laid over it as far as it goes,
 * beside a second chip whose every byte goes through its own logic. Registers, base address and
 * memory enable change at random; both must always show the same.
 */
#include "device_test.h"

#include "devices/cirrus_pci.h"

static struct sched sched;
struct card { struct vga vga; struct cirrus c; uint8_t vram[CIRRUS_VRAM]; };
static struct card on_bus, alone;

static struct bus mem;
static struct pci_bus pci;
static struct cirrus_pci func;
static struct region lfb, direct, mmio;
static uint32_t base;                            /* where the model has the frame buffer; 0: off */

static void power(struct card *k)
{
    memset(k->vram, 0, sizeof k->vram);
    vga_init(&k->vga, &sched, k->vram, CIRRUS_VRAM);
    cirrus_init(&k->c, &k->vga);
    vga_class.reset(&k->vga, RESET_POWER);
    cirrus_class.reset(&k->c, RESET_POWER);
}

static void setup(void)
{
    memset(&sched, 0, sizeof sched);
    power(&on_bus);
    power(&alone);
    ck_assert(bus_init(&mem, 32, 1 << 20));
    pci_bus_init(&pci);
    lfb = (struct region){ .name = "lfb", .ops = &cirrus_lfb_ops, .dev = &on_bus.c,
                           .size = CIRRUS_LFB_SIZE, .layer = 1 };
    direct = (struct region){ .name = "direct", .rd = on_bus.vram, .wr = on_bus.vram,
                              .size = CIRRUS_VRAM, .layer = 2 };
    mmio = (struct region){ .name = "mmio", .ops = &cirrus_mmio_ops, .dev = &on_bus.c,
                            .size = CIRRUS_MMIO_SIZE, .layer = 1 };
    bus_map(&mem, &lfb);
    bus_map(&mem, &direct);
    bus_map(&mem, &mmio);
    cirrus_pci_init(&func, &pci, &mem, &on_bus.c, &lfb, &direct, &mmio, NULL);
    base = 0;
}

static void teardown(void) { bus_free(&mem); }

static void outb(unsigned port, unsigned v)
{
    vga_ops.write(&on_bus.vga, port - 0x3b0, v & 0xff, 1);
    vga_ops.write(&alone.vga, port - 0x3b0, v & 0xff, 1);
}
static void outi(unsigned port, unsigned i, unsigned v) { outb(port, i); outb(port + 1, v); }

/* Registers that make bytes more than bytes, mostly put back soon. */
static void settings(struct dt_rng *r)
{
    static const uint8_t blt[][2] = {            /* 16 bytes by 8 lines, from the processor */
        { 0x20, 15 }, { 0x21, 0 }, { 0x22, 7 }, { 0x23, 0 }, { 0x24, 64 }, { 0x25, 0 },
        { 0x28, 0 }, { 0x29, 0 }, { 0x2a, 0 }, { 0x30, 4 }, { 0x32, 0x0d }, { 0x31, 2 },
    };
    unsigned v = dt_rand(r) & 0xff;
    switch (dt_below(r, 7)) {
    case 0: outi(0x3c4, 7, dt_below(r, 4) ? 0xf1 : v); break;
    case 1: outi(0x3ce, 5, dt_below(r, 2) ? 0 : v & 5); break;
    case 2: outi(0x3ce, 0x0b, dt_below(r, 2) ? 0 : v & 0x37); break;
    case 3: outi(0x3c4, 0x17, dt_below(r, 2) ? 0 : v); break;
    case 4: outi(0x3c4, 2, dt_below(r, 2) ? 0xff : v); break;
    case 5:
        for (unsigned i = 0; i < ARRAY_LEN(blt); i++)
            outi(0x3ce, blt[i][0], blt[i][1]);
        break;
    default: outi(0x3ce, 9 + (v & 1), v); break;
    }
}

static void move(struct dt_rng *r)
{
    bool on = dt_below(r, 4) != 0;
    uint32_t at = (0xe0u + dt_below(r, 24)) << 24;
    pci_config_write(&func.func, 4, on ? 2 : 0, 2);
    pci_config_write(&func.func, 0x10, at | (dt_rand(r) & 0xffffff), 4);
    base = on ? at : 0;
}

static void access(struct dt_rng *r)
{
    unsigned size = 1u << dt_below(r, 3);
    uint32_t off = (dt_rand(r) & (dt_below(r, 2) ? 0x3fffff : 0xffffff)) & ~(size - 1);
    uint64_t v = dt_rand(r), all = size == 4 ? 0xffffffff : (1u << 8 * size) - 1;
    off = dt_below(r, 5) ? off : (CIRRUS_VRAM - 0x1000 + (off & 0xfff));     /* where MMIO may be */
    if (!base)
        return;
    if (dt_below(r, 2)) {
        bus_write(&mem, base + off, v, size);
        cirrus_lfb_ops.write(&alone.c, off, v, size);
        return;
    }
    uint64_t got = bus_read(&mem, base + off, size) & all;
    uint64_t want = cirrus_lfb_ops.read(&alone.c, off, size) & all;
    dt_require(got == want, "%x, %u bytes: %llx, not %llx", off, size, (unsigned long long)got,
               (unsigned long long)want);
}

START_TEST(what_is_mapped_is_what_it_would_say)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    unsigned mapped = 0;
    outb(0x3c2, 0x67);
    outi(0x3c4, 6, 0x12);
    outi(0x3c4, 7, 0xf1);
    outi(0x3ce, 6, 0x05);
    for (int i = 0; i < 30000; i++) {
        if (dt_below(&r, 20) == 0)
            settings(&r);
        else if (dt_below(&r, 50) == 0)
            move(&r);
        else
            access(&r);
        mapped += direct.enabled;
        dt_require(!direct.enabled || direct.base == base, "mapped at %llx, not %x",
                   (unsigned long long)direct.base, base);
    }
    ck_assert_uint_gt(mapped, 3000);
    ck_assert(!memcmp(on_bus.vram, alone.vram, CIRRUS_VRAM));
    dt_same(&cirrus_class, &on_bus.c, &alone.c);
}
END_TEST

START_TEST(loaded_as_it_was)
{
    struct buf b;
    outi(0x3c4, 6, 0x12);
    outi(0x3c4, 7, 0xf1);
    outi(0x3ce, 6, 0x05);
    pci_config_write(&func.func, 4, 2, 2);
    pci_config_write(&func.func, 0x10, 0xe8000000, 4);
    ck_assert(direct.enabled && direct.base == 0xe8000000);
    b = dt_save(&cirrus_pci_class, &func);
    pci_config_write(&func.func, 0x10, 0xf0000000, 4);
    ck_assert(direct.base == 0xf0000000);
    ck_assert(dt_load(&cirrus_pci_class, &func, b.p, b.len));
    ck_assert(direct.enabled && direct.base == 0xe8000000 && lfb.base == 0xe8000000);
    cirrus_pci_class.reset(&func, RESET_HARD);
    ck_assert(!direct.enabled && !lfb.enabled);
    buf_free(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cirrus_pci");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, what_is_mapped_is_what_it_would_say, 0, 6);
    tcase_add_test(t, loaded_as_it_was);
    suite_add_tcase(s, t);
    return dt_run(s);
}
