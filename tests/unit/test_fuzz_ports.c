/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * A board of the AT's chips under random port traffic, input and time: nothing may crash, hang or
 * reach out of bounds, and a board that was saved and loaded half-way must end in the same state.
 * Run under sanitizers it finds what the chips' own tests do not think of.
 */
#include "device_test.h"

#include "devices/debugcon.h"
#include "devices/exitport.h"
#include "devices/i8042.h"
#include "devices/i8237.h"
#include "devices/i8254.h"
#include "devices/i8259.h"
#include "devices/mc146818.h"
#include "devices/ns16550.h"
#include "devices/port61.h"
#include "devices/port92.h"
#include "devices/testdev.h"

#define RAM 0x100000u

struct board {
    struct sched s;
    struct bus mem, io;
    struct device_list devices;
    struct region ram_region, region[32];
    unsigned regions;
    uint8_t *ram;
    struct i8259 pic[2];
    struct i8254 pit;
    struct port61 p61;
    struct mc146818 rtc;
    struct ps2_kbd kbd;
    struct ps2_mouse mouse;
    struct i8042 kbc;
    struct ns16550 com[2];
    struct i8237_pair dma;
    struct port92 p92;
    struct debugcon con;
    struct exitport leave;
    struct testdev td;
    unsigned exits;
};

static void discard(void *self, const uint8_t *p, size_t n) { (void)self; (void)p; (void)n; }
static void on_exit_port(void *owner, uint32_t v) { (void)v; ((struct board *)owner)->exits++; }

static void map(struct board *b, const struct bus_ops *ops, void *dev, unsigned base, unsigned n)
{
    bus_map_io(&b->io, &b->region[b->regions++], "chip", ops, dev, base, n, 0);
}

static void irq(struct board *b, struct line *l, int n)
{
    l->set = i8259_ir;
    l->sink = &b->pic[n >> 3];
    l->pin = n & 7;
}

static void wire(struct board *b)
{
    i8259_cascade(&b->pic[0], &b->pic[1]);
    irq(b, &b->pit.out[0], 0);
    irq(b, &b->kbc.irq1, 1);
    irq(b, &b->com[1].irq, 3);
    irq(b, &b->com[0].irq, 4);
    irq(b, &b->rtc.irq, 8);
    irq(b, &b->kbc.irq12, 12);
}

static void map_all(struct board *b)
{
    map(b, &i8237_low_ops, &b->dma, 0x00, 16);
    map(b, &i8259_ops, &b->pic[0], 0x20, 2);
    map(b, &i8254_ops, &b->pit, 0x40, 4);
    map(b, &i8042_data_ops, &b->kbc, 0x60, 1);
    map(b, &port61_ops, &b->p61, 0x61, 1);
    map(b, &i8042_cmd_ops, &b->kbc, 0x64, 1);
    map(b, &mc146818_ops, &b->rtc, 0x70, 2);
    map(b, &i8237_page_ops, &b->dma, 0x80, 16);
    map(b, &port92_ops, &b->p92, 0x92, 1);
    map(b, &i8259_ops, &b->pic[1], 0xa0, 2);
    map(b, &i8237_high_ops, &b->dma, 0xc0, 32);
    map(b, &debugcon_ops, &b->con, 0xe9, 1);
    map(b, &exitport_ops, &b->leave, 0xf4, 4);
    map(b, &testdev_post_ops, &b->td, 0x190, 1);
    map(b, &testdev_ops, &b->td, 0x1a0, 16);
    map(b, &ns16550_ops, &b->com[1], 0x2f8, 8);
    map(b, &ns16550_ops, &b->com[0], 0x3f8, 8);
    map(b, &elcr_ops, &b->pic[0], 0x4d0, 1);
    map(b, &elcr_ops, &b->pic[1], 0x4d1, 1);
}

static struct board *board_new(void)
{
    struct board *b = calloc(1, sizeof *b);
    struct chardev out = { discard, NULL };
    b->ram = calloc(1, RAM);
    ck_assert(b->ram && bus_init(&b->mem, 32, RAM) && bus_init(&b->io, 16, 0));
    bus_map_ram(&b->mem, &b->ram_region, "ram", b->ram, 0, RAM, 0);
    i8259_init(&b->pic[0], 0xf8);
    i8259_init(&b->pic[1], 0xde);
    i8254_init(&b->pit, &b->s);
    port61_init(&b->p61, &b->s, &b->pit);
    mc146818_init(&b->rtc, &b->s, INT64_C(1000000000));
    ps2_kbd_init(&b->kbd);
    ps2_mouse_init(&b->mouse);
    i8042_init(&b->kbc, &b->s, &b->kbd, &b->mouse);
    ns16550_init(&b->com[0], &b->s, 0, out);
    ns16550_init(&b->com[1], &b->s, 1, out);
    i8237_init(&b->dma, &b->mem);
    port92_init(&b->p92);
    debugcon_init(&b->con, out);
    exitport_init(&b->leave, on_exit_port, b);
    testdev_init(&b->td, (struct testdev_host){ .out = out, .exit = on_exit_port, .owner = b });
    wire(b);
    map_all(b);
    device_add(&b->devices, &i8259_class, &b->pic[0], "pic0");
    device_add(&b->devices, &i8259_class, &b->pic[1], "pic1");
    device_add(&b->devices, &i8254_class, &b->pit, "pit");
    device_add(&b->devices, &port61_class, &b->p61, "port61");
    device_add(&b->devices, &mc146818_class, &b->rtc, "rtc");
    device_add(&b->devices, &ps2_kbd_class, &b->kbd, "kbd");
    device_add(&b->devices, &ps2_mouse_class, &b->mouse, "mouse");
    device_add(&b->devices, &i8042_class, &b->kbc, "kbc");
    device_add(&b->devices, &ns16550_class, &b->com[0], "com1");
    device_add(&b->devices, &ns16550_class, &b->com[1], "com2");
    device_add(&b->devices, &i8237_class, &b->dma, "dma");
    device_add(&b->devices, &port92_class, &b->p92, "port92");
    device_add(&b->devices, &testdev_class, &b->td, "testdev");
    device_reset_all(&b->devices, RESET_POWER);
    return b;
}

static void board_free(struct board *b)
{
    bus_free(&b->mem);
    bus_free(&b->io);
    free(b->ram);
    free(b);
}

static uint16_t some_port(struct board *b, uint32_t x)
{
    const struct region *r = &b->region[x % b->regions];
    return (uint16_t)(r->base + (x >> 8) % r->size);
}

static void use_dma(struct board *b, uint32_t x)
{
    uint8_t buf[64];
    bool tc;
    struct dma_port d = i8237_port(&b->dma, x & 7);
    memset(buf, (int)(x >> 8 & 0xff), sizeof buf);
    d.request(d.ctl, d.channel, x >> 16 & 1);
    d.move(d.ctl, d.channel, buf, x >> 17 & 63, x >> 23 & 1, &tc);
}

static void use_input(struct board *b, uint32_t x)
{
    switch (x & 3) {
    case 0: ps2_kbd_key(&b->kbd, x >> 8 & 0x1ff, x >> 20 & 1); break;
    case 1:
        ps2_mouse_move(&b->mouse, (int)(x >> 8 & 0xfff) - 2048, (int)(x >> 16 & 15), 0, x >> 20);
        break;
    default:
        if (ns16550_can_receive(&b->com[x >> 2 & 1]))
            ns16550_receive(&b->com[x >> 2 & 1], (uint8_t)(x >> 8));
        break;
    }
}

/* One random step; what the guest reads is folded into the result. */
static uint64_t step(struct board *b, struct dt_rng *r)
{
    uint32_t x = dt_rand(r), y = dt_rand(r), how = x & 15;
    unsigned size = 1u << (x >> 4 & 3) & 7;
    if (how < 6)
        bus_write(&b->io, some_port(b, x >> 8), y, size ? size : 1);
    else if (how < 10)
        return bus_read(&b->io, some_port(b, x >> 8), size ? size : 1);
    else if (how == 10)
        use_dma(b, y);
    else if (how == 11)
        use_input(b, y);
    else if (how == 12 && b->pic[0].intr.level)
        return (uint64_t)i8259_inta(&b->pic[0]);
    else if (how == 13 && y % 256 == 0)
        device_reset_all(&b->devices, y & 0x100 ? RESET_HARD : RESET_INIT);
    else
        sched_advance(&b->s, b->s.now + (y & 1 ? y >> 20 : y >> 8));
    return 0;
}

static uint64_t board_hash(struct board *b)
{
    uint64_t h = hash_bytes(HASH_SEED, b->ram, RAM);
    for (unsigned i = 0; i < b->devices.n; i++)
        h = fields_hash(h, b->devices.d[i].cls->fields, b->devices.d[i].self);
    return hash_u64(h, b->s.now);
}

static void board_copy(struct board *from, struct board *to)
{
    memcpy(to->ram, from->ram, RAM);
    to->s.now = from->s.now;
    for (unsigned i = 0; i < from->devices.n; i++)
        dt_copy(from->devices.d[i].cls, from->devices.d[i].self, to->devices.d[i].self);
    sched_rescan(&to->s);
}

/* Timers of a microsecond make every step long; a guest may do that, a test need not. */
static void calm(struct board *b)
{
    for (unsigned i = 0; i < 3; i++)
        if (b->pit.ch[i].armed && b->pit.ch[i].n < 200)
            i8254_ops.write(&b->pit, 3, 0x30 | i << 6, 1);
}

START_TEST(saved_and_loaded_boards_agree)
{
    struct dt_rng r = dt_seed((uint64_t)_i), same;
    struct board *a = board_new(), *b = board_new();
    for (int i = 0; i < 3000; i++) {
        step(a, &r);
        calm(a);
    }
    board_copy(a, b);
    ck_assert_uint_eq(board_hash(a), board_hash(b));
    same = r;
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_eq(step(a, &r), step(b, &same));
        calm(a);
        calm(b);
    }
    for (unsigned i = 0; i < a->devices.n; i++)
        dt_same(a->devices.d[i].cls, a->devices.d[i].self, b->devices.d[i].self);
    ck_assert_uint_eq(board_hash(a), board_hash(b));
    board_free(a);
    board_free(b);
}
END_TEST

/* Two boards in one process do not touch each other: interleaved runs equal runs one by one. */
START_TEST(boards_are_separate)
{
    struct dt_rng r1 = dt_seed(100), r2 = dt_seed(200);
    struct board *a = board_new(), *b = board_new(), *c = board_new();
    for (int i = 0; i < 2000; i++) {
        step(a, &r1);
        step(b, &r2);
        calm(a);
        calm(b);
    }
    r1 = dt_seed(100);
    for (int i = 0; i < 2000; i++) {
        step(c, &r1);
        calm(c);
    }
    ck_assert_uint_eq(board_hash(a), board_hash(c));
    board_free(a);
    board_free(b);
    board_free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fuzz_ports");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, saved_and_loaded_boards_agree, 0, 40);
    tcase_add_test(t, boards_are_separate);
    suite_add_tcase(s, t);
    return dt_run(s);
}
