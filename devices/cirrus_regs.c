/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CL-GD5446: the registers it adds to the VGA's ports, its clocks, reset and state.
 *   Ref: see cirrus.h
 */
#include "devices/cirrus.h"

#define KEY      0x12
#define LOCKED   0x0f
#define ID_5446  0xb8                /* CR27 */
#define BUS      0x38                /* SR17: what the chip sits on, read-only */
#define PCI      0x20
#define REVISION 0x45                /* CR25: revision B, which has PCI base address 1 */

/* BLT registers have fewer bits than a byte at their upper ends. */
static const uint8_t gr_bits[32] = {             /* of GR20..GR3F */
    0xff, 0x1f, 0xff, 0x07, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0xff, 0x3f, 0x00, 0xff, 0xff, 0x3f, 0x7f,
    0xff, 0xff, 0xff, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static const struct field blt_fields[] = {
    FIELD(struct cirrus_blt, active),           FIELD(struct cirrus_blt, mode),
    FIELD(struct cirrus_blt, ext),              FIELD_MAX(struct cirrus_blt, rop, 15),
    FIELD(struct cirrus_blt, skip),             FIELD_MAX(struct cirrus_blt, width, CIRRUS_LINE),
    FIELD_MAX(struct cirrus_blt, lines, 2048),  FIELD(struct cirrus_blt, dpitch),
    FIELD(struct cirrus_blt, spitch),           FIELD(struct cirrus_blt, key),
    FIELD(struct cirrus_blt, dst),              FIELD(struct cirrus_blt, src),
    FIELD(struct cirrus_blt, fg),               FIELD(struct cirrus_blt, bg),
    FIELD(struct cirrus_blt, row),              FIELD_MAX(struct cirrus_blt, got, CIRRUS_LINE),
    FIELD_MAX(struct cirrus_blt, need, CIRRUS_LINE), FIELD_ARRAY(struct cirrus_blt, buf),
    FIELD_END
};

static const struct field cirrus_fields[] = {
    FIELD(struct cirrus, sr_index),     FIELD(struct cirrus, gr_index),
    FIELD(struct cirrus, cr_index),     FIELD_ARRAY(struct cirrus, sr),
    FIELD_ARRAY(struct cirrus, gr),     FIELD_ARRAY(struct cirrus, cr),
    FIELD_MAX(struct cirrus, cursor_x, 2047), FIELD_MAX(struct cirrus, cursor_y, 2047),
    FIELD(struct cirrus, hidden),       FIELD_MAX(struct cirrus, dac_reads, 4),
    FIELD_ARRAY_MAX(struct cirrus, colours, 63), FIELD_ARRAY(struct cirrus, latch),
    FIELD_STRUCT(struct cirrus, blt, blt_fields), FIELD_STRUCT(struct cirrus, monitor, ddc_fields),
    FIELD_TRANSIENT(struct cirrus, vga),    FIELD_TRANSIENT(struct cirrus, direct),
    FIELD_TRANSIENT(struct cirrus, tail),
    FIELD_TRANSIENT(struct cirrus, remap),  FIELD_TRANSIENT(struct cirrus, owner),
    FIELD_END
};

/* Derives what the VGA keeps for us, and tells the board when plain memory comes or goes. */
void cirrus_changed(struct cirrus *c)
{
    struct vga *v = c->vga;
    unsigned shift = c->gr[0x0b] & 0x20 ? 14 : 12;
    uint32_t had = c->direct ? 1u + c->tail : 0, has;

    v->more_start = (c->cr[0x1b] & 1u) << 16 | (c->cr[0x1b] >> 2 & 3u) << 17 |
                    (c->cr[0x1d] >> 7 & 1u) << 19;
    v->more_pitch = (c->cr[0x1b] >> 4 & 1u) << 9;
    v->more_blank = (uint8_t)((c->cr[0x1b] & 0x80) | c->cr[0x1a] >> 4);
    v->no_border = c->cr[0x1b] & 0x20;
    v->address_mask = c->cr[0x1b] & 2 ? v->vram_size / 4 - 1 : 0xffff;
    v->bank[0] = v->bank[1] = (uint32_t)c->gr[9] << shift;
    if (c->gr[0x0b] & 1)                         /* the upper half has a bank of its own */
        v->bank[1] = ((uint32_t)c->gr[0x0a] << shift) - 0x8000u;
    has = cirrus_direct(c);
    c->direct = has > 0;
    c->tail = has == CIRRUS_VRAM;
    if (had != (c->direct ? 1u + c->tail : 0) && c->remap)
        c->remap(c->owner);
}

static uint8_t sr_read(const struct cirrus *c, unsigned i)
{
    uint8_t v = c->sr[i];
    if (i == 8)                                  /* DDC: what is on the wires */
        return (uint8_t)((v & 0x7b) | (ddc_scl(&c->monitor) ? 4 : 0) |
                         (ddc_sda(&c->monitor) ? 0x80 : 0));
    return v;
}

static void sr_write(struct cirrus *c, unsigned i, uint8_t val)
{
    if (i == 6) {
        c->sr[6] = (val & 0x17) == KEY ? KEY : LOCKED;
        return;
    }
    if (c->sr[6] != KEY)
        return;
    bool clocks = i == 7 || (i >= 0x0b && i < 0x0f) || i >= 0x1b;
    struct vga_hold at = clocks ? vga_hold(c->vga) : (struct vga_hold){ 0 };
    c->sr[i] = i == 0x17 ? (uint8_t)((val & ~BUS) | PCI) : val;
    if (i == 0x10)                               /* three bits of the position are in the index */
        c->cursor_x = (uint16_t)(val << 3 | c->sr_index >> 5);
    if (i == 0x11)
        c->cursor_y = (uint16_t)(val << 3 | c->sr_index >> 5);
    if (i == 8)
        ddc_pins(&c->monitor, val & 1, val & 2);
    if (clocks)
        vga_retime(c->vga, at);
    cirrus_changed(c);
}

static uint8_t cr_read(const struct cirrus *c, unsigned i)
{
    const struct vga *v = c->vga;
    switch (i) {
    case 0x22: return (uint8_t)(v->latch >> 8 * (v->gr[4] & 3));
    case 0x24: return v->ar_data ? 0x80 : 0;
    case 0x25: return REVISION;
    case 0x26: return v->ar_index;
    case 0x27: return ID_5446;
    default:   return c->cr[i];
    }
}

static void cr_write(struct cirrus *c, unsigned i, uint8_t val)
{
    if (c->sr[6] != KEY)
        return;
    if (i == 0x1b || i == 0x1d)                  /* bits of the start address */
        vga_start_note(c->vga);
    c->cr[i] = val;
    cirrus_changed(c);
}

void cirrus_gr_write(struct cirrus *c, unsigned i, uint8_t val)
{
    i &= 63;
    if (i == 0x31) {
        cirrus_blt_control(c, val);
        return;
    }
    c->gr[i] = i < 0x20 ? val : val & gr_bits[i - 0x20];
    if (i < 2)
        c->vga->gr[i] = val & 15;
    if (i < 0x10)
        cirrus_changed(c);
    if (i == 0x2a && c->gr[0x31] & 0x80)
        cirrus_blt_start(c);
}

/* GR0, GR1 and GR5 have more bits while the extended write modes are on. */
static bool gr_wide(const struct cirrus *c, unsigned i)
{
    return i > 8 || (c->gr[0x0b] & 4 && (i < 2 || i == 5));
}

static bool gr_port_write(struct cirrus *c, uint8_t val)
{
    unsigned i = c->gr_index & 0x3f;
    if (i > 8) {
        if (c->sr[6] == KEY)
            cirrus_gr_write(c, i, val);
        return true;
    }
    c->gr[i] = val;
    if (i == 5)
        cirrus_changed(c);
    return false;
}

/* ---- DAC ---- */

static uint8_t *own_colour(void *dev, unsigned i)
{
    struct cirrus *c = dev;
    return c->sr[0x12] & 2 ? &c->colours[(i & 15) * 3] : NULL;
}

/* Four reads of the pixel mask, then one access to the register behind it. */
static bool mask_read(struct cirrus *c, uint8_t *val)
{
    if (c->dac_reads < 4) {
        c->dac_reads++;
        return false;
    }
    c->dac_reads = 0;
    *val = c->hidden;
    return true;
}

static bool mask_write(struct cirrus *c, uint8_t val)
{
    bool hidden = c->dac_reads == 4;
    c->dac_reads = 0;
    if (hidden)
        c->hidden = val;
    return hidden;
}

/* ---- ports ---- */

static bool port_read(void *dev, unsigned port, uint8_t *val) /* long: table */
{
    struct cirrus *c = dev;
    unsigned i;

    switch (port) {
    case 0x3c4: *val = c->sr_index; return true;
    case 0x3c5:
        i = c->sr_index & 0x1f;
        if (i < 5 && !(i == 2 && c->gr[0x0b] & 4))
            return false;
        *val = sr_read(c, i);
        return true;
    case 0x3c6: return mask_read(c, val);
    case 0x3c7: case 0x3c8: case 0x3c9:
        c->dac_reads = 0;
        return false;
    case 0x3ce: *val = c->gr_index; return true;
    case 0x3cf:
        i = c->gr_index & 0x3f;
        if (!gr_wide(c, i))
            return false;
        *val = c->gr[i];
        return true;
    case 0x3b4: case 0x3d4: *val = c->cr_index; return true;
    case 0x3b5: case 0x3d5:
        i = c->cr_index & 0x3f;
        if (i < VGA_CRTC_REGS)
            return false;
        *val = cr_read(c, i);
        return true;
    default: return false;
    }
}

static bool port_write(void *dev, unsigned port, uint8_t val) /* long: table */
{
    struct cirrus *c = dev;
    struct vga *v = c->vga;
    unsigned i;

    switch (port) {
    case 0x3c4:
        c->sr_index = val;
        v->sr_index = val & 7;
        return true;
    case 0x3c5:
        i = c->sr_index & 0x1f;
        if (i == 2)
            c->sr[2] = val;
        if (i < 5)
            return false;
        sr_write(c, i, val);
        return true;
    case 0x3c6: return mask_write(c, val);
    case 0x3c7: case 0x3c8: case 0x3c9:
        c->dac_reads = 0;
        return false;
    case 0x3ce:
        c->gr_index = val;
        v->gr_index = val & 15;
        return true;
    case 0x3cf: return gr_port_write(c, val);
    case 0x3b4: case 0x3d4:
        c->cr_index = val;
        v->cr_index = val & 31;
        return true;
    case 0x3b5: case 0x3d5:
        i = c->cr_index & 0x3f;
        if (i < VGA_CRTC_REGS)
            return false;
        cr_write(c, i, val);
        return true;
    default: return false;
    }
}

/* Clocks 0..3 are 14.31818 MHz * numerator / denominator, and half of that with bit 0 of the
 * latter. Some packed modes take two or three clocks for a pixel. */
static struct clk dot_clock(void *dev)
{
    const struct cirrus *c = dev;
    unsigned n = c->vga->misc >> 2 & 3;
    uint32_t num = c->sr[0x0b + n] & 0x7f, den = c->sr[0x1b + n] >> 1 & 0x1f;
    uint32_t slow = c->sr[0x1b + n] & 1 ? 2 : 1;

    if (cirrus_packed(c) && (c->sr[7] & 0x0e) == 2)
        slow *= 2;
    if (!num || !den)
        return (struct clk){ 1007, 40000 };
    return (struct clk){ 63 * num, 4400 * den * slow };
}

static const struct vga_ext ext = {
    port_read, port_write, cirrus_mem_read, cirrus_mem_write, cirrus_draw, cirrus_cursor, dot_clock,
    own_colour, cirrus_look, cirrus_shown,
};

void cirrus_init(struct cirrus *c, struct vga *v)
{
    *c = (struct cirrus){ .vga = v };
    v->ext = &ext;
    v->ext_dev = c;
}

/* As it is after power-on, with the wires as SR8 has them. */
static void new_monitor(struct cirrus *c)
{
    ddc_init(&c->monitor);
    ddc_pins(&c->monitor, c->sr[8] & 1, c->sr[8] & 2);
}

static void reset(void *dev, enum reset_kind kind)
{
    static const uint8_t num[4] = { 0x66, 0x5b, 0x45, 0x7e }, den[4] = { 0x3b, 0x2f, 0x30, 0x33 };
    struct cirrus *c = dev;
    if (kind == RESET_INIT)
        return;
    struct cirrus fresh = { .vga = c->vga, .direct = c->direct, .tail = c->tail, .remap = c->remap,
                            .owner = c->owner };
    *c = fresh;
    new_monitor(c);
    c->sr[6] = LOCKED;
    for (unsigned i = 0; i < 4; i++) {           /* 25.18, 28.33, 41.16 and 36.08 MHz */
        c->sr[0x0b + i] = num[i];
        c->sr[0x1b + i] = den[i];
    }
    c->sr[0x0f] = 0x98;                          /* 4 MB in two banks, 64 bits wide */
    c->sr[0x15] = 4;
    c->sr[0x17] = PCI;
    c->sr[0x1f] = 0x1c;                          /* memory clock 50.1 MHz */
    cirrus_changed(c);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct cirrus *c = dev;
    if ((c->sr[6] != KEY && c->sr[6] != LOCKED) || !cirrus_blt_valid(&c->blt))
        return false;
    for (unsigned i = 0; i < 32; i++)
        if (c->gr[32 + i] & ~gr_bits[i])
            return false;
    if (version < 2)
        new_monitor(c);
    if (c->monitor.scl != (c->sr[8] & 1) || c->monitor.sda != (c->sr[8] >> 1 & 1))
        return false;
    cirrus_changed(c);
    return true;
}

const struct device_class cirrus_class = {
    .name = "cirrus", .version = 2, .oldest = 1, .fields = cirrus_fields,
    .reset = reset, .post_load = post_load,
};
