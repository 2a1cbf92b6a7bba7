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
 * Characters go where port E9h's go.
 */
#pragma once
#include "core/bus.h"
#include "core/chardev.h"
#include "core/device.h"

struct testdev_host {            /* any of them may be NULL */
    struct chardev out;
    bool (*screen_crc)(void *owner, uint32_t *crc);
    void (*exit)(void *owner, uint32_t value);
    void  *owner;
};

struct testdev {
    uint8_t  post, result;
    uint32_t value;
    struct testdev_host host;
};

extern const struct device_class testdev_class;
extern const struct bus_ops testdev_post_ops;              /* one port: 190h */
extern const struct bus_ops testdev_ops;                   /* sixteen ports: 1A0h */

void testdev_init(struct testdev *p, struct testdev_host host);
