/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i8042.h"

enum { CCB_IRQ1 = 0x01, CCB_IRQ12 = 0x02, CCB_SYS = 0x04, CCB_NO_KBD = 0x10, CCB_NO_AUX = 0x20,
       CCB_XLATE = 0x40 };
enum { ST_OBF = 0x01, ST_SYS = 0x04, ST_A2 = 0x08, ST_UNLOCKED = 0x10, ST_AUX = 0x20 };
enum { OUT_NO_RESET = 0x01, OUT_A20 = 0x02, OUT_IRQ1 = 0x10, OUT_IRQ12 = 0x20, OUT_DEFAULT = 0xcf };

#define BYTE_NS  600000          /* eleven bits at some 18 kHz */
#define REPLY_NS 50000           /* the controller's own program */

static const struct field fields[] = {
    FIELD_ARRAY(struct i8042, ram),           FIELD(struct i8042, outport),
    FIELD(struct i8042, command),             FIELD(struct i8042, a2),
    FIELD(struct i8042, obf),                 FIELD(struct i8042, obf_aux),
    FIELD(struct i8042, dbb),                 FIELD(struct i8042, broke),
    FIELD_MAX(struct i8042, reply_n, 8),      FIELD_ARRAY(struct i8042, reply),
    FIELD(struct i8042, reply_aux),           FIELD(struct i8042, transfer),
    FIELD(struct i8042, irq1),                FIELD(struct i8042, irq12),
    FIELD(struct i8042, a20),                 FIELD(struct i8042, reset),
    FIELD_TRANSIENT(struct i8042, kbd),       FIELD_TRANSIENT(struct i8042, mouse),
    FIELD_TRANSIENT(struct i8042, sched),     FIELD_END
};

static bool kbd_waits(const struct i8042 *p)
{
    return p->kbd->ready.level && !(p->ram[0] & CCB_NO_KBD);
}
static bool mouse_waits(const struct i8042 *p)
{
    return p->mouse && p->mouse->ready.level && !(p->ram[0] & CCB_NO_AUX);
}

/* Outputs follow state; the next byte sets out when there is one and the buffer is free. */
static void update(struct i8042 *p)
{
    line_set(&p->irq1, p->obf && !p->obf_aux && p->ram[0] & CCB_IRQ1);
    line_set(&p->irq12, p->obf && p->obf_aux && p->ram[0] & CCB_IRQ12);
    line_set(&p->a20, p->outport & OUT_A20);
    if (p->obf || p->transfer.when != VTIME_NEVER)
        return;
    if (p->reply_n)
        sched_arm(p->sched, &p->transfer, sched_now(p->sched) + REPLY_NS);
    else if (kbd_waits(p) || mouse_waits(p))
        sched_arm(p->sched, &p->transfer, sched_now(p->sched) + BYTE_NS);
}

static void set_output(struct i8042 *p, uint8_t v, bool aux)
{
    p->dbb = v;
    p->obf = true;
    p->obf_aux = aux;
}

/* Set 2 to set 1: the break prefix becomes bit 7. False: v was that prefix. */
static bool translate(struct i8042 *p, uint8_t *v)
{
    if (!(p->ram[0] & CCB_XLATE))
        return true;
    if (*v == 0xf0) {
        p->broke = true;
        return false;
    }
    if (*v < sizeof ps2_set2_to_set1)
        *v = ps2_set2_to_set1[*v];
    *v |= p->broke ? 0x80 : 0;
    p->broke = false;
    return true;
}

static void take_reply(struct i8042 *p)
{
    set_output(p, p->reply[0], p->reply_aux & 1);
    memmove(p->reply, p->reply + 1, --p->reply_n);
    p->reply_aux >>= 1;
}

static void on_transfer(void *dev, vtime when)
{
    struct i8042 *p = dev;
    if (p->obf) {
        ;                                        /* update() sees to it when the buffer is read */
    } else if (p->reply_n) {
        take_reply(p);
    } else if (kbd_waits(p)) {
        uint8_t v = ps2_kbd_read(p->kbd);
        if (translate(p, &v))
            set_output(p, v, false);
    } else if (mouse_waits(p)) {
        set_output(p, ps2_mouse_read(p->mouse), true);
    }
    update(p);
}

static void on_ready(void *dev, int pin, bool level)
{
    if (level)
        update(dev);
}

static void reply(struct i8042 *p, uint8_t v, bool aux)
{
    if (p->reply_n == sizeof p->reply)
        return;
    unsigned older = p->reply_aux & ((1u << p->reply_n) - 1);
    p->reply_aux = (uint8_t)(older | (unsigned)aux << p->reply_n);
    p->reply[p->reply_n++] = v;
}

static void pulse_reset(struct i8042 *p)
{
    line_set(&p->reset, true);
    line_set(&p->reset, false);
}

static void write_outport(struct i8042 *p, uint8_t v)
{
    p->outport = v & (uint8_t)~(OUT_IRQ1 | OUT_IRQ12);
    if (!(v & OUT_NO_RESET))
        pulse_reset(p);
}

static uint8_t read_outport(const struct i8042 *p)
{
    return p->outport | (p->irq1.level ? OUT_IRQ1 : 0) | (p->irq12.level ? OUT_IRQ12 : 0);
}

static void self_test(struct i8042 *p)
{
    p->ram[0] |= CCB_SYS;
    p->broke = false;
    reply(p, 0x55, false);
}

static void write_command(struct i8042 *p, uint8_t v)      /* long: table */
{
    p->command = 0;
    if (v >= 0x20 && v <= 0x3f) {
        reply(p, p->ram[v & 31], false);
        return;
    }
    switch (v) {
    case 0xa4: reply(p, 0xf1, false); break;     /* no password */
    case 0xa7: p->ram[0] |= CCB_NO_AUX; break;
    case 0xa8: p->ram[0] &= (uint8_t)~CCB_NO_AUX; break;
    case 0xa9: reply(p, p->mouse ? 0x00 : 0x02, false); break;
    case 0xaa: self_test(p); break;
    case 0xab: reply(p, 0x00, false); break;
    case 0xad: p->ram[0] |= CCB_NO_KBD; break;
    case 0xae: p->ram[0] &= (uint8_t)~CCB_NO_KBD; break;
    case 0xc0: reply(p, 0xb0, false); break;     /* not locked, no jumpers */
    case 0xd0: reply(p, read_outport(p), false); break;
    case 0xdd: p->outport &= (uint8_t)~OUT_A20; break;
    case 0xdf: p->outport |= OUT_A20; break;
    case 0xe0: reply(p, 0x00, false); break;     /* test inputs: both clocks low */
    default:
        if (v >= 0xf0 && !(v & 1))               /* pulses the outputs whose bit is 0 */
            pulse_reset(p);
        else if ((v >= 0x60 && v <= 0x7f) || (v >= 0xd1 && v <= 0xd4))
            p->command = v;
        break;
    }
}

static void write_argument(struct i8042 *p, uint8_t v)
{
    uint8_t command = p->command;
    p->command = 0;
    switch (command) {
    case 0xd1: write_outport(p, v); break;
    case 0xd2: reply(p, v, false); break;
    case 0xd3: reply(p, v, true); break;
    case 0xd4:
        p->ram[0] &= (uint8_t)~CCB_NO_AUX;
        if (p->mouse)
            ps2_mouse_write(p->mouse, v);
        break;
    default: p->ram[command & 31] = v; break;
    }
}

static void cmd_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct i8042 *p = dev;
    p->a2 = true;
    write_command(p, (uint8_t)v);
    update(p);
}

static void data_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct i8042 *p = dev;
    p->a2 = false;
    if (p->command) {
        write_argument(p, (uint8_t)v);
    } else {
        p->ram[0] &= (uint8_t)~CCB_NO_KBD;       /* to send, the keyboard's clock must run */
        p->broke = false;
        ps2_kbd_write(p->kbd, (uint8_t)v);
    }
    update(p);
}

static uint64_t cmd_read(void *dev, uint32_t off, unsigned size)
{
    const struct i8042 *p = dev;
    return (p->obf ? ST_OBF : 0u) | (p->ram[0] & CCB_SYS ? ST_SYS : 0u) | (p->a2 ? ST_A2 : 0u) |
           ST_UNLOCKED | (p->obf && p->obf_aux ? ST_AUX : 0u);
}

static uint64_t data_read(void *dev, uint32_t off, unsigned size)
{
    struct i8042 *p = dev;
    p->obf = false;
    update(p);
    return p->dbb;
}

void i8042_init(struct i8042 *p, struct sched *s, struct ps2_kbd *kbd, struct ps2_mouse *mouse)
{
    *p = (struct i8042){ .kbd = kbd, .mouse = mouse, .sched = s, .outport = OUT_DEFAULT };
    sched_add(s, &p->transfer, "kbc.transfer", on_transfer, p);
    kbd->ready.set = on_ready;
    kbd->ready.sink = p;
    if (mouse) {
        mouse->ready.set = on_ready;
        mouse->ready.sink = p;
    }
}

static void kbc_reset(void *dev, enum reset_kind kind)
{
    struct i8042 *p = dev;
    if (kind == RESET_INIT)
        return;
    memset(p->ram, 0, sizeof p->ram);
    p->ram[0] = CCB_NO_KBD | CCB_NO_AUX;
    p->outport = OUT_DEFAULT;                    /* port pins come up high: A20 is open */
    p->command = p->dbb = p->reply_n = p->reply_aux = 0;
    p->a2 = p->obf = p->obf_aux = p->broke = false;
    sched_arm(p->sched, &p->transfer, VTIME_NEVER);
    update(p);
}

const struct bus_ops i8042_data_ops = { data_read, data_write, 1 };
const struct bus_ops i8042_cmd_ops = { cmd_read, cmd_write, 1 };
const struct device_class i8042_class = { "i8042", 1, 1, fields, kbc_reset, NULL, NULL };

void i8042_set_a20(struct i8042 *p, bool level)
{
    p->outport = (uint8_t)(level ? p->outport | OUT_A20 : p->outport & ~OUT_A20);
    p->a20.level = level;
}
