/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's time: for pacing, limits and statistics. Nothing below the front end reads it. */
#pragma once
#include "core/base.h"

uint64_t host_now(void);             /* monotonic nanoseconds, from an arbitrary origin */
uint64_t host_cpu(void);             /* nanoseconds of processor time this process has used */
int64_t  host_date(void);            /* seconds since 1970-01-01 00:00:00 UTC */
void     host_sleep(uint64_t ns);    /* about this long */
