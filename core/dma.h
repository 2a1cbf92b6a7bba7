/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's end of an ISA DMA channel. The device raises DREQ with request(), and moves
 * bytes with move() when its data is there; direction, address and count are what the guest
 * programmed into the i8237.
 */
#pragma once
#include "core/base.h"

struct dma_port {
    void    *ctl;
    unsigned channel;
    void   (*request)(void *ctl, unsigned channel, bool level);
    /* Moves up to n bytes between buf and guest memory: to_memory is the device's view of the
     * direction. Returns how many were moved; fewer than n when the channel is masked,
     * programmed the other way, or has reached terminal count, which sets *tc. A verify transfer
     * counts but moves nothing. */
    size_t (*move)(void *ctl, unsigned channel, void *buf, size_t n, bool to_memory, bool *tc);
};
