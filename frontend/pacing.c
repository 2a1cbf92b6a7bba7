/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic on two clocks; no side effects, so that a test can drive it. */
#include "frontend/pacing.h"

#define LAG_MAX  UINT64_C(250000000)         /* more than this behind: the lost time is let go */
#define WINDOW   UINT64_C(100000000)         /* host ns of busy slices in one measurement */
#define IPS_MIN  UINT64_C(1000000)
#define IPS_MAX  UINT64_C(4000000000)

void pacing_init(struct pacing *p, bool realtime, uint64_t ips)
{
    *p = (struct pacing){ .realtime = realtime, .ips = ips };
}

void pacing_restart(struct pacing *p)
{
    p->anchored = false;
    p->idle = p->insns = p->busy = 0;
}

static void anchor(struct pacing *p, uint64_t host, vtime guest)
{
    p->anchored = true;
    p->host0 = host;
    p->guest0 = guest;
}

vtime pacing_due(struct pacing *p, uint64_t host, vtime guest)
{
    if (!p->anchored)
        anchor(p, host, guest);
    vtime due = p->guest0 + (host - p->host0);
    if (due > guest + LAG_MAX || guest > due + LAG_MAX) {
        anchor(p, host, guest);
        due = guest;
    }
    return due;
}

static bool mostly_idle(uint64_t insns, uint64_t ips, vtime guest_ns, unsigned tenths)
{
    return (double)insns * 10 <= (double)guest_ns * 1e-9 * (double)ips * tenths;
}

uint64_t pacing_measure(struct pacing *p, uint64_t insns, uint64_t host_ns, vtime guest_ns,
                        bool halted)
{
    if (halted && mostly_idle(insns, p->ips, guest_ns, 1))
        p->idle += guest_ns;
    else
        p->idle = 0;
    if (!p->realtime || p->steady || mostly_idle(insns, p->ips, guest_ns, 5))
        return 0;
    p->insns += insns;
    p->busy += host_ns;
    if (p->busy < WINDOW)
        return 0;
    /* A tenth of the host is left for drawing and for being late. */
    double can = (double)p->insns / ((double)p->busy * 1e-9) * 0.9;
    uint64_t ips = can < (double)IPS_MIN ? IPS_MIN :
                   can > (double)IPS_MAX ? IPS_MAX : (uint64_t)can;
    p->insns = p->busy = 0;
    if (ips > p->ips - p->ips / 8 && ips < p->ips + p->ips / 4)
        return 0;
    p->ips = ips;
    return ips;
}

uint64_t pacing_hold(struct pacing *p, uint64_t host, vtime guest, bool hold)
{
    if (!hold || !p->idle) {
        p->anchored = false;
        return 0;
    }
    vtime due = pacing_due(p, host, guest);
    return guest > due ? guest - due : 0;
}
