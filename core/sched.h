/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual time: clocks and the event queue.
 *
 * Guest time is a count of nanoseconds derived only from executed instructions
 * (and from skips while every CPU is halted). Nothing in here reads a host clock.
 *
 * A chip never stores nanoseconds. It counts in ticks of its own clock and
 * converts at the edges. clk_ticks() rounds down and clk_when() rounds up, so
 *     clk_ticks(c, clk_when(c, n)) == n   and   clk_ticks(c, clk_when(c, n) - 1) == n - 1
 * and an event armed for tick n can never fire one tick early.
 */
#pragma once
#include "core/base.h"

struct clk { uint32_t num, den; };            /* ticks per ns, exactly num/den */

uint64_t clk_ticks(struct clk c, vtime t);    /* floor(t * num / den) */
vtime    clk_when(struct clk c, uint64_t tick); /* ceil(tick * den / num) */

struct event {
    vtime       when;                         /* VTIME_NEVER while idle */
    void      (*fire)(void *owner, vtime when);
    void       *owner;
    const char *name;                         /* unique, appears in snapshots and traces */
    uint32_t    order;                        /* registration order breaks ties: replayable */
};

#define SCHED_MAX 96

struct sched {
    vtime         now;                        /* time at the start of the running slice, or of
                                                 the event being fired */
    vtime       (*in_slice)(void *cpu);       /* present time while a CPU runs; NULL between
                                                 slices */
    void        (*kick)(void *cpu);           /* ends the running slice after the current
                                                 instruction */
    void         *cpu;
    vtime         slice_end;                  /* no event was due before this when the slice
                                                 began */
    struct event *ev[SCHED_MAX];              /* all registered events, in registration order */
    uint32_t      n;
    struct event *first;                      /* the soonest, or NULL: a cache, see
                                                 sched_rescan() */
};

/* Registers an event once, at machine creation; the order of calls is part of the machine's
 * definition. */
void  sched_add(struct sched *s, struct event *e, const char *name,
                void (*fire)(void *, vtime), void *owner);
/* When the event shall fire; VTIME_NEVER disarms. An event in the past fires at the next
 * instruction boundary. */
void  sched_arm(struct sched *s, struct event *e, vtime when);
vtime sched_now(const struct sched *s);
vtime sched_next(struct sched *s);            /* when the soonest event is due, or VTIME_NEVER */
void  sched_advance(struct sched *s, vtime to);                  /* fires everything due */
void  sched_rescan(struct sched *s);          /* after a snapshot load wrote 'when' fields */
