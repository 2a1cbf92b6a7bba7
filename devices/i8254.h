/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 8254 programmable interval timer.        Ref: Intel 231164, "82C54 CHMOS PIT"
 *
 *   port +0..+2  counter 0..2 (R/W)     CLK    14.31818 MHz / 12, common to all three
 *   port +3      control word (W)       GATE n i8254_gate()
 *                                       OUT n  line out[n]
 *
 * Counters are evaluated, not ticked: the state is "n was loaded at tick t0", and count,
 * OUT and the next OUT edge are functions of the present tick. Only counters whose OUT is
 * wired cost an event.
 *
 * Not modelled:  OUT glitches when a control word changes the mode mid-count.
 * Deviations:    mode 1 OUT falls with the trigger, not on the CLK after it; rewriting the
 *                count during a mode 4 or 5 strobe ends the strobe at once; a count of 1 in
 *                modes 2 and 3 (illegal on the chip) acts as 2.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

struct i8254_ch {
    uint8_t  mode, rw;                /* control word M (0..5) and RW (1 LSB, 2 MSB, 3 both) */
    bool     bcd;
    bool     gate;
    bool     rd_msb, wr_msb;          /* byte flip-flops for RW = 3 */
    uint8_t  wr_lsb;                  /* low byte waiting for its high byte */
    uint8_t  latched;                 /* count-latch bytes not yet read, 0..2 */
    uint16_t latch;
    bool     status_latched;
    uint8_t  status;
    bool     armed;                   /* CE holds a count (a trigger has come, in modes 1 and 5) */
    bool     frozen;                  /* GATE stopped the count; 'held' is what had elapsed */
    uint32_t n;                       /* count in CE, 1..65536 */
    uint32_t cr;                      /* count in CR not yet moved to CE, 0 when none */
    uint64_t cr_at;                   /* tick at which it moves (modes 2 and 3) */
    uint64_t t0;                      /* tick at which CE was n; may lie one tick ahead */
    uint64_t held;
};

struct i8254 {
    struct i8254_ch ch[3];
    struct event    edge[3];
    struct line     out[3];
    struct sched   *sched;
    void          (*moved)(void *owner, unsigned n);       /* counter n was written or gated */
    void           *moved_owner;
};

#define I8254_CLK ((struct clk){ 105, 88000 })             /* 315/22 MHz / 12, in ticks per ns */

extern const struct device_class i8254_class;
extern const struct bus_ops i8254_ops;                     /* four ports */

void     i8254_init(struct i8254 *p, struct sched *s);     /* wire out[] afterwards, then reset */
void     i8254_gate(struct i8254 *p, unsigned n, bool level);
bool     i8254_out(struct i8254 *p, unsigned n);
/* The square wave on OUT n: its frequency in Hz, 0 when it is not oscillating. */
uint32_t i8254_hz(const struct i8254 *p, unsigned n);
/* OUT of a copy of a counter at a tick, no earlier than those asked for before, and for how many
 * ticks it stays; UINT64_MAX: until the counter is written or gated. */
bool     i8254_wave(struct i8254_ch *copy, uint64_t tick, uint64_t *stays);
