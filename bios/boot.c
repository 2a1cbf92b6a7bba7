/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 19h: tries the devices in the order CMOS gives (3Dh low nibble, high nibble, 38h high nibble:
 * 1 floppy, 2 hard disk, 3 CD, 4 network), what the boot menu (menu.c) chose before all, and says
 * what it tried when none starts.
 */
#include "disk.h"

static void say(const char *what, const char *why)
{
    print("  ");
    print(what);
    print(": ");
    print(why);
    print("\n");
}

static u8 read_sector(u8 drive)
{
    struct regs r;
    for (u32 i = 0; i < 3; i++) {
        memset(&r, 0, sizeof r);
        r.ax = 0x0201;
        r.cx = 0x0001;
        r.dl = drive;
        r.bx = 0x7c00;
        int_call(0x13, &r);
        if (!(r.flags & F_CF))
            return 0;
        if (r.ah == 0x31 || r.ah == 0x80)                /* no disk in the drive */
            break;
        u8 e = r.ah;
        memset(&r, 0, sizeof r);
        r.dl = drive;
        int_call(0x13, &r);
        r.ah = e;
    }
    return r.ah ? r.ah : 1;
}

/* A disk that was only formatted: no instructions at its start, but one value again and again. */
static int blank(void)
{
    const volatile LOWMEM u16 *w = (const volatile LOWMEM u16 *)0x7c00;
    for (u32 i = 1; i < 10; i++)
        if (w[i] != w[0])
            return 0;
    return 1;
}

static void boot_sector(const char *name, u8 drive)
{
    u8 e = read_sector(drive);
    if (e == 0x31 || e == 0x80)
        say(name, "no disk");
    else if (e)
        say(name, "read error");
    else if (blank())
        say(name, "not bootable (blank)");
    else if (*(volatile LOWMEM u16 *)0x7dfe != 0xaa55 && (drive || !(cmos_read(0x38) & 1)))
        say(name, "not bootable (no 55AA signature)");
    else
        boot_jump(0x7c00, drive);
}

static void try_cd(u32 i)
{
    u8 e = cd_boot(&disks[cdrom[i]], (u8)(0xe0 + i));
    say("CD-ROM", e == DISK_NO_MEDIA ? "no disc"
                  : e == DISK_BAD_DATA ? "not bootable (no El Torito record)"
                                       : "read error");
}

static void try_cds(void)
{
    if (!cdroms)
        say("CD-ROM", "no drive");
    for (u32 i = 0; i < cdroms; i++)
        try_cd(i);
}

/* The bootstrap entry of the first ROM whose PnP expansion header has one: called when 'start'. */
int boot_rom(int start)
{
    for (u32 seg = 0xc800; seg < 0xe000; seg += 0x80) {
        if (far16((u16)seg, 0) != 0xaa55)
            continue;
        u16 pnp = far16((u16)seg, 0x1a);
        if (!pnp || far32((u16)seg, pnp) != 0x506e5024)  /* "$PnP" */
            continue;
        u16 bev = far16((u16)seg, (u16)(pnp + 0x1a));
        if (bev) {
            struct regs r;
            memset(&r, 0, sizeof r);
            if (start)
                far_call(seg << 16 | bev, &r);
            return 1;
        }
    }
    return 0;
}

static void try_device(u8 what)
{
    switch (what) {
    case BOOT_FLOPPY:
        if (bda->equipment & 1)
            boot_sector("Floppy", 0);
        else
            say("Floppy", "no drive");
        break;
    case BOOT_HARD_DISK:
        if (hard_disks)
            boot_sector("Hard disk", 0x80);
        else
            say("Hard disk", "none");
        break;
    case BOOT_CD: try_cds(); break;
    case BOOT_NETWORK: say("Network", boot_rom(1) ? "gave up" : "no boot ROM"); break;
    default: break;
    }
}

/* What was chosen in the menu. A hard disk becomes the first one, as its boot program expects. */
static void try_chosen(const struct boot_device *b)
{
    if (b->kind == BOOT_HARD_DISK)
        hard_disk_first(b->index);
    if (b->kind == BOOT_CD)
        try_cd(b->index);
    else if (b->kind == BOOT_FLOPPY && b->index)
        boot_sector("Floppy B", 1);
    else
        try_device(b->kind);
}

static u16 wait_key(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ah = 0x10;
    int_call(0x16, &r);
    return r.ax;
}

static const struct boot_device *chosen;
static u8 next;                                          /* in the order; MENU: what was chosen */

enum { ORDER = 3, MENU = 0x80 };

void boot_choose(void) { chosen = boot_menu(); }

static u8 ordered(u32 i)
{
    static const u8 usual[ORDER] = { BOOT_FLOPPY, BOOT_HARD_DISK, BOOT_CD };
    u8 a = cmos_read(0x3d), b = cmos_read(0x38);
    u8 order[ORDER] = { a & 15, a >> 4, b >> 4 };
    return a || b >> 4 ? order[i] : usual[i];
}

static void begin(void)
{
    const struct boot_device *first = chosen;
    next = first ? MENU : 0;
    chosen = 0;
    print("Booting:\n");
    if (first)
        try_chosen(first);
}

/* A device is passed before it is tried: INT 18h goes on behind it. */
static void boot_on(void)
{
    for (;;) {
        while (next < ORDER)
            try_device(ordered(next++));
        print(next == MENU ? "That did not start. "
                           : "Nothing to boot from. Insert a disk and press a key. ");
        print("F12: boot menu\n");
        if (wait_key() == 0x8600)
            boot_choose();
        begin();
    }
}

void int19(void)
{
    sti();
    begin();
    boot_on();
}

/* A boot program that gives up comes here: on with the next device (Plug and Play BIOS
 * Specification 1.0A, 3.6). */
void int18(void)
{
    sti();
    print("\n  The boot program gave up.\n");
    boot_on();
}
