/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot menu: F12 while POST runs, or when nothing could be started. It lists what is there and
 * waits for as long as it takes; the device chosen is tried before the order that CMOS gives.
 */
#include "disk.h"

enum { KEY_F12 = 0x8600, OFFER_TICKS = 8, MOST = 8, FIRST_ROW = 4, PLAIN = 0x07, CHOSEN = 0x70 };

static struct boot_device devices[MOST];
static u32 count;

static void add(u8 kind, u32 index)
{
    if (count < MOST)
        devices[count++] = (struct boot_device){ kind, (u8)index };
}

static void find_devices(void)
{
    u8 floppies = cmos_read(0x10);
    count = 0;
    if (floppies >> 4)
        add(BOOT_FLOPPY, 0);
    if (floppies & 15)
        add(BOOT_FLOPPY, 1);
    for (u32 i = 0; i < hard_disks; i++)
        add(BOOT_HARD_DISK, i);
    for (u32 i = 0; i < cdroms; i++)
        add(BOOT_CD, i);
    if (boot_rom(0))
        add(BOOT_NETWORK, 0);
}

/* ---- the screen ---- */
static void cursor_to(u32 row, u32 column)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ah = 0x02;
    r.dx = (u16)(row << 8 | column);
    int_call(0x10, &r);
}

/* Paints what is in a row's first columns anew with an attribute. */
static void paint(u32 row, u8 attribute)
{
    struct regs r;
    for (u32 column = 0; column < 60; column++) {
        cursor_to(row, column);
        memset(&r, 0, sizeof r);
        r.ah = 0x08;
        int_call(0x10, &r);
        r.ah = 0x09;
        r.bx = attribute;
        r.cx = 1;
        int_call(0x10, &r);
    }
}

static void print_size(u64 sectors)
{
    u32 mb = (u32)(sectors >> 11);
    if (mb >= 10240) {
        print_dec(mb >> 10);
        print(" GB");
    } else {
        print_dec(mb);
        print(" MB");
    }
}

static void print_device(const struct boot_device *b)
{
    static const char *const floppy[] = { "", "360 KB", "1.2 MB", "720 KB", "1.44 MB", "2.88 MB" };
    u8 type = (u8)(cmos_read(0x10) >> (b->index ? 0 : 4) & 15);
    switch (b->kind) {
    case BOOT_FLOPPY:
        print(b->index ? "Floppy B:  " : "Floppy A:  ");
        print(type < ARRAY_LEN(floppy) ? floppy[type] : "");
        return;
    case BOOT_HARD_DISK: {
        const struct disk *d = &disks[hard_disk[b->index]];
        print("Hard disk  ");
        print(d->model);
        print(", ");
        print_size(d->sectors);
        return;
    }
    case BOOT_CD:
        print("CD-ROM     ");
        print(disks[cdrom[b->index]].model);
        return;
    default:
        print("Network");
    }
}

static void draw(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ax = 0x0003;
    int_call(0x10, &r);
    print("\n Start from\n\n\n");
    for (u32 i = 0; i < count; i++) {
        print("  ");
        print_dec(i + 1);
        print("  ");
        print_device(&devices[i]);
        print("\n");
    }
    print("\n Arrows and Enter, or a number; Esc starts as usual\n");
}

static u16 key(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ah = 0x10;
    int_call(0x16, &r);
    return r.ax;
}

/* The device chosen, or none. */
const struct boot_device *boot_menu(void)
{
    u32 at = 0;
    find_devices();
    draw();
    while (count) {
        paint(FIRST_ROW + at, CHOSEN);
        cursor_to(FIRST_ROW + count + 3, 0);
        u16 k = key();
        paint(FIRST_ROW + at, PLAIN);
        u8 scan = (u8)(k >> 8), c = (u8)k;
        if (scan == 0x48)
            at = (at ? at : count) - 1;
        else if (scan == 0x50)
            at = at + 1 < count ? at + 1 : 0;
        else if (c >= '1' && c < '1' + count)
            at = (u32)(c - '1');
        if (scan == 0x01)
            break;
        if (c == 13 || (c >= '1' && c < '1' + count)) {
            cursor_to(FIRST_ROW + count + 3, 0);
            return &devices[at];
        }
    }
    if (!count) {
        print(" There is no drive. Press a key.\n");
        key();
    }
    draw();
    return 0;
}

/* ---- asking for it ---- */
static int f12_typed(void)
{
    u32 f = flags_save_cli();
    int found = 0;
    for (u16 at = bda->kb_head; at != bda->kb_tail;) {
        found |= *(volatile LOWMEM u16 *)(0x400u + at) == KEY_F12;
        at = (u16)(at + 2);
        if (at >= bda->kb_end)
            at = bda->kb_start;
    }
    if (found)
        bda->kb_head = bda->kb_tail;
    flags_restore(f);
    return found;
}

/* Waits a moment from 'since' on (ticks). Not when something has taken INT 19h over: it starts what
 * it likes. */
int boot_menu_wanted(u32 since)
{
    if (vector_get(0x19) >> 16 != 0xf000)
        return 0;
    cli();
    while (!f12_typed()) {
        if (ticks_over(since, OFFER_TICKS)) {
            sti();
            return 0;
        }
        sti_hlt_cli();
    }
    sti();
    return 1;
}
