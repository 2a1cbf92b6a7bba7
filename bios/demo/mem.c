/* SPDX-License-Identifier: BSD-2-Clause */
/* What compilers call on their own. */
#include "demo.h"

void *memcpy(void *to, const void *from, unsigned n);
void *memset(void *to, int v, unsigned n);

void *memcpy(void *to, const void *from, unsigned n)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return start;
}

void *memset(void *to, int v, unsigned n)
{
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(v) : "memory");
    return start;
}
