/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A monitor's end of the display data channel: an EEPROM on two wires, which an adapter pulls by
 * software, with what the monitor can do.
 *   Ref: VESA DDC standard 3.0 (DDC2B); VESA EDID 1.3; I2C-bus specification; data sheet of the
 *        24C02
 *
 * The memory answers at A0h (write) and A1h (read). After the address, a write sets where the next
 * read begins; further bytes are refused, as its contents are fixed.
 *
 * Not modelled: DDC1, where the vertical retrace is the clock; DDC/CI at 6Eh.
 */
#pragma once
#include "core/base.h"
#include "core/field.h"

#define EDID_SIZE 128u

/* The monitor that the video BIOS tells of, too (bios/vga/vbe.c). */
extern const uint8_t edid[EDID_SIZE];

struct ddc {
    bool    scl, sda;            /* what the adapter lets the wires be */
    bool    low;                 /* the memory pulls the data wire down */
    uint8_t phase, bits;         /* bits of the present byte, 8 is its acknowledgement */
    uint8_t shift, at;           /* the byte; place of the next to be read */
};

extern const struct field ddc_fields[];

void ddc_init(struct ddc *d);
/* The adapter sets its outputs: false pulls a wire down. */
void ddc_pins(struct ddc *d, bool scl, bool sda);
/* The levels, with both ends on the wires. */
static inline bool ddc_scl(const struct ddc *d) { return d->scl; }
static inline bool ddc_sda(const struct ddc *d) { return d->sda && !d->low; }
