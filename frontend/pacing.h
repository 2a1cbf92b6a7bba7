/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who sets the pace. Pacing sleeps the host and, under a realtime clock, chooses the guest's speed;
 * it never changes what the guest does with a given speed.
 *
 *     realtime   guest time follows the wall clock; the instruction rate follows what the host
 *                can do
 *     fixed      as fast as it goes; but a guest that only idles and may yet be woken by a person
 *                is held to the wall clock, so that the host idles too
 */
#pragma once
#include "core/base.h"

struct pacing {
    bool     realtime;
    bool     steady;             /* realtime at a rate that stays */
    bool     anchored;
    uint64_t host0;              /* these two moments are the same one */
    vtime    guest0;
    vtime    idle;               /* how long the guest has been idle without a break */
    uint64_t ips;
    /* measuring the host: instructions and host time of busy slices */
    uint64_t insns, busy;
};

#define PACING_SLICE UINT64_C(10000000)      /* guest ns between two looks at the host */

void pacing_init(struct pacing *p, bool realtime, uint64_t ips);
/* After a pause, a load or a reset: begin anew from here. */
void pacing_restart(struct pacing *p);
/* Realtime: the guest time that is due by now. */
vtime pacing_due(struct pacing *p, uint64_t host, vtime guest);
/* After a slice: what it did. A new rate, or 0 when the present one shall stay. */
uint64_t pacing_measure(struct pacing *p, uint64_t insns, uint64_t host_ns, vtime guest_ns,
                        bool halted);
/* Fixed: how long to sleep after a slice that ended at this moment; 'hold': somebody may wake
 * the guest. */
uint64_t pacing_hold(struct pacing *p, uint64_t host, vtime guest, bool hold);
