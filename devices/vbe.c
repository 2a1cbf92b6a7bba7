/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: the DISPI registers, which set resolutions beyond the VGA's own.
 *
 *   0 ID  1 XRES  2 YRES  3 BPP  4 ENABLE  5 BANK  6 VIRT_WIDTH  7 VIRT_HEIGHT (R)
 *   8 X_OFFSET  9 Y_OFFSET  A VIDEO_MEMORY_64K (R)
 *
 * Geometry is written while ENABLE bit 0 is clear and checked when it is set; a mode that does
 * not fit into video memory stays off. With ENABLE bit 1 the geometry reads as the maximum.
 */
#include "devices/vga.h"

enum { ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_W, VIRT_H, X_OFFSET, Y_OFFSET, MEMORY };
#define ID_OLDEST 0xb0c0u
#define ID_NEWEST 0xb0c5u

static uint32_t pixel_bytes(unsigned bpp) { return (bpp + 7) / 8; }

static uint32_t pitch_of(unsigned bpp, unsigned width)
{
    return bpp == 4 ? width / 8 : width * pixel_bytes(bpp);
}

/* Bytes of address space a line takes out of; at 4 bpp one plane has a quarter of memory. */
static uint32_t room(const struct vga *v)
{
    return v->vbe_bpp == 4 ? v->vram_size / 4 : v->vram_size;
}

uint32_t vbe_pitch(const struct vga *v) { return pitch_of(v->vbe_bpp, v->vbe_virt_w); }

static bool known_depth(unsigned bpp)
{
    return bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
}

bool vbe_valid(const struct vga *v)
{
    if (!known_depth(v->vbe_bpp) || v->vbe_xres < 8 || v->vbe_xres > VBE_MAX_W || !v->vbe_yres ||
        v->vbe_yres > VBE_MAX_H || v->vbe_virt_w < v->vbe_xres)
        return false;
    return (uint64_t)vbe_pitch(v) * v->vbe_yres <= room(v);
}

static uint16_t virt_height(const struct vga *v)
{
    uint32_t pitch = vbe_pitch(v), h = pitch ? room(v) / pitch : 0;
    return (uint16_t)(h > 0xffff ? 0xffff : h);
}

uint16_t vbe_reg_read(const struct vga *v, unsigned reg)
{
    bool caps = v->vbe_enable & VBE_GETCAPS;
    switch (reg) {
    case ID:       return v->vbe_id;
    case XRES:     return caps ? VBE_MAX_W : v->vbe_xres;
    case YRES:     return caps ? VBE_MAX_H : v->vbe_yres;
    case BPP:      return caps ? 32 : v->vbe_bpp;
    case ENABLE:   return v->vbe_enable;
    case BANK:     return v->vbe_bank;
    case VIRT_W:   return v->vbe_virt_w;
    case VIRT_H:   return virt_height(v);
    case X_OFFSET: return v->vbe_x;
    case Y_OFFSET: return v->vbe_y;
    case MEMORY:   return (uint16_t)(v->vram_size >> 16);
    default:       return 0;
    }
}

static void set_enable(struct vga *v, uint16_t val)
{
    bool was = vbe_on(v);
    val &= VBE_ENABLED | VBE_GETCAPS | VBE_8BIT_DAC | VBE_LFB | VBE_NOCLEAR;
    if (!was && val & VBE_ENABLED) {
        v->vbe_bank = v->vbe_x = v->vbe_y = 0;
        v->vbe_virt_w = v->vbe_xres;
        if (!vbe_valid(v))
            val &= (uint16_t)~VBE_ENABLED;
        else if (!(val & VBE_NOCLEAR))
            memset(v->vram, 0, (size_t)vbe_pitch(v) * v->vbe_yres * (v->vbe_bpp == 4 ? 4 : 1));
    }
    if ((v->vbe_enable ^ val) & VBE_8BIT_DAC)        /* colours keep their look at either width */
        for (unsigned i = 0; i < sizeof v->dac; i++)
            v->dac[i] = (uint8_t)(val & VBE_8BIT_DAC ? v->dac[i] << 2 | v->dac[i] >> 4
                                                     : v->dac[i] >> 2);
    v->vbe_enable = val;
}

/* A logical line may be anything that holds the visible one and leaves room for all lines. */
static void set_virt_width(struct vga *v, uint16_t val)
{
    uint16_t old = v->vbe_virt_w;
    v->vbe_virt_w = val < v->vbe_xres ? v->vbe_xres : val;
    if (vbe_on(v) && !vbe_valid(v))
        v->vbe_virt_w = old;
}

static void set_offset(struct vga *v, uint16_t x, uint16_t y)
{
    if (x + (uint32_t)v->vbe_xres <= v->vbe_virt_w)
        v->vbe_x = x;
    if (y + (uint32_t)v->vbe_yres <= virt_height(v))
        v->vbe_y = y;
}

void vbe_reg_write(struct vga *v, unsigned reg, uint16_t val)
{
    bool off = !vbe_on(v);
    switch (reg) {
    case ID:
        if (val >= ID_OLDEST && val <= ID_NEWEST)
            v->vbe_id = val;
        return;
    case XRES:
        if (off && val <= VBE_MAX_W)
            v->vbe_xres = val & 0xfff8;
        return;
    case YRES:
        if (off && val <= VBE_MAX_H)
            v->vbe_yres = val;
        return;
    case BPP:
        if (off && (known_depth(val) || !val))
            v->vbe_bpp = val ? val : 8;
        return;
    case ENABLE:   set_enable(v, val); break;
    case BANK:
        v->vbe_bank = val & (uint16_t)((room(v) >> 16) - 1);
        break;
    case VIRT_W:   set_virt_width(v, val); return;
    case X_OFFSET: set_offset(v, val, v->vbe_y); return;
    case Y_OFFSET: set_offset(v, v->vbe_x, val); return;
    default:       return;
    }
    if (v->remap)
        v->remap(v->owner);
}

void vbe_reset(struct vga *v)
{
    v->vbe_id = ID_NEWEST;
    v->vbe_bpp = 8;
}

static uint64_t ops_read(void *dev, uint32_t off, unsigned size)
{
    struct vga *v = dev;
    uint16_t val = off ? vbe_reg_read(v, v->vbe_index) : v->vbe_index;
    return size == 1 ? val & 0xffu : val;
}

static void ops_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct vga *v = dev;
    if (size == 1)                                   /* the registers take words only */
        return;
    if (off)
        vbe_reg_write(v, v->vbe_index, (uint16_t)val);
    else
        v->vbe_index = (uint16_t)val;
}

const struct bus_ops vbe_ops = { ops_read, ops_write, 1 | 2 };

/* The same registers in memory, for a PCI display function's second window. */
static uint64_t mmio_read(void *dev, uint32_t off, unsigned size)
{
    struct vga *v = dev;
    if (off >= 0x400 && off + size <= 0x420) {
        uint64_t val = vga_port_read(v, 0x3c0 + off - 0x400);
        return size == 1 ? val : val | (uint64_t)vga_port_read(v, 0x3c1 + off - 0x400) << 8;
    }
    if (off >= 0x500 && off < 0x516 && !(off & 1))
        return vbe_reg_read(v, (off - 0x500) / 2);
    return UINT64_MAX;
}

static void mmio_write(void *dev, uint32_t off, uint64_t val, unsigned size)
{
    struct vga *v = dev;
    if (off >= 0x400 && off + size <= 0x420) {
        vga_port_write(v, 0x3c0 + off - 0x400, (uint8_t)val);
        if (size == 2)
            vga_port_write(v, 0x3c1 + off - 0x400, (uint8_t)(val >> 8));
    } else if (off >= 0x500 && off < 0x516 && !(off & 1) && size == 2) {
        vbe_reg_write(v, (off - 0x500) / 2, (uint16_t)val);
    }
}

const struct bus_ops vga_mmio_ops = { mmio_read, mmio_write, 1 | 2 };
