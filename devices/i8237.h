/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two Intel 8237A DMA controllers and the page registers, as in the AT.
 *                                     Ref: Intel 231466 "8237A"; IBM 5170 Technical Reference
 *
 *   00h..0Fh  controller of channels 0..3, bytes        DREQ n  dma_port.request()
 *   C0h..DFh  controller of channels 4..7, words (even ports); 4 is the cascade of the other
 *   80h..8Fh  page registers: address bits 16..23
 *
 * The devices set the pace: whoever has data calls dma_port.move(), which does as many bus cycles
 * as the channel's registers allow. Demand, single and block mode therefore look the same.
 * Channels 0..3 work only while channel 4 is open and in cascade mode.
 *
 * Requests by program are served at once, to their terminal count, by channels in block mode:
 * memory-to-memory on channels 0 and 1, with their page registers; others move nothing, as no
 * device has asked.
 *
 * Not modelled:  DREQ and DACK polarity. Priority and timing choose between things that here take
 *                no time.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "core/dma.h"

struct i8237_ch {
    uint16_t addr, count;        /* current */
    uint16_t base_addr, base_count;
    uint8_t  mode;
};

struct i8237 {
    struct i8237_ch ch[4];
    uint8_t command;
    uint8_t tc;                  /* status bits 0..3 */
    uint8_t dreq;                /* pins */
    uint8_t request;             /* software requests */
    uint8_t mask;
    bool    msb;                 /* the byte flip-flop */
    uint8_t temp;                /* the last byte from memory to memory */
};

struct i8237_pair {
    struct i8237 c[2];
    uint8_t      page[16];       /* by port; 80h and the other spare ones are just memory */
    struct bus  *mem;
};

extern const struct device_class i8237_class;
/* dev is the pair: 16 ports at 00h, 32 at C0h, 16 at 80h. */
extern const struct bus_ops i8237_low_ops, i8237_high_ops, i8237_page_ops;

void i8237_init(struct i8237_pair *p, struct bus *mem);
/* The device's end of channel 0..3 or 5..7; move() counts in bytes on all of them. */
struct dma_port i8237_port(struct i8237_pair *p, unsigned channel);
