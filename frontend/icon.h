/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's sign for task bars: the V of the demo disk. */
#pragma once
#include "frontend/canvas.h"

bool icon_draw(struct canvas *c);            /* 48 x 48; false: no memory */
