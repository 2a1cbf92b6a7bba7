/* SPDX-License-Identifier: BSD-2-Clause */
/* A tube with a V on it, enlarged three times. */
#include "frontend/icon.h"

#define SIZE  16
#define TIMES 3

static const char picture[SIZE][SIZE + 1] = {
    " oooooooooooooo ", "o..............o", "o..............o", "o.www......www.o",
    "o.www......www.o", "o.ccc......ccc.o", "o..ccc....ccc..o", "o..ccc....ccc..o",
    "o...ccc..ccc...o", "o...bbb..bbb...o", "o....bbbbbb....o", "o.....bbbb.....o",
    "o..............o", "o..............o", "o..............o", " oooooooooooooo ",
};

static uint32_t colour(char c)
{
    switch (c) {
    case 'o': return 0xff5a6472u;
    case '.': return 0xff0a1030u;
    case 'w': return 0xffffffffu;
    case 'c': return 0xff66e6ffu;
    case 'b': return 0xff5c8cffu;
    default:  return 0;
    }
}

bool icon_draw(struct canvas *c)
{
    if (!canvas_size(c, SIZE * TIMES, SIZE * TIMES))
        return false;
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            canvas_rect(c, x * TIMES, y * TIMES, TIMES, TIMES, colour(picture[y][x]));
    return true;
}
