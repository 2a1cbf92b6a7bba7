/* SPDX-License-Identifier: BSD-2-Clause */
/* The font is that of the firmware (bios/vga/font.c), which the build puts into the program. */
#include "frontend/canvas.h"

#include <stdlib.h>

#include "frontend/builtin.h"
#include "frontend/text.h"

#define CUT 0xaf                             /* code page 437: >> */

bool canvas_size(struct canvas *c, int w, int h)
{
    if (w != c->w || h != c->h || !c->px) {
        canvas_free(c);
        if (w <= 0 || h <= 0 || !(c->px = malloc((size_t)w * (size_t)h * sizeof *c->px)))
            return false;
        c->w = w;
        c->h = h;
    }
    memset(c->px, 0, (size_t)w * (size_t)h * sizeof *c->px);
    return true;
}

void canvas_free(struct canvas *c)
{
    free(c->px);
    *c = (struct canvas){ 0 };
}

void canvas_rect(struct canvas *c, int x, int y, int w, int h, uint32_t argb)
{
    int x1 = x + w < c->w ? x + w : c->w, y1 = y + h < c->h ? y + h : c->h;
    for (int i = y < 0 ? 0 : y; i < y1; i++)
        for (int k = x < 0 ? 0 : x; k < x1; k++)
            c->px[(size_t)i * (size_t)c->w + (size_t)k] = argb;
}

static void glyph(struct canvas *c, int x, int y, uint8_t ch, uint32_t argb)
{
    if (builtin_font.n < 256 * FONT_H)
        return;
    for (int i = 0; i < FONT_H; i++)
        for (int k = 0; k < FONT_W; k++)
            if (builtin_font.p[ch * FONT_H + i] & 0x80 >> k)
                canvas_rect(c, x + k, y + i, 1, 1, argb);
}

int canvas_text_chars(const char *text)
{
    int n = 0;
    for (; *text; n++)
        utf8_next(&text);
    return n;
}

int canvas_text(struct canvas *c, int x, int y, const char *text, int most, uint32_t argb)
{
    bool cut = canvas_text_chars(text) > most;
    for (int i = 0; *text && i < most; i++, x += FONT_W) {
        uint8_t ch = text_cp437(utf8_next(&text));
        glyph(c, x, y, cut && i == most - 1 ? CUT : ch ? ch : '?', argb);
    }
    return x;
}
