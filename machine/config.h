/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recipe of a machine: everything that, with the media and the input log, decides what it
 * will do. Host endpoints are handed in as objects.
 */
#pragma once
#include "core/blockdev.h"
#include "core/chardev.h"
#include "core/log.h"

enum board { BOARD_PC, BOARD_AT };
enum vga_kind { VGA_STD, VGA_CIRRUS };
enum engine { ENGINE_AUTO, ENGINE_INTERP, ENGINE_IR };

struct memory_image { const uint8_t *p; size_t n; };     /* borrowed until machine_create()
                                                            returns */

#define INITRDS_MAX 16

struct machine_config {
    enum board  board;
    enum vga_kind vga;           /* the display adapter */
    int         cpu_model;       /* enum cpu_model; -1: the default */
    uint64_t    memory;          /* bytes; a multiple of 1 MiB (or 640 KiB), up to 3 GiB; 0: 128
                                    MiB */
    uint64_t    ips;             /* instructions per virtual second; 0: the default, 100 million */
    int64_t     rtc_start;       /* seconds since 1970-01-01 00:00:00 in the guest's clock, at
                                    power-on */
    uint64_t    seed;            /* of power-on RAM contents; 0: RAM starts as zeroes */
    char        boot[5];         /* order, of "acdn"; empty: by what there is (a, c, d) */
    bool        no_reboot;       /* a guest reset or triple fault stops the machine */
    bool        testdev;
    enum engine engine;
    bool        check_engine;
    /* tests: longest slice, cache sizes, memory of the standard VGA (a power of two from 256 KiB
     * on); 0: the defaults */
    uint32_t    slice, cache_ops, block_ops, vram;

    struct memory_image bios, vgabios;       /* system and video firmware; vgabios may be absent */
    bool                vgabios_any;         /* for each display: the board names its own in it */
    /* direct boot: the ROM that starts the kernel; the images are borrowed as long as the
     * machine lives. A snapshot of a machine that booted so can be loaded without them. */
    bool                kernel_boot;         /* implied by a kernel */
    struct memory_image kloadrom, kernel, initrd[INITRDS_MAX];
    unsigned            initrds;
    const char         *initrd_args[INITRDS_MAX];        /* Multiboot module strings; may be NULL */
    const char         *append;              /* kernel command line; NULL: none */

    struct blockdev *floppy[2], *disk[4];    /* NULL: no medium; disks by IDE position, 0 primary
                                                master */
    bool             is_cdrom[4];            /* an ATAPI drive stands there, with or without a
                                                medium */
    bool             floppy_drive[2];        /* a drive stands there; implied by a medium */
    struct chardev   serial[4], debugcon, printer;
    struct log       log;
};
