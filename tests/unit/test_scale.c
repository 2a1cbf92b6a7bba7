/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend core */
/* Enlarging: whole numbers repeat pixels, anything else is as near as eight bits allow to the exact
 * mixture, and a range of lines is what the whole has there. */
#include "device_test.h"

#include "frontend/scale.h"

#define MAX 160
static uint32_t from[MAX * MAX], whole[MAX * MAX], part[MAX * MAX];
static struct scaler s;

static void noise(struct dt_rng *r)
{
    for (size_t i = 0; i < MAX * MAX; i++)
        from[i] = dt_rand(r) & 0xffffff;
}

/* One channel of one pixel, straight from the definition. */
static double exact(int x, int y, int shift)
{
    double u[2] = { (x + 0.5) * s.sw * s.kx / s.dw - 0.5, (y + 0.5) * s.sh * s.ky / s.dh - 0.5 };
    double v = 0;
    for (int i = 0; i < 4; i++) {
        int at[2], last[2] = { s.sw * s.kx - 1, s.sh * s.ky - 1 };
        double w = 1;
        for (int k = 0; k < 2; k++) {
            int a = (int)(u[k] + 1) - 1;
            double f = u[k] - a;
            w *= i >> k & 1 ? f : 1 - f;
            a += i >> k & 1;
            at[k] = a < 0 ? 0 : a > last[k] ? last[k] : a;
        }
        v += w * (from[at[1] / s.ky * s.sw + at[0] / s.kx] >> shift & 255);
    }
    return v;
}

START_TEST(repeats)
{
    struct dt_rng r = dt_seed(1);
    noise(&r);
    ck_assert(scaler_set(&s, 50, 30, 150, 60, 3, 2));
    scaler_run(&s, from, whole, 150, 0, 60);
    for (int y = 0; y < 60; y++)
        for (int x = 0; x < 150; x++)
            ck_assert_uint_eq(whole[y * 150 + x], from[y / 2 * 50 + x / 3]);
    scaler_free(&s);
}
END_TEST

/* Lines that stand there twice are shown once, or three times, and nothing is mixed. */
START_TEST(pairs_stay)
{
    struct dt_rng r = dt_seed(2);
    noise(&r);
    for (int y = 1; y < 40; y += 2)
        memcpy(from + y * 30, from + (y - 1) * 30, 30 * sizeof *from);
    for (int n = 1; n <= 7; n++) {
        ck_assert(scaler_set(&s, 30, 40, 60, 20 * n, 2, n));
        scaler_run(&s, from, whole, 60, 0, 20 * n);
        for (int y = 0; y < 20 * n; y++)
            for (int x = 0; x < 60; x++)
                ck_assert_uint_eq(whole[y * 60 + x], from[y / n * 2 * 30 + x / 2]);
    }
    scaler_free(&s);
}
END_TEST

START_TEST(mixes)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    noise(&r);
    int sw = 1 + (int)dt_below(&r, 90), sh = 1 + (int)dt_below(&r, 90);
    int dw = 1 + (int)dt_below(&r, MAX), dh = 1 + (int)dt_below(&r, MAX);
    ck_assert(scaler_set(&s, sw, sh, dw, dh, (dw + sw - 1) / sw, (dh + sh - 1) / sh));
    scaler_run(&s, from, whole, dw, 0, dh);
    for (int y = 0; y < dh; y++)
        for (int x = 0; x < dw; x++)
            for (int c = 0; c < 24; c += 8) {
                double d = exact(x, y, c) - (whole[y * dw + x] >> c & 255);
                if (d > 5 || d < -5)
                    ck_abort_msg("%d,%d: %f off", x, y, d);
            }
    int y0 = (int)dt_below(&r, (uint32_t)sh), d0, d1;
    int y1 = y0 + 1 + (int)dt_below(&r, (uint32_t)(sh - y0));
    memcpy(part, whole, sizeof part);
    for (int i = y0 * sw; i < y1 * sw; i++)
        from[i] = dt_rand(&r) & 0xffffff;
    scaler_range(&s, y0, y1, &d0, &d1);
    scaler_run(&s, from, part + d0 * dw, dw, d0, d1);
    scaler_run(&s, from, whole, dw, 0, dh);
    ck_assert(!memcmp(part, whole, (size_t)dw * (size_t)dh * sizeof *part));
    scaler_free(&s);
}
END_TEST

START_TEST(refuses)
{
    ck_assert(!scaler_set(&s, 0, 1, 1, 1, 1, 1));
    ck_assert(!scaler_set(&s, 1, 1, 0, 1, 1, 1));
    ck_assert(!scaler_set(&s, 1, 1, 1, 1, 1, 0));
    ck_assert(scaler_set(&s, 1, 1, 1, 1, 1, 1));
    scaler_free(&s);
}
END_TEST

int main(void)
{
    Suite *su = suite_create("scale");
    TCase *t = tcase_create("scale");
    tcase_add_test(t, repeats);
    tcase_add_test(t, pairs_stay);
    tcase_add_loop_test(t, mixes, 0, 25);
    tcase_add_test(t, refuses);
    suite_add_tcase(su, t);
    return dt_run(su);
}
