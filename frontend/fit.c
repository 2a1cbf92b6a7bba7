/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic of rectangles. */
#include "frontend/fit.h"

#define PRESCALE_MAX 8

/* 480 lines, and perhaps 16 more of a border. */
static bool of_tube(struct picture p)
{
    return p.h < 480 || (p.h <= 496 && p.w <= 738);
}

/* The shape the picture is shown in, as a fraction. */
static void shape(struct picture p, bool aspect, int *num, int *den)
{
    *num = p.w * (p.doubled ? 2 : 1);
    *den = p.h;
    int off = *num * 3 - *den * 4;           /* within a hundredth of 4:3 it stays as it is */
    if (aspect && of_tube(p) && (off < 0 ? -off : off) * 100 > *den * 4) {
        *num = 4;
        *den = 3;
    }
}

void fit_natural(struct picture p, bool aspect, int *w, int *h)
{
    int num, den;
    shape(p, aspect, &num, &den);
    *w = p.w * (p.doubled ? 2 : 1);
    *h = (int)((int64_t)*w * den / num);
    if (*h < p.h) {
        *h = p.h;
        *w = (int)((int64_t)*h * num / den);
    }
}

static int within(int v, int lo, int hi) { return v < lo ? lo : v > hi ? hi : v; }

/* A line that stands there twice can be shown once, or three times. */
static int line_height(struct picture p) { return p.paired && p.h % 2 == 0 ? p.h / 2 : p.h; }

/* Whole numbers: the fewest pixels lost for the shape gained. */
static void whole(struct picture p, int num, int den, int room_w, int room_h, struct fit *f)
{
    p.h = line_height(p);
    int max_x = within(room_w / p.w, 1, 64), max_y = within(room_h / p.h, 1, 64);
    double best = 0;
    for (int kx = 1; kx <= max_x; kx++)
        for (int ky = 1; ky <= max_y; ky++) {
            double is = (double)(kx * p.w) * den / ((double)(ky * p.h) * num);
            double off = is < 1 ? is : 1 / is;               /* 1: the right shape */
            double size = (double)(kx * ky) / (double)(max_x * max_y);
            double value = off * off * off * off * size;
            if (value > best) {
                best = value;
                f->kx = kx;
                f->ky = ky;
            }
        }
    f->w = p.w * f->kx;
    f->h = p.h * f->ky;
}

struct fit fit_picture(struct picture p, enum scaling how, bool aspect, int room_w, int room_h)
{
    struct fit f = { 0, 0, room_w, room_h, 1, 1 };
    int num, den;
    if (p.w <= 0 || p.h <= 0 || room_w <= 0 || room_h <= 0)
        return f;
    shape(p, aspect, &num, &den);
    bool fits = room_w >= p.w && room_h >= line_height(p);
    if (how == SCALE_CRISP && fits) {
        whole(p, num, den, room_w, room_h, &f);
    } else {
        if ((int64_t)room_w * den > (int64_t)room_h * num)
            f.w = within((int)((int64_t)room_h * num / den), 1, room_w);
        else
            f.h = within((int)((int64_t)room_w * den / num), 1, room_h);
        f.kx = within((f.w + p.w - 1) / p.w, 1, PRESCALE_MAX);
        f.ky = within((f.h + p.h - 1) / p.h, 1, PRESCALE_MAX);
    }
    f.x = (room_w - f.w) / 2;
    f.y = (room_h - f.h) / 2;
    return f;
}
