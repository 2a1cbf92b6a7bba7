/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PS/2 keyboard, 105 keys, scan code sets 1, 2 and 3.
 *               Ref: IBM PS/2 Hardware Interface Technical Reference, "Keyboard (101/102-Key)"
 *
 *   host -> keyboard   ps2_kbd_write()            READY  line ready: a byte waits for the host
 *   keyboard -> host   ps2_kbd_read()
 *
 * The sixteen-byte FIFO holds whole key sequences; answers to commands go past it. The key pressed
 * last repeats while it is held, after the delay and at the rate of command F3h, unless whoever
 * presses it repeats it himself. The grey cursor keys undo Shift and Num Lock around their codes,
 * since programs for 84 keys would take them for those of the keypad.
 *
 * Not modelled:  the half second of the self test; a spontaneous AAh at power-on.
 * Deviations:    a full FIFO takes no further key instead of sending an overrun code.
 */
#pragma once
#include "core/device.h"

#define PS2_KBD_FIFO 16

struct ps2_kbd {
    uint8_t     set;             /* 1..3 */
    uint8_t     leds;            /* bit 0 Scroll Lock, 1 Num Lock, 2 Caps Lock */
    uint8_t     rate;            /* typematic, as commanded */
    uint8_t     expect;          /* command that waits for its argument; 0: none */
    uint8_t     last;            /* byte sent last, for FEh */
    uint8_t     mods;            /* Shift, Ctrl and Alt keys held: for PrintScreen and Pause */
    bool        scanning;
    uint8_t     resp_n, fifo_n;
    uint8_t     resp[8];
    uint8_t     fifo[PS2_KBD_FIFO];
    uint8_t     breaks[18];      /* set 3: bit n of the map, key n sends break codes */
    uint8_t     repeats[18];     /* ... and repeats */
    uint16_t    held;            /* the key that repeats; 0: none */
    struct event repeat;
    struct line ready;
    struct sched *sched;
};

extern const struct device_class ps2_kbd_class;

/* What the i8042 makes of set 2 codes; the codes from 85h on are not translated. */
extern const uint8_t ps2_set2_to_set1[0x85];

void    ps2_kbd_init(struct ps2_kbd *k, struct sched *s);
/* code: set 1, E0 xx as 1xxh; PrintScreen is 137h, Pause 145h or 146h. typematic: the keyboard is
 * to repeat it; else further 'down's do. False: the FIFO is full. A keyboard that was told not to
 * scan swallows the key. */
bool    ps2_kbd_key(struct ps2_kbd *k, uint16_t code, bool down, bool typematic);
void    ps2_kbd_write(struct ps2_kbd *k, uint8_t v);
uint8_t ps2_kbd_read(struct ps2_kbd *k);
