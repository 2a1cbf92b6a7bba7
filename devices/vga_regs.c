/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: the registers behind ports 3B0..3DF, reset and state.
 *   Ref: see vga.h
 */
#include "devices/vga.h"

#include <assert.h>

/* Bits that exist; the memory path indexes tables with some of them. */
static const uint8_t sr_used[VGA_SEQ_REGS] = { 0x03, 0x3d, 0x0f, 0x3f, 0x0e };
static const uint8_t gr_used[VGA_GFX_REGS] = {
    0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff
};

static const struct field log_fields[] = {
    FIELD(struct vga_log, frame),          FIELD_MAX(struct vga_log, count, VGA_LOG_MAX),
    FIELD_ARRAY(struct vga_log, where),    FIELD_ARRAY(struct vga_log, was),
    FIELD_ARRAY(struct vga_log, val),
    FIELD_END
};

static const struct field vga_fields[] = {
    FIELD(struct vga, misc),               FIELD(struct vga, feature),
    FIELD(struct vga, subsystem),          FIELD(struct vga, cr_index),
    FIELD_ARRAY(struct vga, cr),           FIELD(struct vga, sr_index),
    FIELD_ARRAY(struct vga, sr),           FIELD(struct vga, gr_index),
    FIELD_ARRAY(struct vga, gr),           FIELD(struct vga, ar_index),
    FIELD_ARRAY(struct vga, ar),           FIELD(struct vga, ar_data),
    FIELD(struct vga, dac_mask),           FIELD(struct vga, dac_index),
    FIELD_MAX(struct vga, dac_sub, 2),     FIELD(struct vga, dac_reading),
    FIELD_ARRAY(struct vga, dac_latch),    FIELD_ARRAY(struct vga, dac),
    FIELD(struct vga, latch),              FIELD_STRUCTS(struct vga, log, log_fields),
    FIELD(struct vga, set_frame),          FIELD(struct vga, vint_frame),
    FIELD(struct vga, retrace),            FIELD(struct vga, irq),
    FIELD(struct vga, start_frame),        FIELD_MAX(struct vga, start_was, 0xffffff),
    FIELD(struct vga, vbe_index),
    FIELD(struct vga, vbe_id),
    FIELD_MAX(struct vga, vbe_xres, VBE_MAX_W), FIELD_MAX(struct vga, vbe_yres, VBE_MAX_H),
    FIELD_MAX(struct vga, vbe_bpp, 32),    FIELD(struct vga, vbe_enable),
    FIELD(struct vga, vbe_bank),           FIELD(struct vga, vbe_virt_w),
    FIELD(struct vga, vbe_x),              FIELD(struct vga, vbe_y),
    FIELD(struct vga, border),             FIELD(struct vga, beam_origin),
    FIELD(struct vga, beam_from),          FIELD(struct vga, beam_until),
    FIELD(struct vga, beam_status),
    FIELD_TRANSIENT(struct vga, vram),     FIELD_TRANSIENT(struct vga, vram_size),
    FIELD_TRANSIENT(struct vga, sched),    FIELD_TRANSIENT(struct vga, ext),
    FIELD_TRANSIENT(struct vga, ext_dev),  FIELD_TRANSIENT(struct vga, more_start),
    FIELD_TRANSIENT(struct vga, more_pitch), FIELD_TRANSIENT(struct vga, address_mask),
    FIELD_TRANSIENT(struct vga, bank),     FIELD_TRANSIENT(struct vga, more_blank),
    FIELD_TRANSIENT(struct vga, no_border),
    FIELD_TRANSIENT(struct vga, remap),    FIELD_TRANSIENT(struct vga, owner),
    FIELD_END
};

/* Beyond the documented registers: the latch of the plane that Read Map Select names, and whether
 * 3C0 expects data next. */
static uint8_t cr_read(const struct vga *v)
{
    switch (v->cr_index) {
    case 0x22: return (uint8_t)(v->latch >> 8 * v->gr[4]);
    case 0x24: return v->ar_data ? 0x80 : 0;
    default:   return v->cr_index < VGA_CRTC_REGS ? v->cr[v->cr_index] : 0;
    }
}

/* Registers behind vga_timing(); blanking and horizontal retrace are not among them. */
static bool is_timing(unsigned i)
{
    return i < 2 || i == 6 || i == 7 || i == 0x10 || i == 0x12;
}

static void set_timing(struct vga *v, uint8_t *reg, uint8_t val)
{
    struct vga_hold at = vga_hold(v);
    *reg = val;
    vga_retime(v, at);
}

/* Registers that may change from line to line; of Overflow, line compare and blanking. */
static bool shows(unsigned i)
{
    return i == 2 || i == 3 || i == 5 || i == 8 || i == 9 || i >= 0x13;
}

static void cr_write(struct vga *v, uint8_t val)
{
    unsigned i = v->cr_index;
    if (i >= VGA_CRTC_REGS)
        return;
    if (i < 8 && v->cr[0x11] & 0x80) {       /* protected, but for line compare bit 8 */
        if (i != 7)
            return;
        val = (uint8_t)((v->cr[7] & ~0x10) | (val & 0x10));
    }
    if (i == 0x17 && (v->cr[i] ^ val) & 4)
        set_timing(v, &v->cr[i], val);
    vga_status1_forget(v);
    if (i == 0x0c || i == 0x0d)
        vga_start_note(v);
    else if (shows(i) || (i == 7 && !((v->cr[7] ^ val) & ~0x18)))
        vga_raster_note(v, VGA_LOG_CR + i, v->cr[i], val);
    else if (i == 0x11 ? (v->cr[i] ^ val) & 15 : v->cr[i] != val && is_timing(i))
        set_timing(v, &v->cr[i], val);
    bool held = i == 0x11 && !(v->cr[i] & val & 0x10);       /* until now, or from now on */
    v->cr[i] = val;
    if (i == 0x11)
        vga_vint_changed(v, held);
}

static void sr_write(struct vga *v, uint8_t val)
{
    unsigned i = v->sr_index;
    if (i >= VGA_SEQ_REGS)
        return;
    val &= sr_used[i];
    uint8_t changed = v->sr[i] ^ val;
    if (i == 3 || (i == 4 && changed & 2) || (i == 1 && !(changed & 9)))
        vga_raster_note(v, VGA_LOG_SR + i, v->sr[i], val);
    if (i == 1 && changed & 9)
        set_timing(v, &v->sr[1], val);
    v->sr[i] = val;
    if (i == 0 && val != 3)                  /* a mode is being set */
        v->border = false;
}

static void gr_write(struct vga *v, uint8_t val)
{
    unsigned i = v->gr_index;
    if (i >= VGA_GFX_REGS)
        return;
    val &= gr_used[i];
    if (i == 5 && (v->gr[5] ^ val) & 0x60)   /* the write modes do not show */
        vga_raster_note(v, VGA_LOG_GR + 5, v->gr[5], val);
    v->gr[i] = val;
}

static void ar_write(struct vga *v, uint8_t val)
{
    vga_status1_forget(v);
    v->ar_data = !v->ar_data;
    if (v->ar_data) {                        /* it was the index */
        if ((v->ar_index ^ val) & 0x20)
            vga_raster_note(v, VGA_LOG_MISC + 1, v->ar_index, val & 0x3f);
        v->ar_index = val & 0x3f;
        return;
    }
    unsigned i = v->ar_index & 0x1f;
    if (i >= VGA_ATTR_REGS || (i < 16 && v->ar_index & 0x20))  /* the palette is in use */
        return;
    val &= i < 16 ? 0x3f : 0xff;
    vga_raster_note(v, VGA_LOG_AR + i, v->ar[i], val);
    v->ar[i] = val;
    if (vga_overscan_shows(v))
        v->border = true;
}

/* ---- DAC: a register of three components between the processor and the entries ---- */

static uint8_t *dac_entry(struct vga *v)
{
    uint8_t *own = v->ext ? v->ext->colour(v->ext_dev, v->dac_index) : NULL;
    return own ? own : &v->dac[v->dac_index * 3u];
}

static uint8_t dac_width(const struct vga *v)
{
    return v->vbe_enable & VBE_8BIT_DAC ? 0xff : 0x3f;
}

/* To be read: the address goes on at once. */
static void dac_fetch(struct vga *v)
{
    memcpy(v->dac_latch, dac_entry(v), 3);
    v->dac_sub = 0;
    v->dac_index++;
}

static void dac_address(struct vga *v, uint8_t val, bool reading)
{
    v->dac_index = val;
    v->dac_sub = 0;
    v->dac_reading = reading;
    if (reading)
        dac_fetch(v);
}

static uint8_t dac_read(struct vga *v)
{
    uint8_t val = v->dac_latch[v->dac_sub] & dac_width(v);
    if (++v->dac_sub == 3)
        dac_fetch(v);
    return val;
}

static uint32_t rgb(const uint8_t *c) { return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2]; }

/* An entry changes when its third component arrives, all three at once. */
static void dac_write(struct vga *v, uint8_t val)
{
    v->dac_latch[v->dac_sub] = val & dac_width(v);
    if (++v->dac_sub < 3)
        return;
    uint8_t *c = dac_entry(v);
    if (c == &v->dac[v->dac_index * 3u])
        vga_raster_note(v, VGA_LOG_DAC + v->dac_index, rgb(c), rgb(v->dac_latch));
    memcpy(c, v->dac_latch, 3);
    if (vga_overscan_shows(v))
        v->border = true;
    v->dac_sub = 0;
    v->dac_index++;
}

static void misc_write(struct vga *v, uint8_t val)
{
    if ((v->misc ^ val) & 0x0c)              /* the clock */
        set_timing(v, &v->misc, val);
    v->misc = val;
}

/* The CRTC, status 1 and feature control answer at 3Bx or 3Dx, as Misc Output bit 0 says. */
static bool elsewhere(const struct vga *v, unsigned port)
{
    bool colour = v->misc & 1;
    return (port >= 0x3d0 && !colour) || (port < 0x3c0 && colour);
}

uint8_t vga_port_read(struct vga *v, unsigned port) /* long: table */
{
    uint8_t val;
    if (elsewhere(v, port))
        return 0xff;
    if (v->ext && v->ext->port_read(v->ext_dev, port, &val))
        return val;
    switch (port) {
    case 0x3c0: return v->ar_index;
    case 0x3c1:
        return (v->ar_index & 0x1f) < VGA_ATTR_REGS ? v->ar[v->ar_index & 0x1f] : 0;
    case 0x3c2: return vga_status0(v);
    case 0x3c3: return v->subsystem;
    case 0x3c4: return v->sr_index;
    case 0x3c5: return v->sr_index < VGA_SEQ_REGS ? v->sr[v->sr_index] : 0;
    case 0x3c6: return v->dac_mask;
    case 0x3c7: return v->dac_reading ? 3 : 0;
    case 0x3c8: return v->dac_index;
    case 0x3c9: return dac_read(v);
    case 0x3ca: return v->feature;
    case 0x3cc: return v->misc;
    case 0x3ce: return v->gr_index;
    case 0x3cf: return v->gr_index < VGA_GFX_REGS ? v->gr[v->gr_index] : 0;
    case 0x3b4: case 0x3d4: return v->cr_index;
    case 0x3b5: case 0x3d5: return cr_read(v);
    case 0x3ba: case 0x3da:
        v->ar_data = false;
        return vga_status1(v);
    default:    return 0xff;
    }
}

void vga_port_write(struct vga *v, unsigned port, uint8_t val) /* long: table */
{
    if (elsewhere(v, port) || (v->ext && v->ext->port_write(v->ext_dev, port, val)))
        return;
    switch (port) {
    case 0x3c0: ar_write(v, val); break;
    case 0x3c2: misc_write(v, val); break;
    case 0x3c3: v->subsystem = val & 1; break;
    case 0x3c4: v->sr_index = val & 7; break;
    case 0x3c5: sr_write(v, val); break;
    case 0x3c6:
        vga_raster_note(v, VGA_LOG_MISC, v->dac_mask, val);
        v->dac_mask = val;
        break;
    case 0x3c7: case 0x3c8: dac_address(v, val, port == 0x3c7); break;
    case 0x3c9: dac_write(v, val); break;
    case 0x3ce: v->gr_index = val & 15; break;
    case 0x3cf: gr_write(v, val); break;
    case 0x3b4: case 0x3d4: v->cr_index = val & 0x3f; break;
    case 0x3b5: case 0x3d5: cr_write(v, val); break;
    case 0x3ba: case 0x3da: v->feature = val & 3; break;
    default: break;
    }
}

static uint64_t ops_read(void *dev, uint32_t off, unsigned size)
{
    return vga_port_read(dev, VGA_PORT_BASE + off);
}

static void ops_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    vga_port_write(dev, VGA_PORT_BASE + off, (uint8_t)val);
}

const struct bus_ops vga_ops = { ops_read, ops_write, 1 };

void vga_init(struct vga *v, struct sched *s, uint8_t *vram, uint32_t vram_size)
{
    assert(vram_size >= 0x40000 && vram_size <= 0x4000000 && !(vram_size & (vram_size - 1)));
    *v = (struct vga){ .sched = s, .vram = vram, .vram_size = vram_size,
                      .address_mask = 0xffff };
    vga_vint_init(v);
    vbe_reset(v);
}

/* Power-on contents are undefined; we choose zeroes, that is a dark screen. */
static void reset(void *dev, enum reset_kind kind)
{
    struct vga *v = dev;
    if (kind == RESET_INIT)
        return;
    struct vga fresh = { .sched = v->sched, .vram = v->vram, .vram_size = v->vram_size,
                         .remap = v->remap, .owner = v->owner, .dac_mask = 0xff,
                         .ext = v->ext, .ext_dev = v->ext_dev, .address_mask = 0xffff,
                         .retrace = v->retrace, .irq = v->irq };
    *v = fresh;
    vga_raster_reset(v);
    vga_vint_changed(v, true);
    vbe_reset(v);
    if (v->remap)
        v->remap(v->owner);
}

static bool post_load(void *dev, unsigned version, struct error *err)
{
    struct vga *v = dev;
    for (unsigned i = 0; i < VGA_SEQ_REGS; i++)
        if (v->sr[i] & ~sr_used[i])
            return false;
    for (unsigned i = 0; i < VGA_GFX_REGS; i++)
        if (v->gr[i] & ~gr_used[i])
            return false;
    return !vbe_on(v) || vbe_valid(v);
}

const struct device_class vga_class = {
    .name = "vga", .version = 4, .oldest = 4, .fields = vga_fields,
    .reset = reset, .post_load = post_load,
};
