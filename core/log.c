/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_init(struct log *l)
{
    for (unsigned i = 0; i < LOG_CATEGORIES; i++)
        l->left[i] = 1000;
}

void log_line(struct log *l, enum log_category c, const char *fmt, ...)
{
    if (!l || !l->sink || !l->left[c])
        return;
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->sink(l->self, c, --l->left[c] ? text : "further messages of this kind are not shown");
}
