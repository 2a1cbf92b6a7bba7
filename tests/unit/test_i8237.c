/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/* The DMA controllers: programming, directions, terminal count, requests by program;
 * test_i8237_model.c has them cycle by cycle at random. */
#include "device_test.h"

#include "devices/i8237.h"

#define RAM 0x1000000u

static struct bus mem;
static struct region ram_region;
static uint8_t *ram;
static struct i8237_pair dma;

static void low(unsigned reg, unsigned v) { i8237_low_ops.write(&dma, reg, v, 1); }
static void high(unsigned reg, unsigned v) { i8237_high_ops.write(&dma, reg * 2, v, 1); }
static unsigned low_in(unsigned reg) { return (unsigned)i8237_low_ops.read(&dma, reg, 1); }
static void page(unsigned port, unsigned v) { i8237_page_ops.write(&dma, port - 0x80, v, 1); }

static void setup(void)
{
    ram = calloc(1, RAM);
    ck_assert(ram && bus_init(&mem, 32, RAM));
    bus_map_ram(&mem, &ram_region, "ram", ram, 0, RAM, 0);
    i8237_init(&dma, &mem);
    i8237_class.reset(&dma, RESET_POWER);
    high(11, 0xc0);                                /* channel 4: cascade, open */
    high(10, 0x00);
}

static void teardown(void)
{
    bus_free(&mem);
    free(ram);
}

static void program2(unsigned mode, unsigned addr, unsigned count)
{
    low(10, 6);
    low(12, 0);
    low(4, addr & 0xff);
    low(4, addr >> 8 & 0xff);
    low(5, count & 0xff);
    low(5, count >> 8);
    low(11, mode | 2);
    page(0x81, addr >> 16);
    low(10, 2);
}

static size_t move(unsigned ch, void *buf, size_t n, bool to_memory, bool *tc)
{
    struct dma_port d = i8237_port(&dma, ch);
    return d.move(d.ctl, d.channel, buf, n, to_memory, tc);
}

START_TEST(a_floppy_sector)
{
    uint8_t buf[600];
    bool tc;
    for (unsigned i = 0; i < sizeof buf; i++)
        buf[i] = (uint8_t)(i * 7);
    program2(0x44, 0x12fff0, 511);
    ck_assert_uint_eq(move(2, buf, 10, false, &tc), 0);         /* programmed the other way */
    ck_assert_uint_eq(move(2, buf, 10, true, &tc), 10);
    ck_assert(!tc);
    low(12, 0);
    ck_assert_uint_eq(low_in(5) | low_in(5) << 8, 501);
    ck_assert_uint_eq(low_in(4) | low_in(4) << 8, 0xfffa);
    ck_assert_uint_eq(move(2, buf + 10, 590, true, &tc), 502);
    ck_assert(tc);
    ck_assert(!memcmp(ram + 0x12fff0, buf, 16));
    ck_assert(!memcmp(ram + 0x120000, buf + 16, 496));          /* the page does not count up */
    ck_assert_uint_eq(ram[0x130000], 0);
    ck_assert_uint_eq(low_in(8), 4);
    ck_assert_uint_eq(low_in(8), 0);
    ck_assert_uint_eq(low_in(15), 0xff);                        /* TC masked it */
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 0);
    ck_assert_uint_eq(i8237_page_ops.read(&dma, 1, 1), 0x12);
}
END_TEST

START_TEST(reads_and_repeats)
{
    uint8_t buf[8] = { 0 };
    bool tc;
    memcpy(ram + 0x500, "abcd", 4);
    program2(0x58, 0x500, 3);                      /* read, autoinit */
    ck_assert_uint_eq(move(2, buf, 8, false, &tc), 4);
    ck_assert(tc && !memcmp(buf, "abcd", 4));
    ck_assert_uint_eq(move(2, buf, 2, false, &tc), 2);
    ck_assert(!tc);
    program2(0x68, 0x503, 3);                      /* read, downwards */
    ck_assert_uint_eq(move(2, buf, 8, false, &tc), 4);
    ck_assert(tc && !memcmp(buf, "dcba", 4));
    program2(0x40, 0x500, 3);                      /* verify */
    memcpy(buf, "wxyz", 4);
    ck_assert_uint_eq(move(2, buf, 8, true, &tc), 4);
    ck_assert(tc && !memcmp(ram + 0x500, "abcd", 4) && !memcmp(buf, "wxyz", 4));
}
END_TEST

START_TEST(words)
{
    uint8_t buf[16] = "0123456789abcdef";
    bool tc;
    high(12, 0);
    high(2, 0x00);
    high(2, 0x80);                                 /* word address 8000h: byte address 10000h */
    high(3, 3);
    high(3, 0);
    high(11, 0x45);
    page(0x8b, 0x03);                              /* bit 0 of the page does not take part */
    high(10, 1);
    ck_assert_uint_eq(move(5, buf, 5, true, &tc), 4);
    ck_assert_uint_eq(move(5, buf + 4, 12, true, &tc), 4);
    ck_assert(tc && !memcmp(ram + 0x30000, "01234567", 8));
    ck_assert_uint_eq(i8237_high_ops.read(&dma, 16, 1), 2);
}
END_TEST

START_TEST(ways_to_stop_it)
{
    uint8_t buf[1] = { 1 };
    bool tc;
    program2(0x44, 0x500, 100);
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 1);
    low(8, 4);
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 0);
    low(8, 0);
    low(15, 4);
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 0);
    low(14, 0);
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 1);
    high(10, 4);                                   /* the cascade */
    ck_assert_uint_eq(move(2, buf, 1, true, &tc), 0);
    high(10, 0);
    low(13, 0);
    ck_assert_uint_eq(low_in(15), 0xff);
    struct dma_port d = i8237_port(&dma, 3);
    d.request(d.ctl, d.channel, true);
    high(10, 4);
    low(9, 4);                                     /* a request that waits for the bus */
    ck_assert_uint_eq(low_in(8), 0x90);
    d.request(d.ctl, d.channel, false);
    ck_assert_uint_eq(low_in(8), 0x10);
}
END_TEST

static void program(unsigned ch, unsigned mode, unsigned addr, unsigned count)
{
    low(12, 0);
    low(2 * ch, addr & 0xff);
    low(2 * ch, addr >> 8);
    low(2 * ch + 1, count & 0xff);
    low(2 * ch + 1, count >> 8);
    low(11, mode | ch);
}

/* 231466, "Memory-to-Memory"; request and mask bits do not matter to it. */
START_TEST(memory_to_memory)
{
    page(0x87, 1);
    page(0x83, 2);
    low(14, 0);
    memcpy(ram + 0x10100, "from here", 9);
    program(0, 0x88, 0x100, 3);
    program(1, 0x84, 0x200, 8);
    low(9, 4);                                     /* command bit 0 is not set: channel 0 alone */
    ck_assert_uint_eq(low_in(8), 1);
    ck_assert_uint_eq(ram[0x20200], 0);
    program(0, 0x88, 0x100, 3);
    low(8, 1);
    low(9, 4);
    ck_assert(!memcmp(ram + 0x20200, "from here", 10));
    ck_assert_uint_eq(low_in(8), 2);               /* channel 1's count ended it */
    ck_assert_uint_eq(low_in(13), 'e');
    low(12, 0);
    ck_assert_uint_eq(low_in(0) | low_in(0) << 8, 0x109);
    ck_assert_uint_eq(low_in(1) | low_in(1) << 8, 0xfffa);
    low(8, 3);                                     /* the source stays: a fill; downwards */
    program(0, 0x88, 0x101, 0);
    program(1, 0xb4, 0x20f, 7);
    low(14, 0);
    low(9, 4);
    ck_assert(!memcmp(ram + 0x20206, "errrrrrrrr", 11));
    ck_assert_uint_eq(low_in(15) & 2, 0);          /* autoinit: not masked, and loaded anew */
    low(12, 0);
    ck_assert_uint_eq(low_in(2) | low_in(2) << 8, 0x20f);
    low(8, 5);                                     /* the controller is off: it waits */
    program(1, 0x84, 0x300, 0);
    low(9, 4);
    ck_assert_uint_eq(ram[0x20300], 0);
    low(8, 1);
    ck_assert_uint_eq(ram[0x20300], 'r');
}
END_TEST

/* Nobody answers: the bus floats high. */
START_TEST(requests_by_program)
{
    page(0x82, 1);
    program(3, 0x84, 0xfffe, 4);
    low(10, 7);
    low(9, 7);
    ck_assert(!memcmp(ram + 0x1fffe, "\xff\xff\0", 3));
    ck_assert(!memcmp(ram + 0x10000, "\xff\xff\xff\0", 4));
    ck_assert_uint_eq(low_in(8), 8);
    program(3, 0xc4, 0, 4);                        /* in other modes than block it can only wait */
    low(9, 7);
    ck_assert_uint_eq(low_in(8), 0x80);
    low(11, 0x47);
    ck_assert_uint_eq(low_in(8), 0x80);
    ck_assert_uint_eq(ram[0x10004], 0);
    low(11, 0x87);
    ck_assert_uint_eq(low_in(8), 8);
    ck_assert(!memcmp(ram + 0x10000, "\xff\xff\xff\xff\xff\0", 6));
    program(3, 0x84, 0x40, 0);
    high(10, 4);                                   /* the way to the processor is closed */
    low(9, 7);
    ck_assert_uint_eq(ram[0x10040], 0);
    high(10, 0);
    ck_assert_uint_eq(ram[0x10040], 0xff);
}
END_TEST

/* "When channel 0's word count decrements to FFFFH ... it will cause an autoinitialization of
 * channel 0, if that option has been selected" (82C37A): a pattern over and over. */
START_TEST(patterns)
{
    memcpy(ram + 0x100, "abc", 3);
    program(0, 0x98, 0x100, 2);
    program(1, 0x84, 0x200, 7);
    low(8, 1);
    low(9, 4);
    ck_assert(!memcmp(ram + 0x200, "abcabcab", 9));
    ck_assert_uint_eq(low_in(8), 2);
    low(12, 0);
    ck_assert_uint_eq(low_in(0) | low_in(0) << 8, 0x102);
    ck_assert_uint_eq(low_in(1) | low_in(1) << 8, 0);
}
END_TEST

/* 231466, "Mode Register", "Software Commands": what modes and commands do to the registers. */
START_TEST(registers)
{
    uint8_t buf[16] = { 0 };
    bool tc;
    program2(0xc4, 0x500, 3);                      /* cascade: no cycles of its own */
    ck_assert_uint_eq(move(2, buf, 4, true, &tc), 0);
    for (unsigned mode = 0x00; mode < 0xc0; mode += 0x40) {     /* demand, single, block */
        program2(mode | 0x04, 0x500, 3);
        ck_assert_uint_eq(move(2, buf, 16, true, &tc), 4);
        ck_assert(tc);
    }
    program2(0x50, 0x500, 3);                      /* verify, autoinit: counts, and starts again */
    ck_assert_uint_eq(move(2, buf, 16, true, &tc), 4);
    ck_assert(tc);
    ck_assert_uint_eq(low_in(15) & 4, 0);
    low(12, 0);
    ck_assert_uint_eq(low_in(5) | low_in(5) << 8, 3);
    ck_assert_uint_eq(low_in(4) | low_in(4) << 8, 0x500);
    program2(0x54, 0x500, 0);                      /* a count of 0 is one cycle */
    ck_assert_uint_eq(move(2, buf, 16, true, &tc), 1);
    ck_assert(tc);
    low(12, 0);
    low(4, 0x34);                                  /* one byte at a time, by the flip-flop */
    ck_assert_uint_eq(low_in(4), 0x05);
    ck_assert_uint_eq(low_in(4), 0x34);
    low(13, 0);                                    /* master clear: masks, but keeps addresses */
    ck_assert_uint_eq(low_in(4), 0x34);
    ck_assert_uint_eq(low_in(8), 0);
    low(14, 0);
    ck_assert_uint_eq(low_in(15), 0xf0);
    for (unsigned i = 0; i < 4; i++)
        low(10, 4 | i);
    ck_assert_uint_eq(low_in(15), 0xff);
}
END_TEST

static void poke(void *arg, uint32_t x)
{
    struct i8237_pair *p = arg;
    uint8_t buf[256] = { 0 };
    struct dma_port d = i8237_port(p, x >> 8 & 7);
    bool tc;
    switch (x & 7) {
    case 0: case 1: i8237_low_ops.write(p, x >> 8 & 15, x >> 16 & 0xff, 1); break;
    case 2: i8237_high_ops.write(p, x >> 8 & 31, x >> 16 & 0xff, 1); break;
    case 3: i8237_page_ops.write(p, x >> 8 & 15, x >> 16 & 0xff, 1); break;
    case 4: i8237_low_ops.read(p, x >> 8 & 15, 1); break;
    case 5: i8237_high_ops.read(p, x >> 8 & 31, 1); break;
    case 6: d.request(d.ctl, d.channel, x >> 16 & 1); break;
    case 7: d.move(d.ctl, d.channel, buf, x >> 16 & 0xff, x >> 24 & 1, &tc); break;
    }
}

START_TEST(save_load_is_invisible)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    struct i8237_pair twin;
    struct bus other;
    struct region region;
    uint8_t *memory = calloc(1, RAM);
    ck_assert(memory && bus_init(&other, 32, RAM));
    bus_map_ram(&other, &region, "ram", memory, 0, RAM, 0);
    for (int i = 0; i < 300; i++)
        poke(&dma, dt_rand(&r));
    memcpy(memory, ram, RAM);
    i8237_init(&twin, &other);
    dt_copy(&i8237_class, &dma, &twin);
    for (int i = 0; i < 300; i++) {
        uint32_t x = dt_rand(&r);
        poke(&dma, x);
        poke(&twin, x);
    }
    dt_same(&i8237_class, &dma, &twin);
    ck_assert(!memcmp(memory, ram, RAM));
    dt_hostile(&i8237_class, &dma, &twin, NULL, poke, &twin);
    bus_free(&other);
    free(memory);
}
END_TEST

START_TEST(no_field_is_forgotten) { dt_covers(&i8237_class, sizeof(struct i8237_pair)); }
END_TEST

int main(void)
{
    Suite *s = suite_create("i8237");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_floppy_sector);
    tcase_add_test(t, reads_and_repeats);
    tcase_add_test(t, words);
    tcase_add_test(t, ways_to_stop_it);
    tcase_add_test(t, memory_to_memory);
    tcase_add_test(t, requests_by_program);
    tcase_add_test(t, patterns);
    tcase_add_test(t, registers);
    tcase_add_loop_test(t, save_load_is_invisible, 0, 5);
    tcase_add_test(t, no_field_is_forgotten);
    suite_add_tcase(s, t);
    return dt_run(s);
}
