/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user does, on its way into a machine: a queue of key, mouse and serial inputs in the
 * order they came. The queue is guest state: it is saved, loaded and hashed with the machine.
 */
#pragma once
#include "core/field.h"

#define INPUT_QUEUE 256u

enum input_kind {
    IN_KEY,                      /* code: PS/2 set 1 scan code, E0 xx as 0x1xx; a: 1 down, 0 up; b:
                                    1 the user repeats held keys, 0 the keyboard does */
    IN_MOUSE,                    /* a, b: dx, dy (down is positive); c: wheel; code: buttons, bit 0
                                    left, 1 right, 2 middle, 3 and 4 at the sides */
    IN_SERIAL,                   /* code: port 0..3; a: byte */
    IN_MOUSE_AT,                 /* a, b: place on the screen, 0..32767; c: wheel; code: buttons.
                                    For guests with an absolute pointer */
    IN_JOY,                      /* a stick of the game port: code: bits 0, 1 buttons, IN_JOY_STICK
                                    which stick, IN_JOY_THERE set if there is one; a, b: x, y */
    IN_KINDS
};
#define IN_JOY_STICK 8               /* bit number */
#define IN_JOY_THERE 0x200u
struct input { uint8_t kind; uint16_t code; int16_t a, b, c; };

struct input_queue {
    uint8_t  kind[INPUT_QUEUE];
    uint16_t code[INPUT_QUEUE], a[INPUT_QUEUE], b[INPUT_QUEUE], c[INPUT_QUEUE];
    uint16_t head, count;        /* oldest entry, and how many */
};

extern const struct field input_queue_fields[];

static inline bool input_push(struct input_queue *q, struct input in)
{
    if (q->count == INPUT_QUEUE)
        return false;
    unsigned i = (q->head + q->count++) % INPUT_QUEUE;
    q->kind[i] = in.kind;
    q->code[i] = in.code;
    q->a[i] = (uint16_t)in.a;
    q->b[i] = (uint16_t)in.b;
    q->c[i] = (uint16_t)in.c;
    return true;
}
/* The n-th oldest. */
static inline struct input input_at(const struct input_queue *q, unsigned n)
{
    unsigned i = (q->head + n) % INPUT_QUEUE;
    return (struct input){ q->kind[i], q->code[i], (int16_t)q->a[i], (int16_t)q->b[i],
                           (int16_t)q->c[i] };
}
/* Takes out the n-th oldest; freed slots are cleared, so that equal queues hash alike. */
static inline void input_remove(struct input_queue *q, unsigned n)
{
    for (unsigned i = n; i > 0; i--) {
        unsigned to = (q->head + i) % INPUT_QUEUE, from = (q->head + i - 1) % INPUT_QUEUE;
        q->kind[to] = q->kind[from];
        q->code[to] = q->code[from];
        q->a[to] = q->a[from];
        q->b[to] = q->b[from];
        q->c[to] = q->c[from];
    }
    unsigned i = q->head % INPUT_QUEUE;
    q->kind[i] = 0;
    q->code[i] = q->a[i] = q->b[i] = q->c[i] = 0;
    q->head = (uint16_t)((q->head + 1) % INPUT_QUEUE);
    q->count--;
}
static inline bool input_queue_valid(const struct input_queue *q)
{
    return q->head < INPUT_QUEUE && q->count <= INPUT_QUEUE;
}
