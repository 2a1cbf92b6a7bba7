/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* Power management: timer, status and enable bits, the button, power-off, SMI commands, save and
 * load. */
#include "unit/device_test.h"

#include "devices/acpi_pm.h"

struct rig {
    struct sched   sched;
    struct bus     ports;
    struct pci_bus pci;
    struct acpi_pm pm;
    struct dt_pin  sci, off;
};
static struct rig r, twin;

static void build(struct rig *x)
{
    if (x->ports.ports)
        bus_free(&x->ports);
    memset(x, 0, sizeof *x);
    ck_assert(bus_init(&x->ports, 16, 0));
    pci_bus_init(&x->pci);
    acpi_pm_init(&x->pm, &x->sched, &x->pci, &x->ports);
    dt_wire(&x->pm.sci, &x->sci);
    dt_wire(&x->pm.power_off, &x->off);
    pci_config_write(&x->pm.func, 0x40, 0xb001, 4);
    pci_config_write(&x->pm.func, 0x80, 1, 1);
}
static void setup(void) { build(&r); }

static uint32_t in(unsigned off, unsigned size)
{
    return (uint32_t)bus_read(&r.ports, 0xb000 + off, size);
}
static void out(unsigned off, uint32_t v, unsigned size)
{
    bus_write(&r.ports, 0xb000 + off, v, size);
}

START_TEST(timer_counts_3579545_hz)
{
    uint32_t a = in(8, 4);
    sched_advance(&r.sched, r.sched.now + 1000000000);
    ck_assert_uint_eq((in(8, 4) - a) & 0xffffff, 3579545);
    ck_assert_uint_eq(in(8, 4) >> 24, 0);
}
END_TEST

START_TEST(overflow_is_seen_and_interrupts)
{
    sched_advance(&r.sched, UINT64_C(2500000000));   /* 2^23 ticks are 2.34 s */
    ck_assert_uint_eq(in(0, 2), 1);
    out(0, 1, 2);
    ck_assert_uint_eq(in(0, 2), 0);
    acpi_pm_apm_command(&r.pm, 0xf1);
    ck_assert_uint_eq(in(4, 2), 1);
    out(2, 1, 2);
    ck_assert(!r.sci.level);
    vtime due = sched_next(&r.sched);
    sched_advance(&r.sched, due - 1);
    ck_assert(!r.sci.level);
    sched_advance(&r.sched, due);
    ck_assert(r.sci.level && clk_ticks((struct clk){ 315, 88000 }, due) == 2u << 23);
    out(0, 1, 2);
    ck_assert(!r.sci.level);
}
END_TEST

START_TEST(power)
{
    acpi_pm_power_button(&r.pm);
    ck_assert(!r.sci.level && in(0, 2) == 0x100);
    out(2, 0x100, 2);
    ck_assert(!r.sci.level && !acpi_pm_button_heard(&r.pm));
    acpi_pm_apm_command(&r.pm, 0xf1);
    ck_assert(r.sci.level && acpi_pm_button_heard(&r.pm));
    out(0, 0x100, 2);
    ck_assert(!r.sci.level);
    out(4, 0x0001, 2);
    ck_assert(!r.off.level);
    out(4, 0x2401, 2);                             /* S3: not modelled, wakes at once */
    ck_assert(!r.off.level && in(0, 2) & 0x8000);
    out(4, 0x2001, 2);
    ck_assert(r.off.level);
}
END_TEST

START_TEST(window_moves)
{
    pci_config_write(&r.pm.func, 0x80, 0, 1);
    ck_assert_uint_eq(in(8, 4), 0xffffffff);
    pci_config_write(&r.pm.func, 0x40, 0xc000, 4);
    pci_config_write(&r.pm.func, 0x80, 1, 1);
    ck_assert_uint_eq(pci_config_read(&r.pm.func, 0x40, 4), 0xc001);
    ck_assert_uint_eq(bus_read(&r.ports, 0xc00b, 1), 0);
}
END_TEST

/* As drivers probe for devices: start, wait for the end, find out that nobody answered. */
START_TEST(the_smbus_is_free_and_empty)
{
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0xff);
    pci_config_write(&r.pm.func, 0x90, 0x700, 4);
    pci_config_write(&r.pm.func, 0xd2, 9, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0xff);
    pci_config_write(&r.pm.func, 0x04, 1, 1);
    ck_assert_uint_eq(pci_config_read(&r.pm.func, 0x90, 4), 0x701);
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 2), 0);
    bus_write(&r.ports, 0x704, 0xa1, 1);
    bus_write(&r.ports, 0x703, 0x02, 1);
    bus_write(&r.ports, 0x702, 0x48, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0x702, 1), 0x08);
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0x04);
    ck_assert(!r.sci.level);
    bus_write(&r.ports, 0x700, 0x04, 1);
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0);
    bus_write(&r.ports, 0x702, 0x49, 1);
    ck_assert(r.sci.level);
    pci_config_write(&r.pm.func, 0xd2, 1, 1);      /* to SMI#, which nobody hears */
    ck_assert(!r.sci.level);
    pci_config_write(&r.pm.func, 0xd2, 9, 1);
    ck_assert(r.sci.level);
    bus_write(&r.ports, 0x700, 0xff, 1);
    ck_assert(!r.sci.level);
    bus_write(&r.ports, 0x702, 0x02, 1);           /* KILL */
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0x10);
    bus_write(&r.ports, 0x702, 0x48, 1);           /* not heard while a status bit is set */
    ck_assert_uint_eq(bus_read(&r.ports, 0x700, 1), 0x10);
    for (unsigned i = 0; i < 40; i++)
        bus_write(&r.ports, 0x707, i, 1);
    bus_read(&r.ports, 0x702, 1);
    ck_assert(bus_read(&r.ports, 0x707, 1) == 32 && bus_read(&r.ports, 0x707, 1) == 33);
}
END_TEST

static void poke(void *arg, uint32_t v)
{
    struct rig *x = arg;
    uint32_t w = v >> 4;
    if (v % 4 == 0)
        sched_advance(&x->sched, x->sched.now + w * UINT64_C(20));
    else if (v % 4 == 1)
        bus_read(&x->ports, 0xb000 + w % 64, 4);
    else if (v % 16 == 6)
        bus_write(&x->ports, 0x700 + w % 16, w >> 4, 1);
    else if (v % 16 == 10)
        bus_read(&x->ports, 0x700 + w % 16, 1);
    else if (v % 16 == 2)
        acpi_pm_apm_command(&x->pm, 0xf0 | (w & 1));
    else
        bus_write(&x->ports, 0xb000 + w % 16, w >> 8, 2);
}

START_TEST(state)
{
    struct dt_rng rng = dt_seed((uint64_t)_i);
    build(&twin);
    pci_config_write(&r.pm.func, 0x90, 0x700, 4);
    pci_config_write(&r.pm.func, 0xd2, 9, 1);
    pci_config_write(&r.pm.func, 0x04, 1, 1);
    for (int i = 0; i < 300; i++)
        poke(&r, dt_rand(&rng));
    dt_copy(&acpi_pm_class, &r.pm, &twin.pm);
    twin.sched.now = r.sched.now;
    sched_rescan(&twin.sched);
    for (int i = 0; i < 300; i++) {
        uint32_t v = dt_rand(&rng);
        poke(&r, v);
        poke(&twin, v);
    }
    dt_same(&acpi_pm_class, &r.pm, &twin.pm);
    dt_covers(&acpi_pm_class, sizeof(struct acpi_pm));
    dt_hostile(&acpi_pm_class, &r.pm, &twin.pm, &twin.sched, poke, &twin);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("acpi_pm");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, timer_counts_3579545_hz);
    tcase_add_test(t, overflow_is_seen_and_interrupts);
    tcase_add_test(t, power);
    tcase_add_test(t, window_moves);
    tcase_add_test(t, the_smbus_is_free_and_empty);
    tcase_add_loop_test(t, state, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
