/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: what programs change while the beam is on its way.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "CRT Controller", start address
 *
 * Frames are counted from one vertical retrace to the next, as programs do. A register that shows
 * and that changes while lines are displayed is noted with its line, in one of two logs: that of
 * this frame and that of the frame before. Nobody pays who changes things in the retrace only, and
 * nothing is noted in the frame in which a mode's timing is set, whose rest follows at once.
 *
 * A picture is composed when one of the logs has notes: registers go back to where this frame found
 * them, its notes are applied on the way down, and below the beam those of the frame before, since
 * an effect mostly repeats. So what changes once, like a new palette, shows from its line on in the
 * rest of that frame and whole in the next. Where a log ends too early, lines below show the
 * present.
 */
#include "devices/vga.h"

struct vga_beam vga_beam(const struct vga *v, vtime now)
{
    struct vga_timing t = vga_timing(v);
    uint64_t dots = vga_dots_since(v, &t, now), first = t.sync_from < t.lines ? t.sync_from : 0;
    uint64_t n = dots / t.line_dots + t.lines - first, y = (n + first) % t.lines;
    struct vga_beam b = { .frame = n / t.lines, .line = (unsigned)y, .shown = y < t.show_lines };

    if (b.shown && dots % t.line_dots >= t.show_dots)
        b.shown = ++b.line < t.show_lines;       /* what changes now shows in the next line */
    if (!b.shown)
        b.line = y >= first ? 0 : (unsigned)t.show_lines;
    return b;
}

vtime vga_next_frame(const struct vga *v, vtime now)
{
    struct vga_timing t = vga_timing(v);
    uint64_t first = t.sync_from < t.lines ? t.sync_from : 0, n = vga_beam(v, now).frame;
    return clk_when(t.dot, v->beam_origin + (n * t.lines + first) * t.line_dots);
}

void vga_raster_reset(struct vga *v)
{
    v->log[0].count = v->log[1].count = 0;
    v->start_frame = UINT64_MAX;
    v->set_frame = vga_beam(v, sched_now(v->sched)).frame;
}

void vga_raster_note(struct vga *v, unsigned reg, uint32_t was, uint32_t val)
{
    if (was == val || vbe_on(v))
        return;
    struct vga_beam b = vga_beam(v, sched_now(v->sched));
    struct vga_log *l = &v->log[b.frame & 1];
    if (!b.shown || b.frame == v->set_frame)
        return;
    if (l->frame != b.frame) {
        l->frame = b.frame;
        l->count = 0;
    }
    if (l->count == VGA_LOG_MAX)
        return;
    l->where[l->count] = (uint32_t)b.line << 16 | reg;
    l->was[l->count] = was;
    l->val[l->count++] = val;
}

static uint32_t start_now(const struct vga *v)
{
    return (uint32_t)(v->cr[0x0c] << 8 | v->cr[0x0d]) + v->more_start;
}

void vga_start_note(struct vga *v)
{
    uint64_t frame = vga_beam(v, sched_now(v->sched)).frame;
    if (v->start_frame == frame)
        return;
    v->start_frame = frame;
    v->start_was = start_now(v);
}

uint32_t vga_start(const struct vga *v, vtime now)
{
    if (v->start_frame != UINT64_MAX && vga_beam(v, now).frame == v->start_frame)
        return v->start_was;
    return start_now(v);
}

/* Writes one register of the composition. Loaded notes may hold anything. */
static void put(struct vga *v, unsigned reg, uint32_t val)
{
    if (reg >= VGA_LOG_DAC) {
        uint8_t *c = &v->dac[(reg & 0xff) * 3];
        c[0] = (uint8_t)(val >> 16);
        c[1] = (uint8_t)(val >> 8);
        c[2] = (uint8_t)val;
        return;
    }
    unsigned i = reg & 31;
    switch (reg >> 5) {
    case VGA_LOG_CR >> 5:
        if (i < VGA_CRTC_REGS && (i > 6 || i == 2 || i == 3 || i == 5))
            v->cr[i] = (uint8_t)val;
        break;
    case VGA_LOG_SR >> 5:
        if (i == 1)                              /* the other bits are timing */
            v->sr[1] = (uint8_t)((v->sr[1] & ~0x34u) | (val & 0x34));
        else if (i < VGA_SEQ_REGS)
            v->sr[i] = (uint8_t)val;
        break;
    case VGA_LOG_GR >> 5:
        if (i < VGA_GFX_REGS)
            v->gr[i] = (uint8_t)val;
        break;
    case VGA_LOG_AR >> 5:
        if (i < VGA_ATTR_REGS)
            v->ar[i] = (uint8_t)val;
        break;
    case VGA_LOG_MISC >> 5:
        if (i)
            v->ar_index = (uint8_t)val;
        else
            v->dac_mask = (uint8_t)val;
        break;
    default: break;
    }
}

static bool changes_mode(const struct vga_log *l, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned reg = l->where[i] & 0xffff;
        if (reg == VGA_LOG_GR + 5 || reg == VGA_LOG_AR + 0x10)
            return true;
    }
    return false;
}

static unsigned notes(const struct vga_log *l, uint64_t frame)
{
    return l->frame == frame ? l->count : 0;
}

bool vga_raster_active(const struct vga *v, vtime now)
{
    uint64_t frame = vga_beam(v, now).frame;
    const struct vga_log *cur = &v->log[frame & 1], *old = &v->log[~frame & 1];
    return !vbe_on(v) && (notes(cur, frame) || notes(old, frame - 1));
}

bool vga_replay_begin(struct vga_replay *r, const struct vga *v, vtime now)
{
    struct vga_beam b = vga_beam(v, now);

    if (!vga_raster_active(v, now))
        return false;
    r->v = *v;
    r->live = v;
    r->cur = &v->log[b.frame & 1];
    r->old = &v->log[~b.frame & 1];
    r->i = r->j = 0;
    r->beam = b.line;
    r->cur_count = notes(r->cur, b.frame);
    r->old_count = notes(r->old, b.frame - 1);
    r->mixed = changes_mode(r->old, r->old_count) || changes_mode(r->cur, r->cur_count);
    for (unsigned i = r->cur_count; i-- > 0;)
        put(&r->v, r->cur->where[i] & 0xffff, r->cur->was[i]);
    return true;
}

static bool beyond(const struct vga_log *l, unsigned count, unsigned y)
{
    return count == VGA_LOG_MAX && y > l->where[count - 1] >> 16;
}

bool vga_replay_line(struct vga_replay *r, unsigned y)
{
    unsigned from = r->i + r->j;

    for (; r->j < r->old_count && r->old->where[r->j] >> 16 <= y; r->j++)
        if (r->old->where[r->j] >> 16 >= r->beam)
            put(&r->v, r->old->where[r->j] & 0xffff, r->old->val[r->j]);
    for (; r->i < r->cur_count && r->cur->where[r->i] >> 16 <= y; r->i++)
        put(&r->v, r->cur->where[r->i] & 0xffff, r->cur->val[r->i]);
    if (r->live && (beyond(r->cur, r->cur_count, y) ||
                    (y >= r->beam && beyond(r->old, r->old_count, y)))) {
        r->v = *r->live;
        r->live = NULL;
        return true;
    }
    return r->i + r->j != from;
}
