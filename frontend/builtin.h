/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware, the demo disk and the font, turned into C by tools/cmake/embed.cmake. n is 0 for
 * what was not there. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct builtin { const uint8_t *p; size_t n; };
extern const struct builtin builtin_bios, builtin_vgabios, builtin_kload, builtin_demo,
                            builtin_font;   /* 8x16, code page 437: bios/vga/font.c */
