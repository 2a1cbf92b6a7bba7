/* SPDX-License-Identifier: BSD-2-Clause */
/* The geometry of floppy disks, from the size of their images; where their sectors are when; how
 * long the drives take. */
#include "devices/i82077.h"

static const struct format {
    uint16_t sectors;
    uint8_t cyls, heads, spt, rates, type;
} formats[] = {
    { 320, 40, 1, 8, 6, FLOPPY_1200K },   { 360, 40, 1, 9, 6, FLOPPY_1200K },
    { 640, 40, 2, 8, 6, FLOPPY_1200K },   { 720, 40, 2, 9, 6, FLOPPY_1200K },
    { 1440, 80, 2, 9, 4, FLOPPY_1440K },  { 1600, 80, 2, 10, 4, FLOPPY_1440K },
    { 2400, 80, 2, 15, 1, FLOPPY_1200K }, { 3200, 80, 2, 20, 1, FLOPPY_1440K },
    { 3360, 80, 2, 21, 1, FLOPPY_1440K }, { 3444, 82, 2, 21, 1, FLOPPY_1440K },
    { 3486, 83, 2, 21, 1, FLOPPY_1440K }, { 3520, 80, 2, 22, 1, FLOPPY_1440K },
    { 5760, 80, 2, 36, 8, FLOPPY_2880K }, { 2880, 80, 2, 18, 1, FLOPPY_1440K },
};

static const struct format *format_of(uint64_t sectors)
{
    const struct format *usual = &formats[ARRAY_LEN(formats) - 1];
    for (unsigned i = 0; i < ARRAY_LEN(formats); i++)
        if (formats[i].sectors == sectors)
            return &formats[i];
    return sectors > usual->sectors ? usual - 1 : usual;
}

enum floppy_type floppy_type_for(uint64_t sectors)
{
    return (enum floppy_type)format_of(sectors)->type;
}

void i82077_set_medium(struct i82077_drive *d, struct blockdev *bd)
{
    const struct format *f = format_of(bd ? bd->sectors : 0);
    d->bd = bd;
    memset(d->deleted, 0, sizeof d->deleted);
    d->cyls = f->cyls;
    d->heads = f->heads;
    d->spt = f->spt;
    d->rates = f->rates;
}

/* ---- the track: 146 bytes after the index, then sectors of 62 bytes, data and a gap ---- */

enum { LEAD = 146, ID = 22, SECTOR = 62 + 512 };

static vtime byte_ns(uint8_t rate)
{
    static const uint16_t ns[4] = { 16000, 26667, 32000, 8000 };
    return ns[rate & 3];
}

static vtime turn(const struct i82077_drive *d)
{
    return d->type == FLOPPY_1200K ? 166666667 : 200000000;
}

/* From one sector to the next. */
static vtime pitch(const struct i82077_drive *d, uint8_t rate)
{
    return (turn(d) - LEAD * byte_ns(rate)) / d->spt;
}

vtime i82077_index(const struct i82077_drive *d, vtime from, unsigned n)
{
    return from - from % turn(d) + n * turn(d);
}

vtime i82077_sector_start(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from)
{
    vtime at = LEAD * byte_ns(rate) + (r - 1u) * pitch(d, rate), now = from % turn(d);
    return from - now + at + (at < now ? turn(d) : 0);
}

/* Tracks that are too full for the rate have sectors that end before the next. */
vtime i82077_sector_end(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from)
{
    vtime size = SECTOR * byte_ns(rate), most = pitch(d, rate) / 16 * 15;
    return i82077_sector_start(d, rate, r, from) + (size < most ? size : most);
}

vtime i82077_next_id(const struct i82077_drive *d, uint8_t rate, vtime from, uint8_t *r)
{
    vtime lead = LEAD * byte_ns(rate), now = from % turn(d);
    vtime n = now <= lead ? 0 : (now - lead + pitch(d, rate) - 1) / pitch(d, rate);
    *r = (uint8_t)(n % d->spt + 1);
    return i82077_sector_start(d, rate, *r, from) + ID * byte_ns(rate);
}

vtime i82077_sector_data(const struct i82077_drive *d, uint8_t rate, uint8_t r, vtime from)
{
    vtime start = i82077_sector_start(d, rate, r, from), end = i82077_sector_end(d, rate, r, from);
    vtime data = 512 * byte_ns(rate);
    return end - start > data ? end - data : start;
}

vtime i82077_format_time(uint8_t rate, uint8_t n, uint8_t gap)
{
    return ((UINT64_C(128) << (n & 7)) + (SECTOR - 512) + gap) * byte_ns(rate);
}

vtime i82077_byte_time(uint8_t rate) { return byte_ns(rate); }

/* ---- SPECIFY's times: at 500 kbit/s; they go with the data rate (290166, table 5-9) ---- */

#define MS UINT64_C(1000000)

static vtime scaled(const struct i82077 *p, vtime ns)
{
    static const uint8_t sixths[4] = { 6, 10, 12, 3 };
    return ns * sixths[p->ccr & 3] / 6;
}

vtime i82077_step_time(const struct i82077 *p)
{
    return scaled(p, (16u - (p->specify[0] >> 4)) * MS);
}

vtime i82077_load_time(const struct i82077 *p)
{
    unsigned n = p->specify[1] >> 1;
    return scaled(p, (n ? n : 128) * 2 * MS);
}

vtime i82077_unload_time(const struct i82077 *p)
{
    unsigned n = p->specify[0] & 15;
    return scaled(p, (n ? n : 16) * 16 * MS);
}
