/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The absolute pointer behind VMware's back door: the guest learns where on the screen the host's
 * pointer is, so that the mouse need not be captured.
 *          Ref: the vmmouse protocol as open-vm-tools and Linux's vmmouse driver document it
 *
 *   IN EAX, DX with DX = 5658h, EAX = 564D5868h, ECX the command, EBX its argument:
 *     10  version              -> EAX version, EBX the magic number
 *     39  data, EBX words      -> EAX, EBX, ECX, EDX the next one to four words
 *     40  status               -> EAX words that wait; FFFF0000h and more: an error, which lasts
 *                                 until it is enabled
 *     41  command in EBX       enable, disable, absolute, relative
 *   A packet is four words: buttons, x and y (0..FFFFh over the screen), wheel. An interrupt of the
 *   PS/2 mouse, with a packet that says nothing, tells the driver to look.
 *
 * Linux looks for it only where the processor says that it is virtual: the model pentium2-vm does.
 *
 * Not modelled:  commands 86 (who may use the port) and all others of the back door.
 * Deviations:    motion that was not read is replaced by what comes after it, so there is no
 *                backlog; relative packets come by the PS/2 mouse only.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"
#include "devices/ps2_mouse.h"

/* The processor's registers, which this port alone reads and writes: 0 EAX, 1 ECX, 2 EDX, 3 EBX. */
struct vmmouse_cpu {
    void    *owner;
    uint32_t (*get)(void *owner, unsigned reg);
    void     (*set)(void *owner, unsigned reg, uint32_t v);
};

#define VMMOUSE_WORDS 256u

struct vmmouse {
    bool     absolute;
    bool     failed;             /* words were asked for that were not there; or disabled */
    uint8_t  buttons;            /* of the newest packet */
    uint16_t head, count;        /* words */
    uint32_t words[VMMOUSE_WORDS];
    struct ps2_mouse  *mouse;
    struct vmmouse_cpu cpu;
};

extern const struct device_class vmmouse_class;
extern const struct bus_ops vmmouse_ops;

/* mouse is the one whose interrupt the driver waits for. */
void vmmouse_init(struct vmmouse *p, struct ps2_mouse *mouse, struct vmmouse_cpu cpu);
/* x, y: 0..32767 over the screen; wheel: away from the user is positive; buttons: bit 0 left,
 * 1 right, 2 middle. Ignored unless the guest has asked for absolute coordinates. */
void vmmouse_move(struct vmmouse *p, int x, int y, int wheel, unsigned buttons);
