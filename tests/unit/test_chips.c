/* SPDX-License-Identifier: BSD-2-Clause */
/* links: traffic machine devices cpu host core */
/*
 * Every chip on whole boards, under the random traffic of the fuzz targets: at random moments each
 * is saved into its twin and must be the same, field by field, and stay so; and each alone is given
 * mutated states, which it must refuse or live with. chips[] has every device class of devices/
 * (tools/lint_chips.py sees to it), and each must stand on some board.
 */
#include "unit/device_test.h"

#include "fuzz/pc.h"

static const struct device_class *const chips[] = {
    &acpi_pm_class, &ata_class, &cirrus_class, &cirrus_pci_class, &gameport_class, &i440fx_class,
    &i8042_class, &i82077_class, &i8237_class, &i8254_class, &i8259_class, &ioapic_class,
    &kload_class, &kload_pci_class, &lapic_class, &lpt_class, &mc146818_class, &ns16550_class,
    &pci_bus_class, &piix4_class, &piix_ide_class, &port61_class, &port92_class, &portf0_class,
    &ps2_kbd_class, &ps2_mouse_class, &testdev_class, &vga_class, &vga_pci_class, &vmmouse_class,
};

enum { BOARDS = 4 };

static struct act some_act(struct dt_rng *r)
{
    return (struct act){ .what = (uint8_t)dt_rand(r), .size = (uint8_t)dt_rand(r),
                         .where = (uint16_t)dt_rand(r), .v = dt_rand(r), .w = dt_rand(r) };
}

START_TEST(saved_at_random_moments)
{
    struct dt_rng r = dt_seed(100 + (uint64_t)_i);
    struct pc_rig a, b;
    pc_init(&a, (unsigned)_i);
    pc_init(&b, (unsigned)_i);
    for (unsigned moment = 0; moment < 12; moment++) {
        for (unsigned n = dt_below(&r, 150); n--;)
            pc_do(&a, some_act(&r));
        pc_copy(&b, &a);
        for (unsigned n = dt_below(&r, 60); n--;) {
            struct act x = some_act(&r);
            uint64_t one = pc_do(&a, x);
            ck_assert_uint_eq(one, pc_do(&b, x));
        }
        for (unsigned i = 0; i < a.m->devices.n; i++)
            dt_same(a.m->devices.d[i].cls, a.m->devices.d[i].self, b.m->devices.d[i].self);
    }
    pc_free(&a);
    pc_free(&b);
}
END_TEST

/* One save of a chip, mutated; false: it was refused. */
static bool load_mutated(struct pc_rig *to, unsigned i, const struct buf *good, struct dt_rng *r)
{
    struct device *d = &to->m->devices.d[i];
    struct error err = { 0 };
    uint8_t *bad = malloc(good->len);
    memcpy(bad, good->p, good->len);
    for (unsigned n = 1 + dt_below(r, 8); n--;) {
        uint8_t *p = &bad[dt_below(r, (uint32_t)good->len)];
        uint32_t how = dt_below(r, 4);
        *p = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)(*p ^ 1u << dt_below(r, 8));
    }
    bool ok = dt_load(d->cls, d->self, bad, good->len) && board_loaded(to->m, &err);
    free(bad);
    if (!ok)
        ck_assert(dt_load(d->cls, d->self, good->p, good->len));
    sched_rescan(&to->m->sched);
    return ok;
}

START_TEST(strange_states_do_no_harm)
{
    struct dt_rng r = dt_seed(200 + (uint64_t)_i);
    struct pc_rig a, b;
    pc_init(&a, (unsigned)_i);
    pc_init(&b, (unsigned)_i);
    for (unsigned n = 0; n < 300; n++)
        pc_do(&a, some_act(&r));
    for (unsigned i = 0; i < a.m->devices.n; i++) {
        struct buf good = dt_save(a.m->devices.d[i].cls, a.m->devices.d[i].self);
        pc_copy(&b, &a);
        for (unsigned round = 0; round < 25 && good.len; round++)
            if (load_mutated(&b, i, &good, &r))
                for (unsigned n = 0; n < 8; n++)
                    pc_do(&b, some_act(&r));
        buf_free(&good);
    }
    pc_free(&a);
    pc_free(&b);
}
END_TEST

/* INIT is the processor's and its local APIC's: who asked for it has the chips as before. */
START_TEST(init_leaves_chips_alone)
{
    struct dt_rng r = dt_seed(300 + (uint64_t)_i);
    struct pc_rig a, b;
    pc_init(&a, (unsigned)_i);
    pc_init(&b, (unsigned)_i);
    for (unsigned moment = 0; moment < 12; moment++) {
        for (unsigned n = dt_below(&r, 150); n--;)
            pc_do(&a, some_act(&r));
        pc_copy(&b, &a);
        board_reset(b.m, RESET_INIT);
        for (unsigned i = 0; i < a.m->devices.n; i++) {
            const struct device *d = &a.m->devices.d[i];
            if (d->cls != &cpu_class && d->cls != &lapic_class)
                dt_same(d->cls, d->self, b.m->devices.d[i].self);
        }
    }
    pc_free(&a);
    pc_free(&b);
}
END_TEST

START_TEST(every_chip_is_on_some_board)
{
    bool seen[ARRAY_LEN(chips)] = { false };
    for (unsigned board = 0; board < BOARDS; board++) {
        struct pc_rig a;
        pc_init(&a, board);
        for (unsigned i = 0; i < a.m->devices.n; i++)
            for (unsigned k = 0; k < ARRAY_LEN(chips); k++)
                seen[k] |= chips[k] == a.m->devices.d[i].cls;
        pc_free(&a);
    }
    for (unsigned k = 0; k < ARRAY_LEN(chips); k++)
        ck_assert_msg(seen[k], "%s is on no board", chips[k]->name);
    dt_covers(&vga_class, sizeof(struct vga));
    dt_covers(&vga_pci_class, sizeof(struct vga_pci));
    dt_covers(&kload_pci_class, sizeof(struct kload_pci));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("chips");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, saved_at_random_moments, 0, BOARDS);
    tcase_add_loop_test(t, strange_states_do_no_harm, 0, BOARDS);
    tcase_add_loop_test(t, init_leaves_chips_alone, 0, BOARDS);
    tcase_add_test(t, every_chip_is_on_some_board);
    suite_add_tcase(s, t);
    return dt_run(s);
}
