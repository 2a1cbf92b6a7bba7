/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test device: how a test guest talks to the host. Of our own making; a machine has it only
 * when configured (--testdev).
 *
 *   190h      RW progress code, like a POST card: the host reads the last one as 'post'
 *   1A0h..3h  R  "VTD1": is it there?
 *   1A4h      W  command: carries it out at once      R  result: 0 done, 1 unknown, 2 not possible
 *                  1  print the byte in 1A8h          2  CRC-32 of the screen into 1A8h..1ABh
 *                  3  end the machine with the value in 1A8h..1ABh
 *   1A8h..Bh  RW argument and answer, little-endian, of any width
 *
 *   E0h..E3h   RW holds what was written, of any width
 *   2000h + n  W  interrupt input n, 0..23, is asserted while the byte is not 0
 *   510h, 511h    a word to 510h selects an item, whose bytes 511h then reads, low first:
 *                  3  memory in bytes, 64 bits         5  processors, 16 bits
 *                 all other items, and what lies behind the end of one, are 0
 *
 * Characters go where port E9h's go. The last three are at the places where test kernels written
 * for other emulators look for them.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"
#include "core/device.h"

#define TESTDEV_IRQS 24

struct testdev_host {            /* any of them may be NULL */
    struct chardev out;
    bool (*screen_crc)(void *owner, uint32_t *crc);
    void (*exit)(void *owner, uint32_t value);
    void  *owner;
    uint64_t memory;             /* bytes; what the items tell */
    uint16_t processors;
};

struct testdev {
    uint8_t  post, result;
    uint32_t value;
    uint32_t echo;
    uint16_t item;
    uint8_t  at;                 /* the item's byte that is read next */
    struct line irq[TESTDEV_IRQS];
    struct testdev_host host;
};

extern const struct device_class testdev_class;
extern const struct bus_ops testdev_post_ops;              /* one port: 190h */
extern const struct bus_ops testdev_ops;                   /* sixteen ports: 1A0h */
extern const struct bus_ops testdev_echo_ops;              /* four ports: E0h */
extern const struct bus_ops testdev_irq_ops;               /* TESTDEV_IRQS ports: 2000h */
extern const struct bus_ops testdev_item_ops;              /* two ports: 510h */

void testdev_init(struct testdev *p, struct testdev_host host);    /* wire irq[] afterwards */
