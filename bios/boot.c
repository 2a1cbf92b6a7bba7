/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT 19h: tries the devices in the order CMOS gives (3Dh low nibble, high nibble, 38h high nibble:
 * 1 floppy, 2 hard disk, 3 CD, 4 network), and says what it tried when none starts.
 */
#include "disk.h"

enum { FLOPPY = 1, HARD_DISK, CD, NETWORK };

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

static void boot_sector(const char *name, u8 drive)
{
    u8 e = read_sector(drive);
    if (e == 0x31 || e == 0x80)
        say(name, "no disk");
    else if (e)
        say(name, "read error");
    else if (*(volatile LOWMEM u16 *)0x7dfe != 0xaa55 && (drive || !(cmos_read(0x38) & 1)))
        say(name, "not bootable (no 55AA signature)");
    else
        boot_jump(0x7c00, drive);
}

static void try_cds(void)
{
    if (!cdroms)
        say("CD-ROM", "no drive");
    for (u32 i = 0; i < cdroms; i++) {
        u8 e = cd_boot(&disks[cdrom[i]], (u8)(0xe0 + i));
        say("CD-ROM", e == DISK_NO_MEDIA ? "no disc" : e == DISK_BAD_DATA ? "not bootable (no El Torito record)"
                                                                         : "read error");
    }
}

/* The bootstrap entry of the first ROM whose PnP expansion header has one. */
static void try_network(void)
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
            far_call(seg << 16 | bev, &r);
            say("Network", "gave up");
            return;
        }
    }
    say("Network", "no boot ROM");
}

static void try_device(u8 what)
{
    switch (what) {
    case FLOPPY:
        if (bda->equipment & 1)
            boot_sector("Floppy", 0);
        else
            say("Floppy", "no drive");
        break;
    case HARD_DISK:
        if (hard_disks)
            boot_sector("Hard disk", 0x80);
        else
            say("Hard disk", "none");
        break;
    case CD: try_cds(); break;
    case NETWORK: try_network(); break;
    default: break;
    }
}

static void wait_key(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    int_call(0x16, &r);
}

void int19(void)
{
    sti();
    for (;;) {
        u8 a = cmos_read(0x3d), b = cmos_read(0x38);
        u8 order[3] = { a & 15, a >> 4, b >> 4 };
        if (!a && !(b >> 4)) {
            order[0] = FLOPPY;
            order[1] = HARD_DISK;
            order[2] = CD;
        }
        print("Booting:\n");
        for (u32 i = 0; i < 3; i++)
            try_device(order[i]);
        print("Nothing to boot from. Insert a disk and press a key.\n");
        wait_key();
    }
}

/* A boot program that gives up comes here: go on as if nothing had booted. */
void int18(struct regs *r)
{
    sti();
    print("\nThe disk's boot program gave up. Press a key to try again.\n");
    wait_key();
    int_call(0x19, r);
}
