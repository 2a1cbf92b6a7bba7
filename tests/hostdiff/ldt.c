/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local descriptors of both sides: every type of data and code that a user program may have
 * under Linux (no conforming code that is present), with limits that lie inside the program's
 * pages, at their ends and beyond. The order is part of what a seed means.
 */
#include "hostdiff.h"

#define DATA(base, limit, ...) {base, limit, HD_TYPE_DATA, __VA_ARGS__}
#define DOWN(base, limit, ...) {base, limit, HD_TYPE_DOWN, __VA_ARGS__}
#define CODE(base, limit, ...) {base, limit, HD_TYPE_CODE, __VA_ARGS__}
#define CONF(base, limit, ...) {base, limit, HD_TYPE_CONFORMING, __VA_ARGS__}

const struct hd_desc hd_ldt[] = {
    {0},
    CODE(HD_CODE, 0xffff, .big = false),
    DATA(HD_DATA, 0xffff, .big = false),
    DATA(HD_STACK, 0xffff, .big = false),
    /* code: 4 */
    CODE(HD_CODE, 0xfff, .big = true),
    CODE(0, 0xfffff, .readonly = true, .big = true, .pages = true),
    CODE(HD_CODE, 0xfff, .big = false),
    CODE(0, 0xfffff, .big = true, .pages = true),
    CODE(HD_CODE - 0x8000, 0x8e00, .readonly = true),
    CODE(HD_CODE + 0x10, 0x7ff, .big = true),
    CODE(0, 0x100, .pages = true),
    CODE(0x80000, 0x200, .big = true, .pages = true),
    /* data and stacks: 12 */
    DATA(HD_DATA, 0x3fff, .big = true),
    DATA(HD_DATA, 3, .big = true, .pages = true),
    DATA(HD_DATA, 0x3fff, .readonly = true, .big = true),
    DATA(HD_DATA + 8, 0x1ffe, .big = false),
    DATA(0xfff00000u, 0xfffff, .big = true, .pages = true),
    DATA(HD_DATA + 0x1ff0, 0x17, .big = true),
    DATA(HD_STACK, 0xfff, .big = true),
    DATA(HD_STACK, 0xfff, .big = false),
    DATA(HD_STACK, 0x8ff, .big = true),
    DATA(0, 0xfffff, .pages = true),
    DATA(HD_STACK - 0xf000, 0xffff, .big = false),
    /* expand-down: 23 */
    DOWN(HD_DATA, 0xfff, .big = true),
    DOWN(HD_DATA - 0x1000, 0x17ff, .big = false),
    DOWN(HD_DATA, 0, .big = true, .pages = true),
    DOWN(HD_DATA - 0xc000, 0xcfff, .readonly = true),
    DOWN(HD_STACK, 0x3ff, .big = true),
    DOWN(HD_STACK - 0xf000, 0xf3ff, .big = false),
    DOWN(HD_STACK - 0xf000, 0xf, .pages = true),
    DOWN(0, 0x110, .big = true, .pages = true),
    /* what cannot be loaded: 31 */
    DATA(HD_DATA, 0x3fff, .big = true, .absent = true),
    CODE(HD_CODE, 0xfff, .big = true, .absent = true),
    CONF(HD_CODE, 0xfff, .absent = true),
    DOWN(HD_STACK, 0x3ff, .readonly = true, .absent = true),
};
const unsigned hd_ldt_count = ARRAY_LEN(hd_ldt);

uint64_t hd_ldt_bits(unsigned n)
{
    const struct hd_desc *d = &hd_ldt[n];
    uint32_t access = 0x71u | (uint32_t)d->type << 2 | !d->readonly << 1 | !d->absent << 7;
    uint32_t hi = (d->base & 0xff000000u) | (d->base >> 16 & 0xff) | access << 8 |
                  (d->limit & 0xf0000) | (uint32_t)d->big << 22 | (uint32_t)d->pages << 23;
    return (uint64_t)hi << 32 | d->base << 16 | (d->limit & 0xffff);
}

void hd_flat(struct hd_state *s)
{
    memset(s->seg, 0, sizeof s->seg);
    s->seg[SEG_CS] = HD_CS;
    s->seg[SEG_SS] = s->seg[SEG_DS] = s->seg[SEG_ES] = HD_DS;
}
