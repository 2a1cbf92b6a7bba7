/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port 61h, system control port B of the AT, and the PC speaker behind it.
 *                                       Ref: IBM 5170 Technical Reference; Intel 290562 (PIIX3)
 *
 *   bit 0  RW  gate of PIT counter 2      bit 4  R  refresh request: toggles every 15.085 us
 *   bit 1  RW  speaker data enable        bit 5  R  OUT of PIT counter 2
 *   bit 2  RW  PCI SERR# check off        bit 6  R  IOCHK# (0: nothing on the boards pulls it)
 *   bit 3  RW  IOCHK# check off           bit 7  R  SERR# (0: likewise, so neither gives an NMI)
 *
 * The refresh bit is a function of virtual time: refresh comes every 18 ticks of the PIT's clock,
 * as counter 1 is programmed on every AT.
 *
 * Not modelled:  a refresh rate other than the usual.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "devices/i8254.h"
#include "devices/speaker.h"

struct port61 {
    uint8_t       ctl;           /* bits 0..3 */
    struct i8254 *pit;
    struct sched *sched;
    struct speaker *speaker;     /* NULL: none */
};

extern const struct device_class port61_class;
extern const struct bus_ops port61_ops;                    /* one port */

void port61_init(struct port61 *p, struct sched *s, struct i8254 *pit);
/* Is the speaker sounding, and at what pitch? */
bool port61_speaker(const struct port61 *p, uint32_t *hz);
