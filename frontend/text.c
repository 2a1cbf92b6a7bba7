/* SPDX-License-Identifier: BSD-2-Clause */
/* Code page 437 as Unicode: what the VGA's built-in font shows, also for the codes below 32. */
#include "frontend/text.h"

static const uint16_t low[32] = {
    0x20,   0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022, 0x25d8, 0x25cb, 0x25d9,
    0x2642, 0x2640, 0x266a, 0x266b, 0x263c, 0x25ba, 0x25c4, 0x2195, 0x203c, 0xb6,   0xa7,
    0x25ac, 0x21a8, 0x2191, 0x2193, 0x2192, 0x2190, 0x221f, 0x2194, 0x25b2, 0x25bc,
};
static const uint16_t high[128] = {
    0xc7,   0xfc,   0xe9,   0xe2,   0xe4,   0xe0,   0xe5,   0xe7,   0xea,   0xeb,   0xe8,
    0xef,   0xee,   0xec,   0xc4,   0xc5,   0xc9,   0xe6,   0xc6,   0xf4,   0xf6,   0xf2,
    0xfb,   0xf9,   0xff,   0xd6,   0xdc,   0xa2,   0xa3,   0xa5,   0x20a7, 0x192,  0xe1,
    0xed,   0xf3,   0xfa,   0xf1,   0xd1,   0xaa,   0xba,   0xbf,   0x2310, 0xac,   0xbd,
    0xbc,   0xa1,   0xab,   0xbb,   0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562,
    0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534,
    0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560,
    0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
    0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x3b1,  0xdf,   0x393,
    0x3c0,  0x3a3,  0x3c3,  0xb5,   0x3c4,  0x3a6,  0x398,  0x3a9,  0x3b4,  0x221e, 0x3c6,
    0x3b5,  0x2229, 0x2261, 0xb1,   0x2265, 0x2264, 0x2320, 0x2321, 0xf7,   0x2248, 0xb0,
    0x2219, 0xb7,   0x221a, 0x207f, 0xb2,   0x25a0, 0x20,
};

static void put_char(struct buf *out, uint8_t c)
{
    unsigned u = c < 32 ? low[c] : c < 127 ? c : c == 127 ? 0x2302 : high[c - 128];
    if (u < 0x80) {
        buf_put_le(out, u, 1);
    } else if (u < 0x800) {
        buf_put_le(out, 0xc0 | u >> 6, 1);
        buf_put_le(out, 0x80 | (u & 63), 1);
    } else {
        buf_put_le(out, 0xe0 | u >> 12, 1);
        buf_put_le(out, 0x80 | (u >> 6 & 63), 1);
        buf_put_le(out, 0x80 | (u & 63), 1);
    }
}

static bool blank(uint8_t c) { return c == 0 || c == ' ' || c == 255; }

void text_write(struct buf *out, const struct text_screen *t, bool joined)
{
    unsigned rows = t->rows < TEXT_MAX_ROWS ? t->rows : TEXT_MAX_ROWS, last = 0;
    unsigned all = t->cols < TEXT_MAX_COLS ? t->cols : TEXT_MAX_COLS;
    for (unsigned y = 0; y < rows; y++)
        for (unsigned x = 0; x < all; x++)
            if (!blank(t->ch[y][x]))
                last = y + 1;
    for (unsigned y = 0; y < last; y++) {
        unsigned cols = all;
        while (!joined && cols && blank(t->ch[y][cols - 1]))
            cols--;
        for (unsigned x = 0; x < cols; x++)
            put_char(out, t->ch[y][x]);
        if (!joined)
            buf_put_le(out, '\n', 1);
    }
    if (buf_room(out, 1))
        out->p[out->len] = 0;
}

uint32_t utf8_next(const char **p)
{
    const uint8_t *s = (const uint8_t *)*p;
    unsigned n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : s[0] < 0xf5 ? 3 : 0;
    uint32_t c = n ? s[0] & (0x3fu >> n) : s[0];
    for (unsigned i = 1; i <= n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            n = 0;
            c = s[0];
            break;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    *p += n + 1;
    return c;
}

uint8_t text_cp437(uint32_t c)
{
    if (c >= 32 && c < 127)
        return (uint8_t)c;
    for (unsigned i = 0; i < 128; i++)
        if (high[i] == c)
            return (uint8_t)(i + 128);
    for (unsigned i = 1; i < 32; i++)
        if (low[i] == c)
            return (uint8_t)i;
    return 0;
}
