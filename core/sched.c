/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/sched.h"

#include <assert.h>

/* t * num / den without a 128-bit type: split t so that no product overflows. */
static uint64_t muldiv_floor(uint64_t t, uint32_t num, uint32_t den)
{
    if (den == 1)                             /* the usual rates are whole: two divisions saved */
        return t * num;
    uint64_t whole = t / den, rest = t % den;
    return whole * num + rest * num / den;
}

static uint64_t muldiv_ceil(uint64_t t, uint32_t num, uint32_t den)
{
    uint64_t whole = t / den, rest = t % den;
    return whole * num + (rest * num + den - 1) / den;
}

uint64_t clk_ticks(struct clk c, vtime t) { return muldiv_floor(t, c.num, c.den); }
vtime    clk_when(struct clk c, uint64_t tick) { return muldiv_ceil(tick, c.den, c.num); }

void sched_add(struct sched *s, struct event *e, const char *name,
               void (*fire)(void *, vtime), void *owner)
{
    assert(s->n < SCHED_MAX);
    *e = (struct event){ .when = VTIME_NEVER, .fire = fire, .owner = owner,
                         .name = name, .order = s->n };
    s->ev[s->n++] = e;
}

void sched_rescan(struct sched *s)
{
    s->first = NULL;
    for (uint32_t i = 0; i < s->n; i++)       /* '<' keeps the earlier registration on a tie */
        if (s->ev[i]->when != VTIME_NEVER && (!s->first || s->ev[i]->when < s->first->when))
            s->first = s->ev[i];
}

static bool sooner(const struct event *a, const struct event *b)
{
    return a->when < b->when || (a->when == b->when && a->order < b->order);
}

void sched_arm(struct sched *s, struct event *e, vtime when)
{
    vtime old = e->when;
    e->when = when;
    if (when == old)
        return;
    if (s->first == e && when > old)
        sched_rescan(s);
    else if (when != VTIME_NEVER && (!s->first || sooner(e, s->first)))
        s->first = e;
    if (s->in_slice && when < s->slice_end)
        s->kick(s->cpu);
}

vtime sched_now(const struct sched *s)
{
    return s->in_slice ? s->in_slice(s->cpu) : s->now;
}

vtime sched_next(struct sched *s) { return s->first ? s->first->when : VTIME_NEVER; }

void sched_advance(struct sched *s, vtime to)
{
    while (s->first && s->first->when <= to) {
        struct event *e = s->first;
        vtime when = e->when;
        if (when > s->now)
            s->now = when;
        sched_arm(s, e, VTIME_NEVER);         /* a periodic event re-arms itself from 'when' */
        e->fire(e->owner, when);
    }
    s->now = to;
}
