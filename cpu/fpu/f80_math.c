/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/fpu/f80.h"
struct f80 f80_2xm1(struct fp_env *e, struct f80 x) { return x; }
struct f80 f80_yl2x(struct fp_env *e, struct f80 x, struct f80 y) { return x; }
struct f80 f80_yl2xp1(struct fp_env *e, struct f80 x, struct f80 y) { return x; }
struct f80 f80_atan2(struct fp_env *e, struct f80 y, struct f80 x) { return x; }
bool f80_sincos(struct fp_env *e, struct f80 x, struct f80 *s, struct f80 *c) { if (s) *s = x; if (c) *c = x; return true; }
bool f80_tan(struct fp_env *e, struct f80 x, struct f80 *t) { *t = x; return true; }
