/* SPDX-License-Identifier: BSD-2-Clause */
/* Disks as the BIOS knows them: found by ata.c, served by disk.c (hard disks) and cdrom.c. */
#pragma once
#include "bios.h"

enum disk_kind { DISK_NONE, DISK_ATA, DISK_ATAPI };

struct disk {
    u8  kind, slave, lba, lba48;                         /* lba: it knows block numbers */
    u16 base, control;                                /* I/O ports: command block, device control */
    u64 sectors;                                         /* of 512 bytes; 0 for a CD */
    u16 cylinders, heads, spt;                           /* translated geometry */
    u16 phys_cylinders, phys_heads, phys_spt;
    u8  dpte[16];                                     /* EDD 2.0 device parameter table extension */
    char model[41];
};

extern struct disk disks[4];
extern u8 hard_disks, cdroms;                            /* how many */
extern u8 hard_disk[4], cdrom[4];                    /* positions in disks[]: drives 80h.., E0h.. */

/* INT 13h status codes */
enum { DISK_OK = 0, DISK_BAD_COMMAND = 1, DISK_ADDRESS_MARK = 2, DISK_WRITE_PROTECTED = 3,
       DISK_NOT_FOUND = 4, DISK_RESET_FAILED = 5, DISK_CHANGED = 6, DISK_BAD_DATA = 0x10,
       DISK_CONTROLLER = 0x20, DISK_NO_MEDIA = 0x31, DISK_SEEK = 0x40, DISK_TIMEOUT = 0x80,
       DISK_NOT_READY = 0xaa, DISK_NOT_LOCKED = 0xb0, DISK_LOCKED = 0xb1,
       DISK_NOT_REMOVABLE = 0xb2, DISK_LOCKS = 0xb4, DISK_EJECT = 0xb5, DISK_FAULT = 0xcc };

enum disk_op { OP_READ, OP_WRITE, OP_VERIFY, OP_READ_LONG, OP_WRITE_LONG };
enum { ATA_RECALIBRATE = 0x10, ATA_SEEK = 0x70 };

/* ata.c. linear: memory below 1 MB. All return a status code. */
u8  ata_transfer(const struct disk *d, enum disk_op op, u64 lba, u32 count, u32 linear);
extern u32 ata_moved;                                    /* sectors of it that were good */
u8  ata_select_reset(const struct disk *d);
u8  ata_command(const struct disk *d, u8 command, u64 lba);    /* one without data */
u8  ata_ready(const struct disk *d);
u8  ata_geometry(const struct disk *d);                  /* sets the drive's translation */
u8  ata_diagnose(const struct disk *d);
u8  atapi_packet(const struct disk *d, const u8 *packet, u32 linear, u32 bytes);
void disks_init(void);
void hard_disk_first(u32 index);                         /* makes it drive 80h */

/* cdrom.c */
u8   cd_read(const struct disk *d, u32 lba, u32 count, u32 linear);
void int13_cd(struct regs *r, const struct disk *d);
u8   cd_boot(const struct disk *d, u8 drive);       /* loads the El Torito image, jumps if it can */
int  cd_emulation(struct regs *r);                    /* true: the call was for an emulated drive */

u16 floppy_parameters(u8 type);                          /* floppy.c: a parameter table, F000:... */

/* disk.c */
extern u8 bounce[2048];                                  /* a buffer for whoever is at work */
void int13_result(struct regs *r, u8 status);

struct dap {                                             /* disk address packet */
    u8  size, reserved;
    u16 count, off, seg;
    u64 lba;
} PACKED;
struct edd {                                             /* result of INT 13h/48h */
    u16 size, flags;
    u32 cylinders, heads, spt;
    u64 sectors;
    u16 bytes, dpte_off, dpte_seg;                       /* 26, and 30 */
    u16 key;
    u8  path_size, reserved[3];
    char bus[4], interface[8];
    u8  interface_path[8], device_path[8], reserved2, sum;
} PACKED;
_Static_assert(sizeof(struct edd) == 66, "EDD 3.0");
void dap_get(const struct regs *r, struct dap *p);
/* INT 13h/48h: the first n bytes of p, which has 26, and what EDD 3.0 adds when there is room. */
u8 edd_parameters(const struct regs *r, const struct disk *d, struct edd *p);

/* boot.c, menu.c */
enum { BOOT_FLOPPY = 1, BOOT_HARD_DISK, BOOT_CD, BOOT_NETWORK };        /* as in CMOS */
struct boot_device { u8 kind, index; };
const struct boot_device *boot_menu(void);
int boot_rom(int start);
