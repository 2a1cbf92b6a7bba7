/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The game control adapter at port 201h.
 *                                  Ref: IBM Technical Reference, Options and Adapters, "IBM Game
 *                                  Control Adapter"; Signetics NE558
 *
 *   W  any value starts the four one-shots    R  bits 0..3  axes A.x A.y B.x B.y: 1 while they run
 *                                                bits 4..7  buttons A1 A2 B1 B2: 0 while pressed
 *
 * A one-shot runs 24.2 us and 0.011 us more for each ohm of its potentiometer; with none on it, for
 * ever. One that runs is not started again. All of it is a function of virtual time: no events.
 *
 * Deviations:  how long a one-shot runs is settled when it starts, unless its stick is unplugged.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

#define GAMEPORT_OPEN UINT32_MAX             /* no potentiometer there */
#define GAMEPORT_OHMS 150000u                /* the largest that is of use */

struct gameport {
    uint64_t end[4];             /* when the one-shots end */
    uint32_t ohms[4];
    uint8_t  pressed;            /* bits 0..3: the buttons that are down */
    const struct sched *sched;
};

extern const struct device_class gameport_class;
extern const struct bus_ops gameport_ops;                  /* one port */

/* Nothing is plugged in. */
void gameport_init(struct gameport *g, const struct sched *s);
void gameport_axis(struct gameport *g, unsigned axis, uint32_t ohms);
/* A whole stick, 0 or 1: two axes of -32768..32767, and two buttons. */
void gameport_stick(struct gameport *g, unsigned stick, bool there, int x, int y, unsigned pressed);
void gameport_buttons(struct gameport *g, unsigned pressed);
