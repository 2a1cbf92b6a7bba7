/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/testdev.h"

enum { COMMAND = 4, VALUE = 8 };
enum { DONE, UNKNOWN, IMPOSSIBLE };

static const struct field fields[] = {
    FIELD(struct testdev, post),             FIELD_MAX(struct testdev, result, 2),
    FIELD(struct testdev, value),            FIELD(struct testdev, echo),
    FIELD(struct testdev, item),             FIELD_MAX(struct testdev, at, 8),
    FIELD_ARRAY(struct testdev, irq),        FIELD_TRANSIENT(struct testdev, host),
    FIELD_END
};

static uint64_t post_read(void *dev, uint32_t off, unsigned size)
{
    return ((struct testdev *)dev)->post;
}

static void post_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    ((struct testdev *)dev)->post = (uint8_t)v;
}

static uint8_t carry_out(struct testdev *p, uint8_t command)
{
    const struct testdev_host *h = &p->host;
    switch (command) {
    case 1:
        chardev_put(&h->out, (uint8_t)p->value);
        return DONE;
    case 2:
        return h->screen_crc && h->screen_crc(h->owner, &p->value) ? DONE : IMPOSSIBLE;
    case 3:
        if (!h->exit)
            return IMPOSSIBLE;
        h->exit(h->owner, p->value);
        return DONE;
    default:
        return UNKNOWN;
    }
}

static uint64_t testdev_read(void *dev, uint32_t off, unsigned size)
{
    static const uint8_t id[4] = { 'V', 'T', 'D', '1' };
    const struct testdev *p = dev;
    off &= 15;
    if (off < 4)
        return id[off];
    if (off == COMMAND)
        return p->result;
    return off >= VALUE && off < VALUE + 4 ? p->value >> 8 * (off - VALUE) & 0xff : 0xff;
}

static void testdev_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct testdev *p = dev;
    off &= 15;
    if (off == COMMAND) {
        p->result = carry_out(p, (uint8_t)v);
    } else if (off >= VALUE && off < VALUE + 4) {
        unsigned shift = 8 * (off - VALUE);
        p->value = (p->value & ~(UINT32_C(0xff) << shift)) | (uint32_t)(uint8_t)v << shift;
    }
}

static uint64_t echo_read(void *dev, uint32_t off, unsigned size)
{
    return ((const struct testdev *)dev)->echo >> 8 * (off & 3);
}

static void echo_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct testdev *p = dev;
    uint32_t mask = UINT32_MAX >> (32 - 8 * size) << 8 * (off & 3);
    p->echo = (p->echo & ~mask) | ((uint32_t)v << 8 * (off & 3) & mask);
}

static void irq_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct testdev *p = dev;
    if (off < TESTDEV_IRQS)
        line_set(&p->irq[off], (uint8_t)v != 0);
}

static uint64_t item_read(void *dev, uint32_t off, unsigned size)
{
    struct testdev *p = dev;
    uint64_t v = p->item == 3 ? p->host.memory : p->item == 5 ? p->host.processors : 0;
    if (off != 1 || p->at >= 8)
        return 0;
    return v >> 8 * p->at++ & 0xff;
}

static void item_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct testdev *p = dev;
    if (off != 0 || size != 2)
        return;
    p->item = (uint16_t)v;
    p->at = 0;
}

void testdev_init(struct testdev *p, struct testdev_host host)
{
    *p = (struct testdev){ .host = host };
}

static void testdev_reset(void *dev, enum reset_kind kind)
{
    struct testdev *p = dev;
    if (kind == RESET_INIT)
        return;
    p->post = p->result = p->at = 0;
    p->value = p->echo = p->item = 0;
    for (unsigned i = 0; i < TESTDEV_IRQS; i++)
        line_set(&p->irq[i], false);
}

const struct bus_ops testdev_post_ops = { post_read, post_write, 1 };
const struct bus_ops testdev_ops = { testdev_read, testdev_write, 1 };
const struct bus_ops testdev_echo_ops = { echo_read, echo_write, 7 };
const struct bus_ops testdev_irq_ops = { NULL, irq_write, 1 };
const struct bus_ops testdev_item_ops = { item_read, item_write, 3 };
const struct device_class testdev_class = { "testdev", 2, 1, fields, testdev_reset, NULL, NULL };
