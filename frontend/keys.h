/* SPDX-License-Identifier: BSD-2-Clause */
/* PC keys by name, as PS/2 set 1 scan codes (E0 xx is 0x1xx). Characters: layout.h. */
#pragma once
#include "core/base.h"

#define KEY_NONE   0u
#define KEY_LSHIFT 0x2au
#define KEY_CTRL   0x1du
#define KEY_ALT    0x38u
#define KEY_ALTGR  0x138u
#define KEY_DEL    0x153u

/* The key that is the window's, not the guest's. usage: HID Usage Tables, page 7. */
#ifdef __APPLE__
#define HOST_KEY_DEFAULT "lcmd"
#else
#define HOST_KEY_DEFAULT "rctrl"
#endif
struct host_key { const char *name, *title; uint8_t usage; };
const struct host_key *host_key_find(const char *name);      /* NULL: not one */
const struct host_key *host_key_at(unsigned i);              /* NULL: no more of them */
const char *host_key_names(void);

/* The key called so ("a", "enter", "f1", "pgup"...), or KEY_NONE. */
unsigned key_by_name(const char *name, size_t n);
