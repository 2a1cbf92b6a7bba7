/* SPDX-License-Identifier: BSD-2-Clause */
/* links: core */
/*
 * Address spaces: layers, pages that several regions share, the splitting of wide accesses, ports,
 * DMA, code marks; then random maps against a model that looks up every byte.
 */
#include "device_test.h"

#include "core/bus.h"

#define SPAN 0x10000u            /* 16 pages */

/* A device of bytes that notes how it was spoken to. */
struct dev { uint8_t mem[SPAN]; unsigned widths; unsigned calls; uint32_t last_off; };

static uint64_t dev_read(void *p, uint32_t off, unsigned size)
{
    struct dev *d = p;
    d->widths |= size;
    d->calls++;
    d->last_off = off;
    return off + size <= SPAN
               ? load_le(d->mem + off, size) | (size < 8 ? UINT64_MAX << (8 * size) : 0)
               : 0; /* rubbish above the width must not come through */
}
static void dev_write(void *p, uint32_t off, uint64_t v, unsigned size)
{
    struct dev *d = p;
    d->widths |= size;
    d->calls++;
    d->last_off = off;
    if (off + size <= SPAN)
        store_le(d->mem + off, v, size);
}
static const struct bus_ops bytes = {dev_read, dev_write, 1}, words = {dev_read, dev_write, 1 | 2},
                            longs = {dev_read, dev_write, 1 | 2 | 4},
                            all = {dev_read, dev_write, 15}, mute = {NULL, NULL, 1};
static const struct bus_ops *const kinds[] = { &bytes, &words, &longs, &all };

static struct bus bus;
static struct region reg[10];
static uint8_t *mem[10];
static struct dev devs[10];
static unsigned remaps, touches;
static uint64_t remap_base, remap_size;
static paddr touched;
static unsigned touched_n;

static void on_remap(void *owner, uint64_t base, uint64_t size)
{
    (void)owner;
    remap_base = base;
    remap_size = size;
    remaps++;
}
static void on_code(void *owner, paddr a, unsigned n)
{
    (void)owner;
    touches++;
    touched = a;
    touched_n = n;
}

static void setup(void)
{
    memset(devs, 0, sizeof devs);
    memset(reg, 0, sizeof reg);
    remaps = touches = 0;
    for (unsigned i = 0; i < 10; i++)
        mem[i] = calloc(1, SPAN);
    ck_assert(bus_init(&bus, 32, SPAN));
    bus.on_remap = on_remap;
    bus.on_code_write = on_code;
}
static void teardown(void)
{
    bus_free(&bus);
    for (unsigned i = 0; i < 10; i++)
        free(mem[i]);
}

START_TEST(open_bus)
{
    ck_assert_uint_eq(bus_read(&bus, 0x123, 1), 0xff);
    ck_assert_uint_eq(bus_read(&bus, 0xfffffffe, 4), 0xffffffff);
    ck_assert(bus_read(&bus, 0x1ffc, 8) == UINT64_MAX);
    bus_write(&bus, 0x5000, 0, 4);
    ck_assert_ptr_null(bus_page(&bus, SPAN));
    ck_assert_ptr_null(bus_page(&bus, 0x3000)->region);
}
END_TEST

START_TEST(ram_rom_and_shadow)
{
    bus_map_ram(&bus, &reg[0], "ram", mem[0], 0, SPAN, 0);
    bus_map_rom(&bus, &reg[1], "rom", mem[1], 0xf000, 0x1000, 1);
    ck_assert_uint_eq(remaps, 2);
    mem[1][0xff0] = 0xea;
    ck_assert_uint_eq(bus_read(&bus, 0xfff0, 1), 0xea);
    bus_write(&bus, 0xfff0, 0x55, 1);
    ck_assert(mem[1][0xff0] == 0xea && mem[0][0xfff0] == 0);
    ck_assert(bus_page(&bus, 0xf000)->rd == mem[1] && !bus_page(&bus, 0xf000)->wr);
    reg[1].wr = mem[0] + 0xf000;                   /* shadow: reads ROM, writes RAM */
    bus_refresh(&bus);
    bus_write(&bus, 0xfff0, 0x55, 1);
    ck_assert(bus_read(&bus, 0xfff0, 1) == 0xea && mem[0][0xfff0] == 0x55);
    bus_update(&bus, &reg[1], false, 0xf000, 0x1000);
    ck_assert_uint_eq(bus_read(&bus, 0xfff0, 1), 0x55);
    unsigned before = remaps;
    bus_update(&bus, &reg[1], false, 0xf000, 0x1000);
    ck_assert_uint_eq(remaps, before);             /* nothing changed */
    bus_update(&bus, &reg[1], true, 0xe000, 0x1000);
    ck_assert_uint_eq(bus_read(&bus, 0xeff0, 1), 0xea);
    ck_assert_uint_eq(bus_read(&bus, 0xfff0, 1), 0x55);
}
END_TEST

START_TEST(other_memory_behind_a_region)
{
    bus_map_ram(&bus, &reg[0], "ram", mem[0], 0, SPAN, 0);
    bus_map_ram(&bus, &reg[1], "bank", mem[1], 0x4000, 0x2000, 1);
    mem[2][0x1003] = 7;
    remaps = 0;
    bus_point(&bus, &reg[1], mem[1]);
    ck_assert_uint_eq(remaps, 0);
    bus_point(&bus, &reg[1], mem[2]);
    ck_assert_uint_eq(remaps, 1);
    ck_assert_uint_eq(remap_base, 0x4000);
    ck_assert_uint_eq(remap_size, 0x2000);
    ck_assert_uint_eq(bus_read(&bus, 0x5003, 1), 7);
    bus_write(&bus, 0x4000, 9, 1);
    ck_assert_uint_eq(mem[2][0], 9);
    bus_update(&bus, &reg[1], false, 0x4000, 0x2000);
    ck_assert_uint_eq(remaps, 2);
    bus_point(&bus, &reg[1], mem[3]);                /* of one that is not mapped nobody is told */
    ck_assert_uint_eq(remaps, 2);
}
END_TEST

START_TEST(wide_accesses_are_split_as_decoded)
{
    bus_map_io(&bus, &reg[0], "bytes", &bytes, &devs[0], 0x0000, 0x1000, 0);
    bus_map_io(&bus, &reg[1], "words", &words, &devs[1], 0x1000, 0x1000, 0);
    bus_map_io(&bus, &reg[2], "longs", &longs, &devs[2], 0x2000, 0x1000, 0);
    bus_map_io(&bus, &reg[3], "all", &all, &devs[3], 0x3000, 0x1000, 0);
    bus_map_io(&bus, &reg[4], "mute", &mute, NULL, 0x4000, 0x1000, 0);
    for (unsigned i = 0; i < 4; i++) {
        bus_write(&bus, i * 0x1000 + 8, UINT64_C(0x8877665544332211), 8);
        ck_assert_uint_eq(devs[i].calls, 8u >> i);
        ck_assert_uint_eq(devs[i].widths, 1u << i);
        ck_assert_uint_eq(devs[i].last_off, 16u - (1u << i));       /* low address first */
        ck_assert(bus_read(&bus, i * 0x1000 + 8, 8) == UINT64_C(0x8877665544332211));
    }
    ck_assert_uint_eq(bus_read(&bus, 0x4010, 4), 0xffffffff);
    bus_write(&bus, 0x4010, 0, 4);
    devs[2].widths = devs[3].widths = 0;
    devs[3].mem[0] = 0xaa;
    devs[2].mem[0xfff] = 0xbb;
    ck_assert_uint_eq(bus_read(&bus, 0x2fff, 2), 0xaabb);           /* across regions: bytes */
    ck_assert(devs[2].widths == 1 && devs[3].widths == 1);
}
END_TEST

START_TEST(pages_may_be_shared)
{
    bus_map_ram(&bus, &reg[0], "ram", mem[0], 0, SPAN, 0);
    bus_map_io(&bus, &reg[1], "a", &longs, &devs[1], 0x1100, 0x20, 1);
    bus_map_io(&bus, &reg[2], "b", &longs, &devs[2], 0x1110, 0x20,
               1); /* the later of equals wins */
    ck_assert(bus_page(&bus, 0x1000)->mixed && !bus_page(&bus, 0x1000)->rd);
    bus_write(&bus, 0x110e, 0x44332211, 4);
    ck_assert(devs[1].mem[14] == 0x11 && devs[1].mem[15] == 0x22);
    ck_assert(devs[2].mem[0] == 0x33 && devs[2].mem[1] == 0x44);
    bus_write(&bus, 0x1130, 0x99, 1);
    ck_assert_uint_eq(mem[0][0x1130], 0x99);
    bus_update(&bus, &reg[1], false, 0x1100, 0x20);
    bus_update(&bus, &reg[2], false, 0x1110, 0x20);
    ck_assert(bus_page(&bus, 0x1000)->rd == mem[0] + 0x1000);
}
END_TEST

START_TEST(regions_above_the_table)
{
    bus_map_io(&bus, &reg[0], "apic", &longs, &devs[0], 0xfee00000, 0x1000, 0);
    bus_map_rom(&bus, &reg[1], "bios", mem[1], 0xffff0000, 0x10000, 0);
    bus_write(&bus, 0xfee00030, 0x12345678, 4);
    ck_assert_uint_eq(bus_read(&bus, 0xfee00030, 4), 0x12345678);
    mem[1][0xffff] = 0x77;
    ck_assert_uint_eq(bus_read(&bus, 0xffffffff, 1), 0x77);
}
END_TEST

START_TEST(ports)
{
    struct bus io;
    ck_assert(bus_init(&io, 16, 0));
    bus_map_io(&io, &reg[0], "ide", &words, &devs[0], 0x1f0, 8, 0);
    bus_map_io(&io, &reg[1], "pit", &bytes, &devs[1], 0x40, 4, 0);
    bus_map_io(&io, &reg[2], "fd", &bytes, &devs[2], 0x3f0, 6, 0);
    bus_map_io(&io, &reg[3], "fd7", &bytes, &devs[3], 0x3f7, 1, 0);
    bus_map_io(&io, &reg[4], "ide6", &bytes, &devs[4], 0x3f6, 1, 1);
    bus_write(&io, 0x1f0, 0x44332211, 4);
    ck_assert_uint_eq(devs[0].widths, 2);
    ck_assert_uint_eq(bus_read(&io, 0x43, 2) >> 8, 0xff);
    devs[2].mem[5] = 1, devs[4].mem[0] = 2, devs[3].mem[0] = 3;
    ck_assert_uint_eq(bus_read(&io, 0x3f5, 4), 0xff030201);
    ck_assert_uint_eq(bus_read(&io, 0xffff, 4), 0xffffffff);
    bus_write(&io, 0xfffe, 0, 4);
    bus_update(&io, &reg[0], true, 0xfff8, 8);
    devs[0].mem[7] = 9;
    ck_assert_uint_eq(bus_read(&io, 0xffff, 1), 9);
    ck_assert_uint_eq(bus_read(&io, 0x1f7, 1), 0xff);
    bus_map_io(&io, &reg[5], "pci", &longs, &devs[5], 0xcf8, 8, 0);
    bus_map_io(&io, &reg[6], "reset", &bytes, &devs[6], 0xcf9, 1, 1);
    bus_write(&io, 0xcf8, 0x80000600, 4);          /* the register in the middle does not see it */
    bus_write(&io, 0xcf9, 6, 1);
    ck_assert(devs[5].mem[1] == 6 && devs[5].widths == 4 && devs[6].calls == 1);
    bus_free(&io);
}
END_TEST

START_TEST(code_marks)
{
    uint8_t buf[300] = { 0 };
    bus_map_ram(&bus, &reg[0], "ram", mem[0], 0, SPAN, 0);
    bus.code[1].lines = UINT64_C(1) << 2 | UINT64_C(1) << 63;      /* 1080h..10bfh, 1fc0h..1fffh */
    bus_write(&bus, 0x107f, 0, 1);
    bus_write(&bus, 0x10c0, 0, 4);
    ck_assert_uint_eq(touches, 0);
    bus_write(&bus, 0x107e, 0, 4);
    ck_assert(touches == 1 && touched == 0x107e && touched_n == 4);
    bus_write(&bus, 0x1ffe, 0, 4);                 /* two bytes here, two in the next page */
    ck_assert_uint_eq(touches, 3);
    bus_dma_write(&bus, 0x0ff0, buf, 0x90);
    ck_assert_uint_eq(touches, 3);
    bus_dma_write(&bus, 0x0ff0, buf, 0x91);
    ck_assert_uint_eq(touches, 4);
    bus_dma_read(&bus, 0x1080, buf, sizeof buf);
    ck_assert_uint_eq(touches, 4);
}
END_TEST

/* Who answers at a, by the rules: the highest layer, and the latest among equals. */
static int owner_of(uint64_t a)
{
    int best = -1;
    for (int i = 0; i < (int)bus.n_regions; i++)
        if (reg[i].enabled && a >= reg[i].base && a - reg[i].base < reg[i].size &&
            (best < 0 || reg[i].layer >= reg[best].layer))
            best = i;
    return best;
}

/* Who answers for byte i of an access: whoever has its first and last byte gets it whole. */
static int answers(uint64_t a, unsigned n, unsigned i, bool dma)
{
    if (a + i >= SPAN)
        return -1;
    int first = owner_of(a);
    bool whole = !dma && (a ^ (a + n - 1)) < PAGE_SIZE && first == owner_of(a + n - 1);
    return whole ? first : owner_of(a + i);
}

static uint8_t *byte_at(int i, uint64_t a)
{
    return i < 0 ? NULL : reg[i].ops ? &devs[i].mem[a - reg[i].base] : &mem[i][a - reg[i].base];
}

static void random_place(struct dt_rng *r, unsigned i, uint64_t *base, uint64_t *size)
{
    uint32_t grain = i < 5 ? PAGE_SIZE : 1;        /* plain memory is page-aligned */
    *base = (uint64_t)dt_below(r, SPAN / grain) * grain;
    *size = (uint64_t)(1 + dt_below(r, (uint32_t)((SPAN - *base) / grain))) * grain;
    if (grain == 1 && dt_rand(r) & 1)
        *size = 1 + *size % 100;
}

static void random_map(struct dt_rng *r)
{
    for (unsigned i = 0; i < 10; i++) {
        uint64_t base, size;
        unsigned layer = dt_below(r, 4);
        random_place(r, i, &base, &size);
        if (i < 3)
            bus_map_ram(&bus, &reg[i], "ram", mem[i], base, size, layer);
        else if (i < 5)
            bus_map_rom(&bus, &reg[i], "rom", mem[i], base, size, layer);
        else
            bus_map_io(&bus, &reg[i], "dev", kinds[i % 4], &devs[i], base, size, layer);
    }
}

static void check_write(struct dt_rng *r, uint64_t a, unsigned n, bool dma)
{
    uint8_t buf[64], *at[64], want[64];
    for (unsigned i = 0; i < n; i++) {
        int o = answers(a, n, i, dma);
        buf[i] = (uint8_t)dt_rand(r);
        at[i] = byte_at(o, a + i);
        want[i] = o == 3 || o == 4 ? *at[i] : buf[i];
    }
    if (dma)
        bus_dma_write(&bus, a, buf, n);
    else
        bus_write(&bus, a, load_le(buf, n), n);
    for (unsigned i = 0; i < n; i++)
        ck_assert(!at[i] || *at[i] == want[i]);
}

static void check_read(uint64_t a, unsigned n, bool dma)
{
    uint8_t buf[64];
    if (dma)
        bus_dma_read(&bus, a, buf, n);
    else
        store_le(buf, bus_read(&bus, a, n), n);
    for (unsigned i = 0; i < n; i++) {
        uint8_t *p = byte_at(answers(a, n, i, dma), a + i);
        ck_assert_uint_eq(buf[i], p ? *p : 0xff);
    }
}

START_TEST(agrees_with_bytewise_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    random_map(&r);
    for (int step = 0; step < 3000; step++) {
        uint32_t x = dt_rand(&r), i = dt_below(&r, 10);
        uint64_t base, size, a = dt_below(&r, SPAN);
        if (x & 1 && reg[i].base + reg[i].size < SPAN)
            a = (x & 2 ? reg[i].base + reg[i].size : reg[i].base) + SPAN - (x >> 8 & 7); /* edges */
        a %= SPAN;
        unsigned n = 1u << (x >> 16 & 3);
        if (dt_below(&r, 100) == 0) {
            random_place(&r, i, &base, &size);
            bus_update(&bus, &reg[i], dt_rand(&r) & 1, base, size);
        }
        if (x & 4)
            check_write(&r, a, x & 8 ? n : 1 + (x >> 24 & 63), !(x & 8));
        else
            check_read(a, x & 8 ? n : 1 + (x >> 24 & 63), !(x & 8));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_bus");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, open_bus);
    tcase_add_test(t, ram_rom_and_shadow);
    tcase_add_test(t, other_memory_behind_a_region);
    tcase_add_test(t, wide_accesses_are_split_as_decoded);
    tcase_add_test(t, pages_may_be_shared);
    tcase_add_test(t, regions_above_the_table);
    tcase_add_test(t, ports);
    tcase_add_test(t, code_marks);
    tcase_add_loop_test(t, agrees_with_bytewise_model, 0, 20);
    suite_add_tcase(s, t);
    return dt_run(s);
}
