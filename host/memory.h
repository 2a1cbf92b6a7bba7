/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice to the host about memory. */
#pragma once
#include "core/base.h"

/* The n bytes at p will be used all over: large pages would do them good. */
void host_large_pages(void *p, size_t n);
