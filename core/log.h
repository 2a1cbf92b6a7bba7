/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine's log. LOG_GUEST is for odd things the guest does; it is rate-limited, so a hostile
 * guest cannot flood the host. Nothing in here prints: the front end supplies the sink.
 */
#pragma once
#include "core/base.h"

enum log_category { LOG_GUEST, LOG_DEVICE, LOG_HOST, LOG_CATEGORIES };

struct log {
    void   (*sink)(void *self, enum log_category c, const char *text);  /* NULL: discarded */
    void    *self;
    uint32_t left[LOG_CATEGORIES];     /* lines still allowed; log_init() sets it */
};

void log_init(struct log *l);
void log_line(struct log *l, enum log_category c, const char *fmt, ...) PRINTF_LIKE(3, 4);
