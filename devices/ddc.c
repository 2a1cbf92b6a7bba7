/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/ddc.h"

/* Data may change while the clock is low; a change while it is high is a start or a stop. */
enum { IDLE, ADDRESS, PLACE, REFUSE, SEND, PHASES };

const struct field ddc_fields[] = {
    FIELD(struct ddc, scl),   FIELD(struct ddc, sda),
    FIELD(struct ddc, low),   FIELD_MAX(struct ddc, phase, PHASES - 1),
    FIELD_MAX(struct ddc, bits, 9), FIELD(struct ddc, shift),
    FIELD(struct ddc, at),    FIELD_END
};

const uint8_t edid[EDID_SIZE] = {
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
    0x59, 0x34, 0x01, 0x00, 1, 0, 0, 0,              /* VIT, product 1 */
    1, 36, 1, 3,                                     /* week 1 of 2026; EDID 1.3 */
    0x0e, 33, 25, 120, 0x0a,                         /* analogue; 33 x 25 cm; gamma 2.2 */
    0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
    0x20, 0x08, 0x00,                                /* 640x480, 800x600, 1024x768 at 60 Hz */
    0x81, 0xc0, 0x81, 0x80, 0x95, 0x00, 0xa9, 0x40, 0xb3, 0x00, 0xd1, 0xc0, 0xd1, 0x00, 0x01, 0x01,
    0x64, 0x19, 0x00, 0x40, 0x41, 0x00, 0x26, 0x30, 0x18, 0x88, 0x36, 0x00, 0x4a, 0xfa, 0x10, 0x00,
    0x00, 0x18,                                      /* 65 MHz, 1344 x 806 in all */
    0, 0, 0, 0xfc, 0, 'V', 'i', 't', 'r', 'i', 'n', 'e', 10, ' ', ' ', ' ', ' ', ' ',
    0, 0, 0, 0xfd, 0, 50, 90, 30, 90, 23, 0, 10, ' ', ' ', ' ', ' ', ' ', ' ',
    0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0x42,
};

void ddc_init(struct ddc *d) { *d = (struct ddc){ .scl = true, .sda = true }; }

/* A byte has come in. Returns whether it is acknowledged. */
static bool received(struct ddc *d)
{
    if (d->phase == ADDRESS && (d->shift & 0xfe) == 0xa0)
        d->phase = d->shift & 1 ? SEND : PLACE;
    else if (d->phase == PLACE) {
        d->at = d->shift;
        d->phase = REFUSE;
    } else
        d->phase = IDLE;
    return d->phase != IDLE;
}

/* The ninth clock: of a byte that came in it shows what is in 'low'. */
static void clock_rises(struct ddc *d)
{
    if (d->bits == 9)
        return;
    if (d->bits < 8 && d->phase != SEND)
        d->shift = (uint8_t)(d->shift << 1 | d->sda);
    if (d->bits++ == 8 && d->sda)
        d->phase = IDLE;                             /* the adapter has read enough */
}

static void clock_falls(struct ddc *d)
{
    if (d->bits == 8 && d->phase != SEND) {
        d->low = received(d);
        d->bits = 9;
        return;
    }
    if (d->bits == 9) {
        d->bits = 0;
        if (d->phase == SEND)
            d->shift = d->at < EDID_SIZE ? edid[d->at] : 0xff;
        d->at = (uint8_t)(d->at + (d->phase == SEND));
    }
    d->low = d->phase == SEND && d->bits < 8 && !(d->shift >> (7 - d->bits) & 1);
}

void ddc_pins(struct ddc *d, bool scl, bool sda)
{
    bool was_scl = d->scl, was_sda = d->sda;
    d->scl = scl;
    d->sda = sda;
    if (was_scl && scl && was_sda != sda) {          /* down: start; up: stop */
        d->phase = sda ? IDLE : ADDRESS;
        d->bits = d->shift = 0;
        d->low = false;
    } else if (was_scl != scl && d->phase != IDLE) {
        if (scl)
            clock_rises(d);
        else
            clock_falls(d);
    }
}
