/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/vmmouse.h"

#define MAGIC      0x564d5868u
#define VERSION    6u
#define DRIVER_ID  0x3442554au
#define ST_ERROR   0xffff0000u
enum { EAX, ECX, EDX, EBX };
enum { GET_VERSION = 10, DATA = 39, STATUS = 40, COMMAND = 41 };
#define ENABLE     0x45414552u
#define DISABLE    0x000000f5u
#define RELATIVE   0x4c455252u
#define ABSOLUTE   0x53424152u
enum { LEFT = 0x20, RIGHT = 0x10, MIDDLE = 0x08 };

static const struct field fields[] = {
    FIELD(struct vmmouse, absolute),
    FIELD(struct vmmouse, failed),
    FIELD_MAX(struct vmmouse, buttons, 7),
    FIELD_MAX(struct vmmouse, head, VMMOUSE_WORDS - 1),
    FIELD_MAX(struct vmmouse, count, VMMOUSE_WORDS),
    FIELD_ARRAY(struct vmmouse, words),
    FIELD_TRANSIENT(struct vmmouse, mouse),
    FIELD_TRANSIENT(struct vmmouse, cpu),
    FIELD_END
};

static uint32_t *word(struct vmmouse *p, unsigned n)
{
    return &p->words[(p->head + n) % VMMOUSE_WORDS];
}

static void push(struct vmmouse *p, uint32_t v)
{
    if (p->count < VMMOUSE_WORDS)
        *word(p, p->count++) = v;
}

/* What was read is cleared, so that equal queues hash alike. */
static uint32_t pop(struct vmmouse *p)
{
    uint32_t v = *word(p, 0);
    *word(p, 0) = 0;
    p->head = (uint16_t)((p->head + 1) % VMMOUSE_WORDS);
    p->count--;
    return v;
}

static void empty(struct vmmouse *p)
{
    while (p->count)
        pop(p);
    p->head = 0;
    p->failed = false;
}

static void command(struct vmmouse *p, uint32_t v)
{
    switch (v) {
    case ENABLE:                             /* the driver expects to read this first */
        empty(p);
        push(p, DRIVER_ID);
        break;
    case DISABLE:                            /* it sees by the error that this was heard */
        empty(p);
        p->absolute = false;
        p->failed = true;
        break;
    case RELATIVE:
    case ABSOLUTE:
        p->absolute = v == ABSOLUTE;
        break;
    default:
        break;
    }
}

/* One to four words, to EAX and on; EAX is what the IN returns. */
static uint32_t data(struct vmmouse *p, uint32_t n)
{
    static const uint8_t to[4] = { EAX, EBX, ECX, EDX };
    if (!n || n > 4 || n > p->count) {
        p->failed = true;
        return ST_ERROR;
    }
    uint32_t first = pop(p);
    for (unsigned i = 1; i < n; i++)
        p->cpu.set(p->cpu.owner, to[i], pop(p));
    return first;
}

static uint64_t vmmouse_read(void *dev, uint32_t off, unsigned size)
{
    struct vmmouse *p = dev;
    void *cpu = p->cpu.owner;
    if (size != 4 || p->cpu.get(cpu, EAX) != MAGIC)
        return UINT64_MAX;
    switch (p->cpu.get(cpu, ECX) & 0xffff) {
    case GET_VERSION:
        p->cpu.set(cpu, EBX, MAGIC);
        return VERSION;
    case DATA:
        return data(p, p->cpu.get(cpu, EBX));
    case STATUS:
        return p->failed ? ST_ERROR : p->count;
    case COMMAND:
        command(p, p->cpu.get(cpu, EBX));
        return MAGIC;
    default:
        return UINT64_MAX;
    }
}

static void vmmouse_write(void *dev, uint32_t off, uint64_t v, unsigned size) {}

static uint32_t scaled(int v)
{
    unsigned u = v < 0 ? 0 : v > 32767 ? 32767 : (unsigned)v;
    return u << 1 | u >> 14;
}

void vmmouse_move(struct vmmouse *p, int x, int y, int wheel, unsigned buttons)
{
    if (!p->absolute)
        return;
    /* A packet that only moved, or any when there is no room, gives way to the next. */
    bool full = p->count > VMMOUSE_WORDS - 4;
    bool again = p->count >= 8 && (buttons & 7) == p->buttons && !wheel && !*word(p, p->count - 1u);
    if (full || again)
        p->count -= 4;
    uint32_t b = (buttons & 1 ? LEFT : 0) | (buttons & 2 ? RIGHT : 0) | (buttons & 4 ? MIDDLE : 0);
    push(p, b);
    push(p, scaled(x));
    push(p, scaled(y));
    push(p, (uint32_t)-wheel & 0xff);
    p->buttons = buttons & 7;
    ps2_mouse_nudge(p->mouse);
}

void vmmouse_init(struct vmmouse *p, struct ps2_mouse *mouse, struct vmmouse_cpu cpu)
{
    *p = (struct vmmouse){ .mouse = mouse, .cpu = cpu };
}

static void vmmouse_reset(void *dev, enum reset_kind kind)
{
    struct vmmouse *p = dev;
    if (kind != RESET_INIT)
        vmmouse_init(p, p->mouse, p->cpu);
}

const struct bus_ops vmmouse_ops = { vmmouse_read, vmmouse_write, 4 };
const struct device_class vmmouse_class = { "vmmouse", 1, 1, fields, vmmouse_reset, NULL, NULL };
