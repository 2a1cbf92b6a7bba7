/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A standard VGA with Bochs-style DISPI registers for high resolutions.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem" (1992); VESA VBE 3.0;
 *        the DISPI register description in Bochs' vbe_display_api.txt (interface only).
 *
 *   ports 3B0..3DF  vga_ops       CRTC (3B4/3D4 by Misc Output bit 0), attribute 3C0, misc 3C2,
 *                                 sequencer 3C4, DAC 3C6..3C9, graphics 3CE, status 3BA/3DA
 *   A0000..BFFFF    vga_mem_ops   the window; Graphics Miscellaneous says which part answers
 *   ports 1CE..1D0  vbe_ops       index at +0, data at +1 and +2, 16 bits each
 *   MMIO (4 KiB)    vga_mmio_ops  +400 ports 3C0..3DF, +500 DISPI registers, for a PCI BAR 2
 *   frame buffer    vram[0..]     plain memory for the board to map (PCI BAR 0, or E0000000)
 *
 * Video memory is one array. The VGA's planes are interleaved in it: plane p of planar offset n
 * is byte 4n + p, so one 32-bit access moves all four planes and a latch is a uint32_t. A
 * DISPI mode of 8 or more bits reads the same array as a linear frame buffer.
 *
 * Nothing ticks: the beam's position is a function of virtual time and the CRTC registers, and
 * vga_draw() is a function of state and time. What registers said further up in a frame is part
 * of the state, see vga_raster.c.
 *
 * The border is drawn from when Overscan names a colour other than black and other than number 0
 * until a mode is set: so ordinary pictures are of their mode's size, and none changes it with each
 * flash.
 *
 * As on IBM's Type 2 subsystem, Display Enable Skew does nothing. A VGA has no light pen and no
 * interlace.
 *
 * Not modelled: video memory as it was when the beam passed (a picture shows it as it is when
 *               drawn); raster effects in DISPI modes, and in the border above and below; the ninth
 *               dot of graphics modes (it is left out).
 * Deviations:   a change within a line shows in all of it; Input Status 1 is looked at afresh no
 *               more than every 2 us where something is displayed.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "core/surface.h"

#define VGA_PORT_BASE 0x3b0u
#define VGA_PORTS     0x30u
#define VGA_MEM_BASE  0xa0000u
#define VGA_MEM_SIZE  0x20000u
#define VGA_CRTC_REGS 25
#define VGA_ATTR_REGS 21
#define VGA_GFX_REGS  9
#define VGA_SEQ_REGS  5

#define VBE_PORT_BASE 0x1ceu
#define VBE_PORTS     4u          /* words at 1CE, 1CF and 1D0 */
#define VBE_MAX_W     SURFACE_MAX_W
#define VBE_MAX_H     SURFACE_MAX_H
#define VGA_MMIO_SIZE 0x1000u
#define VGA_LFB_ISA   0xe0000000u /* where a board without PCI maps the frame buffer */

enum vbe_enable {
    VBE_ENABLED = 0x01, VBE_GETCAPS = 0x02, VBE_8BIT_DAC = 0x20, VBE_LFB = 0x40, VBE_NOCLEAR = 0x80
};

struct vga_span { uint32_t from, len; };

/* What a chip that contains a VGA adds to it. The first four see each access first and say whether
 * it was theirs. */
struct vga_ext {
    bool (*port_read)(void *dev, unsigned port, uint8_t *val);
    bool (*port_write)(void *dev, unsigned port, uint8_t val);
    bool (*mem_read)(void *dev, uint32_t off, unsigned size, uint64_t *val);
    bool (*mem_write)(void *dev, uint32_t off, uint64_t val, unsigned size);
    bool (*draw)(void *dev, vtime now, struct surface *out);  /* a mode of its own, or false */
    /* on top of any picture, whose displayed part begins at column x, row y */
    void (*overlay)(void *dev, struct surface *out, unsigned x, unsigned y);
    struct clk (*dot_clock)(void *dev);
    uint8_t *(*colour)(void *dev, unsigned i);            /* instead of DAC entry i, or NULL */
    uint64_t (*look)(void *dev, uint64_t hash);           /* registers that show */
    void (*shown)(void *dev, vtime now, struct vga_span *s);  /* may correct what memory shows */
};

/* Changes of registers while lines were shown; see vga_raster.c. */
#define VGA_LOG_MAX 2048
enum { VGA_LOG_CR = 0x00, VGA_LOG_SR = 0x20, VGA_LOG_GR = 0x40, VGA_LOG_AR = 0x60,
       VGA_LOG_MISC = 0x80, VGA_LOG_DAC = 0x100 };    /* MISC: 0 PEL mask, 1 attribute index */
struct vga_log {
    uint64_t frame;
    uint16_t count;
    uint32_t where[VGA_LOG_MAX];          /* line in the upper half, register in the lower */
    uint32_t was[VGA_LOG_MAX], val[VGA_LOG_MAX];
};

struct vga {
    uint8_t  misc;                        /* Miscellaneous Output, 3C2 */
    uint8_t  feature;                     /* Feature Control, 3DA */
    uint8_t  subsystem;                   /* Video Subsystem Enable, 3C3; stored only */
    uint8_t  cr_index, cr[VGA_CRTC_REGS];
    uint8_t  sr_index, sr[VGA_SEQ_REGS];
    uint8_t  gr_index, gr[VGA_GFX_REGS];
    uint8_t  ar_index, ar[VGA_ATTR_REGS]; /* index with bit 5, Palette Address Source */
    bool     ar_data;                     /* flip-flop: the next write to 3C0 is data */
    uint8_t  dac_mask, dac_index, dac_sub;/* PEL mask; entry and component of the next access */
    bool     dac_reading;                 /* last address went to 3C7 */
    uint8_t  dac_latch[3];                /* components written so far */
    uint8_t  dac[768];
    uint32_t latch;                       /* byte p: latch of plane p */

    struct vga_log log[2];                /* of even and odd frames */
    uint64_t set_frame;                   /* in which the timing was set */
    uint64_t vint_frame;                  /* the vertical interrupt is due after this frame */
    struct event retrace;
    struct line irq;

    uint64_t start_frame;                 /* the start address last changed in this frame, whose */
    uint32_t start_was;                   /* picture begins here; UINT64_MAX: it is latched */

    uint16_t vbe_index, vbe_id;
    uint16_t vbe_xres, vbe_yres, vbe_bpp, vbe_enable, vbe_bank;
    uint16_t vbe_virt_w, vbe_x, vbe_y;    /* logical line in pixels; first pixel shown */

    bool     border;                      /* Overscan has shown since the mode was set */
    uint64_t beam_origin;                 /* a frame began at this tick of the dot clock */
    vtime    beam_from, beam_until;       /* Input Status 1 is beam_status between these */
    uint8_t  beam_status;

    uint8_t *vram;
    uint32_t vram_size;
    struct sched *sched;
    /* an extension, and what it keeps here, from registers of its own: more bits for start and
     * pitch of the picture, a wider address, banks of the window's halves in planar modes */
    const struct vga_ext *ext;
    void    *ext_dev;
    uint32_t more_start, more_pitch, address_mask, bank[2];
    uint8_t  more_blank;                  /* bits above the ends of blanking: horizontal 0 and 1, */
                                          /* vertical 2 and 3; bit 7: they count */
    bool     no_border;                   /* blanked is what is not displayed, and nothing else */
    void   (*remap)(void *owner);         /* vga_window() may have changed; board's, may be NULL */
    void    *owner;
};

extern const struct device_class vga_class;
extern const struct bus_ops vga_ops, vga_mem_ops, vbe_ops, vga_mmio_ops;
extern const struct bus_bulk vga_mem_bulk;

/* vram_size: a power of two from 256 KiB to 64 MiB. */
void vga_init(struct vga *v, struct sched *s, uint8_t *vram, uint32_t vram_size);

/* Host memory that A0000..AFFFF reads and writes directly at present (a DISPI mode's bank), or NULL
 * when accesses must come through vga_mem_ops. The frame buffer itself is always direct. */
uint8_t *vga_window(const struct vga *v);

/* What the last picture was drawn from; the owner supplies vram, of the same size as the chip's. */
struct vga_look {
    bool     known;
    uint64_t key;
    uint8_t *vram;
    uint32_t from, to;                    /* all that has changed is memory between these; or not */
    bool     whole;
};
/* False: a picture would be the same as when this was last asked. */
bool vga_look(const struct vga *v, vtime now, struct vga_look *l);
/* Draws what has changed since the picture in 'out': rows from first to before last. */
void vga_draw_changed(const struct vga *v, vtime now, const struct vga_look *l,
                      struct surface *out, unsigned *first, unsigned *last);

/* The picture, and the characters of a text mode. */
void vga_draw(const struct vga *v, vtime now, struct surface *out);
void vga_text(const struct vga *v, struct text_screen *out);

/* Where in the open part of the window 'off' (from A0000) lies, or VGA_CLOSED. */
uint32_t vga_window_offset(const struct vga *v, uint32_t off);
#define VGA_CLOSED UINT32_MAX

/* For extensions: the DAC's colours, and a row of pixels of 8, 15, 16, 24 or 32 bits. */
void vga_palette(const struct vga *v, uint32_t pal[256]);
void vga_pixels(unsigned bpp, const uint32_t pal[256], const uint8_t *p, unsigned w, uint32_t *px);

/* Between the files of this chip. */
struct vga_timing {
    uint64_t line_dots, lines, show_dots, show_lines, sync_from, sync_to;
    struct clk dot;
};
struct vga_timing vga_timing(const struct vga *v);
uint64_t vga_frames(const struct vga *v, vtime now);      /* frames since power-on: blinking */

uint64_t vga_dots_since(const struct vga *v, const struct vga_timing *t, vtime now);  /* origin */

/* Registers behind vga_timing() change: the former before, the latter after it. */
struct vga_hold { uint64_t line, chr; };
struct vga_hold vga_hold(const struct vga *v);
void vga_retime(struct vga *v, struct vga_hold at);

/* What is blanked of a line, in character clocks, and of a frame, in lines. */
struct vga_blanking { unsigned from, len, total; };
struct vga_blanking vga_hblanking(const struct vga *v);
struct vga_blanking vga_vblanking(const struct vga *v);
static inline bool vga_blanked(const struct vga_blanking *b, unsigned at)
{
    return (at + b->total - b->from) % b->total < b->len;
}

/* The border that a picture has at present: characters on the left and right, lines. */
struct vga_border { unsigned left, right, top, bottom; };
struct vga_border vga_border(const struct vga *v);
bool vga_overscan_shows(const struct vga *v);             /* and asks for one */

uint8_t vga_status0(const struct vga *v);                 /* Input Status 0 */
uint8_t vga_status1(struct vga *v);
void vga_status1_forget(struct vga *v);                   /* to be looked at afresh */

/* Frames here begin with the vertical retrace. line: the first one that shows a change made now;
 * when !shown 0 after the retrace's beginning, the number of lines before it. */
struct vga_beam { uint64_t frame; unsigned line; bool shown; };
struct vga_beam vga_beam(const struct vga *v, vtime now);
void vga_raster_note(struct vga *v, unsigned reg, uint32_t was, uint32_t val); /* it changes now */
void vga_raster_reset(struct vga *v);                     /* the timing changes: start afresh */
void vga_start_note(struct vga *v);                       /* CR0C, CR0D, more_start will change */
uint32_t vga_start(const struct vga *v, vtime now);       /* the whole start address as latched */

/* Registers as they are at each line of the picture. */
struct vga_replay {
    struct vga v;
    const struct vga *live;               /* until it is given up */
    const struct vga_log *cur, *old;
    unsigned i, j, beam, cur_count, old_count;
    bool mixed;                           /* pixels differ in width between lines */
};
bool vga_replay_begin(struct vga_replay *r, const struct vga *v, vtime now);  /* false: no need */
bool vga_raster_active(const struct vga *v, vtime now);   /* whether the former would say true */
bool vga_replay_line(struct vga_replay *r, unsigned y);   /* true: something changed */
vtime    vga_next_frame(const struct vga *v, vtime now);
void     vga_vint_init(struct vga *v);
bool     vga_vint(const struct vga *v);                   /* Input Status 0, bit 7 */
void     vga_vint_changed(struct vga *v, bool clear);     /* CR11 or the timing has */
uint8_t  vga_port_read(struct vga *v, unsigned port);
void     vga_port_write(struct vga *v, unsigned port, uint8_t val);
uint16_t vbe_reg_read(const struct vga *v, unsigned reg);
void     vbe_reg_write(struct vga *v, unsigned reg, uint16_t val);
bool     vbe_valid(const struct vga *v);                  /* the geometry fits into video memory */
uint32_t vbe_pitch(const struct vga *v);                  /* bytes a line; of one plane at 4 bpp */
void     vbe_reset(struct vga *v);
static inline bool vbe_on(const struct vga *v) { return v->vbe_enable & VBE_ENABLED; }
static inline bool vbe_linear(const struct vga *v) { return vbe_on(v) && v->vbe_bpp >= 8; }
