/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The one-register devices, through a port bus as a guest reaches them: 92h, E9h, F4h, test device.
 */
#include "device_test.h"

#include "devices/debugcon.h"
#include "devices/exitport.h"
#include "devices/port92.h"
#include "devices/portf0.h"
#include "devices/testdev.h"

static struct bus io;
static struct region regions[9];
static struct port92 p92;
static struct portf0 pf0;
static struct debugcon con;
static struct exitport leave;
static struct testdev td;
static struct dt_pin a20, reset, irq13, ignne;
static char text[32];
static size_t text_n;
static uint32_t exits, exit_value;

static void put(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    if (text_n + n < sizeof text)
        memcpy(text + text_n, p, n), text_n += n;
}
static void on_leave(void *owner, uint32_t v) { (*(uint32_t *)owner)++; exit_value = v; }
static bool crc(void *owner, uint32_t *v) { (void)owner; *v = 0xcafe1234; return true; }

static void setup(void)
{
    struct chardev out = { put, NULL };
    memset(text, 0, sizeof text);
    text_n = exits = exit_value = 0;
    port92_init(&p92);
    dt_wire(&p92.a20, &a20);
    dt_wire(&p92.reset, &reset);
    portf0_init(&pf0);
    dt_wire(&pf0.irq, &irq13);
    dt_wire(&pf0.ignne, &ignne);
    debugcon_init(&con, out);
    exitport_init(&leave, on_leave, &exits);
    testdev_init(&td, (struct testdev_host){ out, crc, on_leave, &exits, 0x8000000, 1 });
    ck_assert(bus_init(&io, 16, 0));
    bus_map_io(&io, &regions[0], "92", &port92_ops, &p92, 0x92, 1, 0);
    bus_map_io(&io, &regions[1], "e9", &debugcon_ops, &con, 0xe9, 1, 0);
    bus_map_io(&io, &regions[2], "f4", &exitport_ops, &leave, 0xf4, 4, 0);
    bus_map_io(&io, &regions[3], "190", &testdev_post_ops, &td, 0x190, 1, 0);
    bus_map_io(&io, &regions[5], "f0", &portf0_ops, &pf0, 0xf0, 2, 0);
    bus_map_io(&io, &regions[4], "1a0", &testdev_ops, &td, 0x1a0, 16, 0);
    bus_map_io(&io, &regions[6], "e0", &testdev_echo_ops, &td, 0xe0, 4, 0);
    bus_map_io(&io, &regions[7], "2000", &testdev_irq_ops, &td, 0x2000, TESTDEV_IRQS, 0);
    bus_map_io(&io, &regions[8], "510", &testdev_item_ops, &td, 0x510, 2, 0);
}
static void teardown(void) { bus_free(&io); }

START_TEST(port_92)
{
    bus_write(&io, 0x92, 2, 1);
    ck_assert(a20.level);
    ck_assert_uint_eq(bus_read(&io, 0x92, 1), 2);
    bus_write(&io, 0x92, 3, 1);
    bus_write(&io, 0x92, 3, 1);
    ck_assert(reset.rises == 1 && !reset.level);
    port92_class.reset(&p92, RESET_HARD);
    ck_assert(!a20.level);
    ck_assert_uint_eq(reset.rises, 1);
    dt_covers(&port92_class, sizeof p92);
}
END_TEST

START_TEST(port_f0)
{
    bus_write(&io, 0xf0, 0, 1);                  /* nothing asks: nothing happens */
    ck_assert(!irq13.level && !ignne.level);
    portf0_ferr(&pf0, true);
    ck_assert(irq13.level && !ignne.level);
    bus_write(&io, 0xf0, 0, 1);
    ck_assert(!irq13.level && ignne.level);
    portf0_ferr(&pf0, false);
    ck_assert(!irq13.level && !ignne.level);
    portf0_ferr(&pf0, true);
    portf0_ferr(&pf0, false);                    /* the interrupt stays until F0h is written */
    ck_assert(irq13.level && irq13.rises == 2);
    portf0_class.reset(&pf0, RESET_HARD);
    ck_assert(!irq13.level);
    dt_covers(&portf0_class, sizeof pf0);
}
END_TEST

START_TEST(port_e9)
{
    ck_assert_uint_eq(bus_read(&io, 0xe9, 1), 0xe9);
    bus_write(&io, 0xe9, 'h', 1);
    bus_write(&io, 0xe9, 'i', 1);
    ck_assert_str_eq(text, "hi");
}
END_TEST

START_TEST(port_f4)
{
    ck_assert_uint_eq(bus_read(&io, 0xf4, 1), 0xff);
    bus_write(&io, 0xf4, 0x12, 1);
    ck_assert_uint_eq(exit_value, 0x12);
    bus_write(&io, 0xf4, 0x1234, 2);
    ck_assert_uint_eq(exit_value, 0x1234);
    bus_write(&io, 0xf4, 0x12345678, 4);
    ck_assert_uint_eq(exit_value, 0x12345678);
    bus_write(&io, 0xf5, 1, 1);
    ck_assert_uint_eq(exits, 3);
}
END_TEST

static uint64_t item(unsigned n, unsigned bytes)
{
    uint64_t v = 0;
    bus_write(&io, 0x510, n, 2);
    for (unsigned i = 0; i < bytes; i++)
        v |= bus_read(&io, 0x511, 1) << 8 * i;
    return v;
}

START_TEST(test_device_for_kernels)
{
    struct dt_pin pin;
    bus_write(&io, 0xe0, 0x12345678, 4);
    ck_assert_uint_eq(bus_read(&io, 0xe0, 4), 0x12345678);
    ck_assert_uint_eq(bus_read(&io, 0xe1, 2), 0x3456);
    bus_write(&io, 0xe3, 0xab, 1);
    bus_write(&io, 0xe0, 0xcdef, 2);
    ck_assert_uint_eq(bus_read(&io, 0xe0, 4), 0xab34cdef);
    ck_assert_uint_eq(item(5, 2), 1);
    ck_assert_uint_eq(item(3, 8), 0x8000000);
    ck_assert_uint_eq(bus_read(&io, 0x511, 1), 0);
    ck_assert_uint_eq(item(0, 4), 0);
    dt_wire(&td.irq[14], &pin);
    bus_write(&io, 0x200e, 1, 1);
    ck_assert(pin.level && pin.rises == 1);
    bus_write(&io, 0x200e, 1, 1);
    ck_assert_uint_eq(pin.rises, 1);
    testdev_class.reset(&td, RESET_HARD);
    ck_assert(!pin.level && td.echo == 0);
}
END_TEST

START_TEST(test_device)
{
    struct testdev twin;
    ck_assert_uint_eq(bus_read(&io, 0x1a0, 4), 0x31445456);
    bus_write(&io, 0x190, 0x42, 1);
    ck_assert_uint_eq(td.post, 0x42);
    bus_write(&io, 0x1a8, '!', 1);
    bus_write(&io, 0x1a4, 1, 1);
    ck_assert_str_eq(text, "!");
    bus_write(&io, 0x1a4, 2, 1);
    ck_assert_uint_eq(bus_read(&io, 0x1a4, 1), 0);
    ck_assert_uint_eq(bus_read(&io, 0x1a8, 4), 0xcafe1234);
    testdev_init(&twin, td.host);
    dt_copy(&testdev_class, &td, &twin);
    dt_same(&testdev_class, &td, &twin);
    bus_write(&io, 0x1a8, 77, 4);
    bus_write(&io, 0x1a4, 3, 1);
    ck_assert(exits == 1 && exit_value == 77);
    bus_write(&io, 0x1a4, 9, 1);
    ck_assert_uint_eq(bus_read(&io, 0x1a4, 1), 1);
    testdev_init(&td, (struct testdev_host){ .owner = NULL });
    for (unsigned i = 1; i < 4; i++)
        bus_write(&io, 0x1a4, i, 1);
    ck_assert_uint_eq(bus_read(&io, 0x1a4, 1), 2);
    dt_covers(&testdev_class, sizeof td);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("smallports");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, port_92);
    tcase_add_test(t, port_f0);
    tcase_add_test(t, port_e9);
    tcase_add_test(t, port_f4);
    tcase_add_test(t, test_device);
    tcase_add_test(t, test_device_for_kernels);
    suite_add_tcase(s, t);
    return dt_run(s);
}
