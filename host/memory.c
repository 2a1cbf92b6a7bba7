/* SPDX-License-Identifier: BSD-2-Clause */
/* madvise() where there is one. A guest's memory is large, and its accesses are spread: with pages
 * of 4 KB the host's own TLB misses cost as much as the loads. */
#define _DEFAULT_SOURCE
#include "host/memory.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

void host_large_pages(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
    size_t skip = (size_t)((0 - (uintptr_t)p) & 4095);
    if (n > skip)
        madvise((uint8_t *)p + skip, n - skip, MADV_HUGEPAGE);
#else
    (void)p;
    (void)n;
#endif
}
