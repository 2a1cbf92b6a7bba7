/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The one-register devices, through a port bus as a guest reaches them: 92h, E9h, F0h, F4h, test
 * device; each case by itself, then all at random beside a naive model. */
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

/* ---- at random ---- */

struct ref {
    unsigned v92, resets, post, result, exits, exit_value;
    bool     ferr, irq13, ignne, lines[TESTDEV_IRQS];
    uint8_t  value[4], echo[4];
    char     text[32];
    unsigned text_n, item, at;
};
static struct ref ref;

static void ref_print(unsigned v)
{
    if (ref.text_n + 1 < sizeof ref.text)
        ref.text[ref.text_n++] = (char)v;
}

static void ref_exit(uint32_t v)
{
    ref.exits++;
    ref.exit_value = v;
}

static void ref_command(unsigned v)
{
    ref.result = v < 1 || v > 3;
    if (v == 1)
        ref_print(ref.value[0]);
    if (v == 2)
        store_le32(ref.value, 0xcafe1234);
    if (v == 3)
        ref_exit(load_le32(ref.value));
}

/* One byte of a write that was cut into bytes. */
static void ref_byte(unsigned port, unsigned v)
{
    if (port == 0x92) {
        ref.resets += v & 1 && !(ref.v92 & 1);
        ref.v92 = v;
    } else if (port == 0xe9) {
        ref_print(v);
    } else if (port == 0xf0 || port == 0xf1) {
        ref.irq13 = false;
        ref.ignne = ref.ferr;
    } else if (port == 0x190) {
        ref.post = v;
    } else if (port == 0x1a4) {
        ref_command(v);
    } else if (port >= 0x1a8 && port < 0x1ac) {
        ref.value[port - 0x1a8] = (uint8_t)v;
    } else if (port >= 0x2000 && port < 0x2000 + TESTDEV_IRQS) {
        ref.lines[port - 0x2000] = v != 0;
    }
}

static void ref_write(unsigned port, unsigned size, uint32_t v)
{
    if (port == 0xf4)
        ref_exit(size == 4 ? v : v & ((1u << 8 * size) - 1));
    if (port == 0x510 && size == 2)
        ref.item = v & 0xffff, ref.at = 0;
    for (unsigned k = 0; k < size; k++) {
        if (port >= 0xe0 && port + k < 0xe4)
            ref.echo[port + k - 0xe0] = (uint8_t)(v >> 8 * k);
        ref_byte(port + k, v >> 8 * k & 0xff);
    }
}

static unsigned ref_read(unsigned port)
{
    static const char id[] = "VTD1";
    if (port == 0x511 && ref.at < 8) {
        uint64_t v = ref.item == 3 ? 0x8000000 : ref.item == 5;
        return (unsigned)(v >> 8 * ref.at++) & 0xff;
    }
    if (port == 0x92)
        return ref.v92;
    if (port >= 0xe0 && port < 0xe4)
        return ref.echo[port - 0xe0];
    if (port >= 0x1a0 && port < 0x1a4)
        return (unsigned)id[port - 0x1a0];
    if (port >= 0x1a8 && port < 0x1ac)
        return ref.value[port - 0x1a8];
    return port == 0xe9    ? 0xe9
           : port == 0x190 ? ref.post
           : port == 0x1a4 ? ref.result
           : port == 0x510 || port == 0x511 ? 0 : 0xff;
}

static void ref_ferr(bool level)
{
    ref.ferr = level;
    ref.irq13 |= level;
    ref.ignne &= level;
}

START_TEST(agree_with_naive_model)
{
    static const struct { uint16_t port, n; } places[] = {
        { 0x92, 1 },  { 0xe9, 1 },   { 0xf0, 2 },  { 0xf4, 1 }, { 0x190, 1 },
        { 0x1a0, 4 }, { 0x1a4, 1 },  { 0x1a4, 1 }, { 0x1a8, 4 }, { 0xe0, 4 },
        { 0x510, 1 }, { 0x511, 1 },  { 0x511, 1 }, { 0x2000, TESTDEV_IRQS },
    };
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct dt_pin lines[TESTDEV_IRQS];
    memset(&ref, 0, sizeof ref);
    for (unsigned i = 0; i < TESTDEV_IRQS; i++)
        dt_wire(&td.irq[i], &lines[i]);
    for (int i = 0; i < 20000; i++) {
        unsigned k = dt_below(&r, ARRAY_LEN(places)), at = dt_below(&r, places[k].n);
        unsigned port = places[k].port + at, v = dt_rand(&r), size = 1;
        while (size < 4 && at + size * 2 <= places[k].n && dt_below(&r, 2))
            size *= 2;
        if (port == 0xf4 || port == 0x510)
            size = 1u << dt_below(&r, port == 0xf4 ? 3 : 2);
        v = port == 0x510 ? v % 7 : port == 0x1a4 ? v % 5 : v;
        if (dt_below(&r, 5) == 0) {
            portf0_ferr(&pf0, v & 1);
            ref_ferr(v & 1);
        } else if (dt_below(&r, 2)) {
            bus_write(&io, port, v, size);
            ref_write(port, size, v);
        } else {
            unsigned got = (unsigned)bus_read(&io, port, 1) & 0xff;
            dt_require(got == ref_read(port), "port %x: %02x", port, got);
        }
        dt_require(a20.level == (ref.v92 >> 1 & 1) && reset.rises == ref.resets && !reset.level,
                   "step %d: port 92h", i);
        dt_require(irq13.level == ref.irq13 && ignne.level == ref.ignne, "step %d: F0h", i);
        dt_require(exits == ref.exits && exit_value == ref.exit_value, "step %d: exit", i);
        for (unsigned n = 0; n < TESTDEV_IRQS; n++)
            dt_require(lines[n].level == ref.lines[n], "step %d: line %u", i, n);
    }
    ck_assert_uint_eq(text_n, ref.text_n);
    ck_assert(!memcmp(text, ref.text, text_n));
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
    tcase_add_loop_test(t, agree_with_naive_model, 0, 5);
    suite_add_tcase(s, t);
    return dt_run(s);
}
