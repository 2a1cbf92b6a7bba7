/* SPDX-License-Identifier: BSD-2-Clause */
/* Each way by itself: lines are stretched as they are needed, then pairs of them are mixed. */
#include "frontend/scale.h"

#include <stdlib.h>

void scaler_free(struct scaler *s)
{
    free(s->col);
    free(s->row);
    free(s->line[0]);
    free(s->line[1]);
    *s = (struct scaler){ 0 };
}

/* The middle of each new pixel, seen in the picture repeated k times. */
static void steps(struct scale_step *t, int from, int to, int k)
{
    int last = from * k - 1;
    for (int i = 0; i < to; i++) {
        int64_t at = ((int64_t)(2 * i + 1) * from * k * 128 / to) - 128;      /* in 1/256 */
        int a = at < 0 ? 0 : (int)(at >> 8), b = a < last ? a + 1 : last;
        t[i].a = (uint16_t)(a / k);
        t[i].b = (uint16_t)(b / k);
        t[i].weight = at < 0 || t[i].a == t[i].b ? 0 : (uint16_t)(at & 255);
    }
}

bool scaler_set(struct scaler *s, int sw, int sh, int dw, int dh, int kx, int ky)
{
    if (s->sw == sw && s->sh == sh && s->dw == dw && s->dh == dh && s->kx == kx && s->ky == ky)
        return true;
    scaler_free(s);
    if (sw < 1 || sh < 1 || dw < 1 || dh < 1 || kx < 1 || ky < 1 || sw > 16384 || sh > 16384)
        return false;
    *s = (struct scaler){ .sw = sw, .sh = sh, .dw = dw, .dh = dh, .kx = kx, .ky = ky };
    s->col = malloc((size_t)dw * sizeof *s->col);
    s->row = malloc((size_t)dh * sizeof *s->row);
    for (int i = 0; i < 2; i++)
        s->line[i] = malloc((size_t)dw * sizeof *s->line[i]);
    if (!s->col || !s->row || !s->line[0] || !s->line[1]) {
        scaler_free(s);
        return false;
    }
    steps(s->col, sw, dw, kx);
    steps(s->row, sh, dh, ky);
    return true;
}

void scaler_range(const struct scaler *s, int y0, int y1, int *d0, int *d1)
{
    int from = 0, to = s->dh;
    while (from < s->dh && s->row[from].b < y0)
        from++;
    while (to > from && s->row[to - 1].a >= y1)
        to--;
    *d0 = from;
    *d1 = to;
}

static uint32_t mix(uint32_t a, uint32_t b, uint32_t w)
{
    uint32_t odd = (a & 0xff00ff) * (256 - w) + (b & 0xff00ff) * w;
    uint32_t even = (a >> 8 & 0xff) * (256 - w) + (b >> 8 & 0xff) * w;
    return (odd >> 8 & 0xff00ff) | (even & 0xff00);
}

static const uint32_t *stretched(struct scaler *s, const uint32_t *from, int y)
{
    int slot = y & 1;
    uint32_t *line = s->line[slot];
    from += (size_t)y * (size_t)s->sw;
    if (s->dw == s->sw)
        return from;
    if (s->held[slot] == y)
        return line;
    s->held[slot] = y;
    for (int x = 0; x < s->dw; x++) {
        struct scale_step t = s->col[x];
        line[x] = t.weight ? mix(from[t.a], from[t.b], t.weight) : from[t.a];
    }
    return line;
}

void scaler_run(struct scaler *s, const uint32_t *from, uint32_t *to, int pitch, int d0, int d1)
{
    s->held[0] = s->held[1] = -1;
    for (int y = d0; y < d1; y++) {
        struct scale_step t = s->row[y];
        uint32_t *out = to + (ptrdiff_t)(y - d0) * pitch;
        const uint32_t *a = stretched(s, from, t.a);
        if (!t.weight) {
            memcpy(out, a, (size_t)s->dw * sizeof *out);
            continue;
        }
        const uint32_t *b = stretched(s, from, t.b);
        for (int x = 0; x < s->dw; x++)
            out[x] = mix(a[x], b[x], t.weight);
    }
}
