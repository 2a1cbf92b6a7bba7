/* SPDX-License-Identifier: BSD-2-Clause */
/* The sixteen conditions, from lazy flags; c is the CPU in scope. */
#pragma once
#include "cpu/flags.h"

#define CC_o()  ((uint64_t)flag_of(c))
#define CC_no() (CC_o() ^ 1)
#define CC_b()  ((uint64_t)flag_cf(c))
#define CC_ae() (CC_b() ^ 1)
#define CC_e()  ((uint64_t)flag_zf(c))
#define CC_ne() (CC_e() ^ 1)
#define CC_be() (CC_b() | CC_e())
#define CC_a()  (CC_be() ^ 1)
#define CC_s()  ((uint64_t)flag_sf(c))
#define CC_ns() (CC_s() ^ 1)
#define CC_p()  ((uint64_t)flag_pf(c))
#define CC_np() (CC_p() ^ 1)
#define CC_l()  ((uint64_t)(flag_sf(c) ^ flag_of(c)))
#define CC_ge() (CC_l() ^ 1)
#define CC_le() (CC_l() | CC_e())
#define CC_g()  (CC_le() ^ 1)
