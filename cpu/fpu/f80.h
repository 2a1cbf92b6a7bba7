/* SPDX-License-Identifier: BSD-2-Clause */
/* The 80-bit double-extended format (SDM volume 1, 4.2.2). */
#pragma once
#include "core/base.h"

struct f80 { uint64_t mant; uint16_t se; };   /* se: sign bit 15, biased exponent 14..0 */
