/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PS/2 mouse with three buttons and, once a driver asks for them, a wheel and two more buttons.
 *          Ref: IBM PS/2 Hardware Interface Technical Reference, "Mouse"; Microsoft, "IntelliMouse"
 *          and "IntelliMouse Explorer"
 *
 *   host -> mouse   ps2_mouse_write()             READY  line ready: a byte waits for the host
 *   mouse -> host   ps2_mouse_read()
 *
 * Motion adds up in counters; a packet is made when the host is ready to take one, so a slow guest
 * gets fewer, longer steps and no backlog; but no click is lost.
 *
 * Not modelled:  the sample rate as a limit (the wire is one); resolution (counts are counts).
 */
#pragma once
#include "core/device.h"

struct ps2_mouse {
    uint8_t     expect;          /* command that waits for its argument; 0: none */
    uint8_t     id;              /* 0, 3 with the wheel, 4 with five buttons as well */
    uint8_t     rate, resolution;
    uint8_t     rates[2];        /* the two rates before: 200, 100, 80 turns the wheel on,
                                    200, 200, 80 the buttons too */
    uint8_t     buttons;         /* as last reported: bit 0 left, 1 right, 2 middle, 3 and 4
                                    those at the sides */
    uint8_t     change_n;
    uint8_t     changes[8];      /* what became of them since, each for a packet of its own */
    bool        scale21, remote, wrap, reporting;
    bool        moved;           /* something to report */
    uint8_t     last;
    uint16_t    dx, dy, dz;      /* signed, two's complement; dy up, dz towards the user */
    uint8_t     queue_n;
    uint8_t     queue[8];
    struct line ready;
};

extern const struct device_class ps2_mouse_class;

void    ps2_mouse_init(struct ps2_mouse *m);
/* dy: down is positive; wheel: away from the user is positive. */
void    ps2_mouse_move(struct ps2_mouse *m, int dx, int dy, int wheel, unsigned buttons);
/* A packet that says nothing new, when the guest wants packets. */
void    ps2_mouse_nudge(struct ps2_mouse *m);
void    ps2_mouse_write(struct ps2_mouse *m, uint8_t v);
uint8_t ps2_mouse_read(struct ps2_mouse *m);
