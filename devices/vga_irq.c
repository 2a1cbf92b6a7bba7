/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA: the vertical interrupt.
 *   Ref: IBM PS/2 Hardware Interface Technical Reference, "Vertical Retrace End", "Input Status 0"
 *
 * The retrace sets a latch, which CR11 bit 4 holds cleared while it is 0 and bit 5 keeps from the
 * interrupt line while it is 1. The latch is not stored: it is set when a frame has begun since the
 * one in which it was last clear. An event is under way only for the line's sake.
 */
#include "devices/vga.h"

enum { KEEP = 0x10, MASKED = 0x20 };             /* CR11 */

bool vga_vint(const struct vga *v)
{
    return v->cr[0x11] & KEEP && vga_beam(v, sched_now(v->sched)).frame > v->vint_frame;
}

static void update(struct vga *v)
{
    bool set = vga_vint(v), waits = (v->cr[0x11] & (KEEP | MASKED)) == KEEP && !set;
    vtime when = waits ? vga_next_frame(v, sched_now(v->sched)) : VTIME_NEVER;
    line_set(&v->irq, set && !(v->cr[0x11] & MASKED));
    if (v->retrace.when != when)
        sched_arm(v->sched, &v->retrace, when);
}

void vga_vint_changed(struct vga *v, bool clear)
{
    if (clear)
        v->vint_frame = vga_beam(v, sched_now(v->sched)).frame;
    update(v);
}

static void fire(void *owner, vtime when)
{
    update(owner);
}

void vga_vint_init(struct vga *v)
{
    sched_add(v->sched, &v->retrace, "vga-retrace", fire, v);
}
