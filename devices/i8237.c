/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i8237.h"

enum { MODE_TRANSFER = 0x0c, MODE_VERIFY = 0x00, MODE_WRITE = 0x04, MODE_READ = 0x08,
       MODE_AUTO = 0x10, MODE_DOWN = 0x20, MODE_BLOCK = 0x80, MODE_CASCADE = 0xc0 };
enum { COMMAND_MEMORY = 0x01, COMMAND_HOLD = 0x02, COMMAND_DISABLE = 0x04 };
enum { STATUS = 8, REQUEST, MASK_ONE, MODE, CLEAR_FF, MASTER_CLEAR, CLEAR_MASK, MASK_ALL };
#define SOFTWARE 4096u           /* bytes that a software request moves at a time */

static const struct field ch_fields[] = {
    FIELD(struct i8237_ch, addr),            FIELD(struct i8237_ch, count),
    FIELD(struct i8237_ch, base_addr),       FIELD(struct i8237_ch, base_count),
    FIELD(struct i8237_ch, mode),            FIELD_END
};

static const struct field chip_fields[] = {
    FIELD_STRUCTS(struct i8237, ch, ch_fields),
    FIELD(struct i8237, command),            FIELD_MAX(struct i8237, tc, 15),
    FIELD_MAX(struct i8237, dreq, 15),       FIELD_MAX(struct i8237, request, 15),
    FIELD_MAX(struct i8237, mask, 15),       FIELD(struct i8237, msb),
    FIELD(struct i8237, temp),
    FIELD_END
};

static const struct field fields[] = {
    FIELD_STRUCTS(struct i8237_pair, c, chip_fields),
    FIELD_ARRAY(struct i8237_pair, page),
    FIELD_TRANSIENT(struct i8237_pair, mem),
    FIELD_END
};

/* Replaces one byte of a register pair. */
static void put_byte(uint16_t *r, bool msb, uint8_t v)
{
    *r = (uint16_t)(msb ? (*r & 0x00ff) | v << 8 : (*r & 0xff00) | v);
}

static void write_count_or_addr(struct i8237 *c, unsigned reg, uint8_t v)
{
    struct i8237_ch *ch = &c->ch[reg >> 1];
    put_byte(reg & 1 ? &ch->base_count : &ch->base_addr, c->msb, v);
    put_byte(reg & 1 ? &ch->count : &ch->addr, c->msb, v);
    c->msb = !c->msb;
}

static void set_bit(uint8_t *r, unsigned n, bool on)
{
    *r = (uint8_t)(on ? *r | 1u << n : *r & ~(1u << n));
}

static void master_clear(struct i8237 *c)
{
    c->command = c->tc = c->request = c->temp = 0;
    c->mask = 15;
    c->msb = false;
}

static uint8_t chip_read(struct i8237 *c, unsigned reg)
{
    uint8_t v = 0xff;
    if (reg < 8) {
        uint16_t r = reg & 1 ? c->ch[reg >> 1].count : c->ch[reg >> 1].addr;
        v = (uint8_t)(c->msb ? r >> 8 : r);
        c->msb = !c->msb;
    } else if (reg == STATUS) {
        v = (uint8_t)((c->dreq | c->request) << 4 | c->tc);
        c->tc = 0;
    } else if (reg == MASTER_CLEAR) {
        v = c->temp;
    } else if (reg == MASK_ALL) {
        v = 0xf0 | c->mask;                  /* readable in the chip's successors */
    }
    return v;
}

static bool is_open(const struct i8237 *c, unsigned n)
{
    return !(c->command & COMMAND_DISABLE) && !(c->mask >> n & 1);
}

static bool cascades(const struct i8237_ch *c) { return (c->mode & MODE_CASCADE) == MODE_CASCADE; }
static bool in_blocks(const struct i8237_ch *c) { return (c->mode & MODE_CASCADE) == MODE_BLOCK; }

/* Does the way to the processor's HOLD lead through the other chip, and is it open? */
static bool has_bus(const struct i8237_pair *p, unsigned chip)
{
    return chip || (is_open(&p->c[1], 0) && cascades(&p->c[1].ch[0]));
}

/* Would the channel do a bus cycle in this direction? */
static bool ready(const struct i8237_pair *p, unsigned channel, bool to_memory)
{
    const struct i8237 *c = &p->c[channel >> 2];
    uint8_t transfer = c->ch[channel & 3].mode & MODE_TRANSFER;
    if (!is_open(c, channel & 3) || cascades(&c->ch[channel & 3]) || !has_bus(p, channel >> 2))
        return false;
    return transfer == MODE_VERIFY || transfer == (to_memory ? MODE_WRITE : MODE_READ);
}

/* Where the channel's current word lies. */
static paddr address(const struct i8237_pair *p, unsigned channel)
{
    static const uint8_t page_port[8] = { 7, 3, 1, 2, 15, 11, 9, 10 };
    paddr page = p->page[page_port[channel]], addr = p->c[channel >> 2].ch[channel & 3].addr;
    return channel < 4 ? page << 16 | addr : (page & 0xfe) << 16 | addr << 1;
}

/* One stretch of up to n units without wrap of the address; advances the address. */
static uint32_t stretch(struct i8237_pair *p, unsigned channel, uint8_t *buf, uint32_t n)
{
    struct i8237_ch *ch = &p->c[channel >> 2].ch[channel & 3];
    unsigned unit = channel < 4 ? 1 : 2;
    bool down = ch->mode & MODE_DOWN;
    uint32_t room = down ? 1 : 0x10000u - ch->addr;
    if (n > room)
        n = room;
    if ((ch->mode & MODE_TRANSFER) == MODE_WRITE)
        bus_dma_write(p->mem, address(p, channel), buf, (size_t)n * unit);
    else if ((ch->mode & MODE_TRANSFER) == MODE_READ)
        bus_dma_read(p->mem, address(p, channel), buf, (size_t)n * unit);
    ch->addr = (uint16_t)(down ? ch->addr - n : ch->addr + n);
    return n;
}

static void reload(struct i8237_ch *ch)
{
    ch->addr = ch->base_addr;
    ch->count = ch->base_count;
}

static void terminal_count(struct i8237 *c, unsigned n)
{
    struct i8237_ch *ch = &c->ch[n];
    set_bit(&c->tc, n, true);
    set_bit(&c->request, n, false);
    if (ch->mode & MODE_AUTO)
        reload(ch);
    else
        set_bit(&c->mask, n, true);
}

/* The bus cycles of an open channel, n bytes of them at most. */
static size_t cycles(struct i8237_pair *p, unsigned channel, uint8_t *buf, size_t n, bool *tc)
{
    struct i8237 *c = &p->c[channel >> 2];
    struct i8237_ch *ch = &c->ch[channel & 3];
    unsigned unit = channel < 4 ? 1 : 2;
    uint8_t *at = buf;
    uint32_t left = ch->count + 1u;          /* the count register holds one less */
    *tc = false;
    if (n / unit < left)
        left = (uint32_t)(n / unit);
    while (left) {
        uint32_t done = stretch(p, channel, at, left);
        at += (size_t)done * unit;
        left -= done;
        ch->count = (uint16_t)(ch->count - done);
        *tc = ch->count == 0xffff;
    }
    if (*tc)
        terminal_count(c, channel & 3);
    return (size_t)(at - buf);
}

static size_t dma_move(void *ctl, unsigned channel, void *buf, size_t n, bool to_memory, bool *tc)
{
    *tc = false;
    return ready(ctl, channel, to_memory) ? cycles(ctl, channel, buf, n, tc) : 0;
}

/* 231466, "Memory-to-Memory": channel 0 reads, channel 1 writes, and its count ends it. That of
 * channel 0 gives no TC, only its autoinitialization. */
static void memory_to_memory(struct i8237_pair *p, unsigned chip)
{
    struct i8237 *c = &p->c[chip];
    struct i8237_ch *from = &c->ch[0], *to = &c->ch[1];
    unsigned unit = chip ? 2 : 1;
    for (bool end = false; !end;) {
        uint8_t word[2];
        bus_dma_read(p->mem, address(p, chip * 4), word, unit);
        bus_dma_write(p->mem, address(p, chip * 4 + 1), word, unit);
        c->temp = word[0];
        end = to->count-- == 0;
        if (!(c->command & COMMAND_HOLD))
            from->addr = (uint16_t)(from->mode & MODE_DOWN ? from->addr - 1 : from->addr + 1);
        to->addr = (uint16_t)(to->mode & MODE_DOWN ? to->addr - 1 : to->addr + 1);
        if (from->count-- == 0 && from->mode & MODE_AUTO)
            reload(from);
    }
    set_bit(&c->request, 0, false);
    terminal_count(c, 1);
}

/* Requests by program are not maskable, and served in block mode only. No device answers their
 * cycles: what they write is what an idle bus shows, and what they read is lost. */
static void serve_requests(struct i8237_pair *p, unsigned chip)
{
    struct i8237 *c = &p->c[chip];
    if (!c->request || c->command & COMMAND_DISABLE || !has_bus(p, chip))
        return;
    if (c->command & COMMAND_MEMORY && c->request & 1 && in_blocks(&c->ch[0]))
        memory_to_memory(p, chip);
    for (unsigned i = 0; i < 4; i++) {
        bool tc = false;
        while (c->request >> i & 1 && in_blocks(&c->ch[i]) && !tc) {
            uint8_t idle[SOFTWARE];
            memset(idle, 0xff, sizeof idle);
            cycles(p, chip * 4 + i, idle, sizeof idle, &tc);
        }
    }
}

static void chip_write(struct i8237_pair *p, unsigned chip, unsigned reg, uint8_t v)
{
    struct i8237 *c = &p->c[chip];
    switch (reg) {
    case STATUS:       c->command = v; break;
    case REQUEST:      set_bit(&c->request, v & 3, v & 4); break;
    case MASK_ONE:     set_bit(&c->mask, v & 3, v & 4); break;
    case MODE:         c->ch[v & 3].mode = v & 0xfc; break;
    case CLEAR_FF:     c->msb = false; break;
    case MASTER_CLEAR: master_clear(c); break;
    case CLEAR_MASK:   c->mask = 0; break;
    case MASK_ALL:     c->mask = v & 15; break;
    default:           write_count_or_addr(c, reg, v); break;
    }
    serve_requests(p, 0);
    serve_requests(p, 1);
}

static uint64_t low_read(void *dev, uint32_t off, unsigned size)
{
    return chip_read(&((struct i8237_pair *)dev)->c[0], off & 15);
}
static void low_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    chip_write(dev, 0, off & 15, (uint8_t)v);
}
static uint64_t high_read(void *dev, uint32_t off, unsigned size)
{
    return chip_read(&((struct i8237_pair *)dev)->c[1], off >> 1 & 15);
}
static void high_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    chip_write(dev, 1, off >> 1 & 15, (uint8_t)v);
}
static uint64_t page_read(void *dev, uint32_t off, unsigned size)
{
    return ((struct i8237_pair *)dev)->page[off & 15];
}
static void page_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    ((struct i8237_pair *)dev)->page[off & 15] = (uint8_t)v;
}

static void dma_request(void *ctl, unsigned channel, bool level)
{
    struct i8237_pair *p = ctl;
    set_bit(&p->c[channel >> 2].dreq, channel & 3, level);
}

struct dma_port i8237_port(struct i8237_pair *p, unsigned channel)
{
    return (struct dma_port){ p, channel & 7, dma_request, dma_move };
}

void i8237_init(struct i8237_pair *p, struct bus *mem)
{
    *p = (struct i8237_pair){ .mem = mem };
    p->c[0].mask = p->c[1].mask = 15;
}

/* The pins belong to the devices. */
static void dma_reset(void *dev, enum reset_kind kind)
{
    struct i8237_pair *p = dev;
    if (kind == RESET_INIT)
        return;
    for (unsigned i = 0; i < 2; i++) {
        master_clear(&p->c[i]);
        if (kind == RESET_POWER)
            memset(p->c[i].ch, 0, sizeof p->c[i].ch);
    }
    if (kind == RESET_POWER)
        memset(p->page, 0, sizeof p->page);
}

const struct bus_ops i8237_low_ops = { low_read, low_write, 1 };
const struct bus_ops i8237_high_ops = { high_read, high_write, 1 };
const struct bus_ops i8237_page_ops = { page_read, page_write, 1 };
const struct device_class i8237_class = { "i8237", 2, 1, fields, dma_reset, NULL, NULL };
