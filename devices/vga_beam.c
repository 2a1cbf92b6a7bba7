/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: where the beam is: the CRT controller's timing, what is blanked, and the status registers.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "CRT Controller", "Input Status";
 *        VESA Display Monitor Timing standard, 640 x 480 at 60 Hz (borders of eight dots and lines)
 */
#include "devices/vga_scan.h"

static const struct clk CLK_25 = { 1007, 40000 };      /* 25.175 MHz */
static const struct clk CLK_28 = { 14161, 500000 };    /* 28.322 MHz */

/* Vertical values are ten bits: eight in a register of their own, two in Overflow (CR07). */
static unsigned vertical(const struct vga *v, unsigned reg, unsigned bit8, unsigned bit9)
{
    return v->cr[reg] | (v->cr[7] >> bit8 & 1u) << 8 | (v->cr[7] >> bit9 & 1u) << 9;
}

struct vga_timing vga_timing(const struct vga *v)
{
    uint64_t chr = vga_dots(v);
    unsigned start = vertical(v, 0x10, 2, 7);
    struct vga_timing t = {
        .line_dots = (v->cr[0] + 5u) * chr,  .show_dots = (v->cr[1] + 1u) * chr,
        .lines = vertical(v, 6, 0, 5) + 2u,  .show_lines = vertical(v, 0x12, 1, 6) + 1u,
        .sync_from = start,                  /* ends when the low four bits of the line match */
        .sync_to = start + ((v->cr[0x11] - start - 1u) & 15u) + 1u,
        .dot = v->misc >> 2 & 1 ? CLK_28 : CLK_25,
    };
    if (v->cr[0x17] & 4) {                   /* each count is of two lines */
        t.lines *= 2;
        t.show_lines *= 2;
        t.sync_from *= 2;
        t.sync_to *= 2;
    }
    if (v->ext)
        t.dot = v->ext->dot_clock(v->ext_dev);
    if (v->sr[1] & 8)                        /* dot clock halved */
        t.dot.den *= 2;
    return t;
}

uint64_t vga_dots_since(const struct vga *v, const struct vga_timing *t, vtime now)
{
    return clk_ticks(t->dot, now) - v->beam_origin;
}

uint64_t vga_frames(const struct vga *v, vtime now)
{
    struct vga_timing t = vga_timing(v);
    return vga_dots_since(v, &t, now) / (t.line_dots * t.lines);
}

/* ---- another timing: the counters go on from where they are ---- */

struct vga_hold vga_hold(const struct vga *v)
{
    struct vga_timing t = vga_timing(v);
    uint64_t dots = vga_dots_since(v, &t, sched_now(v->sched));
    return (struct vga_hold){ dots / t.line_dots % t.lines, dots % t.line_dots / vga_dots(v) };
}

void vga_retime(struct vga *v, struct vga_hold at)
{
    struct vga_timing t = vga_timing(v);
    uint64_t dots = at.line % t.lines * t.line_dots + at.chr * vga_dots(v) % t.line_dots;
    v->beam_origin = clk_ticks(t.dot, sched_now(v->sched)) - dots;
    vga_status1_forget(v);
    vga_raster_reset(v);
    vga_vint_changed(v, true);
    v->border = false;
}

/* ---- blanking and border ---- */

static unsigned at_most(unsigned n, unsigned max) { return n < max ? n : max; }

/* A counter runs from 0 to before 'total'. How far is it from the count 'at' to one whose low bits
 * are 'end'? All the way round if there is none. */
static unsigned until(unsigned at, unsigned end, unsigned mask, unsigned total)
{
    unsigned to = at + ((end - at) & mask);
    return to < total ? to - at : end < total ? total - at + end : total;
}

/* Blanking covers what follows the count 'start', up to and including the next 'end'; so the
 * borders of all standard modes come out as the monitors' timings have them, equal on both sides. A
 * start that is never reached blanks nothing. */
static struct vga_blanking blanking(unsigned start, unsigned end, unsigned mask, unsigned total)
{
    struct vga_blanking b = { .from = (start + 1) % total, .total = total };
    if (start < total)
        b.len = until(start + 1, end, mask, total) + 1;
    if (b.len > total)
        b.len = total;
    return b;
}

struct vga_blanking vga_hblanking(const struct vga *v)
{
    unsigned end = (v->cr[3] & 0x1fu) | (v->cr[5] >> 2 & 0x20u), mask = 0x3f;
    unsigned total = v->cr[0] + 5u, cols = at_most(v->cr[1] + 1u, total);
    if (v->no_border)
        return (struct vga_blanking){ cols % total, total - cols, total };
    if (v->more_blank & 0x80) {
        end |= (v->more_blank & 3u) << 6;
        mask = 0xff;
    }
    return blanking(v->cr[2], end, mask, total);
}

struct vga_blanking vga_vblanking(const struct vga *v)
{
    unsigned start = v->cr[0x15] | (v->cr[7] & 8u) << 5 | (v->cr[9] & 0x20u) << 4;
    unsigned end = v->cr[0x16], mask = 0xff, total = vertical(v, 6, 0, 5) + 2u;
    unsigned lines = at_most(vertical(v, 0x12, 1, 6) + 1u, total);
    struct vga_blanking b = { lines % total, total - lines, total };
    if (v->more_blank & 0x80) {
        end |= (v->more_blank & 0xcu) << 6;
        mask = 0x3ff;
    }
    if (!v->no_border)
        b = blanking(start, end, mask, total);
    if (v->cr[0x17] & 4) {
        b.from *= 2;
        b.len *= 2;
        b.total *= 2;
    }
    return b;
}

/* On either side of what is displayed, up to blanking or, without it, the retrace. */
static void sides(const struct vga_blanking *b, const struct vga_blanking *retrace, unsigned shown,
                  unsigned *before, unsigned *after)
{
    unsigned n = shown, m = b->total;
    while (n < b->total && !vga_blanked(b, n) && !vga_blanked(retrace, n))
        n++;
    while (m > n && !vga_blanked(b, m - 1) && !vga_blanked(retrace, m - 1))
        m--;
    *after = n - shown;
    *before = b->total - m;
}

/* What is displayed goes through the attribute controller and meets a retrace that began two
 * characters later: 640 x 480 has CR4 84, and by VESA its pulse at dot 656. */
static struct vga_blanking retrace(const struct vga *v, unsigned total)
{
    unsigned from = v->cr[4], len = until(from + 1, v->cr[5] & 0x1fu, 0x1f, total) + 1;
    if (from >= total)
        len = 0;
    return (struct vga_blanking){ (from + total - 2) % total, len < total ? len : total, total };
}

bool vga_overscan_shows(const struct vga *v)
{
    const uint8_t *c = &v->dac[(v->ar[0x11] & v->dac_mask) * 3];
    return v->ar[0x11] && (c[0] | c[1] | c[2]);
}

struct vga_border vga_border(const struct vga *v)
{
    struct vga_border b = { 0 };
    struct vga_timing t = vga_timing(v);
    struct vga_blanking h = vga_hblanking(v), w = vga_vblanking(v), sync = retrace(v, h.total);
    struct vga_blanking vsync = { (unsigned)t.sync_from, (unsigned)(t.sync_to - t.sync_from),
                                  w.total };
    unsigned lines = at_most((unsigned)t.show_lines, w.total), room;

    if (vbe_on(v) || !(v->border || vga_overscan_shows(v)))
        return b;
    if (vsync.from >= w.total)
        vsync.len = vsync.from = 0;
    sides(&h, &sync, at_most(v->cr[1] + 1u, h.total), &b.left, &b.right);
    sides(&w, &vsync, lines, &b.top, &b.bottom);
    if (vga_paired(v)) {                     /* lines of the picture stay in pairs */
        b.top &= ~1u;
        b.bottom &= ~1u;
    }
    room = lines < SURFACE_MAX_H ? SURFACE_MAX_H - lines : 0;
    b.top = at_most(b.top, room);
    b.bottom = at_most(b.bottom, room - b.top);
    return b;
}

/* ---- the dot under the beam ---- */

struct place { uint64_t dots, frame, line, dot; bool shown; };

static struct place place(const struct vga *v, const struct vga_timing *t, vtime now)
{
    uint64_t dots = vga_dots_since(v, t, now), len = t->line_dots * t->lines;
    struct place p = { .dots = dots, .frame = dots / len };
    p.line = (dots - p.frame * len) / t->line_dots;
    p.dot = (dots - p.frame * len) % t->line_dots;
    p.shown = p.line < t->show_lines && p.dot < t->show_dots;
    return p;
}

/* The row counters at line y, at once. A preset row beyond the last one runs on to 31 first. */
static struct scanline scan_at(const struct vga *v, uint32_t start, unsigned y)
{
    unsigned rows = (v->cr[9] & 0x1fu) + 1, compare = vga_compare(v), n;
    struct scanline l = { .base = start, .row = v->cr[8] & 0x1f };
    if (y > compare) {
        l = (struct scanline){ .split = true };
        y -= compare + 1;
    }
    y >>= v->cr[9] >> 7;
    n = l.row + y;
    if (l.row >= rows)
        n = n < 32 ? n : n - 32;
    l.base += l.row >= rows && l.row + y < 32 ? 0 : n / rows * vga_pitch(v);
    l.row = l.row >= rows && l.row + y < 32 ? n : n % rows;
    vga_pan(v, &l);
    return l;
}

static unsigned text_dot(const struct vga *v, const struct scanline *l, unsigned dot,
                         uint64_t frame)
{
    unsigned dots = vga_dots(v), at = dot + vga_text_pan(v, l), x = at / dots;
    struct wires w = vga_wires(v, l->row);
    uint32_t counter = vga_counter(&w, l->counter, x);
    struct glyph g = vga_glyph(v, vga_planes(v, &w, counter));
    unsigned bits = vga_glyph_bits(v, &g, l->row, frame >> 4 & 1);
    if (!(frame >> 3 & 1) && vga_cursor_at(v, counter, l->row))
        bits = 0x1ff;
    return vga_attribute(v, bits >> (8 - at % dots) & 1 ? g.fg : g.bg, 0);
}

/* Of nine dots the ninth is taken for the eighth, as graphics are drawn without it. */
static unsigned graphics_dot(const struct vga *v, const struct scanline *l, unsigned dot,
                             uint64_t frame)
{
    unsigned dots = vga_dots(v), nth = dot % dots, at = dot / dots * 8 + (nth < 8 ? nth : 7);
    uint8_t own[4];
    if (vga_is_deep(v)) {
        at = at / 2 + (l->pan >> 1 & 3);
        return vga_serial(v, l, at / 4, own)[at % 4];
    }
    at += l->pan & 7;
    unsigned s = 7 - at % 8, n = 0;
    const uint8_t *p = vga_serial(v, l, at / 8, own);
    for (unsigned i = 0; i < 4; i++)
        n |= (p[i] >> s & 1u) << i;
    if (v->gr[5] & 0x20)
        n = (p[at / 4 % 2] >> 2 * (s % 4) & 3u) | (p[2 + at / 4 % 2] >> 2 * (s % 4) & 3u) << 2;
    return vga_attribute(v, n, vga_turn(v, frame >> 4 & 1));
}

/* The number of its colour. Of changes in the middle of a frame only the last ones count. */
static unsigned dot_at(const struct vga *v, const struct place *p, vtime now)
{
    if (!p->shown || vbe_on(v) || !(v->ar_index & 0x20))
        return v->ar[0x11];
    struct scanline l = scan_at(v, vga_start(v, now), (unsigned)p->line);
    return vga_is_text(v) ? text_dot(v, &l, (unsigned)p->dot, p->frame)
                          : graphics_dot(v, &l, (unsigned)p->dot, p->frame);
}

/* ---- Input Status 1 ---- */

/* Dots from a place within the frame to the next change of bits 0 and 3. */
static uint64_t beam_next(const struct vga_timing *t, const struct place *p)
{
    uint64_t to = t->lines;                          /* the end of the frame */
    if (p->line < t->show_lines)
        return p->shown && t->show_dots < t->line_dots ? t->show_dots - p->dot
                                                       : t->line_dots - p->dot;
    if (p->line < t->sync_from && t->sync_from < to)
        to = t->sync_from;
    else if (p->line < t->sync_to && t->sync_to < to)
        to = t->sync_to;
    return (to - p->line) * t->line_dots - p->dot;
}

/* Color Plane Enable bits 5 and 4 choose two of the eight bits that go to the DAC. */
static unsigned status_mux(const struct vga *v, unsigned dot)
{
    static const uint8_t low[4] = { 0, 4, 1, 6 }, high[4] = { 2, 5, 3, 7 };
    unsigned sel = v->ar[0x12] >> 4 & 3;
    return (dot >> low[sel] & 1) << 4 | (dot >> high[sel] & 1) << 5;
}

/* Bit 0 while nothing is displayed, bit 3 during vertical retrace, bits 4 and 5 of the dot's
 * colour. Programs poll it without pause, and the divisions were half of such a program's time: so
 * what was read stays for as long as a port on an ISA bus takes, or while nothing is displayed
 * until that ends. */
#define PORT_TIME 2000u

uint8_t vga_status1(struct vga *v)
{
    vtime now = sched_now(v->sched);
    if (now >= v->beam_from && now < v->beam_until)
        return v->beam_status;
    struct vga_timing t = vga_timing(v);
    struct place p = place(v, &t, now);
    bool sync = p.line >= t.sync_from && p.line < t.sync_to;
    v->beam_from = now;
    v->beam_until = clk_when(t.dot, v->beam_origin + p.dots + beam_next(&t, &p));
    if (p.shown && v->beam_until - now > PORT_TIME)
        v->beam_until = now + PORT_TIME;
    v->beam_status = (uint8_t)((p.shown ? 0 : 1) | sync << 3 |
                               status_mux(v, dot_at(v, &p, now)));
    return v->beam_status;
}

void vga_status1_forget(struct vga *v) { v->beam_from = v->beam_until = 0; }

/* ---- Input Status 0 ---- */

/* Bit 4, the DAC's comparators: 0 while one of the three outputs is above 350 mV. A monitor is
 * there and terminates all three, so that 63 is 700 mV; without it they would be twice as high. */
static bool above(const struct vga *v, unsigned i)
{
    const uint8_t *c = &v->dac[(i & v->dac_mask) * 3];
    uint8_t half = v->vbe_enable & VBE_8BIT_DAC ? 0x80 : 0x20;
    return (c[0] | c[1] | c[2]) & half;
}

static bool blanked(const struct vga *v, const struct place *p)
{
    struct vga_blanking h = vga_hblanking(v), w = vga_vblanking(v);
    return vga_blank(v) || vga_blanked(&h, (unsigned)p->dot / vga_dots(v)) ||
           vga_blanked(&w, (unsigned)p->line);
}

uint8_t vga_status0(const struct vga *v)
{
    vtime now = sched_now(v->sched);
    struct vga_timing t = vga_timing(v);
    struct place p = place(v, &t, now);
    bool high = !vbe_on(v) && !blanked(v, &p) && above(v, dot_at(v, &p, now));
    return (uint8_t)(vga_vint(v) << 7 | (high ? 0 : 0x10));
}
