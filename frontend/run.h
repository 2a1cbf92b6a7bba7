/* SPDX-License-Identifier: BSD-2-Clause */
/* `vitrine run` and `vitrine demo`: from options to the exit status. */
#pragma once
#include "frontend/options.h"

int run_options(const struct options *o);
