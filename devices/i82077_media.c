/* SPDX-License-Identifier: BSD-2-Clause */
/* The geometry of floppy disks, from the size of their images. */
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
    d->cyls = f->cyls;
    d->heads = f->heads;
    d->spt = f->spt;
    d->rates = f->rates;
}
