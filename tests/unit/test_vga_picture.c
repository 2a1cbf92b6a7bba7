/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * The VGA's picture and what the status registers say of it beside a model that works out one pixel
 * at a time, with random registers; that no change of the picture escapes vga_look().
 */
#define VRAM (1u << 18)
#include "vga_rig.h"

#define PORT_TIME 2000u              /* ns that a status stays as it was read */

static uint8_t copy[VRAM];
static uint32_t before[SURFACE_MAX_W * SURFACE_MAX_H];

static void random_registers(struct dt_rng *r)
{
    static const uint8_t cr[] = { 8, 9, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x13, 0x14, 0x18 };
    small_mode();
    for (size_t i = 0; i < sizeof cr; i++)
        if (dt_rand(r) & 1)
            outi(0x3d4, cr[i], dt_rand(r) >> 8 & (dt_rand(r) & 1 ? 0xff : 0x07));
    if (dt_rand(r) & 1) {                        /* a split within the picture */
        outi(0x3d4, 7, 0);
        outi(0x3d4, 9, dt_rand(r) >> 8 & 0xbf);
        outi(0x3d4, 0x18, dt_below(r, 60));
    }
    outi(0x3d4, 0x17, 0x80 | (dt_rand(r) >> 8 & 0x6b));
    if (dt_rand(r) & 1) {                        /* the cursor too */
        outi(0x3d4, 0x0e, vga.cr[0x0c]);
        outi(0x3d4, 0x0f, vga.cr[0x0d] + dt_below(r, 20));
    }
    if (dt_rand(r) & 1) {                        /* blanking anywhere */
        outi(0x3d4, 2, dt_below(r, 40));
        outi(0x3d4, 3, 0x80 | (dt_rand(r) & 0x1f));
        outi(0x3d4, 5, dt_rand(r) & 0x80);
        outi(0x3d4, 0x15, dt_below(r, 75));
        outi(0x3d4, 0x16, dt_below(r, 75));
    }
    outi(0x3c4, 1, dt_rand(r) >> 8 & (dt_rand(r) & 1 ? 0x1d : 9));
    outi(0x3c4, 4, dt_rand(r) & 3 ? 6 : 4);
    outi(0x3c4, 3, dt_rand(r) >> 8);
    outi(0x3ce, 5, dt_rand(r) >> 8 & 0x60);
    for (unsigned i = 0; i < 16; i++)
        attr(i, dt_rand(r) >> 8);
    attr(0x10, dt_rand(r) >> 8);
    attr(0x11, dt_rand(r) & 1 ? dt_rand(r) >> 8 : 0);
    attr(0x12, dt_rand(r) & 1 ? 15 : dt_rand(r) >> 8);
    attr(0x13, dt_rand(r) >> 8);
    attr(0x14, dt_rand(r) >> 8);
    outb(0x3c0, dt_below(r, 20) ? 0x20 : 0);
    outb(0x3c6, dt_rand(r) & 1 ? 0xff : dt_rand(r) >> 8);
    outb(0x3c8, 0);
    for (unsigned i = 0; i < 768; i++)
        outb(0x3c9, dt_rand(r) >> 8);
}

/* ---- the model ---- */

struct scan { unsigned base, row; bool again, split; };

static struct scan line_at(unsigned y)
{
    unsigned compare = vga.cr[0x18] + (vga.cr[7] & 0x10 ? 256 : 0) + (vga.cr[9] & 0x40 ? 512 : 0);
    struct scan l = { vga.cr[0x0c] * 256u + vga.cr[0x0d], vga.cr[8] % 32, false, false };
    for (unsigned i = 0; i < y; i++) {
        if (i == compare) {
            l = (struct scan){ 0, 0, false, true };
        } else if (vga.cr[9] & 0x80 && !l.again) {
            l.again = true;
        } else {
            l.again = false;
            if (l.row == vga.cr[9] % 32) {
                l.row = 0;
                l.base += 2 * vga.cr[0x13];
            } else {
                l.row = (l.row + 1) % 32;
            }
        }
    }
    return l;
}

/* The wires between the counter and memory, one by one. */
static unsigned wired(unsigned c, unsigned row)
{
    bool wire[16];
    for (unsigned i = 0; i < 16; i++)
        if (vga.cr[0x14] & 0x40)
            wire[i] = c >> (i < 2 ? i + 14 : i - 2) & 1;
        else if (vga.cr[0x17] & 0x40)
            wire[i] = c >> i & 1;
        else
            wire[i] = c >> (i ? i - 1 : vga.cr[0x17] & 0x20 ? 15 : 13) & 1;
    if (!(vga.cr[0x17] & 1))
        wire[13] = row & 1;
    if (!(vga.cr[0x17] & 2))
        wire[14] = row & 2;
    unsigned a = 0;
    for (unsigned i = 0; i < (vga.sr[4] & 2 ? 16 : 14); i++)
        a += wire[i] ? 1u << i : 0;
    return a;
}

static uint32_t dac(unsigned i)
{
    uint32_t c = 0;
    for (unsigned k = 0; k < 3; k++) {
        unsigned v = vga.dac[3 * (i & vga.dac_mask) + k];
        c = c << 8 | v << 2 | v >> 4;
    }
    return c;
}

static unsigned attribute(unsigned i, bool turned)
{
    unsigned c = i & vga.ar[0x12] & 15;
    if (turned)
        c ^= 8;
    c = vga.ar[c];
    if (vga.ar[0x10] & 0x80)
        c = c % 16 + 16 * (vga.ar[0x14] % 4);
    return c % 64 + 64 * (vga.ar[0x14] / 4 % 4);
}

static unsigned text_dot(unsigned counter, unsigned row, unsigned dot, uint64_t frame)
{
    const uint8_t *p = &vram[4 * wired(counter, row)];
    unsigned ch = p[0], at = p[1], map = vga.sr[4] & 2 ? vga.sr[3] : 0, glyph, bits;
    bool blinks = vga.ar[0x10] & 8 && at & 0x80, on;
    unsigned place = at & 8 ? (map >> 2 & 3) * 2 + (map >> 5 & 1) : (map & 3) * 2 + (map >> 4 & 1);
    if (blinks)
        at &= 0x7f;
    glyph = place * 8192 + ch * 32 + row;
    bits = vram[4 * glyph + 2];
    if (dot < 8)
        on = bits >> (7 - dot) & 1;
    else
        on = bits & 1 && vga.ar[0x10] & 4 && ch >= 0xc0 && ch < 0xe0;
    if (at % 8 == 1 && row == vga.cr[0x14] % 32)
        on = true;
    if (blinks && frame / 16 % 2)
        on = false;
    unsigned cursor = vga.cr[0x0e] * 256u + vga.cr[0x0f] + (vga.cr[0x0b] >> 5 & 3);
    if (!(vga.cr[0x0a] & 0x20) && !(frame / 8 % 2) && (counter - cursor) % 65536 == 0 &&
        row >= vga.cr[0x0a] % 32 && row <= vga.cr[0x0b] % 32)
        on = true;
    return attribute(on ? at % 16 : at / 16, false);
}

/* The serializers, a bit of each at a time; what is shifted out of one goes into the one before. */
static unsigned planar_dot(const uint8_t *p, unsigned shifts)
{
    uint8_t reg[4];
    unsigned n = 0;
    memcpy(reg, p, 4);
    while (shifts--) {
        for (unsigned k = 0; k < 4; k++)
            reg[k] = (uint8_t)(reg[k] << 1 | (k < 3 ? reg[k + 1] >> 7 : 0));
    }
    for (unsigned k = 0; k < 4; k++)
        n |= (unsigned)(reg[k] >> 7) << k;
    return n;
}

/* The number of the colour in column x of what is displayed. */
static unsigned model(unsigned x, unsigned y, uint64_t frame)
{
    struct scan l = line_at(y);
    bool text = !(vga.ar[0x10] & 1), deep = !text && vga.gr[5] & 0x40;
    unsigned wide = vga.sr[1] & 1 ? 8 : 9, pan = vga.ar[0x13] & 15, bytes = vga.cr[8] >> 5 & 3;
    if (!(vga.ar_index & 0x20))
        return vga.ar[0x11];
    if (l.split && vga.ar[0x10] & 0x20) {
        bytes = 0;
        pan = wide == 9 ? 8 : 0;
    }
    if (text && wide == 9)
        pan = pan > 7 ? 0 : pan + 1;
    else
        pan = deep ? pan % 8 / 2 : pan % 8;
    unsigned dots = deep ? 4 : text ? wide : 8, n = 0, late = 0;
    unsigned at = (x + pan) / dots, dot = (x + pan) % dots;
    if (!text)
        late = at % (vga.sr[1] & 0x10 ? 4 : vga.sr[1] & 4 ? 2 : 1);
    at -= late;
    unsigned counter = l.base + bytes +
                       (vga.cr[0x14] & 0x20 ? at / 4 : vga.cr[0x17] & 8 ? at / 2 : at);
    const uint8_t *p = &vram[4 * wired(counter, l.row)];
    if (text)
        return text_dot(counter, l.row, dot, frame);
    if (deep)
        return late ? 0 : p[dot];
    if (!(vga.gr[5] & 0x20))
        n = planar_dot(p, late * 8 + dot);
    else if (!late)
        n = (p[dot / 4] >> (6 - 2 * (dot % 4)) & 3) |
            (p[2 + dot / 4] >> (6 - 2 * (dot % 4)) & 3) << 2;
    return attribute(n, vga.ar[0x10] & 8 && frame / 16 % 2);
}

/* A counter that runs round: blanking begins after one count and ends after another. */
static bool blanked(unsigned at, unsigned begin, unsigned end, unsigned mask, unsigned total)
{
    bool on = false;
    for (unsigned n = 0; n < 3 * total; n++) {
        if (n == 2 * total + at)
            return on;
        if ((n % total & mask) == end)
            on = false;
        if (n % total == begin)
            on = true;
    }
    return on;
}

static bool column_blanked(unsigned c)
{
    return blanked(c, vga.cr[2], vga.cr[3] % 32 + (vga.cr[5] & 0x80 ? 32 : 0), 63, vga.cr[0] + 5u);
}

static bool line_blanked(unsigned y)
{
    unsigned begin = vga.cr[0x15] + (vga.cr[7] & 8 ? 256 : 0) + (vga.cr[9] & 0x20 ? 512 : 0);
    return blanked(y, begin, vga.cr[0x16], 255, 70);
}

/* Where blanking or the retrace leaves no border; characters come two later than the counts that
 * begin and end the retrace. */
static bool no_column(unsigned c)
{
    unsigned total = vga.cr[0] + 5u, on = 0;
    if (column_blanked(c))
        return true;
    for (unsigned n = 0; n < 3 * total; n++) {
        unsigned at = n % total;
        if (on && at % 32 == vga.cr[5] % 32)
            on = 0;
        if (at == vga.cr[4])
            on = 1;
        if (n == 2 * total + (c + 2) % total)
            break;
    }
    return on;
}
/* Lines 62 to 65. */
static bool no_line(unsigned y) { return line_blanked(y) || (y >= 62 && y < 66); }

static void check_border(struct vga_border b)
{
    unsigned total = vga.cr[0] + 5u, right = 0, left = 0, top = 0, bottom = 0;
    if (vga.border || (vga.ar[0x11] && dac(vga.ar[0x11]))) {
        while (20 + right < total && !no_column(20 + right))
            right++;
        while (20 + right + left < total && !no_column(total - 1 - left))
            left++;
        while (60 + bottom < 70 && !no_line(60 + bottom))
            bottom++;
        while (60 + bottom + top < 70 && !no_line(69 - top))
            top++;
    }
    bool rows = vga.ar[0x10] & 1 && vga.cr[9] % 32 == 1 && vga.cr[0x17] & 1;
    if (vga.cr[9] & 0x80 || rows) {              /* lines come twice */
        top -= top % 2;
        bottom -= bottom % 2;
    }
    ck_assert_msg(b.left == left && b.right == right && b.top == top && b.bottom == bottom,
                  "%u %u %u %u, model %u %u %u %u", b.left, b.right, b.top, b.bottom, left, right,
                  top, bottom);
}

/* Column x, row y of the whole picture, 'dots' columns a character. */
static uint32_t picture(struct vga_border b, unsigned dots, unsigned x, unsigned y, uint64_t frame)
{
    unsigned col = (x / dots + vga.cr[0] + 5u - b.left) % (vga.cr[0] + 5u);
    unsigned line = (y + 70 - b.top) % 70;
    if (column_blanked(col) || line_blanked(line))
        return 0;
    if (col >= 20 || line >= 60)
        return dac(vga.ar[0x11]);
    return dac(model(x - b.left * dots, line, frame));
}

START_TEST(pictures_agree_with_the_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (uint32_t i = 0; i < VRAM; i++)
        vram[i] = (uint8_t)(dt_rand(&r) >> 8);
    for (int n = 0; n < 12; n++) {
        random_registers(&r);
        vtime now = sched.now = sched.now + dt_below(&r, 400000000);
        vga.start_frame = UINT64_MAX;            /* the start address has been taken over */
        vga_raster_reset(&vga);
        vga_draw(&vga, now, &out);
        unsigned wide = vga.sr[1] & 1 ? 8 : 9;
        unsigned dots = vga.ar[0x10] & 1 ? (vga.gr[5] & 0x40 ? 4 : 8) : wide;
        struct vga_border b = vga_border(&vga);
        check_border(b);
        if (!(vga.ar_index & 0x20))
            continue;                            /* one colour, in a size that does not matter */
        ck_assert(out.width == (b.left + 20 + b.right) * dots);
        ck_assert(out.height == b.top + 60 + b.bottom);
        for (unsigned y = 0; y < out.height; y += 1 + dt_below(&r, 3))
            for (unsigned x = 0; x < out.width; x++) {
                uint32_t got = pixels[y * out.stride + x];
                uint32_t want = picture(b, dots, x, y, vga_frames(&vga, now));
                if (got != want)
                    ck_abort_msg("%u,%u: %06x, model %06x; AR10 %02x GR5 %02x CR17 %02x CR14 %02x "
                                 "SR1 %02x", x, y, got, want, vga.ar[0x10], vga.gr[5],
                                 vga.cr[0x17], vga.cr[0x14], vga.sr[1]);
            }
    }
}
END_TEST

/* Input Status 1 bits 4 and 5, Input Status 0 bit 4: of the dot that the beam is at. */
START_TEST(status_tells_the_dot)
{
    static const uint8_t low[4] = { 0, 4, 1, 6 }, high[4] = { 2, 5, 3, 7 };
    struct dt_rng r = dt_seed((uint64_t)_i + 90);
    unsigned seen = 0;
    for (uint32_t i = 0; i < VRAM; i++)
        vram[i] = (uint8_t)(dt_rand(&r) >> 8);
    for (int n = 0; n < 3000; n++) {
        if (n % 100 == 0)
            random_registers(&r);
        vga.start_frame = UINT64_MAX;
        sched.now += PORT_TIME + dt_below(&r, 3000000);
        struct vga_timing t = vga_timing(&vga);
        uint64_t ticks = clk_ticks(t.dot, sched.now) - vga.beam_origin;
        uint64_t frame = t.line_dots * t.lines;
        unsigned y = (unsigned)(ticks % frame / t.line_dots), x = (unsigned)(ticks % t.line_dots);
        unsigned dots = vga.sr[1] & 1 ? 8 : 9, col = x / dots, dot = vga.ar[0x11], sel;
        if (y < 60 && col < 20) {
            if (vga.ar[0x10] & 1)                /* the ninth dot is not drawn */
                x = col * 8 + (x % dots < 8 ? x % dots : 7);
            if (vga.ar[0x10] & 1 && vga.gr[5] & 0x40)
                x /= 2;
            dot = model(x, y, ticks / frame);
            seen++;
        }
        sel = vga.ar[0x12] / 16 % 4;
        unsigned bits = (dot >> low[sel] & 1) << 4 | (dot >> high[sel] & 1) << 5, got = inb(0x3da);
        ck_assert_msg((got & 0x30) == bits, "step %d: %02x, model %02x", n, got, bits);
        uint32_t rgb = column_blanked(col) || line_blanked(y) ? 0 : dac(dot);
        ck_assert_uint_eq(inb(0x3c2) & 0x10, rgb & 0x808080 ? 0 : 0x10);
        ck_assert_uint_eq((inb(0x3da) ^ got), 0);
    }
    ck_assert_uint_gt(seen, 500);
}
END_TEST

static const uint8_t depths[] = { 4, 8, 15, 16, 24, 32 };

static void dispi_act(struct dt_rng *r)
{
    uint32_t x = dt_rand(r);
    switch (dt_below(r, 8)) {
    case 0: dispi(4, 0); break;
    case 1:
        dispi(4, 0);
        dispi(1, 8 + x % 200);
        dispi(2, 1 + x % 99);
        dispi(3, depths[x / 7 % 6]);
        dispi(4, 1 | (x & 0xa0));
        break;
    case 2: dispi(6, x % 500); break;
    case 3: dispi(8 + (x >> 8 & 1), x % 40); break;
    case 4: dispi(4, vga.vbe_enable ^ 0x20); break;
    default:
        if (vga.vbe_virt_w)                      /* somewhere in the picture */
            vram[(vbe_pitch(&vga) * (vga.vbe_y + x % 50) + x % 300) % VRAM] ^= 1;
        break;
    }
}

/* Whenever vga_look() says that nothing has changed, it has not; and what is drawn for what it says
 * is the whole picture. */
START_TEST(no_change_is_overlooked)
{
    struct dt_rng r = dt_seed((uint64_t)_i + 50);
    struct vga_look look = { .vram = copy };
    unsigned same = 0;
    memset(copy, 0, sizeof copy);
    for (int n = 0; n < 600; n++) {
        uint32_t x = dt_rand(&r);
        switch (n % 100 ? dt_below(&r, 12) : 0) {
        case 0: random_registers(&r); break;
        case 1: outi(0x3d4, 7 + dt_below(&r, 9), x >> 8); break;
        case 2: attr(dt_below(&r, 20), x >> 8), outb(0x3c0, 0x20); break;
        case 3: outb(0x3c8, x >> 8), outb(0x3c9, x), outb(0x3c9, x), outb(0x3c9, x); break;
        case 4: vram[x % VRAM] ^= 0x55; break;
        case 5: outi(0x3c4, 1, x >> 8 & 0x29); break;
        case 6: sched.now += x % 30000000; break;
        case 7: dispi_act(&r); break;
        default: sched.now += x % 300000; break;
        }
        unsigned first, last;
        bool changed = vga_look(&vga, sched.now, &look);
        if (changed)
            vga_draw_changed(&vga, sched.now, &look, &out, &first, &last);
        struct surface was = out;
        memcpy(before, pixels, (size_t)was.width * was.height * sizeof *pixels);
        vga_draw(&vga, sched.now, &out);
        same += !changed;
        ck_assert_msg(was.width == out.width && was.height == out.height &&
                      was.doubled == out.doubled &&
                      !memcmp(before, pixels, (size_t)was.width * was.height * sizeof *pixels),
                      "step %d", n);
    }
    ck_assert_msg(same > 100, "%u times", same);
}
END_TEST

/* ---- DISPI modes, pixel by pixel ---- */

static uint32_t top_bits(unsigned v, unsigned bits)
{
    return v << (8 - bits) | v >> (2 * bits - 8);
}

static uint32_t deep_colour(unsigned i)
{
    const uint8_t *c = &vga.dac[3 * (i & vga.dac_mask)];
    return vga.vbe_enable & 0x20 ? (uint32_t)(c[0] << 16 | c[1] << 8 | c[2]) : dac(i);
}

static uint32_t dispi_model(unsigned x, unsigned y)
{
    unsigned bpp = vga.vbe_bpp, n = 0, line = vga.vbe_virt_w;
    x += vga.vbe_x;
    y += vga.vbe_y;
    if (bpp == 4) {
        const uint8_t *p = &vram[4 * (y * (line / 8) + x / 8)];
        for (unsigned k = 0; k < 4; k++)
            n |= (p[k] >> (7 - x % 8) & 1u) << k;
        n = vga.ar[n & vga.ar[0x12]];
        if (vga.ar[0x10] & 0x80)
            n = n % 16 + 16 * (vga.ar[0x14] % 4);
        return deep_colour(n % 64 + 64 * (vga.ar[0x14] / 4 % 4));
    }
    unsigned bytes = (bpp + 7) / 8;
    for (unsigned k = bytes; k-- > 0;)
        n = n << 8 | vram[(y * line + x) * bytes + k];
    switch (bpp) {
    case 8:  return deep_colour(n);
    case 15: return top_bits(n >> 10 & 31, 5) << 16 | top_bits(n >> 5 & 31, 5) << 8 |
                    top_bits(n & 31, 5);
    case 16: return top_bits(n >> 11, 5) << 16 | top_bits(n >> 5 & 63, 6) << 8 |
                    top_bits(n & 31, 5);
    default: return n & 0xffffff;
    }
}

START_TEST(dispi_pictures_agree_with_the_model)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (uint32_t i = 0; i < VRAM; i++)
        vram[i] = (uint8_t)(dt_rand(&r) >> 8);
    random_registers(&r);
    outi(0x3c4, 1, 1);
    outi(0x3ce, 5, 0);
    attr(0x10, dt_rand(&r) & 0x80);
    outb(0x3c0, 0x20);
    for (int n = 0; n < 60; n++) {
        unsigned w = (8 + dt_below(&r, 300)) & ~7u, h = 1 + dt_below(&r, 120), wide;
        dispi(4, 0);
        dispi(1, w);
        dispi(2, h);
        dispi(3, depths[dt_below(&r, 6)]);
        dispi(4, 0x81 | (dt_rand(&r) & 0x20));
        wide = w + dt_below(&r, 50);
        dispi(6, wide);
        dispi(8, dt_below(&r, 60));
        dispi(9, dt_below(&r, 60));
        if (!(vga.vbe_enable & 1))               /* too much for so little memory */
            continue;
        ck_assert_uint_eq(vga.vbe_virt_w, wide);
        ck_assert(vga.vbe_x + w <= wide);
        vga_draw(&vga, sched.now, &out);
        ck_assert(out.width == w && out.height == h);
        for (unsigned y = 0; y < h; y++)
            for (unsigned x = 0; x < w; x++)
                if (pixels[y * out.stride + x] != dispi_model(x, y))
                    ck_abort_msg("%u bits, %u,%u: %06x, model %06x", vga.vbe_bpp, x, y,
                                 pixels[y * out.stride + x], dispi_model(x, y));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vga_picture");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, pictures_agree_with_the_model, 0, 20);
    tcase_add_loop_test(t, status_tells_the_dot, 0, 6);
    tcase_add_loop_test(t, no_change_is_overlooked, 0, 4);
    tcase_add_loop_test(t, dispi_pictures_agree_with_the_model, 0, 6);
    suite_add_tcase(s, t);
    return dt_run(s);
}
