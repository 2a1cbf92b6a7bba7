/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * Both DMA controllers and the page registers beside a naive model that does one bus cycle after
 * the other, after Intel 231466: all channels, bytes and words, directions, autoinitialization,
 * masks, requests by devices and programs, memory to memory, the cascade.
 */
#include "device_test.h"

#include "devices/i8237.h"

enum { RAM = 0x40000, VERIFY = 0, WRITE, READ };
enum { BLOCK = 2, CASCADE };

struct channel {
    unsigned addr, count, base_addr, base_count, transfer, mode;
    bool     again, down, masked, asked, requested, done;
};
struct chip { struct channel ch[4]; bool second, off, copies, holds; unsigned last; };
static struct chip ref[2];
static unsigned ref_page[16];
static uint8_t ram[RAM], ref_ram[RAM];

static struct bus mem;
static struct region region;
static struct i8237_pair dma;

/* ---- the model ---- */

static struct channel *channel(unsigned n) { return &ref[n / 4].ch[n % 4]; }

static bool reaches_the_bus(unsigned chip)
{
    const struct channel *c = &ref[1].ch[0];
    return chip == 1 || (!ref[1].off && !c->masked && c->mode == CASCADE);
}

/* The place of byte k of the present unit. */
static uint8_t *place(unsigned n, unsigned k)
{
    static const unsigned page[8] = { 7, 3, 1, 2, 15, 11, 9, 10 };
    unsigned high = ref_page[page[n]], low = channel(n)->addr;
    return n < 4 ? &ref_ram[high * 0x10000 + low]
                 : &ref_ram[high / 2 * 0x20000 + low * 2 + k];
}

static void reload(struct channel *c)
{
    c->addr = c->base_addr;
    c->count = c->base_count;
}

/* Moves on by one; true: that was the last. */
static bool next(struct channel *c, bool hold)
{
    if (!hold)
        c->addr = (c->addr + (c->down ? 0xffffu : 1u)) & 0xffff;
    c->count = (c->count + 0xffff) & 0xffff;
    return c->count == 0xffff;
}

static void end(struct channel *c)
{
    c->done = true;
    c->requested = false;
    if (c->again)
        reload(c);
    else
        c->masked = true;
}

/* One cycle of a device's; true: terminal count. */
static bool cycle(unsigned n, uint8_t *data)
{
    struct channel *c = channel(n);
    for (unsigned k = 0; k < (n < 4 ? 1u : 2u); k++)
        if (c->transfer == WRITE)
            *place(n, k) = data[k];
        else if (c->transfer == READ)
            data[k] = *place(n, k);
    if (!next(c, false))
        return false;
    end(c);
    return true;
}

static void copy(unsigned chip)
{
    struct channel *from = &ref[chip].ch[0], *to = &ref[chip].ch[1];
    for (bool last = false; !last;) {
        uint8_t low = *place(chip * 4, 0), high = *place(chip * 4, 1);
        if (chip)
            *place(5, 1) = high;
        *place(chip * 4 + 1, 0) = low;
        ref[chip].last = low;
        last = next(to, false);
        if (next(from, ref[chip].holds) && from->again)
            reload(from);
    }
    from->requested = false;
    end(to);
}

static void settle(void)
{
    for (unsigned n = 0; n < 8; n++) {
        struct chip *p = &ref[n / 4];
        struct channel *c = channel(n);
        if (!c->requested || c->mode != BLOCK || p->off || !reaches_the_bus(n / 4))
            continue;
        if (n % 4 == 0 && p->copies) {
            copy(n / 4);
            continue;
        }
        for (bool last = false; !last;) {
            uint8_t idle[2] = { 0xff, 0xff };
            last = cycle(n, idle);
        }
    }
}

static void put(unsigned *r, bool high, unsigned v)
{
    *r = high ? (*r & 0xff) + v * 256 : (*r & 0xff00) + v;
}

static void ref_write(unsigned chip, unsigned reg, unsigned v)
{
    struct chip *p = &ref[chip];
    struct channel *c = &p->ch[reg < 8 ? reg / 2 : v & 3];
    switch (reg) {
    case 8:
        p->copies = v & 1, p->holds = v & 2, p->off = v & 4;
        break;
    case 9:  c->requested = v & 4; break;
    case 10: c->masked = v & 4; break;
    case 11:
        c->transfer = v >> 2 & 3;
        c->again = v & 16, c->down = v & 32;
        c->mode = v >> 6;
        break;
    case 12: p->second = false; break;
    case 13:
        p->second = p->off = p->copies = p->holds = false;
        p->last = 0;
        for (unsigned i = 0; i < 4; i++) {
            p->ch[i].masked = true;
            p->ch[i].requested = p->ch[i].done = false;
        }
        break;
    case 14: case 15:
        for (unsigned i = 0; i < 4; i++)
            p->ch[i].masked = reg == 15 && v >> i & 1;
        break;
    default:
        put(reg & 1 ? &c->base_count : &c->base_addr, p->second, v);
        put(reg & 1 ? &c->count : &c->addr, p->second, v);
        p->second = !p->second;
        break;
    }
    settle();
}

static unsigned ref_read(unsigned chip, unsigned reg)
{
    struct chip *p = &ref[chip];
    unsigned v = 0;
    if (reg < 8) {
        v = reg & 1 ? p->ch[reg / 2].count : p->ch[reg / 2].addr;
        v = p->second ? v / 256 : v % 256;
        p->second = !p->second;
        return v;
    }
    if (reg == 13)
        return p->last;
    for (unsigned i = 0; i < 4; i++) {
        struct channel *c = &p->ch[i];
        if (reg == 8) {
            v |= (unsigned)c->done << i | (unsigned)(c->asked || c->requested) << (i + 4);
            c->done = false;
        }
        if (reg == 15)
            v |= (unsigned)c->masked << i;
    }
    return reg == 8 ? v : reg == 15 ? v | 0xf0 : 0xff;
}

/* A device's turn: how many bytes went. */
static size_t ref_move(unsigned n, uint8_t *data, size_t bytes, bool to_memory, bool *tc)
{
    const struct channel *c = channel(n);
    size_t unit = n < 4 ? 1 : 2, done = 0;
    bool open = !c->masked && !ref[n / 4].off && c->mode != CASCADE && reaches_the_bus(n / 4);
    *tc = false;
    if (!open || (c->transfer != VERIFY && c->transfer != (to_memory ? WRITE : READ)))
        return 0;
    for (; done + unit <= bytes && !*tc; done += unit)
        *tc = cycle(n, data + done);
    return done;
}

/* ---- both ---- */

static void out(unsigned chip, unsigned reg, unsigned v)
{
    const struct bus_ops *ops = chip ? &i8237_high_ops : &i8237_low_ops;
    ops->write(&dma, chip ? reg * 2 : reg, v, 1);
    ref_write(chip, reg, v);
}

static void in(unsigned chip, unsigned reg)
{
    const struct bus_ops *ops = chip ? &i8237_high_ops : &i8237_low_ops;
    unsigned got = (unsigned)ops->read(&dma, chip ? reg * 2 : reg, 1), want = ref_read(chip, reg);
    dt_require(got == want, "chip %u, register %u: %02x, model %02x", chip, reg, got, want);
}

static void start(void)
{
    ck_assert(bus_init(&mem, 32, RAM));
    bus_map_ram(&mem, &region, "ram", ram, 0, RAM, 0);
    memset(ram, 0, sizeof ram);
    memset(ref_ram, 0, sizeof ref_ram);
    memset(ref, 0, sizeof ref);
    memset(ref_page, 0, sizeof ref_page);
    i8237_init(&dma, &mem);
    i8237_class.reset(&dma, RESET_POWER);
    for (unsigned n = 0; n < 8; n++)
        channel(n)->masked = true;
}

static void program(struct dt_rng *r, unsigned n)
{
    unsigned chip = n / 4, i = n % 4, v = dt_rand(r);
    unsigned addr = dt_below(r, 3) ? v & 0xffff : (v & 0x3f) - 32u;
    unsigned count = dt_below(r, 40) ? dt_below(r, 300) : v >> 16;
    out(chip, 10, 4 | i);
    out(chip, 12, 0);
    out(chip, 2 * i, addr & 0xff);
    out(chip, 2 * i, addr >> 8 & 0xff);
    out(chip, 2 * i + 1, count & 0xff);
    out(chip, 2 * i + 1, count >> 8);
    out(chip, 11, (v >> 4 & 0xf0) | dt_below(r, 3) << 2 | i);
    if (dt_below(r, 4))
        out(chip, 10, i);
}

static void act(struct dt_rng *r, unsigned n, bool to_memory)
{
    uint8_t data[200], want[200];
    struct dma_port d = i8237_port(&dma, n);
    size_t bytes = dt_below(r, sizeof data);
    bool tc, ref_tc;
    for (size_t i = 0; i < bytes; i++)
        data[i] = want[i] = (uint8_t)dt_rand(r);
    size_t got = d.move(d.ctl, d.channel, data, bytes, to_memory, &tc);
    size_t ref_got = ref_move(n, want, bytes, to_memory, &ref_tc);
    dt_require(got == ref_got && tc == ref_tc, "channel %u: %zu bytes, end %d; model %zu, %d", n,
               got, tc, ref_got, ref_tc);
    dt_require(!memcmp(data, want, bytes), "channel %u: other bytes", n);
}

static void step(struct dt_rng *r)
{
    static const unsigned pages[] = { 7, 3, 1, 2, 15, 11, 9, 10 };
    unsigned n = dt_below(r, 8), chip = n / 4, v = dt_rand(r) & 0xff;
    struct dma_port d = i8237_port(&dma, n);
    switch (dt_below(r, 16)) {
    case 0: case 1: program(r, n); break;
    case 2:
        i8237_page_ops.write(&dma, pages[n], v & 3, 1);
        ref_page[pages[n]] = v & 3;
        break;
    case 3:
        d.request(d.ctl, d.channel, v & 1);
        channel(n)->asked = v & 1;
        break;
    case 4:
        if (dt_below(r, 8) == 0)
            out(chip, 8, dt_below(r, 3) ? v & 0xfb : v);
        break;
    case 5: out(chip, 9, v & dt_rand(r)); break;
    case 6:
        out(1, 11, 0xc0);                    /* the cascade, as it should be */
        out(1, 10, 0);
        break;
    case 7: out(chip, dt_below(r, 30) ? 10 : 12 + dt_below(r, 4), v & 0xf7); break;
    case 8: in(chip, dt_below(r, 16)); break;
    default: act(r, n, v & 1); break;
    }
}

START_TEST(agree_cycle_by_cycle)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    start();
    for (int i = 0; i < 20000; i++) {
        step(&r);
        if (i % 500 == 0)
            for (unsigned k = 0; k < 64; k++)
                in(k / 32, k % 16);
    }
    ck_assert(!memcmp(ram, ref_ram, RAM));
    bus_free(&mem);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("i8237_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agree_cycle_by_cycle, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
