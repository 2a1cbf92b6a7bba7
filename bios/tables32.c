/* SPDX-License-Identifier: BSD-2-Clause */
#include "post32.h"
void tables_setup(void) {}
