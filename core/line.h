/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One wire from a chip's output pin to one input of another chip.
 * The driver owns the level; setting the same level twice does nothing.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct line {
    void (*set)(void *sink, int pin, bool level);
    void  *sink;
    int    pin;
    bool   level;
};

static inline void line_set(struct line *l, bool level)
{
    if (l->level == level)
        return;
    l->level = level;
    if (l->set)
        l->set(l->sink, l->pin, level);
}
