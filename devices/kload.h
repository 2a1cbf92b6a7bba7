/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct kernel boot: puts a Linux kernel or a Multiboot image, with its modules and command line,
 * into guest memory, when the boot ROM (bios/kload.S) asks for it. No hardware has this device; it
 * stands for a boot loader's work.
 *
 * References: Linux Documentation/arch/x86/boot.rst (protocols 2.00 to 2.15); Multiboot
 * Specification 0.6.96.
 *
 * Ports (16 from the base; 1B0h on the PC board):
 *     +0  W  1: load. R  status: 0 nothing loaded, 1 loaded, FFh cannot be loaded
 *     +1  R  kind: 1 Linux, 2 Multiboot (0 until it is loaded; so are the next two)
 *     +4  R  32 bits. Linux: real-mode segment of the setup code. Multiboot: entry point
 *     +8  R  32 bits. Linux: initial stack pointer. Multiboot: address of the boot information
 *
 * The idea: kload_plan() decides from the images alone where everything goes, or why it cannot;
 * loading follows the plan. The images are borrowed and must outlive the chip. A machine loaded
 * from a snapshot may have none: its kernel runs already; only a reset would ask for them.
 *
 * Not modelled: kernels before protocol 2.00; Multiboot's 64-bit ELF, and graphics: a kernel that
 * requests a video mode is told of the text mode it has.
 * Deviations: the Multiboot memory map is that of this board, not the firmware's answer; the
 * topmost MB of RAM (less in small machines) is not used for the initial RAM disk, since firmware
 * keeps tables there.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

#define KLOAD_MODULES 16

struct kload_image { const uint8_t *p; size_t n; };

struct kload_images {
    struct kload_image kernel, module[KLOAD_MODULES];    /* Linux: the modules, one behind the
                                                            other, are its initrd */
    unsigned           modules;
    const char        *module_args[KLOAD_MODULES];       /* Multiboot: the modules' strings;
                                                            NULL: none */
    const char        *append;                           /* command line; NULL: none */
};

enum kload_kind { KLOAD_NONE, KLOAD_LINUX, KLOAD_MULTIBOOT };

struct kload_plan {
    uint8_t  kind;
    uint32_t value[2];                                   /* what ports +4 and +8 will read */
    /* Linux */
    uint32_t setup_bytes, kernel_at, initrd_at, initrd_bytes, cmdline_at;
    /* Multiboot */
    uint32_t header, modules_at, info_at;
    uint32_t ram_low;                                    /* end of RAM below 4 GB */
    uint64_t ram_high;                                   /* bytes of RAM above */
};

struct kload {
    uint8_t             status, kind;
    uint32_t            value[2];                        /* ports +4 and +8 */
    struct kload_plan   plan;
    struct kload_images images;
    struct bus         *mem;
};

extern const struct device_class kload_class;
extern const struct bus_ops kload_ops;

/* Where everything would go in a machine with this much RAM. False, with the reason, when it
 * cannot be done. */
bool kload_plan(const struct kload_images *images, uint64_t ram_bytes, struct kload_plan *plan,
                struct error *err);
bool kload_check(const struct kload_images *images, uint64_t ram_bytes, struct error *err);

/* With images that kload_check() refuses, loading fails and the ROM says so. */
void kload_init(struct kload *k, struct bus *mem, uint64_t ram_bytes,
                const struct kload_images *images);

/* kload_mb.c: the Multiboot half. header: offset of the Multiboot header, or SIZE_MAX. */
size_t kload_mb_header(const struct kload_image *kernel);
bool kload_mb_plan(const struct kload_images *images, size_t header, struct kload_plan *plan,
                   struct error *err);
void   kload_mb_load(const struct kload *k);
