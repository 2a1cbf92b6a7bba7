/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * A CD drive that is read beside a naive model, after MMC-3: sectors of every kind put together
 * part by part, subchannels, the table of contents, positions, what is refused and why, media that
 * come and go; by PIO with any byte count limit. All at random.
 */
#include "unit/device_test.h"

#include "devices/atapi.h"

/* Track 1: Mode 1, 0..99; track 2: audio, pause 100..109, 110..399; track 3: Mode 2 Form 1 and 2
 * (odd sectors), 400..499. */
enum { SECTORS = 500, RAW = 2352 };
enum { FEATURE = 1, COUNT = 2, MID = 4, HIGH = 5, DEVICE = 6, COMMAND = 7, STATUS = 7 };
enum { NO_MEDIUM = 0x23a, BAD_FIELD = 0x524, BAD_RANGE = 0x521, WRONG_MODE = 0x564, CHANGED = 0x628,
       LOCKED = 0x553 };                         /* sense key and additional code */

static struct sched sched;
static struct ata ata;
static struct blockdev bd;
static struct disc disc;
static uint8_t answer[1 << 18], want[1 << 18];

struct ref { bool in, open, attention, locked; unsigned sense, more; };      /* more: qualifier */
static struct ref ref;

/* ---- the disc ---- */

static bool raw_of(const struct disc *d, uint32_t lba, uint8_t *raw, struct error *err)
{
    for (unsigned i = 0; i < RAW; i++)
        raw[i] = (uint8_t)(lba * 7 + i * 3 + i / 256);
    if (lba < 100)
        disc_mode1(raw, lba);
    else if (lba >= 400)
        disc_mode2_form1(raw, lba);
    if (lba >= 400 && lba & 1)
        raw[18] = raw[22] = 0x20;
    return lba < SECTORS;
}

static bool read_user(struct blockdev *b, uint64_t lba, uint32_t n, void *buf, struct error *err)
{
    uint8_t raw[RAW];
    for (uint32_t i = 0; i < n; i++) {
        if (!raw_of(b->disc, (uint32_t)lba + i, raw, err))
            return false;
        memcpy((uint8_t *)buf + i * 2048, raw + (lba + i < 400 ? 16 : 24), 2048);
    }
    return true;
}
static const struct blockdev_ops ops = { .read = read_user };

/* ---- the model ---- */

/* The parts of a sector in order: how long, and the bit of packet byte 9 that asks for it. */
struct part { unsigned n, flag; };
static const struct part *layout(unsigned lba)
{
    static const struct part audio[] = { { 2352, 0x10 }, { 0, 0 } };
    static const struct part mode1[] = { { 12, 0x80 }, { 4, 0x20 }, { 2048, 0x10 }, { 288, 0x08 },
                                         { 0, 0 } };
    static const struct part form1[] = { { 12, 0x80 }, { 4, 0x20 }, { 8, 0x40 }, { 2048, 0x10 },
                                         { 280, 0x08 }, { 0, 0 } };
    static const struct part form2[] = { { 12, 0x80 }, { 4, 0x20 }, { 8, 0x40 }, { 2328, 0x10 },
                                         { 0, 0 } };
    return lba < 100 ? mode1 : lba < 400 ? audio : lba & 1 ? form2 : form1;
}
static unsigned expected_type(unsigned lba)
{
    return lba < 100 ? 2 : lba < 400 ? 1 : lba & 1 ? 5 : 4;
}

static unsigned bcd(unsigned v) { return v / 10 * 16 + v % 10; }
static void time_of(uint8_t *to, unsigned frames, bool decimal)
{
    unsigned m = frames / 4500, s = frames / 75 % 60, f = frames % 75;
    to[0] = (uint8_t)(decimal ? bcd(m) : m);
    to[1] = (uint8_t)(decimal ? bcd(s) : s);
    to[2] = (uint8_t)(decimal ? bcd(f) : f);
}

static unsigned track_of(unsigned lba) { return lba < 100 ? 1 : lba < 400 ? 2 : 3; }
static unsigned control_of(unsigned track) { return track == 2 ? 2 : 4; }
static unsigned start_of(unsigned track) { return track == 1 ? 0 : track == 2 ? 110 : 400; }

/* Twelve bytes of Q, the last two a checksum that goes bit by bit. */
static void subchannel_q(uint8_t q[12], unsigned lba)
{
    unsigned t = track_of(lba), start = start_of(t), crc = 0;
    memset(q, 0, 12);
    q[0] = (uint8_t)(control_of(t) << 4 | 1);
    q[1] = (uint8_t)t;
    q[2] = lba >= start;
    time_of(q + 3, lba >= start ? lba - start : start - lba, true);
    time_of(q + 7, lba + 150, true);
    for (unsigned i = 0; i < 80; i++) {
        bool top = crc & 0x8000, bit = q[i / 8] & 0x80 >> i % 8;
        crc = (crc & 0x7fff) << 1;
        if (top != bit)
            crc ^= 0x1021;
    }
    q[10] = (uint8_t)(~crc >> 8);
    q[11] = (uint8_t)~crc;
}

/* What READ CD returns of a sector; 0: nothing that lies side by side was asked for. */
static unsigned sector(uint8_t *to, unsigned lba, unsigned flags, unsigned sub)
{
    uint8_t raw[RAW], q[12];
    unsigned at = 0, n = 0;
    bool gap = false;
    raw_of(&disc, lba, raw, NULL);
    for (const struct part *p = layout(lba); p->n; at += p++->n) {
        if (!(flags & p->flag)) {
            gap = n > 0;
            continue;
        }
        if (gap)
            return ~0u;
        memcpy(to + n, raw + at, p->n);
        n += p->n;
    }
    if (flags & 6)                               /* C2 errors: none */
        memset(to + n, 0, flags & 4 ? 296 : 294);
    n += flags & 6 ? flags & 4 ? 296u : 294u : 0;
    subchannel_q(q, lba);
    bool pause = lba < start_of(track_of(lba));
    if (sub == 2) {
        memset(to + n, 0, 16);
        memcpy(to + n, q, 12);
        to[n + 15] = pause ? 0x80 : 0;
    }
    for (unsigned i = 0; sub == 1 && i < 96; i++)        /* P and Q, a bit of each in a byte */
        to[n + i] = (uint8_t)((pause ? 0x80 : 0) | (q[i / 8] & 0x80 >> i % 8 ? 0x40 : 0));
    if (sub == 4)
        memset(to + n, 0, 96);
    return n + (sub == 2 ? 16 : sub ? 96 : 0);
}

static unsigned be16(const uint8_t *p) { return p[0] * 256u + p[1]; }
static uint32_t be32(const uint8_t *p) { return be16(p) * 65536u + be16(p + 2); }

/* Each sets how many bytes come, and returns 0 or why it is refused; 'least' may come before. */
static unsigned read_2048(uint32_t lba, uint32_t n, unsigned *bytes)
{
    *bytes = 0;
    if (lba > SECTORS || n > SECTORS - lba)
        return BAD_RANGE;
    for (; n--; lba++) {
        if (track_of(lba) == 2)
            return WRONG_MODE;
        read_user(&bd, lba, 1, want + *bytes, NULL);
        *bytes += 2048;
    }
    return 0;
}

static unsigned read_cd(const uint8_t *p, uint32_t lba, uint32_t n, unsigned *bytes)
{
    unsigned flags = p[9] & 0xfe, sub = p[10] & 7, type = p[1] >> 2 & 7, each = 0;
    *bytes = 0;
    if ((flags & 6) == 6 || (sub != 0 && sub != 1 && sub != 2 && sub != 4) || type > 5)
        return BAD_FIELD;
    if (lba > SECTORS || n > SECTORS - lba)
        return BAD_RANGE;
    for (uint32_t i = 0; i < n; i++) {
        unsigned got = sector(want + *bytes, lba + i, flags, sub);
        if (i == 0 && got == ~0u)
            return BAD_FIELD;
        if (i == 0 && got == 0)
            return 0;
        each = i ? each : got;
        if (got != each || (type && type != expected_type(lba + i)))
            return WRONG_MODE;
        *bytes += got;
    }
    return 0;
}

static unsigned table(const uint8_t *p, unsigned *bytes)
{
    static const unsigned at[4] = { 0, 110, 400, SECTORS };
    bool msf = p[1] & 2;
    uint8_t *to = want + 4;
    if (p[6] > 3 && p[6] != 0xaa)
        return BAD_FIELD;
    for (unsigned t = 1; t <= 4; t++) {
        if (t < 4 && t < p[6])
            continue;
        unsigned lba = at[t - 1];
        const uint8_t head[4] = { 0, (uint8_t)(0x10 | control_of(t)), (uint8_t)(t < 4 ? t : 0xaa) };
        memcpy(to, head, 4);
        memset(to + 4, 0, 4);
        if (msf)
            time_of(to + 5, lba + 150, false);
        else
            to[6] = (uint8_t)(lba >> 8), to[7] = (uint8_t)lba;
        to += 8;
    }
    *bytes = (unsigned)(to - want);
    want[0] = 0, want[1] = (uint8_t)(*bytes - 2), want[2] = 1, want[3] = 3;
    *bytes = *bytes < be16(p + 7) ? *bytes : be16(p + 7);
    return 0;
}

static unsigned run_packet(const uint8_t *p, unsigned *bytes)
{
    unsigned from = (p[3] * 60u + p[4]) * 75u + p[5], to = (p[6] * 60u + p[7]) * 75u + p[8];
    uint32_t lba = be32(p + 2);
    switch (p[0]) {
    case 0x00: return 0;
    case 0x25:
        *bytes = 8;
        memcpy(want, (const uint8_t[8]){ 0, 0, 1, 0xf3, 0, 0, 8, 0 }, 8);
        return 0;
    case 0x28: return read_2048(lba, be16(p + 7), bytes);
    case 0xa8: return read_2048(lba, be32(p + 6), bytes);
    case 0x2b: return lba < SECTORS ? 0 : BAD_RANGE;
    case 0x43: return table(p, bytes);
    case 0x44:
        if (lba >= SECTORS)
            return BAD_RANGE;
        if (track_of(lba) == 2)
            return WRONG_MODE;
        memset(want, 0, 8);
        want[0] = track_of(lba) == 3 ? 2 : 1;
        if (p[1] & 2)
            time_of(want + 5, lba + 150, false);
        else
            want[6] = (uint8_t)(lba >> 8), want[7] = (uint8_t)lba;
        *bytes = be16(p + 7) < 8 ? be16(p + 7) : 8;
        return 0;
    case 0xb9:
        return from < 150 || to < from ? BAD_FIELD : read_cd(p, from - 150, to - from, bytes);
    default:   return read_cd(p, lba, p[6] * 65536u + be16(p + 7), bytes);
    }
}

/* With what comes before any command's own business. */
static unsigned ref_packet(const uint8_t *p, unsigned *bytes)
{
    bool needs = p[0] != 0x1e && p[0] != 0x03;
    *bytes = 0;
    if (p[0] == 0x03) {
        memset(want, 0, 18);
        want[0] = 0x70, want[2] = (uint8_t)(ref.sense >> 8), want[7] = 10;
        want[12] = (uint8_t)ref.sense;
        want[13] = (uint8_t)ref.more;
        *bytes = p[4] < 18 ? p[4] : 18;
        ref.sense = ref.more = 0;
        return 0;
    }
    if (ref.attention && ref.in) {
        ref.attention = false;
        return CHANGED;
    }
    if (needs && (!ref.in || ref.open))
        return NO_MEDIUM;
    if (p[0] != 0x1e)
        return run_packet(p, bytes);
    ref.locked = p[4] & 1;
    return 0;
}

/* ---- both ---- */

static void out(unsigned reg, unsigned v) { ata_cmd_ops.write(&ata, reg, v, 1); }
static unsigned in(unsigned reg) { return (unsigned)ata_cmd_ops.read(&ata, reg, 1) & 0xff; }

static unsigned ready(void)
{
    for (int i = 0; i < 20000 && ata_ctl_ops.read(&ata, 0, 1) & 0x80; i++)
        sched_advance(&sched, sched.now + 10000);
    return in(STATUS);
}

/* Moves a packet to its end as drivers do; how many bytes came. */
static unsigned command(struct dt_rng *r, const uint8_t p[12])
{
    unsigned limit = dt_below(r, 3) ? 2 + dt_below(r, 0xfffe) : 2 * (1 + dt_below(r, 40)), got = 0;
    out(DEVICE, 0xa0);
    out(FEATURE, 0);
    out(MID, limit & 0xff);
    out(HIGH, limit >> 8);
    out(COMMAND, 0xa0);
    dt_require((ready() & 9) == 8 && in(COUNT) == 1, "no packet is awaited");
    for (unsigned i = 0; i < 12; i += 2)
        ata_cmd_ops.write(&ata, 0, load_le16(p + i), 2);
    while (ready() & 8) {
        unsigned n = in(MID) | in(HIGH) << 8;
        dt_require(in(COUNT) == 2 && n && n <= limit && got + n <= sizeof answer - 1,
                   "%02x: a block of %u, limit %u", p[0], n, limit);
        for (unsigned i = 0; i < n; i += 2)
            store_le16(answer + got + i, (uint16_t)ata_cmd_ops.read(&ata, 0, 2));
        got += n;
    }
    return got;
}

static void some_packet(struct dt_rng *r, uint8_t p[12])
{
    static const uint8_t codes[] = { 0x00, 0x03, 0x03, 0x1e, 0x25, 0x28, 0x28, 0xa8, 0x2b, 0x43,
                                     0x43, 0x44, 0xb9, 0xbe, 0xbe, 0xbe, 0xbe };
    static const uint8_t usual[] = { 0x10, 0x10, 0xf8, 0x20, 0x30, 0x50, 0xb8, 0x78 };
    unsigned lba = dt_below(r, 520), n = dt_below(r, dt_below(r, 2) ? 3 : 40), v = dt_rand(r);
    memset(p, 0, 12);
    p[0] = codes[dt_below(r, sizeof codes)];
    p[1] = p[0] == 0x43 || p[0] == 0x44 ? v & 2
                                        : (uint8_t)(dt_below(r, 2) ? 0 : dt_below(r, 8) << 2);
    p[4] = (uint8_t)(lba >> 8);
    p[5] = (uint8_t)lba;
    p[8] = (uint8_t)n;
    p[9] = (uint8_t)(dt_below(r, 3) ? usual[v >> 8 & 7] : v >> 16 & 0xfe);
    p[10] = (uint8_t)(dt_below(r, 2) ? 0 : dt_below(r, 8));
    if (p[0] == 0xa8) {
        p[9] = p[8];
        p[8] = p[10] = 0;
    } else if (p[0] == 0x43) {
        p[2] = p[9] = p[4] = p[5] = 0;
        p[6] = (uint8_t)(dt_below(r, 6) ? dt_below(r, 5) : 0xaa);
        p[8] = (uint8_t)(v >> 4 & 63);
    } else if (p[0] == 0x03 || p[0] == 0x1e) {
        p[4] = (uint8_t)(p[0] == 3 ? dt_below(r, 24) : dt_below(r, 2));
        p[1] = p[5] = p[8] = 0;
    } else if (p[0] == 0xb9) {
        lba = dt_below(r, 4) ? lba + 150 : dt_below(r, 160);
        time_of(p + 3, lba, false);
        time_of(p + 6, lba + n - (dt_below(r, 6) ? 0 : 1), false);
    }
}

static void media(struct dt_rng *r)
{
    ref.in = dt_below(r, 3) != 0;
    ata_insert(&ata, 0, ref.in ? &bd : NULL);
    ref.open = false;
    ref.attention = true;
}

/* START STOP UNIT: out or in. */
static void tray(struct dt_rng *r)
{
    const uint8_t p[12] = { 0x1b, 0, 0, 0, (uint8_t)(2 + dt_below(r, 2)) };
    unsigned why = 0;
    command(r, p);
    if (ref.attention && ref.in) {
        ref.attention = false;
        why = CHANGED;
    } else if (p[4] == 2 && ref.locked) {
        why = ref.in && !ref.open ? LOCKED : 0x253;
    } else if (p[4] == 2) {
        ref.open = true;
    } else if (ref.open) {
        ref.open = false;
        ref.attention = ref.in;
    }
    ref.sense = why;
    ref.more = why && why != CHANGED ? 2 : 0;
    dt_require((in(STATUS) & 1) == (why != 0), "the tray: %02x", in(STATUS));
}

static void step(struct dt_rng *r)
{
    uint8_t p[12];
    unsigned bytes, why, got;
    if (dt_below(r, 60) == 0) {
        media(r);
        return;
    }
    if (dt_below(r, 60) == 0) {
        tray(r);
        return;
    }
    some_packet(r, p);
    got = command(r, p);
    why = ref_packet(p, &bytes);
    if (p[0] != 0x03) {
        ref.sense = why;
        ref.more = why != NO_MEDIUM ? 0 : ref.open ? 2 : 1;
    }
    dt_require((in(STATUS) & 1) == (why != 0) && in(COUNT) == 3,
               "%02x %u %u: status %02x, model %03x", p[0], p[4] * 256 + p[5], p[8], in(STATUS),
               why);
    dt_require(!why || in(FEATURE) == ((why >> 8) << 4 | 4), "%02x: error %02x, model %03x", p[0],
               in(FEATURE), why);
    /* what comes before an error depends on how much is read ahead */
    dt_require(why ? got <= bytes : got == bytes, "%02x: %u bytes, model %u", p[0], got, bytes);
    dt_require(!memcmp(answer, want, got), "%02x %u: other bytes", p[0], p[4] * 256 + p[5]);
}

START_TEST(agrees_part_by_part)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    memset(&sched, 0, sizeof sched);
    disc = (struct disc){ .first = 1, .n = 3, .xa = true, .read_raw = raw_of };
    disc.track[0] = (struct disc_track){ 0, 0, 100, DISC_MODE1, 4, "" };
    disc.track[1] = (struct disc_track){ 100, 110, 400, DISC_AUDIO, 2, "" };
    disc.track[2] = (struct disc_track){ 400, 400, 500, DISC_MODE2, 4, "" };
    bd = (struct blockdev){ .ops = &ops, .sectors = SECTORS, .sector_size = 2048, .read_only = true,
                            .disc = &disc };
    ata_init(&ata, &sched, 0);
    ata_attach(&ata, 0, ATA_CDROM, &bd);
    ref = (struct ref){ .in = true, .attention = true };
    for (int i = 0; i < 1000; i++)
        step(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("atapi_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_part_by_part, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
